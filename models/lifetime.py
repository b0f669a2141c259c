"""Chapter 4: how long a base model lives. When it is retired, when its successors are, and how often that means a move.

A model's yearly hazard of retirement depends on its age in steps. Nothing that is not announced comes sooner than the
usual notice, so the hazard starts there, at the age the model then has (inverse transform of a piecewise exponential
life; Devroye 1986, Non-Uniform Random Variate Generation, chapter VI.2, doi:10.1007/978-1-4613-8643-8). Time is in
months from the assessment date; month m covers (m - 1, m]. A life that never ends is infinite.
"""

from __future__ import annotations

import numpy as np

from models.arrays import MONTHS_PER_YEAR, Array

INSTANT = 1e-9
"""Two dates closer than this [months] are the same instant."""


def retirement(
    uniform: Array,
    hazard_starts: Array,
    hazard_per_year: Array,
    age_months: Array | float,
    notice_months: Array | float,
) -> Array:
    """Return the months until a model of a given age is retired.

    The time Z at which the hazard, added up from the end of the notice on, reaches ``-ln(1 - u)``.

    Parameters
    ----------
    uniform : ndarray, shape (D, 1) or any other
        Points in (0, 1).
    hazard_starts : ndarray, shape (S,)
        Ages [months] from which the steps of the hazard hold, ascending, the first 0; the last holds for ever.
    hazard_per_year : ndarray, shape (S,)
        Hazard of each step [1/year].
    age_months : ndarray or float
        Age of the model today [months].
    notice_months : ndarray or float
        Months during which nothing can come that is not yet announced.

    Returns
    -------
    ndarray, shape of `uniform`
        Months, at least `notice_months`; infinite where the hazard never adds up to that much.

    Examples
    --------
    At 12 a year from an age of 12 months on, half of the models of 9 months live 3 + ln 2 months more.

    >>> half, starts, hazards = np.array([0.5]), np.array([0.0, 12.0]), np.array([0.0, 12.0])
    >>> retirement(half, starts, hazards, 9.0, 0.0).round(6).tolist(), retirement(half, starts, hazards, 9.0, 6.0).round(6).tolist()
    ([3.693147], [6.693147])
    """
    rate = hazard_per_year / MONTHS_PER_YEAR
    summed = np.concatenate([np.zeros(1), np.cumsum(rate[:-1] * np.diff(hazard_starts))])
    at_risk_from = np.asarray(age_months + notice_months, dtype=float)
    step = np.maximum(np.searchsorted(hazard_starts, at_risk_from, side="right") - 1, 0)
    survived = summed[step] + rate[step] * (at_risk_from - hazard_starts[step])
    reached = survived - np.log1p(-uniform)
    # The first step whose end lies at or above what is to be reached: its own hazard is above 0, but for the last one's.
    last = np.maximum(np.searchsorted(summed, reached, side="left") - 1, 0)
    ends = rate[last] > 0.0
    beyond = (reached - summed[last]) / np.where(ends, rate[last], 1.0)
    life = np.where(ends, hazard_starts[last] + beyond - age_months, np.inf)
    return np.maximum(life, notice_months)


def renewed(uniforms: Array, hazard_starts: Array, hazard_per_year: Array) -> Array:
    """Return the lives of the models that follow one after the other, each from age 0 and without notice.

    Parameters
    ----------
    uniforms : ndarray, shape (D, K)
        Points in (0, 1), a column for each successor.
    hazard_starts, hazard_per_year : ndarray, shape (S,)
        As in `retirement`.

    Returns
    -------
    ndarray, shape (D, K)
        Months.

    Examples
    --------
    >>> renewed(np.array([[0.5, 0.75]]), np.array([0.0]), np.array([12.0])).round(6).tolist()
    [[0.693147, 1.386294]]
    """
    return retirement(uniforms, hazard_starts, hazard_per_year, 0.0, 0.0)


def retirements(first: Array, renewals: Array, not_before: Array | float) -> Array:
    """Return when a model and each of its successors is retired, ``Z_k = Z_(k-1) + life_k``.

    Parameters
    ----------
    first : ndarray, shape (D, 1)
        Retirement of the model of today [months].
    renewals : ndarray, shape (D, K)
        Lives of its successors [months].
    not_before : ndarray, shape (D, 1), or float
        Start of a fine-tune that migrates: a retirement before it has its effect there [months].

    Returns
    -------
    ndarray, shape (D, K + 1)
        Months, ascending.

    Examples
    --------
    >>> retirements(np.array([[2.0]]), np.array([[10.0, np.inf]]), 3.0).tolist()
    [[3.0, 13.0, inf]]
    """
    start = np.maximum(first, not_before)
    draws = max(len(start), len(renewals))
    lives = [np.broadcast_to(part, (draws, part.shape[1])) for part in (start, renewals)]
    return np.concatenate(lives, axis=1).cumsum(axis=1)


def migrations(retirements: Array, months: Array, horizon: Array) -> Array:
    """Return the number of retirements in each month, those strictly before the horizon; overdue ones fall in month 1.

    Parameters
    ----------
    retirements : ndarray, shape (D, K)
        Months.
    months : ndarray, shape (H,)
        1, 2, ..., H.
    horizon : ndarray
        Months.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    >>> migrations(np.array([[-1.0, 1.5, 2.0, 3.0]]), np.array([1.0, 2.0, 3.0]), np.array(3.0)).tolist()
    [[1.0, 2.0, 0.0]]
    """
    counts = np.zeros((len(retirements), len(months)))
    inside = (retirements < horizon - INSTANT) & (retirements <= months[-1])
    place = np.maximum(np.ceil(np.where(inside, retirements, 0.0) - INSTANT), 1.0).astype(np.intp) - 1
    for k in range(retirements.shape[1]):
        rows = np.flatnonzero(inside[:, k])
        counts[rows, place[rows, k]] += 1.0
    return counts


def migrations_of_tuned(
    retirements: Array, months: Array, horizon: Array, migrates: Array | float, serves_on: Array | float
) -> Array:
    """Return the number of moves of a fine-tune in each month: none where what stands in takes over instead.

    Parameters
    ----------
    retirements, months, horizon : ndarray
        As in `migrations`.
    migrates : ndarray or float
        1 where a successor is trained at a retirement, else 0.
    serves_on : ndarray or float
        1 where the same weights are deployed elsewhere, else 0.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    >>> dates, months = np.array([[1.5], [1.5]]), np.array([1.0, 2.0])
    >>> migrations_of_tuned(dates, months, np.array(2.0), np.array([[1.0], [0.0]]), 0.0).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    moves = (np.asarray(migrates) > 0) | (np.asarray(serves_on) > 0)
    return migrations(retirements, months, horizon) * moves


def mean_end(first: Array, horizon: Array) -> Array:
    """Return the mean over draws of the end of service, ``min(Z_1, H)``.

    Parameters
    ----------
    first : ndarray, shape (D, 1)
        First retirement [months].
    horizon : ndarray
        Months.

    Returns
    -------
    ndarray, shape (1, 1)

    Examples
    --------
    >>> mean_end(np.array([[6.0], [np.inf]]), np.array(24.0)).tolist()
    [[15.0]]
    """
    return np.minimum(first, horizon).mean(axis=0, keepdims=True)


def expected_migrations(retirements: Array, months: Array, horizon: Array) -> Array:
    """Return the expected number of retirements in each month: the mean of `migrations` over draws.

    Parameters
    ----------
    retirements, months, horizon : ndarray
        As in `migrations`.

    Returns
    -------
    ndarray, shape (1, H)

    Examples
    --------
    >>> expected_migrations(np.array([[1.5], [np.inf]]), np.array([1.0, 2.0]), np.array(24.0)).tolist()
    [[0.0, 0.5]]
    """
    return migrations(retirements, months, horizon).mean(axis=0, keepdims=True)


def migrations_by_start(first: Array, renewals: Array, starts: Array, months: Array, horizon: float) -> Array:
    """Return the expected number of moves in each month for many starts of service.

    What is retired before a start has its effect there, and its successors live from then on; as `expected_migrations` of
    `retirements`, for one start after the other.

    Parameters
    ----------
    first : ndarray, shape (D, 1) or (1, 1)
        Retirement of the model of today [months].
    renewals : ndarray, shape (D, K)
        Lives of its successors [months].
    starts : ndarray, shape (S,)
        Starts of service [months].
    months : ndarray, shape (H,)
        1, 2, ..., H.
    horizon : float
        Months.

    Returns
    -------
    ndarray, shape (S, H)

    Examples
    --------
    >>> first, lives = np.array([[1.5], [4.5]]), np.array([[np.inf], [np.inf]])
    >>> migrations_by_start(first, lives, np.array([0.0, 2.5]), np.arange(1.0, 5.0), 9.0).tolist()
    [[0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.0]]
    """
    passed = np.concatenate([np.zeros((len(renewals), 1)), renewals.cumsum(axis=1)], axis=1)
    firsts = np.broadcast_to(first, passed.shape)
    counts = np.maximum(firsts, 0.0) + passed < horizon
    firsts, passed = firsts[counts], passed[counts]
    distinct, place = np.unique(np.maximum(starts, firsts.min(initial=horizon)), return_inverse=True)
    table = np.zeros((distinct.size, months.size))
    for row, start in enumerate(distinct):
        dates = np.maximum(firsts, start) + passed
        falls = np.maximum(np.ceil(dates[dates < horizon - INSTANT] - INSTANT), 1.0).astype(np.intp) - 1
        table[row] = np.bincount(falls, minlength=months.size)[: months.size]
    return table[place] / len(renewals)
