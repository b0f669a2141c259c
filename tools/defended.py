"""Works out the figures of an answer a second time, from the inputs in its trace and without the service's code.

Used by `tools/examples.py`. A figure that does not come out is an error, not a row of a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
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


def options(answer: Answer) -> list[float | None]:
    """Return the chances of the prompt, the improved prompt and the fine-tune to reach the required accuracy."""
    names = ("prompting", "improved_prompt", "fine_tuning")
    return [answer["accuracy"][name]["probability_meets_requirement"] for name in names]


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Case:
    """One example: its request, its answer, and the figures read off its trace."""

    def __init__(self, request: dict[str, Any], answer: Answer) -> None:
        """Open an answer that came with its trace and its cash flows."""
        self.request, self.answer = request, answer
        self.lines = {line["name"]: line["base_case"] for line in answer["trace"]}
        self.money = answer["costs"]["currency"]
        self.used = {a["id"]: a for a in answer["assumptions"]}
        self.by_pointer = {a["pointer"]: a for a in answer["assumptions"]}
        self.horizon = int(self("horizon_months"))
        self.offer = next(offer for offer in answer["offers"] if offer["is_chosen"])

    def __call__(self, name: str) -> float:
        """Return a base-case figure of the trace, infinite where the answer says null."""
        value = self.lines[name][0] if name in self.lines else 0.0
        return math.inf if value is None else float(value)

    def months(self, name: str) -> list[float]:
        """Return a base-case figure of every month."""
        row = self.lines[name]
        return [float(v) for v in (row if len(row) > 1 else row * self.horizon)]

    def factor(self, month: float) -> float:
        """Return the discount factor of a month."""
        return float((1.0 + self("discount_rate")) ** (-month / 12.0))

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


def _token_cost(case: Case, side: str) -> tuple[float, str]:
    """Return the token cost of one request and its arithmetic; no batch share in any example."""
    tokens = [case(f"{side}_{part}_tokens") for part in ("instruction", "payload", "output")]
    hit, plain, out = case(f"{side}_cache_hit_rate"), case(f"{side}_input_price"), case(f"{side}_output_price")
    read, write = case(f"{side}_cache_read_price"), case(f"{side}_cache_write_price")
    instruction = hit * read + (1.0 - hit) * (write if hit > 0 else plain)
    shown = (
        f"({number(hit)} × {number(read)} + {number(1 - hit)} × {number(write)})"
        if 0 < hit < 1
        else number(instruction)
    )
    retry = 1.0 + case(f"{side}_invalid_output_rate")
    cost = (tokens[0] * instruction + tokens[1] * plain + tokens[2] * out) / 1e6 * retry
    how = f"({number(tokens[0])} × {shown} + {number(tokens[1])} × {number(plain)} + {number(tokens[2])} × {number(out)}) / 1,000,000"
    return cost, how + (f" × {number(retry)}" if retry > 1 else "")


def _accuracies(case: Case, add: Ledger) -> None:
    correct, total = (case.request["prompting"]["measured_accuracy"][key] for key in ("correct", "total"))
    a = (correct + 0.5) / (total + 1.0)
    found = case.answer["accuracy"]
    add(
        "Accuracy of the prompt", found["prompting"]["base_case"], a, f"({correct} + ½) / ({total} + 1)", "request", "%"
    )
    gains = [case(name) for name in case.lines if name.startswith("prompt_gain_") and case(name) != 0.0]
    log_odds = math.log(a / (1.0 - a))
    improved = 1.0 / (1.0 + math.exp(-log_odds - max(sum(gains), 0.0)))
    add("Accuracy of the improved prompt", found["improved_prompt"]["base_case"], improved,
        f"log-odds {number(log_odds)} + gains {' + '.join(number(g) for g in gains)}",
        case.origin("/prompting/techniques_tried").replace("prompt_gain_residual", "prompt_gain_*"), "%")  # fmt: skip
    mean, spread = case("tuned_log_odds_mean"), math.sqrt(case("tuned_log_odds_variance"))
    deviates = np.linspace(-9.0, 9.0, 20_001)
    weights = np.exp(-(deviates**2) / 2.0)
    tuned = float((weights / (1.0 + np.exp(-(mean + spread * deviates)))).sum() / weights.sum())
    base = (
        f"{number(case('tuned_level_prior_mean'))} + {number(case('prior_slope_mean'))} × log10({number(case('planned_examples'))} / 1,000)"
        if not case.request.get("fine_tuning", {}).get("pilots")
        else "the same prior, updated by the pilots"
    )
    add("Accuracy of the fine-tune when it goes live", found["fine_tuning"]["at_start_base_case"], tuned,
        f"mean over log-odds {number(mean)} ± {number(spread)}; {number(mean)} = {base}", "[fitted prior](accuracy-prior.md)", "%", ROUGH)  # fmt: skip
    if math.isfinite(case("knowledge_half_life_months")):
        live, monthly = case.months("live_share"), case.months("tuned_accuracy")
        add("The same, average while live", found["fine_tuning"]["base_case"],
            sum(x * y for x, y in zip(live, monthly, strict=True)) / sum(live),
            f"halves every {number(case('knowledge_half_life_months'))} months since training, {number(case('retraining_count'))} retrainings",
            "request", "%")  # fmt: skip
    required = found["required_accuracy"]
    if required is not None:
        exact = float(1.0 - betainc(correct + 0.5, total - correct + 0.5, required))
        chances = options(case.answer)
        if chances[0] is None or abs(exact - chances[0]) > 0.01:
            raise Wrong(f"chance of the prompt: {chances[0]} by draws, {exact} exactly")
        add.note(f"Chance to reach {percent(required)} right: prompt, improved, fine-tune", ", ".join(chance(c) for c in chances),
                 f"share of {case.answer['provenance']['draws']:,} draws", "simulation")  # fmt: skip


def _time(case: Case, add: Ledger) -> None:
    costs, weeks = case.answer["costs"], case("lead_time_weeks")
    ends, shutdown = case.offer["shutdown_date"], case("tuned_shutdown_months")
    migrates = case("migrates") > 0
    end = float(case.horizon) if migrates else min(case.horizon, shutdown)
    source = f"offer `{case.offer['id']}`" if shutdown < case.horizon else case.origin("/volume/horizon_months")
    add("Months the fine-tune is live", costs["live_months"], max(end - weeks / WEEKS_PER_MONTH, 0.0),
        f"{number(end)} − {number(weeks)} weeks / {WEEKS_PER_MONTH}" + ("" if ends is None else f"; the provider shuts it down on {ends}"),
        f"{case.origin('/fine_tuning/lead_time_weeks')}, {source}")  # fmt: skip
    add.note("Retrainings in that time", number(costs["retrainings"]),
             f"every {number(case('retraining_interval_months'))} months" + (
                 f", last training date {case.offer['last_training_date']}" if case.offer["last_training_date"] else "")
             + f"; {number(costs['retraining_cost'])} {case.money} each",
             case.origin("/fine_tuning/retraining/interval_months", "/fine_tuning/retraining/cost"))  # fmt: skip


def _month(case: Case, add: Ledger) -> None:
    costs, volume, rate = case.answer["costs"], case("requests_per_month"), case("mean_requests_per_second")
    add("Requests per second, mean of month 1", rate, volume / SECONDS_PER_MONTH,
        f"{number(volume)} / (730.5 × 3,600)", case.origin("/volume/requests_per_month"))  # fmt: skip
    smallest, life = case("prompt_min_cacheable_tokens"), case("cache_time_to_live")
    short = case("prompt_instruction_tokens") < smallest
    add("Share of requests that hit the prompt cache", costs["prompt_cache_hit_rate"], 0.0 if short else -math.expm1(-rate * life),
        f"{number(case('prompt_instruction_tokens'))} tokens, fewer than {number(smallest)}" if short else f"1 − e^(−{number(rate)} × {number(life)} s)",
        "`min_cacheable_tokens`, `cache_time_to_live` (published)", "%")  # fmt: skip
    for words, side, key in (("prompt", "prompt", "prompting"), ("fine-tune", "tuned", "fine_tuning")):
        cost, how = _token_cost(case, side)
        source = case.answer["provenance"]["prompt_price_source"] if side == "prompt" else f"offer `{case.offer['id']}`"
        add(f"Token cost of a request, {words}", costs[key]["token_cost_per_request"], cost, how, source, case.money)
    monthly = costs["prompting"]["monthly"], costs["improved_prompt"]["monthly"], costs["fine_tuning"]["monthly"]
    accuracy = case("prompt_accuracy"), case("improved_accuracy"), case("tuned_accuracy_fresh")
    upkeep = "/prompting/maintenance_cost_per_month", "/prompting/maintenance_cost_per_month", "/fine_tuning/monitoring_cost_per_month"  # fmt: skip
    for words, m, a, pointer in zip(
        ("prompt", "improved prompt", "fine-tune, freshly trained"), monthly, accuracy, upkeep, strict=True
    ):
        error = volume * case("error_cost") * (1.0 - a)
        if not math.isclose(m["errors"], error, rel_tol=CLOSE, abs_tol=1e-9):
            raise Wrong(f"errors of {words}: {m['errors']} against {error}")
        wrong = f"errors ({number(volume)} × {number(case('error_cost'))} × {number(1.0 - a)} =)"
        parts = {"tokens": m["tokens"], wrong: error, "hosting": m["hosting"], "upkeep": m["maintenance"]}
        how = " + ".join(f"{name} {number(v)}" for name, v in parts.items() if v)
        add(f"Cost of month 1, {words}", m["total"], sum(parts.values()), how,
            case.origin("/volume/requests_per_month", pointer), case.money)  # fmt: skip


def _project(case: Case, add: Ledger) -> None:
    value = case.answer["costs"]["fine_tuning"]["one_off"]
    if "build_engineering_hours" in case.lines:
        run = max(case("dataset_tokens") * case("build_epochs") * case("training_price") / 1e6, case("minimum_charge"))
        parts = case("build_engineering_hours"), case("build_hourly_rate"), case("build_examples_to_label"), case("build_cost_per_example"), case("build_training_runs")  # fmt: skip
        again = parts[0] * parts[1] + parts[2] * parts[3] + parts[4] * run
        labels = f" + {number(parts[2])} labels × {number(parts[3])}" if parts[2] else ""
        how = (
            f"{number(parts[0])} hours × {number(parts[1])}{labels} + {number(parts[4])} training runs × {number(run)}"
        )
        add("One-off cost of the fine-tune", value, again, how, f"request, offer `{case.offer['id']}`", case.money)
        return
    used = case.by_pointer["/fine_tuning/build_cost"]
    add("One-off cost of the fine-tune", value, math.sqrt(used["low"] * used["high"]),
        f"√({number(used['low'])} × {number(used['high'])}), the middle of the article's range", f"`{used['id']}` ({used['kind']})", case.money)  # fmt: skip


def _horizon(case: Case, add: Ledger) -> None:
    costs, flows = case.answer["costs"], case.answer["cash_flows"]
    draws = f"{case.answer['provenance']['draws']:,} draws"
    words = {"prompting": "keep the prompt", "improved_prompt": "improve the prompt", "fine_tuning": "fine-tune"}
    names = {"one_off": "one-off", "prompting_while_not_live": "the prompt before and after"}
    bare: dict[str, float] = {}
    for option, label in words.items():
        again = sum(flow[option] * case.factor(flow["month"]) for flow in flows)
        parts = costs[option]["present_values"]
        if not math.isclose(sum(parts.values()), again, rel_tol=CLOSE):
            raise Wrong(f"the parts of {option} do not add up")
        how = " + ".join(f"{names.get(name, name)} {number(v)}" for name, v in parts.items() if v)
        add(f"Present value of all costs, {label}", costs[option]["tco"]["base_case"], again, how, f"cash flows at {percent(case('discount_rate'))}", case.money)  # fmt: skip
        bare[option] = again - parts["errors"] - (case("tuned_prompt_errors_pv") if option == "fine_tuning" else 0.0)
        if not math.isclose(bare[option], costs[option]["tco_without_errors"]["base_case"], rel_tol=ROUGH):
            raise Wrong(f"{option} without errors: {bare[option]}")
    if costs["error_cost_state"] == "valued":
        add.note("The same three without wrong answers", "; ".join(number(v) for v in bare.values()) + f" {case.money}",
                 "the lines above less the present value of what wrong answers cost", "cash flows")  # fmt: skip
    tco = {option: costs[option]["tco"]["base_case"] for option in words}
    for label, key, other in (("switching", "npv", "fine_tuning"), ("improving the prompt", "npv_of_improving", "improved_prompt")):  # fmt: skip
        found = costs[key]
        add(f"NPV of {label}", found["base_case"], tco["prompting"] - tco[other],
            f"{number(tco['prompting'])} − {number(tco[other])}", "base case", case.money, 1e-7)  # fmt: skip
        add.note("… expected; 80 % range; chance above zero", f"{number(found['mean'])}; {number(found['p10'])} to {number(found['p90'])}; {chance(found['probability_positive'])}",
                 f"{draws}, standard error of the mean {number(found['standard_error'])}", "simulation")  # fmt: skip
    payback = case.answer["break_even"]["payback"]["months"]
    cumulative = [flow["cumulative_saving"] for flow in flows]
    below = [m for m, sum_ in enumerate(cumulative) if sum_ < 0]
    if below and below[-1] < case.horizon:
        m = below[-1]
        again_months: float | None = m + cumulative[m] / (cumulative[m] - cumulative[m + 1])
        how = f"cumulative saving {number(cumulative[m])} after month {m}, {number(cumulative[m + 1])} after month {m + 1}"
    else:
        again_months, how = None, f"cumulative saving {number(cumulative[-1])} after month {case.horizon}: never"
    add("Payback of switching, months", payback, again_months, how, "cash flows", close=ROUGH)
    value = case.answer["costs"]["fine_tuning"]["present_values"]
    invested = sum(value[part] for part in ("one_off", "hosting", "maintenance", "retraining"))
    add("Return on investment", costs["roi"], costs["npv"]["base_case"] / invested,
        f"{number(costs['npv']['base_case'])} / {number(invested)} (one-off, hosting, monitoring, retraining)", "base case")  # fmt: skip
    gained = case("improved_correct_pv") - case("prompt_correct_pv")
    add.note("Cost of a wrong answer from which improving the prompt pays", f"{number(case('improvement_cost') / gained)} {case.money}",
             f"{number(case('improvement_cost'))} / {number(gained)} more right answers, discounted; worked out here, not in the answer", "base case")  # fmt: skip


def _latency(case: Case, add: Ledger) -> None:
    found = case.answer["latency"]
    for words, side, key in (("prompt", "prompt", "prompting"), ("fine-tune", "tuned", "fine_tuning")):
        speed = case("output_tokens_per_second" if side == "prompt" else "tuned_output_tokens_per_second")
        total = case(f"{side}_ttft") + case(f"{side}_output_tokens") / speed
        scale = case(f"{side}_latency_scale")
        p50, p95 = found[key]["p50_seconds"], found[key]["p95_seconds"]
        add(f"Median seconds to answer, {words} (95th percentile {number(p95)})", p50, scale * total,
            f"{number(scale)} × ({number(case(f'{side}_ttft'))} to the first token + {number(case(f'{side}_output_tokens'))} tokens / {number(speed)} a second)",
            "request (measured)" if side == "prompt" and "measured_p50" in case.lines
            else "latency assumptions, scaled to the measured prompt" if scale != 1.0 else "latency assumptions")  # fmt: skip


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


def steps(case: Case) -> str:
    """Return the steps of the framework that led to the verdict, walked here once more."""
    answer, rules = case.answer, {r["rule"]: r["status"] for r in case.answer["verdict"]["reasons"]}
    found, costs = answer["accuracy"], answer["costs"]
    required, gap = found["required_accuracy"], found["gap"]
    p_p, p_i, p_f = (1.0 if c is None else float(c) for c in options(answer))
    plausible, likely = case.threshold("plausible_probability"), case.threshold("confidence")
    npv, improving = costs["npv"]["mean"], costs["npv_of_improving"]["mean"]
    three = f"{chance(p_p)}, {chance(p_i)}, {chance(p_f)}" if required else "no accuracy is required"
    total = case.request["prompting"]["measured_accuracy"]["total"]
    small, large = case.threshold("article_small_gap"), case.threshold("article_large_gap")
    rows: list[tuple[str, ...]] = []
    action = ""

    def ask(step: str, question: str, facts: str, then: str) -> None:
        nonlocal action
        if not action:
            action = then
            rows.append((step, question, facts, f"**{then}**" if then else "go on"))

    worth = f"E[NPV] of switching {number(npv)}, of improving {number(improving)}"
    ask("1", "Fewer than 100 graded answers?", f"{total} graded", "measure_first" if total < 100 else "")
    ask("2", "Can fine-tuning not go live?", f"live from month {number(costs['go_live_month'])} to {number(costs['end_month'])}",
        "" if costs["is_feasible"] else "keep_prompting" if p_p >= likely else "improve_prompt" if p_i >= plausible else "rethink_task")  # fmt: skip
    good = p_p >= likely and (npv <= 0 or p_f < plausible)
    ask("3", "Is the prompt likely to be good enough, and fine-tuning not worth it?", f"{three}; {worth}",
        ("improve_prompt" if improving > 0 else "keep_prompting") if good else "")  # fmt: skip
    if p_p < likely and required:
        hopeless = p_i < plausible and p_f < plausible
        if gap <= small:
            improve = p_i >= plausible
        elif gap >= large:
            improve = (p_f >= plausible and p_i >= likely) or (p_f < plausible and p_i >= p_f)
        else:
            improve = p_i >= likely or p_i >= p_f
        ask("4", "Not likely good enough: which is likelier to close the gap?", f"gap {number(gap)}; chances {three}",
            "rethink_task" if hopeless else "improve_prompt" if improve else "")  # fmt: skip
    labels = case.request.get("fine_tuning", {}).get("labelled_examples")
    ask("5", "Fewer than 1,000 labelled examples, or not stated?", "not stated" if labels is None else f"{labels:,}",
        "" if rules["enough_examples"] == "satisfied" else "collect_examples")  # fmt: skip
    ask("6", "Is improving the prompt worth at least as much, and at least as likely to suffice?", f"{worth}; {three}",
        "improve_prompt" if improving >= max(0.0, npv) and p_i >= p_f else "")  # fmt: skip
    barred = "satisfied" in (rules["audit_required"], rules["knowledge_changes"])
    ways = [
        rules[w] for w in ("consistent_prompt_failure", "token_overhead", "latency_benefit", "proprietary_knowledge")
    ]
    pays = npv > 0 or (p_f >= plausible and p_f > max(p_i, p_p))
    shut = barred and not (p_f >= likely and p_i < plausible and p_p < plausible)
    undefined = case.request["task"].get("well_defined") is False
    refused = shut or undefined or not pays or not {"satisfied", "unknown"} & set(ways)
    open_ = not refused and npv > 0 and ("satisfied" not in ways or "unknown" in (rules["audit_required"], rules["knowledge_changes"]))  # fmt: skip
    ask("7", "Is a gate closed or unknown?", f"needs for tuning that hold: {ways.count('satisfied')} of 4; audit or stale knowledge: {'yes' if barred else 'no'}",
        ("improve_prompt" if p_p < likely and p_i >= plausible else "keep_prompting") if refused else "run_pilot" if open_ else "")  # fmt: skip
    sure = p_f >= likely and (costs["npv"]["probability_positive"] >= likely or (p_i < likely and p_p < likely))
    ask("8", "Is the fine-tune likely to suffice and to pay?", f"{chance(p_f)} and {chance(costs['npv']['probability_positive'])}, {percent(likely)} asked of each",
        "fine_tune" if sure else "run_pilot")  # fmt: skip
    if action != answer["verdict"]["framework_action"]:
        raise Wrong(f"the steps give {action}, the answer {answer['verdict']['framework_action']}")
    return table(("step", "question", "figures of this case", "outcome"), rows)
