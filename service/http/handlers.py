"""The handlers of the operations: a few lines each, between reading a request and the corridor."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from service.assessment import versions_of
from service.assessment.decide.framework import framework
from service.assessment.explain import Versions
from service.contract.operations import BY_ID, JSON, Rendering
from service.http import hosting, listings
from service.http.cache import HIT
from service.http.house import Computed, House
from service.http.metrics import MEDIA_TYPE
from service.http.reading import BODY_LIMIT, SMALL_BODY, AnyRequest, query, read, told_of
from service.http.responses import NO_MORE, NO_STORE, Representation, as_file, fresh, listed, tagged, told
from service.larder import tokens
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.answer.assessment import Assessment
from service.nouns.faults import Fault, TextsTooLarge, Unassessable
from service.nouns.listing import Liveness, Readiness, TokenCounts
from service.nouns.request.assessment import AssessmentRequest, TokenCountRequest
from service.nouns.request.prompting import TEXTS_LIMIT
from service.nouns.request.query import AtDate, AtDateByGpu, AtDateByProvider, CashFlowQuery
from service.renderings import cash_flow, memo, whole, workbook

Handler = Callable[..., Awaitable[Response[bytes]]]
Render = Callable[[AssessmentRequest, Assessment], bytes]
"""Makes a rendering of a request and the whole answer to it."""

LISTINGS_KEPT = 48
"""Listings of base models that are kept, each up to 600 kB."""


def today() -> datetime.date:
    """Return today's date in UTC: the one place that asks the clock."""
    return datetime.datetime.now(datetime.UTC).date()


@lru_cache(maxsize=LISTINGS_KEPT)
def models_listed(
    catalogue: Catalogue, prices: PriceList, as_of: datetime.date, provider: str | None
) -> Representation:
    """Return the listing of base models: the longest answer, and the same for everyone who asks."""
    return Representation.of(msgspec.json.encode(listings.model_prices(catalogue, prices, as_of, provider)))


def serving(operation_id: str) -> Callable[[Handler], HTTPRouteHandler]:
    """Return the decorator that makes a function the handler of an operation."""
    operation = BY_ID[operation_id]
    paths = [path.replace("}", ":str}") for path in (operation.path, *operation.aliases)]
    if operation.method == "post":
        return post(paths, operation_id=operation.id, status_code=200, request_max_body_size=BODY_LIMIT)
    return get(paths, operation_id=operation.id)


class _Asked(NamedTuple):
    """A case that was asked about, and its answer where one is kept."""

    request: AssessmentRequest
    as_of: datetime.date
    versions: Versions
    kept: bytes | None


async def _asked(request: AnyRequest, house: House, asked: AssessmentRequest) -> _Asked:
    """Return what is asked, with its answer where one is kept."""
    as_of, seen = asked.as_of or today(), told_of(request)
    seal = partial(versions_of, asked, house.catalogue, house.prices, as_of, house.version)
    versions = await asyncio.to_thread(seal) if seen["body_bytes"] > SMALL_BODY else seal()
    kept = await house.answers.find(versions.result_digest, JSON)
    seen["cache"] = "miss" if kept is None else "hit"
    return _Asked(asked, as_of, versions, kept)


async def _keep(request: AnyRequest, house: House, case: _Asked, computed: Computed) -> str:
    """Tell of an answer that was computed just now, keep it, and return what Cache-Status says of that."""
    told_of(request).update(verdict=computed.verdict, draws=computed.draws, computed=computed.between)
    return await house.answers.keep(case.versions.result_digest, JSON, computed.body)


@serving("createAssessment")
async def create_assessment(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Assess one case: verdict and break-even."""
    case = await _asked(request, house, await read(request, AssessmentRequest, house))
    if case.kept is not None:
        return fresh(case.kept, HIT)
    computed = await house.workers.run(partial(house.compute, case.request, case.as_of, case.versions))
    return fresh(computed.body, await _keep(request, house, case, computed))


async def _rendered(
    request: AnyRequest, house: House, render: Render, more: Mapping[str, str] = NO_MORE
) -> Response[bytes]:
    """Return a rendering of the whole answer to a request; the answer may be one that is kept, the rendering never is."""
    case = await _asked(request, house, whole(await read(request, AssessmentRequest, house)))

    answer = case.kept
    if answer is None:
        computed = await house.workers.run(partial(house.compute, case.request, case.as_of, case.versions))
        await _keep(request, house, case, computed)
        answer = computed.body
    body = await house.workers.run(lambda: render(case.request, msgspec.json.decode(answer, type=Assessment)))
    rendering = BY_ID[str(request.route_handler.operation_id)].answer
    assert isinstance(rendering, Rendering)
    return as_file(body, rendering, case.versions.result_digest, more)


@serving("renderCashFlow")
async def render_cash_flow(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return the monthly cash flow of the answer to a case as CSV."""
    return await _rendered(request, house, lambda _, answer: cash_flow.render(answer, query(request, CashFlowQuery)))


@serving("renderWorkbook")
async def render_workbook(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return the answer to a case as a workbook with live formulas."""
    return await _rendered(request, house, workbook.render)


@serving("renderMemo")
async def render_memo(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return the answer to a case as a decision memo."""
    return await _rendered(request, house, memo.render, {"Content-Security-Policy": memo.POLICY})


@serving("countTokens")
async def count_tokens(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Count the tokens of texts."""
    asked = await read(request, TokenCountRequest, house)
    if sum(map(len, asked.texts)) > TEXTS_LIMIT:
        raise TextsTooLarge
    if asked.encoding and asked.base_model:
        raise Unassessable(
            [Fault("/encoding", "Both an encoding and a base model are given.", "both", "one of the two")]
        )
    encoding, is_own = asked.encoding or "o200k_base", True
    base_model = None
    if asked.base_model:
        base_model = house.prices.canonical(asked.base_model)
        if base_model not in house.prices.ids():
            near = ", ".join(house.prices.nearest(asked.base_model))
            expected = f"one of {near}" if near else "an id that GET /v1/models lists"
            raise Unassessable([Fault("/base_model", "This base model is unknown.", asked.base_model, expected)])
        encoding, is_own = tokens.encoding_of(base_model, house.catalogue.identifiers)
    counts = await house.light.run(partial(tokens.count, asked.texts, encoding))
    answer = TokenCounts(
        encoding=encoding, base_model=base_model, is_models_own=is_own, counts=counts, total=sum(counts)
    )
    return fresh(msgspec.json.encode(answer))


@serving("listModels")
async def list_models(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """List the base models with a token price in force at a date."""
    asked = query(request, AtDateByProvider)
    # Where it is not kept it takes too long for the event loop, and too short to wait behind assessments.
    as_of = asked.as_of or today()
    found = await asyncio.to_thread(models_listed, house.catalogue, house.prices, as_of, asked.provider)
    return tagged(request, found)


@serving("getModel")
async def get_model(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return the price of one base model in force at a date."""
    asked, parts = query(request, AtDate), request.path_params
    as_of = asked.as_of or today()
    price = house.prices.find(f"{parts['provider']}/{parts['model']}", as_of)
    if price is None:
        raise NotFoundException
    return listed(request, listings.model_price(house.catalogue, price, as_of))


@serving("listFineTuningOffers")
async def list_fine_tuning_offers(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """List the fine-tuning offers and their terms in force at a date."""
    asked = query(request, AtDateByProvider)
    return listed(request, listings.offers(house.catalogue, asked.as_of or today(), asked.provider))


@serving("listSelfHostedOffers")
async def list_self_hosted_offers(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """List the self-hosted offers with their GPU prices in force at a date."""
    asked = query(request, AtDateByGpu)
    return listed(request, hosting.self_hosted_offers(house.catalogue, asked.as_of or today(), asked.gpu))


@serving("listAssumptions")
async def list_assumptions(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """List every assumed number with its dated values and sources."""
    asked = query(request, AtDate)
    return listed(request, listings.assumptions(house.catalogue, asked.as_of or today()))


@serving("getAssumption")
async def get_assumption(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return one assumed number with its dated values and sources."""
    asked = query(request, AtDate)
    found = house.catalogue.assumptions.get(request.path_params["id"])
    if found is None:
        raise NotFoundException
    return listed(request, listings.assumption(house.catalogue, found, asked.as_of or today()))


@serving("getLedger")
async def get_ledger(request: AnyRequest) -> Response[bytes]:
    """Return every formula of the model: name, unit, inputs, where it stands in an answer and what it says."""
    query(request, BY_ID["getLedger"].query)
    return listed(request, listings.ledger())


@serving("getFramework")
async def get_framework(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Return the article's rules and dimensions."""
    asked = query(request, AtDate)
    return listed(request, framework(house.catalogue, asked.as_of or today()))


@serving("getLiveness")
async def get_liveness() -> Response[bytes]:
    """Tell that the process answers."""
    return told(Liveness(status="ok"))


@serving("getReadiness")
async def get_readiness(house: NamedDependency[House]) -> Response[bytes]:
    """Tell that catalogue, prices and vocabularies are loaded."""
    degraded = house.degraded
    status = "degraded" if degraded else "ok"
    return told(Readiness(status=status, assumptions_digest=house.catalogue.digest, degraded=degraded))


@get("/metrics")
async def metrics(house: NamedDependency[House]) -> Response[bytes]:
    """Return the figures of the service for Prometheus, unless they have a port of their own."""
    if house.settings.metrics_port:
        raise NotFoundException
    house.look()
    return Response(await asyncio.to_thread(house.metrics.scrape), media_type=MEDIA_TYPE, headers=NO_STORE)


HANDLERS = (
    create_assessment,
    render_cash_flow,
    render_workbook,
    render_memo,
    count_tokens,
    list_models,
    get_model,
    list_fine_tuning_offers,
    list_self_hosted_offers,
    list_assumptions,
    get_assumption,
    get_ledger,
    get_framework,
    get_liveness,
    get_readiness,
    metrics,
)
