"""Who is let in: API keys with scopes, and a limit of requests a minute for each key or address."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from service.contract.operations import Operation
from service.http.keys import Keys
from service.nouns.faults import NotAllowed, NotLetIn, TooMany
from service.store import Quota, Store
from service.store.port import WINDOW_SECONDS

MOST_HOPS = 20
"""Proxies that are looked behind: more than any caller of ours has before it."""

IPV6_NETWORK = 64
"""A caller has a network of this many bits; what it puts behind them is its own choice."""

WITH_PORT = re.compile(r"^(?:\[([^\]]*)\]|(\d+(?:\.\d+){3}))(?::\d+)?$")
"""Some proxies tell the port of a caller too."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def key_of(headers: Mapping[str, str]) -> str:
    """Return the key that a request brings, in X-Api-Key or as a bearer token; empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key") or (token.strip() if scheme.lower() == "bearer" else "")


def caller_of(peer: str, forwarded_for: Sequence[str], proxies: Sequence[Network]) -> str:
    """Return the address of a caller: the peer's, or behind proxies that are trusted the last that none of them has.

    What stands further left in X-Forwarded-For is the caller's own claim. An IPv6 address counts as its network.

    Examples
    --------
    >>> trusted = [ipaddress.ip_network("10.0.0.0/8")]
    >>> caller_of("10.0.0.1", ["6.6.6.6, 203.0.113.7, 10.0.0.2"], trusted)
    '203.0.113.7'
    >>> caller_of("198.51.100.1", ["203.0.113.7"], trusted), caller_of("2001:db8::1", [], [])
    ('198.51.100.1', '2001:db8::/64')
    """
    claimed = [address.strip() for header in forwarded_for for address in header.rsplit(",", MOST_HOPS)][-MOST_HOPS:]
    caller = peer
    for nearer in [*reversed(claimed), None]:
        address = _address(caller)
        if address is None or nearer is None or not any(address in proxy for proxy in proxies):
            break
        if _address(nearer) is None:
            break
        caller = nearer
    address = _address(caller)
    if not isinstance(address, ipaddress.IPv6Address):
        return caller if address is None else str(address)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text is; one of version 4 in the clothes of version 6 as what it is, without its port."""
    bare = WITH_PORT.sub(r"\1\2", text).partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class AccessControl:
    """Lets a request in or says why not, and counts it in a store."""

    def __init__(self, keys: Keys, requests_per_minute: int, store: Store, proxies: Sequence[str] = ()) -> None:
        """Know the keys, the limit, where it is counted, and the networks of proxies that are believed."""
        self.proxies = tuple(map(ipaddress.ip_network, proxies))
        self.keys = keys
        self.limit = requests_per_minute
        self.store = store

    async def check(
        self,
        headers: Mapping[str, str],
        address: str,
        operation: Operation,
        gathered: dict[str, str],
        told: dict[str, str],
    ) -> None:
        """Let a request in; `gathered` gets the headers of what is left, `told` the name of the key that it brought.

        Raises
        ------
        NotLetIn
            If keys are needed and the request brings none that is known and in force.
        NotAllowed
            If its key may not do this.
        TooMany
            If the caller has used up the limit; whoever has no key is counted by address.
        """
        if not self.keys.are_needed:
            await self._take(f"address {address}", operation.cost, gathered)
            return
        key = self.keys.find(key_of(headers))
        if key is None:
            await self._take(f"address {address}", 1, {})
            raise NotLetIn
        told["key"] = key.name
        await self._take(f"key {key.sha256}", operation.cost, gathered)
        if operation.tag not in key.scopes:
            raise NotAllowed

    async def _take(self, caller: str, cost: int, gathered: dict[str, str]) -> None:
        if not self.limit:
            return
        quota = await self.store.take(caller, min(cost, self.limit), self.limit)
        if not quota.is_let_in:
            raise TooMany(_seconds(quota), self._headers(quota))
        gathered.update(self._headers(quota))

    def _headers(self, quota: Quota) -> dict[str, str]:
        """Return the headers that tell the limit and what is left of it."""
        return {
            "RateLimit": f'"default";r={max(0, self.limit - quota.used)};t={_seconds(quota)}',
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_SECONDS}',
        }


def _seconds(quota: Quota) -> int:
    """Return the whole seconds after which the window has closed: never told too early."""
    return max(1, -int(-quota.resets_in // 1))
