"""The frontier against every line tried at every point: straight lines, lines that bend and jump, narrow winners, ends of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import frontier

Array = np.ndarray[Any, Any]
SEEDS = range(40)


class Broken:
    """Lines that bend, and jump at a few places."""

    def __init__(self, seed: int) -> None:
        """Draw them."""
        rng = np.random.default_rng(seed)
        self.count = int(rng.integers(2, 7))
        self.jumps = np.sort(rng.uniform(0.5, 9.5, int(rng.integers(0, 5))))
        self.levels = rng.normal(0.0, 1.0, (self.jumps.size + 1, self.count))
        self.slopes, self.bends = rng.normal(0.0, 0.6, self.count), rng.normal(0.0, 0.06, self.count)

    def __call__(self, x: Array, lines: Array) -> Array:
        """Return what lines are worth."""
        level = self.levels[np.searchsorted(self.jumps, x, side="right")]
        worth: Array = (level + self.slopes * x[:, None] + self.bends * (x[:, None] - 5.0) ** 2)[:, lines]
        return worth


@pytest.mark.parametrize("seed", SEEDS)
def test_the_envelope_of_straight_lines_is_the_highest_of_them_everywhere(seed: int) -> None:
    """Between its switches the named line is the highest of all, tried at many points; at a switch two are equal."""
    rng = np.random.default_rng(seed)
    intercepts, slopes = rng.normal(0.0, 3.0, 8), rng.normal(0.0, 1.0, 8)
    switches, winners = frontier.upper_envelope(intercepts, slopes, -4.0, 7.0)
    assert winners.size == switches.size + 1 and (np.diff(switches) > 0).all()
    points = np.linspace(-4.0, 7.0, 2001)
    worth = intercepts + slopes * points[:, None]
    named = winners[np.searchsorted(switches, points)]
    np.testing.assert_allclose(worth[np.arange(points.size), named], worth.max(axis=1), atol=1e-12)
    for value, below, above in zip(switches, winners[:-1], winners[1:], strict=True):
        assert intercepts[below] + slopes[below] * value == pytest.approx(intercepts[above] + slopes[above] * value)


def test_of_equal_lines_the_first_wins() -> None:
    """Lines that are the same make no switch, and the first stands for them; so does one that is met at the end only."""
    switches, winners = frontier.upper_envelope(np.array([1.0, 1.0, 0.0]), np.array([2.0, 2.0, 3.0]), 0.0, 1.0)
    assert switches.size == 0 and winners.tolist() == [0]


def test_three_lines_through_one_point_make_one_switch() -> None:
    """Where a third line passes through the point in which two meet, the steepest follows the flattest."""
    switches, winners = frontier.upper_envelope(np.array([0.0, -1.0, -2.0]), np.array([0.0, 1.0, 2.0]), 0.0, 5.0)
    assert switches.tolist() == [1.0] and winners.tolist() == [0, 2]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_search_finds_the_best_of_lines_that_bend_and_jump(seed: int) -> None:
    """On a grid a hundred times as dense the named line is the best, ends fit, and a switch is one of the two kinds."""
    worth = Broken(seed)
    found = frontier.search(worth, worth.count, np.linspace(0.0, 10.0, 41), worth.jumps, 1e-9)
    assert found.edges[0] == 0.0 and found.edges[-1] == 10.0 and list(found.edges) == sorted(found.edges)
    assert all(one != other for one, other in zip(found.lines[:-1], found.lines[1:], strict=True))
    points, every = np.linspace(0.0, 10.0, 4001), np.arange(worth.count)
    points = points[np.abs(points[:, None] - np.array(found.edges[1:-1])).min(axis=1, initial=9.0) > 1e-5]
    table = worth(points, every)
    named = np.array([found.at(point) for point in points])
    np.testing.assert_allclose(table[np.arange(points.size), named], table.max(axis=1), atol=2e-8)
    parts = zip(found.edges[1:-1], found.is_reached, found.lines[:-1], found.lines[1:], strict=True)
    for value, is_reached, below, above in parts:
        sides = worth(np.array([value * (1.0 - 2e-6), value, value * (1.0 + 2e-6)]), every)
        gap = sides[:, above] - sides[:, below]
        assert abs(gap[1]) <= 1e-8 if is_reached else gap[0] < 0.0 < gap[2]
        assert is_reached or np.abs(worth.jumps - value).min() < 1e-9


def test_a_jump_is_told_from_an_equality() -> None:
    """A step past the other line is crossed, a line through it is reached, and both are found in one range."""

    def worth(x: Array, lines: Array) -> Array:
        table: Array = np.stack([0.0 * x, np.where(x < 3.0, x - 1.0, x - 5.0)], axis=1)[:, lines]
        return table

    found = frontier.search(worth, 2, np.linspace(0.0, 10.0, 5), np.array([3.0]), 1e-9)
    assert [round(edge, 9) for edge in found.edges] == [0.0, 1.0, 3.0, 5.0, 10.0]
    assert found.is_reached == (True, False, True)


def test_a_line_that_wins_between_two_points_of_the_grid_is_found() -> None:
    """Both ends of a narrow stretch between the same two neighbours of a grid are switches."""

    def worth(x: Array, lines: Array) -> Array:
        table: Array = np.stack([0.0 * x, 1e-4 - (x - 5.1) ** 2], axis=1)[:, lines]
        return table

    found = frontier.search(worth, 2, np.linspace(0.0, 10.0, 11), np.array([]), 1e-9)
    assert [round(edge, 6) for edge in found.edges] == [0.0, 5.09, 5.11, 10.0]
    assert found.lines == (0, 1, 0)


def test_a_jump_that_nobody_named_is_crossed() -> None:
    """Where no line is continuous and no jump was named, the place is found and is no equality."""

    def worth(x: Array, lines: Array) -> Array:
        table: Array = np.stack([0.0 * x, np.where(x < np.pi, -1.0, 2.0)], axis=1)[:, lines]
        return table

    found = frontier.search(worth, 2, np.linspace(0.0, 10.0, 4), np.array([]), 1e-9)
    assert found.edges[1] == pytest.approx(np.pi, rel=1e-9) and found.is_reached == (False,)


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e190])
def test_a_switch_is_one_whatever_the_size(size: float) -> None:
    """A line that jumps past the other is the best from there on, be the money tiny or huge, and one that never serves never."""

    def worth(x: Array, lines: Array) -> Array:
        step = np.where(x < 2.0, -size, size)
        table: Array = np.stack([0.0 * x, step, np.full(x.shape, -np.inf)], axis=1)[:, lines]
        return table

    found = frontier.search(worth, 3, np.linspace(0.0, 9.0, 10), np.array([2.0, 4.0]), 0.0)
    assert found == frontier.Envelope((0.0, 2.0, 9.0), (0, 1), (False,))


def test_changes_that_cancel_within_a_millionth_are_none() -> None:
    """A line that is the best for less than two millionths of a value leaves no part and no switch."""

    def worth(x: Array, lines: Array) -> Array:
        table: Array = np.stack([0.0 * x, np.where(np.abs(x - 1.0) < 1e-7, 5.0, x - 3.0)], axis=1)[:, lines]
        return table

    jumps = np.array([1.0 - 1e-7, 1.0 + 1e-7])
    found = frontier.search(worth, 2, np.linspace(0.0, 9.0, 10), jumps, 1e-9)
    assert [round(edge, 9) for edge in found.edges] == [0.0, 3.0, 9.0]
