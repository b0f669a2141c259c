"""The nouns of the wire: every field says what it is, and open enums name what the code can answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from conftest import EXAMPLES, example, field_case

from service.assessment.decide.framework import DIMENSIONS
from service.assessment.decide.information import GROUPS
from service.assessment.decide.rules import RULES, Choice, Status
from service.assessment.decide.studies import ORDER
from service.assessment.decide.verdict import Action
from service.assessment.explain.plan import KEEPING
from service.assessment.simulate.varied import VARIED
from service.larder.effects import ChangeKind
from service.larder.facts import Assumption, FineTuningOffer, Kind, OfferValue
from service.larder.published import PublishedImprovement
from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest, Heavy, Policy, TaskKind, TokenCountRequest
from service.nouns.request.fine_tuning import Relation

Answer = dict[str, Any]

ESTIMATES = {
    "PositiveEstimate": "PositiveRange",
    "ShareEstimate": "ShareRange",
    "RateEstimate": "RateRange",
    "VolumeEstimate": "VolumeRange",
    "IntervalMonthsEstimate": "IntervalRange",
    "WeeksEstimate": "WeeksRange",
    "HalfLifeEstimate": "HalfLifeRange",
}


def components(*nouns: type[msgspec.Struct]) -> dict[str, Answer]:
    """Return the schema components of nouns and of all they are made of."""
    found: dict[str, Answer] = msgspec.json.schema_components(nouns, ref_template="{name}")[1]
    return found


REQUESTS = components(AssessmentRequest, TokenCountRequest)
ANSWERS = components(Assessment)
LARDER = components(Assumption, FineTuningOffer)
FIELDS = {
    f"{noun}.{name}": field
    for noun, schema in (REQUESTS | ANSWERS | LARDER).items()
    for name, field in schema["properties"].items()
}
ENUMS = {
    name: frozenset(found[1].split(", "))
    for name, field in FIELDS.items()
    if (found := re.search(r"Extensible enum: one of (.+)\.$", field["description"]))
}


def parts(schema: Any) -> Iterator[Answer]:
    """Yield a schema and every schema inside it."""
    if isinstance(schema, dict):
        yield schema
        for name, inner in schema.items():
            if name not in ("examples", "default"):
                yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


def test_every_noun_and_every_field_is_described() -> None:
    """A reader of the contract meets no field without a sentence that ends."""
    for name, schema in {**REQUESTS, **ANSWERS, **LARDER, **FIELDS}.items():
        assert schema.get("description", "").endswith("."), name
        assert "  " not in schema["description"].replace("\n    ", "\n"), name


def test_every_optional_field_of_a_request_says_what_its_absence_means() -> None:
    """What is left out has a default, or counts as unknown; the description says which."""
    for noun, schema in REQUESTS.items():
        for name, field in schema["properties"].items():
            if name not in schema["required"]:
                assert re.search(r"Absent\b", field["description"]), f"{noun}.{name}"


def test_an_assumption_named_by_a_field_exists(house: Any) -> None:
    """A default that a description points at is an entry of GET /v1/assumptions."""
    known = house.catalogue.assumptions
    for name, field in FIELDS.items():
        for assumption in re.findall(r"assumptions? `(\w+)`", field["description"]):
            assert assumption in known, f"{name}: {assumption}"


PLACES = {
    "Prompting": "/prompting",
    "Volume": "/volume",
    "Finance": "/finance",
    "Simulation": "/simulation",
    "FineTuning": "/fine_tuning",
    "Retraining": "/fine_tuning/retraining",
    "BuildPlan": "/fine_tuning/build_plan",
}


def test_what_is_absent_is_assumed_as_described(assess: Callable[[Answer], Answer]) -> None:
    """A field that says which assumption stands in for it is answered with that assumption under its pointer."""
    answers = [assess(example("minimal") | more) for more in ({}, {"fine_tuning": {"build_plan": {}}})]
    used = {(default["pointer"], default["id"]) for answer in answers for default in answer["assumptions"]}
    said = {
        (f"{PLACES[name.partition('.')[0]]}/{name.partition('.')[2]}", found[1])
        for name, field in FIELDS.items()
        if (found := re.search(r"Absent: (?:by `\w+`, else )?the assumption `(\w+)`", field["description"]))
    }
    assert len(said) > 15
    assert said <= used


def test_every_field_of_a_request_has_limits() -> None:
    """Every text, array and number of a request is bounded; unknown fields are refused."""
    for schema in REQUESTS.values():
        assert schema["additionalProperties"] is False
        for part in parts(schema["properties"]):
            kind = part.get("type")
            if kind == "string" and "format" not in part:
                assert {"minLength", "maxLength"} <= set(part), part
            if kind == "array":
                assert "maxItems" in part, part
            if kind in ("number", "integer"):
                assert {"minimum", "exclusiveMinimum"} & set(part), part
                assert {"maximum", "exclusiveMaximum"} & set(part), part


def test_every_estimate_names_its_family() -> None:
    """A number or a range is one union by name, the same wherever it stands."""
    found = {}
    for part in parts(REQUESTS):
        if any(str(inner.get("$ref", "")).endswith("Range") for inner in part.get("anyOf", ())):
            family, (number, span) = part["title"], part["anyOf"]
            assert found.setdefault(family, (number, span)) == (number, span)
            assert span == {"$ref": ESTIMATES[family]}
    assert set(found) == set(ESTIMATES)


def test_an_answer_has_no_closed_enum_and_no_union() -> None:
    """A client of an answer meets plain types; at most a scalar is null."""
    for part in parts(ANSWERS):
        assert "enum" not in part
        for inner in part.get("anyOf", ()):
            assert inner.get("type") in ("string", "integer", "number", "null"), part
        assert len(part.get("anyOf", ())) in (0, 2)


def test_examples_are_legal() -> None:
    """An example in a description could be sent, or answered."""
    for noun in nouns_in(AssessmentRequest) | nouns_in(TokenCountRequest) | nouns_in(Assessment):
        for name, hint in get_type_hints(noun, include_extras=True).items():
            for shown in FIELDS[f"{noun.__name__}.{name}"].get("examples", ()):
                msgspec.convert(shown, hint)
                assert all(value in ENUMS.get(f"{noun.__name__}.{name}", (value,)) for value in values_of(shown))


def values_of(shown: Any) -> list[Any]:
    """Return the values of a field, whether it has one or a list of them."""
    return shown if isinstance(shown, list) else [shown]


def nouns_in(hint: Any) -> set[type[msgspec.Struct]]:
    """Return the nouns a type is made of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        inner = get_type_hints(hint, include_extras=True).values()
        return {hint}.union(*map(nouns_in, inner))
    return set().union(*map(nouns_in, get_args(hint)))


SIDES, ACTIONS, STATUSES = (frozenset(get_args(alias)) for alias in (Choice, Action, Status))
STEPS = ACTIONS - KEEPING | {"keep"}
INPUTS = frozenset(search.input for search in VARIED)
KNOWN = {
    "Reason.rule": frozenset({rule.id for rule in RULES} | {"size_of_gap"}),
    "Reason.favours": SIDES,
    "Reason.status": STATUSES,
    "VerdictAnswer.choice": SIDES,
    "VerdictAnswer.framework_choice": SIDES,
    "VerdictAnswer.expected_value_choice": SIDES,
    "VerdictAnswer.action": ACTIONS,
    "VerdictAnswer.framework_action": ACTIONS,
    "VerdictAnswer.expected_value_action": ACTIONS - {"answer_question"},
    "VerdictAnswer.also": ACTIONS,
    "PlanStep.step": STEPS,
    "OtherPlan.steps": STEPS,
    "TriedAnswer.action": ACTIONS,
    "Threshold.action": ACTIONS,
    "StudyAnswer.study": frozenset(ORDER),
    "EvppiGroup.group": frozenset(GROUPS.values()),
    "Dimension.dimension": frozenset(dimension.id for dimension in DIMENSIONS),
    "Dimension.winner": SIDES | {"tie"},
    "Dimension.article_winner": frozenset(dimension.winner for dimension in DIMENSIONS),
    "OfferAnswer.relation": frozenset(get_args(Relation)),
    "OfferAnswer.confidence": frozenset(get_args(get_type_hints(OfferValue)["confidence"])),
    "AssumptionUsed.kind": frozenset(get_args(Kind)) | {"derived"},
    "Assessment.policy": frozenset(get_args(Policy)),
    "BreakEvenItem.input": INPUTS,
    "Curve.input": INPUTS,
    "AnalogueAnswer.kind": frozenset(get_args(TaskKind)),
    "ImprovementAnalogue.kind": frozenset(get_args(TaskKind)),
    "ImprovementAnalogue.selection": frozenset(get_args(get_type_hints(PublishedImprovement)["selection"])),
    "BaseModelAnalogue.kind": frozenset(get_args(ChangeKind)),
}


@pytest.mark.parametrize("field", KNOWN)
def test_an_open_enum_names_all_that_the_code_can_answer(field: str) -> None:
    """The values that the contract knows are those of the code, no fewer and no more."""
    assert ENUMS[field] == KNOWN[field]


def test_answers_hold_to_the_contract(assess: Callable[[Answer], Answer]) -> None:
    """The examples are answered within the schema, limits included, and with documented values of open enums only."""
    met = set()
    for request in (*map(example, EXAMPLES), field_case("support-big-model")):
        answer = assess({**request, "include": list(get_args(Heavy))})
        for noun, field, value in _values(msgspec.convert(answer, Assessment)):
            known = ENUMS.get(f"{noun}.{field}")
            if known is not None and value is not None:
                assert known.issuperset(values_of(value)), f"{noun}.{field}: {value}"
                met.add(f"{noun}.{field}")
    assert met == set(ENUMS)


def _values(noun: Any) -> Iterator[tuple[str, str, Any]]:
    if isinstance(noun, msgspec.Struct):
        for field in noun.__struct_fields__:
            value = getattr(noun, field)
            yield type(noun).__name__, field, value
            yield from _values(value)
    elif isinstance(noun, list):
        for item in noun:
            yield from _values(item)
