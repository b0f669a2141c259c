"""What improving the prompt may bring: by technique, by kind of task, and by what was tried already."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from assessment.desks import desk

from service.assessment.resolve.gains import Gains, gains_of, is_reasoning, is_reasoning_native
from service.larder.effects import IMPROVEMENT, TECHNIQUES
from service.larder.load import load
from service.nouns.request.prompting import Technique

AT = {name: place for place, name in enumerate(TECHNIQUES)}


FITTED = load().effects.improvement(datetime.date(2026, 11, 26))
TYPICAL = FITTED.techniques


def typical(found: Gains, technique: Technique) -> float:
    """Return the gain of a technique where examples were not searched for."""
    return float(found.typical[AT[technique]])


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({}, False), ({"kind": "classification"}, False), ({"kind": "question_answering"}, False),
        ({"kind": "reasoning"}, True), ({"kind": "code"}, True),
        ({"kind": "extraction", "multi_step_reasoning": True}, True),
        ({"kind": "extraction", "multi_step_reasoning": False}, False),
    ],
)  # fmt: skip
def test_what_counts_as_reasoning(task: dict[str, object], expected: bool) -> None:
    """Reasoning, code and several steps of reasoning share their gains."""
    assert is_reasoning(desk(task=task)) is expected


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("openai/o3", True), ("openai/gpt-5-mini", True), ("azure/gpt-5-mini", True), ("deepseek/deepseek-r1", True),
        ("xai/grok-4-fast-reasoning", True), ("xai/grok-4-fast-non-reasoning", False), ("openai/gpt-4.1", False),
        ("openai/gpt-5-mini#minimal", False), ("nobody/knows", False), (None, False),
    ],
)  # fmt: skip
def test_which_base_models_reason_of_themselves(model_id: str | None, expected: bool) -> None:
    """Those measured with reasoning off as well, and those listed; an id without reasoning and an unknown one do not."""
    assert is_reasoning_native(desk(), model_id) is expected


def test_gains_differ_by_kind_of_task() -> None:
    """Chain of thought brings most where something is reasoned, and a native reasoner no more than where nothing is."""
    plain, steps = desk(task={"kind": "classification"}), desk(task={"kind": "reasoning"})
    little, much = TYPICAL["chain_of_thought"].not_reasoning, TYPICAL["chain_of_thought"].reasoning
    assert much > 3 * little
    assert typical(gains_of(plain, is_native=False), "chain_of_thought") == little
    assert typical(gains_of(steps, is_native=False), "chain_of_thought") == much
    assert typical(gains_of(steps, is_native=True), "chain_of_thought") == little
    assert typical(gains_of(steps, is_native=True), "few_shot") == TYPICAL["few_shot"].reasoning


def test_chain_of_thought_on_reasoning_strays_furthest() -> None:
    """Its spread is the factor of the fit times that of reasoning, either way; on a native reasoner that of other tasks."""
    steps, place = desk(task={"kind": "reasoning"}), AT["chain_of_thought"]
    usual, of_steps = FITTED.spread.not_reasoning, FITTED.spread.reasoning
    found = gains_of(steps, is_native=False)
    factor = FITTED.spread_of_chain_of_thought
    assert (found.below[place], found.above[place]) == (of_steps.below * factor, of_steps.above * factor)
    assert found.above[AT["few_shot"]] == of_steps.above
    native = gains_of(steps, is_native=True)
    assert (native.below[place], native.above[place]) == (usual.below, usual.above)


def test_an_optimiser_finds_little_after_a_search_for_examples() -> None:
    """Where better examples were tried it gains less; where they were not, all; where nobody says, it hangs on the draw."""
    optimiser, whole = AT["prompt_optimiser"], TYPICAL["prompt_optimiser"].not_reasoning
    less = max(whole + FITTED.after_searched_examples, 0.0)
    assert less < whole / 2
    for tried, before, after in ((["better_examples"], less, less), ([], whole, whole), (None, whole, less)):
        found = gains_of(desk(**({} if tried is None else {"techniques_tried": tried})), is_native=False)
        assert (found.typical[optimiser], found.typical_after_search[optimiser]) == (before, after)
        others = np.delete(found.typical, optimiser)
        np.testing.assert_array_equal(others, np.delete(found.typical_after_search, optimiser))


def test_what_was_tried_is_known_or_a_coin() -> None:
    """What the caller says is 0 or 1; what they do not say is the share of teams that have tried it, listed as assumed."""
    said = gains_of(desk(techniques_tried=["few_shot"]), is_native=False)
    assert said.tried_share.tolist() == [1.0, 0, 0, 0, 0, 0, 0]
    one = desk()
    unsaid = gains_of(one, is_native=False)
    assert unsaid.tried_share.tolist() == [0.6, 0.25, 1.0, 0.6, 0.6, 0.4, 0.1]
    noted = {used.id for used in one.used}
    assert {name for name in noted if name.startswith("technique")} == {
        f"technique_tried_{name}" for name in TECHNIQUES if name != "chain_of_thought"
    }
    assert (unsaid.share_of_others, unsaid.degrees) == (FITTED.share_of_others, 4)


def test_chain_of_thought_is_tried_where_it_teaches_something_or_is_planned() -> None:
    """It lengthens every answer: by default only a task that reasons, on a base model that does not of itself, pays for it."""
    plain, steps, place = (
        desk(task={"kind": "classification"}),
        desk(task={"kind": "reasoning"}),
        AT["chain_of_thought"],
    )
    found = [
        gains_of(plain, is_native=False), gains_of(steps, is_native=True), gains_of(steps, is_native=False),
        gains_of(plain, is_native=False, planned=["chain_of_thought"]),
    ]  # fmt: skip
    assert [bool(gains.is_planned[place]) for gains in found] == [False, False, True, True]
    assert ["chain_of_thought" in gains.output_tokens for gains in found] == [False, False, True, True]


def test_a_plan_leaves_nothing_over() -> None:
    """What will be tried was not, unless the caller says so too; nothing else is tried, and no further work remains."""
    found = gains_of(desk(), is_native=False, planned=["few_shot"])
    assert found.is_planned.tolist() == [True] + [False] * 6 and found.tried_share[0] == 0.0
    assert (found.residual_mean, found.residual_sd) == (0.0, 0.0)
    both = gains_of(desk(techniques_tried=["few_shot"]), is_native=False, planned=["few_shot"])
    assert both.tried_share[0] == 1.0
    left = FITTED.residual
    assert gains_of(desk(), is_native=False)[-4:-2] == (left.mean, left.standard_deviation)


def test_a_planned_optimiser_asks_whether_examples_were_searched() -> None:
    """The one share that a plan to optimise still needs is that of better examples; a plan for both makes it certain."""
    one = desk()
    found = gains_of(one, is_native=False, planned=["prompt_optimiser"])
    assert found.tried_share.tolist() == [1.0, 0.25, 1, 1, 1, 1, 0.0]
    assert [used.id for used in one.used if used.id.startswith("technique")] == ["technique_tried_better_examples"]
    both = gains_of(desk(), is_native=False, planned=["prompt_optimiser", "better_examples"])
    assert both.typical_after_search[AT["prompt_optimiser"]] == TYPICAL["prompt_optimiser"].not_reasoning


def test_techniques_cost_tokens() -> None:
    """Examples and an optimiser lengthen the instruction, reasoning the output, each by its range of the larder."""
    found = gains_of(desk(task={"kind": "question_answering"}, techniques_tried=[]), is_native=False)
    assert {name: (cost.low, cost.high) for name, cost in found.instruction_tokens.items()} == {
        "few_shot": (300, 2000), "better_examples": (100, 1500), "prompt_optimiser": (200, 2000),
    }  # fmt: skip
    assert found.output_tokens == {}
    steps = gains_of(desk(task={"kind": "reasoning"}, techniques_tried=[]), is_native=False)
    assert {name: (cost.low, cost.high) for name, cost in steps.output_tokens.items()} == {
        "chain_of_thought": (80, 400)
    }
    assert gains_of(desk(task={"kind": "reasoning"}), is_native=True).output_tokens == {}


def test_what_is_tried_or_stated_costs_no_further_tokens() -> None:
    """A technique in the prompt already is in its tokens, and stated tokens of the improved prompt say it all."""
    tried = gains_of(desk(techniques_tried=["few_shot"]), is_native=False)
    assert "few_shot" not in tried.instruction_tokens and "better_examples" in tried.instruction_tokens
    stated = gains_of(desk(techniques_tried=[]), is_native=False, tokens_stated=True)
    assert not stated.instruction_tokens and not stated.output_tokens


def test_the_gains_are_noted_once_with_their_source() -> None:
    """The answer lists what the gains rest on, unless there are none to be had."""
    one = desk(techniques_tried=[])
    gains_of(one, is_native=False)
    (noted,) = [used for used in one.used if used.file == IMPROVEMENT]
    assert noted.kind == "published" and noted.checked and "technique" in noted.source.title
    none = desk(techniques_tried=["few_shot"])
    gains_of(none, is_native=False, planned=["few_shot"])
    assert none.used == []
