"""Works out the figures of an answer a second time, from the inputs in its trace and without the service's code.

Used by `tools/examples.py`. A figure that does not come out is an error, not a row of a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from scipy.special import betainc

SECONDS_PER_MONTH = 730.5 * 3600.0
WEEKS_PER_MONTH = 4.348125
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


KINDS = {"keep": "the prompt", "improve": "the improved prompt", "fine_tune": "the fine-tune"}


class Case:
    """One example: its request, its answer, and the figures read off its trace."""

    def __init__(self, request: dict[str, Any], answer: Answer) -> None:
        """Open an answer that came with its trace and its cash flows."""
        self.request, self.answer = request, answer
        self.lines = {
            part["option"]: {line["name"]: line["base_case"] for line in part["lines"]} for part in answer["trace"]
        }
        self.origins = {
            part["option"]: {line["name"]: line["origin"] for line in part["lines"]} for part in answer["trace"]
        }
        self.flows = {part["option"]: part["months"] for part in answer["cash_flows"]}
        self.money = answer["currency"]
        self.used = {a["id"]: a for a in answer["assumptions"]}
        self.by_pointer = {a["pointer"]: a for a in answer["assumptions"]}
        self.horizon = answer["horizon_months"]
        tunes = [option for option in answer["options"] if option["kind"] == "fine_tune"]
        first = {kind: next(o for o in answer["options"] if o["kind"] == kind) for kind in ("keep", "improve")}
        self.sides: list[Answer] = [first["keep"], first["improve"], tunes[0]]
        """The prompt, the improved prompt, and the first of the fine-tunes."""

    def __call__(self, option: Answer, name: str) -> float:
        """Return a base-case figure of an option's trace, infinite where the answer says null."""
        value = self.lines[option["id"]][name][0]
        return math.inf if value is None else float(value)

    def months(self, option: Answer, name: str) -> list[float]:
        """Return a base-case figure of every month."""
        row = self.lines[option["id"]][name]
        return [float(v) for v in (row if len(row) > 1 else row * self.horizon)]

    def factor(self, month: float) -> float:
        """Return the discount factor of a month."""
        return float((1.0 + self.answer["discount_rate"]) ** (-month / 12.0))

    def origin(self, *pointers: str) -> str:
        """Return where inputs come from: the request, or the assumption that stands in for it."""
        found = []
        for pointer in pointers:
            a = self.by_pointer.get(pointer)
            found.append("request" if a is None or a["kind"] == "derived" else f"`{a['id']}` ({a['kind']})")
        return ", ".join(dict.fromkeys(found))

    def threshold(self, name: str) -> float:
        """Return a threshold of the decision, stated or assumed."""
        stated = self.request.get("simulation", {}).get(name)
        return float(stated if stated is not None else self.used[name]["value"])


class Ledger:
    """Rows of the table of figures; takes none that does not come out."""

    def __init__(self) -> None:
        """Open an empty table."""
        self.rows: list[tuple[str, ...]] = []

    def __call__(
        self, figure: str, value: float | None, again: float | None, how: str, source: str, unit: str = "", close: float = CLOSE
    ) -> None:  # fmt: skip
        """Add a figure whose arithmetic, worked out anew, gives the same."""
        same = (
            value is again
            if value is None or again is None
            else math.isclose(value, again, rel_tol=close, abs_tol=1e-9)
        )
        if not same:
            raise Wrong(f"{figure}: the answer says {value}, its inputs give {again}")
        shown = percent(value or 0.0) if unit == "%" else " ".join(filter(None, (number(value), unit)))
        self.rows.append((figure, shown, how, source))

    def note(self, figure: str, shown: str, how: str, source: str) -> None:
        """Add a figure that comes from the draws and has no arithmetic."""
        self.rows.append((figure, shown, how, source))


def _token_cost(case: Case, option: Answer) -> tuple[float, str]:
    """Return the token cost of one request and its arithmetic; no batch share in any example."""
    tokens = [option["tokens"][part] for part in ("instruction", "payload", "output")]
    hit, prices = option["tokens"]["cache_hit_rate"], option["prices"]
    plain, out = prices["input"], prices["output"]
    read, write = prices["cache_read"] or 0.0, prices["cache_write"] if prices["cache_write"] is not None else plain
    instruction = hit * read + (1.0 - hit) * write if hit > 0 else plain
    mixed = f"({number(hit)} × {number(read)} + {number(1 - hit)} × {number(write)})"
    shown = mixed if 0 < hit < 1 else number(instruction)
    retry = 1.0 + case(option, "invalid_output_rate")
    cost = (tokens[0] * instruction + tokens[1] * plain + tokens[2] * out) / 1e6 * retry
    how = f"({number(tokens[0])} × {shown} + {number(tokens[1])} × {number(plain)} + {number(tokens[2])} × {number(out)}) / 1,000,000"
    return cost, how + (f" × {number(retry)}" if retry > 1 else "")


def _accuracies(case: Case, add: Ledger) -> None:
    correct, total = (case.request["prompting"]["measured_accuracy"][key] for key in ("correct", "total"))
    draws = case.answer["provenance"]["draws"]
    keep, improved, tuned = case.sides
    add("Accuracy of the prompt", keep["accuracy"]["at_start_base_case"], (correct + 0.5) / (total + 1.0),
        f"({correct} + ½) / ({total} + 1)", "request", "%")  # fmt: skip
    for option, how, source in (
        (improved, "mean over what the techniques not yet tried may gain", "techniques (judged)"),
        (tuned, "mean over the fitted prior" + (", updated by the pilots" if case.request.get("fine_tuning", {}).get("pilots") else ""),
         "[fitted prior](accuracy-prior.md)"),
    ):  # fmt: skip
        words, found = KINDS[option["kind"]], option["accuracy"]
        interval = found["interval"]
        add.note(f"Accuracy of {words} when it goes live; 80 % range",
                 f"{percent(found['at_start_base_case'])}; {percent(interval['low'])} to {percent(interval['high'])}", how, source)  # fmt: skip
        live, since = case.months(option, "live_share"), case.months(option, "share_since_start")
        flow, own, other = (case.months(option, name) for name in ("requests", "own_accuracy", "stand_in_accuracy"))
        served = sum(v * s for v, s in zip(flow, since, strict=True))
        right = sum(v * (on * a + (s - on) * b) for v, on, s, a, b in zip(flow, live, since, own, other, strict=True))
        add(f"The same, average over requests from start to horizon, {words}", found["average_base_case"], right / served,
            f"{number(right)} right answers / {number(served)} requests", "trace", "%")  # fmt: skip
    chances = ", ".join(chance(option["chance_meets_bar"]) for option in case.sides)
    required = case.answer["accuracy"]["required_accuracy"]
    if required is not None and "latency_target" not in case.request:
        exact = float(1.0 - betainc(correct + 0.5, total - correct + 0.5, required))
        if abs(exact - keep["chance_meets_bar"]) > 0.01:
            raise Wrong(f"chance of the prompt: {keep['chance_meets_bar']} by draws, {exact} exactly")
    asked = (f"reach {percent(required)} right" if required is not None else "do no worse than today, but for what is tolerated") + (
        " in time" if "latency_target" in case.request else "")  # fmt: skip
    add.note(f"Chance to {asked}: prompt, improved, fine-tune", chances, f"share of {draws:,} draws", "simulation")


def _time(case: Case, add: Ledger) -> None:
    tuned = case.sides[2]
    life, line, weeks = (
        tuned["lifetime"],
        tuned["timeline"],
        case(tuned, "start_weeks") + case(tuned, "labelling_weeks"),
    )
    add("Month in which the fine-tune goes live", line["start_month"], weeks / WEEKS_PER_MONTH,
        f"{number(weeks)} weeks / {WEEKS_PER_MONTH}", case.origin("/fine_tuning/lead_time_weeks"))  # fmt: skip
    ends = f"; {life['origin']} retirement {life['retires_on'] or ''}".rstrip() + f", then {life['on_shutdown']}"
    add("Months the fine-tune is live", line["live_months"], line["end_month"] - line["start_month"],
        f"{number(line['end_month'])} − {number(line['start_month'])}{ends}", f"offer `{tuned['offer']}`")  # fmt: skip
    add.note("Retrainings in that time", number(line["retrainings"]),
             f"every {number(case(tuned, 'retraining_interval_months'))} months; {number(tuned['training']['retraining_cost'])} {case.money} each",
             case.origin("/fine_tuning/retraining/interval_months", "/fine_tuning/retraining/cost"))  # fmt: skip


def _cache(case: Case, add: Ledger, keep: Answer) -> None:
    found = keep["tokens"]["cache_hit_rate"]
    if case.origins[keep["id"]]["cache_hit_rate"] != "calculated":
        add.note("Share of requests that hit the prompt cache", percent(found), "stated", "request")
        return
    smallest, life, most = (case(keep, n) for n in ("min_cacheable_tokens", "cache_time_to_live", "cache_hit_ceiling"))
    tokens, rate = keep["tokens"]["instruction"], case(keep, "mean_requests_per_second")
    short = tokens < smallest or case(keep, "cache_priced") == 0.0
    how = (
        f"{number(tokens)} tokens, {number(smallest)} needed"
        if short
        else f"{number(most)} × (1 − e^(−{number(rate)} × {number(life)} s))"
    )
    add("Share of requests that hit the prompt cache", found, 0.0 if short else -most * math.expm1(-rate * life), how,
        "`min_cacheable_tokens`, `cache_time_to_live` (published), `cache_hit_ceiling` (judged)", "%")  # fmt: skip


def _month(case: Case, add: Ledger) -> None:
    keep = case.sides[0]
    volume = case(keep, "requests_per_month")
    add("Requests per second, mean of month 1", case(keep, "mean_requests_per_second"), volume / SECONDS_PER_MONTH,
        f"{number(volume)} / (730.5 × 3,600)", case.origin("/volume/requests_per_month"))  # fmt: skip
    _cache(case, add, keep)
    for option in case.sides:
        cost, how = _token_cost(case, option)
        source = f"{option['prices']['source']}, checked {option['prices']['checked']}"
        add(
            f"Token cost of a request, {KINDS[option['kind']]}",
            option["token_cost_per_request"],
            cost,
            how,
            source,
            case.money,
        )
    for option in case.sides:
        first, found = math.ceil(option["timeline"]["start_month"]), option["monthly"]
        flow, accuracy, price = (
            case.months(option, name)[first] for name in ("requests", "own_accuracy", "price_factors")
        )
        error = flow * case(option, "error_cost") * (1.0 - accuracy)
        tokens = flow * option["token_cost_per_request"] * price
        for part, again in (("errors", error), ("tokens", tokens)):
            if not math.isclose(found[part], again, rel_tol=CLOSE, abs_tol=1e-9):
                raise Wrong(f"{part} of {option['id']}: {found[part]} against {again}")
        wrong = f"errors ({number(flow)} × {number(case(option, 'error_cost'))} × {number(1.0 - accuracy)} =)"
        parts = {"tokens": tokens, wrong: error, "hosting": found["hosting"], "upkeep": found["upkeep"]}
        how = " + ".join(f"{name} {number(v)}" for name, v in parts.items() if v)
        add(f"Cost of month {first + 1}, its first full one, {KINDS[option['kind']]}", found["total"], sum(parts.values()), how,
            "trace", case.money)  # fmt: skip


def _project(case: Case, add: Ledger) -> None:
    for option in case.sides[1:]:
        hours, rate, labels, each, runs = (
            case(option, name)
            for name in ("build_hours", "build_hourly_rate", "examples_to_label", "cost_per_example", "training_runs")
        )
        run, prompt = case(option, "training_run_cost"), case(option, "prompt_build_cost")
        parts = {
            f"{number(hours)} hours × {number(rate)}": hours * rate,
            f"{number(labels)} labels × {number(each)}": labels * each,
            f"{number(runs)} training runs × {number(run)}": runs * run,
            f"{number(prompt)} for the prompt": prompt,
        }
        source = "request, trace" if option["kind"] == "improve" else f"request, offer `{option['offer']}`"
        add(f"One-off cost of {KINDS[option['kind']]}", option["one_off"], sum(parts.values()),
            " + ".join(words for words, value in parts.items() if value), source, case.money)  # fmt: skip


def _payback(case: Case, add: Ledger, option: Answer) -> None:
    cumulative = [flow["cumulative_saving"] for flow in case.flows[option["id"]]]
    below = [m for m, sum_ in enumerate(cumulative) if sum_ < 0]
    again: float | None = 0.0
    how = "never below zero"
    if below and below[-1] < case.horizon:
        m = below[-1]
        again = m + cumulative[m] / (cumulative[m] - cumulative[m + 1])
        how = f"cumulative saving {number(cumulative[m])} after month {m}, {number(cumulative[m + 1])} after month {m + 1}"
    elif below:
        again, how = None, f"cumulative saving {number(cumulative[-1])} after month {case.horizon}: never"
    words = KINDS[option["kind"]]
    add(f"Payback of {words}, months", option["payback"]["months"], again, how, "cash flows", close=ROUGH)
    kept = case(option, "one_off_cost")
    later = sum(v * case.factor(m) for m, v in enumerate(case.months(option, "investments"), 1))
    add(f"Return on investment, {words}", option["roi"], option["npv"]["base_case"] / (kept + later),
        f"{number(option['npv']['base_case'])} / {number(kept + later)} (one-off, hosting, retraining, more upkeep)", "base case")  # fmt: skip


def _horizon(case: Case, add: Ledger) -> None:
    names = {"one_off": "one-off", "stand_in": "what stands in before and after"}
    for option in case.sides:
        flows, parts, words = case.flows[option["id"]], option["present_values"], KINDS[option["kind"]]
        again, bare = (sum(f[key] * case.factor(f["month"]) for f in flows) for key in ("cost", "cost_without_errors"))
        if not math.isclose(sum(parts.values()), again, rel_tol=CLOSE):
            raise Wrong(f"the parts of {option['id']} do not add up")
        how = " + ".join(f"{names.get(name, name)} {number(v)}" for name, v in parts.items() if v)
        add(f"Present value of all costs, {words}", option["tco"]["base_case"], again, how,
            f"cash flows at {percent(case.answer['discount_rate'])}", case.money)  # fmt: skip
        if parts["errors"]:
            add("… without wrong answers", option["tco_without_errors"]["base_case"], bare,
                "the flows less what wrong answers cost", "cash flows", case.money, ROUGH)  # fmt: skip
    keep = case.sides[0]["tco"]["base_case"]
    for option in case.sides[1:]:
        found, tco = option["npv"], option["tco"]["base_case"]
        add(f"NPV of {KINDS[option['kind']]} over the prompt", found["base_case"], keep - tco,
            f"{number(keep)} − {number(tco)}", "base case", case.money, ROUGH)  # fmt: skip
        add.note("… expected; 80 % range; chance above zero", f"{number(found['mean'])}; {number(found['p10'])} to {number(found['p90'])}; {chance(found['probability_positive'])}",
                 f"{case.answer['provenance']['draws']:,} draws, standard error of the mean {number(found['standard_error'])}", "simulation")  # fmt: skip
        _payback(case, add, option)


def _latency(case: Case, add: Ledger) -> None:
    for option in (case.sides[0], case.sides[2]):
        speed, scale, ttft = (case(option, n) for n in ("tokens_per_second", "latency_scale", "computed_ttft"))
        output, found = option["tokens"]["output"], option["latency"]
        add(f"Median seconds to answer, {KINDS[option['kind']]} (95th percentile {number(found['p95_seconds'])})", found["p50_seconds"],
            scale * (ttft + output / speed),
            f"{number(scale)} × ({number(ttft)} to the first token + {number(output)} tokens / {number(speed)} a second)",
            "request (measured), latency assumptions" if found["is_measured"] else "latency assumptions")  # fmt: skip


def figures(case: Case) -> str:
    """Return the table of defended figures."""
    add = Ledger()
    for part in (_accuracies, _month, _time, _project, _horizon, _latency):
        part(case, add)
    return table(("figure", "value", "how it comes about", "source of the inputs"), add.rows)


def break_evens(case: Case) -> str:
    """Return the table of break-evens, and what the draws say about volume and payback."""
    rows: list[tuple[str, ...]] = []
    empty: dict[str, list[str]] = {}
    for item in case.answer["break_even"]["items"]:
        words = item["input"].replace("_", " ")
        if not item["break_even"]:
            empty.setdefault(item["state"], []).append(f"{words} ({number(item['current'])})")
            continue
        at = ", ".join(number(value) for value in item["break_even"])
        at += " (a jump over zero)" if item["state"] == "crossed" else ""
        rows.append((words, item["unit"], number(item["current"]), at, item["fine_tuning_pays"] or "-"))
    rows += [(", ".join(names), "", "in brackets", "at no value", state) for state, names in empty.items() if names]
    volume = case.answer["break_even"]["requests_per_month"]
    rows.append(("requests per month, over the draws", "requests/month", "-",
                 f"{number(volume['p10'])}; {number(volume['p50'])}; {number(volume['p90'])} (10th, 50th, 90th percentile; none = never)",
                 f"never in {chance(volume['share_never'])} of draws"))  # fmt: skip
    return table(("input", "unit", "today", "NPV of switching is zero at", "fine-tuning pays"), rows)
