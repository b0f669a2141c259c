"""A primary, its replica and the sentinels that put the replica in its place."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import redis

from tools.faults.processes import LOOPBACK, Process, free_port, until
from tools.faults.redis_server import ENVIRONMENT, STARTS_WITHIN, RedisServer, program

NAME = "cache"
"""What the sentinels call the service that they watch."""
DOWN_AFTER_MILLISECONDS, FAILOVER_MILLISECONDS = 500, 3000
MEETS_WITHIN, FAILS_OVER_WITHIN = 15.0, 20.0


class Sentinels:
    """Two servers, watched by a number of sentinels of which the greater part must agree."""

    def __init__(self, count: int = 3) -> None:
        """Start all of them, and wait until they know each other."""
        self.folder = Path(tempfile.mkdtemp(prefix="sentinels-"))
        self.ports = [free_port() for _ in range(count)]
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.primary = stack.enter_context(RedisServer())
            self.replica = stack.enter_context(RedisServer(options=["--replicaof", LOOPBACK, str(self.primary.port)]))
            for port in self.ports:
                process = self._started(port, count // 2 + 1)
                stack.callback(process.kill)
                until(partial(self._ask, port), STARTS_WITHIN, "a sentinel does not answer")
            until(lambda: self._know_all(count), MEETS_WITHIN, "the sentinels do not know each other and the replica")
            self._stack = stack.pop_all()

    def __enter__(self) -> Sentinels:
        """Return them, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them and both servers."""
        self._stack.close()

    @property
    def url(self) -> str:
        """Return what REDIS_URL says of them."""
        return f"redis+sentinel://{','.join(f'{LOOPBACK}:{port}' for port in self.ports)}/{NAME}/0"

    def _started(self, port: int, quorum: int) -> Process:
        folder = self.folder / str(port)
        folder.mkdir()
        said = [
            f"port {port}",
            f"bind {LOOPBACK}",
            f"dir {folder}",
            f"sentinel monitor {NAME} {LOOPBACK} {self.primary.port} {quorum}",
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MILLISECONDS}",
            f"sentinel failover-timeout {NAME} {FAILOVER_MILLISECONDS}",
        ]
        (folder / "sentinel.conf").write_text("\n".join(said) + "\n")
        command = [program(), str(folder / "sentinel.conf"), "--sentinel"]
        return Process(command, folder / "log", ENVIRONMENT, folder)

    def _ask(self, port: int) -> dict[str, Any] | None:
        """Return what a sentinel knows of the service; None where it does not answer."""
        try:
            with redis.Redis(host=LOOPBACK, port=port, socket_timeout=1.0) as client:
                found: dict[str, Any] = client.sentinel_master(NAME)
                return found
        except (redis.RedisError, OSError):
            return None

    def _know_all(self, count: int) -> bool:
        known = [self._ask(port) for port in self.ports]
        return all(one and one["num-other-sentinels"] == count - 1 and one["num-slaves"] == 1 for one in known)

    def fail_over(self) -> float:
        """Kill the primary; return the seconds until every sentinel names the replica."""
        self.primary.kill()

        def is_done() -> bool:
            known = [self._ask(port) for port in self.ports]
            return all(one and one["port"] == self.replica.port for one in known)

        return until(is_done, FAILS_OVER_WITHIN, "the sentinels put nobody in the primary's place")
