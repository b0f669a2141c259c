"""Cases from the field (tests/field): what the requests come to, worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assessment.by_hand import (
    HOURS_A_MONTH,
    WEEKS_A_MONTH,
    assumed,
    cached,
    feasible,
    fine_tunes,
    hit_rate,
    lead_months,
    mean,
    mean_accuracy,
    merged,
    months_until,
    option,
    replicas,
    tokens_per_second,
)

Json = dict[str, Any]
Assess = Callable[[Json], Json]

FIELD = Path(__file__).parents[1] / "field"
NAMES = sorted(path.stem for path in FIELD.glob("*.json"))
EXACT, SUMMED = 1e-9, 1e-6
"""How near a figure comes where only arithmetic is done, and where the mean of a share is summed on another grid."""

QWEN = tokens_per_second("qwen3.5-9b", "h100")


def told(name: str) -> Json:
    """Return a request of the field."""
    request: Json = json.loads((FIELD / f"{name}.json").read_text())
    return request


@pytest.fixture(scope="module")
def field(assess: Assess) -> Assess:
    """Return a function that answers a request of the field, or one that says more or less, once."""
    answers: dict[str, Json] = {}

    def answer(request: Json) -> Json:
        key = json.dumps(request, sort_keys=True)
        if key not in answers:
            answers[key] = assess(request)
        return answers[key]

    return answer


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
    assert found["token_cost_per_request"] == pytest.approx(by_hand, rel=SUMMED, abs=1e-15)
    requests = request["volume"]["requests_per_month"]
    assert found["monthly"]["tokens"] == pytest.approx(by_hand * requests, rel=SUMMED, abs=1e-9)


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
    ("long-requests", "tune:together/qwen3.5-9b"): (3000 * 16_700 * 3 * 0.48 / 1e6, None, 10_000.0, 2000.0),
    ("short-requests", "tune:together/qwen3.5-9b"): (3000 * 205 * 3 * 0.48 / 1e6, None, 10_000.0, 2000.0),
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
    """What is paid at the start is the build, with what the option that stands in costs at the start."""
    answer = field(told(name))
    found = option(answer, which)
    build = found["training"]["build_cost"]
    assert found["present_values"]["one_off"] == pytest.approx(build, rel=EXACT)
    assert found["one_off"] == pytest.approx(build + option(answer, found["stands_in"])["one_off"], rel=EXACT)
    assert option(answer, "keep")["one_off"] == 0


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
        month = dict(each["monthly"])
        total = month.pop("total")
        assert sum(month.values()) == pytest.approx(total, rel=EXACT, abs=1e-9), each["id"]
        assert sum(each["present_values"].values()) == pytest.approx(each["tco"]["base_case"], rel=EXACT), each["id"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("documents-own-gpu",)])
def test_upkeep_is_hours_times_rate(name: str, field: Assess) -> None:
    """Where nobody stated the upkeep it is hours times a rate, the same for every prompt and no less for a fine-tune."""
    answer = field(told(name))
    hours = assumed("upkeep_hours_per_month") * assumed("hourly_rate")
    for each in feasible(answer):
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


def test_a_stated_bill_stays_with_the_own_offer(field: Assess) -> None:
    """A hundred times the bill of one's own GPU moves what the own offer costs, and no offer of the catalogue."""
    request = told("documents-own-gpu")
    dear = merged(request, {"fine_tuning": {"hosting_cost_per_month": 8900}})
    cheap_offers, dear_offers = (
        {offer["id"]: offer for offer in field(each)["offers"]} for each in (request, dear)
    )  # fmt: skip
    own = [name for name, offer in cheap_offers.items() if offer["option"] == "tune:own"]
    assert len(own) == 1 and len(cheap_offers) > len(own)
    for name, offer in cheap_offers.items():
        more = 8900 - 89 if name in own else 0
        assert dear_offers[name]["monthly_cost"] == pytest.approx(offer["monthly_cost"] + more, rel=EXACT), name


def test_latency_of_the_fine_tune_as_measured(field: Assess) -> None:
    """890 ms became 280: measured for the fine-tune, or for a pilot of it, the saving is 610 ms."""
    request = told("documents-own-gpu")
    measured = request["fine_tuning"]["measured_latency"]
    pilot = {"training_examples": 3000, "correct": 282, "total": 300, "measured_latency": measured}
    of_the_pilot = merged(request, {"fine_tuning": {"measured_latency": None, "pilots": [pilot]}})
    for each in (request, of_the_pilot):
        latency = option(field(each), "tune:own")["latency"]
        assert latency["is_measured"]
        assert latency["p50_seconds"] == pytest.approx(0.28, rel=0.02)
        assert latency["saving_p50_seconds"] == pytest.approx(0.61, rel=0.02)


def test_another_base_model_is_a_way_to_serve(field: Assess) -> None:
    """A small base model that nobody measured yet stands among the options as such, and is served by no verdict."""
    answer = field(told("support-big-model"))
    small = option(answer, "prompt:small")
    assert not small["is_measured"]
    assert answer["verdict"]["option"] != "prompt:small"
    assert all(each.get("stands_in") != "prompt:small" for each in answer["options"])


def test_a_missed_target_is_a_missed_target(field: Assess) -> None:
    """A prompt measured at a second does not answer within 0.2 s."""
    latency = option(field(told("half-a-billion-extractions")), "keep")["latency"]
    assert latency["is_measured"]
    assert latency["chance_meets_target"] < 0.01


def test_half_a_billion_requests_are_worth_a_fine_tune(field: Assess) -> None:
    """Two years at two million USD a month of tokens are not spent for want of a fine-tune that costs a fortieth."""
    answer = field(told("half-a-billion-extractions"))
    tune, keep = option(answer, "tune:own"), option(answer, "keep")
    assert tune["monthly"]["hosting"] < keep["monthly"]["tokens"] / 25
    assert tune["npv"]["mean"] > 25e6
    assert tune["npv"]["mean"] > option(answer, "improve")["npv"]["mean"]


def test_nothing_moves_on_at_a_provider_that_closes(field: Assess) -> None:
    """The fine-tune in service is option 0; no successor is trained at a provider that trains none, asked for or not."""
    answer = field(told("provider-closes"))
    first = answer["options"][0]
    assert (first["id"], first["kind"]) == ("in_service", "in_service")
    assert first["npv"]["base_case"] == 0 and first["npv"]["mean"] == 0
    assert first["accuracy"]["at_start_base_case"] == pytest.approx(mean_accuracy(188, 200), rel=EXACT)
    life = first["lifetime"]
    assert (life["retires_on"], life["on_shutdown"]) == ("2027-01-14", "revert")
    assert life.get("npv_migrate") is None
    assert first["present_values"]["migration"] == 0
    assert first["stands_in"] in {each["id"] for each in answer["options"] if each["kind"] in ("keep", "improve")}
    for each in fine_tunes(answer):
        assert not each["offer"].startswith("openai/"), each["id"]
    assert answer["verdict"]["action"] in ("keep_fine_tune", "fine_tune", "return_to_prompt")


def test_adapters_share_the_bill_and_not_the_load(field: Assess) -> None:
    """A sixtieth of a deployment costs a sixtieth, and one adapter alone bears all of it."""
    request = told("sixty-adapters")
    alone = option(field(merged(request, {"fine_tuning": {"hosting_share": None}})), "tune:own")
    shared = option(field(request), "tune:own")
    assert alone["monthly"]["hosting"] == pytest.approx(60 * shared["monthly"]["hosting"], rel=EXACT)
    assert shared["latency"]["replicas"] == alone["latency"]["replicas"]


def test_a_teachers_labels_are_no_bar(field: Assess) -> None:
    """A hundred labels of a teacher take no week of anybody's, bound the accuracy, and are all that is planned."""
    answer = field(told("teacher-summaries"))
    tune = option(answer, "tune:own")
    assert tune["accuracy"]["planned_examples"] == 100
    assert tune["timeline"]["start_month"] == pytest.approx(lead_months(), rel=EXACT)
    assert tune["accuracy"]["mean"] <= 0.85
    assert answer["verdict"]["action"] != "collect_examples"


def test_batch_work_rents_hours_and_not_months(field: Assess) -> None:
    """8,000 filings keep a replica busy for 7.4 hours a month, 5.93 USD, where answers on call take all 730."""
    request = told("batch-filings")
    found = option(field(request), "tune:own")["monthly"]["hosting"]
    assert found / 0.8 == pytest.approx(7.407, abs=1e-3)
    on_call = option(field(merged(request, {"prompting": {"batch_share": 0}})), "tune:own")["monthly"]["hosting"]
    assert on_call == pytest.approx(0.8 * HOURS_A_MONTH, rel=EXACT)


def test_knowledge_that_comes_with_the_payload_does_not_age(field: Assess) -> None:
    """With the pages fetched for each question their half-life takes nothing from a fine-tune's accuracy."""
    request = told("retrieval-and-tuning")
    timeless = field(merged(request, {"task": {"knowledge_half_life_months": None}}))
    for each in fine_tunes(field(request)):
        assert each["accuracy"] == option(timeless, each["id"])["accuracy"], each["id"]
        assert each["training"]["build_cost"] == 2400


def test_what_was_not_said_is_planned_bottom_up(field: Assess) -> None:
    """No retraining of 27,000 to 66,000 USD decides in silence; the article's stands beside for comparison."""
    answer = field(told("queues-said-little"))
    tunes = fine_tunes(answer)
    assert tunes
    for each in tunes:
        assert each["training"]["retraining_cost"] < 20_000, each["id"]
    pointers = {used["pointer"] for used in answer["assumptions"]}
    assert {"/fine_tuning/build_cost", "/fine_tuning/retraining/cost"} <= pointers
    assert any((row["article_low"], row["article_high"]) == (5000, 150_000) for row in answer["article_check"])


def test_the_same_volume_of_long_and_of_short_requests(field: Assess) -> None:
    """Eighty times the tokens take many GPUs where short requests take one."""
    long, short = (
        option(field(told(name)), "tune:together/qwen3.5-9b") for name in ("long-requests", "short-requests")
    )
    assert short["latency"]["replicas"] == 1
    assert long["latency"]["replicas"] == LONG > 5


def test_the_likelier_offer_stands_beside_the_cheaper(field: Assess) -> None:
    """With a requirement the offer that is likeliest to meet it is an option, however much the others save."""
    answer = field(told("sixty-codes"))
    tunes = fine_tunes(answer)
    assert len(tunes) >= 2
    kept = {each["id"] for each in tunes}
    chances = [
        o["chance_meets_bar"] for o in answer["offers"] if o["is_feasible"] and o["chance_meets_bar"] is not None
    ]
    assert max(each["chance_meets_bar"] for each in tunes) >= max(chances) - 1e-12
    assert {o["option"] for o in answer["offers"] if o["option"]} == kept
    for each in tunes:
        assert each["training"]["build_cost"] == 25_000
        assert each["accuracy"]["planned_examples"] == 30_000


def test_a_fee_by_the_hour_beside_tokens(field: Assess) -> None:
    """1.70 USD an hour are 1,241.85 a month, with 198 of tokens 1,439.85: nothing else is charged."""
    month = option(field(told("hosting-fee")), "tune:own")["monthly"]
    assert month["hosting"] == pytest.approx(1241.85, rel=EXACT)
    assert month["tokens"] == pytest.approx(198, rel=EXACT)
    assert month["total"] - month["upkeep"] == pytest.approx(1439.85, rel=EXACT)
    assert month["errors"] == 0
