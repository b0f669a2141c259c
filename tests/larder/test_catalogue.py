"""The larder refuses what cannot be true, and says what and where."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.http.house import House
from service.larder import load as catalogue
from service.larder.facts import FineTuningOffer
from service.larder.prices import PriceList

LARDER = Path(__file__).parents[2] / "service" / "larder" / "data"
FILES = {path.stem: path.read_bytes() for path in LARDER.glob("*.toml")}
TODAY = datetime.date(2026, 11, 23)


def spoil(stem: str, old: str, new: str) -> dict[str, bytes]:
    """Return the larder's files with the first occurrence of some text changed."""
    text = FILES[stem].decode()
    assert re.search(old, text), old
    return FILES | {stem: re.sub(old, new, text, count=1).encode()}


@pytest.mark.parametrize(
    ("stem", "old", "new", "complaint"),
    [
        ("prompting", r"low = 800", "low = 80000", "is above high"),
        ("prompting", r"checked = ", "chekced = ", "chekced"),
        ("prompting", r"source = \{title = \"[^\"]+\"", 'source = {title = ""', "a source is missing"),
        (
            "volume_and_finance",
            r"kind = \"judged\"([^\[]*)note = \"[^\"]+\"",
            r'kind = "judged"\1note = ""',
            "needs a note",
        ),
        ("prompting", r"unit = \"tokens\"", 'unit = "tokns"', "tokns"),
        ("labour", r"value = 95", "value = 95\nlow = 1\nhigh = 2", "exactly one of"),
        ("offers", r"input_usd_per_mtok = [0-9.]+", "input_usd_per_mtok = 99999.0", "above the output price"),
        ("offers", r"training_usd_per_mtok = [0-9.]+", "training_usd_per_mtok = 60000.0", "a thousand times"),
        ("offers", r"cache_read_usd_per_mtok = [0-9.]+", "cache_read_usd_per_mtok = 500.0", "above the input price"),
        ("offers", r"last_training_date = 2027-01-06", "last_training_date = 2028-01-06", "after its shutdown"),
        ("offers", r"output_usd_per_mtok = [0-9.]+", "output_usd_per_mtok = -1.0", "cannot be a price"),
        ("offers", r"id = \"azure/gpt-4.1\"", 'id = "openai/gpt-4.1"', "used twice"),
        ("offers", r"id = \"azure/gpt-4.1\"", 'id = "Azure GPT"', "provider/model"),
        ("offers", r"serving = \"dedicated\"", 'serving = "leased"', "leased"),
        ("labour", r"value = 95", "value = -5", "hourly_rate from 2024-01-01: value -5.0 is out of the limits"),
        ("labour", r"value = 95", "value = nan", "hourly_rate from 2024-01-01: value nan is out of the limits"),
        ("labour", r"value = 95", "value = inf", "value inf is out of the limits of the family positive"),
        ("labour", r"value = 95", 'text = "95"', "the family positive asks for a number or a range"),
        ("labour", r"low = 80", "low = 0", "low 0.0 is out of the limits of the family positive"),
        ("prompting", r"value = 0.5", "value = 50", "batch_discount from 2024-01-01: value 50.0 is out of the limits"),
        ("fine_tuning", r"high = 0.4\n", "high = 1\n", "high 1.0 is out of the limits of the family share"),
        ("volume_and_finance", r"value = 0.1", "value = 10", "value 10.0 is out of the limits of the family rate"),
        ("prompting", r"high = 0.55", "high = 55", "high 55.0 is out of the limits of the family rate"),
        ("prompting", r"text = \"openai/gpt-4.1-mini\"", "value = 1", "the family text asks for text"),
        ("labour", r"checked = 2026-11-23", "checked = 2022-11-23", "checked 2022-11-23 is more than a year before"),
        ("offers", r"checked = 2026-03-24", "checked = 2025-03-22", "gpt-4.1 from 2026-03-24: checked 2025-03-22 is"),
        (
            "offers",
            r"hosting_usd_per_hour = [0-9.]+",
            "hosting_usd_per_hour = 90000.0",
            "a thousand times off the median",
        ),
        ("offers", r"weights = \"gpt-4.1\"\n", "", "openai/gpt-4.1: Object missing required field `weights`"),
    ],
)
def test_what_cannot_be_true_is_refused(stem: str, old: str, new: str, complaint: str) -> None:
    """A slip in a file stops the start with a message that names it."""
    with pytest.raises(catalogue.CatalogueError, match=re.escape(complaint)):
        catalogue.parse(spoil(stem, old, new))


def with_rates(*values: str) -> dict[str, bytes]:
    """Return the larder's files with hourly rates appended to one of 95, from 2027-01-01 on, a year apart."""
    rate = tomllib.loads(FILES["labour"].decode())["hourly_rate"]
    first = "2024-01-01"
    dated = [(first, "value = 95"), *((f"{2027 + at}-01-01", value) for at, value in enumerate(values))]
    entry = f'''[hourly_rate]\ndescription = "{rate["description"]}"\nunit = "USD/hour"\nfamily = "positive"\n'''
    for day, value in dated:
        entry += f'[[hourly_rate.values]]\nfrom = {day}\n{value}\nkind = "published"\n'
        entry += f'source = {{title = "x"}}\nchecked = {day}\n'
    labour = re.sub(r"(?ms)^\[hourly_rate\].*?(?=^\[(?!\[hourly_rate)|\Z)", lambda _: entry, FILES["labour"].decode())
    return FILES | {"labour": labour.encode()}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("value = 95000",), "hourly_rate from 2027-01-01: 95000.0 is a thousand times off its predecessor 95.0"),
        (("value = 0.095",), "hourly_rate from 2027-01-01: 0.095 is a thousand times off its predecessor 95.0"),
        (
            ("value = 900", "value = 0.9"),
            "hourly_rate from 2028-01-01: 0.9 is a thousand times off its predecessor 900.0",
        ),
        (("low = 0.09\nhigh = 99",), "hourly_rate from 2027-01-01: 0.09 is a thousand times off its predecessor 95.0"),
        (
            ("low = 90\nhigh = 95000",),
            "hourly_rate from 2027-01-01: 95000.0 is a thousand times off its predecessor 95.0",
        ),
    ],
)
def test_a_value_a_thousand_times_its_predecessor_is_refused(values: tuple[str, ...], said: str) -> None:
    """A value, or the end of a range, is less than a thousand times what it follows and more than a thousandth."""
    with pytest.raises(catalogue.CatalogueError, match=re.escape(said)):
        catalogue.parse(with_rates(*values))


def test_a_value_in_proportion_to_its_predecessor_is_accepted() -> None:
    """Just short of a thousand times is no slip, and nothing is in or out of proportion to nothing."""
    for values in (("value = 94999",), ("value = 0.0951",), ("value = 0", "value = 95000"), ("low = 1\nhigh = 900",)):
        catalogue.parse(with_rates(*values))


def test_a_price_a_thousand_times_its_predecessor_is_refused() -> None:
    """Terms whose prices are each near the other offers' are refused where one is a thousand times its predecessor."""
    offer = {**tomllib.loads(FILES["offers"].decode())["offer"][0]}
    plain = {**offer["values"][0], "training_usd_per_mtok": 1.0}
    first = {**plain, "training_usd_per_mtok": 0.05}
    second = {**plain, "from": datetime.date(2027, 1, 1), "training_usd_per_mtok": 50.0}
    fellows = [{**offer, "id": f"openai/fellow-{at}", "aliases": [], "values": [plain]} for at in range(3)]
    made = msgspec.convert([*fellows, {**offer, "values": [first, second]}], list[FineTuningOffer])
    assert catalogue.faults([], made) == [
        f"{offer['id']} from 2027-01-01: training_usd_per_mtok 50.0 is a thousand times off its predecessor 0.05"
    ]


def test_values_out_of_order_are_refused() -> None:
    """Dated values ascend; an earlier date appended after a later one is refused."""
    entry = '\n[[hourly_rate.values]]\nfrom = 2020-01-01\nvalue = 90\nkind = "published"\nsource = {title = "x"}\nchecked = 2020-01-01\n'
    with pytest.raises(catalogue.CatalogueError, match="does not come after"):
        catalogue.parse(FILES | {"labour": FILES["labour"] + entry.encode()})


def test_all_faults_are_named_at_once() -> None:
    """Two slips are both in the message."""
    files = spoil("prompting", r"low = 800", "low = 80000")
    files["offers"] = spoil("offers", r"last_training_date = 2027-01-06", "last_training_date = 2028-01-06")["offers"]
    with pytest.raises(catalogue.CatalogueError, match=r"is above high(.|\n)*after its shutdown"):
        catalogue.parse(files)


def test_a_change_of_any_file_changes_the_digest() -> None:
    """The digest of the assumptions covers every file."""
    before = catalogue.parse(FILES).digest
    for stem in FILES:
        assert catalogue.parse(FILES | {stem: FILES[stem] + b"\n# note\n"}).digest != before


def test_an_appended_value_holds_from_its_date_on() -> None:
    """A later value answers later dates and leaves earlier ones as they were."""
    rate = catalogue.parse(with_rates("value = 100")).assumptions["hourly_rate"]
    assert rate.at(datetime.date(2026, 12, 31)).value == 95
    assert rate.at(datetime.date(2027, 1, 1)).value == 100


def test_seven_providers_have_offers_retired_ones_included() -> None:
    """OpenAI, Azure, Bedrock, Vertex, Together, Fireworks and Mistral are there, with dates of the retired."""
    offers = tomllib.loads(FILES["offers"].decode())["offer"]
    providers = {offer["id"].partition("/")[0] for offer in offers}
    assert {"openai", "azure", "bedrock", "vertex", "together", "fireworks", "mistral"} <= providers
    retired = {
        o["id"]: o["values"][-1]["shutdown_date"] for o in offers if o["values"][-1].get("shutdown_date", TODAY) < TODAY
    }
    assert retired["openai/gpt-3.5-turbo"] == datetime.date(2026, 10, 23)
    assert retired["vertex/gemini-2.5-flash"] == datetime.date(2026, 10, 20)


def test_ids_of_the_examples_resolve(house: House) -> None:
    """Every model named in the examples has a price or an offer."""
    for name in ("openai/gpt-4.1", "openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5"):
        assert house.prices.find(name, TODAY)
    for name in ("azure/gpt-4.1-mini", "bedrock/nova-micro"):
        assert house.catalogue.offer(name)


def test_every_offers_base_model_has_a_price_or_is_its_own_reference(house: House) -> None:
    """An offer still trained names a base model whose inference price is known."""
    unknown = [
        offer.id
        for offer in house.catalogue.offers.values()
        if (terms := offer.at(TODAY)) is not None
        and (terms.last_training_date is None or terms.last_training_date >= TODAY)
        and house.prices.find(offer.base_model, TODAY) is None
    ]
    assert not unknown


def test_prices_are_those_in_force_on_a_date(house: House) -> None:
    """A price cut counts from its day on: o3 cost 10 and 40 before 2025-06-10, 2 and 8 after."""
    prices: PriceList = house.prices
    before, after = (prices.find("openai/o3", day) for day in (datetime.date(2025, 6, 9), datetime.date(2025, 6, 10)))
    assert before is not None and after is not None
    assert (before.input, before.output, after.input, after.output) == ((10.0,), (40.0,), (2.0,), (8.0,))


def test_long_requests_are_priced_in_their_tier(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
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
    cost = assess(request)["costs"]["prompting"]["token_cost_per_request"]
    assert cost == pytest.approx((200_000 * 3 + 1000 * 15) / 1e6, rel=1e-12)
    request["prompting"]["tokens"]["payload"] = 200_001
    cost = assess(request)["costs"]["prompting"]["token_cost_per_request"]
    assert cost == pytest.approx((200_001 * 6 + 1000 * 22.5) / 1e6, rel=1e-12)


def test_nothing_is_matched_fuzzily(house: House) -> None:
    """Only exact ids and exact aliases resolve; a near miss is named, not taken."""
    assert house.prices.find("openai/gpt-4.1-min", TODAY) is None
    assert house.prices.nearest("openai/gpt-4.1-min")[0] == "openai/gpt-4.1-mini"
    alias = house.prices.find("openai/gpt-4.1-mini-2025-04-14", TODAY)
    assert alias is not None
    assert alias.model == "openai/gpt-4.1-mini"
