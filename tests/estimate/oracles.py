"""Calls of the independent implementations, quiet and as exact as they can be."""

from __future__ import annotations

import warnings
from typing import Any

import diff_diff
import pandas as pd
import pyfixest


def feols(formula: str, frame: pd.DataFrame, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyfixest.feols(formula, frame, fixef_tol=1e-12, fixef_maxiter=100_000, **options)


def fit(estimator: Any, frame: pd.DataFrame, *args: str, **options: Any) -> Any:
    """Fit a diff-diff estimator without its advice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(frame, *args, **options)


def survey(cluster: str) -> Any:
    """Weights `w`, clustered on `cluster`."""
    return diff_diff.SurveyDesign(weights="w", psu=cluster)
