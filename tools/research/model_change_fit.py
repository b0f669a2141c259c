"""Fits what another base model does to the accuracy of the same prompt, from scores on two base models.

logit b = intercept + slope logit a + below d_below + above d_above + s z, with d the gap of capability in tens, split at a
pivot, and s^2 = s0^2 + (k d)^2; with some chance b is multiplied by a uniform draw, a broken format. Penalised maximum
likelihood: what a kind of task has of its own is shrunk to what the kinds have in common. Within a kind a task cluster
weighs one, and a source as the square root of its clusters, so that none swamps the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtr

from tools.research.rows import EVIDENCE, FOLDER, Array, Flags, Row, log_odds, read, weights_of

CHANGES, FIGURES = EVIDENCE / "model_changes.csv", FOLDER / "capability" / "capability.csv"
KINDS = ("neither", "knowledge", "reasoning")
WORKING, TEN = 0.2, 10.0
"""A score of a below it is a prompt that does not work there; weights refer to ten points of capability."""
PIVOT = 127.0

COEFFICIENTS, SPREADS = 4, 2
"""A kind has an intercept, slope and two weights; and the logarithms of two spreads."""
CENTRE = np.array([0.0, 1.0, 0.5, 0.5, -0.6, -1.0])
WIDTH = np.array([1.0, 0.3, 1.0, 1.0, 1.0, 1.0])
"""What the kinds have in common is this far from the centre: wide, for the rows to decide."""
OWN = np.array([0.45, 0.0, 0.6, 0.6, 0.15, 0.2])
"""What a kind has of its own lies this far from it: no slope (0), and little spread, for few sources tell it."""
BROKEN, BROKEN_WIDTH = float(logit(0.05)), 0.5
SIZE = COEFFICIENTS + SPREADS
NODES, NODE_WEIGHTS = (np.asarray(part, dtype=np.float64) for part in np.polynomial.hermite_e.hermegauss(15))
TINY = 1e-300


class Shape(NamedTuple):
    """What may be chosen about the fit, as it ships; the back-test tries others."""

    pivot: float = PIVOT
    own: tuple[float, ...] = tuple(OWN)
    tempering: float = 0.5
    """A source's clusters of a kind weigh this power of their number less."""
    reversed_too: bool = False
    """Whether each row is also read from b to a."""
    broken: float | None = None
    """The broken share, where it is not fitted."""


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
    is_published: Flags
    """Whether both figures of capability are Epoch AI's own, so that no source here had a part in them."""

    def where(self, kept: Flags) -> Rows:
        """Return the rows kept; a cluster never spans sources, so weights stay."""
        return joined(self, kept=kept)

    def turned(self) -> Rows:
        """Return the rows from b to a, those whose b would be selected as an a."""
        kept = (self.score_b >= WORKING) & (self.score_b < 1.0)
        return self._replace(
            score_a=self.score_b, score_b=self.score_a, log_odds_a=self.log_odds_b, log_odds_b=self.log_odds_a,
            capability_a=self.capability_b, capability_b=self.capability_a,
        ).where(kept)  # fmt: skip

    @property
    def gap(self) -> Array:
        """Capability gained [tens of points]."""
        return (self.capability_b - self.capability_a) / TEN


def joined(*several: Rows, kept: Flags | None = None) -> Rows:
    """Return rows one after another, or those kept of them."""
    chosen = slice(None) if kept is None else kept
    columns: list[Any] = [np.concatenate(parts)[chosen] for parts in zip(*several, strict=True)]
    return Rows(*columns)


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

    values: Array
    """By kind: intercept, slope, below, above, logarithms of both spreads."""
    broken: float
    pivot: float

    def predict(self, rows: Rows) -> Change:
        """Return what the rows' b is expected to score."""
        design, distance = _design(rows, self.pivot)
        own = self.values[rows.kind]
        mean = np.einsum("ij,ij->i", design, own[:, :COEFFICIENTS])
        squares = np.exp(2.0 * own[:, COEFFICIENTS:])
        return Change(mean, np.sqrt(squares[:, 0] + squares[:, 1] * distance**2), self.broken)


def capabilities() -> dict[str, Row]:
    """Return the rows of the capability table by model and mode, the newest figure of each, without guesses."""
    found = {row["model"] + (f"#{row['mode']}" if row["mode"] else ""): row for row in read(FIGURES)}
    return {name: row for name, row in found.items() if row["is_guess"] == "false"}


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

    pairs = [(row["model_a"], row["model_b"]) for row in rows]
    return Rows(
        numbers("score_a"), numbers("score_b"),
        np.array([log_odds(float(row["score_a"]), row["n_test"]) for row in rows]),
        np.array([log_odds(float(row["score_b"]), row["n_test"]) for row in rows]),
        capability("model_a"), capability("model_b"),
        np.array([KINDS.index(row["kind"]) for row in rows]),
        weights_of(clusters or [cluster_of(row) for row in rows]),
        np.array([row["source"] for row in rows]),
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


def _design(rows: Rows, pivot: float) -> tuple[Array, Array]:
    below = (np.minimum(rows.capability_b, pivot) - np.minimum(rows.capability_a, pivot)) / TEN
    above = (np.maximum(rows.capability_b, pivot) - np.maximum(rows.capability_a, pivot)) / TEN
    return np.column_stack([np.ones(len(below)), rows.log_odds_a, below, above]), np.abs(below + above)


def _inverse(at: Array, mean: Array, spread: Array) -> tuple[Array, Array]:
    """Return both parts of E[1 / accuracy; log-odds above `at`]: of 1, and of exp(-log-odds)."""
    z = (at - mean) / spread
    return ndtr(-z), np.exp(np.minimum(spread**2 / 2.0 - mean, 50.0)) * ndtr(-z - spread)


def log_density(at: Array, mean: Array, spread: Array, broken: float) -> tuple[Array, Array, Array, Array]:
    """Return the log-density of log-odds, and its slopes in mean, spread and broken share.

    A broken format has the density of a product of accuracy and a uniform draw, a (1 - a) E[1 / A; A > a].
    """
    z = (at - mean) / spread
    bell = np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    whole, partial = _inverse(at, mean, spread)
    scale = expit(at) * (1.0 - expit(at))
    kept, lost = bell / spread, scale * (whole + partial)
    density = (1.0 - broken) * kept + broken * lost + TINY
    turn = np.exp(-at)
    by_mean = (1.0 - broken) * kept * z / spread + broken * scale * (kept * (1.0 + turn) - partial)
    by_spread = (1.0 - broken) * kept * (z * z - 1.0) / spread + broken * scale * (
        kept * z + spread * partial + bell * turn * (z / spread - 1.0)
    )
    return np.log(density), by_mean / density, by_spread / density, (lost - kept) / density


def fit(rows: Rows, shape: Shape = Shape()) -> Fit:  # noqa: B008
    """Return the parameters of least penalised loss."""
    weights = tempered(rows, shape.tempering)
    if shape.reversed_too:
        back = rows._replace(weights=weights).turned()
        weights = np.concatenate([weights, back.weights]) / 2.0
        rows = joined(rows, back)
    design, distance = _design(rows, shape.pivot)
    groups = [np.flatnonzero(rows.kind == kind) for kind in range(len(KINDS))]
    own_at = np.array(shape.own) > 0.0
    width = np.concatenate([WIDTH, *[np.where(own_at, shape.own, 1.0)] * len(KINDS), [BROKEN_WIDTH]])
    centre = np.concatenate(
        [CENTRE, np.zeros(SIZE * len(KINDS)), [BROKEN if shape.broken is None else logit(shape.broken)]]
    )
    free = np.concatenate([np.ones(SIZE), *[own_at] * len(KINDS), [shape.broken is None]])

    def loss(at: Array) -> tuple[float, Array]:
        steps = at * free
        whole = centre + width * steps
        common, own, broken = whole[:SIZE], whole[SIZE:-1].reshape(len(KINDS), SIZE), expit(whole[-1])
        total, slope = float(steps @ steps) / 2.0, np.zeros(len(at))
        for kind, group in enumerate(groups):
            value = common + own[kind]
            parts = np.exp(2.0 * value[COEFFICIENTS:]) * np.column_stack([np.ones(len(group)), distance[group] ** 2])
            spread = np.sqrt(parts.sum(axis=1))
            mean = design[group] @ value[:COEFFICIENTS]
            found, by_mean, by_spread, by_broken = log_density(rows.log_odds_b[group], mean, spread, broken)
            w = weights[group]
            total -= float(w @ found)
            here = np.concatenate([design[group].T @ (w * by_mean), parts.T @ (w * by_spread / spread)])
            slope[:SIZE] -= here
            slope[SIZE * (kind + 1) : SIZE * (kind + 2)] -= here
            slope[-1] -= float(w @ by_broken) * broken * (1.0 - broken)
        return total, (slope * width + steps) * free

    found = minimize(
        loss, np.zeros(len(width)), jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-6}
    )
    whole = centre + width * found.x * free
    values = whole[:SIZE] + whole[SIZE:-1].reshape(len(KINDS), SIZE)
    return Fit(values, float(expit(whole[-1])), shape.pivot)
