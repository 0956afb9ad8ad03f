"""The environment of everything that computes: one thread, one order of summation, one time zone."""

from __future__ import annotations

THREADS = {
    "OPENBLAS_NUM_THREADS": "1",  # two workers on two cores; and a fixed order of summation
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}

ENVIRONMENT = {
    **THREADS,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
}
