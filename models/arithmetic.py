"""Chapter 0: sums, products and the like, as the ledger needs them between the other chapters."""

from __future__ import annotations

import numpy as np

from models.arrays import Array


def add(*terms: Array) -> Array:
    """Return the sum of its terms.

    Examples
    --------
    >>> float(add(np.array(1.0), np.array(2.0), np.array(4.0)))
    7.0
    """
    return sum(terms[1:], np.asarray(terms[0]))


def subtract(left: Array, right: Array) -> Array:
    """Return left - right.

    Examples
    --------
    >>> float(subtract(np.array(5.0), np.array(2.0)))
    3.0
    """
    return left - right


def multiply(*factors: Array) -> Array:
    """Return the product of its factors.

    Examples
    --------
    >>> float(multiply(np.array(2.0), np.array(3.0), np.array(0.5)))
    3.0
    """
    product = np.asarray(factors[0])
    for factor in factors[1:]:
        product = product * factor
    return product


def ratio(numerator: Array, denominator: Array) -> Array:
    """Return a quotient, nan where the denominator is not positive (a unit cost of nothing is unknown, not zero).

    Over next to nothing it may be infinite, which is as unknown.

    Examples
    --------
    >>> float(ratio(np.array(2500.0), np.array(0.008))), float(ratio(np.array(1.0), np.array(0.0)))
    (312500.0, nan)
    """
    with np.errstate(over="ignore"):
        return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), np.nan)


def same_as(value: Array) -> Array:
    """Return the value it is given: what one side leaves unsaid is as on the other side.

    Examples
    --------
    >>> float(same_as(np.array(3.0)))
    3.0
    """
    return value


def is_positive(value: Array) -> Array:
    """Return 1 where a value is above 0, else 0.

    Examples
    --------
    >>> is_positive(np.array([-1.0, 0.0, 0.5])).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.where(value > 0, 1.0, 0.0)


def blend(share: Array, inside: Array, outside: Array) -> Array:
    """Return share * inside + (1 - share) * outside.

    Examples
    --------
    >>> float(blend(np.array(0.25), np.array(8.0), np.array(4.0)))
    5.0
    """
    return share * inside + (1.0 - share) * outside


def outside_of(share: Array, amount: Array) -> Array:
    """Return (1 - share) * amount.

    Examples
    --------
    >>> float(outside_of(np.array(0.25), np.array(8.0)))
    6.0
    """
    return (1.0 - share) * amount


def total_over_months(monthly: Array) -> Array:
    """Return the sum over months, shape (D, 1).

    Examples
    --------
    >>> total_over_months(np.array([[1.0, 2.0]])).tolist()
    [[3.0]]
    """
    return monthly.sum(axis=1, keepdims=True)


def average_over(monthly: Array, share: Array) -> Array:
    """Return the average over the months by the share of each that counts, shape (D, 1); over all where none does.

    Examples
    --------
    >>> average_over(np.array([[9.0, 2.0, 4.0]]), np.array([[0.0, 1.0, 1.0]])).tolist()
    [[3.0]]
    """
    counts = np.where(share.sum(axis=1, keepdims=True) > 0, share, 1.0)
    return (monthly * counts).sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)


def running_total(at_start: Array, monthly: Array) -> Array:
    """Return the sum of what was at the start and of all months up to each, shape (D, H).

    Examples
    --------
    >>> running_total(np.array([[-3.0]]), np.array([[1.0, 2.0, 4.0]])).tolist()
    [[-2.0, 0.0, 4.0]]
    """
    return at_start + monthly.cumsum(axis=1)


def largest(monthly: Array) -> Array:
    """Return the largest value of any month, shape (D, 1).

    Examples
    --------
    >>> largest(np.array([[1.0, 4.0, 2.0]])).tolist()
    [[4.0]]
    """
    return monthly.max(axis=1, keepdims=True)


def first_month(monthly: Array) -> Array:
    """Return the value of month 1, shape (D, 1).

    Examples
    --------
    >>> first_month(np.array([[1.0, 4.0]])).tolist()
    [[1.0]]
    """
    return monthly[:, :1]


def more(amount: Array, is_added: Array, added: Array) -> Array:
    """Return an amount and what is added to it where a flag says so.

    Examples
    --------
    >>> float(more(np.array(300.0), np.array(1.0), np.array(50.0))), float(more(np.array(300.0), np.array(0.0), np.array(50.0)))
    (350.0, 300.0)
    """
    return np.maximum(amount + is_added * added, 0.0)


def share_and_more(amount: Array, share: Array, is_added: Array, added: Array) -> Array:
    """Return a share of an amount and what is added to it where a flag says so.

    Examples
    --------
    >>> float(share_and_more(np.array(300.0), np.array(0.5), np.array(1.0), np.array(50.0)))
    200.0
    """
    return more(amount * share, is_added, added)


def quotient(numerator: Array, denominator: Array) -> Array:
    """Return a quotient of either sign, nan where the denominator is not positive.

    Examples
    --------
    >>> float(quotient(np.array(-6.0), np.array(3.0))), float(quotient(np.array(-6.0), np.array(0.0)))
    (-2.0, nan)
    """
    return ratio(numerator, denominator)
