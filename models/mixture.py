"""Chapter 7: two stories of a fine-tune, and what its pilots say of each: that it learns, or that it changes nothing.

On a prompt that is already good a fine-tune may be no better than the prompt. With the prior chance w of that, graded
pilots decide between the stories by Bayes' rule, ``w' = w L_0 / (w L_0 + (1 - w) L_1)``: L_0 is the likelihood of the
pilots where each scores like the prompt, L_1 where they lie on the learning curve.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from models.arrays import REFERENCE_EXAMPLES, Array


def share_unchanged(
    weight: Array,
    prompted_accuracy: Array,
    level_mean: Array,
    level_variance: Array,
    slope_mean: Array,
    slope_variance: Array,
    pilots: Array,
    seed_variance: Array,
    bend_variance: Array,
) -> Array:
    """Return the chance that a fine-tune changes nothing, its pilots known.

    A pilot of n examples, k of t answers right, shows ``y = logit((k + 1/2) / (t + 1))``, normal with the variance of the
    grading and of two training runs, ``1 / (t p (1 - p)) + seed_variance``. Where nothing changes its mean is the
    prompt's log-odds; else the pilots are jointly normal about the line of level and slope.

    Parameters
    ----------
    weight : ndarray
        Chance before any pilot [share].
    prompted_accuracy : ndarray, shape (D, 1)
        Accuracy of the prompt, in (0, 1).
    level_mean : ndarray, shape (D, 1)
        Prior mean of the level at 1,000 examples [log-odds].
    level_variance, slope_mean, slope_variance : ndarray
        Prior moments [log-odds, per decade of examples].
    pilots : ndarray, shape (P, 3)
        Examples on the straight line, right answers and graded answers of each pilot.
    seed_variance, bend_variance : ndarray
        Between training runs [log-odds^2], and of the curve about the line [log-odds^2/decade^2].

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    Without pilots the chance stands; one that scores far above the prompt leaves next to nothing of it:

    >>> a, one = np.array, np.ones((1, 1))
    >>> prior = (a(0.3), 0.5 * one, 2.0 * one, a(1.0), a(0.5), a(0.2))
    >>> float(share_unchanged(*prior, np.empty((0, 3)), a(0.05), a(0.0)))
    0.3
    >>> bool(share_unchanged(*prior, a([[1000.0, 900.0, 1000.0]]), a(0.05), a(0.0)) < 1e-9)
    True
    """
    if len(pilots) == 0:
        return np.asarray(weight, dtype=float)
    examples, correct, total = pilots.T
    rate = (correct + 0.5) / (total + 1.0)
    seen, decades = logit(rate), np.log10(examples / REFERENCE_EXAMPLES)
    noise = 1.0 / (total * rate * (1.0 - rate)) + seed_variance.ravel()
    bent = np.diag(noise + bend_variance.ravel() * (decades.max() - decades) ** 2)
    line = level_variance.ravel()[:, None, None] + slope_variance.ravel()[:, None, None] * np.outer(decades, decades)
    unchanged = _log_normal(seen - logit(prompted_accuracy), np.diag(noise)[None])
    learnt = _log_normal(seen - level_mean - slope_mean.ravel()[:, None] * decades, line + bent)
    with np.errstate(divide="ignore"):
        odds = np.log(weight) - np.log1p(-weight)
    return expit(odds + (unchanged - learnt)[:, None])


def _log_normal(departure: Array, covariance: Array) -> Array:
    """Return the log density of departures (D, P) from a mean of 0 with a covariance (1 or D, P, P), but for a constant."""
    _, log_determinant = np.linalg.slogdet(covariance)
    solved = np.linalg.solve(covariance, departure[..., None])[..., 0]
    return -0.5 * (log_determinant + (departure * solved).sum(axis=1))
