"""Requests at random, every field of them, that visit the corners of tests/audit/corners.py and edges of zero."""

from __future__ import annotations

import datetime
import math
import random
from typing import Any

AS_OF = datetime.date(2026, 11, 23)
HOSTED, RENTED = "together/llama-3.3-70b", "self-hosted/llama-3.1-8b.h100"
NAMED = (
    "azure/gpt-4.1-mini",
    "azure/gpt-4o",
    "bedrock/nova-micro",
    HOSTED,
    "azure/ministral-3b",
    "openai/gpt-4.1-mini",
    RENTED,
)
"""Adapters with and without a known end, one closed to new customers, hosted open weights, and rented GPUs."""
PROMPTED = ("openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5")
CHEAPER = "openai/gpt-4.1-nano"
WORD = " case"
"""One token in every encoding, so that a text of n words has n tokens."""
TECHNIQUES = ("few_shot", "better_examples", "chain_of_thought", "structured_output", "prompt_optimiser")

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

    def trials(self) -> Request:
        """Return graded answers, all wrong and all right among them."""
        total = self.choice([1, 20, 150, 1000])
        return {"correct": self.choice([0, total, self.randint(0, total)]), "total": total}

    def latency(self) -> Request:
        """Return a measured latency."""
        median = self.uniform(0.2, 5)
        return {"p50_seconds": median, "p95_seconds": median * self.uniform(1.1, 3)}


def _plan(dice: Dice) -> Request:
    return dice.some_of(0.8, {
        "engineering_hours": dice.positive(10, 400),
        "hourly_rate": dice.positive(40, 200),
        "examples_to_label": 0 if dice.some(0.3) else dice.positive(10, 5000),
        "cost_per_example": dice.positive(0.05, 10),
        "epochs": dice.randint(1, 5),
        "training_runs": dice.positive(1, 20),
    })  # fmt: skip


def _prices(dice: Dice, scale: float) -> Request:
    base = dice.uniform(0.05, 5) * scale
    found = {"input_usd_per_mtok": base, "output_usd_per_mtok": base * dice.uniform(1, 5)}
    if dice.some(0.6):
        found["cache_read_usd_per_mtok"] = base * dice.uniform(0.05, 0.6)
        if dice.some(0.5):
            found["cache_write_usd_per_mtok"] = base * dice.uniform(1, 1.5)
    return found


def _tokens(dice: Dice) -> Request:
    return {
        "instruction": dice.choice([0, 1023, 1024, dice.positive(50, 8000)]),
        "payload": dice.positive(20, 4000),
        "output": dice.choice([0, dice.positive(5, 800)]),
    }


def _alternative(dice: Dice, name: str) -> Request:
    """Return another way to prompt: a cheaper base model, or other prices, measured or not."""
    found: Request = {"name": name, "measured_accuracy": dice.trials()}
    found |= {"base_model": CHEAPER} if dice.some(0.6) else {"prices": _prices(dice, 0.5)}
    if dice.some(0.15):
        del found["measured_accuracy"]
    return found | dice.some_of(0.4, {
        "tokens": dice.some_of(0.6, _tokens(dice)), "cache_hit_rate": dice.choice([0, {"low": 0.3, "high": 0.6}]),
        "invalid_output_rate": dice.choice([0, 0.1]), "measured_latency": dice.latency(),
        "one_off_cost": dice.choice([0, dice.positive(100, 9000)]), "running_cost_per_month": dice.positive(10, 900),
        "weeks": dice.choice([0, 3, dice.positive(1, 20)]), "shutdown_date": dice.when(900),
    })  # fmt: skip


def _prompting(dice: Dice) -> Request:
    prompting: Request = {
        "measured_accuracy": dice.trials(),
        "tokens": _tokens(dice),
        "techniques_tried": dice.choice([[], ["few_shot"], ["few_shot", "chain_of_thought"]]),
    }
    if dice.some(0.5):
        prompting["prices"] = _prices(dice, 1.0)
    else:
        prompting["base_model"] = dice.choice(PROMPTED)
    if dice.some(0.4):
        names = ("small-model", "retrieval")[: dice.randint(1, 2)]
        prompting["alternatives"] = [_alternative(dice, name) for name in names]
    return prompting | dice.some_of(0.4, {
        "cache_hit_rate": dice.choice([0, 1, {"low": 0.2, "high": 0.7}]), "batch_share": dice.choice([0, 0.5, 1]),
        "invalid_output_rate": dice.choice([0, 0.03, 1]), "build_cost": dice.positive(100, 9000),
        "improvement_cost": dice.positive(100, 9000), "improvement_weeks": dice.choice([0, 2.5, dice.positive(1, 8)]),
        "maintenance_cost_per_month": dice.choice([0, dice.positive(10, 2000)]), "shutdown_date": dice.when(1200),
        "migration_cost": dice.choice([0, dice.positive(100, 9000)]),
    })  # fmt: skip


def _capacity(dice: Dice) -> Request:
    """Return what a dedicated replica serves, by tokens or by requests."""
    found: Request = {"minimum_replicas": dice.randint(1, 3), "hosting_usd_per_hour": dice.uniform(0.1, 5)}
    if dice.some(0.5):
        return found | {"tokens_per_second_per_replica": dice.uniform(50, 20_000)}
    return found | {"requests_per_second_per_replica": dice.uniform(0.01, 5)}


def _offer(dice: Dice) -> Request:
    """Return an offer by name or of the caller's own, with some of its terms stated; now and then neither."""
    if dice.some(0.06):
        return {}
    named = dice.some(0.5)
    found: Request = {"base_model": dice.choice(NAMED)} if named else {}
    offer: Request = {} if named else {"prices": _prices(dice, 1.5)}
    if not named and dice.some(0.25):
        offer["prices"] = {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}
    offer |= dice.some_of(0.4, {
        "training_usd_per_mtok": dice.uniform(0.5, 30), "hosting_usd_per_hour": dice.uniform(0.1, 5),
        "storage_usd_per_month": dice.uniform(0.5, 20), "minimum_charge_usd": dice.uniform(1, 400),
        "batch_discount": dice.choice([0, 0.3]), "has_successor": dice.some(0.5), "scale_to_zero": dice.some(0.7),
    })  # fmt: skip
    offer |= dice.some_of(0.15, {
        "context_window_tokens": dice.choice([500, 200_000]),
        "max_training_example_tokens": dice.choice([400, 65_536]),
    })  # fmt: skip
    if dice.some(0.2):
        offer |= {"training_usd_per_hour": dice.uniform(0.5, 8), "training_hours": dice.uniform(0.2, 30)}
    if dice.some(0.3):
        offer["last_training_date"] = dice.when(700)
    if dice.some(0.9 if found.get("base_model") == HOSTED else 0.45):
        last = datetime.date.fromisoformat(offer.get("last_training_date", str(AS_OF)))
        offer["shutdown_date"] = str(last + datetime.timedelta(days=dice.choice([1, 30, dice.randint(1, 900)])))
    if dice.some(0.35):
        offer |= _capacity(dice)
    if named and dice.some(0.1):
        offer["prices"] = _prices(dice, 1.5)
    return {**found, "offer": offer}


def _labels(dice: Dice) -> Request:
    """Return how many labels there are, and who gives the others."""
    found = dice.some_of(0.5, {
        "labelled_examples": dice.choice([0, 5, 800, 6200, 90_000]), "target_examples": dice.choice([50, 3000]),
        "labels_per_week": dice.uniform(20, 900), "label_noise": 0.05,
    })  # fmt: skip
    if dice.some(0.5):
        found["label_source"] = dice.choice(["human", "teacher", "teacher", "logs"])
    if found.get("label_source") == "teacher" and dice.some(0.85):
        teacher = dice.some_of(0.7, {"accuracy": dice.choice([0.6, 0.95]), "checked_share": dice.choice([0, 0.3])})
        priced = {"base_model": PROMPTED[1]} if dice.some(0.35) else {"prices": _prices(dice, 1.0)}
        found["teacher"] = teacher | (priced if dice.some(0.85) else {})
    return found


def _fine_tuning(dice: Dice) -> Request:
    tuning: Request = {"relative_size": dice.choice(["same", "smaller", "larger"]), **_offer(dice), **_labels(dice)}
    if dice.some(0.5):
        tuning["tokens"] = {"instruction": dice.choice([0, dice.positive(10, 2000)])}
        if dice.some(0.5):
            tuning["tokens"]["output"] = dice.positive(5, 500)
        if dice.some(0.5):
            tuning["tokens"]["payload"] = dice.positive(10, 3000)
    tuning |= dice.some_of(0.4, {
        "cache_hit_rate": dice.choice([0, 0.4]), "invalid_output_rate": dice.choice([0.01, 0.2]),
        "lead_time_weeks": dice.choice([0, 4.348125, 17.3925, 100, 100, dice.positive(2, 30)]),
        "off_task_share": dice.choice([0, 0.3, 1]), "forgetting_drop": dice.choice([0, 0.9, {"low": 0.01, "high": 0.1}]),
        "on_shutdown": dice.choice(["best", "best", "revert", "migrate"]),
        "monitoring_cost_per_month": dice.choice([0, dice.positive(10, 900)]),
        "hosting_share": dice.choice([1, 0.1]), "is_existing_customer": dice.some(0.8),
    })  # fmt: skip
    if dice.some(0.25):
        tuning["hosting_cost_per_month"] = dice.positive(10, 3000)
    which = dice.random()
    if which < 0.25:
        tuning["build_plan"] = _plan(dice)
    elif which < 0.5:
        tuning["build_cost"] = dice.choice([0, dice.positive(100, 90_000)])
    retraining: Request = {"interval_months": dice.choice([0.25, 1, 3, 1200, dice.positive(0.5, 12)])}
    if dice.some(0.3):
        retraining["plan"] = _plan(dice)
    elif dice.some(0.4):
        retraining["cost"] = dice.choice([0, dice.positive(100, 9000)])
    return {**tuning, "retraining": retraining}


def _volume(dice: Dice, horizon: int) -> Request:
    return {
        "requests_per_month": dice.choice([0, dice.positive(10, 5e6), dice.positive(10, 5e6)]),
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
    if dice.some(0.3):
        finance["cost_basis"] = dice.choice(["bottom_up", "article"])
    return finance


def _put_in_service(dice: Dice, tuning: Request) -> None:
    """Say that the fine-tune serves already, with the pilot that measures it, and mostly when it was last trained."""
    tuning["in_service"] = True
    tuning["pilots"] = [{"training_examples": 2000, **dice.trials()}]
    if dice.some(0.8):
        tuning["last_trained_date"] = str(AS_OF - datetime.timedelta(days=dice.randint(0, 400)))


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
        "proprietary_knowledge": dice.some(0.5), "audit_required": dice.some(0.5), "tolerated_loss": 0.02,
    })  # fmt: skip
    if dice.some(0.3):
        _texts(dice, prompting)
    prompting |= dice.some_of(0.3, {
        "measured_latency": dice.latency(), "cost_per_trial": dice.positive(0.1, 5), "is_pinned": dice.some(0.6),
        "improved_tokens": dice.some_of(0.7, _tokens(dice)), "improvement_techniques": dice.sample(TECHNIQUES, 2),
    })  # fmt: skip
    graded = dice.choice([30, 400])
    pilots: list[Request] = [{"training_examples": examples, "correct": dice.randint(0, graded), "total": graded}
              for examples in dice.choice([[200], [100, 2000]])]  # fmt: skip
    pilots[-1] |= {"measured_latency": dice.latency()} if dice.some(0.3) else {}
    more = {"pilot_cost": dice.positive(100, 5000), "pilots": pilots, "measured_latency": dice.latency()}
    tuning |= {name: value for name, value in dice.some_of(0.3, more).items() if name not in tuning}
    request["simulation"] |= dice.some_of(0.3, {"seed": dice.randint(0, 99), "confidence": dice.choice([0.6, 0.95])})
    if dice.some(0.2):
        request["finance"]["value_of_meeting_per_request"] = dice.choice([0, 0.5])
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
    horizon = dice.choice([1, 2, 6, 12, 24, 36, 36, 120])
    prompting, tuning = _prompting(dice), _fine_tuning(dice)
    if "offer" in tuning and dice.some(0.15):
        _put_in_service(dice, tuning)
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
        if dice.some(0.3):
            request["task"]["knowledge_in_payload"] = dice.some(0.7)
    request["finance"] |= _finance(dice)
    _say_more(dice, request)
    _leave_out(dice, request)
    return request
