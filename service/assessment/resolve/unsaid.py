"""What a request leaves unsaid and no assumption fills in: the plain reading, listed so that nothing is silent."""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.resolve.desk import Desk


class Unsaid(NamedTuple):
    """A field, and what its absence means."""

    pointer: str
    value: float | None
    unit: str
    text: str | None
    note: str


UNKNOWN = "unknown"

UNSAID = (
    Unsaid("/task/required_accuracy", None, "share", "none", "No requirement is stated: every option counts as meeting it."),
    Unsaid("/task/well_defined", None, "flag", UNKNOWN, "The task counts as well defined, for it is not said that it is not."),
    Unsaid("/task/strict_format", None, "flag", UNKNOWN, "Token overhead cannot be called a reason for fine-tuning without it."),
    Unsaid("/task/multi_step_reasoning", None, "flag", UNKNOWN, "Neither speaks for prompting nor against it."),
    Unsaid("/task/proprietary_knowledge", None, "flag", UNKNOWN, "Neither speaks for fine-tuning nor against it."),
    Unsaid("/task/audit_required", None, "flag", UNKNOWN, "Does not bar fine-tuning, but is not settled either."),
    Unsaid("/fine_tuning/labelled_examples", None, "examples", UNKNOWN, "Fine-tuning is not advised before their number is said."),
    Unsaid("/fine_tuning/cache_hit_rate", None, "share", "by volume", "Follows from the volume and the cache's lifetime, as the "
           "prompt's does."),
    Unsaid("/fine_tuning/hosting_cost_per_month", None, "currency/month", "by offer", "What the offer's hourly and storage fees come "
           "to."),
    Unsaid("/fine_tuning/label_noise", 0.0, "share", None, "Labels are taken to be right."),
    Unsaid("/finance/vendor_discount", 0.0, "share", None, "List prices are paid in full."),
    Unsaid("/latency_target", None, "seconds", "none", "No target is stated: latency decides nothing."),
    Unsaid("/policy", None, "id", "framework", "The article's framework decides; the other policy's advice stands beside it."),
)  # fmt: skip


def _is_said(desk: Desk, pointer: str) -> bool:
    part: object = desk.request
    for name in pointer.strip("/").split("/"):
        part = getattr(part, name, None)
    return part is not None


def note_unsaid(desk: Desk) -> None:
    """Note each of these fields that the request leaves out."""
    for unsaid in UNSAID:
        if not _is_said(desk, unsaid.pointer):
            desk.derive(
                unsaid.pointer,
                unsaid.unit.replace("currency", desk.currency),
                unsaid.note,
                value=unsaid.value,
                text=unsaid.text,
            )
