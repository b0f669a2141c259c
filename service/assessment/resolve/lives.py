"""When the base model of an option ends: stated, on record, drawn from a hazard, or never. Part of the first stage.

Unknown is not never: what has no date is drawn, by the model's age and by who hosts what weights.
"""

from __future__ import annotations

import datetime
from typing import Literal

import numpy as np

from models.arrays import DAYS_PER_MONTH
from service.assessment.case import Life, Origin, Used
from service.assessment.resolve.desk import Desk, months_until
from service.larder.facts import FineTuningOffer, OfferValue, Source
from service.larder.hazard import HAZARD
from service.larder.lifetimes import LIVES, Lifetime
from service.nouns.request.serving import TokenPrices

HazardClassName = Literal["proprietary", "open_weights_hosted", "self_hosted"]

PROMPT_END = "/prompting/shutdown_date"
OFFER_END = "/fine_tuning/offer/shutdown_date"


def is_self_hosted(prices: TokenPrices | None, *capacities: float | None) -> bool:
    """Return whether somebody serves weights on GPUs of their own: they state what a replica does, or tokens cost nothing."""
    if any(capacity is not None for capacity in capacities):
        return True
    return prices is not None and prices.input_usd_per_mtok == prices.output_usd_per_mtok == 0.0


def life_of_prompt(
    desk: Desk,
    model_id: str | None,
    stated: datetime.date | None,
    *,
    pointer: str = PROMPT_END,
    self_hosted: bool = False,
) -> Life:
    """Return the life of a prompted base model: the date stated at `pointer`, else that on record, else drawn.

    A model that is not named is some provider's. An end that is past is kept: the prompt is due to be moved.
    """
    hosted = _class_of_model(desk, model_id)
    if stated is not None:
        return _dated(desk, "stated", stated, hosted)
    if self_hosted:
        return _never(desk, pointer)
    record = desk.catalogue.lifetimes.find(model_id, desk.as_of) if model_id else None
    if record is not None and record.shutdown is not None:
        _note_record(desk, pointer, record)
        return _dated(desk, "catalogue", record.shutdown, hosted)
    return _drawn(desk, pointer, hosted, _released(desk, model_id))


def life_of_offer(desk: Desk, offer: FineTuningOffer, terms: OfferValue, stated: datetime.date | None) -> Life:
    """Return the life of the base model of an offer of the catalogue: the date stated, else its terms', else drawn.

    Where the terms of a hosted adapter state none, the life of the offer's own id counts, or that of its base model at the
    same provider; the same weights end on other days elsewhere, and dedicated replicas outlive the service by the token.
    """
    hosted = offer.lifetime_class
    if stated is not None:
        return _dated(desk, "stated", stated, hosted)
    if terms.shutdown_date is not None:
        return _dated(desk, "catalogue", terms.shutdown_date, hosted)
    provider = offer.id.partition("/")[0]
    for name in (offer.id, offer.base_model) if offer.serving == "adapter" else ():
        record = desk.catalogue.lifetimes.find(name, desk.as_of)
        if record is not None and record.provider == provider and record.shutdown is not None:
            return _dated(desk, "catalogue", record.shutdown, hosted)
    return _drawn(desk, OFFER_END, hosted, _released(desk, offer.id, offer.base_model, offer.weights))


def life_of_own(desk: Desk, stated: datetime.date | None, *, self_hosted: bool) -> Life:
    """Return the life of the caller's own offer: the date stated, never on GPUs of their own, else drawn like any provider's."""
    if stated is not None:
        return _dated(desk, "stated", stated, "self_hosted" if self_hosted else "proprietary")
    if self_hosted:
        return _never(desk, OFFER_END)
    return _drawn(desk, OFFER_END, "proprietary", None)


def _life(
    desk: Desk, origin: Origin, hosted: HazardClassName, date: datetime.date | None, released: datetime.date | None
) -> Life:
    hazard = desk.catalogue.hazards[hosted].at(desk.as_of)
    return Life(
        origin=origin,
        months=months_until(date, desk.as_of),
        date=date,
        starts=np.array([step.from_months for step in hazard.steps], dtype=np.float64),
        per_year=np.array([step.per_year for step in hazard.steps], dtype=np.float64),
        age_months=0.0 if released is None else max((desk.as_of - released).days / DAYS_PER_MONTH, 0.0),
        notice_months=hazard.notice_months,
        serves_on=hosted == "open_weights_hosted",
    )


def _dated(desk: Desk, origin: Origin, date: datetime.date, hosted: HazardClassName) -> Life:
    """Return a life that ends on a date; its hazards are those of the lives after it."""
    return _life(desk, origin, hosted, date, None)


def _never(desk: Desk, pointer: str) -> Life:
    text = "Weights on GPUs of one's own are retired by nobody else."
    if not _is_noted(desk, pointer, text):
        desk.derive(pointer, "months", text, text="never")
    return _life(desk, "never", "self_hosted", None, None)


def _drawn(desk: Desk, pointer: str, hosted: HazardClassName, released: datetime.date | None) -> Life:
    """Return a life without a date; that it is drawn, and that its age is assumed, is noted once for each field."""
    hazard = desk.catalogue.hazards[hosted].at(desk.as_of)
    note = (
        "No end is stated or on record, so one is drawn by the base model's age, no sooner than "
        f"{hazard.notice_months:g} months from now."
    )
    if not _is_noted(desk, pointer, note):
        desk.used.append(
            Used(pointer, "", None, None, None, "drawn", "months", hazard.kind, hazard.source, note, (), HAZARD, hazard.checked)
        )  # fmt: skip
    life = _life(desk, "drawn", hosted, None, released)
    if released is not None:
        return life
    if not any(used.id == "unknown_release_age" and used.pointer == pointer for used in desk.used):
        return life._replace(age_months=desk.assume(pointer, "unknown_release_age").low)
    return life._replace(age_months=desk.limit("unknown_release_age"))


def _class_of_model(desk: Desk, model_id: str | None) -> HazardClassName:
    """Return whose weights a prompted model has: its figure tells, or an offer that tunes it; else they are its maker's alone."""
    if model_id is None:
        return "proprietary"
    figure = desk.catalogue.capabilities.find(model_id, desk.as_of)
    if figure is not None:
        return "open_weights_hosted" if figure.open_weights else "proprietary"
    offer = desk.catalogue.offer(model_id)
    return offer.lifetime_class if offer else "proprietary"


def _released(desk: Desk, *names: str | None) -> datetime.date | None:
    """Return when a model came out: by its life at the first of some names that has one, else by its figure of capability."""
    known = [name for name in names if name]
    for name in known:
        record = desk.catalogue.lifetimes.find(name, desk.as_of)
        if record is not None and record.released is not None:
            return record.released
    for name in known:
        figure = desk.catalogue.capabilities.find(name, desk.as_of)
        if figure is not None and figure.released is not None:
            return figure.released
    return None


def _note_record(desk: Desk, pointer: str, record: Lifetime) -> None:
    source = Source(title=record.source, href=record.href, locator=record.locator)
    note = f"Its provider retires {record.model} on that day."
    desk.used.append(
        Used(pointer, "", None, None, None, str(record.shutdown), "id", "quoted", source, note, (), LIVES, record.checked)
    )  # fmt: skip


def _is_noted(desk: Desk, pointer: str, note: str) -> bool:
    return any(used.pointer == pointer and used.note == note for used in desk.used)
