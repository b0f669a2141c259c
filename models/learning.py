"""Chapter 6: how accuracy grows with labelled examples, and what a pilot teaches.

The log-odds of a fine-tuned model's accuracy are a straight line in the logarithm of its training examples,
``level + slope * log10(examples / 1000)``. Level and slope are jointly normal; a pilot is one noisy look at the line
and updates both by the conjugate (Kalman) step, in closed form.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr

from models.arrays import REFERENCE_EXAMPLES, Array

FEWEST, FEWEST_LEARNT, MOST, GRID = 10.0, 50.0, 50_000.0, 371
"""Reach of the evidence, on the line and where examples saturate [examples], and points of the grid searched."""


def decades(examples: Array) -> Array:
    """Return log10(examples / 1000).

    Examples
    --------
    >>> float(decades(np.array(10_000.0)))
    1.0
    """
    return np.log10(examples / REFERENCE_EXAMPLES)


def effective_examples(
    examples: Array, saturation: Array | float, fewest: float = FEWEST_LEARNT, most: float = MOST
) -> Array:
    """Return the examples that count, ``n / (1 + n / S)``, with n held within the reach of the evidence.

    Parameters
    ----------
    examples : ndarray
        Labelled examples n.
    saturation : ndarray or float
        Examples S, of which all there are in the end count as many; infinite where learning never saturates.
    fewest, most : float
        Reach of the evidence [examples].

    Examples
    --------
    >>> effective_examples(np.array([5000.0, 1e6, 10.0]), 5000.0).round(1).tolist()
    [2500.0, 4545.5, 49.5]
    """
    held = np.clip(examples, fewest, most)
    return held / (1.0 + held / saturation)


def examples_on_line(examples: Array, saturation: Array | float) -> Array:
    """Return the examples at which the straight line stands where a saturating curve stands at the given ones.

    ``1000 * n_eff(n) / n_eff(1000)``: 1,000 stay 1,000, where the level is; `decades` of it is the place on the line,
    for what is planned, for pilots and for what is required alike.

    Parameters
    ----------
    examples : ndarray
        Labelled examples.
    saturation : ndarray or float
        As in `effective_examples`.

    Examples
    --------
    >>> examples_on_line(np.array([1000.0, 5000.0]), 5000.0).round(6).tolist()
    [1000.0, 3000.0]
    """
    reference = effective_examples(np.asarray(REFERENCE_EXAMPLES), saturation)
    return REFERENCE_EXAMPLES * effective_examples(examples, saturation) / reference


def pilots_on_line(pilots: Array, saturation: Array | float) -> Array:
    """Return the table of pilots with the examples of each on the straight line, shape (P, 3).

    Examples
    --------
    >>> pilots_on_line(np.array([[5000.0, 90.0, 100.0]]), 5000.0).round(6).tolist()
    [[3000.0, 90.0, 100.0]]
    """
    return np.column_stack([examples_on_line(pilots[:, 0], np.ravel(saturation)), pilots[:, 1:]])


def prior_level(prompt_accuracy: Array, intercept: Array, weight: Array, working_prompt: Array | float = 0.0) -> Array:
    """Return the prior mean of the level, linear in the log-odds of the prompt's accuracy.

    A prompt below `working_prompt` fails on the format and says nothing about the task, so it is read as one that just
    works: ``intercept + weight * logit(max(prompt_accuracy, working_prompt))``.

    Parameters
    ----------
    prompt_accuracy : ndarray, shape (D, 1)
        Accuracy of the prompt, in (0, 1).
    intercept : ndarray
        Intercept with the effects of base-model relation, task kind and prompting level [log-odds].
    weight : ndarray
        Log-odds of level per log-odds of prompt accuracy.
    working_prompt : ndarray or float
        Lowest accuracy of a prompt that the evidence speaks of [share].

    Examples
    --------
    >>> float(prior_level(np.array(0.5), np.array(1.2), np.array(0.4)))
    1.2
    >>> float(prior_level(np.array(0.01), np.array(1.2), np.array(0.4), np.array(0.5)))
    1.2
    """
    return intercept + weight * logit(np.maximum(prompt_accuracy, working_prompt))


def posterior(
    level_mean: Array,
    level_variance: Array,
    slope_mean: Array,
    slope_variance: Array,
    pilots: Array,
    seed_variance: Array,
    bend_variance: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Return the posterior of (level, slope) after all pilots.

    Each pilot of n examples, k of t answers right, observes ``y = logit((k + 1/2) / (t + 1))`` with variance
    ``1 / (t p (1 - p)) + seed_variance + bend_variance * d^2``: binomial noise, the spread between training runs and,
    because real curves flatten, what a pilot d decades smaller than the largest one can say about the line there.
    More examples never hurt on average, so the slope's mean is held at or above zero after every step.

    Parameters
    ----------
    level_mean : ndarray, shape (D, 1)
        Prior mean of the level [log-odds].
    level_variance, slope_mean, slope_variance : ndarray
        Prior moments, independent of each other.
    pilots : ndarray, shape (P, 3)
        Training examples, correct, total of each pilot.
    seed_variance : ndarray
        Variance between training runs of the same recipe [log-odds^2].
    bend_variance : ndarray
        Variance per squared decade by which a curve departs from the line [log-odds^2/decade^2].

    Returns
    -------
    tuple of ndarray
        Level mean, slope mean, level variance, covariance, slope variance.

    Examples
    --------
    With a vague prior and one large pilot at 1,000 examples the level is the pilot's log-odds.

    >>> big, one = np.array(1e9), np.array(1.0)
    >>> level, *_ = posterior(np.zeros((1, 1)), big, one, one, np.array([[1000.0, 750.0, 1000.0]]), 0 * one, one)
    >>> round(float(level[0, 0]), 2)
    1.1
    """
    level, slope = np.asarray(level_mean, dtype=float), np.maximum(slope_mean, 0.0)
    v_level, v_cross, v_slope = np.asarray(level_variance, dtype=float), np.zeros(()), np.asarray(slope_variance)
    largest = decades(pilots[:, 0].max()) if len(pilots) else 0.0
    for examples, correct, total in pilots:
        rate = (correct + 0.5) / (total + 1.0)
        t = decades(examples)
        noise = 1.0 / (total * rate * (1.0 - rate)) + seed_variance + bend_variance * (largest - t) ** 2
        gain_level, gain_slope = v_level + v_cross * t, v_cross + v_slope * t
        spread = gain_level + gain_slope * t + noise
        surprise = logit(rate) - (level + slope * t)
        level = level + gain_level / spread * surprise
        slope = np.maximum(slope + gain_slope / spread * surprise, 0.0)
        v_level = v_level - gain_level**2 / spread
        v_cross = v_cross - gain_level * gain_slope / spread
        v_slope = v_slope - gain_slope**2 / spread
    return level, slope, v_level, v_cross, v_slope


def line_variance(slope: Array, v_level: Array, v_cross: Array, v_slope: Array, t: Array) -> Array:
    """Return the variance of the line at t decades of examples, held to a growth of twice the slope.

    ``V(t) = v_level + 2 t v_cross + t^2 v_slope`` up to the t at which V' is twice the slope, and by that slope from there
    on. The mean m of the log-odds grows by the slope, and by Stein's identity ``d E[expit] / dt = m' E[expit'] + V'/2 E[expit'']``
    with ``|expit''| <= expit'``: where V' is at most 2 m', more examples never lower the expected accuracy.

    Parameters
    ----------
    slope, v_level, v_cross, v_slope : ndarray
        Of a line as `posterior` returns it.
    t : ndarray
        Decades of examples.

    Returns
    -------
    ndarray
        Log-odds^2.

    Examples
    --------
    V' = 2 t reaches twice the slope 1 at t = 1; at 3 the variance is 1 + 2 * 1 * 2:

    >>> a = np.array
    >>> line_variance(a(1.0), a(0.0), a(0.0), a(1.0), a([0.5, 1.0, 3.0])).tolist()
    [0.25, 1.0, 5.0]
    """
    is_sure = v_slope <= 0.0
    steep = np.where(is_sure, np.inf, (slope - v_cross) / np.where(is_sure, 1.0, v_slope))
    held = np.minimum(t, steep)
    return v_level + 2.0 * held * v_cross + held**2 * v_slope + 2.0 * slope * (t - held)


def predictive_mean(
    level_mean: Array,
    level_variance: Array,
    slope_mean: Array,
    slope_variance: Array,
    pilots: Array,
    seed_variance: Array,
    bend_variance: Array,
    examples: Array,
) -> Array:
    """Return the posterior mean of the log-odds of accuracy at a number of examples.

    Parameters are those of `posterior`, and the planned number of `examples`.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> predictive_mean(one, one, 0.5 * one, one, np.empty((0, 3)), one, one, 10_000 * one).tolist()
    [[1.5]]
    """
    level, slope, *_ = posterior(
        level_mean, level_variance, slope_mean, slope_variance, pilots, seed_variance, bend_variance
    )
    return level + slope * decades(examples)


def predictive_variance(
    level_mean: Array,
    level_variance: Array,
    slope_mean: Array,
    slope_variance: Array,
    pilots: Array,
    seed_variance: Array,
    bend_variance: Array,
    examples: Array,
) -> Array:
    """Return the posterior variance of the log-odds of accuracy of the next training run at a number of examples.

    Line uncertainty plus, once pilots have been seen, the spread between training runs (before that it is part of the
    prior's level variance).

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> predictive_variance(one, one, one, 0.25 * one, np.empty((0, 3)), one, one, 10_000 * one).tolist()
    [[1.25]]
    """
    _, slope, v_level, v_cross, v_slope = posterior(
        level_mean, level_variance, slope_mean, slope_variance, pilots, seed_variance, bend_variance
    )
    variance = line_variance(slope, v_level, v_cross, v_slope, decades(examples))
    return variance + (seed_variance if len(pilots) else 0.0)


def probability_above(log_odds_mean: Array, log_odds_variance: Array, accuracy: Array) -> Array:
    """Return the probability that an accuracy with normal log-odds is at least a given one.

    Examples
    --------
    >>> float(probability_above(np.array(0.0), np.array(1.0), np.array(0.5)))
    0.5
    """
    return ndtr((log_odds_mean - logit(accuracy)) / np.sqrt(log_odds_variance))


def required_examples(
    level: Array,
    slope: Array,
    v_level: Array,
    v_cross: Array,
    v_slope: Array,
    spread: Array,
    accuracy: float,
    confidence: float,
    saturation: float | None = None,
) -> float:
    """Return the fewest examples at which an accuracy is reached with a given confidence.

    The chance ``Phi((level + slope t - logit(accuracy)) / sd(t))`` is looked at on a grid of decades within the reach
    of the evidence, 10 (where they saturate, 50) to 50,000 examples, and the first crossing is polished.

    Parameters
    ----------
    level, slope, v_level, v_cross, v_slope : ndarray
        Posterior of the line, as `posterior` returns it.
    spread : ndarray
        Variance of a training run about the line [log-odds^2].
    accuracy : float
        Accuracy to reach, in (0, 1).
    confidence : float
        Chance asked for.
    saturation : float, optional
        As in `effective_examples`; not given, examples never saturate.

    Returns
    -------
    float
        Examples; infinite when it is not reached within the reach of the evidence.

    Examples
    --------
    >>> a = np.array
    >>> round(required_examples(a(0.0), a(1.0), a(0.0), a(0.0), a(0.0), a(1e-12), 0.7310585786300049, 0.5))
    10000
    >>> round(required_examples(a(0.0), a(1.0), a(0.0), a(0.0), a(0.0), a(1e-12), expit(np.log10(3.0)), 0.5, 5000.0))
    5000
    """
    fewest = FEWEST if saturation is None else FEWEST_LEARNT
    grid = np.linspace(np.log10(fewest / REFERENCE_EXAMPLES), np.log10(MOST / REFERENCE_EXAMPLES), GRID)

    def surplus(stated: Array) -> Array:
        t = stated if saturation is None else decades(examples_on_line(REFERENCE_EXAMPLES * 10.0**stated, saturation))
        variance = line_variance(slope, v_level, v_cross, v_slope, t) + spread
        return np.ravel(probability_above(level + slope * t, variance, np.asarray(accuracy))) - confidence

    reached = np.flatnonzero(surplus(grid) >= 0.0)
    if reached.size == 0:
        return float("inf")
    first = int(reached[0])
    if first == 0:
        return fewest
    root = brentq(lambda t: float(surplus(np.array([t]))[0]), grid[first - 1], grid[first])
    return float(REFERENCE_EXAMPLES * 10.0**root)


def resolved_share(
    posterior_line: tuple[Array, Array, Array, Array, Array],
    predictive: Array,
    seed_variance: Array,
    target: Array,
    examples: Array,
    trials: Array,
    saturation: Array | float | None = None,
) -> Array:
    """Return the share of the predictive variance at a target size that one more pilot resolves.

    ``cov(x, y)^2 / (var(x) var(y))`` for the log-odds x at the target and the pilot's observation y at its own size, with
    binomial noise at the expected accuracy.

    Parameters
    ----------
    posterior_line : tuple of ndarray
        Level, slope, and their variances, as `posterior` returns them.
    predictive : ndarray
        Predictive variance at the target.
    seed_variance : ndarray
        Variance between training runs.
    target, examples : ndarray
        Examples at the target and in the pilot.
    trials : ndarray
        Graded trials of the pilot.
    saturation : ndarray or float, optional
        As in `effective_examples`; not given, examples never saturate.

    Examples
    --------
    >>> a = np.array
    >>> line = (a(0.0), a(0.0), a(1.0), a(0.0), a(0.0))
    >>> round(float(resolved_share(line, a(1.0), a(0.0), a(1000.0), a(1000.0), a(4e12))), 9)
    1.0
    """
    level, slope, v_level, v_cross, v_slope = posterior_line
    if saturation is not None:
        target, examples = examples_on_line(target, saturation), examples_on_line(examples, saturation)
    t, s = decades(target), decades(examples)
    rate = expit(level + slope * s)
    noise = 1.0 / (trials * rate * (1.0 - rate)) + seed_variance
    covariance = v_level + (t + s) * v_cross + t * s * v_slope
    variance = line_variance(slope, v_level, v_cross, v_slope, s) + noise
    return np.minimum(np.where(covariance > 0, covariance, 0.0) ** 2 / (predictive * variance), 1.0)
