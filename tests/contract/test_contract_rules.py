"""The rules of the contract: the shapes from which every generator makes a client that compiles and lasts."""

from __future__ import annotations

import keyword
import re

import pytest
from contract.parts import (
    answers,
    contract,
    got,
    operations,
    parameters,
    properties,
    schemas_of,
    schemas_sent,
    sent,
    types,
)

PROBLEM = {"application/problem+json": "#/components/schemas/Problem"}
STATUSES = frozenset({200, 304, 400, 401, 403, 404, 405, 406, 408, 413, 415, 422, 429, 500, 503, 504})
BINARY = {"type": "string", "format": "binary"}

PASCAL, CAMEL, SNAKE = r"([A-Z][a-z0-9]+)+", r"[a-z]+([A-Z][a-z0-9]*)+", r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
VALUE = r"[a-z][a-z0-9_]*"
TAKEN = frozenset({"copy", "json", "dict", "schema", "validate", "construct", "fields", "self", *keyword.kwlist})
"""Names that classes of generated clients have for themselves."""

LIMITS = {
    "string": [{"maxLength", "enum", "format"}],
    "array": [{"maxItems"}],
    "number": [{"minimum", "exclusiveMinimum", "enum"}, {"maximum", "exclusiveMaximum", "enum"}],
    "integer": [{"minimum", "exclusiveMinimum", "enum"}, {"maximum", "exclusiveMaximum", "enum"}],
}
NEVER = frozenset(
    {"$defs", "definitions", "anyOf", "allOf", "not", "prefixItems", "default", "nullable", "patternProperties"}
)


def folded(name: str) -> str:
    """Return what is left of a name when case and underscores mean nothing."""
    return name.replace("_", "").casefold()


def test_the_version_is_the_one_that_every_tool_reads() -> None:
    """The document is OpenAPI 3.1.0, neither 3.1.1 nor 3.2."""
    assert contract()["openapi"] == "3.1.0"


def test_components_are_named_in_pascal_case_by_their_title() -> None:
    """A component's name is its title, in PascalCase, and differs from all others in more than case."""
    schemas = contract()["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(PASCAL, name)] == []
    assert [name for name, schema in schemas.items() if schema.get("title") != name] == []
    assert len({folded(name) for name in schemas}) == len(schemas)


def test_every_component_is_used_and_described() -> None:
    """A component is sent or got, and says in words what it is."""
    schemas = contract()["components"]["schemas"]
    assert set(schemas) == sent() | got()
    assert [name for name, schema in schemas.items() if not schema.get("description", "").endswith(".")] == []


def test_nothing_is_shared_between_requests_and_answers() -> None:
    """No component is both sent and got, so that each may grow by its own rules."""
    assert sent() & got() == frozenset()


def test_operations_are_named_and_tagged_once() -> None:
    """An operationId is a camelCase verb and noun of its own; an operation has exactly one tag, which is described."""
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(CAMEL, name)] == []
    tags = {tag["name"] for tag in contract()["tags"] if tag["description"].endswith(".")}
    assert [o["operationId"] for _, _, o in operations() if len(o["tags"]) != 1 or o["tags"][0] not in tags] == []


def test_operations_are_described() -> None:
    """Every operation has a summary and a description, every parameter and every header a description."""
    for _, _, operation in operations():
        assert operation["summary"] and operation["description"].endswith("."), operation["operationId"]
    assert [where for where, parameter in parameters() if not parameter.get("description")] == []
    for name, status, answer in answers():
        assert answer["description"].endswith("."), (name, status)
        assert [header for header, said in answer["headers"].items() if not said.get("description")] == []


def test_statuses_stand_there_one_by_one() -> None:
    """There is no default answer and no range of statuses, and none that is not among those of the API."""
    assert [(name, status) for name, status, _ in answers() if status not in map(str, STATUSES)] == []


def test_an_operation_succeeds_in_one_way() -> None:
    """An operation has one 2xx status with one media type; a body that is not JSON is binary."""
    for _, _, operation in operations():
        found = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert len(found) == 1, operation["operationId"]
        ((media, content),) = found[0]["content"].items()
        assert media == "application/json" or content["schema"] == BINARY, operation["operationId"]


def test_every_error_is_a_problem() -> None:
    """Every error answers with application/problem+json and the one Problem component; 304 has no body."""
    for name, status, answer in answers():
        if status >= "400":
            found = {media: content["schema"].get("$ref") for media, content in answer["content"].items()}
            assert found == PROBLEM, (name, status)
        elif status >= "300":
            assert "content" not in answer


def test_the_errors_of_operations_are_documented() -> None:
    """Every operation under /v1 documents 400, 401, 403, 406 and 429, one with a body also 413, 415 and 422."""
    for path, _, operation in operations():
        expected = {"405", "500"}
        expected |= {"400", "401", "403", "406", "429"} if path.startswith("/v1/") else set()
        expected |= {"408", "413", "415", "422"} if "requestBody" in operation else set()
        assert expected <= set(operation["responses"]), path


def test_what_is_counted_tells_of_the_limit() -> None:
    """What is answered after a request was counted has the RateLimit headers; 429 and 503 say when to come back."""
    for path, _, operation in operations():
        for status, answer in operation["responses"].items():
            has = {"RateLimit", "RateLimit-Policy"} & set(answer["headers"])
            counted = path.startswith("/v1/") and status not in ("401", "405")
            assert len(has) == (2 if counted else 0), (path, status)
            assert ("Retry-After" in answer["headers"]) == (status in ("429", "503")), (path, status)


def test_requests_refuse_the_unknown_and_answers_stay_open() -> None:
    """A request object refuses unknown fields; an answer object says nothing of them, for it may grow."""
    objects = {where: schema for where, schema in schemas_of(sent()) if types(schema) == {"object"}}
    assert (
        objects
        and [where for where, schema in objects.items() if schema.get("additionalProperties") is not False] == []
    )
    assert [where for where, schema in schemas_of(got()) if "additionalProperties" in schema] == []


def test_every_schema_says_what_it_is() -> None:
    """No schema is empty, and none uses a keyword that generators stumble over."""
    for where, schema in [*schemas_of(sent() | got()), *schemas_sent()]:
        assert {"type", "$ref", "oneOf"} & set(schema), where
        assert not NEVER & set(schema), where
        if types(schema) == {"object"}:
            assert schema["properties"], where


def test_numbers_and_integers_have_a_format() -> None:
    """A number says that it is a double, an integer whether 32 bits are enough."""
    expected = {"number": {"double"}, "integer": {"int32", "int64"}}
    for where, schema in [*schemas_of(sent() | got()), *schemas_sent()]:
        for kind in types(schema) & set(expected):
            assert schema.get("format") in expected[kind], where


def test_null_is_for_scalars_only() -> None:
    """A type is one type, or a scalar and null; an enumeration, a list and an object are never null."""
    for where, schema in [*schemas_of(sent() | got()), *schemas_sent()]:
        if isinstance(schema.get("type"), list):
            first, second = schema["type"]
            assert first in ("string", "number", "integer", "boolean") and second == "null", where
            assert "enum" not in schema, where


def test_parameters_are_never_null() -> None:
    """A parameter that is not stated is absent, so that none is null; a part of a path is required."""
    for where, parameter in parameters():
        assert isinstance(parameter["schema"]["type"], str), where
        assert parameter["required"] == (parameter["in"] == "path"), where


def test_only_estimates_are_unions() -> None:
    """The one union is a number or a range, a named component in requests; only a property refers to it."""
    for where, schema in schemas_of(sent()):
        if "oneOf" in schema:
            assert where.endswith("Estimate"), where
            number, of_range = schema["oneOf"]
            assert number["type"] == "number"
            assert of_range["$ref"].endswith("Range")


def test_answers_are_open() -> None:
    """In an answer there is no union and no closed enumeration; known values of a text stand in its description."""
    assert [where for where, schema in schemas_of(got()) if {"oneOf", "enum", "const"} & set(schema)] == []
    for component, name, schema in properties(got()):
        if "xtensible enum" in schema.get("description", ""):
            each = schema["items"] if types(schema) == {"array"} else schema
            assert schema.get("examples") and types(each) == {"string"}, (component, name)


def test_property_names_suit_every_language() -> None:
    """A property's name is in snake_case, unique in more than its case, and not one that generated classes need."""
    for component, name, _ in properties(sent() | got()):
        assert re.fullmatch(SNAKE, name), (component, name)
        assert name not in TAKEN and not name.startswith("model_"), (component, name)
    for component in sent() | got():
        names = list(contract()["components"]["schemas"][component].get("properties", {}))
        assert len({folded(name) for name in names}) == len(names), component


def test_known_values_suit_every_language() -> None:
    """A value of an enumeration is a lower-case word, or an integer; the enumeration has the type of its values."""
    for where, schema in schemas_sent():
        if "enum" in schema:
            is_text = schema["type"] == "string"
            assert all(isinstance(value, str if is_text else int) for value in schema["enum"]), where
            assert all(not is_text or re.fullmatch(VALUE, value) for value in schema["enum"]), where
            assert len(set(schema["enum"])) == len(schema["enum"]) > 1, where


@pytest.mark.parametrize("kind", LIMITS)
def test_everything_sent_has_a_limit(kind: str) -> None:
    """A text that is sent has a longest length, a list a largest number of items, a number a smallest and largest value."""
    found = [(where, schema) for where, schema in schemas_sent() if kind in types(schema)]
    assert found
    assert [where for where, schema in found if not all(names & set(schema) for names in LIMITS[kind])] == []


def test_every_property_is_described() -> None:
    """Every property says in words what it means."""
    missing = [
        f"{component}.{name}" for component, name, schema in properties(sent() | got()) if not schema.get("description")
    ]
    assert missing == []


def test_money_is_a_number_with_its_currency() -> None:
    """A price or a cost that is got is a number, never text, and an answer says its currency."""
    money = re.compile(r".*(_usd_per_\w+|_usd|_cost(_per_\w+)?|npv|_value|tco)")
    found = [(c, n, s) for c, n, s in properties(got()) if money.fullmatch(n) and types(s)]
    assert found
    assert [(component, name) for component, name, schema in found if "string" in types(schema)] == []
    assert "currency" in contract()["components"]["schemas"]["Assessment"]["required"]


def test_every_body_has_an_example() -> None:
    """Every JSON body that is sent or got with 200 has an example, by a name and with a summary."""
    for _, _, operation in operations():
        contents = [operation["responses"]["200"]["content"], operation.get("requestBody", {}).get("content", {})]
        for content in contents:
            for media, said in content.items():
                shown = said.get("examples", {})
                assert media != "application/json" or shown, operation["operationId"]
                assert all(example["summary"] for example in shown.values())


def test_every_error_has_an_example() -> None:
    """Every error of every operation shows a problem of its own status, by a name of its own."""
    found: dict[str, set[str]] = {}
    for operation, status, answer in answers():
        if int(status) < 400:
            continue
        shown = answer["content"]["application/problem+json"].get("examples", {})
        assert shown, f"{operation} {status}"
        assert {example["value"]["status"] for example in shown.values()} == {int(status)}
        assert {example["value"]["request_id"] for example in shown.values()} == {"example"}
        found[status] = {example["value"]["type"] for example in shown.values()}
    assert len(found) == len({kind for kinds in found.values() for kind in kinds}) == 14


def test_probes_need_no_key() -> None:
    """Operations under /v1 may need a key, in either form; probes never do."""
    assert [set(option) for option in contract()["security"]] == [{"apiKey"}, {"bearer"}, set()]
    for path, _, operation in operations():
        assert ("security" not in operation) == path.startswith("/v1/"), path
        assert not operation.get("security"), path


def test_links_lead_to_operations() -> None:
    """A link names an operation that is there, and fills parameters that it has."""
    by_id = {operation["operationId"]: operation for _, _, operation in operations()}
    links = [link for _, _, answer in answers() for link in answer.get("links", {}).values()]
    assert links
    for link in links:
        known = {parameter["name"] for parameter in by_id[link["operationId"]]["parameters"]}
        assert set(link["parameters"]) <= known


def test_parameters_of_one_name_mean_the_same() -> None:
    """A header or query parameter of one name is the same in every operation, so that clients may share it."""
    found: dict[tuple[str, str], object] = {}
    for where, parameter in parameters():
        if parameter["in"] != "path":
            assert found.setdefault((parameter["in"], parameter["name"]), parameter) == parameter, where
