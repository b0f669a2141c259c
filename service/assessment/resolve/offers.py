"""Which fine-tuning offers a case considers, and what each would cost it: part of the first stage."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import logit

from models.sampling import accuracy_mean
from service.assessment.case import NEVER_LIVE, Candidate
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import CALLER, Desk, months_until
from service.larder.facts import AccuracyPrior, FineTuningOffer, OfferValue
from service.larder.prices import InferencePrice, PriceList
from service.nouns.request.fine_tuning import FineTuning, Relation
from service.nouns.request.offer import Offer

OWN_OFFER = "own-offer"
Build = Callable[[FineTuningOffer, OfferValue, Offer | None], Candidate]
STRONGER = frozenset({"few_shot", "better_examples", "chain_of_thought", "prompt_optimiser"})
"""Techniques that count as few-shot or stronger in the prior's ordered prompting level."""


def prior_inputs(desk: Desk, relation: Relation | None) -> dict[Line, float]:
    """Return the prior's intercept, weight and level variance for this case and one base-model relation.

    The features are those of tools/research/fit_prior.py; an unknown relation, and an unknown prompting level, count half. Only
    reasoning has an effect of its own: other kinds, and an unknown one, share the level that the evidence supports.
    """
    prior: AccuracyPrior = desk.catalogue.prior
    trials, tried = desk.request.prompting.measured_accuracy, desk.request.prompting.techniques_tried
    accuracy = float(accuracy_mean(min(trials.correct, trials.total), trials.total))
    smaller = {"smaller": 1.0, None: 0.5}.get(relation, 0.0)
    reasoning = float(desk.request.task.kind == "reasoning")
    features = {
        "intercept": 1.0,
        "prompt_log_odds": float(logit(max(accuracy, prior.working_prompt))),
        "smaller": smaller,
        "few_shot_or_stronger": 0.5 if tried is None else float(bool(STRONGER.intersection(tried))),
        "reasoning": reasoning,
        "reasoning_on_smaller": reasoning * smaller,
    }
    x = np.array([features[name] for name in prior.names])
    coefficients, covariance = np.array(prior.coefficients), np.array(prior.covariance)
    weight = prior.coefficients[prior.names.index("prompt_log_odds")]
    spread = prior.level_variance if accuracy >= prior.working_prompt else prior.failing_prompt_level_variance
    return {
        Lines.prior_intercept: float(x @ coefficients) - weight * features["prompt_log_odds"],
        Lines.prior_weight: weight,
        Lines.prior_level_variance: spread + float(x @ covariance @ x),
    }


def _weights_of(desk: Desk, model: str | None) -> str | None:
    """Return the name of a model's weights, the same string at every host."""
    if model is None:
        return None
    offer = desk.catalogue.offer(model)
    return offer.weights if offer else model.partition("/")[2]


def _relation(desk: Desk, is_same: bool, base_price: float | None, prompt_price: float | None) -> Relation | None:
    stated = desk.request.fine_tuning.relative_size if desk.request.fine_tuning else None
    if stated is not None:
        return stated
    if is_same:
        return "same"
    if base_price is None or prompt_price is None:
        return None
    return "smaller" if base_price < prompt_price else "larger"


def _override(terms: OfferValue, offer: Offer | None) -> OfferValue:
    """Return catalogue terms with the caller's own put over them."""
    if offer is None:
        return terms
    changes = {
        name: getattr(offer, name)
        for name in offer.__struct_fields__
        if name in terms.__struct_fields__ and getattr(offer, name) is not None
    }
    if offer.prices is not None:
        changes |= {name: getattr(offer.prices, name) for name in offer.prices.__struct_fields__}
        changes |= {"batch_input_usd_per_mtok": None, "batch_output_usd_per_mtok": None}
    return OfferValue(**{name: getattr(terms, name) for name in terms.__struct_fields__} | changes)


def _candidate(
    desk: Desk, offer: FineTuningOffer, terms: OfferValue, relation: Relation | None, *, is_same: bool, own_prices: bool
) -> Candidate:
    """Return an offer as plain ledger inputs in the request's currency."""
    money = desk.units_per_usd
    inference = money * (1.0 if own_prices else 1.0 - (desk.finance.vendor_discount or 0.0))
    read, write = terms.cache_read_usd_per_mtok, terms.cache_write_usd_per_mtok
    plain = terms.input_usd_per_mtok
    batch_discount = desk.catalogue.assumptions["batch_discount"].at(desk.as_of).value or 0.0
    if terms.batch_input_usd_per_mtok is not None and plain > 0:
        batch_discount = 1.0 - terms.batch_input_usd_per_mtok / plain
    smallest = desk.catalogue.assumptions["min_cacheable_tokens"].at(desk.as_of).value or 0.0
    is_dedicated = terms.requests_per_second_per_replica is not None
    last, shutdown = terms.last_training_date, terms.shutdown_date
    is_over = (last is not None and last < desk.as_of) or (shutdown is not None and shutdown <= desk.as_of)
    inputs = {
        Lines.tuned_input_price: plain * inference,
        Lines.tuned_output_price: terms.output_usd_per_mtok * inference,
        Lines.tuned_cache_read_price: (plain if read is None else read) * inference,
        Lines.tuned_cache_write_price: (plain if write is None else write) * inference,
        Lines.tuned_cache_priced: float(read is not None),
        Lines.tuned_min_cacheable_tokens: smallest
        if terms.min_cacheable_tokens is None
        else terms.min_cacheable_tokens,
        Lines.tuned_batch_discount: batch_discount,
        Lines.training_price: (terms.training_usd_per_mtok or 0.0) * money,
        Lines.minimum_charge: (terms.minimum_charge_usd or 0.0) * money,
        Lines.hosting_fee_per_hour: (terms.hosting_usd_per_hour or 0.0) * money,
        Lines.storage_cost_per_month: (terms.storage_usd_per_month or 0.0) * money,
        Lines.replica_requests_per_second: terms.requests_per_second_per_replica or math.inf,
        Lines.minimum_replicas: float(terms.minimum_replicas or 1),
        Lines.tuned_shutdown_months: NEVER_LIVE if is_over else months_until(shutdown, desk.as_of),
        Lines.last_training_months: months_until(last, desk.as_of),
        Lines.is_same_base: float(is_same),
        **prior_inputs(desk, relation),
    }
    return Candidate(
        id=offer.id,
        name=offer.name,
        relation=relation,
        is_same_base=is_same,
        is_dedicated=is_dedicated,
        inputs=inputs,
        no_longer_trains=is_over,
        last_training_date=last,
        shutdown_date=shutdown,
        source=terms.source,
        file=desk.catalogue.files.get(offer.id, ""),
        checked=None if own_prices else terms.checked,
        confidence=terms.confidence,
    )


def _own(desk: Desk, tuning: FineTuning, prompt_price: float | None) -> Candidate:
    """Return the caller's own offer: nothing is read from the catalogue."""
    offer = tuning.offer
    assert offer is not None and offer.prices is not None
    terms = OfferValue(
        from_date=desk.as_of,
        kind="quoted",
        source=CALLER,
        checked=desk.as_of,
        confidence="high",
        has_successor=True,
        new_customers_note="your own offer",
        **{name: getattr(offer.prices, name) for name in offer.prices.__struct_fields__},
    )
    relation = _relation(desk, False, offer.prices.input_usd_per_mtok, prompt_price)
    own = FineTuningOffer(
        id=OWN_OFFER,
        weights=OWN_OFFER,
        name="your own offer",
        serving="adapter",
        hosting_kind="by_token",
        lifetime_class="proprietary",
        base_model=OWN_OFFER,
        values=(terms,),
    )
    is_same = tuning.relative_size == "same"
    return _candidate(desk, own, _override(terms, offer), relation, is_same=is_same, own_prices=True)


def _needs_training_price(tuning: FineTuning) -> bool:
    plans = (tuning.build_plan, tuning.retraining.plan if tuning.retraining else None)
    return any(plan is not None for plan in plans)


def candidates_of(
    desk: Desk, tuning: FineTuning, model: str | None, price: InferencePrice | None, prices: PriceList
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return the offers to choose from, and the offers ranked beside for information.

    A named base model is one candidate (its terms overridden by the caller's), the caller's own offer likewise;
    otherwise every offer of the catalogue in force is screened.
    """
    own_prices = desk.request.prompting.prices
    prompt_price = own_prices.input_usd_per_mtok if own_prices else price.input[0] if price else None
    prompted_weights = _weights_of(desk, model)

    def build(offer: FineTuningOffer, terms: OfferValue, overrides: Offer | None = None) -> Candidate:
        base = prices.find(offer.base_model, desk.as_of)
        base_price = base.input[0] if base else terms.input_usd_per_mtok
        is_same = offer.weights == prompted_weights
        relation = _relation(desk, is_same, base_price, prompt_price)
        has_prices = overrides is not None and overrides.prices is not None
        return _candidate(desk, offer, _override(terms, overrides), relation, is_same=is_same, own_prices=has_prices)

    if tuning.base_model is not None:
        return _named(desk, tuning, prices, build)
    kind = desk.request.task.kind
    catalogue = []
    for offer in desk.catalogue.offers.values():
        terms = offer.at(desk.as_of)
        if terms is None or offer.only_when_named or (offer.only_for and kind not in offer.only_for):
            continue
        if terms.training_usd_per_mtok is None and _needs_training_price(tuning):
            continue
        catalogue.append(build(offer, terms, None))
    if tuning.offer is not None and tuning.offer.prices is not None:
        plain = tuple(build(o, t) for o in desk.catalogue.offers.values()
                      if not o.only_when_named and not o.only_for and (t := o.at(desk.as_of)) is not None
                      and (t.training_usd_per_mtok is not None or not _needs_training_price(tuning)))  # fmt: skip
        return (_own(desk, tuning, prompt_price),), plain
    if not catalogue:
        desk.fault("/as_of", "No fine-tuning offer is on record for this date.", str(desk.as_of),
                   "a later date, or fine_tuning.offer.prices")  # fmt: skip
    return tuple(catalogue), ()


def _named(
    desk: Desk, tuning: FineTuning, prices: PriceList, build: Build
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    named = tuning.base_model or ""
    offer = desk.catalogue.offer(named)
    if offer is None:
        known = prices.canonical(named) in prices.ids()
        near = prices.nearest(named, tuple(desk.catalogue.offers))
        desk.fault(
            "/fine_tuning/base_model",
            "No fine-tuning offer is known for this base model." if known else "This base model is unknown.",
            named,
            (f"one of {', '.join(near)}; " if near else "an id that GET /v1/fine-tuning-offers lists; ")
            + "or your own terms in fine_tuning.offer.prices without base_model",
        )
        return (), ()
    terms = offer.at(desk.as_of)
    if terms is None:
        earliest = offer.values[0].from_date
        desk.fault("/fine_tuning/base_model", f"No terms of this offer are on record before {earliest}.", named,
                   f"as_of {earliest} or later, or fine_tuning.offer.prices without base_model")  # fmt: skip
        return (), ()
    candidate = build(offer, terms, tuning.offer)
    missing = terms.training_usd_per_mtok is None and (
        tuning.offer is None or tuning.offer.training_usd_per_mtok is None
    )
    if missing and _needs_training_price(tuning) and not candidate.no_longer_trains:
        desk.fault("/fine_tuning/build_plan", f"The training price of {offer.id} is not known, so a plan cannot be priced.",
                   "a plan", "fine_tuning.offer.training_usd_per_mtok, or build_cost as one figure")  # fmt: skip
    return (candidate,), ()
