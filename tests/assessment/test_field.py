"""Cases from the field (tests/field): what tokens, hosting, training and time come to, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from assessment.by_hand import (
    HOURS_A_MONTH,
    NAMES,
    WEEKS_A_MONTH,
    adds_up,
    assumed,
    cached,
    feasible,
    hit_rate,
    lead_months,
    mean,
    merged,
    months_until,
    option,
    remembered,
    replicas,
    tokens_per_second,
    told,
)
from assessment.letters import EXACT

Json = dict[str, Any]
Assess = Callable[[Json], Json]

QWEN = tokens_per_second("together/qwen3.5-9b")


@pytest.fixture(scope="module")
def field(assess: Assess) -> Assess:
    """Return a function that answers a request of the field, or one that says more or less, once."""
    return remembered(assess)


TOKEN_COSTS = {
    ("documents-own-gpu", "keep"): (1000 * 30 + 50 * 60) / 1e6,
    ("documents-own-gpu", "tune:own"): 0.0,
    ("support-big-model", "keep"): (5000 * 30 + 900 * 60) / 1e6,
    ("support-big-model", "prompt:small"): (5000 * 0.4 + 900 * 1.6) / 1e6,
    ("half-a-billion-extractions", "keep"): (cached(1200, hit_rate(480e6), 1.25, 2.5) + 300 * 2.5 + 60 * 10) / 1e6,
    ("half-a-billion-extractions", "tune:own"): 0.0,
    ("provider-closes", "keep"): (cached(1800, hit_rate(300_000), 0.075, 0.15) + 300 * 0.15 + 20 * 0.6) / 1e6,
    ("provider-closes", "in_service"): ((1800 * assumed("tuned_instruction_share") + 300) * 0.3 + 20 * 1.2) / 1e6,
    ("sixty-adapters", "keep"): ((600 + mean(1500, 5000)) * 2.5 + 20 * 10) / 1e6,
    ("sixty-adapters", "tune:own"): 0.0,
    ("teacher-summaries", "keep"): (10_600 * 30 + 1060 * 60) / 1e6,
    ("teacher-summaries", "tune:own"): (2050 * 3 + 180 * 6) / 1e6,
    ("batch-filings", "keep"): (17_000 * 0.75 + 1600 * 4.5) / 1e6 / 2,
    ("batch-filings", "tune:own"): 0.0,
    ("retrieval-and-tuning", "keep"): (6900 * 2 + 350 * 8) / 1e6,
    ("queues-said-little", "keep"): (
        cached(assumed("prompt_instruction_tokens"), hit_rate(2e6), 1.25, 2.5)
        + assumed("prompt_payload_tokens") * 2.5
        + assumed("prompt_output_tokens") * 10
    )
    / 1e6,
    ("long-requests", "keep"): (cached(2000, hit_rate(10e6), 0.5, 2) + 15_000 * 2 + 1600 * 8) / 1e6,
    ("long-requests", "tune:together/qwen3.5-9b"): 0.0,
    ("short-requests", "keep"): (300 * 2 + 5 * 8) / 1e6,
    ("short-requests", "tune:together/qwen3.5-9b"): 0.0,
    ("sixty-codes", "keep"): (cached(3000, hit_rate(500_000), 0.5, 2) + 400 * 2 + 30 * 8) / 1e6,
    ("hosting-fee", "keep"): (cached(1500, hit_rate(10_000), 0.275, 1.1) + 500 * 1.1 + 4000 * 4.4) / 1e6,
    ("hosting-fee", "tune:own"): (2000 * 1.1 + 4000 * 4.4) / 1e6,
}
"""USD of tokens in one request, by file and option."""


@pytest.mark.parametrize(("name", "which"), TOKEN_COSTS, ids=" ".join)
def test_tokens_of_a_request(name: str, which: str, field: Assess) -> None:
    """The tokens of a request, and of a month of them, cost what they come to by hand."""
    request = told(name)
    found, by_hand = option(field(request), which), TOKEN_COSTS[name, which]
    assert found["token_cost_per_request"] == pytest.approx(by_hand, rel=EXACT, abs=1e-15)
    requests = request["volume"]["requests_per_month"]
    assert found["monthly"]["tokens"] == pytest.approx(by_hand * requests, rel=EXACT, abs=1e-9)


def test_every_request_of_the_field_is_worked_out() -> None:
    """There is a hand calculation for each file."""
    assert {name for name, _ in TOKEN_COSTS} == set(NAMES)


LONG, SHORT = replicas(10e6, 100 + 15_000 + 1600, QWEN), replicas(10e6, 100 + 100 + 5, QWEN)
HOSTING = {
    ("documents-own-gpu", "tune:own"): (1, 89.0),
    ("half-a-billion-extractions", "tune:own"): (28, 28 * 2.5 * HOURS_A_MONTH),
    ("sixty-adapters", "tune:own"): (1, 4.0 * HOURS_A_MONTH / 60),
    ("batch-filings", "tune:own"): (1, 8000 / 0.3 / 3600 * 0.8),
    ("long-requests", "tune:together/qwen3.5-9b"): (LONG, LONG * 3.99 * HOURS_A_MONTH),
    ("short-requests", "tune:together/qwen3.5-9b"): (SHORT, SHORT * 3.99 * HOURS_A_MONTH),
    ("hosting-fee", "tune:own"): (None, 1.7 * HOURS_A_MONTH),
    ("teacher-summaries", "tune:own"): (None, 0.0),
}
"""Replicas, where whole ones are rented, and USD of hosting a month, by file and option."""


@pytest.mark.parametrize(("name", "which"), HOSTING, ids=" ".join)
def test_hosting(name: str, which: str, field: Assess) -> None:
    """A fine-tune is served by as many replicas, at as much a month, as the load needs by hand."""
    found, (count, cost) = option(field(told(name)), which), HOSTING[name, which]
    assert found["monthly"]["hosting"] == pytest.approx(cost, rel=EXACT)
    if count is not None:
        assert found["latency"]["replicas"] == count


EXTRACTION = assumed("cost_per_example_extraction")
TRAINING = {
    ("documents-own-gpu", "tune:own"): (0.0, 0.0, mean(80, 160) * 90, mean(1000, 3000)),
    ("half-a-billion-extractions", "tune:own"): (0.0, 0.0, mean(300, 800) * 110, mean(5000, 20_000)),
    ("sixty-adapters", "tune:own"): (0.0, 0.0, mean(10, 40) * 100, mean(200, 1000)),
    ("teacher-summaries", "tune:own"): (100 * 2230 * 3 * 8 / 1e6, 38.0, 24 * 90 + 38.0 + 5.352, 100.0),
    ("batch-filings", "tune:own"): (None, 900 * EXTRACTION, None, None),
    ("long-requests", "tune:together/qwen3.5-9b"): (None, None, 10_000.0, 2000.0),
    ("short-requests", "tune:together/qwen3.5-9b"): (None, None, 10_000.0, 2000.0),
    ("hosting-fee", "tune:own"): (None, None, 427.06, 427.06),
}
"""USD of one run, of the labels, of the build and of one retraining, by file and option; None where nothing was said."""


@pytest.mark.parametrize(("name", "which"), TRAINING, ids=" ".join)
def test_training(name: str, which: str, field: Assess) -> None:
    """A run, the missing labels, the build and a retraining cost what the plan comes to by hand."""
    training = option(field(told(name)), which)["training"]
    parts = ("run_cost", "labels_cost", "build_cost", "retraining_cost")
    for part, by_hand in zip(parts, TRAINING[name, which], strict=True):
        if by_hand is not None:
            assert training[part] == pytest.approx(by_hand, rel=EXACT, abs=1e-9), part


@pytest.mark.parametrize(("name", "which"), TRAINING, ids=" ".join)
def test_one_off_cost(name: str, which: str, field: Assess) -> None:
    """What is paid at the start is the build; a better prompt that stands in is paid for beside it."""
    answer = field(told(name))
    found = option(answer, which)
    build = found["training"]["build_cost"]
    assert found["present_values"]["one_off"] == pytest.approx(build, rel=EXACT)
    assert found["one_off"] == pytest.approx(build, rel=EXACT)
    stand_in = option(answer, found["stands_in"])["one_off"]
    assert found["present_values"]["stand_in"] > stand_in >= 0
    assert option(answer, "keep")["one_off"] == 0


@pytest.mark.parametrize(("name", "tokens"), [("long-requests", 16_700), ("short-requests", 205)])
def test_a_training_run_goes_by_its_tokens(name: str, tokens: int, field: Assess) -> None:
    """Where the build is planned, a run over 3,000 examples three times costs 0.48 USD for each million of tokens."""
    planned = field(merged(told(name), {"fine_tuning": {"build_cost": None}}))
    training = option(planned, "tune:together/qwen3.5-9b")["training"]
    assert training["run_cost"] == pytest.approx(3000 * tokens * 3 * 0.48 / 1e6, rel=EXACT)
    assert training["labels_cost"] == 0
    runs = assumed("tuned_training_runs") * training["run_cost"]
    people = assumed("tuned_project_hours") * assumed("hourly_rate")
    assert training["build_cost"] == pytest.approx(people + runs, rel=EXACT)


LIVES = {
    ("documents-own-gpu", "tune:own"): (lead_months(), 24.0, 6),
    ("half-a-billion-extractions", "tune:own"): (lead_months(), 24.0, 6),
    ("sixty-adapters", "tune:own"): (lead_months(), 24.0, 6),
    ("batch-filings", "tune:own"): (lead_months(900), 12.0, None),
    ("provider-closes", "in_service"): (0.0, months_until("2027-01-14"), 12),
}
"""Month of the start, month of the end, months between two trainings, by file and option: lives that are not drawn."""


@pytest.mark.parametrize(("name", "which"), LIVES, ids=" ".join)
def test_timeline(name: str, which: str, field: Assess) -> None:
    """A fine-tune starts when it is built, ends with its base model or the horizon, and is retrained in between."""
    found, (start, end, interval) = option(field(told(name)), which)["timeline"], LIVES[name, which]
    assert found["start_month"] == pytest.approx(start, rel=EXACT, abs=1e-12)
    assert found["end_month"] == pytest.approx(end, rel=EXACT)
    assert found["live_months"] == pytest.approx(end - start, rel=EXACT)
    if interval is not None:
        assert found["retrainings"] == math.ceil((end - start) / interval) - 1


@pytest.mark.parametrize("name", NAMES)
def test_what_serves_at_once_serves_all_along(name: str, field: Assess) -> None:
    """The prompt serves from the start to the horizon, a better one after the weeks it takes."""
    request = told(name)
    answer, horizon = field(request), request["volume"]["horizon_months"]
    weeks = assumed("article_prompt_lead_time")
    for which, start in (("keep", 0.0), ("improve", weeks / WEEKS_A_MONTH)):
        timeline = option(answer, which)["timeline"]
        assert timeline["start_month"] == pytest.approx(start, rel=EXACT, abs=1e-12)
        assert timeline["end_month"] == horizon
        assert timeline["retrainings"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_parts_add_up(name: str, field: Assess) -> None:
    """The parts of a month add up to the month, the parts of the present value to the total cost of ownership."""
    for each in feasible(field(told(name))):
        assert adds_up(each["monthly"]), each["id"]
        assert sum(each["present_values"].values()) == pytest.approx(each["tco"]["base_case"], rel=EXACT), each["id"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("documents-own-gpu",)])
def test_upkeep_is_hours_times_rate(name: str, field: Assess) -> None:
    """Where nobody stated the upkeep it is hours times a rate, the same for every prompt and no less for a fine-tune."""
    answer = field(told(name))
    hours = assumed("upkeep_hours_per_month") * assumed("hourly_rate")
    for each in (each for each in feasible(answer) if each["monthly"]["total"] is not None):
        factor = 1.0 if each["kind"] in ("keep", "improve", "other_prompt") else assumed("tuned_upkeep_factor")
        assert each["monthly"]["upkeep"] == pytest.approx(hours * factor, rel=EXACT), each["id"]


def test_stated_monitoring_sets_the_prompts_upkeep(field: Assess) -> None:
    """Where only the monitoring of the fine-tune is stated, the prompt's upkeep follows by the same factor."""
    answer = field(told("documents-own-gpu"))
    stated = mean(200, 800)
    assert option(answer, "tune:own")["monthly"]["upkeep"] == pytest.approx(stated, rel=EXACT)
    prompt = option(answer, "keep")["monthly"]["upkeep"]
    assert prompt == pytest.approx(stated / assumed("tuned_upkeep_factor"), rel=EXACT)


def test_published_bills(field: Assess) -> None:
    """The bills that were published come out: 4,200, 8,160 and 138 USD a month, and about a cent a document."""
    documents, support = field(told("documents-own-gpu")), field(told("support-big-model"))
    assert round(option(documents, "keep")["monthly"]["tokens"]) == 4200
    assert round(option(support, "keep")["monthly"]["tokens"]) == 8160
    assert round(option(support, "prompt:small")["monthly"]["tokens"]) == 138
    filings = option(field(told("batch-filings")), "keep")
    assert filings["token_cost_per_request"] == pytest.approx(0.009975, rel=EXACT)
