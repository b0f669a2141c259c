"""What a line of the ledger is: a quantity, declared once, with all that is ever said of it.

Lines are attributes of chapters, so a misspelt one is a type error. Everything else follows from the table: what is
folded and in which order, what is drawn and from which column, which figure of the answer is which line, what the trace
and GET /v1/ledger print. One table serves every kind of option; a line may have a formula of its own for some kinds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple, get_args

from models.arrays import Array
from models.sampling import Family

Kind = Literal["keep", "improve", "other_prompt", "fine_tune", "in_service"]
"""What an option does: keep the prompt, improve it, prompt otherwise, fine-tune, or run on a fine-tune in service."""

KINDS: tuple[Kind, ...] = get_args(Kind)
PROMPTS: tuple[Kind, ...] = ("keep", "improve", "other_prompt")
TUNES: tuple[Kind, ...] = ("fine_tune", "in_service")

PRICE_LIST = "price list"
"""Origin of a line that the price list states, unless the caller does."""


class Own(int):
    """A column of an option's own block of draws, in place of one of the case's."""


def in_currency(unit: str, currency: str) -> str:
    """Return a unit with a currency for money.

    Examples
    --------
    >>> in_currency("currency/month", "EUR")
    'EUR/month'
    """
    return unit.replace("currency", currency)


def not_calculated(*_: Array) -> Array:
    """Stand where an input has no formula."""
    raise LookupError("an input is put, not calculated")


class Formula(NamedTuple):
    """A function of `models/` and the lines it takes, in order."""

    function: Callable[..., Array]
    reads: tuple[Line, ...]


def each(kinds: tuple[Kind, ...], function: Callable[..., Array], *reads: Line) -> dict[Kind, Formula]:
    """Return one formula for several kinds of option."""
    return dict.fromkeys(kinds, Formula(function, reads))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Line:
    """One quantity of the calculation; one that the caller states is not calculated."""

    unit: str
    """Money is "currency" (of the answer), alone or over something: "currency/month"."""
    meaning: str
    """What it is, in a sentence."""
    function: Callable[..., Array] = not_calculated
    """Formula of `models/` that gives it; an input has none."""
    reads: tuple[Line, ...] = ()
    """The lines that the formula takes, in order."""
    by_kind: Mapping[Kind, Formula] = dataclasses.field(default_factory=dict)
    """Formulas of kinds of option that have one of their own."""
    field: str | Mapping[Kind, str] = ""
    """JSON pointer of the request field that states it, or that it follows from; empty where none does."""
    family: Family = "positive"
    """How a range of it is read."""
    column: int | Mapping[Kind, int] | None = None
    """Its column of the draws where it can be uncertain; never changed, never given to another line."""
    origin: str = ""
    """Where an input comes from that neither the caller, an assumption nor an offer states: "fitted", "price list"."""
    is_drawn: bool = False
    """Whether later stages read it of every draw."""
    is_read: bool = False
    """Whether a rule or a sentence of the answer reads it at the base case."""
    parts: tuple[str, ...] = ()
    """Where it stands in the answer: paths of fields, such as `options.present_values.tokens`."""
    name: str = dataclasses.field(init=False, default="")
    """Its name in the ledger and on the wire: that of its attribute."""

    @property
    def is_input(self) -> bool:
        """Return whether it is put rather than calculated, for every kind of option."""
        return self.function is not_calculated and not self.by_kind

    def formula(self, kind: Kind) -> Formula | None:
        """Return the formula for a kind of option; None where it is put."""
        found = self.by_kind.get(kind)
        if found is None and self.function is not not_calculated:
            return Formula(self.function, self.reads)
        return found

    def field_of(self, kind: Kind) -> str:
        """Return the pointer of the request field that states it for a kind of option."""
        return self.field if isinstance(self.field, str) else self.field.get(kind, "")

    def column_of(self, kind: Kind) -> int | None:
        """Return its column for a kind of option; None where it is never uncertain."""
        return self.column.get(kind) if isinstance(self.column, Mapping) else self.column

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the attribute."""
        object.__setattr__(self, "name", name)

    def __repr__(self) -> str:
        """Return the name."""
        return self.name


class Chapter:
    """Base of the chapters: classes whose attributes are lines."""

    @classmethod
    def lines(cls) -> Iterator[Line]:
        """Yield the lines of a chapter in the order of their declaration."""
        return (line for line in vars(cls).values() if isinstance(line, Line))
