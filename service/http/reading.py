"""Reading a request: the operation it was routed to, its query and its body as nouns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import InternalServerException
from msgspec import Struct

from service.contract.decoding import decode, decode_query, decode_sound
from service.contract.operations import BY_ID, Operation
from service.http.bodies import Held
from service.http.house import House
from service.http.negotiation import is_json, is_plain
from service.nouns.faults import Fault, TooSlow, Unreadable, UnsupportedMedia

N = TypeVar("N", bound=Struct)
AnyRequest = Request[Any, Any, Any]

BODY_LIMIT = 2_000_000
SMALL_BODY = 20_000
"""Bytes that are decoded in about a millisecond where they are sound, on the event loop."""

BROKEN_OFF = Fault(
    "", "The body broke off before its end, or is not divided into chunks as HTTP says.", "a part of a body",
    "the whole body: as many bytes as Content-Length says, or chunks up to the last one, of size 0",
)  # fmt: skip


def answer_headers(request: AnyRequest) -> dict[str, str]:
    """Return the headers that the edge gathers for the answer; what is put in goes out."""
    scope: Mapping[str, Any] = request.scope
    gathered: dict[str, str] = scope["answer_headers"]
    return gathered


def told_of(request: AnyRequest) -> dict[str, Any]:
    """Return what the stages tell of a request to whoever watches: its key's name, what the cache did, what was refused."""
    scope: Mapping[str, Any] = request.scope
    told: dict[str, Any] = scope["told"]
    return told


def operation_of(request: AnyRequest) -> Operation | None:
    """Return the operation that a request was routed to; None for pages and documents."""
    return BY_ID.get(str(request.route_handler.operation_id))


def query(request: AnyRequest, noun: type[N]) -> N:
    """Return the query parameters as the noun that the operation names."""
    # Not the framework's: that keeps what callers have sent.
    return decode_query(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True), noun)


async def _arrived(request: AnyRequest, held: Held) -> bytes:
    """Return the body of a request once all of it is there, counted as it comes."""
    parts = []
    async for part in request.stream():
        held.grow(len(part))
        parts.append(part)
    told_of(request)["body_bytes"] = held.size
    return b"".join(parts)


async def read(request: AnyRequest, noun: type[N], house: House) -> N:
    """Return the request noun of a body."""
    operation = BY_ID[str(request.route_handler.operation_id)]
    faults: list[Fault] = []
    try:
        query(request, operation.query)
    except Unreadable as error:
        faults = error.faults
    types, codings = (request.headers.getall(name, []) for name in ("content-type", "content-encoding"))
    if not all(map(is_json, types)) or not all(map(is_plain, codings)):
        raise UnsupportedMedia
    scope: Mapping[str, Any] = request.scope
    held = scope["at_end"].enter_context(house.bodies.holding())
    try:
        body = await asyncio.wait_for(_arrived(request, held), house.settings.body_seconds)
    except TimeoutError:
        raise TooSlow from None
    except InternalServerException:
        # So the framework calls a caller that hung up amidst the body, and a chunk of no size.
        raise Unreadable([*faults, BROKEN_OFF]) from None
    work = partial(decode, body, noun, faults)
    if len(body) > SMALL_BODY:
        return await house.light.run(work)
    sound = None if faults else decode_sound(body, noun)
    # Naming faults takes tens of milliseconds: too long for the event loop.
    return await house.light.run(work) if sound is None else sound
