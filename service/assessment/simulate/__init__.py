"""Second stage: draws the inputs, folds the ledger over them, screens the offers and searches the break-evens.

The base case (every estimate at its median) goes through the same lines as the draws.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray
from scipy.special import ndtri

from models.latency import percentile_seconds, with_waiting
from models.learning import probability_above
from models.sampling import accuracy_mean, accuracy_quantile, median, quantile, sobol_points
from models.timeline import WEEKS_PER_MONTH
from service.assessment.case import NEVER_LIVE, Candidate, Case
from service.assessment.ledger.fold import DRAWN, Values, fold, refold
from service.assessment.resolve.desk import DAYS_PER_MONTH
from service.assessment.simulate.break_evens import BreakEven, Search, break_evens, curves, one_row
from service.assessment.simulate.volumes import volume_break_evens
from service.nouns.faults import Fault, Unassessable

Array = NDArray[np.float64]

DIMENSIONS = (
    "knowledge_half_life_months", "retraining_cost", "lead_time_weeks", "tuned_build_cost", "accuracy_deviate",
    "prompt_accuracy", "error_cost", "requests_per_month", "growth_per_month", "retraining_interval_months",
    "build_engineering_hours", "prompt_maintenance_cost_per_month", "monitoring_cost_per_month",
    "prompt_payload_tokens", "prompt_instruction_tokens", "prompt_output_tokens", "prompt_cache_hit_rate",
    "prompt_build_cost", "prompt_migration_cost", "improvement_cost", "improvement_weeks",
    "prompt_gain_few_shot", "prompt_gain_better_examples", "prompt_gain_chain_of_thought",
    "prompt_gain_structured_output", "prompt_gain_output_parsing", "prompt_gain_input_preprocessing",
    "prompt_gain_prompt_optimiser", "prompt_gain_residual", "price_decline_per_year",
    "tuned_instruction_tokens", "tuned_instruction_share", "tuned_payload_tokens", "tuned_output_tokens",
    "tuned_cache_hit_rate", "tuned_hosting_cost_per_month", "build_hourly_rate", "build_examples_to_label",
    "build_cost_per_example", "build_epochs", "build_training_runs", "retraining_engineering_hours",
    "retraining_hourly_rate", "retraining_examples_to_label", "retraining_cost_per_example",
    "retraining_epochs", "retraining_training_runs", "forgetting_drop",
)  # fmt: skip
"""The Sobol' dimension of each uncertain input, those that move the NPV most in the first, best spread dimensions. Append,
never reorder: a new name must not reshuffle the others."""

FEW_REPLICAS, MOST_REPLICAS = 1000.0, 100_000.0
"""How far the fewest replicas that meet a latency target are looked for."""

LARGEST_MONEY = 1e100
"""What exceeds it is no money, and its square no number."""

PARTS = {
    "building": "tuned_build_cost",
    "tokens": "tuned_tokens_pv",
    "wrong answers": "tuned_errors_pv",
    "hosting": "tuned_hosting_pv",
    "monitoring": "tuned_monitoring_pv",
    "retraining": "tuned_retraining_pv",
    "prompting while not live": "tuned_prompt_running_pv",
    "the prompt's wrong answers while not live": "tuned_prompt_errors_pv",
}
"""What the present value of a fine-tune's cost is made of."""

PAYS = 1e-9

DAYS_PER_WEEK = 7

ROWS_AT_ONCE = 2048
"""Draws folded together; bounds memory at long horizons."""


class Screened(Struct, frozen=True, kw_only=True):
    """A fine-tuning offer at the base case."""

    candidate: Candidate
    npv: float
    cost_per_request: float
    monthly_cost: float
    one_off_cost: float
    chance: float
    parts: dict[str, float]
    is_feasible: bool
    obstacle: str


class Simulation(Struct, frozen=True, kw_only=True):
    """What the ledger says: the base case, the draws, the offers and the break-evens."""

    chosen: Screened
    screened: tuple[Screened, ...]
    base: Values
    draws: Values
    volume_break_even: Array
    break_evens: tuple[BreakEven, ...]
    curves: tuple[tuple[Search, Array, Array], ...]
    fewest_replicas: int | None


def base_inputs(case: Case) -> Values:
    """Return the ledger inputs of the base case: every estimate at its median."""
    values = {name: np.full((1, 1), median(*interval)) for name, interval in case.intervals.items()}
    values |= case.constants
    values["prompt_accuracy"] = np.full((1, 1), accuracy_mean(case.correct, case.total))
    values["accuracy_deviate"] = np.full((1, 1), np.nan)
    return values


def _drawn_inputs(case: Case, rows: slice) -> Values:
    points = sobol_points(len(DIMENSIONS), case.draws, case.seed)[rows]
    column = dict(zip(DIMENSIONS, points.T, strict=True))
    values = {name: quantile(column[name], *interval)[:, None] for name, interval in case.intervals.items()
              if interval.low < interval.high}  # fmt: skip
    values |= {name: np.full((1, 1), interval.low) for name, interval in case.intervals.items() if name not in values}
    values |= case.constants
    values["prompt_accuracy"] = accuracy_quantile(column["prompt_accuracy"], case.correct, case.total)[:, None]
    values["accuracy_deviate"] = ndtri(column["accuracy_deviate"])[:, None]
    return values


def with_candidates(values: Values, candidates: tuple[Candidate, ...]) -> Values:
    """Return ledger inputs with those of offers put in, one row per offer; what is stated is left alone."""
    names = candidates[0].inputs
    return values | {
        name: np.array([[candidate.inputs[name]] for candidate in candidates]) for name in names if name not in values
    }


def _obstacle(candidate: Candidate, start: float, end: float, horizon: int) -> str:
    """Return why an offer cannot go live, in whole days so that what is compared is what is shown; empty if it can."""
    if candidate.no_longer_trains:
        if candidate.shutdown_date and candidate.last_training_date not in (None, candidate.shutdown_date):
            return f"training ended on {candidate.last_training_date}, serving ends on {candidate.shutdown_date}"
        return f"training ended on {candidate.last_training_date or candidate.shutdown_date}"
    if end <= start:
        takes = f"going live takes {math.ceil(round(start * WEEKS_PER_MONTH * DAYS_PER_WEEK, 6))} days"
        shutdown = candidate.inputs["tuned_shutdown_months"]
        if shutdown <= end:
            days = round(shutdown * DAYS_PER_MONTH)
            return f"{takes}, and the provider shuts it down on {candidate.shutdown_date}, after {days}"
        months = f"{horizon} month{'s' if horizon > 1 else ''}"
        return f"{takes}, and the horizon of {months} ends after {math.floor(end * DAYS_PER_MONTH)}"
    return ""


def screen(case: Case, candidates: tuple[Candidate, ...]) -> tuple[list[Screened], Values]:
    """Return every candidate at the base case, best first, and the folded values with one row per candidate."""
    values = fold(with_candidates(base_inputs(case), candidates))
    count = len(candidates)

    def column(name: str) -> Array:
        return np.broadcast_to(values[name], (count, values[name].shape[1]))[:, 0]

    start, end = column("lead_time_months"), column("live_end_month")
    npv, one_off = column("npv"), column("tuned_build_cost")
    per_request = column("tuned_cost_per_request")
    monthly = per_request * column("requests_per_month") + column("tuned_hosting_cost_per_month")
    chances = _chances(case, values, count)
    found = []
    for index, candidate in enumerate(candidates):
        obstacle = _obstacle(candidate, float(start[index]), float(end[index]), case.horizon_months)
        found.append(
            Screened(
                candidate=candidate,
                npv=float(npv[index]),
                cost_per_request=float(per_request[index]),
                monthly_cost=float(monthly[index]),
                one_off_cost=float(one_off[index]),
                chance=float(chances[index]),
                parts={name: float(column(figure)[index]) for name, figure in PARTS.items()},
                is_feasible=not obstacle,
                obstacle=obstacle,
            )
        )
    return found, values


def drawn(case: Case, rows: slice, candidate: Candidate) -> Values:
    """Return the folded ledger of some of the draws for one offer."""
    return fold(with_candidates(_drawn_inputs(case, rows), (candidate,)), DRAWN)


def _per_draw(values: Values, rows: int) -> Values:
    return {
        name: np.broadcast_to(array, (rows, 1))[:, 0]
        for name, array in values.items()
        if array.ndim == 2 and array.shape[1] == 1 and name != "pilots"
    }


def start_needed(values: Values, stated: frozenset[str], requirement: float, rows: int) -> Array:
    """Return the accuracy at the start with which the live average meets a requirement, shape (rows,).

    The live average is linear in the accuracy at the start, so two points give the line; infinite where no start does.
    """
    low, high = (
        np.broadcast_to(refold(values, {"tuned_accuracy_at_start": np.full((rows, 1), end)}, stated, "tuned_accuracy_average"),
                        (rows, 1))[:, 0]
        for end in (0.0, 1.0)
    )  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        start = np.where(high > low, (requirement - low) / (high - low), np.where(low >= requirement, 0.0, np.inf))
    return np.where(np.isnan(low), np.inf, start)


def _chances(case: Case, values: Values, rows: int) -> Array:
    """Return the chance of every offer to meet the requirement, at the base case; 1 without a requirement."""
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return np.ones(rows)
    start = start_needed(values, case.stated, requirement, rows)
    mean, variance = (
        np.broadcast_to(values[name], (rows, 1))[:, 0] for name in ("tuned_log_odds_mean", "tuned_log_odds_variance")
    )
    inside = np.clip(start, 1e-12, 1.0 - 1e-12)
    chance = np.where(start <= 0.0, 1.0, probability_above(mean, variance, inside))
    return np.where(start >= float(values["accuracy_ceiling"]), 0.0, chance)


def _choose(case: Case, screened: list[Screened], prompt_tco: float) -> int:
    """Return the offer that is kept: the best by NPV; where none pays, the likeliest to meet the requirement.

    An offer that costs least and cannot do what is required is no alternative (docs/decisions/0006). Offers within a
    billionth of break-even pay. Of offers worth the same, as without a request all are, the cheapest per request is kept.
    """

    def by_npv(i: int) -> tuple[bool, bool, float, float, str]:
        offer = screened[i]
        no_longer_trains, name = offer.candidate.no_longer_trains, offer.candidate.id
        return (not offer.is_feasible, no_longer_trains, -offer.npv, offer.cost_per_request, name)

    best = min(range(len(screened)), key=by_npv)
    plausible = [
        i
        for i, offer in enumerate(screened)
        if offer.is_feasible and offer.chance >= case.thresholds["plausible_probability"]
    ]
    no_requirement = case.request.task.required_accuracy is None
    if no_requirement or not plausible or screened[best].npv >= -PAYS * max(prompt_tco, 1.0):
        return best
    return min(plausible, key=lambda i: (-screened[i].chance, *by_npv(i)))


def _fewest_replicas(case: Case, base: Values) -> int | None:
    """Return the fewest dedicated replicas that meet the latency target; None where no number does or none is set."""
    target, capacity = case.request.latency_target, base["replica_requests_per_second"]
    if target is None or not np.isfinite(capacity).all():
        return None
    deployed = float(base["tuned_replicas_month_1"].max())
    servers = np.arange(1.0, min(max(deployed, FEW_REPLICAS), MOST_REPLICAS) + 1.0)[:, None]
    median_, sigma = with_waiting(
        base["tuned_latency_unqueued"], base["latency_sigma"], base["peak_requests_per_second"], capacity, servers
    )
    meets = (percentile_seconds(median_, sigma, target.percentile) <= target.seconds).ravel()
    return int(servers[meets.argmax(), 0]) if meets.any() else None


def _as_simulated(offer: Screened) -> Candidate:
    """Return the offer that is drawn: one that cannot go live at the base case goes live in no draw."""
    if offer.is_feasible:
        return offer.candidate
    return structs.replace(offer.candidate, inputs={**offer.candidate.inputs, "tuned_shutdown_months": NEVER_LIVE})


def _without_a_switch(found: BreakEven) -> BreakEven:
    """Return a break-even where no offer can go live: only a shorter lead time could change that."""
    if found.search.ledger == "lead_time_weeks" and found.crossings:
        return found
    return found._replace(crossings=(), offers=(), state="never")


def simulate(case: Case) -> Simulation:
    """Return the base case and the draws of the best offer, the ranking of all, and the break-evens.

    Raises
    ------
    Unassessable
        If a draw of the NPV is not finite: the ranges are too wide to be money.
    """
    screened, values = screen(case, case.candidates)
    chosen = _choose(case, screened, float(values["prompt_tco"].max()))
    order = sorted(
        range(len(screened)),
        key=lambda i: (i != chosen, not screened[i].is_feasible, -screened[i].npv, screened[i].candidate.id),
    )
    beside, _ = screen(case, case.bystanders) if case.bystanders else ([], None)
    base = one_row(values, chosen, len(screened))
    stated = case.stated
    parts, volumes = [], []
    for first in range(0, case.draws, ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, case.draws))
        values_drawn = drawn(case, rows, _as_simulated(screened[chosen]))
        parts.append(_per_draw(values_drawn, rows.stop - rows.start))
        volumes.append(volume_break_evens(values_drawn, stated))
    draws = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if not all(
        np.abs(draws[name]).max() < LARGEST_MONEY for name in ("npv", "npv_improved", "prompt_tco", "tuned_tco")
    ):
        raise Unassessable(
            [
                Fault(
                    "",
                    "Some draws are too large to be money: a range spans too many powers of ten.",
                    "ranges",
                    "narrower ranges",
                )
            ]
        )
    found = break_evens(values, stated, case.candidates, chosen, case.context_window)
    if not screened[chosen].is_feasible:
        found = [_without_a_switch(item) for item in found]
    ranked = [screened[i] for i in order]
    ranked += sorted(beside, key=lambda s: (not s.is_feasible, -s.npv, s.candidate.id))
    return Simulation(
        chosen=screened[chosen],
        screened=tuple(ranked),
        base=base,
        draws=draws,
        volume_break_even=np.concatenate(volumes),
        break_evens=tuple(found),
        curves=curves(values, stated, case.candidates, chosen) if "curves" in case.request.include else (),
        fewest_replicas=_fewest_replicas(case, base),
    )
