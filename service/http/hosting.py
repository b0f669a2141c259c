"""The listing of self-hosted offers, read off the catalogue."""

from __future__ import annotations

import datetime

import msgspec
from msgspec import UNSET

from service.larder.facts import Source
from service.larder.load import Catalogue
from service.larder.self_hosted import Figure, Gpu, GpuPrice, HostingValue, SelfHostedOffer
from service.nouns.hosting import (
    GpuPriceAnswer,
    HostingTerms,
    SelfHostedOfferAnswer,
    SelfHostedOfferList,
    SourcedFigure,
)
from service.nouns.listing import SourceAnswer


def _source(source: Source) -> SourceAnswer:
    return SourceAnswer(**msgspec.structs.asdict(source))


def _figure(figure: Figure) -> SourcedFigure:
    return SourcedFigure(**msgspec.structs.asdict(figure) | {"source": _source(figure.source)})


def _gpu(gpu: Gpu, price: GpuPrice) -> GpuPriceAnswer:
    return GpuPriceAnswer(
        id=gpu.id,
        name=gpu.name,
        memory_gb=gpu.memory_gb,
        valid_from=price.from_date,
        usd_per_hour=_figure(price.usd_per_hour),
    )


def _terms(terms: HostingValue) -> HostingTerms:
    full = terms.full_training_gpu_hours_per_mtok
    return HostingTerms(
        valid_from=terms.from_date,
        tokens_per_second_per_replica=_figure(terms.tokens_per_second_per_replica),
        training_gpu_hours_per_mtok=_figure(terms.training_gpu_hours_per_mtok),
        full_training_gpu_hours_per_mtok=UNSET if full is None else _figure(full),
        adapters_per_host=_figure(terms.adapters_per_host),
        longest_training_example_tokens=terms.longest_training_example_tokens,
        note=terms.note,
    )


def _offer(offer: SelfHostedOffer, gpu: GpuPriceAnswer, terms: HostingTerms) -> SelfHostedOfferAnswer:
    return SelfHostedOfferAnswer(
        id=offer.id,
        name=offer.name,
        weights=offer.weights,
        base_model=offer.base_model or None,
        parameters_billion=offer.parameters_billion,
        precision=offer.precision,
        context_window_tokens=offer.context_window_tokens,
        source=_source(offer.source),
        checked=offer.checked,
        gpus_per_replica=offer.gpus_per_replica,
        minimum_replicas=offer.minimum_replicas,
        lifetime_class=offer.lifetime_class,
        hosting_kind=offer.hosting_kind,
        can_scale_to_zero=offer.can_scale_to_zero,
        gpu=gpu,
        terms=terms,
    )


def self_hosted_offers(catalogue: Catalogue, as_of: datetime.date, gpu: str | None) -> SelfHostedOfferList:
    """Return the self-hosted offers whose throughput and GPU price are known at a date, on one kind of GPU or all."""
    kinds = [(offer, catalogue.gpus[offer.gpu]) for offer in catalogue.self_hosted.values()]
    in_force = [(offer, kind, kind.at(as_of), offer.at(as_of)) for offer, kind in kinds if gpu in (None, kind.id)]
    return SelfHostedOfferList(
        as_of=as_of,
        assumptions_digest=catalogue.digest,
        items=[
            _offer(offer, _gpu(kind, price), _terms(terms))
            for offer, kind, price, terms in in_force
            if price is not None and terms is not None
        ],
    )
