"""Chapter of the ledger: what all options of a case share: volume, time, the value of money and of an answer."""

from __future__ import annotations

from models import arithmetic, cost, finance, timeline
from service.assessment.ledger.line import Chapter, Line


class Volume(Chapter):
    """How many requests there are, and what later money and a wrong answer count."""

    # fmt: off
    nothing = Line("any", "Nought, where a formula asks for what an option does not have.")
    months = Line("months", "The months of the assessment, 1 to the horizon; month 0 is the day of the decision.")
    horizon_months = Line("months", "How far ahead costs are counted.", field="/volume/horizon_months")
    requests_per_month = Line("requests/month", "Volume of month 1.", field="/volume/requests_per_month", column=7)
    growth_per_month = Line(
        "per month", "Relative growth of the volume from one month to the next.", field="/volume/growth_per_month",
        column=8, family="rate",
    )
    peak_to_average = Line("ratio", "Busiest flow of requests over the mean flow.", field="/volume/peak_to_average")
    discount_rate = Line(
        "per year", "What money could earn elsewhere in a year, as a decimal; later money counts less by it.",
        field="/finance/discount_rate",
    )
    price_decline_per_year = Line(
        "per year", "Yearly fall expected of inference prices.", field="/finance/price_decline_per_year", column=29,
        family="rate",
    )
    error_cost = Line(
        "currency/error", "What one wrong answer costs the business; 0 when not valued.", field="/finance/error_cost",
        column=6,
    )
    batch_share = Line(
        "share", "Share of requests that can wait and are sent at batch prices.", field="/prompting/batch_share",
    )
    hourly_rate = Line(
        "currency/hour", "Loaded price of an hour of the people who build and keep an option.", column=36,
    )
    cost_per_trial = Line(
        "currency/trial", "Cost of grading one answer.", field="/prompting/cost_per_trial", column=61,
    )
    accuracy_ceiling = Line(
        "share", "Highest accuracy that can be observed when some labels are themselves wrong.",
        field="/fine_tuning/label_noise",
    )
    growth_factors = Line(
        "ratio", "Volume of each month over that of month 1; in the base case its mean over the uncertain growth.",
        timeline.growth, reads=(growth_per_month, months),
    )
    requests = Line(
        "requests", "Requests expected in each month: the volume of month 1, grown month by month.",
        arithmetic.multiply, reads=(requests_per_month, growth_factors), parts=("cash_flows.months.requests",),
    )
    mean_requests_per_second = Line(
        "requests/second", "The monthly volume of month 1 as an even flow; decides how warm the prompt cache stays.",
        cost.requests_per_second, reads=(requests_per_month,),
    )
    peak_requests_per_second = Line(
        "requests/second", "The busiest flow to be served, which dedicated capacity must be bought for.",
        cost.peak_flow, reads=(mean_requests_per_second, peak_to_average, batch_share),
    )
    discount_factors = Line(
        "share", "What one unit of money paid at the end of each month is worth today.", finance.discount_factors,
        reads=(discount_rate, months), parts=("cash_flows.months.discount_factor",),
    )
    price_factors = Line(
        "ratio", "Inference prices of each month over today's; 1 throughout when no price decline is expected.",
        timeline.price_factor, reads=(price_decline_per_year, months),
    )
    requests_pv = Line(
        "requests",
        "Requests of the horizon, later ones counting less, by the factors money is discounted with; divides a tco.",
        finance.present_value, reads=(nothing, requests, discount_factors),
    )
