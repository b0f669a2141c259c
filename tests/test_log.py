"""The log: a line of JSON an event, none of a caller's words in it, and a reader that is slow holds up nobody."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec import structs
from requests_to_send import SMALL

from service import log
from service.http.app import whole
from service.http.house import House
from service.log import AsLine, Log


def lines(out: list[bytes]) -> list[dict[str, Any]]:
    """Return what was logged."""
    return [json.loads(line) for line in out]


def test_a_request_is_one_line(house: House) -> None:
    """The line names request, route, status, time and what became of it; never a text, a query, a path or an address."""
    out: list[bytes] = []
    told = Log("info", out.append)
    with TestClient(whole(structs.replace(house, log=told)), raise_server_exceptions=False) as client:
        case = {**SMALL, "task": {"description": "SECRET"}}
        client.post("/v1/assessments?SECRET=1", json=case, headers={"X-Request-Id": "mine"})
        client.post("/v1/assessments", json=case, headers={"Authorization": "Bearer SECRET"})
        client.get("/v1/assumptions/SECRET")
        client.get("/livez")
    requests = [line for line in lines(out) if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/assessments", 400), ("/v1/assessments", 200), ("/v1/assumptions/{id}", 404),
    ]  # fmt: skip
    first, second, _ = requests
    assert (first["request_id"], first["refusal"], first["level"]) == ("mine", "unreadable", "info")
    assert second["cache"] == "miss" and second["draws"] == 256 and second["milliseconds"] > 0
    assert b"SECRET" not in b"".join(out) and b"testclient" not in b"".join(out)


def test_what_is_not_grave_enough_is_left_out() -> None:
    """Below its level nothing is written, and no thread is started for it."""
    out: list[bytes] = []
    told = Log("warning", out.append)
    told.tell("info", "request")
    assert told.writer is None
    told.tell("error", "request", status=500, key=None)
    told.close()
    (line,) = lines(out)
    assert line["level"] == "error" and "key" not in line


def test_a_reader_that_takes_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines beyond those that may wait are dropped and counted; the others come in their order once they are taken."""
    gate, out = threading.Event(), list[bytes]()

    def write(text: bytes) -> None:
        gate.wait(10)
        out.append(text)

    monkeypatch.setattr(log, "MOST_LINES", 10)
    monkeypatch.setattr(log, "FLUSH_SECONDS", 0.1)
    told = Log("info", write)
    for number in range(100):
        told.tell("info", "request", number=number)
    assert told.dropped >= 89
    start = time.monotonic()
    told.close()
    assert time.monotonic() - start < 1
    gate.set()
    while len(out) + told.dropped < 100:
        time.sleep(0.01)
    numbers = [line["number"] for line in lines(out)]
    assert numbers == sorted(numbers)


def test_what_libraries_log_is_a_line_without_the_words_of_exceptions() -> None:
    """An exception is told by its type, for its message may hold a caller's text, unless it was written for the log."""

    def shown(error: Exception) -> dict[str, Any]:
        record = logging.LogRecord("lib", logging.ERROR, "f", 1, "it %s", ("broke",), (type(error), error, None))
        told: dict[str, Any] = json.loads(AsLine().format(record))
        return told

    fit = ValueError("request mine: KeyError at f:1")
    fit.is_fit_for_logs = True
    assert (shown(ValueError("SECRET"))["exception"], shown(fit)["exception"]) == ("ValueError", str(fit))
    assert shown(fit)["message"] == "it broke" and shown(fit)["level"] == "error"
