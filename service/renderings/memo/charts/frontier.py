"""The break-even frontier: along each input, which option is the best where, and where today stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.break_even import BreakEvenItem, SwitchAnswer
from service.renderings.memo.charts.figure import Table
from service.renderings.memo.charts.svg import (
    NARROW,
    Axis,
    across,
    chart,
    down,
    element,
    kept_apart,
    label,
    rule,
    words,
)  # fmt: skip
from service.renderings.memo.options import Mark
from service.renderings.memo.words import NONE, listed, number, quantity, spread
from service.renderings.names import input_in_words

START, END = 1.0, 99.0
HEIGHT, BAR_TOP, BAR = 84.0, 30.0, 26.0
LINEAR = ("share", "months", "weeks")
"""Units whose ranges are bounded, and are drawn evenly."""
ERROR_COST, PROMPT_ACCURACY = "error_cost", "prompt_accuracy"
BEYOND = 100.0
"""How far beyond the outermost switch, and beyond today's value, a logarithmic range is drawn."""
NAMED = 4
"""Switches of one input that are named at most; all are in the table."""
WIDE = 5.5
"""Least width of a piece that has room for its letter [per cent]."""


class Piece(NamedTuple):
    """A part of an input's range in which one option is the best, whatever stands in for it."""

    lower: float
    upper: float
    option: str


class Strip(Struct, frozen=True):
    """One input, drawn and in words."""

    name: str
    svg: str
    sentence: str
    caution: str


class Frontier(Struct, frozen=True):
    """All inputs: those along which the best option changes, and what is to be said of the others."""

    strips: Sequence[Strip]
    others: str
    aside: str
    table: Table
    marks: Sequence[Mark]


def _pieces(item: BreakEvenItem) -> list[Piece]:
    """Return the parts of the range, neighbours of the same option joined."""
    found: list[Piece] = []
    for segment in item.segments:
        if found and found[-1].option == segment.option:
            found[-1] = found[-1]._replace(upper=segment.upper)
        else:
            found.append(Piece(segment.lower, segment.upper, segment.option))
    return found


def _near(item: BreakEvenItem) -> Sequence[SwitchAnswer]:
    """Return the switches that are named: all of them, or those nearest to today's value where they are many."""
    if len(item.switches) <= NAMED or item.current is None:
        return item.switches[:NAMED]
    today = item.current
    nearest = sorted(item.switches, key=lambda switch: (abs(switch.value - today), switch.value))[:NAMED]
    return sorted(nearest, key=lambda switch: switch.value)


def _axis(item: BreakEvenItem, pieces: Sequence[Piece]) -> Axis:
    """Return the axis of a range: even for shares and times, else logarithmic and no longer than it has to be."""
    low, high = pieces[0].lower, pieces[-1].upper
    if item.unit in LINEAR:
        return Axis(low, high, START, END)
    inside = [value for value in (*(switch.value for switch in item.switches), item.current) if value]
    low = max(low, min(inside) / BEYOND) if inside else low
    high = min(high, max(inside) * BEYOND) if inside else high
    return Axis(low, high, START, END, is_log=low > 0)


def _strip_svg(item: BreakEvenItem, marks: Mapping[str, Mark], at: int, sentence: str) -> str:
    pieces = _pieces(item)
    axis = _axis(item, pieces)
    floor = BAR_TOP + BAR
    parts = []
    for piece in pieces:
        mark, start, end = marks[piece.option], axis.at(piece.lower), axis.at(piece.upper)
        tip = element("title", words(f"{mark.full}: {spread(piece.lower, piece.upper, item.unit)}"))
        box = element(
            "rect", x=across(start), y=down(BAR_TOP), width=across(end - start), height=down(BAR), class_="piece"
        )
        letter = label(mark.letter, (start + end) / 2, BAR_TOP + 18, "letter") if end - start >= WIDE else ""
        parts.append(element("g", tip, box, letter, class_=mark.css))
    near = _near(item)
    switches = [axis.at(switch.value) for switch in near]
    named = [number(100 * switch.value if item.unit == "share" else switch.value) for switch in near]
    gap = 100 * (7.5 * max((len(name) for name in named), default=0) + 8) / NARROW
    for switch, place, name in zip(switches, kept_apart(switches, gap, 6.0, 94.0), named, strict=True):
        parts.append(rule(switch, BAR_TOP - 2, switch, floor + 6, "switch"))
        parts.append(rule(switch, floor + 6, place, floor + 11, "switch thin"))
        parts.append(label(name, place, floor + 23, "tick middle"))
    if item.current is not None and not (item.input == ERROR_COST and item.current == 0):
        place = axis.at(item.current)
        parts.append(element("text", "▼", x=across(place), y=down(BAR_TOP - 3), class_="today"))
        side, aside = ("start", 9) if place < 50 else ("end-of", -9)
        parts.append(element("text", "today", x=across(place), y=down(BAR_TOP - 5), dx=aside, class_=f"tick {side}"))
    return chart(
        f"frontier-chart-{at}",
        HEIGHT,
        f"Best option by: {input_in_words(item.input).lower()}",
        sentence,
        *parts,
        css="strip",
    )


def _today(item: BreakEvenItem) -> str:
    """Return where today stands, in words; a price of errors of 0 is none."""
    if item.current is None:
        return " Today it has no value."
    if item.input == ERROR_COST and item.current == 0:
        return " Today no price is put on it."
    return f" Today: {quantity(item.current, item.unit)}."


def held(item: BreakEvenItem) -> str:
    """Return what is held along an input that other inputs follow, as the end of a sentence; empty for all others."""
    return ", the other options' accuracies held where they are" if item.input == PROMPT_ACCURACY else ""


def _sentence(item: BreakEvenItem, marks: Mapping[str, Mark]) -> str:
    """Return which option is the best where, in words."""
    pieces = _pieces(item)
    said: list[str] = []
    if len(item.switches) > NAMED:
        near = "; ".join(
            f"at {quantity(one.value, item.unit)} from {marks[one.from_option].full} to {marks[one.to_option].full}"
            for one in _near(item)
        )
        return f"The best option changes {len(item.switches)} times over the range, nearest to today {near}{held(item)}.{_today(item)}"
    for at, piece in enumerate(pieces):
        name = marks[piece.option].full
        if len(pieces) == 1:
            said.append(f"{name} throughout")
        elif at == 0:
            said.append(f"{name} below {quantity(piece.upper, item.unit)}")
        elif at == len(pieces) - 1:
            said.append(f"{name} above {quantity(piece.lower, item.unit)}")
        else:
            said.append(f"{name} from {spread(piece.lower, piece.upper, item.unit)}")
    return f"{'; '.join(said)}{held(item)}.{_today(item)}"


def _others(items: Sequence[BreakEvenItem], marks: Mapping[str, Mark]) -> str:
    """Return what is to be said of the inputs along which nothing changes."""
    by_option: dict[str, list[str]] = {}
    for item in items:
        name = input_in_words(item.input)
        by_option.setdefault(item.segments[0].option, []).append(name[:1].lower() + name[1:])
    return " ".join(
        f"{marks[option].full} is worth most over the whole range of each of these: {listed(names)}."
        for option, names in by_option.items()
    )


def _beside_the_choice(answer: Assessment, marks: Mapping[str, Mark]) -> str:
    """Return why what is worth most at today's values is not the choice, where it is not; else nothing."""
    chosen = answer.verdict.option
    for item in answer.break_even.items:
        if item.current is not None and item.agrees_with_draws:
            here = [piece.option for piece in _pieces(item) if piece.lower <= item.current <= piece.upper]
            if not here or chosen in here:
                return ""
            return (
                f"At today's values {marks[here[0]].full} is worth most, and yet {marks[chosen].full} is the choice as of today: "
                "what is asked of accuracy and latency comes before money."
            )
    return ""


def _table(items: Sequence[BreakEvenItem], marks: Mapping[str, Mark]) -> Table:
    rows = []
    for item in items:
        for segment in item.segments:
            aside = "" if segment.stands_in is None else marks[segment.stands_in].full
            rows.append([
                input_in_words(item.input), quantity(item.current, item.unit), spread(segment.lower, segment.upper, item.unit), marks[segment.option].full, aside or "nothing",
                {"migrate": "trains anew", "revert": "gives way"}.get(segment.on_shutdown or "", NONE),
            ])  # fmt: skip
    head = ["Input", "Today", "Range", "Best option", "What stands in for it", "When its base model retires"]
    return Table("The best option along each input", head, rows)


def frontier(answer: Assessment, marks: Mapping[str, Mark]) -> Frontier:
    """Return the frontier along every input of the answer; far switches are shown after near ones."""
    items = answer.break_even.items
    changing = [item for item in items if item.state == "switches"] + [
        item for item in items if item.state == "insensitive"
    ]
    strips = []
    for at, item in enumerate(changing):
        sentence = _sentence(item, marks)
        caution = ""
        if not item.agrees_with_draws:
            caution = "Read it with care: at today's value the base case and the draws name different options."
        name = input_in_words(item.input)
        strips.append(Strip(name, _strip_svg(item, marks, at, sentence), sentence, caution))
    others = [item for item in items if item.state not in ("switches", "insensitive") and item.segments]
    seen = {segment.option for item in changing for segment in item.segments}
    return Frontier(
        strips,
        _others(others, marks),
        _beside_the_choice(answer, marks),
        _table(items, marks),
        [mark for id_, mark in marks.items() if id_ in seen],
    )
