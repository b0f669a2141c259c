"""The verdict under both policies: the framework's steps in their order, and the highest expected value."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from service.assessment.case import IMPROVE, IN_SERVICE, KEEP, Case
from service.assessment.decide.information import Information
from service.assessment.decide.matrix import Held, Matrix, end_choice
from service.assessment.decide.rules import PROMPT, TUNE, Choice, Judged, Status, status
from service.assessment.ledger.line import Kind

Action = Literal[
    "keep_prompting", "improve_prompt", "measure_first", "switch_model", "collect_examples", "run_pilot", "fine_tune",
    "keep_fine_tune", "return_to_prompt", "rethink_task",
]  # fmt: skip
SERVING: MappingProxyType[Kind, Action] = MappingProxyType({
    "keep": "keep_prompting", "improve": "improve_prompt", "other_prompt": "switch_model", "fine_tune": "fine_tune",
    "in_service": "keep_fine_tune",
})  # fmt: skip
"""What serving by each kind of option is called."""

NEEDS = ("consistent_prompt_failure", "token_overhead", "latency_benefit", "proprietary_knowledge")
"""Rules one of which must hold for a need of fine-tuning."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A choice, the option it stands for, what to do next, and why."""

    choice: Choice
    option: str
    action: Action
    step: str
    gate: str | None = None
    field: str | None = None
    is_premium: bool = False


class Standing(Struct, frozen=True, kw_only=True, eq=False):
    """Where a case stands under a policy: what the steps ask for."""

    case: Case
    policy: str
    rules: dict[str, Judged]
    matrix: Matrix
    tune: Held | None
    """The best fine-tune that can go live; None where none can."""
    has_requests: bool
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

    @property
    def p_prompt(self) -> float:
        """Return the chance of the prompt as it is to meet the bar."""
        return self.matrix.keep.chance

    @property
    def p_improved(self) -> float:
        """Return the chance of the improved prompt to meet the bar."""
        return self.matrix.improved.chance

    @property
    def p_tuned(self) -> float:
        """Return the chance of the fine-tune to meet the bar; 0 where none can go live."""
        return 0.0 if self.tune is None else self.tune.chance

    @property
    def npv_improved(self) -> float:
        """Return what improving the prompt is expected to be worth."""
        return self.matrix.improved.npv

    @property
    def npv_tuned(self) -> float:
        """Return what fine-tuning is expected to be worth; nothing where it cannot go live."""
        return 0.0 if self.tune is None else self.tune.npv

    @property
    def switch(self) -> Held | None:
        """Return the measured alternative that is likely to meet the bar and worth more than any other prompt that is."""
        likely = [held for held in self.matrix.prompts if held.chance >= self.likely]
        best = max(likely, key=lambda held: held.npv, default=None)
        return best if best is not None and best.one.option.kind == "other_prompt" else None

    @property
    def served_today(self) -> str:
        """Return the id of the option that serves while something is found out."""
        return self.matrix.baseline.id


def _not(value: Status) -> Status:
    if value == "unknown":
        return "unknown"
    return "not_satisfied" if value == "satisfied" else "satisfied"


def _either(statuses: list[Status]) -> Status:
    return "satisfied" if "satisfied" in statuses else "unknown" if "unknown" in statuses else "not_satisfied"


def _all(statuses: list[Status]) -> Status:
    return "not_satisfied" if "not_satisfied" in statuses else "unknown" if "unknown" in statuses else "satisfied"


def _likeliest_prompt(at: Standing) -> float:
    """Return the best chance of any prompt-like option that may be served to meet the bar."""
    return max(held.chance for held in at.matrix.prompts)


def _gates(at: Standing) -> list[tuple[str, Status, str]]:
    """Return the four gates of the framework: name, status, the field that would settle an unknown one."""
    rules = at.rules
    defined = status(at.case.request.task.well_defined is not False)
    need = _either([rules[name].status for name in NEEDS])
    unknown = next((rules[name].field for name in NEEDS if rules[name].status == "unknown"), "")
    likeliest = at.p_tuned >= at.plausible and at.p_tuned > _likeliest_prompt(at)
    nothing_else = at.p_tuned >= at.likely and _likeliest_prompt(at) < at.plausible
    barred = _all([_not(rules["audit_required"].status), _not(rules["knowledge_changes"].status)])
    return [
        ("enough_examples", rules["enough_examples"].status, rules["enough_examples"].field),
        ("well_defined_need", _all([defined, need]), unknown),
        ("iteration_cycle_pays", status(at.npv_tuned > 0 or likeliest), "/finance/error_cost"),
        ("no_bar_to_tuning", "satisfied" if nothing_else else barred, rules["audit_required"].field),
    ]


def _prompt(action: Action, step: str, at: Standing, gate: str | None = None, field: str | None = None) -> Verdict:
    """Return a verdict for the prompt, with the option that its action names."""
    option = {"keep_prompting": KEEP, "improve_prompt": IMPROVE}.get(action, at.served_today)
    return Verdict(choice=PROMPT, option=option, action=action, step=step, gate=gate, field=field)


def _switch(to: Held, step: str, gate: str | None = None) -> Verdict:
    return Verdict(choice=PROMPT, option=to.id, action="switch_model", step=step, gate=gate)


def _tuned(
    action: Action, step: str, tune: Held, gate: str | None = None, field: str | None = None, is_premium: bool = False
) -> Verdict:
    """Return a verdict for a fine-tune."""
    return Verdict(choice=TUNE, option=tune.id, action=action, step=step, gate=gate, field=field, is_premium=is_premium)


def _no_requests(at: Standing) -> Verdict | None:
    return None if at.has_requests else _prompt("keep_prompting", "no_requests", at)


def _in_service(at: Standing) -> Verdict | None:
    """Return the verdict where a fine-tune serves already: it goes on, gives way to a successor, or to a prompt."""
    if at.matrix.baseline.id != IN_SERVICE:
        return None
    best = end_choice(at.matrix, at.case, at.policy)
    if best.id == IN_SERVICE:
        return _tuned("keep_fine_tune", IN_SERVICE, best)
    if best.one.option.kind == "fine_tune":
        return _tuned("fine_tune", IN_SERVICE, best)
    return Verdict(choice=PROMPT, option=best.id, action="return_to_prompt", step=IN_SERVICE)


def _too_few_trials(at: Standing) -> Verdict | None:
    if at.case.trials.total < at.case.thresholds["article_enough_trials"]:
        return _prompt("measure_first", "1", at)
    return None


def _cannot_go_live(at: Standing) -> Verdict | None:
    """Return the verdict where fine-tuning cannot go live at all; a prompt that will do is improved where that pays."""
    if at.tune is not None:
        return None
    if at.switch is not None:
        return _switch(at.switch, "2")
    if at.p_prompt >= at.likely:
        return _prompt("improve_prompt" if at.npv_improved > 0 else "keep_prompting", "2", at)
    return _prompt("improve_prompt" if at.p_improved >= at.plausible else "rethink_task", "2", at)


def _prompt_will_do(at: Standing) -> Verdict | None:
    """Return the verdict where a prompt that serves today is likely to meet the bar and a fine-tune brings no more."""
    if at.switch is not None:
        return _switch(at.switch, "3") if at.npv_tuned <= at.switch.npv or at.p_tuned < at.plausible else None
    if at.p_prompt >= at.likely and (at.npv_tuned <= 0 or at.p_tuned < at.plausible):
        return _prompt("improve_prompt" if at.npv_improved > 0 else "keep_prompting", "3", at)
    return None


def _better_prompt_closes_the_gap(at: Standing) -> Verdict | None:
    """Return what the size of the gap and the chances say where no prompt of today is likely to do."""
    if at.p_prompt >= at.likely or at.switch is not None or at.gap is None:
        return None
    if max(_likeliest_prompt(at), at.p_tuned) < at.plausible:
        return _prompt("rethink_task", "4", at)
    improve = _prompt("improve_prompt", "4", at)
    if at.gap <= at.case.thresholds["article_small_gap"] and at.p_improved >= at.plausible:
        return improve
    if at.gap >= at.case.thresholds["article_large_gap"] and at.p_tuned >= at.plausible:
        return improve if at.p_improved >= at.likely else None
    return improve if at.p_improved >= at.likely or at.p_improved >= at.p_tuned else None


def _too_few_examples(at: Standing) -> Verdict | None:
    rule = at.rules["enough_examples"]
    return None if rule.status == "satisfied" else _prompt("collect_examples", "5", at, field=rule.field)


def _better_prompt_is_worth_more(at: Standing) -> Verdict | None:
    if at.npv_improved >= max(0.0, at.npv_tuned) and at.p_improved >= at.p_tuned:
        return _prompt("improve_prompt", "6", at)
    return None


def _gate_is_shut(at: Standing) -> Verdict | None:
    """Return the verdict where a gate does not hold, or is open only to who says more."""
    gates = _gates(at)
    for name, gate_status, _ in gates:
        if gate_status == "not_satisfied":
            if at.switch is not None:
                return _switch(at.switch, "7", name)
            improve = at.p_prompt < at.likely and at.p_improved >= at.plausible
            return _prompt("improve_prompt" if improve else "keep_prompting", "7", at, gate=name)
    for name, gate_status, field in gates:
        if at.tune is not None and at.npv_tuned > 0 and gate_status == "unknown":
            return _tuned("run_pilot", "7", at.tune, gate=name, field=field)
    return None


def _tune(at: Standing) -> Verdict | None:
    if at.tune is None:
        return None
    only_tuned = at.p_tuned >= at.likely and _likeliest_prompt(at) < at.likely
    pays = at.tune.probability_positive >= at.likely
    if at.p_tuned >= at.likely and (pays or only_tuned):
        return _tuned("fine_tune", "8", at.tune, is_premium=only_tuned and not pays)
    return _tuned("run_pilot", "8", at.tune)


STEPS: tuple[Callable[[Standing], Verdict | None], ...] = (
    _no_requests, _in_service, _too_few_trials, _cannot_go_live, _prompt_will_do, _better_prompt_closes_the_gap,
    _too_few_examples, _better_prompt_is_worth_more, _gate_is_shut, _tune,
)  # fmt: skip
"""The framework's eight steps behind two that settle a case before them; the first that says something settles it."""


def framework_verdict(at: Standing) -> Verdict:
    """Return the verdict of the article's framework."""
    return next(verdict for step in STEPS if (verdict := step(at)) is not None)


def expected_value_verdict(at: Standing, information: Information) -> Verdict:
    """Return the option with the highest expected net benefit, and a study first where it is worth more than it costs."""
    for step in (_no_requests, _in_service, _cannot_go_live):
        if (found := step(at)) is not None:
            return found
    best = end_choice(at.matrix, at.case, at.policy)
    choice = TUNE if best.one.option.kind == "fine_tune" else PROMPT
    action = SERVING[best.one.option.kind]
    trials, pilot = information.graded_trials.net_value, information.pilot.net_value
    if max(trials, pilot) > 0.0:
        action = "run_pilot" if pilot >= trials else "measure_first"
    return Verdict(choice=choice, option=best.id, action=action, step="expected_value")
