"""The contract, served in each of its forms; those that are not committed are made at their first request."""

from __future__ import annotations

import asyncio
from functools import cache

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from service.contract.forms import form
from service.contract.operations import JSON
from service.http.reading import AnyRequest
from service.http.responses import Representation, tagged

YAML = "application/yaml"


@cache
def _made(name: str, media_type: str) -> Representation:
    return Representation.of(form(name), media_type)


def _serving(name: str, media_type: str) -> HTTPRouteHandler:
    """Return the handler that serves the contract in one of its forms."""

    @get(f"/{name}")
    async def serve(request: AnyRequest) -> Response[bytes]:
        # Where it is not made yet it takes too long for the event loop.
        return tagged(request, await asyncio.to_thread(_made, name, media_type))

    return serve


HANDLERS = (
    _serving("openapi.json", JSON),
    _serving("openapi.yaml", YAML),
    _serving("openapi-3.0.json", JSON),
)
