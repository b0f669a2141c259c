"""The value of information: closed forms against brute force, and the order that theory demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from models import decision, learning, plans

Array = NDArray[np.float64]
Assess = Callable[[dict[str, Any]], dict[str, Any]]
TRIALS = [
    (148, 200, 100, 0.74, 1e6, 0.0), (148, 200, 400, 0.74, 1e6, 2e4), (60, 100, 50, 0.6, -3e5, 1e4),
    (95, 100, 200, 0.95, 1e6, -1e4), (30, 60, 140, 0.5, 2e6, 5e4), (180, 200, 1000, 0.9, 5e5, 5e3),
    (410, 500, 300, 0.82, -1e6, -1e4), (9, 12, 100, 0.75, 1e5, 3e3), (700, 1000, 2000, 0.7, 1e7, -5e4), (70, 100, 25, 0.7, 1e6, 1e4),
]  # fmt: skip
"""Correct, total, further trials, accuracy at which the mean is taken, money per accuracy, mean benefit."""

PILOTS = [
    (1.0, 1.2, 0.7, 0.2, 2000, 200, 200, 1e6, 0.0), (1.8, 1.2, 0.7, 0.2, 5000, 500, 200, 1e6, 5e4),
    (0.5, 0.8, 0.7, 0.2, 1000, 1000, 100, 5e5, -3e4), (2.2, 1.2, 0.7, 0.2, 6200, 1000, 200, 2e6, 8e4),
    (1.2, 0.5, 0.4, 0.1, 3000, 300, 400, 1e6, -4e4), (0.0, 1.5, 0.9, 0.3, 10_000, 400, 150, 1e6, 1e5),
    (1.5, 1.2, 0.7, 0.2, 2000, 100, 60, 1e6, 2e4), (3.0, 1.0, 0.5, 0.1, 2000, 2000, 1000, 5e6, 1e5),
    (1.0, 1.2, 0.7, 0.2, 50_000, 5000, 300, 1e6, -6e4), (0.8, 2.0, 0.7, 0.2, 800, 400, 120, 3e5, 0.0),
]  # fmt: skip
"""Level, its variance, slope, its variance, planned examples, pilot's examples and trials, money per accuracy, mean."""


DRAWS = 40_000
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
"""Step of a lattice of points that is even in both directions."""


def value_of_a_study(log_odds: Array, share: float, weight: float, mean: float) -> float:
    """Return what a study of one accuracy tells is worth to the choice between nothing and a benefit that grows with it."""
    columns = np.sort(log_odds)[:, None]
    accuracy, lattice = expit(columns), (np.arange(len(columns)) + 0.5) * GOLDEN % 1.0
    deviates = stats.norm.ppf(lattice)[:, None]
    moved, left = plans.learnt(columns, np.array([0]), np.array([share]), np.array([[True]]), deviates)
    expected = plans.expected_accuracies(moved, left, columns.mean(axis=0), accuracy.mean(axis=0))
    worth = mean + weight * (plans.calibrated(expected, accuracy)[0, :, 0] - accuracy.mean())
    return float(np.maximum(worth, 0.0).mean()) - max(0.0, mean)


@pytest.mark.parametrize("case", TRIALS)
def test_value_of_trials_is_that_of_nested_simulation(case: tuple[float, ...]) -> None:
    """What more graded trials tell is worth within 10 % of simulating the trials and the posterior they give."""
    correct, total, trials, _, weight, mean = case
    a, b = correct + 0.5, total - correct + 0.5
    rng = np.random.default_rng(7)
    truth = rng.beta(a, b, 400_000)
    seen = rng.binomial(int(trials), truth)
    benefit = mean + weight * ((a + seen) / (a + b + trials) - a / (a + b))
    nested = np.maximum(benefit, 0).mean() - max(0.0, mean)
    share = float(plans.share_of_more_trials(trials, total))
    assert value_of_a_study(logit(truth[:DRAWS]), share, weight, mean) == pytest.approx(nested, rel=0.10)


@pytest.mark.parametrize("case", PILOTS)
def test_value_of_a_pilot_is_that_of_nested_simulation(case: tuple[float, ...]) -> None:
    """The value of a pilot is within 10 % of simulating graded pilots and updating on each of them."""
    level, v_level, slope, v_slope, planned, size, trials, weight, mean = case
    seed, bend, none = 0.025, 3.0, np.empty((0, 3))
    prior = [np.full((1, 1), v) for v in (level, v_level, slope, v_slope)]
    rest = [np.full((1, 1), v) for v in (seed, bend)]
    centre = learning.predictive_mean(*prior, none, *rest, np.array(planned))
    variance = learning.predictive_variance(*prior, none, *rest, np.array(planned))
    share = learning.resolved_share(
        learning.posterior(*prior, none, *rest), variance, rest[0], np.array(planned), np.array(size), np.array(trials)
    )
    centre_, spread_ = float(centre[0, 0]), float(np.sqrt(variance[0, 0]))
    log_odds = stats.norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS, centre_, spread_)
    ours = value_of_a_study(log_odds, float(share[0, 0]), weight, mean)

    rng = np.random.default_rng(11)
    draws = 20_000
    t = np.log10(size / 1000)
    levels = rng.normal(level, np.sqrt(v_level), draws)
    slopes = rng.normal(slope, np.sqrt(v_slope), draws)
    true_log_odds = levels + slopes * t + rng.normal(0, np.sqrt(seed), draws)
    seen = rng.binomial(int(trials), 1 / (1 + np.exp(-true_log_odds)))
    by_outcome = {}
    for k in np.unique(seen):
        pilot = np.array([[size, k, trials]])
        m, s, a, c, d = (np.asarray(v, dtype=float) for v in learning.posterior(*prior, pilot, *rest))
        at = np.log10(planned / 1000)
        spread = np.sqrt(a + 2 * at * c + at**2 * d)
        by_outcome[k] = float((1 / (1 + np.exp(-(m + s * at + spread * DEVIATES)))).mean())
    means = np.array([by_outcome[k] for k in seen])
    benefit = mean + weight * (means - means.mean())
    nested = np.maximum(benefit, 0).mean() - max(0.0, mean)
    assert ours == pytest.approx(nested, rel=0.10)


DEVIATES = stats.norm.ppf((np.arange(4096) + 0.5) / 4096)


def against_nothing(benefit: Array) -> float:
    """Return what it is worth to know a benefit before choosing between it and nothing."""
    return decision.evpi(np.stack([np.zeros_like(benefit), benefit], axis=1))


def unit_normal_loss(mean: float, deviation: float) -> float:
    """Return the textbook's closed form for a normal benefit."""
    d = abs(mean) / deviation
    return float(deviation * (stats.norm.pdf(d) - d * stats.norm.sf(d)))


@given(st.floats(-2, 2), st.floats(0.01, 3), st.floats(0, 1), st.floats(0, 1))
def test_order_is_exact_in_the_linear_gaussian_case(mean: float, total: float, known: float, resolved: float) -> None:
    """EVPI >= EVPPI >= EVSI >= 0 where the benefit is normal, an input explains part of it, a study part of that."""
    deviations = (total, total * known, total * known * resolved)
    evpi, evppi, evsi = (against_nothing(mean + deviation * DEVIATES) for deviation in deviations)
    assert evpi >= evppi >= evsi >= 0.0


@given(st.floats(-2, 2), st.floats(0.1, 3))
def test_value_of_a_normal_benefit_is_the_unit_normal_loss(mean: float, deviation: float) -> None:
    """The draws' EVPI of a normal benefit is the closed form."""
    ours = against_nothing(mean + deviation * DEVIATES)
    assert ours == pytest.approx(unit_normal_loss(mean, deviation), abs=1e-3 * deviation)


@pytest.mark.parametrize("mean", [0.0, 5e3, -1.2e4])
def test_trials_in_the_normal_limit_are_worth_the_unit_normal_loss(mean: float) -> None:
    """With many answers graded the Beta is normal, and the value of more is the closed form, to a step of the calibration."""
    a, b, trials, weight = 60_000.5, 40_000.5, 50_000.0, 1e7
    variance = a * b / ((a + b) ** 2 * (a + b + 1)) * trials / (trials + a + b)
    log_odds = logit(stats.beta.ppf((np.arange(DRAWS) + 0.5) / DRAWS, a, b))
    ours = value_of_a_study(log_odds, float(plans.share_of_more_trials(trials, 100_000.0)), weight, mean)
    assert ours == pytest.approx(unit_normal_loss(mean, weight * np.sqrt(variance)), rel=0.10)


def test_order_holds_on_random_requests(assess: Assess) -> None:
    """On requests at random the order holds within three standard errors, and nothing is below zero."""
    requests = [request_at_random(seed) for seed in range(4000, 4040)] + [example(name) for name in EXAMPLES]
    informed = 0
    for request in requests:
        request = {**request, "policy": "expected_value", "simulation": {"draws": 1024}}
        answer = assess(request)
        errors = [option["npv"]["standard_error"] or 0.0 for option in answer["options"]]
        found, error = answer["value_of_information"], 3 * max(errors, default=0.0)
        evppi = {entry["input"]: entry["value"] for entry in found["evppi"]}
        together = [entry["value"] for entry in found["groups"]]
        told = {entry["study"]: entry["value"] for entry in found["studies"] if entry["study"] != "alternative"}
        assert found["evpi"] >= 0.0
        assert all(0.0 <= value <= found["evpi"] * (1 + 1e-9) for value in (*evppi.values(), *together)), request
        assert all(-error <= value <= found["evpi"] + error for value in told.values()), request
        assert evppi.get("prompted_accuracy", 0.0) >= told.get("grade", 0.0) - error, request
        informed += bool(evppi)
    assert informed > len(requests) / 3


def test_nothing_uncertain_is_worth_nothing_to_know(assess: Assess) -> None:
    """With plain numbers everywhere and no cost of errors, perfect information is worth exactly 0."""
    request: dict[str, Any] = {
        "task": {"description": "Plain."},
        "prompting": {
            "measured_accuracy": {"correct": 150, "total": 200}, "techniques_tried": ["few_shot"],
            "tokens": {"instruction": 1000, "payload": 100, "output": 50}, "maintenance_cost_per_month": 700,
            "improvement_cost": 5000, "improvement_weeks": 2, "shutdown_date": "2060-01-01", "migration_cost": 0,
            "improvement_techniques": [], "improved_tokens": {"instruction": 1000, "output": 50},
        },
        "fine_tuning": {
            "base_model": "azure/gpt-4.1-mini", "labelled_examples": 3000, "tokens": {"instruction": 100},
            "offer": {"shutdown_date": "2060-01-01"}, "on_shutdown": "migrate",
            "build_cost": 3000.1, "retraining": {"interval_months": 4, "cost": 900.7}, "lead_time_weeks": 7,
            "monitoring_cost_per_month": 333.3,
        },
        "volume": {"requests_per_month": 1_234_567},
        "finance": {"error_cost": 0},
    }  # fmt: skip
    for volume in (1_234_567, 98_765_432):
        request["volume"]["requests_per_month"] = volume
        answer = assess(request)
        found = answer["value_of_information"]
        assert found["evpi"] == 0.0
        assert all(entry["value"] == 0.0 for entry in (*found["evppi"], *found["groups"]))
        assert {entry["study"] for entry in found["studies"]} >= {"grade", "pilot"}
        assert all(entry["value"] == 0.0 for entry in found["studies"])


def studies(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the studies of an answer by what they find out."""
    return {entry["study"]: entry for entry in answer["value_of_information"]["studies"]}


def test_a_study_is_worth_what_is_left_of_its_value(assess: Assess) -> None:
    """A study's net value is its value less its cost, and grading costs what an answer does."""
    request = example("ticket-triage")
    for price in (0.5, 0.001):
        request["prompting"]["cost_per_trial"] = price
        found = studies(assess(request))
        assert found["grade"]["cost"] == pytest.approx(found["grade"]["graded"] * price)
        for study in found.values():
            assert study["net_value"] == pytest.approx(study["value"] - study["cost"])


def test_a_pilot_is_as_large_as_its_labels_are_worth(assess: Assess) -> None:
    """Where labels are missing, the best pilot by itself is no larger as they cost more, and smaller in the end."""
    request = example("ticket-triage") | {"policy": "expected_value"}
    request["fine_tuning"] |= {"labelled_examples": 60, "target_examples": 3000}
    sizes = []
    for price in (0.001, 30.0, 1000.0):
        request["fine_tuning"]["build_plan"] = {"cost_per_example": price}
        sizes.append(studies(assess(request))["pilot"]["size"])
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] < sizes[0]


def test_examples_needed_are_found_or_said_to_be_out_of_reach(assess: Assess) -> None:
    """The examples needed for the requirement: more confidence needs more, and what cannot be reached is said."""
    request = example("ticket-triage")
    del request["latency_target"]
    request["task"]["required_accuracy"] = 0.88
    request["fine_tuning"] |= {
        "pilots": [{"training_examples": 3000, "correct": 1760, "total": 2000}], "on_shutdown": "migrate",
    }  # fmt: skip
    needed = []
    for confidence in (0.6, 0.8):
        request["simulation"] = {"confidence": confidence, "draws": 256}
        labels = assess(request)["accuracy"]["required_labels"]
        assert labels["state"] == "reached"
        assert labels["missing"] == max(labels["examples"] - 6200, 0)
        needed.append(labels["examples"])
    assert needed[0] < needed[1]
    request["task"]["required_accuracy"] = 0.999
    assert assess(request)["accuracy"]["required_labels"]["state"] == "not_reachable"
    del request["task"]["required_accuracy"]
    assert assess(request)["accuracy"]["required_labels"]["state"] == "no_requirement"


def test_trained_on_that_many_the_requirement_is_met(assess: Assess) -> None:
    """Planned at the required number, the fine-tune meets the requirement with the asked confidence."""
    request = example("ticket-triage")
    del request["latency_target"]
    request["task"]["required_accuracy"] = 0.88
    request["fine_tuning"] |= {
        "pilots": [{"training_examples": 3000, "correct": 1760, "total": 2000}], "on_shutdown": "migrate",
    }  # fmt: skip
    request["prompting"]["measured_accuracy"] = {"correct": 1_480_000, "total": 2_000_000}
    request["simulation"] = {"draws": 4096, "confidence": 0.7}
    labels = assess(request)["accuracy"]["required_labels"]
    request["fine_tuning"]["target_examples"] = labels["examples"]
    tune = next(option for option in assess(request)["options"] if option["kind"] == "fine_tune")
    assert tune["chance_meets_bar"] == pytest.approx(0.7, abs=0.02)


def test_more_correct_trials_move_the_verdict_the_right_way(assess: Assess) -> None:
    """Fifty more correct answers raise the prompt's chance and lower what switching is worth."""
    request = example("ticket-triage")
    del request["latency_target"]
    before = assess(request)
    request["prompting"]["measured_accuracy"] = {"correct": 198, "total": 250}
    after = assess(request)
    ids = {option["id"] for option in before["options"]} & {option["id"] for option in after["options"]}
    earlier, later = ({o["id"]: o for o in answer["options"] if o["id"] in ids} for answer in (before, after))
    assert later["keep"]["accuracy"]["mean"] > earlier["keep"]["accuracy"]["mean"]
    assert later["improve"]["chance_meets_bar"] > earlier["improve"]["chance_meets_bar"]
    tune = next(id for id in ids if id.startswith("tune:"))
    assert later[tune]["npv"]["mean"] < earlier[tune]["npv"]["mean"]


def test_each_default_says_its_share_of_the_variance(assess: Assess) -> None:
    """An assumed range says which share of the answer's variance it brings; the largest is worth replacing first."""
    used = assess(example("minimal"))["assumptions"]
    shares = {entry["id"]: entry["share_of_variance"] for entry in used if entry["share_of_variance"] is not None}
    first, *others = sorted(shares, key=lambda name: -shares[name])
    assert first == "tuned_project_hours"
    assert shares[first] > 0.5 > max(shares[name] for name in others)
    assert all(entry["share_of_variance"] is None for entry in used if entry["id"] == "discount_rate")


def test_what_no_study_could_change_is_worth_no_study(assess: Assess) -> None:
    """Where improving the prompt is worth more in nearly every draw, no study pays, nor is one advised."""
    answer = assess(example("policy-answers") | {"policy": "expected_value"})
    tune = answer["options"][2]
    assert tune["kind"] == "fine_tune" and tune["npv_over_best_other"]["probability_positive"] < 0.05
    assert studies(answer).keys() == {"improve", "pilot", "grade"}
    assert all(study["net_value"] < 0.0 for study in studies(answer).values())
    assert answer["verdict"]["action"] == "improve_prompt" and answer["plan"]["cost"] == 0.0
