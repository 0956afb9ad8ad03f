"""Words of the chapter on the data: what is read, where it comes from, what the gates say."""

from __future__ import annotations

from pilotbook.design.plan import Outcome
from pilotbook.design.planfile import PlanFile
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import Indicator, read_catalogue
from pilotbook.panel.dataset import Dataset, find_dataset
from pilotbook.panel.quality import Gate, Quality
from pilotbook.panel.quality_of import most_revised, quality_of, quality_of_panel
from pilotbook.project import DATA
from pilotbook.report.column_names import column_name
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers, Tagged

GATES = {
    Gate.GREEN: "● green",
    Gate.YELLOW: "▲ yellow",
    Gate.RED: "■ red",
    Gate.NOT_EVALUABLE: "○ not evaluable",
}
"""A shape and a word for each gate, so that no colour is needed to tell them apart."""


def dataset_of(plan_file: PlanFile) -> Dataset:
    """Return the data set that a plan names."""
    return find_dataset(plan_file.plan.dataset, plan_file.path.parent, DATA)


def quality_of_plan(evaluation: Evaluation, dataset: Dataset) -> Quality:
    """Return the quality of what a plan reads: its outcomes and covariates, in its counties, up to its period."""
    panel, vintage = evaluation.panel, dataset.vintage
    if vintage is None:
        return quality_of_panel(panel, _columns(evaluation))
    known = read_catalogue().indicators
    pilots = [unit for unit, code in zip(panel.units, panel.cohort(never=-1), strict=True) if code != -1]
    read = dict.fromkeys(map(_indicator, panel.columns))
    return quality_of(vintage, pilots, [id for id in read if id in known], panel.units, panel.periods[-1])


def _columns(evaluation: Evaluation) -> dict[str, str | None]:
    """Return the columns of outcomes and covariates, numerators with their denominators."""
    found: dict[str, str | None] = {}
    for outcome in evaluation.plan.outcomes:
        found |= _columns_of(outcome)
    return found | {covariate.column: None for covariate in evaluation.plan.covariates}


def red_outcomes(evaluation: Evaluation, quality: Quality) -> tuple[Outcome, ...]:
    """Return the outcomes of which a column has a red gate: they do not belong on the first page."""
    red = {completeness.column for completeness in quality.completeness if completeness.gate is Gate.RED}
    return tuple(o for o in evaluation.plan.outcomes if red & {_indicator(c) for c in _columns_of(o)})


def _columns_of(outcome: Outcome) -> dict[str, str | None]:
    """Return the column of an outcome, or its numerator and denominator, each with what it is divided by."""
    if outcome.column is not None:
        return {outcome.column: None}
    if outcome.numerator is not None and outcome.denominator is not None:
        return {outcome.numerator: outcome.denominator, outcome.denominator: None}
    return {}


def _indicator(column: str) -> str:
    """Return the id of the indicator that a column of a vintage belongs to."""
    return column.partition(".")[0].partition("[")[0]


def indicator_of(column: str) -> Indicator | None:
    """Return what the catalogue says of a column; None if it is not in there."""
    return read_catalogue().indicators.get(column)


def label(evaluation: Evaluation, column: str, language: str) -> str:
    """Name a column: as the catalogue does, as the plan does, or as the data do."""
    indicator = indicator_of(column)
    if indicator is not None:
        return indicator.label(language)
    plan = evaluation.plan
    named = {outcome.column: outcome.title for outcome in plan.outcomes if outcome.column is not None}
    named |= {covariate.column: covariate.title for covariate in plan.covariates}
    return named[column].text(language) if column in named else column_name(evaluation.panel.source, column, language)


def provenance(evaluation: Evaluation, dataset: Dataset, numbers: Numbers) -> list[tuple[str, str]]:
    """Return where the data come from, as names and values."""
    language, source = numbers.language, evaluation.panel.source
    counties, periods = evaluation.panel.shape
    not_stated = say(language, "not stated")
    custodian = not_stated
    if dataset.vintage is not None:
        custodian = say_if_known(language, dataset.vintage.description["contributors"][0]["title"])
    pairs = [
        ("Data set", say_if_known(language, source.title or "") or source.name),
        ("Vintage", source.vintage or not_stated),
        ("Source", say_if_known(language, source.origin) or not_stated),
        ("Custodian", custodian),
        ("Licence", source.licence or not_stated),
        ("Day of extraction", source.date or not_stated),
        ("Counties × periods read", f"{numbers.whole(counties)} × {numbers.whole(periods)}"),
        ("Simulated", say(language, "yes" if source.simulated else "no")),
        ("SHA-256", f"`{source.sha256[:16]}…`"),
    ]
    return [(say(language, name), value) for name, value in pairs]


def run_out(quality: Quality, numbers: Numbers) -> Tagged:
    """Say whether the claims of the last period had time to come in."""
    language, judged = numbers.language, quality.run_out
    if judged is None:
        return Tagged(say(language, "The data are no vintage, so that nothing can be said of late claims."))
    if judged.months is None:
        text = "The day of extraction is not stated, so it cannot be said whether the claims of {last} have run out."
        return Tagged(say(language, text, last=judged.last))
    months = numbers.whole(judged.months)
    if judged.gate is Gate.RED:
        text = (
            "The data were drawn {months} whole months after the end of {last}: too early for its claims, which are "
            "provisional."
        )
    else:
        text = "The data were drawn {months} whole months after the end of {last}: its claims have run out."
    return Tagged(say(language, text, months=months, last=judged.last))


def worst(quality: Quality, language: str) -> Tagged:
    """Name the worst gate."""
    return Tagged(say(language, GATES[quality.worst]))


def reasons(evaluation: Evaluation, quality: Quality, language: str) -> Tagged:
    """Name what is red: indicators, which do not belong on the first page, and a last period that came too early."""
    red = [label(evaluation, c.column, language) for c in quality.completeness if c.gate is Gate.RED]
    claims, said = quality.run_out, []
    if claims is not None and claims.gate is Gate.RED:
        text = "Red is the gate of late claims: the data were drawn too early for those of {last}."
        said.append(say(language, text, last=claims.last))
    if red:
        names = say(language, "; ").join(red)
        said.append(say(language, "Red, and therefore not fit for the first page: {names}.", names=names))
    else:
        said.append(say(language, "No gate of an indicator is red."))
    return Tagged((" " if language == "en" else "").join(said))


def triangle_column(evaluation: Evaluation, dataset: Dataset) -> tuple[str, bool]:
    """Return the column of the plan that vintages revised most often, or else its first; and whether it was revised."""
    columns = list(evaluation.panel.columns)
    found = None if dataset.vintage is None else most_revised(dataset.vintage.folder.parents[1], columns)
    return (columns[0], False) if found is None else (found, True)


def revisions(evaluation: Evaluation, dataset: Dataset, language: str) -> Tagged:
    """Say what the vintages revised."""
    column, revised = triangle_column(evaluation, dataset)
    text = "The most often revised indicator of this report is {name}."
    if not revised:
        text = "No vintage revised a value that this report reads; shown is {name}."
    return Tagged(say(language, text, name=label(evaluation, column, language)))
