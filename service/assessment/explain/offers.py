"""The offers of an answer, and why those that were not kept lost. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType

from service.assessment.case import Case
from service.assessment.decide.matrix import Held, Matrix
from service.assessment.explain.figures import finite
from service.assessment.explain.words import money
from service.assessment.ledger.lines import Lines, standing_in
from service.assessment.simulate import Simulation
from service.assessment.simulate.screening import Screened
from service.nouns.answer.offers import OfferAnswer, OfferLife

PAID_FOR = MappingProxyType({
    "one_off": "building", "tokens": "tokens", "errors": "wrong answers", "hosting": "hosting", "upkeep": "upkeep",
    "retraining": "retraining", "migration": "migration", "stand_in": "what stands in while it does not serve",
})  # fmt: skip
"""Words for the parts of a fine-tune's cost."""

COST_PARTS = "options.present_values"
"""Place in the answer of what a fine-tune's cost is made of."""


def why_it_lost(case: Case, offer: Screened, best: Screened | None, is_bystander: bool) -> str:
    """Return how far an offer is behind the best one, and what sets them apart most."""
    if best is None or (is_bystander and offer.npv > best.npv):
        return "listed for information beside your own choice"
    name = best.candidate.name
    if offer.npv > best.npv:
        ahead = money(case, offer.npv - best.npv)
        return f"its base-case NPV is {ahead} higher than that of {name}, but over the draws others are worth more on average"
    behind = {field: offer.figure(line) - best.figure(line) for field, line in standing_in(COST_PARTS).items()}
    part = max(behind, key=lambda name: behind[name])
    why = f", most of all for {PAID_FOR[part]} ({money(case, behind[part])} more)" if behind[part] > 0 else ""
    return f"its base-case NPV is {money(case, best.npv - offer.npv)} lower than that of {name}{why}"


def _answer(offer: Screened, kept: Held | None, lost: str | None, is_asked: bool) -> OfferAnswer:
    offers, c = standing_in("offers"), offer.candidate
    is_feasible = offer.is_feasible
    return OfferAnswer(
        id=c.id,
        option=kept.id if kept else None,
        name=c.name,
        relation=c.relation,
        is_feasible=is_feasible,
        lost_because=lost,
        npv=offer.npv if is_feasible else None,
        monthly_cost=finite(offer.figure(offers["monthly_cost"])),
        one_off_cost=offer.figure(offers["one_off_cost"]),
        chance_meets_bar=kept.chance if kept and is_asked and is_feasible else None,
        average_accuracy=offer.figure(Lines.average_accuracy) if is_feasible else None,
        life=OfferLife(retires_on=c.life.date, origin=c.life.origin),
        last_training_date=c.last_training_date,
        source=c.source.title,
        checked=c.checked,
        confidence=c.confidence,
    )


def offers_answer(case: Case, simulation: Simulation, matrix: Matrix) -> list[OfferAnswer]:
    """Return every offer: those kept as options, then as they rank in the base case, those that cannot go live behind."""
    kept = {held.one.candidate.id: held for held in matrix.options if held.one.candidate}
    screened = [(offer, False) for offer in simulation.screened] + [(offer, True) for offer in simulation.beside]
    order = {id: at for at, id in enumerate(kept)}

    def rank(pair: tuple[Screened, bool]) -> tuple[int, bool, bool, float, str]:
        offer, is_bystander = pair
        place = len(order) if is_bystander else order.get(offer.candidate.id, len(order))
        return (place, not offer.is_feasible, is_bystander, -offer.npv, offer.candidate.id)

    ranked = sorted(screened, key=rank)
    best = next(
        (offer for offer, beside in ranked if offer.candidate.id in kept and offer.is_feasible and not beside), None
    )
    answers = []
    for offer, is_bystander in ranked:
        held = None if is_bystander else kept.get(offer.candidate.id)
        lost = offer.obstacle or (None if held else why_it_lost(case, offer, best, is_bystander))
        answers.append(_answer(offer, held, lost, matrix.is_asked))
    return answers
