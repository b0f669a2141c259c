"""The case that the tests of what was seen vary: letters to be sorted, an offer of one's own, a GPU of one's own."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

EXACT = 1e-9
"""How near a figure comes where only arithmetic is done."""

NEVER = "2046-11-23"
"""A date beyond every horizon."""

DEAR = {"input_usd_per_mtok": 10.0, "output_usd_per_mtok": 30.0}
CHEAP = {"input_usd_per_mtok": 0.5, "output_usd_per_mtok": 2.0}
CASE: Json = {
    "task": {"description": "Sort letters into twenty kinds.", "kind": "classification"},
    "prompting": {
        "measured_accuracy": {"correct": 170, "total": 200},
        "prices": DEAR,
        "tokens": {"instruction": 1000, "payload": 400, "output": 40},
        "techniques_tried": ["few_shot"],
        "shutdown_date": NEVER,
    },
    "volume": {"requests_per_month": 300_000, "horizon_months": 24},
}
"""A prompt at stated prices whose base model stays."""

OWN: Json = {
    "fine_tuning": {
        "offer": {"prices": CHEAP, "training_usd_per_mtok": 3, "shutdown_date": NEVER},
        "relative_size": "smaller",
        "labelled_examples": 3000,
    }
}
"""An offer of one's own by the token that stays."""

GPU: Json = {
    "fine_tuning": {
        "offer": {
            "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
            "hosting_usd_per_hour": 2.0,
            "tokens_per_second_per_replica": 20_000,
        },
        "relative_size": "smaller",
        "labelled_examples": 3000,
    }
}
"""A GPU of one's own."""


def tuning(**said: Any) -> Json:
    """Return a change of the request's fine-tuning."""
    return {"fine_tuning": said}


def prompting(**said: Any) -> Json:
    """Return a change of the request's prompt."""
    return {"prompting": said}


def tokens(instruction: float, payload: float, output: float) -> Json:
    """Return the tokens of a request."""
    return {"instruction": instruction, "payload": payload, "output": output}
