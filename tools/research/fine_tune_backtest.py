"""Checks the prior of fine-tuned accuracy by leaving whole sources out, against three simpler predictions.

Of a source left out neither its pairs nor its learning curves are known to the fit that predicts it. What is scored is what
the service draws: the prompt's accuracy from its trials, with the chance of no change that accuracy itself, else a fine-tune
about the level that the prior gives it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri
from scipy.stats import beta

from tools.research.curves import Curve, without
from tools.research.fine_tune_model import (
    PENALTY,
    PROMPT,
    STRONG_PROMPT,
    Evidence,
    Prior,
    evidence,
    fit,
    log_odds_of,
    log_odds_of_prompt,
    selected,
)
from tools.research.rows import FOLDER, Array, Flags, Row
from tools.research.scoring import Interval, average, brier, error_points

REQUIREMENT = 0.9
"""What the article's rule is taken to require, since published rows state no requirement."""
LEVELS = (0.5, 0.8, 0.95)
PROMPTS = (np.arange(15) + 0.5) / 15.0
"""Quantiles of the prompt's accuracy, and of the fine-tune's about its level, at which a prediction is drawn."""
TUNES = (np.arange(80) + 0.5) / 80.0
Features = Callable[[Array, list[Row]], Array]
Fitted = Callable[[Evidence, Collection[Curve], Array], Prior]


class Drawn(NamedTuple):
    """What a prior predicts of each row."""

    mean: Array
    intervals: tuple[Interval, ...]
    chance: Array
    """That the fine-tune scores above what the prompt was measured at."""
    chance_learnt: Array
    """The same where something changes, and how likely it is that nothing does."""
    no_change: Array


class Check(NamedTuple):
    """Predictions of every row by a fit that has not seen its source, and the truth."""

    drawn: Drawn
    known: Evidence
    kinds: NDArray[np.str_]
    base_gain: Array
    base_rate: Array
    rule: Array
    rule_gain: Array
    rule_rate: Array
    priors: dict[str, Prior]

    @property
    def better(self) -> Array:
        """1 where fine-tuning beat the prompt."""
        return np.where(self.known.truth > self.known.prompt, 1.0, 0.0)


def draw(prior: Prior, asked: Evidence) -> Drawn:
    """Return what the service would draw of each row."""
    mean, sd = log_odds_of(prior, asked)
    right, wrong = asked.prompt * asked.trials + 0.5, (1.0 - asked.prompt) * asked.trials + 0.5
    prompts = beta.ppf(PROMPTS, right[:, None], wrong[:, None])
    moved = prior.coefficients[PROMPT] * (log_odds_of_prompt(prompts) - asked.features[:, [PROMPT]])
    learnt = expit((mean[:, None] + moved)[:, :, None] + sd[:, None, None] * ndtri(TUNES)).reshape(len(mean), -1)
    unchanged = np.where(asked.measured >= STRONG_PROMPT, prior.no_change_weight, 0.0)
    values = np.column_stack([prompts, learnt])
    shares = [np.repeat(part[:, None] / count, count, axis=1)
              for part, count in ((unchanged, prompts.shape[1]), (1.0 - unchanged, learnt.shape[1]))]  # fmt: skip
    weights = np.column_stack(shares)
    order = np.argsort(values, axis=1)
    ranked, total = np.take_along_axis(values, order, 1), np.cumsum(np.take_along_axis(weights, order, 1), axis=1)

    def quantile(level: float) -> Array:
        place = np.minimum((total < level).sum(axis=1), values.shape[1] - 1)
        return ranked[np.arange(len(ranked)), place]

    above = values > asked.prompt[:, None]
    return Drawn(
        mean=(values * weights).sum(axis=1),
        intervals=tuple(Interval(quantile(0.5 - level / 2.0), quantile(0.5 + level / 2.0)) for level in LEVELS),
        chance=(above * weights).sum(axis=1),
        chance_learnt=above[:, prompts.shape[1] :].mean(axis=1),
        no_change=unchanged,
    )


def article_rule(known: Evidence) -> Array:
    """Return 1 where the article would fine-tune: enough examples, and a prompt far below the requirement."""
    article = tomllib.loads((FOLDER / "assumptions" / "article.toml").read_text())
    enough, gap = (article[name]["values"][-1]["value"] for name in ("article_enough_examples", "article_large_gap"))
    return np.where((known.examples >= enough) & (known.prompt <= REQUIREMENT - gap + 1e-9), 1.0, 0.0)


def _joined(parts: Sequence[tuple[Flags, Drawn]], count: int) -> Drawn:
    """Return predictions of parts of the rows as predictions of all."""
    mean, chance, learnt, unchanged = (np.zeros(count) for _ in range(4))
    intervals = tuple(Interval(np.zeros(count), np.zeros(count)) for _ in LEVELS)
    for out, drawn in parts:
        mean[out], chance[out], learnt[out], unchanged[out] = (
            drawn.mean, drawn.chance, drawn.chance_learnt, drawn.no_change,
        )  # fmt: skip
        for whole, part in zip(intervals, drawn.intervals, strict=True):
            whole.low[out], whole.high[out] = part
    return Drawn(mean, intervals, chance, learnt, unchanged)


def back_test(
    pairs: Collection[Row],
    curves: Collection[Curve],
    features: Features | None = None,
    penalty: Array = PENALTY,
    fitted: Fitted = fit,
) -> Check:
    """Return the leave-one-source-out predictions; `features` and `fitted` try others than those that ship."""
    rows = selected(pairs)
    known = evidence(rows)
    if features is not None:
        known = known._replace(features=features(known.features, rows))
    gain, better = known.truth - known.prompt, np.where(known.truth > known.prompt, 1.0, 0.0)
    rule = article_rule(known)
    base_gain, base_rate, rule_gain, rule_rate = (np.zeros(len(rows)) for _ in range(4))
    parts, priors = [], {}
    for source in np.unique(known.sources):
        out = known.sources == source
        prior = fitted(known.where(~out), without(curves, str(source)), penalty)
        parts.append((out, draw(prior, known.where(out))))
        priors[str(source)] = prior
        base_gain[out], base_rate[out] = (average(values, known.weights, ~out) for values in (gain, better))
        for verdict in (0.0, 1.0):
            group, here = ~out & (rule == verdict), out & (rule == verdict)
            rule_gain[here], rule_rate[here] = (average(values, known.weights, group) for values in (gain, better))
    kinds = np.array([row["task_type"] for row in rows])
    drawn = _joined(parts, len(rows))
    return Check(drawn, known, kinds, base_gain, base_rate, rule, rule_gain, rule_rate, priors)


def figures(check: Check, where: Flags | None = None) -> dict[str, float]:
    """Return the figures of the acceptance, of all rows or some."""
    drawn, known, better = check.drawn, check.known, check.better

    def points(predicted: Array) -> float:
        return error_points(np.clip(predicted, 0.0, 1.0), known.truth, known.weights, where)

    def score(chance: Array) -> float:
        return brier(chance, better, known.weights, where)

    holds = (average(interval.holds(known.truth), known.weights, where) for interval in drawn.intervals)
    learnt = (1.0 - drawn.no_change) * drawn.chance_learnt
    return {
        "mae": points(drawn.mean),
        "mae_no_change": points(known.prompt),
        "mae_base_rate": points(known.prompt + check.base_gain),
        "mae_rule": points(known.prompt + check.rule_gain),
        "bias": 100.0 * average(drawn.mean - known.truth, known.weights, where),
        **{f"coverage_{round(100 * level)}": held for level, held in zip(LEVELS, holds, strict=True)},
        "brier": score(drawn.chance),
        "brier_ties_lost": score(learnt),
        "brier_ties_won": score(learnt + drawn.no_change),
        "brier_no_change": score(np.full(len(better), 0.5)),
        "brier_base_rate": score(check.base_rate),
        "brier_rule": score(check.rule_rate),
        "brier_rule_as_stated": score(check.rule),
    }


def strong(check: Check) -> Flags:
    """Return which prompts score 0.8 to 0.95."""
    return (check.known.prompt >= STRONG_PROMPT) & (check.known.prompt <= 0.95)
