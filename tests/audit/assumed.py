"""What stands in the larder's own files, read with tomllib, and the mean of an estimate as the page of formulas has it."""

from __future__ import annotations

import datetime
import functools
import math
import tomllib
from pathlib import Path
from typing import Any

from audit.calculation import DAYS_PER_MONTH
from audit.cases_at_random import AS_OF, Request
from audit.figures import Prices

LARDER = Path(__file__).parents[2] / "service" / "larder" / "data"
SPREAD = 2.5631031310892007  # §1: standard deviations between the 10th and the 90th percentile
FINENESS = 4_000  # steps of the integral below, and how many standard deviations it reaches to
REACH = 9.0


def tables(folder: str) -> list[dict[str, Any]]:
    """Return the larder's files of one folder."""
    return [tomllib.loads(path.read_text()) for path in sorted((LARDER / folder).glob("*.toml"))]


def in_force(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's last value that has begun by AS_OF, else its first, whatever is appended for later days."""
    begun = [value for value in entry["values"] if value["from"] <= AS_OF]
    return dict((begun or entry["values"][:1])[-1])


def listed(folder: str, table: str) -> dict[str, dict[str, Any]]:
    """Return the entries of a list by their ids, what is dated beside what always holds."""
    entries = [entry for file in tables(folder) for entry in file.get(table, [])]
    return {entry["id"]: {**entry, **in_force(entry)} for entry in entries}


ASSUMPTIONS = {name: entry | in_force(entry) for table in tables("assumptions") for name, entry in table.items()}
OFFERS = listed("offers", "offer") | listed("self_hosted", "self_hosted")
GPUS = listed("self_hosted", "gpu")
LISTED: dict[str, dict[str, Any]] = {
    "openai/gpt-4.1-mini": {
        "input_usd_per_mtok": 0.4, "output_usd_per_mtok": 1.6, "cache_read_usd_per_mtok": 0.1, "batch_discount": 0.5,
    },
    "openai/gpt-4.1-nano": {
        "input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.4, "cache_read_usd_per_mtok": 0.025, "batch_discount": 0.5,
    },
    "anthropic/claude-sonnet-4-5": {
        "input_usd_per_mtok": 3.0, "output_usd_per_mtok": 15.0,
        "cache_read_usd_per_mtok": 0.3, "cache_write_usd_per_mtok": 3.75, "batch_discount": 0.5,
    },
}  # fmt: skip
"""List prices on 2026-11-23 as the providers publish them."""
OWN_TOKENIZERS = ("openai/gpt-4.1-mini",)
"""Base models whose tokenizer is public; the tokens of all others are estimated from it."""


@functools.cache
def mean_share(low: float, high: float) -> float:
    """Return the mean of a logit-normal share by the trapezium rule, which on a bell is as good as exact (§1)."""
    below, above = math.log(low / (1 - low)), math.log(high / (1 - high))
    middle, spread = (below + above) / 2, (above - below) / SPREAD
    top = bottom = 0.0
    for step in range(-FINENESS, FINENESS + 1):
        deviate = REACH * step / FINENESS
        weight = math.exp(-(deviate**2) / 2)
        top += weight / (1 + math.exp(-middle - spread * deviate))
        bottom += weight
    return top / bottom


def mean(given: Any, family: str = "positive") -> float:
    """Return the mean of an estimate (§1)."""
    if not isinstance(given, dict):
        return float(given)
    if "value" in given:
        return float(given["value"])
    low, high = given["low"], given["high"]
    if low == high:
        return float(low)
    if family == "positive":
        return math.sqrt(low * high) * math.exp((math.log(high / low) / SPREAD) ** 2 / 2)
    return mean_share(low, high) if family == "share" else (low + high) / 2


def spread_of(given: Any) -> float:
    """Return the standard deviation of a signed rate (§1)."""
    return (given["high"] - given["low"]) / SPREAD if isinstance(given, dict) else 0.0


def assumed(name: str, units_per_usd: float = 1.0) -> float:
    """Return the mean of an assumption, in USD or another currency."""
    entry = ASSUMPTIONS[name]
    return mean(entry, entry["family"]) * (units_per_usd if entry["unit"].startswith("USD") else 1.0)


def stated(place: Request, field: str, assumption: str, units_per_usd: float = 1.0) -> float:
    """Return the mean of what a request states, else of the assumption in its place."""
    entry = ASSUMPTIONS[assumption]
    return mean(place[field], entry["family"]) if field in place else assumed(assumption, units_per_usd)


def said(place: Request, field: str, otherwise: Any, family: str = "positive") -> Any:
    """Return the mean of what is stated, else this."""
    return mean(place[field], family) if field in place else otherwise


def months_until(date: str | datetime.date | None) -> float:
    """Return the months from AS_OF to a date; without one, infinitely many."""
    if date is None:
        return math.inf
    return (datetime.date.fromisoformat(str(date)) - AS_OF).days / DAYS_PER_MONTH


def units_per_usd(request: Request) -> float:
    """Return what one USD is in the request's currency."""
    return float(request["finance"].get("units_per_usd", 1.0))


def prices_at(entry: Request, scale: float) -> Prices:
    """Return the token prices of an entry, stated or listed, each times a scale (§4)."""

    def paid(name: str) -> float | None:
        price = entry.get(f"{name}_usd_per_mtok")
        return None if price is None else float(price) * scale

    cache_read, cache_write = paid("cache_read"), paid("cache_write")
    return Prices(
        input=paid("input") or 0.0, output=paid("output") or 0.0, cache_read=cache_read, cache_write=cache_write
    )
