"""Tests the fit of a change of base model on sources it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from tools.research.model_change_fit import (
    CHANGES,
    KINDS,
    SHIPPED,
    Change,
    Rows,
    Shape,
    arrays,
    capabilities,
    fit,
    predictions,
    selected,
)
from tools.research.rows import Array, Flags, Row, read
from tools.research.scoring import Bin, average, bins, bins_of_one_weight, error_points, head, line

LOW, HIGH = 0.1, 0.9
"""Ends of the 80 % interval."""
NEARLY = 0.02
"""A cheaper model does where it scores at most this much less."""
BINS = 4
BANDS = ((0.2, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))
GAPS = ((-9.0, -1.0), (-1.0, -0.5), (-0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 9.0))


class Check(NamedTuple):
    """Predictions of rows whose source was left out of the fit."""

    rows: Rows
    mean: Array
    """Accuracy expected on b."""
    inside: Array
    """1 where b's score lies in the 80 % interval."""
    chance: Array
    """Chance that b scores at most 2 points less than a."""

    @property
    def came_true(self) -> Array:
        """1 where it did."""
        return np.where(self.rows.score_b >= self.rows.score_a - NEARLY, 1.0, 0.0)

    @property
    def is_down(self) -> Flags:
        """Whether b is the less able."""
        return np.asarray(self.rows.gap < 0.0, dtype=np.bool_)

    def reliability(self, cut: Callable[[Array, Array, Array, int], list[Bin]] = bins_of_one_weight) -> list[Bin]:
        """Return the chances of the less able b in four bins, and how often they came true."""
        down = self.is_down
        return cut(self.chance[down], self.came_true[down], self.rows.weights[down], BINS)


def usable() -> tuple[list[Row], dict[str, Row]]:
    """Return the selected rows of the larder, and the figures of capability."""
    return selected(read(CHANGES)), capabilities()


def back_test(rows: Rows, shape: Shape = SHIPPED) -> Check:
    """Return the predictions of each source by a fit without it."""
    return checked(rows, predictions(rows, shape))


def in_sample(rows: Rows) -> Check:
    """Return the predictions by a fit that has seen every row: what leaving sources out is held against."""
    return checked(rows, [(np.ones(len(rows.kind), dtype=np.bool_), fit(rows).predict(rows))])


def checked(rows: Rows, found: Iterable[tuple[Flags, Change]]) -> Check:
    """Return predictions beside what came true."""
    mean, below, chance = (np.zeros(len(rows.kind)) for _ in range(3))
    for out, change in found:
        mean[out] = change.accuracy()
        below[out] = change.chance_below(rows.score_b[out])
        chance[out] = 1.0 - change.chance_below(rows.score_a[out] - NEARLY)
    return Check(rows, mean, np.where((below >= LOW) & (below <= HIGH), 1.0, 0.0), chance)


def saved(check: Check, where: Flags | None = None) -> float:
    """Return how much lower the error is than that of 'no change' [share]."""
    rows = check.rows
    nothing = error_points(rows.score_a, rows.score_b, rows.weights, where)
    return 1.0 - error_points(check.mean, rows.score_b, rows.weights, where) / nothing


def kinds(rows: Rows) -> list[tuple[str, Flags]]:
    """Return the rows of each kind."""
    return [(name, np.asarray(rows.kind == place, dtype=np.bool_)) for place, name in enumerate(KINDS)]


def errors_by_kind(check: Check) -> dict[str, float]:
    """Return the left-out error of each kind, and over all [points]."""
    rows = check.rows
    everything = [("all", np.ones(len(rows.kind), dtype=np.bool_))]
    return {
        name: error_points(check.mean, rows.score_b, rows.weights, where) for name, where in kinds(rows) + everything
    }


def worst(found: list[Bin]) -> float:
    """Return the largest distance of a chance from how often it came true [points]."""
    return 100.0 * max(abs(part.given - part.found) for part in found)


def groups(check: Check) -> list[tuple[str, list[tuple[str, Flags]]]]:
    """Return the tables of the page: a title, and rows by name."""
    rows, gap = check.rows, check.rows.gap
    sources: list[tuple[str, Flags]] = [
        (f"{source}, {name}", np.asarray((rows.sources == source) & where, dtype=np.bool_))
        for source in np.unique(rows.sources)
        for name, where in kinds(rows)
    ]
    bands = [(f"{low:.0%} to {high:.0%}", (rows.score_a >= low) & (rows.score_a < high)) for low, high in BANDS]
    by_gap = [(_gap_name(low, high), (gap >= low) & (gap < high)) for low, high in GAPS]
    return [
        ("all", [("all", np.ones(len(gap), dtype=np.bool_))]),
        ("kind of task", kinds(rows)),
        ("score of a", bands),
        ("direction", [("down: b is the less able", check.is_down), ("up", ~check.is_down)]),
        ("capability gained from a to b", by_gap),
        ("figures of capability", [("both Epoch AI's own", rows.is_published), ("one or both mapped", ~rows.is_published)]),
        ("source left out, kind", sources),
    ]  # fmt: skip


def _gap_name(low: float, high: float) -> str:
    if low == -9.0:
        return f"below {10 * high:+.0f}"
    return f"{10 * low:+.0f} or more" if high == 9.0 else f"{10 * low:+.0f} to {10 * high:+.0f}"


def tables(check: Check) -> list[str]:
    """Return the figures by group."""
    rows, lines = check.rows, []
    for title, parts in groups(check):
        lines += head(title, "rows", "clusters", "error", "no change", "saved", "bias", "80 % holds")
        for name, where in parts:
            if where.any():
                weights = rows.weights
                lines.append(line(
                    name, f"{where.sum():,}", f"{weights[where].sum():.1f}",
                    f"{error_points(check.mean, rows.score_b, weights, where):.1f}",
                    f"{error_points(rows.score_a, rows.score_b, weights, where):.1f}", f"{100 * saved(check, where):.0f} %",
                    f"{100 * average(check.mean - rows.score_b, weights, where):+.1f}",
                    f"{100 * average(check.inside, weights, where):.0f} %",
                ))  # fmt: skip
    return lines


def reliability_table(check: Check) -> list[str]:
    """Return both readings of the chance that the less able model does nearly as well."""
    lines = []
    for title, cut in (("bins of one weight", bins_of_one_weight), ("bins of one width", bins)):
        lines += head(title, "chance given", "came true", "clusters")
        lines += [
            line(place, f"{100 * part.given:.0f} %", f"{100 * part.found:.0f} %", f"{part.weight:.1f}")
            for place, part in enumerate(check.reliability(cut), 1)
        ]
    return lines


def acceptance(check: Check) -> list[str]:
    """Return what was wanted and what was found."""
    inside = check.inside
    found = [("error under 'no change', all", 20.0, 100 * saved(check), "at least 20 %")]
    found += [(f"... {name}", 12.0, 100 * saved(check, where), "at least 12 %") for name, where in kinds(check.rows)]
    lines = ["", "| acceptance | wanted | found | met |", "|---|---|---|---|"]
    lines += [line(name, words, f"{value:.1f} %", _yes(value >= least)) for name, least, value, words in found]
    for name, where in [("80 % interval holds, all", None), *((f"... {name}", where) for name, where in kinds(check.rows))]:  # fmt: skip
        share = 100 * average(inside, check.rows.weights, where)
        lines.append(line(name, "74 to 86 %", f"{share:.1f} %", _yes(74.0 <= share <= 86.0)))
    for name, cut in (("of one weight", bins_of_one_weight), ("of one width", bins)):
        off = worst(check.reliability(cut))
        lines.append(
            line(f"chance of nearly as well, four bins {name}", "within 7 points", f"{off:.1f}", _yes(off <= 7.0))
        )
    return lines


def _yes(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def variants(rows: list[Row], figures: dict[str, Row]) -> list[tuple[str, Rows, Shape]]:
    """Return what is tried again at each run of the page."""
    found = arrays(rows, figures)

    def other(where: Callable[[Row], bool]) -> Rows:
        return arrays([row for row in rows if where(row)], figures)

    releases = [f"{row['source']}__{row['task']}" for row in rows]
    return [
        ("**as it ships**", found, Shape()),
        ("without a bend on strong prompts", found, Shape(without=("bend",))),
        ("without reasoning modes", found, Shape(without=("reasons",))),
        ("without open weights", found, Shape(without=("open_weights",))),
        ("without all three", found, Shape(without=("bend", "reasons", "open_weights"))),
        ("kinds shrunk four times as much", found, Shape(to_others=16.0)),
        ("kinds shrunk a quarter as much", found, Shape(to_others=1.0)),
        ("every cluster weighs one in the fit too", found, Shape(tempering=0.0)),
        ("every source weighs the same in a kind", found, Shape(tempering=1.0)),
        *((f"pivot at {pivot}", found, Shape(pivot=pivot)) for pivot in (118, 127, 132)),
        *((f"bend from {share:.0%}", found, Shape(bend_from=share)) for share in (0.6, 0.7)),
        *((f"broken share {share:g}", found, Shape(broken=share)) for share in (1e-6, 0.02, 0.05)),
        ("every release and program a cluster of its own", arrays(rows, figures, releases), Shape()),
        ("without F1 of any sort", other(lambda row: "F1" not in row["metric"]), Shape()),
        ("without F1 over a whole test set", other(lambda row: row["metric"] not in ("macro-F1", "micro-F1")), Shape()),
    ]  # fmt: skip


def tried(found: Iterable[tuple[str, Rows, Shape]]) -> list[str]:
    """Return the table of what was tried."""
    lines = head("tried", "rows", "error", "saved", *KINDS, "80 % holds", "worst bin")
    for name, rows, shape in found:
        check = back_test(rows, shape)
        by_kind = [f"{100 * saved(check, where):.0f} %" for _, where in kinds(rows)]
        error = error_points(check.mean, rows.score_b, rows.weights)
        lines.append(line(
            name, f"{len(rows.kind):,}", f"{error:.2f}", f"{100 * saved(check):.1f} %", *by_kind,
            f"{100 * average(check.inside, rows.weights):.0f} %", f"{worst(check.reliability()):.0f}",
        ))  # fmt: skip
    return lines
