"""Means of intervals, heavy tails, and points that hang on no request."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models import sampling

POINTS = sampling.fixed_points("test of means", 2)
FAMILIES: tuple[sampling.Family, ...] = ("positive", "share", "rate")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("ends", [(0.1, 0.3), (0.02, 0.9), (0.45, 0.55)])
def test_the_mean_is_that_of_the_draws(family: sampling.Family, ends: tuple[float, float]) -> None:
    """The mean of an interval is the mean of its draws."""
    draws = sampling.quantile(POINTS[:, 0], *ends, family)
    assert float(draws.mean()) == pytest.approx(sampling.mean(*ends, family), rel=1e-2)


@given(st.floats(0.01, 0.98), st.floats(0.001, 0.9))
@settings(max_examples=100)
def test_the_mean_lies_inside_the_interval_of_a_share(low: float, part: float) -> None:
    """The mean of a share lies inside its interval, as its mirror image does."""
    high = low + (0.99 - low) * part
    mean = sampling.mean(low, high, "share")
    assert low <= mean <= high
    assert sampling.mean(1 - high, 1 - low, "share") == pytest.approx(1 - mean, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_number_is_its_own_mean(family: sampling.Family) -> None:
    """An interval of no width is itself, at 0 and 1 too."""
    assert [sampling.mean(x, x, family) for x in (0.0, 0.37, 1.0)] == [0.0, 0.37, 1.0]


def test_heavy_tails_have_a_standard_deviation_of_one() -> None:
    """The deviates are those of Student's t over the square root of 2, symmetric, and wider than the normal far out."""
    found = sampling.student_quantile(np.array([0.001, 0.25, 0.999]))
    np.testing.assert_allclose(found * np.sqrt(2.0), stats.t.ppf([0.001, 0.25, 0.999], 4), rtol=1e-9)
    assert found[2] > stats.norm.ppf(0.999) and abs(found[1]) < abs(stats.norm.ppf(0.25))
    assert sampling.student_quantile(POINTS[:, 0]).std() == pytest.approx(1.0, abs=0.03)


def test_fixed_points_hang_on_no_request() -> None:
    """The fixed points of a name are the same every time, cannot be written to, and are not those of a case's draws."""
    assert sampling.fixed_points("test of means", 2) is POINTS and not POINTS.flags.writeable
    assert not np.array_equal(POINTS, sampling.sobol_block("test of means", 2, 8192, 0))
    assert not np.array_equal(POINTS, sampling.fixed_points("test of more means", 2))
