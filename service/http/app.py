"""Composition root: builds the house once and hands it to the handlers."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from service import __version__
from service.http import pages, problems
from service.http.access import Gate
from service.http.edge import front
from service.http.handlers import HANDLERS, House, admit
from service.http.workers import Workers
from service.larder import tokens
from service.larder.load import load
from service.larder.prices import PriceList
from service.nouns.faults import Refusal
from service.settings import Settings, read_settings


class Service(Litestar):
    """The application behind its front."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await front(super().__call__, scope, receive, send)


def build(settings: Settings) -> Service:
    """Return the application; refuses to start with a catalogue that cannot be true."""
    larder = load()
    prices = PriceList(larder.identifiers)
    for name in ("o200k_base", "cl100k_base"):
        tokens.encoding(name)
    prices.ids()
    house = House(
        catalogue=larder,
        prices=prices,
        version=__version__,
        settings=settings,
        gate=Gate(settings.api_keys, settings.requests_per_minute),
        workers=Workers(settings.most_waiting, settings.answer_seconds),
    )
    return Service(
        route_handlers=[*HANDLERS, *pages.HANDLERS],
        state=State({"house": house}),
        before_request=admit,
        exception_handlers={
            HTTPException: problems.http_error,
            Refusal: problems.refused,
            Exception: problems.our_fault,
        },
        openapi_config=None,
    )


app = build(read_settings())
