"""The drift in the larder is what the rows say, and holds for updates that the fit has not seen."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from service.larder.load import load
from tools.research import drift
from tools.research.rows import Row, read
from tools.research.scoring import DOCS, END, START

ROWS = read(drift.ROWS)
KNOWN = drift.moves(drift.selected(ROWS))
FITTED = datetime.date(2026, 11, 26)
DRIFT = load().effects.drift(FITTED)


def row(**changes: str) -> Row:
    """Return a row that teaches, changed."""
    usual = {
        "model_from": "a",
        "model_to": "b",
        "months_between": "3",
        "task": "sums",
        "before": "0.5",
        "after": "0.5",
        "test_size": "",
    }
    return usual | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"months_between": "0"}, "fresh test set"),
        ({"task": "OpinionQA response rate"}, "no share of right answers"),
        ({"task": "LeetCode directly executable"}, "no share of right answers"),
        ({"task": "LeetCode, code fences stripped"}, ""),
        ({"task": "primes (all-prime test set)"}, "one right answer"),
        ({"before": "0.012", "after": "0.378"}, "broken"),
        ({"after": "0.049"}, "broken"),
        ({"after": "0.05"}, ""),
    ],
)
def test_what_is_no_drift_in_time_is_out(changes: dict[str, str], reason: str) -> None:
    """Fresh tests, response rates, tests of one answer and broken formats are left out, each by its rule."""
    found = drift.reason_out(row(**changes))
    assert reason in found and bool(found) == bool(reason)


def test_rows_are_those_of_the_larder() -> None:
    """Of 78 rows 45 teach, of nine updates, each of which weighs one."""
    assert (len(ROWS), len(KNOWN.change)) == (78, 45)
    names, places = np.unique(KNOWN.updates, return_inverse=True)
    assert np.bincount(places, KNOWN.weights) == pytest.approx(np.ones(len(names))) and len(names) == 9


def test_a_known_drift_is_found_again() -> None:
    """Of changes drawn with a spread of 0.3 a quarter and binomial noise the fit gives 0.3, over whatever time they took."""
    dice = np.random.default_rng(1)
    quarters, noise = dice.uniform(0.4, 2.0, 4000), dice.uniform(0.0, 0.05, 4000)
    change = dice.normal(size=4000) * np.sqrt(0.3**2 * quarters + noise)
    some = drift.Moves(change, quarters, noise, np.ones(4000), np.array(["one"] * 4000))
    assert drift.fit(some) == pytest.approx(0.3, abs=0.015)


def test_a_leap_does_not_set_the_spread() -> None:
    """Were the largest change ten times as large, the estimate would be the same."""
    place = int(np.abs(KNOWN.change).argmax())
    wild = KNOWN.change.copy()
    wild[place] *= 10.0
    assert drift.fit(KNOWN._replace(change=wild)) == pytest.approx(drift.fit(KNOWN))


def test_noise_of_the_test_is_taken_off() -> None:
    """Two scores of 1,037 answers have the binomial variance of both; of a test of unknown size nothing is taken off."""
    sure, unsure = drift.moves([row(test_size="1037"), row()]).noise
    assert sure == pytest.approx(2.0 / (1037 * 0.25)) and unsure == 0.0


def test_updates_left_out_lie_in_their_intervals() -> None:
    """The 80 % interval by the other updates holds 70 to 90 % of one left out, each weighing one."""
    left_out = drift.leave_one_out(KNOWN)
    assert len(left_out) == 9
    assert 0.7 <= np.mean([one.inside[0.8] for one in left_out]) <= 0.9


def test_the_judged_figure_lies_in_the_interval_of_the_fit() -> None:
    """The 0.2 log-odds a quarter that were judged before lie between the ends in the larder, which are far apart."""
    assert DRIFT.low_per_quarter < 0.2 < DRIFT.per_quarter < DRIFT.high_per_quarter
    assert DRIFT.high_per_quarter > 2.0 * DRIFT.low_per_quarter


def test_the_file_is_what_the_fit_writes() -> None:
    """A fit of the day in the file writes the file, to the letter, and the page has its figures."""
    assert drift.render(FITTED) == drift.PATH.read_text()
    assert (DOCS / "drift.md").read_text().split(START)[1].split(END)[0].strip() == drift.report()
