"""What is known of a design: the numbers that grade and verdict are read from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

Design = Literal["comparison", "controlled_series", "series"]
"""Pilots against controls; the series of their difference; the pilots' series against its own past alone."""

DESIGNS: tuple[Design, ...] = get_args(Design)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The measures of one outcome's design; None where one could not be computed.

    Attributes
    ----------
    design
        Which kind of design it is; what it has no place for is neither graded nor checked.
    assigned_pilots, assigned_controls
        Units of assignment with the reform and without; no controls: None.
    pre_periods
        Periods before the first start.
    pre_trend_p
        p value of the pre-trend test that the design permits: joint Wald, or randomisation max-t with few pilots.
    pre_trend_power
        Power of that test against the linear trend that would imitate the smallest important effect.
    drift
        Size of the bias if the slope before the start went on to the middle of the horizon, in smallest important
        effects.
    certain_drift
        The same for the end of the slope's 95 % interval that is nearer to zero; 0 if the interval holds zero.
    breakdown
        Relative magnitude of Rambachan and Roth at which the effect's interval first holds zero.
    exposed_controls
        Share of the controls that another reform reached, between 0 and 1.
    missing_share, missing_difference
        Share of missing values, and its absolute difference between pilots and controls.
    design_difference
        Largest difference between the headline and another design of the same estimand, in smallest important effects.
    designs_same_sign
        Share of these other designs whose estimate has the headline's sign.
    same_sign_share
        Share of the specifications whose estimate has the headline's sign.
    leave_one_out_same_sign
        Share of the deletions of one pilot that keep the sign.
    placebo_p
        Smallest p value of the placebos, allowing for their number.
    dip_p
        p value of pilots standing, just before the start, on the other side of their own earlier level than the effect
        goes: a return would look like it. 1 if they stood on the same side.
    family_p
        p value corrected for the outcomes of the family.
    planned_look
        1 if the report is a planned look, or the only one; 0 if it stands between or after them.
    """

    design: Design = "comparison"
    assigned_pilots: int
    assigned_controls: int | None
    pre_periods: int
    pre_trend_p: float | None = None
    pre_trend_power: float | None = None
    drift: float | None = None
    certain_drift: float | None = None
    breakdown: float | None = None
    exposed_controls: float | None = None
    missing_share: float | None = None
    missing_difference: float | None = None
    design_difference: float | None = None
    designs_same_sign: float | None = None
    same_sign_share: float | None = None
    leave_one_out_same_sign: float | None = None
    placebo_p: float | None = None
    dip_p: float | None = None
    family_p: float | None = None
    planned_look: float | None = None

    def value(self, name: str) -> float | None:
        """Return a measure by its name; None if it could not be computed, or came out as no number."""
        value: float | None = getattr(self, name)
        return None if value is None or math.isnan(value) else value
