"""What one fine-tuning offer would mean for a case: its terms as values of lines, and why it cannot be bought. Part of the first stage."""

from __future__ import annotations

import datetime
import math
from typing import NamedTuple

from service.assessment.case import Candidate, Interval, Life, Tiers
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft, middle, months_until, sure
from service.assessment.resolve.fine_tuning import prior_inputs
from service.assessment.resolve.latency import TUNED, measured_of_tuned
from service.assessment.resolve.model_change import relation_of
from service.assessment.resolve.options import Prompted
from service.assessment.resolve.prices import listed_tiers
from service.assessment.resolve.terms import Terms
from service.larder.facts import Source
from service.nouns.request.fine_tuning import Relation
from service.nouns.request.projects import Retraining

NOT_PRICED = "what it charges for training is not known"


class Seller(NamedTuple):
    """Who offers to fine-tune what, and where that is said."""

    id: str
    name: str
    base_model: str
    """Empty where nobody sells it by the token."""
    weights: str
    source: Source
    file: str
    checked: datetime.date | None
    confidence: str


def needs_training_price(desk: Desk) -> bool:
    """Return whether a training run is part of what a build or a retraining costs: of each that no figure stands for."""
    tuning = desk.tuned
    retraining = tuning.retraining or Retraining()
    build = tuning.build_cost is None and not (desk.by_article and tuning.build_plan is None)
    again = retraining.cost is None and not (desk.by_article and retraining.plan is None)
    return (build and not tuning.in_service) or again


def tuned_tokens(desk: Desk) -> float:
    """Return the mean tokens in and out of one request to the fine-tune."""
    shared, draft = desk.shared, desk.tuning
    if Lines.instruction_tokens in draft.intervals:
        instruction = draft.mean(Lines.instruction_tokens)
    else:
        instruction = shared.mean(Lines.prompted_instruction_tokens) * draft.mean(Lines.instruction_share)
    rest = ((Lines.payload_tokens, Lines.prompted_payload_tokens), (Lines.output_tokens, Lines.prompted_output_tokens))
    return instruction + sum(
        draft.mean(own) if own in draft.intervals else shared.mean(as_prompted) for own, as_prompted in rest
    )


def is_over(terms: Terms, life: Life, as_of: datetime.date) -> bool:
    """Return whether nobody can train it any more."""
    last = terms.last_training_date
    return (last is not None and last < as_of) or (life.date is not None and life.date <= as_of)


def _obstacle(desk: Desk, terms: Terms, life: Life, tokens: float) -> str:
    """Return why an offer cannot be bought, however long that takes, for requests of some tokens; empty if it can."""
    last, end = terms.last_training_date, life.date
    if is_over(terms, life, desk.as_of):
        if end is not None and last not in (None, end):
            return f"training ended on {last}, serving ends on {end}"
        return f"training ended on {last or end}"
    is_customer = desk.tuned.is_existing_customer or desk.tuned.in_service
    if not (is_customer or terms.takes_new_customers):
        if terms.new_customers_from is not None and terms.new_customers_from > desk.as_of:
            return f"open to new customers from {terms.new_customers_from} only"
        return f"closed to new customers since {terms.new_customers_until}"
    for limit, what in (
        (terms.context_window_tokens, "a request"),
        (terms.max_training_example_tokens, "a training example"),
    ):
        if limit is not None and tokens > limit:
            return f"{what} takes {tokens:,.0f} tokens, and it reads {limit:,.0f} at most"
    if needs_training_price(desk) and not terms.is_training_priced:
        return NOT_PRICED
    return ""


def _tokens(desk: Desk, terms: Terms) -> dict[Line, float]:
    """Return what its tokens cost, and when they are cached."""
    scale = desk.units_per_usd * (1.0 if terms.has_own_prices else 1.0 - (desk.finance.vendor_discount or 0.0))
    plain, read, write = terms.input_usd_per_mtok, terms.cache_read_usd_per_mtok, terms.cache_write_usd_per_mtok
    smallest = terms.min_cacheable_tokens
    return {
        Lines.input_price: plain * scale,
        Lines.output_price: terms.output_usd_per_mtok * scale,
        Lines.cache_read_price: (plain if read is None else read) * scale,
        Lines.cache_write_price: (plain if write is None else write) * scale,
        Lines.cache_priced: float(read is not None),
        Lines.min_cacheable_tokens: desk.limit("min_cacheable_tokens") if smallest is None else smallest,
        Lines.batch_discount: terms.batch_discount,
    }


def _is_paid_by_use(desk: Desk, terms: Terms) -> bool:
    """Return whether replicas are paid for only while they work; hours by use need a capacity to be counted by."""
    all_can_wait = desk.shared.mean(Lines.batch_share) == 1.0
    return terms.is_dedicated and (terms.scales_to_zero or all_can_wait)


def _hosting(desk: Desk, terms: Terms) -> dict[Line, float]:
    money = desk.units_per_usd
    return {
        Lines.storage_cost_per_month: terms.storage_usd_per_month * money,
        Lines.replica_requests_per_second: terms.requests_per_second or math.inf,
        Lines.minimum_replicas: terms.minimum_replicas,
        Lines.gpus_per_replica: terms.gpus_per_replica,
        Lines.is_paid_by_use: float(_is_paid_by_use(desk, terms)),
        Lines.training_price: (terms.training_usd_per_mtok or 0.0) * money,
        Lines.minimum_charge: terms.minimum_charge_usd * money,
        Lines.training_hours: terms.training_hours or 0.0,
    }


def _in_currency(desk: Desk, price: Interval | None) -> Interval:
    money = desk.units_per_usd
    return sure(0.0) if price is None else price._replace(low=price.low * money, high=price.high * money)


def _uncertain(desk: Desk, terms: Terms) -> dict[Line, Interval]:
    """Return the terms that may be ranges."""
    gpu_hours = terms.training_gpu_hours_per_mtok
    found = {
        Lines.hosting_fee_per_hour: _in_currency(desk, terms.hosting_usd_per_hour),
        Lines.replica_tokens_per_second: terms.tokens_per_second or sure(math.inf),
        Lines.training_price_per_hour: _in_currency(desk, terms.training_usd_per_hour),
        Lines.training_gpu_hours_per_mtok: sure(0.0) if gpu_hours is None or terms.training_hours else gpu_hours,
    }
    for line, name in (
        (Lines.ttft_factor, "hosted_adapter_ttft_factor"),
        (Lines.speed_factor, "hosted_adapter_output_speed_factor"),
    ):
        found[line] = desk.assume(TUNED, name, line) if terms.is_hosted_adapter else sure(1.0)
    return found


def _shared_life(at: Prompted, life: Life, shares_life: bool) -> Life:
    """Return the life of an offer; that of the prompted model at the same provider ends on the same known day."""
    if shares_life and life.origin == "drawn" and at.life.origin in ("stated", "catalogue"):
        return life._replace(origin=at.life.origin, months=at.life.months, date=at.life.date)
    return life


class Market:
    """Where offers are turned into candidates of one case."""

    def __init__(self, desk: Desk, at: Prompted) -> None:
        """Open a market for a case whose prompt is known."""
        self._desk, self._at = desk, at
        self._weights = _weights_of(desk, at.model)
        self._tokens = tuned_tokens(desk)
        self._priors: dict[Relation | None, dict[Line, float]] = {}

    def candidate(
        self,
        seller: Seller,
        terms: Terms,
        life: Life,
        *,
        is_named: bool,
        is_measured: bool,
        is_same: bool | None = None,
    ) -> Candidate:
        """Return an offer as this case would buy it.

        `is_named`: what the caller states of hosting is stated of it; `is_measured`: so is what was measured of latency.
        """
        desk, at = self._desk, self._at
        relation = relation_of(desk, at.model, seller.weights or seller.base_model, desk.tuned.relative_size)
        if is_same is None:
            is_same = seller.weights == self._weights or (desk.tuned.relative_size is None and relation == "same")
        if is_same and desk.tuned.relative_size is None:
            relation = "same"
        shares_life = is_same and at.model is not None and seller.id.partition("/")[0] == at.model.partition("/")[0]
        life = _shared_life(at, life, shares_life)
        numbers, ranges = self._values(
            terms, relation, life, is_named=is_named, is_measured=is_measured, is_same=is_same
        )
        return Candidate(
            id=seller.id,
            name=seller.name,
            is_named=is_named,
            base_model=seller.base_model,
            relation=relation,
            is_same_base=is_same,
            is_dedicated=terms.is_dedicated,
            terms=numbers | {line: middle(interval) for line, interval in ranges.items()},
            ranges={line: interval for line, interval in ranges.items() if interval.low < interval.high},
            life=life,
            shares_life=shares_life,
            has_successor=terms.has_successor,
            obstacle=_obstacle(desk, terms, life, self._tokens),
            base_prices=None if is_same else self._base_prices(seller.base_model),
            last_training_date=terms.last_training_date,
            shutdown_date=life.date,
            source=seller.source,
            file=seller.file,
            checked=seller.checked,
            confidence=seller.confidence,
            customer_rule=terms.customer_rule,
        )

    def _values(
        self, terms: Terms, relation: Relation | None, life: Life, *, is_named: bool, is_measured: bool, is_same: bool
    ) -> tuple[dict[Line, float], dict[Line, Interval]]:
        """Return the values of an offer's lines: those that are numbers, and those that may be ranges."""
        desk, draft = self._desk, Draft("fine_tune")
        if relation not in self._priors:
            self._priors[relation] = prior_inputs(desk, relation)
        if is_named:
            desk.state(draft, Lines.hosting_cost_per_month, desk.tuned.hosting_cost_per_month)
        measured = measured_of_tuned(desk) if is_measured else None
        self._at.pace.put(draft, measured, TUNED, is_same_base=is_same)
        numbers = _tokens(desk, terms) | _hosting(desk, terms) | self._priors[relation]
        numbers |= {line: value.item() for line, value in draft.constants.items()}
        numbers[Lines.last_training_months] = months_until(terms.last_training_date, desk.as_of)
        numbers[Lines.serves_on] = float(life.serves_on)
        return numbers, _uncertain(desk, terms) | draft.intervals

    def _base_prices(self, base_model: str) -> Tiers | None:
        listed = self._at.prices.find(base_model, self._desk.as_of) if base_model else None
        return None if listed is None else listed_tiers(self._desk, listed)


def _weights_of(desk: Desk, model: str | None) -> str | None:
    """Return the name of a model's weights, the same string at every host."""
    if model is None:
        return None
    offer = desk.catalogue.offer(model)
    return offer.weights if offer else model.partition("/")[2]
