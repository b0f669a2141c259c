"""Chapter 3: volume and time. When fine-tuning is live, when it is retrained, how old its knowledge is.

Time is in months from the assessment date; month m covers (m - 1, m] and its flows fall at m.
"""

from __future__ import annotations

import numpy as np

from models.arrays import WEEKS_PER_MONTH, Array

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


def _retrainings_by(time: Array, start: Array, interval: Array, stop: Array) -> Array:
    """Return how many of start + j * interval, j = 1, 2, ..., are <= time and strictly before stop."""
    reached = np.floor((time - start) / interval + INSTANT)
    bought = np.ceil((stop - start) / interval - INSTANT) - 1.0
    return np.maximum(np.minimum(reached, bought), 0.0)


def retrainings(
    months: Array, start: Array, end: Array, interval: Array, last_training: Array, shutdown: Array, horizon: Array
) -> Array:
    """Return the number of retrainings paid in each month, migration included.

    Retraining happens at start + jR while strictly before both the end of serving and the last date on which the
    provider trains. A migration (the shutdown lies inside the live time) is one more, and starts a new clock that the
    old last training date no longer binds.

    Parameters
    ----------
    months : ndarray, shape (H,)
        1, 2, ..., H.
    start, end : ndarray, shape (D, 1)
        Go-live and end of serving [months].
    interval : ndarray, shape (D, 1)
        Months between retrainings, R > 0.
    last_training, shutdown : ndarray
        Months; infinite when none is known.
    horizon : ndarray
        Months.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    Live from month 1, retrained every 2 months, shut down in month 6: retrained at 3 and 5.

    >>> retrainings(np.arange(1.0, 7.0), np.array([[1.0]]), np.array([[6.0]]), np.array([[2.0]]),
    ...             np.array(np.inf), np.array(6.0), np.array(24.0)).ravel().tolist()
    [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    """
    migration = np.where((shutdown > start) & (shutdown < end), shutdown, np.inf)
    stop = np.minimum(np.minimum(end, last_training), migration)
    # A date within an instant of a whole month belongs to that month; the slack in the floor sees to it.
    first_clock = _retrainings_by(months, start, interval, stop) - _retrainings_by(months - 1.0, start, interval, stop)
    paid = first_clock * (end > start)
    has_migration = np.isfinite(migration)
    if has_migration.any():
        since = np.where(has_migration, migration, 0.0)
        second_clock = _retrainings_by(months, since, interval, end) - _retrainings_by(
            months - 1.0, since, interval, end
        )
        paid = paid + has_migration * (second_clock + month_of(since, months))
    return paid


def knowledge_age(
    months: Array, start: Array, end: Array, interval: Array, last_training: Array, shutdown: Array
) -> Array:
    """Return the months since the last (re)training, at the middle of the live part of each month.

    Parameters
    ----------
    months : ndarray, shape (H,)
        1, 2, ..., H.
    start, end, interval : ndarray, shape (D, 1)
        Go-live, end of serving and retraining interval [months].
    last_training, shutdown : ndarray
        Months; infinite when none is known.

    Returns
    -------
    ndarray, shape (D, H)
        Zero in months with no live part.

    Examples
    --------
    >>> knowledge_age(np.arange(1.0, 4.0), np.array([[0.0]]), np.array([[3.0]]), np.array([[2.0]]),
    ...               np.array(np.inf), np.array(np.inf)).ravel().tolist()
    [0.5, 1.5, 0.5]
    """
    migration = np.where((shutdown > start) & (shutdown < end), shutdown, np.inf)
    middle = (np.maximum(months - 1.0, start) + np.minimum(months, end)) / 2.0
    stop = np.minimum(np.minimum(end, last_training), migration)
    age = middle - start - interval * _retrainings_by(middle, start, interval, stop)
    if np.isfinite(migration).any():
        since = np.where(np.isfinite(migration), migration, 0.0)
        age_after = middle - since - interval * _retrainings_by(middle, since, interval, end)
        age = np.where(middle >= migration, age_after, age)
    return np.where(np.minimum(months, end) > np.maximum(months - 1.0, start), np.maximum(age, 0.0), 0.0)


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
