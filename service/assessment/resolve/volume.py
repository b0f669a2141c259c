"""What all options share: volume, time, the value of money and of an answer, what people cost. Part of the first stage."""

from __future__ import annotations

import numpy as np

from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk

HOURLY_RATE = "/assumptions/hourly_rate"
"""No field states it for all work alike; a plan may state its own."""


def put_volume(desk: Desk) -> int:
    """Put volume and horizon; return the months of the horizon."""
    volume, shared = desk.request.volume, desk.shared
    desk.state(shared, Lines.requests_per_month, volume.requests_per_month)
    desk.estimate(shared, Lines.growth_per_month, volume.growth_per_month, "growth_per_month")
    desk.number(shared, Lines.horizon_months, volume.horizon_months, "horizon_months")
    desk.number(shared, Lines.peak_to_average, volume.peak_to_average, "peak_to_average")
    desk.number(shared, Lines.batch_share, desk.request.prompting.batch_share, "batch_share")
    horizon = int(shared.mean(Lines.horizon_months))
    shared.put(Lines.months, np.arange(1.0, horizon + 1.0))
    shared.put(Lines.nothing, 0.0)
    return horizon


def put_finance(desk: Desk) -> None:
    """Put what later money, a wrong answer, an hour of work and a graded answer are worth."""
    finance, shared = desk.finance, desk.shared
    if not desk.state(shared, Lines.error_cost, finance.error_cost):
        shared.range(Lines.error_cost, desk.interval(0.0))
        desk.derive("/finance/error_cost", f"{desk.currency}/error", "Not valued: money counts no errors. State what a wrong "
                    "answer costs.", text="not_valued")  # fmt: skip
    desk.number(shared, Lines.discount_rate, finance.discount_rate, "discount_rate")
    desk.estimate(shared, Lines.price_decline_per_year, finance.price_decline_per_year, "price_decline_per_year")
    shared.range(Lines.hourly_rate, desk.assume(HOURLY_RATE, "hourly_rate", Lines.hourly_rate))
    desk.estimate(
        shared, Lines.cost_per_trial, desk.request.prompting.cost_per_trial, "prompt_cost_per_trial",
    )  # fmt: skip
    shared.put(Lines.accuracy_ceiling, 1.0 - (desk.tuned.label_noise or 0.0))
