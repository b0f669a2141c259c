"""At a break-even the NPV is zero, or jumps over zero."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example

from models.breakeven import scan
from service.assessment.case import Case
from service.assessment.ledger.fold import fold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import jumps
from service.assessment.simulate.break_evens import SEARCHES
from service.assessment.simulate.draws import base_inputs, with_candidates

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
LINES = {search.input: search.line for search in SEARCHES}
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


def npv_in_ledger(case: Case, line: Line, value: float) -> float:
    """Return the base-case NPV of the best offer with one line set and the rest calculated from scratch."""
    values = base_inputs(case)
    if line is Lines.prompt_accuracy:
        plain = fold(with_candidates(base_inputs(case), case.candidates))
        values[Lines.tuned_accuracy_at_start] = plain[Lines.tuned_accuracy_at_start]
    values[line] = np.full((1, 1), value)
    folded = fold(with_candidates(values, case.candidates))
    count = len(case.candidates)
    npv, start, end = (
        np.broadcast_to(folded[n], (count, 1))[:, 0] for n in (Lines.npv, Lines.lead_time_months, Lines.live_end_month)
    )
    alive = (end > start) & ~np.array([candidate.no_longer_trains for candidate in case.candidates])
    return float(np.where(alive | ~alive.any(), npv, -np.inf).max())


def npv_along(case: Case, line: Line, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the base-case NPV of the best offer at many values of one line, each offer from scratch."""
    npvs, alive = [], []
    for candidate in case.candidates:
        values = base_inputs(case)
        values[line] = points[:, None]
        folded = fold(
            with_candidates(values, (candidate,)), frozenset({Lines.npv, Lines.lead_time_months, Lines.live_end_month})
        )
        npv, start, end = (
            np.broadcast_to(folded[n], (points.size, 1))[:, 0]
            for n in (Lines.npv, Lines.lead_time_months, Lines.live_end_month)
        )
        npvs.append(npv)
        alive.append((end > start) & (not candidate.no_longer_trains))
    is_alive = np.array(alive)
    best: np.ndarray[Any, Any] = np.where(is_alive | ~is_alive.any(axis=0), np.array(npvs), -np.inf).max(axis=0)
    return best


def npv_at(request: dict[str, Any], item: dict[str, Any], value: float, assess: Assess, case: Case) -> float:
    """Return the base-case NPV with a break-even's value put in, through the API where a field exists."""
    if item["input"] in FIELDS:
        answer = assess(with_value(request, FIELDS[item["input"]], value))
        npv: float = answer["costs"]["npv"]["base_case"]
        return npv
    return npv_in_ledger(case, LINES[item["input"]], value)


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
    assert sum(counts) >= 70


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
                npv = npv_in_ledger(case, LINES[item["input"]], float(share))
                assert sign * npv >= -1e-6 * max(1.0, abs(npv)), (seed, item["input"], share, npv)
                tested += 1
    assert tested >= 100


def test_a_jump_is_told_from_a_zero() -> None:
    """A step over zero is crossed, a line through zero is reached, and both are found in one range."""

    def npv(x: Any) -> Any:
        return np.where(x < 3.0, x - 1.0, x - 5.0)

    found = scan(npv, np.linspace(0.0, 10.0, 5), np.array([3.0]), 1.0)
    assert [(round(c.value, 9), c.is_zero) for c in found] == [(1.0, True), (3.0, False), (5.0, True)]


BEFORE_ITS_END = "2026-10-31"
"""The last day on which no end of Ministral 3B on Azure was known."""
STALE: dict[str, Any] = {
    "as_of": BEFORE_ITS_END,
    "task": {"description": "x", "knowledge_half_life_months": 6},
    "prompting": {"measured_accuracy": {"correct": 160, "total": 200}},
    "volume": {"requests_per_month": 100_000, "horizon_months": 24},
    "fine_tuning": {
        "base_model": "azure/ministral-3b",
        "lead_time_weeks": 8,
        "build_cost": 5000,
        "retraining": {"cost": 500},
        "pilots": [{"training_examples": 2000, "correct": 180, "total": 200}],
    },
    "finance": {"error_cost": 0.32},
    "simulation": {"draws": 256},
}
STALE_LONG = STALE | {"volume": {"requests_per_month": 100_000, "horizon_months": 120}}
STALE_PART = STALE | {
    "task": {"description": "x", "knowledge_half_life_months": 12},
    "volume": {"requests_per_month": 300_000, "horizon_months": 6},
    "fine_tuning": STALE["fine_tuning"] | {"lead_time_weeks": 1, "build_cost": 3000},
    "finance": {"error_cost": 0.27},
}
BAND: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 0, "cache_read_usd_per_mtok": 0.01},
        "tokens": {"instruction": 5000, "payload": 0, "output": 0},
        "maintenance_cost_per_month": 0,
    },
    "fine_tuning": {
        "offer": {"prices": {"input_usd_per_mtok": 0.5, "output_usd_per_mtok": 0}},
        "tokens": {"instruction": 5000},
        "build_cost": 0,
        "lead_time_weeks": 0,
        "monitoring_cost_per_month": 3.18,
        "retraining": {"cost": 0},
    },
    "volume": {"requests_per_month": 100},
    "simulation": {"draws": 256},
}
REPLICA_VOLUME = 0.05 * 730.5 * 3600 / 4
"""Requests a month that fill one replica of 0.05 requests a second at a peak of four times the average."""
HUNDRED_REPLICAS: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "prices": {
            "input_usd_per_mtok": (730.5 + 20.0) / REPLICA_VOLUME * 1e3,
            "output_usd_per_mtok": 0,
        },
        "tokens": {"instruction": 0, "payload": 1000, "output": 0},
        "maintenance_cost_per_month": 0,
    },
    "fine_tuning": {
        "offer": {
            "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
            "hosting_usd_per_hour": 1,
            "requests_per_second_per_replica": 0.05,
        },
        "build_cost": 0,
        "retraining": {"cost": 0},
        "lead_time_weeks": 0,
        "monitoring_cost_per_month": 2000,
    },
    "volume": {"requests_per_month": 100 * REPLICA_VOLUME, "peak_to_average": 4, "horizon_months": 1},
    "finance": {"discount_rate": 0},
    "simulation": {"draws": 256},
}
SHORT_LIFE: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 74, "total": 200},
        "base_model": "openai/gpt-4.1",
        "tokens": {"instruction": 1846.1761832204531, "payload": 20.11558718201953, "output": 27.45829469816089},
        "cache_hit_rate": 0.2444359193635216,
    },
    "volume": {"requests_per_month": 23639.31962664846, "horizon_months": 3, "growth_per_month": 0.00534669474657351},
    "fine_tuning": {
        "tokens": {"instruction": {"low": 144.7661940345217, "high": 479.7550051587675}},
        "labelled_examples": 40000,
        "build_cost": {"low": 277.10201981709065, "high": 567.7313479668535},
        "retraining": {"interval_months": 0.7320729087071819, "plan": {"engineering_hours": 8.738455282651461}},
    },
    "finance": {"discount_rate": 0.3817848248741731},
    "simulation": {"draws": 256},
}


@pytest.mark.parametrize(
    ("request_", "input_", "low", "high", "least"),
    [
        pytest.param(STALE, "retraining_interval_months", 0.25, 24.0, 20, id="middles of months"),
        pytest.param(STALE_LONG, "retraining_interval_months", 1.0, 2.5, 40, id="middles of many months"),
        pytest.param(STALE_PART, "retraining_interval_months", 0.25, 6.0, 3, id="the middle of a part of a month"),
        pytest.param(
            HUNDRED_REPLICAS, "requests_per_month", 30 * REPLICA_VOLUME, 250 * REPLICA_VOLUME, 70, id="replicas"
        ),
        pytest.param(BAND, "requests_per_month", 1000.0, 10_000.0, 2, id="a narrow band far from today"),
        pytest.param(SHORT_LIFE, "lead_time_weeks", 0.0, 13.0, 2, id="retrainings of the offer that leads there"),
    ],
)
def test_no_sign_change_of_a_fine_grid_is_missed(
    request_: dict[str, Any],
    input_: str,
    low: float,
    high: float,
    least: int,
    assess: Assess,
    resolved: Callable[[dict[str, Any]], Case],
) -> None:
    """Between any two of many neighbouring values with opposite signs of the NPV lies a reported break-even."""
    points = np.linspace(low, high, 10_001)
    npv = npv_along(resolved(request_), LINES[input_], points)
    item = next(item for item in assess(request_)["break_even"]["items"] if item["input"] == input_)
    found = np.array([crossing["value"] for crossing in item["crossings"]])
    flips = np.flatnonzero(npv[1:] * npv[:-1] < 0)
    assert flips.size >= least
    between = np.searchsorted(found, points[flips + 1], side="right") - np.searchsorted(found, points[flips])
    assert (between >= 1).all(), f"{(between == 0).sum()} of {flips.size} missed"


def test_jumps_that_cancel_at_one_value_are_no_break_even(
    assess: Assess, resolved: Callable[[dict[str, Any]], Case]
) -> None:
    """Where a retraining drops out at the very value at which another lands on a middle of a month, signs are honest."""
    request = {
        "as_of": "2026-11-23",
        "task": {"description": "x", "kind": "summarisation", "knowledge_half_life_months": 7.986494536298488},
        "prompting": {"measured_accuracy": {"correct": 404, "total": 500}, "invalid_output_rate": 0.07587584744688464},
        "volume": {
            "requests_per_month": 1182552.0491212183,
            "horizon_months": 3,
            "growth_per_month": 0.04641959038733652,
            "peak_to_average": 4.246056446896989,
        },
        "fine_tuning": {
            "labelled_examples": 500,
            "invalid_output_rate": 0.006688512142815628,
            "monitoring_cost_per_month": 213.41897762535473,
            "pilots": [{"training_examples": 500, "correct": 342, "total": 394}],
            "build_plan": {"engineering_hours": 34.2053567017206, "training_runs": 7.9621111182720306},
        },
        "finance": {"discount_rate": 0, "error_cost": 0.9171703248853941},
        "simulation": {"draws": 256},
    }
    assert check(request, assess, resolved(request)) > 0


def test_the_npv_of_both_sides_is_read_beside_the_break_even(
    assess: Assess, resolved: Callable[[dict[str, Any]], Case]
) -> None:
    """`npv_below` and `npv_above` are the NPV a millionth of the value below and above it."""
    case, answer = resolved(STALE), assess(STALE)
    scale, tested = answer["costs"]["prompting"]["tco"]["base_case"], 0
    for item in answer["break_even"]["items"]:
        for crossing in item["crossings"] if item["input"] != "prompt_accuracy" else ():
            below, above = crossing["value"] * (1 - NEAR), crossing["value"] * (1 + NEAR)
            npv = npv_along(case, LINES[item["input"]], np.array([below, above]))
            assert np.abs(npv - [crossing["npv_below"], crossing["npv_above"]]).max() <= 1e-9 * scale, item["input"]
            tested += 1
    assert tested >= 20


@pytest.mark.parametrize("today", [100.0, 2500.0, 1e6])
def test_the_volume_per_draw_agrees_with_the_base_case(today: float, assess: Assess) -> None:
    """Where nothing is uncertain, every draw pays from the lowest break-even volume, however narrow the band."""
    answer = assess(BAND | {"volume": {"requests_per_month": today}})["break_even"]
    item = next(item for item in answer["items"] if item["input"] == "requests_per_month")
    assert item["state"] == "reached"
    assert answer["requests_per_month"]["share_never"] == 0.0
    assert answer["requests_per_month"]["p50"] == pytest.approx(item["break_even"][0], rel=1e-4)


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
