"""At a break-even the NPV is zero, or jumps over zero: by a calculation from scratch, and through the API."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from assessment.from_scratch import Scratch
from assessment.jumpy import (
    BAND,
    CANCELLING,
    HUNDRED_REPLICAS,
    LONGER_PROMPTS,
    REPLICA_VOLUME,
    SERVING,
    SHORT_LIFE,
    STALE,
    STALE_LONG,
    STALE_PART,
)
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example

from models.breakeven import scan
from service.assessment.case import Case
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import jumps, simulate
from service.assessment.simulate.break_evens import SEARCHES

Json = dict[str, Any]
Assess = Callable[[Json], Json]
Resolve = Callable[[Json], Case]
FIELDS = {
    "requests_per_month": ("volume", "requests_per_month"),
    "error_cost": ("finance", "error_cost"),
    "one_off_cost": ("fine_tuning", "build_cost"),
    "retraining_interval_months": ("fine_tuning", "retraining", "interval_months"),
    "prompt_instruction_tokens": ("prompting", "tokens", "instruction"),
    "prompt_cache_hit_rate": ("prompting", "cache_hit_rate"),
    "lead_time_weeks": ("fine_tuning", "lead_time_weeks"),
}
BY_INPUT = {search.input: search for search in SEARCHES}
ZERO = 1e-7
NEAR = 1e-6
CLOSE = 3e-4
"""How closely a volume is located in a draw."""


def check(scratch: Scratch) -> int:
    """Assert that every break-even of a case is one; return how many there were."""
    count = 0
    for item in scratch.simulation.break_evens:
        for crossing in item.crossings:
            value, where = crossing.value, f"{item.search.input} = {crossing.value!r}"
            if crossing.is_zero:
                found = scratch.at(item.search, value)
                assert abs(found) <= ZERO * scratch.scale, f"{where}: NPV {found} of {scratch.scale}"
            elif value * (1 - NEAR) != value:
                below, above = (scratch.at(item.search, value * (1 + step)) for step in (-NEAR, NEAR))
                assert below * above < 0, f"{where}: NPV {below} and {above}"
            count += 1
    return count


def with_value(request: Json, path: tuple[str, ...], value: float) -> Json:
    """Return the request with one value put in."""
    changed = copy.deepcopy(request)
    place = changed
    for part in path[:-1]:
        place = place.setdefault(part, {})
    place[path[-1]] = value
    if path[-1] == "build_cost":
        changed["fine_tuning"].pop("build_plan", None)
    return changed


def ways(answer: Json) -> list[tuple[Any, ...]]:
    """Return option 0 and the fine-tunes that serve, each with what stands in and what is done at an end."""
    first, *others = answer["options"]
    served = [first, *(one for one in others if one["kind"] == "fine_tune" and one["is_feasible"])]
    return sorted((one["id"], str(one["stands_in"]), str(one["lifetime"]["on_shutdown"])) for one in served)


def is_the_same_request(input_: str, request: Json, answer: Json, case: Case) -> bool:
    """Return whether the field of an input moves what the search moves, and nothing beside.

    A stated lead time holds the labelling, which the search leaves on top; texts are counted and not stated; the hit rate of
    the prompt is also that of alternatives that state none.
    """
    if input_ == "lead_time_weeks":
        weeks = case.tuning.constants.get(Lines.labelling_weeks)
        return weeks is not None and float(weeks.max()) == 0.0
    if input_ == "prompt_instruction_tokens":
        return "texts" not in request["prompting"]
    if input_ == "prompt_cache_hit_rate":
        return not any(way[1].startswith("prompt:") for way in ways(answer))
    return input_ in FIELDS


def check_through_the_api(request: Json, assess: Assess, case: Case) -> int:
    """Assert that a break-even put into its field is one, where options serve as before; return how many were held so."""
    answer, count = assess(request), 0
    cost = max(1.0, answer["options"][0]["tco"]["base_case"] or 0.0)
    for item in answer["break_even"]["items"]:
        if not is_the_same_request(item["input"], request, answer, case):
            continue
        for crossing in item["crossings"]:
            steps = (0.0,) if crossing["kind"] == "reached" else (-NEAR, NEAR)
            value, path = crossing["value"], FIELDS[item["input"]]
            answers = [assess(with_value(request, path, value * (1 + step))) for step in steps]
            if any(ways(other) != ways(answer) for other in answers):
                continue
            npv = [
                max(
                    one["npv"]["base_case"]
                    for one in other["options"]
                    if one["kind"] == "fine_tune" and one["npv"]["base_case"] is not None
                )
                for other in answers
            ]
            is_one = npv[0] * npv[1] < 0 if len(npv) > 1 else abs(npv[0]) <= ZERO * cost
            assert is_one, f"{item['input']} = {value!r}: NPV {npv} of {cost}"
            count += 1
    return count


@pytest.mark.parametrize("name", EXAMPLES)
def test_break_evens_of_the_examples(name: str, assess: Assess, resolved: Resolve) -> None:
    """Calculated from scratch, and put back through the API, each example's break-evens give an NPV of zero."""
    request = example(name) | {"as_of": "2026-11-23", "simulation": {"draws": 256}}
    case = resolved(request)
    assert check(Scratch(case)) > 0
    check_through_the_api(request, assess, case)


def test_break_evens_of_random_requests(resolved: Resolve) -> None:
    """The same holds for requests at random, jumps included."""
    counts = [check(Scratch(resolved(request_at_random(seed)))) for seed in range(1000, 1060)]
    assert sum(counts) >= 70


def test_break_evens_of_random_requests_through_the_api(assess: Assess, resolved: Resolve) -> None:
    """A break-even put into the request is one, as long as the options kept serve as before."""
    requests = [request_at_random(seed) for seed in range(1000, 1040)]
    assert sum(check_through_the_api(request, assess, resolved(request)) for request in requests) >= 15


def test_states_never_and_always_hold_on_a_fine_grid(resolved: Resolve) -> None:
    """Where no break-even is reported, the NPV keeps its sign over the whole legal range."""
    tested = 0
    for seed in range(2000, 2012):
        scratch = Scratch(resolved(request_at_random(seed)))
        for item in scratch.simulation.break_evens:
            is_alive = bool(scratch.tunes) and scratch.tunes[0].is_feasible
            if not is_alive or item.search.high != 1.0 or item.state not in ("never", "always"):
                continue
            npv = scratch.along(item.search, np.linspace(0.001, 0.999, 201))
            sign = 1.0 if item.state == "always" else -1.0
            assert (sign * npv).min() >= -ZERO * scratch.scale, (seed, item.search.input)
            tested += npv.size
    assert tested >= 1000


def test_a_jump_is_told_from_a_zero() -> None:
    """A step over zero is crossed, a line through zero is reached, and both are found in one range."""

    def npv(x: Any) -> Any:
        return np.where(x < 3.0, x - 1.0, x - 5.0)

    found = scan(npv, np.linspace(0.0, 10.0, 5), np.array([3.0]), 1.0)
    assert [(round(c.value, 9), c.is_zero) for c in found] == [(1.0, True), (3.0, False), (5.0, True)]


@pytest.mark.parametrize(
    ("request_", "input_", "low", "high", "least"),
    [
        pytest.param(STALE, "retraining_interval_months", 0.25, 24.0, 2, id="middles of months"),
        pytest.param(STALE_LONG, "retraining_interval_months", 0.25, 2.0, 10, id="middles of many months"),
        pytest.param(STALE_PART, "retraining_interval_months", 0.25, 6.0, 3, id="the middle of a part of a month"),
        pytest.param(
            HUNDRED_REPLICAS, "requests_per_month", 30 * REPLICA_VOLUME, 250 * REPLICA_VOLUME, 70, id="replicas"
        ),
        pytest.param(SERVING, "retraining_interval_months", 0.25, 24.0, 25, id="option 0 is retrained as well"),
        pytest.param(LONGER_PROMPTS, "prompt_instruction_tokens", 0.0, 20_000.0, 5, id="replicas of longer prompts"),
        pytest.param(BAND, "requests_per_month", 1000.0, 10_000.0, 2, id="a narrow band far from today"),
        pytest.param(SHORT_LIFE, "lead_time_weeks", 0.0, 13.0, 2, id="retrainings of the offer that leads there"),
    ],
)
def test_no_sign_change_of_a_fine_grid_is_missed(
    request_: Json, input_: str, low: float, high: float, least: int, resolved: Resolve
) -> None:
    """Between any two of many neighbouring values with opposite signs of the NPV lies a reported break-even."""
    scratch, search = Scratch(resolved(request_)), BY_INPUT[input_]
    points = np.linspace(low, high, 1001 if search.line is Lines.start_weeks else 10_001)
    npv = scratch.along(search, points)
    item = next(item for item in scratch.simulation.break_evens if item.search.input == input_)
    found = np.array([crossing.value for crossing in item.crossings])
    flips = np.flatnonzero(npv[1:] * npv[:-1] < 0)
    assert flips.size >= least
    between = np.searchsorted(found, points[flips + 1], side="right") - np.searchsorted(found, points[flips])
    assert (between >= 1).all(), f"{(between == 0).sum()} of {flips.size} missed"


def test_jumps_that_cancel_at_one_value_are_no_break_even(resolved: Resolve) -> None:
    """Where a retraining drops out at the very value at which another lands on a middle of a month, signs are honest."""
    assert check(Scratch(resolved(CANCELLING))) > 0


def test_the_npv_of_both_sides_is_read_beside_the_break_even(resolved: Resolve) -> None:
    """`npv_below` and `npv_above` are the NPV a millionth of the value below and above it."""
    scratch, tested = Scratch(resolved(STALE)), 0
    for item in scratch.simulation.break_evens:
        for crossing in item.crossings:
            npv = [scratch.at(item.search, crossing.value * (1 + step)) for step in (-NEAR, NEAR)]
            beside = np.array([crossing.npv_below, crossing.npv_above])
            assert np.abs(npv - beside).max() <= 1e-9 * scratch.scale, item.search.input
            tested += 1
    assert tested >= 8


@pytest.mark.parametrize("today", [100.0, 2500.0, 1e6])
def test_the_volume_per_draw_is_where_each_draw_starts_to_pay(today: float, resolved: Resolve) -> None:
    """However narrow the band, every draw that pays anywhere does so just above its volume, and not just below."""
    scratch = Scratch(resolved(BAND | {"volume": {"requests_per_month": today}}))
    found = scratch.simulation.volume_break_even
    assert found.size == scratch.case.draws and np.isfinite(found).all() and (found > 1.0).all()
    below, above = (scratch.drawn(found * (1.0 + step)) for step in (-CLOSE, CLOSE))
    assert (below < 0.0).all() and (above > 0.0).all()


def test_only_the_first_draws_are_searched_for_their_volume(resolved: Resolve) -> None:
    """The break-even volume of 256 draws is that of the first 256 of a thousand."""
    few, many = (simulate(resolved(BAND | {"simulation": {"draws": draws}})).volume_break_even for draws in (256, 1024))
    assert few.tolist() == many.tolist()


def test_a_dip_between_grid_points_is_found() -> None:
    """Two zeros between the same two neighbours of a grid are both reported."""
    found = scan(lambda x: (x - 5.1) ** 2 - 1e-4, np.linspace(0.0, 10.0, 11), np.array([]), 1.0)
    assert [round(c.value, 6) for c in found] == [5.09, 5.11]


@pytest.mark.parametrize("level", [-40.0, 0.0, 3.0, 55.0])
def test_jumps_left_out_carry_no_sign_change(level: float) -> None:
    """Looking first at every few of many jumps finds the sign changes that looking at all of them finds."""
    jumps_ = np.linspace(1.0, 99.0, 3001)

    def npv(x: Any) -> Any:
        return 2.0 * (np.asarray(x) - 50.0) - 0.1 * np.searchsorted(jumps_, x) * np.cos(np.asarray(x) / 9.0) - level

    grid = np.linspace(0.0, 100.0, 11)
    some = jumps.near_zero(npv, jumps_, 300, 0.0, 100.0)
    assert some.size < jumps_.size
    assert [c.value for c in scan(npv, grid, some, 100.0)] == [c.value for c in scan(npv, grid, jumps_, 100.0)] != []
