"""What a request leaves unsaid and no assumption fills in: the plain reading, listed so that nothing is silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from service.assessment.ledger.line import Line, in_currency
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk

When = Callable[[Desk], bool]

SAYS_NONE = frozenset({"/prompting/techniques_tried", "/prompting/improvement_techniques"})
"""Lists that say something when they are empty."""


def _is_said(desk: Desk, pointer: str) -> bool:
    """Say whether the request states a field; an empty list states nothing, unless that is what it says."""
    found = _value(desk, pointer)
    return found is not None and (found != [] or pointer in SAYS_NONE)


def _value(desk: Desk, pointer: str) -> object:
    """Return the value of a field; None where it is not stated."""
    part: object = desk.request
    for name in pointer.strip("/").split("/"):
        part = getattr(part, name, None)
    return part


def _given(*pointers: str, but: str = "") -> When:
    """Return whether all of these fields are said, but not that one."""
    return lambda desk: all(_is_said(desk, pointer) for pointer in pointers) and not (but and _is_said(desk, but))


def _is_nothing(line: Line) -> When:
    """Return whether a line of fine-tunes was put, and as 0."""
    return lambda desk: line in desk.tuning.intervals and desk.tuning.intervals[line].high == 0.0


def _is(value: object, pointer: str, but: str = "") -> When:
    """Return whether a field is said to be something, and another one is not said."""
    return lambda desk: _value(desk, pointer) == value and not (but and _is_said(desk, but))


def _bottom_up(but: str) -> When:
    """Return whether costs are added up, and another field is not said."""
    return lambda desk: not desk.by_article and not (but and _is_said(desk, but))


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
    Unsaid("/task/required_accuracy", None, "share", "none", "No requirement is stated."),
    Unsaid("/task/well_defined", None, "flag", UNKNOWN, "The task counts as well defined, for it is not said that it is not."),
    Unsaid("/task/strict_format", None, "flag", UNKNOWN, "Token overhead cannot be called a reason for fine-tuning without it."),
    Unsaid("/task/multi_step_reasoning", None, "flag", UNKNOWN, "Neither speaks for prompting nor against it."),
    Unsaid("/task/proprietary_knowledge", None, "flag", UNKNOWN, "Neither speaks for fine-tuning nor against it."),
    Unsaid("/task/knowledge_half_life_months", None, "id", "none", "The knowledge the task needs is taken not to go stale."),
    Unsaid("/task/knowledge_in_payload", None, "flag", "no", "What goes out of date, if anything, is learned in training."),
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
    Unsaid("/prompting/is_pinned", None, "flag", UNKNOWN, "Whether what serves under the base model's name changes is not known: a "
           "risk, told with its figure, that moves no other."),
    Unsaid("/prompting/improvement_techniques", None, "id", "all untried", "Improving the prompt tries every technique that was not "
           "tried yet, and what further work always leaves."),
    Unsaid("/prompting/improved_tokens/payload", None, "tokens", "as prompted", "A better prompt is sent no more payload."),
    Unsaid("/prompting/alternatives", None, "id", "none", "No other way to prompt is judged; base models that may be worth measuring "
           "are only suggested."),
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
            ("training_usd_per_hour", "USD/hour"), ("training_hours", "hours/run"),
            ("tokens_per_second_per_replica", "tokens/second"), ("minimum_replicas", "replicas"), ("scale_to_zero", "flag"),
            ("batch_discount", "share"),
            ("context_window_tokens", "tokens"), ("max_training_example_tokens", "tokens"), ("has_successor", "flag"),
            ("last_training_date", "date"),
        )
    ),
    Unsaid(f"{OFFER}/requests_per_second_per_replica", None, "requests/second", "no limit", "What a replica serves is counted in "
           "tokens, as in the base model's catalogue entry unless stated.", _given(OFFER, "/fine_tuning/base_model")),
    *(
        Unsaid(f"{OFFER}/{term}", value, unit, text, note, _given(OFFER, but="/fine_tuning/base_model"))
        for term, value, unit, text, note in (
            *(
                (fee, 0.0, unit, None, "Your own offer states no such fee, so none is charged.")
                for fee, unit in _FEES
            ),
            ("training_usd_per_hour", 0.0, "USD/hour", None, "Your own offer states no price of an hour of training, so none is charged."),
            ("training_hours", 0.0, "hours/run", None, "Your own offer states no hours of a training run, so none are charged."),
            ("requests_per_second_per_replica", None, "requests/second", "no limit", "Unless tokens per second are stated: a hosted "
             "adapter, one replica serves all."),
            ("tokens_per_second_per_replica", None, "tokens/second", "no limit", "Unless requests per second are stated: a hosted "
             "adapter, one replica serves all."),
            ("minimum_replicas", 1.0, "replicas", None, "One replica is kept ready."),
            ("scale_to_zero", None, "flag", "no", "Replicas are paid for whether they serve or not."),
            ("batch_discount", 0.0, "share", None, "Your own offer states no discount for batches, so none is taken off."),
            ("context_window_tokens", None, "tokens", "no limit", "Requests of any length fit."),
            ("max_training_example_tokens", None, "tokens", "no limit", "Training examples of any length fit."),
            ("has_successor", None, "flag", "yes", "A successor can be trained when the base model ends."),
            ("last_training_date", None, "date", "none known", "It is taken to be trained through the whole horizon."),
        )
    ),
)  # fmt: skip

_OF_THE_FINE_TUNE = (
    Unsaid(f"{OFFER}/batch_discount", None, "share", "by offer", "What each offer takes off tokens that are sent in batches, 0 where "
           "its fine-tunes are not batched.", _given("/prompting/batch_share", but=OFFER)),
    Unsaid("/fine_tuning/relative_size", None, "id", "derived", "By the capability of each offer's base model and the prompted one, "
           "never by price; unknown where either is not on record."),
    Unsaid("/fine_tuning/labelled_examples", None, "examples", UNKNOWN, "Costs and lead time count none: all that are planned are "
           "labelled first. Their number may change the advice."),
    Unsaid("/fine_tuning/label_source", None, "id", "human", "People label what is missing."),
    Unsaid("/fine_tuning/teacher", None, "id", "not named", "No teacher is named: a label costs what is usual.",
           _is("teacher", "/fine_tuning/label_source")),
    Unsaid("/fine_tuning/teacher", None, "id", "none", "No label comes from a teacher.",
           lambda desk: desk.tuned.label_source != "teacher"),
    Unsaid("/fine_tuning/teacher/prices", None, "USD/1M tokens", ENTRY, "The list prices of the teacher's base model in force on the day "
           "of the answer.", _given("/fine_tuning/teacher/base_model")),
    Unsaid("/fine_tuning/teacher/accuracy", None, "share", "not known", "The teacher bounds no accuracy, but costs some by the published "
           "gap.", _is("teacher", "/fine_tuning/label_source")),
    Unsaid("/fine_tuning/build_plan", None, "id", "assumed", "The build cost is added up from a plan, each part of which is assumed.",
           _bottom_up("/fine_tuning/build_cost")),
    Unsaid("/fine_tuning/build_cost", None, "currency", "by plan", "Hours, missing labels and training runs, added up.",
           _bottom_up("")),
    Unsaid("/fine_tuning/retraining/plan", None, "id", "assumed", "The cost of a retraining is added up from a plan, each part of which "
           "is assumed.", _bottom_up("/fine_tuning/retraining/cost")),
    Unsaid("/fine_tuning/retraining/cost", None, "currency/retraining", "by plan", "Hours, labels and training runs, added up; where no plan is "
           "stated, grading again too.", _bottom_up("")),
    Unsaid("/fine_tuning/forgetting_drop", 0.0, "share", None, "No request lies outside the task, so forgetting costs no accuracy.",
           _is_nothing(Lines.forgetting_drop)),
    Unsaid("/fine_tuning/cache_hit_rate", None, "share", "by volume", "Follows from the volume and the cache's lifetime, as the "
           "prompt's does."),
    Unsaid("/fine_tuning/hosting_cost_per_month", None, "currency/month", "by offer", "What the offer's hourly and storage fees "
           "come to."),
    Unsaid("/fine_tuning/hosting_share", 1.0, "share", None, "This task bears the whole hosting bill."),
    Unsaid("/fine_tuning/label_noise", 0.0, "share", None, "Labels are taken to be right."),
    Unsaid("/fine_tuning/on_shutdown", None, "id", "best", "When the provider shuts the base model down, a successor is trained or what "
           "stands in serves again, whichever is better."),
    Unsaid("/fine_tuning/is_existing_customer", None, "flag", "no", "Offers that are closed to new customers are closed to you.",
           lambda desk: not desk.tuned.in_service),
    Unsaid("/fine_tuning/in_service", None, "flag", "no", "The prompt serves today, and savings are counted against it."),
    Unsaid("/fine_tuning/last_trained_date", None, "date", "today", "The fine-tune in service counts as trained on the day of the answer.",
           lambda desk: bool(desk.tuned.in_service)),
    Unsaid("/fine_tuning/last_trained_date", None, "date", "none", "No fine-tune is in service.",
           lambda desk: not desk.tuned.in_service),
    Unsaid("/fine_tuning/measured_latency", None, "seconds", "last pilot", "That of the last pilot that has one.",
           lambda desk: any(pilot.measured_latency for pilot in desk.tuned.pilots)),
    Unsaid("/fine_tuning/measured_latency", None, "seconds", "by formula", "Calculated from the tokens of a request, on the prompt's scale "
           "for the same base model.", lambda desk: not any(pilot.measured_latency for pilot in desk.tuned.pilots)),
)  # fmt: skip

_OF_ALL = (
    Unsaid("/finance/currency", None, "id", "USD", "Sums are read and answered in USD."),
    Unsaid("/finance/units_per_usd", 1.0, "ratio", None, "One USD is one USD."),
    Unsaid("/finance/vendor_discount", 0.0, "share", None, "List prices are paid in full."),
    Unsaid("/finance/cost_basis", None, "id", "bottom_up", "What is not stated of projects is added up from hours, labels and training "
           "runs; the article's figures stand beside it."),
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
