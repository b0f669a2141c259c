"""What the memo rests on and how to get it again: assumptions, what to send next, the request and its digests."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from service.nouns.answer.assessment import Assessment, AssumptionUsed
from service.nouns.request.assessment import AssessmentRequest
from service.renderings.memo.options import Mark
from service.renderings.memo.words import NONE, chance, day, money, number, percent, plain, quantity, spread
from service.renderings.names import STUDIES, field_in_words, input_in_words, spaced, step_in_words

AT_ONCE = 12
"""Assumptions that are shown at once: those that explain most of the uncertainty; the others unfold."""
DERIVED = "derived"
UNITLESS = ("share", "ratio", "id", "flag", "kind")
EXACT = 1e15
"""Whole numbers below this are written without a decimal point."""
LONG = 1500
"""Characters of a command from which on it is folded."""


class Assumed(Struct, frozen=True):
    """An assumption, in words."""

    name: str
    pointer: str
    value: str
    kind: str
    source: str
    href: str
    checked: str
    share: str
    note: str


class Assumptions(Struct, frozen=True):
    """All assumptions: those that matter most, the other figures, and what is taken for what is not said."""

    first: Sequence[Assumed]
    rest: Sequence[Assumed]
    unsaid: Sequence[Assumed]


class Answers(Struct, frozen=True):
    """The next question: what it may turn out to say, and what would be advised then."""

    name: str
    field: str
    why: str
    thresholds: Sequence[str]
    rows: Sequence[Sequence[str]]


def _value(one: AssumptionUsed) -> str:
    """Return what is assumed, in words: a whole number as it is, for it is exact."""
    if one.value is not None:
        is_count = (
            one.value.is_integer()
            and one.value >= 1
            and one.unit.isalpha()
            and one.unit.islower()
            and one.unit not in UNITLESS
        )
        return f"{one.value:,.0f} {one.unit}" if is_count else quantity(one.value, one.unit)
    if one.low is not None and one.high is not None:
        return spread(one.low, one.high, one.unit)
    return (one.text or NONE).replace("_", " ")


def _assumed(one: AssumptionUsed, is_one_of_several: bool) -> Assumed:
    """Return an assumption in words; one of several that a field would overrule says which it is."""
    share = "" if one.share_of_variance is None else plain(one.share_of_variance)
    checked = "" if one.checked is None else one.checked.isoformat()
    name = field_in_words(one.pointer)
    if is_one_of_several and one.id:
        name += f": {one.id.replace('_', ' ')}"
    return Assumed(name, one.pointer, _value(one), one.kind, one.source, one.href, checked, share, one.note)


def assumptions(answer: Assessment) -> Assumptions:
    """Return the assumptions, those that explain most of the uncertainty first."""
    figures = [one for one in answer.assumptions if one.kind != DERIVED]
    ranked = sorted(figures, key=lambda one: -(one.share_of_variance if one.share_of_variance is not None else -1.0))
    unsaid = [one for one in answer.assumptions if one.kind == DERIVED]
    times = Counter(one.pointer for one in figures)
    told = [_assumed(one, times[one.pointer] > 1) for one in ranked]
    return Assumptions(told[:AT_ONCE], told[AT_ONCE:], [_assumed(one, False) for one in unsaid])


def next_question(answer: Assessment, marks: Mapping[str, Mark]) -> Answers | None:
    """Return the question that matters most; nothing where the advice hangs on none."""
    asked = answer.next_question
    if asked is UNSET:
        return None
    thresholds = []
    before = ""
    for one in asked.thresholds:
        where = f"below {quantity(one.below, asked.unit)}" if one.below is not None else f"above {before}"
        before = quantity(one.below, asked.unit)
        thresholds.append(f"{where}: {step_in_words(one.action)} ({marks[one.option].full})")
    rows = [
        [
            quantity(one.value, asked.unit) if one.value is not None else (one.text or NONE).replace("_", " "), plain(one.probability),
            step_in_words(one.action), "yes" if one.changes_advice else "no",
        ]
        for one in asked.answers
    ]  # fmt: skip
    return Answers(field_in_words(asked.field), asked.field, asked.why, thresholds, rows)


def hinges(answer: Assessment) -> list[Sequence[str]]:
    """Return the uncertain inputs that knowing would be worth most: what each is, whether it is assumed, what to send."""
    return [
        [input_in_words(one.input), "assumed" if one.is_default else "stated", one.send]
        for one in answer.verdict.hinges_on
    ]


def studies(answer: Assessment, marks: Mapping[str, Mark]) -> list[Sequence[str]]:
    """Return what finding out is worth, as rows."""
    told: list[Sequence[str]] = []
    for one in answer.value_of_information.studies:
        gain = NONE if one.chance_gain is None else _points(one.chance_gain)
        size = f"{number(one.graded)} answers" + (f", {number(one.size)} examples" if one.size else "")
        name = f"{STUDIES.get(one.study) or spaced(one.study)} ({marks[one.option].letter})"
        told.append([name, size, number(one.value), number(one.cost), number(one.net_value), gain])
    return told


def _points(share: float) -> str:
    """Return a change of a chance, in points of a hundred."""
    points = round(100 * share)
    return f"{points:+d} points".replace("-", "−") if points else "none"


def suggestions(answer: Assessment) -> list[Sequence[str]]:
    """Return base models worth measuring, as rows."""
    draws = answer.provenance.draws
    return [
        [one.base_model, percent(one.accuracy), chance(one.chance_no_worse, draws), number(one.saving_per_month), number(one.cost_of_measuring)]
        for one in answer.suggestions[:3]
    ]  # fmt: skip


def worth_of_knowing(answer: Assessment) -> str:
    """Return what perfect knowledge would be worth at most, in a sentence."""
    most = answer.value_of_information.evpi
    return (
        f"Among the options that may serve today, knowing all that is uncertain would be worth {money(answer.currency, most)} at most. "
        "Measuring one that may not serve yet can be worth more."
    )


def _said(value: Any) -> Any:
    """Return what a caller said, without what was left unsaid."""
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items() if one is not None}
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    return [_said(one) for one in value] if isinstance(value, list) else value


def request_in_json(asked: AssessmentRequest, answer: Assessment) -> str:
    """Return the request as JSON that can be sent again: as of the same day, all that cannot be seen written out."""
    said = _said(msgspec.to_builtins(asked))
    said.pop("include", None)
    said["as_of"] = answer.provenance.as_of.isoformat()
    text = msgspec.json.format(msgspec.json.encode(said), indent=2).decode()
    return "".join(_seen(character) for character in text)


def _seen(character: str) -> str:
    """Return a character as it stands, or written out where it would not be seen or would turn the line around."""
    if character == "\n" or unicodedata.category(character) not in ("Cf", "Cc", "Zl", "Zp"):
        return character
    code = character.encode("utf-16-be")
    return "".join(f"\\u{code[at]:02x}{code[at + 1]:02x}" for at in range(0, len(code), 2))


def command(asked: AssessmentRequest, answer: Assessment) -> str:
    """Return the command that gets this memo again.

    The request goes in as a document of its own, so that no quotation mark in it can end it: between quotation marks of its
    own, and over lines none of which is the word that ends the document.
    """
    return (
        'curl -s "$SERVICE/v1/assessments/memo" -H "Content-Type: application/json" --data-binary @- <<\'REQUEST\'\n'
        f"{request_in_json(asked, answer)}\nREQUEST"
    )


def provenance(answer: Assessment) -> list[tuple[str, str]]:
    """Return what it takes to get the same answer, in words."""
    one = answer.provenance
    return [
        ("As of", day(one.as_of)), ("Service", one.service_version), ("Prices", one.price_catalogue_version),
        ("Simulation", f"{one.draws:,} draws, seed {one.seed}"), ("Horizon", f"{answer.horizon_months} months"),
        ("Discount rate", f"{percent(answer.discount_rate)} per year"), ("Currency", answer.currency),
        ("Digest of the assumptions", one.assumptions_digest), ("Digest of the request", one.request_digest), ("Digest of the result", one.result_digest),
    ]  # fmt: skip
