"""The plain numbers that an auditor would read from a request.

They come from the request and from the larder's own files, read here with tomllib: nothing of the service's way of
resolving a request is used.
"""

from __future__ import annotations

import datetime
import math
import tomllib
from pathlib import Path
from typing import Any

from audit.calculation import DAYS_PER_MONTH
from audit.cases_at_random import AS_OF, WORD, Request
from audit.figures import Facts, Plan

LARDER = Path(__file__).parents[2] / "service" / "larder" / "data"


def tables(folder: str) -> list[dict[str, Any]]:
    """Return the larder's files of one folder."""
    return [tomllib.loads(path.read_text()) for path in sorted((LARDER / folder).glob("*.toml"))]


def in_force(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's last value that has begun by AS_OF, else its first, whatever is appended for later days."""
    begun = [value for value in entry["values"] if value["from"] <= AS_OF]
    return dict((begun or entry["values"][:1])[-1])


ENTRIES: dict[str, Any] = {name: in_force(entry) for table in tables("assumptions") for name, entry in table.items()}
OFFERS = {offer["id"]: in_force(offer) for table in tables("offers") for offer in table["offer"]}
LISTED = {
    "openai/gpt-4.1-mini": (0.4, 1.6, 0.1, None, 0.5),
    "anthropic/claude-sonnet-4-5": (3.0, 15.0, 0.3, 3.75, 0.5),
}
"""List prices on 2026-11-23 as the providers publish them: input, output, cache read, cache write, batch discount."""
OWN_TOKENIZERS = ("openai/gpt-4.1-mini",)
"""Base models whose tokenizer is public; the tokens of all others are estimated from it."""
PRICES = ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok")


def middle(given: Any, family: str = "positive") -> float:
    """Return the median of an estimate as the page of formulas defines it."""
    if not isinstance(given, dict):
        return float(given)
    low, high = given["low"], given["high"]
    if family == "positive":
        return math.exp((math.log(low) + math.log(high)) / 2)
    if family == "share":
        odds = math.sqrt(low / (1 - low) * high / (1 - high))
        return odds / (1 + odds)
    return (low + high) / 2


def assumed(name: str, family: str = "positive", units_per_usd: float = 1.0) -> float:
    """Return the median of an assumption, in USD or another currency."""
    entry = ENTRIES[name]
    median = middle(entry["value"] if "value" in entry else {"low": entry["low"], "high": entry["high"]}, family)
    return median * units_per_usd


def stated(place: Request, field: str, assumption: str, family: str = "positive", units_per_usd: float = 1.0) -> float:
    """Return the median of what is stated, else of what is assumed for it."""
    return middle(place[field], family) if field in place else assumed(assumption, family, units_per_usd)


def said(place: Request, field: str, otherwise: Any, family: str = "positive") -> Any:
    """Return the median of what is stated, else this."""
    return middle(place[field], family) if field in place else otherwise


def months_until(date: str | datetime.date | None) -> float | None:
    """Return the months from AS_OF to a date."""
    if date is None:
        return None
    return (datetime.date.fromisoformat(str(date)) - AS_OF).days / DAYS_PER_MONTH


def units_per_usd(request: Request) -> float:
    """Return what one USD is in the request's currency."""
    return float(request["finance"].get("units_per_usd", 1.0))


def tenth(counts: list[float], share: float) -> float:
    """Return the quantile of a list of counts, between two of them on a straight line."""
    ordered, place = sorted(counts), share * (len(counts) - 1)
    below = math.floor(place)
    above = min(below + 1, len(counts) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def counted(prompting: Request, part: str) -> float | None:
    """Return the median tokens of a part by its texts, None where there are none; every word of a text is a token."""
    texts = prompting.get("texts", {})
    if part == "instruction":
        samples = [texts[name] for name in ("instruction",) if name in texts] + texts.get("few_shot", [])
    else:
        samples = texts.get(f"{part}_samples", [])
    if not samples:
        return None
    counts = [float(len(text) // len(WORD)) for text in samples]
    if part == "instruction":
        counts = [sum(counts)]
    ratio = 1.0 if prompting.get("base_model") in OWN_TOKENIZERS else assumed("unverified_tokenizer_ratio")
    return ratio * math.sqrt(tenth(counts, 0.1) * tenth(counts, 0.9))


def prompt_tokens(prompting: Request) -> dict[str, float]:
    """Return the tokens of a prompted request by part: stated, else counted, else assumed."""
    found = {}
    for part in ("instruction", "payload", "output"):
        count = counted(prompting, part)
        is_counted = part not in prompting["tokens"] and count is not None
        found[part] = count if is_counted else stated(prompting["tokens"], part, f"prompt_{part}_tokens")
    return found


def price_facts(option: str, prices: tuple[float | None, ...], scale: float) -> dict[str, float | None]:
    """Return the four token prices of an option in the request's currency."""
    paid = [None if price is None else price * scale for price in prices]
    return {
        f"{option}_input_price": paid[0] or 0.0,
        f"{option}_output_price": paid[1] or 0.0,
        f"{option}_cache_read_price": paid[2],
        f"{option}_cache_write_price": paid[3],
    }


def facts_of_the_prompt(request: Request, improved_accuracy: float) -> dict[str, Any]:
    """Return what the prompt costs and how often it is right."""
    prompting, units = request["prompting"], units_per_usd(request)
    tokens, trials = prompt_tokens(prompting), prompting["measured_accuracy"]
    if "prices" in prompting:
        prices = price_facts("prompt", tuple(prompting["prices"].get(name) for name in PRICES), units)
        batch_discount = assumed("batch_discount")
    else:
        *listed, batch_discount = LISTED[prompting["base_model"]]
        kept = 1.0 - request["finance"].get("vendor_discount", 0.0)
        prices = price_facts("prompt", tuple(listed), units * kept)
    upkeep, improvement = "prompt_maintenance_cost_per_month", "prompt_improvement_cost"
    return {
        **{f"prompt_{part}_tokens": count for part, count in tokens.items()},
        **prices,
        "prompt_cache_hit_rate": said(prompting, "cache_hit_rate", None, "share"),
        "min_cacheable_tokens": assumed("min_cacheable_tokens"),
        "cache_time_to_live_seconds": assumed("cache_time_to_live"),
        "batch_share": prompting.get("batch_share", 0.0),
        "prompt_batch_discount": batch_discount,
        "prompt_invalid_output_rate": prompting.get("invalid_output_rate", 0.0),
        "prompt_accuracy": (trials["correct"] + 0.5) / (trials["total"] + 1.0),
        "prompt_build_cost": said(prompting, "build_cost", 0.0),
        upkeep: stated(prompting, "maintenance_cost_per_month", upkeep, units_per_usd=units),
        "improvement_cost": stated(prompting, "improvement_cost", improvement, units_per_usd=units),
        "improvement_weeks": stated(prompting, "improvement_weeks", "article_prompt_lead_time"),
        "improved_accuracy": improved_accuracy,
        "prompt_shutdown_months": months_until(prompting.get("shutdown_date")),
        "prompt_migration_cost": assumed("prompt_migration_cost", units_per_usd=units)
        if "shutdown_date" in prompting
        else 0.0,
    }


def facts_of_the_offer(request: Request) -> dict[str, Any]:
    """Return the terms of the offer: the caller's own, else those of the entry it names."""
    tuning, units = request["fine_tuning"], units_per_usd(request)
    entry, offer = OFFERS.get(tuning.get("base_model"), {}), tuning["offer"]
    kept = 1.0 - request["finance"].get("vendor_discount", 0.0)
    is_own = "prices" in offer
    listed = offer["prices"] if is_own else entry
    prices = price_facts("tuned", tuple(listed.get(name) for name in PRICES), units if is_own else units * kept)
    batch = None if is_own else entry.get("batch_input_usd_per_mtok")
    terms = {**entry, **offer}
    return {
        **prices,
        "tuned_min_cacheable_tokens": entry.get("min_cacheable_tokens", assumed("min_cacheable_tokens")),
        "tuned_batch_discount": assumed("batch_discount") if batch is None else 1.0 - batch / entry[PRICES[0]],
        "tuned_hosting_per_hour": terms.get("hosting_usd_per_hour", 0.0) * units,
        "tuned_storage_per_month": terms.get("storage_usd_per_month", 0.0) * units,
        "dedicated": "requests_per_second_per_replica" in terms,
        "requests_per_second_per_replica": terms.get("requests_per_second_per_replica"),
        "minimum_replicas": terms.get("minimum_replicas", 1),
        "tuned_shutdown_months": months_until(terms.get("shutdown_date")),
        "last_training_months": months_until(terms.get("last_training_date")),
        "training_price_per_mtok": terms.get("training_usd_per_mtok", 0.0) * units,
        "minimum_charge": terms.get("minimum_charge_usd", 0.0) * units,
    }


def project(
    request: Request, place: Request, plan: str, cost: str, assumption: str
) -> tuple[Plan | None, float | None]:
    """Return the plan of a build or a retraining, else its cost as one figure."""
    if plan in place:
        return Plan(**{name: middle(value) for name, value in place[plan].items()}), None
    return None, stated(place, cost, assumption, units_per_usd=units_per_usd(request))


def facts_of_the_fine_tune(request: Request, accuracy_at_start: float) -> dict[str, Any]:
    """Return what the fine-tune costs besides its offer, how often it is right, and when."""
    task, tuning, units = request["task"], request["fine_tuning"], units_per_usd(request)
    prompted, tokens, retraining = prompt_tokens(request["prompting"]), tuning.get("tokens", {}), tuning["retraining"]
    planned = float(tuning.get("target_examples", tuning.get("labelled_examples", assumed("planned_examples"))))
    off_task = tuning.get("off_task_share", 0.0)
    drop = stated(tuning, "forgetting_drop", "forgetting_drop", "share")
    build_plan, build_cost = project(request, tuning, "build_plan", "build_cost", "article_fine_tuning_build_cost")
    retraining_plan, retraining_cost = project(request, retraining, "plan", "cost", "article_training_run_cost")
    shorter = prompted["instruction"] * assumed("tuned_instruction_share", "share")
    upkeep = "tuned_monitoring_cost_per_month"
    return {
        "tuned_instruction_tokens": said(tokens, "instruction", shorter),
        "tuned_payload_tokens": said(tokens, "payload", prompted["payload"]),
        "tuned_output_tokens": said(tokens, "output", prompted["output"]),
        "tuned_cache_hit_rate": tuning.get("cache_hit_rate"),
        "tuned_invalid_output_rate": tuning.get("invalid_output_rate", 0.0),
        "tuned_accuracy_at_start": accuracy_at_start,
        "knowledge_half_life_months": said(task, "knowledge_half_life_months", None),
        "off_task_share": off_task,
        "forgetting_drop": drop if "forgetting_drop" in tuning or off_task else 0.0,
        "tuned_hosting_per_month": said(tuning, "hosting_cost_per_month", None),
        upkeep: stated(tuning, "monitoring_cost_per_month", upkeep, units_per_usd=units),
        "lead_time_weeks": stated(tuning, "lead_time_weeks", "article_fine_tuning_lead_time"),
        "on_shutdown": tuning.get("on_shutdown", "revert"),
        "retraining_interval_months": stated(retraining, "interval_months", "article_retraining_interval"),
        "retraining_cost": retraining_cost,
        "retraining_plan": retraining_plan,
        "tuned_build_cost": build_cost,
        "build_plan": build_plan,
        "planned_examples": min(max(planned, 10.0), 50_000.0),
    }


def facts_of(request: Request, tuned_accuracy_at_start: float, improved_accuracy: float) -> Facts:
    """Return the auditor's facts of a request; the two modelled accuracies are taken from the answer."""
    volume, finance = request["volume"], request["finance"]
    return Facts(
        requests_per_month=middle(volume["requests_per_month"]),
        growth_per_month=stated(volume, "growth_per_month", "growth_per_month", "rate"),
        horizon_months=int(stated(volume, "horizon_months", "horizon_months")),
        peak_to_average=stated(volume, "peak_to_average", "peak_to_average"),
        discount_rate=stated(finance, "discount_rate", "discount_rate"),
        price_decline_per_year=stated(finance, "price_decline_per_year", "price_decline_per_year", "rate"),
        error_cost=said(finance, "error_cost", 0.0),
        **facts_of_the_prompt(request, improved_accuracy),
        **facts_of_the_offer(request),
        **facts_of_the_fine_tune(request, tuned_accuracy_at_start),
    )
