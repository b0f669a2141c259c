"""What one dedicated replica of an offer serves is stated in tokens, derived on paper and refused where it cannot be."""

from __future__ import annotations

import datetime
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from larder.spoiled import spoil
from litestar.testing import TestClient

from models import hosting, sampling
from service.larder.facts import OfferValue
from service.larder.load import CatalogueError, load, parse

KNOWN = load()
TODAY = datetime.date(2026, 11, 26)
PAGE = Path(__file__).parents[2] / "docs" / "prices.md"
FIREWORKS, MISTRAL, TOGETHER = (f"offers/{name}.toml" for name in ("fireworks", "mistral", "together"))
LOW, HIGH = "tokens_per_second_per_replica_low", "tokens_per_second_per_replica_high"
QWEN = "offers/together.toml: together/qwen3.5-9b from 2026-05-08: "

SPLIT = 0.8
"""What is left of a card's throughput where weights are split over several."""

QWEN3_14B_A100, QWEN3_14B_A100_BEST = 5_161, 7_483
QWEN3_14B_H100, QWEN3_14B_H100_FP8 = 9_231, 14_756
"""Tokens a second of Qwen3 14B on one card by GPUStack's performance lab, as self_hosted/offers.toml quotes them."""

DERIVED = {
    "bedrock/cohere-command": (QWEN3_14B_A100 * 14.8 / 50 * 4 * SPLIT, QWEN3_14B_A100_BEST * 14.8 / 50 * 8 * SPLIT),
    "bedrock/cohere-command-light": (5_400 * 8 / 6, 13_800 * 8 / 6),
    "bedrock/llama-2-13b": (10_000 * 7 / 13, QWEN3_14B_A100_BEST * 14.8 / 13 * 2),
    "bedrock/llama-2-70b": (2_800, 5_100 * 2),
    "fireworks/llama-v3p1-8b-instruct": (QWEN3_14B_H100 * 14.8 / 8, QWEN3_14B_H100_FP8 * 14.8 / 8),
    "together/qwen3.5-9b": (QWEN3_14B_H100 * 14.8 / 8, 32_110),
    "together/qwen3-32b": (QWEN3_14B_H100 * 14.8 / 32.8 * 2 * SPLIT, 5_911 * 2),
    "together/llama-3.3-70b": (QWEN3_14B_H100 * 14.8 / 70 * 4 * SPLIT, 8_836 * 2),
}  # fmt: skip
"""Both ends of every dedicated offer by the arithmetic of its note, before rounding."""


def terms_of(name: str) -> OfferValue:
    """Return the terms of an offer in force today."""
    terms = KNOWN.offers[name].at(TODAY)
    assert terms is not None
    return terms


def test_only_dedicated_offers_state_what_a_replica_serves() -> None:
    """Every dedicated offer states both ends on every day, and no hosted adapter does."""
    stated = {name: [terms.throughput for terms in offer.values] for name, offer in KNOWN.offers.items()}
    dedicated = {name for name, offer in KNOWN.offers.items() if offer.serving == "dedicated"}
    assert {name for name, ranges in stated.items() if any(ranges)} == dedicated == set(DERIVED)
    assert all(None not in stated[name] for name in dedicated)


@pytest.mark.parametrize("name", DERIVED)
def test_both_ends_follow_from_the_note(name: str) -> None:
    """Each end is the arithmetic of the offer's note to within 1 %, and the note quotes the numbers it starts from."""
    for terms in KNOWN.offers[name].values:
        assert terms.throughput == pytest.approx(DERIVED[name], rel=0.01)
        assert terms.kind == "judged"
        assert re.search(r"Throughput: .*Low end: .*[0-9].*High end: .*[0-9]", terms.note)


def test_an_end_taken_from_a_self_hosted_offer_is_that_offers() -> None:
    """Where a note says `as self-hosted`, the number is the one that stands there."""

    def ends(name: str) -> tuple[float, float]:
        terms = KNOWN.self_hosted[f"self-hosted/{name}"].at(TODAY)
        assert terms is not None
        return terms.tokens_per_second_per_replica.ends

    llama, qwen = ends("llama-3.1-8b.h100"), ends("qwen3.5-9b.h100")
    assert terms_of("together/qwen3.5-9b").throughput == (llama[0], qwen[1])
    assert terms_of("fireworks/llama-v3p1-8b-instruct").tokens_per_second_per_replica_low == llama[0]
    low, high = ends("llama-3.3-70b.a100")
    assert terms_of("bedrock/llama-2-70b").throughput == (low, 2 * high)
    light = (ends("llama-3.1-8b.l40s")[0] * 8 / 6, ends("llama-3.1-8b.a100")[1] * 8 / 6)
    assert terms_of("bedrock/cohere-command-light").throughput == light


def test_the_fee_of_a_unit_buys_what_it_is_held_to_serve() -> None:
    """What an hour's fee buys at Cohere's own input price lies within the range of its units: 13,750 and 7,926 a second.

    49.50 / 1.00 x 1,000,000 / 3,600 = 13,750; 8.56 / 0.30 x 1,000,000 / 3,600 = 7,926.
    """
    for name, price, bought in (("cohere-command", 1.0, 13_750), ("cohere-command-light", 0.3, 7_926)):
        terms = terms_of(f"bedrock/{name}")
        assert terms.hosting_usd_per_hour is not None and terms.throughput is not None
        assert terms.hosting_usd_per_hour / price * 1e6 / 3600 == pytest.approx(bought, abs=1)
        assert terms.throughput[0] < bought < terms.throughput[1]


def test_the_listing_says_what_a_replica_serves(client: TestClient[Any]) -> None:
    """GET /v1/fine-tuning-offers tells both ends of a dedicated offer, null for a hosted adapter, and nothing in requests."""
    told = {}
    for provider in ("together", "mistral"):
        answer = client.get("/v1/fine-tuning-offers", params={"provider": provider, "as_of": str(TODAY)}).json()
        told |= {item["id"]: item["terms"] for item in answer["items"]}
    assert (told["together/qwen3.5-9b"][LOW], told["together/qwen3.5-9b"][HIGH]) == (17_000, 32_100)
    assert (told["mistral/ministral-8b"][LOW], told["mistral/ministral-8b"][HIGH]) == (None, None)
    assert not any("requests_per_second_per_replica" in terms for terms in told.values())


def replicas(tokens_per_request: float) -> float:
    """Return the replicas of together/qwen3.5-9b for ten million requests a month, at the mean of its range."""
    peak, utilisation = (KNOWN.assumptions[name].at(TODAY).value for name in ("peak_to_average", "replica_utilisation"))
    assert (peak, utilisation) == (3, 0.8)
    terms = terms_of("together/qwen3.5-9b")
    assert terms.throughput is not None
    mean = sampling.mean(*terms.throughput, "positive")
    numbers = (10e6, tokens_per_request, peak, 0.0, mean, math.inf, utilisation)
    load = hosting.replica_load(*map(np.array, numbers))
    return float(hosting.whole_replicas(load, np.array(terms.minimum_replicas or 1)))


def test_long_requests_take_ten_replicas_and_short_ones_take_one() -> None:
    """A 9B on one H100 of a provider serves 10 million requests a month of 205 tokens with one replica, of 16,700 with ten.

    A month has 730.5 x 3,600 = 2,629,800 seconds, so there are 3.8026 requests a second, at the peak 3 times as many,
    11.408. Of 16,700 tokens these are 190,509 a second, of 205 tokens 2,339. The range is 17,000 to 32,100: median
    23,360, spread ln(32,100 / 17,000) / 2.5631 = 0.248, mean 23,360 x exp(0.248^2 / 2) = 24,090, of which 0.8 are planned
    with, 19,272. 190,509 / 19,272 = 9.9, so ten; 2,339 / 19,272 = 0.12, so one.
    """
    assert (replicas(16_700), replicas(205)) == (10, 1)


def test_the_document_has_the_capacity_of_each_offer() -> None:
    """Each dedicated offer has a row of both ends, as in force today, in docs/prices.md."""
    page = PAGE.read_text()
    for name in DERIVED:
        terms = terms_of(name)
        assert terms.throughput is not None
        low, high = (f"{end:,g}" for end in terms.throughput)
        row = rf"(?m)^\| `{re.escape(name)}` \| [^|]+ \| {low} \| [^|]+ \| {high} \| [^|]+ \|$"
        assert re.search(row, page), (name, low, high)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (TOGETHER, rf"{LOW} = 17000\n", "",
         f"{QWEN}a dedicated replica serves so many tokens a second, in and out; state {LOW}"),
        (TOGETHER, rf"{HIGH} = 32100\n", "",
         f"{QWEN}a dedicated replica serves so many tokens a second, in and out; state {HIGH}"),
        (TOGETHER, rf"{LOW} = 17000\n{HIGH} = 32100\n", "", f"state {LOW} and {HIGH}"),
        (TOGETHER, rf"{LOW} = 17000\n{HIGH} = 32100\n", f"{LOW} = 32100\n{HIGH} = 17000\n",
         f"{QWEN}{LOW} 32100 is above {HIGH} 17000; exchange the two"),
        (TOGETHER, rf"{LOW} = 17000", f"{LOW} = 0", "offers/together.toml: together/qwen3.5-9b: Expected `float` > 0.0"),
        (FIREWORKS, rf"{LOW} = 17000", f"{LOW} = 1.7",
         f"fireworks/llama-v3p1-8b-instruct from 2026-05-08: {LOW} 1.7 is a thousand times off the median"),
        (TOGETHER, rf"{LOW} = 17000", f"{LOW} = 17.0",
         f"together/qwen3.5-9b from 2026-05-09: {LOW} 17000.0 is a thousand times off its predecessor 17.0"),
        (TOGETHER, rf"{HIGH} = 32100", f"{HIGH} = 32100000",
         f"{QWEN}{HIGH} 32100000.0 cannot be a number of tokens"),
        (TOGETHER, rf"{LOW} = 17000", "requests_per_second_per_replica = 12",
         "together/qwen3.5-9b: Object contains unknown field `requests_per_second_per_replica`"),
        (MISTRAL, r"has_successor = true\n", f"has_successor = true\n{HIGH} = 32100\n",
         f"a hosted adapter has no replicas of its own; leave {LOW} and _high out"),
    ],
)  # fmt: skip
def test_a_capacity_that_cannot_be_is_refused(path: str, old: str, new: str, said: str) -> None:
    """A dedicated offer without a capacity, one the wrong way round or off its unit, and an adapter with one stop the start."""
    with pytest.raises(CatalogueError, match=re.escape(said)):
        parse(spoil(path, old, new))


def test_one_number_is_a_range_too() -> None:
    """Both ends may be the same number, as where a provider says what a replica serves."""
    assert parse(spoil(TOGETHER, rf"{LOW} = 17000\n", f"{LOW} = 32100\n"))
