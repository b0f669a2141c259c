"""The only exit from NumPy: figures of an option as plain numbers and nouns, infinities and gaps as None."""

from __future__ import annotations

import math
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from msgspec import Struct

from models import decision
from models.arrays import Array
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import standing_in
from service.assessment.simulate import Simulated
from service.nouns.answer.money import NpvAnswer, Spread
from service.nouns.base import Open

DECILES = (0.1, 0.5, 0.9)

N = TypeVar("N", bound=Open)


def finite(number: Any) -> float | None:
    """Return a plain float, None for what is infinite or not a number.

    Examples
    --------
    >>> finite(np.inf) is None, finite(np.float64(2))
    (True, 2.0)
    """
    plain = float(number)
    return plain if math.isfinite(plain) else None


class _Field(Struct, frozen=True):
    """A field of an answer that a line fills: its noun where it is no plain number, and whether it may be null."""

    name: str
    noun: type[Open] | None
    may_be_null: bool


def _plain(hint: Any) -> Any:
    return _plain(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


@lru_cache
def _fields(noun: type[Open]) -> tuple[_Field, ...]:
    """Return the fields of a noun of answers."""
    found = []
    for name, hint in get_type_hints(noun, include_extras=True).items():
        plain = _plain(hint)
        options = {_plain(option) for option in get_args(plain)} or {plain}
        is_noun = isinstance(plain, type) and issubclass(plain, Open)
        found.append(_Field(name, plain if is_noun else None, NoneType in options))
    return tuple(found)


def npv_answer(base_case: float, draws: Array) -> NpvAnswer:
    """Return a net present value at the base case and over the draws."""
    p10, p50, p90 = decision.percentiles(draws, DECILES)
    return NpvAnswer(
        base_case=base_case,
        mean=float(draws.mean()),
        p10=p10,
        p50=p50,
        p90=p90,
        standard_error=decision.standard_error(draws),
        probability_positive=decision.share(draws > 0),
    )


NO_SPREAD = Spread(base_case=None, mean=None, p10=None, p50=None, p90=None)
NO_NPV = NpvAnswer(
    base_case=None, mean=None, p10=None, p50=None, p90=None, standard_error=None, probability_positive=None
)
"""Of an option that cannot serve."""


class Figures:
    """Reads figures off one option."""

    def __init__(self, one: Simulated) -> None:
        """Open an option for reading."""
        self.one = one

    def maybe(self, line: Line) -> float | None:
        """Return a base-case figure, None where it does not apply."""
        return finite(self.one.base[line].ravel()[0])

    def __call__(self, line: Line) -> float:
        """Return a base-case figure that always applies.

        Raises
        ------
        ArithmeticError
            If it is not finite: a fault of the ledger, not of the caller.
        """
        number = self.maybe(line)
        if number is None:
            raise ArithmeticError(f"{line} of {self.one.id} is not finite")
        return number

    def row(self, line: Line) -> list[float | None]:
        """Return a base-case figure as a list, by month where it has months."""
        return [finite(number) for number in self.one.base[line].ravel()]

    def by_month(self, line: Line, horizon: int) -> list[float]:
        """Return a base-case figure of every month."""
        row = np.broadcast_to(self.one.base[line], (1, horizon))[0]
        return [float(number) for number in row]

    def percentiles(self, line: Line) -> tuple[float | None, ...]:
        """Return the 10th, 50th and 90th percentile over the draws."""
        return tuple(finite(p) for p in decision.percentiles(self.one.draws[line], DECILES))

    def mean(self, line: Line) -> float:
        """Return the mean over the draws."""
        return float(self.one.draws[line].mean())

    def never(self, line: Line) -> float:
        """Return the share of the draws in which it is infinite."""
        return decision.share(np.isinf(self.one.draws[line]))

    def spread(self, line: Line) -> Spread:
        """Return a money figure at the base case and over the draws."""
        p10, p50, p90 = decision.percentiles(self.one.draws[line], DECILES)
        return Spread(base_case=self(line), mean=self.mean(line), p10=p10, p50=p50, p90=p90)

    def npv(self, line: Line) -> NpvAnswer:
        """Return a net present value at the base case and over the draws."""
        return npv_answer(self(line), self.one.draws[line])

    def noun(self, noun: type[N], place: str, *, is_always: bool = False, **others: Any) -> N:
        """Return the noun at one place of the answer, each field filled by the line that stands there.

        Parameters
        ----------
        noun : type
            The noun; its fields say what is made of a line: a number, a `Spread`, an `NpvAnswer`.
        place : str
            Its place in the answer, such as `options.monthly`.
        is_always : bool
            Whether its figures are told of an option that cannot serve too; else what may be null is.
        **others
            Fields that no line fills.

        Raises
        ------
        LookupError
            If a field is neither given nor that of a line.
        """
        lines = standing_in(place)
        is_told = is_always or self.one.is_feasible
        for field in _fields(noun):
            if field.name in others:
                continue
            if field.noun is not None and field.noun not in (Spread, NpvAnswer):
                others[field.name] = self.noun(field.noun, f"{place}.{field.name}", is_always=is_always)
            elif field.name not in lines:
                raise LookupError(f"no line of service/assessment/ledger stands at {place}.{field.name}")
            else:
                others[field.name] = self._of(field, lines[field.name], is_told)
        return noun(**others)

    def _of(self, field: _Field, line: Line, is_told: bool) -> Any:
        if field.noun is Spread:
            return self.spread(line) if is_told else NO_SPREAD
        if field.noun is NpvAnswer:
            return self.npv(line) if is_told else NO_NPV
        if field.may_be_null:
            return self.maybe(line) if is_told else None
        return self(line)
