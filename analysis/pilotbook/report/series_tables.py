"""Tables of the chapter on interrupted time series."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.estimate.its import Answer, Item, Risk, risk_of_bias
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import EFFECTS, Series, all_series, leading
from pilotbook.report.series_words import estimand_name, series_name, step_name
from pilotbook.report.tables import pipe_table

MODELS = {
    None: "autoregressive errors",
    "structural": "wandering trend",
    "newey-west": "Newey–West (rejects too often)",
}
SHAPES = {
    "level": "level",
    "slope": "slope",
    "level-and-slope": "level and slope",
    "delayed": "delayed level",
    "ramp": "ramp",
    "temporary": "temporary level",
}
ITEMS = {
    Item.INDEPENDENT: "Independent of other changes",
    Item.SHAPE: "Shape and date of the impact fixed before",
    Item.COLLECTION: "Reform does not change how data are collected",
    Item.BLINDING: "Knowledge of the reform does not colour the outcome",
    Item.INCOMPLETE: "Incomplete outcome data",
    Item.REPORTING: "Selective reporting",
    Item.OTHER: "Other risks",
}


GROUNDS = {
    "plan-not-registered": "the plan is not registered",
    "registered-before": "registered before the data were seen",
    "registered-after": "registered after the data were seen",
    "not-answered": "nobody has answered",
    "all-reported": "every planned outcome is reported",
    "some-unreported": "a planned outcome is not reported",
}
RISKS = {Risk.LOW: "low", Risk.HIGH: "high", Risk.UNCLEAR: "unclear"}


def steps(evaluation: Evaluation, language: str) -> Markdown:
    """Return the steps of the reform as the plan has them, and the windows left out."""
    section = evaluation.plan.series
    assert section is not None
    rows = [
        [
            step_name(evaluation, step.label, language),
            step.start,
            say(language, SHAPES[step.shape]),
            str(step.length or ""),
        ]
        for step in section.steps
    ]
    for window in section.excluded:
        span = f"{window.first}–{window.last}"
        rows.append([say(language, "left out"), span, window.because.text(language), ""])
    return _table(language, ["Step", "First period", "Shape of the impact", "Periods"], "lllr", rows)


def effects(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return level, slope, effects at horizons, average and cumulative effect of the series that lead."""
    several = evaluation.plan.series is not None and len(evaluation.plan.series.steps) > 1
    rows = [
        [
            _outcome(evaluation, series, numbers.language),
            step_name(evaluation, row.spec["step"], numbers.language) if several else "",
            estimand_name(numbers.language, row),
            numbers.value(row),
            numbers.interval(row),
            numbers.value(row, "p"),
            _relative(series, row, numbers),
        ]
        for series in leading(evaluation)
        for row in _distinct(series)
    ]
    head = ["Outcome", "Step", "Estimand", "Effect", "Interval", "p", "Per cent of the counterfactual"]
    return _table(numbers.language, head, "lllrrrr", rows)


def models(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effect that leads by series and by model."""
    rows = []
    for series in all_series(evaluation):
        for model, name in MODELS.items():
            row = series.longest(model)
            if row is not None:
                cells = [numbers.value(row), numbers.interval(row), numbers.value(row, "p")]
                names = [series_name(numbers.language, series.name), say(numbers.language, name)]
                outcome = _outcome(evaluation, series, numbers.language)
                rows.append([outcome, *names, estimand_name(numbers.language, row), *cells])
    head = ["Outcome", "Series", "Model", "Estimand", "Effect", "Interval", "p"]
    return _table(numbers.language, head, "llllrrr", rows)


def diagnostics(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return length, fit, memory of the errors and the most influential period of every series."""
    rows = []
    for series in all_series(evaluation):
        if not series.analysed:
            continue
        most = series.one("most_influential")
        assert most is not None
        points = (series.one("points_before"), series.one("points_after"))
        rows.append(
            [
                _outcome(evaluation, series, numbers.language),
                series_name(numbers.language, series.name),
                " + ".join(numbers.whole(int(p.estimate or 0)) for p in points if p is not None),
                ", ".join(numbers.value(row) for row in series.select("autoregression")),
                _value(series, "r_squared", numbers),
                _p(series, "ljung_box", numbers),
                _p(series, "seasonal_memory", numbers),
                f"{most.spec['period']} ({numbers.value(most)})",
            ]
        )
    head = ["Outcome", "Series", "Points", "Memory", "R²", "p, any", "p, season", "Most influential"]
    return _table(numbers.language, head, "llrrrrrl", rows)


def bias(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return EPOC's seven items: computed where the data answer, else as the plan answers."""
    section = evaluation.plan.series
    assert section is not None
    given = {name: getattr(section.bias, name) for name in type(section.bias).model_fields}
    answers = {
        Item(name.replace("_", "-")): Answer(Risk(answer.risk), answer.because.text(numbers.language))
        for name, answer in given.items()
        if answer is not None
    }
    before, after = _missing(evaluation)
    lines = risk_of_bias(
        answers,
        registered_before_data=_registered_before(evaluation),
        missing_before=before,
        missing_after=after,
        outcomes_planned=len(evaluation.plan.outcomes),
        outcomes_reported=len(evaluation.ledger.headline),
    )
    language = numbers.language
    grounds = {
        Item.INCOMPLETE: say(
            language,
            "{before}% of periods without a value before, {after}% after",
            before=numbers.decimal(100 * before, 1),
            after=numbers.decimal(100 * after, 1),
        )
    }
    rows = [
        [
            say(language, ITEMS[line.item]),
            say(language, RISKS[line.risk]),
            grounds.get(line.item) or say_if_known(language, GROUNDS.get(line.why, line.why)),
            say(language, "data" if line.computed else "plan"),
        ]
        for line in lines
    ]
    return _table(language, ["Question", "Risk", "Ground", "Answered by"], "llll", rows)


def _registered_before(evaluation: Evaluation) -> bool | None:
    """Tell whether the plan was registered before data under the reform were there; None if it was not at all."""
    registration = evaluation.ledger.registration
    return None if "date" not in registration else not registration["after_the_data"]


def _missing(evaluation: Evaluation) -> tuple[float, float]:
    """Return the largest share of periods without a value before and from the first step on."""
    section = evaluation.plan.series
    assert section is not None
    first = min(step.start for step in section.steps)
    shares = [(0.0, 0.0)]
    for series in leading(evaluation):
        observed = series.select("observed")
        sides = [[r for r in observed if (r.spec["period"] < first) is early] for early in (True, False)]
        shares.append(tuple(sum(r.estimate is None for r in side) / max(len(side), 1) for side in sides))  # type: ignore[arg-type]  # two sides
    return max(s[0] for s in shares), max(s[1] for s in shares)


def _distinct(series: Series) -> list[Row]:
    """Give the effects of a series, each step's in the order of the table; a level alone is the same at any horizon."""
    rows = [row for estimand in EFFECTS for row in series.select(estimand) if "step" in row.spec]
    first: dict[tuple[str, float | None, float | None], Row] = {}
    for row in rows:
        first.setdefault((row.spec["step"], row.estimate, row.ci_low), row)
    return list(first.values())


def _relative(series: Series, row: Row, numbers: Numbers) -> str:
    twin = series.relative(row)
    return "" if twin is None else f"{numbers.value(twin)} ({numbers.interval(twin)})"


def _value(series: Series, estimand: str, numbers: Numbers) -> str:
    row = series.one(estimand)
    return "" if row is None else numbers.value(row)


def _p(series: Series, estimand: str, numbers: Numbers) -> str:
    row = series.one(estimand)
    return "" if row is None else numbers.value(row, "p")


def _outcome(evaluation: Evaluation, series: Series, language: str) -> str:
    return series.outcome.title.text(language) if len(evaluation.plan.outcomes) > 1 else ""


def _table(language: str, head: list[str], align: str, rows: list[list[str]]) -> Markdown:
    return pipe_table([say(language, name) for name in head], align, rows)
