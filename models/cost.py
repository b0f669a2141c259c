"""Chapter 2: tokens, prices and the cost of one request; training; replicas.

**Price** is money per unit, **cost** is price times quantity. Token prices are per million tokens.
"""

from __future__ import annotations

import numpy as np

from models.arrays import HOURS_PER_MONTH, Array

TOKENS_PER_PRICED_UNIT = 1e6
"""Token prices are quoted per million tokens."""

SECONDS_PER_HOUR = 3600.0

ROUNDING_SLACK = 1e-9
"""What counts as equal when a ratio of measured quantities is rounded up to whole replicas."""


def requests_per_second(requests_per_month: Array) -> Array:
    """Return the mean request rate [1/s] of a monthly volume [1/month].

    Examples
    --------
    >>> float(requests_per_second(np.array(2_629_800.0)))
    1.0
    """
    return requests_per_month / (HOURS_PER_MONTH * SECONDS_PER_HOUR)


def peak_flow(requests_per_second: Array, peak_to_average: Array, batch_share: Array) -> Array:
    """Return the busiest flow of requests [1/s]; those that can wait are spread evenly.

    Examples
    --------
    >>> float(peak_flow(np.array(2.0), np.array(4.0), np.array(0.5)))
    5.0
    """
    return requests_per_second * (batch_share + (1.0 - batch_share) * peak_to_average)


def price_in_tier(input_tokens: Array, starts: Array, prices: Array) -> Array:
    """Return the price that applies to a request of a given size.

    Long-context tiers price the *whole* request: the price is that of the highest tier whose start the input exceeds.

    Parameters
    ----------
    input_tokens : ndarray, shape (D, 1)
        Instruction and payload tokens of one request.
    starts : ndarray, shape (T,)
        Ascending tier starts [tokens]; empty when the price has no tiers.
    prices : ndarray, shape (T + 1,)
        Base price, then the price of each tier [money per million tokens].

    Returns
    -------
    ndarray, shape (D, 1)

    Examples
    --------
    >>> price_in_tier(np.array([[200e3], [200001.0]]), np.array([200e3]), np.array([3.0, 6.0])).ravel().tolist()
    [3.0, 6.0]
    """
    return prices[np.searchsorted(starts, input_tokens, side="left")]


def cache_hit_rate(
    instruction_tokens: Array,
    rate_per_second: Array,
    time_to_live: Array,
    min_cacheable: Array,
    is_priced: Array,
    ceiling: Array | float = 1.0,
) -> Array:
    """Return the share of requests that find the instruction in the provider's prompt cache.

    With Poisson arrivals the prefix is warm when the previous request came within the cache's life:
    ``ceiling * (1 - exp(-rate * time_to_live))``. A prefix shorter than the smallest cacheable one, or a price list without a
    cache-read price, never hits.

    Parameters
    ----------
    instruction_tokens : ndarray, shape (D, 1)
        Cacheable prefix [tokens].
    rate_per_second : ndarray, shape (D, 1)
        Mean arrivals [1/s].
    time_to_live : ndarray
        Life of a cache entry [s].
    min_cacheable : ndarray
        Smallest cacheable prefix [tokens].
    is_priced : ndarray
        1 where a cache-read price is published, else 0.
    ceiling : ndarray or float
        Share that hits however many requests come: machines change, entries are dropped.

    Returns
    -------
    ndarray, shape (D, 1)
        Share in [0, 1).

    Examples
    --------
    >>> hit = cache_hit_rate(np.array(2000.0), np.array(0.01), np.array(100.0), np.array(1024.0), np.array(1.0))
    >>> round(float(hit), 6)
    0.632121
    """
    warm = -np.expm1(-rate_per_second * time_to_live) * ceiling
    return np.where((instruction_tokens >= min_cacheable) & (is_priced > 0), warm, 0.0)


def cost_per_request(
    instruction_tokens: Array,
    payload_tokens: Array,
    output_tokens: Array,
    hit_rate: Array,
    price_input: Array,
    price_output: Array,
    price_cache_read: Array,
    price_cache_write: Array,
    batch_share: Array,
    batch_discount: Array,
    invalid_output_rate: Array,
) -> Array:
    """Return the expected token cost of one answered request.

    ``cost_per_try = (instruction * (hit * read + (1 - hit) * write) + payload * input + output * out) / 1e6
    * (1 - batch_share * batch_discount)``, and one retry for the share of outputs that are invalid. The write price
    counts only where anything is cached at all (hit > 0); without caching the instruction is plain input.

    Parameters
    ----------
    instruction_tokens, payload_tokens, output_tokens : ndarray, shape (D, 1)
        Tokens of one request.
    hit_rate : ndarray, shape (D, 1)
        Share of requests that read the instruction from the cache.
    price_input, price_output, price_cache_read, price_cache_write : ndarray
        Money per million tokens.
    batch_share, batch_discount, invalid_output_rate : ndarray
        Shares.

    Returns
    -------
    ndarray, shape (D, 1)
        Money per request.

    Examples
    --------
    500 input and 300 output tokens at 10 and 30 per million cost 0.014.

    >>> zero, one = np.array(0.0), np.array(1.0)
    >>> float(cost_per_request(zero, 500 * one, 300 * one, zero, 10 * one, 30 * one, one, one, zero, zero, zero))
    0.014
    """
    price_miss = np.where(hit_rate > 0, price_cache_write, price_input)
    per_try = (
        instruction_tokens * (hit_rate * price_cache_read + (1.0 - hit_rate) * price_miss)
        + payload_tokens * price_input
        + output_tokens * price_output
    ) / TOKENS_PER_PRICED_UNIT
    return per_try * (1.0 - batch_share * batch_discount) * (1.0 + invalid_output_rate)


def uncached_cost_per_request(
    instruction_tokens: Array,
    payload_tokens: Array,
    output_tokens: Array,
    price_input: Array,
    price_output: Array,
    batch_share: Array,
    batch_discount: Array,
    invalid_output_rate: Array,
) -> Array:
    """Return the token cost of one answered request with every input token at the full input price.

    Parameters are those of `cost_per_request`; nothing is cached.

    Examples
    --------
    >>> a = np.array
    >>> float(uncached_cost_per_request(a(400.0), a(100.0), a(300.0), a(10.0), a(30.0), a(0.0), a(0.0), a(0.0)))
    0.014
    """
    none = np.zeros(())
    return cost_per_request(
        instruction_tokens, payload_tokens, output_tokens, none, price_input, price_output, price_input, price_input,
        batch_share, batch_discount, invalid_output_rate,
    )  # fmt: skip


def instruction_share(
    instruction_tokens: Array,
    payload_tokens: Array,
    output_tokens: Array,
    hit_rate: Array,
    price_input: Array,
    price_output: Array,
    price_cache_read: Array,
    price_cache_write: Array,
) -> Array:
    """Return the part of a request's token cost that its instruction makes up; 0 where a request costs nothing.

    Examples
    --------
    >>> a = np.array
    >>> round(float(instruction_share(a(300.0), a(50.0), a(50.0), a(0.0), a(1.0), a(1.0), a(0.1), a(1.0))), 9)
    0.75
    """
    none = np.zeros(())
    prices = (hit_rate, price_input, price_output, price_cache_read, price_cache_write, none, none, none)
    whole = cost_per_request(instruction_tokens, payload_tokens, output_tokens, *prices)
    part = cost_per_request(instruction_tokens, none, none, *prices)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def cost_of_errors(requests: Array, error_cost: Array, accuracy: Array) -> Array:
    """Return the cost of wrong answers, ``requests * error cost * (1 - accuracy)``.

    Examples
    --------
    >>> float(cost_of_errors(np.array(200.0), np.array(0.5), np.array(0.75)))
    25.0
    """
    return requests * error_cost * (1.0 - accuracy)


def training_cost(
    dataset_tokens: Array,
    epochs: Array,
    price: Array,
    minimum_charge: Array,
    gpu_hours_per_mtok: Array | float = 0.0,
    training_hours: Array | float = 0.0,
    price_per_hour: Array | float = 0.0,
) -> Array:
    """Return the cost of one training run: billed by the token, by the hour, or both.

    ``max(dataset_tokens * epochs * price / 1e6, minimum_charge) + hours * price_per_hour``; hours as stated, else
    ``dataset_tokens * epochs * gpu_hours_per_mtok / 1e6``.

    Parameters
    ----------
    dataset_tokens : ndarray
        Tokens of the training set, each example once.
    epochs : ndarray
        Passes over it.
    price : ndarray
        Money per million training tokens.
    minimum_charge : ndarray
        Smallest charge of a job [money].
    gpu_hours_per_mtok : ndarray or float
        GPU hours for a million training tokens, over all GPUs together.
    training_hours : ndarray or float
        Hours of a run where they are stated, else 0.
    price_per_hour : ndarray or float
        Money per hour of those; 0 where only tokens are billed.

    Examples
    --------
    >>> a = np.array
    >>> float(training_cost(a(1.6e6), a(5.0), a(1.0), a(0.0))), float(training_cost(a(1e3), a(1.0), a(1.0), a(4.0)))
    (8.0, 4.0)
    >>> [float(training_cost(a(2e6), a(3.0), a(0.0), a(0.0), a(0.25), a(hours), a(6.0))) for hours in (0.0, 2.0)]
    [9.0, 12.0]
    """
    million_tokens = dataset_tokens * epochs / TOKENS_PER_PRICED_UNIT
    hours = np.where(np.asarray(training_hours) > 0, training_hours, million_tokens * gpu_hours_per_mtok)
    return np.maximum(million_tokens * price, minimum_charge) + hours * price_per_hour


def upkeep(reference: Array, factor: Array, exponent: Array, running_cost: Array) -> Array:
    """Return what keeping an option in order costs a month, ``reference * factor^exponent + running cost``.

    The reference is what was stated, or hours times rate; the factor is a fine-tune's upkeep over that of a prompt.
    The exponent is 0 for the side that the reference is of, 1 from a prompt to a fine-tune and -1 the other way.

    Examples
    --------
    >>> a = np.array
    >>> [float(upkeep(a(600.0), a(1.25), a(exponent), a(50.0))) for exponent in (0.0, 1.0, -1.0)]
    [650.0, 800.0, 530.0]
    """
    return reference * factor**exponent + running_cost


def project_cost(
    engineering_hours: Array,
    hourly_rate: Array,
    examples_to_label: Array,
    cost_per_example: Array,
    training_runs: Array,
    cost_per_run: Array,
) -> Array:
    """Return a bottom-up project cost: engineering, labelling and training runs.

    Examples
    --------
    60 hours at 75 and one run at 800:

    >>> one, zero = np.array(1.0), np.array(0.0)
    >>> float(project_cost(60 * one, 75 * one, zero, zero, one, 800 * one))
    5300.0
    """
    return engineering_hours * hourly_rate + examples_to_label * cost_per_example + training_runs * cost_per_run


def stand_in_outlay(one_off_cost: Array, live_months: Array, horizon: Array) -> Array:
    """Return the outlay for what stands in: its one-off cost where it serves for any part of the horizon, else nothing.

    Examples
    --------
    >>> stand_in_outlay(np.array([2.0, 2.0]), np.array([12.0, 24.0]), np.array(24.0))
    array([2., 0.])
    """
    return np.where(live_months < horizon - ROUNDING_SLACK, one_off_cost, 0.0)


def move(hours: Array, hourly_rate: Array, grading: Array) -> Array:
    """Return the cost of moving to another base model: hours, and grading again [money].

    Examples
    --------
    >>> float(move(np.array(20.0), np.array(100.0), np.array(300.0)))
    2300.0
    """
    return hours * hourly_rate + grading


def moves(counts: Array, cost_of_one: Array, requests: Array, share: Array | float = 1.0) -> Array:
    """Return what moves cost in each month; who has no requests does not move.

    Parameters
    ----------
    counts : ndarray, shape (D, H)
        Moves in each month.
    cost_of_one : ndarray, shape (D, 1)
        Money.
    requests : ndarray, shape (D, H)
        Requests of each month.
    share : ndarray, shape (D, H), or float
        Part of the month that the option serves.

    Examples
    --------
    >>> moves(np.array([[1.0, 1.0]]), np.array([[50.0]]), np.array([[0.0, 9.0]]), np.array([[1.0, 0.5]])).tolist()
    [[0.0, 25.0]]
    """
    return share * counts * cost_of_one * (requests > 0.0)


def per_request(monthly: Array, also_monthly: Array, requests: Array) -> Array:
    """Return two monthly costs over the requests of a month; nan without requests.

    Over next to none it may be infinite, which is as unknown.

    Examples
    --------
    >>> [float(per_request(np.array(60.0), np.array(40.0), np.array(requests))) for requests in (50.0, 0.0, 5e-324)]
    [2.0, nan, inf]
    """
    with np.errstate(over="ignore"):
        return (monthly + also_monthly) / np.where(requests > 0.0, requests, np.nan)
