"""Chapter 16: right answers for money. Which options are efficient, what one more right answer costs, and how sure that is.

Health economics asks the same of treatments and life years. With e the price of a wrong answer, an option is worth
``B = A + e * W``: A is what it saves, wrong answers left out, and W the right answers it gives more, both against option 0.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import Array

NONE = -1
"""In place of the number of an option that there is not."""


class Acceptability(NamedTuple):
    """How sure it is which option is best, by the price of a wrong answer; E prices, K options."""

    shares: Array
    """Share of the draws in which each option is the best, shape (E, K); each row adds up to 1."""
    best: NDArray[np.intp]
    """Option with the best mean, shape (E,)."""
    frontier_shares: Array
    """Share of the draws in which that option is the best, shape (E,)."""
    evpi: Array
    """Expected value of knowing the truth before choosing [money], shape (E,)."""


def _turns_right(costs: Array, effects: Array, first: int, second: int, third: int) -> bool:
    """Return whether one more right answer costs more from the first to the second than from there to the third."""
    to_second = (costs[second] - costs[first]) * (effects[third] - effects[second])
    to_third = (costs[third] - costs[second]) * (effects[second] - effects[first])
    return bool(to_second > to_third)


def efficiency_frontier(costs: Array, effects: Array) -> NDArray[np.intp]:
    """Return the options that are worth most at some price of a wrong answer, the cheapest first.

    Off the frontier lies an option that is *strictly dominated*, for another costs no more and is at least as right, one of
    the two strictly; and one that is dominated *by extension*, for a mixture of two others is so, which shows by
    ``(c_i - c_j) / (x_i - x_j) > (c_k - c_i) / (x_k - x_i)`` for some cheaper j and some more right k. An option on the
    line between two others stays. Of equals the first stands for all.

    Parameters
    ----------
    costs : ndarray, shape (K,)
        Mean cost of each option, wrong answers left out [money].
    effects : ndarray, shape (K,)
        Mean right answers of each option [answers].

    Returns
    -------
    ndarray of int, shape (F,)
        Numbers of options; costs and effects both rise along them.

    References
    ----------
    G. Karlsson and M. Johannesson (1996), The decision rules of cost-effectiveness analysis, PharmacoEconomics 9,
    113-120, doi:10.2165/00019053-199609020-00003.

    Examples
    --------
    The third gives less than the second for more money; the fourth is left behind by a mixture of the second and the last.

    >>> efficiency_frontier(np.array([0.0, 10.0, 12.0, 40.0, 50.0]), np.array([0.0, 10.0, 9.0, 15.0, 20.0])).tolist()
    [0, 1, 4]
    """
    frontier: list[int] = []
    for option in np.lexsort((-effects, costs)).tolist():
        if frontier and effects[option] <= effects[frontier[-1]]:
            continue
        while len(frontier) > 1 and _turns_right(costs, effects, frontier[-2], frontier[-1], option):
            frontier.pop()
        frontier.append(option)
    return np.array(frontier, dtype=np.intp)


def incremental_costs(costs: Array, effects: Array) -> Array:
    """Return what one more right answer costs with each option, against the one before it on the frontier.

    The incremental cost-effectiveness ratio, ``(c_f - c_(f-1)) / (x_f - x_(f-1))``: the price of a wrong answer above which
    the option is worth more than the one before it. It never falls along the frontier.

    Parameters
    ----------
    costs, effects : ndarray, shape (K,)
        As for `efficiency_frontier`.

    Returns
    -------
    ndarray, shape (K,)
        Above 0 [money/answer]; nan for the cheapest option of the frontier and for those off it. Equals have the same.

    Examples
    --------
    10 for 10 more right answers, then 40 for 10 more:

    >>> incremental_costs(np.array([0.0, 10.0, 12.0, 40.0, 50.0]), np.array([0.0, 10.0, 9.0, 15.0, 20.0])).tolist()
    [nan, 1.0, nan, nan, 4.0]
    """
    found = np.full(costs.size, np.nan)
    for before, option in pairwise(efficiency_frontier(costs, effects).tolist()):
        equals = (costs == costs[option]) & (effects == effects[option])
        found[equals] = (costs[option] - costs[before]) / (effects[option] - effects[before])
    return found


def dominated_by(costs: Array, effects: Array) -> NDArray[np.intp]:
    """Return for each option off the frontier an option that shows why.

    An option comes nearest to the frontier at one price of a wrong answer, where the option of the frontier that is as right
    as it or, of those that are more right, the least so becomes the best. Where it is dominated by extension, or by that
    option, that one is named; else, of the options that dominate it strictly, the one worth most at that price.

    Parameters
    ----------
    costs, effects : ndarray, shape (K,)
        As for `efficiency_frontier`.

    Returns
    -------
    ndarray of int, shape (K,)
        Numbers of options; `NONE` for one on the frontier and for its equals.

    Examples
    --------
    >>> dominated_by(np.array([0.0, 10.0, 12.0, 40.0, 50.0]), np.array([0.0, 10.0, 9.0, 15.0, 20.0])).tolist()
    [-1, -1, 1, 4, -1]
    """
    frontier = efficiency_frontier(costs, effects)
    found = np.full(costs.size, NONE, dtype=np.intp)
    for option in range(costs.size):
        at = int(np.searchsorted(effects[frontier], effects[option]))
        nearest = frontier[at]
        if costs[nearest] == costs[option] and effects[nearest] == effects[option]:
            continue
        no_worse = (costs <= costs[option]) & (effects >= effects[option])
        strictly = no_worse & ((costs < costs[option]) | (effects > effects[option]))
        found[option] = nearest
        if strictly.any() and not strictly[nearest]:
            before = frontier[at - 1]
            # Worth at the price at which the two of the frontier are equal, times the right answers between them.
            worth = (costs[nearest] - costs[before]) * effects - (effects[nearest] - effects[before]) * costs
            found[option] = np.where(strictly, worth, -np.inf).argmax()
    return found


def _centred_mean(draws: Array) -> Array:
    """Return the means of columns, those that do not vary exactly."""
    return draws[0] + (draws - draws[0]).mean(axis=0)


def acceptability(savings: Array, effects: Array, error_costs: Array) -> Acceptability:
    """Return which option is best, how likely each is to be, and what it is worth to know, by the price of a wrong answer.

    With ``B = A + e * W`` in every draw: the acceptability curve of an option is the share of draws in which its B is the
    largest; the acceptability frontier is the curve of the option whose mean B is the largest, which need not be the one
    that is the best most often; and ``EVPI(e) = E[max_o B] - max_o E[B]``, written as the mean of what the option with the
    best mean falls short of the best, so that it is never below 0, and 0 exactly where nothing varies. One price at a time:
    memory is that of one matrix of net benefits, whatever the number of prices.

    Parameters
    ----------
    savings : ndarray, shape (N, K)
        What each option saves in each draw, wrong answers left out [money].
    effects : ndarray, shape (N, K)
        Right answers that each option gives more [answers].
    error_costs : ndarray, shape (E,)
        Prices of a wrong answer [money/answer].

    Returns
    -------
    Acceptability
        Of equals the first option is the best.

    References
    ----------
    E. Fenwick, K. Claxton and M. Sculpher (2001), Representing uncertainty: the role of cost-effectiveness acceptability
    curves, Health Economics 10, 779-787, doi:10.1002/hec.635. G. Baio (2012), Bayesian Methods in Health Economics,
    Chapman and Hall/CRC.

    Examples
    --------
    An option costs 2 and gives 6 right answers more in one draw, none in the other. At 1 the mean is 3 - 2 > 0: it is the
    best of the means, in half of the draws; to know the other one saves its 2.

    >>> found = acceptability(np.array([[0.0, -2.0], [0.0, -2.0]]), np.array([[0.0, 6.0], [0.0, 0.0]]), np.array([0.0, 1.0]))
    >>> found.shares.tolist(), found.best.tolist(), found.frontier_shares.tolist(), found.evpi.tolist()
    ([[1.0, 0.0], [0.5, 0.5]], [0, 1], [1.0, 0.5], [0.0, 1.0])
    """
    draws, options = savings.shape
    best = (_centred_mean(savings) + error_costs[:, None] * _centred_mean(effects)).argmax(axis=1)
    shares, evpi = np.empty((error_costs.size, options)), np.empty(error_costs.size)
    for at, error_cost in enumerate(error_costs):
        benefit = savings + error_cost * effects
        shares[at] = np.bincount(benefit.argmax(axis=1), minlength=options) / draws
        evpi[at] = (benefit.max(axis=1) - benefit[:, best[at]]).mean()
    return Acceptability(shares, best, shares[np.arange(error_costs.size), best], evpi)
