"""A plain nested Monte Carlo of what plans are worth: studies are run at the truth of a draw, and all draws weighed by them.

A study of a prompt grades answers, right with the chance that is true in the draw; a pilot tells the log-odds of the
fine-tune's accuracy with the noise that its resolved share stands for. What is then expected of every option is its mean
over the other draws, each weighed by how likely it made what was seen (leaving the draw itself out, lest it be its own
witness). The option best by that is chosen, and earns what is true in the draw.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.assessment.decide.plans import Ground
from service.assessment.decide.studies import Study

Array = NDArray[np.float64]


def _log_likelihood(ground: Ground, study: Study, random: np.random.Generator) -> Array:
    """Return how likely each draw (column) makes what a study says where another one (row) is true, as logarithms."""
    accuracy, log_odds = ground.prospects.accuracy[:, study.column], ground.prospects.log_odds[:, study.column]
    if study.kind in ("pilot", "grade_pilot"):
        if study.resolved <= 0.0 or log_odds.std() == 0.0:
            return np.zeros((log_odds.size, log_odds.size))
        noise = log_odds.var() * (1.0 - study.resolved) / study.resolved
        seen = log_odds + np.sqrt(noise) * random.standard_normal(log_odds.size)
        return -0.5 * (seen[:, None] - log_odds[None, :]) ** 2 / noise
    right = random.binomial(study.graded, accuracy).astype(float)
    found = np.clip(accuracy, 1e-12, 1.0 - 1e-12)
    return np.multiply.outer(right, np.log(found)) + np.multiply.outer(study.graded - right, np.log1p(-found))


def choices(ground: Ground, studies: Sequence[Study], worth: Array, random: np.random.Generator) -> NDArray[np.intp]:
    """Return the option chosen after some studies where each draw is true, shape (N,).

    Parameters
    ----------
    ground : Ground
        Options and their accuracies.
    studies : sequence of Study
        What is found out.
    worth : ndarray, shape (N, K)
        What every option is worth in every draw; minus infinity where it may not be served.
    random : numpy.random.Generator
        Of what the studies say.
    """
    weights = np.zeros((len(worth), len(worth)))
    for study in studies:
        weights += _log_likelihood(ground, study, random)
    np.fill_diagonal(weights, -np.inf)
    weights -= weights.max(axis=1, keepdims=True)
    np.exp(weights, out=weights)
    expected = weights @ np.where(np.isfinite(worth), worth, 0.0) / weights.sum(axis=1, keepdims=True)
    return np.where(np.isfinite(worth), expected, -np.inf).argmax(axis=1)
