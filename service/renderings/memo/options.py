"""The options of an answer as the memo shows them: a letter, a colour, a dash and a name, the same in every chart and table."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from msgspec import Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.options import OptionAnswer

COLOURS = 7
"""Colours of the palette; with more options they come again, with another dash and of course another letter."""
DASHES = 5
"""Kinds of line."""
BRIEF = 28
"""Letters of a name beside a figure on a phone."""
OWN = "own"
"""The offer that is the caller's own."""


def short_name(option: OptionAnswer) -> str:
    """Return what an option is called in charts: for a fine-tune its base model, without how it is trained or served."""
    base = option.name.partition(",")[0].partition(" on ")[0].partition(" (")[0]
    if option.kind == "in_service":
        return "Fine-tune in service"
    if option.kind == "fine_tune":
        return "Fine-tune on your own offer" if option.offer == OWN else f"Fine-tune of {base}"
    if option.kind == "other_prompt":
        return f"Prompt “{option.name}”"
    return option.name


def _distinct(options: Sequence[OptionAnswer]) -> list[str]:
    """Return the short name of each option; fine-tunes of one base model are told apart by where or how they are served."""
    names = [short_name(option) for option in options]
    return [
        _with_terms(name, option) if option.offer and names.count(name) > 1 else name
        for option, name in zip(options, names, strict=True)
    ]


def _with_terms(name: str, option: OptionAnswer) -> str:
    """Return a short name and the last that the option's name says of its terms."""
    terms = option.name.rpartition(", ")[2].removeprefix("fine-tuned ").removeprefix("tuned ")
    return f"{name} {terms}" if terms.startswith(("at ", "on ")) else f"{name}, {terms}"


def _spoken(name: str) -> str:
    """Return a short name, which begins with a word of ours, as it stands within a sentence."""
    return name[:1].lower() + name[1:]


def _full_name(option: OptionAnswer) -> str:
    """Return the whole name; that of the caller's own offer with a capital."""
    return option.name[:1].upper() + option.name[1:] if option.offer == OWN else option.name


def _brief(name: str, option: OptionAnswer) -> str:
    """Return a short name as it fits beside its figure on a phone, where its letter says the rest.

    A fine-tune goes by its base model there, a prompt by its name.
    """
    said = option.name if option.kind == "other_prompt" else name.removeprefix("Fine-tune of ")
    return said if len(said) <= BRIEF else f"{said[: BRIEF - 1]}…"


class Mark(Struct, frozen=True):
    """How an option is told apart."""

    letter: str
    index: int
    short: str
    name: str
    spoken: str
    brief: str

    @property
    def css(self) -> str:
        """Return the classes of its colour and its dash."""
        return f"c{self.index % COLOURS} d{self.index % DASHES}"

    @property
    def full(self) -> str:
        """Return its letter and name, as it stands in a sentence."""
        return f"{self.letter} ({self.spoken})"


def letter(index: int) -> str:
    """Return the letter of an option: A to Z, then A2 to Z2.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'A2')
    """
    turn, place = divmod(index, len(string.ascii_uppercase))
    return string.ascii_uppercase[place] + (str(turn + 1) if turn else "")


def values_errors(answer: Assessment) -> bool:
    """Return whether wrong answers have a cost in this answer."""
    return any((option.monthly.errors or 0) > 0 for option in answer.options)


def marks_of(answer: Assessment) -> Mapping[str, Mark]:
    """Return the mark of every option by its id, in the order of the answer."""
    names = zip(answer.options, _distinct(answer.options), strict=True)
    return {
        option.id: Mark(letter(index), index, short, _full_name(option), _spoken(short), _brief(short, option))
        for index, (option, short) in enumerate(names)
    }
