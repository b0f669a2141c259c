"""Writes what another base model does to accuracy: fitted/model_change.toml, and the figures of its page.

The fit is in model_change_fit.py, its test in model_change_backtest.py.
"""

from __future__ import annotations

import datetime
import statistics

from tools.research.model_change_backtest import (
    acceptance,
    back_test,
    errors_by_kind,
    in_sample,
    kinds,
    reliability_table,
    saved,
    tables,
    tried,
    usable,
    variants,
)
from tools.research.model_change_fit import FEATURES, KINDS, TEN, Fit, arrays, fit
from tools.research.rows import FITTED, Row, digest_of, toml_number
from tools.research.scoring import head, line, reliability_plot

PATH, PAGE = FITTED / "model_change.toml", "another-base-model"
DIGITS = 3
"""Figures are rounded to a thousandth, far below what they are sure to, so that every machine writes the same."""
NEW = "2024-01-01"
"""An unknown gap is that of two models released after it, at random."""


def _number(value: float) -> str:
    return toml_number(round(value, DIGITS) + 0.0)


def unknown_gap(figures: dict[str, Row]) -> tuple[float, float, int]:
    """Return the standard deviation of the gap of two newer models at random [tens], that of a figure, and how many there are."""
    found = [float(row["value"]) for row in figures.values() if row["released"] > NEW]
    spread = statistics.stdev(found)
    return spread * 2.0**0.5 / TEN, spread, len(found)


def render(fitted: datetime.date) -> str:
    """Return the TOML, fitted to the rows of the larder."""
    raw, figures = usable()
    rows = arrays(raw, figures)
    found, errors = fit(rows), errors_by_kind(back_test(rows))
    gap, spread, count = unknown_gap(figures)
    names = sorted({row["source"] for row in raw})
    listed = ", ".join(f"{name} = {_number(error)}" for name, error in errors.items())
    note = (
        "Least absolute error, shrunk; spread matched to sources left out; docs/evidence/another-base-model.md tells how, and how it did on sources left out. "
        "Where a capability is not known the gap is taken to be that of two models at random: "
        f"the {count} figures of models released since 2024 that are no guesses have a standard deviation of {spread:.1f} "
        f"points, so two of them are {TEN * gap:.1f} apart."
    )
    return "\n".join([
        "# Written by tools/research/model_change.py (`make fit`); do not edit.",
        "# What another base model does to the accuracy of the same prompt, as of a date:",
        "#   logit p_B ~ Normal(intercept + slope logit p_A + bend max(0, logit p_A - logit bend_from) + below d_below",
        "#                      + above d_above + reasons (r_B - r_A) + open_weights (o_B - o_A), s^2 + (k d)^2)",
        "# with d the gap of capability in tens of points, d_below and d_above its parts below and above the pivot, r and o 1 where a",
        "# base model reasons of itself and has open weights; with a chance of broken_share p_B is multiplied by a uniform draw.",
        "",
        "[[values]]",
        "from = 2024-01-01",
        'kind = "published"',
        f'source = {{title = "Scores of the same prompt and test set on two base models ({", ".join(names)}) against '
        'the Epoch Capabilities Index of 2026-09 (Epoch AI, CC-BY)", href = "github.com/EuroEval/EuroEval", '
        'locator = "evidence/model_changes.csv of the larder, each row with its source"}',
        f"checked = {fitted}",
        f'note = "{note}"',
        f"rows = {len(raw)}",
        f"sources = {len(names)}",
        f'rows_digest = "{digest_of(raw)}"',
        f"left_out_error_points = {{{listed}}}",
        f"pivot = {found.shape.pivot:.0f}",
        f"bend_from = {_number(found.shape.bend_from)}",
        f"unknown_gap = {_number(gap)}",
        f"broken_share = {_number(found.shape.broken)}",
        *_kinds(found),
        "",
    ])  # fmt: skip


def _kinds(found: Fit) -> list[str]:
    lines = []
    for name, own, (level, growth) in zip(KINDS, found.coefficients.tolist(), found.spreads.tolist(), strict=True):
        lines += ["", f"[values.kinds.{name}]"]
        lines += [f"{feature} = {_number(value)}" for feature, value in zip(FEATURES, own, strict=True)]
        lines += [f"standard_deviation = {_number(level)}", f"standard_deviation_per_ten = {_number(growth)}"]
    return lines


def report() -> str:
    """Return the generated part of the page."""
    raw, figures = usable()
    rows = arrays(raw, figures)
    check, seen, found = back_test(rows), in_sample(rows), fit(rows)
    inside = ", ".join(f"{name} {100 * saved(seen, where):.0f} %" for name, where in kinds(rows))
    values = [
        line(name, *(f"{_number(value)}" for value in (*own, *spread)))
        for name, own, spread in zip(KINDS, found.coefficients.tolist(), found.spreads.tolist(), strict=True)
    ]
    return "\n".join([
        f"{len(raw):,} rows, {rows.weights.sum():.0f} task clusters, {len(set(rows.sources.tolist()))} sources; digest of the "
        f"rows `{digest_of(raw)}`.",
        *acceptance(check),
        "",
        f"The same fit having seen every row saves {100 * saved(seen):.1f} % over all ({inside}).",
        "",
        f"Pivot {found.shape.pivot:.0f}, bend from {found.shape.bend_from:.0%}, broken share {_number(found.shape.broken)}; the parameters:",
        *head("kind", *FEATURES, "spread", "spread per ten"),
        *values,
        *reliability_table(check),
        *tables(check),
        *tried(variants(raw, figures)),
    ])  # fmt: skip


def plots() -> dict[str, str]:
    """Return the reliability diagram, by the stem of its file."""
    rows = arrays(*usable())
    title = "Reliability of the chance that a less able base model does nearly as well, sources left out"
    across, up = "chance given that b scores at most 2 points less", "share that did; area is weight"
    return {PAGE: reliability_plot(title, across, up, back_test(rows).reliability())}
