"""A Redis of our own: the distribution's program on a port of loopback, which can be killed, frozen and filled."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.faults.processes import LOOPBACK, Miss, Process, free_port, until

PROGRAM = "redis-server"
STARTS_WITHIN = 10.0
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C"}
CLOSED_PORT = 0
BLOCK = b"x" * 4096
SPARE_BYTES, MOST_FILLERS = 2_000_000, 2000
BESIDE = re.compile(rb":(probe$|limit:)|^filler:")


def program() -> str:
    """Return where redis-server is.

    Raises
    ------
    Miss
        If it is not installed.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise Miss("redis-server is not installed; `make redis` installs Debian's as root")
    return found


def client_of(url: str, seconds: float) -> redis.Redis:
    """Return a client that gives up after a while, and asks once."""
    once: Any = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=once)


@dataclass
class Certificates:
    """Files of an authority made for the moment, and of a server's certificate that it has signed."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def made(cls, folder: Path, name: str = LOOPBACK) -> Certificates:
        """Return new certificates for an address or a name."""
        import trustme

        authority = trustme.CA()
        server = authority.issue_cert(name)
        files = cls(folder / "authority.pem", folder / "server.pem", folder / "server.key")
        authority.cert_pem.write_to_path(str(files.authority))
        server.cert_chain_pems[0].write_to_path(str(files.certificate))
        server.private_key_pem.write_to_path(str(files.key))
        return files


@dataclass
class RedisServer:
    """One server that keeps nothing on disk; `options` are those of its command line, without the dashes' values joined."""

    options: Sequence[str] = ()
    password: str = ""
    certificates: Certificates | None = None
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="redis-")))

    def __post_init__(self) -> None:
        """Start it."""
        self.process: Process | None = None
        self.start()

    def __enter__(self) -> RedisServer:
        """Return it, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and forget its folder."""
        self.close()

    @property
    def url(self) -> str:
        """Return what REDIS_URL says of it."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """Return what REDIS_URL says of it where it is reached by another port."""
        scheme = "rediss" if self.certificates else "redis"
        secret = f":{self.password}@" if self.password else ""
        query = f"?ssl_ca_certs={self.certificates.authority}" if self.certificates else ""
        return f"{scheme}://{secret}{LOOPBACK}:{port}/0{query}"

    def start(self) -> None:
        """Start it on its port, empty, and wait until it answers."""
        ports = ["--port", str(self.port)]
        if self.certificates:
            tls = self.certificates
            ports = ["--port", str(CLOSED_PORT), "--tls-port", str(self.port), "--tls-auth-clients", "no"]
            ports += ["--tls-cert-file", str(tls.certificate), "--tls-key-file", str(tls.key)]
            ports += ["--tls-ca-cert-file", str(tls.authority)]
        secret = ["--requirepass", self.password, "--masterauth", self.password] if self.password else []
        keeps_nothing = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        command = [program(), "--bind", LOOPBACK, *ports, *keeps_nothing, *secret, *self.options]
        self.process = Process(command, self.folder / "log", ENVIRONMENT | self.environment, self.folder)
        try:
            until(self.answers, STARTS_WITHIN, f"redis-server does not answer: {self.process.text()[-500:]}")
        except BaseException:
            self.close()
            raise

    def client(self, seconds: float = 2.0) -> redis.Redis:
        """Return a client of it that gives up after a while, and asks once."""
        return client_of(self.url, seconds)

    def answers(self) -> bool:
        """Tell whether it answers."""
        try:
            with self.client(0.5) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.process:
            self.process.kill()

    def freeze(self) -> None:
        """Stop it where it stands: connections stay, nothing is answered."""
        if self.process:
            self.process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self.process:
            self.process.signal(signal.SIGCONT)

    def restart(self) -> None:
        """Kill it and start it anew on the same port, empty."""
        self.kill()
        self.start()

    def fill(self) -> None:
        """Fill its memory, nothing being evicted, until it refuses every further write."""
        with self.client() as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", int(client.info("memory")["used_memory"]) + SPARE_BYTES)
            try:
                for number in range(MOST_FILLERS):
                    client.set(f"filler:{number}", BLOCK)
            except redis.OutOfMemoryError:
                # What its own bookkeeping gives back now and then must not let a small value in.
                client.config_set("maxmemory", int(client.info("memory")["used_memory"]) - SPARE_BYTES // 2)
                return
        raise Miss("Redis took everything and was not full")

    def unfill(self) -> None:
        """Give its memory back."""
        with self.client() as client:
            client.config_set("maxmemory", 0)
            keys = list(client.scan_iter("filler:*", count=1000))
            for start in range(0, len(keys), 500):
                client.delete(*keys[start : start + 500])

    def kept(self) -> set[bytes]:
        """Return the names of the answers that are kept; what is counted or tried stands beside them."""
        with self.client() as client:
            return {key for key in client.scan_iter("*", count=1000) if not BESIDE.search(key)}

    def commands(self) -> int:
        """Return how many commands it has run."""
        with self.client() as client:
            return int(client.info("stats")["total_commands_processed"])

    def close(self) -> None:
        """End it and forget its folder."""
        if self.process:
            self.process.signal(signal.SIGCONT)
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
