"""Chapter 12: which of several lines is the best as one input moves.

A line is the NPV of one way to serve along the input. `upper_envelope` is exact for straight lines, `along_knots` for lines
that are straight between knots, and `search` reads any others on a grid and on both sides of every jump. Where the winner
changes between two neighbours, the root of the difference of the two is found by Chandrupatla's method for all brackets at
once (Chandrupatla 1997, doi:10.1016/S0965-9978(96)00051-8), as `scipy.optimize.elementwise.find_root` does it. The envelope
of straight lines in the cost of an error is the efficiency frontier of health economics; its switches are incremental
cost-effectiveness ratios (Fenwick, Claxton, Sculpher 2001, doi:10.1002/hec.635).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.arrays import Array

Rows = NDArray[np.intp]
Worth = Callable[[Array, Rows], Array]
"""Maps values of the input, shape (K,), and lines, shape (M,), to the NPV of each line at each value, shape (K, M) [money]."""

SIDE = 1e-6
"""How far to either side of a value its two NPVs are read, relative to it."""

LEAST_SIDE = 1e-20
"""The same for a value near zero, as a share of the range."""

NARROWEST = 1e-14
"""Width at which a bracket is no longer halved, relative to its value."""

TURN = 1e-7
"""How closely a turning point is located, relative to it."""

SPLITS = 4
"""How often a bracket may be split for a third line, for each line there is."""

FARTHEST = 1e200
"""Stands for the difference to a line that cannot be taken."""


class Change(NamedTuple):
    """A value at which another line becomes the best."""

    value: float
    is_reached: bool
    """Whether the two are worth the same there; else one of them jumps."""
    after: int


class Envelope(NamedTuple):
    """The best line of every part of a range; parts have no gaps."""

    edges: tuple[float, ...]
    """Ends of the parts, ascending, shape (S + 1,)."""
    lines: tuple[int, ...]
    """The best line of each part, shape (S,); neighbours differ."""
    is_reached: tuple[bool, ...]
    """Whether the two lines are worth the same between two parts, shape (S - 1,)."""

    def at(self, value: float) -> int:
        """Return the best line at a value; outside of the range, at its nearer end."""
        return self.lines[int(np.searchsorted(self.edges[1:-1], value, side="right"))]


def upper_envelope(intercepts: Array, slopes: Array, low: float, high: float) -> tuple[Array, Rows]:
    """Return where the highest of several straight lines changes, and which it is.

    ``max_l (a_l + b_l x)`` is convex, so that along x every change is to a steeper line: the one that is met first.

    Parameters
    ----------
    intercepts, slopes : ndarray, shape (L,)
        a [money] and b [money per unit of the input].
    low, high : float
        The range.

    Returns
    -------
    switches : ndarray, shape (S - 1,)
        Values within the range, ascending.
    winners : ndarray of int, shape (S,)
        The highest line below the first switch, between each two, and above the last; of equal ones the first.

    Examples
    --------
    >>> switches, winners = upper_envelope(np.array([0.0, -2.0, -9.0]), np.array([0.0, 1.0, 2.0]), 0.0, 10.0)
    >>> switches.tolist(), winners.tolist()
    ([2.0, 7.0], [0, 1, 2])
    """
    at_low = intercepts + slopes * low
    highest = np.flatnonzero(at_low == at_low.max())
    switches, winners = [], [int(highest[slopes[highest].argmax()])]
    value = low
    while True:
        rise = slopes - slopes[winners[-1]]
        if not (rise > 0).any():
            break
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            meets = np.where(rise > 0, (intercepts[winners[-1]] - intercepts) / rise, np.inf)
        nearest = float(np.maximum(meets, value).min())
        if nearest >= high:
            break
        met = np.flatnonzero(np.maximum(meets, value) == nearest)
        steepest = int(met[slopes[met].argmax()])
        if nearest > value:
            switches.append(nearest)
            winners.append(steepest)
        else:
            winners[-1] = steepest
        value = nearest
    return np.array(switches), np.array(winners)


def along_knots(knots: Array, table: Array) -> Envelope:
    """Return the envelope of lines that are straight between knots.

    Parameters
    ----------
    knots : ndarray, shape (P,)
        Ascending values of the input, the ends of the range included.
    table : ndarray, shape (P, L)
        NPV of every line at every knot; -inf throughout for one that cannot be taken [money].

    Examples
    --------
    >>> along_knots(np.array([0.0, 1.0, 2.0]), np.array([[0.0, -1.0], [0.0, 1.0], [0.0, 1.0]]))
    Envelope(edges=(0.0, 0.5, 2.0), lines=(0, 1), is_reached=(True,))
    """
    table = np.maximum(table, -FARTHEST)
    first, changes = int(table[0].argmax()), []
    for at in range(knots.size - 1):
        low, high = float(knots[at]), float(knots[at + 1])
        switches, winners = upper_envelope(table[at], table[at + 1] - table[at], 0.0, 1.0)
        values = [low, *(low + switches * (high - low)).tolist()]
        changes += [Change(value, True, int(line)) for value, line in zip(values, winners, strict=True)]
    return assembled(float(knots[0]), float(knots[-1]), first, changes)


def assembled(low: float, high: float, first: int, changes: Iterable[Change]) -> Envelope:
    """Return an envelope from where its best line changes; parts narrower than two millionths of their value are none.

    Parameters
    ----------
    low, high : float
        The range.
    first : int
        The best line at its lower end.
    changes : iterable of Change
        In ascending order.

    Examples
    --------
    >>> assembled(0.0, 9.0, 0, [Change(1.0, True, 1), Change(1.000001, False, 0), Change(5.0, True, 2)])
    Envelope(edges=(0.0, 5.0, 9.0), lines=(0, 2), is_reached=(True,))
    """
    edges, lines, kinds = [low], [first], [True]
    for change in changes:
        if change.value - edges[-1] <= 2.0 * SIDE * abs(change.value) and change.after != lines[-1]:
            lines[-1] = change.after
            kinds[-1] = kinds[-1] and change.is_reached
        elif change.after != lines[-1]:
            edges.append(change.value)
            lines.append(change.after)
            kinds.append(change.is_reached)
        if len(lines) > 1 and lines[-1] == lines[-2]:
            for ends in (edges, lines, kinds):
                ends.pop()
    if len(lines) > 1 and high - edges[-1] <= 2.0 * SIDE * abs(high):
        for ends in (edges, lines, kinds):
            ends.pop()
    return Envelope((*edges, high), tuple(lines), tuple(kinds[1:]))


def sides(values: Array, low: float, high: float) -> tuple[Array, Array]:
    """Return the points at which the NPV just below and just above each value is read, within the range.

    Examples
    --------
    >>> below, above = sides(np.array([0.0, 2.0]), 0.0, 2.0)
    >>> below.tolist(), above.tolist()
    ([0.0, 1.999998], [2e-20, 2.0])
    """
    step = np.maximum(SIDE * np.abs(values), LEAST_SIDE * (high - low))
    return np.maximum(values - step, low), np.minimum(values + step, high)


def difference(worth: Worth, values: Array, before: Rows, after: Rows) -> Array:
    """Return what one line is worth more than another, a pair at each value of the input.

    Parameters
    ----------
    worth : callable
        NPV of lines, as `Worth`.
    values : ndarray, shape (K,)
        Values of the input.
    before, after : ndarray of int, shape (K,)
        The two lines of each value.

    Returns
    -------
    ndarray, shape (K,)
        NPV of `after` less that of `before` [money].

    Examples
    --------
    >>> def worth(values, lines): return values[:, None] * np.array([0.0, 1.0, 3.0])[lines]
    >>> difference(worth, np.array([2.0, 5.0]), np.array([0, 1]), np.array([1, 2])).tolist()
    [2.0, 10.0]
    """
    lines, places = np.unique(np.concatenate([before, after]), return_inverse=True)
    table, rows = worth(values, lines), np.arange(values.size)
    one, other = table[rows, places[: values.size]], table[rows, places[values.size :]]
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.clip(other - one, -FARTHEST, FARTHEST))


def hidden(worth: Worth, points: Array, table: Array, is_broken: NDArray[np.bool_], flat: float) -> Array:
    """Return values between neighbouring points of one winner at which another line is better.

    Of three neighbours with no jump between them the gap to the other line must be least at the middle one, and at most half
    of the larger gap beside it: as the slopes go, it could close.

    Parameters
    ----------
    worth : callable
        NPV of lines, as `Worth`.
    points : ndarray, shape (P,)
        Ascending values of the input.
    table : ndarray, shape (P, L)
        NPV there [money].
    is_broken : ndarray of bool, shape (P - 1,)
        Whether a line may jump between two neighbours.
    flat : float
        A difference no larger than this is none [money].

    Examples
    --------
    >>> def worth(x, lines): return np.stack([0.0 * x, 0.01 - (x - 2.0) ** 2], axis=1)[:, lines]
    >>> points = np.array([0.0, 1.5, 3.0])
    >>> hidden(worth, points, worth(points, np.arange(2)), np.zeros(2, dtype=bool), 1e-9).round(3).tolist()
    [2.0]
    """
    if points.size < 3:
        return np.empty(0)
    best = table.argmax(axis=1)
    is_one = (best[:-2] == best[1:-1]) & (best[1:-1] == best[2:]) & ~is_broken[:-1] & ~is_broken[1:]
    gap = table.max(axis=1)[:, None] - table
    left, middle, right = gap[:-2], gap[1:-1], gap[2:]
    turns = (middle > flat) & (middle <= left) & (middle <= right) & (2.0 * middle <= np.maximum(left, right))
    place, line = np.nonzero(turns & is_one[:, None] & np.isfinite(left + right))
    if place.size == 0:
        return np.empty(0)
    nearest = elementwise.find_minimum(
        lambda x, best, line: difference(worth, x, line, best),
        (points[place], points[place + 1], points[place + 2]),
        args=(best[place + 1], line),
        tolerances={"xrtol": TURN, "fatol": flat},
    )
    found: Array = nearest.x[nearest.f_x < -flat]
    return found


class Brackets(NamedTuple):
    """Stretches at whose ends two different lines win, and what every line is worth there."""

    low: Array
    high: Array
    at_low: Array
    at_high: Array

    def some(self, rows: Rows | NDArray[np.bool_]) -> Brackets:
        """Return some of them."""
        return Brackets(*(column[rows] for column in self))


def _roots(worth: Worth, at: Brackets, before: Rows, after: Rows, every: Rows, flat: float) -> tuple[Array, Array]:
    """Return where the two lines of each bracket are worth the same, and what every line is worth there."""
    rows = np.arange(at.low.size)
    with np.errstate(invalid="ignore"):
        below = np.clip(at.at_low[rows, after] - at.at_low[rows, before], -FARTHEST, 0.0)
        above = np.clip(at.at_high[rows, after] - at.at_high[rows, before], 0.0, FARTHEST)
        share = np.nan_to_num(below / (below - above), nan=0.5)
    value = at.low + share * (at.high - at.low)
    table = worth(value, every)
    with np.errstate(invalid="ignore"):
        is_off = ~(np.abs(table[rows, after] - table[rows, before]) <= flat)
    if is_off.any():
        found = elementwise.find_root(
            lambda x, before, after: difference(worth, x, before, after),
            (at.low[is_off], at.high[is_off]),
            args=(before[is_off], after[is_off]),
            tolerances={"xrtol": NARROWEST, "fatol": flat / 8.0},
        )
        is_root = np.abs(found.f_x) <= flat
        value[is_off] = np.where(is_root, found.x, (found.bracket[0] + found.bracket[1]) / 2.0)
        table[is_off] = worth(value[is_off], every)
    return value, table


def refined(worth: Worth, at: Brackets, flat: float) -> list[Change]:
    """Return where the best line changes within brackets; one in which a third line wins is split there.

    Parameters
    ----------
    worth : callable
        NPV of lines, as `Worth`.
    at : Brackets
        Stretches of the input between whose ends the best line changes, with no jump known in between.
    flat : float
        A difference no larger than this is none [money].

    Examples
    --------
    >>> def worth(x, lines): return np.stack([0.0 * x, x - 1.0, 3.0 * x - 9.0], axis=1)[:, lines]
    >>> low, high = np.array([0.0]), np.array([6.0])
    >>> at = Brackets(low, high, worth(low, np.arange(3)), worth(high, np.arange(3)))
    >>> [(round(c.value, 9), c.is_reached, c.after) for c in refined(worth, at, 1e-9)]
    [(1.0, True, 1), (4.0, True, 2)]
    """
    every, found = np.arange(at.at_low.shape[1]), []
    for _ in range(SPLITS * every.size):
        if at.low.size == 0:
            break
        before, after = at.at_low.argmax(axis=1), at.at_high.argmax(axis=1)
        value, table = _roots(worth, at, before, after, every, flat)
        rows, best = np.arange(value.size), table.argmax(axis=1)
        known = np.maximum(table[rows, before], table[rows, after])
        is_third = (table[rows, best] > known + flat) & (at.low < value) & (value < at.high)
        with np.errstate(invalid="ignore"):
            is_reached = np.abs(table[rows, after] - table[rows, before]) <= flat
        found += [
            Change(float(value[row]), bool(is_reached[row]), int(after[row])) for row in np.flatnonzero(~is_third)
        ]
        left = Brackets(at.low, value, at.at_low, table).some(is_third)
        right = Brackets(value, at.high, table, at.at_high).some(is_third)
        at = Brackets(*(np.concatenate(pair) for pair in zip(left, right, strict=True)))
    return sorted(found, key=lambda change: change.value)


def search(worth: Worth, count: int, grid: Array, jumps: Array, flat: float) -> Envelope:
    """Return the best line of every part of a range, whatever shape the lines have.

    What happens between two points of the grid, and comes to nothing before the next, may be missed; see `hidden`.

    Parameters
    ----------
    worth : callable
        NPV of lines, as `Worth`.
    count : int
        How many lines L there are; of equal ones the first wins.
    grid : ndarray, shape (G,)
        Ascending values that span the range.
    jumps : ndarray, shape (J,)
        Values at which a line may be discontinuous; both of their sides are read.
    flat : float
        A difference no larger than this is none [money].

    Examples
    --------
    >>> def worth(x, lines): return np.stack([0.0 * x, np.where(x < 3.0, x - 1.0, x - 5.0)], axis=1)[:, lines]
    >>> found = search(worth, 2, np.linspace(0.0, 10.0, 5), np.array([3.0]), 1e-9)
    >>> [round(edge, 9) for edge in found.edges], found.lines, found.is_reached
    ([0.0, 1.0, 3.0, 5.0, 10.0], (0, 1, 0, 1), (True, False, True))
    """
    low, high, every = float(grid[0]), float(grid[-1]), np.arange(count)
    jumps = np.unique(jumps[(jumps >= low) & (jumps <= high)])

    def is_broken(points: Array) -> NDArray[np.bool_]:
        return np.searchsorted(jumps, points[:-1], side="left") < np.searchsorted(jumps, points[1:], side="right")

    points = np.unique(np.concatenate([grid, *sides(jumps, low, high)]))
    table = worth(points, every)
    turns = hidden(worth, points, table, is_broken(points), flat)
    if turns.size:
        points, order = np.unique(np.concatenate([points, turns]), return_index=True)
        table = np.concatenate([table, worth(turns, every)])[order]
    best, broken = table.argmax(axis=1), is_broken(points)
    differs = best[1:] != best[:-1]
    at = np.flatnonzero(differs & ~broken)
    changes = refined(worth, Brackets(points[at], points[at + 1], table[at], table[at + 1]), flat)
    for place in np.flatnonzero(differs & broken):
        before, after = best[place], best[place + 1]
        gaps = table[place : place + 2, after] - np.maximum(table[place : place + 2, before], -FARTHEST)
        value = float(jumps[np.searchsorted(jumps, points[place], side="left")])
        changes.append(Change(value, bool((np.abs(gaps) <= flat).all()), int(after)))
    changes.sort(key=lambda change: change.value)
    return assembled(low, high, int(best[0]), changes)
