"""Every refusal that a caller can meet, and the faults that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """Something that keeps a request from being answered, and its mend."""

    pointer: str
    message: str
    received: str
    expected: str


class Refusal(Exception):
    """Base of all refusals; each has the HTTP status that it is answered with."""

    status: ClassVar[int]
    reason: ClassVar[str]
    """What it is counted as."""


class Faulty(Refusal):
    """Base of the refusals that name every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = list(faults)


class Unreadable(Faulty):
    """The body cannot be read or does not fit the schema."""

    status = 400
    reason = "unreadable"


class NotLetIn(Refusal):
    """No key, or one that is not known or no longer in force."""

    status = 401
    reason = "key"


class NotAllowed(Refusal):
    """The key may not do this."""

    status = 403
    reason = "scope"


class NotAcceptable(Refusal):
    """The caller does not accept the media type of the answer."""

    status = 406
    reason = "accept"

    def __init__(self, media_type: str) -> None:
        super().__init__(media_type)
        self.media_type = media_type


class TooSlow(Refusal):
    """The body did not arrive in time."""

    status = 408
    reason = "slow_body"


class TextsTooLarge(Refusal):
    """The texts of one request together are over the limit."""

    status = 413
    reason = "large_texts"


class UnsupportedMedia(Refusal):
    """The body is of a type that we do not read."""

    status = 415
    reason = "media_type"


class Unassessable(Faulty):
    """The request fits the schema but cannot be assessed."""

    status = 422
    reason = "unassessable"


class ComeBack(Refusal):
    """Base of the refusals that pass: carries the seconds after which to come back."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"come back after {retry_after} s")
        self.retry_after = retry_after


class TooMany(ComeBack):
    """The limit of requests is reached; carries the headers that tell it."""

    status = 429
    reason = "limit"

    def __init__(self, retry_after: int, headers: dict[str, str]) -> None:
        super().__init__(retry_after)
        self.headers = headers


class Overloaded(ComeBack):
    """Too much is waiting already."""

    status = 503
    reason = "overload"


class TookTooLong(Refusal):
    """The work was given up."""

    status = 504
    reason = "given_up"
