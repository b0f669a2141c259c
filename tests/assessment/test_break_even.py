"""The frontier names the best option everywhere: by a calculation from scratch, and through the API."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from assessment.from_scratch import Scratch
from assessment.jumpy import (
    BAND,
    CANCELLING,
    HUNDRED_REPLICAS,
    LONGER_PROMPTS,
    NAMED,
    REPLICA_VOLUME,
    SERVING,
    SHORT_LIFE,
    STALE,
    STALE_LONG,
    STALE_PART,
)
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example, field_case

from service.assessment.case import Case
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Drawing, jumps, simulate
from service.assessment.simulate.drawing import Way
from service.assessment.simulate.frontier import Along
from service.assessment.simulate.varied import VARIED

Json = dict[str, Any]
Assess, Resolve = Callable[[Json], Json], Callable[[Json], Case]
FIELDS = {
    "requests_per_month": ("volume", "requests_per_month"),
    "error_cost": ("finance", "error_cost"),
    "prompt_cache_hit_rate": ("prompting", "cache_hit_rate"),
    "lead_time_weeks": ("fine_tuning", "lead_time_weeks"),
}
EQUAL = 1e-7
"""What two NPVs that are equal may differ by, as a share of option 0's total cost."""
NEAR = 1e-6
CLOSE = 3e-4
"""How closely a volume is located in a draw."""
TRIED, TRIED_IN_DRAWS = 10, 3
"""Points tried inside each segment."""


def inside(lower: float, upper: float, tried: int) -> Any:
    """Return points inside a segment, clear of its ends."""
    low, high = lower + 3.0 * NEAR * abs(lower), upper - 3.0 * NEAR * abs(upper)
    if high <= low:
        return np.empty(0)
    return np.geomspace(low, high, tried) if low > 0.0 else np.linspace(low, high, tried + 1)[1:]


def check_segments(scratch: Scratch, found: Along) -> int:
    """Assert that segments have no gaps, and that the named way is the best inside each; return how many points were tried."""
    ends = [edge for segment in found.segments for edge in (segment.lower, segment.upper)]
    assert ends[0] == found.range.low and ends[-1] == found.range.high
    assert ends[1:-1:2] == ends[2::2] and ends == sorted(ends)
    tried = 0
    for segment in found.segments:
        points = inside(segment.lower, segment.upper, TRIED_IN_DRAWS if found.varied.input == "error_cost" else TRIED)
        worth = scratch.along(found.varied, points)
        for place, point in enumerate(points):
            best = max(worth, key=lambda way: worth[way][place])
            behind = worth[best][place] - worth[segment.way][place]
            assert behind <= EQUAL * scratch.scale, f"{found.varied.input} = {point!r}: {best}, not {segment.way}"
        tried += points.size
    return tried


def check_switches(scratch: Scratch, found: Along) -> int:
    """Assert that at each switch two options are worth the same, or one jumps past the other; return how many there were."""
    for switch in found.switches:
        where = f"{found.varied.input} = {switch.value!r}"
        steps = np.array([0.0] if switch.is_reached else [-NEAR, NEAR])
        worth = scratch.along(found.varied, switch.value * (1.0 + steps))
        gap = worth[switch.after] - worth[switch.before]
        if switch.is_reached:
            assert abs(gap[0]) <= EQUAL * scratch.scale, f"{where}: {gap[0]} of {scratch.scale}"
        else:
            assert gap[0] < 0.0 < gap[1], f"{where}: {gap}"
    return len(found.switches)


def check(scratch: Scratch) -> tuple[int, int]:
    """Assert both of all inputs."""
    found = scratch.simulation.frontier
    assert [along.varied for along in found] == list(VARIED)
    return (
        sum(check_segments(scratch, along) for along in found),
        sum(check_switches(scratch, along) for along in found),
    )


def with_value(request: Json, path: tuple[str, ...], value: float) -> Json:
    """Return the request with one value put in."""
    changed = copy.deepcopy(request)
    place = changed
    for part in path[:-1]:
        place = place.setdefault(part, {})
    place[path[-1]] = value
    return changed


def items_of(answer: Json) -> dict[str, Json]:
    """Return the items of an answer by their input."""
    return {item["input"]: item for item in answer["break_even"]["items"]}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_frontier_of_the_examples(name: str, resolved: Resolve) -> None:
    """Folded anew from scratch, each example's best option is the named one everywhere, and equal to the next at a switch."""
    tried, switches = check(Scratch(resolved(example(name) | {"as_of": "2026-11-23", "simulation": {"draws": 256}})))
    assert tried >= 100 and switches >= 3


def test_the_frontier_of_random_requests(resolved: Resolve) -> None:
    """The same holds for requests at random, fine-tunes in service and jumps included."""
    counts = [check(Scratch(resolved(request_at_random(seed)))) for seed in range(1000, 1020)]
    assert sum(tried for tried, _ in counts) >= 2000 and sum(switches for _, switches in counts) >= 40


@pytest.mark.parametrize("name", FIELDS)
def test_a_switch_put_into_the_request_is_one(name: str, assess: Assess) -> None:
    """Sent again with a value at which two options are worth the same, the request has two options worth the same."""
    tested = 0
    for on_shutdown in ("revert", "migrate"):
        request = NAMED | {"fine_tuning": NAMED["fine_tuning"] | {"on_shutdown": on_shutdown}}
        answer = assess(request)
        cost, worth = (
            max(1.0, answer["options"][0]["tco"]["base_case"]),
            "mean" if name == "error_cost" else "base_case",
        )
        for switch in items_of(answer)[name]["switches"]:
            if switch["kind"] != "reached":
                continue
            other = assess(with_value(request, FIELDS[name], switch["value"]))
            options = {option["id"]: option for option in other["options"]}
            pair = [options[switch[side]] for side in ("from_option", "to_option")]
            if [one["stands_in"] for one in pair if one["kind"] == "fine_tune"] != stand_ins_at(answer, name, switch):
                continue
            assert pair[0]["npv"][worth] == pytest.approx(pair[1]["npv"][worth], abs=EQUAL * cost), (name, switch)
            tested += 1
    assert tested >= 1


def stand_ins_at(answer: Json, name: str, switch: Json) -> list[str]:
    """Return what stands in for a fine-tune on the side of a switch on which it is the best."""
    segments = items_of(answer)[name]["segments"]
    found = []
    for side, end in (("from_option", "upper"), ("to_option", "lower")):
        of = [one for one in segments if one[end] == switch["value"] and one["option"] == switch[side]]
        found += [one["stands_in"] for one in of if one["stands_in"] is not None]
    return found


def test_the_minimal_request_has_three_ways_in_error_cost(assess: Assess) -> None:
    """Keep while an error costs next to nothing, improve above, and fine-tune far above that."""
    item = items_of(assess(example("minimal") | {"as_of": "2026-11-23"}))["error_cost"]
    kinds = [segment["option"].partition(":")[0] for segment in item["segments"]]
    assert list(dict.fromkeys(kinds)) == ["keep", "improve", "tune"]
    improve, tune = item["switches"][0]["value"], item["break_even"][0]
    assert 0.002 < improve < 0.03 and tune > 5.0 * improve
    assert item["nearest_switch"] == improve and item["distance"] is None and item["state"] == "switches"
    assert item["tuning_pays"] == "above" and item["agrees_with_draws"]


@pytest.mark.parametrize("request_", [example("minimal"), example("ticket-triage"), request_at_random(1010)], ids=str)
def test_the_npv_of_every_draw_is_a_straight_line_in_the_error_cost(request_: Json, resolved: Resolve) -> None:
    """What an option saves without errors, and its right answers times what an error costs, are its NPV in every draw."""
    case = resolved(request_ | {"as_of": "2026-11-23"})
    simulation = simulate(case)
    drawing = Drawing(case, {one.id: one.option for one in simulation.options})
    drawing.ways |= {one.id: Way(one.id, one.policy, one.stand_in) for one in simulation.options}
    sheet = next(drawing.sheets())
    error_cost = sheet.per_draw(sheet.settled_way(simulation.baseline.id).values[Lines.error_cost])
    first = simulation.baseline.draws
    for one in simulation.served:
        saved = first[Lines.tco_without_errors] - one.draws[Lines.tco_without_errors]
        more_right = one.draws[Lines.correct_pv] - first[Lines.correct_pv]
        size = first[Lines.tco].max() + one.draws[Lines.tco].max()
        gap = one.draws[Lines.npv] - (saved + error_cost * more_right)
        assert np.abs(gap).max() <= 1e-11 * size, one.id


@pytest.mark.parametrize("name", EXAMPLES)
def test_today_the_frontier_names_the_best_of_the_base_case(name: str, resolved: Resolve) -> None:
    """At today's value of an input that every draw shares, the named option has the best NPV of the options' base cases."""
    simulation = simulate(resolved(example(name) | {"as_of": "2026-11-23"}))
    best = max(float(one.base[Lines.npv].max()) for one in simulation.served)
    scale = max(1.0, float(simulation.baseline.base[Lines.tco].max()))
    for along in simulation.frontier:
        if along.varied.input in ("error_cost", "tuned_retirement_months") or along.current is None:
            continue
        if not along.range.low <= along.current <= along.range.high:
            continue
        named = next(one for one in along.segments if one.lower <= along.current <= one.upper)
        npv = float(simulation.of(named.way.id).base[Lines.npv].max())
        assert npv >= best - EQUAL * scale, along.varied.input


def test_break_evens_are_where_the_best_fine_tune_meets_the_best_prompt(resolved: Resolve) -> None:
    """Along each input their difference changes its sign where a break-even is, and nowhere else on a grid."""
    tested = 0
    for seed in (1001, 1004, 1010, 1015, 1018):
        scratch = Scratch(resolved(request_at_random(seed)))
        for along in scratch.simulation.frontier:
            if scratch.best is None or along.varied.input in ("error_cost", "lead_time_weeks"):
                continue
            points = inside(along.range.low, along.range.high, 41)
            is_ahead = scratch.lead_of_tunes(along.varied, points) > EQUAL * scratch.scale
            found = np.array([switch.value for switch in along.switches if switch.is_between_sides])
            between = np.diff(np.searchsorted(found, points))
            flips = is_ahead[1:] != is_ahead[:-1]
            assert (between[flips] % 2 == 1).all(), (seed, along.varied.input)
            assert (between[~flips] % 2 == 0).all(), (seed, along.varied.input)
            tested += int(flips.sum())
    assert tested >= 5


@pytest.mark.parametrize(
    ("request_", "input_", "low", "high", "least"),
    [
        pytest.param(STALE, "retraining_interval_months", 1.0, 24.0, 2, id="middles of months"),
        pytest.param(STALE_LONG, "retraining_interval_months", 1.0, 2.0, 5, id="middles of many months"),
        pytest.param(STALE_PART, "retraining_interval_months", 1.0, 6.0, 1, id="the middle of a part of a month"),
        pytest.param(HUNDRED_REPLICAS, "requests_per_month", 30 * REPLICA_VOLUME, 250 * REPLICA_VOLUME, 60, id="replicas"),
        pytest.param(SERVING, "retraining_interval_months", 1.0, 24.0, 10, id="option 0 is retrained as well"),
        pytest.param(LONGER_PROMPTS, "prompt_instruction_tokens", 1.0, 20_000.0, 5, id="replicas of longer prompts"),
        pytest.param(BAND, "requests_per_month", 1000.0, 10_000.0, 2, id="a narrow band far from today"),
        pytest.param(SHORT_LIFE, "lead_time_weeks", 0.01, 13.0, 2, id="retrainings of the offer that leads there"),
    ],
)  # fmt: skip
def test_no_change_between_the_sides_is_missed(
    request_: Json, input_: str, low: float, high: float, least: int, resolved: Resolve
) -> None:
    """Between any two of many neighbouring values of which one is for fine-tuning and one for prompting lies a break-even."""
    scratch = Scratch(resolved(request_))
    along = scratch.item(input_)
    points = np.linspace(low, high, 1001 if input_ == "lead_time_weeks" else 5_001)
    lead = scratch.lead_of_tunes(along.varied, points)
    found = np.array([switch.value for switch in along.switches if switch.is_between_sides])
    flips = np.flatnonzero(lead[1:] * lead[:-1] < 0)
    assert flips.size >= least
    between = np.searchsorted(found, points[flips + 1], side="right") - np.searchsorted(found, points[flips])
    assert (between >= 1).all(), f"{(between == 0).sum()} of {flips.size} missed"


def test_jumps_that_cancel_at_one_value_are_no_switch(resolved: Resolve) -> None:
    """Where a retraining drops out at the very value at which another lands on a middle of a month, signs are honest."""
    assert check(Scratch(resolved(CANCELLING)))[1] > 0


def test_the_difference_is_read_on_both_sides_of_a_switch(resolved: Resolve) -> None:
    """What is told of the NPVs below and above is read a millionth of the value below and above it."""
    scratch, tested = Scratch(resolved(STALE)), 0
    for along in scratch.simulation.frontier:
        for switch in along.switches:
            worth = scratch.along(along.varied, switch.value * np.array([1.0 - NEAR, 1.0 + NEAR]))
            gap = worth[switch.after] - worth[switch.before]
            told = np.array([switch.below, switch.above])
            assert np.abs(gap - told)[np.isfinite(gap)].max() <= 1e-9 * scratch.scale, along.varied.input
            tested += 1
    assert tested >= 8


@pytest.mark.parametrize("today", [100.0, 2500.0, 1e5])
def test_the_volume_per_draw_is_where_each_draw_starts_to_pay(today: float, resolved: Resolve) -> None:
    """However narrow the band, every draw in which the fine-tune wins anywhere does so just above its volume, not below."""
    scratch = Scratch(resolved(BAND | {"volume": {"requests_per_month": today}}))
    found = scratch.simulation.volume_break_even
    assert found.size == scratch.case.draws and np.isfinite(found).all() and (found > 1.0).all()
    below, above = (scratch.drawn(found * (1.0 + step)) for step in (-CLOSE, CLOSE))
    assert (below < 0.0).all() and (above > 0.0).all()


def test_only_the_first_draws_are_searched_for_their_volume(resolved: Resolve) -> None:
    """The break-even volume of 256 draws is that of the first 256 of a thousand."""
    few, many = (simulate(resolved(BAND | {"simulation": {"draws": draws}})).volume_break_even for draws in (256, 1024))
    assert few.tolist() == many.tolist()


def test_without_a_fine_tune_the_frontier_runs_over_the_prompts(assess: Assess) -> None:
    """Where none can go live, what only a fine-tune has changes nothing and has no value today; prompts still switch."""
    request = example("minimal") | {"as_of": "2026-11-23"}
    request["fine_tuning"] = {"base_model": "azure/gpt-4.1-mini", "offer": {"shutdown_date": "2026-12-01"}}
    items = items_of(assess(request))
    assert [switch["to_option"] for switch in items["error_cost"]["switches"]] == ["improve"]
    for name in ("tuned_accuracy", "one_off_cost", "tuned_retirement_months", "tuned_output_price", "lead_time_weeks"):
        item = items[name]
        assert item["current"] is item["nearest_switch"] is item["tuning_pays"] is None
        assert item["state"] == "one_option" and len(item["segments"]) == 1
    assert all(item["break_even"] == [] for item in items.values())


def test_a_fine_tune_in_service_takes_part_as_itself(resolved: Resolve) -> None:
    """Option 0 is one of the options of the frontier, and its retraining moves with that of the others."""
    scratch = Scratch(resolved(SERVING))
    named = {segment.way.id for along in scratch.simulation.frontier for segment in along.segments}
    assert "in_service" in named
    check(scratch)


def test_a_change_of_what_stands_in_is_no_switch(assess: Assess) -> None:
    """Two neighbouring segments of one option differ in what stands in or is done at a shutdown, and have no switch between."""
    found = 0
    requests = [example(name) | {"as_of": "2026-11-23"} for name in EXAMPLES]
    for request in [*requests, *(request_at_random(seed) for seed in range(1000, 1008))]:
        for item in assess(request)["break_even"]["items"]:
            pairs = list(pairwise(item["segments"]))
            ways = [(one["option"], one["stands_in"], one["on_shutdown"]) for one in item["segments"]]
            assert all(one != other or one[2] is None for one, other in pairwise(ways))
            switches = [(a["upper"], a["option"], b["option"]) for a, b in pairs if a["option"] != b["option"]]
            assert switches == [(one["value"], one["from_option"], one["to_option"]) for one in item["switches"]]
            found += len(pairs) - len(switches)
    assert found >= 4


def test_a_switch_far_away_is_told_to_be(assess: Assess) -> None:
    """The state says whether a switch lies within a hundredth and a hundred times today's value."""
    states = set()
    for request in (*map(example, EXAMPLES), field_case("half-a-billion-extractions")):
        for item in assess(request | {"as_of": "2026-11-23"})["break_even"]["items"]:
            current, values = item["current"], [switch["value"] for switch in item["switches"]]
            near = [value for value in values if not current or current / 100.0 <= value <= current * 100.0]
            assert item["state"] == ("switches" if near else "insensitive" if values else "one_option"), item["input"]
            states.add(item["state"])
    assert states == {"switches", "insensitive", "one_option"}


def test_the_retirement_of_the_base_case_is_that_of_the_frontier(resolved: Resolve) -> None:
    """Put where it stands today, the retirement of a fine-tune that gives way leaves the base case as it is."""
    scratch = Scratch(resolved(NAMED | {"fine_tuning": NAMED["fine_tuning"] | {"on_shutdown": "revert"}}))
    along, tune = scratch.item("tuned_retirement_months"), scratch.served[scratch.best or ""]
    assert along.current is not None
    worth = scratch.along(along.varied, np.array([along.current]))[Way(tune.id, tune.policy, tune.stand_in)]
    assert worth[0] == pytest.approx(float(tune.base[Lines.npv].max()), rel=1e-9)


def test_what_never_retires_has_no_retirement_today(resolved: Resolve) -> None:
    """A base model on own GPUs is retired by nobody: today's value is null, and any date may be tried."""
    simulation = simulate(resolved(HUNDRED_REPLICAS))
    along = next(one for one in simulation.frontier if one.varied.input == "tuned_retirement_months")
    assert along.current is None and along.range.low == 1.0


@pytest.mark.parametrize("name", EXAMPLES)
def test_curves_run_through_the_base_case(name: str, assess: Assess) -> None:
    """Every option that may be advised has a curve along each input, and none lies below its base case at today's value."""
    answer = assess(example(name) | {"as_of": "2026-11-23", "include": ["curves"]})
    items, curves = items_of(answer), answer["curves"]["npv"]
    served = [
        one for one in answer["options"] if one["is_feasible"] and (one["kind"] != "other_prompt" or one["is_measured"])
    ]
    assert {(curve["option"], curve["input"]) for curve in curves} == {
        (one["id"], input_) for one in served for input_ in items
    }
    cost, npv = answer["options"][0]["tco"]["base_case"], {one["id"]: one["npv"]["base_case"] for one in served}
    for curve in curves:
        current = items[curve["input"]]["current"]
        if curve["input"] in ("requests_per_month", "one_off_cost", "tuned_output_price") and current:
            at_today = curve["npv"][20]
            assert curve["values"][20] == pytest.approx(current)
            assert at_today >= npv[curve["option"]] - EQUAL * cost


@pytest.mark.parametrize("level", [-40.0, 0.0, 3.0, 55.0])
def test_jumps_left_out_change_no_winner(level: float) -> None:
    """Looking first at every few of many jumps finds the changes of winner that looking at all of them finds."""
    jumps_ = np.linspace(1.0, 99.0, 3001)

    def table(x: Any) -> Any:
        line = 2.0 * (x - 50.0) - 0.1 * np.searchsorted(jumps_, x) * np.cos(x / 9.0) - level
        return np.stack([0.0 * x, line], axis=1)

    some = jumps.that_may_matter(table, jumps_, 300, 0.0, 100.0, 1e-9)
    assert some.size < jumps_.size
    below, above = (table(jumps_ * (1.0 + step)).argmax(axis=1) for step in (-NEAR, NEAR))
    assert np.isin(jumps_[below != above], some).all()
    assert set(below) == set(above) == {0, 1}


def test_a_drawn_life_stands_at_what_is_expected_of_it(resolved: Resolve) -> None:
    """Today's retirement is the date on record where there is one, and within the horizon where the life is drawn."""
    seen = set()
    for name in EXAMPLES:
        simulation = simulate(case := resolved(example(name) | {"as_of": "2026-11-23"}))
        along = next(one for one in simulation.frontier if one.varied.input == "tuned_retirement_months")
        life = simulation.tunes[0].option.life
        assert along.current is not None
        assert 0.0 < along.current <= case.horizon_months if life.origin == "drawn" else along.current == life.months
        seen.add(life.origin)
    assert len(seen) >= 2
