"""What improving the prompt may bring and what it costs in tokens, technique by technique. Part of the first stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np

from models.arrays import Array
from service.assessment.case import Gains, Rests, Used
from service.assessment.resolve.desk import Desk, measured_mean
from service.larder.effects import IMPROVEMENT, TECHNIQUES, Gain, Improvement
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

OPTIMISER: Technique = "prompt_optimiser"
THOUGHT: Technique = "chain_of_thought"
REASONING = frozenset({"reasoning", "code"})
"""Kinds of task whose gains are those of reasoning; any with multi_step_reasoning besides."""


def is_reasoning(desk: Desk) -> bool:
    """Return whether the task is one of reasoning, code or several steps of reasoning."""
    task = desk.request.task
    return task.kind in REASONING or task.multi_step_reasoning is True


def is_reasoning_native(desk: Desk, model_id: str | None) -> bool:
    """Return whether a base model reasons of itself; one that nobody knows does not.

    The figures tell of those measured with reasoning off as well; a list beside them names the others. An id that stands
    for a model with its reasoning off does not reason.
    """
    figure = desk.catalogue.capabilities.find(model_id, desk.as_of) if model_id else None
    if figure is None or figure.mode:
        return False
    known = desk.catalogue.capabilities
    measured_off = any(f"{figure.model}#{mode}" in known.figures for mode in ("none", "minimal"))
    return measured_off or figure.model in known.reasoning_native


def gains_of(
    desk: Desk, *, is_native: bool, planned: Sequence[Technique] | None = None, tokens_stated: bool = False
) -> Gains:
    """Return what improving the prompt may bring, and what it costs in tokens unless the caller states the improved prompt's.

    Chain of thought teaches a model that reasons of itself no more than one that has nothing to reason about.
    So without `planned` it is tried only where it teaches something: it lengthens every answer. `planned` says what will be
    tried, and leaves nothing over; without it everything else that was not tried yet will be, and further work. What the
    caller says will be tried was not, unless they say that too.
    """
    found = desk.catalogue.effects.improvement(desk.as_of)
    tried = desk.request.prompting.techniques_tried
    reasons = [is_reasoning(desk) and not (is_native and name == THOUGHT) for name in TECHNIQUES]
    before = _typical(found, reasons)
    after = np.maximum(before + [found.after_searched_examples * (name == OPTIMISER) for name in TECHNIQUES], 0.0)
    if tried is not None and "better_examples" in tried:
        before = after
    elif tried is not None or (planned is not None and "better_examples" in planned):
        after = before
    spreads = [found.spread.reasoning if reason else found.spread.not_reasoning for reason in reasons]
    wider = [
        found.spread_of_chain_of_thought if reason and name == THOUGHT else 1.0
        for name, reason in zip(TECHNIQUES, reasons, strict=True)
    ]
    is_planned = [
        (reason or name != THOUGHT) if planned is None else name in planned
        for name, reason in zip(TECHNIQUES, reasons, strict=True)
    ]
    shares = [
        _tried_share(desk, name, tried, planned, is_planned=plan)
        for name, plan in zip(TECHNIQUES, is_planned, strict=True)
    ]
    open_to = [name for name, share, plan in zip(TECHNIQUES, shares, is_planned, strict=True) if share < 1.0 and plan]
    residual = found.residual if planned is None else Gain(mean=0.0, standard_deviation=0.0)
    if open_to or residual.standard_deviation > 0.0:
        _note(desk, found)
    gaining = {name for name, gain in zip(TECHNIQUES, before, strict=True) if gain > 0.0}
    lengthened = [] if tokens_stated else [name for name in open_to if name in LENGTHENS and name in gaining]
    tokens = {name: desk.assume(TOKENS_POINTER, f"prompt_tokens_{name}") for name in lengthened}
    return Gains(
        techniques=TECHNIQUES,
        typical=before,
        typical_after_search=after,
        below=np.array([spread.below for spread in spreads], dtype=np.float64) * wider,
        above=np.array([spread.above for spread in spreads], dtype=np.float64) * wider,
        tried_share=np.array(shares, dtype=np.float64),
        is_planned=np.array(is_planned, dtype=np.bool_),
        share_of_others=found.share_of_others,
        degrees=found.degrees,
        residual_mean=residual.mean,
        residual_sd=residual.standard_deviation,
        instruction_tokens={name: tokens[name] for name in tokens if LENGTHENS[name] == "instruction"},
        output_tokens={name: tokens[name] for name in tokens if LENGTHENS[name] == "output"},
    )


def gains_rest_on(desk: Desk) -> Rests:
    """Return what the gains of an improved prompt rest on."""
    found, kind = desk.catalogue.effects.improvement(desk.as_of), desk.request.task.kind
    by_kind, over_all = found.left_out_error_points_by_kind, found.left_out_error_points
    return Rests(
        sources=found.sources,
        rows=found.rows,
        left_out_error_points=over_all if kind is None else by_kind.get(kind, over_all),
        is_outside=measured_mean(desk) < found.weakest_prompt or (kind is not None and kind not in by_kind),
    )


def _typical(found: Improvement, reasons: Sequence[bool]) -> Array:
    """Return the gain of each technique on its kind of task [log-odds], shape (T,)."""
    gains = [found.techniques[name] for name in TECHNIQUES]
    return np.array(
        [gain.reasoning if reason else gain.not_reasoning for gain, reason in zip(gains, reasons, strict=True)]
    )


def _tried_share(
    desk: Desk,
    technique: Technique,
    tried: Sequence[Technique] | None,
    planned: Sequence[Technique] | None,
    *,
    is_planned: bool,
) -> float:
    """Return the chance that a technique was tried; where nobody says, the share of teams that have."""
    if tried is not None:
        return float(technique in tried)
    if planned is not None and technique in planned:
        return 0.0
    is_asked = planned is not None and technique == "better_examples" and "prompt_optimiser" in planned
    matters = is_planned or is_asked
    return desk.assume(POINTER, f"technique_tried_{technique}").low if matters else 1.0


def _note(desk: Desk, found: Improvement) -> None:
    """Note once what techniques are taken to bring."""
    note = (
        "What techniques not tried yet bring, fitted to published scores before and after them: the largest and "
        f"{found.share_of_others:.2g} of each of the next two, the less the better the prompt is already."
    )
    desk.used.append(
        Used(POINTER, "", None, None, None, "technique gains", "log-odds", found.kind, found.source, note, (), IMPROVEMENT,
             found.checked)
    )  # fmt: skip
