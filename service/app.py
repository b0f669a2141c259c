"""Composition root: builds the house once and hands it to the handlers."""

from __future__ import annotations

import os

import anyio
from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from service import __version__, catalogue, tokens
from service.assessment.case import Unassessable
from service.assessment.prompt_side import TextsTooLarge
from service.door import Unreadable
from service.prices import PriceList
from service.problems import http_error, our_fault, texts_too_large, unassessable, unreadable
from service.routes import HANDLERS, House


def build() -> Litestar:
    """Return the application; refuses to start with a catalogue that cannot be true."""
    larder = catalogue.load()
    prices = PriceList(larder.identifiers)
    for name in ("o200k_base", "cl100k_base"):
        tokens.encoding(name)
    prices.ids()
    house = House(
        catalogue=larder,
        prices=prices,
        version=__version__,
        workers=anyio.CapacityLimiter(len(os.sched_getaffinity(0))),
    )
    return Litestar(
        route_handlers=HANDLERS,
        state=State({"house": house}),
        exception_handlers={
            HTTPException: http_error,
            Unreadable: unreadable,
            Unassessable: unassessable,
            TextsTooLarge: texts_too_large,
            Exception: our_fault,
        },
        openapi_config=None,
    )


app = build()
