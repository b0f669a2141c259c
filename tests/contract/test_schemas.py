"""Schemas: what becomes of msgspec's on the way into the contract, and of the contract's 3.1 schemas in 3.0."""

from __future__ import annotations

import copy
import datetime
import json
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
import pytest
from conftest import EXAMPLES, example
from contract.parts import contract
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType, field
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker
from requests_to_send import FILES, body_of

from service.contract.decoding import _whole
from service.contract.forms import down_convert
from service.contract.schemas import components, schema_of
from service.nouns.base import Closed
from tools.contract import ANSWERS

Json = dict[str, Any]


class SmallRange(Closed, frozen=True):
    """From low to high."""

    low: Annotated[float, Meta(ge=0, description="From")]


SmallEstimate = Annotated[
    Annotated[float, Meta(ge=0, le=9, description="Lost")] | SmallRange, Meta(title="SmallEstimate")
]


class Leaf(Closed, frozen=True):
    """A leaf."""

    size: Annotated[int, Meta(ge=0, le=7)]


class Tree(Closed, frozen=True):
    """A tree."""

    leaf: Leaf
    other: Annotated[Leaf | None, Meta(description="May be left out")] = None
    leaves: Annotated[list[Leaf], Meta(max_length=3)] | None = None
    names: Annotated[list[str], Meta(max_length=2)] = field(default_factory=list)
    kind: Literal["oak", "beech", "ash"] | None = None
    rings: Literal[512, 64] = 64
    height: Annotated[float, Meta(gt=0, lt=120, description="Height [m]")] | None = None
    age: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = 3
    is_old: bool | None = None
    planted: datetime.date | None = None
    weight: Annotated[SmallEstimate, Meta(description="Weight [t]")] | None = None
    girth: SmallEstimate | None = None


class View(Struct, frozen=True):
    """What is seen."""

    name: str
    seen: datetime.datetime
    height: float | None
    note: Annotated[str, Meta(description="Absent where there is none")] | UnsetType = UNSET


TREE = {
    "title": "Tree",
    "description": "A tree.",
    "type": "object",
    "properties": {
        "leaf": {"$ref": "#/components/schemas/Leaf"},
        "other": {"$ref": "#/components/schemas/Leaf", "description": "May be left out"},
        "leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}, "maxItems": 3},
        "names": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "kind": {"type": "string", "enum": ["oak", "beech", "ash"]},
        "rings": {"type": "integer", "format": "int32", "enum": [512, 64]},
        "height": {
            "type": ["number", "null"],
            "format": "double",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 120,
            "description": "Height [m]",
        },
        "age": {"type": ["integer", "null"], "format": "int64", "minimum": 0, "maximum": 2**53 - 1},
        "is_old": {"type": ["boolean", "null"]},
        "planted": {"type": ["string", "null"], "format": "date"},
        "weight": {"$ref": "#/components/schemas/SmallEstimate", "description": "Weight [t]"},
        "girth": {"$ref": "#/components/schemas/SmallEstimate"},
    },
    "required": ["leaf"],
    "additionalProperties": False,
}
SMALL = {
    "title": "SmallEstimate",
    "description": "A number where it is known, or its 80 % interval where it is not.",
    "oneOf": [
        {"type": "number", "format": "double", "minimum": 0, "maximum": 9},
        {"$ref": "#/components/schemas/SmallRange"},
    ],
}
TREE_IN_3_0 = TREE | {
    "properties": TREE["properties"]
    | {
        "other": {"allOf": [{"$ref": "#/components/schemas/Leaf"}], "description": "May be left out"},
        "height": {
            "type": "number",
            "nullable": True,
            "format": "double",
            "minimum": 0,
            "exclusiveMinimum": True,
            "maximum": 120,
            "exclusiveMaximum": True,
            "description": "Height [m]",
        },
        "age": {"type": "integer", "nullable": True, "format": "int64", "minimum": 0, "maximum": 2**53 - 1},
        "is_old": {"type": "boolean", "nullable": True},
        "planted": {"type": "string", "nullable": True, "format": "date"},
        "weight": {"allOf": [{"$ref": "#/components/schemas/SmallEstimate"}], "description": "Weight [t]"},
    }
}


def as_document(schemas: Json) -> Json:
    """Return the smallest document around schemas."""
    info = {"title": "Trees", "version": "1", "summary": "Trees", "license": {"name": "MIT", "identifier": "MIT"}}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": schemas}}


def test_a_noun_becomes_the_shapes_that_make_typed_clients() -> None:
    """Null is for scalars only, estimates are named, enumerations ordered and typed, numbers have formats, no defaults."""
    made = components([Tree])
    assert list(made) == ["Leaf", "SmallRange", "Tree", "SmallEstimate"]
    assert made["Tree"] == TREE
    assert list(made["Tree"]["properties"]) == list(TREE["properties"])
    assert made["SmallEstimate"] == SMALL


def test_an_answer_is_open_and_what_does_not_apply_is_absent() -> None:
    """An answer says nothing of unknown fields; a field that may be absent is not required, a null one is."""
    made = components([View])["View"]
    assert made["required"] == ["name", "seen", "height"]
    assert "additionalProperties" not in made
    assert made["properties"]["height"] == {"type": ["number", "null"], "format": "double"}
    assert made["properties"]["note"] == {"type": "string", "description": "Absent where there is none"}


def test_an_estimate_has_one_meaning() -> None:
    """Two estimates of one name but with different limits are refused."""

    class Other(Closed, frozen=True):
        """Another."""

        weight: Annotated[Annotated[float, Meta(ge=0, le=10)] | SmallRange, Meta(title="SmallEstimate")]

    with pytest.raises(ValueError, match="two meanings"):
        components([Tree, Other])


def test_an_estimate_stands_behind_its_range() -> None:
    """A generator that writes types in the order of the document can name a union's parts in the union."""
    schemas = contract()["components"]["schemas"]
    order = list(schemas)
    for name, schema in schemas.items():
        for option in schema.get("oneOf", ()):
            if "$ref" in option:
                assert order.index(option["$ref"].rpartition("/")[2]) < order.index(name)


def test_3_0_says_the_same_in_its_own_words() -> None:
    """Null is `nullable`, an exclusive bound a flag, what stands beside a reference is said around it."""
    made = down_convert(as_document(dict(components([Tree]))))
    assert made["openapi"] == "3.0.3"
    assert made["components"]["schemas"]["Tree"] == TREE_IN_3_0
    assert made["info"] == {
        "title": "Trees",
        "version": "1",
        "license": {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
    }


def test_3_0_has_one_example_and_keeps_real_ones_whole() -> None:
    """Examples of a schema become one; those of a body keep their names and every letter of their value."""
    told = {"type": ["string", "null"], "examples": ["a"], "$ref": 1}
    body = {"schema": {"type": "string", "examples": ["oak", "ash"]}, "examples": {"one": {"value": told}}}
    made = down_convert({**as_document({}), "paths": {"/": {"get": {"content": {"application/json": body}}}}})
    assert made["paths"]["/"]["get"]["content"]["application/json"] == {
        "schema": {"type": "string", "example": "oak"},
        "examples": {"one": {"value": told}},
    }


def test_3_0_converts_properties_of_any_name() -> None:
    """A property called as a keyword is a property still."""
    text = {"type": ["string", "null"]}
    names = ("value", "examples", "example", "type", "properties", "exclusiveMinimum", "$ref")
    made = down_convert(as_document({"Odd": {"type": "object", "properties": dict.fromkeys(names, text)}}))
    expected = {name: {"type": "string", "nullable": True} for name in names}
    assert made["components"]["schemas"]["Odd"]["properties"] == expected


def test_down_conversion_leaves_the_newer_document_alone() -> None:
    """Down-converting changes a copy."""
    before = copy.deepcopy(contract())
    down_convert(contract())
    assert contract() == before


@lru_cache
def validators(noun: str) -> tuple[Any, Any]:
    """Return the validators of a component by the 3.1 and by the 3.0 document."""
    reference = {"$ref": f"#/components/schemas/{noun}"}
    newer, older = ({**reference, "components": said["components"]} for said in (contract(), down_convert(contract())))
    return (
        OAS31Validator(newer, format_checker=oas31_format_checker),
        OAS30Validator(older, format_checker=oas30_format_checker),
    )


def verdicts(value: Any, noun: str) -> tuple[bool, bool]:
    """Return whether a value fits a component by the 3.1 and by the 3.0 document."""
    newer, older = validators(noun)
    return newer.is_valid(value), older.is_valid(value)


def bad_requests() -> dict[str, tuple[str, Any]]:
    """Return the bodies of tests/bad_input that are JSON, with the component they should fit."""
    nouns = {"/v1/assessments": "AssessmentRequest", "/v1/token-counts": "TokenCountRequest"}
    found = {}
    for file in FILES:
        case = json.loads(file.read_text())
        noun = nouns.get(case.get("path", "/v1/assessments"))
        if noun and "generator" not in case:
            try:
                # Decoding reads 21.0 as an integer before it looks at the schema.
                found[file.stem] = (noun, _whole(msgspec.json.decode(body_of(case))))
            except (ValueError, RecursionError):
                continue
    return found


BAD = bad_requests()


@pytest.mark.parametrize("name", BAD)
def test_both_documents_refuse_the_same_requests(name: str) -> None:
    """A bad request fits both documents or neither."""
    noun, request = BAD[name]
    newer, older = verdicts(request, noun)
    assert newer == older


def test_bad_requests_are_refused_and_passed() -> None:
    """Among the bad requests there are many that the schema refuses, and some that only fit it."""
    refused = [name for name, (noun, request) in BAD.items() if not verdicts(request, noun)[0]]
    assert len(refused) > 20
    assert len(BAD) - len(refused) > 10


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_documents_accept_the_examples(name: str) -> None:
    """The example requests fit both documents."""
    assert verdicts(example(name), "AssessmentRequest") == (True, True)


def test_both_documents_accept_the_answers() -> None:
    """The example answers fit both documents."""
    for name, noun in (("createAssessment.ticket-triage", "Assessment"), ("listModels.example", "ModelPriceList")):
        assert verdicts(json.loads((ANSWERS / f"{name}.json").read_text()), noun) == (True, True)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in parts for place in places(part, (*path, key)))]


def spoilt(request: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a request with another value at a path."""
    if not path:
        return value
    changed = copy.copy(request)
    changed[path[0]] = spoilt(request[path[0]], path[1:], value)
    return changed


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [-1, 0, 1, 120, 121, 10_000_000, 2**53, 0.5, 1e-9, 0.99, 1e12 + 0.5, "", "2026-02-30", "2026-02-28", "EUR"]
    ),
    st.sampled_from(
        [[], {}, {"low": 0, "high": 1}, {"low": 0.1, "high": 0.2}, {"low": 0.1}, ["trace"], [None], {"x": 1}]
    ),
    st.floats(-2, 2).filter(lambda number: not number.is_integer()),
    st.text(max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_both_documents_agree_on_spoilt_requests(data: st.DataObject) -> None:
    """Whatever stands in the place of a part of a request, it fits both documents or neither."""
    request = example(data.draw(st.sampled_from(EXAMPLES)))
    path = data.draw(st.sampled_from(places(request)))
    newer, older = verdicts(spoilt(request, path, data.draw(VALUES)), "AssessmentRequest")
    assert newer == older


def test_bodies_are_checked_against_the_contract() -> None:
    """What decoding checks bodies against is what the document says."""
    from service.nouns.request.assessment import AssessmentRequest

    checked = schema_of(AssessmentRequest)["components"]["schemas"]
    assert {name: contract()["components"]["schemas"][name] for name in checked} == json.loads(json.dumps(checked))


@pytest.mark.parametrize(("most", "form"), [(2**31 - 1, "int32"), (2**31, "int64"), (7, "int32")])
def test_the_format_of_an_integer_holds_its_largest(most: int, form: str) -> None:
    """An integer that is at most the largest of 32 bits is an int32, one more is an int64."""
    noun = msgspec.defstruct("Counted", [("count", Annotated[int, Meta(ge=0, le=most)])])
    noun.__doc__ = "Counted."
    assert components([noun])["Counted"]["properties"]["count"]["format"] == form
