"""What counts as a difference between a committed example and the same made anew, and what is written then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.contract import write_answers
from tools.differences import differences

ANSWER = {"npv": {"mean": 1234.5, "p10": None}, "months": 21, "items": [{"name": "a"}, {"name": "b"}]}


@pytest.mark.parametrize("share", [1e-11, -1e-11, 5e-10])
def test_last_digits_are_no_difference(share: float) -> None:
    """A figure that is off by less than a thousand-millionth is the same figure."""
    assert differences({"npv": [1234.5]}, {"npv": [1234.5 * (1 + share)]}) == []
    assert differences(7.3e-6, 7.3e-6 * (1 + share)) == []


@pytest.mark.parametrize("share", [1e-8, -1e-8, 1e-3])
def test_more_than_last_digits_is_a_difference(share: float) -> None:
    """A figure that is off by more is named with its place, however small it is."""
    (found,) = differences({"npv": [0.0, 1234.5]}, {"npv": [0.0, 1234.5 * (1 + share)]})
    assert found.startswith("/npv/1: 1234.5 became 123")
    assert differences(7.3e-6, 7.3e-6 * (1 + share)) != []


def test_what_nearly_cancels_has_the_last_digits_of_its_sums() -> None:
    """Beside a switch two values of millions differ by a cent or less: a millionth of a dollar off is no difference, more is."""
    assert differences({"npv_difference_below": -0.0039}, {"npv_difference_below": -0.0039 + 5e-7}) == []
    assert differences({"npv_difference_below": -0.0039}, {"npv_difference_below": -0.0039 + 5e-6}) != []
    assert differences({"npv": -0.0039}, {"npv": -0.0039 + 5e-7}) != []


@pytest.mark.parametrize(
    ("committed", "now"),
    [
        (None, 0),
        (None, 0.0),
        (0, False),
        (1, True),
        (21, 21.0),
        (400_000_000_000, 400_000_000_001),
        (0.0, 1e-15),
        ("21", 21),
        ("same", "other"),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({}, []),
        ([1, 2], [1, 2, 3]),
        ([1, 2, 3], [1, 2]),
        ([1, 2], [2, 1]),
    ],
)
def test_everything_else_is_exact(committed: Any, now: Any) -> None:
    """Types, texts, integers, names with their order and lengths are the same or differ."""
    assert differences(committed, now) != []
    assert all(found.startswith("/in/0") for found in differences({"in": [committed]}, {"in": [now]}))
    assert differences(committed, committed) == differences(now, now) == []


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Return a folder of committed answers with one in it."""
    (tmp_path / "createAssessment.one.json").write_text(json.dumps(ANSWER))
    return tmp_path


def test_an_answer_is_left_alone_where_only_last_digits_differ(answers: Path) -> None:
    """The answers of another CPU change no byte of the committed ones."""
    before = (answers / "createAssessment.one.json").read_bytes()
    write_answers({"createAssessment.one": ANSWER | {"npv": {"mean": 1234.5000000000005, "p10": None}}}, answers)
    assert (answers / "createAssessment.one.json").read_bytes() == before


def test_an_answer_that_differs_is_written_whole(answers: Path) -> None:
    """One real difference writes the whole answer, last digits too; a new answer is written and one that went is removed."""
    now = ANSWER | {"npv": {"mean": 1234.5000000000005, "p10": None}, "months": 22}
    (answers / "createAssessment.gone.json").write_text("{}")
    write_answers({"createAssessment.one": now, "createAssessment.new": {}}, answers)
    assert {path.stem for path in answers.iterdir()} == {"createAssessment.one", "createAssessment.new"}
    assert json.loads((answers / "createAssessment.one.json").read_text()) == now
