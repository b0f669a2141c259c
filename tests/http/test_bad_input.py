"""Bad input: one fault per file of tests/bad_input, and odd but legal requests that must get a right verdict.

A file says why, what is sent (`request`, `body`, `body_base64` or a `generator` for huge ones, with `method`, `path` and
`headers` where they matter) and what comes back: `status`, `type`, the `errors` by pointer, `detail_contains`,
`answer_headers`; `only_these` forbids further errors. Every other name is a part of the answer, in which a figure is
stated exactly or as {"contains": text}, {"above": number} or {"below": number}, and options are named by their ids.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from requests_to_send import FILES, SMALL, assert_is_problem, body_of

from service.nouns.answer.assessment import Assessment

HOW = frozenset({"why", "method", "path", "request", "body", "body_base64", "generator", "headers"})
OUTCOME = frozenset({"status", "type", "errors", "only_these", "detail_contains", "answer_headers"})

Json = dict[str, Any]


def send(client: TestClient[Any], case: Json) -> httpx.Response:
    """Return the answer to a case."""
    headers = case.get("headers", {})
    return client.request(
        case.get("method", "POST"), case.get("path", "/v1/assessments"), content=body_of(case), headers=headers
    )


def mismatches(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Return where an answer differs from what is expected of it; what is not mentioned may be anything."""
    if isinstance(expected, dict) and set(expected) == {"contains"}:
        return [] if expected["contains"] in (actual or "") else [f"{where}: {actual!r} lacks {expected['contains']!r}"]
    if isinstance(expected, dict) and set(expected) == {"above"}:
        return [] if actual is not None and actual > expected["above"] else [f"{where}: {actual!r} is not {expected}"]
    if isinstance(expected, dict) and set(expected) == {"below"}:
        return [] if actual is not None and actual < expected["below"] else [f"{where}: {actual!r} is not {expected}"]
    if isinstance(expected, dict) and isinstance(actual, list):
        return mismatches(expected, {item["id"]: item for item in actual}, where)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [m for name, value in expected.items() for m in mismatches(value, actual.get(name), f"{where}/{name}")]
    if isinstance(expected, list) and isinstance(actual, list) and len(actual) >= len(expected):
        return [m for index, item in enumerate(expected) for m in mismatches(item, actual[index], f"{where}/{index}")]
    return [] if expected == actual else [f"{where}: {actual!r} is not {expected!r}"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_fault_is_named_and_mended(client: TestClient[Any], file: Path) -> None:
    """Every bad request gets its own status and problem, with each fault at its pointer and what to send instead."""
    case = json.loads(file.read_text())
    assert case["why"].endswith(".")
    response = send(client, case)
    assert response.status_code < 500, response.text[:2000]
    assert "Traceback" not in response.text
    assert SMALL["task"]["description"] not in response.text
    for name, value in case.get("answer_headers", {}).items():
        assert value in [part.strip() for part in response.headers[name].split(",")]

    if case["status"] == 200:
        assert response.status_code == 200, response.text[:2000]
        answer = response.json()
        msgspec.convert(answer, Assessment)
        assert "None" not in json.dumps([answer["verdict"], answer["options"], answer["offers"]])
        assert not mismatches({name: case[name] for name in case if name not in HOW | OUTCOME}, answer)
        return

    problem = assert_is_problem(response, case["status"])
    assert problem["type"] == case["type"]
    assert case.get("detail_contains", "") in problem["detail"]
    found = {error["pointer"]: error for error in problem["errors"]}
    expected = {error["pointer"]: error for error in case.get("errors", [])}
    assert set(expected) <= set(found), problem
    if "errors" in case and (case.get("only_these") or len(expected) == 1):
        assert set(found) == set(expected), problem
    for pointer, error in expected.items():
        for part in ("message", "received", "expected"):
            assert error.get(f"{part}_contains", "") in found[pointer][part], found[pointer]


def test_files_hold_only_known_names() -> None:
    """A misspelt name in a file would test nothing, so there is none."""
    known = HOW | OUTCOME | set(Assessment.__struct_fields__)
    assert len(FILES) > 100
    for file in FILES:
        case = json.loads(file.read_text())
        assert set(case) <= known, file.name
        assert case["status"] == 200 or "type" in case, file.name
        for error in case.get("errors", []):
            assert set(error) <= {"pointer", "message_contains", "received_contains", "expected_contains"}, file.name


def test_schema_faults_are_named_all_at_once(client: TestClient[Any]) -> None:
    """Several faults against the schema, of different kinds and depths, come back in one answer."""
    request = {
        "task": {"description": "", "kind": "poetry", "required_accuracy": 1.5},
        "prompting": {
            "measured_accuracy": {"correct": -1},
            "tokens": {"instruction": {"low": 0, "high": 10}, "payload": "many"},
            "shutdown_date": "soon",
        },
        "fine_tuning": {"pilots": [{"training_examples": 0, "correct": 1, "total": 1}], "epochs": 3},
        "volume": {"requests_per_month": -5, "horizon_months": 0, "growth_per_month": {"low": -2, "high": 0.1}},
        "finance": {"currency": "euro"},
        "include": ["everything"],
        "as_of": "today",
    }
    problem = assert_is_problem(client.post("/v1/assessments", json=request), 400)
    assert {error["pointer"] for error in problem["errors"]} == {
        "/task/description",
        "/task/kind",
        "/task/required_accuracy",
        "/prompting/measured_accuracy/correct",
        "/prompting/measured_accuracy/total",
        "/prompting/tokens/instruction/low",
        "/prompting/tokens/payload",
        "/prompting/shutdown_date",
        "/fine_tuning/pilots/0/training_examples",
        "/fine_tuning/epochs",
        "/volume/requests_per_month",
        "/volume/horizon_months",
        "/volume/growth_per_month/low",
        "/finance/currency",
        "/include/0",
        "/as_of",
    }
    assert "16 faults" in problem["detail"]


def test_faults_of_sense_are_named_all_at_once(client: TestClient[Any]) -> None:
    """Several faults that the schema cannot see, of different kinds, come back in one answer."""
    request = {
        "task": {"description": "Route e-mails", "knowledge_half_life_months": {"low": 8, "high": 3}},
        "prompting": {
            "measured_accuracy": {"correct": 201, "total": 200},
            "base_model": "openai/gtp-4.1",
            "measured_latency": {"p50_seconds": 3, "p95_seconds": 1},
        },
        "fine_tuning": {
            "base_model": "openai/gpt-9",
            "build_cost": 1000,
            "build_plan": {"training_runs": 3},
            "retraining": {"cost": 1000, "plan": {"training_runs": 1}},
            "pilots": [{"training_examples": 100, "correct": 3, "total": 2}],
        },
        "volume": {"requests_per_month": {"low": 5, "high": 3}},
        "finance": {"currency": "EUR", "error_cost": {"low": 5, "high": 3}},
        "as_of": "2026-11-23",
    }
    problem = assert_is_problem(client.post("/v1/assessments", json=request), 422)
    assert {error["pointer"] for error in problem["errors"]} == {
        "/task/knowledge_half_life_months",
        "/prompting/measured_accuracy/correct",
        "/prompting/base_model",
        "/prompting/measured_latency/p95_seconds",
        "/fine_tuning/base_model",
        "/fine_tuning/build_cost",
        "/fine_tuning/retraining/cost",
        "/fine_tuning/pilots/0/correct",
        "/volume/requests_per_month",
        "/finance/units_per_usd",
        "/finance/error_cost",
    }
    assert "11 faults" in problem["detail"]


def test_a_body_of_nothing_but_faults_gets_a_short_answer(client: TestClient[Any]) -> None:
    """Thousands of faults of one kind do not make an answer many times the size of the request."""
    body = json.dumps({**SMALL, "include": ["x"] * 5000}).encode()
    response = client.post("/v1/assessments", content=body)
    problem = assert_is_problem(response, 400)
    assert "/include" in {error["pointer"] for error in problem["errors"]}
    assert len(response.content) < 10 * len(body)


def test_a_mended_request_is_answered(client: TestClient[Any]) -> None:
    """The small request that the files spoil is itself without fault, so each fault is the only one."""
    response = client.post("/v1/assessments", json=SMALL)
    assert response.status_code == 200
    msgspec.convert(response.json(), Assessment)


def test_refused_requests_leave_no_trace(client: TestClient[Any]) -> None:
    """A refused request changes nothing: the next one is answered with the same bytes as before."""
    before = client.post("/v1/assessments", json=SMALL).content
    for file in FILES[:40]:
        send(client, json.loads(file.read_text()))
    assert client.post("/v1/assessments", json=SMALL).content == before
