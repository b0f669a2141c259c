"""Chapter 9: latency of one request, its tail, and queues in front of dedicated replicas."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc, gammaln, ndtri, xlogy

from models.arrays import Array

P95_DEVIATE = 1.6448536269514722
"""Standard normal deviate of the 95th percentile."""


def spread(p95_over_p50: Array) -> Array:
    """Return the sigma of a lognormal from the ratio of its 95th percentile to its median.

    Examples
    --------
    >>> round(float(spread(np.array(np.exp(P95_DEVIATE)))), 12)
    1.0
    """
    return np.log(p95_over_p50) / P95_DEVIATE


def ttft_seconds(
    instruction_tokens: Array,
    payload_tokens: Array,
    hit_rate: Array,
    base: Array,
    per_input_token: Array,
    cached_token_share: Array,
    factor: Array,
) -> Array:
    """Return the median time to the first token [s].

    ``factor * (base + per_token * (payload + instruction * (1 - hit)) + per_token * cached_share * instruction * hit)``

    Parameters
    ----------
    instruction_tokens, payload_tokens : ndarray, shape (D, 1)
        Input tokens of one request.
    hit_rate : ndarray, shape (D, 1)
        Share of requests whose instruction is cached.
    base, per_input_token : ndarray
        Seconds, and seconds per uncached input token.
    cached_token_share : ndarray
        Time of a cached token over that of an uncached one.
    factor : ndarray
        1 for a base model; the slowdown of serving an adapter otherwise.

    Examples
    --------
    >>> a = np.array
    >>> float(ttft_seconds(a(1000.0), a(500.0), a(0.5), a(0.4), a(0.0002), a(0.2), a(1.0)))
    0.62
    """
    uncached = payload_tokens + instruction_tokens * (1.0 - hit_rate)
    cached = instruction_tokens * hit_rate
    return factor * (base + per_input_token * (uncached + cached_token_share * cached))


def end_to_end_seconds(ttft: Array, output_tokens: Array, tokens_per_second: Array, scale: Array) -> Array:
    """Return the median end-to-end time [s]: ``scale * (ttft + output_tokens / tokens_per_second)``.

    Examples
    --------
    >>> float(end_to_end_seconds(np.array(0.5), np.array(80.0), np.array(80.0), np.array(1.0)))
    1.5
    """
    return scale * (ttft + output_tokens / tokens_per_second)


def erlang_c(offered_load: Array, servers: Array) -> Array:
    """Return the probability of waiting in an M/M/c queue (Erlang 1917).

    From Erlang's loss formula B written with the Poisson distribution, ``C = B / (1 - rho * (1 - B))``; 1 where the
    load is not served (rho >= 1).

    Parameters
    ----------
    offered_load : ndarray
        Arrival rate over the service rate of one server [erlang].
    servers : ndarray
        Number of servers c.

    Examples
    --------
    One server waits with probability rho:

    >>> round(float(erlang_c(np.array(0.3), np.array(1.0))), 12)
    0.3
    """
    rho = offered_load / servers
    log_pmf = xlogy(servers, offered_load) - offered_load - gammaln(servers + 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        blocking = np.exp(log_pmf) / gammaincc(servers + 1.0, offered_load)
        waiting = blocking / (1.0 - np.minimum(rho, 1.0) * (1.0 - blocking))
    return np.where(rho < 1.0, waiting, 1.0)


def with_waiting(
    median: Array, sigma: Array, arrivals_per_second: Array, served_per_second: Array, servers: Array
) -> tuple[Array, Array]:
    """Return median and sigma of a lognormal with the mean and variance of service plus M/M/c waiting.

    Waiting is zero with probability 1 - C and exponential with rate ``c mu - lambda`` otherwise, so its mean is
    ``C / theta`` and its variance ``C (2 - C) / theta^2``.

    Parameters
    ----------
    median, sigma : ndarray, shape (D, 1)
        Lognormal time of an undisturbed request [s, 1].
    arrivals_per_second : ndarray, shape (D, 1)
        Peak arrival rate [1/s].
    served_per_second : ndarray
        Capacity of one server [1/s]; infinite when there is no queue.
    servers : ndarray, shape (D, 1)
        Servers.

    Returns
    -------
    tuple of ndarray
        Infinite median where the load is not served.

    Examples
    --------
    >>> a = np.array
    >>> [float(x) for x in with_waiting(a(1.0), a(0.5), a(1.0), a(np.inf), a(1.0))]
    [1.0, 0.5]
    """
    queued = np.isfinite(served_per_second)
    if not queued.any():
        return median, sigma
    rate = np.where(queued, served_per_second, 1.0)
    load = np.where(queued, arrivals_per_second / rate, 0.0)
    waiting = erlang_c(load, servers)
    theta = servers * rate - load * rate
    served = theta > 0
    theta = np.where(served, theta, 1.0)
    mean = median * np.exp(sigma**2 / 2.0)
    variance = mean**2 * np.expm1(sigma**2)
    mean_total = mean + waiting / theta
    variance_total = variance + waiting * (2.0 - waiting) / theta**2
    sigma_total = np.sqrt(np.log1p(variance_total / mean_total**2))
    median_total = np.where(served, mean_total / np.exp(sigma_total**2 / 2.0), np.inf)
    return np.where(queued, median_total, median), np.where(queued, sigma_total, sigma)


def percentile_seconds(median: Array, sigma: Array, probability: float) -> Array:
    """Return a percentile of a lognormal time [s].

    Examples
    --------
    >>> float(percentile_seconds(np.array(2.0), np.array(0.7), 0.5))
    2.0
    """
    return median * np.exp(sigma * ndtri(probability))


def p95_seconds(median: Array, sigma: Array) -> Array:
    """Return the 95th percentile of a lognormal time [s].

    Examples
    --------
    >>> round(float(p95_seconds(np.array(2.0), np.array(0.7))), 3)
    6.325
    """
    return percentile_seconds(median, sigma, 0.95)


def p99_seconds(median: Array, sigma: Array) -> Array:
    """Return the 99th percentile of a lognormal time [s].

    Examples
    --------
    >>> round(float(p99_seconds(np.array(2.0), np.array(0.7))), 3)
    10.192
    """
    return percentile_seconds(median, sigma, 0.99)


def median_with_waiting(
    median: Array, sigma: Array, arrivals_per_second: Array, served_per_second: Array, servers: Array
) -> Array:
    """Return the median time with M/M/c waiting [s]; the first of `with_waiting`.

    Examples
    --------
    >>> a = np.array
    >>> float(median_with_waiting(a(1.0), a(0.5), a(1.0), a(np.inf), a(1.0)))
    1.0
    """
    return with_waiting(median, sigma, arrivals_per_second, served_per_second, servers)[0]


def sigma_with_waiting(
    median: Array, sigma: Array, arrivals_per_second: Array, served_per_second: Array, servers: Array
) -> Array:
    """Return the spread of a time with M/M/c waiting; the second of `with_waiting`.

    Examples
    --------
    >>> a = np.array
    >>> float(sigma_with_waiting(a(1.0), a(0.5), a(1.0), a(np.inf), a(1.0)))
    0.5
    """
    return with_waiting(median, sigma, arrivals_per_second, served_per_second, servers)[1]


def scale_to_measured(measured_p50: Array, ttft: Array, output_tokens: Array, tokens_per_second: Array) -> Array:
    """Return the factor that makes the computed median time the measured one.

    Examples
    --------
    >>> float(scale_to_measured(np.array(3.0), np.array(0.5), np.array(100.0), np.array(100.0)))
    2.0
    """
    return measured_p50 / end_to_end_seconds(ttft, output_tokens, tokens_per_second, np.ones(()))


def scale_of_option(
    measured_p50: Array, ttft: Array, output_tokens: Array, tokens_per_second: Array, shared: Array, own: Array
) -> Array:
    """Return the factor on an option's computed time: that which gives the measured one, else what is not known of it.

    Parameters
    ----------
    measured_p50 : ndarray
        Median time as measured [s]; infinite where it was not.
    ttft, output_tokens, tokens_per_second : ndarray
        Computed time to the first token [s], tokens written, and their speed [1/s].
    shared, own : ndarray
        Factors of an option that was not measured: that of the prompt's base model, and its own.

    Examples
    --------
    >>> a = np.array
    >>> float(scale_of_option(a(3.0), a(0.5), a(100.0), a(100.0), a(1.2), a(1.0)))
    2.0
    >>> float(scale_of_option(a(np.inf), a(0.5), a(100.0), a(100.0), a(1.2), a(1.0)))
    1.2
    """
    measured = scale_to_measured(measured_p50, ttft, output_tokens, tokens_per_second)
    return np.where(np.isinf(measured_p50), shared * own, measured)


def replica_flow(tokens_per_second: Array, tokens_per_request: Array, requests_per_second: Array) -> Array:
    """Return the requests a second that one saturated replica serves: by tokens where that is known, else as stated.

    Requests of next to no tokens may be served at a rate beyond what a number holds: infinite, so nothing ever waits.

    Parameters
    ----------
    tokens_per_second : ndarray
        Tokens in and out of one replica [1/s]; infinite where not known.
    tokens_per_request : ndarray
        Tokens in and out of one request.
    requests_per_second : ndarray
        As stated [1/s]; infinite where nothing is dedicated.

    Examples
    --------
    >>> a = np.array
    >>> float(replica_flow(a(2000.0), a(500.0), a(np.inf))), float(replica_flow(a(np.inf), a(500.0), a(3.0)))
    (4.0, 3.0)
    >>> float(replica_flow(a(2000.0), a(5e-324), a(3.0)))
    inf
    """
    is_known = np.isfinite(tokens_per_second) & (tokens_per_request > 0.0)
    with np.errstate(over="ignore"):
        by_tokens = np.where(is_known, tokens_per_second, 1.0) / np.where(is_known, tokens_per_request, 1.0)
    return np.where(is_known, by_tokens, requests_per_second)
