"""The request: what a caller tells us about a task, with limits, units and meanings.

Every quantity the caller is not sure of may be an 80 % interval `{"low": x, "high": y}` instead of a number
(service/nouns/estimate.py). The ways to serve are in service/nouns/request/prompting.py, alternatives.py and fine_tuning.py.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.nouns.base import Closed
from service.nouns.estimate import HalfLifeEstimate, InnerShare, PositiveEstimate, RateEstimate, VolumeEstimate
from service.nouns.request.fine_tuning import FineTuning
from service.nouns.request.prompting import Prompting, Text
from service.nouns.request.serving import ModelId

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
CostBasis = Literal["bottom_up", "article"]
Heavy = Literal["cash_flows", "trace", "sensitivity", "curves"]
Draws = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]


class Task(Closed, frozen=True):
    """The task to be solved. What is left unsaid counts as unknown, never as no."""

    description: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=20_000,
            description="What the task is, in the caller's words. Compared with published cases to find analogues; "
            "never repeated in the answer or a log.",
            examples=["Route inbound customer support e-mails to one of 42 queues."],
        ),
    ]
    kind: Annotated[
        TaskKind | None,
        Meta(
            description="Kind of task: sets what a label costs, which published cases are alike, and what the "
            "accuracy prior expects. Absent: labels cost what `other` costs, and the kind is not compared.",
            examples=["classification"],
        ),
    ] = None
    required_accuracy: Annotated[
        InnerShare | None,
        Meta(
            description="Share of answers that must be right [share]. An option is held to it on average from its "
            "start to the end of the horizon, what stands in for it included. Absent: no requirement; every option counts as meeting it.",
            examples=[0.9],
        ),
    ] = None
    well_defined: Annotated[
        bool | None,
        Meta(
            description="Whether the task is narrow and stated so that a right answer can be told from a wrong one. "
            "false closes a gate to fine-tuning. Absent: counts as well defined."
        ),
    ] = None
    strict_format: Annotated[
        bool | None,
        Meta(
            description="Whether answers must follow a strict output format; with dear instructions that favours "
            "fine-tuning. Absent: unknown."
        ),
    ] = None
    multi_step_reasoning: Annotated[
        bool | None,
        Meta(
            description="Whether the task needs several steps of reasoning; where few-shot and chain of thought do "
            "well that favours prompting. Absent: unknown."
        ),
    ] = None
    proprietary_knowledge: Annotated[
        bool | None,
        Meta(
            description="Whether the task rests on terminology or schemas rare in public text; that favours "
            "fine-tuning. Absent: unknown."
        ),
    ] = None
    audit_required: Annotated[
        bool | None,
        Meta(
            description="Whether others must be able to read the exact instructions that were followed; that bars "
            "fine-tuning unless nothing else is plausible. Absent: unknown."
        ),
    ] = None
    knowledge_half_life_months: Annotated[
        HalfLifeEstimate | None,
        Meta(
            description="Months in which half of what the task needs to know goes out of date [months]. A fine-tune "
            "gets stale between trainings, a prompt does not. Absent: the knowledge keeps.",
            examples=[{"low": 3, "high": 8}],
        ),
    ] = None
    knowledge_in_payload: Annotated[
        bool | None,
        Meta(
            description="Whether what goes out of date comes with the payload of each request, as with retrieval; a "
            "fine-tune then does not get stale, whatever `knowledge_half_life_months` says. Absent: counts as no: the "
            "fine-tune learns it in training."
        ),
    ] = None
    tolerated_loss: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="Accuracy that may be lost against today's without asking, where no required accuracy is stated "
            "or none is likely to be met [share]. Absent: by the assumption `tolerated_loss` of GET /v1/assumptions.",
            examples=[0.01],
        ),
    ] = None


class Volume(Closed, frozen=True):
    """How many requests, for how long."""

    requests_per_month: Annotated[
        VolumeEstimate, Meta(description="Requests of the first month [requests/month].", examples=[400000])
    ]
    growth_per_month: Annotated[
        RateEstimate | None,
        Meta(
            description="Relative growth from one month to the next [per month]: 0.02 is 2 %. Absent: the assumption "
            "`growth_per_month` of GET /v1/assumptions.",
            examples=[0.02],
        ),
    ] = None
    horizon_months: Annotated[
        Annotated[int, Meta(ge=1, le=120)] | None,
        Meta(
            description="How far ahead costs are counted [months]. Absent: the assumption `horizon_months` of GET "
            "/v1/assumptions.",
            examples=[24],
        ),
    ] = None
    peak_to_average: Annotated[
        Annotated[float, Meta(ge=1, le=1000)] | None,
        Meta(
            description="Busiest flow of requests over the month's mean [ratio]: sizes dedicated replicas and their "
            "queues. Absent: the assumption `peak_to_average` of GET /v1/assumptions.",
            examples=[4],
        ),
    ] = None


class LatencyTarget(Closed, frozen=True):
    """How fast answers must be: the share `percentile` of them within `seconds`, end to end."""

    seconds: Annotated[
        float, Meta(gt=0, le=3600, description="Longest end-to-end time that is still good [seconds].", examples=[2.0])
    ]
    percentile: Annotated[
        float,
        Meta(
            ge=0.5,
            le=0.999,
            description="Share of requests that must be served within `seconds` [share]: 0.95 is 95 %.",
            examples=[0.95],
        ),
    ]


class Finance(Closed, frozen=True):
    """Money: currency, discounting, the cost of an error, and what prices do."""

    currency: Annotated[
        Annotated[str, Meta(pattern="^[A-Z]{3}$", min_length=3, max_length=3)] | None,
        Meta(
            description="ISO 4217 code of the currency of every sum that is stated or answered; only fields with "
            "`usd` in their name are in USD. Absent: USD.",
            examples=["USD", "EUR"],
        ),
    ] = None
    units_per_usd: Annotated[
        Annotated[float, Meta(gt=0, le=1e9)] | None,
        Meta(
            description="Units of `currency` that one USD buys [finance.currency/USD]. Required unless the currency "
            "is USD, else a 422. Absent: 1, for USD.",
            examples=[0.92],
        ),
    ] = None
    discount_rate: Annotated[
        Annotated[float, Meta(ge=0, le=10)] | None,
        Meta(
            description="What money could earn elsewhere, annual and effective [per year]. Absent: the assumption "
            "`discount_rate` of GET /v1/assumptions.",
            examples=[0.1],
        ),
    ] = None
    error_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="What one wrong answer costs the business [finance.currency/error]. Absent: not valued; money "
            "then counts no errors, and the summary names the error cost at which fine-tuning breaks even.",
            examples=[{"low": 0.4, "high": 1.6}],
        ),
    ] = None
    price_decline_per_year: Annotated[
        RateEstimate | None,
        Meta(
            description="Yearly fall expected of inference prices [per year], of every option; negative where they "
            "rise. Absent: the assumption `price_decline_per_year` of GET /v1/assumptions.",
            examples=[0],
        ),
    ] = None
    vendor_discount: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="Share taken off the catalogue's inference prices, of every option, by agreement [share]; "
            "prices stated in the request are left alone. Absent: 0.",
            examples=[0.15],
        ),
    ] = None
    cost_basis: Annotated[
        CostBasis | None,
        Meta(
            description="What stands in for project costs and lead times that are not stated: `bottom_up`, hours, labels "
            "and training runs added up, or `article`, the ranges of the article that the framework is from; the answer "
            "shows both side by side. Absent: `bottom_up`.",
            examples=["bottom_up"],
        ),
    ] = None
    value_of_meeting_per_request: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(
            description="What it is worth that the required accuracy is met, beside the errors that it saves "
            "[finance.currency/request]; weighs a better chance to meet it against its cost. Absent: the larger of the "
            "assumption `meeting_value_per_request` and today's token cost times the assumption "
            "`meeting_value_multiple`.",
            examples=[0.2],
        ),
    ] = None


class Simulation(Closed, frozen=True):
    """How the uncertainty is carried through."""

    draws: Annotated[
        Draws | None,
        Meta(
            description="How many possible worlds are drawn [draws], a power of two. Absent: the assumption `draws` "
            "of GET /v1/assumptions.",
            examples=[1024],
        ),
    ] = None
    seed: Annotated[
        Annotated[int, Meta(ge=0, le=2**53 - 1)] | None,
        Meta(
            description="Seed of the draws; the same request with the same seed gives the same bytes. Absent: the "
            "assumption `seed` of GET /v1/assumptions.",
            examples=[0],
        ),
    ] = None
    confidence: Annotated[
        Annotated[float, Meta(ge=0.5, le=0.99)] | None,
        Meta(
            description="Chance from which something counts as likely [share]. Absent: the assumption `confidence` of "
            "GET /v1/assumptions.",
            examples=[0.8],
        ),
    ] = None


class AssessmentRequest(Closed, frozen=True):
    """One case: a task, its measured prompt accuracy, its volume, and whatever else is known.

    Three fields are enough: `task.description`, `prompting.measured_accuracy` and `volume.requests_per_month`.
    Where an optional field may be null, null counts as absent; unknown fields are refused. Every default that
    stands in for something absent is listed in `assumptions` of the answer.
    """

    task: Annotated[Task, Meta(description="The task to be solved.")]
    prompting: Annotated[Prompting, Meta(description="The prompt as it is today.")]
    volume: Annotated[Volume, Meta(description="How many requests, for how long.")]
    fine_tuning: Annotated[
        FineTuning | None,
        Meta(
            description="The fine-tune under consideration. Absent: every offer in force is screened, with the "
            "assumptions of GET /v1/assumptions."
        ),
    ] = None
    latency_target: Annotated[
        LatencyTarget | None,
        Meta(description="How fast answers must be. Absent: no target; the rule `latency_benefit` is unknown."),
    ] = None
    finance: Annotated[
        Finance | None,
        Meta(
            description="Money: currency, discounting, the cost of an error. Absent: USD, the assumptions of GET "
            "/v1/assumptions, errors not valued."
        ),
    ] = None
    simulation: Annotated[
        Simulation | None,
        Meta(
            description="How the uncertainty is carried through. Absent: the assumptions `draws`, `seed` and "
            "`confidence` of GET /v1/assumptions."
        ),
    ] = None
    policy: Annotated[
        Policy | None,
        Meta(
            description="What the verdict follows: `framework`, the article's rules, what is asked before money, or `expected_value`, "
            "the option with the highest expected net benefit. Both are reported in any case. Absent: `framework`.",
            examples=["framework"],
        ),
    ] = None
    as_of: Annotated[
        datetime.date | None,
        Meta(
            description="Day the answer is for: prices, offers and assumptions are those in force then. Absent: today "
            "(UTC); `provenance.as_of` says which.",
            examples=["2026-11-23"],
        ),
    ] = None
    include: Annotated[
        list[Heavy],
        Meta(
            max_length=8,
            description="Heavy parts of the answer to add, by name. Absent or empty: none.",
            examples=[["cash_flows", "sensitivity"]],
        ),
    ] = field(default_factory=list)


class TokenCountRequest(Closed, frozen=True):
    """Texts to be counted, with one encoding or with that of a base model; naming both is a 422.

    They are never repeated in the answer or a log.
    """

    texts: Annotated[
        list[Text],
        Meta(
            min_length=1,
            max_length=1000,
            description="Texts to be counted, at most 1,000,000 characters together; the counts come in the same "
            "order.",
            examples=[["Route this e-mail."]],
        ),
    ]
    encoding: Annotated[
        Literal["o200k_base", "cl100k_base"] | None,
        Meta(
            description="Name of a tiktoken encoding. Absent: that of `base_model`, else `o200k_base`.",
            examples=["o200k_base"],
        ),
    ] = None
    base_model: Annotated[
        ModelId | None,
        Meta(
            description="Base model whose tokenizer counts, `provider/model` as GET /v1/models lists it; exact "
            "aliases are accepted. One whose tokenizer is not public is counted with `o200k_base`, and the answer "
            "says so. Absent: see `encoding`.",
            examples=["openai/gpt-4.1-mini"],
        ),
    ] = None
