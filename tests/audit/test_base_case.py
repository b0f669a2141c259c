"""The base case of every option is what an auditor gets by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from audit.assumed import months_until
from audit.calculation import TOLERANCE, base_case, is_before
from audit.cases_at_random import request_at_random
from audit.corners import CORNERS
from audit.facts import facts_of, in_months, prompted, taken, world_of
from audit.facts_of_fine_tunes import known_retirement, lead_time, obstacles, terms_of
from audit.figures import PARTS, Case, Result
from request_fields import FIELDS, has

Answer = dict[str, Any]
Assess = Callable[[dict[str, Any]], Answer]
SEEDS = range(440)
SHUT_DOWN = [seed for seed in range(120) if "shutdown_date" in request_at_random(seed)["prompting"]]
RELATIVE = 1e-9
FEWEST = 8
"""In how many of the random requests every field, and every corner, has to occur."""
SMALL = 1e-3
"""Part of the money at stake below which a single part, or a month, is not compared digit by digit."""


def close(ours: float | None, theirs: float | None, scale: float, what: str) -> None:
    """Assert that two figures agree to 1e-9 of their scale."""
    said = f"{what}: the service says {ours!r}, the auditor of tests/audit {theirs!r}"
    assert (ours is None) == (theirs is None), said
    if ours is not None and theirs is not None:
        assert abs(ours - theirs) <= RELATIVE * max(abs(theirs), scale), said


def compare_money(found: Answer, hand: Result, money: float) -> None:
    """Assert that the sums of an option agree, in all and in part."""
    name = found["id"]
    close(found["npv"]["base_case"], hand.npv, money, f"{name} npv")
    close(found["tco"]["base_case"], hand.tco, 0.0, f"{name} tco")
    close(found["tco_without_errors"]["base_case"], hand.tco_without_errors, hand.tco, f"{name} tco without errors")
    for part in PARTS:
        close(found["present_values"][part], hand.parts[part], money * SMALL, f"{name} {part}")
    close(found["one_off"], hand.one_off, 0.0, f"{name} one-off")
    close(found["token_cost_per_request"], hand.cost_per_request, 0.0, f"{name} tokens of a request")
    close(found["tokens"]["cache_hit_rate"], hand.cache_hit_rate, 1e-3, f"{name} cache hit rate")
    close(found["levelised_cost_per_request"], hand.levelised_cost_per_request, 0.0, f"{name} levelised, request")
    per_answer = found["levelised_cost_per_correct_answer"]
    close(per_answer, hand.levelised_cost_per_correct_answer, 0.0, f"{name} levelised, right answer")


def compare_month(found: Answer, hand: Result) -> None:
    """Assert that the first full month of an option costs what the auditor says; null where it has none."""
    name, month = found["id"], hand.monthly
    scale = 0.0 if month is None else month.total * SMALL
    for part in ("tokens", "errors", "hosting", "upkeep", "total"):
        close(found["monthly"][part], None if month is None else getattr(month, part), scale, f"{name} monthly {part}")
    close(found["cost_per_correct_answer"], hand.cost_per_correct_answer, 0.0, f"{name} a right answer")
    close(found["amortised_cost_per_month"], hand.amortised_cost_per_month, 0.0, f"{name} amortised")


def compare_returns(found: Answer, hand: Result, money: float) -> None:
    """Assert that an option pays back when, and returns what, the auditor says."""
    name = found["id"]
    close(found["payback"]["months"], hand.payback_months, 1.0, f"{name} payback")
    close(found["discounted_payback"]["months"], hand.discounted_payback_months, 1.0, f"{name} discounted payback")
    close(found["payback_requests"], hand.payback_requests, 1.0, f"{name} payback by requests")
    invested = abs(hand.npv / hand.roi) if hand.roi else money
    close(found["roi"], hand.roi, money / invested if invested else 1.0, f"{name} roi")
    if found.get("saving_from_model") is not None:
        both = found["saving_from_model"] + found["saving_from_tuning"]
        close(both, hand.token_saving, money * SMALL, f"{name} saving of tokens")


def compare_time(request: dict[str, Any], found: Answer, hand: Result) -> None:
    """Assert that an option is live, and is retrained, when the auditor says."""
    name = found["id"]
    close(found["timeline"]["live_months"], hand.live_months, 1.0, f"{name} live months")
    close(found["timeline"]["retrainings"], sum(hand.retrainings), 0.0, f"{name} retrainings")
    close(found["accuracy"]["average_base_case"], hand.average_accuracy, 1.0, f"{name} average accuracy")
    if "training" in found:
        tuning, by_article = request["fine_tuning"], request["finance"].get("cost_basis") == "article"
        is_one_sum = "build_cost" in tuning or (by_article and "build_plan" not in tuning)
        is_built = found["kind"] == "in_service" or is_one_sum
        close(found["training"]["run_cost"], None if is_built else hand.run_cost, 0.0, f"{name} training run")
        close(found["training"]["retraining_cost"], hand.retraining_cost, 0.0, f"{name} retraining")


def compare_what_is_taken_over(request: dict[str, Any], answer: Answer, case: Case) -> None:
    """Assert that what no plain calculation gives keeps to what the request and the catalogue say of it."""
    options = {option.id: option for option in case.options}
    assert case.options[0].id == ("in_service" if request["fine_tuning"].get("in_service") else "keep")
    for found in answer["options"]:
        name = found["id"]
        if found["kind"] == "fine_tune":
            reasons = obstacles(request, prompted(request), found)
            assert found["is_feasible"] == (not reasons), f"{name}: {reasons}"
        if name not in options:
            continue
        measured = options[name].accuracy_at_start
        close(taken(answer, name, "accuracy_at_start")[0], measured, 0.0, f"{name} accuracy at its start")
        if found["kind"] in ("fine_tune", "in_service"):
            assert found["stands_in"] in options, f"{name}: {found['stands_in']} stands in"
            compare_end(request, answer, found, case.world.horizon_months)


def compare_end(request: dict[str, Any], answer: Answer, found: Answer, horizon: int) -> None:
    """Assert that a fine-tune ends, and moves on, as its offer and the caller's wish allow."""
    name, terms = found["id"], terms_of(request, found)
    start = 0.0 if found["kind"] == "in_service" else lead_time(request)
    end, life = known_retirement(terms, found), found["lifetime"]
    wish = request["fine_tuning"].get("on_shutdown", "best")
    migrations = in_months(taken(answer, name, "migrations"), horizon)
    if terms.lifetime_class == "self_hosted" and math.isinf(end):
        assert not any(migrations), f"{name} never ends"
    moves_on = terms.lifetime_class == "open_weights_hosted"
    end = max(end, start) if moves_on else end
    if is_before(end, start) or not is_before(end, horizon):
        return
    if not moves_on:
        can = terms.of("has_successor", True)
        allowed = {"revert"} if not can else {wish} if wish != "best" else {"revert", "migrate"}
        assert life["on_shutdown"] in allowed, f"{name}: {life['on_shutdown']}, not {allowed}"
    moves = life.get("on_shutdown") == "migrate" or moves_on
    close_first_move(list(migrations), certain_migrations(end, horizon) if moves else [0.0] * horizon, name)


def certain_migrations(retirement: float, horizon: int) -> list[float]:
    """Return one migration in the month of a known retirement, the first month where it is past (§3)."""
    month = max(1, math.ceil(retirement - TOLERANCE))
    return [float(number == month and is_before(retirement, horizon)) for number in range(1, horizon + 1)]


def close_first_move(migrations: list[float], certain: list[float], name: str) -> None:
    """Assert that there is none before the certain move, and that one; a successor seldom goes in the same month."""
    first = next((month for month, count in enumerate(certain) if count), len(certain))
    close_rows(migrations[:first], certain[:first], f"{name} migrations")
    for found in migrations[first : first + 1]:
        assert 1.0 - SMALL <= found <= 1.15, f"{name} moves {found} times in month {first + 1}"


def close_rows(ours: list[float], theirs: list[float], what: str) -> None:
    """Assert that two rows agree month by month."""
    for month, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
        close(one, other, 1.0, f"{what} in month {month}")


@pytest.mark.parametrize("seed", SEEDS)
def test_base_case_equals_a_plain_calculation(seed: int, assess: Assess) -> None:
    """Every base-case figure of every option equals the auditor's to 1e-9 relative, and what he takes over can be so."""
    request = request_at_random(seed)
    answer = assess({**request, "include": ["trace", "cash_flows"]})
    case = facts_of(request, answer)
    compare_what_is_taken_over(request, answer, case)
    hands = base_case(case)
    for found in answer["options"]:
        name = found["id"]
        if name not in hands:
            assert found["npv"]["base_case"] is found["tco"]["base_case"] is None, f"{name} is infeasible"
            continue
        hand = hands[name]
        money = hand.tco + hands[case.options[0].id].tco
        compare_money(found, hand, money)
        compare_month(found, hand)
        compare_time(request, found, hand)
        if name != case.options[0].id:
            compare_returns(found, hand, money)
        flows = next(part["months"] for part in answer["cash_flows"] if part["option"] == name)
        for flow in flows:
            month = flow["month"]
            close(flow["cost"], hand.flows[month], money * SMALL, f"{name} in month {month}")


@pytest.mark.parametrize("seed", SHUT_DOWN)
def test_a_stated_shutdown_of_the_prompt_is_certain(seed: int, assess: Assess) -> None:
    """A prompt whose model's last day is stated moves in that month for certain, and in none before; its successor seldom with it."""
    request = request_at_random(seed)
    answer, horizon = assess({**request, "include": ["trace"]}), world_of(request).horizon_months
    certain = certain_migrations(months_until(request["prompting"]["shutdown_date"]), horizon)
    for name in ("keep", "improve"):
        close_first_move(list(in_months(taken(answer, name, "migrations"), horizon)), certain, name)


def test_random_cases_state_every_field() -> None:
    """Every field of the request's schema, the parts of its objects included, is stated by several random requests."""
    requests = [request_at_random(seed) for seed in SEEDS]
    stated = {field.pointer: sum(has(request, field.pointer) for request in requests) for field in FIELDS}
    missing = [pointer for pointer, count in stated.items() if count < FEWEST]
    assert not missing, f"tests/audit/cases_at_random.py states too seldom, or never: {', '.join(missing)}"


def test_random_cases_visit_the_corners() -> None:
    """Every corner in the table is visited by several of the random requests."""
    requests = [request_at_random(seed) for seed in SEEDS]
    seen = {corner: sum(visits(request) for request in requests) for corner, visits in CORNERS.items()}
    assert all(count >= FEWEST for count in seen.values()), {name: n for name, n in seen.items() if n < FEWEST}
