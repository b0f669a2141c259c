"""The prior of fine-tuned accuracy: which rows teach, what is read off them, and how it is fitted.

Part of `make fit`; tools/research/fine_tune.py writes it and tools/research/fine_tune_backtest.py checks it. Log-odds
throughout; the level is at 1,000 examples. Every task cluster weighs one, and whatever is chosen is chosen by leaving one
whole source out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from models import learning
from tools.research.curves import (
    Curve,
    Slope,
    decades_of,
    lines_of,
    pooled,
    saturation_of,
    slope_of,
    variance_about,
)
from tools.research.rows import EVIDENCE, Array, Flags, Row, cluster_of, log_odds, read, weights_of

PAIRS = EVIDENCE / "pairs.csv"

ACCURACY_LIKE = (
    "accuracy",
    "exact match",
    "exact tool-call match",
    "humaneval pass@1",
    "LLM-judge accuracy",
    "tool-call accuracy",
)
"""Metrics that are a share of answers that are right; docs/evidence/fine-tune.md says why each other one is out."""

SHARES_OF_ITEMS = {("rouge", "classification"), ("rouge", "extraction"), ("F1", "extraction")}
"""Metrics that are a share of items that are right where the answer is labels or fields, by kind."""

WORKING_PROMPT = 0.2
"""A prompt below this fails on the format and teaches nothing about the task."""

STRUCTURED = ("extraction", "structured-output")
NAMES = (
    "intercept", "prompt_log_odds", "smaller", "few_shot_or_stronger", "reasoning", "reasoning_on_smaller", "structured",
)  # fmt: skip
PROMPT = NAMES.index("prompt_log_odds")
RIDGE = 2.0
"""Shrinkage of every effect towards none, in clusters; intercept and weight of the prompt are free."""
FREE = 1e-6
PENALTY = np.array([FREE, FREE, *[RIDGE] * (len(NAMES) - 2)])

INTERVAL = 0.8
Z = float(ndtri(0.5 + INTERVAL / 2.0))
"""The level variance is the one at which the intervals of left-out sources hold this share of the evidence."""

STRONG_PROMPT = 0.8
"""From here on a fine-tune may be no better than its prompt."""
NO_CHANGE_WEIGHTS = tuple(step / 20 for step in range(21))
QUANTILES = (np.arange(60) + 0.5) / 60.0

DEFAULT_EXAMPLES = 2000.0
USUAL_TRIALS = 1000.0
"""Where a row does not say."""


class Evidence(NamedTuple):
    """Rows as arrays."""

    features: Array
    log_odds: Array
    """After tuning."""
    truth: Array
    prompt: Array
    """Accuracy of the prompt, and trials that measured it."""
    trials: Array
    examples: Array
    states_examples: Flags
    weights: Array
    sources: NDArray[np.str_]

    def where(self, kept: Flags) -> Evidence:
        """Return the rows kept; a cluster never spans sources, so weights stay."""
        return Evidence(
            self.features[kept],
            self.log_odds[kept],
            self.truth[kept],
            self.prompt[kept],
            self.trials[kept],
            self.examples[kept],
            self.states_examples[kept],
            self.weights[kept],
            self.sources[kept],
        )

    @property
    def measured(self) -> Array:
        """Mean accuracy of the prompt, half a trial inside, as the service reads it."""
        return (self.prompt * self.trials + 0.5) / (self.trials + 1.0)


class Prior(NamedTuple):
    """A fitted prior: coefficients in the order of `NAMES`, the line of examples, and the chance of no change."""

    coefficients: Array
    covariance: Array
    level_variance: float
    slope_mean: float
    slope_variance: float
    saturation: float
    no_change_weight: float


class Line(NamedTuple):
    """How log-odds grow with examples: S, the slope per decade of effective examples, and its variance."""

    saturation: float
    slope: float
    variance: float

    def part(self, examples: Array) -> Array:
        """Return what examples add to the level."""
        return self.slope * decades_of(examples, self.saturation)

    def spread(self, examples: Array) -> Array:
        """Return the variance of that."""
        none, slope = np.zeros(()), np.array(self.slope)
        at = decades_of(examples, self.saturation)
        return learning.line_variance(slope, none, none, np.array(self.variance), at)


def teaches(row: Row) -> bool:
    """Return whether the metric of a row is a share of what is right."""
    return row["metric"] in ACCURACY_LIKE or (row["metric"], row["task_type"]) in SHARES_OF_ITEMS


def selected(rows: Collection[Row]) -> list[Row]:
    """Return the rows that teach: a share of what is right, working prompt below 1."""
    return [row for row in rows if teaches(row) and WORKING_PROMPT <= float(row["prompt_score"]) < 1.0]


def failing(rows: Collection[Row]) -> list[Row]:
    """Return the rows of such a metric whose prompt fails on the format."""
    return [row for row in rows if teaches(row) and float(row["prompt_score"]) < WORKING_PROMPT]


def all_pairs() -> list[Row]:
    """Return the pairs of the evidence."""
    return read(PAIRS)


def evidence(rows: Sequence[Row]) -> Evidence:
    """Return rows as arrays; a failing prompt is read as one that just works."""
    features = []
    for row in rows:
        smaller, reasoning = float(row["relation"] == "smaller"), float(row["task_type"] == "reasoning")
        prompt = log_odds(max(float(row["prompt_score"]), WORKING_PROMPT), row["n_test"] or str(USUAL_TRIALS))
        stronger, structured = float(row["prompt_method"] != "zero-shot"), float(row["task_type"] in STRUCTURED)
        features.append([1.0, prompt, smaller, stronger, reasoning, reasoning * smaller, structured])
    truth = np.array([float(row["ft_score"]) for row in rows])
    return Evidence(
        features=np.array(features),
        log_odds=np.array([log_odds(float(row["ft_score"]), row["n_test"]) for row in rows]),
        truth=truth,
        prompt=np.array([float(row["prompt_score"]) for row in rows]),
        trials=np.array([float(row["n_test"] or USUAL_TRIALS) for row in rows]),
        examples=np.array([float(row["n_train"] or DEFAULT_EXAMPLES) for row in rows]),
        states_examples=np.array([bool(row["n_train"]) for row in rows]),
        weights=weights_of([cluster_of(row["case_id"]) for row in rows]),
        sources=np.array([row["source"] for row in rows]),
    )


def ridge(features: Array, levels: Array, weights: Array, penalty: Array) -> tuple[Array, Array]:
    """Return coefficients and the inverse of the penalised Gram matrix."""
    gram = features.T @ (features * weights[:, None]) + np.diag(penalty)
    inverse: Array = np.asarray(np.linalg.inv(gram), dtype=np.float64)
    return inverse @ (features.T @ (levels * weights)), inverse


def slope_of_pairs(known: Evidence, saturation: float, penalty: Array = PENALTY) -> Slope:
    """Return the slope between the pairs that state their examples, beside the other effects."""
    stated = known.where(known.states_examples)
    features = np.column_stack([stated.features, decades_of(stated.examples, saturation)])
    found, inverse = ridge(features, stated.log_odds, stated.weights, np.append(penalty, FREE))
    square = np.average((stated.log_odds - features @ found) ** 2, weights=stated.weights)
    return Slope(float(found[-1]), float((square * inverse[-1, -1]) ** 0.5))


def line_of(known: Evidence, curves: Collection[Curve], penalty: Array = PENALTY) -> Line:
    """Return the line of examples: S and the slopes within tasks from curves, the mean slope from curves and pairs."""
    saturation = saturation_of(curves)
    lines = lines_of(curves, saturation)
    slope = pooled(slope_of(lines), slope_of_pairs(known, saturation, penalty)).mean
    return Line(saturation, slope, variance_about(lines, slope))


def matched_variance(residuals: Array, leverage: Array, slope_part: Array, weights: Array) -> float:
    """Return the level variance at which the 80 % intervals hold 80 % of the weight.

    Of the residuals the smallest variance that covers each is ``((r / z)^2 - slope part) / (1 + leverage)``; the
    answer is their weighted 80th percentile, interpolated between neighbours. Unlike a mean square it is not set by
    the few runs that fail.
    """
    needed = np.maximum(((residuals / Z) ** 2 - slope_part) / (1.0 + leverage), 0.0)
    order = np.argsort(needed, kind="stable")
    share = (np.cumsum(weights[order]) - weights[order] / 2.0) / weights.sum()
    return float(np.interp(INTERVAL, share, needed[order]))


def ranked_scores(mean: Array, sd: Array, known: Evidence) -> list[float]:
    """Return the ranked probability score of each weight of no change, lower is better.

    The prediction is the prompt's own accuracy with a chance of that weight, else a draw of normal log-odds.
    """
    drawn = expit(mean[:, None] + sd[:, None] * ndtri(QUANTILES))
    prompt, truth = known.measured[:, None], known.truth[:, None]

    def gap(left: Array, right: Array) -> float:
        return float(np.average(np.abs(left[:, :, None] - right[:, None, :]).mean(axis=(1, 2)), weights=known.weights))

    learnt, unchanged = gap(drawn, truth), gap(prompt, truth)
    within, between = gap(drawn, drawn), gap(drawn, prompt)
    return [
        (1.0 - w) * learnt + w * unchanged - (1.0 - w) ** 2 * within / 2.0 - (1.0 - w) * w * between
        for w in NO_CHANGE_WEIGHTS
    ]


def fit(known: Evidence, curves: Collection[Curve], penalty: Array = PENALTY) -> Prior:
    """Return the fitted prior; variance and weight of no change are those that suit sources left out of the coefficients."""
    line = line_of(known, curves, penalty)
    levels, spread = known.log_odds - line.part(known.examples), line.spread(known.examples)
    predicted = np.zeros(len(levels))
    for source in np.unique(known.sources):
        out = known.sources == source
        unseen, _ = ridge(known.features[~out], levels[~out], known.weights[~out], penalty)
        predicted[out] = known.features[out] @ unseen
    found, inverse = ridge(known.features, levels, known.weights, penalty)
    leverage = np.einsum("ij,jk,ik->i", known.features, inverse, known.features)
    variance = matched_variance(levels - predicted, leverage, spread, known.weights)
    strong = known.measured >= STRONG_PROMPT
    mean, sd = predicted + line.part(known.examples), np.sqrt(variance * (1.0 + leverage) + spread)
    weight = NO_CHANGE_WEIGHTS[int(np.argmin(ranked_scores(mean[strong], sd[strong], known.where(strong))))]
    return Prior(found, inverse * variance, variance, line.slope, line.variance, line.saturation, weight)


def log_odds_of(prior: Prior, asked: Evidence) -> tuple[Array, Array]:
    """Return mean and standard deviation of the log-odds where something changes, at the prompt's mean accuracy."""
    line = Line(prior.saturation, prior.slope_mean, prior.slope_variance)
    spread = np.einsum("ij,jk,ik->i", asked.features, prior.covariance, asked.features)
    mean = asked.features @ prior.coefficients + line.part(asked.examples)
    return mean, np.sqrt(prior.level_variance + spread + line.spread(asked.examples))


def failing_variance(known: Evidence, prior: Prior) -> float:
    """Return the mean square of the level of failing prompts about the level of a prompt that just works."""
    line = Line(prior.saturation, prior.slope_mean, prior.slope_variance)
    residuals = known.log_odds - line.part(known.examples) - known.features @ prior.coefficients
    square = float(np.average(residuals**2 - line.spread(known.examples), weights=known.weights))
    return max(square, prior.level_variance)


def log_odds_of_prompt(accuracy: Array) -> Array:
    """Return the log-odds at which the prior reads a prompt."""
    return np.asarray(logit(np.maximum(accuracy, WORKING_PROMPT)), dtype=np.float64)
