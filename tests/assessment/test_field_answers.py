"""Cases from the field (tests/field): what an answer must not miss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assessment.by_hand import (
    HOURS_A_MONTH,
    fine_tunes,
    lead_months,
    mean_accuracy,
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


@pytest.fixture(scope="module")
def field(assess: Assess) -> Assess:
    """Return a function that answers a request of the field, or one that says more or less, once."""
    return remembered(assess)


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
    """A million and a half USD of tokens a month are not spent for want of a fine-tune that costs a thirtieth."""
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
        if each["offer"].startswith("openai/"):
            assert each["lifetime"]["on_shutdown"] == "revert", each["id"]
            assert each["timeline"]["end_month"] <= months_until("2027-01-14"), each["id"]
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


@pytest.mark.parametrize("offer", ["together/qwen3.5-9b", "self-hosted/qwen3.5-9b.h100"])
def test_the_same_volume_of_long_and_of_short_requests(offer: str, field: Assess) -> None:
    """Eighty times the tokens take many GPUs where short requests take one, whoever rents the GPU out."""
    long, short = (
        option(field(merged(told(name), {"fine_tuning": {"base_model": offer}})), f"tune:{offer}")["latency"][
            "replicas"
        ]
        for name in ("long-requests", "short-requests")
    )
    assert short == 1
    assert long == replicas(10e6, 16_700, tokens_per_second(offer)) > 5


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
