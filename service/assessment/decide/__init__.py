"""Third stage: the rules of the framework, its gates, and the verdict under both policies.

Every rule is satisfied, not satisfied or unknown; what the caller left unsaid is unknown, never "no".
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models import decision
from models.accuracy import effective_accuracy
from models.latency import percentile_seconds
from service.assessment.case import Case
from service.assessment.decide.information import Information
from service.assessment.simulate import Simulation
from service.nouns.request.fine_tuning import FineTuning

Array = NDArray[np.float64]
Status = Literal["satisfied", "not_satisfied", "unknown"]
Action = Literal[
    "keep_prompting", "improve_prompt", "measure_first", "collect_examples", "run_pilot", "fine_tune", "rethink_task"
]
Choice = Literal["prompt_engineering", "fine_tuning"]

WHOLE_POINTS = 2
"""The article speaks in whole percentage points; so does the gap that its rules compare (docs/decisions/0003)."""

AVERAGE_STEPS = 101

WEEKS_THAT_ARE_MONTHS = 8.7
"""Collecting that takes more than two months takes months."""


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the framework for this case."""

    id: str
    favours: Choice
    status: Status
    field: str
    figures: dict[str, float | None]


class Verdict(Struct, frozen=True, kw_only=True):
    """A choice, what to do next, and why."""

    choice: Choice
    action: Action
    step: str
    gate: str | None = None
    field: str | None = None
    is_premium: bool = False


class Decision(Struct, frozen=True, kw_only=True):
    """What follows from the figures."""

    verdict: Verdict
    framework: Verdict
    expected_value: Verdict
    confidence: float
    rules: tuple[Rule, ...]
    p_prompt: float
    p_improved: float
    p_tuned: float
    gap: float | None
    mean_npv: float
    mean_npv_improved: float
    probability_positive: float
    obstacle: str


def status(holds: bool | None) -> Status:
    """Return the status of a rule from a truth value, None when it is not known.

    Examples
    --------
    >>> status(None)
    'unknown'
    """
    return "unknown" if holds is None else "satisfied" if holds else "not_satisfied"


def _base(simulation: Simulation, name: str) -> float:
    return float(simulation.base[name].ravel()[0])


def best_average_validity(interval: float, half_life: float) -> float:
    """Return the average accuracy between retrainings of a model that was perfect on the day of its training.

    Examples
    --------
    >>> round(best_average_validity(4.0, 4.0), 3)
    0.721
    """
    ages = (np.arange(AVERAGE_STEPS) + 0.5) / AVERAGE_STEPS * interval
    one, none = np.ones(()), np.zeros(())
    return float(effective_accuracy(one, ages, np.asarray(half_life), none, one, none).mean())


def rules_of(case: Case, simulation: Simulation, p_prompt: float) -> tuple[Rule, ...]:
    """Return the article's ten rules, evaluated for this case."""
    task, prompting, limits = case.request.task, case.request.prompting, case.thresholds
    tuning = case.request.fine_tuning or FineTuning()
    tried = prompting.techniques_tried
    requirement = task.required_accuracy

    examples = tuning.labelled_examples
    enough = None if examples is None else examples >= limits["article_enough_examples"]

    trials_enough = case.total >= limits["article_enough_trials"]
    both_tried = None if tried is None else {"few_shot", "chain_of_thought"} <= set(tried)
    fails = None if requirement is None else p_prompt < limits["plausible_probability"]
    parts = (trials_enough, both_tried, fails)
    failure = False if False in parts else None if None in parts else True
    failure_field = "/prompting/techniques_tried" if tried is None else "/task/required_accuracy"

    instruction = _base(simulation, "prompt_instruction_tokens")
    hit = _base(simulation, "prompt_cache_hit_rate")
    write = _base(simulation, "prompt_cache_write_price") if hit > 0 else _base(simulation, "prompt_input_price")
    per_token = hit * _base(simulation, "prompt_cache_read_price") + (1.0 - hit) * write
    request_cost = (
        instruction * per_token
        + _base(simulation, "prompt_payload_tokens") * _base(simulation, "prompt_input_price")
        + _base(simulation, "prompt_output_tokens") * _base(simulation, "prompt_output_price")
    )
    overhead = instruction * per_token / request_cost if request_cost > 0 else 0.0
    heavy = overhead >= limits["token_overhead_share"]
    token_overhead = (False if not heavy else None) if task.strict_format is None else task.strict_format and heavy

    target = case.request.latency_target
    before, after = _base(simulation, "prompt_latency"), _base(simulation, "tuned_latency")
    saving = 1.0 - after / before if before > 0 and np.isfinite(after) else -np.inf
    latency: bool | None = None
    if target is not None:
        sigma = simulation.base["latency_sigma"]
        meets = [
            float(percentile_seconds(np.asarray(median), spread, target.percentile).ravel()[0]) <= target.seconds
            for median, spread in ((before, sigma), (after, simulation.base["tuned_latency_sigma"]))
        ]
        latency = bool(saving >= limits["latency_benefit_share"] or (meets[1] and not meets[0]))

    half_life = _base(simulation, "knowledge_half_life_months")
    interval = _base(simulation, "retraining_interval_months")
    if _base(simulation, "retraining_count") == 0 and _base(simulation, "live_months") > 0:
        interval = _base(simulation, "live_months")
    ceiling = best_average_validity(interval, half_life)
    bar = requirement if requirement is not None else _base(simulation, "prompt_accuracy")
    changes = bool(np.isfinite(half_life) and ceiling < bar)

    no_dataset: bool | None = None
    if examples is not None:
        missing = max(limits["article_enough_examples"] - examples, 0.0)
        slow = tuning.labels_per_week is not None and missing / tuning.labels_per_week > WEEKS_THAT_ARE_MONTHS
        costly = bool(simulation.draws["npv"].mean() <= 0.0)
        no_dataset = missing > 0 and (examples == 0 or slow or costly)

    reasons_well = (
        None if tried is None else {"few_shot", "chain_of_thought"} <= set(tried) and p_prompt >= case.confidence
    )
    multi_step = None if task.multi_step_reasoning is None else (task.multi_step_reasoning and reasons_well)

    def rule(id_: str, favours: Choice, holds: bool | None, field: str, **figures: float | None) -> Rule:
        return Rule(id=id_, favours=favours, status=status(holds), field=field, figures=figures)

    tune: Choice = "fine_tuning"
    prompt: Choice = "prompt_engineering"
    return (
        rule("enough_examples", tune, enough, "/fine_tuning/labelled_examples",
             labelled_examples=examples, needed=limits["article_enough_examples"]),
        rule("consistent_prompt_failure", tune, failure, failure_field,
             trials=float(case.total), probability_prompt_meets=p_prompt if requirement is not None else None),
        rule("token_overhead", tune, token_overhead, "/task/strict_format",
             instruction_share=overhead, threshold=limits["token_overhead_share"]),
        rule("proprietary_knowledge", tune, task.proprietary_knowledge, "/task/proprietary_knowledge"),
        rule("latency_benefit", tune, latency, "/latency_target",
             prompt_p50_seconds=before, tuned_p50_seconds=after if np.isfinite(after) else None),
        rule("feasibility_unproven", prompt, not trials_enough, "/prompting/measured_accuracy",
             trials=float(case.total), needed=limits["article_enough_trials"]),
        rule("knowledge_changes", prompt, changes, "/task/knowledge_half_life_months",
             best_average_validity=ceiling if np.isfinite(half_life) else None, bar=bar),
        rule("no_dataset", prompt, no_dataset, "/fine_tuning/labelled_examples", labelled_examples=examples),
        rule("multi_step_reasoning", prompt, multi_step, "/task/multi_step_reasoning"),
        rule("audit_required", prompt, task.audit_required, "/task/audit_required"),
    )  # fmt: skip


def _not(value: Status) -> Status:
    if value == "unknown":
        return "unknown"
    return "not_satisfied" if value == "satisfied" else "satisfied"


def _either(statuses: list[Status]) -> Status:
    return "satisfied" if "satisfied" in statuses else "unknown" if "unknown" in statuses else "not_satisfied"


def _all(statuses: list[Status]) -> Status:
    return "not_satisfied" if "not_satisfied" in statuses else "unknown" if "unknown" in statuses else "satisfied"


def _gates(
    case: Case, rules: dict[str, Rule], pays: bool, p_p: float, p_i: float, p_f: float
) -> list[tuple[str, Status, str]]:
    """Return the four gates of the framework: name, status, the field that would settle an unknown one."""
    plausible, likely = case.thresholds["plausible_probability"], case.confidence
    ways = ("consistent_prompt_failure", "token_overhead", "latency_benefit", "proprietary_knowledge")
    defined = status(case.request.task.well_defined is not False)
    way = _either([rules[name].status for name in ways])
    unknown = next((rules[name].field for name in ways if rules[name].status == "unknown"), "")
    cycle = status(pays or (p_f >= plausible and p_f > max(p_i, p_p)))
    nothing_else = p_f >= likely and p_i < plausible and p_p < plausible
    barred = _all([_not(rules["audit_required"].status), _not(rules["knowledge_changes"].status)])
    return [
        ("enough_examples", rules["enough_examples"].status, rules["enough_examples"].field),
        ("well_defined_need", _all([defined, way]), unknown),
        ("iteration_cycle_pays", cycle, "/finance/error_cost"),
        ("no_bar_to_tuning", "satisfied" if nothing_else else barred, rules["audit_required"].field),
    ]


def framework_verdict(
    case: Case, rules: dict[str, Rule], feasible: bool, mean: float, mean_improved: float, positive: float,
    p_p: float, p_i: float, p_f: float,
) -> Verdict:  # fmt: skip
    """Return the verdict of the article's framework, steps 1 to 8 of the model."""
    plausible, likely = case.thresholds["plausible_probability"], case.confidence
    requirement = case.request.task.required_accuracy
    prompt: Choice = "prompt_engineering"
    if case.total < case.thresholds["article_enough_trials"]:
        return Verdict(choice=prompt, action="measure_first", step="1")
    if not feasible:
        return infeasible_verdict(case, mean_improved, p_p, p_i)
    if p_p >= likely and (mean <= 0 or p_f < plausible):
        return Verdict(choice=prompt, action="improve_prompt" if mean_improved > 0 else "keep_prompting", step="3")
    if p_p < likely and requirement is not None:
        if p_i < plausible and p_f < plausible:
            return Verdict(choice=prompt, action="rethink_task", step="4")
        gap = gap_of(case, requirement)
        improve = Verdict(choice=prompt, action="improve_prompt", step="4")
        if gap <= case.thresholds["article_small_gap"] and p_i >= plausible:
            return improve
        if gap >= case.thresholds["article_large_gap"] and p_f >= plausible:
            if p_i >= likely:
                return improve
        elif p_i >= likely or p_i >= p_f:
            return improve
    if rules["enough_examples"].status != "satisfied":
        return Verdict(choice=prompt, action="collect_examples", step="5", field="/fine_tuning/labelled_examples")
    if mean_improved >= max(0.0, mean) and p_i >= p_f:
        return Verdict(choice=prompt, action="improve_prompt", step="6")
    gates = _gates(case, rules, mean > 0, p_p, p_i, p_f)
    for name, gate_status, _ in gates:
        if gate_status == "not_satisfied":
            instead: Action = "improve_prompt" if p_p < likely and p_i >= plausible else "keep_prompting"
            return Verdict(choice=prompt, action=instead, step="7", gate=name)
    tune: Choice = "fine_tuning"
    if mean > 0:
        for name, gate_status, field in gates:
            if gate_status == "unknown":
                return Verdict(choice=tune, action="run_pilot", step="7", gate=name, field=field)
    only_tuned = p_f >= likely and p_i < likely and p_p < likely
    if p_f >= likely and (positive >= likely or only_tuned):
        return Verdict(choice=tune, action="fine_tune", step="8", is_premium=only_tuned and positive < likely)
    return Verdict(choice=tune, action="run_pilot", step="8")


def infeasible_verdict(case: Case, mean_improved: float, p_p: float, p_i: float) -> Verdict:
    """Return the verdict where fine-tuning cannot go live at all; a prompt that will do is improved where that pays."""
    plausible = case.thresholds["plausible_probability"]
    improve: Action = "improve_prompt"
    if p_p >= case.confidence:
        action = improve if mean_improved > 0 else "keep_prompting"
    else:
        action = improve if p_i >= plausible else "rethink_task"
    return Verdict(choice="prompt_engineering", action=action, step="2")


def expected_value_verdict(mean: float, mean_improved: float, information: Information) -> Verdict:
    """Return the option with the highest expected net benefit, and a study first where it is worth more than it costs."""
    benefits = decision.net_benefit(np.array([mean_improved]), np.array([mean]))[0]
    best = int(benefits.argmax())
    actions: tuple[Action, ...] = ("keep_prompting", "improve_prompt", "fine_tune")
    action = actions[best]
    trials, pilot = information.graded_trials.net_value, information.pilot.net_value
    # A study tells whether to switch; improving the prompt forgoes it.
    if max(trials, pilot) > 0.0 and max(0.0, mean) + max(trials, pilot) > benefits[best]:
        action = "run_pilot" if pilot >= trials else "measure_first"
    return Verdict(choice="fine_tuning" if best == 2 else "prompt_engineering", action=action, step="expected_value")


def gap_of(case: Case, requirement: float) -> float:
    """Return the requirement less the prompt's mean accuracy, in whole percentage points."""
    mean = (case.correct + 0.5) / (case.total + 1.0)
    return round(requirement - mean, WHOLE_POINTS)


def decide(case: Case, simulation: Simulation, information: Information) -> Decision:
    """Return the verdict under the asked policy and under both, with the rules behind it."""
    draws, requirement = simulation.draws, case.request.task.required_accuracy
    options = ("prompt_accuracy", "improved_accuracy", "tuned_accuracy_average")
    if requirement is None:
        meets = np.ones((case.draws, 3), dtype=bool)
    else:
        meets = np.stack([draws[name] >= requirement for name in options], axis=1)
    p_p, p_i, p_f = (decision.share(meets[:, i]) for i in range(3))
    mean, mean_improved = float(draws["npv"].mean()), float(draws["npv_improved"].mean())
    positive = decision.share(draws["npv"] > 0)
    feasible = simulation.chosen.is_feasible
    rules = rules_of(case, simulation, p_p)
    framework = framework_verdict(
        case, {rule.id: rule for rule in rules}, feasible, mean, mean_improved, positive, p_p, p_i, p_f
    )
    expected = (
        expected_value_verdict(mean, mean_improved, information)
        if feasible
        else infeasible_verdict(case, mean_improved, p_p, p_i)
    )
    verdict = expected if case.policy == "expected_value" else framework
    right = decision.tuning_is_right(decision.net_benefit(draws["npv_improved"], draws["npv"]), meets)
    if not feasible:
        right = np.zeros_like(right)
    return Decision(
        verdict=verdict,
        framework=framework,
        expected_value=expected,
        confidence=decision.share(right == (verdict.choice == "fine_tuning")),
        rules=rules,
        p_prompt=p_p,
        p_improved=p_i,
        p_tuned=p_f,
        gap=None if requirement is None else gap_of(case, requirement),
        mean_npv=mean,
        mean_npv_improved=mean_improved,
        probability_positive=positive,
        obstacle=simulation.chosen.obstacle,
    )
