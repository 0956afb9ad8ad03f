"""Where the counties lie: their provinces, and which controls lie beside a pilot."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import AnalysisPlan
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.panel.panel import Panel

DIVISION_CODE = re.compile(r"\d{6}")
"""A county code after GB/T 2260: two digits of the province, two of the prefecture, two of the county."""

PROVINCE, PREFECTURE = 2, 4


def provinces(plan: AnalysisPlan, panel: Panel, sample: AnalysisSample) -> NDArray[np.str_] | None:
    """Return (n,) the province of each county of a sample, None if it is not known.

    Parameters
    ----------
    plan, panel
        The plan, and the panel that the sample was drawn from.
    sample
        The sample.
    """
    if plan.panel.province is not None:
        named = dict(zip(panel.units, panel.texts[plan.panel.province], strict=True))
        return np.asarray([named[str(name)] for name in sample.names])
    return _digits(sample, PROVINCE)


def prefectures(sample: AnalysisSample) -> NDArray[np.str_] | None:
    """Return (n,) the prefecture of each county, None if the codes do not tell."""
    return _digits(sample, PREFECTURE)


def _digits(sample: AnalysisSample, count: int) -> NDArray[np.str_] | None:
    if not all(DIVISION_CODE.fullmatch(str(name)) for name in sample.names):
        return None
    return np.asarray([str(name)[:count] for name in sample.names])
