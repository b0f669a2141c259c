"""The money of an answer beside its options: break-evens and cash flows, read off the simulation. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from models import decision as statistics
from models.breakeven import Crossing
from service.assessment.case import Case
from service.assessment.decide.matrix import Matrix
from service.assessment.explain.figures import DECILES, Figures, finite
from service.assessment.ledger.line import in_currency
from service.assessment.ledger.lines import Lines, standing_in
from service.assessment.simulate import Simulated, Simulation
from service.assessment.simulate.break_evens import BreakEven
from service.nouns.answer.break_even import BreakEvenAnswer, BreakEvenItem, CrossingAnswer, Distribution
from service.nouns.answer.money import CashFlow, CashFlowMonth

AT_START = MappingProxyType({
    "cost": Lines.outlay, "cost_without_errors": Lines.outlay, "saving": Lines.saving_at_start,
    "cumulative_saving": Lines.saving_at_start,
})  # fmt: skip
"""Columns of month 0; all others have nothing in it."""


def _crossing(crossing: Crossing, option: str) -> CrossingAnswer:
    return CrossingAnswer(
        offer=option.partition(":")[2],
        value=crossing.value,
        kind="reached" if crossing.is_zero else "crossed",
        npv_below=crossing.npv_below,
        npv_above=crossing.npv_above,
        fine_tuning_pays="above" if crossing.npv_above > crossing.npv_below else "below",
    )


def _item(found: BreakEven, currency: str) -> BreakEvenItem:
    crossings = [_crossing(*pair) for pair in zip(found.crossings, found.offers, strict=True)]
    nearest = min(crossings, key=lambda crossing: abs(crossing.value - found.current), default=None)
    return BreakEvenItem(
        input=found.search.input,
        unit=in_currency(found.search.line.unit, currency),
        current=found.current,
        break_even=[crossing.value for crossing in crossings if crossing.kind == found.state],
        state=found.state,
        fine_tuning_pays=nearest.fine_tuning_pays if nearest else None,
        distance=(nearest.value - found.current) / found.current if nearest and found.current else None,
        crossings=crossings,
    )


def break_even_answer(case: Case, simulation: Simulation) -> BreakEvenAnswer:
    """Return the break-evens of ten inputs, and of the volume per draw."""
    p10, p50, p90 = (finite(p) for p in statistics.percentiles(simulation.volume_break_even, DECILES))
    never = statistics.share(np.isinf(simulation.volume_break_even))
    return BreakEvenAnswer(
        items=[_item(found, case.currency) for found in simulation.break_evens],
        requests_per_month=Distribution(p10=p10, p50=p50, p90=p90, share_never=never),
    )


def _cash_flow(case: Case, one: Simulated) -> CashFlow:
    """Return the base case of one option month by month, month 0 first."""
    figures = Figures(one)
    columns = {
        field: figures.by_month(line, case.horizon_months) for field, line in standing_in("cash_flows.months").items()
    }
    start: dict[str, Any] = {field: figures(AT_START[field]) if field in AT_START else 0.0 for field in columns}
    months = [CashFlowMonth(month=0, **start | {"accuracy": None})]
    months += [
        CashFlowMonth(month=index + 1, **{field: column[index] for field, column in columns.items()})
        for index in range(case.horizon_months)
    ]
    return CashFlow(option=one.id, months=months)


def cash_flow_answers(case: Case, matrix: Matrix) -> list[CashFlow]:
    """Return the base case of every option that can serve month by month."""
    return [_cash_flow(case, held.one) for held in matrix.options if held.one.is_feasible]
