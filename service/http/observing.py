"""What is seen of every request from outside: its line in the log, its figures, its span."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from litestar.types import ASGIApp, Message

from service.http.house import House
from service.http.tracing import parent_of

if TYPE_CHECKING:
    from opentelemetry.trace import Span

UNROUTED, OTHER = "unrouted", "other"
METHODS = frozenset({"GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
"""Methods that are told by name: a caller may invent any number of others."""

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Routes that are asked every few seconds: where all is well nobody reads that again."""

FAULT = 500
TOLD = ("key", "cache", "verdict", "draws", "refusal")
"""What the stages tell of a request that goes into its line."""


def route_of(scope: Any) -> str:
    """Return the path of the operation as the contract writes it: what a caller put into it is left out."""
    template: str = scope.get("path_template") or UNROUTED
    return template.replace(":str}", "}") if "{" in template else template


class Observed:
    """An ASGI application around another that watches; it changes nothing but the span that `traceparent` names."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        """Watch an application."""
        self.app = app
        self.house = house

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, and tell what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status, sent = perf_counter(), FAULT, 0
        span = self._span(scope)
        self.house.metrics.in_progress.inc()

        async def answer(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                sent += len(message["body"])
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            self.house.metrics.in_progress.dec()
            self._tell(scope, status, perf_counter() - begun, sent, span)

    def _span(self, scope: Any) -> Span | None:
        if self.house.tracing is None:
            return None
        echoed = scope["answer_headers"]
        parent = {"traceparent": scope["told"]["traceparent"]} if "traceparent" in scope["told"] else {}
        span = self.house.tracing.start(scope["method"], parent)
        echoed["traceparent"] = parent_of(span)
        return span

    def _tell(self, scope: Any, status: int, seconds: float, sent: int, span: Span | None) -> None:
        house, told, route = self.house, scope["told"], route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        house.metrics.request(route, method, str(status)).inc()
        house.metrics.seconds(route).observe(seconds)
        if "refusal" in told:
            house.metrics.refusals.labels(told["refusal"]).inc()
        if "cache" in told:
            house.metrics.answers.labels(told["cache"]).inc()
        house.look()
        if span is not None and house.tracing is not None:
            house.tracing.end(span, method, route, status, told)
        grave = "error" if status >= FAULT and "refusal" not in told else "debug" if route in QUIET else "info"
        trace = scope["answer_headers"].get("traceparent", "")
        house.log.tell(
            grave,
            "request",
            request_id=scope["answer_headers"]["X-Request-Id"],
            trace_id=trace[3:35] or None,
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1e3, 3),
            bytes=sent,
            **{name: told.get(name) or None for name in TOLD},
        )
