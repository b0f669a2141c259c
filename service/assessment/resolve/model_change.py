"""What another base model does to accuracy, and which of two is the abler: by capability. Part of the first stage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from service.assessment.case import Rests, Swap, Used
from service.assessment.resolve.desk import Desk, measured_mean
from service.assessment.resolve.gains import is_reasoning, is_reasoning_native
from service.larder.capability import Capability
from service.larder.effects import MODEL_CHANGE, ChangeKind
from service.nouns.request.assessment import TaskKind
from service.nouns.request.fine_tuning import Relation

WORKING_PROMPT = 0.2
"""No published prompt that scores below it on the first base model taught the fit anything [share]."""
TEN = 10.0
"""Points of the capability index to which weights and gaps refer."""

KNOWLEDGE: Mapping[TaskKind, ChangeKind] = MappingProxyType({"question_answering": "knowledge"})


class ModelChange(NamedTuple):
    """How accuracy moves from base model A to B, `models.accuracy.changed_accuracy`."""

    intercept: float
    """With what reasoning of itself and open weights add."""
    slope: float
    bend: float
    bend_from: float
    gap_below: float
    """Capability gained below the pivot, negative where lost [tens of points]."""
    gap_above: float
    """The same above the pivot [tens of points]."""
    weight_below: float
    """[log-odds per ten points]"""
    weight_above: float
    sd: float
    """Between tasks [log-odds]."""
    broken_share: float
    """Chance that the new base model breaks the format."""
    swap: Swap
    is_same: bool
    """Whether both have the same weights."""
    is_known: bool
    """Whether both capabilities are known; if not, the gaps are 0 and the spread is the widest."""


def kind_of_change(desk: Desk) -> ChangeKind:
    """Return how a task answers to capability: by reasoning, else by knowledge, else by neither."""
    if is_reasoning(desk):
        return "reasoning"
    kind = desk.request.task.kind
    return "neither" if kind is None else KNOWLEDGE.get(kind, "neither")


def weights_of(desk: Desk, model_id: str) -> str:
    """Return the name of a base model's weights, the same string at every host."""
    offer = desk.catalogue.offer(model_id)
    return offer.weights if offer else model_id.rpartition("/")[2]


def _known_as(desk: Desk, model_id: str) -> str:
    """Return the name by which the table of capability knows a base model or offer: its id, else its weights."""
    return model_id if desk.catalogue.capabilities.find(model_id, desk.as_of) else weights_of(desk, model_id)


def known_capability(desk: Desk, model_id: str | None) -> Capability | None:
    """Return the figure of a base model as of the day of the case; a guess is none, for it must not decide."""
    figure = desk.catalogue.capabilities.find(_known_as(desk, model_id), desk.as_of) if model_id else None
    return None if figure is None or figure.is_guess else figure


def _reasons(desk: Desk, model_id: str | None) -> bool:
    return model_id is not None and is_reasoning_native(desk, _known_as(desk, model_id))


def change_of(desk: Desk, old: str | None, new: str | None, pointer: str) -> ModelChange:
    """Return what serving from another base model does to the accuracy of the same prompt.

    Where a capability is not known the gap is one of two models at random: no mean of its own, and the spread that the
    larger of the two weights makes of it. That is noted at `pointer`. The same weights are expected to be as right as they
    are, within the spread of a kind: regression to the mean is that of other weights, and nobody published twice the same.
    """
    found = desk.catalogue.effects.model_change(desk.as_of)
    change = found.kinds[kind_of_change(desk)]
    before, after = known_capability(desk, old), known_capability(desk, new)
    is_same = relation_of(desk, old, new, None) == "same"
    is_known = is_same or (before is not None and after is not None)
    below = above = reasons = opens = 0.0
    if not is_same and before is not None and after is not None:
        reasons = float(_reasons(desk, new)) - float(_reasons(desk, old))
        opens = float(after.open_weights) - float(before.open_weights)
        below = (min(after.value, found.pivot) - min(before.value, found.pivot)) / TEN
        above = (max(after.value, found.pivot) - max(before.value, found.pivot)) / TEN
    gap = below + above if is_known else found.unknown_gap
    unknown = 0.0 if is_known else max(change.below, change.above) * found.unknown_gap
    note = "Accuracy on another base model, from the same prompts on pairs of models and the gap of capability."
    if not is_known:
        silent = [
            name or "a base model without a name" for name, figure in ((old, before), (new, after)) if figure is None
        ]
        note = (
            f"How able {' and '.join(silent)} is, is not known: accuracy on the other base model is drawn with the widest spread. "
            "Measure it, or name a base model whose capability is on record."
        )
    desk.used.append(
        Used(pointer, "", None, None, None, "by capability" if is_known else "unknown capability", "log-odds", found.kind,
             found.source, note, (), MODEL_CHANGE, found.checked)
    )  # fmt: skip
    return ModelChange(
        intercept=0.0 if is_same else change.intercept + change.reasons * reasons + change.open_weights * opens,
        slope=1.0 if is_same else change.slope,
        bend=0.0 if is_same else change.bend,
        bend_from=found.bend_from,
        gap_below=below,
        gap_above=above,
        weight_below=change.below,
        weight_above=change.above,
        sd=math.hypot(change.standard_deviation, change.standard_deviation_per_ten * gap, unknown),
        broken_share=found.broken_share,
        swap=Swap(
            kind=kind_of_change(desk),
            old=before.name if before else "",
            new=after.name if after else "",
            gap=below + above if is_known else math.nan,
        ),
        is_same=is_same,
        is_known=is_known,
    )


def change_rests_on(desk: Desk, change: ModelChange) -> Rests:
    """Return what the accuracy of an alternative that was not measured rests on."""
    found = desk.catalogue.effects.model_change(desk.as_of)
    return Rests(
        sources=found.sources,
        rows=found.rows,
        left_out_error_points=getattr(found.left_out_error_points, kind_of_change(desk)),
        is_outside=not change.is_known or change.is_same or measured_mean(desk) < WORKING_PROMPT,
    )


def relation_of(
    desk: Desk, prompt_model: str | None, base_model: str | None, stated: Relation | None
) -> Relation | None:
    """Return what a fine-tune's base model is to the prompted one, by capability, never by price; None where not known.

    What the caller states wins. Both are ids of base models or of offers; the same weights are the same at every host.
    """
    if stated is not None:
        return stated
    if prompt_model is None or base_model is None:
        return None
    if weights_of(desk, prompt_model) == weights_of(desk, base_model):
        return "same"
    return desk.catalogue.capabilities.relation(_known_as(desk, base_model), _known_as(desk, prompt_model), desk.as_of)
