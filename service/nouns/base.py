"""The two bases of all nouns: what callers send is closed, what they get is open."""

from __future__ import annotations

from msgspec import Struct


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what is read: immutable, unknown fields refused."""


class Open(Struct, frozen=True, kw_only=True):
    """Base of what is answered: immutable; callers must expect new fields."""
