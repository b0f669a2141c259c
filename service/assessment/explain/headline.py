"""The headline: what holds and what to do, in fourteen words at most. One template an action. Part of the explain stage."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from service.assessment.case import IN_SERVICE, Case
from service.assessment.decide import Decision
from service.assessment.decide.questions import ERROR_COST
from service.assessment.decide.studies import Study
from service.assessment.decide.verdict import Action
from service.assessment.explain.names import base_model, goal, is_own, option_in_words, pilot_in_words
from service.assessment.explain.questions import ASKED
from service.assessment.explain.thresholds import upper_end
from service.assessment.explain.words import counted, money, percent
from service.assessment.ledger.line import TUNES
from service.assessment.simulate import Simulation

MOST_WORDS = 14


def _short(sentence: str, shorter: str) -> str:
    """Return a sentence, or a shorter one where it has too many words."""
    return sentence if len(sentence.split()) <= MOST_WORDS else shorter


def _study(decision: Decision, *kinds: str) -> Study:
    return next(study for study in decision.verdict.plan.studies if study.kind in kinds)


def _keep(case: Case, simulation: Simulation, decision: Decision) -> str:
    if not decision.has_requests:
        return "Keep the prompt: there is nothing to serve."
    return "Keep the prompt: nothing else considered is worth its cost."


def _missing(study: Study) -> str:
    """Return the labels that a pilot lacks."""
    labels = round(study.labels)
    return counted(labels, "example" if labels >= study.size else "more example")


def _improve(case: Case, simulation: Simulation, decision: Decision) -> str:
    plan = decision.verdict.plan
    if plan.is_sequential and plan.told_stop is None:
        return "Improve the prompt, then pilot a fine-tune."
    if plan.is_sequential:
        return f"Improve the prompt; pilot a fine-tune only where it stays below {percent(plan.told_stop)}."
    if "pilot" in plan.kinds:
        tune = decision.matrix.of(_study(decision, "pilot").option).one
        labels = round(_study(decision, "pilot").labels) if "collect_examples" in decision.verdict.also else 0
        if labels:
            return f"Improve the prompt and, beside it, label {_missing(_study(decision, 'pilot'))} for a pilot."
        return _short(
            f"Improve the prompt and, beside it, train {pilot_in_words(tune)}.",
            "Improve the prompt and, beside it, train a pilot.",
        )
    if plan.is_commitment:
        return "Improve the prompt, and serve by it."
    return "Improve the prompt first, and measure it again."


def _measure(case: Case, simulation: Simulation, decision: Decision) -> str:
    study = _study(decision, "grade", "grade_pilot")
    of = "the pilot" if study.kind == "grade_pilot" else "the prompt"
    return f"Grade {counted(study.graded, 'more answer')} of {of} before deciding."


def _alternative(case: Case, simulation: Simulation, decision: Decision) -> str:
    study = _study(decision, "alternative")
    return (
        f"Measure {option_in_words(decision.matrix.of(study.option).one)} on {counted(study.graded, 'answer')} first."
    )


def _switch(case: Case, simulation: Simulation, decision: Decision) -> str:
    return f"Serve by {option_in_words(decision.matrix.of(decision.verdict.option).one)} instead of today's prompt."


def _collect(case: Case, simulation: Simulation, decision: Decision) -> str:
    study = _study(decision, "pilot")
    one = decision.matrix.of(study.option).one
    label = f"Label {_missing(study)} and train"
    return _short(f"{label} {pilot_in_words(one)}.", f"{label} a pilot.")


def _pilot(case: Case, simulation: Simulation, decision: Decision) -> str:
    study = _study(decision, "pilot")
    one = decision.matrix.of(study.option).one
    size = f"with {counted(study.size, 'example')} before committing"
    return _short(f"Train {pilot_in_words(one)} {size}.", f"Train a pilot {size}.")


def _fine_tune(case: Case, simulation: Simulation, decision: Decision) -> str:
    held = decision.matrix.of(decision.verdict.option)
    doing = _tuning(decision)
    if held.npv > 0.0:
        return f"{doing}: it is expected to save {money(case, held.npv)}."
    others = (other for other in decision.matrix.options if other.is_served and other.id != held.id)
    alone = all(other.chance < case.confidence for other in others if other.one.option.kind not in TUNES)
    how = "only it is likely" if alone else "it is likeliest"
    return _short(f"{doing}: {how} to {goal(case, decision.matrix)}.", f"{doing}: {how} to meet what is asked.")


def _tuning(decision: Decision) -> str:
    one = decision.matrix.of(decision.verdict.option).one
    anew = " anew" if decision.matrix.baseline.id == IN_SERVICE else ""
    return f"Fine-tune{anew} on your own offer" if is_own(one) else f"Fine-tune {base_model(one)}{anew}"


def _rethink(case: Case, simulation: Simulation, decision: Decision) -> str:
    hopeless = "Rethink the task: nothing considered is likely to"
    return _short(f"{hopeless} {goal(case, decision.matrix)}.", f"{hopeless} meet what is asked.")


def _return(case: Case, simulation: Simulation, decision: Decision) -> str:
    return f"Return to {option_in_words(decision.matrix.of(decision.verdict.option).one)}."


def _question(case: Case, simulation: Simulation, decision: Decision) -> str:
    question = next(each for each in decision.questions if each.is_decisive)
    held = decision.matrix.of(decision.verdict.option)
    doing = {"keep": "Keep the prompt", "improve": "Improve the prompt", "fine_tune": _tuning(decision)}.get(
        held.one.option.kind, f"Serve by {option_in_words(held.one)}"
    )
    end = upper_end(simulation, held.id) if question.field == ERROR_COST else None
    if end is not None:
        return _short(
            f"{doing} unless a wrong answer costs more than {money(case, end)}.",
            f"{doing} for now; say {ASKED[question.field]}.",
        )
    return f"{doing} for now; say {ASKED[question.field]}."


HEADLINES: MappingProxyType[Action, Callable[[Case, Simulation, Decision], str]] = MappingProxyType({
    "keep_prompting": _keep,
    "improve_prompt": _improve,
    "measure_first": _measure,
    "measure_alternative": _alternative,
    "switch_model": _switch,
    "collect_examples": _collect,
    "run_pilot": _pilot,
    "fine_tune": _fine_tune,
    "keep_fine_tune": lambda *_: "Keep the fine-tune in service: nothing else is worth more.",
    "return_to_prompt": _return,
    "rethink_task": _rethink,
    "answer_question": _question,
})  # fmt: skip
"""The sentence of each action."""


def headline(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return what holds and what to do."""
    return HEADLINES[decision.verdict.action](case, simulation, decision)
