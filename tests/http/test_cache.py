"""Answers that are kept: the same bytes, told of in Cache-Status, and never taken for those of another case, day or code."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from litestar.testing import TestClient
from requests_to_send import BODIES, SMALL

from service.http import cache
from service.http.app import create_app
from service.http.cache import Answers
from service.settings import Settings
from service.store import Embedded

OWN = {"x-request-id", "date", "cache-status"}
MISS, HIT, BYPASS = ("prompt-or-tune; fwd=uri-miss; stored", "prompt-or-tune; hit", "prompt-or-tune; fwd=bypass")
Client = TestClient[Any]


@pytest.fixture
def client() -> Any:
    """Yield a client of an application of its own, which keeps nothing yet."""
    with TestClient(create_app(Settings(log_level="error"))) as session:
        yield session


def status_of(client: Client, **changed: Any) -> str:
    """Return what Cache-Status says of the answer to a case."""
    answer = client.post("/v1/assessments", json={**SMALL, **changed})
    assert answer.status_code == 200
    status: str = answer.headers["cache-status"]
    return status


def test_the_same_case_is_computed_once(client: Client) -> None:
    """Asked again, a case has the same bytes and headers, and Cache-Status says that it was there."""
    first, second = (client.post("/v1/assessments", json=SMALL) for _ in range(2))
    assert [answer.headers["cache-status"] for answer in (first, second)] == [MISS, HIT]
    assert first.content == second.content
    plain = [{k: v for k, v in answer.headers.items() if k not in OWN} for answer in (first, second)]
    assert plain[0] == plain[1]


def test_what_means_the_same_is_the_same_case(client: Client) -> None:
    """The order of fields, white space, and a null for what is not known make no other case."""
    status_of(client)
    assert status_of(client, simulation={"draws": 256, "seed": None}) == HIT
    turned = dict(reversed(SMALL.items()))
    assert client.post("/v1/assessments", content=str(turned).replace("'", '"')).headers["cache-status"] == HIT


def test_another_case_is_another(client: Client) -> None:
    """A word, a number or a day that differs is computed anew."""
    status_of(client)
    assert status_of(client, as_of="2026-11-24") == MISS
    assert status_of(client, simulation={"draws": 512}) == MISS
    assert (
        status_of(client, task={"description": "Route outbound customer support e-mails to one of 42 queues."}) == MISS
    )


def test_a_day_that_is_not_said_is_today(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of yesterday is not that of today."""
    days = iter([datetime.date(2026, 11, 23), datetime.date(2026, 11, 23), datetime.date(2026, 11, 24)])
    monkeypatch.setattr("service.http.handlers.today", lambda: next(days))
    body = BODIES["createAssessment"]
    answers = [client.post("/v1/assessments", json=body) for _ in range(3)]
    assert [answer.headers["cache-status"] for answer in answers] == [MISS, HIT, MISS]


def test_nothing_is_kept_where_nothing_may_be() -> None:
    """With CACHE_SECONDS=0 every answer is computed, and Cache-Status says so."""
    with TestClient(create_app(Settings(cache_seconds=0, log_level="error"))) as client:
        assert [status_of(client) for _ in range(2)] == [BYPASS, BYPASS]


def test_faults_are_not_kept(client: Client) -> None:
    """A request that was refused is looked at anew, and its answer has no Cache-Status."""
    for _ in range(2):
        answer = client.post("/v1/assessments", json={**SMALL, "volume": {}})
        assert answer.status_code == 400 and "cache-status" not in answer.headers


def test_other_code_keeps_other_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one build has kept, another does not find, nor does a request for another media type."""

    async def go() -> list[bytes | None]:
        store = Embedded(10_000)
        ours = Answers(store, 60)
        await ours.keep("digest", "application/json", b"{}")
        monkeypatch.setattr(cache, "code_digest", lambda: "another")
        theirs = Answers(store, 60)
        return [
            await ours.find("digest", "application/json"),
            await ours.find("digest", "text/csv"),
            await theirs.find("digest", "application/json"),
        ]

    assert asyncio.run(go()) == [b"{}", None, None]
