"""Chapter 8: dedicated capacity. How many replicas are kept, for how many hours, and what they cost.

Capacity per replica is known in tokens or in requests per second; whichever is not known is infinite. Both are infinite
for an adapter that the provider hosts beside others.
"""

from __future__ import annotations

import numpy as np

from models.arrays import HOURS_PER_MONTH, Array

SECONDS_PER_HOUR = 3600.0

ROUNDING_SLACK = 1e-9
"""What counts as equal when a ratio of measured quantities is rounded up to whole replicas."""


def replica_load(
    requests: Array,
    tokens_per_request: Array,
    peak_to_average: Array,
    batch_share: Array,
    tokens_per_second_per_replica: Array,
    requests_per_second_per_replica: Array,
    utilisation: Array,
) -> Array:
    """Return the replicas that the busiest flow of each month fills, a part of one included.

    Work that can wait is sized by the mean: ``flow = mean * (batch_share + (1 - batch_share) * peak_to_average)``, and
    ``flow * tokens / (tokens per second of a replica * utilisation)``; by requests, which are measured at the load wanted,
    without the utilisation.

    Parameters
    ----------
    requests : ndarray, shape (D, H)
        Volume of each month.
    tokens_per_request : ndarray, shape (D, 1)
        Input and output tokens of one request.
    peak_to_average : ndarray
        Busiest flow over the mean flow.
    batch_share : ndarray
        Share of requests that can wait.
    tokens_per_second_per_replica : ndarray
        Input and output tokens that a saturated replica serves [tokens/s]; infinite where not known.
    requests_per_second_per_replica : ndarray
        Requests that a replica serves [1/s]; infinite where not known. Counts where the tokens are not known.
    utilisation : ndarray
        Share of the tokens per second which is planned with.

    Returns
    -------
    ndarray, shape (D, H)
        Replicas; 0 where both capacities are infinite.

    Examples
    --------
    One request a second of 1,000 tokens, 4,000 at the peak, on replicas of 2,000 tokens that are filled to four fifths;
    the same where three of four requests can wait:

    >>> a, inf = np.array, np.array(np.inf)
    >>> second = a(2_629_800.0)
    >>> float(replica_load(second, a(1000.0), a(4.0), a(0.0), a(2000.0), inf, a(0.8)))
    2.5
    >>> float(replica_load(second, a(1000.0), a(4.0), a(0.75), a(2000.0), inf, a(0.8)))
    1.09375
    """
    mean = requests / (HOURS_PER_MONTH * SECONDS_PER_HOUR)
    flow = mean * (batch_share + (1.0 - batch_share) * peak_to_average)
    load_of_tokens = flow * tokens_per_request / (tokens_per_second_per_replica * utilisation)
    load_of_requests = flow / requests_per_second_per_replica
    return np.where(np.isfinite(tokens_per_second_per_replica), load_of_tokens, load_of_requests)


def whole_replicas(load: Array, minimum: Array) -> Array:
    """Return the replicas kept: the load rounded up, and never fewer than are kept whatever the volume.

    Examples
    --------
    >>> whole_replicas(np.array([0.0, 2.0, 2.1]), np.array(1.0)).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.maximum(minimum, np.ceil(load - ROUNDING_SLACK))


def replica_hours(
    requests: Array,
    tokens_per_request: Array,
    replicas: Array,
    tokens_per_second_per_replica: Array,
    requests_per_second_per_replica: Array,
    by_use: Array,
) -> Array:
    """Return the hours of replicas paid for in each month.

    ``730.5 * replicas``; by use, what the work itself takes: ``tokens / (tokens per second of a replica * 3600)`` or
    ``requests / (requests per second of a replica * 3600)``. Where no capacity is known, use is not either, and the
    whole month is paid.

    Parameters
    ----------
    requests : ndarray, shape (D, H)
        Volume of each month.
    tokens_per_request : ndarray, shape (D, 1)
        Input and output tokens of one request.
    replicas : ndarray, shape (D, H)
        Replicas kept.
    tokens_per_second_per_replica, requests_per_second_per_replica : ndarray
        Capacity of a replica [tokens/s, 1/s]; infinite where not known.
    by_use : ndarray
        1 where capacity scales to zero or all requests can wait, else 0.

    Returns
    -------
    ndarray, shape (D, H)
        Hours.

    Examples
    --------
    7.2 million requests of 1,000 tokens at 20,000 tokens a second take 100 hours.

    >>> a, inf = np.array, np.array(np.inf)
    >>> [float(replica_hours(a(7.2e6), a(1000.0), a(2.0), a(20_000.0), inf, a(by_use))) for by_use in (0.0, 1.0)]
    [1461.0, 100.0]
    """
    hours_of_tokens = requests * tokens_per_request / (tokens_per_second_per_replica * SECONDS_PER_HOUR)
    hours_of_requests = requests / (requests_per_second_per_replica * SECONDS_PER_HOUR)
    in_tokens = np.isfinite(tokens_per_second_per_replica)
    used = np.where(in_tokens, hours_of_tokens, hours_of_requests)
    is_known = in_tokens | np.isfinite(requests_per_second_per_replica)
    return np.where((by_use > 0) & is_known, used, HOURS_PER_MONTH * replicas)


def hosting_cost(
    fee_per_hour: Array, replica_hours: Array, storage_per_month: Array, hosting_share: Array | float
) -> Array:
    """Return the hosting cost of a month: hourly fees and the monthly fee, and of both the share that is one's own.

    Parameters
    ----------
    fee_per_hour : ndarray
        Fee of one replica [money/hour].
    replica_hours : ndarray, shape (D, H)
        Hours paid for.
    storage_per_month : ndarray
        Fee that does not depend on use [money/month].
    hosting_share : ndarray or float
        Share of a host that this task pays for, 1 where nobody else uses it.

    Returns
    -------
    ndarray, shape (D, H)
        Money per month.

    Examples
    --------
    >>> a = np.array
    >>> round(float(hosting_cost(a(1.7), a(730.5), a(2.0), a(1.0))), 2), float(hosting_cost(a(6.0), a(100.0), a(0.0), a(0.25)))
    (1243.85, 150.0)
    """
    return (fee_per_hour * replica_hours + storage_per_month) * hosting_share
