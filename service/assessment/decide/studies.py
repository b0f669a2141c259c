"""What can be found out before deciding, what it costs and takes, and how much of the uncertainty it resolves.

Part of the third stage.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from models import cost, learning, plans
from models.arrays import Array
from service.assessment.case import IMPROVE, KEEP, Case
from service.assessment.decide.prospects import Prospects
from service.assessment.ledger.fold import fold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, Simulation

StudyKind = Literal["improve", "alternative", "pilot", "grade_pilot", "grade"]
ORDER: tuple[StudyKind, ...] = ("improve", "alternative", "pilot", "grade_pilot", "grade")
"""The order in which the first steps of a plan are named."""

PILOTS = frozenset({"pilot", "grade_pilot"})
"""Studies of a fine-tune."""
PILOT_SIZES = 9
SMALLEST_PILOT = 50.0
PRIOR = (
    Lines.level_mean, Lines.prior_level_variance, Lines.prior_slope_mean, Lines.prior_slope_variance, Lines.pilots_on_line,
    Lines.seed_variance, Lines.bend_variance,
)  # fmt: skip
"""What a fine-tune's learning curve follows from."""
COLUMN_OF_NOISE = 3
"""First column of the draws of what measurements of alternatives say; the others have one each."""
NOISE: dict[StudyKind, int] = {"grade": 0, "improve": 1, "pilot": 2, "grade_pilot": 2}


class Study(Struct, frozen=True, kw_only=True):
    """One thing to do before deciding."""

    kind: StudyKind
    option: str
    """Id of the option whose accuracy it measures."""
    column: int
    """Of that option among the prospects."""
    size: int = 0
    """Examples of a pilot."""
    graded: int
    """Answers that are graded."""
    cost: float
    """All that it takes, labels and an improvement included [currency]."""
    weeks: float
    hours: float
    labels: float = 0.0
    """Labels that are missing for it and are bought [examples]."""
    resolved: float
    """Share of the uncertainty that it resolves by itself."""
    noise: int
    """Column of the draws of its noise."""


class Curve:
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

    def resolved(self, planned: float, sizes: Array, trials: float) -> Array:
        """Return the share of the uncertainty at the planned examples that pilots of some sizes resolve."""
        return learning.resolved_share(
            self.posterior,
            self.values[Lines.log_odds_variance],
            self.values[Lines.seed_variance],
            np.asarray(planned),
            sizes,
            np.asarray(trials),
            self.saturation,
        ).ravel()

    def run_cost(self, share: Array) -> Array:
        """Return what a training run on a share of the planned examples costs [currency]."""
        lines = (
            Lines.epochs, Lines.training_price, Lines.minimum_charge, Lines.training_gpu_hours_per_mtok,
            Lines.training_hours, Lines.training_price_per_hour,
        )  # fmt: skip
        return cost.training_cost(self(Lines.dataset_tokens) * share, *[np.asarray(self(line)) for line in lines])


def trials_of_a_study(case: Case) -> float:
    """Return how many answers a study grades: as many as were graded of the prompt, and never very few."""
    return max(case.trials.total, case.studies.fewest_trials)


def _fresh(case: Case, prospects: Prospects, column: int, trials: float) -> float:
    """Return the share of the uncertainty about an option that its first measurement resolves."""
    variance, mean = prospects.log_odds[:, column].var(), prospects.accuracy[:, column].mean()
    return float(plans.share_of_fresh_trials(variance, mean, trials))


def grading(case: Case, prospects: Prospects) -> Study:
    """Return grading more answers of the prompt: as many again."""
    trials = trials_of_a_study(case)
    return Study(
        kind="grade",
        option=KEEP,
        column=prospects.at(KEEP),
        graded=int(trials),
        cost=trials * case.studies.cost_per_trial,
        weeks=0.0,
        hours=0.0,
        resolved=float(plans.share_of_more_trials(trials, case.trials.total)),
        noise=NOISE["grade"],
    )


def improving(case: Case, simulation: Simulation, prospects: Prospects) -> Study:
    """Return improving the prompt and measuring it again."""
    column, trials = prospects.at(IMPROVE), trials_of_a_study(case)
    one = simulation.of(IMPROVE)
    hours = one.base.get(Lines.build_hours)
    return Study(
        kind="improve",
        option=IMPROVE,
        column=column,
        graded=int(trials),
        cost=float(one.draws[Lines.outlay].mean()) + trials * case.studies.cost_per_trial,
        weeks=case.studies.improvement_weeks,
        hours=0.0 if hours is None else float(hours.ravel()[0]),
        resolved=_fresh(case, prospects, column, trials),
        noise=NOISE["improve"],
    )


def measuring(case: Case, prospects: Prospects) -> list[Study]:
    """Return measuring each alternative that was not measured."""
    trials = case.thresholds["alternative_trials"]
    found: list[Study] = []
    for column in prospects.columns_of("other_prompt"):
        if not prospects.is_measured[column]:
            found.append(
                Study(
                    kind="alternative",
                    option=prospects.ids[column],
                    column=column,
                    graded=int(trials),
                    cost=trials * case.studies.cost_per_trial,
                    weeks=0.0,
                    hours=0.0,
                    resolved=_fresh(case, prospects, column, trials),
                    noise=COLUMN_OF_NOISE + len(found),
                )
            )
    return found


def full_size_trials(case: Case) -> int:
    """Return how many answers were graded of pilots at the planned size, all together."""
    tuning = case.request.fine_tuning
    return sum(p.total for p in tuning.pilots if p.training_examples >= case.planned_examples) if tuning else 0


def has_proof(case: Case) -> bool:
    """Return whether a pilot of half the planned size or more was graded on enough answers to go by."""
    tuning, _enough = case.request.fine_tuning, case.thresholds["article_enough_trials"]
    return tuning is not None and any(is_proof(case, p.training_examples, p.total) for p in tuning.pilots)


def is_proof(case: Case, examples: float, graded: float) -> bool:
    """Return whether a pilot is large enough, and graded on enough answers, to go by."""
    return 2.0 * examples >= case.planned_examples and graded >= case.thresholds["article_enough_trials"]


def piloting(case: Case, prospects: Prospects, curve: Curve, tune: str) -> list[Study]:
    """Return pilots of several sizes of a fine-tune; where a full one was graded already, grading more of it."""
    column, trials, studies = prospects.at(tune), trials_of_a_study(case), case.studies
    graded = full_size_trials(case)
    if graded >= case.thresholds["article_enough_trials"]:
        return [
            Study(
                kind="grade_pilot",
                option=tune,
                column=column,
                size=int(case.planned_examples),
                graded=int(trials),
                cost=trials * studies.cost_per_trial,
                weeks=0.0,
                hours=0.0,
                resolved=float(plans.share_of_more_trials(trials, graded)),
                noise=NOISE["grade_pilot"],
            )
        ]
    planned = case.planned_examples
    sizes = np.unique(np.geomspace(min(SMALLEST_PILOT, planned), planned, PILOT_SIZES).round())
    labels = np.maximum(sizes - studies.labelled_examples, 0.0)
    costs = studies.pilot_cost + labels * studies.cost_per_example + trials * studies.cost_per_trial
    if studies.pilot_run_is_extra:
        costs = costs + curve.run_cost(sizes / planned)
    per_week = curve(Lines.labelling_weeks) / max(planned - studies.labelled_examples, 1.0)
    return [
        Study(
            kind="pilot",
            option=tune,
            column=column,
            size=int(size),
            graded=int(trials),
            cost=float(price),
            weeks=studies.pilot_weeks + float(bought) * per_week,
            hours=studies.pilot_hours,
            labels=float(bought),
            resolved=float(share),
            noise=NOISE["pilot"],
        )
        for size, price, bought, share in zip(sizes, costs, labels, curve.resolved(planned, sizes, trials), strict=True)
    ]
