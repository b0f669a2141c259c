"""Fits how far the accuracy of a fixed prompt moves in a quarter where its base model is not pinned, and writes it to the larder.

Reads evidence/drift.csv in service/larder/data, writes fitted/drift.toml beside it and the figures of docs/evidence/drift.md. Every update of a model (a pair of snapshots) weighs one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri
from scipy.stats import norm, t

from models.prompting import drift_reach
from service.larder.effects import DRIFT
from tools.research.fine_tune_model import matched_variance
from tools.research.rows import EVIDENCE, FITTED, Array, Flags, Row, digest_of, log_odds, read, toml_number, weights_of
from tools.research.scoring import Interval, average, head, line

ROWS, PATH, PAGE = EVIDENCE / "drift.csv", FITTED / DRIFT.rpartition("/")[2], "drift"

MONTHS_PER_QUARTER = 3.0
QUARTERS = 4.0
WORKING = 0.05
"""A score below this is that of an answer nobody could read: what moves from there is the format."""

NOT_ACCURACY = re.compile(r"response rate|directly executable")
"""Whether anything is answered, or in which wrapping, is no share of right answers."""

ONE_ANSWER = re.compile(r"all-prime")
"""A test of one right answer tells how often that answer is given, not how often it is right."""

LEVELS = (0.5, 0.8, 0.95)
INTERVAL = 0.8
DEGREES = 4.0
RESAMPLES, SEED = 4000, 0


class Moves(NamedTuple):
    """Rows as arrays: change of log-odds, quarters between, binomial variance, weight and update."""

    change: Array
    quarters: Array
    noise: Array
    weights: Array
    updates: NDArray[np.str_]

    def where(self, kept: Flags) -> Moves:
        """Return some rows; an update is kept or left whole, so weights stay."""
        return Moves(self.change[kept], self.quarters[kept], self.noise[kept], self.weights[kept], self.updates[kept])


def reason_out(row: Row) -> str:
    """Return why a row teaches nothing about drift in time; empty where it does."""
    if float(row["months_between"]) == 0.0:
        return "no time passed: a fresh test set"
    if NOT_ACCURACY.search(row["task"]):
        return "no share of right answers"
    if ONE_ANSWER.search(row["task"]):
        return "a test with one right answer"
    if min(float(row["before"]), float(row["after"])) < WORKING:
        return f"broken before or after: below {WORKING:g}"
    return ""


def selected(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that teach."""
    return [row for row in rows if not reason_out(row)]


def moves(rows: Sequence[Row], *, subtracts_noise: bool = True) -> Moves:
    """Return rows as arrays; of a test of unknown size no noise is taken off, which leaves the estimate wider."""
    pairs = [
        (log_odds(float(row["before"]), row["test_size"]), log_odds(float(row["after"]), row["test_size"]))
        for row in rows
    ]
    noise = [
        sum(1.0 / (float(row["test_size"]) * expit(x) * expit(-x)) for x in pair)
        if row["test_size"] and subtracts_noise
        else 0.0
        for row, pair in zip(rows, pairs, strict=True)
    ]
    updates = [f"{row['model_from']} to {row['model_to']}" for row in rows]
    return Moves(
        np.array([after - before for before, after in pairs]),
        np.array([float(row["months_between"]) / MONTHS_PER_QUARTER for row in rows]),
        np.array(noise),
        weights_of(updates),
        np.array(updates),
    )


def fit(known: Moves) -> float:
    """Return the standard deviation in a quarter [log-odds]: the one at which 80 % intervals hold 80 % of the weight.

    A few leaps do not set it, unlike a mean square, and the interval is what the service says.
    """
    return float(np.sqrt(matched_variance(known.change, known.quarters - 1.0, known.noise, known.weights)))


def resampled(known: Moves) -> Array:
    """Return the estimate of many resamples of whole updates."""
    dice, names = np.random.default_rng(SEED), np.unique(known.updates)
    places = [np.flatnonzero(known.updates == name) for name in names]
    found = np.zeros(RESAMPLES)
    for trial in range(RESAMPLES):
        chosen = np.concatenate([places[one] for one in dice.integers(len(names), size=len(names))])
        found[trial] = fit(
            Moves(
                known.change[chosen],
                known.quarters[chosen],
                known.noise[chosen],
                known.weights[chosen],
                known.updates[chosen],
            )
        )
    return found


class LeftOut(NamedTuple):
    """An update predicted by the others: its rows, their estimate, the part inside each interval, and two log densities."""

    update: str
    rows: int
    spread: float
    inside: dict[float, float]
    normal: float
    heavy: float
    """Of Student's t with four degrees whose 80 % interval is the same."""


def leave_one_out(known: Moves) -> list[LeftOut]:
    """Return every update as the others predict it."""
    found = []
    for name in np.unique(known.updates):
        out = known.updates == name
        asked, spread = known.where(out), fit(known.where(~out))
        sd = np.sqrt(spread**2 * asked.quarters + asked.noise)
        reach = {level: float(ndtri(0.5 + level / 2.0)) * sd for level in LEVELS}
        inside = {
            level: average(Interval(-reach[level], reach[level]).holds(asked.change), asked.weights) for level in LEVELS
        }
        normal = average(norm.logpdf(asked.change, scale=sd), asked.weights)
        wide = t.logpdf(asked.change, DEGREES, scale=reach[INTERVAL] / t.ppf(0.5 + INTERVAL / 2.0, DEGREES))
        found.append(LeftOut(str(name), int(out.sum()), spread, inside, normal, average(wide, asked.weights)))
    return found


def points_in_a_year(accuracy: float, spread: float) -> float:
    """Return half the width of the 80 % interval of an accuracy after a year, as the service says it [points]."""
    return 100.0 * drift_reach(accuracy, spread, QUARTERS)


def render(fitted: datetime.date) -> str:
    """Return the data file of the drift."""
    rows = selected(read(ROWS))
    known = moves(rows)
    low, high = np.quantile(resampled(known), (0.5 - INTERVAL / 2.0, 0.5 + INTERVAL / 2.0))
    updates = len(np.unique(known.updates))
    return f"""# Written by tools/research/drift.py (`make fit`); do not edit. How far the log-odds of a fixed prompt's accuracy move in a quarter where its base model
# is not pinned: the standard deviation of a normal step, as of a date, with the 80 % interval of the estimate.

[[values]]
from = 2024-01-01
kind = "published"
source = {{title = "Scores of a fixed prompt and test on successive snapshots of a model (Berkeley Function-Calling Leaderboard; LLMDrift)", href = "gorilla.cs.berkeley.edu/leaderboard.html", locator = "{len(rows)} rows of {updates} updates in evidence/drift.csv of the larder; digest {digest_of(rows)[:12]}"}}
checked = {fitted}
note = "The spread at which 80 % intervals hold 80 % of the changes, each update weighing one, the noise of tests of known size taken off. Resampling the {updates} updates gives {low:.2f} to {high:.2f} (80 %). Leaps are more common than a normal step has them. See docs/evidence/drift.md."
per_quarter = {toml_number(round(fit(known), 3))}
low_per_quarter = {toml_number(round(float(low), 3))}
high_per_quarter = {toml_number(round(float(high), 3))}
"""


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    yield from head("rows", "count")
    reasons = [reason_out(row) for row in rows]
    for reason in sorted(set(reasons), key=lambda one: (one != "", one)):
        yield line(reason or "**kept**", reasons.count(reason))


def _updates(left_out: Sequence[LeftOut]) -> Iterator[str]:
    yield from head(
        "update left out",
        "rows",
        "sd of the others",
        *(f"in {100 * level:.0f} %" for level in LEVELS),
        "log density: normal",
        "heavy tails",
    )
    for one in left_out:
        cells = (f"{100 * one.inside[level]:.0f}" for level in LEVELS)
        yield line(one.update, one.rows, f"{one.spread:.2f}", *cells, f"{one.normal:.2f}", f"{one.heavy:.2f}")
    means = (f"{100 * np.mean([one.inside[level] for one in left_out]):.0f}" for level in LEVELS)
    scores = (np.mean([getattr(one, name) for one in left_out]) for name in ("normal", "heavy"))
    yield line("**mean of updates**", sum(one.rows for one in left_out), "", *means, *(f"{one:.2f}" for one in scores))


def variants(rows: Sequence[Row]) -> list[tuple[str, Moves, float]]:
    """Return other readings that were tried: rows and the estimate of each."""
    kept = selected(rows)
    known = moves(kept)
    in_time = [row for row in rows if float(row["months_between"]) > 0.0]
    every = moves(in_time)
    mean_square = np.average(np.maximum(known.change**2 - known.noise, 0.0) / known.quarters, weights=known.weights)
    once = known._replace(quarters=np.ones(len(known.quarters)))
    boards = moves([row for row in kept if row["source"] != "LLMDrift"])
    plain = moves(kept, subtracts_noise=False)
    return [
        ("shipped", known, fit(known)),
        ("no noise taken off", plain, fit(plain)),
        ("an update is one step, however long", once, fit(once)),
        ("each row weighs one", known, fit(known._replace(weights=np.ones(len(known.weights))))),
        ("without LLMDrift", boards, fit(boards)),
        (
            "LLMDrift alone",
            moves([row for row in kept if row["source"] == "LLMDrift"]),
            fit(moves([row for row in kept if row["source"] == "LLMDrift"])),
        ),
        ("root mean square", known, float(np.sqrt(mean_square))),
        ("every row in time, broken ones too", every, fit(every)),
    ]


def report() -> str:
    """Return the figures of docs/evidence/drift.md."""
    rows = read(ROWS)
    kept = selected(rows)
    known = moves(kept)
    spread, many = fit(known), resampled(known)
    low, high = np.quantile(many, (0.5 - INTERVAL / 2.0, 0.5 + INTERVAL / 2.0))
    parts = [
        f"{len(kept)} of {len(rows)} rows, {len(np.unique(known.updates))} updates. Digest of the rows `{digest_of(kept)[:16]}`. "
        f"Standard deviation in a quarter **{spread:.3f}** log-odds; 80 % of resamples of whole updates lie from {low:.2f} to {high:.2f}.",
        *_reasons(rows), *_updates(leave_one_out(known)),
        *head("tried", "rows", "updates", "sd in a quarter"),
        *(line(name, len(one.change), len(np.unique(one.updates)), f"{found:.2f}") for name, one, found in variants(rows)),
        *head("accuracy of the prompt", *(f"{100 * accuracy:.0f} %" for accuracy in (0.5, 0.7, 0.8, 0.9, 0.95))),
        line("points either way in a year (80 %)", *(f"{points_in_a_year(accuracy, spread):.0f}" for accuracy in (0.5, 0.7, 0.8, 0.9, 0.95))),
    ]  # fmt: skip
    return "\n".join(parts)


def plots() -> dict[str, str]:
    """Return the plots of the page: none."""
    return {}
