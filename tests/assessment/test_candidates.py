"""Offers as candidates: what is stated of one is not of others, who may buy, what fits, which base model is the larger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conftest import example

from service.assessment.case import Candidate, Case
from service.assessment.ledger.lines import Lines

Json = dict[str, Any]
Resolve = Callable[[Json], Case]

MINIMAL = example("minimal")
OWN = {
    "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}, "hosting_usd_per_hour": 2.5, "tokens_per_second_per_replica": 9000,
}  # fmt: skip


def merged(request: Json, **parts: Json) -> Json:
    """Return a request with fields put into its parts."""
    return request | {name: {**request.get(name, {}), **fields} for name, fields in parts.items()}


def offer_of(case: Case, id: str) -> Candidate:
    """Return one of the offers of a case."""
    return next(offer for offer in (*case.candidates, *case.bystanders) if offer.id == id)


def test_a_stated_hosting_bill_is_of_the_own_offer_alone(resolved: Resolve) -> None:
    """No offer of the catalogue carries the bill of the caller's own hosting."""
    case = resolved(merged(MINIMAL, fine_tuning={"offer": OWN, "hosting_cost_per_month": 89}))
    assert case.candidates[0].terms[Lines.hosting_cost_per_month] == 89
    assert case.bystanders and not [offer for offer in case.bystanders if Lines.hosting_cost_per_month in offer.terms]


def test_hours_are_paid_by_use_where_all_work_can_wait(resolved: Resolve) -> None:
    """On dedicated replicas batch work alone is paid by use; a hosted adapter's fee runs on."""
    waits = resolved(merged(MINIMAL, prompting={"batch_share": 1}, fine_tuning={"offer": OWN}))
    serves = resolved(merged(MINIMAL, fine_tuning={"offer": OWN}))
    assert waits.candidates[0].terms[Lines.is_paid_by_use] == 1.0
    assert serves.candidates[0].terms[Lines.is_paid_by_use] == 0.0
    assert offer_of(waits, "azure/gpt-4.1-mini").terms[Lines.is_paid_by_use] == 0.0


def test_offers_closed_to_new_customers(resolved: Resolve) -> None:
    """Who does not fine-tune there yet cannot start where the provider takes nobody new; who does can."""
    new, old = resolved(MINIMAL), resolved(merged(MINIMAL, fine_tuning={"is_existing_customer": True}))
    assert "closed to new customers since 2026-05-06" in offer_of(new, "openai/gpt-4.1-mini").obstacle
    assert offer_of(old, "openai/gpt-4.1-mini").obstacle == ""


def test_what_does_not_fit_cannot_be_bought(resolved: Resolve) -> None:
    """A request or a training example longer than the offer allows is an obstacle that says both numbers."""
    named = {"base_model": "azure/gpt-4.1-mini", "tokens": {"instruction": 100, "payload": 700, "output": 200}}
    for limit, words in (
        ("context_window_tokens", "a request takes 1,000 tokens, and it reads 999 at most"),
        ("max_training_example_tokens", "a training example takes 1,000 tokens, and it reads 999 at most"),
    ):
        for tokens, obstacle in ((999, words), (1000, "")):
            case = resolved(merged(MINIMAL, fine_tuning={**named, "offer": {limit: tokens}}))
            assert case.candidates[0].obstacle == obstacle


def test_size_is_a_matter_of_capability(resolved: Resolve) -> None:
    """The same weights are the same whatever they cost, and what the caller says wins."""
    case = resolved(merged(MINIMAL, prompting={"base_model": "openai/gpt-4.1-mini"}))
    assert offer_of(case, "azure/gpt-4.1-mini").relation == "same" and offer_of(case, "azure/gpt-4.1-mini").is_same_base
    assert offer_of(case, "azure/gpt-4.1-mini").base_prices is None
    assert offer_of(case, "azure/gpt-4.1-nano").relation == "smaller"
    stated = resolved(merged(MINIMAL, fine_tuning={"relative_size": "larger"}))
    assert {offer.relation for offer in stated.candidates} == {"larger"}


def test_lives_of_the_same_model_at_one_provider_are_one(resolved: Resolve) -> None:
    """A stated end of the prompted model ends a fine-tune of it at the same provider too, where that has no date of its own."""
    request = merged(
        MINIMAL,
        prompting={"base_model": "together/qwen--qwen3.5-9b", "shutdown_date": "2027-06-01"},
        fine_tuning={"offer": OWN},
    )
    case = resolved(request)
    assert case.prompts[0].life.origin == "stated"
    for offer in case.bystanders:
        assert offer.shares_life == (offer.is_same_base and offer.id.startswith("together/"))
