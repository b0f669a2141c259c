"""Third stage: what it is worth to find out more, and from where the uncertainty comes.

Of what the best fine-tune is worth more than the best option without a new one. The studies are those a team can run:
grade more answers of the prompt, or fine-tune a pilot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from models import decision, learning
from models.arrays import Array
from models.sensitivity import conditional_means, first_order_shares, main_effects, tornado
from service.assessment.case import Case, Option
from service.assessment.decide.matrix import Held, Matrix
from service.assessment.ledger.fold import fold, inputs_for, refold
from service.assessment.ledger.line import Kind, Line, Own
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, Simulation
from service.assessment.simulate.draws import CASE, LIFE, OWN_LIFE, Points, points_of

TRIAL_SIZES = np.unique(np.geomspace(10.0, 10_000.0, 61).round())
PILOT_SIZES = 15
SMALLEST_PILOT = 50.0
DRAWS_PER_INPUT = 4
"""Draws that there are at least for each input whose effect is looked for; of more inputs the likelier ones are kept."""
WORTH = frozenset({Lines.costs, Lines.outlay})
"""What an option is worth by."""
PRIOR = (
    Lines.level_mean, Lines.prior_level_variance, Lines.prior_slope_mean, Lines.prior_slope_variance, Lines.pilots_on_line,
    Lines.seed_variance, Lines.bend_variance,
)  # fmt: skip
"""What a fine-tune's learning curve follows from."""
AT_RANDOM = (
    Lines.prompted_accuracy, Lines.accuracy_deviate, Lines.technique_deviate, Lines.residual_deviate, Lines.no_change_coin,
)  # fmt: skip
"""Lines that fall at random beside the inputs."""


class Study(Struct, frozen=True, kw_only=True):
    """A study of the size that is worth most."""

    size: int
    trials: int
    cost: float
    value: float

    @property
    def net_value(self) -> float:
        """Return the value less the cost."""
        return self.value - self.cost


class Input(Struct, frozen=True, kw_only=True):
    """What one uncertain input does to the net benefit."""

    line: Line
    kinds: frozenset[Kind]
    """Of the options that share the draw."""
    share_of_variance: float
    evppi: float
    lowest: float
    highest: float


class Information(Struct, frozen=True, kw_only=True):
    """The value of information about whether to fine-tune."""

    tune: str | None
    """Id of the fine-tune that is meant; None where none could be bought."""
    evpi: float
    inputs: tuple[Input, ...]
    graded_trials: Study
    pilot: Study
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


def _inputs(case: Case, options: dict[str, Option], benefit: Array) -> tuple[tuple[Input, ...], Array]:
    """Return the effect of every uncertain input on the net benefit, and that of the prompt's accuracy draw by draw."""
    columns = _columns(case, options)
    most = case.draws // DRAWS_PER_INPUT
    if len(columns) > most and benefit.min() < benefit.max():
        points = np.column_stack([column.points for column in columns])
        matters = np.abs(np.nan_to_num(np.corrcoef(points.T, benefit)[-1, :-1]))
        matters[_place_of(columns, Lines.prompted_accuracy)] = np.inf
        columns = [columns[at] for at in np.sort(np.argsort(-matters, kind="stable")[:most])]
    points = np.column_stack([column.points for column in columns])
    effects = main_effects(points, benefit)
    shares = first_order_shares(effects, benefit)
    given = conditional_means(points, benefit, effects)
    found = []
    for at, column in enumerate(columns):
        lowest, highest = tornado(points[:, at], benefit)
        found.append(
            Input(
                line=column.line,
                kinds=frozenset(column.kinds),
                share_of_variance=float(shares[at]),
                evppi=decision.expected_loss(given[:, at]),
                lowest=lowest,
                highest=highest,
            )
        )
    ranked = sorted(found, key=lambda one: (-one.share_of_variance, one.line.name))
    return tuple(ranked), effects[:, _place_of(columns, Lines.prompted_accuracy)]


def _place_of(columns: list[_Column], line: Line) -> int:
    return next(at for at, column in enumerate(columns) if column.line is line)


def _slope(output: Array, *inputs: Array) -> float:
    """Return the least-squares weight of the last input, the others held."""
    columns = [np.ones_like(output), *inputs]
    if any(column.min() == column.max() for column in columns[1:]):
        return 0.0
    return float(np.linalg.lstsq(np.column_stack(columns), output, rcond=None)[0][-1])


def _best_trials(case: Case, mean: float, weight: float) -> Study:
    values = decision.trials_value(mean, weight, case.trials.correct, case.trials.total, TRIAL_SIZES)
    costs = TRIAL_SIZES * case.studies.cost_per_trial
    best = int((values - costs).argmax())
    size = int(TRIAL_SIZES[best])
    return Study(size=size, trials=size, cost=float(costs[best]), value=float(values[best]))


class _Curve:
    """The learning curve of a fine-tune in the base case."""

    def __init__(self, tune: Simulated) -> None:
        """Fold the lines that the base case does without, since it takes a modelled accuracy at its mean."""
        figures = frozenset({Lines.level_mean, Lines.pilots_on_line, Lines.log_odds_mean, Lines.log_odds_variance})
        self.values = fold(dict(tune.base), tune.option.kind, figures)
        self.saturation = self(Lines.saturation_examples)
        self.posterior = learning.posterior(*[self.values[line] for line in PRIOR])

    def __call__(self, line: Line) -> float:
        """Return a line's number."""
        return float(self.values[line].ravel()[0])


def _best_pilot(case: Case, curve: _Curve, mean: float, weight: float) -> Study:
    planned = case.planned_examples
    sizes = np.unique(np.geomspace(min(SMALLEST_PILOT, planned), planned, PILOT_SIZES).round())
    trials = float(case.trials.total)
    variance = curve(Lines.log_odds_variance)
    resolved = learning.resolved_share(
        curve.posterior,
        np.asarray(variance),
        curve.values[Lines.seed_variance],
        np.asarray(planned),
        sizes,
        np.asarray(trials),
        curve.saturation,
    ).ravel()
    centre, ceiling = curve(Lines.log_odds_mean), curve(Lines.accuracy_ceiling)
    values = np.array(
        [decision.pilot_value(mean, weight, centre, variance, float(share), ceiling) for share in resolved]
    )
    studies = case.studies
    labels = np.maximum(sizes - studies.labelled_examples, 0.0) * studies.cost_per_example
    costs = studies.pilot_cost + labels + trials * studies.cost_per_trial
    best = int((values - costs).argmax())
    return Study(size=int(sizes[best]), trials=int(trials), cost=float(costs[best]), value=float(values[best]))


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


def _required_examples(case: Case, tune: Simulated, curve: _Curve) -> float | None:
    """Return the examples needed to meet the requirement from the start on; None without one, infinite if out of reach."""
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return None
    start = start_needed(tune, requirement)
    if start <= 0.0:
        return learning.FEWEST_LEARNT
    if start >= curve(Lines.accuracy_ceiling):
        return np.inf
    spread = curve(Lines.seed_variance) if len(curve.values[Lines.pilots]) else 0.0
    return learning.required_examples(*curve.posterior, np.asarray(spread), start, case.confidence, curve.saturation)


def _nothing(case: Case, simulation: Simulation) -> Information:
    """Return what is left to know where no fine-tune can go live: nothing that could change the choice."""
    cost, requirement = case.studies.cost_per_trial, case.request.task.required_accuracy
    trials = int(TRIAL_SIZES[0])
    pilot = case.studies.pilot_cost + case.trials.total * cost
    tunes = simulation.tunes
    return Information(
        tune=tunes[0].id if tunes else None,
        evpi=0.0,
        inputs=(),
        graded_trials=Study(size=trials, trials=trials, cost=trials * cost, value=0.0),
        pilot=Study(
            size=int(min(SMALLEST_PILOT, case.planned_examples)), trials=int(case.trials.total), cost=pilot, value=0.0
        ),
        required_examples=None if requirement is None else np.inf,
    )


def inform(case: Case, simulation: Simulation, matrix: Matrix, tune: Held | None) -> Information:
    """Return the value of information, the best size of each study, and what drives the net benefit of a fine-tune."""
    if tune is None:
        return _nothing(case, simulation)
    rival, keep, chosen = matrix.rival.one, matrix.keep.one, tune.one
    benefit = chosen.draws[Lines.npv] - rival.draws[Lines.npv]
    mean = float(benefit.mean())
    beside = {one.id: one.option for one in (keep, chosen, rival, matrix.baseline.one)}
    if chosen.stand_in is not None:
        beside[chosen.stand_in] = simulation.of(chosen.stand_in).option
    inputs, effect = _inputs(case, beside, benefit)
    prompted, tuned = keep.draws[Lines.accuracy_at_start], chosen.draws[Lines.accuracy_at_start]
    curve = _Curve(chosen)
    return Information(
        tune=chosen.id,
        evpi=decision.expected_loss(benefit),
        inputs=inputs,
        graded_trials=_best_trials(case, mean, _slope(effect, prompted)),
        pilot=_best_pilot(case, curve, mean, _slope(benefit, prompted, tuned)),
        required_examples=_required_examples(case, chosen, curve),
    )
