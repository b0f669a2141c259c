"""The money of an answer beside its options: break-evens and cash flows, read off the simulation. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from models import decision as statistics
from service.assessment.case import Case
from service.assessment.decide.matrix import Matrix
from service.assessment.explain.figures import DECILES, Figures, finite
from service.assessment.ledger.line import TUNES, in_currency
from service.assessment.ledger.lines import Lines, standing_in
from service.assessment.simulate import Simulated, Simulation
from service.assessment.simulate.frontier import Along, Segment, Switch
from service.nouns.answer.break_even import (
    BreakEvenAnswer,
    BreakEvenItem,
    Distribution,
    SegmentAnswer,
    SwitchAnswer,
)
from service.nouns.answer.money import CashFlow, CashFlowMonth

AT_START = MappingProxyType({
    "cost": Lines.outlay, "cost_without_errors": Lines.outlay, "saving": Lines.saving_at_start,
    "cumulative_saving": Lines.saving_at_start, "one_off": Lines.one_off_cost, "stand_in": Lines.stand_in_outlay,
    "stand_in_without_errors": Lines.stand_in_outlay, "present_cost": Lines.outlay,
    "present_saving": Lines.saving_at_start,
})  # fmt: skip
"""Columns of month 0; all others have nothing in it."""


def _segment(simulation: Simulation, found: Segment) -> SegmentAnswer:
    option = simulation.of(found.way.id).option
    ends = option.kind in TUNES and option.life.origin != "never" and not option.life.serves_on
    return SegmentAnswer(
        lower=found.lower,
        upper=found.upper,
        option=option.id,
        stands_in=found.way.stand_in if option.kind in TUNES else None,
        on_shutdown=found.way.policy if ends else None,
    )


def _switch(found: Switch) -> SwitchAnswer:
    return SwitchAnswer(
        value=found.value,
        kind="reached" if found.is_reached else "crossed",
        from_option=found.before.id,
        to_option=found.after.id,
        npv_difference_below=finite(found.below),
        npv_difference_above=finite(found.above),
    )


def _item(simulation: Simulation, found: Along, currency: str) -> BreakEvenItem:
    current, nearest, pays = found.current, found.nearest, found.pays
    return BreakEvenItem(
        input=found.varied.input,
        unit=in_currency(found.varied.line.unit, currency),
        current=current,
        segments=[_segment(simulation, segment) for segment in found.segments],
        switches=[_switch(switch) for switch in found.switches],
        nearest_switch=nearest.value if nearest else None,
        distance=(nearest.value - current) / current if nearest and current else None,
        state=found.state,
        agrees_with_draws=found.agrees,
        break_even=[switch.value for switch in found.switches if switch.is_between_sides],
        tuning_pays=None if pays is None else "above" if pays.pays_above else "below",
    )


def break_even_answer(case: Case, simulation: Simulation) -> BreakEvenAnswer:
    """Return the frontier along twelve inputs, and the volume per draw from which a fine-tune beats every prompt."""
    p10, p50, p90 = (finite(p) for p in statistics.percentiles(simulation.volume_break_even, DECILES))
    never = statistics.share(np.isinf(simulation.volume_break_even))
    return BreakEvenAnswer(
        items=[_item(simulation, found, case.currency) for found in simulation.frontier],
        requests_per_month=Distribution(p10=p10, p50=p50, p90=p90, share_never=never),
    )


def _so_far(one: Simulated) -> list[dict[str, float]]:
    """Return the percentiles of what one option has saved up to each month, month 0 first."""
    months = np.empty((0, 0)) if one.savings_so_far is None else one.savings_so_far.T
    found = (statistics.percentiles(draws, (0.1, 0.9)) for draws in months)
    return [{"cumulative_saving_p10": p10, "cumulative_saving_p90": p90} for p10, p90 in found]


def _cash_flow(case: Case, one: Simulated) -> CashFlow:
    """Return the base case of one option month by month, month 0 first."""
    figures = Figures(one)
    columns = {
        field: figures.by_month(line, case.horizon_months) for field, line in standing_in("cash_flows.months").items()
    }
    start: dict[str, Any] = dict.fromkeys(columns, 0.0) | {field: figures(line) for field, line in AT_START.items()}
    if figures(Lines.live_months) == 0.0:
        start["one_off_spread"] = start["one_off"]
    at_start, *later = _so_far(one)
    months = [CashFlowMonth(month=0, **start | {"accuracy": None, "discount_factor": 1.0} | at_start)]
    months += [
        CashFlowMonth(month=month, one_off=0.0, **dict(zip(columns, row, strict=True)), **so_far)
        for month, (*row, so_far) in enumerate(zip(*columns.values(), later, strict=True), start=1)
    ]
    return CashFlow(option=one.id, months=months)


def cash_flow_answers(case: Case, matrix: Matrix) -> list[CashFlow]:
    """Return the base case of every option that can serve month by month."""
    return [_cash_flow(case, held.one) for held in matrix.options if held.one.is_feasible]
