"""Settings: what a variable may say, and a start that is refused rather than one that does something else."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.settings import Settings, address_of, read_settings

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
