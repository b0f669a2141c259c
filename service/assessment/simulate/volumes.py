"""The volume at which a fine-tune beats every prompt, in every draw. Part of the second stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.arrays import Array
from service.assessment.ledger.fold import Values, downstream
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import STAND_IN, Lines
from service.assessment.simulate.book import Folded, read_of, with_changes

POINTS_PER_DECADE = 1
CLOSE = {"xrtol": 1e-3}
"""How closely a volume is located, relative to it."""
CLOSE_TURN = {"xrtol": 1e-3}
"""How closely the best volume of a draw is located: its logarithm to a thousandth."""

VOLUME = frozenset({Lines.requests_per_month})
TCO = frozenset({Lines.tco})


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


def volume_break_evens(tune: Folded, prompts: Sequence[Folded], draws: int, low: float, high: float) -> Array:
    """Return, for each draw, the smallest monthly volume at which a fine-tune is worth more than every prompt.

    Looked for at a volume in each power of ten, at the peak between them of a draw that does not pay there, and from the
    first that pays downwards. Replicas may make it pay in between; the base case looks at each of them.

    Parameters
    ----------
    tune : Folded
        The fine-tune.
    prompts : sequence of Folded
        The prompt-like options that may be advised; the best of them may differ from draw to draw.
    draws : int
        How many draws D they hold.
    low, high : float
        The range of volumes, low above 0.

    Returns
    -------
    ndarray, shape (D,)
        Requests per month; 0 when it pays at the lowest volume already, infinite when at none.
    """
    put = frozenset(VOLUME | STAND_IN.keys())
    read = TCO | read_of(tune.kind, tune.stated, TCO)
    tune, prompts = _pruned(tune, put, TCO), [_pruned(prompt, put, read) for prompt in prompts]

    def gain(volume: Array, draw: NDArray[np.intp]) -> Array:
        every, memo = np.full(draws, low), dict[str, Values]()
        every[draw] = volume
        values: Values = {Lines.requests_per_month: every[:, None]}
        for prompt in prompts:  # what stands in comes before what it stands in for
            if prompt.id not in memo:
                memo[prompt.id] = with_changes(prompt, lambda _: values, None, read, memo)
        cost = with_changes(tune, lambda _: values, None, TCO, memo)[Lines.tco]
        least = np.minimum.reduce([memo[prompt.id][Lines.tco] for prompt in prompts])
        return np.broadcast_to(least - cost, (draws, 1))[draw, 0]

    places = np.geomspace(low, high, round(POINTS_PER_DECADE * np.log10(high / low)) + 1)
    at_grid = np.stack([gain(np.full(draws, place), np.arange(draws)) for place in places])
    pays = at_grid > 0.0
    first, pays_somewhere = pays.argmax(axis=0), np.array(pays.any(axis=0))
    below, above = places[np.maximum(first - 1, 0)], places[first]
    draw, peak = _band(at_grid)
    if draw.size:
        best = elementwise.find_minimum(
            lambda log_volume, draw: -gain(np.exp(log_volume), draw),
            (np.log(places[peak - 1]), np.log(places[peak]), np.log(places[peak + 1])),
            args=(draw,),
            tolerances=CLOSE_TURN,
        )
        in_band = best.f_x < 0.0
        draw, peak = draw[in_band], peak[in_band]
        below[draw], above[draw], first[draw] = places[peak - 1], np.exp(best.x[in_band]), peak
        pays_somewhere[draw] = True
    result = np.where(pays_somewhere, 0.0, np.inf)
    index = np.flatnonzero(pays_somewhere & (first > 0))
    if index.size:
        found = elementwise.find_root(gain, (below[index], above[index]), args=(index,), tolerances=CLOSE)
        result[index] = found.x
    return result
