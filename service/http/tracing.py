"""OpenTelemetry traces, where an endpoint is set by the usual variables (OTEL_EXPORTER_OTLP_ENDPOINT and its like)."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from service import __version__

if TYPE_CHECKING:
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME = "prompt-or-tune"
CLOSE_SECONDS = 2.0


class Tracing:
    """Makes one span a request and one for what it computed, and sends them from a thread."""

    def __init__(self) -> None:
        """Make ready to send; the variables of the SDK say where to, and which part of the traces."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        told = Resource.create({"service.name": NAME, "service.version": __version__})
        self.provider = TracerProvider(shutdown_on_exit=False, resource=told.merge(OTELResourceDetector().detect()))
        self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.tracer = self.provider.get_tracer(NAME, __version__)

    def start(self, method: str, headers: Mapping[str, str]) -> Span:
        """Return the span of a request, a part of its caller's trace where it names one."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract(headers)
        return self.tracer.start_span(method, context, SpanKind.SERVER)

    def end(self, span: Span, method: str, route: str, status: int, told: Mapping[str, Any]) -> None:
        """End a span with what became of its request; never with what was sent."""
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
        if "cache" in told:
            span.set_attribute("prompt_or_tune.cache", told["cache"])
        if "computed" in told:
            start, end = told["computed"]
            part = self.tracer.start_span("assess", set_span_in_context(span), start_time=start)
            part.set_attribute("prompt_or_tune.draws", told["draws"])
            part.end(end)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    async def close(self) -> None:
        """Send what waits, for a moment: a collector that is silent holds up no end."""
        sending = threading.Thread(target=self.provider.shutdown, daemon=True)
        sending.start()
        until = monotonic() + CLOSE_SECONDS
        while sending.is_alive() and monotonic() < until:
            await asyncio.sleep(CLOSE_SECONDS / 100)


def tracing() -> Tracing | None:
    """Return what traces, if traces are to go anywhere."""
    return Tracing() if any(map(os.environ.get, ENDPOINTS)) else None


def parent_of(span: Span) -> str:
    """Return the traceparent that names a span."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
