"""Problem details (RFC 9457) for every error: what was wrong, where, and what to send instead."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from msgspec import Struct

from service.assessment.case import Fault, Unassessable
from service.assessment.prompt_side import TextsTooLarge
from service.door import Unreadable

AnyRequest = Request[Any, Any, State]

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems/"
TOO_LARGE = 413

MENDS = {
    404: "See GET /v1/models, /v1/assumptions and /v1/fine-tuning-offers for what there is.",
    405: "The Allow header lists the methods of this path.",
    406: "Answers are application/json; accept that, application/* or */*.",
    413: "A body holds at most 2 MB, all texts together 1,000,000 characters.",
    415: "Send application/json, *+json or text/plain, not compressed.",
    500: "This is our fault, not the request's.",
}


class ProblemError(Struct, frozen=True, kw_only=True):
    """One fault of a request."""

    pointer: str
    message: str
    received: str
    expected: str


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError] = []


def problem(
    request: AnyRequest,
    status: int,
    slug: str,
    detail: str,
    faults: list[Fault] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Return a problem as a response."""
    body = Problem(
        type=TYPES + slug,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=[ProblemError(**fault._asdict()) for fault in faults or []],
    )
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _count(faults: list[Fault], what: str) -> str:
    return f"The request {what}: {len(faults)} fault{'s' if len(faults) > 1 else ''}. {faults[0].message}"


def unreadable(request: AnyRequest, error: Unreadable) -> Response[bytes]:
    """Return 400 with every fault against the schema."""
    return problem(request, 400, "unreadable", _count(error.faults, "cannot be read"), error.faults)


def unassessable(request: AnyRequest, error: Unassessable) -> Response[bytes]:
    """Return 422 with every fault that keeps the case from being assessed."""
    return problem(request, 422, "unassessable", _count(error.faults, "cannot be assessed"), error.faults)


def texts_too_large(request: AnyRequest, _error: TextsTooLarge) -> Response[bytes]:
    """Return 413 for texts that are too much together."""
    return problem(request, 413, "too-large", f"The texts are too large. {MENDS[413]}")


def http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Return the problem of an HTTP error that the framework raised."""
    status = error.status_code
    phrase = HTTPStatus(status).phrase
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "retry-after"}}
    slug = "too-large" if status == TOO_LARGE else phrase.lower().replace(" ", "-")
    return problem(request, status, slug, f"{phrase}. {MENDS.get(status, '')}".strip(), headers=headers)


def our_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Return 500 without a word of what happened inside; the log has the stack."""
    request.logger.error("unhandled", exc_info=error) if request.app.logging_config else None
    return problem(request, 500, "internal-server-error", MENDS[500])
