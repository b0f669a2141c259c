"""Second stage: folds the ledger over the base case and the draws of every option, screens the offers, finds the frontier.

The base case (every estimate at its mean) goes through the same lines as the draws. Every ranking uses the mean over the
draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from msgspec import Struct, structs

from models.arrays import Array
from models.latency import percentile_seconds, with_waiting
from service.assessment.case import KEEP, Candidate, Case, Option, Policy
from service.assessment.ledger.fold import Values
from service.assessment.ledger.line import PROMPTS, Line
from service.assessment.ledger.lines import DRAWN, FIGURES, Lines
from service.assessment.simulate.book import Folded, opened, settled
from service.assessment.simulate.drawing import FIRST_DRAWS, Drawing, Way
from service.assessment.simulate.draws import Lived, base_inputs
from service.assessment.simulate.frontier import Along, Curve, Drawn, Frontier
from service.assessment.simulate.screening import Screened, screen, shortlist
from service.assessment.simulate.tunes import NOT_PRICED, option_of, priced_on_base
from service.assessment.simulate.varied import LOWEST, VARIED
from service.assessment.simulate.waiting import Wait, costs_of_waiting
from service.assessment.simulate.ways import Served, ways_of
from service.assessment.simulate.worlds import Figures, World, worlds
from service.nouns.faults import Fault, Unassessable

FEW_REPLICAS, MOST_REPLICAS = 1000.0, 100_000.0
"""How far the fewest replicas that meet a latency target are looked for."""

LARGEST_MONEY = 1e100
"""What exceeds it is no money, and its square no number."""

KEPT_OFFERS = 2
"""How many offers are kept as options by their mean NPV, beside the likeliest."""


class Simulated(Struct, frozen=True, kw_only=True, eq=False):
    """An option as it would serve: with what stands in and what is done at a retirement, at the base case and in the draws."""

    option: Option
    candidate: Candidate | None
    policy: Policy
    stand_in: str | None
    obstacle: str
    folded: Folded
    """Its base case."""
    draws: Mapping[Line, Array]
    """Figures of every draw, shape (draws,)."""
    savings_so_far: Array | None
    """What it has saved up to each month in the first draws, shape (draws, 1 + months); None where no cash flow is asked for."""
    mean_npv_by_policy: Mapping[Policy, float]
    fewest_replicas: int | None

    @property
    def id(self) -> str:
        """Return its id."""
        return self.option.id

    @property
    def base(self) -> Values:
        """Return its base case."""
        return self.folded.values

    @property
    def is_feasible(self) -> bool:
        """Return whether it can serve."""
        return not self.obstacle

    @property
    def mean_npv(self) -> float:
        """Return its mean NPV over the draws."""
        return float(self.draws[Lines.npv].mean())


class Simulation(Struct, frozen=True, kw_only=True):
    """What the ledger says of every option, of every offer, and of where another option becomes the best."""

    options: tuple[Simulated, ...]
    """Option 0 first, then the other prompt-like ones, then fine-tunes, the best by mean NPV first."""
    screened: tuple[Screened, ...]
    beside: tuple[Screened, ...]
    suggested: tuple[Simulated, ...]
    costs_of_waiting: Mapping[str, Mapping[Wait, float]]
    """What each fine-tune is worth less where it is begun later, by what is waited for."""
    worlds: Mapping[World, Figures]
    """Figures of every option in the first few draws were an unsaid field answered, where the answer changes any."""
    volume_break_even: Array
    frontier: tuple[Along, ...]
    curves: tuple[Curve, ...]

    @property
    def baseline(self) -> Simulated:
        """Return option 0."""
        return self.options[0]

    @property
    def served(self) -> tuple[Simulated, ...]:
        """Return the options that may be served today: measured or a fine-tune, and feasible."""
        return tuple(one for one in self.options if one.is_feasible and one.option.is_measured)

    @property
    def tunes(self) -> tuple[Simulated, ...]:
        """Return the fine-tunes that could be bought, the best first."""
        return tuple(one for one in self.options if one.option.kind == "fine_tune")

    @property
    def keep(self) -> Simulated:
        """Return the prompt as it is."""
        return self.of(KEEP)

    def of(self, id: str) -> Simulated:
        """Return an option by its id."""
        return next(one for one in self.options if one.id == id)


def _fewest_replicas(case: Case, base: Values) -> int | None:
    """Return the fewest dedicated replicas that meet the latency target; None where no number does or none is set."""
    target, capacity = case.request.latency_target, base[Lines.waiting_flow]
    if target is None or not np.isfinite(capacity).all():
        return None
    deployed = float(base[Lines.replicas_at_start].max())
    servers = np.arange(1.0, min(max(deployed, FEW_REPLICAS), MOST_REPLICAS) + 1.0)[:, None]
    median_, sigma = with_waiting(
        base[Lines.latency_unqueued],
        base[Lines.latency_sigma],
        base[Lines.peak_requests_per_second],
        capacity,
        servers,
    )
    meets = (percentile_seconds(median_, sigma, target.percentile) <= target.seconds).ravel()
    return int(servers[meets.argmax(), 0]) if meets.any() else None


def _not_money() -> Unassessable:
    message = "Some draws are too large to be money: a range spans too many powers of ten."
    return Unassessable([Fault("", message, "ranges", "narrower ranges")])


def _simulated(
    case: Case, drawing: Drawing, base: Folded, candidate: Candidate | None, worth: Worth, draws: Mapping[Line, Array],
    savings_so_far: Array | None,
) -> Simulated:  # fmt: skip
    """Return an option as it serves, at the base case and in the draws."""
    option, way = drawing.options[base.id], drawing.ways[base.id]
    if not all(np.abs(draws[line]).max() < LARGEST_MONEY for line in (Lines.npv, Lines.tco)):
        raise _not_money()
    return Simulated(
        option=option,
        candidate=candidate,
        policy=way.policy,
        stand_in=way.stand_in,
        obstacle=worth.obstacle,
        folded=base,
        draws=draws,
        savings_so_far=savings_so_far,
        mean_npv_by_policy=worth.by_policy,
        fewest_replicas=_fewest_replicas(case, base.values),
    )


class Worth(NamedTuple):
    """What an option is worth under each policy, and why it cannot serve; empty where it can."""

    by_policy: Mapping[Policy, float]
    obstacle: str


NOTHING_TO_TELL = Worth({}, "")
WORTH = frozenset({Lines.npv, Lines.average_accuracy})
BY_ERROR_COST = frozenset({Lines.tco_without_errors, Lines.correct_pv})
"""What the NPV of a draw is made of: a saving without errors, and right answers times what an error costs."""

Found = Mapping[Way, Mapping[Line, Array]]


def _choose_way(case: Case, ways: list[Way], found: Found) -> tuple[Way, dict[Policy, float]]:
    """Return how a fine-tune serves, and what each policy is worth on its own best stand-in.

    A way that is likelier by more than a few points to meet a stated requirement goes before the one that is worth more:
    under either policy, so that what the framework advises does not hang on the policy asked for.
    """
    worth = {way: float(found[way][Lines.npv].mean()) for way in ways}
    best: dict[Policy, Way] = {}
    for way in ways:
        if way.policy not in best or worth[way] > worth[best[way.policy]]:
            best[way.policy] = way
    chosen = max(best.values(), key=lambda way: worth[way])
    required = case.request.task.required_accuracy
    if required is not None:
        chance = {way: float((found[way][Lines.average_accuracy] >= required).mean()) for way in best.values()}
        likeliest = max(best.values(), key=lambda way: chance[way])
        if chance[likeliest] > chance[chosen] + case.thresholds["thrift_chance"]:
            chosen = likeliest
    return chosen, {policy: worth[way] for policy, way in best.items()}


def _kept(case: Case, chosen: Mapping[str, Way], found: Found, today: Way) -> list[str]:
    """Return the fine-tunes that stay options: the best by mean NPV, and the likeliest to meet the bar."""
    by_npv = sorted(chosen, key=lambda id: (-found[chosen[id]][Lines.npv].mean(), id))
    kept, finance = by_npv[:KEPT_OFFERS], case.request.finance
    bar: Array | float | None = case.request.task.required_accuracy
    if bar is None and (finance is None or finance.error_cost is None):
        bar = found[today][Lines.average_accuracy] - case.tolerated_loss
    if bar is not None and by_npv:
        likeliest = max(by_npv, key=lambda id: float((found[chosen[id]][Lines.average_accuracy] >= bar).mean()))
        kept += [likeliest] if likeliest not in kept else []
    return kept


def _chosen(
    case: Case, drawing: Drawing, ids: list[str], stand_ins: tuple[str, ...]
) -> tuple[dict[str, dict[Policy, float]], list[str], dict[Way, float]]:
    """Put how each fine-tune serves; return what each policy is worth to it, the fine-tunes that stay, and all mean NPVs."""
    ways = {
        id: [Way(id, policy, stand_in) for policy in drawing.options[id].policies for stand_in in stand_ins]
        for id in ids
    }
    today = drawing.ways[drawing.baseline]
    found = drawing.read([today, *(way for each in ways.values() for way in each)], WORTH)
    worth: dict[str, dict[Policy, float]] = {}
    for id, each in ways.items():
        drawing.ways[id], worth[id] = _choose_way(case, each, found)
    means = {way: float(figures[Lines.npv].mean()) for way, figures in found.items()}
    return worth, _kept(case, {id: drawing.ways[id] for id in ids}, found, today), means


def _prompts(case: Case, drawing: Drawing) -> dict[str, Folded]:
    """Return the prompt-like options at the base case, and the fine-tune in service on the best of them."""
    book: dict[str, Folded] = {}
    for option in (*case.prompts, *case.suggested):
        way = drawing.ways[option.id]
        inputs = base_inputs(case, option) | NOT_PRICED
        book[option.id] = opened(option.id, option.kind, inputs, book[way.stand_in] if way.stand_in else None)
    if (current := case.in_service) is not None:
        served = [option.id for option in case.prompts if option.is_measured]
        ways = [Way(current.id, policy, id) for policy in current.policies for id in served]
        cost = drawing.read(ways, frozenset({Lines.tco}))
        way = drawing.ways[current.id] = min(ways, key=lambda way: cost[way][Lines.tco].mean())
        inputs = base_inputs(case, current, way.policy) | NOT_PRICED
        book[current.id] = opened(current.id, current.kind, inputs, book[way.stand_in or KEEP])
    return book


def frontier_of(
    case: Case, served: Iterable[Simulated], ways: Mapping[str, Way], stand_ins: Iterable[Folded]
) -> Frontier:
    """Return what it takes to look along an input: every way in which the options that may be advised may serve."""
    found, best, beside = [], None, tuple(stand_ins)
    for one in served:
        if one.option.kind != "fine_tune":
            found.append(Served(ways[one.id], one.folded, None))
            continue
        best = best or one.id
        lives = {policy: Lived(one.option.life, policy, case.horizon_months) for policy in one.option.policies}
        found += ways_of(case, one.folded, ways[one.id], lives, beside)
    return Frontier(case, found, best)


def _drawn(frontier: Frontier, found: Found, means: Mapping[Way, float]) -> Drawn:
    """Return the means over the draws of every way, against option 0."""
    ways = [one.way for one in frontier.served]
    costs, right = (
        np.array([found[way][line].mean() for way in ways]) for line in (Lines.tco_without_errors, Lines.correct_pv)
    )
    npv = [float(found[way][Lines.npv].mean()) if Lines.npv in found[way] else means[way] for way in ways]
    return Drawn(costs[0] - costs, right - right[0], ways[int(np.argmax(npv))])


def _volumes(drawing: Drawing, simulation: Simulation, frontier: Frontier) -> Array:
    """Return the volume of each of the first draws at which the best fine-tune beats every prompt."""
    prompts = [one.id for one in simulation.served if one.option.kind in PROMPTS]
    at = frontier.range_of(VARIED[0])
    low = at.low if at.low > 0.0 else min(LOWEST, at.high / drawing.case.reach.times)
    if frontier.best is None or low <= 0.0:
        return np.full(min(drawing.case.draws, FIRST_DRAWS), np.inf)
    return drawing.volume_break_evens(frontier.best, prompts, low, at.high)


def simulate(case: Case) -> Simulation:
    """Return every option at the base case and in the draws, the ranking of all offers, and the break-evens.

    Raises
    ------
    Unassessable
        If a draw of the NPV is not finite: the ranges are too wide to be money.
    """
    beside = (*case.prompts, *case.suggested, *([case.in_service] if case.in_service else ()))
    drawing = Drawing(case, {option.id: option for option in beside})
    book = _prompts(case, drawing)
    baseline = book[drawing.baseline]
    stand_ins = (drawing.baseline,) if case.in_service else tuple(o.id for o in case.prompts if o.is_measured)
    screened = screen(case, case.candidates, tuple(book[id] for id in stand_ins), baseline)
    drawn = {f"tune:{screened[at].candidate.id}": screened[at] for at in shortlist(screened)}
    drawing.options.update({id: option_of(case, offer.candidate) for id, offer in drawn.items()})
    worth, kept, means = _chosen(case, drawing, list(drawn), stand_ins)
    for id in kept:
        way, option = drawing.ways[id], drawing.options[id]
        inputs = base_inputs(case, option, way.policy)
        inputs |= priced_on_base(drawn[id].candidate, book[KEEP])
        book[id] = opened(id, option.kind, inputs, book[way.stand_in or KEEP])
    told = {id: Worth(worth[id], drawn[id].obstacle) for id in kept}
    figures = drawing.read_each(
        {way: BY_ERROR_COST for way in means if way.id in kept and not drawn[way.id].obstacle}
        | {drawing.ways[id]: DRAWN for id in book}
    )
    is_by_month = "cash_flows" in case.request.include
    so_far = drawing.savings_so_far(drawing.ways[id] for id in book) if is_by_month else {}
    options = {
        id: _simulated(
            case, drawing, settled(folded, baseline, FIGURES), drawn[id].candidate if id in drawn else None,
            told.get(id, NOTHING_TO_TELL), figures[drawing.ways[id]], so_far.get(drawing.ways[id]),
        )
        for id, folded in book.items()
    }  # fmt: skip
    suggested = [option.id for option in case.suggested]
    others = [id for id in book if id not in {*kept, *suggested, drawing.baseline}]
    found = tuple(options[id] for id in (drawing.baseline, *others, *kept))
    simulation = Simulation(
        options=found,
        screened=tuple(screened),
        beside=tuple(screen(case, case.bystanders, tuple(book[id] for id in stand_ins), baseline))
        if case.bystanders
        else (),
        suggested=tuple(options[id] for id in suggested),
        costs_of_waiting=costs_of_waiting(case, drawing, kept) if kept and options[kept[0]].is_feasible else {},
        worlds=worlds(case, drawing, [id for id in book if id not in suggested], {id: drawn[id] for id in kept}),
        volume_break_even=np.full(case.draws, np.inf),
        frontier=(),
        curves=(),
    )
    frontier = frontier_of(case, simulation.served, drawing.ways, [book[id] for id in stand_ins])
    in_draws = _drawn(frontier, figures, means)
    return structs.replace(
        simulation,
        volume_break_even=_volumes(drawing, simulation, frontier),
        frontier=tuple(frontier.along(varied, in_draws) for varied in VARIED),
        curves=tuple(frontier.curves()) if "curves" in case.request.include else (),
    )
