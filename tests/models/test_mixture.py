"""What pilots say of the chance that a fine-tune changes nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.mixture import share_unchanged

a = np.array
PILOTS = st.lists(st.tuples(st.integers(60, 20_000), st.integers(20, 95)), min_size=1, max_size=3)


def density(y: float, mean: float, variance: float) -> float:
    """Return the density of a normal variable."""
    return math.exp(-((y - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


@given(st.floats(0.05, 0.95), st.floats(0.3, 0.95), st.floats(-1, 3), PILOTS)
def test_pilots_decide_by_bayes_rule(weight: float, prompt: float, level: float, pilots: list[tuple[int, int]]) -> None:
    """It is what Bayes' rule gives by hand, pilot after pilot, on a line whose slope is known."""
    table = a([(float(n), float(k), 100.0) for n, k in pilots])
    seed, v_level, slope = 0.05, 0.7, 0.6
    found = share_unchanged(
        a(weight), a([[prompt]]), a([[level]]), a(v_level), a(slope), a(0.0), table, a(seed), a(0.0)
    )
    unchanged, learnt = weight, 1 - weight
    mean, variance = level, v_level
    for n, k in pilots:
        rate = (k + 0.5) / 101
        y, noise = math.log(rate / (1 - rate)), 1 / (100 * rate * (1 - rate)) + seed
        at = mean + slope * math.log10(n / 1000)
        unchanged *= density(y, math.log(prompt / (1 - prompt)), noise)
        learnt *= density(y, at, variance + noise)
        mean += variance / (variance + noise) * (y - at)
        variance -= variance**2 / (variance + noise)
    assert float(found[0, 0]) == pytest.approx(unchanged / (unchanged + learnt), rel=1e-6, abs=1e-12)


def test_a_chance_of_nothing_stays_nothing() -> None:
    """Where a fine-tune cannot be without effect, no pilot makes it so."""
    table = a([[500.0, 90.0, 100.0]])
    found = share_unchanged(a(0.0), a([[0.9]]), a([[1.0]]), a(0.5), a(0.5), a(0.2), table, a(0.05), a(1.0))
    assert float(found[0, 0]) == 0.0
