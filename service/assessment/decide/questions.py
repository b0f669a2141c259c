"""The next question: which field that is not said the advice hangs on most. Part of the third stage.

The advice is taken anew at what each field may turn out to say, in the first few draws. An answer changes it where the plan
advised now would then lose more than two plans may differ by and still count as alike: never because a label changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct, structs

from models.arrays import Array
from service.assessment.case import Answer, Case, Field, Unknown
from service.assessment.decide.advice import Advice, advise, gap_of
from service.assessment.decide.matrix import FRAMEWORK, Matrix
from service.assessment.decide.plans import Plan, Rules, spread_of
from service.assessment.decide.prospects import Member, Prospects, members_of, prospects_of
from service.assessment.decide.rules import WITHOUT_PEOPLE
from service.assessment.decide.studies import PILOTS, Curve, Study, has_proof, piloting
from service.assessment.decide.verdict import Action, is_hopeless, serving, starting
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, Simulation
from service.assessment.simulate.drawing import FIRST_DRAWS

LOST_CHANCE = 0.05
"""Chance that may be lost before an answer changes the advice."""
ERROR_COST: Field = "/finance/error_cost"
REQUIREMENT: Field = "/task/required_accuracy"


class Tried(NamedTuple):
    """What would be advised, were a field to say this."""

    answer: Answer
    action: Action
    option: str
    changes: bool
    """Whether it changes the advice."""


class Question(Struct, frozen=True, kw_only=True):
    """A field that is not said, and how likely what it says is to change the advice."""

    unknown: Unknown
    tried: tuple[Tried, ...]
    is_decisive: bool
    """Whether it is likely enough to be asked before anything else."""

    @property
    def field(self) -> Field:
        """Return the field."""
        return self.unknown.field

    @property
    def probability(self) -> float:
        """Return how likely what it says is to change the advice."""
        return sum(each.answer.weight for each in self.tried if each.changes)


Figures = Mapping[Line, Array]


def _first(figures: Figures) -> Figures:
    return {line: array[:FIRST_DRAWS] for line, array in figures.items()}


def _priced(figures: Figures, baseline: Figures, error_cost: float) -> Figures:
    """Return the figures of an option with a price on wrong answers where there was none."""
    more_right = figures[Lines.correct_pv] - baseline[Lines.correct_pv]
    return {**figures, Lines.npv: figures[Lines.npv] + error_cost * more_right}


def _members(members: list[Member], simulation: Simulation, unknown: Unknown, at: int) -> list[Member]:
    """Return the options as they would be, were a field to say something."""
    world = simulation.worlds.get((unknown.field, at))
    found = [
        member._replace(figures=_first(member.figures) if world is None else world[member.id]) for member in members
    ]
    cost = unknown.answers[at].value
    if unknown.field == ERROR_COST and cost is not None:
        found = [member._replace(figures=_priced(member.figures, found[0].figures, cost)) for member in found]
    return found


def _rules(case: Case, rules: Rules, prospects: Prospects) -> Rules:
    """Return what a policy asks of a case as it would be."""
    task, tuning = case.request.task, case.request.fine_tuning
    examples = tuning.labelled_examples if tuning else None
    is_short = examples is not None and examples < case.thresholds["article_enough_examples"]
    return structs.replace(
        rules,
        counts_bar=rules.policy == FRAMEWORK and prospects.is_asked,
        is_barred=rules.is_barred or task.audit_required is True,
        lacks_examples=is_short and not (tuning and tuning.label_source in WITHOUT_PEOPLE),
        has_proof=has_proof(case),
        gap=gap_of(case),
    )


def _studies(advice: Advice, case: Case, prospects: Prospects, tune: Simulated | None) -> tuple[Study, ...]:
    """Return the studies of a case as it would be: the best of each kind there are, pilots of a few sizes where they change."""
    known, now = [advice.ground.studies[at] for at in advice.places], advice.ground.case
    pilots = [study for study in known if study.kind in PILOTS]
    if tune is None or not pilots or case.studies == now.studies:
        return tuple(known)
    sizes = piloting(case, prospects, Curve(tune), tune.id)
    few = {study.size: study for study in (sizes[len(sizes) * 3 // 4], sizes[-1])}
    return (*[study for study in known if study not in pilots], *few.values())


def _same(plan: Plan, other: Plan) -> bool:
    return plan.kinds == other.kinds and plan.is_sequential == other.is_sequential


class _Then(NamedTuple):
    """The advice as it would be, and what the plan advised now would bring."""

    advice: Advice
    value: float
    chance: float


def _advised(advice: Advice, then: Advice) -> _Then:
    """Return what the plan advised now would bring as things would be: its studies, or, where it has none, what serves by it."""
    now = advice.best
    if now.is_commitment:
        prospects = then.ground.prospects
        column = prospects.at(advice.today)
        chance = float(prospects.likelihood[column] >= then.rules.likely)
        return _Then(then, float(prospects.mean_benefit[column]), chance)
    same = next((plan for plan in then.plans if _same(plan, now)), then.commitment)
    return _Then(then, same.value, same.chance)


def _changes(found: _Then) -> bool:
    """Return whether the plan advised now would lose too much against the best plan there would then be."""
    best, case = found.advice.best, found.advice.ground.case
    apart = case.thresholds["thrift_value_share"] * spread_of(found.advice.ground, found.advice.plans)
    if found.advice.rules.counts_bar:
        loses_chance = best.chance - found.chance > LOST_CHANCE and found.chance < found.advice.rules.likely
        return loses_chance or (
            best.value - found.value > apart
            and best.score > found.value + found.advice.rules.meeting_value * found.chance
        )
    return best.value - found.value > apart


def _ask(
    case: Case, simulation: Simulation, members: list[Member], advice: Advice, unknown: Unknown, tune: Simulated | None
) -> Question:
    tried = []
    for at, answer in enumerate(unknown.answers):
        if answer.is_as_now:
            tried.append(Tried(answer, *action_then(case, advice), changes=False))
            continue
        prospects = prospects_of(answer.case, _members(members, simulation, unknown, at))
        rules = _rules(answer.case, advice.rules, prospects)
        ground = structs.replace(
            advice.ground, case=answer.case, prospects=prospects, studies=_studies(advice, answer.case, prospects, tune)
        )
        (then,) = advise(ground, [(rules, None if tune is None else tune.id)], is_free=False)
        tried.append(Tried(answer, *action_then(answer.case, then), changes=_changes(_advised(advice, then))))
    asked = sum(each.answer.weight for each in tried if each.changes)
    return Question(unknown=unknown, tried=tuple(tried), is_decisive=asked >= case.thresholds["question_probability"])


def action_then(case: Case, advice: Advice) -> tuple[Action, str]:
    """Return what would be done next, and what would serve were one to decide at once."""
    if is_hopeless(advice):
        return "rethink_task", advice.today
    if advice.best.is_commitment:
        return serving(advice), advice.today
    return starting(case, advice.best)[0], advice.today


def questions(
    case: Case, simulation: Simulation, matrix: Matrix, advice: Advice, tune: Simulated | None
) -> list[Question]:
    """Return the fields that are not said and may change the advice, the likeliest first; of equals what a wrong answer costs."""
    members = members_of(matrix)
    found = [_ask(case, simulation, members, advice, unknown, tune) for unknown in case.unknowns]
    return sorted((each for each in found if each.probability > 0.0), key=lambda each: -each.probability)


def comes_first(case: Case, ranked: list[Question]) -> bool:
    """Return whether a question is asked before anything else: what is asked of the task is not said at all, and it decides."""
    finance = case.request.finance
    says_nothing = case.request.task.required_accuracy is None and (finance is None or finance.error_cost is None)
    return says_nothing and any(each.is_decisive for each in ranked)
