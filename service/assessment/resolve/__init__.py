"""First stage: the caller's value, else the catalogue's; nothing is left unsaid.

Collects every fault of a request before it refuses it, and notes every default it uses.
"""

from __future__ import annotations

import datetime
import math

import numpy as np

from models.latency import spread
from models.sampling import median
from service.assessment.case import Case, Studies
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.checks import faults_of
from service.assessment.resolve.desk import CALLER, Desk
from service.assessment.resolve.fine_tuning import put_tuning
from service.assessment.resolve.offers import candidates_of
from service.assessment.resolve.prices import put_price
from service.assessment.resolve.prompting import Counter, put_prompt, put_tokens
from service.assessment.resolve.unsaid import note_unsaid
from service.larder.facts import Source
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.estimate import Estimate
from service.nouns.faults import Unassessable
from service.nouns.request.assessment import AssessmentRequest, Simulation
from service.nouns.request.fine_tuning import FineTuning

THRESHOLDS = (
    "token_overhead_share",
    "latency_benefit_share",
    "plausible_probability",
    "article_enough_examples",
    "article_enough_trials",
    "article_small_gap",
    "article_large_gap",
)


def _put_volume_and_finance(desk: Desk) -> int:
    """Put volume, horizon and money; return the months of the horizon."""
    volume, finance = desk.request.volume, desk.finance
    desk.state(Lines.requests_per_month, volume.requests_per_month)
    desk.estimate(Lines.growth_per_month, volume.growth_per_month, "growth_per_month")
    desk.number(Lines.horizon_months, volume.horizon_months, "horizon_months")
    horizon = int(desk.constants[Lines.horizon_months])
    desk.put(Lines.months, np.arange(1.0, horizon + 1.0))
    desk.put(Lines.nothing, 0.0)
    desk.number(Lines.peak_to_average, volume.peak_to_average, "peak_to_average")
    desk.number(Lines.discount_rate, finance.discount_rate, "discount_rate")
    desk.estimate(Lines.price_decline_per_year, finance.price_decline_per_year, "price_decline_per_year")
    return horizon


def _put_error_cost(desk: Desk) -> None:
    """Put what a wrong answer costs; where it is not said, that is the first thing the answer says of its assumptions."""
    if not desk.state(Lines.error_cost, desk.finance.error_cost):
        desk.nothing(Lines.error_cost)
        desk.derive("/finance/error_cost", f"{desk.currency}/error", "Not valued: money counts no errors. State what a wrong "
                    "answer costs.", text="not_valued")  # fmt: skip


def _put_latency(desk: Desk) -> bool:
    """Put the latency inputs; True when a measurement calibrates them."""
    measured = desk.request.prompting.measured_latency

    def assumed(name: str, *feeds: Line) -> float:
        return desk.assume(Lines.measured_p50.field, name, *feeds).low

    if measured and measured.p95_seconds > measured.p50_seconds:
        ratio = measured.p95_seconds / measured.p50_seconds
        desk.put(Lines.measured_p50, measured.p50_seconds)
    else:
        ratio = assumed("latency_p95_over_p50", Lines.latency_sigma)
        desk.put(Lines.prompt_latency_scale, 1.0)
    desk.put(Lines.latency_sigma, spread(np.asarray(ratio)))
    for line in (
        Lines.ttft_base, Lines.ttft_per_input_token, Lines.ttft_cached_token_share, Lines.output_tokens_per_second,
        Lines.adapter_ttft_factor,
    ):  # fmt: skip
        desk.put(line, assumed(line.name, line))
    slower = assumed("adapter_output_speed_factor", Lines.tuned_output_tokens_per_second)
    speed = desk.constants[Lines.output_tokens_per_second]
    desk.put(Lines.tuned_output_tokens_per_second, speed * slower)
    desk.put(Lines.base_ttft_factor, 1.0)
    return measured is not None


def _studies(desk: Desk) -> Studies:
    """Return what grading one more trial, a pilot and a label cost: the medians of what is stated or assumed."""
    tuning = desk.request.fine_tuning or FineTuning()
    kind = desk.request.task.kind or "other"
    plan = tuning.build_plan

    def cost(pointer: str, given: Estimate | None, assumption_id: str) -> float:
        if given is not None:
            return median(*desk.interval(given))
        return median(*desk.assume(pointer, assumption_id))

    return Studies(
        cost_per_trial=cost(
            "/prompting/cost_per_trial", desk.request.prompting.cost_per_trial, "prompt_cost_per_trial"
        ),
        pilot_cost=cost("/fine_tuning/pilot_cost", tuning.pilot_cost, "pilot_cost"),
        cost_per_example=cost(
            "/fine_tuning/build_plan/cost_per_example",
            plan.cost_per_example if plan else None,
            f"cost_per_example_{kind}",
        ),
        labelled_examples=float(tuning.labelled_examples or 0),
    )


def _simulation(desk: Desk) -> dict[str, float]:
    """Return how sure is sure, how many draws are made, and from which seed."""
    said = desk.request.simulation or Simulation()
    return {
        name: desk.plain(f"/simulation/{name}", given, name)
        for name, given in (("confidence", said.confidence), ("draws", said.draws), ("seed", said.seed))
    }


def resolve(
    request: AssessmentRequest, catalogue: Catalogue, prices: PriceList, count: Counter, as_of: datetime.date
) -> Case:
    """Return the case with every default filled in.

    Raises
    ------
    Unassessable
        With every fault of the request, each with a pointer and a mend.
    TextsTooLarge
        If the texts together exceed the limit.
    """
    desk = Desk(request, catalogue, as_of)
    desk.faults += faults_of(request, as_of)
    prompting, tuning = request.prompting, request.fine_tuning or FineTuning()
    _put_error_cost(desk)
    model, price = put_price(desk, prompting, prices)
    put_tokens(desk, prompting, model, count)
    put_prompt(desk, prompting)
    horizon = _put_volume_and_finance(desk)
    planned = put_tuning(desk, tuning)
    is_measured = _put_latency(desk)
    thresholds = {name: desk.assume(f"/assumptions/{name}", name).low for name in THRESHOLDS}
    simulation = _simulation(desk)
    studies = _studies(desk)
    candidates, bystanders = candidates_of(desk, tuning, model, price, prices)
    note_unsaid(desk)
    if desk.faults:
        raise Unassessable(desk.faults)
    is_listed = price is not None and prompting.prices is None
    return Case(
        request=request,
        as_of=as_of,
        currency=desk.currency,
        draws=int(simulation["draws"]),
        seed=int(simulation["seed"]),
        confidence=simulation["confidence"],
        policy=request.policy or "framework",
        horizon_months=horizon,
        correct=prompting.measured_accuracy.correct,
        total=prompting.measured_accuracy.total,
        prompt_model=model,
        prompt_price_source=Source(title=PriceList.version, href=price.source_href) if price and is_listed else CALLER,
        prompt_price_checked=price.checked if price and is_listed else None,
        prompt_price_is_oldest_known=bool(price and is_listed and price.is_oldest_known(as_of)),
        old_after_days=desk.limit("checked_long_ago"),
        intervals=desk.intervals,
        constants=desk.constants,
        stated=frozenset(desk.intervals) | frozenset(desk.constants),
        said=frozenset(desk.said),
        context_window=float(price.context_window) if price and price.context_window else math.inf,
        candidates=candidates,
        bystanders=bystanders,
        planned_examples=planned,
        studies=studies,
        latency_sigma_measured=is_measured,
        thresholds=thresholds,
        used=tuple(desk.used),
        evidence=catalogue.evidence,
        evidence_index=catalogue.evidence_index,
    )
