"""Fits the prior of fine-tuned accuracy to the published evidence and writes it to the larder.

Run by `make fit`. Reads evidence/pairs.csv and evidence/curves.csv in service/larder/data and writes
fitted/accuracy_prior.toml beside them; tools/research/backtest.py checks it. Every task cluster (the first two parts of
`case_id`) weighs one, and whatever is tuned is tuned by leaving one whole source out.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from tools.research.curves import CurvePrior, fit_curves

Array = NDArray[np.float64]
Row = dict[str, str]

FOLDER = Path(__file__).parents[2] / "service" / "larder" / "data"
PAIRS, CURVES = FOLDER / "evidence" / "pairs.csv", FOLDER / "evidence" / "curves.csv"
PRIOR = FOLDER / "fitted" / "accuracy_prior.toml"

ACCURACY_LIKE = (
    "accuracy",
    "exact match",
    "exact tool-call match",
    "humaneval pass@1",
    "LLM-judge accuracy",
    "tool-call accuracy",
)
"""Metrics that are a share of answers that are right; docs/accuracy-prior.md says why each other one is out."""

WORKING_PROMPT = 0.2
"""A prompt below this fails on the format and teaches nothing about the task."""

NAMES = ("intercept", "prompt_log_odds", "smaller", "few_shot_or_stronger", "reasoning", "reasoning_on_smaller")
RIDGE = 1.0
"""Shrinkage of every effect towards none, in clusters; intercept and weight of the prompt are free."""
FREE = 1e-6
PENALTY = np.array([FREE, FREE, *[RIDGE] * (len(NAMES) - 2)])

INTERVAL = 0.8
Z = float(ndtri(0.5 + INTERVAL / 2.0))
"""The level variance is the one at which the intervals of left-out sources hold this share of the evidence."""

EDGE = 0.005
"""Scores of 0 and 1 are read as this far inside, where the test size is not stated."""

DEFAULT_EXAMPLES, FEWEST_EXAMPLES, MOST_EXAMPLES = 2000.0, 10.0, 50_000.0


class Evidence(NamedTuple):
    """The selected rows as arrays: features, log-odds after tuning, decades of examples, weights and sources."""

    features: Array
    log_odds: Array
    decades: Array
    weights: Array
    sources: NDArray[np.str_]

    def where(self, kept: NDArray[np.bool_]) -> Evidence:
        """Return the rows kept; a cluster never spans sources, so weights stay."""
        return Evidence(
            self.features[kept], self.log_odds[kept], self.decades[kept], self.weights[kept], self.sources[kept]
        )


class Fit(NamedTuple):
    """Coefficients in the order of `NAMES`, their covariance, and the variance of the level between tasks."""

    coefficients: Array
    covariance: Array
    level_variance: float


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def log_odds(score: float, trials: str) -> float:
    """Return the log-odds of a score, kept inside (0, 1) by half a trial."""
    size = float(trials or 0) or 0.5 / EDGE
    return float(logit((score * size + 0.5) / (size + 1.0)))


def selected(rows: list[Row]) -> list[Row]:
    """Return the rows that teach: accuracy-like metric, working prompt below 1."""
    return [r for r in rows if r["metric"] in ACCURACY_LIKE and WORKING_PROMPT <= float(r["prompt_score"]) < 1.0]


def failing(rows: list[Row]) -> list[Row]:
    """Return the rows of an accuracy-like metric whose prompt fails on the format."""
    return [r for r in rows if r["metric"] in ACCURACY_LIKE and float(r["prompt_score"]) < WORKING_PROMPT]


def digest_of(rows: list[Row]) -> str:
    """Return the digest of rows, whatever file they came from and in whatever order."""
    lines = sorted("\x1f".join(f"{name}={value}" for name, value in sorted(row.items())) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def examples_of(row: Row) -> float:
    """Return the training examples of a row as the service would read them."""
    return min(max(float(row["n_train"] or DEFAULT_EXAMPLES), FEWEST_EXAMPLES), MOST_EXAMPLES)


def evidence(rows: list[Row]) -> Evidence:
    """Return rows as arrays; a failing prompt is read as one that just works."""
    features = []
    for row in rows:
        smaller, reasoning = float(row["relation"] == "smaller"), float(row["task_type"] == "reasoning")
        prompt = log_odds(max(float(row["prompt_score"]), WORKING_PROMPT), row["n_test"])
        stronger = float(row["prompt_method"] != "zero-shot")
        features.append([1.0, prompt, smaller, stronger, reasoning, reasoning * smaller])
    clusters = ["__".join(row["case_id"].split("__")[:2]) for row in rows]
    size = Counter(clusters)
    return Evidence(
        np.array(features),
        np.array([log_odds(float(row["ft_score"]), row["n_test"]) for row in rows]),
        np.array([np.log10(examples_of(row) / 1000.0) for row in rows]),
        np.array([1.0 / size[c] for c in clusters]),
        np.array([row["source"] for row in rows]),
    )


def ridge(known: Evidence, slope: float, penalty: Array) -> tuple[Array, Array]:
    """Return coefficients of the level at 1,000 examples and the inverse of the penalised Gram matrix."""
    gram = known.features.T @ (known.features * known.weights[:, None]) + np.diag(penalty)
    inverse: Array = np.asarray(np.linalg.inv(gram), dtype=np.float64)
    levels = known.log_odds - slope * known.decades
    return inverse @ (known.features.T @ (levels * known.weights)), inverse


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


def fit(known: Evidence, slope_mean: float, slope_variance: float, penalty: Array = PENALTY) -> Fit:
    """Return the fitted prior; residuals are those of sources that the coefficients have not seen."""
    residuals = np.zeros(len(known.weights))
    for source in np.unique(known.sources):
        out = known.sources == source
        unseen, _ = ridge(known.where(~out), slope_mean, penalty)
        residuals[out] = (known.log_odds - slope_mean * known.decades)[out] - known.features[out] @ unseen
    coefficients, inverse = ridge(known, slope_mean, penalty)
    leverage = np.einsum("ij,jk,ik->i", known.features, inverse, known.features)
    variance = matched_variance(residuals, leverage, slope_variance * known.decades**2, known.weights)
    return Fit(coefficients, inverse * variance, variance)


def failing_variance(known: Evidence, fitted: Fit, slope: CurvePrior) -> float:
    """Return the mean square of the level of failing prompts about the level of a prompt that just works."""
    residuals = known.log_odds - slope.slope_mean * known.decades - known.features @ fitted.coefficients
    return float(np.average(residuals**2 - slope.slope_variance * known.decades**2, weights=known.weights))


def toml_number(value: float) -> str:
    """Return a number as TOML, to nine significant digits."""
    text = f"{value:.9g}"
    return text if any(c in text for c in ".en") else text + ".0"


def render(pairs: list[Row], curves: list[Row], fitted: datetime.date) -> str:
    """Return the data file of the prior."""
    rows, slope = selected(pairs), fit_curves(curves)
    prior = fit(evidence(rows), slope.slope_mean, slope.slope_variance)
    failed = failing_variance(evidence(failing(pairs)), prior, slope)
    covariance = ",\n    ".join("[" + ", ".join(toml_number(v) for v in line) + "]" for line in prior.covariance)
    digest = hashlib.sha256(PAIRS.read_bytes() + CURVES.read_bytes()).hexdigest()
    return f"""# Written by tools/research/fit_prior.py (`make fit`); do not edit. Log-odds throughout; the level is at 1,000 examples.
fitted = {fitted}
evidence_digest = "{digest}"
rows = {len(rows)}
rows_digest = "{digest_of(rows)}"
names = [{", ".join(f'"{name}"' for name in NAMES)}]
coefficients = [{", ".join(toml_number(c) for c in prior.coefficients)}]
covariance = [
    {covariance},
]
level_variance = {toml_number(prior.level_variance)}
working_prompt = {toml_number(WORKING_PROMPT)}
failing_prompt_level_variance = {toml_number(max(failed, prior.level_variance))}
slope_mean = {toml_number(slope.slope_mean)}
slope_variance = {toml_number(slope.slope_variance)}
seed_variance = {toml_number(slope.seed_variance)}
bend_variance = {toml_number(slope.bend_variance)}
source = {{title = "Published pairs of prompt and fine-tuned scores, and learning curves", locator = "evidence/pairs.csv and evidence/curves.csv of the larder, each row with its source"}}
note = "Level regressed on the prompt's log-odds, base-model relation, strongest technique and reasoning; cluster-weighted ridge; spread matched to sources left out."
"""


def main() -> int:
    """Fit and write the prior."""
    fitted = datetime.date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else datetime.date.today()
    PRIOR.write_text(render(read(PAIRS), read(CURVES), fitted))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
