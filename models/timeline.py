"""Chapter 3: volume and time. When fine-tuning is live, when it is retrained, how old its knowledge is.

Time is in months from the assessment date; month m covers (m - 1, m] and its flows fall at m.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


def volume(requests_per_month: Array, growth_per_month: Array, months: Array) -> Array:
    """Return the requests of each month, ``v_m = v_1 * (1 + growth)^(m - 1)``.

    Examples
    --------
    >>> volume(np.array(100.0), np.array(0.1), np.array([1.0, 2.0])).round(6).tolist()
    [100.0, 110.0]
    """
    return requests_per_month * np.maximum(1.0 + growth_per_month, 0.0) ** (months - 1.0)


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


def live_end(lead_time: Array, horizon: Array, shutdown: Array, migrates: Array) -> Array:
    """Return the month at which fine-tuning stops serving.

    The horizon or the provider's shutdown, whichever is first; with migration, the horizon, provided that the
    shutdown comes after go-live (what never went live cannot be migrated).

    Parameters
    ----------
    lead_time, horizon, shutdown : ndarray
        Months; `shutdown` is infinite when none is known.
    migrates : ndarray
        1 when a successor is trained at the shutdown, else 0.

    Examples
    --------
    >>> float(live_end(np.array(2.0), np.array(24.0), np.array(10.0), np.array(0.0)))
    10.0
    """
    end = np.minimum(horizon, np.maximum(shutdown, 0.0))
    return np.where((migrates > 0) & (shutdown > lead_time), np.maximum(end, horizon), end)


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


class _Clock(NamedTuple):
    """Trainings every R months from an origin: the `passed` first ones lie before the service, the `last` ends them."""

    is_set: NDArray[np.bool_]
    origin: Array
    interval: Array
    passed: Array
    last: Array

    def trained_by(self, time: Array) -> Array:
        """Return how many trainings were bought up to a time."""
        reached = np.floor((time - self.origin) / self.interval + INSTANT)
        return np.where(self.is_set, np.maximum(np.minimum(reached, self.last) - self.passed, 0.0), 0.0)

    def age_at(self, time: Array) -> Array:
        """Return the months since the last training, since the origin where none was bought."""
        bought = self.trained_by(time)
        return time - self.origin - np.where(bought > 0, self.interval * (bought + self.passed), 0.0)


def _clocks(
    start: Array, end: Array, interval: Array, last_training: Array, retirements: Array, restarts: Array, age: Array
) -> Iterator[_Clock]:
    """Yield the clock of the first training, then one for each retirement in [start, end) that restarts it."""
    regular = np.isfinite(interval)
    every = np.where(regular, interval, 1.0)
    inside = (retirements >= start - INSTANT) & (retirements < end - INSTANT) & (restarts > 0)
    moves = np.where(inside, retirements, np.inf)
    first = start - age
    passed = np.floor(age / every + INSTANT)
    # One column for each clock: where it begins and where the next one, the end or the last training date ends it.
    for k in range(moves.shape[1] + 1):
        is_set = end > start if k == 0 else inside[:, k - 1 : k]
        if not is_set.any():
            continue
        origin = first if k == 0 else np.where(is_set, moves[:, k - 1 : k], 0.0)
        stop = np.minimum(end, moves[:, k:].min(axis=1, keepdims=True, initial=np.inf))
        stop = np.minimum(stop, last_training) if k == 0 else stop
        last = np.where(regular, np.ceil((stop - origin) / every - INSTANT) - 1.0, 0.0)
        yield _Clock(is_set, origin, every, passed if k == 0 else np.zeros(()), last)


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
    bought = np.zeros((1, 1))
    moves = np.asarray(restarts) * (np.asarray(serves_on) <= 0)
    for clock in _clocks(start, end, interval, last_training, retirements, moves, np.asarray(age_at_start)):
        # A date within an instant of a whole month belongs to that month; the slack in the floor sees to it.
        bought = bought + clock.trained_by(months) - clock.trained_by(months - 1.0)
    return bought + np.zeros(np.broadcast_shapes(np.shape(start), np.shape(end), (1, len(months))))


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
) -> Array:
    """Return the months since the last training, at the middle of the live part of each month.

    A training is the first one, a retraining that was bought, or that of a successor at a retirement.

    Parameters
    ----------
    months, start, end, interval, last_training, retirements, restarts, serves_on, age_at_start : ndarray
        As in `retrainings`.

    Returns
    -------
    ndarray, shape (D, H)
        Zero in months with no live part.

    Examples
    --------
    >>> zero, never = np.array([[0.0]]), np.array([[np.inf]])
    >>> knowledge_age(np.arange(1.0, 4.0), zero, zero + 3, zero + 2, np.array(np.inf), never, zero).ravel().tolist()
    [0.5, 1.5, 0.5]
    """
    from_, until = np.maximum(months - 1.0, start), np.minimum(months, end)
    middle = (from_ + until) / 2.0
    age = np.zeros(middle.shape)
    moves = np.asarray(restarts) * (np.asarray(serves_on) <= 0)
    for clock in _clocks(start, end, interval, last_training, retirements, moves, np.asarray(age_at_start)):
        age = np.where(clock.is_set & (middle >= clock.origin), clock.age_at(middle), age)
    return np.where(until > from_, np.maximum(age, 0.0), 0.0)


def months_between_trainings(interval: Array, retrained: Array, live_months: Array) -> Array:
    """Return the months for which one training must do: the interval, or all live time where there is no retraining.

    Examples
    --------
    >>> a = np.array
    >>> float(months_between_trainings(a(4.0), a(3.0), a(20.0))), float(months_between_trainings(a(30.0), a(0.0), a(20.0)))
    (4.0, 20.0)
    """
    return np.where((retrained == 0) & (live_months > 0), live_months, interval)


def month_of(date: Array, months: Array) -> Array:
    """Return 1 in the month in which a date falls (an overdue date falls in month 1), else 0.

    Examples
    --------
    >>> month_of(np.array(1.5), np.array([1.0, 2.0, 3.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    return (np.maximum(np.ceil(date - INSTANT), 1.0) == months) * 1.0


def share_after(months: Array, start: Array) -> Array:
    """Return the part of each month that lies after `start` [months].

    Examples
    --------
    >>> share_after(np.array([1.0, 2.0]), np.array(0.25)).tolist()
    [0.75, 1.0]
    """
    return np.clip(months - start, 0.0, 1.0)
