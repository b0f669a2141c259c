"""Break-even of the monthly volume in every draw. Part of the second stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.arrays import Array
from service.assessment.ledger.fold import Values, downstream, read_by, refold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.break_evens import HIGHEST_VOLUME

GRID_POINTS = 12
CLOSE = {"xatol": 1e-6}
"""How closely a volume is located: its logarithm to a millionth."""
CLOSE_TURN = {"xrtol": 1e-3}
"""How closely the best volume of a draw is located: its logarithm to a thousandth."""


def _band(at_grid: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the draws whose NPV peaks below zero before it pays on the grid, and the grid point of that peak.

    The peak is at most half as far from zero as one of its neighbours: between them the draw may pay after all.
    """
    left, middle, right = at_grid[:-2], at_grid[1:-1], at_grid[2:]
    peaks = (middle >= left) & (middle >= right) & (2.0 * middle >= np.minimum(left, right))
    unpaid = np.logical_and.accumulate(at_grid <= 0.0)[2:]
    heights = np.where(peaks & unpaid, middle, -np.inf)
    draw = np.flatnonzero(np.isfinite(heights.max(axis=0)))
    return draw, heights[:, draw].argmax(axis=0) + 1


def volume_break_evens(values: Values, stated: frozenset[Line]) -> Array:
    """Return, for each draw, the smallest monthly volume at which fine-tuning pays.

    Looked for at powers of ten and at today's volume, at the peak between them of a draw that does not pay there, and
    from the first that pays downwards. Replicas may make it pay in between; the base case looks at each of them.

    Parameters
    ----------
    values : dict of ndarray
        A folded calculation of D draws.
    stated : frozenset of Line
        Lines that the request states.

    Returns
    -------
    ndarray, shape (D,)
        Requests per month; 0 when it pays at any volume, infinite when at none.
    """
    volume = Lines.requests_per_month
    stated = stated - {volume}
    lines = downstream(frozenset({volume}), stated, Lines.npv)
    kept = {source: values[source] for source in read_by(lines, frozenset({volume}))}
    draws = max(array.shape[0] for array in kept.values() if array.ndim == 2)
    today = np.clip(np.median(values[volume]), 1.0, HIGHEST_VOLUME)
    grid = np.unique(np.append(np.geomspace(1.0, HIGHEST_VOLUME, GRID_POINTS), today))
    at_grid = np.stack([refold(kept, {volume: np.full((draws, 1), point)}, stated, Lines.npv)[:, 0] for point in grid])

    def npv(log_volume: Array, draw: Array) -> Array:
        part = {
            s: a[draw] if s is not Lines.pilots and a.ndim == 2 and a.shape[0] == draws else a for s, a in kept.items()
        }
        return refold(part, {volume: np.exp(log_volume)[:, None]}, stated, Lines.npv)[:, 0]

    places = np.log(grid)
    pays = at_grid > 0.0
    first, pays_somewhere = pays.argmax(axis=0), np.array(pays.any(axis=0))
    low, high = places[np.maximum(first - 1, 0)], places[first]
    draw, peak = _band(at_grid)
    if draw.size:
        best = elementwise.find_minimum(
            lambda log_volume, draw: -npv(log_volume, draw),
            (places[peak - 1], places[peak], places[peak + 1]),
            args=(draw,),
            tolerances=CLOSE_TURN,
        )
        in_band = best.f_x < 0.0
        draw, peak = draw[in_band], peak[in_band]
        low[draw], high[draw], first[draw], pays_somewhere[draw] = places[peak - 1], best.x[in_band], peak, True
    result = np.where(pays_somewhere, 0.0, np.inf)
    index = np.flatnonzero(pays_somewhere & (first > 0))
    if index.size:
        found = elementwise.find_root(npv, (low[index], high[index]), args=(index,), tolerances=CLOSE)
        result[index] = np.exp(found.x)
    return result
