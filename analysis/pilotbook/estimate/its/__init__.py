"""Interrupted time series, alone and controlled.

Read in this order: `segments` (what a plan declares), `gates` (what a series supports), `reml` and
`bootstrap` (fit and inference), `effects` (what is reported), `series` (one series from values to results).
Beside them stand `counts`, `structural`, `controlled`, `pooled` and `many`; `agreement`, `bias` and
`diagnostics` judge.
"""

from .agreement import Agreement, agreement
from .bias import ASKED, Answer, BiasItem, Item, Risk, risk_of_bias
from .controlled import Controlled, ControlledCounts, controlled, controlled_counts
from .counts import CountResult, RateRatio, interrupted_counts
from .effects import Estimand, ItsEffect
from .gates import Flag, NoClaim, Reason
from .many import ManyResults, interrupted_many
from .pooled import Heterogeneity, PooledSeries, average_series, heterogeneity
from .segments import Interruption, Season, SeasonKind, Segments, Shape
from .series import ItsResult, Path, Placebo, interrupted, placebo_interruptions
from .structural import StructuralResult, structural

__all__ = [
    "ASKED",
    "Agreement",
    "Answer",
    "BiasItem",
    "Controlled",
    "ControlledCounts",
    "CountResult",
    "Estimand",
    "Flag",
    "Heterogeneity",
    "Interruption",
    "Item",
    "ItsEffect",
    "ItsResult",
    "ManyResults",
    "NoClaim",
    "Path",
    "Placebo",
    "PooledSeries",
    "RateRatio",
    "Reason",
    "Risk",
    "Season",
    "SeasonKind",
    "Segments",
    "Shape",
    "StructuralResult",
    "agreement",
    "average_series",
    "controlled",
    "controlled_counts",
    "heterogeneity",
    "interrupted",
    "interrupted_counts",
    "interrupted_many",
    "placebo_interruptions",
    "risk_of_bias",
    "structural",
]
