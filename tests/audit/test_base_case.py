"""The base case is what an auditor gets by hand, and every break-even is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from audit.calculation import base_case
from audit.cases_at_random import request_at_random
from audit.facts import facts_of
from request_fields import FIELDS, has

Assess = Callable[[dict[str, Any]], dict[str, Any]]
SEEDS = range(320)
RELATIVE = 1e-9
FEWEST = 8
"""In how many of the random requests every field, and every corner, has to occur."""


def close(ours: float | None, theirs: float | None, scale: float, what: str) -> None:
    """Assert that two figures agree to 1e-9 of their scale."""
    said = f"{what}: the service says {ours!r}, the auditor of tests/audit/facts.py and calculation.py {theirs!r}"
    assert (ours is None) == (theirs is None), said
    if ours is not None and theirs is not None:
        assert abs(ours - theirs) <= RELATIVE * max(abs(theirs), scale), said


@pytest.mark.parametrize("seed", SEEDS)
def test_base_case_equals_a_plain_calculation(seed: int, assess: Assess) -> None:
    """Every base-case figure equals the auditor's to 1e-9 relative."""
    request = request_at_random(seed)
    answer = assess({**request, "include": ["cash_flows"]})
    costs, accuracy, back = answer["costs"], answer["accuracy"], answer["break_even"]
    hand = base_case(
        facts_of(request, accuracy["fine_tuning"]["at_start_base_case"], accuracy["improved_prompt"]["base_case"])
    )
    money = max(hand.prompt_tco + hand.tuned_tco, hand.prompt_tco + hand.improved_tco)
    for option, mine in (("prompting", "prompt"), ("fine_tuning", "tuned")):
        ours = costs[option]
        close(ours["tco"]["base_case"], getattr(hand, f"{mine}_tco"), 0.0, f"{option} tco")
        plain = getattr(hand, f"{mine}_tco_without_errors")
        close(ours["tco_without_errors"]["base_case"], plain, 0.0, f"{option} tco without errors")
        unit = getattr(hand, f"{mine}_cost_per_request")
        close(ours["token_cost_per_request"], unit, 0.0, f"{option} cost per request")
        per_request = getattr(hand, f"{mine}_levelised_cost_per_request")
        close(ours["levelised_cost_per_request"], per_request, 0.0, f"{option} levelised per request")
        per_answer = getattr(hand, f"{mine}_levelised_cost_per_correct_answer")
        close(ours["levelised_cost_per_correct_answer"], per_answer, 0.0, f"{option} levelised per correct answer")
    close(costs["improved_prompt"]["tco"]["base_case"], hand.improved_tco, 0.0, "improved tco")
    close(costs["npv"]["base_case"], hand.npv, money, "npv")
    close(costs["npv_of_improving"]["base_case"], hand.npv_improved, money, "npv of improving")
    close(costs["prompt_cache_hit_rate"], hand.prompt_cache_hit_rate, 1e-12, "prompt hit rate")
    close(costs["fine_tuning_cache_hit_rate"], hand.tuned_cache_hit_rate, 1e-12, "tuned hit rate")
    close(costs["fine_tuning"]["one_off"], hand.tuned_build_cost, 0.0, "build cost")
    close(costs["retraining_cost"], hand.retraining_cost, 0.0, "retraining cost")
    close(costs["live_months"], hand.live_months, 1.0, "live months")
    close(costs["retrainings"], sum(hand.retrainings), 0.0, "retrainings")
    if hand.live_months > 0:
        close(back["payback"]["months"], hand.payback_months, 1.0, "payback")
        close(back["discounted_payback"]["months"], hand.discounted_payback_months, 1.0, "discounted payback")
        close(back["payback_requests"], hand.payback_requests, 0.0, "payback requests")
        close(accuracy["fine_tuning"]["worst_month"], hand.worst_tuned_accuracy, 0.0, "worst month")
        if hand.roi is not None:
            invested = hand.npv / hand.roi if hand.roi else 1.0
            close(costs["roi"], hand.roi, money / abs(invested), "roi")
    else:
        assert costs["roi"] is back["payback_requests"] is back["payback"]["months"] is None
    flows = answer["cash_flows"]
    for month, flow in enumerate(flows):
        close(flow["prompting"], hand.prompt_flows[month], money * 1e-3, f"prompting in month {month}")
        close(flow["improved_prompt"], hand.improved_flows[month], money * 1e-3, f"improved in month {month}")
        close(flow["fine_tuning"], hand.tuned_flows[month], money * 1e-3, f"fine-tuning in month {month}")


def test_random_cases_state_every_field() -> None:
    """Every field of the request's schema, the parts of its objects included, is stated by several random requests."""
    requests = [request_at_random(seed) for seed in SEEDS]
    stated = {field.pointer: sum(has(request, field.pointer) for request in requests) for field in FIELDS}
    missing = [pointer for pointer, count in stated.items() if count < FEWEST]
    assert not missing, f"tests/audit/cases_at_random.py states too seldom, or never: {', '.join(missing)}"


def test_random_cases_visit_the_corners() -> None:
    """The random requests cover both shutdowns, migration, last training, staleness, batch, currencies and edges."""
    requests = [request_at_random(seed) for seed in SEEDS]
    facts = [facts_of(request, 0.8, 0.8) for request in requests]
    hands = [base_case(fact) for fact in facts]
    seen = {
        "prompt shutdown inside": sum((f.prompt_shutdown_months or 1e9) <= f.horizon_months for f in facts),
        "migration": sum(
            f.on_shutdown == "migrate"
            and f.lead_time_weeks / 4.348125 < (f.tuned_shutdown_months or 1e9) < f.horizon_months
            for f in facts
        ),
        "shutdown in lead time": sum(h.live_months == 0 for h in hands),
        "last training binds": sum((f.last_training_months or 1e9) < f.horizon_months for f in facts),
        "retraining": sum(sum(h.retrainings) > 0 for h in hands),
        "no retraining": sum(sum(h.retrainings) == 0 and h.live_months > 0 for h in hands),
        "staleness": sum(f.knowledge_half_life_months is not None for f in facts),
        "growth": sum(f.growth_per_month != 0 for f in facts),
        "price decline": sum(f.price_decline_per_year != 0 for f in facts),
        "caching": sum(0 < h.prompt_cache_hit_rate < 1 for h in hands),
        "batch": sum(f.batch_share > 0 for f in facts),
        "retries": sum(f.prompt_invalid_output_rate > 0 for f in facts),
        "currency": sum("units_per_usd" in r["finance"] for r in requests),
        "zero volume": sum(f.requests_per_month == 0 for f in facts),
        "zero growth": sum(f.growth_per_month == 0 for f in facts),
        "undiscounted": sum(f.discount_rate == 0 for f in facts),
        "all correct": sum(f.prompt_accuracy > 0.66 for f in facts),
        "no lead time": sum(f.lead_time_weeks == 0 for f in facts),
        "dedicated": sum(f.dedicated for f in facts),
    }
    assert len(requests) >= 300
    assert all(count >= FEWEST for count in seen.values()), seen
