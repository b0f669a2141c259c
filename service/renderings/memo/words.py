"""Figures in words: three significant digits, as in the answer's own sentences. Rounding for people happens here only."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from service.nouns.words import ONE_POINT, share_of_draws

SIGNIFICANT = 3
"""Digits of a number."""
TENTHS = 9.95
"""Times below this are told to a tenth."""
NONE = "n/a"
"""What stands where a figure does not apply."""
STUCK = "\u00a0"
"""A blank at which no line is broken: between a figure and its unit."""
SMALLEST, LARGEST = 1e-6, 1e15
"""Outside of these a number is told as a power of ten."""


def number(value: float | None) -> str:
    """Return a number for people: three significant digits, thousands separated.

    Examples
    --------
    >>> number(1198137.4), number(-5900.43), number(0.0106620), number(0), number(None)
    ('1,200,000', '−5,900', '0.0107', '0', 'n/a')
    >>> number(4.2e-9), number(3e17), number(5e-324)
    ('4.2 × 10^−9', '3 × 10^17', '4.94 × 10^−324')
    """
    if value is None or not math.isfinite(value):
        return NONE
    sign, size = "−" if value < 0 else "", abs(value)
    if size == 0:
        return "0"
    if not SMALLEST <= size < LARGEST:
        mantissa, _, exponent = f"{size:.{SIGNIFICANT - 1}e}".partition("e")
        return f"{sign}{float(mantissa):g} × 10^{int(exponent)}".replace("^-", "^−")
    digits = SIGNIFICANT - 1 - math.floor(math.log10(size))
    rounded = f"{round(size, digits):,.{max(digits, 0)}f}"
    return sign + (rounded.rstrip("0").rstrip(".") if "." in rounded else rounded)


def money(currency: str, value: float | None) -> str:
    r"""Return an amount of money for people, with its currency.

    Examples
    --------
    >>> money("USD", 6498.02), money("EUR", -119751.5), money("USD", None)
    ('USD\xa06,500', '−EUR\xa0120,000', 'n/a')
    """
    said = number(value)
    if said == NONE:
        return NONE
    return f"−{currency}{STUCK}{said[1:]}" if said.startswith("−") else f"{currency}{STUCK}{said}"


def percent(share: float | None) -> str:
    r"""Return a share in per cent, to three significant digits.

    Examples
    --------
    >>> percent(0.7388), percent(0.0009), percent(1.0), percent(-0.021), percent(None)
    ('73.9\xa0%', '0.09\xa0%', '100\xa0%', '−2.1\xa0%', 'n/a')
    """
    if share is None:
        return NONE
    scaled = 100.0 * abs(share)
    sign = "−" if share < 0 and scaled else ""
    return sign + (f"{scaled:.3g}" if scaled < 99.95 else f"{scaled:,.0f}") + f"{STUCK}%"


def exact_percent(share: float) -> str:
    r"""Return a share in per cent as exactly as it was stated.

    Examples
    --------
    >>> exact_percent(0.9000000000000002), exact_percent(0.9995)
    ('90\xa0%', '99.95\xa0%')
    """
    return f"{100.0 * share:.10g}{STUCK}%"


def chance(share: float | None, draws: int) -> str:
    r"""Return a share of the draws in whole per cent but for the ends: none of them is not never.

    Examples
    --------
    >>> chance(0.9160, 1024), chance(0.0, 1024), chance(1.0, 1024), chance(0.004, 1024), chance(None, 1024)
    ('92\xa0%', 'under 0.1\xa0%', 'over 99.9\xa0%', '0.4\xa0%', 'n/a')
    """
    return NONE if share is None else share_of_draws(share, draws).replace(" %", f"{STUCK}%")


def plain(share: float | None) -> str:
    r"""Return a share that is no chance over draws: in whole per cent.

    Examples
    --------
    >>> plain(0.854), plain(0.0002), plain(0.0)
    ('85\xa0%', 'under 1\xa0%', '0\xa0%')
    """
    if share is None:
        return NONE
    return f"under 1{STUCK}%" if 0 < share < ONE_POINT / 2 else f"{100.0 * share:.0f}{STUCK}%"


def counted(count: float, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "month"), counted(24, "month"), counted(2.316, "week")
    ('1 month', '24 months', '2.32 weeks')
    """
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"


def about(amount: float, noun: str = "") -> str:
    """Return a time as plans tell it: to a tenth, from ten on in whole numbers.

    Examples
    --------
    >>> about(2.315, "week"), about(17.7, "hour"), about(1.04, "month"), about(0.44)
    ('2.3 weeks', '18 hours', '1 month', '0.4')
    """
    said = f"{amount:,.0f}" if amount >= TENTHS else f"{amount:.1f}".removesuffix(".0")
    return said if not noun else f"{said} {noun}" if said == "1" else f"{said} {noun}s"


def quantity(value: float | None, unit: str) -> str:
    r"""Return a value with its unit, as people say it.

    Examples
    --------
    >>> quantity(0.8, "share"), quantity(0.0107, "USD/error"), quantity(413002, "requests/month")
    ('80\xa0%', 'USD\xa00.0107 per error', '413,000 requests per month')
    >>> quantity(0.1, "per year"), quantity(1024, "draws"), quantity(19051, "USD"), quantity(1.25, "ratio")
    ('10\xa0% per year', '1,020 draws', 'USD\xa019,100', '1.25')
    """
    if value is None:
        return NONE
    if unit == "share":
        return percent(value)
    if unit.startswith("per "):
        return f"{percent(value)} {unit}"
    first, _, below = unit.partition("/")
    tail = f" per {below}" if below else ""
    if len(first) == 3 and first.isupper():
        return money(first, value) + tail
    return number(value) + ("" if first in ("", "ratio", "id", "flag", "kind") else f" {first}") + tail


def spread(low: float | None, high: float | None, unit: str) -> str:
    r"""Return an interval, its unit said once.

    Examples
    --------
    >>> spread(0.805, 0.953, "share"), spread(-8420.0, 16700.0, "USD"), spread(None, None, "USD")
    ('80.5 to 95.3\xa0%', '−USD\xa08,420 to USD\xa016,700', 'n/a')
    >>> spread(8, 60, "hours"), spread(0.05, 0.15, "USD/example")
    ('8 to 60 hours', 'USD\xa00.05 to 0.15 per example')
    """
    if low is None or high is None:
        return NONE
    if unit == "share":
        return f"{percent(low).removesuffix(f'{STUCK}%')} to {percent(high)}"
    one, other = quantity(low, unit), quantity(high, unit)
    first = unit.partition("/")[0]
    if len(first) == 3 and first.isupper():
        head = one.partition(" per ")[0]
        return f"{head} to {other.removeprefix(f'{first}{STUCK}') if low >= 0 else other}"
    return f"{number(low)} to {other}"


def day(date: datetime.date | str | None) -> str:
    """Return a date for people.

    Examples
    --------
    >>> day(datetime.date(2026, 11, 3)), day("2026-11-03"), day(None)
    ('3 November 2026', '3 November 2026', 'n/a')
    """
    if date is None:
        return NONE
    one = datetime.date.fromisoformat(date) if isinstance(date, str) else date
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    )  # fmt: skip
    return f"{one.day} {months[one.month - 1]} {one.year}"


def listed(words: Sequence[str]) -> str:
    """Return words in a row.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
