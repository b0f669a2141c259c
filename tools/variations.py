"""The requests that the documents defend, and what is changed in each to see whether the answer moves."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
AS_OF = "2026-11-23"
PLACES = {
    "ticket-triage": "openapi/examples/ticket-triage.json",
    "contract-extraction": "openapi/examples/contract-extraction.json",
    "policy-answers": "openapi/examples/policy-answers.json",
    "minimal": "openapi/examples/minimal.json",
    "documents-own-gpu": "tests/field/documents-own-gpu.json",
    "half-a-billion-extractions": "tests/field/half-a-billion-extractions.json",
    "provider-closes": "tests/field/provider-closes.json",
}
"""Where each request lies, by its name in docs/examples.md."""

ALL_TRIED = [
    "few_shot", "better_examples", "chain_of_thought", "structured_output", "output_parsing", "input_preprocessing",
    "prompt_optimiser",
]  # fmt: skip
CONTRACT_PILOTS = [(400, 118, 150), (820, 127, 150), (2000, 144, 150)]
FAST = {"p50_seconds": 0.12, "p95_seconds": 0.18}


class Change(NamedTuple):
    """One thing changed in a request, to see whether the answer moves."""

    words: str
    pointer: str
    value: Any


def pilots(*results: tuple[int, int, int]) -> list[dict[str, int]]:
    """Return pilots as a request states them: examples, correct, total."""
    return [{"training_examples": n, "correct": k, "total": t} for n, k, t in results]


CHANGES: dict[str, tuple[Change, ...]] = {
    "ticket-triage": (
        Change("decided by expected value alone", "/policy", "expected_value"),
        Change("a pilot on 2,000 examples gets 184 of 200 right", "/fine_tuning/pilots", pilots((2000, 184, 200))),
        Change("a pilot on all 6,200 gets 176 of 200 right", "/fine_tuning/pilots", pilots((6200, 176, 200))),
        Change("a pilot on all 6,200 gets 190 of 200 right", "/fine_tuning/pilots", pilots((6200, 190, 200))),
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("no accuracy is required", "/task/required_accuracy", None),
        Change("no latency target", "/latency_target", None),
        Change("the instructions must be open to audit", "/task/audit_required", True),
        Change("no successor is trained at the shutdown", "/fine_tuning/on_shutdown", "revert"),
        Change("a wrong answer costs 0.05", "/finance/error_cost", 0.05),
    ),
    "contract-extraction": (
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("1,200 labelled examples", "/fine_tuning/labelled_examples", 1200),
        Change("no audit of the instructions", "/task/audit_required", False),
        Change("a third pilot, 2,000 examples, 144 of 150 right", "/fine_tuning/pilots", pilots(*CONTRACT_PILOTS)),
        Change("0.90 is enough", "/task/required_accuracy", 0.90),
        Change("45,000 contracts a month", "/volume/requests_per_month", 45_000),
    ),
    "policy-answers": (
        Change("knowledge never goes stale", "/task/knowledge_half_life_months", None),
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("115 of 120 right today", "/prompting/measured_accuracy", {"correct": 115, "total": 120}),
        Change("a wrong answer costs 0.30", "/finance/error_cost", 0.30),
        Change("50,000 questions a month", "/volume/requests_per_month", 50_000),
    ),
    "minimal": (
        Change("a wrong answer costs 0.002", "/finance/error_cost", 0.002),
        Change("a wrong answer costs 0.02", "/finance/error_cost", 0.02),
        Change("a wrong answer costs 0.34", "/finance/error_cost", 0.34),
        Change("a wrong answer costs 1.00", "/finance/error_cost", 1.0),
        Change("0.85 is required", "/task/required_accuracy", 0.85),
        Change("0.90 is required", "/task/required_accuracy", 0.90),
        Change("the fine-tune costs nothing to build", "/fine_tuning/build_cost", 0),
        Change("25 million requests a month", "/volume/requests_per_month", 25_000_000),
    ),
    "documents-own-gpu": (
        Change("the pilot gets 282 of 300 right, as reported", "/fine_tuning/pilots", pilots((3000, 282, 300))),
        Change("the pilot gets 261 of 300 right", "/fine_tuning/pilots", pilots((3000, 261, 300))),
        Change("284 of 300 right today", "/prompting/measured_accuracy", {"correct": 284, "total": 300}),
        Change("910 of 1,000 right today", "/prompting/measured_accuracy", {"correct": 910, "total": 1000}),
        Change("a wrong answer costs 0.50", "/finance/error_cost", 0.5),
        Change("half a second at the median is asked for", "/latency_target", {"seconds": 0.5, "percentile": 0.5}),
    ),
    "half-a-billion-extractions": (
        Change("the fine-tune is measured at 0.18 s (95th percentile)", "/fine_tuning/measured_latency", FAST),
        Change("no latency target", "/latency_target", None),
        Change("no accuracy is required", "/task/required_accuracy", None),
        Change("a pilot on all 8,000 gets 915 of 1,000 right", "/fine_tuning/pilots", pilots((8000, 915, 1000))),
        Change("a wrong answer costs 0.02", "/finance/error_cost", 0.02),
        Change("a twentieth of the volume", "/volume/requests_per_month", 24_000_000),
    ),
    "provider-closes": (
        Change("whatever is best is done at a shutdown", "/fine_tuning/on_shutdown", "best"),
        Change("no accuracy is required", "/task/required_accuracy", None),
        Change("a wrong answer costs 0.10", "/finance/error_cost", 0.10),
        Change("0.85 is enough", "/task/required_accuracy", 0.85),
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
    ),
}


def changed(request: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return a request with one value put in, or taken out where it is None."""
    result = copy.deepcopy(request)
    *parents, last = pointer.strip("/").split("/")
    place = result
    for name in parents:
        place = place.setdefault(name, {})
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    return result


def request_of(name: str) -> dict[str, Any]:
    """Return a request as it is committed, as of the date of the documents."""
    request: dict[str, Any] = json.loads((ROOT / PLACES[name]).read_text(encoding="utf-8"))
    return {"as_of": AS_OF} | request
