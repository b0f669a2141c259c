"""Prices of base models as of a date: none before there was one, and what is not known of a date is said."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from service.http.house import House

Assess = Callable[[dict[str, Any]], dict[str, Any]]
Client = TestClient[Any]

TODAY = datetime.date(2026, 11, 23)

REQUEST: dict[str, Any] = {
    "task": {"description": "Route tickets."},
    "prompting": {"measured_accuracy": {"correct": 148, "total": 200}, "base_model": "openai/gpt-4.1-mini"},
    "fine_tuning": {"offer": {"prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}}},
    "volume": {"requests_per_month": 400000},
    "simulation": {"draws": 256},
}


def listed(client: Client, as_of: str) -> dict[str, Any]:
    """Return the models listed on a day, by id."""
    items = client.get("/v1/models", params={"as_of": as_of}).json()["items"]
    return {item["id"]: item for item in items}


def test_no_model_is_listed_before_any_was_sold(client: Client) -> None:
    """On 2020-01-01 no model was sold by the token, so none is listed; half a year later the oldest are."""
    assert listed(client, "2020-01-01") == listed(client, "2020-06-10") == {}
    assert "openai/davinci" in listed(client, "2020-06-11")


@pytest.mark.parametrize(
    ("model", "first"),
    [
        ("openai/gpt-4.1-mini", "2025-04-14"),
        ("azure/gpt-4o", "2024-08-06"),
        ("openai/gpt-4o-2024-05-13", "2024-05-13"),
        ("bedrock/regional.anthropic.claude-3-haiku-20240307-v1-0", "2024-03-07"),
    ],
)
def test_a_model_has_no_price_before_the_first_date_in_its_names(model: str, first: str, client: Client) -> None:
    """From the first date in its own names on it is listed and found, on the day before neither."""
    before = str(datetime.date.fromisoformat(first) - datetime.timedelta(days=1))
    for day, status in ((before, 404), (first, 200)):
        assert (model in listed(client, day)) == (status == 200)
        assert client.get(f"/v1/models/{model}", params={"as_of": day}).status_code == status


def test_every_listed_model_could_be_sold_that_day(house: House) -> None:
    """No price is older than the first day of its model, and `since` never lies after the day asked for."""
    for day in (datetime.date(2023, 1, 1), datetime.date(2025, 6, 1), datetime.date(2026, 11, 23)):
        for name in house.prices.ids():
            price, first = house.prices.find(name, day), house.prices.first_day(name)
            assert first is not None
            assert (price is not None) == (day >= first)
            assert price is None or price.since is None or first <= price.since <= day


def test_a_stated_change_is_in_force_from_its_day(house: House) -> None:
    """Where the list states from when a price holds, `since` is that day, and null for the price before it."""
    day = datetime.date(2026, 3, 13)
    new = house.prices.find("anthropic/claude-opus-4-6", day)
    old = house.prices.find("anthropic/claude-opus-4-6", day - datetime.timedelta(days=1))
    assert new is not None and new.since == day and not new.is_oldest_known(day)
    assert old is not None and old.since is None and old.is_oldest_known(day - datetime.timedelta(days=1))


def test_an_oldest_known_price_is_named(assess: Assess) -> None:
    """Before the day a price was checked, an answer says in its risks and assumptions that it takes the oldest known one."""
    old = assess({**REQUEST, "as_of": "2026-06-01"})
    assert any("oldest known price" in risk and "openai/gpt-4.1-mini" in risk for risk in old["verdict"]["risks"])
    dated = [used for used in old["assumptions"] if used["pointer"] == "/as_of"]
    assert "gpt 4.1 mini" in dated[0]["note"]
    assert all(used["text"] == "oldest known price" and "2026-06-01" in used["note"] for used in dated)
    own = {**REQUEST["prompting"], "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}}
    for request in ({**REQUEST, "as_of": "2026-11-23"}, {**REQUEST, "as_of": "2026-06-01", "prompting": own}):
        answer = assess(request)
        assert "oldest known price" not in str(answer["verdict"]["risks"])
        dated = [used for used in answer["assumptions"] if used["pointer"] == "/as_of"]
        assert not [used for used in dated if "gpt 4.1 mini" in used["note"]]


def test_a_price_of_ones_own_needs_no_record(assess: Assess) -> None:
    """With prices in the request a case may lie before its base model was listed."""
    own = {**REQUEST["prompting"], "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}}
    assert assess({**REQUEST, "as_of": "2025-01-01", "prompting": own})["options"][0]["tco"]["base_case"] > 0


def test_prices_are_those_in_force_on_a_date(house: House) -> None:
    """A price cut counts from its day on: o3 cost 10 and 40 before 2025-06-10, 2 and 8 after."""
    before, after = (
        house.prices.find("openai/o3", day) for day in (datetime.date(2025, 6, 9), datetime.date(2025, 6, 10))
    )
    assert before is not None and after is not None
    assert (before.input, before.output, after.input, after.output) == ((10.0,), (40.0,), (2.0,), (8.0,))


def test_long_requests_are_priced_in_their_tier(assess: Assess) -> None:
    """Above 200,000 input tokens Claude Sonnet 4.5 costs 6 and 22.5: one request is priced, never a month."""
    request: dict[str, Any] = {
        "task": {"description": "Read a long file."},
        "prompting": {
            "measured_accuracy": {"correct": 150, "total": 200},
            "base_model": "anthropic/claude-sonnet-4-5",
            "tokens": {"instruction": 0, "payload": 200_000, "output": 1000},
        },
        "volume": {"requests_per_month": 1000},
    }
    cost = assess(request)["options"][0]["token_cost_per_request"]
    assert cost == pytest.approx((200_000 * 3 + 1000 * 15) / 1e6, rel=1e-12)
    request["prompting"]["tokens"]["payload"] = 200_001
    cost = assess(request)["options"][0]["token_cost_per_request"]
    assert cost == pytest.approx((200_001 * 6 + 1000 * 22.5) / 1e6, rel=1e-12)


def test_nothing_is_matched_fuzzily(house: House) -> None:
    """Only exact ids and exact aliases resolve; a near miss is named, not taken."""
    assert house.prices.find("openai/gpt-4.1-min", TODAY) is None
    assert house.prices.nearest("openai/gpt-4.1-min")[0] == "openai/gpt-4.1-mini"
    alias = house.prices.find("openai/gpt-4.1-mini-2025-04-14", TODAY)
    assert alias is not None
    assert alias.model == "openai/gpt-4.1-mini"
