"""Checks what an improved prompt is said to gain, source by source; writes fitted/improvement.toml and the page's figures.

The fit is in improvement.py. What is scored is the raw gain, losses included; the service keeps the better of the two prompts.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t as student

from tools.research.improvement import (
    DEGREES,
    ROWS,
    SHIPPED,
    STRONG_PROMPT,
    TECHNIQUES,
    UNIT,
    WORKING_PROMPT,
    Choice,
    Rows,
    evidence,
    fit,
    left_out,
    matched_spread,
    residual,
    selected,
)
from tools.research.rows import FITTED, Array, Flags, Row, digest_of, read, toml_number
from tools.research.scoring import (
    Bin,
    Interval,
    average,
    bins,
    error_points,
    head,
    line,
    reliability_plot,
)

PATH, PAGE = FITTED / "improvement.toml", "improved-prompt"
QUANTILES = (np.arange(80) + 0.5) / 80
BANDS = ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.85), (0.85, 0.95), (0.95, 1.0))
LEVELS = (0.5, 0.8, 0.95)
RECENT = 2025
"""Sources of this year and later are the recent ones."""


class Check(NamedTuple):
    """Predictions of every row by a fit that has not seen its source."""

    typical: Array
    spread: Array
    below: Array
    """Spread below the typical gain, matched."""
    above: Array
    before: Array
    mean: Array
    """Mean of the accuracy after."""
    chance_of_loss: Array

    def quantile(self, share: float) -> Array:
        """Return a quantile of the accuracy after."""
        return _quantile(self.before, self.typical, self.below, self.above, share)

    def interval(self, level: float) -> Interval:
        """Return the interval of a level."""
        return Interval(self.quantile(0.5 - level / 2.0), self.quantile(0.5 + level / 2.0))


def _quantile(strength: Array, typical: Array, below: Array, above: Array, share: float) -> Array:
    deviate = float(student.ppf(share, DEGREES)) * UNIT
    return np.asarray(expit(strength + typical + deviate * (above if deviate > 0 else below)), dtype=np.float64)


def back_test(rows: Rows, choice: Choice = SHIPPED) -> Check:
    """Return the leave-one-source-out predictions; of the matching of spreads too the source is left out."""
    typical, spread = left_out(rows, choice)
    residuals = (rows.gain - typical) / spread
    below, above = np.zeros_like(spread), np.zeros_like(spread)
    for source in np.unique(rows.sources):
        out = rows.sources == source
        factors = matched_spread(residuals[~out], rows.where(~out), choice)
        kind = rows.is_reasoning[out].astype(int)
        below[out], above[out] = spread[out] * factors.below[kind], spread[out] * factors.above[kind]
    mean = np.mean([_quantile(rows.strength, typical, below, above, share) for share in QUANTILES], axis=0)
    loss = student.cdf(-typical / np.where(typical > 0, below, above) / UNIT, DEGREES)
    return Check(typical, spread, below, above, rows.strength, mean, loss)


def errors_by_kind(check: Check, rows: Rows, source: list[Row]) -> dict[str, float]:
    """Return the left-out error of each kind of task [points]."""
    kinds = np.array([row["kind"] for row in source])
    return {str(kind): error_points(check.mean, rows.after, rows.weights, kinds == kind) for kind in np.unique(kinds)}


def render(fitted: datetime.date) -> str:
    """Return the data file of what techniques bring."""
    rows = selected(read(ROWS))
    known = evidence(rows)
    found, check = fit(known), back_test(known)
    spread = matched_spread((known.gain - check.typical) / check.spread, known)
    mean, deviation = residual(known)
    by_kind = ", ".join(f"{kind} = {error:.2f}" for kind, error in errors_by_kind(check, known, rows).items())
    error = error_points(check.mean, known.after, known.weights)
    number = toml_number
    names = ("not_reasoning", "reasoning")
    gains = [
        f"{technique} = {{not_reasoning = {number(found.techniques[0, place])}, reasoning = {number(found.techniques[1, place])}}}"
        for place, technique in enumerate(TECHNIQUES)
    ]
    spreads = [
        f"{name} = {{below = {number(found.spread * spread.below[kind])}, above = {number(found.spread * spread.above[kind])}}}"
        for kind, name in enumerate(names)
    ]
    return "\n".join([
        "# Written by tools/research/improvement_backtest.py (`make fit`); do not edit. What a prompt technique that was not tried yet brings,",
        "# in log-odds on a prompt that is right half the time; docs/evidence/improved-prompt.md.",
        "",
        "[[values]]",
        "from = 2024-01-01",
        'kind = "published"',
        'source = {title = "Published scores of a prompt before and after a technique, same base model, task and test set", locator = "evidence/improvements.csv of the larder, each row with its source"}',
        f"checked = {fitted}",
        'note = "Student t about a typical gain that fades with the strength of the prompt; cluster-weighted, shrunk; spread matched to sources left out."',
        f"rows = {len(rows)}",
        f"sources = {len(np.unique(known.sources))}",
        f'rows_digest = "{digest_of(rows)}"',
        f"left_out_error_points = {error:.2f}",
        f"left_out_error_points_by_kind = {{{by_kind}}}",
        f"degrees = {number(DEGREES)}",
        f"share_of_others = {number(found.share)}",
        f"fade = {number(found.fade)}",
        f"weakest_prompt = {number(WORKING_PROMPT)}",
        f"strongest_prompt = {number(STRONG_PROMPT)}",
        f"after_searched_examples = {number(found.after_search)}",
        f"spread_of_chain_of_thought = {number(found.spread_of_thought)}",
        f"residual = {{mean = {number(mean)}, standard_deviation = {number(deviation)}}}",
        "",
        "[values.spread]",
        *spreads,
        "",
        "[values.techniques]",
        *gains,
        "",
    ])  # fmt: skip


def figures(check: Check, rows: Rows, where: Flags | None = None) -> dict[str, float]:
    """Return the figures of the acceptance, of all rows or some; a tie counts as half a loss."""
    lost = np.where(rows.after < rows.before, 1.0, np.where(rows.after == rows.before, 0.5, 0.0))
    found = {
        "error": error_points(check.mean, rows.after, rows.weights, where),
        "no_change": error_points(rows.before, rows.after, rows.weights, where),
        "gain_given": 100.0 * average(check.mean - rows.before, rows.weights, where),
        "gain_found": 100.0 * average(rows.after - rows.before, rows.weights, where),
        "loss_given": 100.0 * average(check.chance_of_loss, rows.weights, where),
        "loss_found": 100.0 * average(lost, rows.weights, where),
        "lost": 100.0 * average(np.where(rows.after < rows.before, 1.0, 0.0), rows.weights, where),
    }
    for level in LEVELS:
        found[f"holds_{round(100 * level)}"] = 100.0 * average(
            check.interval(level).holds(rows.after), rows.weights, where
        )
    return found


def groups(rows: Rows, source: list[Row]) -> dict[str, Flags]:
    """Return the groups of the acceptance."""
    years = np.array([int(row["year"]) for row in source])
    kinds = np.array([row["kind"] for row in source])
    return {
        "all": np.ones(len(source), dtype=bool),
        "whole grids": rows.is_grid,
        "recent": years >= RECENT,
        "reasoning": kinds == "reasoning",
    }


def _table(check: Check, rows: Rows, title: str, parts: list[tuple[str, Flags]]) -> list[str]:
    lines = head(title, "rows", "clusters", "error", "no change", "50 %", "80 %", "95 %", "gain given", "gain found",
                 "loss given", "loss found", "lost")  # fmt: skip
    for name, where in parts:
        if where.any():
            f = figures(check, rows, where)
            lines.append(line(
                name, where.sum(), f"{rows.weights[where].sum():.0f}", f"{f['error']:.1f}", f"{f['no_change']:.1f}",
                *(f"{f[f'holds_{round(100 * level)}']:.0f}" for level in LEVELS), f"{f['gain_given']:+.1f}",
                f"{f['gain_found']:+.1f}", f"{f['loss_given']:.0f}", f"{f['loss_found']:.0f}", f"{f['lost']:.0f}",
            ))  # fmt: skip
    return lines


def _by(values: NDArray[np.str_], weights: Array) -> list[tuple[str, Flags]]:
    names = sorted(set(values), key=lambda name: (-float(weights[values == name].sum()), str(name)))
    return [(str(name), values == name) for name in names]


def report() -> str:
    """Return the generated part of the page."""
    source = selected(read(ROWS))
    rows = evidence(source)
    check = back_test(rows)
    parts = groups(rows, source)
    kinds = np.array([row["kind"] for row in source])
    chosen = np.array([row["selection"] for row in source])
    everything = figures(check, rows)
    saved = 100.0 * (1.0 - everything["error"] / everything["no_change"])
    strong = (rows.before >= 0.85) & (rows.before < 0.95)
    lines = [
        f"{len(source)} rows, {rows.weights.sum():.0f} task clusters, {len(np.unique(rows.sources))} sources; digest of the "
        f"rows `{digest_of(source)}`.",
        *head("acceptance", "wanted", "found"),
    ]
    for name, where in parts.items():
        f = figures(check, rows, where)
        lines.append(line(f"80 % interval holds, {name}", "74 to 86 %", f"{f['holds_80']:.1f} %"))
        lines.append(line(f"error, {name}", f"at most {f['no_change']:.2f} points", f"{f['error']:.2f}"))
    lines += [
        line("error under 'no change', all", "at least 5 %", f"{saved:.1f} %"),
        line("chance of a loss, all", f"{everything['lost'] - 6:.0f} to {everything['lost'] + 6:.0f} %", f"{everything['loss_given']:.1f} %"),
        line("gain given at 85 to 95 %", "at most 4 points", f"{figures(check, rows, strong)['gain_given']:.1f}"),
        *_table(check, rows, "group", list(parts.items())),
        *_table(check, rows, "task kind", _by(kinds, rows.weights)),
        *_table(check, rows, "who chose the rows", _by(chosen, rows.weights)),
        *_table(check, rows, "technique added", [(name, rows.added[:, place]) for place, name in enumerate(TECHNIQUES)]),
        *_table(check, rows, "prompt strength", [(f"{low:.0%} to {high:.0%}", (rows.before >= low) & (rows.before < high)) for low, high in BANDS]),
        *_table(check, rows, "source left out", _by(rows.sources, rows.weights)),
    ]  # fmt: skip
    lines += [*head("chance of a loss given", "lost, ties as half", "clusters")]
    lines += [
        line(f"{100 * part.given:.0f} %", f"{100 * part.found:.0f} %", f"{part.weight:.1f}")
        for part in reliability(check, rows)
    ]
    lines += tried(rows)
    return "\n".join(lines)


def reliability(check: Check, rows: Rows) -> list[Bin]:
    """Return the chances of a loss, and how often it came; a tie counts as half a loss."""
    lost = np.where(rows.after < rows.before, 1.0, np.where(rows.after == rows.before, 0.5, 0.0))
    return bins(check.chance_of_loss, lost, rows.weights, 10)


def tried(rows: Rows) -> list[str]:
    """Return the table of what was tried."""
    names = np.unique(rows.sources)
    by_rows = max(names, key=lambda name: int((rows.sources == name).sum()))
    by_clusters = max(names, key=lambda name: float(rows.weights[rows.sources == name].sum()))
    variants: list[tuple[str, Rows, Choice]] = [
        ("**as it ships**", rows, Choice()),
        ("gains do not fade", rows, Choice(fades=False)),
        ("one spread, chain of thought on reasoning too", rows, Choice(widens=False)),
        ("authors' own methods weigh as much as grids", rows, Choice(own_method=1.0)),
        ("... weigh half", rows, Choice(own_method=0.5)),
        ("techniques shrunk to each other four times as much", rows, Choice(to_others=40.0)),
        ("... a quarter as much", rows, Choice(to_others=2.5)),
        ("spread matched with every cluster weighing one", rows, Choice(source_cap=1e9)),
        ("without the source with most clusters", rows.where(rows.sources != by_clusters), Choice()),
        ("without the source with most rows", rows.where(rows.sources != by_rows), Choice()),
    ]
    lines = head("tried", "rows", "error", "under no change", "80 %", "gain given", "gain found", "loss given", "lost")
    for name, known, choice in variants:
        f = figures(back_test(known, choice), known)
        lines.append(line(
            name, len(known.gain), f"{f['error']:.2f}", f"{100 * (1 - f['error'] / f['no_change']):.0f} %", f"{f['holds_80']:.0f}",
            f"{f['gain_given']:+.1f}", f"{f['gain_found']:+.1f}", f"{f['loss_given']:.0f}", f"{f['lost']:.0f}",
        ))  # fmt: skip
    return lines


def plots() -> dict[str, str]:
    """Return the reliability diagram, by the stem of its file."""
    rows = evidence(selected(read(ROWS)))
    title = "Reliability of the chance that a technique loses accuracy, sources left out"
    across, up = "chance given that the technique loses", "share that did; area is task clusters"
    return {PAGE: reliability_plot(title, across, up, reliability(back_test(rows), rows))}
