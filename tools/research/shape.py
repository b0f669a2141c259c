"""Shows what the evidence says of the shape of a fine-tune's accuracy: where curves saturate, and how often nothing changes.

Run by `python -m tools.research.shape`; fitted/accuracy_shape.toml states what is read off. Curves: the scatter of points
about their own line in effective examples n / (1 + n / S), and the slope of that line. No change: the error of the
predictions of sources left out (tools/research/backtest.py) when mixed with the prompt's own accuracy.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from tools.research.backtest import Check, back_test
from tools.research.curves import FEWEST_EXAMPLES, USUAL_TEST_SIZE, Curve, cluster, read_curves
from tools.research.fit_prior import CURVES, PAIRS, Array, log_odds, read

SATURATIONS = (1000.0, 2000.0, 3000.0, 5000.0, 8000.0, 12_000.0, 20_000.0, 50_000.0)
FEWEST, MOST = 50.0, 50_000.0
"""Effective examples are held within these."""
LARGE = 3000.0
"""Curves that end below it say nothing of saturation."""
WEIGHTS = tuple(step / 20 for step in range(21))
QUANTILES = 200


class Saturation(NamedTuple):
    """What curves show at one S."""

    examples: float
    scatter: float
    """Root mean square of points about their own line, of curves that reach far [log-odds]."""
    slope_mean: float
    """Log-odds per tenfold effective examples, of all curves."""
    slope_variance: float


def effective(examples: Array, saturation: float) -> Array:
    """Return the examples that count, n / (1 + n / S)."""
    held = np.clip(examples, FEWEST, MOST)
    return held / (1.0 + held / saturation)


def _line(points: Curve, saturation: float) -> tuple[float, float]:
    """Return the slope of a curve in decades of effective examples, and the mean square of its points about the line."""
    examples, scores, sizes = np.array(points).T
    y = np.array([log_odds(score, str(size or USUAL_TEST_SIZE)) for score, size in zip(scores, sizes, strict=True)])
    x = np.log10(effective(examples, saturation))
    slope, level = np.polyfit(x, y, 1)
    return float(slope), float(np.sum((y - level - slope * x) ** 2) / (len(x) - 2))


def saturation(curves: dict[tuple[str, str], Curve], examples: float) -> Saturation:
    """Return what curves show where examples saturate at a number; every task cluster weighs one."""
    late = {key: [point for point in points if point[0] >= FEWEST_EXAMPLES] for key, points in curves.items()}
    late = {key: points for key, points in late.items() if len(points) >= 3}
    lines = {key: _line(points, examples) for key, points in late.items()}

    def mean(values: Array, keys: list[tuple[str, str]]) -> float:
        size = Counter(map(cluster, keys))
        return float(np.average(values, weights=[1.0 / size[cluster(key)] for key in keys]))

    far = [key for key, points in late.items() if points[-1][0] >= LARGE]
    slopes = np.array([slope for slope, _ in lines.values()])
    slope = mean(slopes, list(lines))
    scatter = mean(np.array([lines[key][1] for key in far]), far)
    return Saturation(examples, scatter**0.5, slope, mean((slopes - slope) ** 2, list(lines)))


def no_change_error(check: Check, start: float, weight: float) -> tuple[float, float]:
    """Return the ranked probability score and the bias of rows whose prompt scores at least `start` [points].

    The prediction is the prompt's own accuracy with a chance of `weight`, else the prior's distribution.
    """
    kept = check.prompt >= start
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    drawn = expit(check.log_odds_mean[kept, None] + check.log_odds_sd[kept, None] * ndtri(levels))
    prompt, truth = check.prompt[kept, None], check.truth[kept, None]

    def gap(left: Array, right: Array) -> NDArray[np.float64]:
        return np.asarray(np.abs(left[:, :, None] - right[:, None, :]).mean(axis=(1, 2)), dtype=np.float64)

    share = 1.0 - weight
    distance = share * gap(drawn, truth) + weight * gap(prompt, truth)
    spread = share**2 * gap(drawn, drawn) + 2.0 * share * weight * gap(drawn, prompt)
    mean = share * drawn.mean(axis=1) + weight * prompt[:, 0]
    clusters = check.weights[kept]
    score = np.average(distance - spread / 2.0, weights=clusters)
    return 100.0 * float(score), 100.0 * float(np.average(mean - truth[:, 0], weights=clusters))


def main() -> int:
    """Print both tables."""
    curves = read_curves(read(CURVES))
    print("saturation  scatter  slope mean  slope variance")
    for examples in SATURATIONS:
        print("{:10.0f}{:9.4f}{:12.3f}{:16.3f}".format(*saturation(curves, examples)))
    check = back_test(read(PAIRS), read(CURVES))
    print("weight of no change from 0.8: ranked probability score, bias [points]")
    for weight in WEIGHTS:
        print("{:6.2f}{:9.3f}{:9.3f}".format(weight, *no_change_error(check, 0.8, weight)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
