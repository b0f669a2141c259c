"""Accuracies that are modelled, tokens of techniques and expected moves are what the page of formulas says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from audit.assumed import months_until
from audit.cases_at_random import AS_OF, Request
from audit.facts import taken
from audit.facts_of_fine_tunes import planned_examples
from audit.modelled import added_instruction, improved_accuracy, life, moves, tuned_accuracy
from audit.paper import near

Assess = Callable[[Request], dict[str, Any]]
TUNE = "tune:azure/gpt-4.1-mini"

PLAIN: Request = {
    "task": {"description": "A case on paper.", "kind": "classification"},
    "prompting": {
        "measured_accuracy": {"correct": 148, "total": 200},
        "base_model": "openai/gpt-4.1-mini",
        "shutdown_date": "2027-03-01",
    },
    "fine_tuning": {"base_model": "azure/gpt-4.1-mini", "relative_size": "same"},
    "volume": {"requests_per_month": 100_000, "horizon_months": 36},
    "as_of": str(AS_OF),
    "include": ["trace"],
}


def case(**places: dict[str, Any]) -> Request:
    """Return the plain request, with more said in some of its places."""
    return {**PLAIN, **{place: {**PLAIN[place], **fields} for place, fields in places.items()}}


PILOTS = [
    {"training_examples": 200, "correct": 250, "total": 300},
    {"training_examples": 6_000, "correct": 270, "total": 300},
]
CASES = {
    "plain": case(),
    "a good prompt, tried": case(
        prompting={"measured_accuracy": {"correct": 170, "total": 200}, "techniques_tried": ["few_shot"]}
    ),
    "a prompt that fails": case(
        prompting={"measured_accuracy": {"correct": 6, "total": 100}, "techniques_tried": []},
        fine_tuning={"relative_size": "smaller", "labelled_examples": 90_000},
    ),
    "a good prompt with pilots": case(
        prompting={"measured_accuracy": {"correct": 178, "total": 200}},
        fine_tuning={"pilots": PILOTS, "target_examples": 6_000},
    ),
    "reasoning, noise, pilots": case(
        task={"kind": "reasoning"}, fine_tuning={"label_noise": 0.04, "pilots": PILOTS, "target_examples": 4_000}
    ),
    "a teacher": case(fine_tuning={"label_source": "teacher", "teacher": {"accuracy": 0.9, "checked_share": 0}}),
}


@pytest.mark.parametrize("name", CASES)
def test_modelled_accuracies(name: str, assess: Assess) -> None:
    """The improved prompt and the fine-tune are as often right as the page says, to 1e-9."""
    request = CASES[name]
    answer = assess(request)
    assert taken(answer, "improve", "accuracy_at_start")[0] == near_to_nine_digits(improved_accuracy(request))
    expected = tuned_accuracy(request, planned_examples(request["fine_tuning"]))
    assert taken(answer, TUNE, "accuracy_at_start")[0] == near_to_nine_digits(expected)


@pytest.mark.parametrize("name", CASES)
def test_tokens_of_techniques(name: str, assess: Assess) -> None:
    """An improved prompt is longer by what is added where it is kept."""
    answer = assess(CASES[name])
    longer = taken(answer, "improve", "instruction_tokens")[0] - taken(answer, "keep", "instruction_tokens")[0]
    assert longer == near_to_nine_digits(added_instruction(CASES[name]))


def test_expected_moves(assess: Assess) -> None:
    """A prompt moves for certain on the day that is stated, and as often as is expected after it."""
    expected = moves(months_until("2027-03-01"), "proprietary", 36, str(AS_OF))
    assert taken(assess(PLAIN), "keep", "migrations") == near(expected)
    assert expected[:3] == [0.0, 0.0, 0.0] and 1.0 <= expected[3] < 1.01
    assert sum(expected[4:]) > 0.5


def test_a_life_on_paper() -> None:
    """The hazard adds up from the notice on, at the age that the model then has, step by step."""
    steps = [{"from_months": 0.0, "per_year": 0.0}, {"from_months": 6.0, "per_year": 12.0}]
    half = 1 - 2.718281828459045**-0.5  # the point at which half of a hazard of 1 has added up
    assert life(half, steps) == near(6.5)
    assert life(half, steps, age=2.0) == near(4.5)
    assert life(half, steps, age=9.0, notice=6.0) == near(6.5)
    assert life(half, [{"from_months": 0.0, "per_year": 0.0}]) == float("inf")


def near_to_nine_digits(expected: float) -> Any:
    """Return a comparison as tight as the page asks for."""
    return pytest.approx(expected, rel=1e-9, abs=1e-12)
