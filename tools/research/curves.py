"""Fits what learning curves teach: the slope prior, the spread between runs, and how curves bend away from a line.

Part of `make fit`. A curve is one task and one model of evidence/curves.csv with an accuracy-like metric and at least
three sizes; the slope is the log-odds gained per tenfold examples within it, from 200 examples on. Every task cluster
weighs one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models import learning

Array = NDArray[np.float64]
Row = dict[str, str]
Curve = list[tuple[float, float, float]]
"""Examples, score and test size of each point, in ascending order of examples."""

FEWEST_EXAMPLES = 200.0
"""Below, a model still learns the format; slopes there say little about later ones."""

USUAL_TEST_SIZE = 1000.0
VAGUE_LEVEL_VARIANCE = 4.0
BENDS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Departures from the line that are tried; the smallest within 2 % of the best error is kept."""
CLOSE = 1.02
LANGUAGE_MODELS = re.compile("Llama|LLM")


class CurvePrior(NamedTuple):
    """What curves teach, on the log-odds scale."""

    slope_mean: float
    slope_variance: float
    seed_variance: float
    bend_variance: float


def read_curves(rows: list[Row]) -> dict[tuple[str, str], Curve]:
    """Return the curves by case and model."""
    found: dict[tuple[str, str], Curve] = defaultdict(list)
    for row in rows:
        if row["metric"].startswith("accuracy") or "accuracy" in row["metric"]:
            size = re.search(r"n_test (\d+)", row["metric"])
            test_size = float(size.group(1)) if size else USUAL_TEST_SIZE
            found[row["case_id"], row["model"]].append((float(row["n_train"]), float(row["score"]), test_size))
    return {key: sorted(points) for key, points in found.items() if len(points) >= 3}


def cluster(key: tuple[str, str]) -> str:
    """Return the task cluster of a curve."""
    return "__".join(key[0].split("__")[:2])


def _log_odds(score: float, size: float) -> float:
    return float(logit((score * size + 0.5) / (size + 1.0)))


def fit_lines(curves: dict[tuple[str, str], Curve]) -> tuple[float, float, float]:
    """Return the mean and variance of the slope between curves, and the variance of points about their line."""
    slopes, residuals, clusters = [], [], []
    for key, points in curves.items():
        late = [(np.log10(n / 1000.0), _log_odds(score, size)) for n, score, size in points if n >= FEWEST_EXAMPLES]
        if len(late) < 3:
            continue
        x, y = np.array(late).T
        slope, level = np.polyfit(x, y, 1)
        slopes.append(slope)
        clusters.append(cluster(key))
        residuals += list((y - level - slope * x) * np.sqrt(len(x) / (len(x) - 2.0)))
    share = Counter(clusters)
    weights = np.array([1.0 / share[name] for name in clusters])
    mean = float(np.average(slopes, weights=weights))
    return mean, float(np.average((np.array(slopes) - mean) ** 2, weights=weights)), float(np.var(residuals))


def predict_last(points: Curve, prior: CurvePrior) -> float:
    """Return the prediction of a curve's last point from its earlier ones, given as pilots."""
    *earlier, last = points
    pilots = np.array([(n, score * size, size) for n, score, size in earlier if n < last[0]])
    one = np.ones((1, 1))
    mean = learning.predictive_mean(
        0.0 * one,
        VAGUE_LEVEL_VARIANCE * one,
        prior.slope_mean * one,
        prior.slope_variance * one,
        pilots,
        prior.seed_variance * one,
        prior.bend_variance * one,
        last[0] * one,
    )
    return float(expit(mean)[0, 0])


def errors(curves: dict[tuple[str, str], Curve], bend: float) -> list[tuple[tuple[str, str], float, float]]:
    """Return (curve, error of the prediction, error of repeating the last pilot), each cluster left out in turn."""
    found = []
    for key, points in curves.items():
        kept = {other: curve for other, curve in curves.items() if cluster(other) != cluster(key)}
        predicted = predict_last(points, CurvePrior(*fit_lines(kept), bend))
        truth, repeated = points[-1][1], max((p for p in points if p[0] < points[-1][0]), key=lambda p: p[0])[1]
        found.append((key, abs(predicted - truth), abs(repeated - truth)))
    return found


def fit_curves(rows: list[Row]) -> CurvePrior:
    """Return the prior, its bend chosen by leaving clusters out."""
    curves = read_curves(rows)
    score = {bend: float(np.mean([error for _, error, _ in errors(curves, bend)])) for bend in BENDS}
    bend = min(bend for bend in BENDS if score[bend] <= CLOSE * min(score.values()))
    return CurvePrior(*fit_lines(curves), bend)
