"""Reads evidence: rows of a CSV file, their digest, the task cluster each belongs to and the weight that gives it."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Row = dict[str, str]

FOLDER = Path(__file__).parents[2] / "service" / "larder" / "data"
EVIDENCE, FITTED = FOLDER / "evidence", FOLDER / "fitted"

EDGE = 0.005
"""Scores of 0 and 1 are read as this far inside, where the test size is not stated."""


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def digest_of(rows: Sequence[Row]) -> str:
    """Return the digest of rows, whatever file they came from and in whatever order."""
    lines = sorted("\x1f".join(f"{name}={value}" for name, value in sorted(row.items())) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def log_odds(score: float, trials: str) -> float:
    """Return the log-odds of a score, kept inside (0, 1) by half a trial."""
    size = float(trials or 0) or 0.5 / EDGE
    return float(logit((score * size + 0.5) / (size + 1.0)))


def cluster_of(case_id: str) -> str:
    """Return the task cluster of a case: the first two parts of its id."""
    return "__".join(case_id.split("__")[:2])


def weights_of(clusters: Sequence[str]) -> Array:
    """Return the weight of each row, so that every cluster weighs one."""
    size = Counter(clusters)
    return np.array([1.0 / size[name] for name in clusters])


def toml_number(value: float) -> str:
    """Return a number as TOML, to nine significant digits."""
    text = f"{value:.9g}"
    return text if any(c in text for c in ".en") else text + ".0"
