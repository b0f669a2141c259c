"""The request: what a caller tells us about a task, with limits, units and meanings.

Every quantity the caller is not sure of may be an 80 % interval `{"low": x, "high": y}` instead of a number
(service/estimate.py). The two options are in service/request_prompting.py and service/request_tuning.py.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.estimate import HalfLifeEstimate, InnerShare, Noun, PositiveEstimate, RateEstimate, VolumeEstimate
from service.request_prompting import ModelId, Prompting, Text
from service.request_tuning import FineTuning

TaskKind = Literal[
    "classification",
    "extraction",
    "structured_output",
    "generation",
    "summarisation",
    "question_answering",
    "reasoning",
    "code",
    "other",
]
Policy = Literal["framework", "expected_value"]
Heavy = Literal["cash_flows", "trace", "sensitivity", "curves"]
Draws = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]


class Task(Noun, frozen=True):
    """The task to be solved."""

    description: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=20_000,
            description="What the task is, in the caller's words; never repeated in the answer or a log",
        ),
    ]
    kind: TaskKind | None = None
    required_accuracy: Annotated[InnerShare, Meta(description="Share of answers that must be right")] | None = None
    well_defined: bool | None = None
    strict_format: bool | None = None
    multi_step_reasoning: bool | None = None
    proprietary_knowledge: bool | None = None
    audit_required: bool | None = None
    knowledge_half_life_months: HalfLifeEstimate | None = None


class Volume(Noun, frozen=True):
    """How many requests, for how long."""

    requests_per_month: VolumeEstimate
    growth_per_month: RateEstimate | None = None
    horizon_months: Annotated[int, Meta(ge=1, le=120)] | None = None
    peak_to_average: Annotated[float, Meta(ge=1, le=1000)] | None = None


class LatencyTarget(Noun, frozen=True):
    """How fast answers must be: `percentile` of them within `seconds`."""

    seconds: Annotated[float, Meta(gt=0, le=3600)]
    percentile: Annotated[float, Meta(ge=0.5, le=0.999)]


class Finance(Noun, frozen=True):
    """Money: currency, discounting, the cost of an error."""

    currency: (
        Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3, description="ISO 4217 code", examples=["USD"])] | None
    ) = None
    units_per_usd: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    discount_rate: Annotated[float, Meta(ge=0, le=10)] | None = None
    error_cost: PositiveEstimate | None = None
    price_decline_per_year: RateEstimate | None = None
    vendor_discount: Annotated[float, Meta(ge=0, lt=1)] | None = None


class Simulation(Noun, frozen=True):
    """How the uncertainty is carried through."""

    draws: Draws | None = None
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    confidence: Annotated[float, Meta(ge=0.5, le=0.99)] | None = None


class AssessmentRequest(Noun, frozen=True):
    """One case: a task, its measured prompt accuracy, its volume, and whatever else is known."""

    task: Task
    prompting: Prompting
    volume: Volume
    fine_tuning: FineTuning | None = None
    latency_target: LatencyTarget | None = None
    finance: Finance | None = None
    simulation: Simulation | None = None
    policy: Policy | None = None
    as_of: datetime.date | None = None
    include: Annotated[list[Heavy], Meta(max_length=8)] = field(default_factory=list)


class TokenCountRequest(Noun, frozen=True):
    """Texts to be counted with one encoding, or with that of a model."""

    texts: Annotated[list[Text], Meta(min_length=1, max_length=1000)]
    encoding: Literal["o200k_base", "cl100k_base"] | None = None
    base_model: ModelId | None = None
