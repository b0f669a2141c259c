"""How far the frontier looks along an input: as the larder says, and no farther than anything means something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assessment.jumpy import NAMED
from conftest import EXAMPLES, example

from service.assessment.case import Case
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import simulate
from service.assessment.simulate.frontier import Along

Json = dict[str, Any]
Assess, Resolve = Callable[[Json], Json], Callable[[Json], Case]


def along(request: Json, resolved: Resolve) -> dict[str, Along]:
    """Return the frontier along every input."""
    return {found.varied.input: found for found in simulate(resolved(request)).frontier}


@pytest.mark.parametrize("name", EXAMPLES)
def test_ranges_are_those_of_the_larder(name: str, resolved: Resolve) -> None:
    """A thousandth to a thousand times today's value, 0 to a billion where that is 0, nearly all shares, months from one on."""
    case = resolved(example(name) | {"as_of": "2026-11-23"})
    reach = case.reach
    assert (reach.times, reach.most_decades, reach.least_share, reach.most_months) == (1000.0, 9.0, 0.001, 120.0)
    for found in simulate(case).frontier:
        low, high, current = found.range
        if found.varied.measure == "share":
            assert (low, high) == (0.001, 0.999)
        elif found.varied.measure == "months":
            assert (low, high) == (1.0, case.horizon_months + 1.0)
        elif current == 0.0:
            assert (low, high) == (0.0, 1e9)
        elif current is not None:
            assert low == pytest.approx(current / 1000.0)
            is_capped = found.varied.input in ("prompt_instruction_tokens", "lead_time_weeks")
            assert high == pytest.approx(current * 1000.0) or (is_capped and current <= high < current * 1000.0)


def test_the_instruction_stays_within_the_context(resolved: Resolve) -> None:
    """A prompt longer than its base model reads is not looked at."""
    case = resolved(NAMED)
    found = {one.varied.input: one for one in simulate(case).frontier}["prompt_instruction_tokens"]
    assert found.range.high == pytest.approx(case.context_window - 300.0)


def test_the_lead_time_ends_with_the_horizon(resolved: Resolve) -> None:
    """A fine-tune that would start after the horizon is not looked at, and just before it never the best."""
    found = along(NAMED, resolved)["lead_time_weeks"]
    assert found.range.high == pytest.approx(24 * 4.348125)
    assert found.segments[-1].way.id in ("keep", "improve")


@pytest.mark.parametrize("horizon", [1, 120])
def test_months_run_a_month_past_the_horizon_and_no_farther_than_120(horizon: int, resolved: Resolve) -> None:
    """However short or long the horizon is, a range has two ends."""
    found = along(NAMED | {"volume": {"requests_per_month": 1000, "horizon_months": horizon}}, resolved)
    for name in ("retraining_interval_months", "tuned_retirement_months"):
        assert found[name].range.low == 1.0 and found[name].range.high == min(120.0, horizon + 1.0)


def test_without_requests_the_volume_is_looked_at_from_nought(resolved: Resolve) -> None:
    """At no requests today the range begins there, and the best option changes somewhere up to a billion."""
    found = along(NAMED | {"volume": {"requests_per_month": 0}}, resolved)["requests_per_month"]
    assert found.range[:2] == (0.0, 1e9) and found.switches and found.state == "switches"


def test_every_input_is_said_of_the_best_fine_tune(resolved: Resolve) -> None:
    """Where every offer has its own, today's value is that of the best fine-tune."""
    simulation = simulate(resolved(example("minimal") | {"as_of": "2026-11-23"}))
    base, found = simulation.tunes[0].base, {one.varied.input: one for one in simulation.frontier}
    for name, line in (
        ("tuned_accuracy", Lines.accuracy_at_start),
        ("one_off_cost", Lines.build_cost),
        ("tuned_output_price", Lines.output_price),
    ):
        assert found[name].current == float(base[line].ravel()[0])
