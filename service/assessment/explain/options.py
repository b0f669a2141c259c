"""The options of an answer, each read off the simulation; what one that cannot serve does not have is null. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType

from service.assessment.decide.effectiveness import Effectiveness
from service.assessment.decide.matrix import Held, Matrix
from service.assessment.explain.figures import NO_NPV, Figures, finite, npv_answer
from service.assessment.ledger.line import TUNES, Line
from service.assessment.ledger.lines import Lines
from service.nouns.answer.money import PaybackAnswer
from service.nouns.answer.options import LifetimeAnswer, OptionAnswer, OptionPrices, OptionTokens, TrainingAnswer
from service.nouns.answer.quality import AccuracyInterval, OptionAccuracy, OptionEvidence, OptionLatency

OF_TUNES = MappingProxyType({
    "saving_from_model": Lines.saving_from_model, "saving_from_tuning": Lines.saving_from_tuning,
})  # fmt: skip
"""What only a fine-tune has."""


def _payback(figures: Figures, line: Line) -> PaybackAnswer:
    if not figures.one.is_feasible:
        return PaybackAnswer(months=None, state="never", p10=None, p50=None, p90=None, share_never=None)
    months = figures.maybe(line)
    p10, p50, p90 = figures.percentiles(line)
    return PaybackAnswer(
        months=months,
        state="never" if months is None else "from_the_start" if months == 0 else "reached",
        p10=p10,
        p50=p50,
        p90=p90,
        share_never=figures.never(line),
    )


def _prices(figures: Figures) -> OptionPrices:
    """Return the prices of an option; of the cache only those that are published."""
    option = figures.one.option
    others: dict[str, Any] = {}
    if not figures(Lines.cache_priced):
        others["cache_read"] = None
    if not figures(Lines.cache_priced) or figures(Lines.cache_write_price) == figures(Lines.input_price):
        others["cache_write"] = None
    return figures.noun(
        OptionPrices,
        "options.prices",
        is_always=True,
        source=option.price_source.title,
        checked=option.price_checked,
        **others,
    )


def _training(figures: Figures) -> TrainingAnswer | UnsetType:
    if figures.one.option.kind not in TUNES:
        return UNSET
    others: dict[str, Any] = {}
    if Lines.build_cost in figures.one.folded.stated:
        others = {"run_cost": None, "labels_cost": None}
    return figures.noun(TrainingAnswer, "options.training", is_always=True, **others)


def _accuracy(figures: Figures) -> OptionAccuracy:
    others: dict[str, Any] = dict.fromkeys(("mean", "average_mean", "change_in_wrong_answers_per_month"))
    low = high = None
    if figures.one.is_feasible:
        low, _, high = figures.percentiles(Lines.accuracy_at_start)
        others = {
            "mean": figures.mean(Lines.accuracy_at_start),
            "average_mean": figures.mean(Lines.average_accuracy),
            "change_in_wrong_answers_per_month": figures.mean(Lines.change_in_wrong_answers_per_month),
        }
    if figures.one.option.kind not in TUNES:
        others["planned_examples"] = None
    rests = figures.one.option.rests_on
    others["evidence"] = OptionEvidence(**rests._asdict()) if rests else UNSET
    return figures.noun(OptionAccuracy, "options.accuracy", interval=AccuracyInterval(low=low, high=high), **others)


def _latency(held: Held, figures: Figures) -> OptionLatency:
    one = held.one
    others: dict[str, Any] = {}
    if not np.isfinite(one.base[Lines.waiting_flow]).all():
        others["replicas"] = None
    return figures.noun(
        OptionLatency,
        "options.latency",
        saving_p50_seconds=finite(held.latency_saving) if one.is_feasible else None,
        chance_meets_target=held.chance_in_time if one.is_feasible else None,
        is_measured=one.option.inputs.intervals.keys().isdisjoint((Lines.shared_scale, Lines.own_scale)),
        fewest_replicas_for_target=one.fewest_replicas,
        **others,
    )


def _lifetime(held: Held) -> LifetimeAnswer:
    """Return when the base model of an option retires; where that leaves a choice, what each way is worth."""
    one, life = held.one, held.one.option.life
    ends = one.option.kind in TUNES and one.is_feasible and life.origin != "never" and not life.serves_on
    worth = one.mean_npv_by_policy if ends else {}
    return LifetimeAnswer(
        retires_on=life.date,
        origin=life.origin,
        on_shutdown=one.policy if ends else None,
        npv_migrate=worth.get("migrate"),
        npv_revert=worth.get("revert"),
    )


def is_measured(held: Held) -> bool:
    """Return whether the accuracy of an option rests on graded answers of its own."""
    option, pilots = held.one.option, held.one.base.get(Lines.pilots)
    if option.kind == "fine_tune":
        return pilots is not None and len(pilots) > 0
    return option.kind == "keep" or option.trials is not None


def _option(matrix: Matrix, effectiveness: Effectiveness, held: Held) -> OptionAnswer:
    one, figures = held.one, Figures(held.one)
    option, is_feasible = one.option, one.is_feasible
    others: dict[str, Any] = {} if option.kind == "fine_tune" else dict.fromkeys(OF_TUNES)
    return figures.noun(
        OptionAnswer,
        "options",
        id=option.id,
        kind=option.kind,
        name=option.name,
        base_model=option.base_model,
        offer=one.candidate.id if one.candidate else None,
        stands_in=one.stand_in if is_feasible and option.kind in TUNES else None,
        is_feasible=is_feasible,
        obstacle=one.obstacle or None,
        is_measured=is_measured(held),
        chance_meets_bar=held.chance if matrix.is_asked and is_feasible else None,
        chance_best=held.chance_best,
        dominated_by=effectiveness.dominated_by.get(option.id),
        incremental_cost_per_right_answer=effectiveness.incremental_costs.get(option.id),
        prices=_prices(figures),
        tokens=figures.noun(OptionTokens, "options.tokens", is_always=True),
        npv_over_best_other=npv_answer(held.over_best_other_base, held.over_best_other) if is_feasible else NO_NPV,
        payback=_payback(figures, Lines.payback_months),
        discounted_payback=_payback(figures, Lines.discounted_payback_months),
        training=_training(figures),
        accuracy=_accuracy(figures),
        latency=_latency(held, figures),
        lifetime=_lifetime(held),
        **others,
    )


def options_answer(matrix: Matrix, effectiveness: Effectiveness) -> list[OptionAnswer]:
    """Return every way to serve the task, as they rank."""
    return [_option(matrix, effectiveness, held) for held in matrix.options]
