"""Provokes each error of the service once: the problems that stand in the contract as examples."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from msgspec import structs

from service.http.app import create_app, whole
from service.http.edge import Edge
from service.http.house import House
from service.http.reading import BODY_LIMIT
from service.settings import Settings

ASSESSMENTS, LEDGER = "/v1/assessments", "/v1/ledger"
CASE = json.loads((Path(__file__).parent.parent / "openapi" / "examples" / "minimal.json").read_text())
REQUEST_ID = {"X-Request-Id": "example"}
AT_ONCE = 0.01
"""Seconds in which neither a body that stalls arrives nor an assessment is done."""

FAULTS = {"task": {"description": "Route e-mails.", "kind": "poetry"}, "volume": {"requests_per_month": -5}}
CONTRADICTION = {
    "task": {"description": "Route e-mails."},
    "prompting": {"measured_accuracy": {"correct": 201, "total": 200}, "base_model": "openai/gtp-4.1"},
    "volume": {"requests_per_month": 1000},
}

Provoked = Callable[[], Awaitable[httpx.Response]]


def quiet(**said: Any) -> Settings:
    """Return settings under which what is provoked here is not logged."""
    return Settings(log_level="error", **said)


async def ask(app: Edge, method: str, path: str, **how: Any) -> httpx.Response:
    """Return the answer of an application, to a request of a name that stays the same."""
    headers = REQUEST_ID | how.pop("headers", {})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://example.org") as client:
        return await client.request(method, path, headers=headers, **how)


def plainly(method: str, path: str, settings: Settings | None = None, **how: Any) -> Provoked:
    """Return what asks a service with these settings once."""
    return lambda: ask(create_app(settings or quiet()), method, path, **how)


async def stalled() -> httpx.Response:
    """Return the answer to a request that stalls amidst its body."""

    async def body() -> AsyncIterator[bytes]:
        yield b'{"task":'
        await asyncio.Event().wait()

    return await ask(create_app(quiet(body_seconds=AT_ONCE)), "POST", ASSESSMENTS, content=body())


async def too_many() -> httpx.Response:
    """Return the answer to the second request where one a minute is let in."""
    app = create_app(quiet(requests_per_minute=1))
    await ask(app, "GET", LEDGER)
    return await ask(app, "GET", LEDGER)


async def broken() -> httpx.Response:
    """Return the answer of a service that has lost its catalogue."""
    return await ask(whole(structs.replace(House.load(quiet()), catalogue=None)), "GET", "/v1/assumptions")


async def overloaded() -> httpx.Response:
    """Return the answer of a service whose cores are taken and whose line is full."""
    house = House.load(quiet(most_waiting=1))
    house.workers.at_work = house.workers.cores + house.workers.most_waiting
    return await ask(whole(house), "POST", ASSESSMENTS, json=CASE)


async def not_allowed() -> httpx.Response:
    """Return the answer to a key that is good for something else."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(f'[[keys]]\nname = "catalogue-only"\nsha256 = "{KEYS[0]}"\nscopes = ["catalogue"]\n')
        file.flush()
        app = create_app(quiet(api_keys_file=file.name))
        return await ask(app, "POST", ASSESSMENTS, json=CASE, headers={"X-Api-Key": "a key"})


KEYS = (hashlib.sha256(b"a key").hexdigest(),)
PROVOKED: dict[str, Provoked] = {
    "400.faults": plainly("POST", ASSESSMENTS, json=FAULTS),
    "401.no-key": plainly("GET", LEDGER, quiet(api_keys=KEYS)),
    "403.other-scope": not_allowed,
    "404.no-such-name": plainly("GET", "/v1/assumptions/hourly_wage"),
    "405.no-such-method": plainly("DELETE", LEDGER),
    "406.other-media-type": plainly("GET", LEDGER, headers={"Accept": "text/csv"}),
    "408.stalled-body": stalled,
    "413.large-body": plainly("POST", ASSESSMENTS, content=b" " * (BODY_LIMIT + 1)),
    "415.other-type-of-body": plainly(
        "POST", ASSESSMENTS, content=b"<case/>", headers={"Content-Type": "application/xml"}
    ),
    "422.faults": plainly("POST", ASSESSMENTS, json=CONTRADICTION),
    "429.limit-reached": too_many,
    "500.fault-of-the-service": broken,
    "503.too-much-at-hand": overloaded,
    "504.given-up": plainly("POST", ASSESSMENTS, quiet(answer_seconds=AT_ONCE), json=CASE),
}
"""How each error is provoked, by the name of its example."""


def problems() -> dict[str, Any]:
    """Return the problem of each error by the name of its example."""

    async def provoke() -> dict[str, httpx.Response]:
        return {name: await provoked() for name, provoked in PROVOKED.items()}

    found = asyncio.run(provoke())
    for name, answer in found.items():
        if answer.status_code != int(name.partition(".")[0]):
            raise ValueError(f"{name} was answered with {answer.status_code}: {answer.text}")
    return {name: answer.json() for name, answer in found.items()}
