"""The summary: one sentence that a manager can read, from the verdict and its figures. Part of the explain stage."""

from __future__ import annotations

from service.assessment.case import IMPROVE, IN_SERVICE, KEEP, Case
from service.assessment.decide import Decision
from service.assessment.decide.matrix import Held
from service.assessment.decide.verdict import Verdict
from service.assessment.explain.words import chance, counted, exact_percent, money
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

ADVICE = {
    "keep_prompting": "keep the prompt as it is",
    "improve_prompt": "improve the prompt",
    "measure_first": "measure first",
    "switch_model": "switch to the alternative {name}",
    "collect_examples": "stay with the prompt and collect labelled examples",
    "run_pilot": "run a pilot fine-tune before committing",
    "fine_tune": "fine-tune",
    "keep_fine_tune": "keep the fine-tune in service",
    "return_to_prompt": "return to {prompt}",
    "rethink_task": "rethink the task",
}
SUCCEED = "fine-tune anew, in place of the fine-tune in service"
"""What fine-tuning is called where one serves already."""

WAYS = {2: "either way", 3: "all three ways", 4: "all four ways", 5: "all five ways"}


def _name(option: str) -> str:
    """Return the name that the caller gave an alternative."""
    return option.partition(":")[2]


def _prompt(option: str) -> str:
    """Return a prompt-like option in words."""
    return {KEEP: "the prompt as it is", IMPROVE: "an improved prompt"}.get(option, f"the alternative {_name(option)}")


def _advice(decision: Decision, verdict: Verdict) -> str:
    """Return the advice of a verdict."""
    if verdict.action == "fine_tune" and decision.matrix.baseline.id == IN_SERVICE:
        return SUCCEED
    return ADVICE[verdict.action].format(name=_name(verdict.option), prompt=_prompt(verdict.option))


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


def _accuracy(case: Case, decision: Decision) -> str:
    """Return the accuracy that is asked for, in words; empty where none is."""
    requirement = case.request.task.required_accuracy
    if requirement is not None:
        return f"{exact_percent(requirement)} accuracy"
    return "today's accuracy" if decision.matrix.bar_origin == "today" else ""


def _goal(case: Case, decision: Decision) -> str:
    """Return all that is asked, in words."""
    parts = [_accuracy(case, decision), "the latency target" if case.request.latency_target else ""]
    return " and ".join(part for part in parts if part) or "the goal"


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


def _obstacle(simulation: Simulation) -> str:
    tunes = simulation.tunes
    return f"fine-tuning cannot go live ({tunes[0].obstacle})" if tunes else "there is no offer to fine-tune on"


def _pilot(case: Case, decision: Decision) -> str:
    """Return why a pilot comes first, what it costs and, where that is anything, what it is worth."""
    pilot, likely = decision.information.pilot, case.confidence
    costs = f"a pilot on {counted(pilot.size, 'example')} costs about {money(case, pilot.cost)}"
    worth = f" and what it tells is worth {money(case, pilot.value)}" if pilot.net_value > 0 else ""
    if decision.verdict.step != "8":
        return costs + worth
    doubt = f"reach {_goal(case, decision)}" if decision.standing.p_tuned < likely else "pay"
    return f"it is not yet likely enough that fine-tuning would {doubt}, and {costs}{worth}"


def _too_few_trials(case: Case, decision: Decision) -> str:
    total, study = int(case.trials.total), decision.information.graded_trials
    missing = int(case.thresholds["article_enough_trials"]) - total
    if study.net_value > 0:
        missing = max(missing, study.size)
    were = "was" if total == 1 else "were"
    return f"only {counted(total, 'answer')} {were} graded; grade at least {missing:,} more before deciding"


def _examples(case: Case) -> str:
    """Return how many labelled examples are missing."""
    known = case.request.fine_tuning.labelled_examples if case.request.fine_tuning else None
    needed = int(case.thresholds["article_enough_examples"])
    if known is None:
        return f"fine-tuning needs {needed:,}, and {_unsaid('/fine_tuning/labelled_examples')}"
    return (
        f"fine-tuning needs {needed:,}, and {needed - known:,} of them {'is' if needed - known == 1 else 'are'} missing"
    )


def _because(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return the reason for the advice; empty where the figures that follow say it all."""
    verdict = decision.verdict
    if verdict.step == "no_requests":
        return "there are no requests to serve, so no change can pay"
    if verdict.step == "1":
        return _too_few_trials(case, decision)
    if verdict.step == "2":
        hopeless = verdict.action == "rethink_task"
        unlikely = f" and a better prompt is unlikely to reach {_goal(case, decision)}" if hopeless else ""
        return _obstacle(simulation) + unlikely
    if verdict.action == "rethink_task":
        return f"neither a better prompt nor a fine-tune is likely to reach {_goal(case, decision)}"
    if verdict.action == "collect_examples":
        return _examples(case)
    if verdict.gate:
        return _unsaid(verdict.field) if verdict.field else _closed_gate(case, decision)
    if verdict.action == "run_pilot":
        return _pilot(case, decision)
    if verdict.action == "measure_first":
        study = decision.information.graded_trials
        return (
            f"grading {counted(study.size, 'more answer')} costs about {money(case, study.cost)} and what it tells is worth "
            f"{money(case, study.value)}"
        )
    if verdict.is_premium:
        premium = -decision.matrix.of(verdict.option).npv
        at = f", at an expected premium of {money(case, premium)}" if premium > 0 else ""
        return f"only a fine-tune is likely to reach {_goal(case, decision)}{at}"
    return ""


def _expected(case: Case, npv: float) -> str:
    """Return what an option is expected to do to the cost of today's."""
    if npv == 0:
        return "cost the same"
    return f"save {money(case, npv)}" if npv > 0 else f"cost {money(case, -npv)} more"


def _alternative(decision: Decision) -> Held | None:
    """Return the measured alternative that is spoken of: the one advised, else the best where it saves anything."""
    for verdict in (decision.verdict, decision.framework, decision.expected_value):
        if verdict.action == "switch_model":
            return decision.matrix.of(verdict.option)
    best = max(decision.matrix.alternatives, key=lambda held: held.npv, default=None)
    return best if best is not None and best.npv > 0 else None


def _span(case: Case) -> str:
    span = f"over {counted(case.horizon_months, 'month')}"
    return span if _values_errors(case) else f"{span}, with wrong answers left out of the account,"


def _worth_in_service(case: Case, decision: Decision) -> str:
    """Return what leaving the fine-tune in service is expected to bring."""
    matrix, tune = decision.matrix, decision.standing.tune
    prompt = matrix.best_prompt
    if decision.verdict.action == "return_to_prompt":
        prompt = matrix.of(decision.verdict.option)
    said = (
        f"{_span(case).rstrip(',')}, against the fine-tune in service, it is expected to {_expected(case, prompt.npv)} to "
        f"return to {_prompt(prompt.id)}"
    )
    return said if tune is None else f"{said} and to {_expected(case, tune.npv)} to fine-tune anew"


def _worth(case: Case, simulation: Simulation, decision: Decision) -> str:
    matrix, tune, alternative = decision.matrix, decision.standing.tune, _alternative(decision)
    if matrix.baseline.id == IN_SERVICE:
        return _worth_in_service(case, decision)
    improved = _expected(case, matrix.improved.npv)
    other = (
        ""
        if alternative is None
        else f" and switching to the alternative {_name(alternative.id)} to {_expected(case, alternative.npv)}"
    )
    if tune is None:
        obstacle = "" if decision.verdict.step == "2" else f"{_obstacle(simulation)}; "
        return f"{obstacle}{_span(case)} improving the prompt is expected to {improved}{other}"
    pays = chance(case, tune.probability_positive)
    tuned = f"fine-tuning is expected to {_expected(case, tune.npv)} ({pays} chance that it pays)"
    return f"{_span(case)} {tuned}{',' if other else ' and'} improving the prompt to {improved}{other}"


def _ways(decision: Decision) -> dict[str, Held]:
    """Return the options whose chances are told, each as it is called."""
    matrix, alternative, tune = decision.matrix, _alternative(decision), decision.standing.tune
    ways = {}
    if matrix.baseline.id == IN_SERVICE:
        ways["with the fine-tune in service"] = matrix.baseline
    ways |= {"with the prompt as it is": matrix.keep, "once improved": matrix.improved}
    if alternative is not None:
        ways[f"with the alternative {_name(alternative.id)}"] = alternative
    if tune is not None:
        ways["after fine-tuning anew" if matrix.baseline.id == IN_SERVICE else "after fine-tuning"] = tune
    return ways


def _chances(case: Case, decision: Decision) -> str:
    """Return the chances to reach what is asked; where that is today's accuracy, of what does not serve today."""
    matrix = decision.matrix
    if not matrix.is_asked:
        return ""
    ways = _ways(decision)
    goal = f"reaching {_goal(case, decision)}"
    if matrix.bar_origin == "today" and case.request.latency_target is None:
        ways = {way: held for way, held in ways.items() if held.id not in (matrix.baseline.id, IMPROVE)}
        goal = f"staying within {exact_percent(case.tolerated_loss)} of today's accuracy"
    said = {way: chance(case, held.chance) for way, held in ways.items()}
    if not said:
        return ""
    if len(said) > 1 and len(set(said.values())) == 1:
        each = f"{next(iter(said.values()))} {WAYS[len(said)]}"
    else:
        *first, last = [f"{share} {way}" for way, share in said.items()]
        each = f"{', '.join(first)} and {last}" if first else last
    return f"; the chance of {goal} is {each}"


def _values_errors(case: Case) -> bool:
    return case.request.finance is not None and case.request.finance.error_cost is not None


def _error_cost(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return at which price of a wrong answer fine-tuning breaks even, where none is stated."""
    if _values_errors(case) or decision.standing.tune is None or decision.matrix.baseline.id == IN_SERVICE:
        return ""
    item = next(b for b in simulation.break_evens if b.search.line is Lines.error_cost)
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
    other = decision.expected_value if asked else decision.framework
    advice = _advice(decision, other)
    if advice == _advice(decision, decision.verdict):
        return ""
    by = "by expected value alone" if asked else "by the framework"
    return f"; {by} the advice would be to {advice}"


def summary(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return one sentence that a manager can read."""
    advice, because = _advice(decision, decision.verdict), _because(case, simulation, decision)
    return (
        f"{advice[0].upper()}{advice[1:]}: {because}{'; ' if because else ''}{_worth(case, simulation, decision)}"
        f"{_chances(case, decision)}{_split(case, decision)}{_error_cost(case, simulation, decision)}."
    )
