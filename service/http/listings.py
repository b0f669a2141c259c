"""The listings' answers, read off the catalogue, the price list and the ledger."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from service.assessment.ledger.line import KINDS, Line
from service.assessment.ledger.lines import INPUTS, STEPS
from service.larder.assumptions import topic_of
from service.larder.capability import INDEX, Capability
from service.larder.facts import AssumedValue, Assumption, FineTuningOffer, OfferValue
from service.larder.load import Catalogue
from service.larder.prices import InferencePrice, PriceList
from service.nouns.ledger import Ledger, LedgerInput, LedgerKind, LedgerStep
from service.nouns.listing import (
    AssumptionAnswer,
    AssumptionList,
    CapabilityAnswer,
    DatedValue,
    FineTuningOfferAnswer,
    FineTuningOfferList,
    ModelPrice,
    ModelPriceList,
    OfferTerms,
    PriceTier,
    SourceAnswer,
)


def _dated(value: AssumedValue | OfferValue) -> dict[str, Any]:
    """Return the fields of a dated value as an answer names them."""
    fields = msgspec.structs.asdict(value)
    return fields | {
        "valid_from": fields.pop("from_date"),
        "source": SourceAnswer(**msgspec.structs.asdict(value.source)),
    }


def _capability(found: Capability) -> CapabilityAnswer:
    return CapabilityAnswer(
        value=found.value,
        standard_deviation=found.standard_deviation,
        is_guess=found.is_guess,
        index=INDEX,
        index_date=found.index_date,
        source=SourceAnswer(title=found.source, href=found.href, locator=found.locator),
    )


def model_price(catalogue: Catalogue, price: InferencePrice, as_of: datetime.date) -> ModelPrice:
    """Return the answer about one base model; its maker's release date before its provider's."""
    provider, _, model = price.model.partition("/")
    capability = catalogue.capabilities.find(price.model, as_of)
    life = catalogue.lifetimes.find(price.model, as_of)
    count = 1 + len(price.tier_starts)
    tiers = zip(
        (0.0, *price.tier_starts),
        price.input,
        price.output,
        price.cache_read or (None,) * count,
        price.cache_write or (None,) * count,
        strict=True,
    )
    return ModelPrice(
        id=price.model,
        provider=provider,
        model=model,
        name=price.name,
        provider_model=price.provider_model,
        tiers=[
            PriceTier(
                from_input_tokens=start,
                input_usd_per_mtok=of_input,
                output_usd_per_mtok=of_output,
                cache_read_usd_per_mtok=of_read,
                cache_write_usd_per_mtok=of_write,
            )
            for start, of_input, of_output, of_read, of_write in tiers
        ],
        batch_input_usd_per_mtok=price.batch_input,
        batch_output_usd_per_mtok=price.batch_output,
        context_window_tokens=price.context_window,
        is_deprecated=price.is_deprecated,
        source_href=price.source_href,
        checked=price.checked,
        since=price.since,
        released=(capability.released if capability else None) or (life.released if life else None),
        retirement_date=life.shutdown if life else None,
        capability=_capability(capability) if capability else UNSET,
    )


def model_prices(catalogue: Catalogue, prices: PriceList, as_of: datetime.date, provider: str | None) -> ModelPriceList:
    """Return the base models with a token price in force at a date, of one provider or all."""
    found = (prices.find(name, as_of) for name in prices.ids() if provider in (None, name.partition("/")[0]))
    return ModelPriceList(
        as_of=as_of,
        price_catalogue_version=prices.version,
        items=[model_price(catalogue, price, as_of) for price in found if price is not None],
    )


def _offer(offer: FineTuningOffer, terms: OfferValue, as_of: datetime.date) -> FineTuningOfferAnswer:
    last = terms.last_training_date or terms.shutdown_date
    is_trained = last is None or last >= as_of
    seen = UNSET if terms.dates_source is None else SourceAnswer(**msgspec.structs.asdict(terms.dates_source))
    return FineTuningOfferAnswer(
        id=offer.id,
        name=offer.name,
        base_model=offer.base_model,
        serving=offer.serving,
        hosting_kind=offer.hosting_kind,
        lifetime_class=offer.lifetime_class,
        aliases=list(offer.aliases),
        is_trained=is_trained,
        is_open_to_new_customers=is_trained and terms.takes_new_customers(as_of),
        only_when_named=offer.only_when_named,
        terms=OfferTerms(**_dated(terms) | {"dates_source": seen}),
    )


def offers(catalogue: Catalogue, as_of: datetime.date, provider: str | None) -> FineTuningOfferList:
    """Return the fine-tuning offers and their terms in force at a date, of one provider or all."""
    in_force = [(offer, offer.at(as_of)) for offer in catalogue.offers.values()]
    return FineTuningOfferList(
        as_of=as_of,
        assumptions_digest=catalogue.digest,
        items=[
            _offer(offer, terms, as_of)
            for offer, terms in in_force
            if terms is not None and provider in (None, offer.id.partition("/")[0])
        ],
    )


def assumption(catalogue: Catalogue, found: Assumption, as_of: datetime.date) -> AssumptionAnswer:
    """Return the answer about one assumption."""
    return AssumptionAnswer(
        id=found.id,
        description=found.description,
        topic=topic_of(catalogue.files[found.id]),
        is_read=found.is_read,
        unit=found.unit,
        family=found.family,
        values=[DatedValue(**_dated(value)) for value in found.values],
        in_force=DatedValue(**_dated(found.at(as_of))),
    )


def assumptions(catalogue: Catalogue, as_of: datetime.date) -> AssumptionList:
    """Return every assumption."""
    return AssumptionList(
        as_of=as_of,
        assumptions_digest=catalogue.digest,
        items=[assumption(catalogue, found, as_of) for found in catalogue.assumptions.values()],
    )


def _pointer(line: Line) -> str:
    return line.field if isinstance(line.field, str) else ""


def _kinds(line: Line) -> list[LedgerKind]:
    """Return what differs for some kinds of option: the formula, or the field that states it."""
    own = set(line.by_kind) | (set() if isinstance(line.field, str) else set(line.field))
    formulas = {kind: line.formula(kind) for kind in KINDS if kind in own}
    return [
        LedgerKind(
            kind=kind,
            formula=formula.function.__name__ if formula else "",
            inputs=[source.name for source in formula.reads] if formula else [],
            pointer=line.field_of(kind),
        )
        for kind, formula in formulas.items()
    ]


def ledger() -> Ledger:
    """Return every input and formula of the calculation."""
    return Ledger(
        inputs=[
            LedgerInput(
                name=line.name,
                unit=line.unit,
                meaning=line.meaning,
                pointer=_pointer(line),
                kinds=_kinds(line),
                parts=list(line.parts),
            )
            for line in INPUTS
        ],
        steps=[
            LedgerStep(
                name=line.name,
                unit=line.unit,
                meaning=line.meaning,
                formula=line.function.__name__,
                formula_meaning=(line.function.__doc__ or "").partition("\n")[0],
                inputs=[source.name for source in line.reads],
                pointer=_pointer(line),
                kinds=_kinds(line),
                parts=list(line.parts),
            )
            for line in STEPS
        ],
    )
