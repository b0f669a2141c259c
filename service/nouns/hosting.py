"""The answers about self-hosting: open weights on rented GPUs, how fast they run and what a GPU costs."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.base import Open
from service.nouns.listing import AsOf, Checked, Digest, Kind, Note, SourceAnswer, Title, ValidFrom


class SourcedFigure(Open, frozen=True):
    """A number or an 80 % range with where it comes from."""

    value: Annotated[float | None, Meta(description="The number; null for a range")]
    low: Annotated[float | None, Meta(description="10th percentile of a range; null for a number")]
    high: Annotated[float | None, Meta(description="90th percentile of a range; null for a number")]
    measurements: Annotated[
        int | None,
        Meta(description="Quotes or measurements it is taken from; null where it is scaled from others", examples=[4]),
    ]
    kind: Kind
    source: Annotated[SourceAnswer, Meta(description="Where it comes from")]
    checked: Checked
    note: Note


class GpuPriceAnswer(Open, frozen=True):
    """A kind of GPU and its price in force at a date."""

    id: Annotated[str, Meta(description="Name of the GPU", examples=["h100"])]
    name: Title
    memory_gb: Annotated[float, Meta(description="Memory of one GPU [GB]", examples=[80.0])]
    valid_from: ValidFrom
    usd_per_hour: Annotated[SourcedFigure, Meta(description="Price of one GPU, on demand [USD/hour]")]


class HostingTerms(Open, frozen=True):
    """How fast weights are served and trained on a GPU, from a date on."""

    valid_from: ValidFrom
    tokens_per_second_per_replica: Annotated[
        SourcedFigure, Meta(description="Tokens in and out that one saturated replica serves [tokens/second]")
    ]
    training_gpu_hours_per_mtok: Annotated[
        SourcedFigure, Meta(description="Training an adapter [GPU hours/1M tokens of the dataset x epochs]")
    ]
    adapters_per_host: Annotated[SourcedFigure, Meta(description="Adapters that share one replica [adapters]")]
    longest_training_example_tokens: Annotated[
        int | None,
        Meta(description="Longest example that can be trained on [tokens]; null where only memory limits it"),
    ]
    note: Note
    full_training_gpu_hours_per_mtok: (
        Annotated[
            SourcedFigure,
            Meta(description="Training all weights [GPU hours/1M tokens]; absent where it was not measured"),
        ]
        | UnsetType
    ) = UNSET


class SelfHostedOfferAnswer(Open, frozen=True):
    """Open weights that a caller serves on rented GPUs."""

    id: Annotated[
        str, Meta(description="Our identifier, `self-hosted/model.gpu`", examples=["self-hosted/llama-3.1-8b.h100"])
    ]
    name: Title
    weights: Annotated[str, Meta(description="Name of the weights, the same at every host")]
    base_model: Annotated[
        str | None, Meta(description="The base model as GET /v1/models lists it; null where nobody sells it by token")
    ]
    parameters_billion: Annotated[
        float | None, Meta(description="Weights of the model [billions]; null where not known")
    ]
    precision: Annotated[
        str,
        Meta(
            description="How the weights are kept. Extensible enum: one of bf16, fp8, mxfp4",
            examples=["bf16", "fp8", "mxfp4"],
        ),
    ]
    context_window_tokens: Annotated[
        int | None, Meta(description="Most tokens it reads [tokens]; null where not known")
    ]
    source: Annotated[SourceAnswer, Meta(description="Where size and context window are published")]
    checked: Checked
    gpus_per_replica: Annotated[int, Meta(description="GPUs that one replica takes [GPUs]")]
    minimum_replicas: Annotated[int, Meta(description="Fewest replicas that run [replicas]")]
    lifetime_class: Annotated[
        str, Meta(description="Who can end it. Extensible enum: self_hosted", examples=["self_hosted"])
    ]
    hosting_kind: Annotated[
        str, Meta(description="How serving is paid for. Extensible enum: by_hour", examples=["by_hour"])
    ]
    can_scale_to_zero: Annotated[
        bool, Meta(description="Whether GPUs can be given back while nothing is served, and are not paid then")
    ]
    gpu: Annotated[GpuPriceAnswer, Meta(description="The GPU, with its price in force at `as_of`")]
    terms: Annotated[HostingTerms, Meta(description="What holds at `as_of`")]


class SelfHostedOfferList(Open, frozen=True):
    """The self-hosted offers with throughput, training time and GPU price in force at a date."""

    as_of: AsOf
    assumptions_digest: Digest
    items: Annotated[list[SelfHostedOfferAnswer], Meta(description="In the order of the catalogue")]
