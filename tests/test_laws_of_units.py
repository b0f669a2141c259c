"""A law of every answer: a unit says which currency it is in, and never just that it is money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example
from litestar.testing import TestClient

HEAVY = ["cash_flows", "trace", "sensitivity", "curves"]
IN_EUR = {"currency": "EUR", "units_per_usd": 0.92}
RANDOM = range(3000, 3008)


def units(part: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every unit of an answer with the place where it stands."""
    if isinstance(part, list):
        for index, item in enumerate(part):
            yield from units(item, f"{where}/{index}")
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "unit":
                yield f"{where}/{name}", value
            yield from units(value, f"{where}/{name}")


def of_money(answer: Any) -> list[tuple[str, str]]:
    """Return the units of an answer that hold the word money."""
    found = list(units(answer))
    assert found, "the answer has no unit at all"
    return [(where, unit) for where, unit in found if "money" in unit]


@pytest.mark.parametrize("currency", ["USD", "EUR"])
@pytest.mark.parametrize("case", [*EXAMPLES, *RANDOM])
def test_no_unit_of_an_assessment_is_money(
    case: str | int, currency: str, assess: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Break-evens, assumptions, trace, sensitivity and curves name the request's currency in their units."""
    request = {"finance": {}} | (example(case) if isinstance(case, str) else request_at_random(case))
    finance = {name: value for name, value in request["finance"].items() if name not in IN_EUR}
    request["finance"] = finance | (IN_EUR if currency == "EUR" else {})
    answer = assess(request | {"include": HEAVY})
    assert of_money(answer) == []
    assert any(unit.startswith(currency) for _, unit in units(answer["trace"]))
    assert currency == "USD" or not [unit for _, unit in units(answer["trace"]) if "USD" in unit]


def test_no_unit_of_an_assumption_is_money(client: TestClient[Any]) -> None:
    """What is assumed before any request is in USD, and says so."""
    assert of_money(client.get("/v1/assumptions").json()) == []


def test_no_unit_of_the_ledger_is_money(client: TestClient[Any]) -> None:
    """The ledger's lines are in the currency of the request, and say so."""
    assert of_money(client.get("/v1/ledger").json()) == []
