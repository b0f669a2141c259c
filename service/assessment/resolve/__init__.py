"""First stage: the caller's value, else the catalogue's; nothing is left unsaid.

Collects every fault of a request before it refuses it, and notes every default it uses.
"""

from __future__ import annotations

import datetime
import math

import numpy as np

from models.latency import spread
from models.sampling import median
from service.assessment.case import Case, Interval, Studies
from service.assessment.resolve.desk import CALLER, Desk
from service.assessment.resolve.fine_tuning import put_tuning
from service.assessment.resolve.offers import candidates_of
from service.assessment.resolve.prompting import Counter, put_price, put_prompt, put_tokens
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


def _volume_and_finance(desk: Desk) -> int:
    volume, finance = desk.request.volume, desk.finance
    desk.state("requests_per_month", "/volume/requests_per_month", volume.requests_per_month, "positive")
    desk.estimate("growth_per_month", "/volume/growth_per_month", volume.growth_per_month, "rate", "growth_per_month")
    horizon = int(desk.plain("/volume/horizon_months", volume.horizon_months, "horizon_months", "horizon_months"))
    desk.put(
        nothing=0.0,
        horizon_months=horizon,
        months=np.arange(1.0, horizon + 1.0),
        peak_to_average=desk.plain("/volume/peak_to_average", volume.peak_to_average, "peak_to_average",
                                   "peak_to_average"),
        discount_rate=desk.plain("/finance/discount_rate", finance.discount_rate, "discount_rate", "discount_rate"),
    )  # fmt: skip
    desk.estimate("price_decline_per_year", "/finance/price_decline_per_year", finance.price_decline_per_year, "rate",
                  "price_decline_per_year")  # fmt: skip
    if not desk.state("error_cost", "/finance/error_cost", finance.error_cost, "positive"):
        desk.intervals["error_cost"] = Interval(0.0, 0.0, "positive")
    return horizon


def _latency(desk: Desk) -> bool:
    """Put the latency inputs; True when a measurement calibrates them."""
    pointer = "/prompting/measured_latency"
    measured = desk.request.prompting.measured_latency

    def assumed(name: str, *feeds: str) -> float:
        return desk.assume(pointer, name, *(feeds or (name,))).low

    speed = assumed("output_tokens_per_second")
    factor = assumed("adapter_ttft_factor")
    slower = assumed("adapter_output_speed_factor", "tuned_output_tokens_per_second")
    if measured and measured.p95_seconds > measured.p50_seconds:
        ratio = measured.p95_seconds / measured.p50_seconds
        desk.put(measured_p50=measured.p50_seconds)
    else:
        ratio = assumed("latency_p95_over_p50", "latency_sigma")
        desk.put(prompt_latency_scale=1.0)
    desk.put(
        ttft_base=assumed("ttft_base"),
        ttft_per_input_token=assumed("ttft_per_input_token"),
        ttft_cached_token_share=assumed("ttft_cached_token_share"),
        output_tokens_per_second=speed,
        tuned_output_tokens_per_second=speed * slower,
        adapter_ttft_factor=factor,
        base_ttft_factor=1.0,
        latency_sigma=spread(np.asarray(ratio)),
    )
    return measured is not None


def _studies(desk: Desk) -> Studies:
    """Return what grading one more trial, a pilot and a label cost: the medians of what is stated or assumed."""
    tuning = desk.request.fine_tuning or FineTuning()
    kind = desk.request.task.kind or "other"
    plan = tuning.build_plan

    def cost(pointer: str, given: Estimate | None, assumption_id: str) -> float:
        if given is not None:
            return median(*desk.interval(pointer, given, "positive"))
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
    prompting, tuning = request.prompting, request.fine_tuning or FineTuning()
    simulation = request.simulation or Simulation()
    if desk.finance.error_cost is None:
        desk.note("/finance/error_cost", "", None, f"{desk.finance.currency or 'USD'}/error",
              "Not valued: money counts no errors. State what a wrong answer costs.", "not_valued")  # fmt: skip
    model, price = put_price(desk, prompting, prices)
    put_tokens(desk, prompting, model, count)
    put_prompt(desk, prompting)
    horizon = _volume_and_finance(desk)
    planned = put_tuning(desk, tuning)
    is_measured = _latency(desk)
    thresholds = {name: desk.assume(f"/assumptions/{name}", name).low for name in THRESHOLDS}
    confidence = desk.plain("/simulation/confidence", simulation.confidence, "confidence")
    draws = int(desk.plain("/simulation/draws", simulation.draws, "draws"))
    seed = int(desk.plain("/simulation/seed", simulation.seed, "seed"))
    studies = _studies(desk)
    candidates, bystanders, is_screened = candidates_of(desk, tuning, model, price, prices)
    note_unsaid(desk)
    if desk.faults:
        raise Unassessable(desk.faults)
    return Case(
        request=request,
        as_of=as_of,
        currency=desk.finance.currency or "USD",
        units_per_usd=desk.units_per_usd,
        draws=draws,
        seed=seed,
        confidence=confidence,
        policy=request.policy or "framework",
        horizon_months=horizon,
        correct=prompting.measured_accuracy.correct,
        total=prompting.measured_accuracy.total,
        prompt_model=model,
        prompt_price_source=CALLER
        if price is None or prompting.prices
        else Source(title=PriceList.version, href=price.source_href),
        prompt_price_checked=None if price is None or prompting.prices else price.checked,
        prompt_price_is_oldest_known=price is not None and not prompting.prices and price.is_oldest_known(as_of),
        intervals=desk.intervals,
        constants=desk.constants,
        stated=frozenset(desk.intervals) | frozenset(desk.constants),
        said=frozenset(desk.said),
        context_window=math.inf if price is None or price.context_window is None else float(price.context_window),
        candidates=candidates,
        bystanders=bystanders,
        is_screened=is_screened,
        planned_examples=planned,
        studies=studies,
        latency_sigma_measured=is_measured,
        thresholds=thresholds,
        used=tuple(desk.used),
        evidence=catalogue.evidence,
        evidence_index=catalogue.evidence_index,
    )
