"""Requests at random, every field of them: corners of dates, plans, caching and currencies, and edges of zero."""

from __future__ import annotations

import datetime
import math
import random
from typing import Any

AS_OF = datetime.date(2026, 11, 23)
NAMED = ("azure/gpt-4.1-mini", "azure/gpt-4o", "bedrock/nova-micro", "together/llama-3.3-70b", "azure/ministral-3b")
PROMPTED = ("openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5")
WORD = " case"
"""One token in every encoding, so that a text of n words has n tokens."""

Request = dict[str, Any]


class Dice(random.Random):
    """What a request is drawn with."""

    def some(self, chance: float) -> bool:
        """Return whether something with this chance happens."""
        return self.random() < chance

    def some_of(self, chance: float, fields: Request) -> Request:
        """Return those of these fields that happen to be stated, each with this chance."""
        return {name: value for name, value in fields.items() if self.some(chance)}

    def positive(self, low: float, high: float) -> Any:
        """Return a number or a range between two ends, even by its logarithm."""
        a, b = sorted(math.exp(self.uniform(math.log(low), math.log(high))) for _ in range(2))
        return {"low": a, "high": b} if self.some(0.5) else a

    def when(self, latest_days: int) -> str:
        """Return a date after AS_OF."""
        return str(AS_OF + datetime.timedelta(days=self.randint(1, latest_days)))

    def text(self, words: int) -> str:
        """Return a text of at most so many words."""
        return WORD * self.randint(1, words)


def _plan(dice: Dice) -> Request:
    return {
        "engineering_hours": dice.positive(10, 400),
        "hourly_rate": dice.positive(40, 200),
        "examples_to_label": 0 if dice.some(0.3) else dice.positive(10, 5000),
        "cost_per_example": dice.positive(0.05, 10),
        "epochs": dice.randint(1, 5),
        "training_runs": dice.positive(1, 20),
    }


def _prices(dice: Dice, scale: float) -> Request:
    base = dice.uniform(0.05, 5) * scale
    found = {"input_usd_per_mtok": base, "output_usd_per_mtok": base * dice.uniform(1, 5)}
    if dice.some(0.6):
        found["cache_read_usd_per_mtok"] = base * dice.uniform(0.05, 0.6)
        if dice.some(0.5):
            found["cache_write_usd_per_mtok"] = base * dice.uniform(1, 1.5)
    return found


def _prompting(dice: Dice) -> Request:
    total = dice.choice([1, 20, 150, 1000])
    prompting: Request = {
        "measured_accuracy": {"correct": dice.choice([0, total, dice.randint(0, total)]), "total": total},
        "tokens": {
            "instruction": dice.choice([0, 1023, 1024, dice.positive(50, 8000)]),
            "payload": dice.positive(20, 4000),
            "output": dice.choice([0, dice.positive(5, 800)]),
        },
        "techniques_tried": dice.choice([[], ["few_shot"], ["few_shot", "chain_of_thought"]]),
    }
    if dice.some(0.5):
        prompting["prices"] = _prices(dice, 1.0)
    else:
        prompting["base_model"] = dice.choice(PROMPTED)
    return prompting | dice.some_of(0.4, {
        "cache_hit_rate": dice.choice([0, 1, {"low": 0.2, "high": 0.7}]), "batch_share": dice.choice([0, 0.5, 1]),
        "invalid_output_rate": dice.choice([0, 0.03, 1]), "build_cost": dice.positive(100, 9000),
        "improvement_cost": dice.positive(100, 9000), "improvement_weeks": dice.choice([0, 2.5, dice.positive(1, 8)]),
        "maintenance_cost_per_month": dice.choice([0, dice.positive(10, 2000)]), "shutdown_date": dice.when(1200),
    })  # fmt: skip


def _offer(dice: Dice) -> Request:
    """Return an offer by name or of the caller's own, with some of its terms stated."""
    named = dice.some(0.5)
    found: Request = {"base_model": dice.choice(NAMED)} if named else {}
    offer: Request = {} if named else {"prices": _prices(dice, 1.5)}
    offer |= dice.some_of(0.5, {
        "training_usd_per_mtok": dice.uniform(0.5, 30), "hosting_usd_per_hour": dice.uniform(0.1, 5),
        "storage_usd_per_month": dice.uniform(0.5, 20), "minimum_charge_usd": dice.uniform(1, 400),
        "last_training_date": dice.when(700),
    })  # fmt: skip
    if dice.some(0.6):
        last = datetime.date.fromisoformat(offer.get("last_training_date", str(AS_OF)))
        offer["shutdown_date"] = str(last + datetime.timedelta(days=dice.choice([1, 30, dice.randint(1, 900)])))
    if dice.some(0.2):
        offer["requests_per_second_per_replica"] = dice.uniform(0.01, 5)
        offer["minimum_replicas"] = dice.randint(1, 3)
    return {**found, "offer": offer}


def _fine_tuning(dice: Dice) -> Request:
    tuning: Request = {"relative_size": dice.choice(["same", "smaller", "larger"]), **_offer(dice)}
    if dice.some(0.5):
        tuning["tokens"] = {"instruction": dice.choice([0, dice.positive(10, 2000)])}
        if dice.some(0.5):
            tuning["tokens"]["output"] = dice.positive(5, 500)
    tuning |= dice.some_of(0.45, {
        "cache_hit_rate": dice.choice([0, 0.4]), "invalid_output_rate": dice.choice([0.01, 0.2]),
        "labelled_examples": dice.choice([0, 5, 800, 6200, 90_000]), "target_examples": dice.choice([50, 3000]),
        "lead_time_weeks": dice.choice([0, 4.348125, 17.3925, dice.positive(2, 30)]),
        "off_task_share": dice.choice([0, 0.3, 1]), "forgetting_drop": dice.choice([0, 0.9, {"low": 0.01, "high": 0.1}]),
        "on_shutdown": dice.choice(["revert", "migrate"]),
        "monitoring_cost_per_month": dice.choice([0, dice.positive(10, 900)]),
        "hosting_cost_per_month": dice.positive(10, 3000), "label_noise": 0.05,
    })  # fmt: skip
    which = dice.random()
    if which < 0.4:
        tuning["build_plan"] = _plan(dice)
    elif which < 0.8:
        tuning["build_cost"] = dice.choice([0, dice.positive(100, 90_000)])
    retraining: Request = {"interval_months": dice.choice([0.25, 1, 3, 1200, dice.positive(0.5, 12)])}
    if dice.some(0.5):
        retraining["plan"] = _plan(dice)
    elif dice.some(0.8):
        retraining["cost"] = dice.choice([0, dice.positive(100, 9000)])
    return {**tuning, "retraining": retraining}


def _volume(dice: Dice, horizon: int) -> Request:
    return {
        "requests_per_month": dice.choice([0, dice.positive(10, 5e6)]),
        "horizon_months": horizon,
        "growth_per_month": dice.choice([0, -0.1, 0.05, {"low": -0.02, "high": 0.06}]),
        "peak_to_average": dice.choice([1, 4]),
    }


def _finance(dice: Dice) -> Request:
    finance: Request = {}
    if dice.some(0.6):
        finance["error_cost"] = dice.choice([0, dice.positive(0.01, 20)])
    if dice.some(0.4):
        finance["price_decline_per_year"] = dice.choice([-0.2, 0.3, {"low": 0.0, "high": 0.2}])
    if dice.some(0.3):
        finance["vendor_discount"] = 0.25
    if dice.some(0.3):
        finance |= {"currency": "EUR", "units_per_usd": 0.92}
    return finance


def _texts(dice: Dice, prompting: Request) -> None:
    """Give texts to be counted, in place of some of the token counts; a part may have neither."""
    prompting["texts"] = dice.some_of(0.6, {
        "instruction": dice.text(3000), "few_shot": [dice.text(400) for _ in range(dice.randint(1, 3))],
        "payload_samples": [dice.text(900) for _ in range(dice.randint(1, 4))],
        "output_samples": [dice.text(200) for _ in range(dice.randint(1, 4))],
    })  # fmt: skip
    prompting["tokens"] = dice.some_of(0.4, prompting["tokens"])


def _say_more(dice: Dice, request: Request) -> None:
    """State some of what moves words, accuracies, latencies and studies, but no sum of money by itself."""
    prompting, tuning = request["prompting"], request["fine_tuning"]
    request["task"] |= dice.some_of(0.3, {
        "required_accuracy": dice.choice([0.5, 0.8, 0.95]), "well_defined": dice.some(0.7),
        "strict_format": dice.some(0.5), "multi_step_reasoning": dice.some(0.5),
        "proprietary_knowledge": dice.some(0.5), "audit_required": dice.some(0.5),
    })  # fmt: skip
    if dice.some(0.3):
        _texts(dice, prompting)
    median = dice.uniform(0.2, 5)
    prompting |= dice.some_of(0.3, {
        "measured_latency": {"p50_seconds": median, "p95_seconds": median * dice.uniform(1.1, 3)},
        "cost_per_trial": dice.positive(0.1, 5),
    })  # fmt: skip
    if dice.some(0.3):
        tuning.setdefault("tokens", {})["payload"] = dice.positive(10, 3000)
    graded = dice.choice([30, 400])
    tuning |= dice.some_of(0.3, {
        "labels_per_week": dice.uniform(1, 500), "pilot_cost": dice.positive(100, 5000),
        "pilots": [{"training_examples": examples, "correct": dice.randint(0, graded), "total": graded}
                   for examples in dice.choice([[200], [100, 2000]])],
    })  # fmt: skip
    request["simulation"] |= dice.some_of(0.3, {"seed": dice.randint(0, 99), "confidence": dice.choice([0.6, 0.95])})
    request |= dice.some_of(0.3, {
        "latency_target": {"seconds": dice.uniform(0.2, 6), "percentile": dice.choice([0.5, 0.95])},
        "policy": dice.choice(["framework", "expected_value"]),
        "include": dice.sample(["cash_flows", "trace", "sensitivity", "curves"], dice.randint(1, 4)),
    })  # fmt: skip


def _leave_out(dice: Dice, request: Request) -> None:
    """Leave out some of what was always stated."""
    for place, names in (
        (request["task"], ("kind",)),
        (request["prompting"], ("techniques_tried",)),
        (request["volume"], ("growth_per_month", "horizon_months", "peak_to_average")),
        (request["finance"], ("discount_rate",)),
        (request["fine_tuning"], ("relative_size",)),
        (request["fine_tuning"]["retraining"], ("interval_months",)),
    ):
        for name in names:
            if dice.some(0.1):
                del place[name]


def request_at_random(seed: int) -> Request:
    """Return a request that visits corners; over some hundred seeds every field is stated, and left out where it may be."""
    dice = Dice(seed)
    horizon = dice.choice([1, 2, 6, 12, 24, 36, 120])
    prompting, tuning = _prompting(dice), _fine_tuning(dice)
    request: Request = {
        "task": {"description": "A case at random.", "kind": dice.choice(["classification", "code", "reasoning"])},
        "prompting": prompting,
        "fine_tuning": tuning,
        "volume": _volume(dice, horizon),
        "finance": {"discount_rate": dice.choice([0, 0.1, 0.4])},
        "simulation": {"draws": 256},
        "as_of": str(AS_OF),
    }
    if dice.some(0.4):
        request["task"]["knowledge_half_life_months"] = dice.positive(1, 40)
    request["finance"] |= _finance(dice)
    _say_more(dice, request)
    _leave_out(dice, request)
    return request
