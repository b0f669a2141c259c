"""Which offer is kept, and what an answer says of the others (docs/decisions/0006)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import example

Assess = Callable[[dict[str, Any]], dict[str, Any]]


def live_months(assess: Assess, request: dict[str, Any], offer: str) -> float:
    """Return how long an offer serves in the base case, asked for by name."""
    tuning = request.get("fine_tuning", {}) | {"base_model": offer}
    trace = assess(request | {"fine_tuning": tuning, "include": ["trace"]})["trace"]
    return float(next(line["base_case"][0] for line in trace if line["name"] == "live_months"))


@pytest.mark.parametrize("name", ["minimal", "policy-answers"])
def test_a_loser_gains_nothing_by_ending_soon(name: str, assess: Assess) -> None:
    """Where no offer pays, the kept one loses least for each month live, and those that lose less in all say why not."""
    request = example(name)
    kept, *others = [offer for offer in assess(request)["offers"] if offer["is_feasible"]]
    rate = -kept["npv"] / live_months(assess, request, kept["id"])
    sooner = [offer for offer in others if offer["npv"] > kept["npv"]]
    assert len(sooner) >= 5
    for offer in sooner[:: max(len(sooner) // 4, 1)]:
        its_rate = -offer["npv"] / live_months(assess, request, offer["id"])
        assert its_rate > rate, offer["id"]
        mine, best = re.findall(r"USD ([\d,.]+)", offer["lost_because"])
        assert "ends sooner" in offer["lost_because"]
        assert float(mine.replace(",", "")) == pytest.approx(its_rate, rel=0.01)
        assert float(best.replace(",", "")) == pytest.approx(rate, rel=0.01)


def test_among_offers_that_pay_the_net_present_value_decides(assess: Assess) -> None:
    """An offer that pays more is kept before one that serves longer."""
    answer = assess(example("ticket-triage") | {"fine_tuning": {"build_cost": 5000, "labelled_examples": 6200}})
    feasible = [offer for offer in answer["offers"] if offer["is_feasible"]]
    assert feasible[0]["npv"] > 0
    assert feasible[0]["npv"] == max(offer["npv"] for offer in feasible)
