"""At a break-even the NPV is zero, or jumps over zero."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases_at_random import request_at_random
from conftest import EXAMPLES, example

from models.breakeven import scan
from service.assessment.case import Case
from service.assessment.fold import fold
from service.assessment.search import SEARCHES
from service.assessment.simulate import base_inputs, with_candidates

Assess = Callable[[dict[str, Any]], dict[str, Any]]
FIELDS = {
    "requests_per_month": ("volume", "requests_per_month"),
    "error_cost": ("finance", "error_cost"),
    "one_off_cost": ("fine_tuning", "build_cost"),
    "retraining_interval_months": ("fine_tuning", "retraining", "interval_months"),
    "prompt_instruction_tokens": ("prompting", "tokens", "instruction"),
    "prompt_cache_hit_rate": ("prompting", "cache_hit_rate"),
    "lead_time_weeks": ("fine_tuning", "lead_time_weeks"),
}
LEDGER_NAMES = {search.input: search.ledger for search in SEARCHES}
ZERO = 1e-7
NEAR = 1e-6


def with_value(request: dict[str, Any], path: tuple[str, ...], value: float) -> dict[str, Any]:
    """Return the request with one value put in."""
    changed = copy.deepcopy(request)
    place = changed
    for part in path[:-1]:
        place = place.setdefault(part, {})
    place[path[-1]] = value
    if path[-1] == "build_cost":
        changed["fine_tuning"].pop("build_plan", None)
    return changed


def npv_in_ledger(case: Case, name: str, value: float) -> float:
    """Return the base-case NPV of the best offer with one ledger name set and the rest calculated from scratch."""
    values = base_inputs(case)
    if name == "prompt_accuracy":
        plain = fold(with_candidates(base_inputs(case), case.candidates))
        values["tuned_accuracy_at_start"] = plain["tuned_accuracy_at_start"]
    values[name] = np.full((1, 1), value)
    folded = fold(with_candidates(values, case.candidates))
    count = len(case.candidates)
    npv, start, end = (
        np.broadcast_to(folded[n], (count, 1))[:, 0] for n in ("npv", "lead_time_months", "live_end_month")
    )
    alive = (end > start) & ~np.array([candidate.no_longer_trains for candidate in case.candidates])
    return float(np.where(alive | ~alive.any(), npv, -np.inf).max())


def npv_at(request: dict[str, Any], item: dict[str, Any], value: float, assess: Assess, case: Case) -> float:
    """Return the base-case NPV with a break-even's value put in, through the API where a field exists."""
    if item["input"] in FIELDS:
        answer = assess(with_value(request, FIELDS[item["input"]], value))
        npv: float = answer["costs"]["npv"]["base_case"]
        return npv
    return npv_in_ledger(case, LEDGER_NAMES[item["input"]], value)


def check(request: dict[str, Any], assess: Assess, case: Case) -> int:
    """Assert that every break-even of a request is one; return how many there were."""
    answer = assess(request)
    scale = max(1.0, answer["costs"]["prompting"]["tco"]["base_case"])
    count = 0
    for item in answer["break_even"]["items"]:
        for crossing in item["crossings"]:
            value = crossing["value"]
            if crossing["kind"] == "reached":
                found = npv_at(request, item, value, assess, case)
                assert abs(found) <= ZERO * scale, f"{item['input']} = {value!r}: NPV {found}"
            elif value * (1 - NEAR) != value:
                below = npv_at(request, item, value * (1 - NEAR), assess, case)
                above = npv_at(request, item, value * (1 + NEAR), assess, case)
                assert below * above < 0, f"{item['input']} = {value!r}: NPV {below} and {above}"
            count += 1
        if item["state"] in ("reached", "crossed"):
            kinds = {c["value"]: c["kind"] for c in item["crossings"]}
            assert item["break_even"] and all(kinds[value] == item["state"] for value in item["break_even"])
    return count


@pytest.mark.parametrize("name", EXAMPLES)
def test_break_evens_of_the_examples(name: str, assess: Assess, resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Put back through the API (or at the ledger), each example's break-evens give an NPV of zero."""
    request = example(name) | {"as_of": "2026-11-23"}
    request["simulation"] = {"draws": 256}
    assert check(request, assess, resolved(request)) > 0


def test_break_evens_of_random_requests(assess: Assess, resolved: Callable[[dict[str, Any]], Case]) -> None:
    """The same holds for requests at random, jumps included."""
    counts = [check(request, assess, resolved(request)) for request in map(request_at_random, range(1000, 1060))]
    assert sum(counts) >= 80


def test_states_never_and_always_hold_on_a_fine_grid(
    assess: Assess, resolved: Callable[[dict[str, Any]], Case]
) -> None:
    """Where no break-even is reported, the NPV keeps its sign over the whole legal range."""
    tested = 0
    for seed in range(2000, 2012):
        request = request_at_random(seed)
        case = resolved(request)
        for item in assess(request)["break_even"]["items"]:
            if item["state"] not in ("never", "always") or item["input"] not in (
                "prompt_cache_hit_rate",
                "tuned_accuracy",
            ):
                continue
            sign = 1.0 if item["state"] == "always" else -1.0
            for share in np.linspace(0.001, 0.999, 23):
                npv = npv_in_ledger(case, LEDGER_NAMES[item["input"]], float(share))
                assert sign * npv >= -1e-6 * max(1.0, abs(npv)), (seed, item["input"], share, npv)
                tested += 1
    assert tested >= 100


def test_a_jump_is_told_from_a_zero() -> None:
    """A step over zero is crossed, a line through zero is reached, and both are found in one range."""

    def npv(x: Any) -> Any:
        return np.where(x < 3.0, x - 1.0, x - 5.0)

    found = scan(npv, np.linspace(0.0, 10.0, 5), np.array([3.0]), 1.0)
    assert [(round(c.value, 9), c.is_zero) for c in found] == [(1.0, True), (3.0, False), (5.0, True)]
