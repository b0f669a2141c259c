"""Fits what learning curves teach: where examples saturate, the slope, the spread between runs, and how curves bend.

Part of `make fit`. A curve is one task and one model of evidence/curves.csv with an accuracy-like metric and at least
three sizes from 200 examples on. It is a straight line in decades of effective examples, n / (1 + n / S). Every task
cluster weighs one; the slope's standard error counts sources, for the clusters of one source are much alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models import learning
from tools.research.rows import EVIDENCE, Array, Row, cluster_of, log_odds, read, weights_of

CURVES = EVIDENCE / "curves.csv"
FEWEST_EXAMPLES = 200.0
"""Below, a model still learns the format; slopes there say little about later ones."""

LARGE = 3000.0
"""Curves that end below it say nothing of saturation."""

USUAL_TEST_SIZE = 1000.0
VAGUE_LEVEL_VARIANCE = 4.0
SATURATIONS = (1000.0, 2000.0, 3000.0, 5000.0, 8000.0, 12_000.0, 20_000.0, 50_000.0)
BENDS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Departures from the line that are tried; the smallest within 2 % of the best error is kept."""
CLOSE = 1.02
LANGUAGE_MODELS = re.compile("Llama|LLM")


class Curve(NamedTuple):
    """One task and one model: examples in ascending order, the score and the test size at each."""

    source: str
    cluster: str
    model: str
    examples: Array
    scores: Array
    sizes: Array

    @property
    def log_odds(self) -> Array:
        """Of the scores, half a trial inside."""
        return np.array([log_odds(score, str(size)) for score, size in zip(self.scores, self.sizes, strict=True)])


class Lines(NamedTuple):
    """Straight lines in decades of effective examples, one a curve."""

    slopes: Array
    scatter: Array
    """Mean square of the points about the line [log-odds^2]."""
    weights: Array
    sources: NDArray[np.str_]


class Slope(NamedTuple):
    """A slope [log-odds per decade of effective examples] and its standard error."""

    mean: float
    error: float


class CurvePrior(NamedTuple):
    """What serves a caller's pilots, on the log-odds scale."""

    slope_mean: float
    slope_variance: float
    seed_variance: float
    bend_variance: float
    saturation: float


def read_curves(rows: Collection[Row]) -> list[Curve]:
    """Return the curves of accuracy with three points or more."""
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    sources: dict[tuple[str, str], str] = {}
    for row in rows:
        if "accuracy" in row["metric"]:
            key = row["case_id"], row["model"]
            size = re.search(r"n_test (\d+)", row["metric"])
            test_size = float(size.group(1)) if size else USUAL_TEST_SIZE
            found[key].append((float(row["n_train"]), float(row["score"]), test_size))
            sources[key] = row["source"]
    return [
        Curve(sources[case, model], cluster_of(case), model, *np.array(sorted(points)).T)
        for (case, model), points in found.items()
        if len(points) >= 3
    ]


def all_curves() -> list[Curve]:
    """Return the curves of the evidence."""
    return read_curves(read(CURVES))


def same_source(one: str, other: str) -> bool:
    """Return whether two names are of one publication: same arXiv number, else same name."""
    numbers = [re.search(r"\d{4}\.\d{5}", name) for name in (one, other)]
    first, second = numbers
    return first.group() == second.group() if first and second else one == other


def without(curves: Collection[Curve], source: str) -> list[Curve]:
    """Return the curves of other sources."""
    return [curve for curve in curves if not same_source(source, curve.source)]


def decades_of(examples: Array, saturation: float) -> Array:
    """Return where numbers of examples stand on the line: decades of effective examples from those of 1,000."""
    return learning.decades(learning.examples_on_line(examples, saturation))


def lines_of(curves: Collection[Curve], saturation: float, reach: float = 0.0) -> Lines:
    """Return the line of each curve that has three points from 200 examples on and ends no earlier than `reach`."""
    slopes, scatter, clusters, sources = [], [], [], []
    for curve in curves:
        late = curve.examples >= FEWEST_EXAMPLES
        if late.sum() < 3 or curve.examples[-1] < reach:
            continue
        x, y = decades_of(curve.examples[late], saturation), curve.log_odds[late]
        slope, level = np.polyfit(x, y, 1)
        slopes.append(slope)
        scatter.append(np.sum((y - level - slope * x) ** 2) / (len(x) - 2))
        clusters.append(curve.cluster)
        sources.append(curve.source)
    return Lines(np.array(slopes), np.array(scatter), weights_of(clusters), np.array(sources))


def scatter_of(curves: Collection[Curve], saturation: float) -> float:
    """Return the mean square of points about their own line, of curves that reach far."""
    lines = lines_of(curves, saturation, LARGE)
    return float(np.average(lines.scatter, weights=lines.weights))


def saturation_of(curves: Collection[Curve]) -> float:
    """Return the S at which points scatter least about their own line."""
    return min(SATURATIONS, key=lambda saturation: scatter_of(curves, saturation))


def slope_of(lines: Lines) -> Slope:
    """Return the mean slope, every source weighing one, and its standard error between sources."""
    names = np.unique(lines.sources)
    means = [
        np.average(lines.slopes[lines.sources == name], weights=lines.weights[lines.sources == name]) for name in names
    ]
    return Slope(float(np.mean(means)), float(np.std(means, ddof=1)) / len(names) ** 0.5)


def pooled(*slopes: Slope) -> Slope:
    """Return the mean of slopes by precision."""
    precision = np.array([slope.error**-2 for slope in slopes])
    mean = float(precision @ np.array([slope.mean for slope in slopes]) / precision.sum())
    return Slope(mean, float(precision.sum() ** -0.5))


def variance_about(lines: Lines, slope: float) -> float:
    """Return the mean square of the slopes of tasks about one slope."""
    return float(np.average((lines.slopes - slope) ** 2, weights=lines.weights))


def prior_of(curves: Collection[Curve], of_pairs: Slope, bend: float) -> CurvePrior:
    """Return what some curves teach, the slope pooled with that of pairs."""
    saturation = saturation_of(curves)
    lines = lines_of(curves, saturation)
    slope = pooled(slope_of(lines), of_pairs).mean
    scatter = float(np.average(lines.scatter, weights=lines.weights))
    return CurvePrior(slope, variance_about(lines, slope), scatter, bend, saturation)


def predict_last(curve: Curve, prior: CurvePrior) -> float:
    """Return the prediction of a curve's last point from its earlier ones, given as pilots."""
    last, one = curve.examples[-1], np.ones((1, 1))
    earlier = curve.examples < last
    right = curve.scores[earlier] * curve.sizes[earlier]
    pilots = np.column_stack([curve.examples[earlier], right, curve.sizes[earlier]])
    mean = learning.predictive_mean(
        0.0 * one,
        VAGUE_LEVEL_VARIANCE * one,
        prior.slope_mean * one,
        prior.slope_variance * one,
        learning.pilots_on_line(pilots, prior.saturation),
        prior.seed_variance * one,
        prior.bend_variance * one,
        learning.examples_on_line(last * one, prior.saturation),
    )
    return float(expit(mean)[0, 0])


class Errors(NamedTuple):
    """Of the prediction of each curve's last point, and of repeating the pilot before it [share]."""

    ours: Array
    repeated: Array
    is_language_model: NDArray[np.bool_]


def errors(curves: Collection[Curve], of_pairs: Mapping[str, Slope], bend: float) -> Errors:
    """Return the errors, the source of each curve left out in turn; `of_pairs` is by the source that is left out."""
    priors = {name: prior_of(without(curves, name), of_pairs[name], bend) for name in {c.source for c in curves}}
    truth = np.array([curve.scores[-1] for curve in curves])
    last_pilot = np.array([curve.scores[curve.examples < curve.examples[-1]][-1] for curve in curves])
    predicted = np.array([predict_last(curve, priors[curve.source]) for curve in curves])
    is_language_model = np.array([bool(LANGUAGE_MODELS.search(curve.model)) for curve in curves])
    return Errors(np.abs(predicted - truth), np.abs(last_pilot - truth), is_language_model)


def bend_of(curves: Collection[Curve], of_pairs: Mapping[str, Slope]) -> float:
    """Return the smallest bend whose error is close to the least."""
    score = {bend: float(errors(curves, of_pairs, bend).ours.mean()) for bend in BENDS}
    return min(bend for bend in BENDS if score[bend] <= CLOSE * min(score.values()))
