"""Chapter 12: where a net present value is zero.

`scan` walks a legal range, finds every change of sign, and tells a zero from a jump: a retraining that drops out, one
more replica, a prefix that becomes cacheable. Roots are polished by Chandrupatla's method for all brackets at once
(Chandrupatla 1997, doi:10.1016/S0965-9978(96)00051-8), as `scipy.optimize.elementwise.find_root` does it, and turning
points that may hide two roots between grid points by `find_minimum`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.arrays import Array

SIDE = 1e-6
"""How far to either side of a value its two NPVs are read, relative to it."""

LEAST_SIDE = 1e-15
"""The same for a value near zero, as a share of the legal range."""

NARROWEST = 1e-25
"""Width at which a bracket is no longer halved, as a share of the legal range."""

FLAT = 1e-9
"""An NPV smaller than this share of the scale is zero."""

TURN = 1e-7
"""How closely a turning point is located, relative to it."""


class Crossing(NamedTuple):
    """A change of sign: where, and the NPV just below and just above."""

    value: float
    is_zero: bool
    npv_below: float
    npv_above: float


def linear_root(at_zero: Array, at_one: Array) -> Array:
    """Return the root of a straight line from its values at 0 and 1; nan where it is flat.

    Examples
    --------
    >>> float(linear_root(np.array(-10.0), np.array(-8.0)))
    5.0
    """
    slope = at_one - at_zero
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(slope != 0, -at_zero / np.where(slope != 0, slope, 1.0), np.nan)


def sides(values: Array, low: float, high: float) -> tuple[Array, Array]:
    """Return the points at which the NPV just below and just above each value is read, within the legal range.

    Examples
    --------
    >>> below, above = sides(np.array([0.0, 2.0]), 0.0, 2.0)
    >>> below.tolist(), above.tolist()
    ([0.0, 1.999998], [2e-15, 2.0])
    """
    step = np.maximum(SIDE * np.abs(values), LEAST_SIDE * (high - low))
    return np.maximum(values - step, low), np.minimum(values + step, high)


def changes(
    npv: Callable[[Array], Array], places: Array, is_zero: NDArray[np.bool_], low: float, high: float, flat: float
) -> list[Crossing]:
    """Return the crossings among some places, with the NPV just below and just above each, in ascending order.

    A place is one where the NPV has opposite signs on its two sides; crossings so close together that they cancel
    are none, and those that repeat the one before are it.

    Parameters
    ----------
    npv : callable
        Maps an array of values, shape (K,), to NPVs, shape (K,) [money].
    places : ndarray, shape (P,)
        Where the NPV is zero or jumps over zero.
    is_zero : ndarray, shape (P,)
        Whether it is zero there.
    low, high : float
        The legal range.
    flat : float
        An NPV that may be rounding [money]; a zero stays one where its two sides are no larger.

    Examples
    --------
    >>> def spike(x): return np.where(np.abs(x - 1.0) < 1e-8, 5.0, x - 3.0)
    >>> [c.value for c in changes(spike, np.array([1.0 - 1e-8, 1.0 + 1e-8, 3.0]), np.array([False, False, True]),
    ...                           0.0, 9.0, 0.0)]
    [3.0]
    """
    found: list[Crossing] = []
    if places.size == 0:
        return found
    below, above = np.split(npv(np.concatenate(sides(places, low, high))), 2)
    is_same_sign = (np.sign(below) * np.sign(above) > 0) & ~(
        is_zero & (np.minimum(np.abs(below), np.abs(above)) <= flat)
    )
    for i in np.argsort(places, kind="stable"):
        if is_same_sign[i] or below[i] == above[i]:
            continue
        value = float(places[i])
        last = found[-1] if found and value - found[-1].value <= 2.0 * SIDE * abs(value) else None
        if last is not None and (above[i] > below[i]) == (last.npv_above > last.npv_below):
            continue
        found.append(Crossing(value, bool(is_zero[i]), float(below[i]), float(above[i])))
    return found


def turning_points(npv: Callable[[Array], Array], points: Array, values: Array, jumps: Array, flat: float) -> Array:
    """Return where the NPV turns to the other sign and back between neighbouring points of one sign.

    Of three neighbours with no jump between them the middle one must be nearest to zero, and at most half as far
    from it as the farther of the other two: as the slopes go, the NPV could reach zero.

    Parameters
    ----------
    npv : callable
        Maps an array of values, shape (K,), to NPVs, shape (K,) [money].
    points, values : ndarray, shape (P,)
        Ascending points and the NPV there [money].
    jumps : ndarray, shape (J,)
        Ascending points at which the NPV may be discontinuous.
    flat : float
        An NPV no larger than this is zero [money].

    Examples
    --------
    >>> turning_points(lambda x: (x - 2.0) ** 2 - 0.01, np.array([0.0, 1.5, 3.0]), np.array([3.99, 0.24, 0.99]),
    ...                np.array([]), 1e-9).round(3).tolist()
    [2.0]
    """
    size, sign = np.abs(values), np.sign(values)
    far, near = np.maximum(size[:-2], size[2:]), np.minimum(size[:-2], size[2:])
    turns = (sign[:-2] == sign[1:-1]) & (sign[1:-1] == sign[2:]) & (size[1:-1] <= near) & (2.0 * size[1:-1] <= far)
    turns &= np.searchsorted(jumps, points[:-2]) == np.searchsorted(jumps, points[2:])
    middle = np.flatnonzero(turns & (size[1:-1] > flat)) + 1
    if middle.size == 0:
        return np.empty(0)
    nearest = elementwise.find_minimum(
        lambda x, side: side * npv(x),
        (points[middle - 1], points[middle], points[middle + 1]),
        args=(sign[middle],),
        tolerances={"xrtol": TURN, "fatol": flat},
    )
    found: Array = nearest.x[nearest.f_x < -flat]
    return found


def scan(npv: Callable[[Array], Array], grid: Array, jumps: Array, scale: float) -> list[Crossing]:
    """Return every change of sign of an NPV over a range, in ascending order.

    Changes of sign closer together than a millionth of their value that cancel are none.

    Parameters
    ----------
    npv : callable
        Maps an array of values, shape (K,), to NPVs, shape (K,) [money].
    grid : ndarray, shape (G,)
        Ascending points that span the legal range.
    jumps : ndarray, shape (J,)
        Points at which the NPV may be discontinuous; both of their sides are read.
    scale : float
        Size of the money at stake; an NPV below 1e-9 of it is zero.

    Returns
    -------
    list of Crossing
        `is_zero` tells a point where the NPV is zero from a jump over zero.

    Examples
    --------
    >>> [round(c.value, 9) for c in scan(lambda x: x * x - 4.0, np.linspace(0.0, 10.0, 8), np.array([]), 1.0)]
    [2.0]
    >>> [c.is_zero for c in scan(lambda x: np.where(x < 3.0, -1.0, 1.0), np.linspace(0.0, 10.0, 8), np.array([3.0]), 1.0)]
    [False]
    """
    low, high, flat = float(grid[0]), float(grid[-1]), FLAT * scale
    jumps = np.unique(jumps[(jumps >= low) & (jumps <= high)])
    points = np.unique(np.concatenate([grid, *sides(jumps, low, high)]))
    values = npv(points)
    turns = turning_points(npv, points, values, jumps, flat)
    if turns.size:
        points, order = np.unique(np.concatenate([points, turns]), return_index=True)
        values = np.concatenate([values, npv(turns)])[order]
    signs = np.where(np.abs(values) <= flat, 0.0, np.sign(values))
    # An isolated zero at a grid point counts where the sign differs on its two sides.
    known = np.flatnonzero(signs)
    if known.size == 0:
        return []
    flips = np.flatnonzero(signs[known[1:]] * signs[known[:-1]] < 0)
    places, is_zero = np.empty(0), np.empty(0, dtype=bool)
    if flips.size:
        bracket = (points[known[flips]], points[known[flips + 1]])
        result = elementwise.find_root(npv, bracket, tolerances={"xatol": NARROWEST * (high - low)})
        is_zero = np.abs(result.f_x) <= flat
        places = np.where(is_zero, result.x, (result.bracket[0] + result.bracket[1]) / 2.0)
        if jumps.size:  # a jump that was named is where it was named
            right = np.searchsorted(jumps, places).clip(1, max(jumps.size - 1, 1))
            around = jumps[np.stack([right - 1, right.clip(max=jumps.size - 1)])]
            named = np.where(np.abs(around[0] - places) <= np.abs(around[1] - places), around[0], around[1])
            below, above = sides(named, low, high)
            places = np.where(~is_zero & (below <= places) & (places <= above), named, places)
    for end, inner in ((0, 1), (-1, -2)):
        if signs[end] == 0 and signs[inner] != 0:
            places, is_zero = np.append(places, points[end]), np.append(is_zero, True)
    return changes(npv, places, is_zero, low, high, flat)
