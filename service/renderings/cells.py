"""Texts in tables: what a caller wrote never becomes a formula."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes a formula to begin with, in full width too (CWE-1236)."""


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> inert("=1+1"), inert("triage")
    ("'=1+1", 'triage')
    """
    return f"'{text}" if text.startswith(FORMULA) else text
