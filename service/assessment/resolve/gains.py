"""What improving the prompt may bring and what it costs in tokens, technique by technique. Part of the first stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np

from service.assessment.case import Gains, Used
from service.assessment.resolve.desk import Desk
from service.larder.effects import IMPROVEMENT, TECHNIQUES, Gain, Improvement, TechniqueGain
from service.nouns.request.prompting import Technique

POINTER = "/prompting/techniques_tried"
TOKENS_POINTER = "/prompting/improved_tokens"

Part = Literal["instruction", "output"]
LENGTHENS: Mapping[Technique, Part] = MappingProxyType({
    "few_shot": "instruction",
    "better_examples": "instruction",
    "chain_of_thought": "output",
    "prompt_optimiser": "instruction",
})  # fmt: skip
"""Techniques that lengthen a part of every request, by the assumptions prompt_tokens_*; the others change none."""

REASONING = frozenset({"reasoning", "code"})
"""Kinds of task whose gains are those of reasoning; any with multi_step_reasoning besides."""


def is_reasoning(desk: Desk) -> bool:
    """Return whether the task is one of reasoning, code or several steps of reasoning."""
    task = desk.request.task
    return task.kind in REASONING or task.multi_step_reasoning is True


def is_reasoning_native(desk: Desk, model_id: str | None) -> bool:
    """Return whether a base model reasons of itself; one that nobody knows does not.

    The figures tell of those measured with reasoning off as well; a list beside the gains names the others. An id that
    stands for a model with its reasoning off does not reason.
    """
    figure = desk.catalogue.capabilities.find(model_id, desk.as_of) if model_id else None
    if figure is None or figure.mode:
        return False
    listed = desk.catalogue.effects.improvement(desk.as_of).reasoning_native
    measured_off = any(f"{figure.model}#{mode}" in desk.catalogue.capabilities.figures for mode in ("none", "minimal"))
    return measured_off or figure.model in listed


def gains_of(
    desk: Desk, *, is_native: bool, planned: Sequence[Technique] | None = None, tokens_stated: bool = False
) -> Gains:
    """Return what improving the prompt may bring, and what it costs in tokens unless the caller states the improved prompt's.

    `planned` says what will be tried, and leaves nothing over; without it everything not tried yet will be, and further
    work. What the caller says will be tried was not, unless they say that too.
    """
    found = desk.catalogue.effects.improvement(desk.as_of)
    tried = desk.request.prompting.techniques_tried
    reasoning = is_reasoning(desk)
    before = [_gain(found.techniques[name], reasoning, is_native, searched=False) for name in TECHNIQUES]
    after = [_gain(found.techniques[name], reasoning, is_native, searched=True) for name in TECHNIQUES]
    if tried is not None and "better_examples" in tried:
        before = after
    elif tried is not None or (planned is not None and "better_examples" in planned):
        after = before
    shares = [_tried_share(desk, name, tried, planned) for name in TECHNIQUES]
    is_planned = [planned is None or name in planned for name in TECHNIQUES]
    open_to = [name for name, share, plan in zip(TECHNIQUES, shares, is_planned, strict=True) if share < 1.0 and plan]
    residual = found.residual if planned is None else Gain(mean=0.0, standard_deviation=0.0)
    if open_to or residual.standard_deviation > 0.0:
        _note(desk, found)
    gaining = {name for name, gain in zip(TECHNIQUES, before, strict=True) if gain.mean > 0.0}
    lengthened = [] if tokens_stated else [name for name in open_to if name in LENGTHENS and name in gaining]
    tokens = {name: desk.assume(TOKENS_POINTER, f"prompt_tokens_{name}") for name in lengthened}
    return Gains(
        techniques=TECHNIQUES,
        means=np.array([gain.mean for gain in before], dtype=np.float64),
        sds=np.array([gain.standard_deviation for gain in before], dtype=np.float64),
        means_after_search=np.array([gain.mean for gain in after], dtype=np.float64),
        sds_after_search=np.array([gain.standard_deviation for gain in after], dtype=np.float64),
        tried_share=np.array(shares, dtype=np.float64),
        is_planned=np.array(is_planned, dtype=np.bool_),
        share_of_others=found.share_of_others,
        degrees=found.degrees,
        residual_mean=residual.mean,
        residual_sd=residual.standard_deviation,
        instruction_tokens={name: tokens[name] for name in tokens if LENGTHENS[name] == "instruction"},
        output_tokens={name: tokens[name] for name in tokens if LENGTHENS[name] == "output"},
    )


def _gain(entry: TechniqueGain, reasoning: bool, is_native: bool, *, searched: bool) -> Gain:
    if searched and entry.after_searched_examples is not None:
        return entry.after_searched_examples
    if reasoning and is_native and entry.reasoning_on_native is not None:
        return entry.reasoning_on_native
    return entry.reasoning if reasoning else entry.not_reasoning


def _tried_share(
    desk: Desk, technique: Technique, tried: Sequence[Technique] | None, planned: Sequence[Technique] | None
) -> float:
    """Return the chance that a technique was tried; where nobody says, the share of teams that have."""
    if tried is not None:
        return float(technique in tried)
    if planned is not None and technique in planned:
        return 0.0
    matters = planned is None or (technique == "better_examples" and "prompt_optimiser" in planned)
    return desk.assume(POINTER, f"technique_tried_{technique}").low if matters else 1.0


def _note(desk: Desk, found: Improvement) -> None:
    """Note once what techniques are taken to bring."""
    note = (
        "What techniques not tried yet bring, each with a mean and a spread from task to task: the largest and "
        f"{found.share_of_others:g} of each other one."
    )
    desk.used.append(
        Used(POINTER, "", None, None, None, "technique gains", "log-odds", found.kind, found.source, note, (), IMPROVEMENT,
             found.checked)
    )  # fmt: skip
