"""Fourth stage: the answer. Reads figures off the simulation; what it adds are words."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.explain.article import article_answer
from service.assessment.explain.comparison import comparison
from service.assessment.explain.figures import Figures
from service.assessment.explain.money import break_even_answer, cash_flow_answers
from service.assessment.explain.offers import offers_answer
from service.assessment.explain.options import options_answer
from service.assessment.explain.plan import plan_answer
from service.assessment.explain.provenance import (
    assumptions_answer,
    curves_answer,
    sensitivity_answer,
    value_of_information_answer,
    wide_ranges_answer,
)
from service.assessment.explain.quality import accuracy_answer
from service.assessment.explain.questions import question_answer
from service.assessment.explain.suggestions import suggestions_answer
from service.assessment.explain.thresholds import thresholds_of
from service.assessment.explain.trace import trace_answer
from service.assessment.explain.verdict import verdict_answer
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation
from service.nouns.answer.assessment import Assessment, Provenance
from service.nouns.answer.plan import NextQuestion


class Versions(Struct, frozen=True, kw_only=True):
    """What an answer depends on besides its request, and the digests of both."""

    service: str
    assumptions: str
    prices: str
    request_digest: str
    result_digest: str


def _provenance(case: Case, decision: Decision, versions: Versions) -> Provenance:
    return Provenance(
        service_version=versions.service,
        assumptions_digest=versions.assumptions,
        price_catalogue_version=versions.prices,
        as_of=case.as_of,
        seed=case.seed,
        draws=case.draws,
        request_digest=versions.request_digest,
        result_digest=versions.result_digest,
        base_case_gap=decision.base_case_gap,
    )


def _next_question(simulation: Simulation, decision: Decision) -> NextQuestion | UnsetType:
    if not decision.questions:
        return UNSET
    return question_answer(decision.questions[0], thresholds_of(simulation, decision.matrix))


def explain(case: Case, simulation: Simulation, decision: Decision, versions: Versions) -> Assessment:
    """Return the whole answer."""
    matrix, information, include = decision.matrix, decision.information, case.request.include
    return Assessment(
        verdict=verdict_answer(case, simulation, decision),
        break_even=break_even_answer(case, simulation),
        plan=plan_answer(case, decision),
        options=options_answer(matrix, decision.effectiveness),
        accuracy=accuracy_answer(case, decision),
        value_of_information=value_of_information_answer(information),
        comparison=comparison(case, matrix),
        article_check=article_answer(case, matrix),
        offers=offers_answer(case, simulation, matrix),
        suggestions=suggestions_answer(decision.suggested),
        assumptions=assumptions_answer(case, information),
        wide_ranges=wide_ranges_answer(decision.wide_ranges),
        currency=case.currency,
        horizon_months=case.horizon_months,
        discount_rate=Figures(matrix.keep.one)(Lines.discount_rate),
        policy=case.policy,
        provenance=_provenance(case, decision, versions),
        next_question=_next_question(simulation, decision),
        trace=trace_answer(case, matrix) if "trace" in include else UNSET,
        cash_flows=cash_flow_answers(case, matrix) if "cash_flows" in include else UNSET,
        sensitivity=sensitivity_answer(information) if "sensitivity" in include else UNSET,
        curves=curves_answer(case, simulation, decision.effectiveness.acceptability),
    )
