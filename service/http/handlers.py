"""The handlers: a few lines each, between the door and the corridor."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import InternalServerException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from service.assessment import assess
from service.contract.forms import form
from service.contract.operations import BY_ID, Operation
from service.http import listings
from service.http.access import Gate
from service.http.decoding import decode, decode_query, decode_sound
from service.http.negotiation import JSON, accepts, is_json, is_plain, knows
from service.http.problems import answer_headers
from service.http.workers import Workers
from service.larder import tokens
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.faults import (
    Fault,
    NotAcceptable,
    TextsTooLarge,
    TooSlow,
    Unassessable,
    Unreadable,
    UnsupportedMedia,
)
from service.nouns.framework import FRAMEWORK
from service.nouns.listing import Liveness, Readiness, TokenCounts
from service.nouns.request.assessment import AssessmentRequest, TokenCountRequest
from service.nouns.request.prompting import TEXTS_LIMIT
from service.nouns.request.query import AtDate, AtDateByProvider
from service.settings import Settings

N = TypeVar("N", bound=Struct)
Handler = Callable[..., Awaitable[Response[bytes]]]
AnyRequest = Request[Any, Any, State]

BODY_LIMIT = 2_000_000
SMALL_BODY = 20_000
"""Bytes that are decoded in about a millisecond where they are sound, on the event loop."""

BROKEN_OFF = Fault(
    "", "The body broke off before its end, or is not divided into chunks as HTTP says.", "a part of a body",
    "the whole body: as many bytes as Content-Length says, or chunks up to the last one, of size 0",
)  # fmt: skip

LISTINGS_KEPT = 64
"""Listings of base models that are kept, each up to 400 kB."""

NO_STORE = {"Cache-Control": "no-store"}
NO_MORE: Mapping[str, str] = MappingProxyType({})
YAML = "application/yaml"


class House(Struct, frozen=True, kw_only=True):
    """What every handler shares: built once, read only."""

    catalogue: Catalogue
    prices: PriceList
    version: str
    settings: Settings
    gate: Gate
    workers: Workers

    def count(self, texts: Sequence[str], model: str | None) -> tuple[list[int], bool]:
        """Return the token counts of texts for a model, and whether its own tokenizer counted them."""
        name, is_own = tokens.encoding_of(model or "", self.catalogue.identifiers)
        return tokens.count(texts, name), is_own


def house_of(state: State) -> House:
    """Return the shared house."""
    house: House = state.house
    return house


def operation_of(request: AnyRequest) -> Operation | None:
    """Return the operation that a request was routed to; None for pages and documents."""
    return BY_ID.get(getattr(request.route_handler, "operation_id", None) or "")


async def admit(request: AnyRequest) -> None:
    """Let a request in, or raise why not; what is left of its limit goes into the answer's headers."""
    operation = operation_of(request)
    if operation is None or operation.is_probe:
        return
    address = request.client.host if request.client else ""
    gathered = answer_headers(request)
    if operation.deprecation:
        gathered.update(operation.deprecation.headers)
    gathered.update(house_of(request.app.state).gate.admit(request.headers, address))
    if not accepts(", ".join(request.headers.getall("accept", [])), JSON):
        raise NotAcceptable


def query(request: AnyRequest, noun: type[N]) -> N:
    """Return the query parameters as the noun that the operation names."""
    return decode_query(list(request.query_params.multi_items()), noun)


async def read(request: AnyRequest, noun: type[N]) -> N:
    """Return the request noun of a body."""
    house = house_of(request.app.state)
    operation = BY_ID[str(request.route_handler.operation_id)]
    faults: list[Fault] = []
    try:
        query(request, operation.query)
    except Unreadable as error:
        faults = error.faults
    types, codings = (request.headers.getall(name, []) for name in ("content-type", "content-encoding"))
    if not all(map(is_json, types)) or not all(map(is_plain, codings)):
        raise UnsupportedMedia
    try:
        body = await asyncio.wait_for(request.body(), house.settings.body_seconds)
    except TimeoutError:
        raise TooSlow from None
    except InternalServerException:
        # So the framework calls a caller that hung up amidst the body, and a chunk of no size.
        raise Unreadable([*faults, BROKEN_OFF]) from None
    work = partial(decode, body, noun, faults)
    if len(body) > SMALL_BODY:
        return await house.workers.run(work)
    sound = None if faults else decode_sound(body, noun)
    # Naming faults takes tens of milliseconds: too long for the event loop, too short to wait behind assessments.
    return await asyncio.to_thread(work) if sound is None else sound


def today() -> datetime.date:
    """Return today's date in UTC: the one place that asks the clock."""
    return datetime.datetime.now(datetime.UTC).date()


def fresh(body: bytes) -> Response[bytes]:
    """Return a computed answer: not to be stored, with its digest."""
    seal = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Response(body, media_type=JSON, headers={**NO_STORE, "Content-Digest": f"sha-256=:{seal}:"})


def tag_of(body: bytes) -> str:
    """Return the strong ETag of an answer: the same tag, the same bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(
    request: AnyRequest, body: bytes, media_type: str = JSON, more: Mapping[str, str] = NO_MORE, tag: str = ""
) -> Response[bytes]:
    """Return an answer with its ETag and what more its headers say, or 304 when the caller has it already."""
    tag = tag or tag_of(body)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept", **more}
    if knows(", ".join(request.headers.getall("if-none-match", [])), tag):
        return Response(b"", status_code=304, media_type=media_type, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def listed(request: AnyRequest, noun: Struct) -> Response[bytes]:
    """Return a listing."""
    return tagged(request, msgspec.json.encode(noun))


@lru_cache(maxsize=LISTINGS_KEPT)
def models_listed(prices: PriceList, as_of: datetime.date, provider: str | None) -> tuple[bytes, str]:
    """Return the listing of base models and its tag: the longest answer, and the same for everyone who asks."""
    body = msgspec.json.encode(listings.model_prices(prices, as_of, provider))
    return body, tag_of(body)


def serving(operation_id: str) -> Callable[[Handler], HTTPRouteHandler]:
    """Return the decorator that makes a function the handler of an operation."""
    operation = BY_ID[operation_id]
    paths = [path.replace("}", ":str}") for path in (operation.path, *operation.aliases)]
    if operation.method == "post":
        return post(paths, operation_id=operation.id, status_code=200, request_max_body_size=BODY_LIMIT)
    return get(paths, operation_id=operation.id)


@serving("createAssessment")
async def create_assessment(request: AnyRequest, state: State) -> Response[bytes]:
    """Assess one case: verdict and break-even."""
    house, asked = house_of(state), await read(request, AssessmentRequest)
    as_of = asked.as_of or today()
    work = partial(assess, asked, house.catalogue, house.prices, house.count, as_of, house.version)
    return fresh(await house.workers.run(work))


@serving("countTokens")
async def count_tokens(request: AnyRequest, state: State) -> Response[bytes]:
    """Count the tokens of texts."""
    house, asked = house_of(state), await read(request, TokenCountRequest)
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
    counts = await house.workers.run(partial(tokens.count, asked.texts, encoding))
    answer = TokenCounts(
        encoding=encoding, base_model=base_model, is_models_own=is_own, counts=counts, total=sum(counts)
    )
    return fresh(msgspec.json.encode(answer))


@serving("listModels")
async def list_models(request: AnyRequest, state: State) -> Response[bytes]:
    """List the base models with a token price in force at a date."""
    asked, prices = query(request, AtDateByProvider), house_of(state).prices
    # Where it is not kept it takes too long for the event loop, and too short to wait behind assessments.
    body, tag = await asyncio.to_thread(models_listed, prices, asked.as_of or today(), asked.provider)
    return tagged(request, body, tag=tag)


@serving("getModel")
async def get_model(request: AnyRequest, state: State) -> Response[bytes]:
    """Return the price of one base model in force at a date."""
    asked, parts = query(request, AtDate), request.path_params
    price = house_of(state).prices.find(f"{parts['provider']}/{parts['model']}", asked.as_of or today())
    if price is None:
        raise NotFoundException
    return listed(request, listings.model_price(price))


@serving("listFineTuningOffers")
async def list_fine_tuning_offers(request: AnyRequest, state: State) -> Response[bytes]:
    """List the fine-tuning offers and their terms in force at a date."""
    asked = query(request, AtDateByProvider)
    return listed(request, listings.offers(house_of(state).catalogue, asked.as_of or today(), asked.provider))


@serving("listAssumptions")
async def list_assumptions(request: AnyRequest, state: State) -> Response[bytes]:
    """List every assumed number with its dated values and sources."""
    asked = query(request, AtDate)
    return listed(request, listings.assumptions(house_of(state).catalogue, asked.as_of or today()))


@serving("getAssumption")
async def get_assumption(request: AnyRequest, state: State) -> Response[bytes]:
    """Return one assumed number with its dated values and sources."""
    asked = query(request, AtDate)
    found = house_of(state).catalogue.assumptions.get(request.path_params["id"])
    if found is None:
        raise NotFoundException
    return listed(request, listings.assumption(found, asked.as_of or today()))


@serving("getLedger")
async def get_ledger(request: AnyRequest) -> Response[bytes]:
    """Return every formula of the model: name, unit, inputs, where it lives and what it says."""
    query(request, BY_ID["getLedger"].query)
    return listed(request, listings.ledger())


@serving("getFramework")
async def get_framework(request: AnyRequest) -> Response[bytes]:
    """Return the article's rules, gates and dimensions."""
    query(request, BY_ID["getFramework"].query)
    return listed(request, FRAMEWORK)


@serving("getLiveness")
async def get_liveness() -> Response[bytes]:
    """Tell that the process answers."""
    return Response(msgspec.json.encode(Liveness(status="ok")), media_type=JSON, headers=NO_STORE)


@serving("getReadiness")
async def get_readiness(state: State) -> Response[bytes]:
    """Tell that catalogue, prices and vocabularies are loaded."""
    body = Readiness(status="ok", assumptions_digest=house_of(state).catalogue.digest)
    return Response(msgspec.json.encode(body), media_type=JSON, headers=NO_STORE)


@cache
def _form(name: str) -> tuple[bytes, str]:
    """Return the contract in one of its forms, and its tag."""
    body = form(name)
    return body, tag_of(body)


def _file(name: str, media_type: str) -> HTTPRouteHandler:
    """Return the handler that serves the contract in one of its forms."""

    @get(f"/{name}")
    async def serve(request: AnyRequest) -> Response[bytes]:
        # Where it is not made yet it takes too long for the event loop.
        body, tag = await asyncio.to_thread(_form, name)
        return tagged(request, body, media_type, tag=tag)

    return serve


HANDLERS = [
    create_assessment,
    count_tokens,
    list_models,
    get_model,
    list_fine_tuning_offers,
    list_assumptions,
    get_assumption,
    get_ledger,
    get_framework,
    get_liveness,
    get_readiness,
    _file("openapi.json", JSON),
    _file("openapi.yaml", YAML),
    _file("openapi-3.0.json", JSON),
]
