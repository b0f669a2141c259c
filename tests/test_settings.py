"""Settings: what a variable may say, and a start that is refused rather than one that does something else."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.settings import Settings, address_of, check_is_guarded, read_settings
from tools.faults.processes import free_port

ROOT = Path(__file__).parent.parent
DIGEST = hashlib.sha256(b"correct horse").hexdigest()
SECONDS = 60


@pytest.fixture
def taken() -> Iterator[int]:
    """Yield a port on which somebody listens who would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)


def said_by_default(value: object) -> str:
    """Return a default as a variable would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value == () else str(value)


def test_the_table_of_settings_is_what_the_code_reads() -> None:
    """docs/operations.md lists every variable that is read, in the order of the code, with its default."""
    rows = ROW.findall((ROOT / "docs" / "operations.md").read_text())
    read = [(field.name.upper(), said_by_default(field.default)) for field in msgspec.structs.fields(Settings)]
    assert [(name, default) for name, default, _ in rows] == read


def test_every_default_can_be_said() -> None:
    """Each default, set as a variable, gives the same settings as none."""
    rows = ROW.findall((ROOT / "docs" / "operations.md").read_text())
    assert read_settings({name: default for name, default, _ in rows}) == Settings()


@pytest.mark.parametrize(
    ("name", "said", "fault"),
    [
        ("WORKERS", "-1", "WORKERS is '-1'"),
        ("OPEN_TO_ANYONE", "perhaps", "OPEN_TO_ANYONE is 'perhaps'"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.1/8", "TRUSTED_PROXIES: 10.0.0.1/8"),
        ("CORS_ORIGINS", "*", "CORS_ORIGINS: '*' is no origin"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'loud'"),
        ("REDIS_SECONDS", "0", "REDIS_SECONDS is '0'"),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, said: str, fault: str) -> None:
    """A variable that says what it cannot is refused by name."""
    with pytest.raises(ValueError, match="^" + re.escape(fault)):
        read_settings({name: said})


@pytest.mark.parametrize(
    ("address", "set_up", "is_refused"),
    [
        ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("0.0.0.0", {}, True),
        ("::", {}, True),
        ("192.0.2.1", {}, True),
        ("0.0.0.0", {"api_keys": (DIGEST,)}, False),
        ("0.0.0.0", {"api_keys_file": "keys.toml"}, False),
        ("0.0.0.0", {"open_to_anyone": True}, False),
    ],
)
def test_nobody_is_let_in_by_oversight(address: str, set_up: dict[str, Any], is_refused: bool) -> None:
    """Beyond this machine the service listens with keys, or where it is told in so many words that anyone may come."""
    if not is_refused:
        check_is_guarded(Settings(**set_up), address)
        return
    with pytest.raises(ValueError, match="OPEN_TO_ANYONE=yes"):
        check_is_guarded(Settings(**set_up), address)


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"HOST": "0.0.0.0"}, "OPEN_TO_ANYONE=yes"),
        ({"API_KEYS_FILE": "/no/such/file"}, "API_KEYS_FILE '/no/such/file': No such file"),
        ({"REDIS_URL": "http://:s3cret@127.0.0.1"}, "REDIS_URL must begin with one of redis,"),
        ({"REDIS_URL": "redis+sentinel://:s3cret@127.0.0.1"}, "REDIS_URL cannot be read"),
        ({"REDIS_URL": "redis://:s3cret@127.0.0.1:port"}, "REDIS_URL cannot be read"),
    ],
)
def test_a_start_that_cannot_be_meant_ends_with_words(variables: dict[str, str], fault: str) -> None:
    """The service stops at once, with words that hold no password and no stack trace."""
    environment = {**os.environ, "PORT": str(free_port()), "OMP_NUM_THREADS": "1", **variables}
    ended = subprocess.run(
        [sys.executable, "-m", "service"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
    )
    assert ended.returncode == 1
    assert fault in ended.stderr and "Traceback" not in ended.stderr and "s3cret" not in ended.stderr


def test_port_must_be_a_port() -> None:
    """HOST and PORT are read from the environment; a port that is none is refused."""
    assert read_settings({"HOST": "127.0.0.2", "PORT": "9"}).port == 9
    assert read_settings({}).host == "127.0.0.1"
    with pytest.raises(ValueError, match="PORT"):
        read_settings({"PORT": "70000"})


def test_keys_are_read() -> None:
    """API_KEYS holds digests with commas between them; an empty variable counts as not set."""
    assert read_settings({"API_KEYS": f"{DIGEST} ,{'0' * 64},"}).api_keys == (DIGEST, "0" * 64)
    assert read_settings({"API_KEYS": ""}).api_keys == ()


@pytest.mark.parametrize(
    "said", [",", " ", "  ,", ", ,", "secret", DIGEST.upper(), f"{DIGEST},secret", f"{DIGEST}secret"]
)
def test_keys_that_are_none_let_nobody_in(said: str) -> None:
    """API_KEYS that holds anything but digests is refused without being shown: it must not let everybody in."""
    with pytest.raises(ValueError, match="API_KEYS must be SHA-256 digests in lower-case") as refused:
        read_settings({"API_KEYS": said})
    assert "secret" not in str(refused.value).lower()


def test_a_host_may_be_a_name() -> None:
    """A name stands for its address, of version 4 where there is one; an address for itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for host in ("localhost", "127.0.0.1"):
        assert address_of(Settings(host=host, port=port)) == "127.0.0.1"
    assert address_of(Settings(host="0.0.0.0", port=port)) == "0.0.0.0"


def test_version_4_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has addresses of both versions, 6 before 4, stands for that of version 4."""
    four = socket.getaddrinfo("127.0.0.1", 0, type=socket.SOCK_STREAM)
    six = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: six + four)
    assert address_of(Settings(host="localhost")) == "127.0.0.1"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "1.2.3.4.5", "http://127.0.0.1", "x" * 300, "192.0.2.1"])
def test_a_host_that_is_none_is_named(host: str) -> None:
    """A host that is neither an address of this machine nor a name of one is refused, and HOST is named."""
    with pytest.raises(ValueError, match=r"^HOST"):
        address_of(Settings(host=host))


def test_a_taken_port_is_named(taken: int) -> None:
    """A port on which another program listens is refused, though that program would share it."""
    with pytest.raises(ValueError, match=f"PORT {taken} cannot be listened on"):
        address_of(Settings(port=taken))


def test_a_second_server_does_not_start(taken: int) -> None:
    """The service stops at once, with words and no stack trace, when its port is taken."""
    environment = {**os.environ, "PORT": str(taken), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "service"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
    )
    assert ended.returncode == 1
    assert f"PORT {taken}" in ended.stderr and "Traceback" not in ended.stderr
