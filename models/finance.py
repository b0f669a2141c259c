"""Chapter 10: present values, payback and unit costs.

Cash flows have shape (D, H + 1): column 0 is month 0, column m falls at the end of month m.
"""

from __future__ import annotations

import numpy as np

from models.arrays import MONTHS_PER_YEAR, Array

ROUNDING_SLACK = 1e-9
"""A cumulative flow smaller than this share of all flows is zero."""


def discount_factors(discount_rate: Array, months: Array) -> Array:
    """Return the discount factor of each month, ``(1 + r)^(-m / 12)`` with an annual effective rate.

    Examples
    --------
    >>> discount_factors(np.array(0.21), np.array([0.0, 6.0, 12.0])).round(6).tolist()
    [1.0, 0.909091, 0.826446]
    """
    return (1.0 + discount_rate) ** (-months / MONTHS_PER_YEAR)


def present_value(at_start: Array, monthly: Array, factors: Array) -> Array:
    """Return the present value of a month-0 amount and monthly flows.

    Parameters
    ----------
    at_start : ndarray, shape (D, 1)
        Paid in month 0 [money].
    monthly : ndarray, shape (D, H)
        Paid at the end of months 1..H [money].
    factors : ndarray, shape (H,)
        Discount factors of months 1..H.

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> float(present_value(np.array([[5.0]]), np.array([[110.0]]), np.array([1 / 1.1]))[0, 0])
    105.0
    """
    return at_start + (monthly * factors).sum(axis=1, keepdims=True)


def payback_months(at_start: Array, monthly: Array, running: Array) -> Array:
    """Return when the cumulative flow reaches zero and stays there, interpolated within the month.

    Parameters
    ----------
    at_start : ndarray, shape (D, 1)
        Net gain in month 0 (an outlay is negative) [money].
    monthly : ndarray, shape (D, H)
        Net gain of each month [money].
    running : ndarray, shape (D, H)
        Net gain from month 0 up to each month [money].

    Returns
    -------
    ndarray, shape (D, 1)
        Months; 0 when it never is below zero, infinite when it is below zero at the end.

    Examples
    --------
    >>> start, monthly = np.array([[-2500.0]]), np.full((1, 12), 700.0)
    >>> round(float(payback_months(start, monthly, start + monthly.cumsum(axis=1))[0, 0]), 2)
    3.57
    """
    cumulative = np.concatenate([np.broadcast_to(at_start, (running.shape[0], 1)), running], axis=1)
    flows = np.abs(at_start) + np.abs(monthly).sum(axis=1, keepdims=True)
    slack = ROUNDING_SLACK * np.maximum(flows, 1.0)
    cumulative = np.where(np.abs(cumulative) <= slack, 0.0, cumulative)
    below = cumulative < 0.0
    last = cumulative.shape[1] - 1
    last_below = last - below[:, ::-1].argmax(axis=1)
    rows = np.arange(len(cumulative))
    before, after = cumulative[rows, last_below], cumulative[rows, np.minimum(last_below + 1, last)]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = last_below + before / (before - after)
    months = np.where(below[:, last], np.inf, np.where(below.any(axis=1), crossing, 0.0))
    return months[:, None]


def spread_over(amount: Array, share: Array) -> Array:
    """Return an amount spread over the months by the share of each that counts; nothing where none does.

    Parameters
    ----------
    amount : ndarray, shape (D, 1)
        Paid once [money].
    share : ndarray, shape (D, H)
        Part of each month that counts, in [0, 1].

    Returns
    -------
    ndarray, shape (D, H)
        Money of each month; adds up to the amount.

    Examples
    --------
    >>> spread_over(np.array([[50.0]]), np.array([[0.5, 1.0, 1.0]])).tolist()
    [[10.0, 20.0, 20.0]]
    """
    total = share.sum(axis=1, keepdims=True)
    return np.where(total > 0, amount * share / np.where(total > 0, total, 1.0), 0.0)


def retraining_per_month(cost: Array, interval: Array, retrained: Array) -> Array:
    """Return what retraining costs in a month, each spread over its interval; nothing where none is bought.

    Parameters
    ----------
    cost, interval : ndarray, shape (D, 1)
        Money per retraining, and months between two of them.
    retrained : ndarray, shape (D, 1)
        Number of retrainings in the horizon.

    Returns
    -------
    ndarray, shape (D, 1)
        Money per month.

    Examples
    --------
    >>> a = np.array
    >>> float(retraining_per_month(a(300.0), a(3.0), a(4.0))), float(retraining_per_month(a(300.0), a(3.0), a(0.0)))
    (100.0, 0.0)
    """
    return np.where(retrained > 0, cost / interval, 0.0)


def payback_requests(one_off: Array, saving_per_request: Array) -> Array:
    """Return the requests after which the savings have earned the outlay back.

    Parameters
    ----------
    one_off : ndarray, shape (D, 1)
        Outlay beyond that of what it is compared with [money].
    saving_per_request : ndarray, shape (D, 1)
        What running on saves on a request [money/request].

    Returns
    -------
    ndarray, shape (D, 1)
        Requests; 0 where there is no outlay, nan where running on saves nothing.

    Examples
    --------
    >>> a = np.array
    >>> float(payback_requests(a(2500.0), a(0.008))), float(payback_requests(a(2500.0), a(0.0)))
    (312500.0, nan)
    """
    saves = saving_per_request > 0
    with np.errstate(over="ignore"):
        return np.where(saves, np.maximum(one_off, 0.0) / np.where(saves, saving_per_request, 1.0), np.nan)


def first_full_month(monthly: Array, start: Array, horizon: Array) -> Array:
    """Return a monthly figure of the first full month after a start; nan where the horizon holds none.

    Parameters
    ----------
    monthly : ndarray, shape (D, H) or (D, 1)
        A figure of each month; with one column, the same in every month.
    start : ndarray, shape (D, 1)
        Months from the decision.
    horizon : ndarray
        Months H.

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> first_full_month(np.array([[1.0, 2.0, 4.0]]), np.array([[0.5], [3.0]]), np.array(3.0)).ravel().tolist()
    [2.0, nan]
    """
    months = monthly.shape[1]
    after = np.ceil(start - ROUNDING_SLACK)
    found = monthly
    if months > 1:
        place = np.clip(after, 0, months - 1).astype(int)
        rows = max(len(monthly), len(place))
        found = np.take_along_axis(np.broadcast_to(monthly, (rows, months)), np.broadcast_to(place, (rows, 1)), axis=1)
    return np.where(after < horizon, found, np.nan)


def extra(cost: Array, over: Array, share: Array) -> Array:
    """Return what a cost is above another for a share of the month; negative where it is below.

    Examples
    --------
    >>> float(extra(np.array(5.0), np.array(3.0), np.array(0.5)))
    1.0
    """
    return share * (cost - over)


def saved(requests: Array, before: Array, after: Array) -> Array:
    """Return what requests save when one costs less: ``requests * (before - after)``.

    Examples
    --------
    >>> float(saved(np.array(100.0), np.array(0.5), np.array(0.25)))
    25.0
    """
    return requests * (before - after)
