"""Traces: a real receiver gets one span a request and one for what was computed, in the trace of the caller."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from litestar.testing import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from requests_to_send import SMALL

from service.http.app import create_app
from service.settings import Settings

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "SECRET"


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Yield what a collector on loopback is sent."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield bodies
        server.shutdown()
        thread.join()


def spans(bodies: list[bytes]) -> list[Span]:
    """Return the spans that were sent, in the order of their names."""
    requests = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    found = [
        s for r in requests for resource in r.resource_spans for scope in resource.scope_spans for s in scope.spans
    ]
    return sorted(found, key=lambda span: span.name)


def test_a_request_is_a_span_of_its_callers_trace(received: list[bytes]) -> None:
    """The span names the route and its status, is a child of the caller's, and is what `traceparent` of the answer names."""
    with TestClient(create_app(Settings(log_level="error"))) as client:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        case = {**SMALL, "task": {"description": SECRET}}
        answer = client.post("/v1/assessments", json=case, headers=headers)
        client.get(f"/v1/assumptions/{SECRET}", headers=headers)
    missing, request, assess = spans(received)
    assert [missing.name, request.name, assess.name] == ["GET /v1/assumptions/{id}", "POST /v1/assessments", "assess"]
    assert request.trace_id.hex() == TRACE and request.parent_span_id.hex() == PARENT
    assert answer.headers["traceparent"] == f"00-{TRACE}-{request.span_id.hex()}-01"
    assert assess.parent_span_id == request.span_id
    assert (
        request.start_time_unix_nano
        < assess.start_time_unix_nano
        < assess.end_time_unix_nano
        < request.end_time_unix_nano
    )
    told = {pair.key: pair.value for pair in request.attributes}
    assert told["http.response.status_code"].int_value == 200
    assert told["prompt_or_tune.cache"].string_value == "miss"
    assert SECRET.encode() not in b"".join(received)


def test_without_an_endpoint_nothing_is_traced() -> None:
    """No variable, no tracer; the trace of a caller is continued in the answer all the same."""
    with TestClient(create_app(Settings(log_level="error"))) as client:
        answer = client.get("/v1/ledger", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    assert answer.headers["traceparent"].startswith(f"00-{TRACE}-")


def test_a_collector_that_is_not_there_costs_nobody_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered though traces go nowhere, and the service ends."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with TestClient(create_app(Settings(log_level="error"))) as client:
        assert client.get("/v1/ledger").status_code == 200
