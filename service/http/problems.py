"""Problem details (RFC 9457) for every error: what was wrong, where, and what to send instead."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from service.http.reading import AnyRequest, answer_headers, told_of
from service.nouns.faults import ComeBack, Fault, Faulty, NotAcceptable, NotLetIn, Refusal, TextsTooLarge, TooMany
from service.nouns.problem import MEDIA_TYPE, TYPES, Problem, ProblemError

LOGGER = logging.getLogger("service")

UNQUOTED = "/:@!$&'()*+,;="
"""Characters that stand in a path as they are, beside letters, digits and -._~ (RFC 3986, 3.3)."""

TITLES = MappingProxyType({413: "Content Too Large", 422: "Unprocessable Content"})
"""Names of RFC 9110 that older Pythons do not have: a title is the same on all of them."""

OTHER_SLUGS = MappingProxyType({400: "unreadable", 413: "too-large", 422: "unassessable"})
"""Names of kinds that are not the name of their status."""

SHOWN = 60
"""Characters of a name or value of the caller's that are shown back."""
LONGEST_POINTER = 500
LONGEST_PATH = 500
"""Characters of a pointer and of a path that are shown back: any that the contract knows is shorter."""
LONG_NAME = re.compile(rf"((?:~[01]|[^/~]){{{SHOWN}}})[^/]+")


MENDS = {
    401: "Send a key that the service knows in X-Api-Key, or as Authorization: Bearer.",
    403: "The key is known, but may not do this; ask whoever gave it to you for the scope that is this operation's tag.",
    404: "See GET /v1/models, /v1/assumptions and /v1/fine-tuning-offers for what there is.",
    405: "The Allow header lists the methods of this path.",
    408: "The body did not arrive in time; send it again.",
    413: "A body holds at most 2 MB, all texts together 1,000,000 characters.",
    415: "Send application/json, *+json or text/plain in UTF-8, not compressed.",
    429: "The limit of requests a minute is reached; come back after the seconds of Retry-After.",
    500: "This is our fault, not the request's.",
    503: "There is too much to do at the moment; come back after the seconds of Retry-After.",
    504: "The answer took too long and was given up; ask for fewer draws or less in include.",
}


def _cut(text: str, most: int, end: str = "...") -> str:
    return text if len(text) <= most else text[:most] + end


def _shown(fault: Fault) -> ProblemError:
    """Return a fault as it is shown: names and values of the caller's are cut, however long they are."""
    received = fault.received
    return ProblemError(
        pointer=_cut(LONG_NAME.sub(r"\1...", fault.pointer), LONGEST_POINTER),
        message=fault.message,
        received=_cut(received, SHOWN, f"... ({len(received):,} characters)"),
        expected=fault.expected,
    )


def title_of(status: int) -> str:
    """Return the name of a status."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def body_of(status: int, slug: str, detail: str, path: str, request_id: str, faults: Sequence[Fault] = ()) -> bytes:
    """Return a problem as JSON."""
    body = Problem(
        type=TYPES + slug,
        title=title_of(status),
        status=status,
        detail=detail,
        instance=quote(_cut(path, LONGEST_PATH), safe=UNQUOTED, errors="replace"),
        request_id=request_id,
        errors=[_shown(fault) for fault in faults],
    )
    return msgspec.json.encode(body)


def problem(
    request: AnyRequest,
    status: int,
    slug: str,
    detail: str,
    faults: list[Fault] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Return a problem as a response."""
    request_id = answer_headers(request)["X-Request-Id"]
    return Response(
        body_of(status, slug, detail, request.scope["path"], request_id, faults or ()),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _count(faults: list[Fault], what: str) -> str:
    return f"The request {what}: {len(faults)} fault{'s' if len(faults) > 1 else ''}. {faults[0].message}"


def plain(request: AnyRequest, status: int, headers: dict[str, str] | None = None, mend: str = "") -> Response[bytes]:
    """Return the problem of a status that needs no more words than its mend."""
    title = title_of(status)
    slug = OTHER_SLUGS.get(status) or title.lower().replace(" ", "-")
    return problem(request, status, slug, f"{title}. {mend or MENDS.get(status, '')}".strip(), headers=headers)


def refused(request: AnyRequest, error: Refusal) -> Response[bytes]:
    """Return the problem of a refusal: every fault that it names, and when to come back where it passes."""
    told_of(request)["refusal"] = error.reason
    if isinstance(error, Faulty):
        what = "cannot be read" if error.status == HTTPStatus.BAD_REQUEST else "cannot be assessed"
        return problem(request, error.status, OTHER_SLUGS[error.status], _count(error.faults, what), error.faults)
    if isinstance(error, TextsTooLarge):
        return problem(request, error.status, OTHER_SLUGS[error.status], f"The texts are too large. {MENDS[413]}")
    if isinstance(error, NotAcceptable):
        kind = error.media_type.partition("/")[0]
        mend = f"Answers are {error.media_type}; accept that, {kind}/* or */*."
        return plain(request, error.status, mend=mend)
    headers = dict(error.headers) if isinstance(error, TooMany) else {}
    if isinstance(error, ComeBack):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotLetIn):
        headers["WWW-Authenticate"] = 'Bearer realm="prompt-or-tune"'
    return plain(request, error.status, headers)


def http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Return the problem of an HTTP error that the framework raised."""
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return plain(request, error.status_code, allow)


def words_of(error: BaseException) -> str:
    """Return a fault of ours for the log: its type and where it arose, and what it came from.

    Never its message, which may hold a text of the caller's.
    """
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    said = f"{type(error).__name__} at {', '.join(frames) or 'no line'}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{said}; from {words_of(cause)}" if cause else said


def our_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Return 500 without a word of what happened inside; the log names the request and says where it happened."""
    request_id = answer_headers(request)["X-Request-Id"]
    path = request.scope.get("path_template") or "a path that is not routed"
    LOGGER.error("request %s: %s %s: %s", request_id, request.method, path, words_of(error))
    return problem(request, 500, "internal-server-error", MENDS[500])
