"""Chapter 5: accuracy on another base model, and of a fine-tuned model over its life.

Accuracies live in [0, 1] and are modelled on the log-odds scale, where a gain means the same share of the remaining
errors at 70 % as at 95 %.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from models.arrays import Array

VALIDITY_STEPS = 101
"""Ages at which the validity of knowledge is read between two trainings."""


def mixed_with_no_change(tuned: Array, prompt: Array, coin_uniform: Array, weight: Array) -> Array:
    """Return the accuracy of a fine-tune that with some chance changes nothing: it is then as good as the prompt.

    Parameters
    ----------
    tuned, prompt : ndarray, shape (D, 1)
        Accuracies of the fine-tune, were it to change something, and of the prompt.
    coin_uniform : ndarray, shape (D, 1)
        Points in (0, 1); the coin falls on no change below `weight`.
    weight : ndarray
        Chance of no change.

    Examples
    --------
    >>> tuned, prompt = np.array([0.95, 0.95]), np.array([0.9, 0.9])
    >>> mixed_with_no_change(tuned, prompt, np.array([0.1, 0.3]), np.array(0.25)).tolist()
    [0.9, 0.95]
    """
    return np.where(coin_uniform < weight, prompt, tuned)


def fine_tuned_accuracy(
    log_odds_mean: Array,
    log_odds_variance: Array,
    deviate: Array,
    prompt: Array,
    no_change_weight: Array,
    no_change_coin: Array,
    teacher_gap: Array,
    teacher_accuracy: Array,
    ceiling: Array,
) -> Array:
    """Return a fine-tune's accuracy on the day it starts: drawn, less a teacher's gap, mixed with no change, bounded.

    Examples
    --------
    >>> a, one = np.array, np.ones(())
    >>> [float(fine_tuned_accuracy(a(0.0), one, a(0.0), a(0.8), a(0.25), a(coin), a(0.1), one, one)) for coin in (0.2, 0.3)]
    [0.8, 0.4]
    """
    drawn = expit(log_odds_mean + np.sqrt(log_odds_variance) * deviate)
    tuned = mixed_with_no_change(np.maximum(drawn - teacher_gap, 0.0), prompt, no_change_coin, no_change_weight)
    return at_most(at_most(tuned, teacher_accuracy), ceiling)


def at_most(accuracy: Array, ceiling: Array | float) -> Array:
    """Return an accuracy held below the highest one that can be observed.

    Examples
    --------
    >>> at_most(np.array([0.8, 0.99]), 0.97).tolist()
    [0.8, 0.97]
    """
    return np.minimum(accuracy, ceiling)


def changed_accuracy(
    prompt_accuracy: Array,
    intercept: Array,
    slope: Array,
    bend: Array,
    bend_from: Array,
    gap_below: Array,
    gap_above: Array,
    weight_below: Array,
    weight_above: Array,
    sd: Array,
    deviate: Array,
    broken_uniform: Array,
    broken_share: Array,
    broken_factor_uniform: Array,
    ceiling: Array | float = 1.0,
) -> Array:
    """Return the accuracy of the same prompt on another base model that it was not measured on.

    ``expit(intercept + slope * logit(a) + bend * max(0, logit(a) - logit(bend_from)) + weight_below * gap_below + weight_above * gap_above + sd * deviate)``; where
    the format does not work on the other base model only a uniform share of it is left.

    Parameters
    ----------
    prompt_accuracy : ndarray, shape (D, 1)
        Accuracy on the base model it was measured on.
    intercept, slope, bend, bend_from : ndarray
        Log-odds, log-odds per log-odds, what more carries over above an accuracy, and that accuracy.
    gap_below, gap_above : ndarray
        Capability of the other base model less that of the first, the part below and above the bend [tens of points].
    weight_below, weight_above : ndarray
        Log-odds per ten points of either part.
    sd : ndarray
        Spread about that [log-odds].
    deviate : ndarray, shape (D, 1)
        Standard normal deviate.
    broken_uniform, broken_factor_uniform : ndarray, shape (D, 1)
        Points in (0, 1): whether the format is broken, and what is left then.
    broken_share : ndarray
        Chance that it is.
    ceiling : ndarray or float
        Highest accuracy that can be observed (1 - label noise).

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> a, half = np.array, np.array(0.5)
    >>> float(changed_accuracy(half, a(0.0), a(1.0), a(0.3), half, a(1.0), a(2.0), a(0.4), a(-0.2), half, a(0.0), half, a(0.05), half))
    0.5
    >>> float(changed_accuracy(half, a(0.0), a(1.0), a(0.3), half, a(0.0), a(0.0), half, half, half, a(0.0), a(0.01), a(0.05), a(0.3)))
    0.15
    """
    before = logit(prompt_accuracy)
    carried = intercept + slope * before + bend * np.maximum(before - logit(bend_from), 0.0)
    carried = carried + weight_below * gap_below + weight_above * gap_above
    left = np.where(broken_uniform < broken_share, broken_factor_uniform, 1.0)
    return np.minimum(expit(carried + sd * deviate) * left, ceiling)


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
    validity = np.ones((1, 1)) if np.isinf(half_life).all() else 2.0 ** (-age / half_life)
    on_task = np.clip(accuracy_at_start * validity, 0.0, 1.0)
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
    >>> [float(best_average_validity(np.array([[np.inf]]), np.array([[half_life]]))[0, 0]) for half_life in (4.0, np.inf)]
    [0.0, 1.0]
    """
    midpoints = (np.arange(VALIDITY_STEPS) + 0.5) / VALIDITY_STEPS
    goes_stale = np.isfinite(half_life)
    half_lives = np.where(goes_stale, months, 0.0) * midpoints / np.where(goes_stale, half_life, 1.0)
    return (2.0**-half_lives).mean(axis=-1, keepdims=True)


def live_minimum(accuracy: Array, live: Array) -> Array:
    """Return the accuracy of the worst month with any live time; nan where there is none.

    Examples
    --------
    >>> float(live_minimum(np.array([[0.9, 0.6]]), np.array([[1.0, 0.0]]))[0, 0])
    0.9
    """
    worst = np.where(live > 0, accuracy, np.inf).min(axis=1, keepdims=True)
    return np.where(np.isfinite(worst), worst, np.nan)


def average_since_start(
    accuracy: Array, stand_in_accuracy: Array, live_share: Array, share_since_start: Array, requests: Array
) -> Array:
    """Return the accuracy of what serves from an option's start to the horizon, by requests, stand-in included.

    ``sum(v_m (live_m a_m + (s_m - live_m) b_m)) / sum(v_m s_m)`` for the part s_m of a month after the start. Without
    requests it is the plain average over time; an option that starts after the horizon is as accurate as what stands in,
    averaged over all months.

    Parameters
    ----------
    accuracy, stand_in_accuracy : ndarray, shape (D, H)
        Accuracy of the option itself, and of what stands in.
    live_share, share_since_start : ndarray, shape (D, H)
        Part of each month in which the option serves, and part after its start, in [0, 1].
    requests : ndarray, shape (D, H)
        Volume.

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    Live from the middle of the first of three months to the end of the second: (0.5 * 0.9 + 0.9 + 0.6) / 2.5.

    >>> a = np.array
    >>> live, since = a([[0.5, 1.0, 0.0]]), a([[0.5, 1.0, 1.0]])
    >>> float(average_since_start(a([[0.9]]), a([[0.6]]), live, since, a([[1.0, 1.0, 1.0]])).round(12)[0, 0])
    0.78
    """
    starts = share_since_start.sum(axis=1, keepdims=True) > 0
    time = np.where(starts, share_since_start, 1.0)
    weights = np.where((requests * time).sum(axis=1, keepdims=True) > 0, requests * time, time)
    own = np.where(time > 0, live_share / np.where(time > 0, time, 1.0), 0.0)
    right = own * accuracy + (1.0 - own) * stand_in_accuracy
    return (right * weights).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
