"""Compares two sides: which prices changed, which base models are new or gone, which verdicts move."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from service.larder.prices import InferencePrice
from tools.price_check.side import Advice, Side

Known = float | int | bool | None
Status = Literal["unchanged", "prices_changed", "verdicts_moved"]

TIERED = ("input", "output", "cache_read", "cache_write")
SINGLE = ("batch_input", "batch_output")
FACTS = ("context_window", "is_deprecated")
"""What the price list says of a base model beside its prices, and answers use."""

SAME = 1e-9
"""Relative difference up to which two amounts are the same."""


class Change(Struct, frozen=True, kw_only=True):
    """One price [USD/1M tokens] or other fact of a base model that is another now; a price also by what share."""

    base_model: str
    what: str
    before: Known
    after: Known
    change: float | None
    holds_from: datetime.date | None
    is_used: bool


class Listed(Struct, frozen=True, kw_only=True):
    """A base model that only one of the price lists has, with its plain prices [USD/1M tokens] and who names it."""

    base_model: str
    input: float
    output: float
    named_in: list[str]


class Amounts(Struct, frozen=True, kw_only=True):
    """What a request is advised by one price list, with the expected NPV and TCO of the option."""

    action: str
    option: str
    npv: float | None
    tco: float | None
    refusal: str | None


class Outcome(Struct, frozen=True, kw_only=True):
    """A request on both price lists; `npv_change` is of the option advised before, whatever is advised now."""

    request: str
    currency: str
    before: Amounts
    after: Amounts
    npv_change: float | None
    tco_change: float | None
    is_moved: bool
    is_same: bool


class Stale(Struct, frozen=True, kw_only=True):
    """A file of the larder with facts that nobody has checked for long."""

    file: str
    oldest_check: datetime.date
    old: int
    facts: int


class Report(Struct, frozen=True, kw_only=True):
    """What the command found."""

    status: Status
    as_of: datetime.date
    shipped: str
    other: str
    base_models_before: int
    base_models_after: int
    newest_check_before: datetime.date
    newest_check_after: datetime.date
    changed: list[Change]
    new: list[Listed]
    gone: list[Listed]
    requests: list[Outcome]
    stale: list[Stale]
    stale_after_days: float
    next: list[str] = []


def _at(prices: tuple[float, ...] | None, starts: tuple[float, ...], start: float) -> float | None:
    return None if prices is None else prices[bisect_right(starts, start)]


def facts(old: InferencePrice, new: InferencePrice) -> Iterator[tuple[str, Known, Known]]:
    """Yield each price of a base model before and after, of a tier where it differs from the tier below, then its facts."""
    for name in TIERED:
        last: tuple[Known, Known] | None = None
        for start in sorted({0.0, *old.tier_starts, *new.tier_starts}):
            pair = (_at(getattr(old, name), old.tier_starts, start), _at(getattr(new, name), new.tier_starts, start))
            if pair != last:
                yield (f"{name} from {start:,.0f} tokens" if start else name, *pair)
            last = pair
    for name in (*SINGLE, *FACTS):
        yield name, getattr(old, name), getattr(new, name)


def _share(what: str, before: Known, after: Known) -> float | None:
    return None if what in FACTS or not before or after is None else after / before - 1


def changes(old: dict[str, InferencePrice], new: dict[str, InferencePrice], used: set[str]) -> list[Change]:
    """Return what is another in base models that both lists have: those in use first, then by how much it changed."""
    found = [
        Change(
            base_model=model,
            what=what,
            before=before,
            after=after,
            change=_share(what, before, after),
            holds_from=new[model].since,
            is_used=model in used,
        )
        for model in sorted(old.keys() & new.keys())
        for what, before, after in facts(old[model], new[model])
        if before != after
    ]
    most: dict[str, float] = {}
    for row in found:
        most[row.base_model] = max(most.get(row.base_model, 0.0), abs(row.change or 0.0))
    return sorted(found, key=lambda row: (not row.is_used, -most[row.base_model], row.base_model))


def _only_in(one: dict[str, InferencePrice], two: dict[str, InferencePrice], larder: dict[str, bytes]) -> list[Listed]:
    return [
        Listed(
            base_model=model,
            input=one[model].input[0],
            output=one[model].output[0],
            named_in=[path for path, text in larder.items() if f'"{model}"'.encode() in text],
        )
        for model in sorted(one.keys() - two.keys())
    ]


def _amounts(advice: Advice) -> Amounts:
    return Amounts(
        action=advice.action,
        option=advice.option,
        npv=advice.npv.get(advice.option),
        tco=advice.tco.get(advice.option),
        refusal=advice.refusal,
    )


def _same(one: dict[str, float], two: dict[str, float]) -> bool:
    return one.keys() == two.keys() and all(abs(one[name] - two[name]) <= SAME * abs(one[name]) for name in one)


def outcome(request: str, old: Advice, new: Advice) -> Outcome:
    """Return a request on both lists: moved where action or option is another, the same where no option's amounts differ."""
    is_moved = (old.action, old.option) != (new.action, new.option)
    both = old.option in old.npv and old.option in new.npv
    return Outcome(
        request=request,
        currency=new.currency or old.currency,
        before=_amounts(old),
        after=_amounts(new),
        npv_change=new.npv[old.option] - old.npv[old.option] if both else None,
        tco_change=new.tco[old.option] - old.tco[old.option] if both else None,
        is_moved=is_moved,
        is_same=not is_moved and _same(old.npv, new.npv) and _same(old.tco, new.tco),
    )


def compared(
    day: datetime.date,
    old: Side,
    new: Side,
    offered: set[str],
    larder: dict[str, bytes],
    stale: list[Stale],
    limit: float,
) -> Report:
    """Return what differs between two sides; `offered` are the base models of offers, `larder` the files that name models."""
    used = offered | {model for side in (old, new) for advice in side.advice.values() for model in advice.base_models}
    changed = changes(old.prices, new.prices, used)
    appeared = _only_in(new.prices, old.prices, larder)
    gone = _only_in(old.prices, new.prices, larder)
    requests = [outcome(name, advice, new.advice[name]) for name, advice in old.advice.items()]
    moved = any(request.is_moved for request in requests)
    return Report(
        status="verdicts_moved" if moved else "prices_changed" if changed or appeared or gone else "unchanged",
        as_of=day,
        shipped=old.version,
        other=new.version,
        base_models_before=len(old.prices),
        base_models_after=len(new.prices),
        newest_check_before=max(price.checked for price in old.prices.values()),
        newest_check_after=max(price.checked for price in new.prices.values()),
        changed=changed,
        new=appeared,
        gone=gone,
        requests=requests,
        stale=stale,
        stale_after_days=limit,
    )
