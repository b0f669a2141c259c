"""What a request leaves unsaid and no assumption fills in: the plain reading, listed so that nothing is silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from service.assessment.ledger.line import Line, in_currency
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk

When = Callable[[Desk], bool]


def _is_said(desk: Desk, pointer: str) -> bool:
    """Say whether the request states a field; an empty list of texts states nothing."""
    part: object = desk.request
    for name in pointer.strip("/").split("/"):
        part = getattr(part, name, None)
    return part is not None and part != []


def _given(*pointers: str, but: str = "") -> When:
    """Return whether all of these fields are said, but not that one."""
    return lambda desk: all(_is_said(desk, pointer) for pointer in pointers) and not (but and _is_said(desk, but))


def _is_nothing(line: Line) -> When:
    """Return whether a line was put, and as 0."""
    return lambda desk: line in desk.intervals and desk.intervals[line].high == 0.0


class Unsaid(NamedTuple):
    """A field, what its absence means, and when that matters; `currency` in a unit stands for the request's."""

    pointer: str
    value: float | None
    unit: str
    text: str | None
    note: str
    when: When = _given()


UNKNOWN = "unknown"
OFFER = "/fine_tuning/offer"
ENTRY = "by base model"

_OF_THE_TASK = (
    Unsaid("/task/required_accuracy", None, "share", "none", "No requirement is stated: every option counts as meeting it."),
    Unsaid("/task/well_defined", None, "flag", UNKNOWN, "The task counts as well defined, for it is not said that it is not."),
    Unsaid("/task/strict_format", None, "flag", UNKNOWN, "Token overhead cannot be called a reason for fine-tuning without it."),
    Unsaid("/task/multi_step_reasoning", None, "flag", UNKNOWN, "Neither speaks for prompting nor against it."),
    Unsaid("/task/proprietary_knowledge", None, "flag", UNKNOWN, "Neither speaks for fine-tuning nor against it."),
    Unsaid("/task/audit_required", None, "flag", UNKNOWN, "Does not bar fine-tuning, but is not settled either."),
)  # fmt: skip

_OF_THE_PROMPT = (
    Unsaid("/prompting/base_model", None, "id", "none", "Prices are stated, so no base model is looked up; which fine-tunes have "
           "its weights is not known.", _given("/prompting/prices")),
    Unsaid("/prompting/prices", None, "USD/1M tokens", ENTRY, "The list prices of the prompted base model in force on the day of "
           "the answer."),
    Unsaid("/prompting/prices/cache_read_usd_per_mtok", None, "USD/1M tokens", "none", "Nothing is cached unless a cache hit rate "
           "is stated; a hit then costs the input price.", _given("/prompting/prices")),
    Unsaid("/prompting/prices/cache_write_usd_per_mtok", None, "USD/1M tokens", "input price", "Putting tokens into the cache "
           "costs the input price.", _given("/prompting/prices")),
    Unsaid("/prompting/texts", None, "texts", "none", "No texts are counted: tokens are as stated, else assumed."),
    Unsaid("/prompting/texts/instruction", None, "texts", "none", "Few-shot examples, where there are any, are all that is counted "
           "of the instruction.", _given("/prompting/texts", but="/prompting/tokens/instruction")),
    Unsaid("/prompting/texts/few_shot", None, "texts", "none", "No few-shot examples are counted as part of the instruction.",
           _given("/prompting/texts", but="/prompting/tokens/instruction")),
    Unsaid("/prompting/texts/payload_samples", None, "texts", "none", "The payload is not counted but assumed.",
           _given("/prompting/texts", but="/prompting/tokens/payload")),
    Unsaid("/prompting/texts/output_samples", None, "texts", "none", "The output is not counted but assumed.",
           _given("/prompting/texts", but="/prompting/tokens/output")),
)  # fmt: skip

_FEES = (
    ("training_usd_per_mtok", "USD/1M tokens"), ("hosting_usd_per_hour", "USD/hour"),
    ("storage_usd_per_month", "USD/month"), ("minimum_charge_usd", "USD/run"),
)  # fmt: skip

_OF_THE_OFFER = (
    Unsaid("/fine_tuning/base_model", None, "id", "screened", "Every offer in force is screened, and the best is kept.",
           _given(but=f"{OFFER}/prices")),
    Unsaid("/fine_tuning/base_model", None, "id", "own offer", "Your own offer is judged; those of the catalogue stand beside it "
           "for information.", _given(f"{OFFER}/prices")),
    Unsaid(OFFER, None, "id", "catalogue", "All terms are those of the catalogue."),
    Unsaid(f"{OFFER}/prices", None, "USD/1M tokens", ENTRY, "Those of the base model's catalogue entry.", _given(OFFER)),
    Unsaid(f"{OFFER}/prices/cache_read_usd_per_mtok", None, "USD/1M tokens", "none", "Nothing is cached unless a cache hit rate "
           "is stated; a hit then costs the input price.", _given(f"{OFFER}/prices")),
    Unsaid(f"{OFFER}/prices/cache_write_usd_per_mtok", None, "USD/1M tokens", "input price", "Putting tokens into the "
           "cache costs the input price.", _given(f"{OFFER}/prices")),
    *(
        Unsaid(f"{OFFER}/{term}", None, unit, ENTRY, "That of the base model's catalogue entry.",
               _given(OFFER, "/fine_tuning/base_model"))
        for term, unit in (
            *_FEES,
            ("requests_per_second_per_replica", "requests/second"), ("minimum_replicas", "replicas"),
            ("last_training_date", "date"), ("shutdown_date", "date"),
        )
    ),
    *(
        Unsaid(f"{OFFER}/{term}", value, unit, text, note, _given(OFFER, but="/fine_tuning/base_model"))
        for term, value, unit, text, note in (
            *(
                (fee, 0.0, unit, None, "Your own offer states no such fee, so none is charged.")
                for fee, unit in _FEES
            ),
            ("requests_per_second_per_replica", None, "requests/second", "no limit", "A hosted adapter: one replica serves all."),
            ("minimum_replicas", 1.0, "replicas", None, "One replica is kept ready."),
            ("last_training_date", None, "date", "none known", "It is taken to be trained through the whole horizon."),
            ("shutdown_date", None, "date", "none known", "It is taken to be served through the whole horizon."),
        )
    ),
)  # fmt: skip

_OF_THE_FINE_TUNE = (
    Unsaid("/fine_tuning/labelled_examples", None, "examples", UNKNOWN, "Fine-tuning is not advised before their number is said."),
    Unsaid("/fine_tuning/target_examples", None, "examples", "as labelled", "As many as are labelled, counted as at least 10 and at "
           "most 50,000.", _given("/fine_tuning/labelled_examples")),
    Unsaid("/fine_tuning/labels_per_week", None, "examples/week", UNKNOWN, "Collecting labels is not taken to be slow."),
    Unsaid("/fine_tuning/build_plan", None, "id", "none", "The build cost is one assumed figure, all in, and not summed from a plan.",
           _given(but="/fine_tuning/build_cost")),
    Unsaid("/fine_tuning/retraining/plan", None, "id", "none", "The cost of a retraining is one assumed figure, all in, and not "
           "summed from a plan.", _given(but="/fine_tuning/retraining/cost")),
    Unsaid("/fine_tuning/retraining/plan/cost_per_example", 0.0, "currency/example", None, "A retraining labels no example, so "
           "none is paid for.", _is_nothing(Lines.retraining_cost_per_example)),
    Unsaid("/fine_tuning/forgetting_drop", 0.0, "share", None, "No request lies outside the task, so forgetting costs no accuracy.",
           _is_nothing(Lines.forgetting_drop)),
    Unsaid("/fine_tuning/cache_hit_rate", None, "share", "by volume", "Follows from the volume and the cache's lifetime, as the "
           "prompt's does."),
    Unsaid("/fine_tuning/hosting_cost_per_month", None, "currency/month", "by offer", "What the offer's hourly and storage fees "
           "come to."),
    Unsaid("/fine_tuning/label_noise", 0.0, "share", None, "Labels are taken to be right."),
)  # fmt: skip

_OF_ALL = (
    Unsaid("/finance/currency", None, "id", "USD", "Sums are read and answered in USD."),
    Unsaid("/finance/units_per_usd", 1.0, "ratio", None, "One USD is one USD."),
    Unsaid("/finance/vendor_discount", 0.0, "share", None, "List prices are paid in full."),
    Unsaid("/latency_target", None, "seconds", "none", "No target is stated: latency decides nothing."),
    Unsaid("/policy", None, "id", "framework", "The article's framework decides; the other policy's advice stands beside it."),
    Unsaid("/as_of", None, "date", "today", "Prices, offers and assumptions are those in force today (UTC); `provenance.as_of` says "
           "which day that is."),
)  # fmt: skip

UNSAID = (*_OF_THE_TASK, *_OF_THE_PROMPT, *_OF_THE_OFFER, *_OF_THE_FINE_TUNE, *_OF_ALL)


def note_unsaid(desk: Desk) -> None:
    """Note each of these fields that the request leaves out, where its absence matters."""
    for unsaid in UNSAID:
        if not _is_said(desk, unsaid.pointer) and unsaid.when(desk):
            unit = in_currency(unsaid.unit, desk.currency)
            desk.derive(unsaid.pointer, unit, unsaid.note, value=unsaid.value, text=unsaid.text)
