"""Chapter 11: from draws to the few numbers a decision needs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from models.arrays import Array


def share(events: NDArray[np.bool_]) -> float:
    """Return the share of draws in which an event holds.

    Examples
    --------
    >>> share(np.array([True, False, True, True]))
    0.75
    """
    return float(np.mean(events))


def standard_error(draws: Array) -> float:
    """Return the Monte Carlo standard error of a mean, ``sd / sqrt(N)``.

    An upper bound for smooth functions of Sobol' points, whose error falls faster.

    Examples
    --------
    >>> standard_error(np.array([1.0, 3.0, 1.0, 3.0]))
    0.5
    """
    return float(np.std(draws) / np.sqrt(draws.size))


@lru_cache(maxsize=64)
def _weights(size: int, level: float) -> Array:
    steps = np.arange(size + 1) / size
    return np.diff(betainc((size + 1) * level, (size + 1) * (1.0 - level), steps))


def percentiles(draws: Array, levels: tuple[float, ...] = (0.1, 0.5, 0.9)) -> tuple[float, ...]:
    """Return percentiles of draws that may be infinite (an infinite percentile is returned as such).

    Finite draws are summarised by the Harrell-Davis estimator, a weighted mean of all order statistics that is
    steadier than any two of them (Harrell and Davis 1982, doi:10.1093/biomet/69.3.635); draws of which some are
    infinite by linear interpolation.

    Parameters
    ----------
    draws : ndarray, shape (N,)
        Draws; none may be nan.
    levels : tuple of float
        Probabilities.

    Examples
    --------
    >>> percentiles(np.array([1.0, 2.0, 3.0, np.inf, np.inf]), (0.5, 0.9))
    (3.0, inf)
    >>> round(percentiles(np.linspace(0.0, 1.0, 1001), (0.1,))[0], 3)
    0.1
    """
    ordered = np.sort(draws.ravel())
    if ordered[0] == ordered[-1]:
        return (float(ordered[0]),) * len(levels)
    if np.isfinite(ordered[-1]):
        return tuple(float(ordered @ _weights(ordered.size, level)) for level in levels)
    results = []
    for level in levels:
        position = level * (ordered.size - 1)
        below, above = ordered[int(np.floor(position))], ordered[int(np.ceil(position))]
        fraction = position - np.floor(position)
        results.append(float(above if np.isinf(above) else below + fraction * (above - below)))
    return tuple(results)


def best_options(benefit: Array, meets: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return, for each draw, the option that is best for someone who knows that draw's truth.

    The best net benefit among the options that meet the bar in that draw; where none does, among all.

    Parameters
    ----------
    benefit : ndarray, shape (N, K)
        Net benefit of each option [money].
    meets : ndarray of bool, shape (N, K)
        Whether each option meets the bar.

    Returns
    -------
    ndarray of int, shape (N,)
        Columns; of equals the first.

    Examples
    --------
    >>> benefit = np.array([[0.0, 5.0, -5.0], [0.0, 5.0, -5.0]])
    >>> best_options(benefit, np.array([[False, False, True], [False, False, False]])).tolist()
    [2, 1]
    """
    allowed = meets | ~meets.any(axis=1, keepdims=True)
    return np.where(allowed, benefit, -np.inf).argmax(axis=1)


def evpi(benefit: Array) -> float:
    """Return the expected value of knowing the truth before choosing one of some options.

    ``E[max_o B_o] - max_o E[B_o]``, written as the loss avoided against the option that is best on average, so that it is
    exactly nothing where that option is best in every draw (Raiffa and Schlaifer 1961). Of means given what one
    enquiry would tell it is the value of that enquiry.

    Parameters
    ----------
    benefit : ndarray, shape (N, K)
        Net benefit of each option [money].

    Examples
    --------
    >>> evpi(np.array([[0.0, -1.0], [0.0, 3.0]])), evpi(np.array([[0.0, 3.0], [0.0, 3.0]]))
    (0.5, 0.0)
    """
    best = benefit[:, int(benefit.mean(axis=0).argmax())]
    return float((benefit.max(axis=1) - best).mean())


def value_of_acting(expected: Array, benefit: Array) -> float:
    """Return what it is worth to choose, in every draw, the option of which most is expected there.

    ``E[B_o*] - max_o E[B_o]`` with o* the best by what is expected: what those who act on a prediction earn by it. However
    far the predictions overshoot, it is never more than perfect information is worth; who would lose by it does not act.

    Parameters
    ----------
    expected, benefit : ndarray, shape (N, K)
        What is expected of each option and what it is worth [money].

    Examples
    --------
    >>> benefit = np.array([[0.0, -1.0], [0.0, 3.0]])
    >>> value_of_acting(np.array([[0.0, -9.0], [0.0, 9.0]]), benefit), value_of_acting(-benefit, benefit)
    (0.5, 0.0)
    """
    best = benefit[:, int(benefit.mean(axis=0).argmax())]
    chosen = np.take_along_axis(benefit, expected.argmax(axis=1)[:, None], axis=1)[:, 0]
    return max(float((chosen - best).mean()), 0.0)
