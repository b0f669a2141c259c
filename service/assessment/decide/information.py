"""Third stage: what it is worth to find out more, and from where the uncertainty comes.

Reads the draws; the studies are those a team can run: grade more answers of the prompt, or fine-tune a pilot.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from models import decision, learning
from models.arrays import Array
from models.sensitivity import conditional_means, first_order_shares, main_effects, tornado
from service.assessment.case import Case
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import COLUMNS, Lines
from service.assessment.simulate import Simulation
from service.assessment.simulate.draws import column
from service.assessment.simulate.screening import start_needed

TRIAL_SIZES = np.unique(np.geomspace(10.0, 10_000.0, 61).round())
PILOT_SIZES = 15
SMALLEST_PILOT = 50.0


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
    """What one uncertain input does to the NPV."""

    line: Line
    share_of_variance: float
    evppi: float
    lowest: float
    highest: float


class Information(Struct, frozen=True, kw_only=True):
    """The value of information about whether to switch to fine-tuning."""

    evpi: float
    inputs: tuple[Input, ...]
    graded_trials: Study
    pilot: Study
    required_examples: float | None


def _inputs(case: Case, npv: Array) -> tuple[tuple[Input, ...], Array]:
    """Return the effect of every uncertain input on the NPV, and that of the prompt's accuracy draw by draw."""
    uncertain = {line for line, interval in case.intervals.items() if interval.low < interval.high}
    uncertain |= {Lines.prompt_accuracy, Lines.accuracy_deviate}
    lines = [line for line in COLUMNS if line in uncertain]
    points = np.column_stack([column(case, line) for line in lines])
    effects = main_effects(points, npv)
    shares = first_order_shares(effects, npv)
    given = conditional_means(points, npv, effects)
    found = []
    for index, line in enumerate(lines):
        lowest, highest = tornado(points[:, index], npv)
        found.append(
            Input(
                line=line,
                share_of_variance=float(shares[index]),
                evppi=decision.expected_loss(given[:, index]),
                lowest=lowest,
                highest=highest,
            )
        )
    found.sort(key=lambda one: (-one.share_of_variance, one.line.name))
    return tuple(found), effects[:, lines.index(Lines.prompt_accuracy)]


def _slope(output: Array, *inputs: Array) -> float:
    """Return the least-squares weight of the last input, the others held."""
    columns = [np.ones_like(output), *inputs]
    if any(column.min() == column.max() for column in columns[1:]):
        return 0.0
    return float(np.linalg.lstsq(np.column_stack(columns), output, rcond=None)[0][-1])


def _best_trials(case: Case, mean: float, weight: float) -> Study:
    values = decision.trials_value(mean, weight, case.correct, case.total, TRIAL_SIZES)
    costs = TRIAL_SIZES * case.studies.cost_per_trial
    best = int((values - costs).argmax())
    size = int(TRIAL_SIZES[best])
    return Study(size=size, trials=size, cost=float(costs[best]), value=float(values[best]))


def _line(simulation: Simulation) -> tuple[Array, Array, Array, Array, Array]:
    base = simulation.base
    lines = (Lines.tuned_level_prior_mean, Lines.prior_level_variance, Lines.prior_slope_mean, Lines.prior_slope_variance, Lines.pilots,
             Lines.seed_variance, Lines.bend_variance)  # fmt: skip
    return learning.posterior(*[base[line] for line in lines])


def _best_pilot(case: Case, simulation: Simulation, mean: float, weight: float) -> Study:
    base = simulation.base
    planned = case.planned_examples
    sizes = np.unique(np.geomspace(min(SMALLEST_PILOT, planned), planned, PILOT_SIZES).round())
    trials = float(case.total)
    variance = float(base[Lines.tuned_log_odds_variance].ravel()[0])
    resolved = learning.resolved_share(
        _line(simulation),
        np.asarray(variance),
        base[Lines.seed_variance],
        np.asarray(planned),
        sizes,
        np.asarray(trials),
    ).ravel()
    centre, ceiling = float(base[Lines.tuned_log_odds_mean].ravel()[0]), float(base[Lines.accuracy_ceiling])
    values = np.array(
        [decision.pilot_value(mean, weight, centre, variance, float(share), ceiling) for share in resolved]
    )
    studies = case.studies
    labels = np.maximum(sizes - studies.labelled_examples, 0.0) * studies.cost_per_example
    costs = studies.pilot_cost + labels + trials * studies.cost_per_trial
    best = int((values - costs).argmax())
    return Study(size=int(sizes[best]), trials=int(trials), cost=float(costs[best]), value=float(values[best]))


def _required_examples(case: Case, simulation: Simulation) -> float | None:
    """Return the examples needed to meet the requirement over the live time; None without one, infinite if out of reach."""
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return None
    base = simulation.base
    start = float(start_needed(base, case.stated, requirement, 1)[0])
    if start <= 0.0:
        return learning.FEWEST
    if start >= float(base[Lines.accuracy_ceiling]):
        return np.inf
    spread = float(base[Lines.seed_variance]) if len(base[Lines.pilots]) else 0.0
    return learning.required_examples(*_line(simulation), np.asarray(spread), start, case.confidence)


def inform(case: Case, simulation: Simulation) -> Information:
    """Return the value of information, the best size of each study, and what drives the NPV."""
    draws = simulation.draws
    npv = draws[Lines.npv]
    mean = float(npv.mean())
    inputs, effect = _inputs(case, npv)
    of_prompt = _slope(effect, draws[Lines.prompt_accuracy])
    of_tuning = _slope(npv, draws[Lines.prompt_accuracy], draws[Lines.tuned_accuracy_at_start])
    return Information(
        evpi=decision.expected_loss(npv),
        inputs=inputs,
        graded_trials=_best_trials(case, mean, of_prompt),
        pilot=_best_pilot(case, simulation, mean, of_tuning),
        required_examples=_required_examples(case, simulation),
    )
