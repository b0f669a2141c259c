"""Examples that saturate: monotone, the same for priors, pilots and what is required."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from models import learning

examples = st.floats(1.0, 200_000.0)
saturation = st.floats(100.0, 1e6)
PILOTS = np.array([[200.0, 70, 100], [2000.0, 55, 100]])


def a(value: float) -> np.ndarray:
    """Return a scalar as the textbook takes it."""
    return np.full((1, 1), float(value))


def line_of(
    level: np.ndarray, slope: float, pilots: np.ndarray, s: float, seed: float = 0.03
) -> tuple[np.ndarray, ...]:
    """Return a prior and its pilots, these on the straight line."""
    return level, a(1.2), a(slope), a(0.25), learning.pilots_on_line(pilots, a(s)), a(seed), a(3.0)


@given(examples, st.floats(1.0, 10.0), saturation)
def test_more_examples_never_count_less(count: float, times: float, s: float) -> None:
    """Effective examples grow with examples, less than in proportion, and never reach the saturation."""
    few, many = (float(learning.effective_examples(np.array(n), s)) for n in (count, count * times))
    assert few <= many <= few * times * (1 + 1e-12)
    assert many < s


@given(st.floats(50.0, 50_000.0))
def test_without_saturation_every_example_counts(count: float) -> None:
    """With an infinite saturation examples stand on the straight line as they are, and 1,000 always do."""
    assert float(learning.examples_on_line(np.array(count), np.inf)) == pytest.approx(count, rel=1e-12)
    assert float(learning.examples_on_line(np.array(1000.0), count)) == pytest.approx(1000.0, rel=1e-12)


@given(st.floats(0.05, 0.95), examples, st.floats(1.0, 10.0), saturation, st.floats(-1.0, 1.0))
@settings(max_examples=200)
def test_more_examples_never_lower_the_accuracy(
    prompt: float, count: float, times: float, s: float, slope: float
) -> None:
    """The mean of the log-odds does not fall with examples, with pilots that fall and without any."""
    level = learning.prior_level(a(prompt), a(1.5), a(0.5))
    for pilots in (PILOTS, np.empty((0, 3))):
        few, many = (
            float(learning.predictive_mean(*line_of(level, slope, pilots, s), learning.examples_on_line(a(n), s))[0, 0])
            for n in (count, count * times)
        )
        assert many >= few - 1e-12


@given(st.floats(60.0, 40_000.0), saturation)
def test_a_large_pilot_at_the_planned_size_is_believed(count: float, s: float) -> None:
    """With a million graded answers at the planned examples, the mean is what was measured and little variance is left."""
    pilots = np.array([[count, 900_000.0, 1_000_000.0]])
    given_ = *line_of(a(0.0), 0.8, pilots, s, seed=0.0), learning.examples_on_line(a(count), s)
    assert float(learning.predictive_mean(*given_)[0, 0]) == pytest.approx(np.log(9.0), abs=1e-3)
    assert float(learning.predictive_variance(*given_)[0, 0]) < 1e-3


@given(st.floats(0.05, 0.95), examples, st.floats(1.0, 10.0), saturation, st.floats(0.0, 1.5))
@settings(max_examples=200)
def test_more_examples_never_lower_the_expected_accuracy(
    prompt: float, count: float, times: float, s: float, slope: float
) -> None:
    """The mean of the accuracy itself, over all that is uncertain of it, does not fall with examples."""
    level = learning.prior_level(a(prompt), a(1.5), a(0.5))
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    for pilots in (PILOTS, np.empty((0, 3))):
        expected = []
        for n in (count, count * times):
            given_ = *line_of(level, slope, pilots, s), learning.examples_on_line(a(n), s)
            mean, variance = learning.predictive_mean(*given_), learning.predictive_variance(*given_)
            expected.append(float(expit(mean + np.sqrt(variance) * nodes).ravel() @ weights / weights.sum()))
        assert expected[1] >= expected[0] - 1e-9


@given(st.floats(0.3, 0.9), saturation, st.floats(0.5, 0.95))
@settings(max_examples=100, deadline=None)
def test_what_is_required_reaches_what_was_asked_for(target: float, s: float, confidence: float) -> None:
    """At the required examples the chance is what was asked for, and a few fewer do not reach it."""
    line = (a(0.5), a(0.7), a(0.05), a(0.0), a(0.01))
    found = learning.required_examples(*line, a(0.02), target, confidence, s)

    def chance(count: float) -> float:
        t = learning.decades(learning.examples_on_line(a(count), s))
        variance = line[2] + t**2 * line[4] + 0.02
        return float(learning.probability_above(line[0] + line[1] * t, variance, np.array(target))[0, 0])

    if np.isinf(found):
        assert max(chance(count) for count in np.geomspace(50.0, 50_000.0, 40)) < confidence + 1e-9
    else:
        assert chance(found) >= confidence - 1e-6
        assert found == 50.0 or chance(0.99 * found) < confidence


@given(st.floats(100.0, 20_000.0), saturation)
def test_more_trials_resolve_more(count: float, s: float) -> None:
    """The share of a variance that one more pilot resolves grows with its graded answers, and at its size with its examples."""
    line = a(0.5), a(0.7), a(0.3), a(0.0), a(0.2)
    predictive = a(1.0)
    few, many = (
        float(learning.resolved_share(line, predictive, a(0.02), a(count), a(count), a(n), s)[0, 0])
        for n in (50.0, 500.0)
    )
    assert 0.0 <= few <= many <= 1.0
