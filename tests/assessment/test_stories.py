"""Stories: a sentence, a request, the few outputs that matter."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, example

Assess = Callable[[dict[str, Any]], dict[str, Any]]
PARTS = re.compile(r"\[[^\]]+\]|[^.\[\]]+")
NAMES = ("input", "id", "kind", "step", "option", "month")
STORIES = sorted((Path(__file__).parents[1] / "stories").glob("*.toml"))


def look(answer: Any, path: str) -> Any:
    """Return the value at a dotted path; a part in brackets picks the first item of a list that it names.

    By input, id, kind, step or option, or by month.
    """
    for part in PARTS.findall(path):
        if part.startswith("["):
            answer = next(item for item in answer if part[1:-1] in [str(item.get(name)) for name in NAMES])
        else:
            answer = answer[part]
    return answer


def holds(value: Any, wanted: Any) -> bool:
    """Return whether a value is what a story expects."""
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    tests: dict[str, Callable[[Any], bool]] = {
        "one_of": lambda w: value in w,
        "above": lambda w: value > w,
        "below": lambda w: value < w,
        "near": lambda w: abs(value - w) < 1e-9,
        "contains": lambda w: w in value,
        "printed": lambda w: f"{value:.{len(w.partition('.')[2])}f}" == w,
        "cut_to": lambda w: str(int(value * 100)) == w,
    }
    return all(tests[name](argument) for name, argument in wanted.items())


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path, assess: Assess) -> None:
    """The story's outputs come out as told."""
    story = tomllib.loads(path.read_text())
    answer = assess(story["request"])
    for place, wanted in story["expect"].items():
        value = look(answer, place)
        assert holds(value, wanted), f"{place} is {value!r}, not {wanted!r}: {answer['verdict']['summary']}"


def test_examples_lead_to_different_actions(assess: Assess) -> None:
    """The four examples are answered with at least two different actions."""
    actions = {name: assess(example(name))["verdict"]["action"] for name in EXAMPLES}
    assert len(set(actions.values())) >= 2, actions


def test_audit_turns_ticket_triage_away(assess: Assess) -> None:
    """Where instructions must be open to audit, ticket triage is not fine-tuned while a better prompt is plausible."""
    request = copy.deepcopy(example("ticket-triage"))
    assert assess(request)["verdict"]["also"] == ["run_pilot"]
    del request["latency_target"]
    request["task"]["required_accuracy"] = 0.86
    request["task"]["audit_required"] = True
    answer = assess(request)
    assert look(answer, "options.[improve].chance_meets_bar") >= 0.2
    assert answer["verdict"]["choice"] == "prompt_engineering"
    assert not {"run_pilot", "collect_examples", "fine_tune"} & {
        answer["verdict"]["action"],
        *answer["verdict"]["also"],
    }


def test_audit_yields_where_only_a_tune_is_plausible(assess: Assess) -> None:
    """Where nothing but a likely fine-tune reaches the requirement, an audit alone does not bar it."""
    request = copy.deepcopy(example("ticket-triage"))
    request["task"] |= {"audit_required": True, "required_accuracy": 0.93}
    request["prompting"]["techniques_tried"] = [
        "few_shot", "better_examples", "chain_of_thought", "structured_output", "output_parsing",
        "input_preprocessing", "prompt_optimiser",
    ]  # fmt: skip
    request["fine_tuning"]["pilots"] = [{"training_examples": 6200, "correct": 1940, "total": 2000}]
    answer = assess(request)
    assert look(answer, "options.[improve].chance_meets_bar") < 0.2
    assert answer["verdict"]["choice"] == "fine_tuning"


def test_minimal_request_lists_its_assumptions(assess: Assess) -> None:
    """The three-field request is answered and lists every default it used, each with a source."""
    answer = assess(example("minimal"))
    pointers = {used["pointer"] for used in answer["assumptions"]}
    for pointer in (
        "/finance/error_cost", "/prompting/base_model", "/prompting/tokens/instruction", "/prompting/tokens/payload",
        "/prompting/tokens/output", "/prompting/maintenance_cost_per_month", "/fine_tuning/build_cost",
        "/fine_tuning/retraining/cost", "/fine_tuning/retraining/interval_months", "/fine_tuning/lead_time_weeks",
        "/fine_tuning/target_examples", "/fine_tuning/tokens/instruction", "/volume/horizon_months",
        "/finance/discount_rate", "/volume/growth_per_month", "/prompting/measured_latency", "/task/kind",
        "/fine_tuning/relative_size", "/task/knowledge_half_life_months",
    ):  # fmt: skip
        assert pointer in pointers, pointer
    assert answer["assumptions"][0]["pointer"] == "/finance/error_cost"
    assert all(used["source"] for used in answer["assumptions"])
    assert "No price was put on a wrong answer" in answer["verdict"]["summary"]
