"""What a line of the ledger is: a quantity, declared once, with all that is ever said of it.

Lines are attributes of chapters, so a misspelt one is a type error. Everything else follows from the table: what is
folded and in which order, what is drawn and from which column, which figure of the answer is which line, what the trace
and GET /v1/ledger print.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from models.arrays import Array
from models.sampling import Family

PRICE_LIST = "price list"
"""Origin of a line that the price list states, unless the caller does."""


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
    field: str = ""
    """JSON pointer of the request field that states it, or that it follows from; empty where none does."""
    family: Family = "positive"
    """How a range of it is read."""
    column: int | None = None
    """Its column of the draws where it can be uncertain; never changed, never given to another line."""
    origin: str = ""
    """Where an input comes from that neither the caller, an assumption nor an offer states: "fitted", "price list"."""
    is_drawn: bool = False
    """Whether later stages read it of every draw."""
    is_read: bool = False
    """Whether a rule or a sentence of the answer reads it at the base case."""
    parts: tuple[str, ...] = ()
    """Where it stands in the answer: paths of fields, such as `costs.prompting.tco`."""
    name: str = dataclasses.field(init=False, default="")
    """Its name in the ledger and on the wire: that of its attribute."""

    @property
    def is_input(self) -> bool:
        """Return whether it is put rather than calculated."""
        return self.function is not_calculated

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
