"""Whether imputation and Callaway–Sant'Anna agree, in words."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.estimator_agreement import ESTIMAND
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.words import weights_name

AGREE, DISAGREE = 0.25, 1.0
"""Below the first, in smallest important effects, the two agree; from the second on the estimator decides."""

FEW = 4
"""Up to so many comparisons are told one by one; of more, those that agree are counted."""

QUANTITIES = {"att": "all event times", "att_average": "the plan's event times"}


def agreement(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say how far the two estimators lie apart, and what that means; of many, those that agree are counted."""
    rows = evaluation.ledger.select(estimand=ESTIMAND)
    alike = [row for row in rows if abs(row.estimate or 0) < AGREE]
    summed_up = len(rows) > FEW and len(alike) > 1
    told = [row for row in rows if row not in alike] if summed_up else rows
    lines = [_sentence(evaluation, row, numbers) for row in told]
    if summed_up:
        text = "In {count} comparisons the two lie less than {limit} apart: the estimators agree."
        counted = numbers.whole(len(alike))
        lines.append(say(numbers.language, text, count=counted, limit=numbers.decimal(AGREE, 2)))
    return Markdown("\n".join(f"- {line}" for line in lines))


def _sentence(evaluation: Evaluation, row: Row, numbers: Numbers) -> str:
    language = numbers.language
    apart = abs(row.estimate or 0)
    if apart < AGREE:
        text = "{outcome}, {weights}, {quantity}: {difference}; the estimators agree."
    elif apart < DISAGREE:
        text = "{outcome}, {weights}, {quantity}: {difference}; the estimators differ, but by less than what matters."
    else:
        text = "{outcome}, {weights}, {quantity}: {difference}; **the result depends on the estimator**."
    title = next(outcome.title for outcome in evaluation.plan.outcomes if outcome.id == row.outcome)
    return say(
        language,
        text,
        outcome=title.text(language),
        weights=weights_name(language, row),
        quantity=say(language, QUANTITIES[row.spec["quantity"]]),
        difference=numbers.value(row),
    )
