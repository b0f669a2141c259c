"""The reasons of an answer: every rule of the framework with its figures, in a sentence. Part of the explain stage."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.rules import Judged, Status
from service.assessment.explain.words import chance, counted, exact_percent, number, percent
from service.nouns.answer.verdict import Reason

ANSWER: MappingProxyType[Status, str] = MappingProxyType({
    "satisfied": "yes", "not_satisfied": "no", "unknown": "not known",
})  # fmt: skip
NO_DATASET: MappingProxyType[Status, str] = MappingProxyType({
    "satisfied": "collecting the missing ones takes months or does not pay",
    "not_satisfied": "nothing to collect, or collecting is quick and pays",
    "unknown": "how many there are decides",
})  # fmt: skip


LABELLED_BY = MappingProxyType(
    {"teacher": ", the others labelled by a teacher model", "logs": ", the others from logs"}
)


def _examples(case: Case, rule: Judged) -> str:
    have, tuning = rule.figures["labelled_examples"], case.request.fine_tuning
    others = LABELLED_BY.get((tuning.label_source or "") if tuning else "", "")
    return f"not stated{others}" if have is None else f"{have:,.0f}{others}"


def _enough_examples(case: Case, rule: Judged) -> str:
    return f"Labelled examples: {_examples(case, rule)}; fine-tuning needs {rule.figures['needed']:,.0f}."


def _consistent_prompt_failure(case: Case, rule: Judged) -> str:
    tried, meets = case.request.prompting.techniques_tried, rule.figures["probability_prompt_meets"]
    names = "not stated" if tried is None else ", ".join(tried) or "none"
    what = (
        "no required accuracy is stated."
        if meets is None
        else f"chance that the prompt meets the requirement: {chance(case, meets)}."
    )
    return f"{rule.figures['trials']:,.0f} graded trials, techniques tried: {names}; {what}"


def _token_overhead(case: Case, rule: Judged) -> str:
    strict = {None: "not stated", True: "yes", False: "no"}[case.request.task.strict_format]
    return (
        f"Instruction tokens make up {percent(rule.figures['instruction_share'])} of the prompt's request cost "
        f"(significant from {percent(rule.figures['threshold'])}); strict output format: {strict}."
    )


def _latency_benefit(case: Case, rule: Judged) -> str:
    before, after = number(rule.figures["prompt_p50_seconds"]), rule.figures["tuned_p50_seconds"]
    tuned = "none can go live fine-tuned" if after is None else f"{number(after)} s fine-tuned"
    if case.request.latency_target is None:
        return f"No latency target is set; a request takes {before} s prompted, {tuned}."
    return f"A request takes {before} s prompted and {tuned} (median)."


def _feasibility_unproven(_case: Case, rule: Judged) -> str:
    trials, needed = rule.figures["trials"], rule.figures["needed"]
    return f"{trials:,.0f} graded trials; a prompt's feasibility counts as proven from {needed:,.0f}."


def _knowledge_changes(_case: Case, rule: Judged) -> str:
    validity = rule.figures["best_average_validity"]
    if validity is None:
        return "No half-life of the required knowledge is stated, so none is assumed."
    return (
        f"Even a model that was perfect on the day of its training would average {percent(validity)} "
        f"between trainings, against the {percent(rule.figures['bar'])} to beat."
    )


def _no_dataset(case: Case, rule: Judged) -> str:
    return f"Labelled examples: {_examples(case, rule)}; {NO_DATASET[rule.status]}."


def _proprietary_knowledge(_case: Case, rule: Judged) -> str:
    return f"Terminology or schemas rare in public text: {ANSWER[rule.status]}."


def _multi_step_reasoning(_case: Case, rule: Judged) -> str:
    return f"Multi-step reasoning with few-shot and chain of thought doing well: {ANSWER[rule.status]}."


def _audit_required(_case: Case, rule: Judged) -> str:
    return f"Exact instructions must be open to audit: {ANSWER[rule.status]}."


STATEMENTS: MappingProxyType[str, Callable[[Case, Judged], str]] = MappingProxyType({
    "enough_examples": _enough_examples,
    "consistent_prompt_failure": _consistent_prompt_failure,
    "token_overhead": _token_overhead,
    "proprietary_knowledge": _proprietary_knowledge,
    "latency_benefit": _latency_benefit,
    "feasibility_unproven": _feasibility_unproven,
    "knowledge_changes": _knowledge_changes,
    "no_dataset": _no_dataset,
    "multi_step_reasoning": _multi_step_reasoning,
    "audit_required": _audit_required,
})  # fmt: skip
"""The sentence of each rule, by its id."""


def _size_of_gap(case: Case, gap: float, requirement: float) -> Reason:
    small, large = case.thresholds["article_small_gap"], case.thresholds["article_large_gap"]
    points = round(100 * gap)
    where = f"{counted(points, 'point')} short of" if points > 0 else "at or above"
    return Reason(
        rule="size_of_gap",
        favours="fine_tuning" if gap >= large else "prompt_engineering",
        status="satisfied" if gap >= large or gap <= small else "not_satisfied",
        statement=f"The prompt is {where} {exact_percent(requirement)}: up to {round(100 * small)} "
        f"points a better prompt is likelier to close it, from {round(100 * large)} a fine-tune.",
    )


def reasons(case: Case, decision: Decision) -> list[Reason]:
    """Return the ten rules with their figures, and the size-of-gap rule where a requirement is set."""
    found = [
        Reason(rule=rule.id, favours=rule.favours, status=rule.status, statement=STATEMENTS[rule.id](case, rule))
        for rule in decision.asked.rules
    ]
    requirement, gap = case.request.task.required_accuracy, decision.gap
    if requirement is not None and gap is not None:
        found.append(_size_of_gap(case, gap, requirement))
    return found
