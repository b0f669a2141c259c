"""The documented statuses: each one of each operation is provoked, and the answer is as the document says."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from requests_to_send import BODIES, CASE, path_of

from service.contract.operations import BY_ID, OPERATIONS, SCOPES, Operation
from service.http.app import create_app, whole
from service.http.edge import Edge
from service.http.house import House
from service.http.reading import BODY_LIMIT
from service.nouns.request.assessment import AssessmentRequest
from service.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "openapi" / "openapi.json").read_text())
DECLARED = {operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()}
PAIRS = [(name, int(status)) for name, operation in DECLARED.items() for status in operation["responses"]]

CONTRADICTORY = {**CASE, "volume": {"requests_per_month": {"low": 5, "high": 3}}}
CONTRADICTIONS: dict[str, Any] = {
    **{operation.id: CONTRADICTORY for operation in OPERATIONS if operation.body is AssessmentRequest},
    "countTokens": {**BODIES["countTokens"], "encoding": "o200k_base", "base_model": "openai/gpt-4.1"},
}
built = functools.cache(create_app)
"""Returns an application with settings; the same one again for the same settings."""

KEY = "correct horse battery staple"
SECONDS_TO_SPARE = 30


async def ask(app: Edge, operation: Operation, **how: Any) -> httpx.Response:
    """Return the answer of an application to a request that would be answered with 200 but for `how`."""
    path = how.pop("path", path_of(operation))
    if operation.body and "content" not in how:
        how.setdefault("json", BODIES[operation.id])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(how.pop("method", operation.method).upper(), path, **how)


def answer(operation: Operation, settings: Settings | None = None, **how: Any) -> httpx.Response:
    """Return the answer of an application with these settings."""
    return asyncio.run(ask(built(settings or Settings()), operation, **how))


def answer_of_busy(operation: Operation, at_work: Callable[[int], int], settings: Settings) -> httpx.Response:
    """Return the answer while computations that do not end occupy the workers, as many as `at_work` says of the cores."""

    async def go() -> httpx.Response:
        house, done = House.load(settings), threading.Event()
        workers = house.workers if operation.body is AssessmentRequest else house.light
        loop = asyncio.get_running_loop()
        stuck = [loop.run_in_executor(workers.pool, done.wait) for _ in range(workers.cores)]
        workers.at_work = at_work(workers.cores)
        try:
            return await ask(whole(house), operation)
        finally:
            done.set()
            await asyncio.gather(*stuck)

    return asyncio.run(go())


def not_modified(operation: Operation) -> httpx.Response:
    """Return the answer to a request that names the ETag of the answer before."""
    return answer(operation, headers={"If-None-Match": answer(operation).headers["etag"]})


def too_many(operation: Operation) -> httpx.Response:
    """Return the answer to the second request of a limit of one a minute."""

    async def go() -> httpx.Response:
        app = create_app(Settings(requests_per_minute=1))
        assert (await ask(app, operation)).status_code == 200
        return await ask(app, operation)

    return asyncio.run(go())


def other_scope(operation: Operation) -> httpx.Response:
    """Return the answer to a key that is good for all operations but those of this tag."""
    scopes = json.dumps([scope for scope in SCOPES if scope != operation.tag])
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(
            f'[[keys]]\nname = "elsewhere"\nsha256 = "{hashlib.sha256(KEY.encode()).hexdigest()}"\nscopes = {scopes}\n'
        )
        file.flush()
        return answer(operation, Settings(api_keys_file=file.name), headers={"X-Api-Key": KEY})


def broken(operation: Operation) -> httpx.Response:
    """Return the answer of a service that cannot put an answer together."""

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret of the inside")

    built(Settings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.http.responses.Response", fail)
        return answer(operation)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Yield the port of a real server that waits 0.3 s for a body."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(number), "BODY_SECONDS": "0.3", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "service"], env=environment, cwd=ROOT)
    try:
        for _ in range(300):
            with socket.socket() as knock:
                if not knock.connect_ex(("127.0.0.1", number)):
                    break
            time.sleep(0.1)
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_TO_SPARE) == 0


def over_the_wire(port: int, said: bytes) -> tuple[httpx.Response, float]:
    """Return the answer to bytes, and the seconds it took; the connection stays open until then."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS_TO_SPARE) as connection:
        connection.sendall(said)
        response = http.client.HTTPResponse(connection, method="POST")
        response.begin()
        body = response.read()
        return httpx.Response(response.status, headers=response.getheaders(), content=body), time.monotonic() - start


def half_a_body(operation: Operation, port: int) -> httpx.Response:
    """Return the answer to a request that stalls amidst its body."""
    found, seconds = over_the_wire(
        port, f'POST {operation.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{"task":'.encode()
    )
    assert 0.25 < seconds < SECONDS_TO_SPARE
    return found


PROVOKED: dict[int, Callable[[Operation], httpx.Response]] = {
    200: answer,
    304: not_modified,
    400: lambda operation: (
        answer(operation, content=b"{") if operation.body else answer(operation, params={"unheard_of": "1"})
    ),
    401: lambda operation: answer(operation, Settings(api_keys=(hashlib.sha256(KEY.encode()).hexdigest(),))),
    403: other_scope,
    404: lambda operation: answer(operation, path=path_of(operation) + "-that-is-not"),
    405: lambda operation: answer(operation, method="DELETE"),
    406: lambda operation: answer(operation, headers={"Accept": "image/png"}),
    413: lambda operation: answer(operation, content=b" " * (BODY_LIMIT + 1)),
    415: lambda operation: answer(operation, content=b"<a/>", headers={"Content-Type": "application/xml"}),
    422: lambda operation: answer(operation, json=CONTRADICTIONS[operation.id]),
    429: too_many,
    500: broken,
    503: lambda operation: answer_of_busy(operation, lambda cores: cores + 1, Settings(most_waiting=1)),
    504: lambda operation: answer_of_busy(operation, lambda cores: cores, Settings(answer_seconds=0.05)),
}
"""How each status is provoked within this process; 408 takes a connection."""


def assert_conforms(name: str, status: int, found: httpx.Response) -> None:
    """Assert that an answer is what the document says of it."""
    assert found.status_code == status, found.text[:500]
    said = DECLARED[name]["responses"][str(status)]
    for header, how in said["headers"].items():
        assert not how["required"] or header in found.headers, header
        if header in found.headers and how["schema"]["type"] == "integer":
            assert how["schema"]["minimum"] <= int(found.headers[header]) <= how["schema"]["maximum"]
    if "content" not in said:
        assert found.content == b""
        return
    ((media, content),) = said["content"].items()
    assert found.headers["content-type"].partition(";")[0] == media
    if content["schema"].get("format") == "binary":
        assert found.content
        return
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    faults = jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(found.json())
    assert [fault.message for fault in faults] == []


@pytest.mark.parametrize(("name", "status"), PAIRS, ids=lambda part: str(part))
def test_each_documented_status_can_be_had(name: str, status: int, port: int) -> None:
    """A documented status is provoked, with the media type, schema and headers that are documented for it."""
    operation = BY_ID[name]
    found = half_a_body(operation, port) if status == 408 else PROVOKED[status](operation)
    assert_conforms(name, status, found)
    if status >= 400:
        problem = found.json()
        assert (problem["status"], problem["request_id"]) == (status, found.headers["x-request-id"])
        assert problem["instance"] == httpx.URL(found.request.url).path if status != 408 else operation.path
        assert found.headers["cache-control"] == "no-store"
        assert "secret" not in found.text and "Traceback" not in found.text


def test_the_document_declares_what_the_operations_say() -> None:
    """The statuses of the committed document are those of the operations, and each has its way of being provoked."""
    assert set(PAIRS) == {(operation.id, status) for operation in OPERATIONS for status in operation.statuses}
    assert {status for _, status in PAIRS} == {*PROVOKED, 408}


def test_a_key_lets_in() -> None:
    """A key that the service knows is let in either way it may be sent; another is not; probes need none."""
    settings = Settings(api_keys=("0" * 64, hashlib.sha256(KEY.encode()).hexdigest()))
    ledger, livez = BY_ID["getLedger"], BY_ID["getLiveness"]
    for headers in ({"X-Api-Key": KEY}, {"Authorization": f"Bearer {KEY}"}, {"Authorization": f"bearer  {KEY} "}):
        assert answer(ledger, settings, headers=headers).status_code == 200
    for headers in ({"X-Api-Key": KEY + "x"}, {"Authorization": f"Basic {KEY}"}, {"X-Api-Key": ""}, {"X-Api-Key": "é"}):
        refused = answer(ledger, settings, headers={k: v.encode("latin-1") for k, v in headers.items()})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer ")
    assert answer(livez, settings).status_code == 200


def test_who_is_not_let_in_learns_nothing_else(tmp_path: Path) -> None:
    """No key, an unknown one and one whose time is over have the same answer, on every operation, whatever they send."""
    file = tmp_path / "keys.toml"
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    file.write_text(f'[[keys]]\nname = "ended"\nsha256 = "{digest}"\nexpires = 2020-01-01T00:00:00Z\n')
    app, named = create_app(Settings(api_keys_file=str(file), log_level="error")), {"X-Request-Id": "same"}
    for operation in OPERATIONS:
        if operation.is_probe:
            continue
        sent = [{}, {"X-Api-Key": "unknown"}, {"X-Api-Key": KEY}]
        found = [asyncio.run(ask(app, operation, headers={**named, **key})) for key in sent]
        found += [asyncio.run(ask(app, operation, headers=named, content=b"{"))] if operation.body else []
        assert {answer.status_code for answer in found} == {401}
        assert len({(answer.content, tuple(sorted(answer.headers.items()))) for answer in found}) == 1
        assert "ended" not in found[0].text


def test_limits_are_told_with_every_answer() -> None:
    """What is left of the limit is told while there is some, and when there is none; probes do not count."""

    async def go() -> list[httpx.Response]:
        app = create_app(Settings(requests_per_minute=2))
        for _ in range(3):
            assert (await ask(app, BY_ID["getReadiness"])).status_code == 200
        return [await ask(app, BY_ID["getLedger"]) for _ in range(3)]

    first, second, third = asyncio.run(go())
    assert [r.status_code for r in (first, second, third)] == [200, 200, 429]
    assert first.headers["ratelimit-policy"] == third.headers["ratelimit-policy"] == '"default";q=2;w=60'
    assert first.headers["ratelimit"].startswith('"default";r=1;t=')
    assert third.headers["ratelimit"].startswith('"default";r=0;t=')
    assert 59 <= int(third.headers["retry-after"]) <= 60


def test_a_body_in_pieces_has_the_same_limit(port: int) -> None:
    """A chunked body, whose length nobody told, is refused once it is longer than the limit."""
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    head = b"POST /v1/assessments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    found, _ = over_the_wire(port, head + piece * 31 + b"0\r\n\r\n")
    assert_conforms("createAssessment", 413, found)
    found, _ = over_the_wire(port, head + piece * 30 + b"0\r\n\r\n")
    assert_conforms("createAssessment", 400, found)


def test_a_caller_that_hangs_up_is_no_fault_of_ours() -> None:
    """A connection that is closed amidst a body is answered, were anybody there, with 400 and not with 500."""
    sent: list[Any] = []
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {
        "type": "http", "method": "POST", "path": "/v1/assessments", "raw_path": b"/v1/assessments", "query_string": b"",
        "headers": [], "root_path": "", "scheme": "http", "http_version": "1.1", "client": None, "server": None,
    }  # fmt: skip

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(create_app(Settings())(scope, receive, send))
    assert sent[0]["status"] == 400


def test_a_body_in_bad_pieces_is_said_to_be_so(port: int) -> None:
    """A chunk whose size is no number is a 400 that speaks of chunks, not one that came too late."""
    head = b"POST /v1/token-counts?x=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    found, _ = over_the_wire(port, head + b"zz\r\n{}\r\n0\r\n\r\n")
    assert_conforms("countTokens", 400, found)
    query, body = found.json()["errors"]
    assert (query["pointer"], body["pointer"]) == ("/x", "")
    assert "chunks" in body["message"] and "chunks" in body["expected"]
