"""The operations of the API as data: the routes, the handlers and the OpenAPI document all read this table."""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.base import Closed
from service.nouns.framework import Framework
from service.nouns.hosting import SelfHostedOfferList
from service.nouns.ledger import Ledger
from service.nouns.listing import (
    AssumptionAnswer,
    AssumptionList,
    FineTuningOfferList,
    Liveness,
    ModelPrice,
    ModelPriceList,
    Readiness,
    TokenCounts,
)
from service.nouns.request.assessment import AssessmentRequest, TokenCountRequest
from service.nouns.request.query import AtDate, AtDateByGpu, AtDateByProvider, CashFlowQuery, NoQuery

JSON = "application/json"
MIDNIGHT = datetime.time(tzinfo=datetime.UTC)
NOTICE = datetime.timedelta(days=365)
"""From the announcement of an end to the end, at least."""


class Deprecation(Struct, frozen=True, kw_only=True):
    """Since when an operation is deprecated, when it ends at the earliest, and what to read."""

    since: datetime.date
    sunset: datetime.date
    href: str

    def __post_init__(self) -> None:
        """Refuse an end that comes sooner than was promised."""
        if self.sunset - self.since < NOTICE:
            raise ValueError(f"between {self.since} and {self.sunset} there are less than twelve months")

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that announce it (RFC 9745, RFC 8594)."""
        since, sunset = (datetime.datetime.combine(day, MIDNIGHT) for day in (self.since, self.sunset))
        return {
            "Deprecation": f"@{since.timestamp():.0f}",
            "Sunset": format_datetime(sunset, usegmt=True),
            "Link": f'<{self.href}>; rel="deprecation"',
        }


class PathParameter(Struct, frozen=True):
    """A part of a path that names one thing."""

    name: str
    description: str
    example: str


class Link(Struct, frozen=True):
    """Where an answer leads: an operation and, for its path parameters, places in the answer."""

    operation: str
    parameters: dict[str, str]


class Rendering(Struct, frozen=True):
    """An answer in another form than JSON: its type, what it is, and the end of a file's name that holds it."""

    media_type: str
    meaning: str
    suffix: str


class Operation(Struct, frozen=True, kw_only=True):
    """One operation: what it takes and what it gives."""

    id: str
    method: Literal["get", "post"]
    path: str
    tag: str
    summary: str
    description: str
    answer: type[Struct] | Rendering
    query: type[Closed] = NoQuery
    body: type[Closed] | None = None
    path_parameters: tuple[PathParameter, ...] = ()
    aliases: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    is_probe: bool = False
    can_be_missing: bool = False
    is_computed: bool = False
    is_kept: bool = False
    """Whether its answer may be one that was computed before."""
    cost: int = 1
    """How many requests it counts as towards a limit."""
    deprecation: Deprecation | None = None

    @property
    def media_type(self) -> str:
        """Type of what it gives."""
        return self.answer.media_type if isinstance(self.answer, Rendering) else JSON

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status it can answer with, in ascending order."""
        found = {200, 405, 500}
        if not self.is_probe:
            found |= {400, 401, 403, 406, 429}
        if self.method == "get" and not self.is_probe:
            found.add(304)
        if self.can_be_missing:
            found.add(404)
        if self.body:
            found |= {408, 413, 415, 422}
        if self.is_computed:
            found |= {503, 504}
        return tuple(sorted(found))


ID = "^[a-z0-9][a-z0-9._-]*$"
"""Form of each part of an identifier in a path."""

TAGS = MappingProxyType({
    "assessments": "One case in, a verdict with its break-even analysis out.",
    "tokens": "Texts in, token counts out.",
    "catalogue": "What the assessments rest on: prices, offers, assumed numbers, formulas and rules.",
    "probes": "Whether the service lives and is ready; for orchestrators.",
})  # fmt: skip

SCOPES = ("assessments", "tokens", "catalogue")
"""What a key may be good for: the tags of the operations that need one."""

OPERATIONS = (
    Operation(
        id="createAssessment",
        method="post",
        path="/v1/assessments",
        tag="assessments",
        summary="Assess one case",
        description="Takes a task, the measured accuracy of its prompt and its volume, with whatever else is known, and "
        "answers with the verdict, the break-even of twelve inputs, costs, accuracy, latency, the value of more "
        "information, the offers that were screened, and every assumption that was made. Nothing of a request is "
        "stored; its answer may be kept for a while under a digest (`Cache-Status` tells), for the same request with the same "
        "`as_of` has the same answer. It is safe to send again, and counts as five requests towards a limit.",
        body=AssessmentRequest,
        answer=Assessment,
        is_computed=True,
        is_kept=True,
        cost=5,
    ),
    Operation(
        id="renderCashFlow",
        method="post",
        path="/v1/assessments/cash-flow",
        tag="assessments",
        summary="Render the monthly cash flow as CSV",
        description="Takes what createAssessment takes and answers with the base case of every feasible option month by month: "
        "RFC 4180, UTF-8, a decimal point, ISO 8601 dates, one header line, figures not rounded. A text that a spreadsheet would "
        "take for a formula has an apostrophe before it. Wide: a row for each option and month, `cost` beside what it is made of; "
        "long: a row for each cost of an option and month. `columns=focus` names the columns as the FinOps cost and usage "
        "specification does, with those of our own behind them; a projection is no bill, so it is named alike, not conformant. Columns are only added at the end.",
        query=CashFlowQuery,
        body=AssessmentRequest,
        answer=Rendering("text/csv", "The monthly cash flow, a header line first.", "csv"),
        is_computed=True,
        cost=5,
    ),
    Operation(
        id="renderWorkbook",
        method="post",
        path="/v1/assessments/workbook",
        tag="assessments",
        summary="Render a workbook with live formulas",
        description="Takes what createAssessment takes and answers with a workbook (XLSX) whose base case is made of formulas: "
        "every input with its unit, source and date, every line of the calculation of each feasible option as a formula on the inputs, "
        "the monthly cash flow, the frontier, the plan, and the draws as values. Change an input and every NPV follows; what "
        "cannot be a formula says so. No macros and no links; the same request has the same bytes.",
        body=AssessmentRequest,
        answer=Rendering(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "A workbook with live formulas.",
            "xlsx",
        ),
        is_computed=True,
        cost=5,
    ),
    Operation(
        id="renderMemo",
        method="post",
        path="/v1/assessments/memo",
        tag="assessments",
        summary="Render a decision memo",
        description="Takes what createAssessment takes and answers with a page to decide on: the verdict, the plan with its stop "
        "rule, options side by side, charts with the figures behind them, assumptions with their sources, and how to get it again. One "
        "self-contained HTML document without scripts that needs no other host and prints to A4. Texts of the request stand in it as text.",
        body=AssessmentRequest,
        answer=Rendering("text/html", "A decision memo, one self-contained page.", "html"),
        is_computed=True,
        cost=5,
    ),
    Operation(
        id="countTokens",
        method="post",
        path="/v1/token-counts",
        tag="tokens",
        summary="Count the tokens of texts",
        description="Counts with an encoding, or with that of a base model. Where a base model's encoding is not "
        "public, o200k_base stands in and the answer says so. Nothing is stored.",
        body=TokenCountRequest,
        answer=TokenCounts,
        is_computed=True,
    ),
    Operation(
        id="listModels",
        method="get",
        path="/v1/models",
        tag="catalogue",
        summary="List base models and their prices",
        description="Every base model with a token price in force at a date, with its source.",
        query=AtDateByProvider,
        answer=ModelPriceList,
        links=(
            Link(
                "getModel",
                {"provider": "$response.body#/items/0/provider", "model": "$response.body#/items/0/model"},
            ),
        ),
    ),
    Operation(
        id="getModel",
        method="get",
        path="/v1/models/{provider}/{model}",
        tag="catalogue",
        summary="Get the prices of one base model",
        description="The prices of one base model in force at a date, by its id or an exact alias.",
        query=AtDate,
        answer=ModelPrice,
        path_parameters=(
            PathParameter("provider", "Provider: the part of the id before the slash", "openai"),
            PathParameter("model", "The part of the id behind the slash", "gpt-4.1-mini"),
        ),
        can_be_missing=True,
    ),
    Operation(
        id="listFineTuningOffers",
        method="get",
        path="/v1/fine-tuning-offers",
        tag="catalogue",
        summary="List fine-tuning offers",
        description="Prices of training, serving and hosting, limits and end dates in force at a date; offers that "
        "have ended are listed with the date.",
        query=AtDateByProvider,
        answer=FineTuningOfferList,
    ),
    Operation(
        id="listSelfHostedOffers",
        method="get",
        path="/v1/self-hosted-offers",
        tag="catalogue",
        summary="List self-hosted offers",
        description="Open weights on rented GPUs: throughput of a replica, GPU hours of training, adapters that share a "
        "host and the price of the GPU in force at a date, each figure with its source.",
        query=AtDateByGpu,
        answer=SelfHostedOfferList,
    ),
    Operation(
        id="listAssumptions",
        method="get",
        path="/v1/assumptions",
        tag="catalogue",
        summary="List every assumed number",
        description="What stands in where a caller states nothing: dated values with unit, range, kind and source.",
        query=AtDate,
        answer=AssumptionList,
        links=(Link("getAssumption", {"id": "$response.body#/items/0/id"}),),
    ),
    Operation(
        id="getAssumption",
        method="get",
        path="/v1/assumptions/{id}",
        tag="catalogue",
        summary="Get one assumed number",
        description="The dated values of one assumption, and the one in force at a date.",
        query=AtDate,
        answer=AssumptionAnswer,
        path_parameters=(PathParameter("id", "Its id, as an answer's `assumptions` gives it", "hourly_rate"),),
        can_be_missing=True,
    ),
    Operation(
        id="getLedger",
        method="get",
        path="/v1/ledger",
        tag="catalogue",
        summary="Get every formula",
        description="The inputs and formulas of the model in the order of the calculation; `include: [trace]` prints "
        "the same lines with the figures of one case.",
        answer=Ledger,
    ),
    Operation(
        id="getFramework",
        method="get",
        path="/v1/framework",
        tag="catalogue",
        summary="Get the decision framework",
        description="The rules and dimensions by which the verdict is reached, with the thresholds in force at a date.",
        query=AtDate,
        answer=Framework,
    ),
    Operation(
        id="getLiveness",
        method="get",
        path="/livez",
        aliases=("/healthz",),
        tag="probes",
        summary="Tell whether the process lives",
        description="Answers as long as the process does. /healthz is the same under an older name.",
        answer=Liveness,
        is_probe=True,
    ),
    Operation(
        id="getReadiness",
        method="get",
        path="/readyz",
        tag="probes",
        summary="Tell whether the service is ready",
        description="Answers once catalogue, prices and vocabularies are loaded.",
        answer=Readiness,
        is_probe=True,
    ),
)

BY_ID = MappingProxyType({operation.id: operation for operation in OPERATIONS})
