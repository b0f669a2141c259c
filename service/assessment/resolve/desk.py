"""Where one request is resolved: takes values, notes defaults, collects faults. Part of the first stage."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np

from models.arrays import DAYS_PER_MONTH, Array
from models.sampling import Family
from service.assessment.case import Interval, Used
from service.assessment.ledger.line import Line
from service.larder.facts import AssumedValue, Assumption, Source
from service.larder.load import Catalogue
from service.nouns.estimate import Estimate
from service.nouns.faults import Fault
from service.nouns.request.assessment import AssessmentRequest, Finance

CALLER = Source(title="the request")


def months_until(date: datetime.date | None, as_of: datetime.date) -> float:
    """Return the months from `as_of` to a date; infinite when there is none."""
    return math.inf if date is None else (date - as_of).days / DAYS_PER_MONTH


class Desk:
    """Where one request is resolved: takes values, notes defaults, collects faults."""

    def __init__(self, request: AssessmentRequest, catalogue: Catalogue, as_of: datetime.date) -> None:
        """Open a desk for one request."""
        self.request = request
        self.catalogue = catalogue
        self.as_of = as_of
        self.finance = request.finance or Finance()
        self.intervals: dict[Line, Interval] = {}
        self.constants: dict[Line, Array] = {}
        self.used: list[Used] = []
        self.faults: list[Fault] = []
        self.said: set[Line] = set()
        self.currency = self.finance.currency or "USD"
        self.units_per_usd = self.finance.units_per_usd or 1.0

    def fault(self, pointer: str, message: str, received: str, expected: str) -> None:
        """Note something that cannot be assessed."""
        self.faults.append(Fault(pointer, message, received, expected))

    def interval(self, given: Estimate, family: Family = "positive") -> Interval:
        """Return a given estimate as an interval."""
        if isinstance(given, int | float):
            return Interval(given, given, family)
        return Interval(given.low, given.high, family)

    def assume(self, pointer: str, assumption_id: str, *feeds: Line, share: float = 1.0) -> Interval:
        """Return an assumption's interval (or a share of it) in the request's currency and note that it was used."""
        assumption = self.catalogue.assumptions[assumption_id]
        entry = assumption.at(self.as_of)
        scale = share * (self.units_per_usd if assumption.unit.startswith("USD") else 1.0)
        low, high = (None if end is None else end * scale for end in _ends(entry))
        if low is None or high is None:
            raise LookupError(f"{assumption_id} is not a number")
        self._use(pointer, assumption, entry, feeds, low, high)
        family: Family = assumption.family if assumption.family != "text" else "positive"
        return Interval(low, high, family)

    def assume_text(self, pointer: str, assumption_id: str, *feeds: Line) -> str:
        """Return an assumption that is an identifier and note that it was used."""
        assumption = self.catalogue.assumptions[assumption_id]
        entry = assumption.at(self.as_of)
        if entry.text is None:
            raise LookupError(f"{assumption_id} is no text")
        self._use(pointer, assumption, entry, feeds)
        return entry.text

    def limit(self, assumption_id: str) -> float:
        """Return an assumed number that moves no figure, only what is said of them; so it is not listed in the answer."""
        entry = self.catalogue.assumptions[assumption_id].at(self.as_of)
        if entry.value is None:
            raise LookupError(f"{assumption_id} is not a number")
        return entry.value

    def _use(
        self, pointer: str, assumption: Assumption, entry: AssumedValue, feeds: tuple[Line, ...],
        low: float | None = None, high: float | None = None,
    ) -> None:  # fmt: skip
        is_number = low == high
        self.used.append(
            Used(
                pointer=pointer,
                id=assumption.id,
                value=low if is_number else None,
                low=None if is_number else low,
                high=None if is_number else high,
                text=entry.text,
                unit=assumption.unit.replace("USD", self.currency),
                kind=entry.kind,
                source=entry.source,
                note=entry.note or assumption.description,
                feeds=feeds,
                file=self.catalogue.files[assumption.id],
                checked=entry.checked,
            )
        )

    def estimate(self, line: Line, given: Estimate | None, assumption_id: str) -> None:
        """Put a line that may be uncertain: what is given, else what is assumed."""
        if not self.state(line, given):
            self.intervals[line] = self.assume(line.field, assumption_id, line)

    def state(self, line: Line, given: Estimate | None) -> bool:
        """Put a line that the caller states; False when nothing is stated."""
        if given is None:
            return False
        self.said.add(line)
        self.intervals[line] = self.interval(given, line.family)
        return True

    def nothing(self, line: Line) -> None:
        """Put 0 for a line that may be uncertain where it is known not to occur."""
        self.intervals[line] = Interval(0.0, 0.0, line.family)

    def plain(self, pointer: str, given: float | None, assumption_id: str, *feeds: Line) -> float:
        """Return a plain number: what is given, else what is assumed."""
        if given is None:
            return self.assume(pointer, assumption_id, *feeds).low
        self.said.update(feeds)
        return given

    def number(self, line: Line, given: float | None, assumption_id: str) -> None:
        """Put a line that is a plain number: what is given, else what is assumed."""
        self.put(line, self.plain(line.field, given, assumption_id, line))

    def put(self, line: Line, number: float | Sequence[float] | Array) -> None:
        """Put a line that is certain."""
        self.constants[line] = np.asarray(number, dtype=np.float64)

    def derive(
        self, pointer: str, unit: str, note: str, *, value: float | None = None, text: str | None = None
    ) -> None:
        """Note a value, or what is done without one, that follows from the request rather than from the catalogue."""
        self.used.append(
            Used(
                pointer=pointer,
                id="",
                value=value,
                low=None,
                high=None,
                text=text,
                unit=unit,
                kind="derived",
                source=CALLER,
                note=note,
                feeds=(),
            )
        )


def _ends(entry: AssumedValue) -> tuple[float | None, float | None]:
    """Return the ends of an assumed range, the number twice where it is one."""
    return (entry.low, entry.high) if entry.value is None else (entry.value, entry.value)
