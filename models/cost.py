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
    instruction_tokens: Array, rate_per_second: Array, time_to_live: Array, min_cacheable: Array, is_priced: Array
) -> Array:
    """Return the share of requests that find the instruction in the provider's prompt cache.

    With Poisson arrivals the prefix is warm when the previous request came within the cache's life:
    ``1 - exp(-rate * time_to_live)``. A prefix shorter than the smallest cacheable one, or a price list without a
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
    warm = -np.expm1(-rate_per_second * time_to_live)
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


def training_cost(dataset_tokens: Array, epochs: Array, price: Array, minimum_charge: Array) -> Array:
    """Return the cost of one training run.

    ``max(dataset_tokens * epochs * price / 1e6, minimum_charge)``.

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

    Examples
    --------
    >>> float(training_cost(np.array(1.6e6), np.array(5.0), np.array(1.0), np.array(0.0)))
    8.0
    """
    return np.maximum(dataset_tokens * epochs * price / TOKENS_PER_PRICED_UNIT, minimum_charge)


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


def stand_in_outlay(build_cost: Array, live_months: Array) -> Array:
    """Return the outlay for what stands in: its build cost where the option never goes live, else nothing.

    Examples
    --------
    >>> stand_in_outlay(np.array([2.0, 2.0]), np.array([12.0, 0.0]))
    array([0., 2.])
    """
    return np.where(live_months > 0.0, 0.0, build_cost)


def replicas(
    requests_per_month: Array,
    peak_to_average: Array,
    requests_per_second_per_replica: Array,
    minimum: Array,
) -> Array:
    """Return the replicas needed at the month's peak; 1 for a hosted adapter (infinite capacity per replica).

    ``max(minimum, ceil(peak requests per second / requests per second of one replica))``.

    Parameters
    ----------
    requests_per_month : ndarray, shape (D, H)
        Volume.
    peak_to_average : ndarray
        Peak rate over mean rate.
    requests_per_second_per_replica : ndarray
        Capacity of one replica [1/s]; infinite for a hosted adapter.
    minimum : ndarray
        Fewest replicas kept.

    Examples
    --------
    >>> float(replicas(np.array(2_629_800.0), np.array(4.0), np.array(3.0), np.array(1.0)))
    2.0
    """
    peak = requests_per_second(requests_per_month) * peak_to_average
    return np.maximum(minimum, np.ceil(peak / requests_per_second_per_replica - ROUNDING_SLACK))


def replicas_by_tokens(
    requests_per_month: Array,
    tokens_per_request: Array,
    peak_to_average: Array,
    tokens_per_second_per_replica: Array,
    utilisation: Array,
    minimum: Array,
) -> Array:
    """Return the replicas needed at the month's peak where capacity is known in tokens.

    ``max(minimum, ceil(peak tokens per second / (tokens per second of one replica * utilisation)))``.

    Parameters
    ----------
    requests_per_month : ndarray, shape (D, H)
        Volume.
    tokens_per_request : ndarray
        Input and output tokens of one request [tokens].
    peak_to_average : ndarray
        Peak rate over mean rate.
    tokens_per_second_per_replica : ndarray
        Input and output tokens that one saturated replica serves [tokens/s].
    utilisation : ndarray
        Share of that capacity which is planned with.
    minimum : ndarray
        Fewest replicas kept.

    Returns
    -------
    ndarray, shape (D, H)

    Examples
    --------
    One request a second of 1,000 tokens, 4,000 at the peak, on replicas of 2,000 that are filled to four fifths:

    >>> a = np.array
    >>> float(replicas_by_tokens(a(2_629_800.0), a(1000.0), a(4.0), a(2000.0), a(0.8), a(1.0)))
    3.0
    """
    requests_per_second_per_replica = tokens_per_second_per_replica * utilisation / tokens_per_request
    return replicas(requests_per_month, peak_to_average, requests_per_second_per_replica, minimum)


def training_gpu_hours(dataset_tokens: Array, epochs: Array, gpu_hours_per_mtok: Array) -> Array:
    """Return the GPU hours of one training run, ``dataset_tokens * epochs * gpu_hours_per_mtok / 1e6``.

    Parameters
    ----------
    dataset_tokens : ndarray
        Tokens of the training set, each example once.
    epochs : ndarray
        Passes over it.
    gpu_hours_per_mtok : ndarray
        GPU hours for a million training tokens, over all GPUs together.

    Examples
    --------
    >>> float(training_gpu_hours(np.array(2e6), np.array(3.0), np.array(0.25)))
    1.5
    """
    return dataset_tokens * epochs * gpu_hours_per_mtok / TOKENS_PER_PRICED_UNIT


def gpu_cost(gpu_hours: Array, price_per_gpu_hour: Array) -> Array:
    """Return what GPU hours cost at a price [money/hour].

    Examples
    --------
    >>> float(gpu_cost(np.array(1.5), np.array(6.0)))
    9.0
    """
    return gpu_hours * price_per_gpu_hour


def hosting_per_month(fee_per_hour: Array, replica_count: Array, storage_per_month: Array) -> Array:
    """Return the monthly hosting cost: hourly fee x 730.5 x replicas, plus storage.

    Examples
    --------
    >>> round(float(hosting_per_month(np.array(1.7), np.array(1.0), np.array(2.0))), 2)
    1243.85
    """
    return fee_per_hour * HOURS_PER_MONTH * replica_count + storage_per_month
