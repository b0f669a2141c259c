"""What users could not say, and what prompts, labels and paybacks were said to do."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from assessment.by_hand import (
    WEEKS_A_MONTH,
    assumed,
    feasible,
    merged,
    option,
)
from assessment.letters import CASE, CHEAP, DEAR, EXACT, GPU, NEVER, OWN, prompting, tokens, tuning

Json = dict[str, Any]
Assess = Callable[[Json], Json]

# What can be said.


def test_another_prompt_can_be_said(assess: Assess) -> None:
    """Retrieval is a way to serve: its payload, its bill and its accuracy are those that were stated."""
    retrieval = {
        "name": "retrieval",
        "tokens": {"payload": 2400},
        "measured_accuracy": {"correct": 190, "total": 200},
        "running_cost_per_month": 300,
        "one_off_cost": 4000,
        "weeks": 4.348125,
    }
    answer = assess(merged(CASE, prompting(alternatives=[retrieval])))
    keep, found = option(answer, "keep"), option(answer, "prompt:retrieval")
    assert found["kind"] == "other_prompt" and found["is_measured"]
    assert found["token_cost_per_request"] == pytest.approx((3400 * 10 + 40 * 30) / 1e6, rel=EXACT)
    assert found["monthly"]["upkeep"] == pytest.approx(keep["monthly"]["upkeep"] + 300, rel=EXACT)
    assert found["one_off"] == 4000
    assert found["timeline"]["start_month"] == pytest.approx(1, rel=EXACT)
    assert found["accuracy"]["at_start_base_case"] == pytest.approx(190.5 / 201, rel=EXACT)


def test_a_share_of_the_hosting_can_be_said(assess: Assess) -> None:
    """Of a shared host a quarter is a quarter of the bill."""
    whole, quarter = (
        option(assess(merged(CASE, GPU, tuning(hosting_share=share))), "tune:own") for share in (None, 0.25)
    )
    assert quarter["monthly"]["hosting"] == pytest.approx(whole["monthly"]["hosting"] / 4, rel=EXACT)


def test_a_teacher_can_be_said(assess: Assess) -> None:
    """A teacher's labels cost its tokens and take no weeks, where people's cost a wage and have to be waited for."""
    few = merged(CASE, OWN, tuning(labelled_examples=0, labels_per_week=20))
    teacher = {"label_source": "teacher", "teacher": {"prices": DEAR, "checked_share": 0}}
    people, taught = (option(assess(each), "tune:own") for each in (few, merged(few, tuning(**teacher))))
    wage = assumed("cost_per_example_classification")
    assert people["training"]["labels_cost"] == pytest.approx(1000 * wage, rel=EXACT)
    assert taught["training"]["labels_cost"] == pytest.approx(1000 * (1400 * 10 + 40 * 30) / 1e6, rel=EXACT)
    waited = people["timeline"]["start_month"] - taught["timeline"]["start_month"]
    assert waited == pytest.approx(1000 / 20 / WEEKS_A_MONTH, rel=EXACT)
    assert taught["accuracy"]["mean"] < people["accuracy"]["mean"]


def test_a_fine_tune_in_service_can_be_said(assess: Assess) -> None:
    """What serves already is what the others are measured against, at no cost of building it."""
    pilot = {"training_examples": 3000, "correct": 190, "total": 200}
    answer = assess(merged(CASE, OWN, tuning(in_service=True, last_trained_date="2026-09-23", pilots=[pilot])))
    first = answer["options"][0]
    assert (first["id"], first["kind"]) == ("in_service", "in_service")
    assert first["timeline"]["start_month"] == 0
    assert first["present_values"]["one_off"] == 0
    assert first["npv"]["base_case"] == 0
    keep = option(answer, "keep")
    saved = first["tco"]["base_case"] - keep["tco"]["base_case"]
    assert keep["npv"]["base_case"] == pytest.approx(saved, rel=1e-6)


def test_measured_latency_can_be_said_of_any_option(assess: Assess) -> None:
    """Latency as measured stands for an alternative and for a fine-tune, where it is otherwise a guess."""
    measured = {"p50_seconds": 0.3, "p95_seconds": 0.6}
    other: Json = {"name": "other", "prices": CHEAP, "measured_accuracy": {"correct": 170, "total": 200}}
    guessed = assess(merged(CASE, GPU, prompting(alternatives=[other])))
    said = merged(CASE, GPU, prompting(alternatives=[other | {"measured_latency": measured}]))
    known = assess(merged(said, tuning(measured_latency=measured)))
    for name in ("prompt:other", "tune:own"):
        assert not option(guessed, name)["latency"]["is_measured"]
        latency = option(known, name)["latency"]
        assert latency["is_measured"]
        assert latency["p50_seconds"] == pytest.approx(0.3, rel=0.02)
        assert option(guessed, name)["latency"]["p50_seconds"] != pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize("prompted", ["openai/gpt-4.1", "openai/gpt-4.1-mini"])
def test_the_token_saving_is_split_in_two(prompted: str, assess: Assess) -> None:
    """What the base model saves and what tuning saves are together what the tokens cost less."""
    named = tuning(
        base_model="azure/gpt-4.1-mini",
        offer={"last_training_date": NEVER, "shutdown_date": NEVER},
        labelled_examples=3000,
        lead_time_weeks=0,
        tokens={"instruction": 100},
    )
    answer = assess(merged(CASE, prompting(prices=None, base_model=prompted), named))
    keep, tune = option(answer, "keep"), option(answer, "tune:azure/gpt-4.1-mini")
    saved = keep["present_values"]["tokens"] - tune["present_values"]["tokens"]
    from_model, from_tuning = tune.get("saving_from_model") or 0.0, tune["saving_from_tuning"]
    assert from_model + from_tuning == pytest.approx(saved, rel=EXACT)
    assert (from_model > 1) == (prompted == "openai/gpt-4.1")


# Prompts.


@pytest.mark.parametrize(
    ("prompted", "tuned", "relation"),
    [
        ("openai/gpt-4", "azure/gpt-4.1-mini", "larger"),
        ("openai/gpt-4.1", "azure/gpt-4o", "smaller"),
        ("openai/gpt-4.1", "azure/gpt-4.1", "same"),
    ],
)
def test_larger_means_more_capable(prompted: str, tuned: str, relation: str, assess: Assess) -> None:
    """A base model that costs less and can do more is the larger one, and the other way round."""
    said = merged(CASE, prompting(prices=None, base_model=prompted), tuning(base_model=tuned, labelled_examples=3000))
    found = next(offer for offer in assess(said)["offers"] if offer["id"] == tuned)
    assert found["relation"] == relation


@pytest.mark.parametrize("kind", ["classification", "reasoning"])
@pytest.mark.parametrize(
    "tried",
    [[], ["better_examples"], ["chain_of_thought", "structured_output"], ["better_examples", "prompt_optimiser"]],
    ids=lambda tried: "+".join(tried) or "nothing",
)
def test_having_tried_few_shot_promises_nothing_more(kind: str, tried: list[str], assess: Assess) -> None:
    """To say that few-shot was tried never raises what improving the prompt promises, in the mean or in chance."""
    for required in (0.87, 0.92):
        request = merged(CASE, {"task": {"kind": kind, "required_accuracy": required}}, prompting(shutdown_date=NEVER))
        before, after = (
            option(assess(merged(request, prompting(techniques_tried=known))), "improve")
            for known in (tried, [*tried, "few_shot"])
        )
        assert after["accuracy"]["mean"] <= before["accuracy"]["mean"] + 1e-12
        assert after["accuracy"]["at_start_base_case"] <= before["accuracy"]["at_start_base_case"] + 1e-12
        assert after["chance_meets_bar"] <= before["chance_meets_bar"] + 1e-12


def test_a_better_prompt_costs_tokens(assess: Assess) -> None:
    """Techniques lengthen the instruction and the output, and the improved prompt pays for them."""
    answer = assess(merged(CASE, prompting(techniques_tried=[])))
    keep, improve = option(answer, "keep"), option(answer, "improve")
    assert improve["token_cost_per_request"] > keep["token_cost_per_request"]
    assert improve["monthly"]["tokens"] > keep["monthly"]["tokens"]
    assert improve["tokens"]["instruction"] > keep["tokens"]["instruction"]
    assert improve["tokens"]["payload"] == keep["tokens"]["payload"]


def test_the_tokens_of_a_better_prompt_can_be_said(assess: Assess) -> None:
    """Where the tokens of the improved prompt are stated, it costs them in so far as it is kept: in most draws, not in all."""
    request = merged(CASE, prompting(improved_tokens=tokens(2000, 400, 90)))
    answer = assess(request)
    keep, improve = option(answer, "keep")["tokens"], option(answer, "improve")["tokens"]
    kept = (improve["instruction"] - keep["instruction"]) / (2000 - keep["instruction"])
    assert 0.5 < kept <= 1.0
    assert improve["output"] == pytest.approx(keep["output"] + kept * (90 - keep["output"]), rel=EXACT)


@pytest.mark.parametrize(
    "capacity",
    [
        {"tokens_per_second_per_replica": 20_000},
        {"tokens_per_second_per_replica": None, "requests_per_second_per_replica": 5},
    ],
    ids=["by tokens", "by requests"],
)
def test_fewer_instructions_are_never_slower(capacity: Json, assess: Assess) -> None:
    """6,000 instruction tokens less never make a request slower on a dedicated replica."""
    request = merged(CASE, GPU, prompting(tokens={"instruction": 6500}), tuning(relative_size="same", offer=capacity))
    long, short = (
        option(assess(merged(request, tuning(tokens={"instruction": left}))), "tune:own")["latency"]
        for left in (6500, 500)
    )
    for figure in ("ttft_seconds", "p50_seconds", "p95_seconds", "p99_seconds"):
        assert short[figure] <= long[figure], figure
    assert short["saving_p50_seconds"] >= 0


# Labels, ages, paybacks.

SLOW = merged(CASE, OWN, tuning(labelled_examples=200, target_examples=5000, labels_per_week=20))
"""4,800 labels are missing, at 20 a week."""


def test_labels_that_trickle_in_take_years(assess: Assess) -> None:
    """4,800 missing labels at 20 a week are 240 weeks before the project is through."""
    tune = option(assess(merged(SLOW, {"volume": {"horizon_months": 120}})), "tune:own")
    assert tune["is_feasible"]
    weeks = 240 + assumed("tuned_lead_time")
    assert tune["timeline"]["start_month"] == pytest.approx(weeks / WEEKS_A_MONTH, rel=EXACT)


def test_labels_that_come_too_late_are_said_to(assess: Assess) -> None:
    """Where the labels are there only after the horizon, the fine-tune never serves: infeasible, or without a live month."""
    tune = option(assess(SLOW), "tune:own")
    if tune["is_feasible"]:
        assert tune["timeline"]["live_months"] == 0
        assert tune["timeline"]["start_month"] * WEEKS_A_MONTH >= 240
    else:
        assert "label" in tune["obstacle"] or "horizon" in tune["obstacle"]
        assert tune["npv"]["mean"] is None


@pytest.mark.parametrize(("labelled", "planned"), [(0, 1000), (999, 1000), (1000, 1000), (1001, 1001), (9000, 9000)])
def test_examples_that_are_planned(labelled: int, planned: int, assess: Assess) -> None:
    """A fine-tune is planned with what there is, and with a thousand at least."""
    tune = option(assess(merged(CASE, OWN, tuning(labelled_examples=labelled))), "tune:own")
    assert tune["accuracy"]["planned_examples"] == planned


def test_more_labels_never_plan_fewer(assess: Assess) -> None:
    """As labels are added the planned examples never fall, nor does the accuracy they promise."""
    stock = (0, 10, 500, 999, 1000, 1001, 2500, 9000, 60_000)
    tunes = [option(assess(merged(CASE, OWN, tuning(labelled_examples=each))), "tune:own") for each in stock]
    for figure in ("planned_examples", "at_start_base_case", "mean"):
        found = [tune["accuracy"][figure] for tune in tunes]
        assert all(more >= less - 1e-12 for less, more in itertools.pairwise(found)), figure


def test_knowledge_in_the_payload_does_not_go_stale(assess: Assess) -> None:
    """A half-life lowers a fine-tune's accuracy, unless the knowledge comes with each request."""
    stale = merged(CASE, OWN, {"task": {"knowledge_half_life_months": 6}})
    fetched = merged(stale, {"task": {"knowledge_in_payload": True}})
    plain, aged, fresh = (option(assess(each), "tune:own") for each in (merged(CASE, OWN), stale, fetched))
    for figure in ("average_base_case", "average_mean", "worst_month"):
        assert aged["accuracy"][figure] < fresh["accuracy"][figure], figure
    assert fresh["accuracy"] == plain["accuracy"]


def test_what_never_pays_back_needs_no_number_of_requests(assess: Assess) -> None:
    """Where running on saves nothing, payback is never and no number of requests is given for it."""
    dear = tuning(offer={"prices": {"input_usd_per_mtok": 100, "output_usd_per_mtok": 300}})
    tune = option(assess(merged(CASE, OWN, dear)), "tune:own")
    assert tune["payback"]["state"] == "never" and tune["payback"]["months"] is None
    assert tune["payback_requests"] is None


def test_what_pays_back_says_after_how_many_requests(assess: Assess) -> None:
    """Where each request saves, the outlay is back after as many of them as it takes."""
    tune = option(assess(merged(CASE, OWN)), "tune:own")
    assert tune["payback_requests"] > 0
    assert all(each["payback_requests"] is None or each["payback_requests"] >= 0 for each in feasible(assess(CASE)))
