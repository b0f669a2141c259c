"""Third stage: what it is worth to find out more, and from where the uncertainty comes.

All of it is read off one table of net benefits, an option a column and a draw a row (Strong and Oakley 2014; Baio 2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from models import decision, learning
from models.arrays import Array
from models.sensitivity import conditional_means, first_order_shares, main_effects, tornado
from service.assessment.case import Case, Option
from service.assessment.decide.advice import Advice
from service.assessment.decide.matrix import Held, Matrix
from service.assessment.decide.plans import side_by_side, spec_of
from service.assessment.decide.studies import Curve, Study
from service.assessment.ledger.accuracy import Accuracy
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.fold import inputs_for, refold
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import Chapter, Kind, Line, Own
from service.assessment.ledger.lines import Lines
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume
from service.assessment.simulate import Simulated, Simulation
from service.assessment.simulate.draws import CASE, LIFE, OWN_LIFE, Points, points_of

DRAWS_PER_INPUT = 4
"""Draws that there are at least for each input whose effect is looked for; of more inputs the likelier ones are kept."""
WORTH = frozenset({Lines.costs, Lines.outlay})
"""What an option is worth by."""
AT_RANDOM = (
    Lines.prompted_accuracy, Lines.accuracy_deviate, Lines.technique_deviate, Lines.residual_deviate, Lines.no_change_coin,
    Lines.drift_deviate,
)  # fmt: skip
"""Lines that fall at random beside the inputs."""
HINGES = 3
"""How many inputs are named that the advice hangs on."""

GROUPS: MappingProxyType[type[Chapter], str] = MappingProxyType({
    Accuracy: "accuracies", Volume: "volume_and_money", Requests: "tokens_and_prices", Life: "time_and_lives",
    Projects: "build_and_retraining", Costs: "hosting_and_upkeep",
})  # fmt: skip
"""What one enquiry would settle together, by the chapter of the ledger."""


class StudyWorth(Struct, frozen=True, kw_only=True):
    """A study by itself: what it tells, what it costs, and what is left."""

    study: Study
    value: float
    """What it tells is worth, before all that it costs [currency]."""
    cost: float
    """Money, and what waiting for it loses [currency]."""
    chance_gain: float | None
    """By how much the chance to end at an option that is likely to meet the bar rises; None without a bar."""

    @property
    def net_value(self) -> float:
        """Return the value less the cost."""
        return self.value - self.cost


class Input(Struct, frozen=True, kw_only=True):
    """What one uncertain input does to the net benefits."""

    line: Line
    kinds: frozenset[Kind]
    """Of the options that share the draw."""
    share_of_variance: float
    """Of the variance of the margin."""
    evppi: float
    lowest: float
    highest: float


class Information(Struct, frozen=True, kw_only=True):
    """The value of information, and what the margin between the two sides rests on."""

    option: str
    """Id of the option whose margin it is: the best fine-tune, else the best option."""
    rival: str
    """Id of the option it is held against: the best of the others sides."""
    evpi: float
    inputs: tuple[Input, ...]
    groups: tuple[tuple[str, float], ...]
    """What it is worth to know all inputs of a kind, by its name, the largest first."""
    studies: tuple[StudyWorth, ...]
    required_examples: float | None


def _uncertain(case: Case, option: Option) -> Iterator[tuple[Line, int]]:
    """Yield the lines of an option that are uncertain and bear on its cost, with their columns of the draws."""
    known = case.shared.lines | option.inputs.lines
    if option.trials is not None:
        known |= {Lines.accuracy_at_start}
    read = inputs_for(option.kind, known, WORTH)
    intervals = {**case.shared.intervals, **option.inputs.intervals}
    random = set(AT_RANDOM)
    if option.trials is not None:
        random.add(Lines.accuracy_at_start)
    for line in sorted(read, key=lambda line: line.name):
        place = line.column_of(option.kind)
        varies = line in random or (line in intervals and intervals[line].low < intervals[line].high)
        if varies and place is not None:
            yield line, place
    if option.life.origin == "drawn":
        yield Lines.first_retirement_month, LIFE if option.shares_life else Own(OWN_LIFE)


class _Column(NamedTuple):
    """What is drawn from one column: the line, for which kinds of option, and the points."""

    line: Line
    kinds: set[Kind]
    points: Array


def _columns(case: Case, options: dict[str, Option]) -> list[_Column]:
    """Return the uncertain inputs of some options with the points of each in every draw; a shared column counts once."""
    found: dict[tuple[str, int], _Column] = {}
    for option in options.values():
        points: Points = points_of(case, option.block)
        for line, place in _uncertain(case, option):
            key = (option.block if isinstance(place, Own) else CASE, int(place))
            column = found.setdefault(key, _Column(line, set(), points.at(place)[:, 0]))
            column.kinds.add(option.kind)
    return list(found.values())


def _inputs(
    case: Case, options: dict[str, Option], margin: Array, worth: Array
) -> tuple[tuple[Input, ...], tuple[tuple[str, float], ...]]:
    """Return the effect of every uncertain input on the margin and on the choice, and of the inputs of each group."""
    columns = _columns(case, options)
    most = case.draws // DRAWS_PER_INPUT
    if not columns:
        return (), ()
    if len(columns) > most and margin.min() < margin.max():
        points = np.column_stack([column.points for column in columns])
        matters = np.abs(np.nan_to_num(np.corrcoef(points.T, margin)[-1, :-1]))
        columns = [columns[at] for at in np.sort(np.argsort(-matters, kind="stable")[:most])]
    points = np.column_stack([column.points for column in columns])
    outputs = np.column_stack([margin, worth])
    effects = main_effects(points, outputs)
    shares = first_order_shares(effects[..., 0], margin)
    given = conditional_means(points, worth, effects[..., 1:])
    found = []
    for at, column in enumerate(columns):
        lowest, highest = tornado(points[:, at], margin)
        found.append(
            Input(
                line=column.line,
                kinds=frozenset(column.kinds),
                share_of_variance=float(shares[at]),
                evppi=decision.value_of_acting(given[:, at], worth),
                lowest=lowest,
                highest=highest,
            )
        )
    groups = []
    for chapter, name in GROUPS.items():
        its = [at for at, column in enumerate(columns) if column.line in set(chapter.lines())]
        if its:
            together = worth.mean(axis=0) + effects[:, its, 1:].sum(axis=1)
            groups.append((name, decision.value_of_acting(together, worth)))
    ranked = sorted(found, key=lambda one: (-one.share_of_variance, one.line.name))
    return tuple(ranked), tuple(sorted(groups, key=lambda pair: (-pair[1], pair[0])))


def start_needed(tune: Simulated, requirement: float) -> float:
    """Return the accuracy at the start with which the average from there on meets a requirement, infinite for none.

    The average follows the accuracy at the start in a straight line, base case; that of what stands in stays.
    """
    none_and_all = np.array([[0.0], [1.0]])
    stated = tune.folded.stated - {Lines.accuracy_at_start}
    changes = {Lines.accuracy_at_start: none_and_all}
    average = refold(tune.base, changes, tune.option.kind, stated, frozenset({Lines.average_accuracy}))
    lowest, highest = np.broadcast_to(average[Lines.average_accuracy], none_and_all.shape)[:, 0].tolist()
    return (requirement - lowest) / (highest - lowest) if highest > lowest else np.inf


def _required_examples(case: Case, tune: Held | None) -> float | None:
    """Return the examples needed to meet the requirement from the start on; None without one, infinite if out of reach."""
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return None
    if tune is None:
        return np.inf
    curve, start = Curve(tune.one), start_needed(tune.one, requirement)
    if start <= 0.0:
        return learning.FEWEST_LEARNT
    if start >= curve(Lines.accuracy_ceiling):
        return np.inf
    spread = curve(Lines.seed_variance) if len(curve.values[Lines.pilots]) else 0.0
    return learning.required_examples(*curve.posterior, np.asarray(spread), start, case.confidence, curve.saturation)


def _studies(matrix: Matrix, advice: Advice) -> tuple[StudyWorth, ...]:
    """Return what each study by itself is worth under a policy."""
    ground, rules, today = advice.ground, advice.rules, advice.commitment
    found = []
    for at in advice.places:
        told, plan = (
            side_by_side(ground, rules, spec_of(ground, (at,), is_free=free), advice.ends) for free in (True, False)
        )
        found.append(
            StudyWorth(
                study=ground.studies[at],
                value=told.value - today.value,
                cost=told.value - plan.value,
                chance_gain=plan.chance - today.chance if matrix.is_asked else None,
            )
        )
    return tuple(found)


def _margin(matrix: Matrix, tune: Held | None) -> tuple[Held, Held]:
    """Return whose margin over which is looked at: that of the best fine-tune over the best other option, else of the best over the next."""
    if tune is not None:
        return tune, matrix.rival
    served = sorted((held for held in matrix.options if held.is_served), key=lambda held: -held.npv)
    return (served[0], served[1]) if len(served) > 1 else (served[0], served[0])


def inform(case: Case, simulation: Simulation, matrix: Matrix, tune: Held | None, advice: Advice) -> Information:
    """Return the value of information under a policy, and what drives the margin between the two sides."""
    chosen, rival = _margin(matrix, tune)
    served = [held.one for held in matrix.options if held.is_served]
    worth = np.stack([one.draws[Lines.npv] for one in served], axis=1)
    beside = {one.id: one.option for one in (matrix.keep.one, *served)}
    for one in served:
        if one.stand_in is not None:
            beside[one.stand_in] = simulation.of(one.stand_in).option
    margin = chosen.one.draws[Lines.npv] - rival.one.draws[Lines.npv]
    inputs, groups = _inputs(case, beside, margin, worth)
    return Information(
        option=chosen.id,
        rival=rival.id,
        evpi=decision.evpi(worth),
        inputs=inputs,
        groups=groups,
        studies=_studies(matrix, advice),
        required_examples=_required_examples(case, tune),
    )
