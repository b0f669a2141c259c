"""Learning curves: each left out in turn, its last point predicted from its earlier ones given as pilots."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from service.larder.load import load
from tools.research.curves import LANGUAGE_MODELS, errors, fit_curves, read_curves

CURVES = Path(__file__).parents[3] / "service" / "larder" / "data" / "evidence" / "curves.csv"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Return the rows of the evidence."""
    with CURVES.open(newline="") as file:
        return list(csv.DictReader(file))


def test_left_out_curves_are_predicted_better_than_by_repetition(rows: list[dict[str, str]]) -> None:
    """The error is at least 15 % below that of repeating the last pilot, and at most 2.5 points for language models."""
    bend = load().prior.bend_variance
    found = errors(read_curves(rows), bend)
    assert len(found) > 50
    ours, repeated = (float(np.mean([entry[place] for entry in found])) for place in (1, 2))
    assert ours <= 0.85 * repeated
    language = [ours for key, ours, _ in found if LANGUAGE_MODELS.search(key[1])]
    assert len(language) >= 10
    assert float(np.mean(language)) <= 0.025


def test_the_shipped_curve_prior_is_the_fitted_one(rows: list[dict[str, str]]) -> None:
    """The slope, its variance, the spread between runs and the bend in the larder are those of the fit."""
    fitted, shipped = fit_curves(rows), load().prior
    assert shipped.slope_mean == pytest.approx(fitted.slope_mean, rel=1e-6)
    assert shipped.slope_variance == pytest.approx(fitted.slope_variance, rel=1e-6)
    assert shipped.seed_variance == pytest.approx(fitted.seed_variance, rel=1e-6)
    assert shipped.bend_variance == fitted.bend_variance
