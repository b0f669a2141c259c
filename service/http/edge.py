"""The edge: what holds for every request and answer alike, whatever becomes of it.

It names the request (X-Request-Id), continues its trace (traceparent), echoes the Idempotency-Key of a POST, answers HEAD as
GET without the body, and adds the headers that were gathered on the way in the scope's `answer_headers`. What the stages tell
of a request (`told`) and what they let go of at its end (`at_end`) stand in the scope too.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from http import HTTPStatus
from typing import Any

from litestar.types import ASGIApp, Message

from service.http.problems import MENDS, body_of, words_of
from service.nouns.problem import MEDIA_TYPE

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
LONGEST_REQUEST_ID = 128
IDEMPOTENCY_KEY, LONGEST_IDEMPOTENCY_KEY = "Idempotency-Key", 255
TRACEPARENT = re.compile(
    r"(?!ff)(?!00-.{52}-)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?"
)
"""W3C Trace Context: version 00 ends with its flags, a later one may go on."""

HEAD_ANSWERS = "HEAD"

SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""Headers that every answer has, unless it has its own: an answer that a browser shows loads nothing and is framed by nobody."""

SHORT_BODY = 64_000
"""Bytes of a body that is read even where the answer does not need it."""
READ_SECONDS = 1.0


class Unanswerable(Exception):
    """A fault of ours that went through every handler; says of which request and where, in words fit for a log."""

    is_fit_for_logs = True


def _said(scope: Any, name: bytes) -> str:
    """Return a request header, empty when it is absent or stands there twice."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def _echoed(scope: Any) -> dict[str, str]:
    """Return the headers that answer those of the request."""
    request_id = _said(scope, b"x-request-id")
    if not VISIBLE_ASCII.fullmatch(request_id) or len(request_id) > LONGEST_REQUEST_ID:
        request_id = secrets.token_hex(16)
    headers = {"X-Request-Id": request_id}
    if trace := TRACEPARENT.fullmatch(_said(scope, b"traceparent")):
        headers["traceparent"] = f"00-{trace[1]}-{secrets.token_hex(8)}-{trace[2]}"
    key = _said(scope, b"idempotency-key")
    if scope["method"] == "POST" and VISIBLE_ASCII.fullmatch(key) and len(key) <= LONGEST_IDEMPOTENCY_KEY:
        headers[IDEMPOTENCY_KEY] = key
    return headers


def _with_head(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; an Allow that admits GET admits HEAD, and has one order."""
    if name.lower() != b"allow":
        return name, value
    methods = {method.strip() for method in value.decode().split(",")}
    return name, ", ".join(sorted(methods | ({HEAD_ANSWERS} if "GET" in methods else set()))).encode()


async def _read_what_is_sent(scope: Any, receive: Any) -> None:
    """Read a short body that nobody asked for: answered before it is there, the server would hang up on the sender."""
    length = _said(scope, b"content-length")
    is_short = length.isdecimal() and len(length) <= len(str(SHORT_BODY)) and 0 < int(length) <= SHORT_BODY
    if not is_short or _said(scope, b"expect"):
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READ_SECONDS):
            while (await receive()).get("more_body"):
                pass


class Edge:
    """An ASGI application around another; every request passes it before it is routed."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on to the application, and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        inner: Any = {**scope, "answer_headers": _echoed(scope), "told": {}, "at_end": contextlib.ExitStack()}
        if "traceparent" in inner["answer_headers"]:
            inner["told"]["traceparent"] = _said(scope, b"traceparent")
        without_body = scope["method"] == HEAD_ANSWERS
        if without_body:
            inner["method"] = "GET"

        is_answered = is_asked_for = False

        async def asked_for() -> Any:
            nonlocal is_asked_for
            is_asked_for = True
            return await receive()

        async def answer(message: Message) -> None:
            nonlocal is_answered
            if not is_answered and not is_asked_for:
                await _read_what_is_sent(scope, receive)
            is_answered = True
            if message["type"] == "http.response.start":
                if message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
                    # There is no such operation, so there is none that takes a key.
                    inner["answer_headers"].pop(IDEMPOTENCY_KEY, None)
                gathered = [(name.lower().encode(), value.encode()) for name, value in inner["answer_headers"].items()]
                headers = [*(_with_head(*header) for header in message["headers"]), *gathered]
                there = {name.lower() for name, _ in headers}
                message["headers"] = [*headers, *(header for header in SAFE if header[0] not in there)]
            elif message["type"] == "http.response.body" and without_body:
                message["body"] = b""
            await send(message)

        try:
            with inner["at_end"]:
                await self.app(inner, asked_for, answer)
        except Exception as error:
            # A fault in the words about a fault: still a problem to the caller; the server logs what is raised.
            request_id = inner["answer_headers"]["X-Request-Id"]
            if not is_answered:
                body = body_of(500, "internal-server-error", MENDS[500], scope["path"], request_id)
                headers = [
                    (b"content-type", MEDIA_TYPE.encode()),
                    (b"content-length", str(len(body)).encode()),
                    (b"cache-control", b"no-store"),
                ]
                await answer({"type": "http.response.start", "status": 500, "headers": headers})
                await answer({"type": "http.response.body", "body": body, "more_body": False})
            raise Unanswerable(f"request {request_id}: {words_of(error)}") from None
