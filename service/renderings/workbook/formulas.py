"""Every formula of the ledger as a spreadsheet says it, by the name that the trace gives it.

`EACH` says a formula of single cells, month by month where the line has months; `WHOLE` one that reads whole rows and
gives one number; `BY_MONTH` one whose months differ. Only functions that Excel 2010 and LibreOffice 7 know. Nothing is
infinite in a sheet: `NEVER` stands for it. An empty cell stands for what is not known, and what reads it is empty too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name

NEVER = 1e300
"""What stands in a cell for what never ends or has no limit."""
ENDLESS = "1E+299"
"""From here on a number stands for what never ends."""

FIRST_MONTH = 5
"""Column of month 1; a number that holds for all months stands in the one before."""


class Ref(NamedTuple):
    """The row of a line: one cell, or one for each month or part of a table."""

    sheet: str
    """Name of its sheet, empty on the sheet itself."""
    row: int
    """Counted from 0."""
    length: int

    @property
    def is_row(self) -> bool:
        """Whether it has more than one cell."""
        return self.length > 1

    def _place(self, column: int) -> str:
        return f"{self._before}${xl_col_to_name(column)}${self.row + 1}"

    @property
    def _before(self) -> str:
        return f"'{self.sheet}'!" if self.sheet else ""

    @property
    def cell(self) -> str:
        """Its one cell."""
        return self._place(FIRST_MONTH - 1)

    def at(self, month: int) -> str:
        """Return its cell of a month, the first is 0; the one cell where it is the same in all."""
        return f"{self._before}{xl_col_to_name(FIRST_MONTH + month)}${self.row + 1}" if self.is_row else self.cell

    @property
    def all(self) -> str:
        """All of its cells."""
        if not self.is_row:
            return self.cell
        last = xl_col_to_name(FIRST_MONTH + self.length - 1)
        return f"{self._place(FIRST_MONTH)}:${last}${self.row + 1}"


def total(*rows: Ref) -> str:
    """Return the sum over months of a product.

    Examples
    --------
    >>> total(Ref("", 4, 24), Ref("", 5, 1))
    'SUM($F$5:$AC$5)*$E$6'
    >>> total(Ref("", 4, 24), Ref("", 5, 24)), total(Ref("", 4, 1))
    ('SUMPRODUCT($F$5:$AC$5,$F$6:$AC$6)', '$E$5')
    """
    long = [row.all for row in rows if row.is_row]
    factors = [row.cell for row in rows if not row.is_row]
    if long:
        factors.insert(0, f"{'SUM' if len(long) == 1 else 'SUMPRODUCT'}({','.join(long)})")
    return "*".join(factors)


def _joined(sign: str) -> Callable[..., str]:
    return lambda *cells: sign.join(cells)


def _ratio(numerator: str, denominator: str) -> str:
    return f'IF({denominator}>0,{numerator}/{denominator},"")'


def _instruction(tokens: str, hit: str, plain: str, read: str, write: str) -> str:
    return f"{tokens}*({hit}*{read}+(1-{hit})*IF({hit}>0,{write},{plain}))"


def _cost_per_request(
    i: str, p: str, o: str, hit: str, plain: str, out: str, read: str, write: str, share: str, off: str, again: str
) -> str:
    tokens = f"{_instruction(i, hit, plain, read, write)}+{p}*{plain}+{o}*{out}"
    return f"({tokens})/1000000*(1-{share}*{off})*(1+{again})"


def _instruction_share(i: str, p: str, o: str, hit: str, plain: str, out: str, read: str, write: str) -> str:
    part = _instruction(i, hit, plain, read, write)
    whole = f"({part}+{p}*{plain}+{o}*{out})"
    return f"IF({whole}>0,{part}/{whole},0)"


def _training_cost(tokens: str, epochs: str, price: str, least: str, gpu: str, hours: str, hourly: str) -> str:
    millions = f"{tokens}*{epochs}/1000000"
    return f"MAX({millions}*{price},{least})+IF({hours}>0,{hours},{millions}*{gpu})*{hourly}"


def _hit_rate(tokens: str, flow: str, life: str, least: str, priced: str, ceiling: str) -> str:
    x = f"{flow}*{life}"
    # 1 - exp(-x) loses its digits where x is next to nothing.
    warm = f"IF({x}<0.00001,{x}-({x})^2/2+({x})^3/6,1-EXP(-{x}))"
    return f"IF(AND({tokens}>={least},{priced}>0),{warm}*{ceiling},0)"


def _replica_load(requests: str, tokens: str, peak: str, batch: str, by_token: str, by_request: str, use: str) -> str:
    flow = f"{requests}/2629800*({batch}+(1-{batch})*{peak})"
    requests_only = f"IF({by_request}<{ENDLESS},{flow}/{by_request},0)"
    return f"IF({by_token}<{ENDLESS},{flow}*{tokens}/({by_token}*{use}),{requests_only})"


def _replica_hours(requests: str, tokens: str, replicas: str, by_token: str, by_request: str, by_use: str) -> str:
    used = f"IF({by_token}<{ENDLESS},{requests}*{tokens}/({by_token}*3600),{requests}/({by_request}*3600))"
    known = f"OR({by_token}<{ENDLESS},{by_request}<{ENDLESS})"
    return f"IF({by_use}>0,IF({known},{used},730.5*{replicas}),730.5*{replicas})"


def _effective(start: str, age: str, life: str, off: str, prompt: str, drop: str) -> str:
    on_task = f"MAX(0,MIN(1,{start}*2^(-{age}/{life})))"
    return f"(1-{off})*{on_task}+{off}*MAX(0,MIN(1,{prompt}-{drop}))"


def _drifted(accuracy: str, month: str, step: str, deviate: str) -> str:
    odds = f"LN({accuracy}/(1-{accuracy}))+{deviate}*{step}*SQRT(({month}-0.5)/3)"
    return f"IF({step}*{deviate}=0,{accuracy},1/(1+EXP(-({odds}))))"


def _average_validity(months: str, life: str) -> str:
    # The mean of 2^(-age/life) over 101 midpoints is that of a geometric series.
    q = f"2^(-{months}/{life}/101)"
    return f"IF({life}>={ENDLESS},1,IF({months}=0,1,SQRT({q})*(1-({q})^101)/(1-{q})/101))"


EACH: Mapping[str, Callable[..., str]] = MappingProxyType({
    "add": _joined("+"),
    "subtract": _joined("-"),
    "multiply": _joined("*"),
    "ratio": _ratio,
    "quotient": _ratio,
    "same_as": lambda value: value,
    "is_positive": lambda value: f"IF({value}>0,1,0)",
    "blend": lambda share, inside, outside: f"{share}*{inside}+(1-{share})*{outside}",
    "outside_of": lambda share, amount: f"(1-{share})*{amount}",
    "more": lambda amount, flag, added: f"MAX({amount}+{flag}*{added},0)",
    "share_and_more": lambda amount, share, flag, added: f"MAX({amount}*{share}+{flag}*{added},0)",
    "growth": lambda rate, month: f"IF({month}=1,1,MAX(1+{rate},0)^({month}-1))",
    "requests_per_second": lambda requests: f"{requests}/2629800",
    "peak_flow": lambda flow, peak, batch: f"{flow}*({batch}+(1-{batch})*{peak})",
    "discount_factors": lambda rate, month: f"(1+{rate})^(-{month}/12)",
    "price_factor": lambda decline, month: f"MAX(1-{decline},0)^(({month}-0.5)/12)",
    "at_most": lambda accuracy, ceiling: f"MIN({accuracy},{ceiling})",
    "start_months": lambda weeks, labelling: f"({weeks}+{labelling})/4.348125",
    "live_share": lambda month, start, end: f"MAX(0,MIN(1,MIN({month},{end})-MAX({month}-1,{start})))",
    "share_after": lambda month, start: f"MAX(0,MIN(1,{month}-{start}))",
    "end_of_service": lambda start, horizon, dates, migrates, serves: (
        f"MAX(IF(OR({migrates}>0,{serves}>0),{horizon},MIN({horizon},{dates})),{start})"
    ),
    "months_between_trainings": lambda interval, bought, live: f"IF(AND({bought}=0,{live}>0),{live},{interval})",
    "drifted": _drifted,
    "effective_accuracy": _effective,
    "best_average_validity": _average_validity,
    "cache_hit_rate": _hit_rate,
    "cost_per_request": _cost_per_request,
    "uncached_cost_per_request": lambda i, p, o, plain, out, share, off, again: (
        f"(({i}+{p})*{plain}+{o}*{out})/1000000*(1-{share}*{off})*(1+{again})"
    ),
    "instruction_share": _instruction_share,
    "training_cost": _training_cost,
    "project_cost": lambda hours, rate, labels, price, runs, run: f"{hours}*{rate}+{labels}*{price}+{runs}*{run}",
    "move": lambda hours, rate, grading: f"{hours}*{rate}+{grading}",
    "moves": lambda counts, cost, requests, share="1": f"IF({requests}>0,{share}*{counts}*{cost},0)",
    "upkeep": lambda cost, factor, power, more: f"{cost}*IF({power}=0,1,{factor}^{power})+{more}",
    "replica_load": _replica_load,
    # The next whole number, without a function that spreadsheets read differently.
    "whole_replicas": lambda load, least: f"MAX({least},-INT(-({load}-0.000000001)))",
    "replica_hours": _replica_hours,
    "hosting_cost": lambda fee, hours, storage, share: f"({fee}*{hours}+{storage})*{share}",
    "cost_of_errors": lambda requests, cost, accuracy: f"{requests}*{cost}*(1-{accuracy})",
    "stand_in_outlay": lambda cost, live, horizon: f"IF({live}<{horizon}-0.000000001,{cost},0)",
    "extra": lambda cost, over, share: f"{share}*({cost}-{over})",
    "saved": lambda requests, before, after: f"{requests}*({before}-{after})",
    "retraining_per_month": lambda cost, interval, bought: f"IF({bought}>0,{cost}/{interval},0)",
    "per_request": lambda monthly, more, requests: f'IF({requests}>0,({monthly}+{more})/{requests},"")',
    "payback_requests": lambda outlay, saving: f'IF({saving}>0,MAX({outlay},0)/{saving},"")',
    "ttft_seconds": lambda i, p, hit, base, each, cached, factor: (
        f"{factor}*({base}+{each}*({p}+{i}*(1-{hit})+{cached}*{i}*{hit}))"
    ),
    "end_to_end_seconds": lambda ttft, tokens, speed, scale: f"{scale}*({ttft}+{tokens}/{speed})",
    "scale_of_option": lambda measured, ttft, tokens, speed, shared, own: (
        f"IF({measured}>={ENDLESS},{shared}*{own},{measured}/({ttft}+{tokens}/{speed}))"
    ),
    "replica_flow": lambda by_token, tokens, by_request: (
        f"IF(AND({by_token}<{ENDLESS},{tokens}>0),{by_token}/{tokens},{by_request})"
    ),
    "p95_seconds": lambda median, sigma: f"IF({median}>={ENDLESS},{median},{median}*EXP(1.64485362695147*{sigma}))",
    "p99_seconds": lambda median, sigma: f"IF({median}>={ENDLESS},{median},{median}*EXP(2.32634787404084*{sigma}))",
})  # fmt: skip


def _average_since(accuracy: Ref, other: Ref, live: Ref, since: Ref, requests: Ref) -> str:
    def over(part: str) -> str:
        right = f"{live.all}*{accuracy.all}+({part}-{live.all})*{other.all}"
        by_time = f"SUMPRODUCT({right})/" + (total(since) if part != "1" else str(live.length))
        if not requests.is_row:
            return by_time
        weight = f"SUMPRODUCT({requests.all},{since.all})" if part != "1" else f"SUM({requests.all})"
        return f"IF({weight}>0,SUMPRODUCT({requests.all},{right})/{weight},{by_time})"

    return f"IF({total(since)}>0,{over(since.all)},{over('1')})"


def _price_in_tier(tokens: Ref, starts: Ref, prices: Ref) -> str:
    if not prices.is_row:
        return prices.cell
    return f"INDEX({prices.all},1+SUMPRODUCT(--({starts.all}<{tokens.cell})))"


def _first_full_month(monthly: Ref, start: Ref, horizon: Ref) -> str:
    after = f"-INT(-({start.cell}-0.000000001))"
    found = f"INDEX({monthly.all},MAX(0,{after})+1)" if monthly.is_row else monthly.cell
    return f'IF({after}<{horizon.cell},{found},"")'


def _live_minimum(accuracy: Ref, live: Ref) -> str:
    return f'IF({total(live)}>0,1-SUMPRODUCT(MAX(({live.all}>0)*(1-{accuracy.all}))),"")'


def _average_over(monthly: Ref, share: Ref) -> str:
    plain = f"{total(monthly)}/{monthly.length}"
    return f"IF({total(share)}>0,{total(monthly, share)}/{total(share)},{plain})"


WHOLE: Mapping[str, Callable[..., str]] = MappingProxyType({
    "total_over_months": total,
    "largest": lambda monthly: f"MAX({monthly.all})",
    "first_month": lambda monthly: monthly.at(0),
    "average_over": _average_over,
    "average_since_start": _average_since,
    "live_minimum": _live_minimum,
    "present_value": lambda start, monthly, factors: f"{start.cell}+{total(monthly, factors)}",
    "first_full_month": _first_full_month,
    "price_in_tier": _price_in_tier,
})  # fmt: skip


def _running_total(month: int, start: Ref, monthly: Ref) -> str:
    first = monthly.at(0)
    return f"{start.cell}+SUM({'$' if monthly.is_row else ''}{first}:{monthly.at(month)})"


def _spread_over(month: int, amount: Ref, share: Ref) -> str:
    return f"IF({total(share)}>0,{amount.cell}*{share.at(month)}/{total(share)},0)"


BY_MONTH: Mapping[str, Callable[..., str]] = MappingProxyType({
    "running_total": _running_total,
    "spread_over": _spread_over,
})  # fmt: skip

MAY_BE_EMPTY = frozenset({"ratio", "quotient", "first_full_month", "per_request", "live_minimum", "payback_requests"})
"""Formulas that may say that there is nothing to say."""

MAY_BE_ENDLESS = frozenset(
    {"payback_months", "replica_flow", "median_with_waiting", "p95_seconds", "p99_seconds", "months_between_trainings"}
)
"""Formulas that may say never."""


def only_known(formula: str, empty: Sequence[Ref], month: int | None = None) -> str:
    """Return a formula that is empty where something that it reads is."""
    if not empty:
        return formula
    cells = [ref.all if month is None else ref.at(month) for ref in empty]
    wanted = sum(ref.length if month is None else 1 for ref in empty)
    return f'IF(COUNT({",".join(cells)})<{wanted},"",{formula})'
