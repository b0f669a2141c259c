"""What an improved prompt gains is fitted to the rows of the larder, and tested on sources left out."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from scipy.stats import t as student

from tools.research import improvement_backtest as backtest
from tools.research.improvement import (
    OPTIMISER,
    ROWS,
    THOUGHT,
    Fit,
    evidence,
    fit,
    matched_spread,
    predicted,
    residual,
    selected,
)
from tools.research.improvement_backtest import Check, back_test, figures, groups
from tools.research.rows import digest_of, read
from tools.research.scoring import DOCS

SOURCE = selected(read(ROWS))
KNOWN = evidence(SOURCE)
VALUE = tomllib.loads(backtest.PATH.read_text())["values"][0]


@pytest.fixture(scope="module")
def check() -> Check:
    """Predictions of every source by a fit that has not seen it."""
    return back_test(KNOWN)


def test_the_file_is_what_the_rows_give() -> None:
    """No coefficient is typed: fitted anew the file is the same, and it names the rows that it was fitted to."""
    again = tomllib.loads(backtest.render(VALUE["checked"]))["values"][0]
    assert again["rows_digest"] == VALUE["rows_digest"] == digest_of(SOURCE)
    assert (again["rows"], again["sources"]) == (VALUE["rows"], VALUE["sources"])
    for name in ("fade", "share_of_others", "after_searched_examples", "spread_of_chain_of_thought"):
        assert again[name] == pytest.approx(VALUE[name], rel=1e-4), name
    for technique, gains in again["techniques"].items():
        assert gains == pytest.approx(VALUE["techniques"][technique], abs=1e-4), technique


def test_what_teaches_nothing_is_left_out_by_rule() -> None:
    """A prompt below a fifth, one that is always right and a vendor's only row are out; who chose the rows is no reason."""
    kept = {row["case_id"] for row in SOURCE}
    out = [row for row in read(ROWS) if row["case_id"] not in kept]
    assert out and all(not 0.2 <= float(row["before_score"]) < 1.0 or row["selection"] == "vendor" for row in out)
    assert {row["selection"] for row in SOURCE} == {"grid", "paper", "vendor"}


@pytest.mark.parametrize("name", ["all", "whole grids", "recent", "reasoning"])
def test_intervals_hold_and_no_change_is_not_better(check: Check, name: str) -> None:
    """Of sources left out the 80 % interval holds 74 to 86 %, and the error is no worse than that of no change, in every group."""
    where = groups(KNOWN, SOURCE)[name]
    found = figures(check, KNOWN, where)
    assert where.sum() >= 60
    assert 74.0 <= found["holds_80"] <= 86.0
    assert found["error"] <= found["no_change"]


def test_forecasts_beat_no_change_and_do_not_invent_gains(check: Check) -> None:
    """Over all the error is 5 % lower than that of no change, the chance of a loss right to 6 points, and a strong prompt gains little."""
    found = figures(check, KNOWN)
    assert found["error"] <= 0.95 * found["no_change"]
    assert abs(found["loss_given"] - found["lost"]) <= 6.0
    strong = (KNOWN.before >= 0.85) & (KNOWN.before < 0.95)
    assert figures(check, KNOWN, strong)["gain_given"] <= 4.0


def test_gains_by_hand() -> None:
    """Few-shot 0.2 and chain of thought 0.8 with a share of 0.5: 0.9 at even odds, a third of it at 3 to 1 where it fades by 1."""
    techniques = np.zeros((2, 7))
    techniques[1, [0, THOUGHT]] = 0.2, 0.8
    found = Fit(techniques, spread=0.4, fade=1.0, spread_of_thought=2.0, share=0.5, after_search=0.0)
    added = np.zeros((2, 7), dtype=bool)
    added[:, [0, THOUGHT]] = True
    rows = KNOWN.where(np.arange(len(KNOWN.gain)) < 2)._replace(
        strength=np.log([1.0, 3.0]),
        added=added,
        is_reasoning=np.array([True, True]),
        is_searched=np.zeros(2, dtype=bool),
    )
    typical, spread = predicted(found, rows)
    np.testing.assert_allclose(typical, [0.9, 0.3])
    np.testing.assert_allclose(spread, [0.8, 0.8])


def test_a_spread_that_is_right_already_is_kept() -> None:
    """Residuals spread as the t that is assumed are matched by factors of one; twice as wide above, by two."""
    drawn = np.empty(len(KNOWN.gain))
    for kind in (False, True):
        those = np.flatnonzero(KNOWN.is_reasoning == kind)
        drawn[those] = student.ppf((np.arange(len(those)) + 0.5) / len(those), 4) / np.sqrt(2.0)
    even = KNOWN._replace(weights=np.ones(len(drawn)), sources=np.arange(len(drawn)).astype(str))
    factors = matched_spread(np.where(drawn > 0, 2.0 * drawn, drawn), even)
    np.testing.assert_allclose(factors.below, 1.0, atol=0.01)
    np.testing.assert_allclose(factors.above, 2.0, atol=0.02)


def test_the_residual_is_what_a_further_round_gained() -> None:
    """Mean and spread of an optimiser on prompts whose examples were searched for already, by count."""
    last = [
        place for place, row in enumerate(SOURCE)
        if "better_examples" in row["before_techniques"] and "prompt_optimiser" in row["added_techniques"]
    ]  # fmt: skip
    mean = np.average(KNOWN.gain[last], weights=KNOWN.weights[last])
    assert residual(KNOWN)[0] == pytest.approx(mean)
    assert VALUE["residual"]["mean"] == pytest.approx(mean, abs=1e-6)
    assert KNOWN.added[last, OPTIMISER].all()


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The same rows in another order give the same fit."""
    order = np.random.default_rng(1).permutation(len(SOURCE))
    one, other = fit(KNOWN), fit(evidence([SOURCE[place] for place in order]))
    np.testing.assert_allclose(one.techniques, other.techniques, atol=2e-3)
    assert one.fade == pytest.approx(other.fade, abs=2e-3)


def test_the_page_shows_these_rows(check: Check) -> None:
    """The page carries the digest of the rows and the error that is found, and the plot is the one of these rows."""
    page = (DOCS / f"{backtest.PAGE}.md").read_text()
    assert digest_of(SOURCE) in page
    assert f"| {figures(check, KNOWN)['error']:.2f} |" in page
    assert (DOCS / f"{backtest.PAGE}.svg").read_text() == backtest.plots()[backtest.PAGE]
