"""Where one request is resolved: takes values, notes defaults, collects faults. Part of the first stage."""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Iterable, Sequence

import numpy as np

from models.arrays import DAYS_PER_MONTH, UPPER_DECILE_DEVIATE, Array
from models.sampling import Family, accuracy_mean, mean
from service.assessment.case import Inputs, Interval, Used
from service.assessment.ledger.line import Kind, Line
from service.larder.facts import AssumedValue, Assumption, Source
from service.larder.load import Catalogue
from service.nouns.estimate import Estimate
from service.nouns.faults import Fault
from service.nouns.request.assessment import AssessmentRequest, Finance
from service.nouns.request.fine_tuning import FineTuning

CALLER = Source(title="the request")


def months_until(date: datetime.date | None, as_of: datetime.date) -> float:
    """Return the months from `as_of` to a date; infinite when there is none."""
    return math.inf if date is None else (date - as_of).days / DAYS_PER_MONTH


def sure(number: float, family: Family = "positive") -> Interval:
    """Return a number that is known as an interval."""
    return Interval(number, number, family)


def middle(interval: Interval) -> float:
    """Return the mean of a quantity from its interval."""
    return mean(*interval)


def around(average: float, deviation: float) -> Interval:
    """Return the interval of a positive quantity whose mean is known, and its standard deviation on the log scale.

    Next to nothing is as sure as nothing: its lower end would be below what a number holds.
    """
    reach = math.exp(UPPER_DECILE_DEVIATE * deviation)
    centre = average * math.exp(-(deviation**2) / 2.0)
    if deviation == 0.0 or centre / reach < sys.float_info.min:
        return sure(average)
    return Interval(centre / reach, centre * reach, "positive")


def log_deviation(interval: Interval) -> float:
    """Return the standard deviation of a positive quantity on the log scale; 0 where it is sure."""
    if interval.low == interval.high:
        return 0.0
    return math.log(interval.high / interval.low) / (2.0 * UPPER_DECILE_DEVIATE)


class Draft:
    """Inputs under construction: of what all options share, of all fine-tunes, or of one option."""

    def __init__(self, kind: Kind | None = None) -> None:
        """Start with nothing; without a kind the values are those that all options share."""
        self.kind = kind
        self.intervals: dict[Line, Interval] = {}
        self.constants: dict[Line, Array] = {}

    def put(self, line: Line, number: float | Sequence[float] | Array) -> None:
        """Put a line that is certain; a number of an option is a table of one draw, as its lines that are not certain are."""
        self.intervals.pop(line, None)
        value = np.asarray(number, dtype=np.float64)
        self.constants[line] = value if self.kind is None or value.ndim else value.reshape(1, 1)

    def put_all(self, lines: Iterable[Line], number: float) -> None:
        """Put one number for several lines."""
        for line in lines:
            self.put(line, number)

    def range(self, line: Line, interval: Interval) -> None:
        """Put a line that may be uncertain.

        Raises
        ------
        LookupError
            If it is uncertain, and the ledger gives it no column of the draws for this kind of option.
        """
        if interval.low < interval.high and self._column(line) is None:
            raise LookupError(
                f"{line} of {self.kind or 'all options'} may not be a range: the ledger has no column for it"
            )
        self.constants.pop(line, None)
        self.intervals[line] = interval

    def _column(self, line: Line) -> int | None:
        if self.kind is None:
            return line.column if isinstance(line.column, int) else None
        return line.column_of(self.kind)

    def pointer(self, line: Line) -> str:
        """Return the request field that states a line."""
        return (line.field if isinstance(line.field, str) else "") if self.kind is None else line.field_of(self.kind)

    def mean(self, line: Line) -> float:
        """Return the mean of a line that was put."""
        return middle(self.intervals[line]) if line in self.intervals else self.constants[line].item()

    @property
    def inputs(self) -> Inputs:
        """Return what was put."""
        return Inputs(intervals=dict(self.intervals), constants=dict(self.constants))


class Desk:
    """Where one request is resolved: takes values, notes defaults, collects faults."""

    def __init__(self, request: AssessmentRequest, catalogue: Catalogue, as_of: datetime.date) -> None:
        """Open a desk for one request."""
        self.request = request
        self.catalogue = catalogue
        self.as_of = as_of
        self.finance = request.finance or Finance()
        self.tuned = request.fine_tuning or FineTuning()
        self.currency = self.finance.currency or "USD"
        self.units_per_usd = self.finance.units_per_usd or 1.0
        self.by_article = self.finance.cost_basis == "article"
        self.shared, self.tuning = Draft(), Draft("fine_tune")
        self.used: list[Used] = []
        self.faults: list[Fault] = []
        self.said: set[Line] = set()

    def fault(self, pointer: str, message: str, received: str, expected: str) -> None:
        """Note something that cannot be assessed."""
        self.faults.append(Fault(pointer, message, received, expected))

    def interval(self, given: Estimate, family: Family = "positive") -> Interval:
        """Return a given estimate as an interval; one the wrong way round was noted as a fault."""
        if isinstance(given, int | float):
            return Interval(given, given, family)
        return Interval(min(given.low, given.high), given.high, family)

    def assume(self, pointer: str, assumption_id: str, *feeds: Line) -> Interval:
        """Return an assumption's interval in the request's currency and note that it was used."""
        assumption = self.catalogue.assumptions[assumption_id]
        entry = assumption.at(self.as_of)
        found = self.known(assumption_id)
        self._use(pointer, assumption, entry, feeds, found.low, found.high)
        return found

    def known(self, assumption_id: str) -> Interval:
        """Return an assumption's interval in the request's currency without noting it: it moves no figure, or was noted."""
        assumption = self.catalogue.assumptions[assumption_id]
        scale = self.units_per_usd if assumption.unit.startswith("USD") else 1.0
        low, high = (None if end is None else end * scale for end in _ends(assumption.at(self.as_of)))
        if low is None or high is None:
            raise LookupError(f"{assumption_id} is not a number")
        family: Family = assumption.family if assumption.family != "text" else "positive"
        if family == "positive" and low < sys.float_info.min:  # in a currency of next to no worth
            low = high
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
        return self.known(assumption_id).low

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

    def state(self, draft: Draft, line: Line, given: Estimate | None) -> bool:
        """Put a line that the caller states; False when nothing is stated."""
        if given is None:
            return False
        self.said.add(line)
        draft.range(line, self.interval(given, line.family))
        return True

    def estimate(
        self, draft: Draft, line: Line, given: Estimate | None, assumption_id: str, pointer: str | None = None
    ) -> None:
        """Put a line that may be uncertain: what is given, else what is assumed."""
        if not self.state(draft, line, given):
            draft.range(line, self.assume(draft.pointer(line) if pointer is None else pointer, assumption_id, line))

    def plain(self, pointer: str, given: float | None, assumption_id: str, *feeds: Line) -> float:
        """Return a plain number: what is given, else what is assumed."""
        if given is None:
            return self.assume(pointer, assumption_id, *feeds).low
        self.said.update(feeds)
        return given

    def number(
        self, draft: Draft, line: Line, given: float | None, assumption_id: str, pointer: str | None = None
    ) -> None:
        """Put a line that is a plain number: what is given, else what is assumed."""
        draft.put(line, self.plain(draft.pointer(line) if pointer is None else pointer, given, assumption_id, line))

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


def once(used: Iterable[Used]) -> tuple[Used, ...]:
    """Return each default once, with every line that it feeds."""
    found: dict[tuple[str, str, str | None, str], Used] = {}
    for one in used:
        key = (one.pointer, one.id, one.text, one.note)
        before = found.get(key)
        feeds = one.feeds if before is None else tuple(dict.fromkeys((*before.feeds, *one.feeds)))
        found[key] = one._replace(feeds=feeds)
    return tuple(found.values())


def measured_mean(desk: Desk) -> float:
    """Return the mean accuracy of the prompt; more right answers than graded ones were noted as a fault."""
    trials = desk.request.prompting.measured_accuracy
    return float(accuracy_mean(min(trials.correct, trials.total), trials.total))
