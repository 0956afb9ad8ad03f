"""The words of the report: names of methods, and sentences chosen by what the ledger says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from IPython.display import Markdown

from pilotbook import fingerprint
from pilotbook.design.contract import Contract
from pilotbook.design.planfile import PlanFile, shown_name
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers, Tagged

ESTIMATORS = {
    "two_by_two": "2×2",
    "twfe": "Two-way fixed effects",
    "extended_twfe": "Extended two-way fixed effects",
    "event_study": "Event study",
    "sun_abraham": "Sun–Abraham",
    "callaway_santanna": "Callaway–Sant'Anna",
    "imputation": "Imputation",
    "poisson": "Poisson",
    "synthetic_did": "Synthetic difference-in-differences",
}
WEIGHTS = {"equal": "equal", "population": "population"}
ROLES = {
    "headline": "headline",
    "comparison": "comparison",
    "replication": "replication",
    "description": "mean",
}

SMALL_SAMPLE = ("CR2", "CRV3", "jackknife")
"""Errors that are corrected for few or unequal units of assignment."""


def analysis_name(language: str, estimator: str, cohorts: str | None) -> str:
    """Name an analysis."""
    name = say(language, ESTIMATORS[estimator])
    return say(language, "{name}, start {cohorts}", name=name, cohorts=cohorts.replace("+", ", ")) if cohorts else name


def weights_name(language: str, row: Row) -> str:
    """Name the weights of a row."""
    return say(language, WEIGHTS[row.spec["weights"]])


def role_name(language: str, row: Row, evaluation: Evaluation) -> str:
    """Name the role of a row; the one that the report leads with is marked."""
    if row.id == evaluation.ledger.headline[row.outcome]:
        return say(language, "**leads**")
    return say(language, ROLES[row.role])


def facts_of_test(evaluation: Evaluation, row: Row, numbers: Numbers) -> list[str]:
    """Say what must be known of the test of a row that leads: what it can tell at all, and its small-sample form."""
    if row.estimate is None:
        return []
    unreachable = _out_of_reach(row, numbers)
    if unreachable is not None:
        return [unreachable]
    return [*_by_draws(row, numbers), *_small_sample(evaluation, row, numbers)]


def _out_of_reach(row: Row, numbers: Numbers) -> str | None:
    """Say that no effect could be told from chance, where the smallest p value of a test is above its level."""
    if row.p_smallest is None or row.level is None or row.p_smallest <= 1 - row.level:
        return None
    return say(
        numbers.language,
        "The p value is {p}. No interval can be given: the smallest p value that this design can give is {smallest}, "
        "so that no effect, however large, could be told from chance at the {level}% level.",
        p=numbers.value(row, "p"),
        smallest=numbers.value(row, "p_smallest"),
        level=numbers.decimal(100 * row.level, 0),
    )


def _by_draws(row: Row, numbers: Numbers) -> list[str]:
    """Say what a p value made of draws is, and the smallest that the design can give."""
    if row.p_smallest is None:
        return []
    return [
        say(
            numbers.language,
            "Among other choices of the pilots an effect as large comes up with a share of {p}; "
            "the smallest share that this design can give is {smallest}.",
            p=numbers.value(row, "p"),
            smallest=numbers.value(row, "p_smallest"),
        )
    ]


def _small_sample(evaluation: Evaluation, lead: Row, numbers: Numbers) -> list[str]:
    """Say how wide the interval is with the small-sample form of the error, where it is another one."""
    twins = [
        row
        for row in evaluation.ledger.select(outcome=lead.outcome)
        if row.id.startswith(f"{lead.id};error=") and row.ci_low is not None
    ]
    twin = next((row for row in twins if row.spec["error"] in SMALL_SAMPLE), None)
    if twin is None:
        return []
    return [
        say(
            numbers.language,
            "With the small-sample error ({kind}) the interval reaches from {low} to {high}.",
            kind=say(numbers.language, twin.spec["error"]),
            low=numbers.value(twin, "ci_low"),
            high=numbers.value(twin, "ci_high"),
        )
    ]


def limitations(evaluation: Evaluation, language: str) -> Markdown:
    """Say what a reader must not conclude, as the plan has it."""
    points = "\n".join(f"- {limitation.text(language)}" for limitation in evaluation.plan.limitations)
    if not points:
        return Markdown("")
    return Markdown(f"::: {{.callout-important}}\n## {say(language, 'What this report cannot say')}\n\n{points}\n:::")


def rule(contract: Contract, language: str) -> Tagged:
    """Say which rule of the rule table holds, and why."""
    return Tagged(
        say(
            language,
            "Rule **{rule}**: {because}.",
            rule=say(language, contract.rule),
            because=say(language, contract.because),
        )
    )


def data_facts(evaluation: Evaluation, numbers: Numbers) -> list[tuple[str, str]]:
    """Name the source of the data, its licence, its extent, and what is missing."""
    language, source = numbers.language, evaluation.panel.source
    counties, periods = evaluation.panel.shape
    missing = sum(int(np.isnan(values).sum()) for values in evaluation.panel.columns.values())
    not_stated = say(language, "not stated")
    return [
        (say(language, "Data set"), source.title or source.name),
        (say(language, "Source"), source.origin or not_stated),
        (say(language, "Licence"), source.licence or not_stated),
        (say(language, "Vintage"), source.vintage or not_stated),
        ("SHA-256", f"`{source.sha256[:16]}…`"),
        (say(language, "Simulated"), say(language, "yes" if source.simulated else "no")),
        (say(language, "Counties × periods"), f"{numbers.whole(counties)} × {numbers.whole(periods)}"),
        (say(language, "Missing values"), numbers.whole(missing)),
    ]


def rerun(plan_file: PlanFile, evaluation: Evaluation, language: str) -> Markdown:
    """Give the command that makes the report again; a plan that is not the project's is named by its file."""
    plan, period = shown_name(plan_file), evaluation.ledger.period
    return Markdown(f"```\npilotbook render {plan} --period {period} --lang {language}\n```")


def provenance(
    plan_file: PlanFile, evaluation: Evaluation, parameters: Mapping[str, str], language: str
) -> list[tuple[str, str]]:
    """Echo the parameters, and name what the numbers rest on."""
    hashes = {
        "Plan": fingerprint.of_json(plan_file.plan.model_dump(mode="json")),
        "Data": evaluation.ledger.data["sha256"],
        "Estimates": fingerprint.sha256(evaluation.ledger.dumps()),
    }
    return [
        *((say(language, "Parameter `{name}`", name=name), f"`{value}`") for name, value in parameters.items()),
        (say(language, "Plan dated"), plan_file.plan.date.isoformat()),
        *((say(language, "{what}, SHA-256", what=say(language, what)), f"`{h[:16]}…`") for what, h in hashes.items()),
    ]
