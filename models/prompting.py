"""Chapter 17: a prompt over time. What techniques gain on it, and how far it drifts with its base model.

Gains and drifts are in log-odds, where they mean the same share of the remaining errors at 70 % as at 95 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.arrays import UPPER_DECILE_DEVIATE, Array

AT_ONCE = 3
"""Most techniques whose gains are put together."""

MONTHS_PER_QUARTER = 3.0


def combined_technique(
    typical: Array, below: Array, above: Array, tried: NDArray[np.bool_], share: float
) -> tuple[Array, Array, Array]:
    """Return what the techniques that were not tried typically gain together, and how far that strays either way.

    Gains do not add up: ``the largest + share * the sum of the next two``, and the largest spreads; nobody published what more than
    three at once bring. A technique that on
    average harms is adopted by nobody and adds nothing, so that saying that a technique was tried never raises it.

    Parameters
    ----------
    typical, below, above : ndarray, shape (T,)
        Gain of each technique, and its spread below and above [log-odds], in any order.
    tried : ndarray of bool, shape (D, T)
        Whether each was tried, in each draw.
    share : float
        What each but the largest counts.

    Returns
    -------
    tuple of ndarray, shape (D, 1)
        Typical gain, spread below, spread above [log-odds]; all 0 where nothing is left to try.

    Examples
    --------
    >>> typical, spread = np.array([0.2, -0.1, 0.3]), np.array([0.4, 0.5, 0.3])
    >>> tried = np.array([[False, False, False], [True, True, False], [True, True, True]])
    >>> gain, below, above = combined_technique(typical, spread, 2.0 * spread, tried, 0.5)
    >>> gain.ravel().round(12).tolist(), below.ravel().tolist(), above.ravel().tolist()
    ([0.4, 0.3, 0.0], [0.5, 0.3, 0.0], [1.0, 0.6, 0.0])
    """
    adopted = np.sort(np.where(tried, 0.0, np.maximum(typical, 0.0)), axis=1)[:, ::-1]
    largest, others = adopted[:, :1], adopted[:, 1:AT_ONCE].sum(axis=1, keepdims=True)
    low, high = (np.where(tried, 0.0, spread).max(axis=1, keepdims=True, initial=0.0) for spread in (below, above))
    return largest + share * others, low, high


def fading(prompt_accuracy: Array, fade: Array | float, weakest: Array | float, strongest: Array | float) -> Array:
    """Return how much of a technique's gain on a prompt that is right half the time another prompt still has.

    ``exp(-fade * logit(prompt_accuracy))``, the accuracy held between the weakest and the strongest.

    Examples
    --------
    >>> a = np.array
    >>> [round(float(fading(a(p), 1.0, 0.2, 0.8)), 12) for p in (0.5, 0.75, 0.8, 0.99)]
    [1.0, 0.333333333333, 0.25, 0.25]
    """
    return np.exp(-fade * logit(np.clip(prompt_accuracy, weakest, strongest)))


def gain(
    prompt_accuracy: Array,
    fade: Array,
    weakest: Array,
    strongest: Array,
    typical: Array,
    below: Array,
    above: Array,
    deviate: Array,
    residual_mean: Array,
    residual_sd: Array,
    residual_deviate: Array,
) -> Array:
    """Return what a round of work on the prompt gains, before a worse prompt is dropped.

    ``(typical + max(0, residual_mean + residual_sd * residual_deviate)) * fading + deviate * (above if deviate > 0 else below)``.

    Parameters
    ----------
    prompt_accuracy : ndarray, shape (D, 1)
        Accuracy of the prompt, in (0, 1).
    fade, weakest, strongest : ndarray
        Of `fading`.
    typical, below, above : ndarray, shape (D, 1)
        Gain of the techniques together on a prompt that is right half the time, and its spread either way [log-odds].
    deviate : ndarray, shape (D, 1)
        Deviate of median 0 and standard deviation 1, with heavy tails.
    residual_mean, residual_sd : ndarray
        Gain that further work leaves on a prompt that is right half the time [log-odds]; both 0 where none is meant to be done.
    residual_deviate : ndarray, shape (D, 1)
        Standard normal deviate.

    Returns
    -------
    ndarray, shape (D, 1)
        Log-odds.

    Examples
    --------
    >>> a, none = np.array, np.zeros(())
    >>> [float(gain(a(0.5), none, a(0.2), a(0.8), a(0.4), a(0.3), a(0.5), a(d), none, none, none).round(9)) for d in (1.0, -1.0)]
    [0.9, 0.1]
    """
    further = np.maximum(residual_mean + residual_sd * residual_deviate, 0.0)
    held = (typical + further) * fading(prompt_accuracy, fade, weakest, strongest)
    return held + deviate * np.where(deviate > 0, above, below)


def improved_accuracy(prompt_accuracy: Array, gain: Array, ceiling: Array | float = 1.0) -> Array:
    """Return the accuracy after work on the prompt; the better prompt is kept after a fresh measurement.

    ``expit(logit(prompt_accuracy) + max(0, gain))``.

    Parameters
    ----------
    prompt_accuracy : ndarray, shape (D, 1)
        Accuracy of the prompt as it is.
    gain : ndarray, shape (D, 1)
        What the work gains [log-odds].
    ceiling : ndarray or float
        Highest accuracy that can be observed (1 - label noise).

    Examples
    --------
    >>> a = np.array
    >>> round(float(improved_accuracy(a(0.5), a(np.log(3.0)))), 12), float(improved_accuracy(a(0.5), a(-1.0)))
    (0.75, 0.5)
    """
    return np.minimum(expit(logit(prompt_accuracy) + np.maximum(gain, 0.0)), ceiling)


def drift_reach(accuracy: float, per_quarter: float, quarters: float) -> float:
    """Return how far the accuracy of a fixed prompt moves while its base model changes: half its 80 % interval.

    Log-odds take a normal step each quarter, and steps add up in squares.

    Parameters
    ----------
    accuracy : float
        Accuracy today, inside (0, 1).
    per_quarter : float
        Standard deviation of a quarter's step [log-odds].
    quarters : float
        Quarters that pass.

    Examples
    --------
    >>> round(drift_reach(0.8, 0.25, 4.0), 4)
    0.1027
    """
    reach = UPPER_DECILE_DEVIATE * per_quarter * np.sqrt(quarters)
    centre = logit(accuracy)
    return float(expit(centre + reach) - expit(centre - reach)) / 2.0


def drifted(accuracy: Array, months: Array, per_quarter: Array, deviate: Array) -> Array:
    """Return the accuracy in each month of a fixed prompt whose base model may change.

    ``expit(logit(accuracy) + deviate * per_quarter * sqrt((m - 1/2) / 3))``: at the middle of month m the log-odds have moved by
    as much as steps of a quarter each add up to; one deviate carries them all.

    Parameters
    ----------
    accuracy : ndarray, shape (D, 1)
        Accuracy on the first day.
    months : ndarray, shape (1, H)
        1, 2, ..., H.
    per_quarter : ndarray
        Standard deviation of a quarter's step [log-odds]; 0 where nothing moves.
    deviate : ndarray, shape (D, 1)
        Standard normal deviate.

    Returns
    -------
    ndarray, shape (D, H); (D, 1) where nothing moves

    Examples
    --------
    >>> a = np.array
    >>> drifted(a([[0.5]]), a([[3.5]]), a(np.log(3.0)), a([[1.0]])).round(9).tolist(), drifted(a([[0.5]]), a([[3.5]]), a(0.0), a(1.0)).tolist()
    ([[0.75]], [[0.5]])
    """
    if not np.any(per_quarter):
        return accuracy
    with np.errstate(divide="ignore"):
        return expit(logit(accuracy) + deviate * per_quarter * np.sqrt((months - 0.5) / MONTHS_PER_QUARTER))
