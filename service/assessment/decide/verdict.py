"""The verdict under both policies: the framework's steps in their order, and the highest expected value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from msgspec import Struct

from models import decision
from service.assessment.case import Case
from service.assessment.decide.information import Information
from service.assessment.decide.rules import PROMPT, TUNE, Choice, Judged, Status, status

Action = Literal[
    "keep_prompting", "improve_prompt", "measure_first", "collect_examples", "run_pilot", "fine_tune", "rethink_task"
]
ACTIONS: tuple[Action, ...] = ("keep_prompting", "improve_prompt", "fine_tune")
"""What serving by each option is called, in the order of net benefits."""

NEEDS = ("consistent_prompt_failure", "token_overhead", "latency_benefit", "proprietary_knowledge")
"""Rules one of which must hold for a need of fine-tuning."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A choice, what to do next, and why."""

    choice: Choice
    action: Action
    step: str
    gate: str | None = None
    field: str | None = None
    is_premium: bool = False


class Standing(Struct, frozen=True, kw_only=True):
    """Where a case stands: what the steps ask for."""

    case: Case
    rules: dict[str, Judged]
    is_feasible: bool
    mean_npv: float
    mean_npv_improved: float
    probability_positive: float
    p_prompt: float
    p_improved: float
    p_tuned: float
    gap: float | None
    """Requirement less the prompt's mean accuracy, in whole points; None without a requirement."""

    @property
    def likely(self) -> float:
        """Return the chance from which on something is likely."""
        return self.case.confidence

    @property
    def plausible(self) -> float:
        """Return the chance from which on something is plausible."""
        return self.case.thresholds["plausible_probability"]


def _not(value: Status) -> Status:
    if value == "unknown":
        return "unknown"
    return "not_satisfied" if value == "satisfied" else "satisfied"


def _either(statuses: list[Status]) -> Status:
    return "satisfied" if "satisfied" in statuses else "unknown" if "unknown" in statuses else "not_satisfied"


def _all(statuses: list[Status]) -> Status:
    return "not_satisfied" if "not_satisfied" in statuses else "unknown" if "unknown" in statuses else "satisfied"


def _gates(at: Standing) -> list[tuple[str, Status, str]]:
    """Return the four gates of the framework: name, status, the field that would settle an unknown one."""
    rules = at.rules
    defined = status(at.case.request.task.well_defined is not False)
    need = _either([rules[name].status for name in NEEDS])
    unknown = next((rules[name].field for name in NEEDS if rules[name].status == "unknown"), "")
    likeliest = at.p_tuned >= at.plausible and at.p_tuned > max(at.p_improved, at.p_prompt)
    nothing_else = at.p_tuned >= at.likely and at.p_improved < at.plausible and at.p_prompt < at.plausible
    barred = _all([_not(rules["audit_required"].status), _not(rules["knowledge_changes"].status)])
    return [
        ("enough_examples", rules["enough_examples"].status, rules["enough_examples"].field),
        ("well_defined_need", _all([defined, need]), unknown),
        ("iteration_cycle_pays", status(at.mean_npv > 0 or likeliest), "/finance/error_cost"),
        ("no_bar_to_tuning", "satisfied" if nothing_else else barred, rules["audit_required"].field),
    ]


def _too_few_trials(at: Standing) -> Verdict | None:
    if at.case.total < at.case.thresholds["article_enough_trials"]:
        return Verdict(choice=PROMPT, action="measure_first", step="1")
    return None


def _cannot_go_live(at: Standing) -> Verdict | None:
    """Return the verdict where fine-tuning cannot go live at all; a prompt that will do is improved where that pays."""
    if at.is_feasible:
        return None
    improve: Action = "improve_prompt"
    if at.p_prompt >= at.likely:
        action = improve if at.mean_npv_improved > 0 else "keep_prompting"
    else:
        action = improve if at.p_improved >= at.plausible else "rethink_task"
    return Verdict(choice=PROMPT, action=action, step="2")


def _prompt_will_do(at: Standing) -> Verdict | None:
    if at.p_prompt >= at.likely and (at.mean_npv <= 0 or at.p_tuned < at.plausible):
        improve = at.mean_npv_improved > 0
        return Verdict(choice=PROMPT, action="improve_prompt" if improve else "keep_prompting", step="3")
    return None


def _better_prompt_closes_the_gap(at: Standing) -> Verdict | None:
    """Return what the size of the gap and the chances say where the prompt is not likely to do."""
    if at.p_prompt >= at.likely or at.gap is None:
        return None
    if at.p_improved < at.plausible and at.p_tuned < at.plausible:
        return Verdict(choice=PROMPT, action="rethink_task", step="4")
    improve = Verdict(choice=PROMPT, action="improve_prompt", step="4")
    if at.gap <= at.case.thresholds["article_small_gap"] and at.p_improved >= at.plausible:
        return improve
    if at.gap >= at.case.thresholds["article_large_gap"] and at.p_tuned >= at.plausible:
        return improve if at.p_improved >= at.likely else None
    return improve if at.p_improved >= at.likely or at.p_improved >= at.p_tuned else None


def _too_few_examples(at: Standing) -> Verdict | None:
    rule = at.rules["enough_examples"]
    if rule.status != "satisfied":
        return Verdict(choice=PROMPT, action="collect_examples", step="5", field=rule.field)
    return None


def _better_prompt_is_worth_more(at: Standing) -> Verdict | None:
    if at.mean_npv_improved >= max(0.0, at.mean_npv) and at.p_improved >= at.p_tuned:
        return Verdict(choice=PROMPT, action="improve_prompt", step="6")
    return None


def _gate_is_shut(at: Standing) -> Verdict | None:
    """Return the verdict where a gate does not hold, or is open only to who says more."""
    gates = _gates(at)
    for name, gate_status, _ in gates:
        if gate_status == "not_satisfied":
            improve = at.p_prompt < at.likely and at.p_improved >= at.plausible
            action: Action = "improve_prompt" if improve else "keep_prompting"
            return Verdict(choice=PROMPT, action=action, step="7", gate=name)
    for name, gate_status, field in gates:
        if at.mean_npv > 0 and gate_status == "unknown":
            return Verdict(choice=TUNE, action="run_pilot", step="7", gate=name, field=field)
    return None


def _tune(at: Standing) -> Verdict:
    only_tuned = at.p_tuned >= at.likely and at.p_improved < at.likely and at.p_prompt < at.likely
    pays = at.probability_positive >= at.likely
    if at.p_tuned >= at.likely and (pays or only_tuned):
        return Verdict(choice=TUNE, action="fine_tune", step="8", is_premium=only_tuned and not pays)
    return Verdict(choice=TUNE, action="run_pilot", step="8")


STEPS: tuple[Callable[[Standing], Verdict | None], ...] = (
    _too_few_trials, _cannot_go_live, _prompt_will_do, _better_prompt_closes_the_gap, _too_few_examples,
    _better_prompt_is_worth_more, _gate_is_shut, _tune,
)  # fmt: skip
"""The framework's eight steps; the first that says something settles it."""


def framework_verdict(at: Standing) -> Verdict:
    """Return the verdict of the article's framework."""
    return next(verdict for step in STEPS if (verdict := step(at)) is not None)


def expected_value_verdict(at: Standing, information: Information) -> Verdict:
    """Return the option with the highest expected net benefit, and a study first where it is worth more than it costs."""
    if (infeasible := _cannot_go_live(at)) is not None:
        return infeasible
    benefits = decision.net_benefit(np.array([at.mean_npv_improved]), np.array([at.mean_npv]))[0]
    best = int(benefits.argmax())
    action = ACTIONS[best]
    trials, pilot = information.graded_trials.net_value, information.pilot.net_value
    # A study tells whether to switch; improving the prompt forgoes it.
    if max(trials, pilot) > 0.0 and max(0.0, at.mean_npv) + max(trials, pilot) > benefits[best]:
        action = "run_pilot" if pilot >= trials else "measure_first"
    choice = TUNE if ACTIONS[best] == "fine_tune" else PROMPT
    return Verdict(choice=choice, action=action, step="expected_value")
