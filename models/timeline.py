"""Chapter 3: volume and time. When fine-tuning is live, when it is retrained, how old its knowledge is.

Time is in months from the assessment date; month m covers (m - 1, m] and its flows fall at m.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.arrays import NORMAL_NODES, NORMAL_WEIGHTS, UPPER_DECILE_DEVIATE, WEEKS_PER_MONTH, Array

INSTANT = 1e-9
"""Two dates closer than this [months] are the same instant."""


def months_from_weeks(weeks: Array) -> Array:
    """Return a duration in months from weeks.

    Examples
    --------
    >>> float(months_from_weeks(np.array(4.348125)))
    1.0
    """
    return weeks / WEEKS_PER_MONTH


def start_months(weeks: Array, labelling_weeks: Array) -> Array:
    """Return the months until an option starts: its own weeks, and those until missing examples are labelled.

    Examples
    --------
    >>> float(start_months(np.array(3.0), np.array(1.348125)))
    1.0
    """
    return months_from_weeks(weeks + labelling_weeks)


def growth(growth_per_month: Array, months: Array) -> Array:
    """Return the volume of each month over that of month 1, ``(1 + growth)^(m - 1)``.

    Examples
    --------
    >>> growth(np.array(0.1), np.array([1.0, 2.0])).round(6).tolist()
    [1.0, 1.1]
    """
    return np.maximum(1.0 + growth_per_month, 0.0) ** (months - 1.0)


def mean_growth(low: float, high: float, months: Array) -> Array:
    """Return the mean of `growth` over a normal growth whose 80 % interval is [low, high], by Gauss-Hermite quadrature.

    Returns
    -------
    ndarray, shape (1, H)

    Examples
    --------
    The mean of (1 + g)^2 is 1 + var g for a mean of 0:

    >>> spread = 0.1 * 1.2815515655446004
    >>> mean_growth(-spread, spread, np.array([1.0, 3.0])).round(12).tolist()
    [[1.0, 1.01]]
    """
    deviation = (high - low) / 2.0 / UPPER_DECILE_DEVIATE
    rates = (low + high) / 2.0 + deviation * NORMAL_NODES
    return (NORMAL_WEIGHTS @ growth(rates[:, None], months))[None, :]


def price_factor(decline_per_year: Array, months: Array) -> Array:
    """Return the factor on inference prices in each month, ``(1 - decline)^((m - 0.5) / 12)``.

    Examples
    --------
    >>> float(price_factor(np.array(0.75), np.array(6.5)))
    0.5
    """
    return np.maximum(1.0 - decline_per_year, 0.0) ** ((months - 0.5) / 12.0)


def live_share(months: Array, start: Array, end: Array) -> Array:
    """Return the part of each month, in [0, 1], that lies inside [start, end].

    Examples
    --------
    >>> live_share(np.array([1.0, 2.0, 3.0, 4.0]), np.array(1.25), np.array(3.0)).tolist()
    [0.0, 0.75, 1.0, 0.0]
    """
    return np.clip(np.minimum(months, end) - np.maximum(months - 1.0, start), 0.0, 1.0)


def end_of_service(
    start: Array, horizon: Array, retirements: Array, migrates: Array | float, serves_on: Array | float
) -> Array:
    """Return the month at which an option stops serving.

    The horizon where it outlives a retirement, else the first retirement if that comes earlier; never before its own
    start, so that what is retired before it starts is never live.

    Parameters
    ----------
    start, horizon : ndarray, shape (D, 1)
        Start of service and end of the assessment [months].
    retirements : ndarray, shape (D, K)
        Retirements of the base model and its successors, ascending [months]; infinite for never.
    migrates : ndarray or float
        1 where a successor is trained at a retirement, else 0.
    serves_on : ndarray or float
        1 where a retirement leaves the option as it is: a prompt, or open weights that are deployed elsewhere.

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> two, ten = np.array([[2.0]]), np.array([[10.0, 30.0]])
    >>> [float(end_of_service(two, np.array(24.0), ten, migrates, 0.0)[0, 0]) for migrates in (0.0, 1.0)]
    [10.0, 24.0]
    """
    outlives = (np.asarray(migrates) > 0) | (np.asarray(serves_on) > 0)
    return np.maximum(np.where(outlives, horizon, np.minimum(horizon, retirements[:, :1])), start)


class _Clocks(NamedTuple):
    """Trainings every R months: a clock from the first training on, and one from each move to a successor.

    All but the interval have a column for each clock, one after the other; a clock that never starts has an infinite
    origin.
    """

    origins: Array
    interval: Array
    passed: Array
    """Trainings of a clock that lie before the service, and are not bought."""
    last: Array
    """Trainings of a clock until something ends it."""

    def at(self, time: Array) -> tuple[Array, Array, Array]:
        """Return what is bought by the clocks that ended, by the one that runs at a time, and its last training."""
        each = np.maximum(self.last - self.passed, 0.0)
        if self.origins.shape[1] == 1:
            return np.zeros((1, 1)), *self._running(time, self.origins, self.passed, self.last)
        current = np.zeros(time.shape, dtype=np.intp)
        for k in range(1, self.origins.shape[1]):
            current += time >= self.origins[:, k : k + 1]
        ended, origin, passed, last = (
            np.take_along_axis(table, current, axis=1)
            for table in (each.cumsum(axis=1) - each, self.origins, self.passed, self.last)
        )
        return ended, *self._running(time, origin, passed, last)

    def _running(self, time: Array, origin: Array, passed: Array, last: Array) -> tuple[Array, Array]:
        """Return what is bought by the clock that runs at a time, and its last training."""
        # A date within an instant of a time is reached at that time; the slack in the floor sees to it.
        reached = np.floor((time - origin) / self.interval + INSTANT)
        bought = np.maximum(np.minimum(reached, last) - passed, 0.0)
        return bought, origin + np.where(bought > 0, self.interval * (bought + passed), 0.0)


def _clocks(
    start: Array,
    end: Array,
    interval: Array,
    last_training: Array,
    retirements: Array,
    restarts: Array,
    serves_on: Array | float,
    age_at_start: Array | float,
) -> _Clocks:
    """Return the clocks; each ends with the next one or the service, the first one with the last training date too."""
    restarts = np.asarray(restarts) * (np.asarray(serves_on) <= 0)
    shape = np.broadcast_shapes(*[np.shape(x) for x in (start, end, interval, last_training, restarts, age_at_start)])
    first = np.broadcast_to(start - age_at_start, np.broadcast_shapes(shape, (len(retirements), 1)))
    inside = (retirements >= start - INSTANT) & (retirements < end - INSTANT) & (restarts > 0)
    moves = np.sort(np.where(inside, retirements, np.inf), axis=1)
    moves = moves[:, np.isfinite(moves).any(axis=0)]
    moves = np.broadcast_to(moves, (len(first), moves.shape[1]))
    origins = np.concatenate([first, moves], axis=1)
    stops = np.concatenate([moves, np.full_like(first, np.inf)], axis=1)
    stops[:, :1] = np.minimum(last_training, stops[:, :1])
    is_bought = np.isfinite(interval)
    every = np.where(is_bought, interval, 1.0)
    last = np.where(is_bought, np.ceil((np.minimum(stops, end) - origins) / every - INSTANT) - 1.0, 0.0)
    passed = np.zeros_like(origins)
    passed[:, :1] = np.floor(age_at_start / every + INSTANT)
    return _Clocks(origins, every, passed, last)


def retrainings(
    months: Array,
    start: Array,
    end: Array,
    interval: Array,
    last_training: Array,
    retirements: Array,
    restarts: Array,
    serves_on: Array | float = 0.0,
    age_at_start: Array | float = 0.0,
) -> Array:
    """Return the number of regular retrainings bought in each month; migrations are not among them.

    A clock runs from the start, and a new one from each retirement at which a successor is trained: every R months
    while strictly before the end of serving and the next such retirement. The first clock is bound by the last date on
    which the provider trains; the later ones, of another base model, are not.

    Parameters
    ----------
    months : ndarray, shape (H,)
        1, 2, ..., H.
    start, end : ndarray, shape (D, 1)
        Start and end of serving [months].
    interval : ndarray, shape (D, 1)
        Months between retrainings, R > 0; infinite where none is ever bought.
    last_training : ndarray
        Last date on which the provider trains [months]; infinite when none is known.
    retirements : ndarray, shape (D, K)
        Retirements of the base model and its successors, ascending [months].
    restarts : ndarray
        1 where a successor is trained at a retirement, else 0.
    serves_on : ndarray or float
        1 where a retirement changes nothing in the weights, so that no clock starts anew.
    age_at_start : ndarray or float
        Months between the last training and the start, above 0 for a fine-tune that already serves.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    Live from month 1, retrained every 2 months, moved in month 4: retrained at 3, and at 6 by the new clock.

    >>> one = np.array([[1.0]])
    >>> retrainings(np.arange(1.0, 8.0), one, 7 * one, 2 * one, np.array(np.inf), 4 * one, one).ravel().tolist()
    [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    """
    if np.isinf(interval).all():
        return np.zeros((max(len(start), len(end)), len(months)))
    clocks = _clocks(start, end, interval, last_training, retirements, restarts, serves_on, age_at_start)
    edges = np.broadcast_to(np.append(months[:1] - 1.0, months), (len(clocks.origins), len(months) + 1))
    ended, running, _ = clocks.at(edges)
    return np.diff(ended + running, axis=1)


def knowledge_age(
    months: Array,
    start: Array,
    end: Array,
    interval: Array,
    last_training: Array,
    retirements: Array,
    restarts: Array,
    serves_on: Array | float = 0.0,
    age_at_start: Array | float = 0.0,
    half_life: Array | float = 1.0,
) -> Array:
    """Return the months since the last training, at the middle of the live part of each month.

    A training is the first one, a retraining that was bought, or that of a successor at a retirement.

    Parameters
    ----------
    months, start, end, interval, last_training, retirements, restarts, serves_on, age_at_start : ndarray
        As in `retrainings`.
    half_life : ndarray or float
        Months in which half of what was trained goes out of date; where it keeps in every draw, its age is not told.

    Returns
    -------
    ndarray, shape (D, H)
        Zero in months with no live part, and where nothing goes out of date.

    Examples
    --------
    >>> zero, never = np.array([[0.0]]), np.array([[np.inf]])
    >>> knowledge_age(np.arange(1.0, 4.0), zero, zero + 3, zero + 2, np.array(np.inf), never, zero).ravel().tolist()
    [0.5, 1.5, 0.5]
    """
    if np.isinf(half_life).all():
        return np.zeros((1, len(months)))
    clocks = _clocks(start, end, interval, last_training, retirements, restarts, serves_on, age_at_start)
    begins, ends = np.maximum(months - 1.0, start), np.minimum(months, end)
    middle = np.broadcast_to((begins + ends) / 2.0, (len(clocks.origins), len(months)))
    *_, trained = clocks.at(middle)
    return np.where(ends > begins, np.maximum(middle - trained, 0.0), 0.0)


def months_between_trainings(interval: Array, retrained: Array, live_months: Array) -> Array:
    """Return the months for which one training must do: the interval, or all live time where there is no retraining.

    Examples
    --------
    >>> a = np.array
    >>> float(months_between_trainings(a(4.0), a(3.0), a(20.0))), float(months_between_trainings(a(30.0), a(0.0), a(20.0)))
    (4.0, 20.0)
    """
    return np.where((retrained == 0) & (live_months > 0), live_months, interval)


def share_after(months: Array, start: Array) -> Array:
    """Return the part of each month that lies after `start` [months].

    Examples
    --------
    >>> share_after(np.array([1.0, 2.0]), np.array(0.25)).tolist()
    [0.75, 1.0]
    """
    return np.clip(months - start, 0.0, 1.0)
