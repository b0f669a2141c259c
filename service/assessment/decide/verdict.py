"""The verdict of a policy: what its best plan begins with, or what serves where nothing is worth finding out first.

A few circumstances come before any plan, in this order: nothing to serve, a fine-tune that serves already, a prompt whose
feasibility is not proven, nothing that may do at all, and a question whose answer decides. Part of the third stage.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

import numpy as np
from msgspec import Struct

from models import decision
from service.assessment.case import IN_SERVICE, KEEP, Case
from service.assessment.decide.advice import Advice
from service.assessment.decide.matrix import FRAMEWORK, Matrix
from service.assessment.decide.plans import Plan
from service.assessment.decide.rules import PROMPT, TUNE, WITHOUT_PEOPLE, Choice
from service.assessment.decide.studies import ORDER, Study
from service.assessment.ledger.line import TUNES, Kind

Action = Literal[
    "keep_prompting", "improve_prompt", "measure_first", "measure_alternative", "switch_model", "collect_examples",
    "run_pilot", "fine_tune", "keep_fine_tune", "return_to_prompt", "rethink_task", "answer_question",
]  # fmt: skip
SERVING: MappingProxyType[Kind, Action] = MappingProxyType({
    "keep": "keep_prompting", "improve": "improve_prompt", "other_prompt": "switch_model", "fine_tune": "fine_tune",
    "in_service": "keep_fine_tune",
})  # fmt: skip
"""What serving by each kind of option is called."""

STARTING: MappingProxyType[str, Action] = MappingProxyType({
    "improve": "improve_prompt", "alternative": "measure_alternative", "pilot": "run_pilot",
    "grade_pilot": "measure_first", "grade": "measure_first",
})  # fmt: skip
"""What beginning with each study is called."""


class Verdict(Struct, frozen=True, kw_only=True, eq=False):
    """A choice, the option it stands for, and what to do next."""

    choice: Choice
    option: str
    """That would serve, were one to decide today."""
    action: Action
    also: tuple[Action, ...]
    """What else is begun with at once."""
    plan: Plan
    confidence: float | None
    """Share of the draws in which that option is best, each known to be the truth; None where other things decide."""


def action_of(case: Case, study: Study) -> Action:
    """Return what beginning with a study is called: a pilot for which people have yet to label is begun by collecting."""
    source = case.request.fine_tuning.label_source if case.request.fine_tuning else None
    if study.kind == "pilot" and study.labels > 0 and source not in WITHOUT_PEOPLE:
        return "collect_examples"
    return STARTING[study.kind]


def starting(case: Case, plan: Plan) -> list[Action]:
    """Return what a plan begins with, each once, in the order in which steps are named."""
    begun = plan.studies[:1] if plan.is_sequential else plan.studies
    ordered = sorted(begun, key=lambda study: ORDER.index(study.kind))
    return list(dict.fromkeys(action_of(case, study) for study in ordered))


def serving(advice: Advice) -> Action:
    """Return what serving by the end choice of today is called."""
    prospects = advice.ground.prospects
    return SERVING[prospects.kinds[prospects.at(advice.today)]]


def _confidence(matrix: Matrix, advice: Advice, option: str, plan: Plan, *, counts_bar: bool) -> float | None:
    """Return how likely the end choice is best, when that draw's truth is known."""
    first = min(plan.studies, key=lambda study: ORDER.index(study.kind), default=None)
    if first is not None and first.option != option:
        return None
    prospects = advice.ground.prospects
    may_serve = prospects.is_measured.copy()
    if advice.rules.is_barred and advice.rules.policy == FRAMEWORK:
        may_serve &= np.array(
            [kind != "fine_tune" or id == option for kind, id in zip(prospects.kinds, prospects.ids, strict=True)]
        )
    found = [matrix.of(id) for id, may in zip(prospects.ids, may_serve, strict=True) if may]
    benefit = prospects.benefit[:, may_serve]
    meets = np.ones_like(benefit, dtype=bool)
    if counts_bar:
        meets = np.stack([held.meets for held in found], axis=1)
    best = decision.best_options(benefit, meets)
    return decision.share(best == [held.id for held in found].index(option))


def _in_service(advice: Advice, option: str) -> Action | None:
    """Return what is done where a fine-tune serves already: it goes on, gives way to a successor, or to a prompt."""
    prospects = advice.ground.prospects
    if prospects.ids[0] != IN_SERVICE:
        return None
    kind = prospects.kinds[prospects.at(option)]
    return SERVING[kind] if kind in TUNES else "return_to_prompt"


def is_hopeless(advice: Advice) -> bool:
    """Return whether the best plan is to keep the prompt, and no option may plausibly meet what is asked."""
    plausible = advice.rules.plausible
    keeps = advice.best.is_commitment and advice.today == KEEP
    return advice.ground.prospects.is_asked and keeps and bool((advice.ground.prospects.likelihood < plausible).all())


def verdict_of(case: Case, matrix: Matrix, advice: Advice, *, has_requests: bool, asks: bool, is_open: bool) -> Verdict:
    """Return the verdict of a policy.

    Parameters
    ----------
    case : Case
        The case.
    matrix : Matrix
        Its options against the bar.
    advice : Advice
        The plans as the policy ranks them.
    has_requests : bool
        Whether there is anything to serve.
    asks : bool
        Whether a question comes first.
    is_open : bool
        Whether what is not said decides.
    """
    option, plan = advice.today, advice.best
    action: Action | None
    is_framework = advice.policy == FRAMEWORK
    grading, counts_bar = advice.with_only("grade"), advice.rules.counts_bar and has_requests
    if not has_requests:
        option, action, plan = KEEP, "keep_prompting", advice.commitment
    elif (action := _in_service(advice, option)) is not None:
        plan = advice.commitment
    elif is_framework and grading is not None and case.trials.total < case.thresholds["article_enough_trials"]:
        action, plan = "measure_first", grading
    elif is_hopeless(advice):
        action = "rethink_task"
    elif is_framework and asks:
        action, plan = "answer_question", advice.commitment
    elif plan.is_commitment:
        action = serving(advice)
    else:
        steps = starting(case, plan)
        return _verdict(
            matrix, advice, option, steps[0], tuple(steps[1:]), plan, is_open=is_open, counts_bar=counts_bar
        )
    return _verdict(matrix, advice, option, action, (), plan, is_open=is_open, counts_bar=counts_bar)


def _verdict(
    matrix: Matrix,
    advice: Advice,
    option: str,
    action: Action,
    also: tuple[Action, ...],
    plan: Plan,
    *,
    is_open: bool,
    counts_bar: bool,
) -> Verdict:
    is_tuned = matrix.of(option).one.option.kind in TUNES
    return Verdict(
        choice=TUNE if is_tuned else PROMPT,
        option=option,
        action=action,
        also=also,
        plan=plan,
        confidence=None if is_open else _confidence(matrix, advice, option, plan, counts_bar=counts_bar),
    )
