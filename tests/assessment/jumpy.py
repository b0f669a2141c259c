"""Requests whose NPV jumps often along an input."""

from __future__ import annotations

from typing import Any

from assessment.letters import NEVER

ONLY_THE_PROMPT: dict[str, Any] = {"shutdown_date": NEVER, "improvement_cost": 1e7}
"""Nothing stands in but the prompt as it is, which is never moved."""
BEFORE_ITS_END = "2026-10-31"
"""The last day on which no end of Ministral 3B on Azure was known."""
STALE: dict[str, Any] = {
    "as_of": BEFORE_ITS_END,
    "task": {"description": "x", "knowledge_half_life_months": 6},
    "prompting": {"measured_accuracy": {"correct": 160, "total": 200}, **ONLY_THE_PROMPT},
    "volume": {"requests_per_month": 100_000, "horizon_months": 24},
    "fine_tuning": {
        "base_model": "azure/ministral-3b",
        "lead_time_weeks": 8,
        "build_cost": 5000,
        "retraining": {"cost": 500},
        "pilots": [{"training_examples": 2000, "correct": 180, "total": 200}],
    },
    "finance": {"error_cost": 0.7},
    "simulation": {"draws": 256},
}
SERVING = STALE | {
    "fine_tuning": STALE["fine_tuning"]
    | {"in_service": True, "last_trained_date": "2026-08-01", "retraining": {"cost": 3000}, "build_cost": 2000}
    | {"relative_size": "larger"},
    "finance": {"error_cost": 0.9},
}
"""Option 0 is a fine-tune that is retrained itself."""
STALE_LONG = STALE | {"volume": {"requests_per_month": 100_000, "horizon_months": 120}}
STALE_PART = STALE | {
    "task": {"description": "x", "knowledge_half_life_months": 12},
    "volume": {"requests_per_month": 300_000, "horizon_months": 6},
    "fine_tuning": STALE["fine_tuning"] | {"lead_time_weeks": 1, "build_cost": 3000},
    "finance": {"error_cost": 0.27},
}
BAND: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 0, "cache_read_usd_per_mtok": 0.01},
        "tokens": {"instruction": 5000, "payload": 0, "output": 0},
        "maintenance_cost_per_month": 0,
        **ONLY_THE_PROMPT,
    },
    "fine_tuning": {
        "offer": {"prices": {"input_usd_per_mtok": 0.5, "output_usd_per_mtok": 0}, "shutdown_date": NEVER},
        "tokens": {"instruction": 5000},
        "build_cost": 0,
        "lead_time_weeks": 0,
        "monitoring_cost_per_month": 3.18,
        "retraining": {"cost": 0},
    },
    "volume": {"requests_per_month": 100},
    "simulation": {"draws": 256},
}
REPLICA_VOLUME = 0.05 * 730.5 * 3600 / 4
"""Requests a month that fill one replica of 0.05 requests a second at a peak of four times the average."""
HUNDRED_REPLICAS: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "prices": {
            "input_usd_per_mtok": (730.5 + 20.0) / REPLICA_VOLUME * 1e3,
            "output_usd_per_mtok": 0,
        },
        "tokens": {"instruction": 0, "payload": 1000, "output": 0},
        "maintenance_cost_per_month": 0,
        **ONLY_THE_PROMPT,
    },
    "fine_tuning": {
        "offer": {
            "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
            "hosting_usd_per_hour": 1,
            "requests_per_second_per_replica": 0.05,
        },
        "build_cost": 0,
        "retraining": {"cost": 0},
        "lead_time_weeks": 0,
        "monitoring_cost_per_month": 2000,
    },
    "volume": {"requests_per_month": 100 * REPLICA_VOLUME, "peak_to_average": 4, "horizon_months": 1},
    "finance": {"discount_rate": 0},
    "simulation": {"draws": 256},
}
SHORT_LIFE: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x"},
    "prompting": {
        "measured_accuracy": {"correct": 74, "total": 200},
        "base_model": "openai/gpt-4.1",
        "tokens": {"instruction": 1846.1761832204531, "payload": 20.11558718201953, "output": 27.45829469816089},
        "cache_hit_rate": 0.2444359193635216,
        **ONLY_THE_PROMPT,
    },
    "volume": {"requests_per_month": 23639.31962664846, "horizon_months": 3, "growth_per_month": 0.00534669474657351},
    "fine_tuning": {
        "tokens": {"instruction": {"low": 144.7661940345217, "high": 479.7550051587675}},
        "labelled_examples": 40000,
        "build_cost": {"low": 277.10201981709065, "high": 567.7313479668535},
        "retraining": {"interval_months": 0.7320729087071819, "plan": {"engineering_hours": 8.738455282651461}},
    },
    "finance": {"discount_rate": 0.3817848248741731, "error_cost": 0.1},
    "simulation": {"draws": 256},
}


CANCELLING: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x", "kind": "summarisation", "knowledge_half_life_months": 7.986494536298488},
    "prompting": {"measured_accuracy": {"correct": 404, "total": 500}, "invalid_output_rate": 0.07587584744688464},
    "volume": {
        "requests_per_month": 1182552.0491212183,
        "horizon_months": 3,
        "growth_per_month": 0.04641959038733652,
        "peak_to_average": 4.246056446896989,
    },
    "fine_tuning": {
        "labelled_examples": 500,
        "invalid_output_rate": 0.006688512142815628,
        "monitoring_cost_per_month": 213.41897762535473,
        "pilots": [{"training_examples": 500, "correct": 342, "total": 394}],
        "build_plan": {"engineering_hours": 34.2053567017206, "training_runs": 7.9621111182720306},
    },
    "finance": {"discount_rate": 0, "error_cost": 0.9171703248853941},
    "simulation": {"draws": 256},
}
LONGER_PROMPTS: dict[str, Any] = HUNDRED_REPLICAS | {
    "prompting": HUNDRED_REPLICAS["prompting"]
    | {
        "tokens": {"instruction": 1000, "payload": 500, "output": 0},
        "prices": {"input_usd_per_mtok": 0.8, "output_usd_per_mtok": 0},
    },
    "fine_tuning": HUNDRED_REPLICAS["fine_tuning"]
    | {
        "offer": {
            "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
            "hosting_usd_per_hour": 1,
            "tokens_per_second_per_replica": 500,
        }
    },
}
"""A longer instruction fills more replicas of the fine-tune."""
NAMED: dict[str, Any] = {
    "as_of": "2026-11-23",
    "task": {"description": "x", "kind": "classification"},
    "prompting": {
        "measured_accuracy": {"correct": 150, "total": 200},
        "base_model": "openai/gpt-4.1",
        "tokens": {"instruction": 3000, "payload": 300, "output": 40},
        "cache_hit_rate": 0.5,
        "shutdown_date": NEVER,
    },
    "volume": {"requests_per_month": 400_000},
    "fine_tuning": {
        "base_model": "azure/gpt-4.1-mini",
        "labelled_examples": 4000,
        "lead_time_weeks": 6,
        "tokens": {"instruction": 300},
    },
    "finance": {"error_cost": 0.05},
    "simulation": {"draws": 256},
}
"""A named offer, a stated lead time and hit rate: what moves along an input is one field of the request."""
