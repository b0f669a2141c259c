"""API keys: digests with names, scopes and ends, from API_KEYS and from a file that is read anew when it changes."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from service.contract.operations import SCOPES

MOST_BYTES = 200_000
"""Size of a file of some two thousand keys, which are found in a third of a millisecond; what is larger is another file."""

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,60}\Z")]


class Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key: who has it, by what it is known, what it may do and until when."""

    name: Name
    sha256: Digest
    scopes: Annotated[tuple[str, ...], Meta(min_length=1)] = SCOPES
    expires: datetime.datetime | None = None

    def __post_init__(self) -> None:
        """Refuse scopes that there are not, and an end that is no moment everywhere."""
        if unknown := set(self.scopes) - set(SCOPES):
            raise ValueError(f"{self.name} has {len(unknown)} unknown scope(s); there are {', '.join(SCOPES)}")
        if self.expires is not None and self.expires.tzinfo is None:
            raise ValueError(f"{self.name} expires at a time without a zone; end it with Z")


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    keys: Annotated[list[Key], Meta(min_length=1)]


def now() -> datetime.datetime:
    """Return this moment."""
    return datetime.datetime.now(datetime.UTC)


class Keys:
    """Finds the key that a request brings among those that are known, in a time that does not tell which."""

    def __init__(
        self, digests: tuple[str, ...] = (), file: str = "", tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Read the file, if there is one; `tell` is told, whenever it was read anew, of its fault, or nothing.

        Raises
        ------
        ValueError
            If the file is not there, or says what cannot be.
        """
        self.given = tuple(Key(name=f"key-{digest[:8]}", sha256=digest) for digest in digests)
        self.file = Path(file) if file else None
        self.tell = tell
        self.fault = ""
        self.seen = self._state()
        self.known = self._read()

    @property
    def are_needed(self) -> bool:
        """Return whether nobody is let in without a key."""
        return bool(self.given or self.file)

    def find(self, secret: str, moment: Callable[[], datetime.datetime] = now) -> Key | None:
        """Return the key that a secret is, unless its time is over; every known digest is compared to the end."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        found = None
        for key in self.known:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        is_over = found is not None and found.expires is not None and found.expires <= moment()
        return None if is_over else found

    def look(self) -> None:
        """Read the file anew if it has changed; a file that cannot be read leaves the keys as they were, and a fault."""
        state = self._state()
        if self.file is None or (state == self.seen and not self.fault):
            return
        self.seen = state
        try:
            self.known, fault = self._read(), ""
        except ValueError as error:
            fault = str(error)
        is_news = not fault or fault != self.fault
        self.fault = fault
        if is_news:
            self.tell(fault)

    def _state(self) -> tuple[int, ...]:
        """Return what differs once the file has been written or replaced; nothing where it is not there."""
        try:
            found = self.file.stat() if self.file else None
        except OSError:
            found = None
        return (found.st_ino, found.st_mtime_ns, found.st_size) if found else ()

    def _read(self) -> tuple[Key, ...]:
        """Return the keys of the variable and of the file.

        Raises
        ------
        ValueError
            If the file cannot be read or says what cannot be; never with a text of the file that may be a secret.
        """
        if self.file is None:
            return self.given
        try:
            with self.file.open("rb") as opened:
                text = opened.read(MOST_BYTES + 1)
            if len(text) > MOST_BYTES:
                raise ValueError(f"it holds more than {MOST_BYTES:,} bytes")
            read = msgspec.convert(tomllib.loads(text.decode()), _File)
        except (OSError, ValueError, RecursionError, msgspec.ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise ValueError(f"API_KEYS_FILE {str(self.file)!r}: {why}") from None
        keys = (*self.given, *read.keys)
        names = [key.name for key in keys]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"API_KEYS_FILE {str(self.file)!r}: the name {min(twice)!r} stands there twice")
        return keys
