"""Precision, determinant and simulation against ``statsmodels``; tolerance: double precision."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz
from statsmodels.tsa.arima_process import arma_acovf

from pilotbook.estimate.its import autoregression as ar

TOLERANCE = 1e-10
PROCESSES = [(0.0,), (0.7,), (-0.5,), (0.98,), (0.5, 0.3), (1.0, -0.4), (-0.3, 0.5)]


def covariance(phi: tuple[float, ...], n: int) -> np.ndarray:
    return toeplitz(arma_acovf(np.r_[1.0, -np.array(phi)], [1.0], n))


@pytest.mark.parametrize("phi", PROCESSES)
@pytest.mark.parametrize("n", [5, 40])
def test_precision_is_the_inverse_covariance(phi, n):
    product = ar.precision(np.array(phi), n) @ covariance(phi, n)
    np.testing.assert_allclose(product, np.eye(n), atol=TOLERANCE)


@pytest.mark.parametrize("phi", PROCESSES)
def test_determinant(phi):
    partial = ar.partial_from_phi(np.array(phi))
    expected = -np.linalg.slogdet(covariance(phi, 30))[1]
    assert ar.log_det_precision(partial) == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("phi", PROCESSES)
def test_simulation_maps_white_noise_to_the_covariance(phi):
    n = 12
    partial = np.tile(ar.partial_from_phi(np.array(phi)), (n, 1))
    root = ar.simulate(partial, np.eye(n))
    np.testing.assert_allclose(root @ root.T, covariance(phi, n), rtol=1e-9, atol=TOLERANCE)


@pytest.mark.parametrize("phi", PROCESSES)
def test_partial_and_coefficients_are_inverse(phi):
    phi = np.array(phi)
    np.testing.assert_allclose(ar.phi_from_partial(ar.partial_from_phi(phi)), phi, atol=TOLERANCE)
