"""Answers that were computed before: kept under their result digest, and told of in Cache-Status (RFC 9211)."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from service.store import Store

CACHE = "prompt-or-tune"
HIT = f"{CACHE}; hit"
STORED = f"{CACHE}; fwd=uri-miss; stored"
BYPASSED = f"{CACHE}; fwd=bypass"


def code_digest() -> str:
    """Return the SHA-256 of the code that answers hang on: another build never takes its answers from this one."""
    digest = hashlib.sha256()
    for package in ("service", "models"):
        for file in sorted(Path(str(resources.files(package))).rglob("*.py")):
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


class Answers:
    """The answers that are kept; only JSON, never a rendering that shows the caller's words."""

    def __init__(self, store: Store, seconds: int) -> None:
        """Keep answers of this code for so many seconds; 0: none."""
        self.store = store
        self.seconds = seconds
        self.code = code_digest()

    def _key(self, result_digest: str, media_type: str) -> str:
        return "answer:" + hashlib.sha256(f"{self.code} {result_digest} {media_type}".encode()).hexdigest()

    async def find(self, result_digest: str, media_type: str) -> bytes | None:
        """Return the answer that was kept, if one was."""
        return await self.store.get(self._key(result_digest, media_type)) if self.seconds else None

    async def keep(self, result_digest: str, media_type: str, body: bytes) -> str:
        """Keep an answer, and return what Cache-Status says of it."""
        if not self.seconds:
            return BYPASSED
        await self.store.put(self._key(result_digest, media_type), body, self.seconds)
        return STORED
