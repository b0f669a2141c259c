"""Composition root: `create_app` builds an application; importing this builds nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException

from service.http import documents, handlers, pages, problems
from service.http.access import caller_of
from service.http.edge import Edge
from service.http.house import House
from service.http.negotiation import accepts
from service.http.observing import Observed
from service.http.pages import Pages
from service.http.reading import AnyRequest, answer_headers, operation_of, told_of
from service.nouns.faults import NotAcceptable, Refusal
from service.settings import Settings, read_settings


def checked_by(house: House) -> Callable[[AnyRequest], Awaitable[None]]:
    """Return what is done before every handler: access, then negotiation; pages, documents and probes are free."""

    async def check(request: AnyRequest) -> None:
        operation = operation_of(request)
        if operation is None or operation.is_probe:
            return
        peer = request.client.host if request.client else ""
        address = caller_of(peer, request.headers.getall("x-forwarded-for", []), house.access.proxies)
        gathered = answer_headers(request)
        if operation.deprecation:
            gathered.update(operation.deprecation.headers)
        await house.access.check(request.headers, address, operation, gathered, told_of(request))
        if not accepts(", ".join(request.headers.getall("accept", [])), operation.media_type):
            raise NotAcceptable(operation.media_type)

    return check


def _cross_origin(settings: Settings) -> CORSConfig | None:
    """Return which pages of other origins may ask, with a key of theirs but never with a browser's own credentials."""
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Authorization", "X-Api-Key", "X-Request-Id", "Idempotency-Key", "traceparent"],
        expose_headers=[
            "X-Request-Id",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Cache-Status",
            "Content-Digest",
            "Content-Disposition",
        ],
    )


def _always(value: object) -> Provide:
    """Return the provider of a value that is there already."""
    return Provide(lambda: value, sync_to_thread=False)


def routed(house: House) -> Litestar:
    """Return the routes of a house, its pages and its documents."""
    return Litestar(
        route_handlers=[*handlers.HANDLERS, *documents.HANDLERS, *pages.HANDLERS],
        # A handler takes one of them: two would be awaited in a task group of their own with every request.
        dependencies={
            "house": _always(house),
            "pages": _always(Pages.load()),
        },
        before_request=checked_by(house),
        cors_config=_cross_origin(house.settings),
        lifespan=[lambda _: house.at_work()],
        exception_handlers={
            HTTPException: problems.http_error,
            Refusal: problems.refused,
            Exception: problems.our_fault,
        },
        openapi_config=None,
        logging_config=None,
    )


def create_app(settings: Settings | None = None) -> Edge:
    """Return a new application, with the settings of the environment where none are given.

    Raises
    ------
    service.larder.load.CatalogueError
        If the catalogue cannot be true.
    """
    return whole(House.load(settings or read_settings()))


def whole(house: House) -> Edge:
    """Return the application of a house: its routes, watched, behind the edge."""
    return Edge(Observed(routed(house), house))
