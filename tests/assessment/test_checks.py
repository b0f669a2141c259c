"""Faults that no catalogue is needed to see: each contradiction is named where it stands, and nothing else is."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from conftest import EXAMPLES, TODAY, example
from request_fields import ROOT, filled, put, resolved
from requests_to_send import FILES

from service.assessment.resolve.checks import faults_of
from service.contract.decoding import NOUNS, decode
from service.nouns.faults import Fault
from service.nouns.request.assessment import AssessmentRequest

Json = dict[str, Any]

LEAST: Json = filled(resolved(ROOT))
OWN: Json = {"prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 4}}
PILOT: Json = {"training_examples": 1000, "correct": 180, "total": 200}


def faults(request: Json, as_of: datetime.date = TODAY) -> list[Fault]:
    """Return the faults of a request that fits the schema."""
    return faults_of(decode(json.dumps(request).encode(), AssessmentRequest), as_of)


def pointers(request: Json) -> list[str]:
    """Return where the faults of a request stand."""
    return [fault.pointer for fault in faults(request)]


def _ranges(schema: Json, where: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the way to every estimate of a request; `0` is the first item of a list of objects."""
    for name, part in schema.get("properties", {}).items():
        inner, way = resolved(part), (*where, name)
        if inner.get("type") == "array":
            inner, way = resolved(inner["items"]), (*way, "0")
        if "oneOf" in inner:
            yield way
        yield from _ranges(inner, way)


def _with(schema: Json, way: tuple[str, ...], value: Any) -> Any:
    """Return the least valid value of a schema that holds a value at the end of a way."""
    if not way:
        return value
    schema = resolved(schema)
    if way[0] == "0":
        return [_with(schema["items"], way[1:], value)]
    return filled(schema) | {way[0]: _with(schema["properties"][way[0]], way[1:], value)}


WAYS = tuple(_ranges(resolved(ROOT)))


@pytest.mark.parametrize("way", WAYS, ids="/".join)
def test_a_reversed_range_is_named_wherever_it_may_stand(way: tuple[str, ...]) -> None:
    """Every estimate of the schema, in lists too, is found when its low is above its high; equal ends are a number."""
    pointer = "/" + "/".join(way)
    found = faults(_with(ROOT, way, {"low": 0.9, "high": 0.3}))
    assert [fault.received for fault in found if fault.pointer == pointer] == ["low 0.9, high 0.3"]
    assert pointer not in pointers(_with(ROOT, way, {"low": 0.3, "high": 0.3}))


def test_the_walk_meets_every_list_of_objects() -> None:
    """Estimates inside alternatives are among those tried, so the walk of the schema goes into lists."""
    assert ("prompting", "alternatives", "0", "one_off_cost") in WAYS
    assert len(WAYS) > 40


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_request_without_contradiction_has_no_fault(name: str) -> None:
    """The published examples contradict themselves nowhere."""
    assert faults(example(name)) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/prompting/alternatives", [{"name": "small", "base_model": "openai/gpt-4.1-nano"}, {"name": "large", "weeks": 0}]),
        ("/prompting/alternatives", [{"name": "measured", "measured_accuracy": {"correct": 5, "total": 5}}]),
        ("/finance", {"value_of_meeting_per_request": 0.2}),
        ("/fine_tuning", {"in_service": True, "pilots": [PILOT], "last_trained_date": str(TODAY)}),
        ("/fine_tuning", {"in_service": False}),
        ("/fine_tuning", {"label_source": "teacher"}),
        ("/fine_tuning", {"label_source": "teacher", "teacher": {}}),
        ("/fine_tuning", {"base_model": "azure/gpt-4.1-mini", "offer": {"training_usd_per_hour": 3}}),
        ("/fine_tuning", {"base_model": "azure/gpt-4.1-mini", "offer": {"training_hours": 3}}),
        ("/fine_tuning", {"offer": OWN | {"training_hours": 3, "training_usd_per_hour": 2}}),
        ("/fine_tuning", {"offer": OWN | {"tokens_per_second_per_replica": 9000}}),
        ("/fine_tuning", {"offer": OWN | {"last_training_date": "2027-01-01", "shutdown_date": "2027-01-01"}}),
        ("/fine_tuning", {"build_plan": {}, "retraining": {"plan": {}}}),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_contradiction_is_let_through(pointer: str, value: Json) -> None:
    """Fields that are fine alone or in this company are no fault."""
    assert faults(put(LEAST, pointer, value)) == []


def test_all_contradictions_are_named_at_once() -> None:
    """One look finds every fault of a request, in objects and in lists, and each says all four things."""
    slow = {"p50_seconds": 2, "p95_seconds": 1}
    request = put(LEAST, "/prompting/alternatives", [
        {"name": "twice", "measured_accuracy": {"correct": 2, "total": 1}, "measured_latency": slow},
        {"name": "twice"},
    ])  # fmt: skip
    request = put(request, "/fine_tuning", {
        "offer": {"requests_per_second_per_replica": 1, "tokens_per_second_per_replica": 1},
        "teacher": {}, "label_source": "logs", "measured_latency": slow, "last_trained_date": str(TODAY),
        "build_cost": 1, "build_plan": {}, "retraining": {"cost": 1, "plan": {}},
        "pilots": [PILOT | {"correct": 201, "measured_latency": slow}],
    })  # fmt: skip
    found = faults(put(request, "/finance", {"currency": "EUR"}))
    assert sorted(fault.pointer for fault in found) == [
        "/finance/units_per_usd",
        "/fine_tuning/build_cost",
        "/fine_tuning/last_trained_date",
        "/fine_tuning/measured_latency/p95_seconds",
        "/fine_tuning/offer",
        "/fine_tuning/offer/requests_per_second_per_replica",
        "/fine_tuning/pilots/0/correct",
        "/fine_tuning/pilots/0/measured_latency/p95_seconds",
        "/fine_tuning/retraining/cost",
        "/fine_tuning/teacher",
        "/prompting/alternatives/0/measured_accuracy/correct",
        "/prompting/alternatives/0/measured_latency/p95_seconds",
        "/prompting/alternatives/1",
        "/prompting/alternatives/1/name",
    ]
    for fault in found:
        assert fault.message.endswith(".") and fault.received and fault.expected, fault


def test_the_day_of_the_assessment_decides_what_is_to_come() -> None:
    """The same last training is a fault before its day and none from it on."""
    tuning = {"in_service": True, "pilots": [PILOT], "last_trained_date": "2026-11-20"}
    request = put(LEAST, "/fine_tuning", tuning)
    assert faults(request, datetime.date(2026, 11, 20)) == []
    (fault,) = faults(request, datetime.date(2026, 11, 19))
    assert fault.pointer == "/fine_tuning/last_trained_date" and "2026-11-19" in fault.expected


def test_checking_changes_nothing() -> None:
    """Looking for faults leaves the request as it was, and finds the same again."""
    request = decode(json.dumps(put(LEAST, "/prompting/alternatives", [{"name": "a"}])).encode(), AssessmentRequest)
    before = copy.deepcopy(request)
    assert faults_of(request, TODAY) == faults_of(request, TODAY)
    assert request == before


def _fields(pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the noun and the name of every field on the way of a pointer, down to an estimate or an item of a list."""
    noun = resolved(ROOT)
    for name in pointer.strip("/").split("/"):
        if name.isdigit():
            continue
        if name not in noun.get("properties", {}):
            return
        yield noun["title"], name
        noun = resolved(noun["properties"][name])
        noun = resolved(noun["items"]) if noun.get("type") == "array" else noun


def test_every_field_of_a_request_is_spoiled_in_some_file() -> None:
    """Each field of each noun of a request, or what it holds, is refused in at least one file of bad input."""
    errors = [error for file in FILES for error in json.loads(file.read_text()).get("errors", ())]
    spoiled = {field for error in errors for field in _fields(error["pointer"])}
    nouns = {noun["title"]: noun.get("properties", ()) for noun in ROOT["components"]["schemas"].values()}
    fields = {(noun, name) for noun, names in nouns.items() for name in names if not noun.endswith("Range")}
    assert fields - spoiled == set()


def test_unknown_fields_are_known_in_every_noun() -> None:
    """Decoding knows every noun that a request is made of, those of alternatives, terms and teachers too."""
    used = {name for name in ROOT["components"]["schemas"] if not name.endswith("Estimate")}
    assert used <= set(NOUNS)
    assert all(issubclass(NOUNS[name], msgspec.Struct) for name in used)
