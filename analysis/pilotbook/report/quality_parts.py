"""Which parts of the chapter on the data have something to show."""

from __future__ import annotations

import numpy as np

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import read_catalogue


def quality_parts(evaluation: Evaluation) -> dict[str, bool]:
    """Return, by part, whether the data of an evaluation have it."""
    source, plan = evaluation.panel.source, evaluation.plan
    counts = evaluation.contract.flow.outcomes.values()
    indicators = read_catalogue().indicators
    catalogued = [about for o in plan.outcomes if (about := indicators.get(o.column or "")) is not None]
    return {
        "vintage": source.is_vintage,
        "revisions": source.follows is not None,
        "missing": any(bool(np.isnan(values).any()) for values in evaluation.panel.columns.values()),
        "gaps": any(c.with_gaps.counties or c.incomplete.counties for c in counts),
        "shares": any(o.denominator for o in plan.outcomes) or any(about.numerator for about in catalogued),
    }
