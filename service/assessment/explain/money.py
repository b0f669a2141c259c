"""The money of an answer: costs, break-evens, paybacks and cash flows, read off the simulation. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from models import decision as statistics
from models.breakeven import Crossing
from service.assessment.case import Case
from service.assessment.explain.figures import DECILES, Figures, finite
from service.assessment.ledger.line import Line, in_currency
from service.assessment.ledger.lines import Lines, standing_in
from service.assessment.simulate.break_evens import BreakEven
from service.nouns.answer.break_even import BreakEvenAnswer, BreakEvenItem, CrossingAnswer, Distribution, PaybackAnswer
from service.nouns.answer.money import CashFlow, Costs

AT_START = MappingProxyType({
    "prompting": Lines.prompt_build_cost, "improved_prompt": Lines.improved_one_off_cost,
    "fine_tuning": Lines.tuned_one_off_cost, "saving": Lines.saving_at_start, "cumulative_saving": Lines.saving_at_start,
})  # fmt: skip
"""Columns of month 0; all others have nothing in it."""


def _crossing(crossing: Crossing, offer: str) -> CrossingAnswer:
    return CrossingAnswer(
        offer=offer,
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


def _payback(figures: Figures, line: Line) -> PaybackAnswer:
    if not figures.simulation.chosen.is_feasible:
        return PaybackAnswer(months=None, state="never", p10=None, p50=None, p90=None, share_never=1.0)
    months = figures.maybe(line)
    p10, p50, p90 = figures.percentiles(line)
    return PaybackAnswer(
        months=months,
        state="never" if months is None else "from_the_start" if months == 0 else "reached",
        p10=p10,
        p50=p50,
        p90=p90,
        share_never=statistics.share(np.isinf(figures.simulation.draws[line])),
    )


def break_even_answer(case: Case, figures: Figures) -> BreakEvenAnswer:
    """Return the break-evens of ten inputs, of volume per draw, and the paybacks."""
    simulation = figures.simulation
    p10, p50, p90 = (finite(p) for p in statistics.percentiles(simulation.volume_break_even, DECILES))
    never = statistics.share(np.isinf(simulation.volume_break_even))
    return BreakEvenAnswer(
        items=[_item(found, case.currency) for found in simulation.break_evens],
        requests_per_month=Distribution(p10=p10, p50=p50, p90=p90, share_never=never),
        payback=_payback(figures, Lines.payback_months),
        discounted_payback=_payback(figures, Lines.discounted_payback_months),
        payback_requests=figures.maybe(Lines.payback_requests) if simulation.chosen.is_feasible else None,
    )


def costs_answer(case: Case, figures: Figures) -> Costs:
    """Return what each option costs and what switching is worth."""
    finance, chosen = case.request.finance, figures.simulation.chosen
    return figures.noun(
        Costs,
        "costs",
        currency=case.currency,
        error_cost_state="valued" if finance and finance.error_cost is not None else "not_valued",
        roi=figures.maybe(Lines.roi) if chosen.is_feasible else None,
        is_feasible=chosen.is_feasible,
        infeasible_because=chosen.obstacle or None,
    )


def cash_flow_answers(case: Case, figures: Figures) -> list[CashFlow]:
    """Return the base case month by month, month 0 first."""
    columns = {field: figures.by_month(line, case.horizon_months) for field, line in standing_in("cash_flows").items()}
    start: dict[str, Any] = {field: figures(AT_START[field]) if field in AT_START else 0.0 for field in columns}
    flows = [CashFlow(month=0, **start | {"fine_tuned_accuracy": None})]
    for index in range(case.horizon_months):
        month: dict[str, Any] = {field: column[index] for field, column in columns.items()}
        if not month["live_share"]:
            month["fine_tuned_accuracy"] = None
        flows.append(CashFlow(month=index + 1, **month))
    return flows
