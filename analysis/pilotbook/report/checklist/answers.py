"""The reviewer's checklist with its answers: what the program found, what the evaluator said, what is still open."""

from __future__ import annotations

from collections.abc import Mapping

from IPython.display import Markdown

from pilotbook.design.checklist import checklist
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.checklist import assumptions, design_and_inference, interpretation_and_rerun, question_and_data
from pilotbook.report.checklist.facts import Check, Report, SinceLast
from pilotbook.report.language import say
from pilotbook.report.tables import pipe_table

PARTS = {
    "question": "Question and plan",
    "data": "Data",
    "design": "Design",
    "inference": "Inference",
    "assumptions": "Assumptions",
    "interpretation": "Interpretation",
    "rerun": "Versions and rerun",
}
SAID = {
    "yes": "yes",
    "no": "no",
    "not_applicable": "not applicable",
    "open": "not answered",
    "unknown": "not evaluable",
    "enforced": "yes, or the report is not made",
    "at_release": "yes, or the report is not released",
}
CHECKS: Mapping[str, Check] = {
    **question_and_data.ITEMS,
    **design_and_inference.ITEMS,
    **assumptions.ITEMS,
    **interpretation_and_rerun.ITEMS,
}
"""How every automatic item is computed."""


def table(evaluation: Evaluation, language: str, since: SinceLast | None = None) -> Markdown:
    """Return the checklist of the report that the plan of an evaluation asks for.

    Parameters
    ----------
    evaluation
        The evaluation.
    language
        Of the table.
    since
        What the chapter on changes shows; None if nothing was compared.
    """
    report, lines = Report.of(evaluation, since), []
    for item in checklist():
        own = evaluation.plan.checklist.get(item.id)
        if item.automatic:
            answer, why = computed(report, item.id), ""
        else:
            answer, why = ("open", "") if own is None else (own.answer, own.because.text(language))
        lines.append([say(language, PARTS[item.part]), say(language, item.item), say(language, SAID[answer]), why])
    head = ("Part", "Question", "Answer", "Because")
    return pipe_table([say(language, name) for name in head], "llll", lines)


def computed(report: Report, item: str) -> str:
    """Answer an automatic item of a report.

    Raises
    ------
    KeyError
        If the item is not automatic.
    """
    return CHECKS[item](report)
