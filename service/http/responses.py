"""Responses and what their headers say of keeping them: a representation with its ETag, or a computed answer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from litestar import Response
from msgspec import Struct

from service.contract.operations import JSON, Rendering
from service.http.negotiation import knows
from service.http.reading import AnyRequest

NO_STORE = {"Cache-Control": "no-store"}
DIGITS = 12
"""Of a digest, to tell files apart by."""

NO_MORE: Mapping[str, str] = MappingProxyType({})


class Representation(Struct, frozen=True):
    """Bytes that are the same for everyone who asks, with their strong ETag: the same tag, the same bytes."""

    body: bytes
    tag: str
    media_type: str
    more: Mapping[str, str]
    """Headers beside the usual ones, or in their stead."""

    @classmethod
    def of(cls, body: bytes, media_type: str = JSON, more: Mapping[str, str] = NO_MORE) -> Representation:
        """Return the representation that some bytes are."""
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', media_type, more)


def tagged(request: AnyRequest, found: Representation) -> Response[bytes]:
    """Return a representation, or 304 when the caller has it already."""
    headers = {"ETag": found.tag, "Cache-Control": "no-cache", "Vary": "Accept", **found.more}
    if knows(", ".join(request.headers.getall("if-none-match", [])), found.tag):
        return Response(b"", status_code=304, media_type=found.media_type, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)


def listed(request: AnyRequest, noun: Struct) -> Response[bytes]:
    """Return a listing, or 304 when the caller has it already."""
    return tagged(request, Representation.of(msgspec.json.encode(noun)))


def _sealed(body: bytes, media_type: str, more: Mapping[str, str]) -> Response[bytes]:
    """Return what was computed for one request: not to be stored by others, with its digest."""
    seal = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Response(body, media_type=media_type, headers={**NO_STORE, "Content-Digest": f"sha-256=:{seal}:", **more})


def fresh(body: bytes, cache_status: str = "") -> Response[bytes]:
    """Return a computed answer, and what our own cache had to do with it."""
    return _sealed(body, JSON, {"Cache-Status": cache_status} if cache_status else {})


def as_file(body: bytes, rendering: Rendering, digest: str, more: Mapping[str, str]) -> Response[bytes]:
    """Return a rendering, with the name of a file to keep it in."""
    name = f"prompt-or-tune-{digest[:DIGITS]}.{rendering.suffix}"
    return _sealed(body, rendering.media_type, {"Content-Disposition": f'attachment; filename="{name}"', **more})


def told(noun: Struct) -> Response[bytes]:
    """Return what holds at this moment only: not to be stored."""
    return Response(msgspec.json.encode(noun), media_type=JSON, headers=NO_STORE)
