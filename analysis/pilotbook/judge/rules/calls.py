"""The functions of the language at work: each takes its arguments and gives back a value with its mask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pilotbook.judge.rules import operations
from pilotbook.judge.rules.facts import EffectLimits, Facts, Lack
from pilotbook.judge.rules.funnel import upper_limits
from pilotbook.judge.rules.tree import Call, Name, Node, Number, Text
from pilotbook.judge.rules.truth import UNKNOWN, all_of, truth_of
from pilotbook.judge.rules.values import NOTHING, Lacks, Value, known_truth, union, unknown
from pilotbook.panel.periods import period_kind

PER_YEAR = {"Y": 1, "Q": 4, "M": 12}

Arguments = Sequence[Node]


class Run(Protocol):
    """A walk over a tree: the facts, what is missing so far, and how a part is evaluated."""

    facts: Facts
    lacks: Lacks

    def visit(self, node: Node) -> Value:
        """Evaluate a part."""

    def column(self, name: str, lack: Lack, truth: bool = False) -> Value:
        """Return the observed values of a name."""


def _abs(run: Run, arguments: Arguments) -> Value:
    value = run.visit(arguments[0])
    return Value(np.abs(value.data), value.missing)


def _max(run: Run, arguments: Arguments) -> Value:
    values = [run.visit(argument) for argument in arguments]
    return Value(np.maximum(values[0].data, values[1].data), union(values))


def _consecutive(run: Run, arguments: Arguments) -> Value:
    count, kind = int(_number(arguments[1])), _text(arguments[2])
    value, shape = run.visit(arguments[0]), run.facts.shape
    truth = np.array(np.broadcast_to(value.data, shape), dtype=np.int8)
    missing = operations.running_union(np.array(np.broadcast_to(value.missing, shape)), count)
    if period_kind(str(run.facts.windows[-1])) != kind:
        return Value(np.full(shape, UNKNOWN), missing | run.lacks.bit(Lack("window", kind)))
    early = np.broadcast_to(np.arange(shape[1]) < count - 1, shape)
    return Value(operations.running_all(truth, count), missing | run.lacks.mask(early, Lack("history", kind)))


def _series(run: Run, node: Node) -> tuple[str, Value]:
    """Return a series on all units and windows."""
    assert isinstance(node, Name)
    value, shape = run.column(node.series, Lack("series", node.series)), run.facts.shape
    data = np.array(np.broadcast_to(value.data, shape), dtype=np.float64)
    return node.series, Value(data, np.array(np.broadcast_to(value.missing, shape)))


def _derived(run: Run, data: NDArray[np.float64], given: Value, lack: Lack) -> Value:
    """Return what was derived from a series; where it is missing though the series is not, something else is."""
    full = np.array(np.broadcast_to(data, run.facts.shape))
    return Value(full, given.missing | run.lacks.mask(np.isnan(full) & (given.missing == 0), lack))


def _yoy(run: Run, arguments: Arguments) -> Value:
    name, value = _series(run, arguments[0])
    lag = PER_YEAR[run.facts.windows[-1].freqstr[0]]
    return _derived(run, operations.growth(value.data, lag), value, Lack("year-ago", name))


def _previous(run: Run, arguments: Arguments) -> Value:
    name, value = _series(run, arguments[0])
    earlier = operations.lagged(value.data, 1)
    return Value(earlier, run.lacks.mask(np.isnan(earlier), Lack("previous", name)))


def _baseline(run: Run, arguments: Arguments) -> Value:
    name, value = _series(run, arguments[0])
    mean = operations.mean_before(value.data, run.facts.start)
    return Value(mean, run.lacks.mask(np.isnan(mean), Lack("baseline", name)))


def _provincial_mean(run: Run, arguments: Arguments) -> Value:
    name, value = _series(run, arguments[0])
    mean = operations.group_mean(value.data, run.facts.province)
    return Value(mean, run.lacks.mask(np.isnan(mean), Lack("province", name)))


def _funnel_limit(run: Run, arguments: Arguments) -> Value:
    (name, value), shape = _series(run, arguments[0]), run.facts.shape
    size = run.column(f"{name}.denominator", Lack("denominator", name))
    denominator = np.array(np.broadcast_to(size.data, shape), dtype=np.float64)
    limits = 100 * upper_limits(value.data / 100, denominator, run.facts.province, _number(arguments[1]))
    given = Value(limits, value.missing | np.broadcast_to(size.missing, shape))
    return _derived(run, limits, given, Lack("province", name))


def _any_abs_z(run: Run, arguments: Arguments) -> Value:
    """Return the largest known distance: one that is far away settles it, whatever those that are missing are."""
    values = []
    for argument in arguments:
        name, value = _series(run, argument)
        distance = np.abs(operations.distance_from_peers(value.data, run.facts.peers))
        values.append(_derived(run, distance, value, Lack("peers", name)))
    known = np.stack([np.where(np.isnan(value.data), -np.inf, value.data) for value in values]).max(axis=0)
    return Value(np.where(np.isinf(known), np.nan, known), union(values))


def _reported(run: Run, arguments: Arguments) -> Value:
    there = []
    for name in _names(arguments):
        data = run.facts.series(name)
        found = np.zeros((1, 1), dtype=bool) if data is None else ~unknown(data)
        there.append(truth_of(found, np.ones_like(found)))
    no_units = np.full((1, 1), run.lacks.bit(Lack("units")))
    return Value(all_of(there), NOTHING if run.facts.units else no_units)


def _effect_reported(run: Run, arguments: Arguments) -> Value:
    effects = run.facts.effects
    return known_truth(all(name in effects and not np.isnan(effects[name].lower95) for name in _names(arguments)))


def _end(side: str) -> Operation:
    """Return the operation that reads one end of an effect's interval."""

    def read(run: Run, arguments: Arguments) -> Value:
        node = arguments[0]
        assert isinstance(node, Call)
        (name,) = _names(node.arguments)
        effect = run.facts.effects.get(name, EffectLimits(lack="no_outcome"))
        if node.function == "relative_effect":
            factor = 100 / abs(effect.baseline) if effect.baseline else np.nan
        else:
            factor = run.facts.yearly.get(name, 1.0)
        data = np.full((1, 1), np.nan if effect.lack else getattr(effect, side) * factor)
        kind = "harm-interval" if side.endswith("90") and not effect.lack else "effect"
        return Value(data, run.lacks.mask(np.isnan(data), Lack(kind, name, effect.lack or "no_interval")))

    return read


def _recorded(record: Mapping[str, bool], run: Run, lack: Lack) -> Value:
    known = record.get(lack.name)
    return run.lacks.absent(lack, truth=True) if known is None else known_truth(known)


def _report_exists(run: Run, arguments: Arguments) -> Value:
    return _recorded(run.facts.reports, run, Lack("reports", _text(arguments[0])))


def _meeting_logged(run: Run, arguments: Arguments) -> Value:
    return _recorded(run.facts.meetings, run, Lack("meetings", _text(arguments[0])))


def _year_elapsed(run: Run, arguments: Arguments) -> Value:
    ends = [window.end_time for window in run.facts.windows]
    return Value(np.asarray([[end.day_of_year / (366 if end.is_leap_year else 365) for end in ends]]), NOTHING)


def _fired(run: Run, arguments: Arguments) -> Value:
    rule = _text(arguments[0])
    truth = run.facts.fired.get(rule)
    if truth is None:
        return run.lacks.absent(Lack("rule", rule), truth=True)
    return Value(truth, run.lacks.mask(truth == UNKNOWN, Lack("rule", rule)))


def _names(arguments: Arguments) -> list[str]:
    return [argument.series for argument in arguments if isinstance(argument, Name)]


def _number(node: Node) -> float:
    assert isinstance(node, Number)
    return node.value


def _text(node: Node) -> str:
    assert isinstance(node, Text)
    return node.value


Operation = Callable[[Run, Arguments], Value]
OPERATIONS: Mapping[str, Operation] = {
    "abs": _abs,
    "max": _max,
    "consecutive": _consecutive,
    "yoy": _yoy,
    "previous": _previous,
    "baseline": _baseline,
    "provincial_mean": _provincial_mean,
    "funnel_limit": _funnel_limit,
    "any_abs_z": _any_abs_z,
    "reported": _reported,
    "effect_reported": _effect_reported,
    "lower95": _end("lower95"),
    "upper95": _end("upper95"),
    "lower90": _end("lower90"),
    "upper90": _end("upper90"),
    "report_exists": _report_exists,
    "meeting_logged": _meeting_logged,
    "year_elapsed": _year_elapsed,
    "fired": _fired,
}
"""By name; ``effect`` and ``relative_effect`` have no value of their own, their ends do."""
