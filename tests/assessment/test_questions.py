"""The next question: which field left unsaid is asked for, what its answers would change, and what is never asked."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from conftest import example

from service.assessment.case import Case

Json = dict[str, Any]
Assess = Callable[[Json], Json]
Resolve = Callable[[Json], Case]


def test_answers_weigh_one_together(resolved: Resolve) -> None:
    """What a field may turn out to say adds up to certainty, and only fields that are not said are among them."""
    case = resolved(example("minimal"))
    assert {unknown.field for unknown in case.unknowns} >= {
        "/finance/error_cost",
        "/task/required_accuracy",
        "/latency_target",
    }
    for unknown in case.unknowns:
        assert sum(answer.weight for answer in unknown.answers) == pytest.approx(1.0), unknown.field
    said = resolved(example("ticket-triage"))
    assert {unknown.field for unknown in said.unknowns}.isdisjoint({"/finance/error_cost", "/task/required_accuracy"})


def test_labels_that_would_exist_are_planned_with(resolved: Resolve) -> None:
    """Where 10,000 labels would turn up, the case as it would be plans with them, and lacks none; the offers are the same."""
    case = resolved(example("minimal"))
    (labels,) = (unknown for unknown in case.unknowns if unknown.field == "/fine_tuning/labelled_examples")
    many = labels.answers[-1]
    assert many.value == many.case.planned_examples == many.case.studies.labelled_examples == 10_000
    assert many.case.candidates is case.candidates and case.planned_examples == 1000


def test_the_question_and_its_thresholds(assess: Assess) -> None:
    """The price of a wrong answer is asked for, and below each threshold the option named is the best by the frontier."""
    answer = assess(example("minimal"))
    question = answer["next_question"]
    (item,) = (item for item in answer["break_even"]["items"] if item["input"] == "error_cost")
    assert question["field"] == "/finance/error_cost"
    assert [each["below"] for each in question["thresholds"][:-1]] == [switch["value"] for switch in item["switches"]]
    assert question["thresholds"][-1]["below"] is None
    assert question["changes_advice_with_probability"] == pytest.approx(
        sum(each["probability"] for each in question["answers"] if each["changes_advice"])
    )


@pytest.mark.parametrize(("pointer", "value"), [("finance", {"error_cost": 0.5}), ("task", {"required_accuracy": 0.8})])
def test_what_is_said_is_not_asked(pointer: str, value: Json, assess: Assess) -> None:
    """Once a requirement or a price of wrong answers is said, no question comes first, and the field is not asked for."""
    request = copy.deepcopy(example("minimal"))
    request[pointer] = {**request.get(pointer, {}), **value}
    answer = assess(request)
    assert answer["verdict"]["action"] != "answer_question" and "until_answered" not in answer["verdict"]
    asked = answer.get("next_question", {}).get("field", "")
    assert asked.rpartition("/")[2] not in value


def test_expected_value_asks_nothing_first(assess: Assess) -> None:
    """Under expected value alone nothing is asked before anything else; the question stands beside the advice."""
    answer = assess(example("minimal") | {"policy": "expected_value"})
    assert answer["verdict"]["action"] == "keep_prompting"
    assert answer["next_question"]["field"] == "/finance/error_cost"


def test_what_the_advice_would_be_is_what_it_is(assess: Assess) -> None:
    """A price of wrong answers that was tried, once it is said, leads to the advice that was told for it."""
    answer = assess(example("minimal"))
    for tried in answer["next_question"]["answers"]:
        said = assess(example("minimal") | {"finance": {"error_cost": tried["value"]}})
        assert said["verdict"]["action"] == tried["action"], tried
