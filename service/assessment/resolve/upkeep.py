"""What keeping an option in order costs: one estimate for all, unless the caller states some. Part of the first stage.

Where one side is stated, the other follows by the same factor: upkeep = reference * factor ** exponent.
"""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft

PROMPT_UPKEEP, TUNED_UPKEEP = "/prompting/maintenance_cost_per_month", "/fine_tuning/monitoring_cost_per_month"


class Exponents(NamedTuple):
    """Powers of the factor between the upkeep of a fine-tune and that of a prompt."""

    prompt: float
    tuned: float


def put_upkeep(desk: Desk) -> Exponents:
    """Put the upkeep that all options are held against; return the powers of the factor."""
    shared, factor = desk.shared, Lines.upkeep_factor
    prompt, tuned = desk.request.prompting.maintenance_cost_per_month, desk.tuned.monitoring_cost_per_month
    if prompt is not None and tuned is not None:
        desk.state(shared, Lines.reference_upkeep, prompt)
        shared.put(factor, 1.0)
        return Exponents(prompt=0.0, tuned=0.0)
    pointer = TUNED_UPKEEP if tuned is None else PROMPT_UPKEEP
    shared.range(factor, desk.assume(pointer, "tuned_upkeep_factor", factor, Lines.upkeep_per_month))
    if tuned is not None:
        shared.range(Lines.reference_upkeep, desk.interval(tuned))
        desk.said.add(Lines.upkeep_per_month)
        return Exponents(prompt=-1.0, tuned=0.0)
    if not desk.state(shared, Lines.reference_upkeep, prompt):
        hours = Lines.upkeep_hours_per_month
        shared.range(hours, desk.assume(PROMPT_UPKEEP, hours.name, hours, Lines.reference_upkeep))
    return Exponents(prompt=0.0, tuned=1.0)


def put_upkeep_of_tuned(desk: Desk, draft: Draft, exponents: Exponents) -> None:
    """Put the upkeep of a live fine-tune: as stated where the prompt's is stated too, else by the factor."""
    draft.put(Lines.upkeep_exponent, exponents.tuned)
    draft.put(Lines.extra_cost_per_month, 0.0)
    if desk.request.prompting.maintenance_cost_per_month is not None:
        desk.state(draft, Lines.upkeep_per_month, desk.tuned.monitoring_cost_per_month)
