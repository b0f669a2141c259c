"""What another base model does to accuracy: by capability, and honest where it is not known."""

from __future__ import annotations

import math
from typing import Literal

import pytest
from assessment.desks import CATALOGUE, TODAY, desk

from service.assessment.resolve.model_change import change_of, kind_of_change, known_capability, relation_of
from service.larder.effects import MODEL_CHANGE
from service.nouns.request.fine_tuning import Relation

AT = "/prompting/alternatives/0/base_model"
FITTED = CATALOGUE.effects.model_change(TODAY)
WEAK, MIDDLE, STRONG = "fireworks/llama-v3p1-8b-instruct", "openai/gpt-4o-mini", "openai/gpt-4.1"
"""Capabilities of 116.48, 126.56 and 136.79."""


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ({}, "neither"), ({"kind": "classification"}, "neither"), ({"kind": "question_answering"}, "knowledge"),
        ({"kind": "code"}, "reasoning"), ({"kind": "question_answering", "multi_step_reasoning": True}, "reasoning"),
    ],
)  # fmt: skip
def test_kinds_of_task_answer_to_capability_in_three_ways(task: dict[str, object], kind: str) -> None:
    """Knowledge is asked by questions, reasoning by several steps, neither by the others."""
    assert kind_of_change(desk(task=task)) == kind


def test_the_gap_is_split_at_the_pivot() -> None:
    """By hand: from 116.48 to 136.79 are 0.752 tens below 124 and 1.279 above; the way back has the signs turned."""
    there, back = (change_of(desk(), *pair, AT) for pair in ((WEAK, STRONG), (STRONG, WEAK)))
    assert (there.gap_below, there.gap_above) == (pytest.approx(0.752), pytest.approx(1.279))
    assert (back.gap_below, back.gap_above) == (pytest.approx(-0.752), pytest.approx(-1.279))
    fit = FITTED.kinds["neither"]
    assert (there.slope, there.bend, there.bend_from) == (fit.slope, fit.bend, FITTED.bend_from)
    assert (there.weight_below, there.weight_above) == (fit.below, fit.above)
    assert there.sd == pytest.approx(math.hypot(fit.standard_deviation, fit.standard_deviation_per_ten * 2.031))
    assert there.broken_share == FITTED.broken_share
    assert there.is_known


def test_reasoning_of_itself_and_open_weights_move_the_level() -> None:
    """What a model of open weights, or one that reasons of itself, does better or worse at the same capability, both ways."""
    kinds: tuple[tuple[Literal["knowledge", "reasoning", "neither"], str], ...] = (
        ("knowledge", "question_answering"), ("reasoning", "reasoning"), ("neither", "extraction"),
    )  # fmt: skip
    for kind, task in kinds:
        fit, one = FITTED.kinds[kind], desk(task={"kind": task})
        assert change_of(one, MIDDLE, STRONG, AT).intercept == fit.intercept
        assert change_of(one, WEAK, STRONG, AT).intercept == fit.intercept - fit.open_weights
        assert change_of(one, STRONG, "openai/o3", AT).intercept == fit.intercept + fit.reasons
        assert change_of(one, "openai/o3", WEAK, AT).intercept == fit.intercept - fit.reasons + fit.open_weights
    assert FITTED.kinds["neither"].reasons == 0.0


@pytest.mark.parametrize(
    ("kind", "task"), [("knowledge", "question_answering"), ("reasoning", "reasoning"), ("neither", "extraction")]
)
def test_the_spread_grows_with_the_gap(kind: Literal["knowledge", "reasoning", "neither"], task: str) -> None:
    """Over 10.23 points accuracy is less sure than over none, whatever the kind of task."""
    one, fit = desk(task={"kind": task}), FITTED.kinds[kind]
    sd = math.hypot(fit.standard_deviation, fit.standard_deviation_per_ten * 1.023)
    assert change_of(one, MIDDLE, STRONG, AT).sd == pytest.approx(sd)
    assert change_of(one, MIDDLE, STRONG, AT).sd == change_of(one, STRONG, MIDDLE, AT).sd


@pytest.mark.parametrize("kind", ["classification", "question_answering", "reasoning"])
def test_an_unknown_capability_widens_and_is_said(kind: str) -> None:
    """Without a figure on either side nothing is expected of the gap, and the spread is wider than that of a known one."""
    for old, new in ((None, STRONG), (STRONG, "nobody/knows"), (None, None)):
        one = desk(task={"kind": kind})
        found = change_of(one, old, new, AT)
        assert (found.gap_below, found.gap_above, found.is_known) == (0, 0, False)
        assert found.sd > change_of(desk(task={"kind": kind}), WEAK, STRONG, AT).sd * 0.99
        (noted,) = one.used
        assert (noted.pointer, noted.text, noted.file) == (AT, "unknown capability", MODEL_CHANGE)
        assert "Measure it" in noted.note


def test_a_guess_does_not_decide() -> None:
    """A model whose figure is a guess is as good as unknown."""
    assert CATALOGUE.capabilities.find("cohere/command", TODAY) is not None
    assert known_capability(desk(), "cohere/command") is None
    assert not change_of(desk(), "cohere/command", STRONG, AT).is_known
    assert relation_of(desk(), STRONG, "cohere/command", None) is None


def test_the_same_weights_have_no_gap() -> None:
    """Another host, or a guess against itself, is expected to be as right as before, within the spread of its kind."""
    for old, new in (("openai/gpt-4.1", "azure/gpt-4.1"), ("cohere/command", "cohere/command")):
        found = change_of(desk(), old, new, AT)
        assert (found.intercept, found.slope, found.bend, found.is_same) == (0, 1, 0, True)
        assert (found.gap_below, found.gap_above, found.is_known, found.sd) == (
            0,
            0,
            True,
            FITTED.kinds["neither"].standard_deviation,
        )


def test_a_model_may_be_named_as_its_figure_is() -> None:
    """A base model without a price is known by the name that the capability table gives it."""
    found = known_capability(desk(), "meta/llama-4-maverick")
    assert found is not None and found.value == 132.2


@pytest.mark.parametrize(
    ("prompt", "base", "stated", "expected"),
    [
        (STRONG, WEAK, None, "smaller"), (WEAK, STRONG, None, "larger"), (STRONG, "azure/gpt-4.1", None, "same"),
        (STRONG, "azure/gpt-4.1.datazone", None, "same"), (STRONG, "azure/gpt-4o-mini.datazone", None, "smaller"), (STRONG, WEAK, "larger", "larger"), (None, WEAK, None, None),
        (STRONG, None, None, None), (STRONG, "nobody/knows", None, None), (None, None, "same", "same"),
        ("tinker/qwen3.5-4b", "prime-intellect/qwen3.5-4b", None, "same"),
    ],
)  # fmt: skip
def test_larger_means_abler(
    prompt: str | None, base: str | None, stated: Relation | None, expected: str | None
) -> None:
    """Capability tells, never price; what is stated wins; the same weights are the same at every host; else nobody knows."""
    assert relation_of(desk(), prompt, base, stated) == expected


def test_models_that_figures_do_not_tell_apart_have_no_relation() -> None:
    """A difference of 1.8 points is less than their joint standard deviation of 2.1."""
    assert relation_of(desk(), STRONG, "openai/gpt-4.1-mini", None) is None


def test_of_two_prices_the_abler_is_the_larger() -> None:
    """A model that costs less and is abler counts as larger."""
    assert relation_of(desk(), "openai/gpt-4o", "openai/gpt-4.1-mini", None) == "larger"
