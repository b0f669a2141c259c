"""Fits what a prompt technique brings to the published scores before and after it.

docs/evidence/improved-prompt.md says why each choice was made, and improvement_backtest.py checks
the fit on sources it has not seen. Gains are in log-odds; a task cluster weighs one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit
from scipy.stats import t as student

from models.prompting import AT_ONCE
from tools.research.rows import (
    EVIDENCE,
    Array,
    Flags,
    Row,
    cluster_of,
    log_odds,
    weights_of,
)

ROWS = EVIDENCE / "improvements.csv"

TECHNIQUES = (
    "few_shot", "better_examples", "chain_of_thought", "structured_output", "output_parsing", "input_preprocessing",
    "prompt_optimiser",
)  # fmt: skip
SEARCH, OPTIMISER, THOUGHT = (
    TECHNIQUES.index(name) for name in ("better_examples", "prompt_optimiser", "chain_of_thought")
)
REASONING = frozenset({"reasoning", "code"})
"""Kinds of task whose gains are those of reasoning, as in the service."""

WORKING_PROMPT = 0.2
"""A prompt below this fails on the format: what it gains is the format."""
STRONG_PROMPT = 0.8
"""From here on gains fade no further, in log-odds."""
DEGREES = 4.0
"""Of the Student t: few, for heavy tails."""
INTERVAL = 0.8
NARROWEST = 0.2
"""The spread of either side is at least this share of the fitted one."""

TO_NONE, TO_NO_EFFECT = 0.5, 1.0
"""Shrinkage of all techniques together towards none, and of an effect towards none [clusters]."""
USUAL_SHARE, SHARE_SPREAD = 0.5, 0.25
"""What two techniques were seen to gain of the sum of both, before it is fitted."""
UNIT = float(np.sqrt((DEGREES - 2.0) / DEGREES))
"""Standard deviation 1 in units of the t's scale."""


class Choice(NamedTuple):
    """What may be chosen about the fit, as it ships; the back-test tries others."""

    own_method: float = 0.75
    """Weight of a row that the author of the method, or its vendor, chose to publish."""
    to_others: float = 10.0
    """Shrinkage of a technique's gain towards that of the others [clusters]."""
    source_cap: float = 5.0
    """Most clusters that one source counts for where the spread is set."""
    fades: bool = True
    widens: bool = True
    """Whether chain of thought on reasoning has a spread of its own."""


SHIPPED = Choice()


class Rows(NamedTuple):
    """The selected rows as arrays, N rows and T techniques."""

    before: Array
    """Share of right answers before."""
    after: Array
    strength: Array
    """Log-odds before."""
    gain: Array
    added: Flags
    """Whether a technique was added, shape (N, T)."""
    is_searched: Flags
    """Whether the examples had been searched for before."""
    is_reasoning: Flags
    is_grid: Flags
    """Whether the source ran a whole grid, and not its own method."""
    weights: Array
    sources: NDArray[np.str_]

    def where(self, kept: Flags) -> Rows:
        """Return some of the rows; a cluster never spans sources, so weights stay."""
        columns: list[Any] = [values[kept] for values in self]
        return Rows(*columns)


class Fit(NamedTuple):
    """What techniques bring, and how far that strays; the first axis of size 2 is not reasoning, reasoning."""

    techniques: Array
    """Typical gain of each on a prompt that is right half the time, shape (2, T)."""
    spread: float
    fade: float
    """Gains are those at one half times exp(-fade * log-odds of the prompt)."""
    spread_of_thought: float
    """Factor of the spread for chain of thought on reasoning."""
    share: float
    """What each of the next two techniques adds of its own gain."""
    after_search: float
    """What an optimiser gains more where the examples had been searched for."""


class Spread(NamedTuple):
    """Factors of the spread below and above the typical gain, for tasks without and with reasoning, shape (2,)."""

    below: Array
    above: Array


def selected(rows: list[Row]) -> list[Row]:
    """Return the rows that teach: a working prompt below 1, and no vendor's single row, which is its best case."""
    vendors = Counter(row["source"] for row in rows if row["selection"] == "vendor")
    return [
        row
        for row in rows
        if WORKING_PROMPT <= float(row["before_score"]) < 1.0
        and not (row["selection"] == "vendor" and vendors[row["source"]] == 1)
    ]


def evidence(rows: list[Row]) -> Rows:
    """Return rows as arrays."""
    before, after = (np.array([float(row[name]) for row in rows]) for name in ("before_score", "after_score"))
    strength = np.array([log_odds(float(row["before_score"]), row["n_test"]) for row in rows])
    reached = np.array([log_odds(float(row["after_score"]), row["n_test"]) for row in rows])
    added = [row["added_techniques"].split("+") for row in rows]
    return Rows(
        before=before,
        after=after,
        strength=strength,
        gain=reached - strength,
        added=np.array([[name in names for name in TECHNIQUES] for names in added]),
        is_searched=np.array([TECHNIQUES[SEARCH] in row["before_techniques"].split("+") for row in rows]),
        is_reasoning=np.array([row["kind"] in REASONING for row in rows]),
        is_grid=np.array([row["selection"] == "grid" for row in rows]),
        weights=weights_of([cluster_of(row["case_id"]) for row in rows]),
        sources=np.array([row["source"] for row in rows]),
    )


def fading(strength: Array, fade: float) -> Array:
    """Return the share of a technique's gain that a prompt of some log-odds still has."""
    held = np.clip(strength, logit(WORKING_PROMPT), logit(STRONG_PROMPT))
    return np.asarray(np.exp(-fade * held), dtype=np.float64)


def predicted(fit: Fit, rows: Rows) -> tuple[Array, Array]:
    """Return the typical gain of each row and its spread, before either side is matched to sources left out."""
    kind = rows.is_reasoning.astype(int)
    gains = fit.techniques[kind]
    gains[:, OPTIMISER] = np.maximum(gains[:, OPTIMISER] + fit.after_search * rows.is_searched, 0.0)
    added = np.sort(np.where(rows.added, gains, 0.0), axis=1)[:, ::-1]
    combined = added[:, 0] + fit.share * added[:, 1:AT_ONCE].sum(axis=1)
    thought = rows.added[:, THOUGHT] & rows.is_reasoning
    return combined * fading(rows.strength, fit.fade), fit.spread * np.where(thought, fit.spread_of_thought, 1.0)


def fit(rows: Rows, choice: Choice = SHIPPED) -> Fit:
    """Return the fit of the highest penalised likelihood: Student t about the typical gain, clusters of weight one."""
    weights = rows.weights * np.where(rows.is_grid, 1.0, choice.own_method)
    count = 2 * len(TECHNIQUES)

    free = np.array([1.0, choice.fades, choice.widens, 1.0, 1.0])

    def unpacked(values: Array) -> Fit:
        spread, fade, thought, share, search = values[count:] * free
        return Fit(values[:count].reshape(2, -1), float(np.exp(spread)), fade, float(np.exp(thought)), share, search)

    def loss(values: Array) -> float:
        tried = unpacked(values)
        typical, spread = predicted(tried, rows)
        surprise = np.log1p(((rows.gain - typical) / spread) ** 2 / (DEGREES - 2.0))
        likelihood = -(DEGREES + 1.0) / 2.0 * surprise - np.log(spread)
        usual = tried.techniques.mean(axis=1, keepdims=True)
        penalty = choice.to_others * ((tried.techniques - usual) ** 2).sum() + TO_NONE * (usual**2).sum()
        penalty += TO_NO_EFFECT * (np.log(tried.spread_of_thought) ** 2 + tried.after_search**2)
        penalty += ((tried.share - USUAL_SHARE) / SHARE_SPREAD) ** 2
        return float(penalty / 2.0 - (weights * likelihood).sum())

    start = np.array([*[0.2] * count, np.log(0.5), 0.0, 0.0, USUAL_SHARE, 0.0])
    bounds = [*[(0.0, 3.0)] * count, (-4.0, 4.0), (-3.0, 3.0), (-3.0, 3.0), (0.0, 1.0), (-3.0, 3.0)]
    return unpacked(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)


def matched_spread(residuals: Array, rows: Rows, choice: Choice = SHIPPED) -> Spread:
    """Return the factors at which a tenth of the weight lies beyond either end of the 80 % interval.

    `residuals` are those of sources left out, in units of their spread. A caller is a new source, so no source counts
    for more than a few clusters.
    """
    of_source = {name: rows.weights[rows.sources == name].sum() for name in np.unique(rows.sources)}
    weights = rows.weights * np.array([min(1.0, choice.source_cap / of_source[name]) for name in rows.sources])
    reach = float(student.ppf(0.5 + INTERVAL / 2.0, DEGREES)) * UNIT
    tail = (1.0 - INTERVAL) / 2.0
    ends = np.empty((2, 2))
    for kind in (0, 1):
        kept = rows.is_reasoning == bool(kind)
        order = np.argsort(residuals[kept], kind="stable")
        sorted_weights = weights[kept][order]
        share = (np.cumsum(sorted_weights) - sorted_weights / 2.0) / sorted_weights.sum()
        ends[kind] = np.interp((tail, 1.0 - tail), share, residuals[kept][order])
    return Spread(np.maximum(-ends[:, 0] / reach, NARROWEST), np.maximum(ends[:, 1] / reach, NARROWEST))


def left_out(rows: Rows, choice: Choice = SHIPPED) -> tuple[Array, Array]:
    """Return typical gain and spread of every row by the fit to all other sources."""
    typical, spread = np.zeros(len(rows.gain)), np.zeros(len(rows.gain))
    for source in np.unique(rows.sources):
        out = rows.sources == source
        typical[out], spread[out] = predicted(fit(rows.where(~out), choice), rows.where(out))
    return typical, spread


def residual(rows: Rows) -> tuple[float, float]:
    """Return mean and standard deviation of what a further round of optimising gains where examples were searched for."""
    last = rows.is_searched & rows.added[:, OPTIMISER]
    mean = np.average(rows.gain[last], weights=rows.weights[last])
    return float(mean), float(np.sqrt(np.average((rows.gain[last] - mean) ** 2, weights=rows.weights[last])))
