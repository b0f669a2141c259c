"""The prior of fine-tuned accuracy: its file in the larder, and the figures and plot of docs/evidence/fine-tune.md.

The model is in tools/research/fine_tune_model.py, the check in tools/research/fine_tune_backtest.py.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Callable, Collection

import numpy as np
from scipy.special import logit

from tools.research import curves as learning_curves
from tools.research.curves import CURVES, Curve, CurvePrior, Errors, Slope
from tools.research.fine_tune_backtest import Check, Features, Fitted, back_test, figures, strong
from tools.research.fine_tune_model import (
    NAMES,
    PAIRS,
    PENALTY,
    RIDGE,
    STRONG_PROMPT,
    STRUCTURED,
    WORKING_PROMPT,
    Evidence,
    Prior,
    all_pairs,
    evidence,
    failing,
    failing_variance,
    fit,
    selected,
    slope_of_pairs,
)
from tools.research.rows import FITTED, Array, Flags, Row, digest_of, toml_number
from tools.research.scoring import bins, head, line, reliability_plot

PATH = FITTED / "accuracy_prior.toml"
PAGE = "fine-tune"
BANDS = ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.0))
SIZES = ((0.0, 100.0), (100.0, 1000.0), (1000.0, 5000.0), (5000.0, 20_000.0), (20_000.0, 1e9))
MAE, UNDER_NO_CHANGE, HOLDS, BRIER_UNDER = 11.2, 0.31, (0.76, 0.84), 0.28
REPEATED, LANGUAGE_MODELS = 0.15, 2.5
"""What is wanted of predictions of sources left out: points, shares, and of curves."""


@functools.cache
def check() -> Check:
    """Return the predictions of every row by a fit that has not seen its source."""
    return back_test(all_pairs(), learning_curves.all_curves())


def slopes_without(known: Evidence, curves: list[Curve], saturation: float) -> dict[str, Slope]:
    """Return the slope between pairs, the source of some curves left out, by that source."""
    kept = {
        name: np.array([not learning_curves.same_source(name, source) for source in known.sources])
        for name in {curve.source for curve in curves}
    }
    return {name: slope_of_pairs(known.where(where), saturation) for name, where in kept.items()}


@functools.cache
def curve_prior() -> tuple[CurvePrior, Errors]:
    """Return what serves a caller's pilots, and how it predicts curves of sources left out."""
    known, curves = evidence(selected(all_pairs())), learning_curves.all_curves()
    saturation = learning_curves.saturation_of(curves)
    left_out = slopes_without(known, curves, saturation)
    bend = learning_curves.bend_of(curves, left_out)
    prior = learning_curves.prior_of(curves, slope_of_pairs(known, saturation), bend)
    return prior, learning_curves.errors(curves, left_out, bend)


def _kinds(found: Check) -> list[str]:
    """Return the kinds by clusters, the most first."""
    weight = {str(kind): float(found.known.weights[found.kinds == kind].sum()) for kind in np.unique(found.kinds)}
    return sorted(weight, key=lambda kind: (-weight[kind], kind))


def task_kind(kind: str) -> str:
    """Return our id of a kind of task."""
    return {"qa": "question_answering"}.get(kind, kind.replace("-", "_"))


def render(fitted: datetime.date) -> str:
    """Return the data file of the prior."""
    pairs, curves = all_pairs(), learning_curves.all_curves()
    rows, found = selected(pairs), check()
    known = evidence(rows)
    prior, (pilots, _) = fit(known, curves), curve_prior()
    failed = failing_variance(evidence(failing(pairs)), prior)
    covariance = ",\n    ".join("[" + ", ".join(toml_number(v) for v in part) + "]" for part in prior.covariance)
    digest = hashlib.sha256(PAIRS.read_bytes() + CURVES.read_bytes()).hexdigest()
    errors = ", ".join(
        f"{task_kind(kind)} = {figures(found, found.kinds == kind)['mae']:.2f}" for kind in _kinds(found)
    )
    return f"""# Written by tools/research/fine_tune.py (`make fit`); do not edit. Log-odds throughout; the level is at 1,000 examples, the
# slope for each tenfold effective examples n / (1 + n / S). Errors are of sources left out; docs/evidence/fine-tune.md.
fitted = {fitted}
evidence_digest = "{digest}"
rows = {len(rows)}
sources = {len(set(known.sources))}
rows_digest = "{digest_of(rows)}"
names = [{", ".join(f'"{name}"' for name in NAMES)}]
coefficients = [{", ".join(toml_number(c) for c in prior.coefficients)}]
covariance = [
    {covariance},
]
level_variance = {toml_number(prior.level_variance)}
working_prompt = {toml_number(WORKING_PROMPT)}
failing_prompt_level_variance = {toml_number(failed)}
saturation_examples = {toml_number(prior.saturation)}
slope_mean = {toml_number(prior.slope_mean)}
slope_variance = {toml_number(prior.slope_variance)}
seed_variance = {toml_number(pilots.seed_variance)}
bend_variance = {toml_number(pilots.bend_variance)}
no_change_from = {toml_number(STRONG_PROMPT)}
no_change_weight = {toml_number(prior.no_change_weight)}
left_out_error_points = {figures(found)["mae"]:.2f}
left_out_error_points_by_kind = {{{errors}}}
source = {{title = "Published pairs of prompt and fine-tuned scores, and learning curves", locator = "evidence/pairs.csv and evidence/curves.csv of the larder, each row with its source"}}
note = "Level regressed on the prompt's log-odds, base-model relation, strongest technique, reasoning and answers of fields; cluster-weighted ridge; spread and weight of no change suit sources left out; saturation and the spread of slopes from curves, their mean from curves and pairs."
"""


def _groups(found: Check, title: str, groups: list[tuple[str, Flags]]) -> list[str]:
    """Return a table of the figures by group."""
    lines = head(title, "rows", "clusters", "error", "no change", "base rate", "the rule", "bias", "50 %", "80 %", "95 %",
                 "Brier", "base rate", "the rule")  # fmt: skip
    for name, where in groups:
        f = figures(found, where)
        errors = (f"{f[key]:.1f}" for key in ("mae", "mae_no_change", "mae_base_rate", "mae_rule"))
        shares = (f"{100 * f[key]:.0f}" for key in ("coverage_50", "coverage_80", "coverage_95"))
        odds = (f"{f[key]:.3f}" for key in ("brier", "brier_base_rate", "brier_rule"))
        clusters = f"{found.known.weights[where].sum():.0f}"
        lines.append(line(name, where.sum(), clusters, *errors, f"{f['bias']:+.1f}", *shares, *odds))
    return lines


def _acceptance(found: Check) -> list[str]:
    """Return what is wanted and what is found."""
    f, good, errors = figures(found), figures(found, strong(found)), curve_prior()[1]
    ours, repeated = 100.0 * errors.ours.mean(), 100.0 * errors.repeated.mean()
    language = 100.0 * errors.ours[errors.is_language_model].mean()
    return [
        "| acceptance | wanted | found |",
        "|---|---|---|",
        line("mean absolute error", f"at most {MAE} points", f"{f['mae']:.2f}"),
        line("under 'no change'", f"at least {UNDER_NO_CHANGE:.0%}", f"{1 - f['mae'] / f['mae_no_change']:.1%} (of {f['mae_no_change']:.2f})"),
        line("80 % interval holds", f"{HOLDS[0]:.0%} to {HOLDS[1]:.0%}", f"{f['coverage_80']:.1%}"),
        line("Brier score under the base rate's", f"at least {BRIER_UNDER:.0%}", f"{1 - f['brier'] / f['brier_base_rate']:.1%} ({f['brier']:.4f} against {f['brier_base_rate']:.4f})"),
        line("error where the prompt scores 80 % to 95 %", f"at most that of 'no change', {good['mae_no_change']:.2f}", f"{good['mae']:.2f}"),
        line("last point of a curve, under repeating the last pilot", f"at least {REPEATED:.0%}", f"{1 - ours / repeated:.1%} ({ours:.2f} against {repeated:.2f} points)"),
        line("the same, error on language models", f"at most {LANGUAGE_MODELS} points", f"{language:.2f}"),
    ]  # fmt: skip


def _by_method(found: Check, rows: list[Row]) -> list[tuple[str, Flags]]:
    methods = np.array([row["prompt_method"] for row in rows])
    relations = np.array([row["relation"] for row in rows])
    return [
        *((str(name), methods == name) for name in np.unique(methods)),
        *((f"tuned model {name}", relations == name) for name in np.unique(relations)),
    ]


def report() -> str:
    """Return the generated part of the page."""
    found, rows = check(), selected(all_pairs())
    f, known = figures(found), found.known
    everything, kinds, stated = np.ones(len(rows), dtype=bool), _kinds(found), known.states_examples
    weight = {str(name): known.weights[known.sources == name].sum() for name in np.unique(known.sources)}
    names = sorted(weight, key=lambda name: (-weight[name], name))
    sizes = [(f"below {high:,.0f}" if not low else f"from {low:,.0f}", stated & (known.examples >= low) & (known.examples < high)) for low, high in SIZES]  # fmt: skip
    strengths = [(f"{low:.0%} to {high:.0%}", (known.prompt >= low) & (known.prompt < high)) for low, high in BANDS]
    return "\n".join([
        f"{len(rows)} rows, {known.weights.sum():.0f} task clusters, {len(names)} sources; digest of the rows `{digest_of(rows)}`.",
        "",
        *_acceptance(found),
        "",
        f"Brier score where a draw without change counts as lost: {f['brier_ties_lost']:.4f}, as won: {f['brier_ties_won']:.4f}. Of "
        f"'no change', which gives no odds and is read as one half: {f['brier_no_change']:.3f}; of the article's rule read as yes "
        f"or no: {f['brier_rule_as_stated']:.3f}, and with the odds of each answer learnt elsewhere: {f['brier_rule']:.3f}.",
        *_groups(found, "all", [("all", everything)]),
        *_groups(found, "task kind", [(kind, found.kinds == kind) for kind in kinds]),
        *_groups(found, "prompt strength", strengths),
        *_groups(found, "method, relation", _by_method(found, rows)),
        *_groups(found, "examples", [*sizes, ("not stated", ~stated)]),
        *_groups(found, "source left out", [(name, known.sources == name) for name in names]),
        *head("odds given", "beat the prompt", "clusters"),
        *(line(f"{100 * b.given:.0f} %", f"{100 * b.found:.0f} %", f"{b.weight:.1f}") for b in bins(found.drawn.chance, found.better, known.weights)),
        *_shape(found),
        *_tried(found),
    ])  # fmt: skip


def _shape(found: Check) -> list[str]:
    """Return tables of what chose the saturation, and the weight of no change."""
    curves, chosen = learning_curves.all_curves(), [prior.no_change_weight for prior in found.priors.values()]
    lines = head("saturation S", "scatter about a curve's own line", "slope of curves", "its error")
    for saturation in learning_curves.SATURATIONS:
        slope = learning_curves.slope_of(learning_curves.lines_of(curves, saturation))
        scatter = learning_curves.scatter_of(curves, saturation) ** 0.5
        lines.append(line(f"{saturation:,.0f}", f"{scatter:.4f}", f"{slope.mean:.2f}", f"{slope.error:.2f}"))
    return [
        *lines,
        "",
        f"With a source left out the weight of no change is {min(chosen):.2f} to {max(chosen):.2f}.",
    ]


def _variants() -> list[tuple[str, Features, Array]]:
    """Return what else was tried: name, features, ridge penalties."""

    def without(name: str) -> Features:
        return lambda x, rows: np.delete(x, NAMES.index(name), axis=1)

    def plus(extra: Callable[[Array, list[Row]], Array]) -> Features:
        return lambda x, rows: np.column_stack([x, extra(x, rows)])

    def kind(name: str) -> Features:
        return plus(lambda x, rows: np.array([float(row["task_type"] == name) for row in rows]))

    def apart(x: Array, rows: list[Row]) -> Array:
        shown = [[float(row["task_type"] == name) for name in STRUCTURED] for row in rows]
        return np.column_stack([x[:, :-1], np.array(shown)])

    def same(x: Array, rows: list[Row]) -> Array:
        return x

    fewer, more = PENALTY[:-1], np.append(PENALTY, RIDGE)
    return [
        ("**shipped**", same, PENALTY),
        ("ridge 1", same, np.where(PENALTY == RIDGE, 1.0, PENALTY)),
        ("ridge 5", same, np.where(PENALTY == RIDGE, 5.0, PENALTY)),
        *((f"without {name}", without(name), fewer) for name in NAMES[2:]),
        ("extraction and structured output apart", apart, more),
        ("with question answering", kind("qa"), more),
        ("with classification", kind("classification"), more),
        ("with code", kind("code"), more),
        ("with a hinge at a prompt of 80 %", plus(lambda x, rows: np.maximum(x[:, 1] - logit(0.8), 0.0)), more),
        ("with prompt x smaller", plus(lambda x, rows: x[:, 1] * x[:, 2]), more),
        ("with structured x smaller", plus(lambda x, rows: x[:, 2] * x[:, -1]), more),
    ]


def _with_weight(weight: float) -> Fitted:
    """Return the fit with a weight of no change of our own."""

    def fitted(known: Evidence, curves: Collection[Curve], penalty: Array) -> Prior:
        return fit(known, curves, penalty)._replace(no_change_weight=weight)

    return fitted


def _tried(found: Check) -> list[str]:
    """Return the table of variants."""
    pairs, curves = all_pairs(), learning_curves.all_curves()
    checks = [(name, found if name.startswith("**") else back_test(pairs, curves, features, penalty))
              for name, features, penalty in _variants()]  # fmt: skip
    checks += [
        (f"weight of no change {weight:g}", back_test(pairs, curves, fitted=_with_weight(weight)))
        for weight in (0.0, 0.3, 0.5)
    ]
    lines = head("tried", "error", "error 80-95 %", "80 %", "95 %", "Brier", "under base rate")
    for name, one in checks:
        g, good = figures(one), figures(one, strong(one))
        saved = f"{1.0 - g['brier'] / g['brier_base_rate']:.0%}"
        shares = (f"{100 * g[key]:.0f}" for key in ("coverage_80", "coverage_95"))
        lines.append(line(name, f"{g['mae']:.2f}", f"{good['mae']:.2f}", *shares, f"{g['brier']:.4f}", saved))
    return lines


def plots() -> dict[str, str]:
    """Return the reliability diagram, by the stem of its file."""
    found = check()
    title = "Reliability of the odds that fine-tuning beats the prompt, sources left out"
    parts = bins(found.drawn.chance, found.better, found.known.weights)
    across, up = "odds given that fine-tuning beats the prompt", "share that did; area is task clusters"
    return {PAGE: reliability_plot(title, across, up, parts)}
