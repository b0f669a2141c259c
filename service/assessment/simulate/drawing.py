"""The draws of every option: what stands in for a fine-tune and what it does at a retirement are chosen by their means.

Draws are folded some thousand at a time, which bounds memory at long horizons. Part of the second stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from msgspec import structs

from models.arrays import Array
from service.assessment.case import IN_SERVICE, KEEP, Case, Option, Policy
from service.assessment.ledger.fold import Values, fold, refold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import DRAWN, Lines
from service.assessment.simulate.book import COMMON, COSTS, Folded, kept, on_top_of, opened, settled
from service.assessment.simulate.draws import drawn_inputs, flag, points_of, shared_draws
from service.assessment.simulate.volumes import volume_break_evens

CELLS_AT_ONCE, CELLS_OF_A_PART = 150_000, 50_000
"""Draws times months that are folded together, and those of each part where there are more."""
FIRST_DRAWS = 256
"""Draws in which the volume's break-even is looked for and small differences are read; any first power of two covers the whole."""

DRAWS_BY_MONTH = 1024
"""Draws whose savings are kept month by month, which bounds memory and time where many are asked for."""
SO_FAR = frozenset({Lines.saving_at_start, Lines.cumulative_savings})


class Way(NamedTuple):
    """How an option serves: what is done when its base model is retired, and what stands in."""

    id: str
    policy: Policy
    stand_in: str | None


class Sheet:
    """Options in some of the draws, each folded when it is first asked for."""

    def __init__(
        self, case: Case, options: Mapping[str, Option], ways: Mapping[str, Way], rows: slice, is_whole: bool = False
    ) -> None:
        """Open a sheet; `ways` tells how the options serve that others read, and may grow. A whole sheet keeps every line."""
        self._case, self._options, self._ways, self._rows, self._is_whole = case, options, ways, rows, is_whole
        self._shared: Values = {}
        self._common: Values = {}
        self._folded: dict[Way, Folded] = {}
        self._policies: dict[tuple[str, Policy], Way] = {}

    @property
    def size(self) -> int:
        """Return how many draws it holds."""
        return self._rows.stop - self._rows.start

    def per_draw(self, figure: Array) -> Array:
        """Return a figure of every draw, shape (draws,)."""
        return np.array(np.broadcast_to(figure, (self.size, 1))[:, 0])

    def settled_way(self, id: str) -> Folded:
        """Return an option as it serves."""
        return self.of(self._ways[id])

    def of(self, way: Way) -> Folded:
        """Return an option folded in one way."""
        if way not in self._folded:
            self._folded[way] = self._fold(way)
        return self._folded[way]

    def as_if(self, options: Mapping[str, Option], refolded: set[str]) -> Sheet:
        """Return the same draws, were some options others, with what is folded of all that is not to be folded again."""
        other = Sheet(self._case, options, self._ways, self._rows, self._is_whole)
        other._shared, other._common = self._shared, self._common
        other._folded = {way: folded for way, folded in self._folded.items() if way.id not in refolded}
        other._policies = {key: way for key, way in self._policies.items() if key[0] not in refolded}
        return other

    def _fold(self, way: Way) -> Folded:
        stand_in = self.settled_way(way.stand_in) if way.stand_in else None
        known = self._policies.setdefault((way.id, way.policy), way)
        if known is not way and stand_in is not None:
            return on_top_of(self.of(known), stand_in)
        option = self._options[way.id]
        migrates = flag(way.policy)
        for policy in option.policies:
            other = self._policies.get((way.id, policy))
            if other is not None and other in self._folded and policy != way.policy:
                return self._under(self._folded[other], migrates, stand_in)
        points = points_of(self._case, option.block).rows(self._rows)
        if not self._shared:
            self._shared = shared_draws(self._case, points.case)
            self._common = fold(dict(self._shared), option.kind, COMMON)
        inputs = drawn_inputs(option, points, self._shared) | {Lines.migrates: migrates}
        folded = opened(option.id, option.kind, inputs, stand_in, self._common)
        return folded if self._is_whole else kept(folded, DRAWN)

    def _under(self, other: Folded, migrates: Array, stand_in: Folded | None) -> Folded:
        """Return an option under the other policy."""
        changed = refold(other.values, {Lines.migrates: migrates}, other.kind, other.stated, COSTS)
        folded = structs.replace(other, values=other.values | changed)
        return folded if stand_in is None or stand_in is other.stand_in else on_top_of(folded, stand_in)


Read = dict[Way, dict[Line, Array]]
"""Figures of the draws by the way in which an option serves."""


class Drawing:
    """All draws of a case, sheet by sheet."""

    def __init__(self, case: Case, options: dict[str, Option]) -> None:
        """Open the draws; options serve in no way yet but the prompt-like ones."""
        self.case, self.options = case, options
        self.ways: dict[str, Way] = {
            option.id: Way(option.id, "migrate", None if option.id == KEEP else KEEP)
            for option in (*case.prompts, *case.suggested)
        }
        self._only: Sheet | None = None
        self._first: Sheet | None = None

    @property
    def baseline(self) -> str:
        """Return the id of option 0."""
        return IN_SERVICE if self.case.in_service else KEEP

    def sheets(self) -> Iterator[Sheet]:
        """Yield the draws part by part; where one part holds them all, what it has folded is kept."""
        if self.case.draws * self.case.horizon_months <= CELLS_AT_ONCE:
            self._only = self._only or Sheet(self.case, self.options, self.ways, slice(0, self.case.draws))
            yield self._only
            return
        at_once = max(CELLS_OF_A_PART // self.case.horizon_months, 1)
        for first in range(0, self.case.draws, at_once):
            rows = slice(first, min(first + at_once, self.case.draws))
            yield Sheet(self.case, self.options, self.ways, rows)

    def read(self, ways: Iterable[Way], figures: frozenset[Line]) -> Read:
        """Return figures of every draw of options in several ways of serving, in one pass over the draws."""
        return self.read_each(dict.fromkeys(ways, figures))

    def read_each(self, wanted: Mapping[Way, frozenset[Line]]) -> dict[Way, dict[Line, Array]]:
        """Return figures of every draw, of each way its own, in one pass over the draws."""
        parts: dict[Way, list[dict[Line, Array]]] = {way: [] for way in wanted}
        for sheet in self.sheets():
            for way, found in parts.items():
                found.append(self._figures(sheet, way, wanted[way]))
        return {
            way: {line: np.concatenate([part[line] for part in found]) for line in wanted[way]}
            for way, found in parts.items()
        }

    def read_first(self, ways: Iterable[Way], figures: frozenset[Line]) -> Read:
        """Return figures of the first few draws of options in several ways of serving."""
        first = self._opened()
        return {way: self._figures(first, way, figures) for way in ways}

    def _opened(self) -> Sheet:
        """Return the sheet of the first few draws; it keeps every line."""
        rows = slice(0, min(FIRST_DRAWS, self.case.draws))
        self._first = self._first or Sheet(self.case, self.options, self.ways, rows, is_whole=True)
        return self._first

    def savings_so_far(self, ways: Iterable[Way]) -> dict[Way, Array]:
        """Return what each way has saved up to each month in the first draws, month 0 first, shape (draws, 1 + months)."""
        parts: dict[Way, list[Array]] = {way: [] for way in ways}
        left = DRAWS_BY_MONTH
        for sheet in self.sheets():
            for way, found in parts.items():
                values = self._settled(sheet, way, SO_FAR).values
                months = np.broadcast_to(values[Lines.cumulative_savings], (sheet.size, self.case.horizon_months))
                found.append(np.hstack([sheet.per_draw(values[Lines.saving_at_start])[:, None], months])[:left])
            left -= sheet.size
            if left <= 0:
                break
        return {way: np.concatenate(found) for way, found in parts.items()}

    def as_if(
        self, options: Mapping[str, Option], changed: set[str], ways: Iterable[Way], figures: frozenset[Line], now: Read
    ) -> Read:
        """Return figures of the first few draws, were some options others; what does not rest on those is as it is now."""
        touched = set(changed)
        for way in self.ways.values():  # stand-ins come before what stands on them
            if way.stand_in in touched:
                touched.add(way.id)
        if self.baseline in touched:
            touched = set(self.ways)
        sheet = self._opened().as_if(
            options, {id for id in touched if id in changed or self.ways[id].stand_in in touched}
        )
        return {way: self._figures(sheet, way, figures) if way.id in touched else dict(now[way]) for way in ways}

    def _settled(self, sheet: Sheet, way: Way, figures: frozenset[Line]) -> Folded:
        """Return a way to serve held against option 0."""
        folded = sheet.of(way)
        return settled(folded, folded if way.id == self.baseline else sheet.settled_way(self.baseline), figures)

    def _figures(self, sheet: Sheet, way: Way, figures: frozenset[Line]) -> dict[Line, Array]:
        values = self._settled(sheet, way, figures).values
        return {line: sheet.per_draw(values[line]) for line in figures}

    def volume_break_evens(self, id: str, prompts: Iterable[str], low: float, high: float) -> Array:
        """Return the smallest monthly volume at which a fine-tune is worth more than every prompt, in the first few draws."""
        sheet = self._opened()
        return volume_break_evens(
            sheet.settled_way(id), [sheet.settled_way(prompt) for prompt in prompts], sheet.size, low, high
        )
