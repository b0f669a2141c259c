"""The offers of an answer, and why each but one was not chosen. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType

from service.assessment.case import Case
from service.assessment.explain.words import number, percent
from service.assessment.ledger.lines import Lines, standing_in
from service.assessment.simulate import Simulation
from service.assessment.simulate.screening import Screened
from service.nouns.answer.assessment import OfferAnswer

PAID_FOR = MappingProxyType({
    "one_off": "building", "tokens": "tokens", "errors": "wrong answers", "hosting": "hosting", "maintenance": "monitoring",
    "retraining": "retraining", "migration": "migration", "prompting_while_not_live": "prompting while not live",
})  # fmt: skip
"""Words for the parts of a fine-tune's cost."""

COST_PARTS = "costs.fine_tuning.present_values"
"""Place in the answer of what a fine-tune's cost is made of."""


def why_it_lost(offer: Screened, best: Screened, is_bystander: bool, currency: str) -> str:
    """Return how far an offer is behind the best one, and what sets them apart most."""
    if offer.npv > best.npv and offer.chance < best.chance:
        return (
            f"it would cost {currency} {number(offer.npv - best.npv)} less, but its chance to meet the requirement is "
            f"{percent(offer.chance)} against {percent(best.chance)}"
        )
    if is_bystander and (offer.npv > best.npv or not best.is_feasible):
        return "listed for information beside your own choice"
    if offer.npv > best.npv:
        mine, its = (-screened.npv / screened.figure(Lines.live_months) for screened in (offer, best))
        return (
            f"it loses less in all because it ends sooner, but {currency} {number(mine)} for each month live against "
            f"{currency} {number(its)}"
        )
    behind = {field: offer.figure(line) - best.figure(line) for field, line in standing_in(COST_PARTS).items()}
    part = max(behind, key=lambda name: behind[name])
    why = f", most of all for {PAID_FOR[part]} ({currency} {number(behind[part])} more)" if behind[part] > 0 else ""
    return (
        f"its base-case NPV is {currency} {number(best.npv - offer.npv)} lower than that of {best.candidate.name}{why}"
    )


def offers_answer(case: Case, simulation: Simulation) -> list[OfferAnswer]:
    """Return every offer, the chosen one first."""
    best, offers = simulation.chosen, standing_in("offers")
    beside = {candidate.id for candidate in case.bystanders}
    answers = []
    for offer in simulation.screened:
        chosen = offer is best
        lost = None
        if not offer.is_feasible:
            lost = offer.obstacle
        elif not chosen:
            lost = why_it_lost(offer, best, offer.candidate.id in beside, case.currency)
        c = offer.candidate
        answers.append(
            OfferAnswer(
                id=c.id,
                name=c.name,
                relation=c.relation,
                npv=offer.npv if offer.is_feasible else None,
                monthly_cost=offer.figure(offers["monthly_cost"]),
                one_off_cost=offer.figure(offers["one_off_cost"]),
                is_chosen=chosen,
                is_feasible=offer.is_feasible,
                lost_because=lost,
                last_training_date=c.last_training_date,
                shutdown_date=c.shutdown_date,
                source=c.source.title,
                checked=c.checked,
                confidence=c.confidence,
            )
        )
    return answers
