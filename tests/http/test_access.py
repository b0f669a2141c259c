"""Access control: keys with scopes, whose address counts, and a limit that is counted in a store."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
from pathlib import Path

import pytest

from service.contract.operations import BY_ID
from service.http.access import AccessControl, caller_of, key_of
from service.http.keys import Keys
from service.nouns.faults import NotAllowed, NotLetIn, TooMany
from service.store import Embedded

KEY, OTHER = "correct horse", "battery staple"
LEDGER, CREATE = BY_ID["getLedger"], BY_ID["createAssessment"]


def digest(key: str) -> str:
    """Return the SHA-256 of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def access(limit: int, keys: Keys | None = None) -> AccessControl:
    """Return access control that counts in this process."""
    return AccessControl(keys or Keys(), limit, Embedded(0))


def let_in(control: AccessControl, key: str = "", address: str = "a", operation: str = "getLedger") -> dict[str, str]:
    """Return what is told of the limit to a request that is let in."""
    gathered: dict[str, str] = {}
    asyncio.run(control.check({"x-api-key": key}, address, BY_ID[operation], gathered, {}))
    return gathered


def left(told: dict[str, str]) -> int:
    """Return the requests that are left."""
    return int(told["RateLimit"].split(";")[1].removeprefix("r="))


def test_without_a_limit_nothing_is_told() -> None:
    """No limit, no headers."""
    free = access(0)
    assert [let_in(free) for _ in range(5)] == [{}] * 5


def test_the_limit_and_no_more() -> None:
    """As many requests as the limit says are let in, the next is told when to come back."""
    control = access(3)
    assert [left(let_in(control)) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        let_in(control)
    assert refused.value.retry_after == 60
    assert refused.value.headers == {"RateLimit": '"default";r=0;t=60', "RateLimit-Policy": '"default";q=3;w=60'}


def test_an_assessment_counts_as_more_than_a_listing() -> None:
    """An operation uses up what it costs; one that costs more than the whole limit uses up the whole limit."""
    control = access(12)
    assert (LEDGER.cost, CREATE.cost) == (1, 5)
    assert [
        left(let_in(control, operation=name)) for name in ("createAssessment", "getLedger", "createAssessment")
    ] == [7, 6, 1]
    with pytest.raises(TooMany):
        let_in(control, operation="createAssessment")
    assert left(let_in(control)) == 0
    assert left(let_in(access(2), operation="createAssessment")) == 0


def test_callers_do_not_share_a_limit() -> None:
    """Each address has its own limit; with keys, each key has, whatever the address."""
    control = access(1)
    let_in(control, address="a")
    let_in(control, address="b")
    by_key = access(1, Keys((digest(KEY), digest(OTHER))))
    let_in(by_key, KEY, "a")
    let_in(by_key, OTHER, "a")
    with pytest.raises(TooMany):
        let_in(by_key, KEY, "b")


def test_who_brings_no_key_is_counted_by_address() -> None:
    """Whoever brings no known key is refused, and counted by address; whoever brings one is not held up by that."""
    control = access(2, Keys((digest(KEY),)))
    for wrong in ("", digest(KEY)):
        with pytest.raises(NotLetIn):
            let_in(control, wrong)
    with pytest.raises(TooMany):
        let_in(control, "wrong")
    assert left(let_in(control, KEY)) == 1


def test_a_key_opens_what_it_is_good_for(tmp_path: Path) -> None:
    """A key without the scope of an operation is told so, and is counted."""
    file = tmp_path / "keys.toml"
    file.write_text(f'[[keys]]\nname = "reader"\nsha256 = "{digest(KEY)}"\nscopes = ["catalogue"]\n')
    control = access(7, Keys(file=str(file)))
    gathered: dict[str, str] = {}
    told: dict[str, str] = {}
    asyncio.run(control.check({"x-api-key": KEY}, "a", LEDGER, gathered, {}))
    with pytest.raises(NotAllowed):
        asyncio.run(control.check({"x-api-key": KEY}, "a", CREATE, gathered, told))
    assert left(gathered) == 1 and told == {"key": "reader"}


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, ""),
        ({"x-api-key": "k"}, "k"),
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "BEARER  k "}, "k"),
        ({"authorization": "Basic k"}, ""),
        ({"authorization": "Bearer"}, ""),
        ({"authorization": "Bearer other", "x-api-key": "k"}, "k"),
        ({"authorization": "Bearer k", "x-api-key": ""}, "k"),
    ],
)
def test_where_a_key_stands(headers: dict[str, str], key: str) -> None:
    """A key stands in X-Api-Key or, without one there, behind Bearer."""
    assert key_of(headers) == key


PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense, 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7:41234"], "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8:1:2::5]:443"], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8::1%eth0", [], "2001:db8::/64"),
        ("", ["203.0.113.7"], ""),
    ],
)
def test_whose_address_counts(peer: str, forwarded: list[str], caller: str) -> None:
    """A trusted proxy is believed about who was before it and no one else is; an IPv6 caller counts as its network."""
    assert caller_of(peer, forwarded, PROXIES) == caller
