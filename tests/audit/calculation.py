"""Recompute the base case by hand: every estimate at its median, one month after another, plain Python.

Written from docs/model.md, sections 1 and 3 to 7 with what they say of today, without sight of models/ or service/.
Slow and literal on purpose; its section behind a line stands beside it. Money is in finance.currency,
prices are per million tokens after vendor discount, rates and shares are decimals, times are months from as_of.
"""

import math
from dataclasses import dataclass

from audit.figures import Facts, Plan, Result

DAYS_PER_MONTH = 30.4375  # head of the page
HOURS_PER_MONTH = 730.5  # head of the page
SECONDS_PER_MONTH = DAYS_PER_MONTH * 86_400  # head of the page
WEEKS_PER_MONTH = 4.348125  # §3
TOKENS_PER_PRICE = 1_000_000  # §4: prices are per million tokens
MONTHS_PER_YEAR = 12
TOLERANCE = 1e-9  # §3: months, or a count, this close to a boundary lie on it; §7: a total this near zero is zero


def cache_hit_rate(facts, option: str, min_cacheable_tokens: float) -> float:
    """Return the share of requests that find the 'prompt' or 'tuned' instruction in the provider's cache (§4)."""
    given_hit_rate = getattr(facts, f"{option}_cache_hit_rate")
    cache_read_price = getattr(facts, f"{option}_cache_read_price")
    if given_hit_rate is not None:
        return given_hit_rate  # §4: cache_hit_rate if given
    if cache_read_price is None or getattr(facts, f"{option}_instruction_tokens") < min_cacheable_tokens:
        return 0.0  # §4: no cache-read price, or the prefix is too short
    requests_per_second = facts.requests_per_month / SECONDS_PER_MONTH  # §4: month-1 volume
    return -math.expm1(-requests_per_second * facts.cache_time_to_live_seconds)  # §4: 1 - exp(-rate * life)


def cost_per_request(facts, option: str, hit: float) -> float:
    """Return the token cost of one request of the 'prompt' or the 'tuned' option at today's prices (§4)."""

    def fact(name):
        return getattr(facts, f"{option}_{name}")

    cache_read_price, cache_write_price = fact("cache_read_price"), fact("cache_write_price")
    if cache_read_price is None:
        cache_read_price = fact("input_price")  # §4: price_input where none is published
    if cache_write_price is None or not hit > 0:
        cache_write_price = fact("input_price")  # §4: the write price only where charged and hit > 0
    instruction_cost = fact("instruction_tokens") * (hit * cache_read_price + (1 - hit) * cache_write_price)  # §4
    payload_cost = fact("payload_tokens") * fact("input_price")  # §4
    output_cost = fact("output_tokens") * fact("output_price")  # §4
    cost_per_try = (instruction_cost + payload_cost + output_cost) / TOKENS_PER_PRICE  # §4
    cost_per_try *= 1 - facts.batch_share * fact("batch_discount")  # §4
    return cost_per_try * (1 + fact("invalid_output_rate"))  # §4: one retry


def given_or_planned_cost(facts, given_cost: float | None, plan: Plan | None) -> float:
    """Return a build or retraining cost: the one figure where given, else summed from its plan (§6)."""
    if (given_cost is None) == (plan is None):
        raise ValueError("a cost needs one figure or one plan, not both")  # §6
    if plan is None:
        return given_cost
    tokens_per_example = facts.tuned_instruction_tokens + facts.tuned_payload_tokens + facts.tuned_output_tokens  # §6
    training_tokens = facts.planned_examples * tokens_per_example * plan.epochs  # §6: dataset tokens x epochs
    run_cost = max(training_tokens * facts.training_price_per_mtok / TOKENS_PER_PRICE, facts.minimum_charge)  # §6
    people_cost = plan.engineering_hours * plan.hourly_rate + plan.examples_to_label * plan.cost_per_example  # §6
    return people_cost + plan.training_runs * run_cost  # §6


def is_before(time: float, end: float) -> bool:
    """Say whether a time lies strictly before an end, with the tolerance of all our clocks (§3)."""
    return time < end - TOLERANCE


def retraining_times(start: float, interval: float | None, end: float) -> list[float]:
    """List start + interval, start + 2 interval, ... while strictly before the end (§3)."""
    if interval is not None and interval <= 0:
        raise ValueError("the retraining interval must be positive")
    times = []
    while interval is not None and is_before(start + (len(times) + 1) * interval, end):
        times.append(start + (len(times) + 1) * interval)
    return times


def calendar(facts) -> tuple[list[float], list[float | None], list[int]]:
    """Return for each month the live share, the age at the middle of the live part, and the retrainings paid (§3)."""
    horizon, interval = facts.horizon_months, facts.retraining_interval_months
    lead = facts.lead_time_weeks / WEEKS_PER_MONTH  # §3: L
    shutdown = math.inf if facts.tuned_shutdown_months is None else facts.tuned_shutdown_months
    last_training = math.inf if facts.last_training_months is None else facts.last_training_months
    migrates = facts.on_shutdown == "migrate" and is_before(lead, shutdown) and is_before(shutdown, horizon)  # §3
    end = horizon if migrates else min(horizon, shutdown)  # §3: E
    first_clock = retraining_times(lead, interval, min(end, shutdown, last_training))  # §3: L + jR
    second_clock = retraining_times(shutdown, interval, horizon) if migrates else []  # §3: shutdown + jR
    paid_times = first_clock + ([shutdown] if migrates else []) + second_clock  # §3: the migration costs one too
    live, age, retrainings = [], [], []
    for month in range(1, horizon + 1):
        live_from, live_to = max(month - 1, lead), min(month, end)
        live.append(max(0.0, live_to - live_from))  # §3: the part of (m-1, m] inside [L, E]
        retrainings.append(sum(math.ceil(time - TOLERANCE) == month for time in paid_times))  # §3: in (m-1, m]
        middle = (live_from + live_to) / 2  # §3: mid
        on_second_clock = migrates and middle >= shutdown  # §3: the migration starts a new clock
        start, bought = (shutdown, second_clock) if on_second_clock else (lead, first_clock)
        elapsed = middle - start  # §3: mid - L
        if bought:
            elapsed -= interval * min(math.floor(elapsed / interval + TOLERANCE), len(bought))  # §3: jR
        age.append(elapsed if live[-1] > 0 else None)  # §3: age = mid - L - jR
    return live, age, retrainings


def clip(share: float) -> float:
    """Return a share held inside [0, 1]."""
    return min(1.0, max(0.0, share))


def tuned_accuracy(facts, age: float) -> float:
    """Return the effective accuracy of the fine-tune at an age in months (§5)."""
    half_life = facts.knowledge_half_life_months
    validity = 1.0 if half_life is None else 2 ** (-age / half_life)  # §5: staleness
    on_task = clip(facts.tuned_accuracy_at_start * validity)  # §5: each part clipped
    off_task = clip(facts.prompt_accuracy - facts.forgetting_drop)  # §5: forgetting
    return (1 - facts.off_task_share) * on_task + facts.off_task_share * off_task  # §5


def hosting_cost(facts, volume: float) -> float:
    """Return the hosting cost of one whole live month with this many requests (§6)."""
    if facts.tuned_hosting_per_month is not None:
        return facts.tuned_hosting_per_month  # one figure replaces the hourly and the storage fee
    replicas = 1  # §6: a hosted adapter
    if facts.dedicated:
        peak_requests_per_second = volume * facts.peak_to_average / SECONDS_PER_MONTH  # §6, month by month
        needed = math.ceil(peak_requests_per_second / facts.requests_per_second_per_replica - TOLERANCE)  # §6
        replicas = max(facts.minimum_replicas, needed)  # §6
    return facts.tuned_hosting_per_hour * HOURS_PER_MONTH * replicas + facts.tuned_storage_per_month  # §6


def payback(flows: list[float]) -> float | None:
    """Return when the running total of the flows reaches zero for good: 0.0 from the start, None never (§7)."""
    zero = TOLERANCE * max(1.0, sum(abs(flow) for flow in flows))
    total, totals = 0.0, []
    for flow in flows:
        total += flow
        totals.append(0.0 if abs(total) <= zero else total)
    last = max((month for month, so_far in enumerate(totals) if so_far < 0), default=None)  # last month in the red
    if last is None or last == len(flows) - 1:
        return 0.0 if last is None else None  # §7: from the start, or never
    return last + (0 - totals[last]) / (totals[last + 1] - totals[last])  # §7: interpolated within the month


def ratio(top: float, bottom: float) -> float | None:
    """Return top / bottom, or None where there is nothing to divide by (§7: no infinity leaves)."""
    return top / bottom if bottom > 0 else None


def volumes(facts) -> list[float]:
    """Return the requests of each month (§3: v_m)."""
    return [facts.requests_per_month * (1 + facts.growth_per_month) ** m for m in range(facts.horizon_months)]


def price_levels(facts) -> list[float]:
    """Return what prices are in the middle of each month, today's being 1 (§4)."""
    yearly = 1 - facts.price_decline_per_year
    return [yearly ** ((m + 0.5) / MONTHS_PER_YEAR) for m in range(facts.horizon_months)]


def prompt_running_costs(facts, request_cost: float) -> list[float]:
    """Return what the prompt costs each month without its errors (§6: P_m)."""
    shutdown = facts.prompt_shutdown_months
    migration_month = None if shutdown is None else max(1, math.ceil(shutdown - TOLERANCE))  # §3
    costs = []
    for month, (volume, price_level) in enumerate(zip(volumes(facts), price_levels(facts), strict=True), start=1):
        migration = facts.prompt_migration_cost if month == migration_month else 0.0  # §3: once
        upkeep = facts.prompt_maintenance_cost_per_month + migration  # §6
        costs.append(volume * request_cost * price_level + upkeep)
    return costs


def improved_error_costs(facts) -> list[float]:
    """Return what the wrong answers cost each month once the prompt is improved, and before (§6: I_m)."""
    start = facts.improvement_weeks / WEEKS_PER_MONTH  # §3, in months
    costs = []
    for month, volume in enumerate(volumes(facts), start=1):
        share = clip(month - start)  # §6: from its lead time on
        blend = (1 - share) * facts.prompt_accuracy + share * facts.improved_accuracy  # §6
        costs.append(volume * facts.error_cost * (1 - blend))
    return costs


@dataclass(frozen=True)
class Month:
    """Hold one month of the fine-tune, the prompt standing in where it is not live."""

    running: float  # §6: F_m without errors
    errors: float  # §6
    invested: float  # §7: what counts as investment in the ROI
    correct: float  # right answers, the prompt's while it stands in included
    accuracy: float | None  # §5: of the live part; None: not live


def tuned_months(facts, request_cost: float, retraining_cost: float, prompt_running: list[float]) -> list[Month]:
    """Return every month of the fine-tune (§6: F_m)."""
    months = []
    columns = (volumes(facts), price_levels(facts), *calendar(facts), prompt_running)
    for volume, price_level, share, age, count, prompt_cost in zip(*columns, strict=True):
        accuracy = tuned_accuracy(facts, age) if share > 0 else 0.0  # §5
        standing_cost = hosting_cost(facts, volume) + facts.tuned_upkeep_per_month  # §6
        live_running = volume * request_cost * price_level + standing_cost  # §6
        prompt_error = volume * facts.error_cost * (1 - facts.prompt_accuracy)  # §6
        retraining = count * retraining_cost  # §6
        months.append(
            Month(
                running=(1 - share) * prompt_cost + share * live_running + retraining,
                errors=(1 - share) * prompt_error + share * volume * facts.error_cost * (1 - accuracy),
                invested=retraining + share * standing_cost,
                correct=volume * (share * accuracy + (1 - share) * facts.prompt_accuracy),
                accuracy=accuracy if share > 0 else None,
            )
        )
    return months


def plus(one: list[float], other: list[float]) -> list[float]:
    """Return two rows added month by month."""
    return [a + b for a, b in zip(one, other, strict=True)]


def minus(one: list[float], other: list[float]) -> list[float]:
    """Return a row less another, month by month."""
    return [a - b for a, b in zip(one, other, strict=True)]


def discounted(facts, flows: list[float]) -> list[float]:
    """Return flows from month 0 on as they are worth today (§3)."""
    return [flow * (1 + facts.discount_rate) ** (-m / MONTHS_PER_YEAR) for m, flow in enumerate(flows)]


def present_value(facts, flows: list[float]) -> float:
    """Return what flows from month 0 on are worth today (§7)."""
    return sum(discounted(facts, flows))


def base_case(facts: Facts) -> Result:
    """Return the whole base case of one set of facts, month by month."""
    prompt_hit = cache_hit_rate(facts, "prompt", facts.min_cacheable_tokens)  # §4
    tuned_hit = cache_hit_rate(facts, "tuned", facts.tuned_min_cacheable_tokens)  # §4
    prompt_request_cost = cost_per_request(facts, "prompt", prompt_hit)  # §4
    tuned_request_cost = cost_per_request(facts, "tuned", tuned_hit)  # §4
    build_cost = given_or_planned_cost(facts, facts.tuned_build_cost, facts.build_plan)  # §6
    retraining_cost = given_or_planned_cost(facts, facts.retraining_cost, facts.retraining_plan)  # §6
    live, age, retrainings = calendar(facts)  # §3
    outlay = build_cost + (0.0 if sum(live) > 0 else facts.prompt_build_cost)  # never live: the prompt must be built
    running = prompt_running_costs(facts, prompt_request_cost)  # §6
    months = tuned_months(facts, tuned_request_cost, retraining_cost, running)  # §6
    requests = volumes(facts)  # §3
    accuracies = [month.accuracy for month in months]  # §5
    prompt_plain = [facts.prompt_build_cost, *running]  # §6: month 0 first
    prompt_flows = plus(prompt_plain, [0.0, *(v * facts.error_cost * (1 - facts.prompt_accuracy) for v in requests)])
    improved_one_off = facts.prompt_build_cost + facts.improvement_cost  # §6
    improved_flows = [improved_one_off, *plus(running, improved_error_costs(facts))]  # §6
    tuned_plain = [outlay, *(month.running for month in months)]  # §6
    tuned_flows = plus(tuned_plain, [0.0, *(month.errors for month in months)])  # §6
    saving = minus(prompt_flows, tuned_flows)  # §7: P_m - F_m

    def worth(flows):
        return present_value(facts, flows)  # §7

    npv, prompt_tco, tuned_tco = worth(saving), worth(prompt_flows), worth(tuned_flows)  # §7
    asked, prompt_correct = worth([0.0, *requests]), worth([0.0, *(v * facts.prompt_accuracy for v in requests)])
    # fmt: off
    return Result(
        npv=npv, npv_improved=worth(minus(prompt_flows, improved_flows)),  # §7
        prompt_tco=prompt_tco, improved_tco=worth(improved_flows), tuned_tco=tuned_tco,  # §7
        prompt_tco_without_errors=worth(prompt_plain), tuned_tco_without_errors=worth(tuned_plain),  # §7
        payback_months=payback(saving), discounted_payback_months=payback(discounted(facts, saving)),  # §7
        roi=ratio(npv, worth([build_cost, *(month.invested for month in months)])),  # §7
        payback_requests=ratio(build_cost, prompt_request_cost - tuned_request_cost),  # §7
        prompt_cost_per_request=prompt_request_cost, tuned_cost_per_request=tuned_request_cost,  # §4
        prompt_cache_hit_rate=prompt_hit, tuned_cache_hit_rate=tuned_hit,  # §4
        average_tuned_accuracy=ratio(sum(s * (a or 0.0) for s, a in zip(live, accuracies, strict=True)), sum(live)),  # §5
        worst_tuned_accuracy=min((a for a in accuracies if a is not None), default=None),  # §5
        live_months=sum(live), live=live, age=age, retrainings=retrainings,  # §3
        prompt_flows=prompt_flows, improved_flows=improved_flows, tuned_flows=tuned_flows,  # §6
        tuned_build_cost=build_cost, retraining_cost=retraining_cost,  # §6
        prompt_levelised_cost_per_request=ratio(prompt_tco, asked),  # §7
        prompt_levelised_cost_per_correct_answer=ratio(prompt_tco, prompt_correct),  # §7
        tuned_levelised_cost_per_request=ratio(tuned_tco, asked),  # §7
        tuned_levelised_cost_per_correct_answer=ratio(tuned_tco, worth([0.0, *(month.correct for month in months)])),  # §7
    )
