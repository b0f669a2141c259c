"""GPUs and self-hosted offers: what stands in the larder of them, what it shows, and what is refused."""

from __future__ import annotations

import datetime
import math
import re
from pathlib import Path

import numpy as np
import pytest

from models import cost, hosting
from service.larder.load import CatalogueError, load, parse, read
from service.larder.prices import PriceList
from service.larder.self_hosted import GPUS, SELF_HOSTED, Figure

FILES = read()
TODAY = datetime.date(2026, 11, 26)
KNOWN = load()
LLAMA = "self-hosted/llama-3.1-8b.h100"

THROUGHPUT = r"(\"{}\".*?tokens_per_second_per_replica = \{{)low = [0-9.]+, high = [0-9.]+"
"""The throughput of an offer, whose file holds others before it."""


def spoil(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the larder's files with the first occurrence of some text changed."""
    text = FILES[path].decode()
    assert re.search(old, text, re.DOTALL), old
    return FILES | {path: re.sub(old, new, text, count=1, flags=re.DOTALL).encode()}


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (
            SELF_HOSTED,
            THROUGHPUT.format(LLAMA),
            r"\1low = 17000000, high = 23000000",
            f"{SELF_HOSTED}: {LLAMA} from 2026-01-06: tokens_per_second_per_replica, low 1.7e+07 is a thousand times off "
            "the median",
        ),
        (
            SELF_HOSTED,
            r"training_gpu_hours_per_mtok = \{low = 0.0591",
            "training_gpu_hours_per_mtok = {low = 0.0000591",
            "training_gpu_hours_per_mtok, low 5.91e-05 is a thousand times off the median",
        ),
        (
            GPUS,
            r"id = \"h100\"",
            'id = "h100-sxm"',
            f"{SELF_HOSTED}: {LLAMA}: the GPU h100 is unknown; add it to {GPUS} with its price, or name one of l40s",
        ),
        (
            SELF_HOSTED,
            r"gpu = \"l40s\"",
            'gpu = "t4"',
            "self-hosted/llama-3.1-8b.l40s: the GPU t4 is unknown",
        ),
        (
            SELF_HOSTED,
            r"gpu = \"l40s\"",
            'gpu = "a100"',
            "self-hosted/llama-3.1-8b.l40s: is not of the form self-hosted/<model>.a100; name it after",
        ),
        (
            GPUS,
            r"memory_gb = 80\n.*?\n\n",
            "memory_gb = 80\nvalues = []\n\n",
            f"{SELF_HOSTED}: self-hosted/llama-3.1-8b.a100: its GPU a100 has no price; append one to {GPUS}",
        ),
        (
            GPUS,
            r"memory_gb = 80\n.*?\n\n",
            "memory_gb = 80\nvalues = []\n\n",
            f"{GPUS}: a100: has no price; append one under [[gpu.values]]",
        ),
        (
            SELF_HOSTED,
            r"gpus_per_replica = 4",
            "gpus_per_replica = 1",
            f"{SELF_HOSTED}: self-hosted/llama-3.3-70b.a100: weights of 140 GB in bf16 do not fit into 80 GB, 1 x a100; state",
        ),
        (
            GPUS,
            r"from = 2026-10-07",
            "from = 2026-05-08",
            f"{GPUS}: l40s: 2026-05-08 does not come after 2026-05-08; append later values behind earlier ones",
        ),
        (
            GPUS,
            r"source = \{title = \"[^\"]+\"",
            'source = {title = ""',
            f"{GPUS}: l40s from 2026-05-08: usd_per_hour: a source is missing; name what",
        ),
        (
            SELF_HOSTED,
            r"source = \{title = \"[^\"]+\"",
            'source = {title = ""',
            "a source of its size is missing; name",
        ),
        (
            GPUS,
            r"low = 1.69",
            "low = 169",
            f"{GPUS}: l40s from 2026-05-08: usd_per_hour: low 169 is above high 3.26; exchange the two",
        ),
        (GPUS, r"low = 1.69", "value = 1.69, low = 1.69", "usd_per_hour: give either value, or low and high"),
        (GPUS, r"low = 1.69", "low = -1.69", f"{GPUS}: l40s: Expected `float` > 0.0"),
        (GPUS, r"high = 3.13", "high = 31300", "usd_per_hour, high 31300 is a thousand times off its predecessor 3.26"),
        (
            SELF_HOSTED,
            r"checked = 2026-11-26, note = \"Not measured. LLaMA[^\"]+\"",
            "checked = 2026-11-26",
            "self-hosted/llama-3.1-8b.l40s from 2026-01-06: tokens_per_second_per_replica: a judged figure needs a note",
        ),
        (
            SELF_HOSTED,
            r"(replica = \{low = 5400.*?checked = )2026",
            r"\g<1>2023",
            "is more than a year before it holds",
        ),
        (SELF_HOSTED, r"precision = \"fp8\"", 'precision = "fp9"', "Invalid enum value 'fp9'"),
        (SELF_HOSTED, r"gpus_per_replica = 1", "gpus_per_replica = 0", "Expected `int` >= 1"),
        (
            SELF_HOSTED,
            r"adapters_per_host",
            "adapters_pr_host",
            "self-hosted/llama-3.1-8b.l40s: Object contains unknown",
        ),
        (
            SELF_HOSTED,
            r"llama-3.1-8b.a100\"",
            'llama-3.1-8b.l40s"',
            "llama-3.1-8b.l40s is used twice; append values to",
        ),
        (SELF_HOSTED, r"\[\[self_hosted\]\]", "[[offer]]\n[[self_hosted]]", "write every entry under [[self_hosted]]"),
    ],
)
def test_what_cannot_be_true_is_refused(path: str, old: str, new: str, complaint: str) -> None:
    """A slip in a file stops the start with a sentence that names file, entry and mend."""
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        parse(spoil(path, old, new))


def test_all_faults_are_named_at_once() -> None:
    """A slip in each of the two files is in the message."""
    files = spoil(GPUS, "low = 1.69", "low = 169") | {
        SELF_HOSTED: spoil(SELF_HOSTED, "gpus_per_replica = 4", "gpus_per_replica = 1")[SELF_HOSTED]
    }
    with pytest.raises(CatalogueError, match=r"offers.toml: .* do not fit .*gpus.toml: l40s .* is above high"):
        parse(files)


def test_open_models_from_8b_to_120b_run_on_every_card_that_is_listed() -> None:
    """At least six models, the smallest of 8B, the largest of about 120B; each on L40S, A100 or H100, each with a price."""
    offers = KNOWN.self_hosted.values()
    sizes = {offer.weights: offer.parameters_billion or 0.0 for offer in offers}
    assert len(sizes) >= 6 and min(sizes.values()) == 8 and 110 < max(sizes.values()) < 130
    for gpu in ("l40s", "a100", "h100"):
        assert len({offer.weights for offer in offers if offer.gpu == gpu}) >= 6
    for offer in offers:
        assert offer.at(TODAY) and KNOWN.gpus[offer.gpu].at(TODAY), offer.id


def test_base_models_are_those_of_the_price_list() -> None:
    """A base model that is named has an inference price, by which its prompt can be compared with the fine-tune."""
    prices = PriceList(KNOWN.identifiers)
    named = {offer.base_model for offer in KNOWN.self_hosted.values() if offer.base_model}
    assert len(named) >= 6 and all(prices.find(name, TODAY) for name in named)


def test_weights_have_the_names_of_the_offers() -> None:
    """The same weights at another host have the same name, so that one base model can be told from two."""
    hosted = {offer.base_model: offer.weights for offer in KNOWN.offers.values()}
    shared = {offer.base_model: offer.weights for offer in KNOWN.self_hosted.values() if offer.base_model in hosted}
    assert len(shared) >= 3 and all(hosted[base] == weights for base, weights in shared.items())
    assert len(set(hosted.values()) & {offer.weights for offer in KNOWN.self_hosted.values()}) >= 4


def test_values_hold_from_their_dates_on() -> None:
    """Before its first value a GPU has no price and an offer no throughput; a later price leaves the earlier one."""
    h100, offer = KNOWN.gpus["h100"], KNOWN.self_hosted[LLAMA]
    assert h100.at(datetime.date(2026, 5, 7)) is None and offer.at(datetime.date(2026, 1, 5)) is None
    assert h100.at(datetime.date(2026, 9, 30)) == h100.values[0] and h100.at(TODAY) == h100.values[1]


def middle(figure: Figure) -> float:
    """Return the median of the lognormal distribution whose 10th and 90th percentile the figure gives."""
    return math.sqrt(math.prod(figure.ends))


def replicas(tokens_per_request: float, tokens_per_second: float) -> float:
    """Return the replicas for ten million requests a month by the larder's assumptions."""
    peak, utilisation = (KNOWN.assumptions[name].at(TODAY).value for name in ("peak_to_average", "replica_utilisation"))
    assert peak == 3 and utilisation == 0.8
    numbers = (10e6, tokens_per_request, peak, 0.0, tokens_per_second, math.inf, utilisation)
    return float(hosting.whole_replicas(hosting.replica_load(*map(np.array, numbers)), np.array(1.0)))


def test_long_requests_take_ten_replicas_and_short_ones_take_one() -> None:
    """An 8B on one H100 serves 10 million requests a month of 300 tokens with one replica; of 17,000 it takes ten or more.

    A month has 730.5 x 3,600 = 2,629,800 seconds, so there are 3.8026 requests a second, at the peak 3 times as many,
    11.408. Of 17,000 tokens these are 193,931 a second; of 300 tokens 3,422. One replica does 17,000 to 23,000, of which
    0.8 are planned with: 13,600 to 18,400. 193,931 / 13,600 = 14.3, so 15 replicas; 193,931 / 18,400 = 10.5, so 11; in
    the middle, 19,774 x 0.8 = 15,819, 12.3, so 13. 3,422 / 13,600 = 0.25, so one.
    """
    offer = KNOWN.self_hosted[LLAMA]
    terms = offer.at(TODAY)
    assert terms is not None and offer.gpus_per_replica == offer.minimum_replicas == 1
    throughput = terms.tokens_per_second_per_replica
    assert throughput.ends == (17000, 23000)
    assert [replicas(17000, number) for number in (17000, middle(throughput), 23000)] == [15, 13, 11]
    assert [replicas(300, number) for number in throughput.ends] == [1, 1]


def test_a_lora_run_of_ten_million_tokens_costs_less_than_five_dollars() -> None:
    """Ten million training tokens of an adapter of an 8B cost less than 5 USD of GPU time at either end of every range.

    On an H100 10 x 0.0223 = 0.223 to 0.446 GPU hours at 3.42 to 10.72 USD: 0.76 to 4.78 USD. On an A100 0.714 to 0.773
    hours at 3.07 to 5.06: 2.19 to 3.91. On an L40S 0.591 to 0.901 hours at 1.64 to 3.13: 0.97 to 2.82.
    """
    by_hand = {"h100": (0.76, 4.78), "a100": (2.19, 3.91), "l40s": (0.97, 2.82)}
    for gpu, expected in by_hand.items():
        terms, price = KNOWN.self_hosted[f"self-hosted/llama-3.1-8b.{gpu}"].at(TODAY), KNOWN.gpus[gpu].at(TODAY)
        assert terms is not None and price is not None
        found = [
            float(cost.training_cost(*map(np.array, (2e6, 5.0, 0.0, 0.0, hours, 0.0, usd))))
            for hours, usd in zip(terms.training_gpu_hours_per_mtok.ends, price.usd_per_hour.ends, strict=True)
        ]
        assert found == pytest.approx(expected, abs=0.01)
        assert max(found) < 5


def told(figure: Figure) -> str:
    """Return a figure as docs/prices.md writes it."""
    return "–".join(f"{number:,g}" for number in dict.fromkeys(figure.ends))


def test_the_document_has_the_figures_of_the_larder() -> None:
    """Each GPU and each offer has a row of its figures in docs/prices.md."""
    page = (Path(__file__).parents[2] / "docs" / "prices.md").read_text()
    for gpu in KNOWN.gpus.values():
        price = gpu.values[-1].usd_per_hour
        row = f"| `{gpu.id}` | {gpu.memory_gb:g} | {told(price)} | {price.measurements} | {price.checked} |"
        assert row in page, row
    for offer in KNOWN.self_hosted.values():
        speed, training = offer.values[-1].tokens_per_second_per_replica, offer.values[-1].training_gpu_hours_per_mtok
        row = f"| `{offer.id}` | {offer.gpus_per_replica} | {offer.precision} | {told(speed)} | {speed.kind} | {told(training)} | "
        assert f"{row}{training.kind} |" in page, row
