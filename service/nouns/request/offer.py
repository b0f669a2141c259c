"""The caller's own terms for fine-tuning: prices, fees, capacity, limits and dates."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta

from service.nouns.base import Closed
from service.nouns.estimate import Price, Share
from service.nouns.request.serving import TokenPrices

TokenLimit = Annotated[int, Meta(ge=1, le=100_000_000)]


class Offer(Closed, frozen=True):
    """The caller's own terms for fine-tuning.

    With `fine_tuning.base_model` they override its catalogue entry field by field; with `prices` and without a
    base model they are an offer of the caller's own, of which nothing is read from the catalogue. With neither
    they are a 422.
    """

    prices: Annotated[
        TokenPrices | None,
        Meta(
            description="Inference prices of the fine-tune, all of them: a cache price left out is not read from the "
            "catalogue. Absent: those of the catalogue entry of `base_model`."
        ),
    ] = None
    training_usd_per_mtok: Annotated[
        Price | None,
        Meta(
            description="Price of training tokens, those of the data set times epochs [USD/1M tokens]. Absent: with "
            "`base_model` that of its catalogue entry, for an offer of your own 0.",
            examples=[3],
        ),
    ] = None
    training_usd_per_hour: Annotated[
        Annotated[float, Meta(ge=0, le=1e6)] | None,
        Meta(
            description="Price of an hour of training, all GPUs of a run together, where training is charged by the "
            "hour [USD/hour]. In an offer of your own it needs `training_hours`, else it is a 422. Absent: with "
            "`base_model` that of its catalogue entry, for an offer of your own 0.",
            examples=[2.5],
        ),
    ] = None
    training_hours: Annotated[
        Annotated[float, Meta(gt=0, le=1e6)] | None,
        Meta(
            description="Hours that one training run takes [hours/run]. In an offer of your own it needs "
            "`training_usd_per_hour`, else it is a 422. Absent: with `base_model` by the tokens of the data set and "
            "the GPU hours that its catalogue entry takes for them, for an offer of your own no hours are charged.",
            examples=[3],
        ),
    ] = None
    hosting_usd_per_hour: Annotated[
        Annotated[float, Meta(ge=0, le=1e6)] | None,
        Meta(
            description="Fee for keeping one replica of the fine-tune ready [USD/hour]. Absent: with `base_model` "
            "that of its catalogue entry, for an offer of your own 0.",
            examples=[1.7],
        ),
    ] = None
    storage_usd_per_month: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(
            description="Fee for keeping the fine-tuned weights [USD/month]. Absent: with `base_model` that of its "
            "catalogue entry, for an offer of your own 0."
        ),
    ] = None
    minimum_charge_usd: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(
            description="Least that is charged for a training run, however small [USD/run]. Absent: with `base_model` "
            "that of its catalogue entry, for an offer of your own 0."
        ),
    ] = None
    requests_per_second_per_replica: Annotated[
        Annotated[float, Meta(ge=1e-6, le=1e6)] | None,
        Meta(
            description="Flow that one dedicated replica serves [requests/second], whatever their length; more "
            "replicas are bought at the peak. Stated beside `tokens_per_second_per_replica` it is a 422. Absent: by "
            "`tokens_per_second_per_replica`; without either with `base_model` by the tokens of its catalogue entry, for "
            "an offer of your own none: a hosted adapter, one replica.",
            examples=[8],
        ),
    ] = None
    tokens_per_second_per_replica: Annotated[
        Annotated[float, Meta(ge=1e-6, le=1e9)] | None,
        Meta(
            description="Tokens, in and out, that one saturated dedicated replica serves [tokens/second]; the assumption "
            "`replica_utilisation` of it is planned with at the peak, so that long requests take more replicas than "
            "short ones. Absent: see `requests_per_second_per_replica`.",
            examples=[9000],
        ),
    ] = None
    minimum_replicas: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(
            description="Fewest dedicated replicas kept [replicas]. Absent: with `base_model` that of its catalogue "
            "entry, for an offer of your own 1."
        ),
    ] = None
    scale_to_zero: Annotated[
        bool | None,
        Meta(
            description="Whether replicas are billed only while they serve, as where a deployment scales to zero. "
            "Absent: with `base_model` as in its catalogue entry, for an offer of your own counts as no; where "
            "`prompting.batch_share` is 1 hours are counted by use in any case."
        ),
    ] = None
    batch_discount: Annotated[
        Share | None,
        Meta(
            description="Discount on the tokens of the fine-tune that are sent in batches [share]; 0 where fine-tunes "
            "are not batched. Absent: with `base_model` that of its catalogue entry, for an offer of your own 0.",
            examples=[0.5],
        ),
    ] = None
    context_window_tokens: Annotated[
        TokenLimit | None,
        Meta(
            description="Most tokens that one request to the fine-tune may hold [tokens]; an offer that longer requests "
            "do not fit is infeasible. Absent: with `base_model` that of its catalogue entry, for an offer of your own "
            "no limit.",
            examples=[128000],
        ),
    ] = None
    max_training_example_tokens: Annotated[
        TokenLimit | None,
        Meta(
            description="Most tokens of one training example [tokens]; an offer that longer examples do not fit is "
            "infeasible. Absent: with `base_model` that of its catalogue entry, for an offer of your own no limit.",
            examples=[65536],
        ),
    ] = None
    has_successor: Annotated[
        bool | None,
        Meta(
            description="Whether the provider trains a successor when the base model ends; false where it closes "
            "fine-tuning, so that nothing can be migrated to. Absent: with `base_model` as in its catalogue entry, for "
            "an offer of your own counts as yes."
        ),
    ] = None
    last_training_date: Annotated[
        datetime.date | None,
        Meta(
            description="Last day on which the provider trains this base model; no retraining after it. Absent: with "
            "`base_model` that of its catalogue entry, for an offer of your own none known. Later than "
            "`shutdown_date` is a 422."
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts the fine-tune's base model down. Absent: with `base_model` "
            "that of its catalogue entry, else drawn by the age of the base model, for a day that is not known is not "
            "never; an offer of your own that states its capacity per replica, or tokens at no price, is self-hosted "
            "and has no such day."
        ),
    ] = None
