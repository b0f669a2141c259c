"""Chapter 9: where a net present value is zero.

`scan` walks a legal range, finds every change of sign, and tells a zero from a jump: a retraining that drops out, one
more replica, a prefix that becomes cacheable. Roots are polished by Chandrupatla's method for all brackets at once
(Chandrupatla 1997, doi:10.1016/S0965-9978(96)00051-8), as `scipy.optimize.elementwise.find_root` does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

Array = NDArray[np.float64]

SIDE = 1e-9
"""How far to either side of a jump its two values are read, relative to where it is."""

FLAT = 1e-9
"""An NPV smaller than this share of the scale is zero."""


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


def _clip(values: Array, low: float, high: float) -> Array:
    return np.unique(np.clip(values[np.isfinite(values)], low, high))


def sides(value: float, low: float, high: float) -> tuple[float, float]:
    """Return the two points at which the NPV on either side of a value is read.

    Examples
    --------
    >>> sides(0.0, 0.0, 1.0)[0]
    0.0
    """
    step = SIDE * max(abs(value), SIDE * (high - low))
    return max(value - step, low), min(value + step, high)


def scan(npv: Callable[[Array], Array], grid: Array, jumps: Array, scale: float) -> list[Crossing]:
    """Return every change of sign of an NPV over a range, in ascending order.

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
    low, high = float(grid[0]), float(grid[-1])
    near = [side for jump in _clip(jumps, low, high) for side in (*sides(float(jump), low, high), float(jump))]
    points = np.unique(np.concatenate([grid, np.array(near)]))
    values = npv(points)
    zero = np.abs(values) <= FLAT * scale
    found: list[Crossing] = []

    signs = np.where(zero, 0.0, np.sign(values))
    # An isolated zero at a grid point counts where the sign differs on its two sides.
    known = np.flatnonzero(signs)
    if known.size == 0:
        return found
    flips = np.flatnonzero(signs[known[1:]] * signs[known[:-1]] < 0)
    left, right = points[known[flips]], points[known[flips + 1]]
    if left.size:
        result = elementwise.find_root(npv, (left, right))
        lower, upper = np.minimum(*result.bracket), np.maximum(*result.bracket)
        f_lower, f_upper = np.where(result.bracket[0] <= result.bracket[1], result.f_bracket, result.f_bracket[::-1])
        for index in range(left.size):
            root, residual = float(result.x[index]), float(result.f_x[index])
            if abs(residual) <= FLAT * scale:
                found.append(
                    Crossing(root, True, float(values[known[flips[index]]]), float(values[known[flips[index] + 1]]))
                )
            else:
                below, above = float(lower[index]), float(upper[index])
                place = (below + above) / 2.0
                if jumps.size:  # a jump that was named is where it was named
                    named = float(jumps[np.abs(jumps - place).argmin()])
                    place = named if abs(named - place) <= SIDE * max(1.0, abs(named)) else place
                found.append(Crossing(place, False, float(f_lower[index]), float(f_upper[index])))
    for end in (0, -1):
        if zero[end] and not any(abs(c.value - points[end]) <= SIDE * max(1.0, abs(points[end])) for c in found):
            inner = 1 if end == 0 else -2
            if not zero[inner]:
                pair = (0.0, float(values[inner])) if end == 0 else (float(values[inner]), 0.0)
                found.append(Crossing(float(points[end]), True, *pair))
    return sorted(found)
