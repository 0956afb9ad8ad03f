"""Tables of the chapter on interrupted time series."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.estimate.its import Answer, Item, Risk, risk_of_bias
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import EFFECTS, Series, all_series, leading
from pilotbook.report.series_words import ESTIMANDS, SERIES
from pilotbook.report.tables import pipe_table

MODELS = {None: "autoregressive errors", "structural": "wandering trend", "newey-west": "Newey–West (rejects too often)"}
ITEMS = {
    Item.INDEPENDENT: "Independent of other changes",
    Item.SHAPE: "Shape and date of the impact fixed before",
    Item.COLLECTION: "Reform does not change how data are collected",
    Item.BLINDING: "Knowledge of the reform does not colour the outcome",
    Item.INCOMPLETE: "Incomplete outcome data",
    Item.REPORTING: "Selective reporting",
    Item.OTHER: "Other risks",
}


def steps(evaluation: Evaluation) -> Markdown:
    """Return the steps of the reform as the plan has them, and the windows left out."""
    section = evaluation.plan.series
    assert section is not None
    rows = [[step.label, step.start, step.shape.replace("-", " "), str(step.length or "")] for step in section.steps]
    rows += [["left out", window.first, f"to {window.last}: {window.why}", ""] for window in section.excluded]
    return pipe_table(["Step", "First period", "Shape of the impact", "Periods"], "lllr", rows)


def effects(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return level, slope, effects at horizons, average and cumulative effect of the series that lead."""
    rows = [
        [
            _outcome(evaluation, series),
            row.spec["step"],
            _estimand(row),
            numbers.value(row),
            numbers.interval(row),
            numbers.value(row, "p"),
            _relative(series, row, numbers),
        ]
        for series in leading(evaluation)
        for estimand in EFFECTS
        for row in series.select(estimand)
        if "step" in row.spec
    ]
    head = ["Outcome", "Step", "Estimand", "Effect", "Interval", "p", "Per cent of the counterfactual"]
    return pipe_table(head, "lllrrrr", rows)


def models(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effect that leads by series and by model."""
    rows = []
    for series in all_series(evaluation):
        for model, name in MODELS.items():
            row = next((r for r in series.select("effect", model) if "step" in r.spec), None)
            if row is not None:
                cells = [numbers.value(row), numbers.interval(row), numbers.value(row, "p")]
                rows.append([_outcome(evaluation, series), SERIES[series.name], name, _estimand(row), *cells])
    head = ["Outcome", "Series", "Model", "Estimand", "Effect", "Interval", "p"]
    return pipe_table(head, "llllrrr", rows)


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
                _outcome(evaluation, series),
                SERIES[series.name],
                " + ".join(numbers.whole(int(p.estimate or 0)) for p in points if p is not None),
                ", ".join(numbers.value(row) for row in series.select("autoregression")),
                _value(series, "r_squared", numbers),
                _p(series, "ljung_box", numbers),
                _p(series, "seasonal_memory", numbers),
                f"{most.spec['period']} ({numbers.value(most)})",
            ]
        )
    head = [
        "Outcome",
        "Series",
        "Points before + after",
        "Autoregression",
        "R²",
        "p, autocorrelation left",
        "p, seasonal memory",
        "Most influential period (change in standard errors)",
    ]
    return pipe_table(head, "llrrrrrl", rows)


def bias(evaluation: Evaluation) -> Markdown:
    """Return EPOC's seven items: computed where the data answer, else as the plan answers."""
    section = evaluation.plan.series
    assert section is not None
    given = section.bias.model_dump(exclude_none=True)
    answers = {Item(key.replace("_", "-")): Answer(Risk(a["risk"]), a["why"]) for key, a in given.items()}
    before, after = _missing(evaluation)
    lines = risk_of_bias(
        answers,
        registered_before_data=None,
        missing_before=before,
        missing_after=after,
        outcomes_planned=len(evaluation.plan.outcomes),
        outcomes_reported=len(evaluation.ledger.headline),
    )
    rows = [[ITEMS[line.item], line.risk.value, line.why, "data" if line.computed else "plan"] for line in lines]
    return pipe_table(["Question", "Risk", "Ground", "Answered by"], "llll", rows)


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


def _estimand(row: Row) -> str:
    return ESTIMANDS[row.estimand].format(horizon=row.spec.get("horizon", ""))


def _relative(series: Series, row: Row, numbers: Numbers) -> str:
    twin = series.relative(row)
    return "" if twin is None else f"{numbers.value(twin)} ({numbers.interval(twin)})"


def _value(series: Series, estimand: str, numbers: Numbers) -> str:
    row = series.one(estimand)
    return "" if row is None else numbers.value(row)


def _p(series: Series, estimand: str, numbers: Numbers) -> str:
    row = series.one(estimand)
    return "" if row is None else numbers.value(row, "p")


def _outcome(evaluation: Evaluation, series: Series) -> str:
    return series.outcome.title if len(evaluation.plan.outcomes) > 1 else ""
