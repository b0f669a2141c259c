"""Right answers for money: what one more costs, which options another one dominates, and how sure it is which is best.

Of the options that may be served today, as they serve today. With e the price of a wrong answer, each is worth ``A + e * W``
in a draw: what it saves against option 0, wrong answers left out, and e times the right answers it gives more. Part of the
third stage.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from models import effectiveness as textbook
from models.arrays import Array
from service.assessment.case import Case
from service.assessment.decide.matrix import EXACT, Held, Matrix
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines

AROUND = 10.0 ** np.linspace(-3.0, 3.0, 41)
"""Parts of a known error cost at which it is looked at who is best, itself in the middle; 0 goes before them."""
TOKEN_COSTS = 10.0
"""An error is looked at around as many times the token cost of a request where nothing else tells how dear one might be."""


class Acceptability(Struct, frozen=True, kw_only=True, eq=False):
    """How sure it is which option is best, by the price of a wrong answer."""

    options: tuple[str, ...]
    """Ids of the options that may be served, in the order of the answer."""
    error_costs: Array
    found: textbook.Acceptability


class Effectiveness(Struct, frozen=True, kw_only=True, eq=False):
    """What right answers cost."""

    dominated_by: Mapping[str, str]
    """Of an option off the efficiency frontier, another that shows why, by id."""
    incremental_costs: Mapping[str, float]
    """What one more right answer costs with an option of the frontier, against the next cheaper one on it, by id."""
    acceptability: Acceptability | None
    """None unless it is asked for."""


def _against_baseline(matrix: Matrix, line: Line) -> Array:
    """Return a line of the options that may be served less that of option 0, draw by draw, shape (N, K)."""
    baseline = matrix.baseline.one.draws[line]
    return np.stack([held.one.draws[line] - baseline for held in matrix.served], axis=1)


def _exact(matrix: Matrix, line: Line, differences: Array) -> Array:
    """Return the means of differences from option 0; what is rounding beside its figure, or beside one unit, as 0."""
    means, size = differences.mean(axis=0), float(matrix.baseline.one.draws[line].mean())
    return np.where(np.abs(means) > EXACT * max(size, 1.0), means, 0.0)


def _base(held: Held, line: Line) -> float:
    return float(held.one.base[line].ravel()[0])


def error_costs(matrix: Matrix, incremental: Array) -> Array:
    """Return the prices of a wrong answer that are looked at, ascending from 0.

    Around today's; where none is stated, around the least that one more right answer costs; where no option gives more of
    them for more money, around ten times the token cost of a request.
    """
    today = _base(matrix.baseline, Lines.error_cost)
    dear = incremental[np.isfinite(incremental)]
    if today > 0.0:
        middle = today
    elif dear.size:
        middle = float(dear.min())
    else:
        middle = TOKEN_COSTS * _base(matrix.baseline, Lines.token_cost_per_request)
    # Where requests are free as well, 0 is all that is left to look at.
    return np.unique(np.append(0.0, middle * AROUND))


def effectiveness(case: Case, matrix: Matrix) -> Effectiveness:
    """Return what one more right answer costs, what is dominated, and how sure it is which option is best."""
    ids = tuple(held.id for held in matrix.served)
    more_cost = _against_baseline(matrix, Lines.tco_without_errors)
    more_right = _against_baseline(matrix, Lines.correct_pv)
    costs = _exact(matrix, Lines.tco_without_errors, more_cost)
    effects = _exact(matrix, Lines.correct_pv, more_right)
    incremental = textbook.incremental_costs(costs, effects)
    dominating = textbook.dominated_by(costs, effects)
    acceptability = None
    if "curves" in case.request.include:
        prices = error_costs(matrix, incremental)
        found = textbook.acceptability(-more_cost, more_right, prices)
        acceptability = Acceptability(options=ids, error_costs=prices, found=found)
    return Effectiveness(
        dominated_by={id: ids[by] for id, by in zip(ids, dominating.tolist(), strict=True) if by != textbook.NONE},
        incremental_costs={id: cost for id, cost in zip(ids, incremental.tolist(), strict=True) if not np.isnan(cost)},
        acceptability=acceptability,
    )
