"""Who and when: the part of a panel that a plan asks about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import AnalysisPlan
from pilotbook.panel.panel import Panel


def within_scope(plan: AnalysisPlan, panel: Panel) -> Panel:
    """Return the counties and periods that take part.

    Parameters
    ----------
    plan
        The plan; of it, the exclusions and the window.
    panel
        The panel. A window that ends after it, as when an early period is reported, is cut at its end.
    """
    excluded = {unit for group in plan.exclusions for unit in group.units}
    if excluded:
        panel = panel.select(~np.isin(np.asarray(panel.units), list(excluded)))
    if plan.window is None:
        return panel
    first = panel.period(plan.window.first) if plan.window.first else panel.periods[0]
    last = panel.period(plan.window.last) if plan.window.last else panel.periods[-1]
    chosen = [i for i, period in enumerate(panel.periods) if first <= period <= last]
    return replace(
        panel,
        periods=tuple(panel.periods[i] for i in chosen),
        columns={name: values[:, chosen] for name, values in panel.columns.items()},
    )


def left_out(plan: AnalysisPlan, panel: Panel) -> NDArray[np.bool_]:
    """Return (N, T) the county-periods that no estimate uses: the transition, and COVID periods if they are dropped."""
    counties, periods = panel.shape
    out = np.zeros((counties, periods), dtype=bool)
    if plan.covid is not None and plan.covid.policy == "drop":
        first, last = panel.period(plan.covid.first), panel.period(plan.covid.last)
        out[:, [first <= period <= last for period in panel.periods]] = True
    if plan.transition:
        start = panel.cohort(never=periods)[:, None]
        time = np.arange(periods)
        out |= (time >= start) & (time < start + plan.transition)
    return out
