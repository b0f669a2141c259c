"""The prior of fine-tuned accuracy keeps its promises to sources it has not seen, and the service uses exactly it."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from tools.research import backtest, fit_prior, shape

PAIRS, CURVES = fit_prior.read(fit_prior.PAIRS), fit_prior.read(fit_prior.CURVES)
PRIOR: dict[str, Any] = tomllib.loads(fit_prior.PRIOR.read_text())
SHAPE: dict[str, Any] = tomllib.loads((fit_prior.PRIOR.parent / "accuracy_shape.toml").read_text())["values"][-1]
ROOT = Path(__file__).parents[3]
TRIED = {"zero-shot": [], "few-shot": ["few_shot"], "cot": ["chain_of_thought"], "optimised": ["prompt_optimiser"]}
KINDS = {"qa": "question_answering", "structured-output": "structured_output"}
TRIALS = 1000
Ask = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def check() -> backtest.Check:
    """Return the predictions of every row by a fit that has not seen its source."""
    return backtest.back_test(PAIRS, CURVES)


def request_of(row: fit_prior.Row) -> dict[str, Any]:
    """Return an evidence row as a request: nothing in it names the source or the task."""
    total = int(float(row["n_test"] or TRIALS))
    tuning: dict[str, Any] = {"relative_size": row["relation"], "target_examples": int(fit_prior.examples_of(row))}
    if row["n_train"]:
        tuning["labelled_examples"] = int(float(row["n_train"]))
    return {
        "task": {"description": "A task.", "kind": KINDS.get(row["task_type"], row["task_type"])},
        "prompting": {
            "measured_accuracy": {"correct": round(float(row["prompt_score"]) * total), "total": total},
            "techniques_tried": TRIED[row["prompt_method"]],
        },
        "fine_tuning": tuning,
        "volume": {"requests_per_month": 10_000},
        "simulation": {"draws": 256},
    }


def strong(prompt: float, examples: int, **changes: Any) -> dict[str, Any]:
    """Return a request of one prompt accuracy and one number of examples."""
    row = {"n_test": "1000", "relation": "same", "n_train": str(examples), "task_type": "classification",
           "prompt_score": str(prompt), "prompt_method": "optimised", **changes}  # fmt: skip
    return request_of(row)


def accuracy_of(answer: dict[str, Any], kind: str = "fine_tune") -> dict[str, Any]:
    """Return the accuracy of the options of a kind, which is the same for each of them."""
    first, *others = (option["accuracy"] for option in answer["options"] if option["kind"] == kind)
    assert all(other["mean"] == first["mean"] for other in others)
    found: dict[str, Any] = first
    return found


def width(answer: dict[str, Any]) -> float:
    """Return the width of the 80 % interval on the log-odds scale."""
    interval = accuracy_of(answer)["interval"]
    low, high = (np.log(v / (1 - v)) for v in (interval["low"], interval["high"]))
    return float(high - low)


def test_mean_error_of_sources_left_out(check: backtest.Check) -> None:
    """The error is at most 12 points and at least a quarter under that of 'no change'."""
    f = backtest.figures(check)
    assert f["mae"] <= 12.0
    assert f["mae"] <= 0.75 * f["mae_no_change"]


def test_coverage_of_sources_left_out(check: backtest.Check) -> None:
    """The 80 % interval holds 76 to 86 % overall, and 70 % or more in every task kind with 15 clusters."""
    assert 0.76 <= backtest.figures(check)["coverage_80"] <= 0.86
    common = [kind for kind in set(check.kinds) if check.clusters(check.kinds == kind) >= 15]
    assert len(common) >= 2
    for kind in common:
        assert backtest.figures(check, check.kinds == kind)["coverage_80"] >= 0.70, kind


def test_odds_of_sources_left_out(check: backtest.Check) -> None:
    """The Brier score of 'fine-tuning beats the prompt' is at least 15 % under the base rate's, and under the article's rule."""
    f = backtest.figures(check)
    assert f["brier"] <= 0.85 * f["brier_base_rate"]
    assert f["brier"] < min(f["brier_rule"], f["brier_rule_as_stated"], f["brier_no_change"])


def test_a_left_out_source_is_not_seen() -> None:
    """Changing every score of a source moves no prediction for that source."""
    name = "FewCLUE"
    other = [row | {"ft_score": "0.9"} if row["source"] == name else row for row in PAIRS]
    before, after = (backtest.back_test(rows, CURVES) for rows in (PAIRS, other))
    here = before.sources == name
    np.testing.assert_array_equal(before.mean[here], after.mean[here])
    assert np.abs(before.mean[~here] - after.mean[~here]).max() > 0.001


def test_the_curves_of_a_source_are_left_out_with_it() -> None:
    """A paper named differently in the two files is recognised by its number."""
    assert backtest.same_source("Lawma: The Power (arXiv 2407.16615)", "Lawma (arXiv 2407.16615)")
    assert not backtest.same_source("FewCLUE", "SetFit (arXiv 2209.11055)")


def test_the_rule_selects_the_committed_rows() -> None:
    """The fixed rule still selects the rows whose digest is committed."""
    rows = fit_prior.selected(PAIRS)
    assert (len(rows), fit_prior.digest_of(rows)) == (PRIOR["rows"], PRIOR["rows_digest"])
    assert fit_prior.digest_of(rows[1:]) != PRIOR["rows_digest"]


def test_the_script_reproduces_the_committed_file() -> None:
    """Fitting again writes the data file that ships."""
    again = tomllib.loads(fit_prior.render(PAIRS, CURVES, PRIOR["fitted"]))
    for name, value in PRIOR.items():
        if name in ("coefficients", "covariance") or isinstance(value, float):
            np.testing.assert_allclose(again[name], value, rtol=1e-6, atol=1e-9, err_msg=name)
        else:
            assert again[name] == value, name


def test_the_page_shows_the_figures_of_the_committed_fit(check: backtest.Check) -> None:
    """docs/accuracy-prior.md and its plot are fresh; `make backtest` renews them."""
    f, page = backtest.figures(check), (ROOT / "docs" / "accuracy-prior.md").read_text()
    assert f"| mean absolute error | at most 12 points | {f['mae']:.2f} |" in page
    assert PRIOR["rows_digest"] in page
    assert backtest.PLOT.read_text() == backtest.plot(check)


def test_coefficients_are_not_typed_in_code() -> None:
    """No file of the service or of the textbook holds a coefficient of the prior."""
    code = "".join(path.read_text() for folder in ("service", "models") for path in (ROOT / folder).rglob("*.py"))
    literals = {float(number) for number in re.findall(r"\b\d+\.\d+\b", code)}
    fitted = [*PRIOR["coefficients"], PRIOR["slope_mean"], PRIOR["slope_variance"], PRIOR["level_variance"]]
    assert not [c for c in fitted if any(abs(abs(c) - literal) < 5e-4 for literal in literals)]


def test_rows_through_the_api(assess: Ask) -> None:
    """Sixty rows asked as a caller would are answered with the fitted prior in the fitted shape: its mean, error and coverage."""
    rows = random.Random(7).sample(fit_prior.selected(PAIRS), 60)
    known = fit_prior.evidence(rows)
    most = SHAPE["saturation_examples"]
    examples = np.array([fit_prior.examples_of(row) for row in rows])
    decades = np.log10(shape.effective(examples, most) / shape.effective(np.array(1000.0), most))
    mean = known.features @ np.array(PRIOR["coefficients"]) + SHAPE["slope_mean"] * decades
    spread = np.einsum("ij,jk,ik->i", known.features, np.array(PRIOR["covariance"]), known.features)
    sd = np.sqrt(PRIOR["level_variance"] + spread + SHAPE["slope_variance"] * decades**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    learnt = expit(mean[:, None] + sd[:, None] * nodes) @ (weights / weights.sum())
    prompt = np.array([float(row["prompt_score"]) for row in rows])
    unchanged = np.where(prompt >= SHAPE["no_change_from"], SHAPE["no_change_weight"], 0.0)
    expected = (1.0 - unchanged) * learnt + unchanged * prompt
    answers = [accuracy_of(assess(request_of(row))) for row in rows]
    ours = np.array([answer["mean"] for answer in answers])
    np.testing.assert_allclose(ours, expected, atol=0.02)
    truth = np.array([float(row["ft_score"]) for row in rows])
    inside = [a["interval"]["low"] <= t <= a["interval"]["high"] for a, t in zip(answers, truth, strict=True)]
    error = np.average(np.abs(ours - truth), weights=known.weights)
    assert abs(error - np.average(np.abs(expected - truth), weights=known.weights)) < 0.01
    assert error < 0.13
    assert 0.7 <= np.average(inside, weights=known.weights) <= 0.95


def test_a_strong_prompt_with_few_examples_gains_next_to_nothing(assess: Ask) -> None:
    """At 97 % and 100 examples nothing is to be gained, whatever the relation and the technique."""
    for relation in ("same", "smaller"):
        for method in TRIED:
            answer = assess(strong(0.97, 100, relation=relation, prompt_method=method))
            assert accuracy_of(answer)["mean"] <= accuracy_of(answer, "keep")["mean"] + 0.005


def test_a_failing_prompt_is_answered_with_a_wider_interval_and_a_note(assess: Ask) -> None:
    """Below 20 % the prior reads the prompt as one that just works, widens, and says so."""
    working, failing, worse = (assess(strong(p, 1000)) for p in (0.22, 0.15, 0.02))
    assert width(failing) > 1.2 * width(working)
    assert width(worse) > 1.2 * width(working)
    said = ["outside the evidence" in str(a["assumptions"]) for a in (working, failing, worse)]
    assert said == [False, True, True]


def test_summarisation_is_answered_like_generation_and_says_so(assess: Ask) -> None:
    """There is no evidence on summarisation: same figures as generation, with a note."""
    one, other = (assess(strong(0.7, 1000, task_type=kind)) for kind in ("summarisation", "generation"))
    assert accuracy_of(one)["mean"] == accuracy_of(other)["mean"]
    assert "treats it like generation" in str(one["assumptions"])
    assert "treats it like generation" not in str(other["assumptions"])


def test_a_name_changes_nothing(assess: Ask) -> None:
    """The answer depends on figures, not on what the task is called."""
    plain = strong(0.6, 1000)
    named = plain | {"task": plain["task"] | {"description": "GSM8K, banking77, LoRA Land"}}
    assert accuracy_of(assess(plain)) == accuracy_of(assess(named))
