"""What users saw go wrong: money by default, next to no volume, bills, lives."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from assessment.by_hand import (
    AS_OF,
    HOURS_A_MONTH,
    assumed,
    fine_tunes,
    merged,
    months_until,
    offers,
    option,
)
from assessment.letters import CASE, DEAR, EXACT, GPU, NEVER, OWN, prompting, tokens, tuning
from conftest import EXAMPLES, example

Json = dict[str, Any]
Assess = Callable[[Json], Json]

# Money by default, and rankings by means.


def test_a_retraining_is_planned_bottom_up(assess: Assess) -> None:
    """Where nothing is said of it, retraining a small fine-tune costs far less than the article's 5,000 to 150,000."""
    tunes = fine_tunes(assess(merged(example("minimal"), tuning(labelled_examples=2000))))
    assert tunes
    for each in tunes:
        hours = assumed("retraining_hours") * assumed("hourly_rate")
        assert hours <= each["training"]["retraining_cost"] < 20_000, each["id"]


def test_the_articles_figure_stands_beside(assess: Assess) -> None:
    """The answer shows the article's cost of a training beside the one it reckons with."""
    answer = assess(merged(example("minimal"), tuning(labelled_examples=2000)))
    rows = [row for row in answer["article_check"] if (row["article_low"], row["article_high"]) == (5000, 150_000)]
    assert rows
    assert all(row["bottom_up"] < 20_000 for row in rows)


def test_the_article_is_a_basis_that_is_asked_for(assess: Assess) -> None:
    """With the article as cost basis a retraining costs what the article says."""
    request = merged(CASE, OWN)
    article = option(assess(request | {"finance": {"cost_basis": "article"}}), "tune:own")
    assert article["training"]["retraining_cost"] == pytest.approx(assumed("article_training_run_cost"), rel=EXACT)
    assert option(assess(request), "tune:own")["training"]["retraining_cost"] < 20_000


def test_dearer_errors_never_lower_the_value_of_the_more_accurate(assess: Assess) -> None:
    """As an error costs more, a fine-tune that is right more often than the prompt is never worth less."""
    pilot = {"training_examples": 3000, "correct": 490, "total": 500}
    request = merged(CASE, OWN, tuning(pilots=[pilot]), prompting(measured_accuracy={"correct": 148, "total": 200}))
    worth = []
    for error_cost in (0, 0.01, 0.1, 1, 10, 100):
        answer = assess(request | {"finance": {"error_cost": error_cost}})
        tune = option(answer, "tune:own")
        assert tune["accuracy"]["average_mean"] > option(answer, "keep")["accuracy"]["mean"]
        worth.append(tune["npv"]["mean"])
    assert worth == sorted(worth)


# Next to no volume.


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_pays_without_requests(name: str, assess: Assess) -> None:
    """Without requests no option is worth more than what is, in the base case or in the mean."""
    request = example(name)
    least = {
        "task": request["task"],
        "prompting": {"measured_accuracy": request["prompting"]["measured_accuracy"]},
        "volume": {"requests_per_month": 0},
    }
    others = assess(least)["options"][1:]
    assert others
    for each in others:
        if each["is_feasible"]:
            assert each["npv"]["base_case"] <= 1e-6 and each["npv"]["mean"] <= 1e-6, each["id"]


def test_a_bill_of_a_dollar_is_dwarfed_by_upkeep(assess: Assess) -> None:
    """With 1.02 USD of tokens a month the prompt costs its upkeep by hours, which the answer lists as an assumption."""
    request = merged(
        CASE,
        prompting(prices={"input_usd_per_mtok": 1, "output_usd_per_mtok": 1}, tokens=tokens(100, 150, 5)),
        {"volume": {"requests_per_month": 4000}},
    )
    answer = assess(request)
    month = option(answer, "keep")["monthly"]
    upkeep = assumed("upkeep_hours_per_month") * assumed("hourly_rate")
    assert month["tokens"] == pytest.approx(1.02, rel=EXACT)
    assert month["upkeep"] == pytest.approx(upkeep, rel=EXACT)
    assert month["total"] == pytest.approx(1.02 + upkeep, rel=EXACT)
    used = [line for line in answer["assumptions"] if line["pointer"] == "/prompting/maintenance_cost_per_month"]
    assert used and all(line["kind"] in ("judged", "published", "derived") for line in used)


def test_upkeep_is_one_guess_for_all(assess: Assess) -> None:
    """Another prompt at half the price is worth its tokens in every draw: no two guesses of upkeep differ."""
    half = {name: price / 2 for name, price in DEAR.items()}
    other = {
        "name": "half",
        "prices": half,
        "shutdown_date": NEVER,
        "measured_accuracy": {"correct": 170, "total": 200},
    }
    answer = assess(merged(CASE, prompting(alternatives=[other])))
    keep, found = option(answer, "keep"), option(answer, "prompt:half")
    saved = keep["present_values"]["tokens"] / 2
    for figure in ("base_case", "mean", "p10", "p50", "p90"):
        assert found["npv"][figure] == pytest.approx(saved, rel=EXACT), figure
    assert found["monthly"]["upkeep"] == option(answer, "improve")["monthly"]["upkeep"] == keep["monthly"]["upkeep"]


# Bills.


def test_one_long_payload_among_ten_is_paid_for(assess: Assess) -> None:
    """Ten samples of which one is thirty times as long are billed at their arithmetic mean."""
    samples = [" case" * 100] * 9 + [" case" * 3000]
    request = merged(
        CASE,
        prompting(
            prices=None,
            base_model="openai/gpt-4.1-mini",
            tokens={"payload": None},
            texts={"payload_samples": samples},
        ),
    )
    keep = option(assess(request), "keep")
    assert keep["tokens"]["payload"] == pytest.approx(390, rel=1e-6)
    assert keep["token_cost_per_request"] == pytest.approx((1000 * 0.4 + 390 * 0.4 + 40 * 1.6) / 1e6, rel=1e-6)


@pytest.mark.parametrize(("payload", "output", "count"), [(15_300, 1600, 13), (250, 10, 1)])
def test_replicas_follow_the_tokens(payload: float, output: float, count: int, assess: Assess) -> None:
    """Ten million requests of 17,000 tokens need more than ten GPUs, such of 300 need one."""
    request = merged(
        CASE,
        prompting(tokens=tokens(1000, payload, output)),
        GPU,
        tuning(tokens={"instruction": 100 if count > 1 else 40}),
        {"volume": {"requests_per_month": 10_000_000}},
    )
    tune = option(assess(request), "tune:own")
    assert tune["latency"]["replicas"] == count
    assert tune["monthly"]["hosting"] == pytest.approx(count * 2.0 * HOURS_A_MONTH, rel=EXACT)


def test_a_stated_bill_is_the_own_offers_alone(assess: Assess) -> None:
    """What one's own deployment costs is put on no offer of the catalogue."""

    def bills(bill: float) -> dict[str, Json]:
        answer = assess(merged(CASE, GPU, tuning(hosting_cost_per_month=bill)))
        return {offer["id"]: offer for offer in answer["offers"]}

    low, high = bills(100), bills(5100)
    others = [name for name, offer in low.items() if offer["option"] != "tune:own"]
    assert others
    for name in others:
        assert low[name]["monthly_cost"] == pytest.approx(high[name]["monthly_cost"], rel=EXACT), name
    assert (
        option(assess(merged(CASE, GPU, tuning(hosting_cost_per_month=100))), "tune:own")["monthly"]["hosting"] == 100
    )


def test_a_stated_bill_is_the_named_offers(assess: Assess) -> None:
    """A bill that is stated beside a named offer is that offer's hosting, whatever its fee."""
    request = merged(CASE, tuning(base_model="together/qwen3.5-9b", labelled_examples=3000, hosting_cost_per_month=250))
    assert option(assess(request), "tune:together/qwen3.5-9b")["monthly"]["hosting"] == 250


@pytest.mark.parametrize(
    ("capacity", "hours"),
    [
        ({"tokens_per_second_per_replica": 20_000}, 300_000 * (100 + 400 + 40) / 20_000 / 3600),
        ({"tokens_per_second_per_replica": None, "requests_per_second_per_replica": 5}, 300_000 / 5 / 3600),
    ],
    ids=["by tokens", "by requests"],
)
def test_batch_work_is_billed_by_use(capacity: Json, hours: float, assess: Assess) -> None:
    """A rented GPU that works in batches only, or that scales to zero, is paid for the hours it is busy."""
    request = merged(CASE, GPU, tuning(offer=capacity, tokens={"instruction": 100}))
    in_batches = merged(request, prompting(batch_share=1))
    to_zero = merged(request, tuning(offer={"scale_to_zero": True}))
    for each, busy in ((in_batches, hours), (to_zero, hours), (request, HOURS_A_MONTH)):
        assert option(assess(each), "tune:own")["monthly"]["hosting"] == pytest.approx(busy * 2.0, rel=EXACT)


def test_no_batch_discount_where_none_is_offered(assess: Assess) -> None:
    """Batches of a fine-tune cost the full price unless its offer says otherwise."""
    full = (100 * 0.5 + 400 * 0.5 + 40 * 2) / 1e6
    request = merged(CASE, OWN, tuning(tokens={"instruction": 100}), prompting(batch_share=1))
    assert option(assess(request), "tune:own")["token_cost_per_request"] == pytest.approx(full, rel=EXACT)
    offered = merged(request, tuning(offer={"batch_discount": 0.4}))
    assert option(assess(offered), "tune:own")["token_cost_per_request"] == pytest.approx(full * 0.6, rel=EXACT)


def test_no_batch_discount_at_a_named_offer_without_one(assess: Assess) -> None:
    """An offer of the catalogue for which no batch discount is known bills batches at its price."""
    name = "bedrock/nova-micro"
    terms = dict(offers())[name]
    assert not terms.get("batch_discount") and "batch_input_usd_per_mtok" not in terms
    named = tuning(base_model=name, labelled_examples=3000, tokens={"instruction": 100})
    found = option(assess(merged(CASE, named, prompting(batch_share=1))), f"tune:{name}")
    full = (500 * terms["input_usd_per_mtok"] + 40 * terms["output_usd_per_mtok"]) / 1e6
    assert found["token_cost_per_request"] == pytest.approx(full, rel=EXACT)


# Lives.


@pytest.mark.parametrize("name", EXAMPLES)
def test_prompted_models_retire_too(name: str, assess: Assess) -> None:
    """The prompt's base model has a life that is stated, on record, or drawn: never taken to be endless."""
    life = option(assess(example(name)), "keep")["lifetime"]
    assert life["origin"] in ("stated", "catalogue", "drawn")
    assert (life["retires_on"] is None) == (life["origin"] == "drawn")


def test_a_prompt_pays_for_moving_on(assess: Assess) -> None:
    """A prompt whose base model ends inside the horizon pays its migration in that month, and serves on."""
    date = "2027-11-23"
    request = merged(CASE, prompting(shutdown_date=date, migration_cost=6000))
    keep = option(assess(request), "keep")
    assert keep["lifetime"]["origin"] == "stated" and keep["lifetime"]["retires_on"] == date
    assert keep["timeline"]["end_month"] == 24
    month = int(months_until(date)) + 1
    assert keep["present_values"]["migration"] >= 6000 * 1.1 ** (-month / 12) * (1 - EXACT)
    assert option(assess(CASE), "keep")["present_values"]["migration"] == 0


@pytest.mark.parametrize("said", [OWN, tuning(base_model="bedrock/nova-micro", labelled_examples=3000)])
def test_the_life_of_an_offer_without_a_date_is_drawn(said: Json, assess: Assess) -> None:
    """An offer of which no end is known has a drawn one."""
    undated = merged(CASE, said, tuning(offer={"shutdown_date": None}) if "offer" in said["fine_tuning"] else {})
    tunes = fine_tunes(assess(undated))
    assert tunes
    for each in tunes:
        assert each["lifetime"]["origin"] == "drawn" and each["lifetime"]["retires_on"] is None


@pytest.mark.parametrize("on_shutdown", ["best", "migrate", "revert"])
def test_an_unknown_life_is_never_worth_more_than_a_long_one(on_shutdown: str, assess: Assess) -> None:
    """Where each live month saves and nothing goes stale, not to know the end is worth no more than one far away."""
    costs = {
        "build_cost": 5000,
        "monitoring_cost_per_month": 100,
        "retraining": {"interval_months": 1200, "cost": 3000},
    }
    long = merged(
        CASE,
        OWN,
        tuning(on_shutdown=on_shutdown, **costs),
        prompting(maintenance_cost_per_month=100),
        {"volume": {"requests_per_month": 1_000_000}},
    )
    unknown = merged(long, tuning(offer={"shutdown_date": None}))
    known, drawn = (option(assess(each), "tune:own") for each in (long, unknown))
    assert (known["lifetime"]["origin"], drawn["lifetime"]["origin"]) == ("stated", "drawn")
    assert known["npv"]["mean"] > 0
    for figure in ("base_case", "mean"):
        assert drawn["npv"][figure] <= known["npv"][figure] * (1 + EXACT), figure


@pytest.mark.parametrize("on_shutdown", ["best", "migrate", None])
def test_nobody_migrates_without_a_successor(on_shutdown: str | None, assess: Assess) -> None:
    """Where the offer has no successor that can be trained, the prompt serves again, whatever was asked for."""
    ends = {"shutdown_date": "2027-11-23", "has_successor": False}
    tune = option(assess(merged(CASE, OWN, tuning(offer=ends, on_shutdown=on_shutdown))), "tune:own")
    assert tune["lifetime"]["on_shutdown"] == "revert"
    assert tune["lifetime"].get("npv_migrate") is None
    assert tune["timeline"]["end_month"] == pytest.approx(months_until("2027-11-23"), rel=EXACT)
    assert tune["present_values"]["migration"] == 0


SOON = AS_OF + datetime.timedelta(days=30)
CLOSED = sorted(
    name
    for name, terms in offers()
    if terms.get("new_customers_until", AS_OF) < AS_OF
    and min(terms.get("last_training_date", SOON), terms.get("shutdown_date", SOON)) >= SOON
)
"""Offers that still train and serve, but only for those who are customers."""


def test_some_offers_are_closed_to_new_customers() -> None:
    """The larder holds offers that take no new customers and go on for others."""
    assert "openai/gpt-4.1-mini" in CLOSED


@pytest.mark.parametrize("name", CLOSED)
def test_who_is_no_customer_cannot_become_one(name: str, assess: Assess) -> None:
    """An offer that takes no new customers cannot be had, unless one is a customer already."""
    plan = {"labelled_examples": 3000, "lead_time_weeks": 2, "build_cost": 4000, "retraining": {"cost": 1000}}
    request = merged(CASE, tuning(base_model=name, **plan))
    closed = option(assess(request), f"tune:{name}")
    assert not closed["is_feasible"]
    assert "customer" in closed["obstacle"]
    assert closed["npv"]["mean"] is None
    assert option(assess(merged(request, tuning(is_existing_customer=True))), f"tune:{name}")["is_feasible"]
