"""Last stage: the answer as canonical JSON. Nothing that is not a finite number leaves."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from service.nouns.answer.assessment import Assessment

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """Return the canonical JSON bytes of a noun."""
    return _ENCODER.encode(value)


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of parts, each with its length before it."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big") + part)
    return state.hexdigest()


def encode(answer: Assessment) -> bytes:
    """Return the JSON bytes of an answer."""
    return msgspec.json.encode(answer)
