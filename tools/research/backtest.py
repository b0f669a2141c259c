"""Checks the prior of fine-tuned accuracy by leaving whole sources out, and writes docs/accuracy-prior.md and .svg.

Run by `make backtest`; nothing here is read by the service. Of a source left out neither its pairs nor its learning
curves are known to the fit that predicts it. Every average weighs each task cluster one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from tools.research.curves import fit_lines, read_curves
from tools.research.fit_prior import (
    CURVES,
    FOLDER,
    PAIRS,
    PENALTY,
    RIDGE,
    Array,
    Evidence,
    Row,
    digest_of,
    evidence,
    examples_of,
    fit,
    read,
    selected,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PLOT = DOCS / "accuracy-prior.md", DOCS / "accuracy-prior.svg"
START, END = "<!-- back-test: written by make backtest -->", "<!-- end of the back-test -->"
REQUIREMENT = 0.9
"""What the article's rule is taken to require, since published rows state no requirement."""
BANDS = ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.0))
LEVELS = (0.5, 0.8, 0.95)
BINS = 5
Flags = NDArray[np.bool_]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Check(NamedTuple):
    """Predictions of every row by a fit that has not seen its source, and the truth."""

    mean: Array
    log_odds_mean: Array
    log_odds_sd: Array
    probability: Array
    truth: Array
    prompt: Array
    base_gain: Array
    base_rate: Array
    rule_gain: Array
    rule_rate: Array
    rule: Array
    weights: Array
    sources: NDArray[np.str_]
    kinds: NDArray[np.str_]

    @property
    def better(self) -> Array:
        """1 where fine-tuning beat the prompt."""
        return np.where(self.truth > self.prompt, 1.0, 0.0)

    def covered(self, level: float) -> Array:
        """Return 1 where the truth lies in the interval of a level."""
        reach = float(ndtri(0.5 + level / 2.0)) * self.log_odds_sd
        low, high = expit(self.log_odds_mean - reach), expit(self.log_odds_mean + reach)
        return np.where((low <= self.truth) & (self.truth <= high), 1.0, 0.0)

    def average(self, values: Array, where: Flags | None = None) -> float:
        """Return the cluster-weighted average, of some rows where asked."""
        chosen = np.ones(len(values), dtype=bool) if where is None else where
        return float(np.average(values[chosen], weights=self.weights[chosen]))

    def clusters(self, where: Flags) -> float:
        """Return the task clusters among some rows."""
        return float(self.weights[where].sum())


def same_source(pair_source: str, curve_source: str) -> bool:
    """Return whether a pair and a curve come from one publication: same arXiv number, else same name."""
    one, other = (re.search(r"\d{4}\.\d{5}", name) for name in (pair_source, curve_source))
    return one.group() == other.group() if one and other else pair_source == curve_source


def predictive(known: Evidence, asked: Evidence, curves: list[Row], penalty: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of the log-odds of the rows asked."""
    slope, slope_variance, _ = fit_lines(read_curves(curves))
    prior = fit(known, slope, slope_variance, penalty)
    mean = asked.features @ prior.coefficients + slope * asked.decades
    spread = np.einsum("ij,jk,ik->i", asked.features, prior.covariance, asked.features)
    return mean, np.sqrt(prior.level_variance + spread + slope_variance * asked.decades**2)


def article_rule(rows: list[Row]) -> Array:
    """Return 1 where the article would fine-tune: enough examples, and a prompt far below the requirement."""
    article = tomllib.loads((FOLDER / "assumptions" / "article.toml").read_text())
    enough, gap = (article[name]["values"][-1]["value"] for name in ("article_enough_examples", "article_large_gap"))
    return np.array(
        [float(examples_of(r) >= enough and float(r["prompt_score"]) <= REQUIREMENT - gap + 1e-9) for r in rows]
    )


def back_test(
    pairs: list[Row],
    curves: list[Row],
    features: Callable[[Array, list[Row]], Array] | None = None,
    penalty: Array = PENALTY,
) -> Check:
    """Return the leave-one-source-out predictions; `features` tries other features than those that ship."""
    rows = selected(pairs)
    known = evidence(rows)
    if features is not None:
        known = known._replace(features=features(known.features, rows))
    truth, prompt = (np.array([float(r[name]) for r in rows]) for name in ("ft_score", "prompt_score"))
    rule, weights = article_rule(rows), known.weights
    better = np.where(truth > prompt, 1.0, 0.0)
    mean, sd, base_gain, base_rate, rule_gain, rule_rate = (np.zeros(len(rows)) for _ in range(6))
    for source in np.unique(known.sources):
        out = known.sources == source
        kept = [row for row in curves if not same_source(str(source), row["source"])]
        mean[out], sd[out] = predictive(known.where(~out), known.where(out), kept, penalty)
        base_gain[out] = np.average((truth - prompt)[~out], weights=weights[~out])
        base_rate[out] = np.average(better[~out], weights=weights[~out])
        for verdict in (0.0, 1.0):
            group, here = ~out & (rule == verdict), out & (rule == verdict)
            rule_gain[here] = np.average((truth - prompt)[group], weights=weights[group])
            rule_rate[here] = np.average(better[group], weights=weights[group])
    return Check(
        mean=expit(mean[:, None] + sd[:, None] * _NODES) @ _WEIGHTS,
        log_odds_mean=mean,
        log_odds_sd=sd,
        probability=ndtr((mean - logit(prompt)) / sd),
        truth=truth,
        prompt=prompt,
        base_gain=base_gain,
        base_rate=base_rate,
        rule_gain=rule_gain,
        rule_rate=rule_rate,
        rule=rule,
        weights=weights,
        sources=known.sources,
        kinds=np.array([r["task_type"] for r in rows]),
    )


def figures(check: Check, where: Flags | None = None) -> dict[str, float]:
    """Return the figures of the acceptance, of all rows or some."""
    better = check.better

    def points(predicted: Array) -> float:
        return 100.0 * check.average(np.abs(np.clip(predicted, 0.0, 1.0) - check.truth), where)

    def brier(probability: Array) -> float:
        return check.average((probability - better) ** 2, where)

    return {
        "mae": points(check.mean),
        "mae_no_change": points(check.prompt),
        "mae_base_rate": points(check.prompt + check.base_gain),
        "mae_rule": points(check.prompt + check.rule_gain),
        "bias": 100.0 * check.average(check.mean - check.truth, where),
        **{f"coverage_{round(100 * level)}": check.average(check.covered(level), where) for level in LEVELS},
        "brier": brier(check.probability),
        "brier_no_change": brier(np.full(len(better), 0.5)),
        "brier_base_rate": brier(check.base_rate),
        "brier_rule": brier(check.rule_rate),
        "brier_rule_as_stated": brier(check.rule),
    }


def _shown(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _groups(check: Check, title: str, groups: list[tuple[str, Flags]]) -> list[str]:
    """Return a table of the figures by group."""
    lines = [
        "",
        _shown(title, "rows", "clusters", "error", "no change", "base rate", "the rule", "bias", "50 %", "80 %", "95 %",
               "Brier", "base rate", "the rule"),
        "|---" + "|---:" * 12 + "|",
    ]  # fmt: skip
    for name, where in groups:
        f = figures(check, where)
        errors = (f"{f[key]:.1f}" for key in ("mae", "mae_no_change", "mae_base_rate", "mae_rule"))
        shares = (f"{100 * f[key]:.0f}" for key in ("coverage_50", "coverage_80", "coverage_95"))
        odds = (f"{f[key]:.3f}" for key in ("brier", "brier_base_rate", "brier_rule"))
        lines.append(
            _shown(name, where.sum(), f"{check.clusters(where):.0f}", *errors, f"{f['bias']:+.1f}", *shares, *odds)
        )
    return lines


def bins(check: Check) -> list[tuple[float, float, float]]:
    """Return predicted probability, observed share and clusters of each fifth of the probabilities."""
    index = np.minimum((check.probability * BINS).astype(int), BINS - 1)
    held = [index == i for i in range(BINS) if (index == i).any()]
    return [(check.average(check.probability, w), check.average(check.better, w), check.clusters(w)) for w in held]


def variants() -> list[tuple[str, Callable[[Array, list[Row]], Array], Array]]:
    """Return what else was tried: name, features, ridge penalties."""

    def kinds_of(rows: list[Row]) -> Array:
        names = sorted({row["task_type"] for row in rows})
        return np.array([[float(row["task_type"] == name) for name in names] for row in rows])

    def plus(extra: Callable[[Array], Array]) -> Callable[[Array, list[Row]], Array]:
        return lambda x, rows: np.column_stack([x, extra(x)])

    more = np.append(PENALTY, RIDGE)
    return [
        ("prompt only", lambda x, rows: x[:, :2], PENALTY[:2]),
        ("prompt, relation, method", lambda x, rows: x[:, :4], PENALTY[:4]),
        ("... and all eight kinds, ridge 3", lambda x, rows: np.column_stack([x[:, :4], kinds_of(rows)]),
         np.append(PENALTY[:4], [3.0] * 8)),
        ("... and all eight kinds, ridge 10", lambda x, rows: np.column_stack([x[:, :4], kinds_of(rows)]),
         np.append(PENALTY[:4], [10.0] * 8)),
        ("... and reasoning", lambda x, rows: x[:, :5], PENALTY[:5]),
        ("... and reasoning on a smaller model (**shipped**)", lambda x, rows: x, PENALTY),
        ("shipped, ridge 3", lambda x, rows: x, np.where(PENALTY == RIDGE, 3.0, PENALTY)),
        ("shipped + all eight kinds, ridge 10", lambda x, rows: np.column_stack([x, kinds_of(rows)]),
         np.append(PENALTY, [10.0] * 8)),
        ("shipped + square of the prompt's log-odds", plus(lambda x: (x[:, 1] - 0.5) ** 2), more),
        ("shipped + hinge at a prompt of 80 %", plus(lambda x: np.maximum(x[:, 1] - logit(0.8), 0.0)), more),
        ("shipped + prompt x smaller", plus(lambda x: x[:, 1] * x[:, 2]), more),
        ("shipped + prompt x method", plus(lambda x: x[:, 1] * x[:, 3]), more),
    ]  # fmt: skip


def report(pairs: list[Row], curves: list[Row]) -> tuple[str, Check]:
    """Return the generated part of the page, and the check behind it."""
    check = back_test(pairs, curves)
    f, rows = figures(check), selected(pairs)
    everything = np.ones(len(rows), dtype=bool)
    kinds = sorted(set(check.kinds), key=lambda kind: (-check.clusters(check.kinds == kind), str(kind)))
    names = sorted(set(check.sources), key=lambda name: (-check.clusters(check.sources == name), str(name)))
    wins = f["brier_rule_as_stated"]
    lines = [
        f"{len(rows)} rows, {check.clusters(everything):.0f} task clusters, {len(names)} sources; digest of the rows "
        f"`{digest_of(rows)}`.",
        "",
        "| acceptance | wanted | found |",
        "|---|---|---|",
        _shown("mean absolute error", "at most 12 points", f"{f['mae']:.2f}"),
        _shown("under 'no change'", "at least 25 %", f"{100 * (1 - f['mae'] / f['mae_no_change']):.1f} % (of {f['mae_no_change']:.2f})"),
        _shown("80 % interval holds", "76 to 86 %", f"{100 * f['coverage_80']:.1f} %"),
        _shown("Brier score under the base rate's", "at least 15 %", f"{100 * (1 - f['brier'] / f['brier_base_rate']):.1f} % ({f['brier']:.4f} against {f['brier_base_rate']:.4f})"),
        "",
        f"Brier of 'no change', which gives no odds and is read as one half: {f['brier_no_change']:.3f}; of the article's rule "
        f"read as yes or no: {wins:.3f}, and with the odds of each answer learnt elsewhere: {f['brier_rule']:.3f}.",
        *_groups(check, "all", [("all", everything)]),
        *_groups(check, "task kind", [(str(kind), check.kinds == kind) for kind in kinds]),
        *_groups(check, "prompt strength", [(f"{low:.0%} to {high:.0%}", (check.prompt >= low) & (check.prompt < high)) for low, high in BANDS]),
        *_groups(check, "source left out", [(str(name), check.sources == name) for name in names]),
        "",
        "| odds given | beat the prompt | clusters |",
        "|---:|---:|---:|",
        *(_shown(f"{100 * p:.0f} %", f"{100 * o:.0f} %", f"{w:.1f}") for p, o, w in bins(check)),
        "",
        "| tried | error | 50 % | 80 % | 95 % | Brier | under base rate |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name, features, penalty in variants():
        g = figures(back_test(pairs, curves, features, penalty))
        shares = (f"{100 * g[key]:.0f}" for key in ("coverage_50", "coverage_80", "coverage_95"))
        saved = 100.0 * (1.0 - g["brier"] / g["brier_base_rate"])
        lines.append(_shown(name, f"{g['mae']:.2f}", *shares, f"{g['brier']:.4f}", f"{saved:.0f} %"))
    return "\n".join(lines), check


def plot(check: Check) -> str:
    """Return the reliability diagram as SVG."""
    side, edge = 300.0, 45.0

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + side * x, edge + side * (1.0 - y)

    marks = []
    for predicted, observed, clusters in bins(check):
        x, y = at(predicted, observed)
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{1.6 * clusters**0.5:.1f}" fill="#2563a8" fill-opacity="0.8"/>'
        )
    ticks = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = at(tick, 0.0)
        ticks.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{100 * tick:.0f} %</text>')
        x, y = at(0.0, tick)
        ticks.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:.0f} %</text>')
    whole = side + 2.0 * edge
    body = "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {whole:.0f}" font-family="sans-serif" font-size="11">',
            "<title>Reliability of the odds that fine-tuning beats the prompt, sources left out</title>",
            f'<rect width="{whole:.0f}" height="{whole:.0f}" fill="white"/>',
            f'<rect x="{edge:.0f}" y="{edge:.0f}" width="{side:.0f}" height="{side:.0f}" fill="none" stroke="#888"/>',
            f'<path d="M{edge:.0f} {edge + side:.0f} L{edge + side:.0f} {edge:.0f}" stroke="#bbb" stroke-dasharray="4 4"/>',
            *ticks,
            f'<text x="{whole / 2:.0f}" y="{whole - 8:.0f}" text-anchor="middle">odds given that fine-tuning beats the prompt</text>',
            f'<text x="{whole / 2:.0f}" y="24" text-anchor="middle">share that did; area is task clusters</text>',
            *marks,
            "</svg>",
        ]
    )
    return body + "\n"


def main() -> int:
    """Write the page's figures and the plot."""
    text, check = report(read(PAIRS), read(CURVES))
    page = PAGE.read_text()
    head, tail = page.split(START)[0], page.split(END)[1] if END in page else "\n"
    PAGE.write_text(f"{head}{START}\n\n{text}\n\n{END}{tail}")
    PLOT.write_text(plot(check))
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
