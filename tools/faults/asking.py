"""What the service is asked: assessments that are cheap to compute, listings, and requests that are refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from tools.faults.client import Asked

AS_OF = "2026-11-23"
ASSESSMENTS = "/v1/assessments"
LISTINGS = (
    *(f"/v1/{name}?as_of={AS_OF}" for name in ("framework", "fine-tuning-offers", "self-hosted-offers", "assumptions")),
    f"/v1/models?as_of={AS_OF}&provider=openai",
    "/v1/ledger",
)

CHEAP: dict[str, Any] = {
    "as_of": AS_OF,
    "task": {
        "description": "Route inbound customer support e-mails to one of 42 queues.",
        "kind": "classification",
        "required_accuracy": 0.5,
        "well_defined": True,
        "strict_format": False,
        "multi_step_reasoning": False,
        "proprietary_knowledge": False,
        "audit_required": False,
    },
    "prompting": {
        "base_model": "openai/gpt-4.1-mini",
        "measured_accuracy": {"correct": 148, "total": 200},
        "techniques_tried": ["few_shot", "chain_of_thought", "structured_output"],
        "improvement_techniques": [],
        "tokens": {"instruction": 2600, "payload": 300, "output": 45},
    },
    "fine_tuning": {"base_model": "azure/gpt-4.1-mini", "relative_size": "same", "labelled_examples": 6200},
    "finance": {"error_cost": 1},
    "volume": {"horizon_months": 1},
    "simulation": {"draws": 256},
}
"""Takes a core some 60 ms: the fewest draws, the shortest horizon, and nothing left to look for."""


def assessment(number: int, kind: str = "computed") -> Asked:
    """Return a cheap assessment; another one for every number."""
    body = {**CHEAP, "volume": {**CHEAP["volume"], "requests_per_month": 1000 + number}}
    return Asked(kind, ASSESSMENTS, json.dumps(body, separators=(",", ":")).encode())


def assessments(start: int, count: int, kind: str = "computed") -> list[Asked]:
    """Return as many different assessments."""
    return [assessment(number, kind) for number in range(start, start + count)]


def listings() -> Iterator[Asked]:
    """Yield the listings in turn, for ever."""
    return itertools.cycle([Asked("listing", path) for path in LISTINGS])


def refused() -> Iterator[Asked]:
    """Yield requests that must be refused, in turn, for ever."""
    contradiction = {**CHEAP, "volume": {"requests_per_month": {"low": 5, "high": 3}}}
    return itertools.cycle(
        [
            Asked("refused", ASSESSMENTS, b"{"),
            Asked("refused", ASSESSMENTS, json.dumps(contradiction).encode()),
            Asked("refused", "/v1/assumptions/that_is_not"),
            Asked("refused", "/v1/framework?unheard_of=1"),
        ]
    )


REFUSALS = (400, 404, 422)
