"""Lives of base models: the hazard they are drawn from, their order, and the months their ends fall in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import lifetime, sampling

STARTS = np.array([0.0, 6.0, 12.0, 18.0])
HAZARDS = np.array([0.0, 0.4, 1.0, 1.3])
MONTHS = np.arange(1.0, 25.0)
uniform = st.floats(1e-6, 1.0 - 1e-6)
hazards = st.lists(st.just(0.0) | st.floats(0.05, 12.0), min_size=4, max_size=4).map(np.array)


def summed(hazard: np.ndarray, since: float, until: float) -> float:
    """Return the hazard added up between two ages, step by step."""
    ends = [*STARTS[1:], math.inf]
    parts = zip(hazard, STARTS, ends, strict=True)
    return float(sum(h / 12 * max(min(until, end) - max(since, start), 0.0) for h, start, end in parts if h > 0))


@given(uniform, hazards, st.floats(0.0, 40.0), st.floats(0.0, 12.0))
def test_the_hazard_adds_up_to_the_draw(u: float, hazard: np.ndarray, age: float, notice: float) -> None:
    """From the end of the notice to the retirement the hazard adds up to -ln(1 - u); where it never does, it never ends."""
    found = float(lifetime.retirement(np.array([[u]]), STARTS, hazard, age, notice)[0, 0])
    assert found >= notice
    if math.isinf(found):
        assert hazard[-1] == 0.0 and summed(hazard, age + notice, 1e9) <= -math.log1p(-u) + 1e-9
    else:
        assert summed(hazard, age + notice, age + found) == pytest.approx(-math.log1p(-u), rel=1e-6, abs=1e-9)


@given(uniform, uniform, st.floats(0.0, 40.0), st.floats(0.0, 12.0))
def test_a_later_draw_is_a_longer_life(u: float, v: float, age: float, notice: float) -> None:
    """The life grows with its uniform number, and a longer notice never shortens it."""
    shorter, longer = (lifetime.retirement(np.array([x]), STARTS, HAZARDS, age, notice) for x in sorted((u, v)))
    assert shorter <= longer
    assert lifetime.retirement(np.array([u]), STARTS, HAZARDS, age, notice + 3.0) >= lifetime.retirement(
        np.array([u]), STARTS, HAZARDS, age, notice
    )


@given(uniform, st.floats(0.0, 40.0), st.floats(0.0, 20.0))
def test_where_the_hazard_rises_with_age_older_models_go_first(u: float, age: float, more: float) -> None:
    """With a hazard that never falls, a model that is older today has no more months left."""
    younger, older = (lifetime.retirement(np.array([u]), STARTS, HAZARDS, a, 6.0) for a in (age, age + more))
    assert older <= younger + 1e-9


def test_the_share_that_survives_is_exponential() -> None:
    """Of many lives at a constant hazard of 1 a year, exp(-1) outlast the year after the notice, and none ends within it."""
    points = sampling.fixed_points("test of lives", 1)
    found = lifetime.retirement(points, np.array([0.0]), np.array([1.0]), 3.0, 6.0)
    assert found.min() >= 6.0
    assert float((found > 18.0).mean()) == pytest.approx(math.exp(-1.0), abs=1e-3)


def test_what_has_no_hazard_lives_for_ever() -> None:
    """Weights on one's own disk are retired by nobody, nor are their successors."""
    points = np.array([[0.01, 0.5, 0.999]])
    assert np.isinf(lifetime.renewed(points, np.array([0.0]), np.array([0.0]))).all()
    assert np.isinf(lifetime.retirements(np.array([[math.inf]]), points, 0.0)).all()


lives = st.lists(st.floats(0.5, 20.0) | st.just(math.inf), min_size=0, max_size=6)


@given(st.floats(-5.0, 40.0), lives, st.floats(0.0, 12.0))
def test_moves_are_those_of_a_plain_loop(first: float, following: list[float], start: float) -> None:
    """Retirements follow each other, and each before the horizon counts in its month, an overdue one in the first."""
    horizon = 24.0
    dates = [max(first, start)]
    for life in following:
        dates.append(dates[-1] + life)
    found = lifetime.retirements(np.array([[first]]), np.array([following]).reshape(1, -1), np.array([[start]]))
    np.testing.assert_allclose(found[0], dates)
    expected = [0.0] * len(MONTHS)
    for date in dates:
        if date < horizon - 1e-9:
            expected[max(math.ceil(date - 1e-9), 1) - 1] += 1.0
    assert lifetime.migrations(found, MONTHS, np.array(horizon))[0].tolist() == expected


def test_one_at_the_horizon_costs_nothing() -> None:
    """A retirement at the horizon, or within an instant of it, is no move; overdue ones fall in month 1."""
    dates = np.array([[24.0, 48.0], [24.0 - 1e-10, 48.0], [-3.0, 24.0], [2.0 + 1e-10, 30.0]])
    found = lifetime.migrations(dates, MONTHS, np.array(24.0))
    assert found.sum(axis=1).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert (found[2, 0], found[3, 1]) == (1.0, 1.0)


def test_expected_moves_and_the_mean_end_agree() -> None:
    """Of lives that end once, the expected moves add up to the share that ends before the horizon."""
    first = lifetime.retirement(sampling.fixed_points("test of ends", 1), STARTS, HAZARDS, 9.0, 6.0)
    horizon = np.array(24.0)
    moves = lifetime.expected_migrations(first, MONTHS, horizon)
    assert moves.shape == (1, 24)
    assert float(moves.sum()) == pytest.approx(float((first < 24.0).mean()), abs=1e-12)
    assert moves[0, :6].sum() == 0.0
    survivors = 24.0 - (moves * (24.0 - MONTHS + 0.5)).sum()
    assert float(lifetime.mean_end(first, horizon)[0, 0]) == pytest.approx(survivors, abs=0.05)


@pytest.mark.parametrize("date", [0.0, 0.4, 3.0, 11.99, 23.5, 24.0, 40.0])
def test_moves_by_the_date_of_the_first_are_those_expected_of_it(date: float) -> None:
    """For one date, what is counted for many dates at once is the mean over lives that were drawn."""
    rng = np.random.default_rng(7)
    renewals, months = rng.exponential(8.0, (512, 6)), np.arange(1.0, 25.0)
    one = lifetime.retirements(np.full((1, 1), date), renewals, 0.0)
    expected = lifetime.expected_migrations(one, months, np.array(24.0))
    found = lifetime.migrations_by_start(np.zeros((1, 1)), renewals, np.array([5.0, date]), months, 24.0)
    np.testing.assert_allclose(found[1:], expected, atol=1e-15)
