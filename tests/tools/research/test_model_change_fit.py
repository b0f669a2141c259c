"""What another base model does to accuracy is fitted to the rows of the larder, and tested on sources left out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

import numpy as np
import pytest

from tools.research.model_change import PAGE, PATH, plots, render
from tools.research.model_change_backtest import (
    Check,
    back_test,
    errors_by_kind,
    kinds,
    saved,
    usable,
    worst,
)
from tools.research.model_change_fit import (
    CHANGES,
    Change,
    Shape,
    arrays,
    capabilities,
    design,
    fit,
    log_density,
    medians,
)
from tools.research.rows import Array, digest_of, read
from tools.research.scoring import DOCS, Bin, average, bins, bins_of_one_weight

RAW, FIGURES = usable()
ROWS = arrays(RAW, FIGURES)
VALUE = tomllib.loads(PATH.read_text())["values"][0]


@pytest.fixture(scope="module")
def check() -> Check:
    """Predictions of every source by a fit without it."""
    return back_test(ROWS)


def test_the_file_is_what_the_rows_give() -> None:
    """Nothing in the fitted file is typed: rendered anew, of the day it was fitted, it is the same to the letter."""
    assert render(VALUE["checked"]) == PATH.read_text()
    assert (VALUE["rows"], VALUE["rows_digest"]) == (len(RAW), digest_of(RAW))


def test_evidence_is_sorted_known_and_without_twins() -> None:
    """Every row has two models of known capability and scores of 0 to 1, stands once, and in its place."""
    rows, known = read(CHANGES), capabilities()
    lines = [tuple(row.values()) for row in rows]
    assert lines == sorted(set(lines))
    for row in rows:
        assert row["model_a"] in known and row["model_b"] in known
        assert 0 <= float(row["score_a"]) <= 1 and 0 <= float(row["score_b"]) <= 1


def test_sources_left_out_are_predicted_better_than_by_no_change(check: Check) -> None:
    """The error is at least 20 % lower over all sources, and 12 % in each kind of task."""
    assert saved(check) >= 0.20
    assert all(saved(check, where) >= 0.12 for _, where in kinds(ROWS))


def test_intervals_hold_what_they_say(check: Check) -> None:
    """80 % intervals hold 74 to 86 % over all, and at least 70 % of a kind whose one large source is left out."""
    assert 0.74 <= average(check.inside, ROWS.weights) <= 0.86
    assert all(0.70 <= average(check.inside, ROWS.weights, where) <= 0.86 for _, where in kinds(ROWS))


@pytest.mark.parametrize("cut", [bins_of_one_weight, bins])
def test_the_chance_of_doing_nearly_as_well_comes_true(
    check: Check, cut: Callable[[Array, Array, Array, int], list[Bin]]
) -> None:
    """A less able model stays within 2 points as often as is said, to 7 points, in each of four bins however cut."""
    found = check.reliability(cut)
    assert len(found) == 4
    assert worst(found) <= 7.0


def test_the_file_states_its_error(check: Check) -> None:
    """The error on sources left out that the fitted file states is the one found."""
    assert VALUE["left_out_error_points"] == pytest.approx(errors_by_kind(check), abs=0.001)


def test_the_page_says_what_is_found(check: Check) -> None:
    """The page shows the rows' digest and what is saved, and its plot is the one of these rows."""
    page = (DOCS / f"{PAGE}.md").read_text()
    assert digest_of(RAW) in page
    stated = re.search(r"error under 'no change', all \| at least 20 % \| ([0-9.]+) %", page)
    assert stated and float(stated[1]) == pytest.approx(100 * saved(check), abs=0.1)
    assert (DOCS / f"{PAGE}.svg").read_text() == plots()[PAGE]


def test_the_density_is_that_of_the_mixture() -> None:
    """It integrates to the chance below a score."""
    at = np.linspace(-30.0, 6.0, 400_001)
    mean, spread, broken = np.array([1.1]), np.array([0.8]), 0.2
    density = log_density(at, mean, spread, broken)
    change = Change(mean, spread, broken)
    for score in (0.1, 0.5, 0.9):
        below = at <= np.log(score / (1.0 - score))
        whole = float(np.trapezoid(np.exp(density[below]), at[below]))
        assert whole == pytest.approx(float(change.chance_below(np.array([score]))[0]), abs=1e-4)


def test_a_line_is_found_again() -> None:
    """Rows made by known coefficients, half of a kind's broken, give them back: a few broken tests do not set the median."""
    truth = np.array([0.1, 0.8, 0.6, 0.3, -0.2, 0.1, 0.3])
    features = design(ROWS, Shape())
    noise = np.random.default_rng(2).normal(0.0, 0.3, len(features))
    broken = np.where(np.arange(len(features)) % 10 == 0, -4.0, 0.0)
    made = ROWS._replace(log_odds_b=features @ truth + noise + broken)
    found = medians(made, Shape())
    used = np.array([np.abs(features[ROWS.kind == kind]).sum(axis=0) > 0 for kind in range(3)])
    assert np.abs(found - truth * used)[used].max() < 0.15
    assert not found[~used].any()


def test_the_fit_is_at_its_best() -> None:
    """The same rows in another order give the same parameters."""
    order = np.random.default_rng(1).permutation(len(RAW))
    found, again = fit(ROWS), fit(arrays([RAW[place] for place in order], FIGURES))
    assert np.allclose(found.coefficients, again.coefficients, atol=1e-6)
    assert np.allclose(found.spreads, again.spreads, atol=2e-3)
