"""Recompute the base case by hand: every estimate at its mean, one month after another, option by option, plain Python.

Written from docs/model.md, sections 1 and 3 to 7, without sight of models/ or service/. Slow and literal on purpose;
its section behind a line stands beside it. Units are those of tests/audit/figures.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audit.figures import PARTS, Case, FullMonth, Hosting, Month, Option, Project, Result, Serving, World

DAYS_PER_MONTH = 30.4375  # head of the page
HOURS_PER_MONTH = 730.5  # head of the page
SECONDS_PER_HOUR = 3_600
SECONDS_PER_MONTH = HOURS_PER_MONTH * SECONDS_PER_HOUR  # §4
WEEKS_PER_MONTH = 4.348125  # §3
TOKENS_PER_PRICE = 1_000_000  # §4: prices are per million tokens
MONTHS_PER_YEAR = 12
TOLERANCE = 1e-9  # §3: months, or a count, this close to a boundary lie on it; §7: a total this near zero is zero
TUNED = ("fine_tune", "in_service")
"""The kinds that are trained; all others are prompts."""


def clip(share: float) -> float:
    """Return a share held inside [0, 1]."""
    return min(1.0, max(0.0, share))


def is_before(time: float, end: float) -> bool:
    """Say whether a time lies strictly before an end, with the tolerance of all our clocks (§3)."""
    return time < end - TOLERANCE


def ratio(top: float, bottom: float) -> float | None:
    """Return top / bottom, or None where there is nothing to divide by (§7: no infinity leaves)."""
    return top / bottom if bottom > 0 else None


def volumes(world: World) -> list[float]:
    """Return the mean requests of each month, E[(1 + growth)^(m-1)] for a normal growth (§1, §3)."""
    factor, spread = 1 + world.growth_per_month, world.growth_spread
    moments = [1.0, factor]  # of (1 + growth): E[x^k] = mean * E[x^(k-1)] + (k - 1) * sd^2 * E[x^(k-2)]
    for power in range(2, world.horizon_months):
        moments.append(factor * moments[power - 1] + (power - 1) * spread**2 * moments[power - 2])
    return [world.requests_per_month * moment for moment in moments[: world.horizon_months]]


def price_levels(world: World) -> list[float]:
    """Return what prices are in the middle of each month, today's being 1 (§4)."""
    yearly = 1 - world.price_decline_per_year
    return [yearly ** ((m + 0.5) / MONTHS_PER_YEAR) for m in range(world.horizon_months)]


def discounted(world: World, flows: Sequence[float]) -> list[float]:
    """Return flows from month 0 on as they are worth today (§3)."""
    return [flow * (1 + world.discount_rate) ** (-m / MONTHS_PER_YEAR) for m, flow in enumerate(flows)]


def worth(world: World, flows: Sequence[float]) -> float:
    """Return what flows from month 0 on are worth today (§7)."""
    return math.fsum(discounted(world, flows))


def cache_hit_rate(world: World, serving: Serving) -> float:
    """Return the share of requests that find the instruction in the provider's cache (§4)."""
    if serving.cache_hit_rate is not None:
        return serving.cache_hit_rate  # §4: cache_hit_rate if given
    if serving.prices.cache_read is None or serving.tokens.instruction < serving.min_cacheable_tokens:
        return 0.0  # §4: no cache-read price, or the prefix is too short
    requests_per_second = world.requests_per_month / SECONDS_PER_MONTH  # §4: month 1
    return -serving.cache_hit_ceiling * math.expm1(-requests_per_second * serving.cache_time_to_live_seconds)  # §4


def cost_per_request(world: World, serving: Serving) -> float:
    """Return the token cost of one request at today's prices (§4)."""
    hit, prices, tokens = cache_hit_rate(world, serving), serving.prices, serving.tokens
    cache_read = prices.input if prices.cache_read is None else prices.cache_read  # §4: where none is published
    writes = prices.cache_write is not None and hit > 0  # §4: only where one is charged and hit > 0
    cache_write = prices.cache_write if writes and prices.cache_write is not None else prices.input
    cost_per_try = tokens.instruction * (hit * cache_read + (1 - hit) * cache_write)  # §4
    cost_per_try += tokens.payload * prices.input + tokens.output * prices.output  # §4
    cost_per_try *= (1 - world.batch_share * serving.batch_discount) / TOKENS_PER_PRICE  # §4
    return cost_per_try * (1 + serving.invalid_output_rate)  # §4: one retry


def run_cost(option: Option, epochs: float) -> float:
    """Return what one training run costs (§6)."""
    run = option.run
    mtok = run.planned_examples * option.serving.tokens.total * epochs / TOKENS_PER_PRICE  # §6: training tokens
    hours = mtok * run.hours_per_mtok if run.hours is None else run.hours  # §6: GPU hours
    return max(mtok * run.price_per_mtok, run.minimum_charge) + hours * run.price_per_hour  # §6


def project_cost(option: Option, project: float | Project) -> float:
    """Return a build or retraining cost: the one figure where given, else summed from the bottom up (§6)."""
    if not isinstance(project, Project):
        return project
    people = project.hours * project.hourly_rate + project.labels * project.cost_per_label  # §6
    return people + project.runs * run_cost(option, project.epochs) + project.trials * project.cost_per_trial  # §6


def hosting_cost(world: World, serving: Serving, hosting: Hosting, volume: float) -> float:
    """Return the hosting cost of one whole live month with this many requests (§6)."""
    if hosting.bill_per_month is not None:
        return hosting.bill_per_month  # §6: a stated bill is taken as it is
    work, capacity, usable = 0.0, math.inf, 1.0  # a hosted adapter
    if hosting.tokens_per_second_per_replica is not None:
        work, capacity = volume * serving.tokens.total, hosting.tokens_per_second_per_replica  # §6: in + out
        usable = hosting.utilisation  # §6: x 0.8
    elif hosting.requests_per_second_per_replica is not None:
        work, capacity = volume, hosting.requests_per_second_per_replica  # §6: or by requests
    if math.isfinite(capacity) and (hosting.scales_to_zero or world.batch_share == 1):
        hours = work / (capacity * SECONDS_PER_HOUR)  # §6: by use
    else:
        peak = world.batch_share + (1 - world.batch_share) * world.peak_to_average  # §6: batch work by the mean
        needed = math.ceil(work / SECONDS_PER_MONTH * peak / (capacity * usable) - TOLERANCE)  # §6, month by month
        hours = HOURS_PER_MONTH * max(hosting.minimum_replicas, needed)  # §6
    return (hosting.fee_per_hour * hours + hosting.storage_per_month) * hosting.share  # §6


def end_of(world: World, option: Option) -> float:
    """Return when an option ends: the horizon, unless a fine-tune's base model ends and it reverts (§3)."""
    if option.serves_on or option.migrates:
        return float(world.horizon_months)
    return max(option.start, min(world.horizon_months, option.known_retirement, option.end))


def clock(start: float, interval: float, end: float) -> list[float]:
    """List start + interval, start + 2 interval, ... after as_of, while strictly before the end (§3)."""
    if interval <= 0:
        raise ValueError("the retraining interval must be positive")
    times, count = [], 1
    while is_before(start + count * interval, end):
        if is_before(0.0, start + count * interval):
            times.append(start + count * interval)
        count += 1
    return times


def trainings(world: World, option: Option) -> tuple[list[float], list[float]]:
    """Return when it is retrained regularly, and all times from which its knowledge may count (§3)."""
    if option.kind not in TUNED:
        return [], []
    begun, end, known = option.start - option.age_at_start, end_of(world, option), option.known_retirement
    restarts = option.migrates and is_before(option.start, known) and is_before(known, world.horizon_months)
    regular = clock(begun, option.interval, min(end, option.last_training, known if restarts else math.inf))
    if restarts:  # a successor is trained at a known end: a new clock, and the old last training date binds no longer
        second = clock(known, option.interval, end)
        return regular + second, [begun, *regular, known, *second]
    return regular, [begun, *regular]


def effective_accuracy(option: Option, age: float, prompt_accuracy: float) -> float:
    """Return the accuracy of an option at an age in months, requests off its task included (§5)."""
    if option.kind not in TUNED:
        return option.accuracy_at_start
    on_task = clip(option.accuracy_at_start * 2 ** (-age / option.half_life))  # §5: staleness
    off_task = clip(prompt_accuracy - option.forgetting_drop)  # §5: forgetting
    return (1 - option.off_task_share) * on_task + option.off_task_share * off_task  # §5


def months_of(case: Case, option: Option) -> list[Month]:
    """Return every month of an option, what stands in included (§6)."""
    world = case.world
    stand_in = None if option.stands_in is None else months_of(case, named(case, option.stands_in))
    request_cost, retraining = cost_per_request(world, option.serving), project_cost(option, option.retraining_cost)
    regular, known_times = trainings(world, option)
    end, prompt_accuracy = end_of(world, option), named(case, "keep").accuracy_at_start
    months = []
    for month, (volume, price_level) in enumerate(zip(volumes(world), price_levels(world), strict=True), start=1):
        live_from, live_to = max(month - 1, option.start), min(month, end)
        live = max(0.0, live_to - live_from)  # §3: the part of (m-1, m] inside [start, end]
        middle = (live_from + live_to) / 2  # §3: mid
        age = middle - max((t for t in known_times if t <= middle + TOLERANCE), default=middle) if live > 0 else None
        accuracy = effective_accuracy(option, age or 0.0, prompt_accuracy)  # §5
        migrations = option.migrations[month - 1] if option.migrations and volume > 0 else 0.0  # §3: has requests
        moved = migrations * (retraining if option.migrates else option.migration_cost)  # §6: or a redeployment
        if option.kind not in TUNED:
            moved *= live  # §6: a prompt's is a part of its own cost
        paid = sum(math.ceil(time - TOLERANCE) == month for time in regular)  # §3: in (m-1, m]
        other = stand_in[month - 1] if stand_in else None
        parts = {
            "one_off": 0.0,
            "tokens": live * volume * request_cost * price_level,  # §6
            "errors": live * volume * world.error_cost * (1 - accuracy),  # §6
            "hosting": live * hosting_cost(world, option.serving, option.hosting, volume),  # §6
            "upkeep": live * option.upkeep_per_month,  # §6
            "retraining": paid * retraining,  # §6
            "migration": moved,  # §3
            "stand_in": (1 - live) * other.cost if other else 0.0,  # §6
        }
        months.append(
            Month(
                live=live,
                own_accuracy=accuracy,
                accuracy=live * accuracy + ((1 - live) * other.accuracy if other else 0.0),
                age=age,
                retrainings=paid,
                parts=parts,
                stand_in_errors=(1 - live) * other.errors if other else 0.0,
            )
        )
    return months


def named(case: Case, name: str) -> Option:
    """Return an option by its id."""
    return next(option for option in case.options if option.id == name)


def outlays(case: Case, option: Option) -> dict[str, float]:
    """Return the parts of month 0: its one-off cost, with that of what stands in where it ever serves (§6)."""
    parts = dict.fromkeys(PARTS, 0.0)
    parts["one_off"] = project_cost(option, option.one_off)
    lives = sum(month.live for month in months_of(case, option))
    if option.kind in TUNED and option.stands_in is not None and is_before(lives, case.world.horizon_months):
        parts["stand_in"] = sum(outlays(case, named(case, option.stands_in)).values())  # §2
    return parts


def payback(flows: Sequence[float]) -> float | None:
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


def average_accuracy(case: Case, option: Option, months: list[Month]) -> float | None:
    """Return the accuracy of what serves from the option's start to the horizon, weighted by requests (§5)."""
    other = None if option.stands_in is None else months_of(case, named(case, option.stands_in))
    counted, right, never = 0.0, 0.0, not is_before(option.start, case.world.horizon_months)
    anyone = case.world.requests_per_month > 0
    for number, (month, volume) in enumerate(zip(months, volumes(case.world), strict=True)):
        stood_in = (1 - month.live) * other[number].accuracy if other else 0.0
        own = month.accuracy - stood_in  # the live share's
        after = 1.0 if never else clip(number + 1 - option.start)  # the share of the month after the start
        served = own + (max(0.0, after - month.live) * other[number].accuracy if other else 0.0)
        weight = volume if anyone else 1.0
        counted, right = counted + weight * after, right + weight * served
    return ratio(right, counted)


def full_month(case: Case, option: Option, number: int) -> FullMonth:
    """Return what an option by itself costs in a month that it serves in full: nothing stands in (§7)."""
    world, month = case.world, months_of(case, option)[number - 1]
    volume, price_level = volumes(world)[number - 1], price_levels(world)[number - 1]
    return FullMonth(
        requests=volume,
        accuracy=month.own_accuracy,
        tokens=volume * cost_per_request(world, option.serving) * price_level,
        errors=volume * world.error_cost * (1 - month.own_accuracy),
        hosting=hosting_cost(world, option.serving, option.hosting, volume),
        upkeep=option.upkeep_per_month,
    )


def first_full_month(case: Case, option: Option) -> int | None:
    """Return the first month of which an option serves all, if it lives on; None: there is none (§7)."""
    number = math.ceil(option.start - TOLERANCE) + 1
    return number if number <= case.world.horizon_months else None


def figures_of_the_month(case: Case, option: Option, months: list[Month], extra_outlay: float) -> dict[str, Any]:
    """Return what is said of the first full month; nothing where there is none (§7)."""
    number = first_full_month(case, option)
    if number is None:
        return {
            "monthly": None,
            "payback_requests": None,
            "cost_per_correct_answer": None,
            "amortised_cost_per_month": None,
        }
    month, today = full_month(case, option, number), full_month(case, case.options[0], number)
    saved = ratio(today.total - month.total, month.requests) or 0.0  # §7: of a request
    one_off = ratio(outlays(case, option)["one_off"], sum(month.live for month in months))
    is_retrained = any(month.retrainings for month in months)
    retraining = project_cost(option, option.retraining_cost) / option.interval if is_retrained else 0.0
    return {
        "monthly": month,
        "payback_requests": ratio(max(0.0, extra_outlay), saved),
        "cost_per_correct_answer": ratio(month.total, month.requests * month.accuracy),
        "amortised_cost_per_month": None if one_off is None else month.total + one_off + retraining,
    }


def result_of(case: Case, option: Option) -> Result:
    """Return everything about one option (§7)."""
    world, months, outlay = case.world, months_of(case, option), outlays(case, option)
    today, prompt = case.options[0], months_of(case, named(case, "keep"))
    flows = [sum(outlay.values()), *(month.cost for month in months)]
    errors = [0.0, *(month.errors for month in months)]
    flows_today = [sum(outlays(case, today).values()), *(month.cost for month in months_of(case, today))]
    saving = [a - b for a, b in zip(flows_today, flows, strict=True)]  # §7
    parts = {part: worth(world, [outlay[part], *(month.parts[part] for month in months)]) for part in PARTS}
    npv, tco = worth(world, saving), worth(world, flows)  # §7
    requests = volumes(world)
    right = [0.0, *(volume * month.accuracy for volume, month in zip(requests, months, strict=True))]
    upkeep_today = worth(world, [0.0, *(month.live * today.upkeep_per_month for month in months)])
    invested = parts["one_off"] + parts["retraining"] + parts["hosting"] + parts["upkeep"] - upkeep_today  # §7
    tokens_saved = [a.parts["tokens"] * b.live - b.parts["tokens"] for a, b in zip(prompt, months, strict=True)]
    return Result(
        npv=npv,
        tco=tco,
        tco_without_errors=worth(world, [a - b for a, b in zip(flows, errors, strict=True)]),
        parts=parts,
        payback_months=payback(saving),
        discounted_payback_months=payback(discounted(world, saving)),
        roi=ratio(npv, invested),
        **figures_of_the_month(case, option, months, -saving[0]),
        cost_per_request=cost_per_request(world, option.serving),
        cache_hit_rate=cache_hit_rate(world, option.serving),
        one_off=outlay["one_off"],
        run_cost=run_cost(option, option.run.epochs),
        retraining_cost=project_cost(option, option.retraining_cost),
        live=[month.live for month in months],
        age=[month.age for month in months],
        retrainings=[month.retrainings for month in months],
        average_accuracy=average_accuracy(case, option, months),
        flows=flows,
        levelised_cost_per_request=ratio(tco, worth(world, [0.0, *requests])),
        levelised_cost_per_correct_answer=ratio(tco, worth(world, right)),
        token_saving=worth(world, [0.0, *tokens_saved]),
    )


def base_case(case: Case) -> dict[str, Result]:
    """Return the whole base case, by option."""
    return {option.id: result_of(case, option) for option in case.options}
