"""The words of the report: names of methods, and sentences chosen by what the ledger says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from IPython.display import Markdown

from pilotbook import fingerprint
from pilotbook.design.contract import Contract
from pilotbook.design.plan import Outcome
from pilotbook.design.planfile import PlanFile
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.project import PLANS
from pilotbook.report.language import say, say_if_known
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


def headlines(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say the headline of every outcome, each with the wider interval of its small-sample form."""
    parts = [_headline(evaluation, outcome, numbers) for outcome in evaluation.plan.outcomes]
    between = say(numbers.language, "{one} {another}", one="", another="")
    return Markdown("\n\n".join(between.join(part) for part in parts))


def _headline(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> list[str]:
    """Say what the headline of an outcome is, and what its interval rules out and does not."""
    language, row = numbers.language, evaluation.ledger.lead(outcome.id)
    title, unit = outcome.title.text(language), outcome.unit.text(language)
    reason = say_if_known(language, row.reason or "")
    if row.estimate is None:
        return [say(language, "**{title}: not estimable.** {reason}", title=title, reason=reason)]
    said = [
        say(
            language,
            "**{title}.** The estimated effect is **{effect}** {unit} (pilots before the reform: {baseline}).",
            title=title,
            effect=numbers.value(row),
            unit=unit,
            baseline=numbers.value(row, "baseline"),
        )
    ]
    if row.ci_low is None or row.ci_high is None:
        none = _out_of_reach(row, numbers) or say(language, "No interval can be given: {reason}.", reason=reason)
        return [*said, none]
    level = numbers.decimal(100 * (row.level or 0), 0)
    low, high = numbers.value(row, "ci_low"), numbers.value(row, "ci_high")
    said.append(say(language, "The {level}% interval reaches from {low} to {high}.", level=level, low=low, high=high))
    said += _by_draws(row, numbers)
    return [*said, *_reading(row, outcome, numbers), *_small_sample(evaluation, row, numbers)]


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


def _reading(row: Row, outcome: Outcome, numbers: Numbers) -> list[str]:
    """Say what an interval means, measured by zero and by the smallest important effect."""
    assert row.ci_low is not None
    assert row.ci_high is not None
    language, least = numbers.language, outcome.minimum_important_effect
    size = numbers.decimal(least, 0 if float(least).is_integer() else 2)
    if row.ci_low <= 0 <= row.ci_high:
        none = say(language, "It includes zero: no effect was detected.")
        if row.ci_low <= -least or row.ci_high >= least:
            known = say(
                language,
                "It also includes the smallest important effect, {size}, so that an important effect is not ruled out.",
                size=size,
            )
        else:
            known = say(language, "It excludes the smallest important effect, {size}, in both directions.", size=size)
        return [none, known]
    if (row.ci_low > 0) == (outcome.direction == "higher"):
        direction = say(language, "It excludes zero, in the better direction.")
    else:
        direction = say(language, "It excludes zero, in the worse direction.")
    return [direction, say(language, "The smallest important effect is {size}.", size=size)]


def _small_sample(evaluation: Evaluation, lead: Row, numbers: Numbers) -> list[str]:
    """Say how wide the interval is with the small-sample form of the error, where it is another one."""
    twins = [row for row in evaluation.ledger if row.id.startswith(f"{lead.id};error=") and row.ci_low is not None]
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
    plan = plan_file.id if plan_file.path.parent == PLANS else plan_file.path.name
    return Markdown(f"```\npilotbook render {plan} --period {evaluation.ledger.period} --lang {language}\n```")


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
