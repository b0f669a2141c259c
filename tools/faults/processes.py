"""Processes of this machine: started with a log, watched, and ended by their id, nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
ENDS_WITHIN = 30.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Miss(AssertionError):
    """Something did not hold; says what, and what was found instead."""


def hold(holds: object, otherwise: str) -> None:
    """Do nothing where something holds.

    Raises
    ------
    Miss
        If it does not.
    """
    if not holds:
        raise Miss(otherwise)


def until(holds: Callable[[], object], within: float, otherwise: str, every: float = 0.02) -> float:
    """Return the seconds after which something held.

    Raises
    ------
    Miss
        If it did not hold within as many seconds.
    """
    start = time.monotonic()
    while not holds():
        hold(time.monotonic() - start < within, f"{otherwise}, within {within:g} s")
        time.sleep(every)
    return time.monotonic() - start


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])


def is_listening(port: int) -> bool:
    """Tell whether a connection to a port of loopback can be made."""
    with socket.socket() as knock:
        knock.settimeout(1.0)
        return knock.connect_ex((LOOPBACK, port)) == 0


class Process:
    """A child of this process, with its output in a file."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str], cwd: Path) -> None:
        """Start a program."""
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        self.pid = self._process.pid

    @property
    def is_alive(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def text(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.is_alive:
            os.kill(self.pid, number)

    def wait(self, within: float = ENDS_WITHIN) -> int:
        """Return its exit code.

        Raises
        ------
        Miss
            If it does not end in time.
        """
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise Miss(f"process {self.pid} did not end within {within:g} s; it said:\n{self.text()[-2000:]}") from None

    def end(self, within: float = ENDS_WITHIN) -> None:
        """Ask it to end, and where it does not, end it and its children."""
        below = descendants(self.pid)
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            for pid in below:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it without a warning."""
        self.signal(signal.SIGKILL)
        self._process.wait()


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and theirs."""
    found = []
    try:
        below = [
            int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []
    for child in below:
        found += [child, *descendants(child)]
    return found


def resident_bytes(pid: int) -> int:
    """Return the memory that a process and all below it keep resident [bytes]; pages that several share count in each."""
    total = 0
    for one in (pid, *descendants(pid)):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE_BYTES
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def busy_seconds(pid: int) -> float:
    """Return the seconds of a core that a process and all below it have used."""
    ticks = 0
    for one in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def machine_busy_seconds() -> float:
    """Return the seconds of a core that all programs of this machine have used."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _waiting, *interrupts = fields[:8]
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
