"""Composition root: `create_app` builds an application; importing this builds nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException

from service.http import documents, handlers, pages, problems
from service.http.access import AccessControl
from service.http.edge import Edge
from service.http.house import House
from service.http.negotiation import JSON, accepts
from service.http.pages import Pages
from service.http.reading import AnyRequest, answer_headers, operation_of
from service.nouns.faults import NotAcceptable, Refusal
from service.settings import Settings, read_settings


def checked_by(access: AccessControl) -> Callable[[AnyRequest], Awaitable[None]]:
    """Return what is done before every handler: access, then negotiation; pages, documents and probes are free."""

    async def check(request: AnyRequest) -> None:
        operation = operation_of(request)
        if operation is None or operation.is_probe:
            return
        address = request.client.host if request.client else ""
        gathered = answer_headers(request)
        if operation.deprecation:
            gathered.update(operation.deprecation.headers)
        gathered.update(access.check(request.headers, address))
        if not accepts(", ".join(request.headers.getall("accept", [])), JSON):
            raise NotAcceptable

    return check


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
        before_request=checked_by(house.access),
        exception_handlers={
            HTTPException: problems.http_error,
            Refusal: problems.refused,
            Exception: problems.our_fault,
        },
        openapi_config=None,
    )


def create_app(settings: Settings | None = None) -> Edge:
    """Return a new application, with the settings of the environment where none are given.

    Raises
    ------
    service.larder.load.CatalogueError
        If the catalogue cannot be true.
    """
    return Edge(routed(House.load(settings or read_settings())))
