"""The plan, in words: its steps, when to stop, what it is expected to bring, and the plans that rank next."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.plan import OtherPlan, PlanStep
from service.renderings.memo.words import NONE, about, chance, counted, exact_percent, listed, money, number, percent
from service.renderings.names import field_in_words, step_in_words

FINDING_OUT = ("improve_prompt", "measure_first", "measure_alternative", "collect_examples", "run_pilot")
"""Steps by which something is found out before anything is decided."""
SHORTEST = 0.05
"""Weeks that are not told: a day or so."""


MEETS = "Chance to end with an option likely to meet the bar"
"""What the chance of a plan is called."""


class Step(Struct, frozen=True):
    """A step of the plan."""

    what: str
    when: str
    facts: Sequence[tuple[str, str]]
    stop: str


def finds_out(answer: Assessment) -> bool:
    """Return whether the plan begins with finding something out."""
    return any(step.step in FINDING_OUT for step in answer.plan.steps)


def keeps(answer: Assessment) -> bool:
    """Return whether the plan is to go on as today."""
    return [step.step for step in answer.plan.steps] == ["keep"]


def asks_first(answer: Assessment) -> bool:
    """Return whether a question is to be answered before anything is spent."""
    return answer.verdict.action == "answer_question" and answer.next_question is not UNSET


def shows_chance(answer: Assessment) -> bool:
    """Return whether the chance of the plan is one of the three figures that matter."""
    return finds_out(answer) and answer.verdict.bar.origin != "none" and not asks_first(answer)


def likely(answer: Assessment) -> str:
    """Return from which chance on an option is likely to meet the bar."""
    return f"likely: in at least {exact_percent(answer.accuracy.required_labels.confidence)} of the draws"


def likely_here(answer: Assessment) -> str:
    """Return what is likely, where the plan tells of it and the three figures do not; else nothing."""
    is_told = answer.verdict.bar.origin != "none" and (finds_out(answer) or bool(answer.plan.others))
    said = likely(answer)
    return f"{said[:1].upper()}{said[1:]}." if is_told and not shows_chance(answer) else ""


def _step(step: PlanStep, at: int, currency: str) -> Step:
    if step.step == "keep":
        return Step(step.what, "now", [], "")
    takes = about(step.weeks, "week") if step.weeks >= SHORTEST else "less than a day or so"
    facts = [("Cost", money(currency, step.cost)), ("Takes", takes)]
    if step.engineering_hours:
        facts.append(("Engineering", about(step.engineering_hours, "hour")))
    when = "first" if at == 0 else f"at the same time as step {at}" if step.side_by_side else f"after step {at}"
    stop = ""
    if step.stop_at is not UNSET:
        stop = (
            f"Stop here if at least {percent(step.stop_at.accuracy)} of {number(step.stop_at.graded)} graded answers are right: "
            "the next step is then not worth taking."
        )
    return Step(step.what, when, facts, stop)


def question_first(answer: Assessment) -> str:
    """Return that a question is to be answered before anything is spent; empty where none decides."""
    if not asks_first(answer) or answer.next_question is UNSET:
        return ""
    field = answer.next_question.field
    return f"Before anything is spent, say this and ask again: {field_in_words(field).lower()}, in the field {field}."


def steps(answer: Assessment) -> list[Step]:
    """Return the steps of the plan."""
    return [_step(step, at, answer.currency) for at, step in enumerate(answer.plan.steps)]


def brings(answer: Assessment) -> str:
    """Return what the plan is expected to bring, in a sentence."""
    plan, currency, months = answer.plan, answer.currency, counted(answer.horizon_months, "month")
    if keeps(answer):
        return "Nothing is spent and nothing changes: every other option is compared with this one."
    verb = "save" if plan.value >= 0 else "cost an extra"
    said = f"Over {months} the plan is expected to {verb} {money(currency, abs(plan.value))} against today, in today's money."
    if finds_out(answer):
        said += f" Finding out costs {money(currency, plan.cost)} and takes {about(plan.weeks, 'week')}."
        if any(step.stop_at is not UNSET for step in plan.steps):
            said = f"{said.removesuffix('.')}; a step that may be left out counts by its chance."
        if answer.verdict.bar.origin != "none":
            said += f" The chance that it ends with an option likely to meet the bar is {chance(plan.chance, answer.provenance.draws)}."
    return said


def _plan_in_words(plan: OtherPlan) -> str:
    """Return the steps of a plan in a row; what is done twice is done of two options."""
    if not plan.steps:
        return "Decide at once"
    once = list(dict.fromkeys(plan.steps))
    said = [step_in_words(step) + (" of two options" if plan.steps.count(step) > 1 else "") for step in once]
    text = ", then ".join(said) if plan.in_turn else listed(said)
    return text[:1].upper() + text[1:] + (", side by side" if len(said) > 1 and not plan.in_turn else "")


def others(answer: Assessment) -> list[Sequence[str]]:
    """Return the plans that rank next, as rows."""
    draws = answer.provenance.draws
    return [
        [
            _plan_in_words(plan), number(plan.value), chance(plan.chance, draws) if answer.verdict.bar.origin != "none" else NONE, number(plan.cost), about(plan.weeks),
        ]
        for plan in answer.plan.others
    ]  # fmt: skip
