"""Every offer says how long and for whom it stands; corrections hold from their day on, contradictions are refused."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from service.larder.facts import FineTuningOffer, OfferValue
from service.larder.load import CatalogueError, load, parse, read
from service.larder.prices import PriceList

PAGE = Path(__file__).parents[2] / "docs" / "prices.md"
FILES = read()
KNOWN = load()
AZURE, OPENAI, TOGETHER, VERTEX, FIREWORKS, BEDROCK = (
    f"offers/{name}.toml" for name in ("azure", "openai", "together", "vertex", "fireworks", "bedrock")
)
TODAY = datetime.date(2026, 11, 26)
A_DAY = datetime.timedelta(days=1)


def day(text: str | None) -> datetime.date | None:
    """Return a date that is written as one, None where there is none."""
    return (text and datetime.date.fromisoformat(text)) or None


SCOPES = ("", ".datazone", ".regional")
GPT_41 = [f"azure/gpt-4.1{size}{scope}" for size in ("", "-mini", "-nano") for scope in (*SCOPES, ".developer")]
GPT_4O = [f"azure/gpt-4o{size}{scope}" for size in ("", "-mini") for scope in SCOPES]
LIVE_AT_OPENAI = ["openai/gpt-4.1", "openai/gpt-4.1-mini", "openai/gpt-4o", "openai/gpt-4o-mini"]
OPEN_2025 = ["bedrock/cohere-command", "bedrock/cohere-command-light", "bedrock/llama-2-13b", "bedrock/llama-2-70b"]

CORRECTED: list[tuple[str, str, str, Any, Any]] = [
    *((f"azure/ministral-3b{s}", "2026-11-01", "shutdown_date", None, day("2026-12-09")) for s in SCOPES),
    *((f"azure/llama-3.3-70b{s}", "2026-11-01", "shutdown_date", None, day("2027-01-31")) for s in SCOPES),
    ("vertex/gemini-3.1-flash-lite", "2026-11-01", "shutdown_date", None, day("2027-05-07")),
    *((name, "2026-07-07", "new_customers_until", None, day("2026-10-14")) for name in GPT_41),
    *((name, "2026-11-01", "new_customers_until", day("2026-10-14"), day("2027-04-14")) for name in GPT_41),
    *((name, "2026-07-07", "new_customers_until", None, day("2026-10-01")) for name in GPT_4O),
    *((name, "2026-11-01", "new_customers_until", day("2026-10-01"), day("2027-04-01")) for name in GPT_4O),
    *((name, "2026-05-07", "new_customers_until", None, day("2026-05-06")) for name in LIVE_AT_OPENAI),
    *((name, "2026-05-07", "has_successor", True, False) for name in LIVE_AT_OPENAI),
    *((f"vertex/gemini-2.5-{s}", "2026-10-16", "dates_checked", None, day("2026-10-16"))
      for s in ("pro", "flash", "flash-lite")),
    ("together/qwen3.5-9b", "2026-05-09", "training_usd_per_mtok", 1.35, 0.48),
    ("together/qwen3-32b", "2026-05-09", "training_usd_per_mtok", 4.12, 1.5),
    ("together/llama-3.3-70b", "2026-05-09", "training_usd_per_mtok", 8.0, 2.9),
    *((name, "2026-10-16", "last_training_date", None, day("2026-10-15")) for name in OPEN_2025),
    ("mistral/ministral-8b", "2026-10-16", "shutdown_date", None, day("2025-12-31")),
    ("mistral/ministral-3b.classifier", "2026-10-16", "dates_checked", None, day("2026-10-16")),
    ("cohere/command-r", "2026-05-01", "dates_checked", None, day("2026-05-01")),
    ("azure/o4-mini", "2026-07-07", "last_training_date", None, day("2027-04-16")),
    ("azure/o4-mini", "2026-09-12", "new_customers_until", None, day("2026-11-19")),
]  # fmt: skip
"""Offer, first day of the correction, field, value on the day before and from that day on."""

REFUSED = [
    "Fine-tunes' dates of gpt-4o", "davinci-002, babbage-002", "Base price of Qwen3.5 9B", "Fireworks, 7.00 an hour",
    "Fireworks, training", "Price of Nova Micro", "Ministral 3B on Azure, base meter", "Shutdown of Command R",
    "Predibase", "price_decline_per_year",
]  # fmt: skip
"""What was looked into and not taken over; docs/prices.md says of each why not."""


@pytest.mark.parametrize(("name", "since", "field", "before", "after"), CORRECTED)
def test_a_correction_holds_from_its_day_on(name: str, since: str, field: str, before: Any, after: Any) -> None:
    """An offer says the corrected value from the day of its source, and what it said before until then."""
    offer, begun = KNOWN.offers[name], datetime.date.fromisoformat(since)
    old, new = offer.at(begun - A_DAY), offer.at(begun)
    assert old is not None and new is not None and new.from_date == begun
    assert (getattr(old, field), getattr(new, field)) == (before, after)
    if field != "training_usd_per_mtok":
        assert new.dates_source is not None and new.dates_source.title and new.dates_source.locator


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_not_taken_over_is_explained(what: str) -> None:
    """A correction that was refused stands in the table of the document, with the reason."""
    assert re.search(rf"(?m)^\| {re.escape(what)}[^|]*\| [^|]{{20,}} \|$", PAGE.read_text())


WITHDRAWN: dict[str, str] = {
    "openai/o4-mini": "Azure, which alone still trains it, withdrew the base later than OpenAI, on 2026-11-19",
    "mistral/ministral-3b": "Azure serves it until 2026-12-09, but has no price for it in the list",
    "fireworks/kimi-k2p6": "no host in the price list serves Kimi K2.6 any more",
    "fireworks/inkling": "Together withdrew it on 2026-11-06, and no other host is in the price list",
    "mistral/mistral-small-3.2-24b-instruct": "no other host is in the price list",
}
"""Withdrawn base models that offers in force are still compared with, and why no other stands in for them."""

WINDOW_UNKNOWN: dict[str, str] = {
    **{f"azure/ministral-3b{scope}": "neither the price list nor another offer states that of the 3B of 2024" for scope in SCOPES},
    "prime-intellect/qwen3.5-0.8b": "no host in the price list serves these weights",
    "prime-intellect/qwen3.5-4b": "no host in the price list serves these weights",
    "tinker/qwen3-8b": "no host in the price list serves these weights",
    "tinker/qwen3.5-4b": "no host in the price list serves these weights",
    "tinker/qwen3.6-35b-a3b": "no host in the price list serves these weights",
    "tinker/kimi-k2.6": "sold by length of context: 128K costs more, the shorter one is not stated, and the base has 256K",
}  # fmt: skip
"""Offers in force without a context window, and why."""


def in_force(offer: FineTuningOffer) -> OfferValue | None:
    """Return the terms by which an offer is trained and served today, None where it is not."""
    terms = offer.at(TODAY)
    over = terms is None or any(end and end < TODAY for end in (terms.last_training_date, terms.shutdown_date))
    return None if over else terms


def is_withdrawn(base: str) -> bool:
    """Return whether a base model has stopped answering by the lives of our own larder."""
    life = KNOWN.lifetimes.find(PriceList(KNOWN.identifiers).canonical(base), TODAY)
    return life is not None and life.shutdown is not None and life.shutdown <= TODAY


def test_an_offer_is_compared_with_a_base_that_is_still_sold() -> None:
    """The base model whose price tells larger from smaller is one that a host still serves; the exceptions have reasons."""
    hosted = {offer.base_model for offer in KNOWN.offers.values() if in_force(offer)}
    own = {offer.base_model for offer in KNOWN.self_hosted.values() if offer.base_model}
    assert {base for base in hosted | own if is_withdrawn(base)} == set(WITHDRAWN)
    assert len(hosted) > 15 and len(own) > 5


def test_weights_and_base_of_the_classifier_are_one_model() -> None:
    """The classifier of Mistral is of the model of December 2025, whose price it is compared with."""
    offer = KNOWN.offers["mistral/ministral-3b.classifier"]
    assert offer.base_model == f"mistral/{offer.weights}" == "mistral/ministral-3b-2512"


def test_an_offer_says_how_long_its_requests_may_be() -> None:
    """Every offer in force states its context window, or stands among those whose window is not known."""
    trained = {name: terms for name, offer in KNOWN.offers.items() if (terms := in_force(offer))}
    assert {name for name, terms in trained.items() if terms.context_window_tokens is None} == set(WINDOW_UNKNOWN)


def test_a_customer_rule_says_what_its_offer_is() -> None:
    """Nothing proprietary is called open weights, and a rule that ends on a day does not merely say that it is open."""
    for offer in KNOWN.offers.values():
        for terms in offer.values:
            if offer.lifetime_class == "proprietary":
                assert "open weights" not in terms.new_customers_note, offer.id
            if terms.new_customers_until == terms.last_training_date and terms.new_customers_until:
                assert not terms.new_customers_note.startswith("Open;"), offer.id


def test_every_offer_says_how_long_and_for_whom_it_stands() -> None:
    """No offer without lifetime class, hosting kind, successor and customer rule, on any day."""
    for offer in KNOWN.offers.values():
        assert offer.lifetime_class in ("proprietary", "open_weights_hosted"), offer.id
        assert all(terms.new_customers_note and isinstance(terms.has_successor, bool) for terms in offer.values), (
            offer.id
        )


def test_nothing_at_openai_is_open_to_a_new_customer() -> None:
    """From 2026-05-07 on no offer of OpenAI takes new customers, and none has a successor."""
    since = datetime.date(2026, 5, 7)
    found = [terms for name, offer in KNOWN.offers.items() if name.startswith("openai/") for terms in offer.values]
    late = [terms for terms in found if terms.from_date >= since]
    assert len(late) == 10
    assert not any(terms.has_successor or terms.takes_new_customers(since) for terms in late)
    assert all(terms.takes_new_customers(since - A_DAY) for terms in late)


def test_new_offers_are_taken_only_when_named() -> None:
    """Offers that came with these terms are not screened, and those trained by the token can be planned with."""
    for provider in ("tinker", "prime-intellect"):
        found = [offer for name, offer in KNOWN.offers.items() if name.startswith(f"{provider}/")]
        assert found and all(offer.only_when_named for offer in found)
        assert all((terms := offer.at(TODAY)) and terms.training_usd_per_mtok for offer in found)
    hourly = {name: offer.at(TODAY) for name, offer in KNOWN.offers.items() if name.startswith("azure/o4-mini")}
    assert {name: terms and terms.training_usd_per_hour for name, terms in hourly.items()} == {
        "azure/o4-mini": 100, "azure/o4-mini.datazone": 110, "azure/o4-mini.regional": 110, "azure/o4-mini.developer": 50,
    }  # fmt: skip


def test_the_listing_says_who_may_start(client: TestClient[Any]) -> None:
    """Whether an offer takes new customers at a date follows from its rule and from whether it is trained."""

    def listed(provider: str, as_of: str) -> dict[str, Any]:
        answer = client.get("/v1/fine-tuning-offers", params={"provider": provider, "as_of": as_of}).json()
        return {item["id"]: item for item in answer["items"]}

    assert listed("openai", "2026-05-06")["openai/gpt-4.1"]["is_open_to_new_customers"]
    closed = listed("openai", "2026-11-26")["openai/gpt-4.1"]
    assert closed["is_trained"] and not closed["is_open_to_new_customers"]
    assert closed["lifetime_class"] == "proprietary" and closed["hosting_kind"] == "by_token"
    terms = closed["terms"]
    assert (terms["batch_discount"], terms["context_window_tokens"], terms["has_successor"]) == (0.5, 1047576, False)
    assert terms["dates_source"]["title"] and terms["dates_checked"] == "2026-11-01"
    azure = listed("azure", "2026-11-26")
    assert azure["azure/gpt-4o"]["terms"]["max_training_example_tokens"] == 65536
    assert azure["azure/gpt-4o"]["terms"]["batch_discount"] == 0 and azure["azure/gpt-4o"]["is_open_to_new_customers"]
    assert azure["azure/o4-mini"]["is_trained"] and not azure["azure/o4-mini"]["is_open_to_new_customers"]
    assert not azure["azure/gpt-4.regional"]["is_open_to_new_customers"]


FIRST_OPENAI = "offers/openai.toml: openai/gpt-4.1 from 2026-03-24: "


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (OPENAI, r"lifetime_class = .*\n", "",
         "offers/openai.toml: openai/gpt-4.1: lifetime_class is missing; say whether its weights are proprietary"),
        (OPENAI, r"hosting_kind = .*\n", "",
         "offers/openai.toml: openai/gpt-4.1: hosting_kind is missing; say whether it is paid by_token"),
        (OPENAI, r"has_successor = .*\n", "", FIRST_OPENAI + "has_successor is missing; say whether the provider trains"),
        (OPENAI, r"new_customers_note = .*\n", "", FIRST_OPENAI + "new_customers_note is missing; say from and until when"),
        (OPENAI, r'new_customers_note = .*\n', 'new_customers_note = ""\n', FIRST_OPENAI + "new_customers_note is missing"),
        (OPENAI, r"has_successor = true\n", "has_successor = true\nnew_customers_from = 2026-09-01\nnew_customers_until = 2026-05-06\n",
         FIRST_OPENAI + "takes new customers until 2026-05-06, before it begins to on 2026-09-01; correct one"),
        (OPENAI, r"has_successor = true\n", "has_successor = true\nnew_customers_until = 2027-01-07\n",
         FIRST_OPENAI + "new_customers_until 2027-01-07 comes after last_training_date 2027-01-06; bound it by that day"),
        (OPENAI, r"has_successor = true\n", "has_successor = true\nnew_customers_from = 2027-01-15\n",
         FIRST_OPENAI + "new_customers_from 2027-01-15 comes after shutdown_date 2027-01-14; bound it by that day"),
        (OPENAI, r"last_training_date = 2027-01-06", "last_training_date = 2027-01-15",
         FIRST_OPENAI + "trains until 2027-01-15, after its shutdown on 2027-01-14"),
        (OPENAI, r"batch_discount = 0.5", "batch_discount = 0.25",
         FIRST_OPENAI + "batch_discount 0.25 contradicts batch_input_usd_per_mtok 1.5, which is 0.5 below 3.0; state"),
        (OPENAI, r"batch_discount = 0.5\n", "",
         FIRST_OPENAI + "batch_discount 0.0 contradicts batch_input_usd_per_mtok 1.5"),
        (OPENAI, r"batch_discount = 0.5", "batch_discount = 50.0",
         "offers/openai.toml: openai/gpt-4.1: Expected `float` <= 1.0"),
        (OPENAI, r'hosting_kind = "by_token"', 'hosting_kind = "by_hour"',
         FIRST_OPENAI + "hosting is by_hour, yet costs nothing; say by_token, or state hosting_usd_per_hour"),
        (OPENAI, r'hosting_kind = "by_token"', 'hosting_kind = "scale_to_zero"',
         FIRST_OPENAI + "a hosted adapter has no replicas to scale to zero; say by_token or by_hour"),
        (OPENAI, r'hosting_kind = "by_token"', 'hosting_kind = "weekly"',
         "offers/openai.toml: openai/gpt-4.1: Invalid enum value 'weekly'"),
        (AZURE, r'hosting_kind = "by_hour"', 'hosting_kind = "by_token"',
         "offers/azure.toml: azure/gpt-4.1 from 2025-04-01: hosting is by_token, yet costs 1.7 an hour; say by_hour"),
        (TOGETHER, r'hosting_kind = "by_hour"', 'hosting_kind = "by_token"',
         "offers/together.toml: together/qwen3.5-9b from 2026-05-08: dedicated replicas are not paid by_token; say by_hour"),
        (FIREWORKS, r'hosting_kind = "by_hour"', 'hosting_kind = "scale_to_zero"',
         "fireworks/llama-v3p1-8b-instruct from 2026-05-08: keeps 1 replicas, yet scales to zero; say by_hour, or leave"),
        (TOGETHER, r"has_successor = true\n", "has_successor = true\nbatch_discount = 0.5\n",
         "together/qwen3.5-9b from 2026-05-08: dedicated replicas have no token price to discount; leave batch_discount out"),
        (AZURE, r"training_usd_per_mtok = 25.0\n", "training_usd_per_mtok = 25.0\ntraining_usd_per_hour = 100.0\n",
         "azure/gpt-4.1 from 2025-04-01: training is priced by the token and by the hour; state one of the two"),
        (VERTEX, r"max_training_example_tokens = 131072", "max_training_example_tokens = 2000000",
         "vertex/gemini-2.5-flash from 2026-05-01: max_training_example_tokens 2000000 exceed context_window_tokens 1048576"),
        (OPENAI, r"context_window_tokens = 1047576", "context_window_tokens = 0",
         "offers/openai.toml: openai/gpt-4.1: Expected `int` >= 1"),
        (OPENAI, r"dates_checked = 2026-11-01\n", "",
         "openai/gpt-4.1 from 2026-05-07: state dates_source and dates_checked together, or neither"),
        (BEDROCK, r"dates_checked = 2026-10-16", "dates_checked = 2024-10-16",
         "bedrock/cohere-command from 2026-10-16: checked 2024-10-16 is more than a year before it holds"),
        (OPENAI, r'lifetime_class = "proprietary"', 'lifetime_class = "rented"',
         "offers/openai.toml: openai/gpt-4.1: Invalid enum value 'rented'"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_true_are_refused(path: str, old: str, new: str, said: str) -> None:
    """An offer that contradicts itself, or leaves a rule out, stops the start; file, entry and mend are named."""
    text = FILES[path].decode()
    assert re.search(old, text), old
    with pytest.raises(CatalogueError, match=re.escape(said)):
        parse(FILES | {path: re.sub(old, new, text, count=1).encode()})


def test_a_rounded_batch_price_agrees_with_its_discount() -> None:
    """A batch price to three digits, half of an odd price, is no contradiction of a discount of a half."""
    text = FILES[OPENAI].decode().replace("input_usd_per_mtok = 3.0", "input_usd_per_mtok = 2.999", 1)
    assert parse(FILES | {OPENAI: text.encode()})
