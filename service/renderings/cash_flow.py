"""The monthly cash flow as CSV: RFC 4180, UTF-8, figures not rounded, one header line."""

from __future__ import annotations

import calendar
import csv
import datetime
import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import CashFlowMonth
from service.nouns.answer.options import OptionAnswer
from service.nouns.request.query import CashFlowQuery
from service.renderings.cells import inert

PARTS = ("one_off", "tokens", "errors", "hosting", "upkeep", "retraining", "migration", "stand_in")
"""What the cost of a month is made of."""

WIDE = (
    "requests", "cost", "cost_without_errors", "saving", "cumulative_saving", "live_share", "retrainings", "accuracy",
    *PARTS, "stand_in_without_errors", "one_off_spread", "discount_factor", "present_cost", "present_saving",
)  # fmt: skip
"""Fields of a month that are columns of the wide table."""


class Charge(NamedTuple):
    """How the cost specification sees a cost of a month."""

    category: str
    frequency: str
    description: str
    is_billed: bool = True
    """Whether somebody sends a bill for it or is paid for it."""


CHARGES = MappingProxyType({
    "one_off": Charge("Purchase", "One-Time", "Building the option"),
    "tokens": Charge("Usage", "Usage-Based", "Tokens"),
    "errors": Charge("Usage", "Usage-Based", "Wrong answers, at what one costs the business", is_billed=False),
    "hosting": Charge("Usage", "Recurring", "Hosting"),
    "upkeep": Charge("Purchase", "Recurring", "Upkeep: people and tools"),
    "retraining": Charge("Purchase", "Recurring", "Regular retraining"),
    "migration": Charge("Purchase", "One-Time", "Move to another base model or host"),
    "stand_in": Charge("Usage", "Recurring", "What stands in while the option does not serve"),
})  # fmt: skip

LAST_DAY = datetime.date.max
"""The calendar's; a month that ends behind it is said to end with it."""
OF_PROVIDERS = frozenset({"tokens", "hosting"})
"""Costs that the provider of the base model bills."""

Row = dict[str, Any]


def _later(start: datetime.date, months: int) -> datetime.date:
    """Return the same day so many months later, the last of its month where there is no such day, or of the calendar.

    Examples
    --------
    >>> _later(datetime.date(2026, 11, 30), 3), _later(datetime.date(2026, 11, 30), 1)
    (datetime.date(2027, 2, 28), datetime.date(2026, 12, 30))
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    return datetime.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


class Months(NamedTuple):
    """One option, month by month, and what names it in every row."""

    answer: Assessment
    option: OptionAnswer
    months: list[CashFlowMonth]

    def period(self, month: int) -> tuple[datetime.date, datetime.date]:
        """Return the first day of a month of the horizon, and the first after it; month 0 is the day of the decision."""
        start = self.answer.provenance.as_of
        if not month:
            return start, datetime.date.fromordinal(min(start.toordinal() + 1, LAST_DAY.toordinal()))
        return _later(start, month - 1), _later(start, month)

    def plain(self, month: CashFlowMonth) -> Row:
        """Return what names a row of the plain table."""
        start, end = self.period(month.month)
        return {
            "option": self.option.id, "month": month.month, "period_start": start.isoformat(),
            "period_end": end.isoformat(), "currency": self.answer.currency,
        }  # fmt: skip

    def focus(self, month: CashFlowMonth, part: str, *, is_whole: bool = False) -> Row:
        """Return a row named as in the cost specification, of one cost of a month or of all of it."""
        option, answer = self.option, self.answer
        cost = month.cost if is_whole else getattr(month, part)
        billed = month.cost_without_errors if is_whole else _billed(month, part)
        spread = billed
        if is_whole or part == "one_off":
            spread = billed - month.one_off + month.one_off_spread
        charge = CHARGES.get(part, Charge("Usage", "Recurring", "All costs of the month"))
        if part == "stand_in" and not month.month:
            charge = Charge("Purchase", "One-Time", "Building what stands in")
        sold_as = option.offer or option.base_model or ""
        provider, _, is_sold = sold_as.partition("/")
        start, end = (f"{day}T00:00:00Z" for day in self.period(month.month))
        counts, is_theirs = is_whole or part == "tokens", part in OF_PROVIDERS and bool(is_sold)
        return {
            "BilledCost": billed, "BillingCurrency": answer.currency, "BillingPeriodEnd": end, "BillingPeriodStart": start,
            "ChargeCategory": charge.category, "ChargeDescription": charge.description,
            "ChargeFrequency": charge.frequency, "ChargePeriodEnd": end, "ChargePeriodStart": start,
            "ConsumedQuantity": month.requests if counts else None, "ConsumedUnit": "Requests" if counts else None,
            "ContractedCost": billed, "EffectiveCost": spread, "PricingCurrency": answer.currency,
            "ServiceCategory": "AI and Machine Learning", "ServiceName": option.name,
            "ServiceProviderName": provider if is_theirs else None, "ServiceSubcategory": "Generative AI",
            "SkuId": sold_as if is_theirs else None,
            "x_Scenario": option.id, "x_Month": month.month, "x_CostComponent": "all" if is_whole else part, "x_Cost": cost,
            "x_DiscountFactor": month.discount_factor, "x_PresentCost": _present(month, cost, is_whole=is_whole),
            "x_IsProjection": "true", "x_PriceBookVersion": answer.provenance.price_catalogue_version,
        }  # fmt: skip


def _billed(month: CashFlowMonth, part: str) -> float:
    """Return what of a cost is paid: all of it, but no wrong answers."""
    if part == "stand_in":
        return month.stand_in_without_errors
    return float(getattr(month, part)) if CHARGES[part].is_billed else 0.0


def _present(month: CashFlowMonth, cost: float, *, is_whole: bool) -> float:
    return month.present_cost if is_whole else cost * month.discount_factor


def _wide(of: Months) -> Iterator[Row]:
    for month in of.months:
        yield of.plain(month) | {name: getattr(month, name) for name in WIDE}


def _long(of: Months) -> Iterator[Row]:
    for month in of.months:
        for part in PARTS:
            amount = getattr(month, part)
            yield of.plain(month) | {
                "component": part, "amount": amount, "discount_factor": month.discount_factor,
                "present_value": _present(month, amount, is_whole=False),
            }  # fmt: skip


def _wide_focus(of: Months) -> Iterator[Row]:
    for month in of.months:
        yield of.focus(month, "all", is_whole=True)


def _long_focus(of: Months) -> Iterator[Row]:
    for month in of.months:
        for part in PARTS:
            # What is written off later is no cost of this month, and yet a row of it: the one-off cost has one every month.
            if getattr(month, part) or (part == "one_off" and month.one_off_spread):
                yield of.focus(month, part)


OF_ROW = ("option", "month", "period_start", "period_end", "currency")
OF_FOCUS = (
    "BilledCost", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription",
    "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "EffectiveCost", "PricingCurrency", "ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory", "SkuId",
    "x_Scenario", "x_Month", "x_CostComponent", "x_Cost", "x_DiscountFactor", "x_PresentCost", "x_IsProjection",
    "x_PriceBookVersion",
)  # fmt: skip


class Table(NamedTuple):
    """A shape of the table: its columns, in the order that they keep, and the rows of one option."""

    columns: tuple[str, ...]
    rows: Callable[[Months], Iterator[Row]]


TABLES: Mapping[tuple[str, str], Table] = MappingProxyType({
    ("wide", "plain"): Table((*OF_ROW, *WIDE), _wide),
    ("long", "plain"): Table((*OF_ROW, "component", "amount", "discount_factor", "present_value"), _long),
    ("wide", "focus"): Table(OF_FOCUS, _wide_focus),
    ("long", "focus"): Table(OF_FOCUS, _long_focus),
})  # fmt: skip


def render(answer: Assessment, query: CashFlowQuery) -> bytes:
    """Return the cash flow of every feasible option of a whole answer; every text is quoted, and none is a formula."""
    table = TABLES[query.shape or "wide", query.columns or "plain"]
    options = {option.id: option for option in answer.options}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, table.columns, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for flow in answer.cash_flows or ():
        for row in table.rows(Months(answer, options[flow.option], flow.months)):
            writer.writerow({name: inert(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return text.getvalue().encode()
