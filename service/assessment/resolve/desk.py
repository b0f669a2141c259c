"""Where one request is resolved: takes values, notes defaults, collects faults. Part of the first stage."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.sampling import Family
from service.assessment.case import Interval, Used
from service.larder.facts import Source
from service.larder.load import Catalogue
from service.nouns.estimate import Estimate
from service.nouns.faults import Fault
from service.nouns.request.assessment import AssessmentRequest, Finance

Array = NDArray[np.float64]

DAYS_PER_MONTH = 30.4375
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
        self.intervals: dict[str, Interval] = {}
        self.constants: dict[str, Array] = {}
        self.used: list[Used] = []
        self.faults: list[Fault] = []
        self.said: set[str] = set()
        self.units_per_usd = self._units_per_usd()

    def _units_per_usd(self) -> float:
        currency, units = self.finance.currency or "USD", self.finance.units_per_usd
        if currency != "USD" and units is None:
            self.fault(
                "/finance/units_per_usd",
                f"Prices are in USD; without units_per_usd they cannot be converted to {currency}.",
                "nothing",
                f"how many {currency} one USD buys, for example 0.92",
            )
        if currency == "USD" and units not in (None, 1.0):
            self.fault("/finance/units_per_usd", "One USD is one USD.", str(units), "1, or leave it out")
        return units or 1.0

    def fault(self, pointer: str, message: str, received: str, expected: str) -> None:
        """Note something that cannot be assessed."""
        self.faults.append(Fault(pointer, message, received, expected))

    def interval(self, pointer: str, given: Estimate, family: Family, scale: float = 1.0) -> Interval:
        """Return a given estimate as an interval; a range the wrong way round is a fault."""
        if isinstance(given, int | float):
            return Interval(given * scale, given * scale, family)
        if given.low > given.high:
            self.fault(
                pointer,
                "The range is the wrong way round: low is the 10th percentile, high the 90th.",
                f"low {given.low:g}, high {given.high:g}",
                f"low at most {given.high:g}",
            )
            return Interval(given.high, given.high, family)
        return Interval(given.low * scale, given.high * scale, family)

    def assume(self, pointer: str, assumption_id: str, *feeds: str, share: float = 1.0) -> Interval:
        """Return an assumption's interval (or a share of it) in the request's currency and note that it was used."""
        assumption = self.catalogue.assumptions[assumption_id]
        entry = assumption.at(self.as_of)
        scale = share * (self.units_per_usd if assumption.unit.startswith("USD") else 1.0)
        low = entry.value if entry.value is not None else entry.low
        high = entry.value if entry.value is not None else entry.high
        if low is None or high is None:
            raise LookupError(f"{assumption_id} is not a number")
        low, high = low * scale, high * scale
        unit = assumption.unit.replace("USD", self.finance.currency or "USD")
        self.used.append(
            Used(
                pointer,
                assumption_id,
                low if low == high else None,
                None if low == high else low,
                None if low == high else high,
                None,
                unit,
                entry.kind,
                entry.source,
                entry.note or assumption.description,
                feeds,
            )
        )
        family: Family = (
            "rate" if assumption.family == "rate" else "share" if assumption.family == "share" else "positive"
        )
        return Interval(low, high, family)

    def estimate(
        self, name: str, pointer: str, given: Estimate | None, family: Family, assumption_id: str, *, usd: bool = False
    ) -> None:
        """Put an uncertain ledger input: what is given, else what is assumed."""
        if given is not None:
            self.said.add(name)
            self.intervals[name] = self.interval(pointer, given, family, self.units_per_usd if usd else 1.0)
        else:
            self.intervals[name] = self.assume(pointer, assumption_id, name)

    def state(self, name: str, pointer: str, given: Estimate | None, family: Family) -> bool:
        """Put a ledger line that the caller states; False when nothing is stated."""
        if given is None:
            return False
        self.said.add(name)
        self.intervals[name] = self.interval(pointer, given, family)
        return True

    def plain(self, pointer: str, given: float | None, assumption_id: str, *feeds: str) -> float:
        """Return a plain number: what is given, else what is assumed."""
        if given is None:
            return self.assume(pointer, assumption_id, *feeds).low
        self.said.update(feeds)
        return given

    def put(self, **numbers: float | Sequence[float] | Array) -> None:
        """Put plain ledger inputs."""
        for name, number in numbers.items():
            self.constants[name] = np.asarray(number, dtype=np.float64)

    def note(self, pointer: str, id_: str, value: float | None, unit: str, note: str, text: str | None = None) -> None:
        """Note a value that follows from the request rather than from the catalogue."""
        self.used.append(Used(pointer, id_, value, None, None, text, unit, "derived", CALLER, note, ()))
