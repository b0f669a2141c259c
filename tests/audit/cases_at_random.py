"""Requests at random, and the plain numbers an auditor would read from them.

The numbers come from the request and from the larder's own files, read here with tomllib: nothing of the service's
way of resolving a request is used.
"""

from __future__ import annotations

import datetime
import math
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audit.reference import DAYS_PER_MONTH, Facts, Plan

LARDER = Path(__file__).parents[2] / "service" / "larder" / "data"
AS_OF = datetime.date(2026, 11, 23)


def tables(folder: str) -> list[dict[str, Any]]:
    """Return the larder's files of one folder."""
    return [tomllib.loads(path.read_text()) for path in sorted((LARDER / folder).glob("*.toml"))]


def in_force(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's last value that has begun by AS_OF, else its first, whatever is appended for later days."""
    begun = [value for value in entry["values"] if value["from"] <= AS_OF]
    return dict((begun or entry["values"][:1])[-1])


ENTRIES: dict[str, Any] = {name: in_force(entry) for table in tables("assumptions") for name, entry in table.items()}
OFFERS = {offer["id"]: in_force(offer) for table in tables("offers") for offer in table["offer"]}
NAMED = ("azure/gpt-4.1-mini", "azure/gpt-4o", "bedrock/nova-micro", "together/llama-3.3-70b", "azure/ministral-3b")
PROMPTED = {
    "openai/gpt-4.1-mini": (0.4, 1.6, 0.1, None, 0.5),
    "anthropic/claude-sonnet-4-5": (3.0, 15.0, 0.3, 3.75, 0.5),
}
"""List prices on 2026-11-23 as the providers publish them: input, output, cache read, cache write, batch discount."""

Request = dict[str, Any]


def middle(given: Any, family: str) -> float:
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


def assumed(name: str, family: str = "positive") -> float:
    """Return the median of an assumption in USD."""
    entry = ENTRIES[name]
    return middle(entry["value"] if "value" in entry else {"low": entry["low"], "high": entry["high"]}, family)


def request_at_random(seed: int) -> Request:
    """Return a request that visits corners: dates, plans, caching, currencies, edges of zero."""
    r = random.Random(seed)

    def some(chance: float) -> bool:
        return r.random() < chance

    def positive(low: float, high: float) -> Any:
        a, b = sorted(math.exp(r.uniform(math.log(low), math.log(high))) for _ in range(2))
        return {"low": a, "high": b} if some(0.5) else a

    def plan() -> Request:
        return {
            "engineering_hours": positive(10, 400), "hourly_rate": positive(40, 200),
            "examples_to_label": 0 if some(0.3) else positive(10, 5000), "cost_per_example": positive(0.05, 10),
            "epochs": r.randint(1, 5), "training_runs": positive(1, 20),
        }  # fmt: skip

    def when(latest_days: int) -> str:
        return str(AS_OF + datetime.timedelta(days=r.randint(1, latest_days)))

    def prices(scale: float) -> Request:
        base = r.uniform(0.05, 5) * scale
        found = {"input_usd_per_mtok": base, "output_usd_per_mtok": base * r.uniform(1, 5)}
        if some(0.6):
            found["cache_read_usd_per_mtok"] = base * r.uniform(0.05, 0.6)
            if some(0.5):
                found["cache_write_usd_per_mtok"] = base * r.uniform(1, 1.5)
        return found

    horizon = r.choice([1, 2, 6, 12, 24, 36, 120])
    total = r.choice([1, 20, 150, 1000])
    prompting: Request = {
        "measured_accuracy": {"correct": r.choice([0, total, r.randint(0, total)]), "total": total},
        "tokens": {"instruction": r.choice([0, 1023, 1024, positive(50, 8000)]), "payload": positive(20, 4000),
                   "output": r.choice([0, positive(5, 800)])},
        "techniques_tried": r.choice([[], ["few_shot"], ["few_shot", "chain_of_thought"]]),
    }  # fmt: skip
    if some(0.5):
        prompting["prices"] = prices(1.0)
    else:
        prompting["base_model"] = r.choice(list(PROMPTED))
    for field, value in (
        ("cache_hit_rate", r.choice([0, 1, {"low": 0.2, "high": 0.7}])), ("batch_share", r.choice([0, 0.5, 1])),
        ("invalid_output_rate", r.choice([0, 0.03, 1])), ("build_cost", positive(100, 9000)),
        ("improvement_cost", positive(100, 9000)), ("improvement_weeks", r.choice([0, 2.5, positive(1, 8)])),
        ("maintenance_cost_per_month", r.choice([0, positive(10, 2000)])), ("shutdown_date", when(1200)),
    ):  # fmt: skip
        if some(0.4):
            prompting[field] = value
    tuning: Request = {"relative_size": r.choice(["same", "smaller", "larger"])}
    if some(0.5):
        tuning["base_model"] = r.choice(NAMED)
        tuning["offer"] = {}
    else:
        tuning["offer"] = {"prices": prices(1.5)}
    for field, value in (
        ("training_usd_per_mtok", r.uniform(0.5, 30)), ("hosting_usd_per_hour", r.uniform(0.1, 5)),
        ("storage_usd_per_month", r.uniform(0.5, 20)), ("minimum_charge_usd", r.uniform(1, 400)),
        ("last_training_date", when(700)),
    ):  # fmt: skip
        if some(0.5):
            tuning["offer"][field] = value
    if some(0.6):
        last = datetime.date.fromisoformat(tuning["offer"].get("last_training_date", str(AS_OF)))
        tuning["offer"]["shutdown_date"] = str(last + datetime.timedelta(days=r.choice([1, 30, r.randint(1, 900)])))
    if some(0.2):
        tuning["offer"] |= {"requests_per_second_per_replica": r.uniform(0.01, 5), "minimum_replicas": r.randint(1, 3)}
    if some(0.5):
        tuning["tokens"] = {"instruction": r.choice([0, positive(10, 2000)])}
        if some(0.5):
            tuning["tokens"]["output"] = positive(5, 500)
    for field, value in (
        ("cache_hit_rate", r.choice([0, 0.4])), ("invalid_output_rate", r.choice([0.01, 0.2])),
        ("labelled_examples", r.choice([0, 5, 800, 6200, 90_000])), ("target_examples", r.choice([50, 3000])),
        ("lead_time_weeks", r.choice([0, 4.348125, 17.3925, positive(2, 30)])), ("off_task_share", r.choice([0, 0.3, 1])),
        ("forgetting_drop", r.choice([0, 0.9, {"low": 0.01, "high": 0.1}])), ("on_shutdown", r.choice(["revert", "migrate"])),
        ("monitoring_cost_per_month", r.choice([0, positive(10, 900)])), ("hosting_cost_per_month", positive(10, 3000)),
        ("label_noise", 0.05),
    ):  # fmt: skip
        if some(0.45):
            tuning[field] = value
    which = r.random()
    if which < 0.4:
        tuning["build_plan"] = plan()
    elif which < 0.8:
        tuning["build_cost"] = r.choice([0, positive(100, 90_000)])
    retraining: Request = {"interval_months": r.choice([0.25, 1, 3, 1200, positive(0.5, 12)])}
    if some(0.5):
        retraining["plan"] = plan()
    elif some(0.8):
        retraining["cost"] = r.choice([0, positive(100, 9000)])
    tuning["retraining"] = retraining
    request: Request = {
        "task": {"description": "A case at random.", "kind": r.choice(["classification", "code", "reasoning"])},
        "prompting": prompting,
        "fine_tuning": tuning,
        "volume": {
            "requests_per_month": r.choice([0, positive(10, 5e6)]), "horizon_months": horizon,
            "growth_per_month": r.choice([0, -0.1, 0.05, {"low": -0.02, "high": 0.06}]), "peak_to_average": r.choice([1, 4]),
        },
        "finance": {"discount_rate": r.choice([0, 0.1, 0.4])},
        "simulation": {"draws": 256},
        "as_of": str(AS_OF),
    }  # fmt: skip
    if some(0.4):
        request["task"]["knowledge_half_life_months"] = positive(1, 40)
    if some(0.6):
        request["finance"]["error_cost"] = r.choice([0, positive(0.01, 20)])
    if some(0.4):
        request["finance"]["price_decline_per_year"] = r.choice([-0.2, 0.3, {"low": 0.0, "high": 0.2}])
    if some(0.3):
        request["finance"]["vendor_discount"] = 0.25
    if some(0.3):
        request["finance"] |= {"currency": "EUR", "units_per_usd": 0.92}
    return request


def _months(date: str | datetime.date | None) -> float | None:
    if date is None:
        return None
    day = datetime.date.fromisoformat(str(date))
    return (day - AS_OF).days / DAYS_PER_MONTH


def facts_of(request: Request, tuned_accuracy_at_start: float, improved_accuracy: float) -> Facts:
    """Return the auditor's facts of a request; the two modelled accuracies are taken from the answer."""
    task, prompting, tuning = request["task"], request["prompting"], request["fine_tuning"]
    volume, finance = request["volume"], request["finance"]
    units = finance.get("units_per_usd", 1.0)
    kept = 1.0 - finance.get("vendor_discount", 0.0)

    def usd(name: str) -> float:
        return assumed(name) * units

    def stated(place: Request, field: str, otherwise: Callable[[], float], family: str = "positive") -> float:
        return middle(place[field], family) if field in place else otherwise()

    def price_list(own: Request, scale: float) -> tuple[float | None, float | None, float | None, float | None]:
        def price(name: str) -> float | None:
            return own[name] * scale if own.get(name) is not None else None

        return (
            price("input_usd_per_mtok"),
            price("output_usd_per_mtok"),
            price("cache_read_usd_per_mtok"),
            price("cache_write_usd_per_mtok"),
        )

    batch_share = prompting.get("batch_share", 0.0)
    if "prices" in prompting:
        p_in, p_out, p_read, p_write = price_list(prompting["prices"], units)
        p_batch = assumed("batch_discount")
    else:
        listed = PROMPTED[prompting["base_model"]]
        p_in, p_out, p_read, p_write = (None if p is None else p * units * kept for p in listed[:4])
        p_batch = listed[4]
    offer = dict(tuning["offer"])
    entry = OFFERS[tuning["base_model"]] if "base_model" in tuning else {}
    if "prices" in offer:
        t_in, t_out, t_read, t_write = price_list(offer["prices"], units)
    else:
        t_in, t_out, t_read, t_write = price_list(entry, units * kept)
    batch_in = None if "prices" in offer else entry.get("batch_input_usd_per_mtok")
    t_batch = assumed("batch_discount") if batch_in is None else 1.0 - batch_in / entry["input_usd_per_mtok"]

    def term(name: str) -> Any:
        return offer.get(name, entry.get(name))

    def project(plan: Request | None) -> Plan | None:
        if plan is None:
            return None
        return Plan(**{name: middle(value, "positive") for name, value in plan.items()})

    instruction = middle(prompting["tokens"]["instruction"], "positive")
    tuned = tuning.get("tokens", {})
    planned = tuning.get("target_examples", tuning.get("labelled_examples", assumed("planned_examples")))
    off_task = tuning.get("off_task_share", 0.0)
    drop = stated(tuning, "forgetting_drop", lambda: assumed("forgetting_drop", "share") if off_task else 0.0, "share")
    retraining = tuning["retraining"]
    hosting = tuning.get("hosting_cost_per_month")
    trials = prompting["measured_accuracy"]
    return Facts(
        requests_per_month=middle(volume["requests_per_month"], "positive"),
        growth_per_month=middle(volume["growth_per_month"], "rate"),
        horizon_months=volume["horizon_months"],
        peak_to_average=volume["peak_to_average"],
        prompt_instruction_tokens=instruction,
        prompt_payload_tokens=middle(prompting["tokens"]["payload"], "positive"),
        prompt_output_tokens=middle(prompting["tokens"]["output"], "positive"),
        prompt_input_price=p_in or 0.0,
        prompt_output_price=p_out or 0.0,
        prompt_cache_read_price=p_read,
        prompt_cache_write_price=p_write,
        prompt_cache_hit_rate=middle(prompting["cache_hit_rate"], "share") if "cache_hit_rate" in prompting else None,
        min_cacheable_tokens=assumed("min_cacheable_tokens"),
        cache_time_to_live_seconds=assumed("cache_time_to_live"),
        batch_share=batch_share,
        prompt_batch_discount=p_batch,
        prompt_invalid_output_rate=prompting.get("invalid_output_rate", 0.0),
        prompt_accuracy=(trials["correct"] + 0.5) / (trials["total"] + 1.0),
        prompt_build_cost=stated(prompting, "build_cost", lambda: 0.0),
        prompt_maintenance_cost_per_month=stated(
            prompting, "maintenance_cost_per_month", lambda: usd("prompt_maintenance_cost_per_month")
        ),
        improvement_cost=stated(prompting, "improvement_cost", lambda: usd("prompt_improvement_cost")),
        improvement_weeks=stated(prompting, "improvement_weeks", lambda: assumed("article_prompt_lead_time")),
        improved_accuracy=improved_accuracy,
        prompt_shutdown_months=_months(prompting.get("shutdown_date")),
        prompt_migration_cost=usd("prompt_migration_cost") if "shutdown_date" in prompting else 0.0,
        tuned_instruction_tokens=stated(
            tuned, "instruction", lambda: instruction * assumed("tuned_instruction_share", "share")
        ),
        tuned_payload_tokens=middle(prompting["tokens"]["payload"], "positive"),
        tuned_output_tokens=middle(tuned.get("output", prompting["tokens"]["output"]), "positive"),
        tuned_input_price=t_in or 0.0,
        tuned_output_price=t_out or 0.0,
        tuned_cache_read_price=t_read,
        tuned_cache_write_price=t_write,
        tuned_cache_hit_rate=tuning.get("cache_hit_rate"),
        tuned_min_cacheable_tokens=entry.get("min_cacheable_tokens", assumed("min_cacheable_tokens")),
        tuned_batch_discount=t_batch,
        tuned_invalid_output_rate=tuning.get("invalid_output_rate", 0.0),
        tuned_accuracy_at_start=tuned_accuracy_at_start,
        knowledge_half_life_months=middle(task["knowledge_half_life_months"], "positive")
        if "knowledge_half_life_months" in task
        else None,
        off_task_share=off_task,
        forgetting_drop=drop,
        tuned_hosting_per_hour=(term("hosting_usd_per_hour") or 0.0) * units,
        tuned_storage_per_month=(term("storage_usd_per_month") or 0.0) * units,
        tuned_hosting_per_month=None if hosting is None else middle(hosting, "positive"),
        dedicated=term("requests_per_second_per_replica") is not None,
        requests_per_second_per_replica=term("requests_per_second_per_replica"),
        minimum_replicas=term("minimum_replicas") or 1,
        tuned_monitoring_cost_per_month=stated(
            tuning, "monitoring_cost_per_month", lambda: usd("tuned_monitoring_cost_per_month")
        ),
        lead_time_weeks=stated(tuning, "lead_time_weeks", lambda: assumed("article_fine_tuning_lead_time")),
        tuned_shutdown_months=_months(term("shutdown_date")),
        last_training_months=_months(term("last_training_date")),
        on_shutdown=tuning.get("on_shutdown", "revert"),
        retraining_interval_months=middle(retraining["interval_months"], "positive"),
        retraining_cost=None
        if "plan" in retraining
        else stated(retraining, "cost", lambda: usd("article_training_run_cost")),
        retraining_plan=project(retraining.get("plan")),
        tuned_build_cost=None
        if "build_plan" in tuning
        else stated(tuning, "build_cost", lambda: usd("article_fine_tuning_build_cost")),
        build_plan=project(tuning.get("build_plan")),
        planned_examples=min(max(float(planned), 10.0), 50_000.0),
        training_price_per_mtok=(term("training_usd_per_mtok") or 0.0) * units,
        minimum_charge=(term("minimum_charge_usd") or 0.0) * units,
        discount_rate=finance["discount_rate"],
        price_decline_per_year=middle(finance.get("price_decline_per_year", 0.0), "rate"),
        error_cost=stated(finance, "error_cost", lambda: 0.0),
    )
