"""The plan of an answer: its steps in words, what it brings, and the plans that rank next. Part of the explain stage."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from models.arrays import WEEKS_PER_MONTH
from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.matrix import Matrix
from service.assessment.decide.plans import Plan
from service.assessment.decide.studies import ORDER, Study
from service.assessment.decide.verdict import Verdict, action_of
from service.assessment.explain.figures import finite
from service.assessment.explain.names import option_in_words, pilot_in_words
from service.assessment.explain.words import counted, money, percent
from service.assessment.ledger.lines import Lines
from service.nouns.answer.plan import OtherPlan, PlanAnswer, PlanStep, StopRule

OTHERS = 5
"""How many plans are told besides."""

SHORTEST_WEEKS = 0.05
"""What takes less is done in a day or so, and its time is not told."""

KEEPING = frozenset({"keep_prompting", "rethink_task", "answer_question"})
"""Actions after which today's way to serve stays as it is."""


def ordered(plan: Plan) -> tuple[Study, ...]:
    """Return the studies of a plan in the order in which they are begun, or named."""
    if plan.is_sequential:
        return plan.studies
    return tuple(sorted(plan.studies, key=lambda study: ORDER.index(study.kind)))


def _what(case: Case, matrix: Matrix, study: Study) -> str:
    """Return what a study is, in a sentence."""
    one, answers = matrix.of(study.option).one, counted(study.graded, "answer")
    if study.kind == "improve":
        return f"Improve the prompt, and measure it again on {answers}."
    if study.kind == "alternative":
        return f"Measure {option_in_words(one)} on {answers}."
    if study.kind == "grade":
        return f"Grade {counted(study.graded, 'more answer')} of the prompt as it is."
    if study.kind == "grade_pilot":
        return f"Grade {counted(study.graded, 'more answer')} of {pilot_in_words(one)}."
    return f"Train {pilot_in_words(one)} on {counted(study.size, 'example')}, and grade {answers} of it."


def _labels(missing: int, size: int) -> str:
    more = counted(missing, "example" if missing >= size else "more example")
    return f"Label {more}." if missing >= size else f"Label {more}, {counted(size, 'example')} in all."


def _labelling(case: Case, study: Study, beside: bool) -> PlanStep:
    """Return the step of labelling what a pilot lacks."""
    labels = round(study.labels)
    cost = study.labels * case.studies.cost_per_example
    return PlanStep(
        step="collect_examples",
        option=study.option,
        what=_labels(labels, study.size),
        cost=cost,
        weeks=max(study.weeks - case.studies.pilot_weeks, 0.0),
        engineering_hours=0.0,
        side_by_side=beside,
    )


def _study_steps(case: Case, matrix: Matrix, plan: Plan) -> Iterator[PlanStep]:
    for at, study in enumerate(ordered(plan)):
        beside = at > 0 and not plan.is_sequential
        cost, weeks, action = study.cost, study.weeks, action_of(case, study)
        if action == "collect_examples":
            step = _labelling(case, study, beside)
            yield step
            cost, weeks, beside, action = cost - step.cost, weeks - step.weeks, False, "run_pilot"
        stops = plan.told_stop if plan.is_sequential and at == 0 else None
        yield PlanStep(
            step=action,
            option=study.option,
            what=_what(case, matrix, study),
            cost=cost,
            weeks=weeks,
            engineering_hours=study.hours,
            side_by_side=beside,
            stop_at=UNSET if stops is None else StopRule(accuracy=stops, graded=study.graded),
        )


def _end_step(matrix: Matrix, verdict: Verdict) -> PlanStep:
    """Return the step of serving by the end choice, where nothing is found out first."""
    keeps = verdict.action in KEEPING
    one = matrix.baseline.one if keeps else matrix.of(verdict.option).one
    hours = one.base.get(Lines.build_hours)
    start = float(one.base[Lines.start_month].ravel()[0])
    name = option_in_words(one)
    what = {
        "improve_prompt": "Improve the prompt, and serve by it.",
        "switch_model": f"Serve by {name}.",
        "fine_tune": f"Build {name}, and serve by it.",
        "keep_fine_tune": "Go on with the fine-tune in service.",
        "return_to_prompt": f"Return to {name}.",
    }.get(verdict.action, f"Go on with {name}.")
    return PlanStep(
        step="keep" if keeps else verdict.action,
        option=one.id,
        what=what,
        cost=0.0 if keeps else float(one.draws[Lines.outlay].mean()),
        weeks=0.0 if keeps else start * WEEKS_PER_MONTH,
        engineering_hours=0.0 if keeps or hours is None else (finite(hours.ravel()[0]) or 0.0),
        side_by_side=False,
    )


def _other(case: Case, matrix: Matrix, plan: Plan) -> OtherPlan:
    return OtherPlan(
        steps=[step.step for step in _study_steps(case, matrix, plan)],
        value=plan.value,
        chance=plan.chance,
        cost=plan.cost,
        weeks=plan.weeks,
        in_turn=plan.is_sequential,
    )


def plan_answer(case: Case, decision: Decision) -> PlanAnswer:
    """Return the plan under the policy asked for."""
    verdict, matrix, plan = decision.verdict, decision.matrix, decision.verdict.plan
    steps = list(_study_steps(case, matrix, plan)) or [_end_step(matrix, verdict)]
    others = [other for other in decision.asked.advice.plans if other is not plan][:OTHERS]
    return PlanAnswer(
        steps=steps,
        value=plan.value,
        chance=plan.chance,
        cost=plan.cost,
        weeks=plan.weeks,
        others=[_other(case, matrix, other) for other in others],
    )


def steps_in_words(case: Case, matrix: Matrix, plan: Plan) -> str:
    """Return what a plan finds out, as part of a sentence."""
    said = []
    for study in ordered(plan):
        one = matrix.of(study.option).one
        said.append(
            {
                "improve": "improving the prompt",
                "alternative": f"measuring {option_in_words(one)}",
                "pilot": pilot_in_words(one),
                "grade_pilot": "grading more of the pilot",
                "grade": "grading more answers",
            }[study.kind]
        )
    *first, last = said
    if plan.is_sequential:
        where = "" if plan.told_stop is None else f" where it stays below {percent(plan.told_stop)}"
        return f"{first[0]}, then {last}{where}"
    return f"{', '.join(first)} and {last}" if first else last


def cost_in_words(case: Case, plan: Plan) -> str:
    """Return what finding out costs and takes."""
    weeks = f" and {plan.weeks:.1f} weeks" if plan.weeks >= SHORTEST_WEEKS else ""
    return f"{money(case, plan.cost)}{weeks}"
