"""Faults of ours: the log says of which request and where, and holds nothing of what the caller sent."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from litestar.testing import TestClient
from requests_to_send import BODIES, raw

from service.http.edge import Edge, Unanswerable
from service.http.problems import words_of

SECRET = "the caller's own words"


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return the one line that was logged as an error, as it is written, exceptions included."""
    (record,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    return logging.Formatter().format(record)


def fail(*_: Any, **__: Any) -> None:
    """Raise an exception that holds what the caller sent, from another that does too."""
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ZeroDivisionError(SECRET) from error


def test_the_log_names_the_request_and_the_place(
    client: TestClient[Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 500 is logged with request id, method, path and place, and without the exceptions' messages."""
    monkeypatch.setattr("service.http.house.assess", fail)
    body = {**BODIES["createAssessment"], "task": {"description": SECRET}}
    response = client.post("/v1/assessments", json=body, headers={"X-Request-Id": "mine"})
    assert (response.status_code, response.json()["request_id"]) == (500, "mine")
    line = logged(caplog)
    assert line.startswith("request mine: POST /v1/assessments: ZeroDivisionError at ")
    for part in ("service/http/house.py:", " compute", f"{__file__}:", " fail", "; from KeyError at "):
        assert part in line, part
    assert SECRET not in line and SECRET not in response.text


def test_the_log_names_the_path_as_it_is_documented(
    client: TestClient[Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path that is logged is that of the operation: what the caller put into it is left out."""
    monkeypatch.setattr("service.http.handlers.today", fail)
    assert client.get("/v1/assumptions/hourly_rate").status_code == 500
    line = logged(caplog)
    assert ": GET /v1/assumptions/{id" in line and "hourly_rate" not in line


def test_what_no_handler_mends_is_raised_without_its_message(app: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the words about a fault reaches the server, which logs it: with the request's id, without the message."""
    monkeypatch.setattr("service.http.problems._count", fail)
    scope = {
        "type": "http", "method": "GET", "path": "/v1/ledger", "raw_path": b"/v1/ledger", "query_string": b"x=1",
        "headers": [(b"x-request-id", b"mine")], "root_path": "", "scheme": "http", "http_version": "1.1",
        "client": None, "server": None,
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        return None

    with pytest.raises(Unanswerable, match=r"^request mine: ZeroDivisionError at ") as raised:
        asyncio.run(app(scope, receive, send))
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__
    assert raw(app, "GET", "/v1/ledger").status_code == 200


def test_the_words_of_a_fault() -> None:
    """A fault is told by type and place; one that was raised `from None` tells nothing of what came before."""
    assert words_of(ValueError(SECRET)) == "ValueError at no line"
    first, then = ValueError(SECRET), TypeError(SECRET)
    then.__context__ = first
    assert words_of(then) == "TypeError at no line; from ValueError at no line"
    then.__suppress_context__ = True
    assert words_of(then) == "TypeError at no line"
