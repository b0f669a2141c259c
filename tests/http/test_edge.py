"""The edge: methods, paths and headers that hold for every operation alike."""

from __future__ import annotations

import asyncio
import datetime
import re
from typing import Any

import pytest
from litestar.testing import TestClient
from requests_to_send import BODIES, assert_is_problem, path_of, raw

from service.contract.operations import BY_ID, OPERATIONS, Deprecation, Operation
from service.http.edge import Edge

Client = TestClient[Any]

FILES = ("/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/", "/docs")
GETS = [path_of(operation) for operation in OPERATIONS if operation.method == "get"] + ["/healthz", *FILES]
POSTS = [operation.path for operation in OPERATIONS if operation.method == "post"]
TAGGED = [path for path in GETS if path not in ("/livez", "/healthz", "/readyz")]
HOURLY_RATE = "/v1/assumptions/hourly_rate"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
OWN = {"x-request-id", "date"}
"""Headers that differ from one answer to the next."""


@pytest.mark.parametrize("path", GETS)
def test_head_is_get_without_the_body(path: str, client: Client) -> None:
    """HEAD has the status and headers of GET, its ETag and length included, and no body."""
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b"" and get.content
    assert int(head.headers["content-length"]) == len(get.content)
    assert {k: v for k, v in head.headers.items() if k not in OWN} == {
        k: v for k, v in get.headers.items() if k not in OWN
    }
    if path in TAGGED:
        again = client.head(path, headers={"If-None-Match": head.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", [*GETS, *POSTS])
def test_options_list_the_methods(path: str, client: Client) -> None:
    """OPTIONS is answered with 204 and the methods of the path, always in the same order."""
    response = client.options(path)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == ("GET, HEAD, OPTIONS" if path in GETS else "OPTIONS, POST")
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO", "get", "POST", "GET", "HEAD"])
def test_methods_a_path_does_not_have(method: str, app: Edge) -> None:
    """A method that a path does not have, known or not, is 405 with the methods it has; a path that is not, 404."""
    for path, allow in ((HOURLY_RATE, "GET, HEAD, OPTIONS"), ("/v1/assessments", "OPTIONS, POST")):
        if method in allow.split(", "):
            continue
        response = raw(app, method, path)
        assert response.status_code == 405
        assert response.headers["allow"] == allow
        if method == "HEAD":
            assert response.content == b""
        else:
            assert_is_problem(response, 405)
    response = raw(app, method, "/v1/nothing")
    assert response.status_code == 404
    assert "allow" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/v1", "/v1/assessments/x", "/v1/models/openai", "/v1/assumptions/%00", "/v1/assumptions/%FF",
     "/v1/assumptions/%C3%A9%20%3F", "/v1/assumptions/hourly%5Frate%2Fx", "/V1/models", "/v1/models//x"],
)  # fmt: skip
def test_unknown_paths_are_problems(path: str, client: Client) -> None:
    """A path that names nothing is 404, whatever its characters, and the problem's instance is a URI path."""
    problem = assert_is_problem(client.get(path), 404)
    assert problem["type"] == "/problems/not-found"
    assert re.fullmatch(r"[\w.~/:@!$&'()*+,;=%-]+", problem["instance"], re.ASCII), problem["instance"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (HOURLY_RATE + "/", HOURLY_RATE),
        ("/v1//assumptions/hourly_rate", HOURLY_RATE),
        ("/v1/assumptions/hourly%5Frate", HOURLY_RATE),
        ("/v1/models/openai%2Fgpt-4.1-mini", "/v1/models/openai/gpt-4.1-mini"),
        ("/healthz", "/livez"),
    ],
)
def test_paths_that_mean_the_same(said: str, meant: str, client: Client) -> None:
    """A slash too many, a percent-encoded letter or slash, and the older name of the probe lead to the same answer."""
    assert client.get(said).status_code == 200
    assert client.get(said).content == client.get(meant).content


def test_a_body_where_none_belongs_changes_nothing(client: Client) -> None:
    """A GET with a body is answered as one without."""
    plain = client.get(HOURLY_RATE)
    with_body = client.request("GET", HOURLY_RATE, content=b"x" * 1000, headers={"Content-Type": "image/png"})
    assert (with_body.status_code, with_body.content) == (200, plain.content)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_query_parameters_nobody_knows_are_named(operation: Operation, client: Client) -> None:
    """A query parameter that is not in the document is refused by name, on every operation but the probes."""
    body = {"json": BODIES[operation.id]} if operation.body else {}
    response = client.request(operation.method, path_of(operation), params={"unheard_of": "1"}, **body)
    if operation.is_probe:
        assert response.status_code == 200
        return
    problem = assert_is_problem(response, 400)
    assert [error["pointer"] for error in problem["errors"]] == ["/unheard_of"]


@pytest.mark.parametrize("path", TAGGED)
def test_tags_are_compared_as_the_rules_say(path: str, client: Client, app: Edge) -> None:
    """If-None-Match holds for any of its tags, weak or strong, in one header or several, and for the asterisk."""
    tag = client.get(path).headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    for said in ([tag], [f"W/{tag}"], ["*"], [" * "], [f'"a", W/"b",{tag}'], ['"a"', tag], [f'"a,{tag[1:]}, {tag}']):
        response = raw(app, "GET", path, *(("If-None-Match", value) for value in said))
        assert (response.status_code, response.content) == (304, b""), said
        assert response.headers["etag"] == tag
        assert response.headers["cache-control"] == "no-cache"
    for said in (
        [],
        [""],
        ['"a"'],
        [f'"a{tag}b"'],
        [tag.strip('"')],
        [tag.upper().replace('"', '"X')],
        ["W/*"],
        ["\xff"],
    ):
        response = raw(app, "GET", path, *(("If-None-Match", value) for value in said))
        assert response.status_code == 200, said


@pytest.mark.parametrize(
    "accept",
    [[], [""], ["*/*"], ["application/*"], ["APPLICATION/JSON"], ["text/html, */*;q=0.1"], ["text/html", "application/json"],
     ["application/json;q=0.001"], ["application/json ; q=1.000"], ["text/html;q=1, application/json;q=0.2"], [" , ,*/*"],
     ["application/json, */*;q=0"], ["application/json, application/json;q=0"], ["application/problem+json"]],
)  # fmt: skip
def test_what_is_acceptable(accept: list[str], app: Edge) -> None:
    """An Accept that covers JSON with any quality above 0, or that says nothing, or nothing but problems, is answered."""
    response = raw(app, "GET", HOURLY_RATE, *(("Accept", value) for value in accept))
    assert response.status_code == 200
    assert response.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "accept",
    [["text/csv"], ["application/json;q=0"], ["application/json;q=0, */*"], ["application/json;q=0.0, text/html"],
     ["*/*;q=0"], ["text/html", "application/json;q=0"], ["application/json;q=2"], ["application/json;q=1.5"], ["application/json;q=0.5x"], ["application/json;q=x"], ["json"],
     ["application/*;q=0, */*"], ["application/problem+json;q=0"], ["text/html", "application/problem+json"], ["\xff"]],
)  # fmt: skip
def test_what_is_not_acceptable(accept: list[str], app: Edge) -> None:
    """An Accept that rules JSON out, by quality 0 or by naming others only, is 406."""
    response = raw(app, "GET", HOURLY_RATE, *(("Accept", value) for value in accept))
    assert_is_problem(response, 406)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Content-Encoding", "")], 200),
        ([("Content-Encoding", "identity")], 200),
        ([("Content-Encoding", " Identity ")], 200),
        ([("Content-Encoding", "gzip")], 415),
        ([("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], 415),
        ([("Content-Encoding", "identity, br")], 415),
        ([("Content-Type", "application/json"), ("Content-Type", "text/xml")], 415),
        ([("Content-Type", "application/merge-patch+json")], 200),
        ([("Content-Type", 'application/json; charset="UTF-8"')], 200),
        ([("Content-Type", "application/json; charset=latin-1")], 415),
        ([("Content-Type", "text/plain; charset=us-ascii")], 200),
        ([("Content-Type", "")], 200),
        ([("Content-Type", "multipart/form-data")], 415),
    ],
)
def test_bodies_that_are_read(headers: list[tuple[str, str]], status: int, app: Edge) -> None:
    """A body is read as JSON in UTF-8 unless any of its headers says that it is something else."""
    response = raw(app, "POST", "/v1/token-counts", *headers, content=b'{"texts": ["a"]}')
    assert response.status_code == status, response.text
    if status != 200:
        assert_is_problem(response, status)


@pytest.mark.parametrize("path", [HOURLY_RATE, "/v1/nothing", "/livez", "/openapi.json"])
def test_a_request_keeps_its_name(path: str, client: Client, app: Edge) -> None:
    """A request id of 1 to 128 visible ASCII characters comes back; anything else is replaced by a new one."""
    for name in ("a", "7f3a-b:c/d", "a" * 128, '"<>'):
        assert client.get(path, headers={"X-Request-Id": name}).headers["x-request-id"] == name
    for name in ("", "a b", "a" * 129, "\xe9", "a\tb"):
        response = raw(app, "GET", path, ("X-Request-Id", name))
        assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    twice = raw(app, "GET", path, ("X-Request-Id", "a"), ("X-Request-Id", "b"))
    assert re.fullmatch("[0-9a-f]{32}", twice.headers["x-request-id"])
    assert client.get(path).headers["x-request-id"] != client.get(path).headers["x-request-id"]


@pytest.mark.parametrize("flags", ["00", "01"])
def test_a_trace_is_continued(flags: str, client: Client) -> None:
    """The answer's traceparent has the trace and flags of the request's, and a parent of its own."""
    for said in (f"00-{TRACE}-{PARENT}-{flags}", f"cc-{TRACE}-{PARENT}-{flags}-what-may-come"):
        version, trace, parent, kept = (
            client.get("/livez", headers={"traceparent": said}).headers["traceparent"].split("-")
        )
        assert (version, trace, kept) == ("00", TRACE, flags)
        assert re.fullmatch("[0-9a-f]{16}", parent) and parent != PARENT


@pytest.mark.parametrize(
    "said",
    ["", "00", f"ff-{TRACE}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01",
     f"00-{TRACE}-{PARENT}-01-more", f"00-{TRACE.upper()}-{PARENT}-01", f"00-{TRACE}-{PARENT}-1"],
)  # fmt: skip
def test_a_broken_trace_is_not_continued(said: str, client: Client) -> None:
    """A traceparent that breaks the rules of its version is left alone: the answer has none."""
    assert "traceparent" not in client.get("/livez", headers={"traceparent": said}).headers


def test_an_idempotency_key_is_echoed(client: Client, app: Edge) -> None:
    """A key of up to 255 visible ASCII characters comes back with answers and problems; another does not."""
    for key in ("k", "8e03978e-40d5-43dd-bc93-6894a57f9324", "a" * 255):
        for body in (BODIES["countTokens"], {}):
            response = client.post("/v1/token-counts", json=body, headers={"Idempotency-Key": key})
            assert response.headers["idempotency-key"] == key
    for key in ("", "a b", "a" * 256, "\xe9"):
        response = raw(app, "POST", "/v1/token-counts", ("Idempotency-Key", key), content=b'{"texts": [""]}')
        assert response.status_code == 200
        assert "idempotency-key" not in response.headers


@pytest.mark.parametrize("path", [*GETS, "/nothing"])
def test_an_idempotency_key_is_for_bodies(path: str, app: Edge) -> None:
    """Where no body is taken no key is echoed: by GET, by HEAD, and by a method that a path does not have."""
    for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        assert "idempotency-key" not in raw(app, method, path, ("Idempotency-Key", "k")).headers
    if path in GETS:
        response = raw(app, "POST", path, ("Idempotency-Key", "k"))
        assert response.status_code == 405
        assert "idempotency-key" not in response.headers


def test_a_fault_in_the_words_about_a_fault(monkeypatch: pytest.MonkeyPatch, app: Edge) -> None:
    """Where even the problem cannot be put together the caller gets a plain one, with the request's name."""

    def fail(*_: Any) -> str:
        raise ZeroDivisionError("secret of the inside")

    monkeypatch.setattr("service.http.problems._count", fail)
    response = raw(app, "POST", "/v1/token-counts", ("X-Request-Id", "mine"), content=b"{")
    assert assert_is_problem(response, 500)["request_id"] == response.headers["x-request-id"] == "mine"
    assert "secret" not in response.text


@pytest.mark.parametrize("path", [*GETS, "/nothing"])
def test_nothing_is_sniffed(path: str, client: Client) -> None:
    """Every answer forbids guessing its type."""
    assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_a_deprecated_operation_says_so(client: Client) -> None:
    """No operation is deprecated today; one that is announces it as RFC 9745 and RFC 8594 say."""
    assert all(operation.deprecation is None for operation in BY_ID.values())
    ended = Deprecation(since=datetime.date(2026, 1, 1), sunset=datetime.date(2027, 1, 1), href="/docs")
    assert ended.headers == {
        "Deprecation": "@1767225600",
        "Sunset": "Fri, 01 Jan 2027 00:00:00 GMT",
        "Link": '</docs>; rel="deprecation"',
    }
    assert "deprecation" not in client.get(HOURLY_RATE).headers


@pytest.mark.parametrize(
    ("headers", "is_read"),
    [
        ([(b"content-length", b"6")], True),
        ([(b"content-length", b"6"), (b"expect", b"100-continue")], False),
        ([(b"content-length", b"64001")], False),
        ([(b"content-length", b"9" * 5000)], False),
        ([], False),
    ],
)
def test_a_short_body_is_read_before_the_answer(headers: list[tuple[bytes, bytes]], is_read: bool) -> None:
    """A short body that nobody asked for is read first, so that the server does not hang up on its sender."""
    events: list[str] = []
    parts = [{"type": "http.request", "body": b"abc", "more_body": more} for more in (True, False)]

    async def receive() -> Any:
        events.append("read")
        return parts.pop(0)

    async def send(message: Any) -> None:
        events.append(message["type"])

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(Edge(app)(scope, receive, send))
    assert events == [*(["read", "read"] if is_read else []), "http.response.start", "http.response.body"]


def test_a_body_that_does_not_come_keeps_no_answer_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rest of a short body stays away, the answer goes out all the same."""
    monkeypatch.setattr("service.http.edge.READ_SECONDS", 0.05)
    sent: list[str] = []

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"6")]}
    asyncio.run(asyncio.wait_for(Edge(app)(scope, receive, send), 5))
    assert sent == ["http.response.start"]
