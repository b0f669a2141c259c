"""Self-hosted offers: open weights that a caller serves and trains on GPUs rented by the hour.

What a GPU costs stands in `self_hosted/gpus.toml`, which weights run on it, and how fast, in `self_hosted/offers.toml`.
Every number is a figure of its own, for price, throughput and training are seldom found in one place. What is refused
of them stands in `service/larder/hosting_truth.py`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from service.larder.facts import Kind, Source, in_force
from service.nouns.base import Closed

GPUS, SELF_HOSTED = "self_hosted/gpus.toml", "self_hosted/offers.toml"

BITS: Mapping[str, float] = {"bf16": 16, "fp8": 8, "mxfp4": 4.25}
"""Bits of one weight by the precision it is kept in; mxfp4 shares a scale of 8 bits among 32 weights."""

BITS_PER_BYTE = 8

PositiveNumber = Annotated[float, Meta(gt=0)]


class Figure(Closed, frozen=True):
    """A number or an 80 % range, with where it comes from."""

    kind: Annotated[
        Kind,
        Meta(description="How it came about: quoted, measured, published, or judged by us; a judged one has a note."),
    ]
    source: Annotated[Source, Meta(description="Where it comes from.")]
    checked: Annotated[datetime.date, Meta(description="Day on which the source was last looked at.")]
    value: Annotated[PositiveNumber | None, Meta(description="The value where it is one number; else null.")] = None
    low: Annotated[PositiveNumber | None, Meta(description="10th percentile of the range; null where it is none.")] = (
        None
    )
    high: Annotated[PositiveNumber | None, Meta(description="90th percentile of the range; null where it is none.")] = (
        None
    )
    measurements: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="How many quotes or measurements it is taken from; null where it is scaled from others."),
    ] = None
    note: Annotated[str, Meta(description="How it was taken; empty where the source says all.")] = ""

    @property
    def ends(self) -> tuple[float, float]:
        """Return low and high, which are the same for one number."""
        if self.value is not None:
            return self.value, self.value
        assert self.low is not None and self.high is not None  # refused at load otherwise
        return self.low, self.high


class GpuPrice(Closed, frozen=True, rename={"from_date": "from"}):
    """What an hour of a GPU costs from a date on."""

    from_date: Annotated[datetime.date, Meta(description="First day on which it holds.", examples=["2026-10-01"])]
    usd_per_hour: Annotated[Figure, Meta(description="Price of one GPU for an hour, on demand [USD/hour].")]


class Gpu(Closed, frozen=True):
    """A kind of GPU that is rented by the hour."""

    id: Annotated[str, Meta(description="Name of the GPU.", pattern="^[a-z0-9][a-z0-9-]*$", examples=["h100"])]
    name: Annotated[str, Meta(description="Name of the GPU for people.", examples=["NVIDIA H100 SXM 80 GB"])]
    memory_gb: Annotated[PositiveNumber, Meta(description="Memory of one GPU [GB].", examples=[80])]
    values: Annotated[tuple[GpuPrice, ...], Meta(description="Its prices by date, oldest first.")]

    def at(self, as_of: datetime.date) -> GpuPrice | None:
        """Return the price in force at a date; None before the first."""
        return in_force(self.values, as_of)


class HostingValue(Closed, frozen=True, rename={"from_date": "from"}):
    """How fast weights are served and trained on a GPU, from a date on."""

    from_date: Annotated[datetime.date, Meta(description="First day on which it holds.", examples=["2026-03-20"])]
    tokens_per_second_per_replica: Annotated[
        Figure, Meta(description="Tokens in and out that one replica serves when saturated [tokens/second].")
    ]
    training_gpu_hours_per_mtok: Annotated[
        Figure,
        Meta(description="GPU time of training an adapter, for tokens of the data set x epochs [GPU hours/1M tokens]."),
    ]
    adapters_per_host: Annotated[Figure, Meta(description="Adapters that one replica can serve at a time [adapters].")]
    full_training_gpu_hours_per_mtok: Annotated[
        Figure | None,
        Meta(description="GPU time of training all weights [GPU hours/1M tokens]; null where none was measured."),
    ] = None
    longest_training_example_tokens: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Longest example that can be trained on [tokens]; null where only the memory limits it."),
    ] = None
    note: Annotated[str, Meta(description="What is particular about it; empty where nothing is.")] = ""


class SelfHostedOffer(Closed, frozen=True):
    """Open weights served by the caller on rented GPUs."""

    id: Annotated[
        str,
        Meta(description="Identifier, `self-hosted/model.gpu`.", examples=["self-hosted/llama-3.1-8b.h100"]),
    ]
    weights: Annotated[
        str, Meta(description="Name of the weights, the same at every host.", examples=["llama-3.1-8b-instruct"])
    ]
    name: Annotated[str, Meta(description="Name of the offer for people.", examples=["Llama 3.1 8B on 1 H100"])]
    base_model: Annotated[
        str,
        Meta(
            description="Identifier of the base model, as GET /v1/models lists it; empty where nobody sells it by the token."
        ),
    ]
    source: Annotated[Source, Meta(description="Where size and context window are published.")]
    checked: Annotated[datetime.date, Meta(description="Day on which that source was last looked at.")]
    parameters_billion: Annotated[
        PositiveNumber | None, Meta(description="Weights of the model [billions]; null where none are published.")
    ]
    precision: Annotated[
        Literal["bf16", "fp8", "mxfp4"], Meta(description="How the weights are kept in memory.", examples=["bf16"])
    ]
    context_window_tokens: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Most tokens it reads [tokens]; null where not known.")
    ]
    gpu: Annotated[str, Meta(description="The GPU it runs on, by its id.", examples=["h100"])]
    gpus_per_replica: Annotated[Annotated[int, Meta(ge=1)], Meta(description="GPUs that one replica takes [GPUs].")]
    minimum_replicas: Annotated[Annotated[int, Meta(ge=1)], Meta(description="Fewest replicas kept [replicas].")]
    lifetime_class: Annotated[
        Literal["self_hosted"], Meta(description="Who can end it: nobody but the caller who hosts it.")
    ]
    hosting_kind: Annotated[Literal["by_hour"], Meta(description="How serving is paid for: by the hour of GPUs.")]
    can_scale_to_zero: Annotated[
        bool, Meta(description="Whether GPUs can be given back while nothing is to be served, and are not paid then.")
    ]
    values: Annotated[tuple[HostingValue, ...], Meta(description="Its throughput by date, oldest first.")]

    def at(self, as_of: datetime.date) -> HostingValue | None:
        """Return what holds at a date; None before the first."""
        return in_force(self.values, as_of)

    @property
    def weights_gb(self) -> float | None:
        """Return the memory that the weights alone take [GB]; None where their number is not published."""
        if self.parameters_billion is None:
            return None
        return self.parameters_billion * BITS[self.precision] / BITS_PER_BYTE
