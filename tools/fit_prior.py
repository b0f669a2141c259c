"""Fits the prior of fine-tuned accuracy to the published evidence and writes it to the larder.

Run by `make fit`. Reads service/assumptions/evidence_pairs.csv and evidence_curves.csv, writes
service/assumptions/accuracy_prior.toml and prints the back-test table of docs/accuracy-prior.md. Every task cluster
(the first two parts of `case_id`) weighs one; the check leaves out one whole source at a time.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from tools.curves import fit_curves

Array = NDArray[np.float64]
Row = dict[str, str]

FOLDER = Path(__file__).parent.parent / "service" / "assumptions"
PAIRS, CURVES = FOLDER / "evidence_pairs.csv", FOLDER / "evidence_curves.csv"
PRIOR, TABLE = FOLDER / "accuracy_prior.toml", Path(__file__).parent.parent / "docs" / "accuracy-prior.md"

ACCURACY_LIKE = (
    "accuracy",
    "exact match",
    "exact tool-call match",
    "humaneval pass@1",
    "LLM-judge accuracy",
    "tool-call accuracy",
)
"""Metrics that are a share of answers that are right."""

WORKING_PROMPT = 0.2
"""A prompt below this fails on the format and teaches nothing about the task."""

KINDS = (
    "classification",
    "extraction",
    "structured_output",
    "generation",
    "question_answering",
    "reasoning",
    "code",
    "other",
)
KIND_OF = {"qa": "question_answering", "structured-output": "structured_output"}
NAMES = ("intercept", "prompt_log_odds", "smaller", "few_shot_or_stronger", *(f"kind_{kind}" for kind in KINDS))
PENALTY = np.array([1e-6, 1e-6, 1.0, 2.0, *[3.0] * len(KINDS)])
"""Ridge penalties, in clusters: effects seen in a handful of sources are shrunk towards none."""

EDGE = 0.005
"""Scores of 0 and 1 are read as this far inside, where the test size is not stated."""

DEFAULT_EXAMPLES = 2000.0


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


def design(rows: list[Row], slope: float) -> tuple[Array, Array, Array]:
    """Return features, level at 1,000 examples and cluster weights of the rows."""
    features, levels = [], []
    for row in rows:
        kind = KIND_OF.get(row["task_type"], row["task_type"])
        features.append(
            [
                1.0,
                log_odds(float(row["prompt_score"]), row["n_test"]),
                float(row["relation"] == "smaller"),
                float(row["prompt_method"] != "zero-shot"),
                *(float(kind == known) for known in KINDS),
            ]
        )
        examples = np.clip(float(row["n_train"] or DEFAULT_EXAMPLES), 10, 50_000)
        levels.append(log_odds(float(row["ft_score"]), row["n_test"]) - slope * np.log10(examples / 1000.0))
    clusters = ["__".join(r["case_id"].split("__")[:2]) for r in rows]
    size = Counter(clusters)
    return np.array(features), np.array(levels), np.array([1.0 / size[c] for c in clusters])


def fit(features: Array, levels: Array, weights: Array) -> tuple[Array, Array, float]:
    """Return coefficients, their covariance and the residual variance of the weighted ridge regression."""
    gram = features.T @ (features * weights[:, None]) + np.diag(PENALTY)
    inverse = np.linalg.inv(gram)
    coefficients = inverse @ (features.T @ (levels * weights))
    residual = levels - features @ coefficients
    variance = float(np.average(residual**2, weights=weights)) * weights.sum() / (weights.sum() - 4.0)
    return coefficients, inverse * variance, variance


def back_test(rows: list[Row], slope: tuple[float, float, float]) -> dict[str, float]:
    """Return the figures of the leave-one-source-out check, cluster-weighted."""
    features, levels, weights = design(rows, slope[0])
    sources = np.array([r["source"] for r in rows])
    truth = np.array([float(r["ft_score"]) for r in rows])
    prompt = np.array([float(r["prompt_score"]) for r in rows])
    decades = np.array([np.log10(np.clip(float(r["n_train"] or DEFAULT_EXAMPLES), 10, 50_000) / 1000) for r in rows])
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(61)
    node_weights = node_weights / node_weights.sum()
    predicted, low, high, wins = (np.zeros(len(rows)) for _ in range(4))
    base_rate = np.zeros(len(rows))
    for source in set(sources):
        out = sources == source
        coefficients, covariance, variance = fit(features[~out], levels[~out], weights[~out])
        mean = features[out] @ coefficients + slope[0] * decades[out]
        spread = np.sqrt(
            variance + np.einsum("ij,jk,ik->i", features[out], covariance, features[out]) + slope[1] * decades[out] ** 2
        )
        predicted[out] = expit(mean[:, None] + spread[:, None] * nodes) @ node_weights
        low[out], high[out] = expit(mean - 1.2816 * spread), expit(mean + 1.2816 * spread)
        wins[out] = ndtr((mean - logit(prompt[out])) / spread)
        base_rate[out] = np.average(truth[~out] > prompt[~out], weights=weights[~out])
    better = (truth > prompt) * 1.0

    def average(values: Array) -> float:
        return float(np.average(values, weights=weights))

    return {
        "rows": len(rows),
        "clusters": float(weights.sum()),
        "sources": len(set(sources)),
        "mae_points": 100 * average(np.abs(predicted - truth)),
        "mae_no_change_points": 100 * average(np.abs(prompt - truth)),
        "coverage_80": average(np.where((low <= truth) & (truth <= high), 1.0, 0.0)),
        "brier": average((wins - better) ** 2),
        "brier_base_rate": average((base_rate - better) ** 2),
    }


def toml_number(value: float) -> str:
    """Return a number as TOML, to nine significant digits."""
    text = f"{value:.9g}"
    return text if any(c in text for c in ".en") else text + ".0"


def main() -> int:
    """Fit, write the prior, print and store the back-test."""
    pairs, curves = selected(read(PAIRS)), read(CURVES)
    learned = fit_curves(curves)
    slope = (learned.slope_mean, learned.slope_variance, learned.seed_variance)
    coefficients, covariance, variance = fit(*design(pairs, slope[0]))
    digest = hashlib.sha256(PAIRS.read_bytes() + CURVES.read_bytes()).hexdigest()
    rows = ",\n    ".join("[" + ", ".join(toml_number(v) for v in row) + "]" for row in covariance)
    fitted = datetime.date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else datetime.date.today()
    PRIOR.write_text(
        f"""# Written by tools/fit_prior.py (`make fit`); do not edit. Log-odds throughout; the level is at 1,000 examples.
fitted = {fitted}
evidence_digest = "{digest}"
names = [{", ".join(f'"{name}"' for name in NAMES)}]
coefficients = [{", ".join(toml_number(c) for c in coefficients)}]
covariance = [
    {rows},
]
level_variance = {toml_number(variance)}
slope_mean = {toml_number(slope[0])}
slope_variance = {toml_number(slope[1])}
seed_variance = {toml_number(slope[2])}
bend_variance = {toml_number(learned.bend_variance)}
source = {{title = "Published pairs of prompt and fine-tuned scores, and learning curves", locator = "evidence_pairs.csv and evidence_curves.csv beside this file, each row with its source"}}
note = "Level regressed on the prompt's log-odds, base-model relation, strongest technique and task kind; cluster-weighted ridge."
"""
    )
    check = back_test(pairs, slope)
    lines = [f"| {name} | {value:.4g} |" for name, value in check.items()]
    marker = "<!-- back-test: written by make fit -->"
    head = TABLE.read_text().split(marker)[0] if TABLE.exists() else ""
    TABLE.write_text(head + marker + "\n\n| figure | value |\n|---|---|\n" + "\n".join(lines) + "\n")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
