"""Examples that saturate: monotone, the same for priors, pilots and what is required."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import learning

examples = st.floats(1.0, 200_000.0)
saturation = st.floats(100.0, 1e6)
PILOTS = np.array([[200.0, 70, 100], [2000.0, 55, 100]])


def a(value: float) -> np.ndarray:
    """Return a scalar as the textbook takes it."""
    return np.full((1, 1), float(value))


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
            float(learning.saturated_mean(level, a(1.2), a(slope), a(0.25), pilots, a(0.03), a(3.0), a(s), a(n))[0, 0])
            for n in (count, count * times)
        )
        assert many >= few - 1e-12


@given(st.floats(60.0, 40_000.0), saturation)
def test_a_large_pilot_at_the_planned_size_is_believed(count: float, s: float) -> None:
    """With a million graded answers at the planned examples, the mean is what was measured and little variance is left."""
    pilots = np.array([[count, 900_000.0, 1_000_000.0]])
    given_ = a(0.0), a(1.2), a(0.8), a(0.25), pilots, a(0.0), a(3.0), a(s), a(count)
    assert float(learning.saturated_mean(*given_)[0, 0]) == pytest.approx(np.log(9.0), abs=1e-3)
    assert float(learning.saturated_variance(*given_)[0, 0]) < 1e-3


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
