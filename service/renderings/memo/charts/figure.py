"""What a chart is made of for the page: the drawing, a key, and its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from service.renderings.memo.options import Mark


class Table(Struct, frozen=True):
    """Figures in rows; the first cell of each row is its head."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Figure(Struct, frozen=True):
    """A chart with all that belongs to it."""

    id: str
    svg: str
    caption: str
    table: Table
    marks: Sequence[Mark] = ()
    """Options that the key explains."""
    has_lines: bool = False
    """Whether the key shows how the lines are drawn."""
    notes: Sequence[str] = ()
    """Sentences below it: how to read it, and what it does not show."""
