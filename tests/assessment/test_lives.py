"""When base models end: unknown is not never, and the same rules hold for prompted and tuned ones."""

from __future__ import annotations

import datetime
import math

import msgspec
import numpy as np
import pytest
from assessment.desks import CATALOGUE, TODAY, desk

from models.arrays import DAYS_PER_MONTH
from service.assessment.resolve.lives import is_self_hosted, life_of_offer, life_of_own, life_of_prompt
from service.larder.facts import FineTuningOffer, OfferValue
from service.larder.hazard import HAZARD
from service.larder.lifetimes import LIVES
from service.nouns.request.prompting import TokenPrices

FREE = TokenPrices(input_usd_per_mtok=0.0, output_usd_per_mtok=0.0)
PRICED = TokenPrices(input_usd_per_mtok=0.1, output_usd_per_mtok=0.0)
IN_A_YEAR = TODAY + datetime.timedelta(days=365)


def terms(offer_id: str) -> tuple[FineTuningOffer, OfferValue]:
    """Return an offer and its terms in force."""
    offer = CATALOGUE.offers[offer_id]
    found = offer.at(TODAY)
    assert found is not None
    return offer, found


def test_a_stated_date_beats_the_one_on_record() -> None:
    """The prompt ends when the caller says, and nothing is assumed."""
    one = desk()
    life = life_of_prompt(one, "openai/gpt-4.1", IN_A_YEAR)
    assert (life.origin, life.date, one.used) == ("stated", IN_A_YEAR, [])
    assert life.months == pytest.approx(365 / DAYS_PER_MONTH)
    assert life.per_year[-1] > 0, "lives after it are drawn"


def test_a_date_on_record_is_noted_with_its_source() -> None:
    """Without a stated date the provider's holds, and the answer says where it was read."""
    one = desk()
    life = life_of_prompt(one, "openai/gpt-4.1", None)
    assert (life.origin, life.date) == ("catalogue", datetime.date(2027, 1, 14))
    (noted,) = one.used
    assert (noted.pointer, noted.text, noted.kind, noted.file) == (
        "/prompting/shutdown_date",
        "2027-01-14",
        "quoted",
        LIVES,
    )
    assert noted.checked and noted.source.title


def test_an_end_on_record_that_is_past_is_kept() -> None:
    """A prompt on a model that is shut down already is due to be moved, not served for ever."""
    life = life_of_prompt(desk(), "anthropic/claude-3-haiku", None)
    assert life.origin == "catalogue" and life.months < 0


def test_unknown_is_not_never() -> None:
    """Without any date an end is drawn by the age since release, no sooner than the notice, by the hazards of the larder."""
    one = desk()
    life = life_of_prompt(one, "mistral/ministral-3b-2512", None)
    assert (life.origin, life.months, life.date) == ("drawn", math.inf, None)
    assert life.age_months == pytest.approx((TODAY - datetime.date(2025, 12, 2)).days / DAYS_PER_MONTH)
    hazard = CATALOGUE.hazards["open_weights_hosted"].at(TODAY)
    assert life.notice_months == hazard.notice_months
    np.testing.assert_array_equal(life.starts, [step.from_months for step in hazard.steps])
    np.testing.assert_array_equal(life.per_year, [step.per_year for step in hazard.steps])
    (noted,) = one.used
    assert (noted.text, noted.file, noted.kind) == ("drawn", HAZARD, "measured")


def test_an_age_that_is_not_known_is_nine_months_and_said() -> None:
    """A model that is not named has the assumed age, in force on the day of the case."""
    one = desk()
    assert life_of_prompt(one, None, None).age_months == 9
    assert [used.id for used in one.used] == ["", "unknown_release_age"]


def test_a_model_has_no_age_before_its_release() -> None:
    """On a day before the release the age is 0."""
    before = datetime.date(2025, 1, 1)
    assert life_of_prompt(desk(before), "mistral/ministral-3b-2512", None).age_months == 0


def test_open_weights_serve_on() -> None:
    """At the end of hosted open weights they are deployed elsewhere; a maker's own weights are gone."""
    assert life_of_prompt(desk(), "groq/llama-3.3-70b-versatile", None).serves_on
    assert not life_of_prompt(desk(), "openai/gpt-4.1", None).serves_on
    for offer_id, serves_on in (("together/llama-3.3-70b", True), ("openai/gpt-4.1", False)):
        assert life_of_offer(desk(), *terms(offer_id), None).serves_on is serves_on


def test_the_terms_of_an_offer_say_when_it_ends() -> None:
    """A stated date, then the terms', which are the fine-tune's own and later than the base model's elsewhere."""
    assert life_of_offer(desk(), *terms("azure/gpt-4.1"), IN_A_YEAR).origin == "stated"
    life = life_of_offer(desk(), *terms("azure/gpt-4.1"), None)
    assert (life.origin, life.date) == ("catalogue", datetime.date(2027, 10, 14))


def test_an_offer_does_not_end_with_the_same_weights_elsewhere() -> None:
    """Dedicated replicas outlive the service by the token, and what ends at Bedrock is not Together's; their age is one."""
    life = life_of_offer(desk(), *terms("together/llama-3.3-70b"), None)
    assert life.origin == "drawn"
    assert life.age_months == pytest.approx((TODAY - datetime.date(2024, 12, 6)).days / DAYS_PER_MONTH)


def test_an_offer_without_a_date_ends_with_its_base_model_at_its_provider() -> None:
    """Where the terms are silent, the provider's own page of retirements is not."""
    offer, found = terms("openai/gpt-4.1")
    life = life_of_offer(desk(), offer, msgspec.structs.replace(found, shutdown_date=None), None)
    assert (life.origin, life.date) == ("catalogue", datetime.date(2027, 1, 14))


def test_every_offer_has_a_life_and_a_note_says_that_ends_are_drawn() -> None:
    """A hundred offers without a date make one note for each notice, and one more where an age is not known."""
    one = desk()
    lives = [life_of_offer(one, *terms(name), None) for name, offer in CATALOGUE.offers.items() if offer.at(TODAY)]
    assert {life.origin for life in lives} == {"catalogue", "drawn"}
    assert sum(life.origin == "drawn" for life in lives) > 20
    assert [used.id for used in one.used].count("unknown_release_age") == 1
    notes = [used.note for used in one.used if used.text == "drawn"]
    assert len(set(notes)) == len(notes) == len({life.notice_months for life in lives if life.origin == "drawn"}) == 2
    assert all(life.age_months >= 0 and math.isfinite(life.notice_months) for life in lives)


def test_weights_on_gpus_of_ones_own_never_end() -> None:
    """An offer of one's own that is self-hosted has no hazard, another is drawn like any provider's, a stated date holds."""
    own = life_of_own(desk(), None, self_hosted=True)
    assert (own.origin, own.months, own.per_year.tolist()) == ("never", math.inf, [0])
    assert life_of_prompt(desk(), None, None, self_hosted=True).origin == "never"
    hosted = life_of_own(desk(), None, self_hosted=False)
    assert (hosted.origin, hosted.age_months) == ("drawn", 9)
    assert life_of_own(desk(), IN_A_YEAR, self_hosted=True).origin == "stated"


def test_who_serves_weights_themselves() -> None:
    """What a replica does is stated, or all tokens cost nothing."""
    assert is_self_hosted(FREE) and is_self_hosted(PRICED, None, 3000.0) and is_self_hosted(None, 8.0)
    assert not is_self_hosted(PRICED) and not is_self_hosted(PRICED, None, None) and not is_self_hosted(None)


def test_each_alternative_has_notes_of_its_own() -> None:
    """What is assumed of another base model's end stands at its own field."""
    one = desk()
    for at in range(2):
        life_of_prompt(one, None, None, pointer=f"/prompting/alternatives/{at}/shutdown_date")
    assert [used.pointer.split("/")[3] for used in one.used] == ["0", "0", "1", "1"]
