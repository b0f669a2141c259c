"""Where the base-case NPV of an option may jump along an input: what a search must not step over. Part of the second stage.

Along the retraining interval the NPV of a fine-tune rises between these jumps: a later retraining costs less today, and
fewer months have passed since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from models.arrays import WEEKS_PER_MONTH, Array
from models.frontier import sides
from service.assessment.ledger.fold import Values
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines

SHORTEST_INTERVAL_MONTHS = 0.25
NEIGHBOURS = 9
"""Jumps read in a first pass that tell how large the ones between them are."""
PIECES = 32
MOST_REPLICA_JUMPS = 5_000
"""Replica counts named as jumps; beyond, those nearest to today's."""


class Clock(NamedTuple):
    """The dates of one offer at the base case, in months, and what makes them matter."""

    start: float
    end: float
    shutdown: float
    last_training: float
    interval: float
    age_at_start: float
    migrates: bool
    grows_stale: bool


def _first(values: Values, line: Line) -> float:
    return float(values[line].ravel()[0])


def clock(values: Values, horizon: int, dated_end: float = np.inf) -> Clock:
    """Return the dates of one fine-tune from its base case; its end may have a date that is past when it would start."""
    retirement = min(_first(values, Lines.retirements), dated_end)
    serves_on = _first(values, Lines.serves_on) > 0
    migrates = _first(values, Lines.migrates) > 0 and not serves_on
    return Clock(
        start=_first(values, Lines.start_month),
        end=float(horizon) if migrates or serves_on else min(retirement, float(horizon)),
        shutdown=retirement,
        last_training=_first(values, Lines.last_training_months),
        interval=max(_first(values, Lines.retraining_interval_months), SHORTEST_INTERVAL_MONTHS),
        age_at_start=_first(values, Lines.age_at_start),
        migrates=migrates and 0.0 < retirement < horizon,
        grows_stale=bool(np.isfinite(_first(values, Lines.knowledge_half_life_months)))
        and _first(values, Lines.error_cost) > 0,
    )


def _stops(at: Clock, horizon: int) -> Array:
    """Return the dates before which a retraining must fall to be paid."""
    stops = np.array([at.end, at.last_training, at.shutdown if at.migrates else at.end])
    return np.unique(np.clip(stops, 0.0, horizon))


def along_interval(at: Clock, horizon: int, *, with_months: bool = False) -> Array:
    """Return the retraining intervals at which one retraining drops out, or lands on the middle of a live month.

    `with_months` adds those at which one changes month: where option 0 is retrained as well, the NPV may fall there.
    """
    months, start = np.arange(1.0, horizon + 1.0), max(at.start, 0.0)
    ends = [_stops(at, horizon)]
    if at.age_at_start > 0:
        ends.append(np.array([start]))
    if with_months:
        ends.append(months)
    if at.grows_stale:
        from_, to = np.maximum(months - 1.0, at.start), np.minimum(months, at.end)
        ends.append(((from_ + to) / 2.0)[to > from_])
    clocks = [start - at.age_at_start, *([at.shutdown] if at.migrates and at.start < at.shutdown else [])]
    spans = np.concatenate([end - begun for end in ends for begun in clocks])
    longest = horizon + at.age_at_start
    found = (spans[:, None] / np.arange(1.0, longest / SHORTEST_INTERVAL_MONTHS + 1.0)).ravel()
    return found[found >= SHORTEST_INTERVAL_MONTHS]


def along_lead_time(at: Clock, horizon: int) -> Array:
    """Return the lead times [weeks] at which a retraining changes month, drops out, or lands on a middle of a month."""
    months = np.arange(1.0, horizon + 1.0)
    passed = at.interval * np.arange(0.0, horizon / at.interval + 1.0)
    ends = [months, _stops(at, horizon)]
    if at.grows_stale:
        to = np.minimum(months, at.end)
        ends.append(((months - 1.0 + to) / 2.0)[to > months - 1.0])
    found = [(np.concatenate(ends)[:, None] - passed).ravel()]
    if at.grows_stale:  # the middle of the month of going live moves with it, half as fast
        found.append((to[:, None] - 2.0 * passed).ravel())
        if at.migrates:
            found.append((2.0 * (at.shutdown + passed) - to[:, None]).ravel())
    lead_times = np.concatenate(found) * WEEKS_PER_MONTH
    return lead_times[lead_times > 0]


def along_retirement(at: Clock, horizon: int) -> Array:
    """Return the dates of a first retirement [months] at which a training changes month or drops out, or a middle is passed."""
    months, start = np.arange(0.0, horizon + 1.0), max(at.start, 0.0)
    passed = at.interval * np.arange(0.0, horizon / at.interval + 1.0)
    trainings = start - at.age_at_start + passed
    found = [months, np.array([at.start]), trainings]
    later = np.append(months, _stops(at, horizon))
    found.append((later[:, None] - passed).ravel())
    if at.grows_stale:
        middles = np.append(months[1:] - 0.5, (at.start + np.ceil(at.start)) / 2.0)
        found += [(middles[:, None] - passed).ravel(), (2.0 * trainings[:, None] - months).ravel()]
    dates = np.concatenate(found)
    return dates[dates > 0]


def along_instruction(values: Values) -> Array:
    """Return the prompt's instruction tokens at which an option's prefix becomes cacheable or enters a price tier."""
    share = max(_first(values, Lines.instruction_share), 1e-12) if Lines.instruction_share in values else np.inf
    added = _first(values, Lines.added_instruction_tokens) if Lines.added_instruction_tokens in values else 0.0
    tiers = np.ravel(values.get(Lines.tier_starts, np.empty(0))) - _first(values, Lines.payload_tokens)
    return (np.append(tiers, _first(values, Lines.min_cacheable_tokens)) - added) / share


def replicas_along_instruction(values: Values, high: float) -> Array:
    """Return the prompt's instruction tokens at which a month needs one more replica; of too many, those nearest today's."""
    today, share = _first(values, Lines.prompted_instruction_tokens), _first(values, Lines.instruction_share)
    if share <= 0.0 or np.isfinite(_first(values, Lines.replica_requests_per_second)):
        return np.empty(0)
    tokens = _first(values, Lines.tokens_per_request)
    loads = np.unique(np.ravel(values[Lines.replica_load]))
    loads, found = loads[loads > 0], [np.empty(0)]
    for load in loads:
        per_token = load / tokens
        first = np.ceil(per_token * max(tokens - share * today, 0.0))
        last = np.floor(per_token * (tokens + share * (high - today)))
        most = MOST_REPLICA_JUMPS // loads.size
        first = np.clip(np.floor(load) - most // 2, first, max(last - most + 1, first))
        replicas = np.arange(first, min(last, first + most - 1) + 1.0)
        found.append(today + (replicas / per_token - tokens) / share)
    return np.concatenate(found)


def along_volume(values: Values, windows: list[tuple[float, float]], most: int) -> Array:
    """Return the volumes in some windows at which a month needs one more replica; of too many, those nearest today's."""
    today = max(_first(values, Lines.requests_per_month), 1e-300)
    found = [np.empty(0)]
    factors = np.unique(np.ravel(values[Lines.replica_load]) / today)
    most = most // (factors.size * max(len(windows), 1))
    for replicas_per_request in factors[factors > 0]:
        load = today * replicas_per_request
        for low, high in windows:
            first, last = np.ceil(low * replicas_per_request), np.floor(high * replicas_per_request)
            first = np.clip(np.floor(load) - most // 2, first, max(last - most + 1, first))
            found.append(np.arange(first, min(last, first + most - 1) + 1.0) / replicas_per_request)
    return np.concatenate(found)


def windows_in_doubt(in_doubt: Callable[[Array, Array], NDArray[np.bool_]], grid: Array) -> list[tuple[float, float]]:
    """Return the stretches of a grid, to a part of a cell, in which the NPV may be zero whatever its jumps do."""
    low, high = grid[:-1], grid[1:]
    doubtful = in_doubt(low, high)
    edges = np.linspace(low[doubtful], high[doubtful], PIECES + 1, axis=1)
    low, high = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    if low.size:
        doubtful = in_doubt(low, high)
        low, high = low[doubtful], high[doubtful]
    windows: list[tuple[float, float]] = []
    for begin, end in zip(low.tolist(), high.tolist(), strict=True):
        if windows and begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((begin, end))
    return windows


def leads(sides_: Sequence[tuple[Array, Array]], same: float, reach: Array | float = 0.0) -> NDArray[np.bool_]:
    """Return whether one way is the best throughout each stretch.

    Parameters
    ----------
    sides_ : sequence of pairs of ndarray, shape (S, L)
        Least and most NPV of every way at each end of the stretches [money].
    same : float
        Ways that differ by no more at both ends are one.
    reach : ndarray, shape (S, L), or float
        How far each may stray in between [money].
    """
    best = sides_[0][0].argmax(axis=1)[:, None]
    reach = np.broadcast_to(reach, sides_[0][0].shape)
    needs = reach + np.take_along_axis(reach, best, axis=1)
    is_behind, is_same = np.ones(reach.shape, dtype=bool), np.ones(reach.shape, dtype=bool)
    for least, most in sides_:
        with np.errstate(invalid="ignore"):
            is_behind &= np.take_along_axis(least, best, axis=1) - most > needs
            is_same &= np.abs(np.take_along_axis(most, best, axis=1) - most) <= same
    return np.asarray((is_behind | is_same).all(axis=1))


def that_may_matter(
    table: Callable[[Array], Array], jumps: Array, most: int, low: float, high: float, same: float
) -> Array:
    """Return the jumps that may make another way the best, where there are more than can be read.

    Every few jumps one is read first. Between two of them each NPV can move by as many jumps as lie there, none much
    larger than those read nearby; where one way stays ahead of all others even so, they are left out.

    Parameters
    ----------
    table : callable
        Maps values, shape (K,), to the NPV of every way, shape (K, L) [money].
    jumps : ndarray, shape (J,)
        Values at which one may jump.
    most : int
        How many may be read.
    low, high : float
        The range.
    same : float
        Ways that differ by no more are one [money].
    """
    jumps = np.unique(jumps[(jumps >= low) & (jumps <= high)])
    step = -(-jumps.size // most)
    if step <= 1:
        return jumps
    read = np.append(np.arange(0, jumps.size - 1, step), jumps.size - 1)
    below, above = np.split(table(np.concatenate(sides(jumps[read], low, high))), 2)
    with np.errstate(invalid="ignore"):
        sizes = np.nan_to_num(np.abs(above - below), posinf=np.inf)
    largest = maximum_filter1d(sizes, NEIGHBOURS, axis=0)
    reach = step * np.maximum(largest[:-1], largest[1:])
    ends = above[:-1], below[1:]
    doubtful = ~leads([(end, end) for end in ends], same, reach)
    kept = np.append(np.repeat(doubtful, np.diff(read)), False)
    kept[read[1:]] |= doubtful  # both ends of a stretch
    return jumps[kept]
