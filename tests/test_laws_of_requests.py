"""Laws that hold for every field of a request, found in its schema: a default is never silent, no field is dead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import TODAY
from litestar.testing import TestClient
from request_fields import FIELDS, ROOT, Field, filled, has, parents, put, resolved, values, without

Json = dict[str, Any]

LEAST: Json = filled(resolved(ROOT))
QUICK: Json = {"as_of": str(TODAY), "simulation": {"draws": 256}}
TERMS: Json = {"input_usd_per_mtok": 0.3, "output_usd_per_mtok": 1.1, "cache_read_usd_per_mtok": 0.04}
PILOT: Json = {"training_examples": 800, "correct": 190, "total": 200}
SMALLER: Json = {
    "name": "smaller", "base_model": "openai/gpt-4.1-nano", "measured_accuracy": {"correct": 140, "total": 200},
}  # fmt: skip
HOURLY = "/fine_tuning/offer/training_usd_per_hour"
BASES: dict[str, Json] = {
    "the least": LEAST | QUICK,
    "an offer of the caller's own, planned bottom-up": LEAST
    | QUICK
    | {
        "task": LEAST["task"] | {"knowledge_half_life_months": 6},
        "fine_tuning": {
            "offer": {"prices": TERMS, "requests_per_second_per_replica": 0.05, "training_usd_per_mtok": 2},
            "build_plan": {},
            "retraining": {"plan": {"examples_to_label": 100}},
            "labelled_examples": 800,
            "off_task_share": 0.2,
            "lead_time_weeks": 2,
            "cache_hit_rate": 0.5,
        },
    },
    "prices of the caller's own and an offer by name": LEAST
    | QUICK
    | {
        "prompting": LEAST["prompting"] | {"prices": TERMS, "batch_share": 0.5, "techniques_tried": ["few_shot"]},
        "fine_tuning": {
            "base_model": "azure/gpt-4.1-mini",
            "offer": {"shutdown_date": "2027-12-01"},
            "labelled_examples": 800,
        },
        "finance": {"error_cost": 5},
        "latency_target": {"seconds": 1.0, "percentile": 0.95},
    },
}

VALUES: dict[str, tuple[Json, ...]] = {
    # Another base model than the default must be one that is on sale.
    "/prompting/base_model": ({"/prompting/base_model": "anthropic/claude-sonnet-4-5"},),
    "/fine_tuning/base_model": ({"/fine_tuning/base_model": "azure/gpt-4o"},),
    # A currency needs its rate, and a rate its currency.
    "/finance/currency": ({"/finance/currency": "EUR", "/finance/units_per_usd": 0.92},),
    "/finance/units_per_usd": ({"/finance/units_per_usd": 0.92, "/finance/currency": "EUR"},),
    # What scales to zero has a fee, and a capacity by which its hours are counted.
    "/fine_tuning/offer/scale_to_zero": (
        {"/fine_tuning/offer/scale_to_zero": True, "/fine_tuning/offer/hosting_usd_per_hour": 4},
    ),
    # An alternative differs from the prompt in more than its name.
    "/prompting/alternatives": ({"/prompting/alternatives": [SMALLER]},),
    # What is in service is measured, and only that was trained last.
    "/fine_tuning/in_service": ({"/fine_tuning/in_service": True, "/fine_tuning/pilots": [PILOT]},),
    "/fine_tuning/last_trained_date": (
        {
            "/fine_tuning/last_trained_date": "2026-05-01",
            "/fine_tuning/in_service": True,
            "/fine_tuning/pilots": [PILOT],
        },
    ),
    # A teacher labels where labels come from one.
    "/fine_tuning/teacher": ({"/fine_tuning/teacher": {"accuracy": 0.8}, "/fine_tuning/label_source": "teacher"},),
    **{
        f"/fine_tuning/teacher/{name}": (
            {f"/fine_tuning/teacher/{name}": value, "/fine_tuning/label_source": "teacher"},
        )
        for name, value in (
            ("base_model", "anthropic/claude-sonnet-4-5"),
            ("prices", TERMS),
            ("accuracy", 0.8),
            ("checked_share", 0.9),
        )
    },
    **{
        f"/fine_tuning/teacher/prices/{name}": (
            {f"/fine_tuning/teacher/prices/{name}": 0.05, "/fine_tuning/label_source": "teacher"},
        )
        for name in ("cache_read_usd_per_mtok", "cache_write_usd_per_mtok")
    },
    # Training by the hour has hours and the price of one.
    **{
        f"/fine_tuning/offer/training_{name}": ({"/fine_tuning/offer/training_hours": 300, HOURLY: 40},)
        for name in ("hours", "usd_per_hour")
    },
}
"""Values that the schema cannot tell, by field, with the company they need."""

MOVES_NOTHING = {
    "/finance/value_of_meeting_per_request": "read by the plans",
    "/include": "it adds parts to the answer and moves none",
}
"""Fields whose value is no part of the case, each with the reason."""

OPTIONAL = [field for field in FIELDS if not field.is_required]


@pytest.fixture(scope="module")
def ask(client: TestClient[Any]) -> Callable[[Json], Json | None]:
    """Return a function that answers a request once, with None where it cannot be assessed."""
    answers: dict[str, Json | None] = {}

    def answer(request: Json) -> Json | None:
        key = json.dumps(request, sort_keys=True)
        if key not in answers:
            response = client.post("/v1/assessments", json=request)
            assert response.status_code in (200, 422), response.text
            answers[key] = response.json() if response.status_code == 200 else None
        return answers[key]

    return answer


def _moved(one: Json, other: Json) -> set[str]:
    """Return the parts in which two answers differ: digests and defaults aside, heavy parts where both have them."""

    def told(answer: Json, part: str) -> Any:
        found = answer[part]
        return {k: v for k, v in found.items() if "digest" not in k} if part == "provenance" else found

    return {part for part in one.keys() & other.keys() - {"assumptions"} if told(one, part) != told(other, part)}


def _stated(field: Field, base: Json) -> Iterator[Json]:
    """Yield the base request with the field at each of its values."""
    for company in VALUES.get(field.pointer, ({field.pointer: value} for value in values(field.schema))):
        request = base
        for pointer, value in company.items():
            request = put(request, pointer, value)
        yield request


def _bare(field: Field, base: Json) -> list[Json]:
    """Return the base request without the field and the company of its values: with the objects around it, and without."""
    request = base
    for pointer in (field.pointer, *VALUES.get(field.pointer, ({},))[0]):
        request = without(request, pointer)
    return [request] if all(has(base, parent) for parent in parents(field.pointer)) else [request, base]


@pytest.mark.parametrize("field", OPTIONAL, ids=lambda field: field.pointer)
def test_an_absent_field_that_can_move_the_answer_is_listed(field: Field, ask: Callable[[Json], Json | None]) -> None:
    """Where a field moves a part of an answer, the answer without it lists it, or an object around it, in `assumptions`."""
    tried, moves = False, set()
    for name, base in BASES.items():
        for absent in filter(None, map(ask, _bare(field, base))):
            for present in map(ask, _stated(field, base)):
                tried |= present is not None
                moved = _moved(absent, present) if present else set()
                if moved:
                    moves |= moved
                    listed = {line["pointer"] for line in absent["assumptions"]}
                    assert listed & {field.pointer, *parents(field.pointer)}, (
                        f"{field.pointer} moves {sorted(moved)} of {name}, but its default is not listed"
                    )
                    break
    assert tried, f"{field.pointer} was refused with every value in every base request"
    if field.pointer in MOVES_NOTHING:
        assert not moves, f"{field.pointer} moves {sorted(moves)} after all"
    elif not field.is_object or field.schema.get("required"):
        assert moves, f"{field.pointer} moves nothing in any base request: a dead field"
