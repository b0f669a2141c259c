"""The words of an answer: rounding is for words only, and happens here only."""

from __future__ import annotations

import math

from service.assessment.case import Case
from service.nouns.words import share_of_draws

SIGNIFICANT = 3
"""Digits of a number in a sentence."""


def number(value: float | None) -> str:
    """Return a number for people: three significant digits, thousands separated.

    Examples
    --------
    >>> number(308154.5), number(0.00046351), number(None)
    ('308,000', '0.000464', 'n/a')
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    if value == 0:
        return "0"
    digits = SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}"


def percent(share: float | None) -> str:
    """Return a share in per cent for people, to three significant digits.

    Examples
    --------
    >>> percent(0.7388), percent(0.0009), percent(1.0), percent(None)
    ('73.9 %', '0.09 %', '100 %', 'n/a')
    """
    if share is None:
        return "n/a"
    scaled = 100.0 * share
    return f"{scaled:.3g} %" if scaled < 99.95 else "100 %"


def exact_percent(share: float) -> str:
    """Return a stated share in per cent, as exactly as it was stated.

    Examples
    --------
    >>> exact_percent(0.9), exact_percent(0.9995)
    ('90 %', '99.95 %')
    """
    return f"{100.0 * share:.10g} %"


def chance(case: Case, share: float | None) -> str:
    """Return a share of the draws in words."""
    return "n/a" if share is None else share_of_draws(share, case.draws)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "month"), counted(1200, "example")
    ('1 month', '1,200 examples')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def money(case: Case, value: float | None) -> str:
    """Return an amount of money for people, with its currency."""
    return f"{case.currency} {number(value)}"
