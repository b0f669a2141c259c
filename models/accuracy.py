"""Chapter 4: accuracy of the prompt, of an improved prompt and of a fine-tuned model over its life.

Accuracies live in [0, 1] and are modelled on the log-odds scale, where a gain means the same share of the remaining
errors at 70 % as at 95 %.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from models.arrays import NORMAL_NODES, NORMAL_WEIGHTS, Array

VALIDITY_STEPS = 101
"""Ages at which the validity of knowledge is read between two trainings."""


def mean_accuracy(log_odds_mean: Array, log_odds_sd: Array, ceiling: Array) -> Array:
    """Return the mean of min(expit(X), ceiling) for X ~ Normal(mean, sd), by 61-node Gauss-Hermite quadrature.

    Parameters
    ----------
    log_odds_mean, log_odds_sd : ndarray, shape (D, 1)
        Log-odds.
    ceiling : ndarray
        Highest accuracy that can be observed (1 - label noise).

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> float(mean_accuracy(np.array([[0.0]]), np.array([[1.3]]), np.array(1.0)).round(12)[0, 0])
    0.5
    """
    log_odds = log_odds_mean[..., None] + log_odds_sd[..., None] * NORMAL_NODES
    return np.minimum(expit(log_odds), np.asarray(ceiling)[..., None]) @ NORMAL_WEIGHTS


def tuned_accuracy(log_odds_mean: Array, log_odds_variance: Array, deviate: Array, ceiling: Array) -> Array:
    """Return the accuracy of the fine-tuned model on the day it goes live.

    Parameters
    ----------
    log_odds_mean, log_odds_variance : ndarray, shape (D, 1)
        Posterior predictive of its log-odds.
    deviate : ndarray, shape (D, 1)
        Standard normal draw; nan marks the base case, which takes the mean over the predictive distribution.
    ceiling : ndarray
        Highest accuracy that can be observed (1 - label noise).

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> tuned_accuracy(0 * one, one, np.array([[np.nan]]), one).round(12).tolist()
    [[0.5]]
    """
    mean, variance, deviate = np.broadcast_arrays(log_odds_mean, log_odds_variance, deviate)
    deviation = np.sqrt(variance)
    is_base = np.isnan(deviate)
    drawn = np.minimum(expit(mean + deviation * np.where(is_base, 0.0, deviate)), ceiling)
    if not is_base.any():
        return drawn
    return np.where(is_base, mean_accuracy(mean, deviation, np.broadcast_to(ceiling, mean.shape)), drawn)


def improved_accuracy(prompt_accuracy: Array, *gains: Array) -> Array:
    """Return the accuracy after improving the prompt: gains add on the log-odds scale and never go below zero in sum.

    Parameters
    ----------
    prompt_accuracy : ndarray, shape (D, 1)
        Accuracy of the prompt as it is.
    *gains : ndarray, shape (D, 1)
        Gain of each technique not yet tried, and of further work in general [log-odds].

    Examples
    --------
    >>> round(float(improved_accuracy(np.array(0.5), np.array(np.log(2.0)), np.array(np.log(1.5)))), 12)
    0.75
    """
    total = np.maximum(sum(gains, np.zeros(())), 0.0)
    return expit(logit(prompt_accuracy) + total)


def effective_accuracy(
    accuracy_at_start: Array,
    age: Array,
    half_life: Array,
    off_task_share: Array,
    prompt_accuracy: Array,
    forgetting_drop: Array,
) -> Array:
    """Return the fine-tuned model's accuracy in each month over all requests it serves.

    On the task, validity halves every `half_life` months since training; off the task it answers like the base model
    less what fine-tuning made it forget:
    ``(1 - w) * clip(a_0 * 2^(-age / T)) + w * clip(a_p - drop)``.

    Parameters
    ----------
    accuracy_at_start : ndarray, shape (D, 1)
        Accuracy right after training.
    age : ndarray, shape (D, H)
        Months since the last training.
    half_life : ndarray, shape (D, 1)
        Months T; infinite when the knowledge does not go stale.
    off_task_share : ndarray
        Share w of requests outside the narrow task.
    prompt_accuracy, forgetting_drop : ndarray, shape (D, 1)
        Accuracy and points lost.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    >>> half = np.array(0.5)
    >>> float(effective_accuracy(np.array(0.8), np.array(3.0), np.array(3.0), np.array(0.0), half, 0 * half))
    0.4
    """
    on_task = np.clip(accuracy_at_start * 2.0 ** (-age / half_life), 0.0, 1.0)
    off_task = np.clip(prompt_accuracy - forgetting_drop, 0.0, 1.0)
    return (1.0 - off_task_share) * on_task + off_task_share * off_task


def best_average_validity(months: Array, half_life: Array) -> Array:
    """Return the average accuracy between two trainings of a model that was perfect on the day of its training.

    The mean of ``2^(-age / T)`` over ages evenly spread from 0 to the months between trainings, by the midpoint rule.

    Parameters
    ----------
    months, half_life : ndarray, shape (D, 1)
        Months between trainings, and T; infinite when the knowledge does not go stale.

    Examples
    --------
    >>> round(float(best_average_validity(np.array([[4.0]]), np.array([[4.0]]))[0, 0]), 3)
    0.721
    """
    midpoints = (np.arange(VALIDITY_STEPS) + 0.5) / VALIDITY_STEPS
    return (2.0 ** (-months * midpoints / half_life)).mean(axis=-1, keepdims=True)


def live_average(accuracy: Array, live: Array) -> Array:
    """Return the average of a monthly accuracy over live time; nan where there is none.

    Examples
    --------
    >>> round(float(live_average(np.array([[0.9, 0.6]]), np.array([[0.5, 1.0]]))[0, 0]), 12)
    0.7
    """
    time = live.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.where(time > 0, (accuracy * live).sum(axis=1, keepdims=True) / np.where(time > 0, time, 1.0), np.nan)


def live_minimum(accuracy: Array, live: Array) -> Array:
    """Return the accuracy of the worst month with any live time; nan where there is none.

    Examples
    --------
    >>> float(live_minimum(np.array([[0.9, 0.6]]), np.array([[1.0, 0.0]]))[0, 0])
    0.9
    """
    worst = np.where(live > 0, accuracy, np.inf).min(axis=1, keepdims=True)
    return np.where(np.isfinite(worst), worst, np.nan)
