"""Fourth stage: the answer. Reads figures off the simulation; what it adds are words."""

from __future__ import annotations

from msgspec import UNSET, Struct

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.information import Information
from service.assessment.explain.comparison import comparison
from service.assessment.explain.figures import Figures
from service.assessment.explain.money import break_even_answer, cash_flow_answers, costs_answer
from service.assessment.explain.offers import offers_answer
from service.assessment.explain.provenance import (
    assumptions_answer,
    curves_answer,
    sensitivity_answer,
    trace_answer,
    value_of_information_answer,
)
from service.assessment.explain.quality import accuracy_answer, latency_answer
from service.assessment.explain.reasons import reasons
from service.assessment.explain.risks import risks
from service.assessment.explain.summary import summary
from service.assessment.simulate import Simulation
from service.nouns.answer.assessment import Assessment, Provenance
from service.nouns.answer.verdict import VerdictAnswer


class Versions(Struct, frozen=True, kw_only=True):
    """What an answer depends on besides its request, and the digests of both."""

    service: str
    assumptions: str
    prices: str
    request_digest: str
    result_digest: str


def _verdict(case: Case, decision: Decision, figures: Figures, information: Information) -> VerdictAnswer:
    verdict, framework, expected = decision.verdict, decision.framework, decision.expected_value
    return VerdictAnswer(
        choice=verdict.choice,
        action=verdict.action,
        confidence=decision.confidence,
        summary=summary(case, decision, figures, information),
        reasons=reasons(case, decision),
        framework_choice=framework.choice,
        framework_action=framework.action,
        expected_value_choice=expected.choice,
        expected_value_action=expected.action,
        policies_agree=framework.action == expected.action,
        risks=risks(case, decision, figures),
        step=verdict.step,
        missing_field=verdict.field,
    )


def _provenance(case: Case, simulation: Simulation, versions: Versions) -> Provenance:
    return Provenance(
        service_version=versions.service,
        assumptions_digest=versions.assumptions,
        price_catalogue_version=versions.prices,
        prompt_base_model=case.prompt_model,
        prompt_price_source=case.prompt_price_source.title,
        prompt_price_checked=case.prompt_price_checked,
        fine_tuning_offer=simulation.chosen.candidate.id,
        as_of=case.as_of,
        seed=case.seed,
        draws=case.draws,
        policy=case.policy,
        request_digest=versions.request_digest,
        result_digest=versions.result_digest,
    )


def explain(
    case: Case, simulation: Simulation, information: Information, decision: Decision, versions: Versions
) -> Assessment:
    """Return the whole answer."""
    figures, include = Figures(simulation), case.request.include
    return Assessment(
        verdict=_verdict(case, decision, figures, information),
        break_even=break_even_answer(case, figures),
        costs=costs_answer(case, figures),
        accuracy=accuracy_answer(case, decision, figures, information),
        latency=latency_answer(case, figures),
        value_of_information=value_of_information_answer(information),
        comparison=comparison(case, figures),
        offers=offers_answer(case, simulation),
        assumptions=assumptions_answer(case, information),
        provenance=_provenance(case, simulation, versions),
        trace=trace_answer(case, figures) if "trace" in include else UNSET,
        cash_flows=cash_flow_answers(case, figures) if "cash_flows" in include else UNSET,
        sensitivity=sensitivity_answer(information) if "sensitivity" in include else UNSET,
        curves=curves_answer(case, simulation) if "curves" in include else UNSET,
    )
