"""The article's ten rules, each one object: its side, when it holds in words, and how that is judged for a case.

A rule is satisfied, not satisfied or unknown; what the caller left unsaid is unknown, never "no".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct

from models.latency import percentile_seconds
from service.assessment.case import Case
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated
from service.nouns.request.assessment import LatencyTarget
from service.nouns.request.fine_tuning import FineTuning

Status = Literal["satisfied", "not_satisfied", "unknown"]
Choice = Literal["prompt_engineering", "fine_tuning"]
TUNE: Choice = "fine_tuning"
PROMPT: Choice = "prompt_engineering"

STRONG_TECHNIQUES = frozenset({"few_shot", "chain_of_thought"})
"""What must have been tried before a prompt counts as failing, or as doing well."""

WITHOUT_PEOPLE = frozenset({"teacher", "logs"})
"""Sources of labels that nobody has to wait for: as many as are planned can be had."""

WEEKS_THAT_ARE_MONTHS = 8.7
"""Collecting that takes more than two months takes months."""


class Situation(Struct, frozen=True):
    """What the rules look at."""

    case: Case
    keep: Simulated
    """The prompt as it is."""
    tune: Simulated | None
    """The best fine-tune; None where none could be bought."""
    is_feasible: bool
    """Whether it can go live."""
    requires: bool
    """Whether an accuracy is required."""
    p_prompt: float
    """Chance of the prompt as it is to meet the bar."""
    gain: float
    """What the fine-tune is expected to be worth."""

    @property
    def tuning(self) -> FineTuning:
        """What is said of fine-tuning."""
        return self.case.request.fine_tuning or FineTuning()


def _base(one: Simulated, line: Line) -> float:
    """Return a base-case figure."""
    return float(one.base[line].ravel()[0])


class Judgement(NamedTuple):
    """Whether a rule holds (None: not known), which field would settle it, and the figures behind it."""

    holds: bool | None
    field: str
    figures: dict[str, float | None]


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the article; its words name thresholds by their id in the larder."""

    id: str
    favours: Choice
    holds_when: str
    judge: Callable[[Situation], Judgement]


class Judged(Struct, frozen=True, kw_only=True):
    """A rule judged for a case."""

    id: str
    favours: Choice
    status: Status
    field: str
    figures: dict[str, float | None]


def status(holds: bool | None) -> Status:
    """Return the status of a rule from a truth value, None when it is not known.

    Examples
    --------
    >>> status(None)
    'unknown'
    """
    return "unknown" if holds is None else "satisfied" if holds else "not_satisfied"


def all_of(*parts: bool | None) -> bool | None:
    """Return whether all hold; one that does not settles it, else one that is not known leaves it open.

    Examples
    --------
    >>> all_of(True, None), all_of(None, False), all_of(True, True)
    (None, False, True)
    """
    return False if False in parts else None if None in parts else True


def _enough_examples(at: Situation) -> Judgement:
    examples, needed = at.tuning.labelled_examples, at.case.thresholds["article_enough_examples"]
    holds = None if examples is None else examples >= needed
    if at.tuning.label_source in WITHOUT_PEOPLE:
        holds = True
    return Judgement(holds, "/fine_tuning/labelled_examples", {"labelled_examples": examples, "needed": needed})


def _both_tried(at: Situation) -> bool | None:
    tried = at.case.request.prompting.techniques_tried
    return None if tried is None else set(tried) >= STRONG_TECHNIQUES


def _consistent_prompt_failure(at: Situation) -> Judgement:
    case = at.case
    fails = at.p_prompt < case.thresholds["plausible_probability"] if at.requires else None
    holds = all_of(case.trials.total >= case.thresholds["article_enough_trials"], _both_tried(at), fails)
    tried = case.request.prompting.techniques_tried
    field = "/prompting/techniques_tried" if tried is None else "/task/required_accuracy"
    chance = at.p_prompt if at.requires else None
    return Judgement(holds, field, {"trials": float(case.trials.total), "probability_prompt_meets": chance})


def _token_overhead(at: Situation) -> Judgement:
    share, threshold = _base(at.keep, Lines.instruction_cost_share), at.case.thresholds["token_overhead_share"]
    holds = all_of(share >= threshold, at.case.request.task.strict_format)
    return Judgement(holds, "/task/strict_format", {"instruction_share": share, "threshold": threshold})


def _proprietary_knowledge(at: Situation) -> Judgement:
    return Judgement(at.case.request.task.proprietary_knowledge, "/task/proprietary_knowledge", {})


def _latency_benefit(at: Situation) -> Judgement:
    target, before = at.case.request.latency_target, _base(at.keep, Lines.median_latency)
    after = _base(at.tune, Lines.median_latency) if at.tune is not None and at.is_feasible else np.inf
    holds: bool | None = None
    if target is not None:
        prompt_meets = _in_time(at.keep, target)
        tuned_meets = at.tune is not None and at.is_feasible and _in_time(at.tune, target)
        saves = np.isfinite(after) and 1.0 - after / before >= at.case.thresholds["latency_benefit_share"]
        holds = bool(saves) or (tuned_meets and not prompt_meets)
    figures = {"prompt_p50_seconds": before, "tuned_p50_seconds": after if np.isfinite(after) else None}
    return Judgement(holds, "/latency_target", figures)


def _in_time(one: Simulated, target: LatencyTarget) -> bool:
    """Return whether an option meets a latency target in the base case."""
    median, sigma = one.base[Lines.median_latency], one.base[Lines.queued_sigma]
    return bool((percentile_seconds(median, sigma, target.percentile) <= target.seconds).all())


def _feasibility_unproven(at: Situation) -> Judgement:
    total, needed = float(at.case.trials.total), at.case.thresholds["article_enough_trials"]
    return Judgement(total < needed, "/prompting/measured_accuracy", {"trials": total, "needed": needed})


def _knowledge_changes(at: Situation) -> Judgement:
    requirement = at.case.request.task.required_accuracy
    bar = requirement if requirement is not None else _base(at.keep, Lines.accuracy_at_start)
    goes_stale = at.tune is not None and bool(np.isfinite(_base(at.tune, Lines.knowledge_half_life_months)))
    validity = _base(at.tune, Lines.best_average_validity) if at.tune is not None and goes_stale else None
    holds = validity is not None and validity < bar
    return Judgement(holds, "/task/knowledge_half_life_months", {"best_average_validity": validity, "bar": bar})


def _no_dataset(at: Situation) -> Judgement:
    examples, per_week = at.tuning.labelled_examples, at.tuning.labels_per_week
    holds: bool | None = None
    if examples is not None:
        missing = max(at.case.thresholds["article_enough_examples"] - examples, 0.0)
        slow = per_week is not None and missing / per_week > WEEKS_THAT_ARE_MONTHS
        costly = at.gain <= 0.0
        is_waited_for = (examples == 0 or slow) and at.tuning.label_source not in WITHOUT_PEOPLE
        holds = missing > 0 and (is_waited_for or costly)
    return Judgement(holds, "/fine_tuning/labelled_examples", {"labelled_examples": examples})


def _multi_step_reasoning(at: Situation) -> Judgement:
    does_well = all_of(_both_tried(at), None if _both_tried(at) is None else at.p_prompt >= at.case.confidence)
    asked = at.case.request.task.multi_step_reasoning
    holds = None if asked is None else all_of(asked, does_well)
    return Judgement(holds, "/task/multi_step_reasoning", {})


def _audit_required(at: Situation) -> Judgement:
    return Judgement(at.case.request.task.audit_required, "/task/audit_required", {})


RULES = (
    Rule(id="enough_examples", favours=TUNE, judge=_enough_examples,
         holds_when="there are at least {article_enough_examples:count} labelled examples"),
    Rule(id="consistent_prompt_failure", favours=TUNE, judge=_consistent_prompt_failure,
         holds_when="at least {article_enough_trials:count} trials were graded, few-shot and chain of thought were both tried, "
         "and the prompt is unlikely to meet the requirement"),
    Rule(id="token_overhead", favours=TUNE, judge=_token_overhead,
         holds_when="the output format is strict and instructions are at least {token_overhead_share:percent} of a request's "
         "cost"),
    Rule(id="proprietary_knowledge", favours=TUNE, judge=_proprietary_knowledge,
         holds_when="terminology, schemas or reasoning are rare in public text"),
    Rule(id="latency_benefit", favours=TUNE, judge=_latency_benefit,
         holds_when="a latency target is set and the fine-tune saves at least {latency_benefit_share:percent} of the time, or "
         "alone meets the target"),
    Rule(id="feasibility_unproven", favours=PROMPT, judge=_feasibility_unproven,
         holds_when="fewer than {article_enough_trials:count} trials were graded"),
    Rule(id="knowledge_changes", favours=PROMPT, judge=_knowledge_changes,
         holds_when="even a model that was perfect on the day of its training would, on average between retrainings, miss the "
         "requirement (or, without one, the prompt's accuracy)"),
    Rule(id="no_dataset", favours=PROMPT, judge=_no_dataset,
         holds_when="examples are missing, and collecting them takes months or does not pay"),
    Rule(id="multi_step_reasoning", favours=PROMPT, judge=_multi_step_reasoning,
         holds_when="the task needs multi-step reasoning and few-shot with chain of thought does well"),
    Rule(id="audit_required", favours=PROMPT, judge=_audit_required,
         holds_when="stakeholders must see the exact instructions that were followed"),
)  # fmt: skip


def judged(at: Situation) -> tuple[Judged, ...]:
    """Return the article's ten rules, judged for a case."""
    found = []
    for rule in RULES:
        holds, field, figures = rule.judge(at)
        found.append(Judged(id=rule.id, favours=rule.favours, status=status(holds), field=field, figures=figures))
    return tuple(found)
