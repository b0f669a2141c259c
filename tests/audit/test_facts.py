"""Check the auditor's reading of a request on figures that can be worked on paper."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from audit.assumed import assumed, mean, mean_share, months_until, spread_of
from audit.calculation import WEEKS_PER_MONTH, project_cost
from audit.cases_at_random import Request
from audit.facts import keep, prompt_tokens, prompted, upkeep_of
from audit.facts_of_fine_tunes import (
    build_of,
    cost_per_label,
    fine_tune,
    lead_time,
    missing_labels,
    obstacles,
    planned_examples,
    retraining_of,
)
from audit.figures import Project, Run
from audit.paper import near

REQUEST: Request = {
    "task": {"description": "A case on paper.", "kind": "classification"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "base_model": "openai/gpt-4.1-mini",
        "tokens": {"instruction": 1000, "payload": 200, "output": 50},
    },
    "fine_tuning": {"base_model": "azure/gpt-4.1-mini", "retraining": {}},
    "volume": {"requests_per_month": 1000},
    "finance": {},
}
TUNE = {
    "id": "tune:azure/gpt-4.1-mini",
    "kind": "fine_tune",
    "offer": "azure/gpt-4.1-mini",
    "stands_in": "keep",
    "timeline": {"end_month": 11},
    "lifetime": {"origin": "catalogue", "retires_on": "2027-10-14", "on_shutdown": "migrate"},
}


def case(**places: dict[str, Any]) -> Request:
    """Return the request on paper, with more said in some of its places."""
    request = copy.deepcopy(REQUEST)
    for place, fields in places.items():
        request[place] |= fields
    return request


def tune(request: Request, **changes: Any) -> Any:
    """Return the facts of the fine-tune that an answer describes."""
    return fine_tune(request, prompted(request), TUNE | changes, 0.9)


def test_means() -> None:
    """A lognormal's mean lies above its median, a logit-normal's nearer to one half, a rate's in the middle."""
    z = 1.2815515655446004  # standard deviations from the median to the 90th percentile
    assert mean({"low": 1 / math.exp(z), "high": math.exp(z)}) == near(math.exp(0.5))
    assert mean({"low": 0.2, "high": 0.8}, "share") == near(0.5)
    assert mean_share(0.1, 0.3) + mean_share(0.7, 0.9) == near(1.0)
    assert 0.1777 < mean_share(0.1, 0.3) < 0.2  # between the median and the middle of the two ends
    assert mean({"low": -0.1, "high": 0.3}, "rate") == near(0.1)
    assert spread_of({"low": -z, "high": z}) == near(1.0)
    assert mean({"low": 3, "high": 3}) == mean(3) == 3.0


def test_tokens_of_texts() -> None:
    """Texts are billed at the arithmetic mean of their samples, one long one among short ones included."""
    samples = [" case" * 100] * 9 + [" case" * 3_000]
    texts = {"instruction": " case" * 40, "few_shot": [" case" * 10, " case" * 20], "payload_samples": samples}
    found = prompt_tokens(case(prompting={"tokens": {"output": 7}, "texts": texts})["prompting"])
    assert found.instruction == near(70.0)
    assert found.payload == near(390.0)
    assert found.output == 7.0


def test_prompt() -> None:
    """The prompt pays the list price less the agreed discount; a stated price is left alone, in the request's currency."""
    finance = {"currency": "EUR", "units_per_usd": 0.5, "vendor_discount": 0.2}
    found = keep(case(finance=finance))
    assert found.serving.prices.input == near(0.4 * 0.5 * 0.8)
    assert found.accuracy_at_start == near(148.5 / 201)
    assert keep(case(fine_tuning={"label_noise": 0.3})).accuracy_at_start == near(0.7)
    prices = {"input_usd_per_mtok": 2, "output_usd_per_mtok": 8}
    assert keep(case(finance=finance, prompting={"prices": prices})).serving.prices.input == near(1.0)


def test_migration_of_the_prompt() -> None:
    """Moving the prompt takes hours, and grades as many answers as a study does."""
    by_hand = assumed("prompt_migration_hours") * assumed("hourly_rate")
    assert keep(case(prompting={"cost_per_trial": 2})).migration_cost == near(by_hand + 400)
    assert keep(case(prompting={"migration_cost": 70})).migration_cost == 70.0


def test_upkeep() -> None:
    """Both kinds of upkeep follow from one estimate, whichever is stated; both stated stand as they are."""
    factor, by_hand = assumed("tuned_upkeep_factor"), assumed("upkeep_hours_per_month") * assumed("hourly_rate")
    said_of_both = {
        (): (by_hand, by_hand * factor),
        ("prompting",): (60.0, 60.0 * factor),
        ("fine_tuning",): (90.0 / factor, 90.0),
        ("prompting", "fine_tuning"): (60.0, 90.0),
    }
    fields = {"prompting": {"maintenance_cost_per_month": 60}, "fine_tuning": {"monitoring_cost_per_month": 90}}
    for places, expected in said_of_both.items():
        request = case(**{place: fields[place] for place in places})
        assert (upkeep_of(request, is_tuned=False), upkeep_of(request, is_tuned=True)) == near(expected)


@pytest.mark.parametrize(
    ("labels", "planned", "missing"),
    [
        ({}, 1_000, 1_000),
        ({"labelled_examples": 0}, 1_000, 1_000),
        ({"labelled_examples": 999}, 1_000, 1),
        ({"labelled_examples": 1_001}, 1_001, 0),
        ({"labelled_examples": 200, "target_examples": 5_000}, 5_000, 4_800),
        ({"labelled_examples": 900, "target_examples": 50}, 50, 0),
        ({"labelled_examples": 90_000}, 90_000, 0),
    ],
)
def test_planned_examples(labels: dict[str, int], planned: float, missing: float) -> None:
    """At least a thousand examples are planned with, never fewer than there are, unless a target says otherwise."""
    tuning = case(fine_tuning=labels)["fine_tuning"]
    assert (planned_examples(tuning), missing_labels(tuning)) == (planned, missing)


def test_lead_time() -> None:
    """Labels that people still have to give take their weeks; a teacher's, those on record, and a stated time do not."""
    weeks, article = assumed("tuned_lead_time"), assumed("article_fine_tuning_lead_time")
    few = {"labelled_examples": 200, "target_examples": 5_000, "labels_per_week": 20}
    assert lead_time(case(fine_tuning=few)) == near((weeks + 240) / WEEKS_PER_MONTH)
    assert lead_time(case(fine_tuning={**few, "label_source": "teacher"})) == near(weeks / WEEKS_PER_MONTH)
    assert lead_time(case(fine_tuning={**few, "label_source": "logs"})) == near(weeks / WEEKS_PER_MONTH)
    assert lead_time(case(fine_tuning={**few, "lead_time_weeks": 4.348125})) == near(1.0)
    basis = {"cost_basis": "article"}
    assert lead_time(case(fine_tuning=few, finance=basis)) == near((article + 240) / WEEKS_PER_MONTH)
    enough = {"labelled_examples": 1_000}
    assert lead_time(case(fine_tuning=enough, finance={"cost_basis": "article"})) == near(article / WEEKS_PER_MONTH)


def test_labels() -> None:
    """A label costs what people take, or a teacher's tokens and the share that people check, or nothing."""
    by_hand = assumed("cost_per_example_classification")

    def cost(**fields: Any) -> float:
        request = case(fine_tuning=fields)
        return cost_per_label(request, prompted(request))

    assert cost() == near(by_hand)
    assert cost(label_source="logs") == 0.0
    teacher = {"base_model": "anthropic/claude-sonnet-4-5", "checked_share": 0.25}
    assert cost(label_source="teacher", teacher=teacher) == near((1_200 * 3 + 50 * 15) / 1e6 + by_hand / 4)
    unnamed = assumed("teacher_cost_per_example") + assumed("teacher_checked_share") * by_hand
    assert cost(label_source="teacher") == near(unnamed)


def test_projects() -> None:
    """A build and a retraining are summed from hours, labels and runs; the article's range stands in where asked for."""
    request = case(fine_tuning={"labelled_examples": 400}, prompting={"cost_per_trial": 2})
    build, again = build_of(request, prompted(request)), retraining_of(request, prompted(request))
    assert isinstance(build, Project)
    assert isinstance(again, Project)
    assert (build.labels, build.trials) == (600.0, 0.0)
    assert again.labels == near(1_000 * assumed("retraining_label_share"))
    assert (again.trials, again.cost_per_trial) == (200.0, 2.0)
    plan = case(fine_tuning={"retraining": {"plan": {"training_runs": 2}}})
    planned = retraining_of(plan, prompted(plan))
    assert isinstance(planned, Project)
    assert (planned.runs, planned.trials) == (2.0, 0.0)  # a stated plan grades nothing again
    first = case(fine_tuning={"build_plan": {"cost_per_example": 9, "epochs": 2, "training_runs": 4}})
    again = retraining_of(first, prompted(first))
    assert isinstance(again, Project)
    assert (again.cost_per_label, again.epochs) == (9.0, 2.0)
    assert again.runs == near(assumed("retraining_runs"))
    article = case(finance={"cost_basis": "article"})
    assert build_of(article, prompted(article)) == near(assumed("article_fine_tuning_build_cost"))
    stated = case(finance={"cost_basis": "article"}, fine_tuning={"build_cost": 7})
    assert build_of(stated, prompted(stated)) == 7.0


def test_fine_tune() -> None:
    """A named fine-tune has the terms of its entry, but for those that the caller states of it."""
    found = tune(case())
    assert found.serving.prices.input == 0.4
    assert (found.hosting.fee_per_hour, found.hosting.minimum_replicas) == (1.7, 1)
    assert found.known_retirement == near(months_until("2027-10-14"))
    assert (found.migrates, found.serves_on, math.isinf(found.end)) == (True, False, True)
    run: Run = found.run
    assert run.epochs == 3.0
    assert project_cost(found, Project(epochs=3.0, runs=1.0)) == near(
        1_000 * found.serving.tokens.total * 3 * 5.0 / 1e6  # 5 USD a million training tokens
    )
    dear = case(fine_tuning={"offer": {"hosting_usd_per_hour": 3.0}, "hosting_share": 0.1})
    assert (tune(dear).hosting.fee_per_hour, tune(dear).hosting.share) == (3.0, 0.1)


def test_rented_gpus() -> None:
    """Open weights on rented GPUs pay GPU hours, for serving and for training, and never end."""
    name = "self-hosted/llama-3.1-8b.h100"
    found = tune(case(fine_tuning={"base_model": name}), offer=name, lifetime={"origin": "never"})
    assert found.hosting.fee_per_hour == near(mean({"low": 3.42, "high": 10.72}))
    assert found.hosting.tokens_per_second_per_replica == near(mean({"low": 17_000, "high": 23_000}))
    assert found.run.hours_per_mtok == near(mean({"low": 0.0223, "high": 0.0446}))
    assert (found.migrates, found.serves_on, math.isinf(found.known_retirement)) == (False, False, True)


def test_a_bill_is_for_the_meant_offer() -> None:
    """A stated hosting bill belongs to the offer that is named, never to another of the catalogue."""
    request = case(fine_tuning={"hosting_cost_per_month": 89})
    assert tune(request).hosting.bill_per_month == 89.0
    assert tune(request, offer="azure/gpt-4o", id="tune:azure/gpt-4o").hosting.bill_per_month is None


def test_obstacles() -> None:
    """An offer that is closed, ends before it serves, or does not take the request, is infeasible."""
    closed = {"base_model": "openai/gpt-4.1-mini", "lead_time_weeks": 1}
    found = TUNE | {"offer": "openai/gpt-4.1-mini", "lifetime": {"origin": "catalogue"}}

    def reasons(request: Request, option: dict[str, Any] = TUNE) -> list[str]:
        return obstacles(request, prompted(request), option)

    assert reasons(case()) == []
    assert reasons(case(fine_tuning=closed), found) == ["closed"]
    assert reasons(case(fine_tuning={**closed, "is_existing_customer": True}), found) == []
    late = {"fine_tuning": {"lead_time_weeks": 100}}
    assert reasons(case(**late, volume={"horizon_months": 36})) == ["ends before it serves"]
    assert reasons(case(**late, volume={"horizon_months": 22})) == ["ends before it serves", "serves after the horizon"]
    hosted = "together/llama-3.3-70b"
    redeployed = TUNE | {"offer": hosted, "lifetime": {"origin": "stated"}}

    def until(date: str) -> Request:
        return case(fine_tuning={"base_model": hosted, "offer": {"shutdown_date": date}})

    assert reasons(until("2026-11-24"), redeployed) == []
    assert reasons(until("2026-11-23"), redeployed) == ["no longer trained"]
    assert reasons(case(fine_tuning={"offer": {"context_window_tokens": 100}})) == ["too long to serve"]
