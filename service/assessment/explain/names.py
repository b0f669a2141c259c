"""What options, goals and inputs are called in sentences: the words of the trade, none of the service's own. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType

from service.assessment.case import OWN_OFFER, Case
from service.assessment.decide.matrix import Matrix
from service.assessment.explain.words import exact_percent
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated

INPUTS: MappingProxyType[Line, str] = MappingProxyType({
    Lines.accuracy_deviate: "the fine-tune's accuracy", Lines.no_change_coin: "whether fine-tuning helps",
    Lines.technique_deviate: "what improving brings", Lines.residual_deviate: "what improving brings",
    Lines.drift_deviate: "how the prompt's base model changes", Lines.prompted_accuracy: "the prompt's true accuracy", Lines.error_cost: "what a wrong answer costs",
    Lines.requests_per_month: "the volume", Lines.growth_per_month: "how the volume grows",
    Lines.first_retirement_month: "when base models are retired", Lines.accuracy_at_start: "the true accuracy of what was measured",
    Lines.price_decline_per_year: "how fast token prices fall", Lines.hourly_rate: "what an hour of engineering costs",
    Lines.upkeep_hours_per_month: "the hours of upkeep", Lines.upkeep_factor: "the upkeep of a fine-tune",
    Lines.build_hours: "the hours of work", Lines.build_cost: "what it costs to build",
})  # fmt: skip
"""What uncertain inputs are called; one that is not here goes by its name."""


def input_in_words(line: Line) -> str:
    """Return what an input is called."""
    return INPUTS.get(line) or f"the {line.name.replace('_', ' ')}"


def is_own(one: Simulated) -> bool:
    """Return whether a fine-tune is on an offer of the caller's own."""
    return one.candidate is not None and one.candidate.id == OWN_OFFER


def base_model(one: Simulated) -> str:
    """Return the base model of a fine-tune as people call it: without where it is trained or served."""
    return "a fine-tune on your own offer" if is_own(one) else one.option.name.partition(",")[0].partition(" on ")[0]


def option_in_words(one: Simulated) -> str:
    """Return what an option is called."""
    kind = one.option.kind
    if kind == "keep":
        return "the unchanged prompt"
    if kind == "improve":
        return "an improved prompt"
    if kind == "in_service":
        return "the fine-tune in service"
    if kind == "other_prompt":
        return f"'{one.option.name}'"
    return base_model(one) if is_own(one) else f"a fine-tune of {base_model(one)}"


def pilot_in_words(one: Simulated) -> str:
    """Return what a pilot of a fine-tune is called."""
    return "a pilot on your own offer" if is_own(one) else f"a pilot of {base_model(one)}"


def goal(case: Case, matrix: Matrix) -> str:
    """Return what is asked, as what an option does that meets it; empty where nothing is."""
    required = case.request.task.required_accuracy
    parts = []
    if required is not None:
        parts.append(f"reach {exact_percent(required)}")
    elif matrix.bar_origin == "today":
        parts.append("stay as accurate as today")
    if case.request.latency_target is not None:
        parts.append("answer in time")
    return " and ".join(parts)
