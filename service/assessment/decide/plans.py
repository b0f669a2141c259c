"""Plans: what to do first, when to stop, and what serves in the end given what was found out. Part of the third stage.

A plan is a set of studies side by side, or improving the prompt and going on to a pilot only where that falls short;
then the end choice, given what they tell. Its value is what the end choices are expected to be worth, less the studies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models import plans as chapter
from models.arrays import Array
from service.assessment.case import IMPROVE, Case
from service.assessment.decide.prospects import Flags, Outlook, Prospects, Signals, deviates, outlooks
from service.assessment.decide.studies import PILOTS, Study, is_proof
from service.assessment.simulate.waiting import Wait

STOPS = 33
"""Quantiles of the re-measured accuracy that are tried as the one from which on to stop."""


class Rules(Struct, frozen=True, kw_only=True):
    """What a policy asks of an end choice."""

    policy: str
    counts_bar: bool
    """Whether meeting the bar comes before what an option is worth."""
    is_barred: bool
    """Whether fine-tunes are barred, unless one is likely to meet the bar and nothing else plausible."""
    lacks_examples: bool
    """Whether there are too few labelled examples to fine-tune without a pilot that proves it."""
    has_proof: bool
    """Whether such a pilot was graded."""
    likely: float
    plausible: float
    meeting_value: float
    """What meeting the bar is worth over the horizon [currency]."""
    gap: float | None
    """Requirement less the prompt's mean accuracy, in whole points; None without a requirement."""


class Ground(Struct, frozen=True, kw_only=True, eq=False):
    """What plans are made of: the options, what can be found out, what was paid by then and what waiting loses."""

    case: Case
    prospects: Prospects
    studies: tuple[Study, ...]
    waiting: NDArray[np.float64]
    """What each option is worth less if begun later, by wait, shape (3, K) [currency]."""
    improvement_paid: Array
    """One-off cost of each option that improving the prompt pays for, shape (K,) [currency]."""

    @property
    def signals(self) -> Signals:
        """Return what the studies may say."""
        columns = [study.noise for study in self.studies]
        return Signals(
            studied=np.array([study.column for study in self.studies], dtype=np.intp),
            resolved=np.array([study.resolved for study in self.studies]),
            deviates=deviates(self.case, columns, len(self.prospects.benefit)),
        )

    def place(self, *kinds: str) -> list[int]:
        """Return the places of the studies of some kinds."""
        return [at for at, study in enumerate(self.studies) if study.kind in kinds]


NEARLY_ALWAYS = 0.95
"""Chance of going on from which there is no point in saying when to stop."""
WAITS: tuple[Wait, ...] = ("pilot", "improve", "improve_then_pilot")


class Spec(NamedTuple):
    """A set of studies, by their places, and what a fine-tune has to wait for."""

    studies: tuple[int, ...]
    wait: Wait | None = None
    is_free: bool = False
    """Whether the studies cost nothing and take no time, to see what they tell."""


class End(NamedTuple):
    """What a plan ends with, draw by draw of what its studies say; each of shape (N,)."""

    option: NDArray[np.intp]
    worth: Array
    is_likely: Flags
    measured: Array
    """What improving the prompt, measured again, is expected to reach [share]."""


class Plan(Struct, frozen=True, kw_only=True, eq=False):
    """A plan as a policy sees it."""

    studies: tuple[Study, ...]
    stop_at: float | None = None
    """Accuracy of the improved prompt from which on there is no pilot; None where studies are side by side."""
    goes_on: float = 1.0
    """Share of the draws in which the pilot is run after the improvement."""
    is_sequential: bool = False
    value: float
    """Expected worth of what serves in the end, less the studies [currency]."""
    chance: float
    """Share of the draws in which it ends at an option that is likely to meet the bar."""
    score: float
    ends: Array
    """Share of the draws in which each option serves in the end, shape (K,)."""
    cost: float
    """Of the studies, as far as they are run [currency]."""
    weeks: float

    @property
    def kinds(self) -> frozenset[str]:
        """Return what is found out."""
        return frozenset(study.kind for study in self.studies)

    @property
    def told_stop(self) -> float | None:
        """Return the accuracy to stop at; None where there is a pilot nearly whatever it is."""
        return self.stop_at if self.goes_on < NEARLY_ALWAYS else None

    @property
    def is_commitment(self) -> bool:
        """Return whether nothing is found out first."""
        return not self.studies


def _added(ground: Ground, spec: Spec) -> Array:
    """Return what is added to the worth of every option by then: what a plan has paid for, less what waiting loses, shape (K,)."""
    kinds = ground.prospects.kinds
    added = np.zeros(len(kinds))
    if spec.is_free:
        return added
    chosen = [ground.studies[at] for at in spec.studies]
    if any(study.kind == "improve" for study in chosen):
        added += ground.improvement_paid
    is_tune = np.array([kind == "fine_tune" for kind in kinds])
    added += is_tune * sum(study.labels for study in chosen) * ground.case.studies.cost_per_example
    if spec.wait is not None:
        added -= ground.waiting[WAITS.index(spec.wait)]
    return added


def _allowed(ground: Ground, rules: Rules, outlook: Outlook, sets: Sequence[tuple[int, ...]]) -> Flags:
    """Return which options may serve in the end, shape (P, N, K)."""
    prospects = ground.prospects
    served = np.tile(prospects.is_measured, (len(sets), 1))
    proves = np.zeros(len(sets), dtype=bool)
    for row, studies in enumerate(sets):
        for at in studies:
            study = ground.studies[at]
            served[row, study.column] = True
            is_pilot = study.kind in PILOTS
            proves[row] |= is_pilot and is_proof(ground.case, study.size, study.graded)
    allowed: Flags = np.broadcast_to(served[:, None, :], outlook.worth.shape).copy()
    if rules.policy != "framework":
        return allowed
    is_tune = np.array([kind == "fine_tune" for kind in prospects.kinds])
    likely = outlook.chance >= rules.likely
    if rules.is_barred:
        others = np.where(is_tune, 0.0, np.where(served[:, None, :], outlook.chance, 0.0)).max(axis=-1, keepdims=True)
        allowed &= ~is_tune | (likely & (others < rules.plausible))
    if rules.lacks_examples:
        allowed &= ~is_tune | (likely & (proves | rules.has_proof)[:, None, None])
    return allowed


Ends = Mapping[Spec, End]


def ends_of(ground: Ground, policies: Sequence[Rules], specs: Sequence[Spec]) -> list[Ends]:
    """Return what each plan ends with in every draw, under each of some policies."""
    alike: dict[tuple[int, ...], list[Spec]] = {}
    for spec in dict.fromkeys(specs):
        alike.setdefault(spec.studies, []).append(spec)
    sets = list(alike)
    included = np.zeros((len(sets), len(ground.studies)), dtype=bool)
    for row, studies in enumerate(sets):
        included[row, list(studies)] = True
    improve = ground.prospects.ids.index(IMPROVE) if ground.prospects.has(IMPROVE) else 0
    found: list[dict[Spec, End]] = [{} for _ in policies]
    needs_bar = any(rules.counts_bar for rules in policies)
    for rows, outlook in outlooks(ground.prospects, ground.signals, included, needs_bar=needs_bar):
        for rules, ends in zip(policies, found, strict=True):
            likely = outlook.chance >= rules.likely
            allowed = _allowed(ground, rules, outlook, sets[rows])
            preferred = (likely, outlook.no_worse >= rules.likely) if rules.counts_bar else ()
            eligible = chapter.eligible(allowed, *preferred)
            for row, studies in enumerate(sets[rows]):
                for spec in alike[studies]:
                    worth = outlook.worth[row] + _added(ground, spec)
                    option = np.where(eligible[row], worth, -np.inf).argmax(axis=-1)
                    at = np.arange(option.size), option
                    ends[spec] = End(option, worth[at], likely[row][at], outlook.accuracy[row, :, improve])
    return list(found)


def _score(rules: Rules, value: Array, chance: Array) -> Array:
    return value + rules.meeting_value * chance if rules.counts_bar else value


def _shares(option: NDArray[np.intp], options: int) -> Array:
    return np.bincount(option, minlength=options) / option.size


def spec_of(ground: Ground, studies: tuple[int, ...], *, is_free: bool = False) -> Spec:
    """Return a set of studies side by side: what takes longest of them is waited for."""
    kinds = {ground.studies[at].kind for at in studies}
    wait: Wait | None = "improve" if "improve" in kinds else "pilot" if "pilot" in kinds else None
    return Spec(studies, None if is_free else wait, is_free)


def side_by_side(ground: Ground, rules: Rules, spec: Spec, ends: Ends) -> Plan:
    """Return a plan whose studies are run side by side."""
    end, studies = ends[spec], tuple(ground.studies[at] for at in spec.studies)
    spent = 0.0 if spec.is_free else sum(study.cost for study in studies)
    value, chance = float(end.worth.mean()) - spent, float(end.is_likely.mean())
    return Plan(
        studies=studies,
        value=value,
        chance=chance,
        score=float(_score(rules, np.asarray(value), np.asarray(chance))),
        ends=_shares(end.option, len(ground.prospects.ids)),
        cost=spent,
        weeks=max((study.weeks for study in studies), default=0.0),
    )


def specs_in_turn(improve: int, pilot: int) -> tuple[Spec, Spec]:
    """Return improving the prompt, and a pilot after it."""
    return Spec((improve,), "improve"), Spec((improve, pilot), "improve_then_pilot")


def in_turn(ground: Ground, rules: Rules, improve: int, pilot: int, ends: Ends) -> Plan:
    """Return improving the prompt, and a pilot only where, measured again, it falls short of what is best to stop at."""
    first, then = ground.studies[improve], ground.studies[pilot]
    stopped, continued = (ends[spec] for spec in specs_in_turn(improve, pilot))
    measured = stopped.measured
    stops = np.quantile(measured, np.linspace(0.0, 1.0, STOPS))
    stops[0] = np.nextafter(stops[0], 0.0)
    value = chapter.stopping(measured, stopped.worth, continued.worth - then.cost, stops) - first.cost
    chance = chapter.stopping(measured, stopped.is_likely.astype(float), continued.is_likely.astype(float), stops)
    score = _score(rules, value, chance)
    best = int(score.argmax())
    has_stopped = measured >= stops[best]
    goes_on = 1.0 - float(has_stopped.mean())
    return Plan(
        studies=(first, then),
        stop_at=float(stops[best]),
        goes_on=goes_on,
        is_sequential=True,
        value=float(value[best]),
        chance=float(chance[best]),
        score=float(score[best]),
        ends=_shares(np.where(has_stopped, stopped.option, continued.option), len(ground.prospects.ids)),
        cost=first.cost + goes_on * then.cost,
        weeks=first.weeks + goes_on * then.weeks,
    )


class Menu(NamedTuple):
    """The plans that some studies allow, one study of each kind at most."""

    sets: tuple[Spec, ...]
    """Side by side; the first is to commit at once."""
    turns: tuple[tuple[int, int], ...]
    """Improving, and the pilot that may follow it."""

    @property
    def specs(self) -> tuple[Spec, ...]:
        """Return all that has to be looked at."""
        return (*self.sets, *(spec for pair in self.turns for spec in specs_in_turn(*pair)))


def menu_of(ground: Ground, places: Sequence[int]) -> Menu:
    """Return the plans that some studies allow."""
    sets = [spec_of(ground, chosen) for size in range(len(places) + 1) for chosen in combinations(places, size)]
    improve = [at for at in places if ground.studies[at].kind == "improve"]
    pilot = [at for at in places if ground.studies[at].kind in PILOTS]
    return Menu(tuple(sets), tuple((first, then) for first in improve for then in pilot))


def plans_of(ground: Ground, rules: Rules, menu: Menu, ends: Ends) -> list[Plan]:
    """Return every plan of a menu as a policy sees it; one that never goes on to its second study is its first alone."""
    found = [side_by_side(ground, rules, spec, ends) for spec in menu.sets]
    turns = (in_turn(ground, rules, *pair, ends) for pair in menu.turns)
    return found + [plan for plan in turns if plan.cost > plan.studies[0].cost]


def spread_of(ground: Ground, plans: Sequence[Plan]) -> float:
    """Return how far apart in worth today's way to serve and the options are at which some plan ends [currency]."""
    ends = np.max([plan.ends for plan in plans], axis=0) > 0.0
    ends[0] = True
    worth = ground.prospects.mean_benefit[ends]
    return float(worth.max() - worth.min())


def _preference(case: Case, rules: Rules, plan: Plan) -> int:
    """Return how the article ranks a plan among those that are alike, by the size of the gap; less is better."""
    if rules.gap is None or rules.policy != "framework":
        return 0
    pilots = bool(plan.kinds & PILOTS)
    if rules.gap <= case.thresholds["article_small_gap"]:
        return int("improve" not in plan.kinds or (pilots and not plan.is_sequential))
    if rules.gap >= case.thresholds["article_large_gap"]:
        return int(not pilots or plan.is_sequential)
    return 0


def ranked(ground: Ground, rules: Rules, plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans as they rank: the thrifty ones among those as good as the best first, then the others by score."""
    case = ground.case
    kinds = sorted({kind for plan in plans for kind in plan.kinds})
    keep = chapter.thrifty(
        np.array([plan.score for plan in plans]),
        np.array([plan.value for plan in plans]),
        np.array([plan.chance for plan in plans]),
        np.array([[kind in plan.kinds for kind in kinds] for plan in plans]),
        case.thresholds["thrift_value_share"] * spread_of(ground, plans),
        case.thresholds["thrift_chance"],
    )
    order = sorted(
        range(len(plans)),
        key=lambda at: (not keep[at], _preference(case, rules, plans[at]) if keep[at] else 0,
                        -plans[at].value if keep[at] else -plans[at].score, len(plans[at].studies)),
    )  # fmt: skip
    return [plans[at] for at in order]
