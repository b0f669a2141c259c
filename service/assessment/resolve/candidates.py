"""Which fine-tuning offers a case considers, and which stand beside for information. Part of the first stage."""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.case import OWN_OFFER, Candidate, Life
from service.assessment.resolve.desk import CALLER, Desk
from service.assessment.resolve.latency import measured_of_tuned
from service.assessment.resolve.lives import OFFER_END, is_self_hosted, life_of_offer, life_of_own
from service.assessment.resolve.offers import Market, Seller, is_over, needs_training_price
from service.assessment.resolve.options import Prompted
from service.assessment.resolve.terms import Terms, of_catalogue, of_own_gpus, of_the_caller, overridden
from service.larder.facts import FineTuningOffer
from service.larder.self_hosted import SELF_HOSTED, SelfHostedOffer
from service.nouns.request.offer import Offer

NAMED, PLAN = "/fine_tuning/base_model", "/fine_tuning/build_plan"
FOUND_OUT = frozenset({"measured", "published", "quoted"})


class Considered(NamedTuple):
    """Offers to choose from, those ranked beside, and that of the fine-tune in service."""

    candidates: tuple[Candidate, ...]
    bystanders: tuple[Candidate, ...]
    serving: Candidate | None


class Bid(NamedTuple):
    """An offer before the case looks at it."""

    seller: Seller
    terms: Terms
    life: Life


AnyOffer = FineTuningOffer | SelfHostedOffer


def _hosted(desk: Desk, offer: FineTuningOffer, stated: Offer | None) -> Bid | None:
    value = offer.at(desk.as_of)
    if value is None:
        return None
    terms = overridden(of_catalogue(offer, value, desk.as_of), stated)
    seller = Seller(
        id=offer.id,
        name=offer.name,
        base_model=offer.base_model,
        weights=offer.weights,
        source=value.source,
        file=desk.catalogue.files.get(offer.id, ""),
        checked=None if terms.has_own_prices else value.checked,
        confidence=value.confidence,
    )
    return Bid(seller, terms, life_of_offer(desk, offer, value, terms.shutdown_date))


def _on_own_gpus(desk: Desk, offer: SelfHostedOffer, stated: Offer | None) -> Bid | None:
    value, price = offer.at(desk.as_of), desk.catalogue.gpus[offer.gpu].at(desk.as_of)
    if value is None or price is None:
        return None
    terms = overridden(of_own_gpus(offer, value, price), stated)
    figures = (value.tokens_per_second_per_replica, price.usd_per_hour, value.training_gpu_hours_per_mtok)
    seller = Seller(
        id=offer.id,
        name=offer.name,
        base_model=offer.base_model,
        weights=offer.weights,
        source=price.usd_per_hour.source,
        file=SELF_HOSTED,
        checked=None if terms.has_own_prices else min(figure.checked for figure in figures),
        confidence="medium" if all(figure.kind in FOUND_OUT for figure in figures) else "low",
    )
    return Bid(seller, terms, life_of_own(desk, terms.shutdown_date, self_hosted=True))


def _bid(desk: Desk, offer: AnyOffer, stated: Offer | None = None) -> Bid | None:
    """Return an offer of the catalogue on the day of the case, the caller's own terms put over it; None before its first day."""
    if isinstance(offer, SelfHostedOffer):
        return _on_own_gpus(desk, offer, stated)
    return _hosted(desk, offer, stated)


def _callers(desk: Desk, offer: Offer) -> Bid:
    """Return the caller's own offer: nothing is read from the catalogue."""
    assert offer.prices is not None  # terms without prices are a fault
    terms = overridden(of_the_caller(offer.prices), offer)
    capacities = (offer.tokens_per_second_per_replica, offer.requests_per_second_per_replica)
    seller = Seller(
        id=OWN_OFFER,
        name="your own offer",
        base_model="",
        weights="",
        source=CALLER,
        file="",
        checked=None,
        confidence="high",
    )
    life = life_of_own(desk, offer.shutdown_date, self_hosted=is_self_hosted(offer.prices, *capacities))
    return Bid(seller, terms, life)


def _screened(desk: Desk, but: str = "") -> list[Bid]:
    """Return every offer of the catalogue that this case may look at, but for one."""
    kind = desk.request.task.kind
    offers: list[AnyOffer] = [
        offer
        for offer in desk.catalogue.offers.values()
        if not offer.only_when_named and (not offer.only_for or kind in offer.only_for)
    ]
    offers += desk.catalogue.self_hosted.values()
    found = (_bid(desk, offer) for offer in offers if offer.id != but)
    return [bid for bid in found if bid is not None]


def _named(desk: Desk, at: Prompted) -> Bid | None:
    """Return the offer of the base model that is named; None where a fault was noted."""
    named = desk.tuned.base_model or ""
    offer: AnyOffer | None = desk.catalogue.offer(named) or desk.catalogue.self_hosted.get(named)
    if offer is None:
        known = at.prices.canonical(named) in at.prices.ids()
        near = at.prices.nearest(named, (*desk.catalogue.offers, *desk.catalogue.self_hosted))
        desk.fault(
            NAMED,
            "No fine-tuning offer is known for this base model." if known else "This base model is unknown.",
            named,
            (f"one of {', '.join(near)}; " if near else "an id that GET /v1/fine-tuning-offers lists; ")
            + "or your own terms in fine_tuning.offer.prices without base_model",
        )
        return None
    bid = _bid(desk, offer, desk.tuned.offer)
    if bid is None:
        earliest = offer.values[0].from_date
        desk.fault(NAMED, f"No terms of this offer are on record before {earliest}.", named,
                   f"as_of {earliest} or later, or fine_tuning.offer.prices without base_model")  # fmt: skip
        return None
    _check_training_price(desk, bid)
    if bid.life.origin == "catalogue":
        desk.derive(OFFER_END, "date", "The day on which the provider shuts the base model down, as on record.",
                    text=str(bid.life.date))  # fmt: skip
    return bid


def _check_training_price(desk: Desk, bid: Bid) -> None:
    """Note that the training of a named offer cannot be priced, where it could be bought and a plan asks for it."""
    terms = bid.terms
    if terms.is_training_priced or not needs_training_price(desk) or is_over(terms, bid.life, desk.as_of):
        return
    by_hour = terms.training_usd_per_hour is not None
    desk.fault(
        NAMED if desk.tuned.build_plan is None else PLAN,
        f"Training of {bid.seller.id} is charged by the hour, and how many hours a run takes is not known, so it cannot be priced."
        if by_hour
        else f"The training price of {bid.seller.id} is not known, so what a build and a retraining cost cannot be added up.",
        bid.seller.id if desk.tuned.build_plan is None else "a plan",
        f"fine_tuning.offer.{'training_hours' if by_hour else 'training_usd_per_mtok'}, or build_cost and retraining.cost as "
        "figures",
    )  # fmt: skip


def _successors(desk: Desk, market: Market, serving: Bid | None) -> Considered:
    """Return what may follow the fine-tune in service: every offer that can be trained, the one in service included."""
    if serving is None and desk.tuned.base_model is None and desk.tuned.offer is None:
        desk.fault(NAMED, "The fine-tune serves already, but its base model is not said, so what it costs cannot be known.",
                   "in_service without base_model", "fine_tuning.base_model as GET /v1/fine-tuning-offers lists it, or "
                   "fine_tuning.offer.prices")  # fmt: skip
    if serving is None:
        return Considered((), (), None)
    others = [serving, *_screened(desk, but=serving.seller.id)]
    return Considered(
        candidates=tuple(_candidate(desk, market, bid, is_named=bid is serving) for bid in others),
        bystanders=(),
        serving=_candidate(desk, market, serving, is_named=True, is_measured=True),
    )


def _candidate(desk: Desk, market: Market, bid: Bid, *, is_named: bool = False, is_measured: bool = False) -> Candidate:
    is_own = bid.seller.id == OWN_OFFER
    is_same = desk.tuned.relative_size == "same" if is_own else None
    return market.candidate(*bid, is_named=is_named, is_measured=is_measured, is_same=is_same)


def _note_what_is_of_none(desk: Desk) -> None:
    """Note what is stated of one fine-tune where all offers are screened."""
    if desk.tuned.hosting_cost_per_month is not None:
        desk.derive("/fine_tuning/hosting_cost_per_month", f"{desk.currency}/month", "A hosting bill is that of one offer, and none is "
                    "named: each is hosted at its own fees. Name its base_model, or state offer.prices.", text="by offer")  # fmt: skip
    if measured_of_tuned(desk) is not None:
        desk.derive("/fine_tuning/base_model", "seconds", "The latency measured of a fine-tune stands for that of every offer, for none is "
                    "named.", text="of every offer")  # fmt: skip


def candidates_of(desk: Desk, at: Prompted) -> Considered:
    """Return the offers to choose from, those ranked beside for information, and that of a fine-tune in service.

    A named base model is one candidate (its terms overridden by the caller's), the caller's own offer likewise;
    otherwise every offer of the catalogue in force is screened, those on GPUs of one's own among them.
    """
    tuning, market = desk.tuned, Market(desk, at)
    stated = tuning.offer
    if tuning.base_model is not None:
        chosen = _named(desk, at)
    elif stated is not None and stated.prices is not None:
        chosen = _callers(desk, stated)
    else:
        chosen = None
    if tuning.in_service:
        return _successors(desk, market, chosen)
    if chosen is not None:
        one = _candidate(desk, market, chosen, is_named=True, is_measured=True)
        is_own = chosen.seller.id == OWN_OFFER
        beside = tuple(_candidate(desk, market, bid) for bid in _screened(desk)) if is_own else ()
        return Considered((one,), beside, None)
    if tuning.base_model is not None or stated is not None:
        return Considered((), (), None)
    _note_what_is_of_none(desk)
    found = tuple(_candidate(desk, market, bid, is_measured=True) for bid in _screened(desk))
    if not found:
        desk.fault("/as_of", "No fine-tuning offer is on record for this date.", str(desk.as_of),
                   "a later date, or fine_tuning.offer.prices")  # fmt: skip
    return Considered(found, (), None)
