"""The summary: one sentence that a manager can read, from the verdict and its figures. Part of the explain stage."""

from __future__ import annotations

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.information import Information
from service.assessment.decide.verdict import Verdict
from service.assessment.explain.figures import Figures
from service.assessment.explain.words import chance, counted, exact_percent, money
from service.assessment.ledger.lines import Lines

ADVICE = {
    "keep_prompting": "keep the prompt as it is",
    "improve_prompt": "improve the prompt",
    "measure_first": "measure first",
    "collect_examples": "stay with the prompt and collect labelled examples",
    "run_pilot": "run a pilot fine-tune before committing",
    "fine_tune": "fine-tune",
    "rethink_task": "rethink the task",
}

UNSAID = {
    "/fine_tuning/labelled_examples": "how many labelled examples there are",
    "/prompting/techniques_tried": "which prompt techniques were tried",
    "/task/required_accuracy": "which accuracy is required",
    "/task/strict_format": "whether the output format is strict",
    "/task/proprietary_knowledge": "whether the task needs knowledge that is rare in public text",
    "/task/audit_required": "whether the exact instructions must be open to audit",
    "/latency_target": "how fast an answer must be",
}
"""What a field that was not sent would have said."""


def _unsaid(field: str) -> str:
    """Return that a field was not sent, by what it would have said, and its name."""
    return f"it was not said {UNSAID[field]} (send {field.strip('/').replace('/', '.')})"


def _goal(case: Case) -> str:
    requirement = case.request.task.required_accuracy
    return "the goal" if requirement is None else exact_percent(requirement)


def _closed_gate(case: Case, decision: Decision) -> str:
    """Return why a gate of the framework is closed."""
    rules = {rule.id: rule.status for rule in decision.rules}
    if decision.verdict.gate == "iteration_cycle_pays":
        return "fine-tuning is not expected to earn back what it costs"
    if decision.verdict.gate == "well_defined_need":
        if case.request.task.well_defined is False:
            return "the task is not well defined"
        return "the task shows none of the needs that speak for fine-tuning"
    if rules["audit_required"] == "satisfied":
        return "the exact instructions must be open to audit"
    return "what the task needs to know changes faster than retraining can follow"


def _obstacle(decision: Decision) -> str:
    return f"fine-tuning cannot go live ({decision.obstacle})"


def _pilot(case: Case, decision: Decision, information: Information) -> str:
    """Return why a pilot comes first, what it costs and, where that is anything, what it is worth."""
    pilot, likely = information.pilot, case.confidence
    costs = f"a pilot on {counted(pilot.size, 'example')} costs about {money(case, pilot.cost)}"
    worth = f" and what it tells is worth {money(case, pilot.value)}" if pilot.net_value > 0 else ""
    if decision.verdict.step != "8":
        return costs + worth
    doubt = f"reach {_goal(case)}" if decision.standing.p_tuned < likely else "pay"
    return f"it is not yet likely enough that fine-tuning would {doubt}, and {costs}{worth}"


def _because(case: Case, decision: Decision, figures: Figures, information: Information) -> str:
    """Return the reason for the advice; empty where the figures that follow say it all."""
    verdict = decision.verdict
    if verdict.step == "1":
        missing = int(case.thresholds["article_enough_trials"]) - case.total
        if information.graded_trials.net_value > 0:
            missing = max(missing, information.graded_trials.size)
        were = "was" if case.total == 1 else "were"
        return f"only {counted(case.total, 'answer')} {were} graded; grade at least {missing:,} more before deciding"
    if verdict.step == "2":
        hopeless = verdict.action == "rethink_task"
        return _obstacle(decision) + (f" and a better prompt is unlikely to reach {_goal(case)}" if hopeless else "")
    if verdict.action == "rethink_task":
        return f"neither a better prompt nor a fine-tune is likely to reach {_goal(case)}"
    if verdict.action == "collect_examples":
        known = case.request.fine_tuning.labelled_examples if case.request.fine_tuning else None
        needed = int(case.thresholds["article_enough_examples"])
        if known is None:
            return f"fine-tuning needs {needed:,}, and {_unsaid('/fine_tuning/labelled_examples')}"
        return f"fine-tuning needs {needed:,}, and {needed - known:,} of them {'is' if needed - known == 1 else 'are'} missing"
    if verdict.gate:
        return _unsaid(verdict.field) if verdict.field else _closed_gate(case, decision)
    if verdict.action == "run_pilot":
        return _pilot(case, decision, information)
    if verdict.action == "measure_first":
        study = information.graded_trials
        return (
            f"grading {counted(study.size, 'more answer')} costs about {money(case, study.cost)} and what it tells is worth "
            f"{money(case, study.value)}"
        )
    if verdict.is_premium:
        premium = -figures.mean(Lines.npv)
        at = f", at an expected premium of {money(case, premium)}" if premium > 0 else ""
        return f"only a fine-tune is likely to reach {_goal(case)}{at}"
    return ""


def _expected(case: Case, npv: float) -> str:
    """Return what an option is expected to do to the cost of the prompt as it is."""
    if npv == 0:
        return "cost the same"
    return f"save {money(case, npv)}" if npv > 0 else f"cost {money(case, -npv)} more"


def _worth(case: Case, decision: Decision, figures: Figures) -> str:
    span = f"over {counted(case.horizon_months, 'month')}"
    if not _values_errors(case):
        span += ", with wrong answers left out of the account,"
    improved = _expected(case, figures.mean(Lines.npv_improved))
    if not figures.simulation.chosen.is_feasible:
        obstacle = "" if decision.verdict.step == "2" else f"{_obstacle(decision)}; "
        return f"{obstacle}{span} improving the prompt is expected to {improved}"
    return (
        f"{span} fine-tuning is expected to {_expected(case, figures.mean(Lines.npv))} "
        f"({chance(case, decision.standing.probability_positive)} chance that it pays) and improving the prompt to {improved}"
    )


def _chances(case: Case, decision: Decision, figures: Figures) -> str:
    if case.request.task.required_accuracy is None:
        return ""
    ways = {"with the prompt as it is": decision.standing.p_prompt, "once improved": decision.standing.p_improved}
    if figures.simulation.chosen.is_feasible:
        ways["after fine-tuning"] = decision.standing.p_tuned
    said = {way: chance(case, share) for way, share in ways.items()}
    if len(set(said.values())) == 1:
        each = f"{next(iter(said.values()))} {'all three ways' if len(said) > 2 else 'either way'}"
    else:
        *first, last = [f"{share} {way}" for way, share in said.items()]
        each = f"{', '.join(first)} and {last}"
    return f"; the chance of reaching {_goal(case)} accuracy is {each}"


def _values_errors(case: Case) -> bool:
    return case.request.finance is not None and case.request.finance.error_cost is not None


def _error_cost(case: Case, figures: Figures) -> str:
    """Return at which price of a wrong answer fine-tuning breaks even, where none is stated."""
    if _values_errors(case) or not figures.simulation.chosen.is_feasible:
        return ""
    item = next(b for b in figures.simulation.break_evens if b.search.line is Lines.error_cost)
    if not item.crossings:
        pays = "pays" if item.state == "always" else "does not pay"
        return f"; no price was put on a wrong answer, and in the base case fine-tuning {pays} whatever that price is"
    if len(item.crossings) > 1:
        pays = "breaks even at " + " and at ".join(money(case, crossing.value) for crossing in item.crossings)
    else:
        (crossing,) = item.crossings
        pays = f"pays {'above' if crossing.npv_above > crossing.npv_below else 'below'} {money(case, crossing.value)}"
    return f"; no price was put on a wrong answer, and in the base case fine-tuning {pays} for each"


def _split(case: Case, decision: Decision) -> str:
    """Return what the other policy advises where it differs."""
    asked = case.policy == "framework"
    other: Verdict = decision.expected_value if asked else decision.framework
    if other.action == decision.verdict.action:
        return ""
    by = "by expected value alone" if asked else "by the framework"
    return f"; {by} the advice would be to {ADVICE[other.action]}"


def summary(case: Case, decision: Decision, figures: Figures, information: Information) -> str:
    """Return one sentence that a manager can read."""
    advice, because = ADVICE[decision.verdict.action], _because(case, decision, figures, information)
    return (
        f"{advice[0].upper()}{advice[1:]}: {because}{'; ' if because else ''}{_worth(case, decision, figures)}"
        f"{_chances(case, decision, figures)}{_split(case, decision)}{_error_cost(case, figures)}."
    )
