"""The larder refuses what cannot be true, and says what and where."""

from __future__ import annotations

import datetime
import re
import tomllib

import msgspec
import pytest
from larder.spoiled import FILES, spoil

from service.larder.facts import FineTuningOffer
from service.larder.load import CatalogueError, parse
from service.larder.truth import faults

LABOUR, PROMPTING = "assumptions/labour.toml", "assumptions/prompting.toml"
AZURE, OPENAI, TOGETHER = "offers/azure.toml", "offers/openai.toml", "offers/together.toml"


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (PROMPTING, r"low = 800", "low = 80000", "is above high"),
        (PROMPTING, r"checked = ", "chekced = ", "chekced"),
        (PROMPTING, r"source = \{title = \"[^\"]+\"", 'source = {title = ""', "a source is missing"),
        (
            "assumptions/volume_and_finance.toml",
            r"kind = \"judged\"([^\[]*)note = \"[^\"]+\"",
            r'kind = "judged"\1note = ""',
            "needs a note",
        ),
        (PROMPTING, r"unit = \"tokens\"", 'unit = "tokns"', "tokns"),
        (LABOUR, r"value = 95", "value = 95\nlow = 1\nhigh = 2", "exactly one of"),
        (OPENAI, r"input_usd_per_mtok = [0-9.]+", "input_usd_per_mtok = 99999.0", "above the output price"),
        (OPENAI, r"training_usd_per_mtok = [0-9.]+", "training_usd_per_mtok = 60000.0", "a thousand times"),
        (OPENAI, r"cache_read_usd_per_mtok = [0-9.]+", "cache_read_usd_per_mtok = 500.0", "above the input price"),
        (OPENAI, r"last_training_date = 2027-01-06", "last_training_date = 2028-01-06", "after its shutdown"),
        (OPENAI, r"output_usd_per_mtok = [0-9.]+", "output_usd_per_mtok = -1.0", "cannot be a price"),
        (AZURE, r"id = \"azure/gpt-4.1\"", 'id = "openai/gpt-4.1"', "used twice"),
        (
            AZURE,
            r"id = \"azure/gpt-4.1\"",
            'id = "Azure GPT"',
            "offers/azure.toml: Azure GPT: Azure GPT is not of the form",
        ),
        (
            AZURE,
            r"id = \"azure/gpt-4.1\"",
            'id = "mistral/x"',
            "mistral/x is of another provider; move it to offers/mistral.toml",
        ),
        (
            TOGETHER,
            r"serving = \"dedicated\"",
            'serving = "leased"',
            "offers/together.toml: together/qwen3.5-9b: Invalid enum value 'leased'",
        ),
        (
            AZURE,
            r"base_model = \"openai/gpt-4.1\"",
            "base_modle = 1",
            "offers/azure.toml: azure/gpt-4.1: Object contains unknown",
        ),
        (
            LABOUR,
            r"value = 95",
            "value = -5",
            "assumptions/labour.toml: hourly_rate from 2024-01-01: value -5.0 is out of the limits",
        ),
        (LABOUR, r"value = 95", "value = nan", "hourly_rate from 2024-01-01: value nan is out of the limits"),
        (LABOUR, r"value = 95", "value = inf", "value inf is out of the limits of the family positive"),
        (LABOUR, r"value = 95", 'text = "95"', "the family positive asks for a number or a range"),
        (LABOUR, r"low = 0.05", "low = 0", "low 0.0 is out of the limits of the family positive"),
        (PROMPTING, r"value = 0.5", "value = 50", "batch_discount from 2024-01-01: value 50.0 is out of the limits"),
        (
            "assumptions/fine_tuning.toml",
            r"high = 0.4\n",
            "high = 1\n",
            "high 1.0 is out of the limits of the family share",
        ),
        (
            "assumptions/volume_and_finance.toml",
            r"value = 0.1",
            "value = 10",
            "value 10.0 is out of the limits of the family rate",
        ),
        ("assumptions/projects.toml", r"high = 0.06", "high = 6", "high 6.0 is out of the limits of the family rate"),
        (PROMPTING, r"text = \"openai/gpt-4.1-mini\"", "value = 1", "the family text asks for text"),
        (LABOUR, r"checked = 2026-11-23", "checked = 2022-11-23", "checked 2022-11-23 is more than a year before"),
        (
            OPENAI,
            r"checked = 2026-03-24",
            "checked = 2025-03-22",
            "offers/openai.toml: openai/gpt-4.1 from 2026-03-24: checked 2025-03-22 is",
        ),
        (
            AZURE,
            r"hosting_usd_per_hour = [0-9.]+",
            "hosting_usd_per_hour = 90000.0",
            "a thousand times off the median",
        ),
        (OPENAI, r"weights = \"gpt-4.1\"\n", "", "openai/gpt-4.1: Object missing required field `weights`"),
    ],
)
def test_what_cannot_be_true_is_refused(path: str, old: str, new: str, complaint: str) -> None:
    """A slip in a file stops the start with a message that names it."""
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        parse(spoil(path, old, new))


def with_rates(*values: str) -> dict[str, bytes]:
    """Return the larder's files with hourly rates appended to one of 95, from 2027-01-01 on, a year apart."""
    rate = tomllib.loads(FILES[LABOUR].decode())["hourly_rate"]
    first = "2024-01-01"
    dated = [(first, "value = 95"), *((f"{2027 + at}-01-01", value) for at, value in enumerate(values))]
    entry = f'''[hourly_rate]\ndescription = "{rate["description"]}"\nunit = "USD/hour"\nfamily = "positive"\n'''
    for day, value in dated:
        entry += f'[[hourly_rate.values]]\nfrom = {day}\n{value}\nkind = "published"\n'
        entry += f'source = {{title = "x"}}\nchecked = {day}\n'
    labour = re.sub(r"(?ms)^\[hourly_rate\].*?(?=^\[(?!\[hourly_rate)|\Z)", lambda _: entry, FILES[LABOUR].decode())
    return FILES | {LABOUR: labour.encode()}


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
    with pytest.raises(CatalogueError, match=re.escape(said)):
        parse(with_rates(*values))


def test_a_value_in_proportion_to_its_predecessor_is_accepted() -> None:
    """Just short of a thousand times is no slip, and nothing is in or out of proportion to nothing."""
    for values in (("value = 94999",), ("value = 0.0951",), ("value = 0", "value = 95000"), ("low = 1\nhigh = 900",)):
        parse(with_rates(*values))


def test_a_price_a_thousand_times_its_predecessor_is_refused() -> None:
    """Terms whose prices are each near the other offers' are refused where one is a thousand times its predecessor."""
    offer = {**tomllib.loads(FILES[OPENAI].decode())["offer"][0]}
    plain = {**offer["values"][0], "training_usd_per_mtok": 1.0}
    first = {**plain, "training_usd_per_mtok": 0.05}
    second = {**plain, "from": datetime.date(2027, 1, 1), "training_usd_per_mtok": 50.0}
    fellows = [{**offer, "id": f"openai/fellow-{at}", "aliases": [], "values": [plain]} for at in range(3)]
    made = msgspec.convert([*fellows, {**offer, "values": [first, second]}], list[FineTuningOffer])
    assert faults([], [(OPENAI, one) for one in made]) == [
        f"{OPENAI}: {offer['id']} from 2027-01-01: training_usd_per_mtok 50.0 is a thousand times off its predecessor 0.05"
    ]


def test_values_out_of_order_are_refused() -> None:
    """Dated values ascend; an earlier date appended after a later one is refused."""
    entry = '\n[[hourly_rate.values]]\nfrom = 2020-01-01\nvalue = 90\nkind = "published"\nsource = {title = "x"}\nchecked = 2020-01-01\n'
    with pytest.raises(CatalogueError, match="does not come after"):
        parse(FILES | {LABOUR: FILES[LABOUR] + entry.encode()})


def test_all_faults_are_named_at_once() -> None:
    """Two slips are both in the message."""
    slips = {
        PROMPTING: ("low = 800", "low = 80000"),
        OPENAI: ("last_training_date = 2027-01-06", "last_training_date = 2028-01-06"),
    }
    files = FILES | {path: spoil(path, *slip)[path] for path, slip in slips.items()}
    with pytest.raises(CatalogueError, match=r"prompting.toml: .* is above high .*openai.toml: .* after its shutdown"):
        parse(files)


def test_an_appended_value_holds_from_its_date_on() -> None:
    """A later value answers later dates and leaves earlier ones as they were."""
    rate = parse(with_rates("value = 100")).assumptions["hourly_rate"]
    assert rate.at(datetime.date(2026, 12, 31)).value == 95
    assert rate.at(datetime.date(2027, 1, 1)).value == 100


def test_an_assumption_stands_in_one_file() -> None:
    """The same name in two files is refused, whatever is said of it, and both files are named."""
    rate = FILES[LABOUR].split(b"\n\n[engineering")[0]
    with pytest.raises(CatalogueError, match=rf"{PROMPTING}: hourly_rate stands in {LABOUR} too; keep one of the two"):
        parse(FILES | {PROMPTING: FILES[PROMPTING] + b"\n" + rate})
