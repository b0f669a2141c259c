"""An answer names the files of the larder whose facts it used and nobody has checked for long."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from conftest import TODAY, example

from service.assessment.case import Case
from service.http.house import House

Assess = Callable[[dict[str, Any]], dict[str, Any]]
OLD = re.compile(r"last checked")
FILE = re.compile(r"\w+/[\w-]+\.toml|lifetimes/lifetimes\.csv|genai-prices [\d.]+")


def of_age(assess: Assess, as_of: datetime.date, name: str = "ticket-triage") -> list[str]:
    """Return the risks of an example that speak of checks, on a day."""
    return [risk for risk in assess({**example(name), "as_of": str(as_of)})["verdict"]["risks"] if OLD.search(risk)]


def test_years_later_every_file_used_is_named_once(assess: Assess, resolved: Callable[[Any], Case]) -> None:
    """Long after the last check, each file that the case used is one sentence, however many of its facts were used."""
    later = TODAY + datetime.timedelta(days=400)
    request = {**example("ticket-triage"), "as_of": str(later)}
    case, said = resolved(request), of_age(assess, later)
    files = Counter(used.file for used in case.used if used.checked)
    named = Counter(match for risk in said for match in FILE.findall(risk))
    assert set(named.values()) == {1} and files.keys() <= named.keys()
    assert len(named.keys() - files.keys()) <= 2, "besides them, the chosen offer's file and the price list"
    assert any(count > 1 for count in files.values())


def test_what_was_checked_lately_is_no_risk(assess: Assess, house: House) -> None:
    """Ninety days after the checks nothing is said of them; a day later all of them are."""
    checks = {v.checked for held in (house.catalogue.assumptions,) for entry in held.values() for v in entry.values}
    first = min(checks)
    limit = datetime.timedelta(days=90)
    assert not [risk for risk in of_age(assess, first + limit) if "assumptions/" in risk]
    said = [risk for risk in of_age(assess, first + limit + datetime.timedelta(days=1)) if "assumptions/" in risk]
    assert said and all(
        f"the oldest on {first}, 91 days before it" in risk or f": last checked on {first}, 91 days" in risk
        for risk in said
    )


def test_a_single_old_fact_is_named(assess: Assess) -> None:
    """One old fact of a file is called by its name, an offer by its prices, with its file and the day of its check."""
    (said,) = of_age(assess, TODAY, "contract-extraction")
    assert said.startswith("The prices of Amazon Nova Micro, ")
    assert "(offers/bedrock.toml): last checked on 2026-03-23, 245 days" in said


def test_two_facts_of_one_file_make_one_sentence(assess: Assess, resolved: Callable[[Any], Case]) -> None:
    """The sentence counts the facts used from the file, each once even where it is used twice."""
    later = TODAY + datetime.timedelta(days=400)
    case = resolved({**example("minimal"), "as_of": str(later)})
    said = of_age(assess, later, "minimal")
    for file in {used.file for used in case.used if used.checked}:
        count = len({used.id for used in case.used if used.file == file})
        (risk,) = (risk for risk in said if file in risk)
        assert count == 1 or risk.startswith(
            f"{count} of the facts used from {file} were last checked more than 90 days"
        )


def test_prices_of_ones_own_do_not_age(assess: Assess) -> None:
    """A caller's own prices and offer are of the day of the request, so no file of offers or price list is named."""
    request = example("minimal")
    prices = {"input_usd_per_mtok": 1.0, "output_usd_per_mtok": 2.0}
    request["prompting"]["prices"] = prices
    request["fine_tuning"] = {"offer": {"prices": prices}}
    answer = assess({**request, "as_of": "2028-01-01"})
    said = " ".join(risk for risk in answer["verdict"]["risks"] if OLD.search(risk))
    assert "assumptions/" in said and "offers/" not in said and "genai-prices" not in said
