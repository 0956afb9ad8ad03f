"""The words of the report: names of methods, and sentences chosen by what the ledger says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from IPython.display import Markdown

from pilotbook import fingerprint
from pilotbook.design.plan import Outcome
from pilotbook.design.planfile import PlanFile
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.numbers import Numbers, Tagged

ESTIMATORS = {
    "two_by_two": "2×2",
    "twfe": "Two-way fixed effects",
    "event_study": "Event study",
    "callaway_santanna": "Callaway–Sant'Anna",
    "imputation": "Imputation",
}
WEIGHTS = {"equal": "equal", "population": "population"}
ROLES = {
    "headline": "headline",
    "comparison": "comparison",
    "replication": "replication",
    "description": "mean",
}


def analysis_name(estimator: str, cohorts: str | None) -> str:
    """Name an analysis."""
    name = ESTIMATORS[estimator]
    return f"{name}, start {cohorts.replace('+', ', ')}" if cohorts else name


def headline(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Tagged:
    """Say what the headline of an outcome is, and what its interval rules out and does not."""
    row = evaluation.ledger.lead(outcome.id)
    if row.estimate is None:
        return Tagged(f"**{outcome.title}: not estimable.** {row.reason}")
    said = (
        f"**{outcome.title}.** The estimated effect is **{numbers.value(row)}** {outcome.unit}"
        f" (mean of the pilots before the reform: {numbers.value(row, 'baseline')})."
    )
    if row.ci_low is None or row.ci_high is None:
        return Tagged(f"{said} No interval can be given: {row.reason}")
    level = numbers.decimal(100 * (row.level or 0), 0)
    said += f" The {level}% interval reaches from {numbers.value(row, 'ci_low')} to {numbers.value(row, 'ci_high')}."
    return Tagged(f"{said} {_reading(row, outcome, numbers)}")


def _reading(row: Row, outcome: Outcome, numbers: Numbers) -> str:
    """Say what an interval means, measured by zero and by the smallest important effect."""
    assert row.ci_low is not None
    assert row.ci_high is not None
    least = outcome.minimum_important_effect
    important = f"the smallest important effect of {numbers.decimal(least, _digits(least))}"
    if row.ci_low <= 0 <= row.ci_high:
        said = "It includes zero: no effect was detected."
        if row.ci_low <= -least or row.ci_high >= least:
            return f"{said} It also includes {important}, so that an important effect is not ruled out."
        return f"{said} It excludes {important} in both directions."
    better = (row.ci_low > 0) == (outcome.direction == "higher")
    return f"It excludes zero, in the {'better' if better else 'worse'} direction; compare {important}."


def _digits(number: float) -> int:
    return 0 if float(number).is_integer() else 2


def small_sample(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Tagged:
    """Say how wide the interval is with the small-sample form of the error, where it is another one."""
    lead = evaluation.ledger.lead(outcome.id)
    twin = next((r for r in evaluation.ledger if r.id.startswith(f"{lead.id};error=") and r.ci_low is not None), None)
    if twin is None:
        return Tagged("")
    kind = twin.spec["error"]
    return Tagged(
        f"With the small-sample error ({kind}) the interval reaches from {numbers.value(twin, 'ci_low')} to "
        f"{numbers.value(twin, 'ci_high')}."
    )


def headlines(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say the headline of every outcome, each with the wider interval of its small-sample form."""
    said = [
        f"{headline(evaluation, outcome, numbers)} {small_sample(evaluation, outcome, numbers)}".strip()
        for outcome in evaluation.plan.outcomes
    ]
    return Markdown("\n\n".join(said))


def limitations(evaluation: Evaluation) -> Markdown:
    """Say what a reader must not conclude, as the plan has it."""
    points = "\n".join(f"- {text}" for text in evaluation.plan.limitations)
    if not points:
        return Markdown("")
    return Markdown(f"::: {{.callout-important}}\n## What this report cannot say\n\n{points}\n:::")


def data_facts(evaluation: Evaluation, numbers: Numbers) -> list[tuple[str, str]]:
    """Name the source of the data, its licence, its extent, and what is missing."""
    source = evaluation.panel.source
    counties, periods = evaluation.panel.shape
    missing = sum(int(np.isnan(values).sum()) for values in evaluation.panel.columns.values())
    return [
        ("Data set", source.title or source.name),
        ("Source", source.origin or "not stated"),
        ("Licence", source.licence or "not stated"),
        ("Vintage", source.vintage or "not stated"),
        ("SHA-256", f"`{source.sha256[:16]}…`"),
        ("Simulated", "yes" if source.simulated else "no"),
        ("Counties × periods", f"{numbers.whole(counties)} × {numbers.whole(periods)}"),
        ("Missing values", numbers.whole(missing)),
    ]


def rerun(plan_file: PlanFile, evaluation: Evaluation) -> Markdown:
    """Give the command that makes the report again."""
    return Markdown(f"```\npilotbook render {plan_file.id} --period {evaluation.ledger.period}\n```")


def provenance(plan_file: PlanFile, evaluation: Evaluation, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Echo the parameters, and name what the numbers rest on."""
    plan_hash = fingerprint.of_json(plan_file.plan.model_dump(mode="json"))
    return [
        *((f"Parameter `{name}`", f"`{value}`") for name, value in parameters.items()),
        ("Plan dated", plan_file.plan.date.isoformat()),
        ("Plan, SHA-256", f"`{plan_hash[:16]}…`"),
        ("Data, SHA-256", f"`{evaluation.ledger.data['sha256'][:16]}…`"),
        ("Estimates, SHA-256", f"`{fingerprint.sha256(evaluation.ledger.dumps())[:16]}…`"),
    ]
