"""What keeps a request from being assessed whatever the catalogue holds: fields that contradict each other.

A check of one noun holds wherever that noun stands, in an alternative or a pilot as in the prompt; a check of several
names the fields that it reads. Part of the first stage.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from service.nouns.estimate import Range
from service.nouns.faults import Fault
from service.nouns.request.alternatives import Alternative
from service.nouns.request.assessment import AssessmentRequest, Finance
from service.nouns.request.fine_tuning import FineTuning
from service.nouns.request.offer import Offer
from service.nouns.request.projects import Pilot, Retraining
from service.nouns.request.serving import GradedTrials, MeasuredLatency, Tokens

TUNING = "/fine_tuning"
OFFER = "/fine_tuning/offer"


def _parts(part: object, pointer: str = "") -> Iterator[tuple[str, Struct]]:
    """Yield every noun of a request with its JSON pointer, the outer before the inner."""
    if isinstance(part, Struct):
        yield pointer, part
        for name in part.__struct_fields__:
            yield from _parts(getattr(part, name), f"{pointer}/{name}")
    elif isinstance(part, list):
        for index, item in enumerate(part):
            yield from _parts(item, f"{pointer}/{index}")


def _of_a_range(pointer: str, span: Range) -> Iterator[Fault]:
    if span.low > span.high:
        yield Fault(
            pointer,
            "The range is the wrong way round: low is the 10th percentile, high the 90th.",
            f"low {span.low:g}, high {span.high:g}",
            f"low at most {span.high:g}",
        )


def _of_trials(pointer: str, trials: GradedTrials | Pilot) -> Iterator[Fault]:
    if trials.correct > trials.total:
        yield Fault(
            f"{pointer}/correct",
            "More trials were right than were graded, so no accuracy can be read from them.",
            f"{trials.correct} of {trials.total}",
            f"at most {trials.total}",
        )


def _of_latency(pointer: str, measured: MeasuredLatency) -> Iterator[Fault]:
    if measured.p95_seconds <= measured.p50_seconds:
        yield Fault(
            f"{pointer}/p95_seconds",
            "The 95th percentile does not lie above the median, so how far requests stray cannot be read from them.",
            f"p50 {measured.p50_seconds:g}, p95 {measured.p95_seconds:g}",
            f"more than {measured.p50_seconds:g}",
        )


def _stated_twice(pointer: str, total: object, plan_pointer: str, plan: object) -> Iterator[Fault]:
    if total is not None and plan is not None:
        yield Fault(
            pointer,
            f"The cost is stated twice: as a figure here and as a plan at {plan_pointer}; which of them counts is not said.",
            "both",
            "one of the two",
        )


def _of_an_offer(pointer: str, offer: Offer) -> Iterator[Fault]:
    if offer.requests_per_second_per_replica is not None and offer.tokens_per_second_per_replica is not None:
        yield Fault(
            f"{pointer}/requests_per_second_per_replica",
            f"What a replica serves is stated twice: in requests here and in tokens at {pointer}/tokens_per_second_per_replica; "
            "the two size the hosting differently.",
            "both",
            "one of the two, tokens_per_second_per_replica where requests differ in length",
        )
    last, end = offer.last_training_date, offer.shutdown_date
    if last is not None and end is not None and last > end:
        yield Fault(
            f"{pointer}/last_training_date",
            "Training cannot outlast the base model: it would be retrained after it is shut down.",
            str(last),
            f"a date no later than {end}",
        )


def _of_a_part(pointer: str, part: Struct) -> Iterator[Fault]:
    """Yield the faults of one noun, wherever it stands."""
    match part:
        case GradedTrials() | Pilot():
            yield from _of_trials(pointer, part)
        case MeasuredLatency():
            yield from _of_latency(pointer, part)
        case Offer():
            yield from _of_an_offer(pointer, part)
        case Retraining():
            yield from _stated_twice(f"{pointer}/cost", part.cost, f"{pointer}/plan", part.plan)
        case FineTuning():
            yield from _stated_twice(f"{pointer}/build_cost", part.build_cost, f"{pointer}/build_plan", part.build_plan)
        case _ if isinstance(part, Range):
            yield from _of_a_range(pointer, part)


def _of_the_currency(finance: Finance) -> Iterator[Fault]:
    currency, units = finance.currency or "USD", finance.units_per_usd
    if currency != "USD" and units is None:
        yield Fault(
            "/finance/units_per_usd",
            f"Prices are in USD; without units_per_usd they cannot be converted to {currency}.",
            "nothing",
            f"how many {currency} one USD buys, for example 0.92",
        )
    if currency == "USD" and units not in (None, 1.0):
        yield Fault(
            "/finance/units_per_usd",
            "One USD is one USD: with another rate every price would be wrong.",
            str(units),
            "1, or leave it out; finance.currency where sums are in another one",
        )


def _says_nothing(alternative: Alternative) -> bool:
    """Return whether nothing but the name of an alternative is stated; tokens without a part state nothing."""
    said = (getattr(alternative, name) for name in alternative.__struct_fields__ if name != "name")
    return all(value is None or value == Tokens() for value in said)


def _of_the_alternatives(alternatives: list[Alternative]) -> Iterator[Fault]:
    times = Counter(alternative.name for alternative in alternatives)
    seen: set[str] = set()
    for index, alternative in enumerate(alternatives):
        pointer, name = f"/prompting/alternatives/{index}", alternative.name
        if name in seen:
            yield Fault(
                f"{pointer}/name",
                f"{times[name]} alternatives have this name; the answer could not tell them apart.",
                name,
                "a name of its own",
            )
        seen.add(name)
        if _says_nothing(alternative):
            yield Fault(
                pointer,
                "Nothing but a name is stated of this alternative, so it would be the prompt itself.",
                "a name",
                "what differs from the prompt: base_model, prices, tokens, measured_accuracy or a cost",
            )


def _of_the_terms(tuning: FineTuning) -> Iterator[Fault]:
    """Yield the faults of an offer's terms: of nothing, or in hours of which half is missing."""
    offer = tuning.offer
    if offer is None or tuning.base_model is not None:
        return
    if offer.prices is None:
        yield Fault(
            OFFER,
            "Terms are stated, but not of what: neither a base model nor prices are.",
            "terms",
            "fine_tuning.base_model to override its entry, or offer.prices for an offer of your own",
        )
        return
    for said, missing, why in (
        ("training_usd_per_hour", "training_hours", "how many hours a run takes"),
        ("training_hours", "training_usd_per_hour", "what an hour costs"),
    ):
        if getattr(offer, said) is not None and getattr(offer, missing) is None:
            yield Fault(
                f"{OFFER}/{said}",
                f"Training by the hour cannot be priced without {missing}: no catalogue entry says {why}.",
                f"{said} without {missing}",
                f"{missing} too, or training_usd_per_mtok in place of both",
            )


def _of_labels(tuning: FineTuning) -> Iterator[Fault]:
    if tuning.teacher is not None and tuning.label_source != "teacher":
        yield Fault(
            f"{TUNING}/teacher",
            "A teacher is stated, but labels do not come from one, so it would neither cost nor label anything.",
            f"a teacher with label_source {tuning.label_source}"
            if tuning.label_source
            else "a teacher, no label_source",
            "label_source teacher, or leave the teacher out",
        )


def _of_service(tuning: FineTuning, as_of: datetime.date) -> Iterator[Fault]:
    """Yield the faults of a fine-tune that serves already, or does not although it is dated like one."""
    last = tuning.last_trained_date
    if tuning.in_service and not tuning.pilots:
        yield Fault(
            f"{TUNING}/pilots",
            "The fine-tune in service is measured by the last pilot, and there is none; every option is compared with it.",
            "no pilots",
            "one of pilots with training_examples, and correct of total answers of the fine-tune that were graded",
        )
    if last is not None and not tuning.in_service:
        yield Fault(
            f"{TUNING}/last_trained_date",
            "Only a fine-tune that serves already was trained last; one still to be trained starts fresh.",
            f"{last} without in_service",
            "in_service true, or leave last_trained_date out",
        )
    if last is not None and last > as_of:
        yield Fault(
            f"{TUNING}/last_trained_date",
            f"The last training lies after the day of the assessment, {as_of}, so its knowledge would be of days to come.",
            str(last),
            f"a date no later than {as_of}",
        )


def faults_of(request: AssessmentRequest, as_of: datetime.date) -> list[Fault]:
    """Return everything in a request that keeps it from being assessed and that no catalogue is needed to see."""
    faults = [fault for pointer, part in _parts(request) for fault in _of_a_part(pointer, part)]
    faults += _of_the_currency(request.finance or Finance())
    faults += _of_the_alternatives(request.prompting.alternatives)
    if request.fine_tuning is not None:
        faults += _of_the_terms(request.fine_tuning)
        faults += _of_labels(request.fine_tuning)
        faults += _of_service(request.fine_tuning, as_of)
    return faults
