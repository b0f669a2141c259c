"""Break-even of the monthly volume in every draw. Part of the second stage."""

from __future__ import annotations

import numpy as np
from msgspec import structs
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.arrays import Array
from service.assessment.ledger.fold import downstream
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import BASELINE, STAND_IN, Lines
from service.assessment.simulate.book import Folded, read_of, with_changes
from service.assessment.simulate.break_evens import HIGHEST_VOLUME

GRID_POINTS = 12
CLOSE = {"xatol": 1e-4}
"""How closely a volume is located: its logarithm to a ten-thousandth."""
CLOSE_TURN = {"xrtol": 1e-3}
"""How closely the best volume of a draw is located: its logarithm to a thousandth."""

VOLUME = frozenset({Lines.requests_per_month})
NPV = frozenset({Lines.npv})


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


def _pruned(option: Folded, put: frozenset[Line], until: frozenset[Line]) -> Folded:
    """Return an option, and what stands in for it, with nothing but what a change of volume reads."""
    read = {source for step in downstream(option.kind, put, option.stated, until) for source in step.reads} | until
    values = {line: option.values[line] for line in read if line in option.values}
    further = read_of(option.kind, option.stated, until)
    stand_in = None if option.stand_in is None else _pruned(option.stand_in, put, further)
    return structs.replace(option, values=values, stand_in=stand_in)


def _rows(option: Folded, draws: int, draw: NDArray[np.intp]) -> Folded:
    """Return some of the draws of an option."""
    values = {
        line: array[draw] if array.ndim == 2 and array.shape[0] == draws and line is not Lines.pilots else array
        for line, array in option.values.items()
    }
    stand_in = None if option.stand_in is None else _rows(option.stand_in, draws, draw)
    return structs.replace(option, values=values, stand_in=stand_in)


def volume_break_evens(tune: Folded, baseline: Folded, draws: int) -> Array:
    """Return, for each draw, the smallest monthly volume at which a fine-tune pays against option 0.

    Looked for at powers of ten and at today's volume, at the peak between them of a draw that does not pay there, and
    from the first that pays downwards. Replicas may make it pay in between; the base case looks at each of them.

    Parameters
    ----------
    tune : Folded
        The fine-tune, held against option 0.
    baseline : Folded
        Option 0.
    draws : int
        How many draws D they hold.

    Returns
    -------
    ndarray, shape (D,)
        Requests per month; 0 when it pays at any volume, infinite when at none.
    """
    today = np.clip(np.median(tune.values[Lines.requests_per_month]), 1.0, HIGHEST_VOLUME)
    put = frozenset(VOLUME | STAND_IN.keys() | BASELINE.keys())
    read = read_of(tune.kind, tune.stated, NPV)
    tune, baseline = _pruned(tune, put, NPV), _pruned(baseline, put, read)
    everywhere = np.arange(draws)

    def npv(log_volume: Array, draw: NDArray[np.intp]) -> Array:
        volume = np.exp(log_volume)[:, None]
        is_all = draw.size == draws
        one, other = (option if is_all else _rows(option, draws, draw) for option in (tune, baseline))
        return with_changes(one, lambda _: {Lines.requests_per_month: volume}, other, NPV, {})[Lines.npv][:, 0]

    grid = np.unique(np.append(np.geomspace(1.0, HIGHEST_VOLUME, GRID_POINTS), today))
    places = np.log(grid)
    at_grid = np.stack([npv(np.full(draws, place), everywhere) for place in places])
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
