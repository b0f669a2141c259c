"""How able base models are: every one that is much used has a figure or a reason, and figures tell models apart."""

from __future__ import annotations

import datetime
import math
import statistics

import pytest
from larder.spoiled import FILES, Spoiled, spoil

from service.larder.capability import ALIASES, FIGURES
from service.larder.load import load, parse
from service.larder.prices import PriceList

CATALOGUE = load()
CAPABILITIES = CATALOGUE.capabilities
TODAY = datetime.date(2026, 11, 26)

MOST_USED = {
    "openai": "gpt-6-astra gpt-6.1-sol gpt-6-sol gpt-6-luna gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.4 "
    "gpt-5.4-mini gpt-5.4-nano gpt-5.2 gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano gpt-4.1 gpt-4.1-mini "
    "gpt-4.1-nano gpt-4o gpt-4o-mini o3 o4-mini gpt-oss-120b",
    "anthropic": "claude-fable-5-2 claude-opus-5-5 claude-opus-5 claude-sonnet-5-5 claude-sonnet-5 claude-sonnet-4-6 "
    "claude-sonnet-4-5 claude-haiku-5-5 claude-haiku-4-5",
    "google": "gemini-4-argon gemini-3.8-flash gemini-3.5-flash gemini-3.5-flash-lite gemini-3.1-pro-preview "
    "gemini-3.1-flash-lite gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite",
    "vertex": "gemini-2.5-flash gemini-3.1-flash-lite claude-sonnet-4-6",
    "azure": "gpt-5.4 gpt-5-mini gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini gpt-6-sol",
    "bedrock": "nova-micro nova-lite nova-pro claude-sonnet-4-5 llama-3.3-70b",
    "mistral": "mistral-large-4 mistral-large-2512 mistral-medium-3-5 mistral-small-latest ministral-8b mistral-7b",
    "together": "llama-3.3-70b llama-3.1-8b qwen3.5-9b moonshotai--kimi-k3",
    "fireworks": "deepseek-v4-flash glm-5p3 llama-v3p1-8b-instruct",
    "groq": "llama-3.3-70b-versatile llama-3.1-8b-instant openai--gpt-oss-120b qwen--qwen3-32b",
    "deepseek": "deepseek-chat deepseek-v3.2 deepseek-v4-flash deepseek-v4-pro",
    "xai": "grok-4.7 grok-4.6 grok-4-fast-reasoning grok-3-mini",
    "cohere": "command-a command-r command-r-plus command-r7b",
}
"""The current and the well-known models of every provider in the price list, by our judgement."""

MAVERICK = r"(\nmeta/llama-4-maverick,,2025-04-06),true,400,132.2,1.5,false,published,2026-09-30,"
AT_MAVERICK = "meta/llama-4-maverick of 2026-09-30"
SPOILED = (
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,1322,1.5,false,published,2026-09-30,",
            f"{AT_MAVERICK}: 1322 is outside the scale", "map it there or leave it out"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,nan,1.5,false,published,2026-09-30,",
            f"{AT_MAVERICK}: nan is outside the scale", "map it there or leave it out"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,132.2,0,false,published,2026-09-30,",
            f"{AT_MAVERICK}: a standard deviation of 0 is not above 0", "state how sure it is"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,132.2,150,false,published,2026-09-30,",
            f"{AT_MAVERICK}: a standard deviation of 150 is not", "state how sure it is"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,-400,132.2,1.5,false,published,2026-09-30,",
            f"{AT_MAVERICK}: -400 billion parameters cannot be", "leave the cell empty where not known"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,132.2,1.5,true,published,2026-09-30,",
            f"{AT_MAVERICK}: kind published with is_guess true", "a judged figure, and no other, is a guess"),
    Spoiled(FIGURES, r"true,judged", "false,judged",
            "cohere/command of 2026-11-26: kind judged with is_guess false", "and no other, is a guess"),
    Spoiled(FIGURES, r'"released in November 2023; like it: [^"]+"', "",
            "cohere/command of 2026-11-26: a guess needs a note", "say by which like model"),
    Spoiled(FIGURES, MAVERICK, r"\1,true,400,132.2,1.5,false,published,2025-03-30,",
            "meta/llama-4-maverick of 2025-03-30: released on 2025-04-06, after its figure", "mend one of the dates"),
    Spoiled(FIGURES, r"\ngoogle/gemini-2.5-pro-preview-03-25,",
        "\ngoogle/gemini-2.5-pro,",
        "google/gemini-2.5-pro of 2026-09-30 stands twice", "keep one of the two"),
    Spoiled(FIGURES, r"\nanthropic/claude-sonnet-4.5,none,", "\nanthropic/claude-opus-4.5,none,",
            "anthropic/claude-opus-4.5#none of 2026-11-26 stands twice", "keep one of the two"),
    Spoiled(FIGURES, r"\nmistral/mistral-7b-instruct-v0.2,", "\nMistral 7B,",
            "Mistral 7B of 2026-11-26: Mistral 7B is not of the form maker/model", "name it so"),
    Spoiled(FIGURES, r"qwen3-4b,none", "qwen3-4b,thinking", "line 191, qwen/qwen3-4b, thinking: Invalid enum", "mend the cell"),
    Spoiled(FIGURES, r"model,mode", "model,effort", "the columns are model, effort, ", "locator, note"),
    Spoiled(FIGURES, r"best reasoning mode", "best, reasoning", "line 11: 16 cells, expected 15", "quote cells with a comma"),
    Spoiled(ALIASES, r'\n"openai/o3-pro" =', '\n"openai/o3-max" =',
            "openai/o3-max is not in capability/capability.csv", "or put the ids under unknown"),
    Spoiled(ALIASES, r'  "openai/o3-pro", "openai/o3",', '  "openai/o3-max", "openai/o3",',
            "openai/o3-max is not in capability/capability.csv", "or take it out"),
    Spoiled(ALIASES, r'"azure/o3-pro"', '"azure/o3-mini"',
            "azure/o3-mini stands under openai/o3-pro and openai/o3-mini", "keep one of the two"),
    Spoiled(ALIASES, r'"azure/o3-pro"', '"openai/o1-pro"', "openai/o1-pro has a figure and is unknown", "keep one of the two"),
)  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED, ids=lambda fault: fault.entry)
def test_what_cannot_be_true_stops_the_start(fault: Spoiled) -> None:
    """One fault in a file of capabilities is refused by a sentence that names file, entry and mend."""
    fault.refused()


def test_the_scale_is_told_from_other_leaderboards() -> None:
    """All figures lie where Epoch's do, and an Elo rating or a share of solved tasks would not."""
    values = [figure.value for held in CAPABILITIES.figures.values() for figure in held]
    assert min(values) >= 80 and max(values) < 170


def test_every_much_used_model_has_a_figure_or_a_reason() -> None:
    """The fifty most used of the price list are known by a figure, or named as unknown with the reason."""
    used = {f"{provider}/{name}" for provider, names in MOST_USED.items() for name in names.split()}
    assert len(used) >= 50 and MOST_USED.keys() == CATALOGUE.identifiers.providers.keys()
    assert used <= set(PriceList(CATALOGUE.identifiers).ids())
    unknown = [name for name in used if CAPABILITIES.find(name, TODAY) is None]
    assert not [name for name in unknown if not CAPABILITIES.unknown.get(name)]
    assert len(unknown) < len(used) / 4


def test_every_base_model_of_an_offer_has_a_figure_or_a_reason() -> None:
    """So have the base models of the offers, and their weights."""
    named = {name for offer in CATALOGUE.offers.values() for name in (offer.base_model, offer.weights)}
    nowhere = [name for name in named if not (CAPABILITIES.find(name, TODAY) or CAPABILITIES.unknown.get(name))]
    assert not nowhere, f"name them in {ALIASES}: {', '.join(sorted(nowhere))}"


def test_every_alias_is_a_model_that_is_priced_or_offered() -> None:
    """A name in the table is one of the price list or of an offer, or the weights of an open model."""
    known = {*PriceList(CATALOGUE.identifiers).ids(), *CATALOGUE.identifiers.aliases}
    known |= {name for offer in CATALOGUE.offers.values() for name in (offer.base_model, offer.weights)}
    known |= {value.model.partition("/")[2] for held in CAPABILITIES.figures.values() for value in held}
    assert not [name for name in (*CAPABILITIES.names, *CAPABILITIES.unknown) if name not in known]


@pytest.mark.parametrize(
    ("of", "to", "relation"),
    [
        ("openai/gpt-5-mini", "mistral/mistral-7b", "larger"),
        ("mistral/mistral-7b", "openai/gpt-5-mini", "smaller"),
        ("azure/gpt-4.1", "openai/gpt-4.1", "same"),
        ("openai/gpt-4.1-2025-04-14", "gpt-4.1", "same"),
        ("xai/grok-4-fast-non-reasoning", "xai/grok-4-fast-reasoning", "same"),
        ("openai/gpt-4.1", "openai/gpt-4.1-mini", None),
        ("openai/gpt-4.1", "openai/gpt-4.1-nano", "larger"),
        ("cohere/command", "openai/gpt-5-mini", None),
        ("openai/gpt-6-sol", "mistral/mistral-7b", None),
        ("openai/gpt-6-sol", "openai/gpt-6-sol", "same"),
        ("nobody/nothing", "openai/gpt-4.1", None),
    ],
)
def test_the_relation_follows_from_the_figures(of: str, to: str, relation: str | None) -> None:
    """Larger or smaller by more than a joint standard deviation; same for the same weights only; guesses tell nothing."""
    assert CAPABILITIES.relation(of, to, TODAY) == relation


def test_a_guess_tells_nothing_however_far_it_is() -> None:
    """The same difference that decides between two measured models does not where one is a guess."""
    guess = CAPABILITIES.find("openai/babbage-002", TODAY)
    assert guess is not None and guess.is_guess and guess.note
    assert CAPABILITIES.relation("openai/babbage-002", "openai/gpt-5-mini", TODAY) is None


def test_reasoning_modes_are_told_apart() -> None:
    """An id stands for one mode; another mode of the same weights is asked for by name, and is none where not measured."""
    best = CAPABILITIES.find("openai/gpt-5-mini", TODAY)
    least = CAPABILITIES.find("openai/gpt-5-mini", TODAY, "minimal")
    off = CAPABILITIES.find("xai/grok-4-fast-non-reasoning", TODAY)
    assert best and least and off
    assert (best.value, least.value) == (145.51, 132.6)
    assert off.mode == "none" and CAPABILITIES.find("xai/grok-4-fast-non-reasoning", TODAY, "") != off
    assert CAPABILITIES.find("openai/gpt-5.4", TODAY, "none") is None


def test_without_reasoning_a_model_is_eight_lower_and_less_sure() -> None:
    """What was measured is told as it is; else the mean of 24 models measured both ways is taken off, and said to be."""
    measured = CAPABILITIES.without_reasoning("openai/gpt-5-mini", TODAY)
    assert measured and (measured.value, measured.standard_deviation, measured.is_derived) == (132.6, 4.6, False)
    differences = CAPABILITIES.differences()
    assert len(differences) == 24 and statistics.fmean(differences) == pytest.approx(8, abs=0.1)
    best, derived = CAPABILITIES.find("openai/gpt-5.4", TODAY), CAPABILITIES.without_reasoning("openai/gpt-5.4", TODAY)
    assert best and derived and derived.is_derived
    assert derived.value == pytest.approx(best.value - 7.92, abs=0.01)
    assert derived.standard_deviation == pytest.approx(math.hypot(1.5, 5.32), abs=0.01)
    assert CAPABILITIES.without_reasoning("openai/gpt-6-sol", TODAY) is None


def test_what_reasons_of_itself_is_listed_or_measured_with_reasoning_off() -> None:
    """No model stands in the list that its figures tell of already."""
    measured = {name.partition("#")[0] for name in CAPABILITIES.figures if "#" in name}
    assert CAPABILITIES.reasoning_native and not measured & CAPABILITIES.reasoning_native


def test_a_newer_figure_holds_from_its_date_on() -> None:
    """A figure is appended, never overwritten: the older one stays what it was for the days before."""
    row = "openai/gpt-4.1,,2025-04-14,false,,139,1.5,false,published,2026-12-31,2026-12-31,A newer index,,,\n"
    newer = parse(FILES | {FIGURES: FILES[FIGURES] + row.encode()}).capabilities
    found = [newer.find("azure/gpt-4.1", day) for day in (datetime.date(2025, 1, 1), TODAY, datetime.date(2027, 1, 1))]
    assert [figure and figure.value for figure in found] == [136.79, 136.79, 139]
    back = spoil(FIGURES, r"2026-09-30", "2026-10-01")
    assert parse(back).capabilities.figures.keys() == CAPABILITIES.figures.keys()


def test_epochs_index_is_attributed() -> None:
    """Whoever reads the file, the notices or a figure's source learns whose index it is, and its licence."""
    for figures in CAPABILITIES.figures.values():
        for figure in figures:
            assert figure.kind != "published" or ("Epoch AI" in figure.source and "CC-BY" in figure.source)
    assert b"Epoch AI" in FILES[ALIASES] and b"CC-BY" in FILES[ALIASES]
