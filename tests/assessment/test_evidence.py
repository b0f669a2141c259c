"""What a forecast rests on, and the published cases of improvements and changes of base model that are like the caller's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from assessment.desks import CATALOGUE, TODAY
from conftest import EXAMPLES, example

from models.similarity import change_distance, improvement_distance
from service.nouns.request.assessment import TaskKind

Json = dict[str, Any]
Assess = Callable[[Json], Json]
EFFECTS = CATALOGUE.effects
IMPROVEMENT, CHANGE = EFFECTS.improvement(TODAY), EFFECTS.model_change(TODAY)


def asked(**task: Any) -> Json:
    """Return the minimal request with an alternative that was not measured, and a fine-tune that is named."""
    request = example("minimal")
    request["task"] |= task
    request["prompting"] |= {
        "base_model": "openai/gpt-4o",
        "alternatives": [{"name": "small", "base_model": "openai/gpt-4o-mini"}],
    }
    return request


def evidence(answer: Json) -> dict[str, Json | None]:
    """Return what each option rests on, by its id."""
    return {option["id"]: option["accuracy"].get("evidence") for option in answer["options"]}


@pytest.mark.parametrize(
    ("kind", "changed"),
    [("classification", "neither"), ("reasoning", "reasoning"), ("question_answering", "knowledge")],
)  # fmt: skip
def test_every_modelled_accuracy_says_what_it_rests_on(kind: TaskKind, changed: str, assess: Assess) -> None:
    """Sources, rows and error on sources left out are those of the fit for this kind of task; what was measured has none."""
    found = evidence(assess(asked(kind=kind)))
    assert found["keep"] is None
    assert found["improve"] == {
        "sources": IMPROVEMENT.sources, "rows": IMPROVEMENT.rows, "is_outside": False,
        "left_out_error_points": IMPROVEMENT.left_out_error_points_by_kind[kind],
    }  # fmt: skip
    assert found["prompt:small"] == {
        "sources": CHANGE.sources, "rows": CHANGE.rows, "is_outside": False,
        "left_out_error_points": getattr(CHANGE.left_out_error_points, changed),
    }  # fmt: skip
    tunes = [rests for name, rests in found.items() if name.startswith("tune:")]
    prior = CATALOGUE.prior
    assert tunes and all(rests and rests["rows"] == prior.rows and not rests["is_outside"] for rests in tunes)
    assert tunes[0] and tunes[0]["left_out_error_points"] == prior.left_out_error_points_by_kind[kind]


def test_what_lies_outside_is_said_to(assess: Assess) -> None:
    """A prompt below a fifth, a base model that nobody knows, summaries and millions of examples are outside of what was published."""
    weak = asked()
    weak["prompting"]["measured_accuracy"] = {"correct": 20, "total": 200}
    assert all(rests["is_outside"] for rests in evidence(assess(weak)).values() if rests)
    unknown = asked()
    unknown["prompting"]["alternatives"][0] |= {
        "base_model": "nobody/knows", "prices": {"input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.2},
    }  # fmt: skip
    found = evidence(assess(unknown))
    assert found["prompt:small"] and found["prompt:small"]["is_outside"]
    assert found["improve"] and not found["improve"]["is_outside"]
    for request in (asked(kind="summarisation"), asked() | {"fine_tuning": {"target_examples": 2_000_000}}):
        rests = [one for name, one in evidence(assess(request)).items() if name.startswith("tune:")]
        assert rests and all(one and one["is_outside"] for one in rests)


@pytest.mark.parametrize("name", EXAMPLES)
def test_improvements_like_the_callers_are_shown(name: str, assess: Assess) -> None:
    """Five at most, the nearest first, each of another task and source, with the gain that its scores have."""
    found = assess(example(name))["accuracy"]["improvement_analogues"]
    assert len(found) == 5
    assert [one["similarity"] for one in found] == sorted((one["similarity"] for one in found), reverse=True)
    assert len({one["case_id"].split("__")[0] + one["case_id"].split("__")[1] for one in found}) == 5
    known = {row.case_id: row for row in CATALOGUE.published.improvements}
    for one in found:
        row = known[one["case_id"]]
        assert (one["score_before"], one["score_after"]) == (row.before_score, row.after_score)
        assert one["gain"] == row.after_score - row.before_score
        assert one["techniques_added"] == list(row.added)


def test_the_techniques_that_are_left_decide_what_is_like_it(assess: Assess) -> None:
    """With all but an optimiser tried, improvements by an optimiser are shown."""
    request = example("minimal")
    request["task"]["kind"] = "classification"
    request["prompting"]["techniques_tried"] = [
        "few_shot", "better_examples", "structured_output", "output_parsing", "input_preprocessing", "chain_of_thought",
    ]  # fmt: skip
    found = assess(request)["accuracy"]["improvement_analogues"]
    assert all("prompt_optimiser" in one["techniques_added"] for one in found)
    assert {one["kind"] for one in found} == {"classification"}


def test_changes_of_base_model_like_the_callers_are_shown(assess: Assess) -> None:
    """Three for each alternative that was not measured, of its kind and step in capability; none where all were measured."""
    found = assess(asked(kind="question_answering"))["accuracy"]["base_model_analogues"]
    assert [one["option"] for one in found] == ["prompt:small"] * 3
    assert {one["kind"] for one in found} == {"knowledge"}
    assert len({(one["source"], one["task"]) for one in found}) == 3
    figures = {name: values[-1].value for name, values in CATALOGUE.capabilities.figures.items()}
    for one in found:
        assert figures[one["base_model_after"]] < figures[one["base_model_before"]]
    measured = asked()
    measured["prompting"]["alternatives"][0]["measured_accuracy"] = {"correct": 140, "total": 200}
    assert assess(measured)["accuracy"]["base_model_analogues"] == []


def test_distances_are_means_of_differences_by_hand() -> None:
    """Half of the techniques shared, the same kind and accuracy: a sixth; a gap of ten points more, of other models: three eighths."""
    one, added = np.array([True, True]), np.array([[True, False]])
    assert improvement_distance(np.ones(1), 0.7, np.array([0.7]), one, added)[0] == pytest.approx(0.5 / 3)
    found = change_distance(np.ones(1), 0.7, np.array([0.7]), -1.0, np.array([-2.0]), np.zeros(1))
    assert found[0] == pytest.approx((0.5 + 1.0) / 4)
    unknown = change_distance(np.ones(1), 0.7, np.array([0.7]), np.nan, np.array([-2.0]), np.zeros(1))
    assert unknown[0] == pytest.approx(1.0 / 3)


def test_the_same_weights_elsewhere_keep_their_accuracy(assess: Assess) -> None:
    """Served by another host a prompt is expected to be about as right as it is; that nobody published twice the same is said."""
    request = asked(kind="question_answering")
    request["prompting"] |= {
        "base_model": "openai/gpt-4.1", "measured_accuracy": {"correct": 950, "total": 1000},
        "alternatives": [{"name": "elsewhere", "base_model": "azure/gpt-4.1"}],
    }  # fmt: skip
    (found,) = (option for option in assess(request)["options"] if option["id"] == "prompt:elsewhere")
    assert found["accuracy"]["mean"] == pytest.approx(0.95, abs=0.012)
    assert found["accuracy"]["evidence"]["is_outside"]
