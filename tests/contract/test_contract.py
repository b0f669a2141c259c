"""The contract: the committed documents are what the code gives, and what they say of the service is so."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import pytest
import yaml
from contract.parts import contract, got, operations, schemas_of, schemas_sent, sent
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from service.contract.document import document, encode
from service.contract.forms import down_convert, form
from service.contract.operations import BY_ID, OPERATIONS, Deprecation, Operation
from service.http.app import routed
from service.http.house import House
from tools.contract import ANSWERS, DOCUMENT, REQUESTS, asked_anew, made
from tools.differences import differences

Json = dict[str, Any]

STALE = "openapi/openapi.json is not what the code gives: run `make openapi`"
STALE_ANSWER = "openapi/examples/answers is not what the service answers: run `make openapi ARGS=--answers`"
JSON = "application/json"

ENDING = Deprecation(
    since=datetime.date(2026, 12, 1), sunset=datetime.date(2028, 1, 31), href="https://example.org/ledger-ends"
)


@lru_cache
def served(name: str) -> Any:
    """Return a document as it is served."""
    return yaml.safe_load(form(name)) if name.endswith(".yaml") else json.loads(form(name))


def refusals(value: Any, schema: Json) -> list[str]:
    """Return why a value does not fit a schema of the document."""
    whole = {**schema, "components": contract()["components"]}
    found = jsonschema_rs.validator_for(whole, validate_formats=True).iter_errors(value)
    return [f"{list(error.instance_path)}: {error.message[:200]}" for error in found]


def test_the_committed_document_is_what_the_code_gives() -> None:
    """A change of operations or nouns is not whole before the document is written anew."""
    assert DOCUMENT.read_bytes() == made(), STALE


def test_the_documents_say_the_same() -> None:
    """The YAML document is the committed one, and the 3.0 document is its down-conversion."""
    assert form("openapi.json") == DOCUMENT.read_bytes()
    assert served("openapi.yaml") == served("openapi.json")
    assert served("openapi-3.0.json") == down_convert(served("openapi.json"))


def test_yaml_is_written_in_blocks() -> None:
    """The YAML document has a line for each key, in the order of the committed one, and no anchors, which readers limit."""
    text = form("openapi.yaml").decode()
    assert text.startswith("openapi: 3.1.0\ninfo:\n  title: Prompt or Tune\n")
    events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    assert not [event for event in events if getattr(event, "anchor", None)]
    inside = [after for event, after in pairwise(events) if getattr(event, "flow_style", False)]
    assert all(isinstance(event, yaml.CollectionEndEvent) for event in inside)


def test_a_stale_document_is_seen() -> None:
    """A document with one word changed is not the code's."""
    other = tuple(structs.replace(op, summary="Other") if op.id == "getLedger" else op for op in OPERATIONS)
    assert encode(document({}, other)) != encode(document({}))


@pytest.mark.parametrize(
    ("name", "validator"),
    [
        ("openapi.json", OpenAPIV31SpecValidator),
        ("openapi.yaml", OpenAPIV31SpecValidator),
        ("openapi-3.0.json", OpenAPIV30SpecValidator),
    ],
)
def test_documents_are_valid_openapi(name: str, validator: Any) -> None:
    """Every document is valid by the specification of the version that it names."""
    assert served(name)["openapi"] == ("3.0.3" if "3.0" in name else "3.1.0")
    assert [str(error)[:300] for error in validator(served(name)).iter_errors()] == []


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("openapi.json", "application/json"),
        ("openapi.yaml", "application/yaml"),
        ("openapi-3.0.json", "application/json"),
    ],
)
def test_every_form_is_served(name: str, media_type: str, client: TestClient[Any]) -> None:
    """The service answers with each form of the committed document, the same bytes and tag every time."""
    first, second = client.get(f"/{name}"), client.get(f"/{name}")
    assert first.content == second.content == form(name)
    assert first.headers["content-type"].partition(";")[0] == media_type
    assert first.headers["etag"] == second.headers["etag"]
    assert client.get(f"/{name}", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def contents() -> Iterator[tuple[str, Json]]:
    """Yield every media type object of the document, with its place."""
    for _, _, operation in operations():
        for place, body in {"request": operation.get("requestBody", {}), **operation["responses"]}.items():
            for said in body.get("content", {}).values():
                yield f"{operation['operationId']} {place}", said


def test_every_example_fits_its_schema() -> None:
    """Each example of a body fits the schema that stands beside it."""
    shown = [(where, said, example) for where, said in contents() for example in said.get("examples", {}).values()]
    assert len(shown) > 20
    for where, said, example in shown:
        assert refusals(example["value"], said["schema"]) == [], where


def test_every_example_of_a_field_fits_its_schema() -> None:
    """Each example of a property or parameter fits its own schema."""
    found = [
        (where, schema) for where, schema in [*schemas_of(sent() | got()), *schemas_sent()] if "examples" in schema
    ]
    assert len(found) > 20
    for where, schema in found:
        for value in schema["examples"]:
            assert refusals(value, schema) == [], where


def test_request_examples_are_the_real_ones(client: TestClient[Any]) -> None:
    """The examples of a body are the committed requests, every one of them, and each is answered."""
    content = contract()["paths"]["/v1/assessments"]["post"]["requestBody"]["content"][JSON]
    files = {path.stem.replace("-", "_"): json.loads(path.read_text()) for path in REQUESTS.glob("*.json")}
    assert {name: example["value"] for name, example in content["examples"].items()} == files
    for path, method, operation in operations():
        for example in operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("examples", {}).values():
            assert client.request(method.upper(), path, json=example["value"]).status_code == 200


def test_answer_examples_are_real_answers() -> None:
    """The service, asked anew, answers with the committed examples, but for the last digits of a figure."""
    anew = asked_anew()
    assert {path.stem for path in ANSWERS.glob("*.json")} == set(anew), STALE_ANSWER
    for name, now in anew.items():
        before = json.loads((ANSWERS / f"{name}.json").read_text())
        assert differences(before, now) == [], f"{name}: {STALE_ANSWER}"


def test_answer_examples_stand_in_the_document() -> None:
    """Every committed answer is the example of a body of the document."""
    shown = [example["value"] for _, said in contents() for example in said.get("examples", {}).values()]
    for path in ANSWERS.glob("*.json"):
        assert json.loads(path.read_text()) in shown, path.name


def routes(application: Litestar) -> set[tuple[str, str, str]]:
    """Return method, path and operation of every route of an application that is named by an operation."""
    found = set()
    for route in application.routes:
        path = route.path_format
        for handler in getattr(route, "route_handlers", []):
            for method in handler.http_methods - {"HEAD", "OPTIONS"}:
                if handler.operation_id or path.startswith("/v1/"):
                    found.add((method.lower(), path, handler.operation_id))
    return found


def test_routes_and_operations_agree(house: House) -> None:
    """Every route under /v1 is an operation, and every operation, under each of its paths, is a route."""
    expected = {(op.method, path, op.id) for op in OPERATIONS for path in (op.path, *op.aliases)}
    assert routes(routed(house)) == expected
    assert {(method, path, op["operationId"]) for path, method, op in operations()} == {
        (op.method, op.path, op.id) for op in OPERATIONS
    }


def deprecated() -> Operation:
    """Return an operation that was announced to end."""
    return structs.replace(BY_ID["getLedger"], deprecation=ENDING)


def test_a_deprecated_operation_is_marked_in_the_document() -> None:
    """An operation that will end is deprecated in the document, and its answers document the headers that say so."""
    others = [op for op in OPERATIONS if op.id != "getLedger"]
    made = document({}, (*others, deprecated()))
    assert made["paths"]["/v1/ledger"]["get"]["deprecated"] is True
    for status, answer in made["paths"]["/v1/ledger"]["get"]["responses"].items():
        assert ({"Deprecation", "Sunset", "Link"} <= set(answer["headers"])) == (status != "405")
    assert "deprecated" not in made["paths"]["/v1/framework"]["get"]
    assert "Sunset" not in made["paths"]["/v1/framework"]["get"]["responses"]["200"]["headers"]


def test_a_deprecated_operation_says_so_in_its_answers(
    client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers of an operation that will end, errors too, say since when, when and where to read on; others say nothing."""
    monkeypatch.setattr("service.http.reading.BY_ID", MappingProxyType({**BY_ID, "getLedger": deprecated()}))
    for answer in (client.get("/v1/ledger"), client.get("/v1/ledger?unknown=1")):
        assert answer.headers["deprecation"] == "@1796083200"
        assert answer.headers["sunset"] == "Mon, 31 Jan 2028 00:00:00 GMT"
        assert answer.headers["link"] == '<https://example.org/ledger-ends>; rel="deprecation"'
    assert not {"deprecation", "sunset", "link"} & set(client.get("/v1/framework").headers)


def test_an_end_is_announced_twelve_months_before() -> None:
    """A deprecation that ends sooner than twelve months after its announcement is refused."""
    with pytest.raises(ValueError, match="less than twelve months"):
        structs.replace(ENDING, sunset=datetime.date(2027, 11, 1))
