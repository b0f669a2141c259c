"""The money of an answer: costs, break-evens, paybacks and cash flows, read off the simulation. Part of the explain stage."""

from __future__ import annotations

import numpy as np

from models import decision as statistics
from models.breakeven import Crossing
from service.assessment.case import Case
from service.assessment.explain.figures import DECILES, Figures, finite
from service.assessment.simulate import Simulation
from service.assessment.simulate.break_evens import BreakEven
from service.nouns.answer.break_even import BreakEvenAnswer, BreakEvenItem, CrossingAnswer, Distribution, PaybackAnswer
from service.nouns.answer.money import CashFlow, Components, Costs, NpvAnswer, OptionCosts, PresentValues, WithoutCache


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
        unit=found.search.unit.replace("money", currency),
        current=found.current,
        break_even=[crossing.value for crossing in crossings if crossing.kind == found.state],
        state=found.state,
        fine_tuning_pays=nearest.fine_tuning_pays if nearest else None,
        distance=(nearest.value - found.current) / found.current if nearest and found.current else None,
        crossings=crossings,
    )


def _payback(figures: Figures, name: str) -> PaybackAnswer:
    if not figures.simulation.chosen.is_feasible:
        return PaybackAnswer(months=None, state="never", p10=None, p50=None, p90=None, share_never=1.0)
    months = figures.maybe(name)
    p10, p50, p90 = figures.percentiles(name)
    return PaybackAnswer(
        months=months,
        state="never" if months is None else "from_the_start" if months == 0 else "reached",
        p10=p10,
        p50=p50,
        p90=p90,
        share_never=statistics.share(np.isinf(figures.simulation.draws[name])),
    )


def break_even_answer(case: Case, simulation: Simulation, figures: Figures) -> BreakEvenAnswer:
    """Return the break-evens of ten inputs, of volume per draw, and the paybacks."""
    p10, p50, p90 = (finite(p) for p in statistics.percentiles(simulation.volume_break_even, DECILES))
    never = statistics.share(np.isinf(simulation.volume_break_even))
    return BreakEvenAnswer(
        items=[_item(found, case.currency) for found in simulation.break_evens],
        requests_per_month=Distribution(p10=p10, p50=p50, p90=p90, share_never=never),
        payback=_payback(figures, "payback_months"),
        discounted_payback=_payback(figures, "discounted_payback_months"),
        payback_requests=figures.maybe("payback_requests") if simulation.chosen.is_feasible else None,
    )


def _option_costs(figures: Figures, option: str) -> OptionCosts:
    tuned = option == "tuned"
    shared = "tuned" if tuned else "prompt"
    one_off = {"prompt": "prompt_build_cost", "improved": "improved_one_off_cost", "tuned": "tuned_build_cost"}[option]
    upkeep = "monitoring_cost_per_month" if tuned else "prompt_maintenance_cost_per_month"
    return OptionCosts(
        one_off=figures(one_off),
        monthly=Components(
            tokens=figures(f"{shared}_run_rate_tokens"),
            errors=figures(f"{option}_run_rate_errors"),
            hosting=figures("tuned_run_rate_hosting") if tuned else 0.0,
            maintenance=figures(upkeep),
            total=figures(f"{option}_run_rate"),
        ),
        token_cost_per_request=figures(f"{shared}_cost_per_request"),
        cost_per_correct_answer=figures.maybe(f"{option}_cost_per_correct_answer"),
        amortised_cost_per_month=figures.maybe(f"{option}_amortised_cost"),
        levelised_cost_per_request=figures.maybe(f"{option}_levelised_cost_per_request"),
        levelised_cost_per_correct_answer=figures.maybe(f"{option}_levelised_cost_per_correct_answer"),
        present_values=PresentValues(
            one_off=figures(one_off),
            tokens=figures(f"{shared}_tokens_pv"),
            errors=figures(f"{option}_errors_pv"),
            hosting=figures("tuned_hosting_pv") if tuned else 0.0,
            maintenance=figures("tuned_monitoring_pv" if tuned else "prompt_maintenance_pv"),
            retraining=figures("tuned_retraining_pv") if tuned else 0.0,
            migration=0.0 if tuned else figures("prompt_migration_pv"),
            prompting_while_not_live=figures("tuned_prompt_running_pv")
            + figures("tuned_prompt_errors_pv")
            + (figures("tuned_one_off_cost") - figures("tuned_build_cost"))
            if tuned
            else 0.0,
        ),
        tco=figures.spread(f"{option}_tco"),
        tco_without_errors=figures.spread(f"{option}_tco_without_errors"),
    )


def _against_better_prompt(figures: Figures) -> NpvAnswer:
    draws = figures.simulation.draws
    better = draws["npv"] - np.maximum(draws["npv_improved"], 0.0)
    return figures.npv(figures("npv") - max(figures("npv_improved"), 0.0), better)


def costs_answer(case: Case, simulation: Simulation, figures: Figures) -> Costs:
    """Return what each option costs and what switching is worth."""
    finance, chosen = case.request.finance, simulation.chosen
    return Costs(
        currency=case.currency,
        error_cost_state="valued" if finance and finance.error_cost is not None else "not_valued",
        prompting=_option_costs(figures, "prompt"),
        improved_prompt=_option_costs(figures, "improved"),
        fine_tuning=_option_costs(figures, "tuned"),
        prompting_without_cache=WithoutCache(
            token_cost_per_request=figures("uncached_cost_per_request"),
            tokens_per_month=figures("uncached_run_rate_tokens"),
            tokens_present_value=figures("uncached_tokens_pv"),
        ),
        prompt_cache_hit_rate=figures("prompt_cache_hit_rate"),
        fine_tuning_cache_hit_rate=figures("tuned_cache_hit_rate"),
        npv=figures.npv(figures("npv"), simulation.draws["npv"]),
        npv_of_improving=figures.npv(figures("npv_improved"), simulation.draws["npv_improved"]),
        npv_against_better_prompt=_against_better_prompt(figures),
        roi=figures.maybe("roi") if chosen.is_feasible else None,
        saving_per_request=figures("saving_per_request"),
        go_live_month=figures("lead_time_months"),
        end_month=figures("live_end_month"),
        live_months=figures("live_months"),
        retrainings=figures("retraining_count"),
        retraining_cost=figures("retraining_cost"),
        is_feasible=chosen.is_feasible,
        infeasible_because=chosen.obstacle or None,
    )


def cash_flow_answers(case: Case, figures: Figures) -> list[CashFlow]:
    """Return the base case month by month, month 0 first."""
    h = case.horizon_months
    columns = {
        "requests": "requests", "prompting": "prompt_costs", "improved_prompt": "improved_costs",
        "fine_tuning": "tuned_costs", "saving": "savings", "live_share": "live_share", "retrainings": "retrainings",
    }  # fmt: skip
    rows = {field: figures.by_month(name, h) for field, name in columns.items()}
    accuracy = figures.by_month("tuned_accuracy", h)
    cumulative = figures("saving_at_start")
    flows = [
        CashFlow(month=0, requests=0.0, prompting=figures("prompt_build_cost"),
                 improved_prompt=figures("improved_one_off_cost"), fine_tuning=figures("tuned_one_off_cost"),
                 saving=cumulative, cumulative_saving=cumulative, live_share=0.0, retrainings=0.0,
                 fine_tuned_accuracy=None)
    ]  # fmt: skip
    for index in range(h):
        month = {field: row[index] for field, row in rows.items()}
        cumulative += month["saving"]
        live = accuracy[index] if month["live_share"] > 0 else None
        flows.append(CashFlow(month=index + 1, cumulative_saving=cumulative, fine_tuned_accuracy=live, **month))
    return flows
