"""Does every reform's evaluation find what was planted? Writes docs/reforms.md.

    python benchmarks/reform_recovery.py [--write] [REFORM ...]

Each plan of a catalogued reform is evaluated on its simulated data and compared with the truth that lies beside them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy import stats

from pilotbook.design.planfile import PlanFile, find_plan, read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Row
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.project import DATA, ROOT

PERIOD = "2024Q4"
DOCUMENT = ROOT / "docs" / "reforms.md"
BEGIN, END = "<!-- recovery: written by benchmarks/reform_recovery.py -->", "<!-- end of recovery -->"
IMPROVED = (Kind.IMPROVED, Kind.IMPROVED_FRAGILE)
WORSENED = (Kind.WORSENED, Kind.WORSENED_FRAGILE)


@dataclass(frozen=True, slots=True)
class Found:
    """One outcome: what was planted and what was found."""

    reform: str
    rollout: str
    outcome: str
    truth: float | None
    least: float
    better: int
    row: Row
    detectable: float | None
    verdict: Kind

    @property
    def covered(self) -> bool | None:
        """Whether the unadjusted interval holds the truth; None without an interval or a truth."""
        if self.truth is None or self.row.ci_low is None or self.row.ci_high is None:
            return None
        return self.row.ci_low <= self.truth <= self.row.ci_high

    @property
    def agrees(self) -> str:
        """Say whether the verdict agrees with the truth."""
        if self.truth is None:
            return "nothing began"
        if self.verdict in IMPROVED:
            return "yes" if self.truth * self.better > 0 else "no"
        if self.verdict in WORSENED:
            return "yes" if self.truth * self.better < 0 else "no"
        if self.verdict is Kind.TOO_SMALL:
            return "yes" if abs(self.truth) < self.least else "no"
        return "no claim"


def evaluated(names: Sequence[str]) -> Iterator[tuple[PlanFile, Evaluation]]:
    """Evaluate the plan of every named reform."""
    for name in names:
        plan_file = read_plan(find_plan(name))
        yield plan_file, evaluate(plan_file, load_panel(plan_file), PERIOD)


def found_in(plan_file: PlanFile, evaluation: Evaluation) -> Iterator[Found]:
    """Compare every outcome with what was planted."""
    plan = plan_file.plan
    truth = json.loads((DATA / plan.dataset / "truth.json").read_text("utf-8"))["outcomes"]
    for outcome in plan.outcomes:
        row = evaluation.ledger.lead(outcome.id)
        power = evaluation.ledger.select(outcome=outcome.id, estimand="minimum_detectable_effect")
        yield Found(
            plan.reform,
            read_catalogue().reforms[plan.reform].rollout.kind,
            outcome.id,
            planted(truth[outcome.column or outcome.id], row, outcome.scale),
            outcome.minimum_important_effect,
            1 if outcome.direction == "higher" else -1,
            row,
            power[0].estimate if power else None,
            evaluation.judgement(outcome.id).verdict,
        )


def planted(truth: dict[str, Any], row: Row, scale: str) -> float | None:
    """Return the truth of the quantity that a row estimates, None where nobody starts."""
    if truth["att"] is None:
        return None
    factor, path = (100.0, truth["log_by_event_time"]) if scale == "log" else (1.0, truth["by_event_time"])
    if "event_times" in row.spec:
        first, last = map(int, row.spec["event_times"].split(".."))
        values = [path[str(e)] for e in range(first, last + 1)]
        return float(factor * sum(values) / len(values))
    if "horizon" in row.spec:
        return float(factor * path[str(int(row.spec["horizon"]) - 1)])
    return float(factor * truth["att_log"] if scale == "log" else truth["att"])


def tables(found: Sequence[Found]) -> str:
    """Return the summary and the table of every outcome as Markdown."""
    known = [one for one in found if one.truth is not None]
    with_interval = [one for one in known if one.covered is not None]
    covered = sum(bool(one.covered) for one in with_interval)
    nothing = [one for one in known if one.truth == 0 and one.verdict is not Kind.NOT_ESTIMABLE]
    false = sum(one.verdict in IMPROVED for one in nothing)
    small = [one for one in known if one.detectable is not None and 0 < abs(one.truth or 0) < one.detectable]
    effects = [one for one in known if one.truth]
    sized = [one for one in effects if one.detectable is not None]
    low, high = stats.binom.interval(0.95, max(len(with_interval), 1), 0.95)
    bound = int(stats.binom.ppf(0.95, max(len(nothing), 1), 0.05))
    reforms = len({one.reform for one in found})
    lines = [
        "| what | found | promised |",
        "|---|---|---|",
        f"| reforms evaluated | {reforms} | 71 |",
        f"| outcomes, of them with an effect, without, with harm | {len(found)}, {len(effects)}, "
        f"{len(known) - len(effects)}, {sum(one.truth * one.better < 0 for one in effects if one.truth)} | |",
        f"| effects smaller than the design can detect | {len(small)} of {len(sized)} | at least a quarter |",
        f"| unadjusted 95 % intervals that cover what was planted | {covered} of {len(with_interval)} "
        f"({100 * covered / max(len(with_interval), 1):.1f} %) | 90 to 99 % ({low:.0f} to {high:.0f} by chance) |",
        f"| improved where nothing was planted | {false} of {len(nothing)} | at most {bound} |",
        f"| verdicts that contradict what was planted | {sum(one.agrees == 'no' for one in found)} | |",
        "",
        "| reform | roll-out | leads | outcome | planted | estimate | interval | detectable | verdict | agrees |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_line, found)])


def _line(one: Found) -> str:
    row = one.row
    cells = (
        one.reform,
        one.rollout,
        row.estimator,
        one.outcome,
        _number(one.truth),
        _number(row.estimate),
        "–" if row.ci_low is None else f"{_number(row.ci_low)} to {_number(row.ci_high)}",
        _number(one.detectable),
        one.verdict.value,
        one.agrees,
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


def main() -> None:
    """Evaluate, compare, print, and with --write put the tables into the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reforms", nargs="*")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    catalogued = [reform.id for reform in read_catalogue().reforms.values() if reform.priority != "context"]
    found: list[Found] = []
    for plan_file, evaluation in evaluated(asked.reforms or catalogued):
        found += found_in(plan_file, evaluation)
        print(f"{plan_file.id}: {len(evaluation.ledger.rows)} rows", flush=True)
    text = tables(found)
    print(text)
    if asked.write:
        _write(DOCUMENT, text)


def _write(document: Path, text: str) -> None:
    before, _, rest = document.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
