"""Problem details (RFC 9457): how every refusal is answered."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems/"

SLUGS = (
    "unreadable", "unauthorized", "forbidden", "not-found", "method-not-allowed", "not-acceptable", "request-timeout", "too-large",
    "unsupported-media-type", "unassessable", "too-many-requests", "internal-server-error", "service-unavailable",
    "gateway-timeout",
)  # fmt: skip

KINDS = ", ".join(TYPES + slug for slug in SLUGS)
"""Every kind of problem."""


class ProblemError(Open, frozen=True):
    """One fault of a request."""

    pointer: Annotated[
        str,
        Meta(
            description="JSON pointer into the body, or / and the name of a query parameter; empty for the whole. A long name is cut",
            examples=["/prompting/measured_accuracy/correct"],
        ),
    ]
    message: Annotated[str, Meta(description="What is wrong")]
    received: Annotated[
        str, Meta(description="What was sent, shortened; never a text of the caller's, but its kind and size")
    ]
    expected: Annotated[str, Meta(description="What to send instead")]


class Problem(Open, frozen=True):
    """What went wrong, after RFC 9457."""

    type: Annotated[
        str,
        Meta(
            description="Path that names the kind of problem, stable. Extensible enum: one of " + KINDS,
            examples=["/problems/unreadable"],
        ),
    ]
    title: Annotated[str, Meta(description="Name of the status", examples=["Bad Request"])]
    status: Annotated[int, Meta(description="HTTP status", ge=400, le=599)]
    detail: Annotated[str, Meta(description="What was wrong and what to do about it, in words")]
    instance: Annotated[str, Meta(description="Path of the request, percent-encoded", examples=["/v1/assessments"])]
    request_id: Annotated[str, Meta(description="The request's name in X-Request-Id and in logs")]
    errors: Annotated[
        list[ProblemError], Meta(description="Every fault found, up to 100; empty where there is no place")
    ]
