"""The ways to serve with a prompt, one function a kind, and the fine-tune in service. Part of the first stage."""

from __future__ import annotations

import math
from typing import NamedTuple

from msgspec import structs

from models.arrays import DAYS_PER_MONTH
from service.assessment.case import IMPROVE, IN_SERVICE, KEEP, Candidate, Life, Option, Policy, Trials
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft, middle
from service.assessment.resolve.fine_tuning import put_serving
from service.assessment.resolve.gains import gains_of, gains_rest_on, is_reasoning_native
from service.assessment.resolve.latency import Pace
from service.assessment.resolve.lives import life_of_prompt
from service.assessment.resolve.model_change import ModelChange, change_of, change_rests_on
from service.assessment.resolve.prices import Priced, price_of, put_prices
from service.assessment.resolve.projects import put_improvement, put_move_of_prompt, put_redeployment, put_retraining
from service.assessment.resolve.prompting import ADDED_TOKENS, OWN_TOKENS, TOKENS, drift_in_draws
from service.assessment.resolve.upkeep import Exponents
from service.larder.prices import PriceList
from service.nouns.request.alternatives import Alternative
from service.nouns.request.serving import GradedTrials, TokenPrices, Tokens

NOTHING = (
    Lines.training_run_cost, Lines.labels_cost, Lines.retraining_cost, Lines.hosting_cost_per_month, Lines.age_at_start,
    Lines.off_task_share, Lines.forgetting_drop, Lines.labelling_weeks,
)  # fmt: skip
"""What a prompt does not have."""

ENDLESS = (
    Lines.replica_tokens_per_second, Lines.replica_requests_per_second, Lines.last_training_months,
    Lines.retraining_interval_months, Lines.knowledge_half_life_months,
)  # fmt: skip
"""What never limits a prompt: it is not served from replicas of one's own, nor trained."""

WHOLE = (
    Lines.serves_on, Lines.migrates, Lines.minimum_replicas, Lines.instruction_share, Lines.ttft_factor, Lines.speed_factor,
)  # fmt: skip
"""What is 1 for a prompt."""

ALTERNATIVES = "/prompting/alternatives"


class Prompted(NamedTuple):
    """The prompt as it is, and what the other prompt-like options take from it."""

    price: Priced
    life: Life
    exponents: Exponents
    pace: Pace
    prices: PriceList

    @property
    def model(self) -> str | None:
        """Return the base model that is prompted."""
        return self.price.model


def trials_of(graded: GradedTrials) -> Trials:
    """Return graded answers; more right ones than graded were noted as a fault."""
    return Trials(correct=float(min(graded.correct, graded.total)), total=float(graded.total))


def is_free(prices: TokenPrices | None) -> bool:
    """Return whether tokens cost nothing, as on GPUs of one's own."""
    return prices is not None and prices.input_usd_per_mtok == prices.output_usd_per_mtok == 0.0


def prompted(desk: Desk, price: Priced, exponents: Exponents, pace: Pace, prices: PriceList) -> Prompted:
    """Return the prompt as it is, with the life of its base model."""
    prompting = desk.request.prompting
    life = life_of_prompt(desk, price.model, prompting.shutdown_date, self_hosted=is_free(prompting.prices))
    return Prompted(price=price, life=life, exponents=exponents, pace=pace, prices=prices)


def _like_a_prompt(desk: Desk, draft: Draft, exponents: Exponents) -> None:
    """Put what every prompt-like option has, and what it has not."""
    draft.put_all(NOTHING, 0.0)
    draft.put_all(ENDLESS, math.inf)
    draft.put_all(WHOLE, 1.0)
    draft.put(Lines.upkeep_exponent, exponents.prompt)
    draft.put(Lines.extra_cost_per_month, 0.0)
    put_move_of_prompt(desk, draft)


def _as_prompted(desk: Desk, draft: Draft) -> None:
    """Put how often the prompt's answers are of no use, how its accuracy drifts, and how often its instruction is cached where stated."""
    drift = drift_in_draws(desk)
    draft.put(Lines.drift_per_quarter, drift)
    if drift == 0.0:
        draft.put(Lines.drift_deviate, 0.0)
    prompting = desk.request.prompting
    desk.state(draft, Lines.cache_hit_rate, prompting.cache_hit_rate)
    desk.number(
        draft, Lines.invalid_output_rate, prompting.invalid_output_rate, "invalid_output_rate",
        "/prompting/invalid_output_rate",
    )  # fmt: skip


def keep(desk: Desk, at: Prompted) -> Option:
    """Return the prompt as it is."""
    draft = Draft("keep")
    _like_a_prompt(desk, draft, at.exponents)
    _as_prompted(desk, draft)
    put_prices(desk, draft, at.price)
    draft.put_all((Lines.build_cost, Lines.start_weeks, *ADDED_TOKENS.values()), 0.0)
    draft.put(Lines.is_better, 1.0)
    at.pace.put(draft, desk.request.prompting.measured_latency, "/prompting/measured_latency", is_same_base=True)
    at.pace.calibrate(draft)
    return _option(draft, KEEP, "The prompt as it is", at.price, at.life, shares_life=True)


def improve(desk: Desk, at: Prompted) -> Option:
    """Return the prompt after a round of work on it."""
    prompting, draft = desk.request.prompting, Draft("improve")
    _like_a_prompt(desk, draft, at.exponents)
    _as_prompted(desk, draft)
    put_prices(desk, draft, at.price)
    put_improvement(desk, draft)
    stated = prompting.improved_tokens or Tokens()
    draft.put(Lines.added_payload_tokens, 0.0)
    for part, line in ADDED_TOKENS.items():
        given = getattr(stated, part)
        if given is not None:
            draft.put(line, middle(desk.interval(given)) - desk.shared.mean(TOKENS[part]))
            desk.said.add(line)
    gains = gains_of(
        desk,
        is_native=is_reasoning_native(desk, at.model),
        planned=prompting.improvement_techniques,
        tokens_stated=stated.instruction is not None and stated.output is not None,
    )
    found = desk.catalogue.effects.improvement(desk.as_of)
    draft.put(Lines.gain_fade, found.fade)
    draft.put(Lines.weakest_prompt, found.weakest_prompt)
    draft.put(Lines.strongest_prompt, found.strongest_prompt)
    draft.put(Lines.residual_mean, gains.residual_mean)
    draft.put(Lines.residual_sd, gains.residual_sd)
    at.pace.put(draft, None, "/prompting/measured_latency", is_same_base=True)
    improved = _option(draft, IMPROVE, "The prompt, improved", at.price, at.life, shares_life=True)
    return structs.replace(improved, draws_of=KEEP, gains=gains, rests_on=gains_rest_on(desk))


def alternative(desk: Desk, at: Prompted, other: Alternative, place: str) -> Option:
    """Return another way to prompt; what is not stated of it is as prompted."""
    prompting, draft = desk.request.prompting, Draft("other_prompt")
    price = _price_of(desk, at, other, place)
    is_same = price.model == at.model
    _like_a_prompt(desk, draft, at.exponents)
    put_prices(desk, draft, price)
    draft.put_all(ADDED_TOKENS.values(), 0.0)
    draft.put(Lines.is_better, 1.0)
    for part, line in OWN_TOKENS.items():
        desk.state(draft, line, getattr(other.tokens or Tokens(), part))
    hit_rate = prompting.cache_hit_rate if other.cache_hit_rate is None else other.cache_hit_rate
    desk.state(draft, Lines.cache_hit_rate, hit_rate)
    invalid = prompting.invalid_output_rate if other.invalid_output_rate is None else other.invalid_output_rate
    desk.number(draft, Lines.invalid_output_rate, invalid, "invalid_output_rate", "/prompting/invalid_output_rate")
    for line, given in (
        (Lines.build_cost, other.one_off_cost),
        (Lines.extra_cost_per_month, other.running_cost_per_month),
        (Lines.start_weeks, other.weeks),
    ):
        if not desk.state(draft, line, given):
            draft.put(line, 0.0)
    change = None if other.measured_accuracy else _put_change(desk, draft, at, price, place)
    at.pace.put(draft, other.measured_latency, f"{place}/measured_latency", is_same_base=is_same)
    shares_life = is_same and other.shutdown_date is None
    life = at.life
    if not shares_life:
        life = life_of_prompt(
            desk, price.model, other.shutdown_date, pointer=f"{place}/shutdown_date", self_hosted=is_free(other.prices)
        )
    found = _option(draft, f"prompt:{other.name}", other.name, price, life, shares_life=shares_life)
    graded = other.measured_accuracy
    return structs.replace(
        found,
        trials=None if graded is None else trials_of(graded),
        is_measured=graded is not None,
        swap=change.swap if change else None,
        rests_on=change_rests_on(desk, change) if change else None,
    )


def _price_of(desk: Desk, at: Prompted, other: Alternative, place: str) -> Priced:
    """Return what tokens of an alternative cost: its own prices, those of its base model, or the prompt's."""
    named = at.prices.canonical(other.base_model) if other.base_model else None
    if other.prices is None and named in (None, at.model):
        return at.price
    found = price_of(desk, f"{place}/base_model", other.base_model, other.prices, at.prices)
    return found if found.model is not None else found._replace(model=at.model)


def _put_change(desk: Desk, draft: Draft, at: Prompted, price: Priced, place: str) -> ModelChange:
    """Put what is known of an accuracy that was not measured: how it moves with the base model; return that."""
    change = change_of(desk, at.model, price.model, f"{place}/measured_accuracy")
    draft.put(Lines.change_intercept, change.intercept)
    draft.put(Lines.change_slope, change.slope)
    draft.put(Lines.change_bend, change.bend)
    draft.put(Lines.change_bend_from, change.bend_from)
    draft.put(Lines.change_gap_below, change.gap_below)
    draft.put(Lines.change_gap_above, change.gap_above)
    draft.put(Lines.change_weight_below, change.weight_below)
    draft.put(Lines.change_weight_above, change.weight_above)
    draft.put(Lines.change_sd, change.sd)
    draft.put(Lines.broken_share, change.broken_share)
    return change


def alternatives(desk: Desk, at: Prompted) -> tuple[Option, ...]:
    """Return the other ways to prompt that the caller wants judged; what each leaves unsaid is noted."""
    found = []
    for index, other in enumerate(desk.request.prompting.alternatives):
        place = f"{ALTERNATIVES}/{index}"
        unsaid = [name for name in other.__struct_fields__ if getattr(other, name) is None]
        if unsaid:
            desk.derive(place, "id", f"Not stated, and so as prompted, at no cost, and not measured: {', '.join(unsaid)}.",
                        text="as prompted")  # fmt: skip
        found.append(alternative(desk, at, other, place))
    return tuple(found)


def in_service(desk: Desk, at: Prompted, serving: Candidate) -> Option:
    """Return the fine-tune that serves already, on the terms of its offer; it was measured by the last pilot."""
    draft, tuning = Draft("in_service"), desk.tuned
    put_serving(desk, draft, at.exponents)
    put_retraining(desk, draft)
    put_redeployment(desk, draft, occurs=serving.life.serves_on)
    for line, of_the_build in (
        (Lines.retraining_cost_per_example, Lines.cost_per_example),
        (Lines.retraining_epochs, Lines.epochs),
    ):
        if line not in draft.intervals:
            draft.range(line, desk.tuning.intervals[of_the_build])
    draft.put(Lines.planned_examples, desk.tuning.mean(Lines.planned_examples))
    draft.put_all((Lines.build_cost, Lines.training_run_cost, Lines.labels_cost), 0.0)
    draft.put_all((Lines.start_weeks, Lines.labelling_weeks), 0.0)
    interval = Lines.retraining_interval_months
    draft.range(interval, desk.tuning.intervals[interval])
    last = tuning.last_trained_date or desk.as_of
    draft.put(Lines.age_at_start, max((desk.as_of - last).days / DAYS_PER_MONTH, 0.0))
    for line, number in serving.terms.items():
        draft.put(line, number)
    for line, interval_of_it in serving.ranges.items():
        draft.range(line, interval_of_it)
    policies: tuple[Policy, ...] = shutdown_policies(desk) if serving.has_successor else ("revert",)
    last_pilot = tuning.pilots[-1] if tuning.pilots else desk.request.prompting.measured_accuracy
    return Option(
        id=IN_SERVICE,
        kind="in_service",
        name=serving.name,
        base_model=serving.base_model or None,
        inputs=draft.inputs,
        life=serving.life,
        shares_life=serving.shares_life,
        trials=Trials(correct=float(min(last_pilot.correct, last_pilot.total)), total=float(last_pilot.total)),
        policies=("migrate",) if serving.life.serves_on else policies,
        price_source=serving.source,
        price_checked=serving.checked,
    )


def shutdown_policies(desk: Desk) -> tuple[Policy, ...]:
    """Return what the caller allows when a fine-tune's base model is retired."""
    if desk.tuned.on_shutdown in ("revert", "migrate"):
        return (desk.tuned.on_shutdown,)
    return ("revert", "migrate")


def _option(draft: Draft, id: str, name: str, price: Priced, life: Life, *, shares_life: bool) -> Option:
    if draft.kind is None:
        raise LookupError(f"{id} is of no kind")
    return Option(
        id=id,
        kind=draft.kind,
        name=name,
        base_model=price.model,
        inputs=draft.inputs,
        life=life,
        shares_life=shares_life,
        price_source=price.source,
        price_checked=price.checked,
    )
