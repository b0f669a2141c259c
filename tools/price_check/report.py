"""Words the comparison for a terminal and a log: what matters most stands last, where a log is cut and an eye falls."""

from __future__ import annotations

from collections.abc import Iterator

from tools.advice import NEXT
from tools.price_check.compare import Amounts, Change, Known, Listed, Outcome, Report
from tools.price_check.package import numbers

MOST_ROWS = 40
"""Rows of a list that are shown; --json has them all."""

MOST_NAMES = 12
"""Names that a sentence holds."""

WHOLE = 10
"""Change of an amount from which on cents are not shown."""


def _known(value: Known) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def _per_cent(share: float | None) -> str:
    return "" if share is None else f"{share:+.1%}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _most(rows: list[str]) -> Iterator[str]:
    yield from rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        yield f"  ... and {len(rows) - MOST_ROWS} more rows, which --json lists"


def directions(changed: list[Change]) -> str:
    """Return how many base models changed, and how many of them became dearer, cheaper, or neither alone."""
    ways: dict[str, set[bool]] = {}
    for row in changed:
        ways.setdefault(row.base_model, set()).update([row.change > 0] if row.change else [])
    plain = [next(iter(way)) for way in ways.values() if len(way) == 1]
    dearer, cheaper = plain.count(True), plain.count(False)
    used = len({row.base_model for row in changed if row.is_used})
    return (
        f"{len(ways)} changed ({dearer} dearer, {cheaper} cheaper, {len(ways) - dearer - cheaper} otherwise; "
        f"{used} of them in use by an offer or a request)"
    )


def _changed(report: Report) -> Iterator[str]:
    yield f"Changed, prices in USD/1M tokens; * a base model of an offer or of a request below{'':<4}in force on {report.as_of}"
    yield f"  {'base model':<50}{'what':<30}{'before':>12}{'after':>12}{'change':>10}  holds from"
    yield from _most(
        [
            f"{'*' if row.is_used else ' '} {row.base_model:<50}{row.what:<30}{_known(row.before):>12}{_known(row.after):>12}"
            f"{_per_cent(row.change):>10}  {row.holds_from or 'ever: past answers too'}"
            for row in report.changed
        ]
    )


def _listed(title: str, models: list[Listed]) -> Iterator[str]:
    yield f"{title}, input and output in USD/1M tokens"
    models = sorted(models, key=lambda row: not row.named_in)
    yield from _most(
        [
            f"  {row.base_model:<60}{row.input:>12,.6g}{row.output:>12,.6g}"
            + (f"  named in {', '.join(row.named_in)}" if row.named_in else "")
            for row in models
        ]
    )


def _money(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:,.0f}"


def _by(change: float) -> str:
    if not change:
        return "0"
    return f"{change:+,.0f}" if abs(change) >= WHOLE else f"{change:+,.2f}"


def _side(amounts: Amounts) -> str:
    cells = f"{amounts.action:<20}{amounts.option:<44}{_money(amounts.npv):>14}{_money(amounts.tco):>14}"
    return cells + (f"  {amounts.refusal}" if amounts.refusal else "")


def _request(row: Outcome, before: str, after: str) -> Iterator[str]:
    yield f"{row.request:<28}{before:<9}{_side(row.before)}  {row.currency}{'  <- moved' if row.is_moved else ''}"
    yield f"{'':<28}{after:<9}{_side(row.after)}"
    if row.npv_change is not None and row.tco_change is not None:
        of = f"{row.before.option}, change"
        yield f"{'':<28}{'':<29}{of:<44}{_by(row.npv_change):>14}{_by(row.tco_change):>14}"


def _requests(report: Report, before: str, after: str) -> Iterator[str]:
    told = sorted((row for row in report.requests if not row.is_same), key=lambda row: row.is_moved)
    if told:
        yield f"{'Requests':<28}{'list':<9}{'action':<20}{'option':<44}{'expected NPV':>14}{'TCO':>14}"
        for row in told:
            yield from _request(row, before, after)
    if same := len(report.requests) - len(told):
        yield f"{same} of {len(report.requests)} requests: the same verdict and amounts on both lists"
    for row in report.requests:
        if row.is_same and row.after.refusal:
            yield f"{row.request} is refused on both lists: {row.after.refusal}"


def _stale(report: Report) -> Iterator[str]:
    if not report.stale:
        yield f"No fact of the larder was checked more than {report.stale_after_days:g} days before {report.as_of}."
        return
    yield f"{'Facts of the larder':<42}{'oldest check':<16}{f'older than {report.stale_after_days:g} days':>20}"
    for row in report.stale:
        yield f"{row.file:<42}{row.oldest_check!s:<16}{f'{row.old} of {row.facts}':>20}"


def summary(report: Report) -> str:
    """Return in one sentence what came of it."""
    if report.status == "unchanged":
        return (
            f"{report.other} against {report.shipped}, which we ship, on {report.as_of}: no price of "
            f"{report.base_models_before} base models differs, and none of {len(report.requests)} verdicts."
        )
    moved = [row.request for row in report.requests if row.is_moved]
    names = f": {', '.join(moved)}" if moved else ""
    return (
        f"{report.other} against {report.shipped}, which we ship, on {report.as_of}: of {report.base_models_before} base models "
        f"{directions(report.changed)}, {len(report.new)} new, {len(report.gone)} gone; "
        f"{len(moved)} of {len(report.requests)} verdicts move{names}."
    )


def _raise_the_pin(report: Report, version: str) -> Iterator[str]:
    yield f"set genai-prices=={version} in pyproject.toml and run `make lock`"
    yield (
        "set SNAPSHOT_DATE in service/larder/prices.py, and the version beside it and in "
        f"service/larder/data/identifiers.toml, to those of the new package; the newest check of our prices that it states: {report.newest_check_after}"
    )
    if named := [row.base_model for row in report.gone if row.named_in]:
        yield f"find another name or host for what the larder names and is gone: {_some(named)}"
    if report.new:
        yield "give new base models that matter their figure in service/larder/data/capability/aliases.toml"


def next_steps(report: Report, offers: dict[str, list[str]]) -> list[str]:
    """Return what to do now, in order; `offers` are the ids of fine-tuning offers by their base model."""
    before, after = (name.rpartition(" ")[2] for name in (report.shipped, report.other))
    steps = list(_raise_the_pin(report, after)) if numbers(after) > numbers(before) else []
    if numbers(after) < numbers(before):
        steps.append(f"do not go back to {after}: an index that has nothing newer may lag behind")
    elif touched := sorted({row.base_model for row in report.changed if row.base_model in offers}):
        own = sorted(name for model in touched for name in offers[model])
        steps.append(f"see whether terms of offers moved with their base models: {_some(own)}")
    if numbers(after) > numbers(before):
        steps.append(f"{NEXT} with before and after")
    if report.stale:
        steps.append("check the facts listed above anew, the oldest first: docs/prices.md says where")
    return steps


def lines(report: Report) -> Iterator[str]:
    """Yield the report as text."""
    before, after = (name.rpartition(" ")[2] for name in (report.shipped, report.other))
    if before == after:
        before, after = "shipped", "other"
    for rows, part in (
        (report.changed, _changed(report)),
        (report.new, _listed("New", report.new)),
        (report.gone, _listed("Gone", report.gone)),
    ):
        if rows:
            yield from part
            yield ""
    yield from _stale(report)
    yield ""
    yield from _requests(report, before, after)
    yield ""
    yield summary(report)
    yield from (f"  {place}. {step}" for place, step in enumerate(report.next, 1))
