"""The handlers: a few lines each, between the door and the corridor."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import anyio
import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from service import tokens
from service.assessment import assess
from service.assessment.case import Fault, Unassessable
from service.assessment.inputs import INPUTS
from service.assessment.ledger import LEDGER
from service.assessment.prompt_side import TextsTooLarge
from service.assumption import Assumption
from service.catalogue import Catalogue
from service.door import Unreadable, decode
from service.framework import FRAMEWORK
from service.prices import PriceList
from service.request import AssessmentRequest, TokenCountRequest
from service.request_prompting import TEXTS_LIMIT

T = TypeVar("T")
N = TypeVar("N", bound=Struct)
AnyRequest = Request[Any, Any, State]

JSON = "application/json"
BODY_LIMIT = 2_000_000
SMALL_BODY = 20_000
"""Bytes that are decoded in well under a millisecond, on the event loop."""


class House(Struct, frozen=True, kw_only=True):
    """What every handler shares: built once, read only."""

    catalogue: Catalogue
    prices: PriceList
    version: str
    workers: anyio.CapacityLimiter

    def count(self, texts: Sequence[str], model: str | None) -> tuple[list[int], bool]:
        """Return the token counts of texts for a model, and whether its own tokenizer counted them."""
        name, is_own = tokens.encoding_of(model or "", self.catalogue.identifiers)
        return tokens.count(texts, name), is_own

    async def off_the_loop(self, work: Callable[[], T]) -> T:
        """Run numeric work in a thread, as many at once as there are cores."""
        return await anyio.to_thread.run_sync(work, limiter=self.workers)


class NotAcceptable(ClientException):
    """The caller accepts no media type that we answer with."""

    status_code = 406


class UnsupportedMedia(ClientException):
    """The body is of a type that we do not read."""

    status_code = 415


def _accepts_json(accept: str) -> bool:
    """Return whether an Accept header admits JSON; absence admits everything."""
    best: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            best[media] = max(best.get(media, 0.0), float(quality))
        except ValueError:
            best[media] = 0.0
    for media in (JSON, "application/*", "*/*"):
        if media in best:
            return best[media] > 0
    return not accept.strip()


def check(request: AnyRequest, *parameters: str) -> None:
    """Refuse an Accept header without JSON and query parameters that do not exist."""
    if not _accepts_json(request.headers.get("accept", "")):
        raise NotAcceptable
    unknown = [name for name in request.query_params if name not in parameters]
    twice = sorted({name for name in request.query_params if len(request.query_params.getall(name)) > 1} - set(unknown))
    if twice:
        raise Unreadable(
            [Fault(f"/{name}", f"{name} is given more than once.", "several", "one value") for name in twice]
        )
    if unknown:
        known = ", ".join(parameters) or "none"
        raise Unreadable([Fault(f"/{name}", "This query parameter is unknown.", name, known) for name in unknown])


async def read(request: AnyRequest, noun: type[N]) -> N:
    """Return the request noun of a body."""
    check(request)
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in ("", JSON, "text/plain") and not (media.startswith("application/") and media.endswith("+json")):
        raise UnsupportedMedia
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia
    body = await request.body()
    if len(body) <= SMALL_BODY:
        return decode(body, noun)
    return await house_of(request.app.state).off_the_loop(partial(decode, body, noun))


def as_of_of(request: AnyRequest) -> datetime.date:
    """Return the as_of query parameter, today (UTC) when it is not given."""
    text = request.query_params.get("as_of")
    if text is None:
        return today()
    try:
        return msgspec.convert(text, datetime.date)
    except msgspec.ValidationError:
        raise Unreadable([Fault("/as_of", "This is not a date.", text[:40], "YYYY-MM-DD")]) from None


def today() -> datetime.date:
    """Return today's date in UTC: the one place that asks the clock."""
    return datetime.datetime.now(datetime.UTC).date()


def fresh(body: bytes) -> Response[bytes]:
    """Return a computed answer: not to be stored, with its digest."""
    seal = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store", "Content-Digest": f"sha-256=:{seal}:"})


def listed(request: AnyRequest, noun: Any) -> Response[bytes]:
    """Return a listing with a strong ETag, or 304 when the caller has it already."""
    body = msgspec.json.encode(noun)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
        return Response(b"", status_code=304, media_type=JSON, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def house_of(state: State) -> House:
    """Return the shared house."""
    house: House = state.house
    return house


@post("/v1/assessments", operation_id="createAssessment", status_code=200, request_max_body_size=BODY_LIMIT)
async def create_assessment(request: AnyRequest, state: State) -> Response[bytes]:
    """Assess one case: verdict and break-even."""
    house, asked = house_of(state), await read(request, AssessmentRequest)
    as_of = asked.as_of or today()
    work = partial(assess, asked, house.catalogue, house.prices, house.count, as_of, house.version)
    return fresh(await house.off_the_loop(work))


@post("/v1/token-counts", operation_id="countTokens", status_code=200, request_max_body_size=BODY_LIMIT)
async def count_tokens(request: AnyRequest, state: State) -> Response[bytes]:
    """Count the tokens of texts."""
    house, asked = house_of(state), await read(request, TokenCountRequest)
    if sum(map(len, asked.texts)) > TEXTS_LIMIT:
        raise TextsTooLarge
    if asked.encoding and asked.model:
        raise Unassessable([Fault("/encoding", "Both an encoding and a model are given.", "both", "one of the two")])
    name, is_own = asked.encoding or "o200k_base", True
    model = None
    if asked.model:
        model = house.prices.canonical(asked.model)
        if model not in house.prices.ids():
            near = ", ".join(house.prices.nearest(asked.model))
            expected = f"one of {near}" if near else "an id that GET /v1/models lists"
            raise Unassessable([Fault("/model", "This base model is unknown.", asked.model, expected)])
        name, is_own = tokens.encoding_of(model, house.catalogue.identifiers)
    counts = await house.off_the_loop(partial(tokens.count, asked.texts, name))
    return fresh(
        msgspec.json.encode(
            {"encoding": name, "model": model, "is_models_own": is_own, "counts": counts, "total": sum(counts)}
        )
    )


@get("/v1/models", operation_id="listModels")
async def list_models(request: AnyRequest, state: State) -> Response[bytes]:
    """List the base models with a token price in force at a date."""
    check(request, "as_of", "provider")
    house, as_of, provider = house_of(state), as_of_of(request), request.query_params.get("provider")
    found = [
        house.prices.find(name, as_of)
        for name in house.prices.ids()
        if provider is None or name.startswith(f"{provider}/")
    ]
    items = [price for price in found if price is not None]
    return listed(request, {"as_of": as_of, "price_catalogue_version": house.prices.version, "items": items})


@get("/v1/models/{provider:str}/{model:str}", operation_id="getModel")
async def get_model(
    request: AnyRequest, state: State, provider: FromPath[str], model: FromPath[str]
) -> Response[bytes]:
    """Return the price of one base model in force at a date."""
    check(request, "as_of")
    price = house_of(state).prices.find(f"{provider}/{model}", as_of_of(request))
    if price is None:
        raise NotFoundException
    return listed(request, price)


@get("/v1/fine-tuning-offers", operation_id="listFineTuningOffers")
async def list_fine_tuning_offers(request: AnyRequest, state: State) -> Response[bytes]:
    """List the fine-tuning offers and their terms in force at a date."""
    check(request, "as_of", "provider")
    as_of, provider = as_of_of(request), request.query_params.get("provider")
    catalogue = house_of(state).catalogue
    items = []
    for offer in catalogue.offers.values():
        if provider is None or offer.id.startswith(f"{provider}/"):
            terms = offer.at(as_of)
            if terms is not None:
                last = terms.last_training_date or terms.shutdown_date
                items.append({
                    "id": offer.id, "name": offer.name, "base_model": offer.base_model, "serving": offer.serving,
                    "aliases": offer.aliases, "is_trained": last is None or last >= as_of,
                    "only_when_named": offer.only_when_named, "terms": terms,
                })  # fmt: skip
    return listed(request, {"as_of": as_of, "assumptions_digest": catalogue.digest, "items": items})


def _assumption(assumption: Assumption, as_of: datetime.date) -> dict[str, Any]:
    return {**msgspec.structs.asdict(assumption), "in_force": assumption.at(as_of)}


@get("/v1/assumptions", operation_id="listAssumptions")
async def list_assumptions(request: AnyRequest, state: State) -> Response[bytes]:
    """List every assumed number with its dated values and sources."""
    check(request, "as_of")
    as_of, catalogue = as_of_of(request), house_of(state).catalogue
    items = [_assumption(assumption, as_of) for assumption in catalogue.assumptions.values()]
    return listed(request, {"as_of": as_of, "assumptions_digest": catalogue.digest, "items": items})


@get("/v1/assumptions/{assumption_id:str}", operation_id="getAssumption")
async def get_assumption(request: AnyRequest, state: State, assumption_id: FromPath[str]) -> Response[bytes]:
    """Return one assumed number with its dated values and sources."""
    check(request, "as_of")
    assumption = house_of(state).catalogue.assumptions.get(assumption_id)
    if assumption is None:
        raise NotFoundException
    return listed(request, _assumption(assumption, as_of_of(request)))


@get("/v1/ledger", operation_id="getLedger")
async def get_ledger(request: AnyRequest) -> Response[bytes]:
    """Return every formula of the model: name, unit, inputs, where it lives and what it says."""
    check(request)
    inputs = [{"name": name, "unit": unit, "meaning": meaning} for name, (unit, meaning) in INPUTS.items()]
    steps = [
        {
            "name": step.name,
            "unit": step.unit,
            "function": f"{step.function.__module__}.{step.function.__name__}",
            "meaning": (step.function.__doc__ or "").split("\n")[0],
            "inputs": step.inputs,
        }
        for step in LEDGER
    ]
    return listed(request, {"inputs": inputs, "steps": steps})


@get("/v1/framework", operation_id="getFramework")
async def get_framework(request: AnyRequest) -> Response[bytes]:
    """Return the article's rules, gates and dimensions."""
    check(request)
    return listed(request, FRAMEWORK)


@get(["/livez", "/healthz"], operation_id="getLiveness")
async def get_liveness() -> Response[bytes]:
    """Tell that the process answers."""
    return Response(b'{"status":"ok"}', media_type=JSON, headers={"Cache-Control": "no-store"})


@get("/readyz", operation_id="getReadiness")
async def get_readiness(state: State) -> Response[bytes]:
    """Tell that catalogue, prices and vocabularies are loaded."""
    body = msgspec.json.encode({"status": "ok", "assumptions_digest": house_of(state).catalogue.digest})
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})


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
]
