"""Works out the figures of an answer a second time, from the inputs in its trace and without the service's code.

Used by `tools/examples.py`. A figure that does not come out is an error, not a row of a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

SECONDS_PER_MONTH = 730.5 * 3600.0
TOKENS_PRICED, MONTHS_PER_YEAR = 1e6, 12.0
CLOSE, ROUGH = 1e-9, 1e-6
DIGITS, SOUND, LEAST = 4, 12, 0.001
"""Significant digits that are shown, those that every CPU gives alike, and the least chance that is shown."""

Answer = dict[str, Any]


class Wrong(ArithmeticError):
    """A figure of the answer that its own inputs do not give."""


def sound(value: float) -> float:
    """Return a number without the digits that hang on the CPU, lest a figure on the edge be rounded up here, down there."""
    return float(f"{value:.{SOUND}g}")


def number(value: float | None) -> str:
    """Return a number with four significant digits and thousands separated."""
    if value is None:
        return "none"
    value = sound(value)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{places}f}" if abs(value) < 10**DIGITS else f"{value:,.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{sound(100 * share):.1f}".removesuffix(".0") + " %"


def chance(share: float | None) -> str:
    """Return a share of the draws in per cent, no closer than the draws can tell."""
    if share is None:
        return "not asked"
    return "under 0.1 %" if share < LEAST else "over 99.9 %" if share > 1.0 - LEAST else percent(share)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Option:
    """One option of an answer: what is said of it, the base case of its lines, and its flows."""

    def __init__(self, said: Answer, lines: list[Answer], months: list[Answer]) -> None:
        """Open an option of an answer that came with its trace and its cash flows."""
        self.said, self.months, self.id = said, months, str(said["id"])
        self.lines = {line["name"]: line["base_case"] for line in lines}

    def __call__(self, name: str) -> float:
        """Return a base-case figure of the trace, infinite where the answer says null; of monthly ones that of month 1."""
        value = self.lines[name][0]
        return math.inf if value is None else float(value)


def opened(answer: Answer) -> list[Option]:
    """Return the options of an answer that can serve, option 0 first."""
    lines = {part["option"]: part["lines"] for part in answer["trace"]}
    flows = {part["option"]: part["months"] for part in answer["cash_flows"]}
    return [Option(said, lines[said["id"]], flows[said["id"]]) for said in answer["options"] if said["id"] in lines]


class Figures:
    """Rows of the table of figures; takes none that does not come out."""

    def __init__(self, currency: str) -> None:
        """Open an empty table."""
        self.rows: list[tuple[str, ...]] = []
        self.currency = currency

    def __call__(self, figure: str, value: float | None, again: float | None, how: str, close: float = CLOSE) -> None:
        """Add a figure whose arithmetic, worked out anew, gives the same."""
        if value is None or again is None:
            is_same = value is again
        else:
            is_same = math.isclose(value, again, rel_tol=close, abs_tol=CLOSE)
        if not is_same:
            raise Wrong(f"{figure}: the answer says {value}, its inputs give {again}")
        self.rows.append((figure, number(value), how))

    def money(self, figure: str, value: float, again: float, how: str) -> None:
        """Add an amount of money."""
        self(f"{figure}, {self.currency}", value, again, how, ROUGH)


def _tokens(option: Option, add: Figures) -> None:
    """Add what the tokens of one request cost; no example is batched."""
    instruction, payload, output = (option(f"{part}_tokens") for part in ("instruction", "payload", "output"))
    hit, plain, out = option("cache_hit_rate"), option("input_price"), option("output_price")
    read, write = option("cache_read_price"), option("cache_write_price") if hit > 0 else plain
    retry = 1.0 + option("invalid_output_rate")
    paid = hit * read + (1.0 - hit) * write
    cost = (instruction * paid + payload * plain + output * out) / TOKENS_PRICED * retry
    shown = f"({number(hit)} × {number(read)} + {number(1 - hit)} × {number(write)})" if hit > 0 else number(plain)
    how = f"({number(instruction)} × {shown} + {number(payload)} × {number(plain)} + {number(output)} × {number(out)}) / 1,000,000"
    how += f" × {number(retry)} for answers asked again" if retry > 1.0 else ""
    add.money(f"Tokens of a request, `{option.id}`", option.said["token_cost_per_request"], cost, how)


def _hosting(option: Option) -> tuple[float, str]:
    """Return what hosting costs a month, and its arithmetic; a prompt is hosted by nobody here."""
    if "replica_fee_per_hour" not in option.lines:
        stated = option("hosting_cost_per_month")
        return stated, f"hosting {number(stated)} a month, as stated"
    fee, hours, storage = option("replica_fee_per_hour"), option("replica_hours"), option("storage_cost_per_month")
    cost = (fee * hours + storage) * option("hosting_share")
    parts = [f"{number(fee)} × {number(hours)} hours" if fee else "", f"{number(storage)} a month" if storage else ""]
    return cost, "hosting " + " + ".join(filter(None, parts))


def _month(option: Option, add: Figures) -> None:
    """Add what the first full month costs."""
    volume, wrong = option("monthly_requests"), 1.0 - option("monthly_accuracy")
    tokens, errors = volume * option("token_cost_per_request"), volume * option("error_cost") * wrong
    factor, more = option("upkeep_factor") ** option("upkeep_exponent"), option("extra_cost_per_month")
    upkeep = option("reference_upkeep") * factor + more
    hosting, hosted = _hosting(option)
    kept = f"upkeep {number(option('reference_upkeep'))}" + (f" × {number(factor)}" if factor != 1.0 else "")
    parts = {
        f"tokens {number(tokens)}": tokens,
        f"errors {number(volume)} × {number(option('error_cost'))} × {number(wrong)}": errors,
        hosted: hosting,
        kept + (f" + {number(more)}" if more else ""): upkeep,
    }
    how = " + ".join(words for words, part in parts.items() if part)
    add.money(f"First full month, `{option.id}`", option.said["monthly"]["total"], sum(parts.values()), how)


def _training_run(option: Option) -> float:
    """Return what one training run costs: by the token, or by the hour of a GPU."""
    millions = option("dataset_tokens") * option("epochs") / TOKENS_PRICED
    hours = millions * option("training_gpu_hours_per_mtok") + option("training_hours")
    by_token = max(millions * option("training_price"), option("minimum_charge"))
    return by_token + hours * option("training_price_per_hour")


def _project(option: Option, add: Figures) -> None:
    """Add what is paid before an option goes live, where it is put together from hours."""
    if "build_hours" not in option.lines:
        return
    hours, rate, runs = option("build_hours"), option("build_hourly_rate"), option("training_runs")
    labels, each = option("examples_to_label"), option("cost_per_example")
    how, cost = f"{number(hours)} hours × {number(rate)}", hours * rate + labels * each
    if runs:
        run = _training_run(option)
        how, cost = f"{how} + {number(runs)} training runs × {number(run)}", cost + runs * run
    how += f" + {number(labels)} labels × {number(each)}" if labels else ""
    add.money(f"One-off, `{option.id}`", option.said["one_off"], cost, how)


def _horizon(option: Option, rate: float, add: Figures) -> None:
    """Add what an option costs over the horizon."""
    paid = sum(flow["cost"] * (1.0 + rate) ** (-flow["month"] / MONTHS_PER_YEAR) for flow in option.months)
    parts = option.said["present_values"]
    if not math.isclose(sum(parts.values()), paid, rel_tol=CLOSE):
        raise Wrong(f"the parts of {option.id} do not add up")
    how = " + ".join(f"{name.replace('_', ' ')} {number(part)}" for name, part in parts.items() if part)
    add.money(f"TCO, `{option.id}`", option.said["tco"]["base_case"], paid, how)


def _saving(option: Option, keep: Option, add: Figures) -> None:
    """Add what an option saves against option 0, and when that repays the outlay."""
    before, after = (each.said["tco"]["base_case"] for each in (keep, option))
    how = f"{number(before)} − {number(after)}"
    add.money(f"NPV, `{option.id}`", option.said["npv"]["base_case"], before - after, how)
    add(f"Payback, `{option.id}`, months", option.said["payback"]["months"], *_payback(option), ROUGH)


def _payback(option: Option) -> tuple[float | None, str]:
    """Return from when on the savings stay above what was laid out, and how that is seen."""
    sums = [flow["cumulative_saving"] for flow in option.months]
    m = max((m for m, total in enumerate(sums) if total < 0), default=-1)
    if m == len(sums) - 1:
        return None, f"saved {number(sums[-1])} by the end of month {m}"
    if m < 0:
        return 0.0, "saves from the start"
    return m + sums[m] / (
        sums[m] - sums[m + 1]
    ), f"saved {number(sums[m])} by month {m}, {number(sums[m + 1])} by month {m + 1}"


def figures(request: dict[str, Any], answer: Answer) -> str:
    """Return the table of figures that come out."""
    add, options = Figures(answer["currency"]), opened(answer)
    measured = request["prompting"]["measured_accuracy"]
    correct, total = measured["correct"], measured["total"]
    keep = options[0]
    prompt = next(option for option in options if option.id == "keep")
    add("Accuracy of the prompt", prompt.said["accuracy"]["at_start_base_case"], (correct + 0.5) / (total + 1.0),
        f"({correct} + ½) / ({total} + 1)")  # fmt: skip
    volume = keep("requests_per_month")
    add("Requests per second in month 1", keep("mean_requests_per_second"), volume / SECONDS_PER_MONTH,
        f"{number(volume)} / (730.5 × 3,600)")  # fmt: skip
    for option in options:
        _tokens(option, add)
    for option in options:
        _month(option, add)
    for option in options[1:]:
        _project(option, add)
    for option in options:
        _horizon(option, answer["discount_rate"], add)
    for option in options[1:]:
        _saving(option, keep, add)
    return table(("figure, base case", "value", "how it comes about"), add.rows)
