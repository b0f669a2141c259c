"""Lives of base models: when they were released, when they end, and how likely an end is by age."""

from __future__ import annotations

import datetime

import pytest
from larder.spoiled import FILES, Spoiled

from service.larder.hazard import CLASSES, HAZARD
from service.larder.lifetimes import LIFE_ALIASES, LIVES
from service.larder.load import load, parse
from service.larder.prices import PriceList

CATALOGUE = load()
LIFETIMES = CATALOGUE.lifetimes
TODAY = datetime.date(2026, 11, 26)

HAIKU = "\nanthropic,claude-3-haiku-20240307,2024-03-07,2026-02-19,2026-04-20,,2026-04-21,"
AT_HAIKU = "anthropic/claude-3-haiku-20240307"
AT_HAZARD = "proprietary from 2024-01-01"
STEP_FROM_12 = r" per_year = 0\.801, low_per_year = [0-9.]+, high_per_year = [0-9.]+"
FITTED_STEP = r"events = 5, years_at_risk = [0-9.]+"
AT_FITTED = "proprietary from 2024-01-01: the step from 6 months"


def haiku(old: str, new: str, entry: str, mend: str) -> Spoiled:
    """Return a fault in the row of one model."""
    return Spoiled(LIVES, HAIKU, HAIKU.replace(old, new), entry, mend)


SPOILED = (
    haiku("2026-02-19", "2026-04-21", f"{AT_HAIKU}: shutdown 2026-04-20 is before announced 2026-04-21", "leave it empty"),
    haiku("2026-04-20", "2024-01-20", f"{AT_HAIKU}: shutdown 2024-01-20 is before released 2024-03-07", "leave it empty"),
    haiku("2026-02-19,2026-04-20", "2027-02-19,2027-04-20", f"{AT_HAIKU}: announced 2027-02-19 is after checked", "until it is announced"),
    haiku("2024-03-07,2026-02-19,2026-04-20", ",,", f"{AT_HAIKU}: no date at all", "take the row out"),
    haiku("2024-03-07,", "0224-03-07,", f"{AT_HAIKU}: released 0224-03-07, before there were models", "mend the date"),
    haiku("2026-04-20", "2026-04-31", "line 12, anthropic, claude-3-haiku-20240307: Invalid", "mend the cell"),
    haiku("2026-04-20,,", "2026-04-20,perhaps,", "line 12, anthropic, claude-3-haiku-20240307: Invalid enum", "mend the cell"),
    Spoiled(LIVES, r"\ndeepseek,deepseek-chat,", "\ndeepsea,deepseek-chat,",
            "deepsea/deepseek-chat: nobody knows the provider deepsea", "together, vertex, xai"),
    Spoiled(LIVES, r"\nanthropic,claude-1.1,", "\nanthropic,claude-1.0,",
            "anthropic/claude-1.0 checked 2026-03-26 stands twice", "keep one of the two"),
    Spoiled(LIVES, r"2026-03-26(.*\n)anthropic,claude-1.1,", r"2026-10-26\1anthropic,claude-1.0,",
            "anthropic/claude-1.0: checked 2026-03-26 does not come after 2026-10-26", "append what is newer"),
    Spoiled(LIVES, "provider,model", "host,model", "the columns are host, model", "locator"),
    Spoiled(LIFE_ALIASES, '"openai/gpt-4.1-mini" = "', '"openai/gpt-4.1-mini" = "the-',
            "openai/gpt-4.1-mini: openai/the-gpt-4.1-mini", "take the alias out"),
    Spoiled(HAZARD, STEP_FROM_12, " per_year = -0.39", f"{AT_HAZARD}: a hazard of -0.39 a year", "per year at risk"),
    Spoiled(HAZARD, STEP_FROM_12, " per_year = 39", f"{AT_HAZARD}: a hazard of 39 a year", "per year at risk"),
    Spoiled(HAZARD, "from_months = 12", "from_months = 6",
            f"{AT_HAZARD}: the step from 6 months does not come after that from 6", "order them by age"),
    Spoiled(HAZARD, "from_months = 0", "from_months = 3", f"{AT_HAZARD}: the first step is not from 0", "of a new model"),
    Spoiled(HAZARD, "open_weights_hosted", "open_wights", "open_wights: Object missing required field", "`values`"),
    Spoiled(HAZARD, r"(?s)\n\[self_hosted\].*", "\n", "self_hosted is missing", "state the hazards of this class"),
    Spoiled(HAZARD, r"(?s)\[self_hosted\](.*)\[\[self_hosted", r"[leased]\1[[leased",
            "self_hosted is missing", "name one of proprietary, open_weights_hosted, self_hosted"),
    Spoiled(HAZARD, r'note = "Weights on[^"]+"', "", "self_hosted from 2026-11-26: a judged value needs a note", "why that much"),
    Spoiled(HAZARD, "notice_months = 6", "notice_months = -6", f"{AT_HAZARD}: a notice of -6 months", "where none is given"),
    Spoiled(HAZARD, r"low_per_year = 0\.06, ", "", f"{AT_FITTED} states one end of its interval", "both or neither"),
    Spoiled(HAZARD, r"low_per_year = 0\.06, ", "low_per_year = 0.6, ", f"{AT_FITTED}: 0.182 a year does not lie from 0.6 to", "about the mean"),
    Spoiled(HAZARD, FITTED_STEP, "events = -5, years_at_risk = 36", f"{AT_FITTED}: -5 events cannot be", "count those that ended"),
    Spoiled(HAZARD, FITTED_STEP, "events = 0, years_at_risk = -36", f"{AT_FITTED}: -36 years at risk", "time that was watched"),
    Spoiled(HAZARD, FITTED_STEP, "events = 5", f"{AT_FITTED}: 5 events in no time at risk", "years that were watched"),
    Spoiled(HAZARD, "checked =", "chekced =", "proprietary: Object contains unknown field `chekced`", "at `$.values[0]`"),
)  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED, ids=lambda fault: fault.entry)
def test_what_cannot_be_true_stops_the_start(fault: Spoiled) -> None:
    """One fault in a file of lifetimes is refused by a sentence that names file, entry and mend."""
    fault.refused()


@pytest.mark.parametrize(
    ("model_id", "released", "shutdown"),
    [
        ("openai/gpt-4.1", "2025-04-14", "2027-01-14"),
        ("azure/gpt-4.1", "2025-04-14", "2027-04-14"),
        ("openai/gpt-4.1-2025-04-14", "2025-04-14", "2027-01-14"),
        ("vertex/gemini-2.5-pro", None, "2026-10-20"),
        ("google/gemini-2.5-pro", None, "2026-12-01"),
        ("bedrock/llama-3.1-8b", "2024-07-23", "2027-03-30"),
        ("vertex/gemini-3.1-flash-lite", "2026-05-07", "2027-05-07"),
    ],
)
def test_the_life_of_a_base_model_is_that_at_its_provider(model_id: str, released: str | None, shutdown: str) -> None:
    """The same weights end on different days at different providers."""
    life = LIFETIMES.find(model_id, TODAY)
    assert life and life.provider == model_id.partition("/")[0]
    assert (life.released and life.released.isoformat(), life.shutdown and life.shutdown.isoformat()) == (
        released,
        shutdown,
    )


def test_every_alias_is_a_model_that_is_priced() -> None:
    """A name in the table is one of the price list, or an exact alias of one."""
    known = {*PriceList(CATALOGUE.identifiers).ids(), *CATALOGUE.identifiers.aliases}
    assert not [name for name in LIFETIMES.names if name not in known]


def test_a_retirement_that_is_moved_is_appended() -> None:
    """What the provider said before stays what it was for the days before it was checked anew."""
    row = "openai,gpt-4.1-2025-04-14,2025-04-14,2026-10-14,2027-07-14,yes,2026-12-20,OpenAI deprecations page,,\n"
    moved = parse(FILES | {LIVES: FILES[LIVES] + row.encode()}).lifetimes
    found = [moved.find("openai/gpt-4.1", day) for day in (datetime.date(2025, 1, 1), TODAY, datetime.date(2027, 1, 1))]
    assert [life and life.shutdown and life.shutdown.month for life in found] == [1, 1, 7]


def test_the_hazard_is_low_in_the_first_year_and_never_on_gpus_of_ones_own() -> None:
    """A maker's model is safest in its first half-year and least safe after its first; hosted weights are at risk from the start."""
    assert tuple(CATALOGUE.hazards) == CLASSES
    maker, host, own = (CATALOGUE.hazards[name].at(TODAY) for name in CLASSES)
    assert maker.at(0) < 0.1 < maker.at(6) < 0.3 < 0.7 < maker.at(12)
    assert all(0.5 < host.at(age) < 1.5 for age in (0, 6, 12, 18, 24, 60))
    assert own.at(60) == 0
    assert [value.kind for value in (maker, host, own)] == ["measured", "measured", "judged"]
    assert all(step.low_per_year < step.per_year < step.high_per_year for step in (*maker.steps, *host.steps))
    assert (maker.notice_months, host.notice_months) == (6, 1)
