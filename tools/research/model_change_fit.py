"""Fits what another base model does to the accuracy of the same prompt, from scores on two base models.

The log-odds on b have the median ``intercept + slope logit a + bend max(0, logit a - logit bend_from) + below d_below +
above d_above + reasons (r_b - r_a) + open (o_b - o_a)``: d the gap of capability in tens, split at a pivot, r and o whether
a base model reasons of itself and has open weights. It is fitted by least absolute error, what a kind of task has of its
own shrunk to what the kinds have in common. The spread, ``s^2 = s0^2 + (k d)^2``, is fitted by likelihood, then matched to
sources left out. With some chance b is multiplied by a uniform draw, a broken format. Within a kind a task cluster weighs
one, and a source as the square root of its clusters, so that none swamps the others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtr, ndtri

from tools.research.rows import EVIDENCE, FOLDER, Array, Flags, Row, log_odds, read, weights_of

CHANGES, FIGURES, ALIASES = (
    EVIDENCE / "model_changes.csv",
    *(FOLDER / "capability" / name for name in ("capability.csv", "aliases.toml")),
)
KINDS = ("neither", "knowledge", "reasoning")
WORKING, TEN = 0.2, 10.0
"""A score of a below it is a prompt that does not work there; weights refer to ten points of capability."""

FEATURES = ("intercept", "slope", "below", "above", "reasons", "open_weights", "bend")
TO_NONE, TO_OTHERS = 0.1, 4.0
"""Shrinkage of what the kinds have in common towards none, and of what each has of its own [clusters]."""
ROUNDS, CLOSE = 40, 0.1
"""Of reweighting; residuals below this [log-odds] count as if squared."""
COMMON_SPREAD, OWN_SPREAD = (-0.6, -1.0), 0.3
"""Logarithms of both spreads from which the search starts, and how far those of a kind lie from the common ones."""
INTERVAL = 0.8
NODES, NODE_WEIGHTS = (np.asarray(part, dtype=np.float64) for part in np.polynomial.hermite_e.hermegauss(15))
TINY = 1e-300


class Shape(NamedTuple):
    """What may be chosen about the fit, as it ships; the back-test tries others."""

    pivot: float = 124.0
    bend_from: float = 0.5
    broken: float = 0.01
    """Chance of a broken format."""
    tempering: float = 0.5
    """A source's clusters of a kind weigh this power of their number less."""
    without: tuple[str, ...] = ()
    """Features left out."""
    to_others: float = TO_OTHERS


SHIPPED = Shape()


class Rows(NamedTuple):
    """Selected rows as arrays."""

    score_a: Array
    score_b: Array
    log_odds_a: Array
    log_odds_b: Array
    capability_a: Array
    capability_b: Array
    kind: NDArray[np.int64]
    weights: Array
    """A task cluster weighs one."""
    sources: NDArray[np.str_]
    reasons: Array
    """1 where b reasons of itself and a does not, -1 the other way round."""
    opens: Array
    """The same of open weights."""
    is_published: Flags
    """Whether both figures of capability are Epoch AI's own, so that no source here had a part in them."""

    def where(self, kept: Flags) -> Rows:
        """Return the rows kept; a cluster never spans sources, so weights stay."""
        columns: list[Any] = [values[kept] for values in self]
        return Rows(*columns)

    @property
    def gap(self) -> Array:
        """Capability gained [tens of points]."""
        return (self.capability_b - self.capability_a) / TEN


class Change(NamedTuple):
    """Mean and spread of the log-odds on b of each row, and the chance of a broken format."""

    mean: Array
    spread: Array
    broken: float

    def accuracy(self) -> Array:
        """Return the mean accuracy, broken formats among them."""
        right = expit(self.mean[:, None] + self.spread[:, None] * NODES) @ (NODE_WEIGHTS / NODE_WEIGHTS.sum())
        return (1.0 - self.broken / 2.0) * right

    def chance_below(self, score: Array) -> Array:
        """Return the chance that b scores at most so much."""
        at = logit(np.clip(score, 1e-9, 1.0 - 1e-9))
        z = (at - self.mean) / self.spread
        whole, partial = _inverse(at, self.mean, self.spread)
        return (1.0 - self.broken) * ndtr(z) + self.broken * np.minimum(ndtr(z) + expit(at) * (whole + partial), 1.0)


class Fit(NamedTuple):
    """Everything fitted."""

    coefficients: Array
    """By kind, in the order of `FEATURES`, shape (3, 7)."""
    spreads: Array
    """By kind: the spread at the same capability, and what it grows by for ten points, shape (3, 2)."""
    shape: Shape

    def predict(self, rows: Rows) -> Change:
        """Return what the rows' b is expected to score."""
        mean = (design(rows, self.shape) * self.coefficients[rows.kind]).sum(axis=1)
        level, growth = self.spreads[rows.kind].T
        return Change(mean, np.hypot(level, growth * rows.gap), self.shape.broken)


def capabilities() -> dict[str, Row]:
    """Return the rows of the capability table by model and mode, the newest figure of each, without guesses."""
    found = {row["model"] + (f"#{row['mode']}" if row["mode"] else ""): row for row in read(FIGURES)}
    return {name: row for name, row in found.items() if row["is_guess"] == "false"}


def reasoning(figures: Mapping[str, Row]) -> dict[str, bool]:
    """Return whether each model and mode reasons of itself: measured with reasoning off as well, or listed; none with it off."""
    listed = set(tomllib.loads(ALIASES.read_text())["reasoning_native"])
    listed |= {name.partition("#")[0] for name in figures if "#" in name}
    return {name: name in listed for name in figures}


def selected(rows: list[Row]) -> list[Row]:
    """Return the rows that teach: a's score is that of a working prompt, and below 1."""
    return [row for row in rows if WORKING <= float(row["score_a"]) < 1.0]


def cluster_of(row: Row) -> str:
    """Return the task cluster: source and data set, whatever its release (after @) or program (after /)."""
    return row["source"] + "__" + row["task"].partition("@")[0].partition("/")[0]


def arrays(rows: list[Row], figures: Mapping[str, Row], clusters: list[str] | None = None) -> Rows:
    """Return rows as arrays."""

    def numbers(name: str) -> Array:
        return np.array([float(row[name]) for row in rows])

    def capability(name: str) -> Array:
        return np.array([float(figures[row[name]]["value"]) for row in rows])

    def change(of: Mapping[str, bool]) -> Array:
        return np.array([float(of[row["model_b"]]) - float(of[row["model_a"]]) for row in rows])

    pairs = [(row["model_a"], row["model_b"]) for row in rows]
    return Rows(
        numbers("score_a"), numbers("score_b"),
        np.array([log_odds(float(row["score_a"]), row["n_test"]) for row in rows]),
        np.array([log_odds(float(row["score_b"]), row["n_test"]) for row in rows]),
        capability("model_a"), capability("model_b"),
        np.array([KINDS.index(row["kind"]) for row in rows]),
        weights_of(clusters or [cluster_of(row) for row in rows]),
        np.array([row["source"] for row in rows]),
        change(reasoning(figures)),
        change({name: figure["open_weights"] == "true" for name, figure in figures.items()}),
        np.array([all(figures[model]["kind"] == "published" for model in pair) for pair in pairs]),
    )  # fmt: skip


def tempered(rows: Rows, power: float) -> Array:
    """Return weights in which a source's clusters of a kind weigh a power of their number less, and all as much as before."""
    groups = list(zip(rows.sources.tolist(), rows.kind.tolist(), strict=True))
    total: dict[tuple[str, int], float] = {}
    for group, weight in zip(groups, rows.weights.tolist(), strict=True):
        total[group] = total.get(group, 0.0) + weight
    found = rows.weights * np.array([total[group] ** -power for group in groups])
    return found * (rows.weights.sum() / found.sum())


def design(rows: Rows, shape: Shape) -> Array:
    """Return the features of each row, shape (N, 7); only knowledge and reasoning gain by reasoning, only the others bend."""
    below = (np.minimum(rows.capability_b, shape.pivot) - np.minimum(rows.capability_a, shape.pivot)) / TEN
    above = (np.maximum(rows.capability_b, shape.pivot) - np.maximum(rows.capability_a, shape.pivot)) / TEN
    is_neither = rows.kind == KINDS.index("neither")
    bend = np.maximum(rows.log_odds_a - logit(shape.bend_from), 0.0) * is_neither
    columns = [np.ones(len(below)), rows.log_odds_a, below, above, rows.reasons * ~is_neither, rows.opens, bend]
    return np.column_stack([
        values * (name not in shape.without) for name, values in zip(FEATURES, columns, strict=True)
    ])  # fmt: skip


def _inverse(at: Array, mean: Array, spread: Array) -> tuple[Array, Array]:
    """Return both parts of E[1 / accuracy; log-odds above `at`]: of 1, and of exp(-log-odds)."""
    z = (at - mean) / spread
    return ndtr(-z), np.exp(np.minimum(spread**2 / 2.0 - mean, 50.0)) * ndtr(-z - spread)


def log_density(at: Array, mean: Array, spread: Array, broken: float) -> Array:
    """Return the log-density of log-odds.

    A broken format has the density of a product of accuracy and a uniform draw, a (1 - a) E[1 / A; A > a].
    """
    z = (at - mean) / spread
    whole, partial = _inverse(at, mean, spread)
    kept = np.exp(-z * z / 2.0) / (np.sqrt(2.0 * np.pi) * spread)
    lost = expit(at) * (1.0 - expit(at)) * (whole + partial)
    return np.asarray(np.log((1.0 - broken) * kept + broken * lost + TINY), dtype=np.float64)


def medians(rows: Rows, shape: Shape) -> Array:
    """Return the coefficients of least absolute error, by kind: reweighted least squares, shrunk (see `FEATURES`)."""
    features, weights, size = design(rows, shape), tempered(rows, shape.tempering), len(FEATURES)
    own = [features * (rows.kind == kind)[:, None] for kind in range(len(KINDS))]
    whole = np.concatenate([features, *own], axis=1)
    penalty = np.diag([*[TO_NONE] * size, *[shape.to_others] * (size * len(KINDS))])
    reweighted = weights
    for _ in range(ROUNDS):
        gram = whole.T @ (whole * reweighted[:, None]) + penalty
        found = np.linalg.solve(gram, whole.T @ (rows.log_odds_b * reweighted))
        residual = rows.log_odds_b - whole @ found
        reweighted = weights / np.maximum(np.abs(residual), CLOSE)
    used = np.array([np.abs(features[rows.kind == kind]).sum(axis=0) > 0.0 for kind in range(len(KINDS))])
    return np.asarray((found[:size] + found[size:].reshape(len(KINDS), size)) * used, dtype=np.float64)


def likely_spreads(rows: Rows, mean: Array, shape: Shape) -> Array:
    """Return both spreads of each kind that make the rows most likely, shrunk to those of all kinds, shape (3, 2)."""
    weights, count = tempered(rows, shape.tempering), len(KINDS)

    def spreads(at: Array) -> Array:
        return np.asarray(np.exp(at[:2] + OWN_SPREAD * at[2:].reshape(count, 2)), dtype=np.float64)

    def loss(at: Array) -> float:
        level, growth = spreads(at)[rows.kind].T
        likelihood = log_density(rows.log_odds_b, mean, np.hypot(level, growth * rows.gap), shape.broken)
        return float(at[2:] @ at[2:] / 2.0 - weights @ likelihood)

    start = np.array([*COMMON_SPREAD, *[0.0] * (2 * count)])
    return spreads(minimize(loss, start, method="L-BFGS-B").x)


def unmatched(rows: Rows, shape: Shape) -> Fit:
    """Return the fit before its spread is matched to sources left out."""
    coefficients = medians(rows, shape)
    mean = (design(rows, shape) * coefficients[rows.kind]).sum(axis=1)
    return Fit(coefficients, likely_spreads(rows, mean, shape), shape)


def left_out(rows: Rows, shape: Shape) -> list[tuple[Flags, Change]]:
    """Return each source's rows, and what an unmatched fit without them says of them."""
    outs = [np.asarray(rows.sources == source, dtype=np.bool_) for source in np.unique(rows.sources)]
    return [(out, unmatched(rows.where(~out), shape).predict(rows.where(out))) for out in outs]


def matched(rows: Rows, found: list[tuple[Flags, Change]], kept: Flags) -> float:
    """Return the factor at which 80 % intervals of kept rows, their sources left out, hold 80 % of the weight."""
    residuals = np.zeros(len(rows.kind))
    for out, change in found:
        residuals[out] = np.abs(rows.log_odds_b[out] - change.mean) / change.spread
    order = np.argsort(residuals[kept], kind="stable")
    weights = rows.weights[kept][order]
    share = (np.cumsum(weights) - weights / 2.0) / weights.sum()
    reach = float(np.interp(INTERVAL, share, residuals[kept][order]))
    return reach / float(ndtri(0.5 + INTERVAL / 2.0))


def predictions(rows: Rows, shape: Shape = SHIPPED) -> list[tuple[Flags, Change]]:
    """Return each source's rows, and what a fit without them says of them, the matching of its spread included."""
    found = left_out(rows, shape)
    return [(out, change._replace(spread=change.spread * matched(rows, found, ~out))) for out, change in found]


def fit(rows: Rows, shape: Shape = SHIPPED) -> Fit:
    """Return the fit to all rows."""
    whole, everything = unmatched(rows, shape), np.ones(len(rows.kind), dtype=np.bool_)
    return whole._replace(spreads=whole.spreads * matched(rows, left_out(rows, shape), everything))
