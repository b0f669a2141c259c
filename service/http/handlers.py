"""The handlers of the operations: a few lines each, between reading a request and the corridor."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from service.assessment import versions_of
from service.assessment.decide.framework import framework
from service.contract.operations import BY_ID
from service.http import hosting, listings
from service.http.cache import HIT
from service.http.house import House
from service.http.metrics import MEDIA_TYPE
from service.http.negotiation import JSON
from service.http.reading import BODY_LIMIT, SMALL_BODY, AnyRequest, query, read, told_of
from service.http.responses import NO_STORE, Representation, fresh, listed, tagged, told
from service.larder import tokens
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.faults import Fault, TextsTooLarge, Unassessable
from service.nouns.listing import Liveness, Readiness, TokenCounts
from service.nouns.request.assessment import AssessmentRequest, TokenCountRequest
from service.nouns.request.prompting import TEXTS_LIMIT
from service.nouns.request.query import AtDate, AtDateByGpu, AtDateByProvider

Handler = Callable[..., Awaitable[Response[bytes]]]

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


@serving("createAssessment")
async def create_assessment(request: AnyRequest, house: NamedDependency[House]) -> Response[bytes]:
    """Assess one case: verdict and break-even."""
    asked = await read(request, AssessmentRequest, house)
    as_of, seen = asked.as_of or today(), told_of(request)
    seal = partial(versions_of, asked, house.catalogue, house.prices, as_of, house.version)
    versions = await asyncio.to_thread(seal) if seen["body_bytes"] > SMALL_BODY else seal()
    kept = await house.answers.find(versions.result_digest, JSON)
    if kept is not None:
        seen["cache"] = "hit"
        return fresh(kept, HIT)
    computed = await house.workers.run(partial(house.compute, asked, as_of, versions))
    seen |= {"cache": "miss", "verdict": computed.verdict, "draws": computed.draws, "computed": computed.between}
    return fresh(computed.body, await house.answers.keep(versions.result_digest, JSON, computed.body))


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
