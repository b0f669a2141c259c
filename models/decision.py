"""Chapter 11: from draws to the few numbers a decision needs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, expit, ndtri

from models.arrays import NORMAL_NODES, NORMAL_WEIGHTS, Array

QUANTILES = 501
_MIDPOINTS = (np.arange(QUANTILES) + 0.5) / QUANTILES


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


def expected_loss(benefit: Array) -> float:
    """Return the expected value of knowing a benefit before deciding for it or against it.

    ``E[max(0, B)] - max(0, E[B])``, written as the loss avoided on the losing side, so that a benefit that never
    changes sign is worth exactly nothing to know (Raiffa and Schlaifer 1961; EVPI of B itself).

    Parameters
    ----------
    benefit : ndarray, shape (N,)
        Net benefit, draw by draw, or its conditional mean.

    Examples
    --------
    >>> expected_loss(np.array([-1.0, 3.0])), expected_loss(np.array([0.3, 0.3, 0.3]))
    (0.5, 0.0)
    """
    mean = float(benefit.mean())
    return float(np.maximum(-benefit if mean > 0 else benefit, 0.0).mean())


def trials_value(mean: float, weight: float, correct: float, total: float, trials: Array) -> Array:
    """Return the expected value of grading more trials of the prompt before deciding.

    The posterior is Beta(a, b); n more trials resolve the share ``n / (n + a + b)`` of its variance, so the mean they
    will bring is taken as a Beta(a, b) accuracy drawn towards its mean by the root of that share, which keeps both the
    variance and the skew. The benefit is linear in the accuracy. Where the Beta is normal this is the unit normal loss
    (Raiffa and Schlaifer 1961, section 5.13).

    Parameters
    ----------
    mean : float
        Expected benefit today [money].
    weight : float
        Money per unit of accuracy, by regression over the draws.
    correct, total : float
        Trials graded so far.
    trials : ndarray, shape (S,)
        Sizes of the study.

    Returns
    -------
    ndarray, shape (S,)

    Examples
    --------
    >>> trials_value(5.0, 0.0, 90, 100, np.array([100.0])).tolist()
    [0.0]
    """
    a, b = correct + 0.5, total - correct + 0.5
    departures = betaincinv(a, b, _MIDPOINTS)
    departures = weight * (departures - departures.mean())
    resolved = np.sqrt(trials / (trials + a + b))
    return np.array([expected_loss(mean + root * departures) for root in resolved])


def pilot_value(
    mean: float, weight: float, log_odds_mean: float, log_odds_variance: float, resolved: float, ceiling: float
) -> float:
    """Return the expected value of a pilot before deciding.

    The pilot moves the posterior mean m of the log-odds, ``m ~ Normal(mu, resolved * V)``, and leaves the variance
    ``(1 - resolved) V``. The benefit is linear in the accuracy, so its mean after the pilot is
    ``mean + weight (E[expit | m] - E[expit])``; the expectation over m is a midpoint sum over its quantiles, the inner
    one 61-node Gauss-Hermite. Were the benefit linear in m, this would be the unit normal loss.

    Parameters
    ----------
    mean : float
        Expected benefit today [money].
    weight : float
        Money per unit of fine-tuned accuracy, by regression over the draws.
    log_odds_mean, log_odds_variance : float
        Predictive mean and variance of the log-odds today.
    resolved : float
        Share of that variance that the pilot resolves.
    ceiling : float
        Highest accuracy that can be observed.

    Examples
    --------
    >>> pilot_value(-1.0, 100.0, 0.0, 1.0, 0.0, 1.0)
    0.0
    """
    if resolved <= 0.0 or weight == 0.0:
        return 0.0
    means = log_odds_mean + np.sqrt(resolved * log_odds_variance) * ndtri(_MIDPOINTS)
    spread = np.sqrt((1.0 - resolved) * log_odds_variance)
    accuracy = np.minimum(expit(means[:, None] + spread * NORMAL_NODES), ceiling) @ NORMAL_WEIGHTS
    return expected_loss(mean + weight * (accuracy - accuracy.mean()))
