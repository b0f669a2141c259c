"""Takes a version of the price package from the package index into a folder; the environment stays as it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = "genai-prices"
PATIENCE_SECONDS = 300
MEND = (
    "pip asks the index that it is configured for: PIP_INDEX_URL, and HTTPS_PROXY where one stands between; "
    "see whether that answers, and has wheels of it"
)


class NotCompared(Exception):
    """The two price lists could not be compared; its words say why, and what to do."""


def is_version(text: str) -> bool:
    """Return whether a text is the number of a version.

    Examples
    --------
    >>> is_version("0.2.4"), is_version("1.0rc1"), is_version("@ file:///tmp"), is_version("--pre")
    (True, True, False, False)
    """
    return re.fullmatch(r"\d[\w.!+-]*", text) is not None


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, by which versions are put in order.

    Examples
    --------
    >>> numbers("0.2.10") > numbers("0.2.9")
    True
    """
    return tuple(map(int, re.findall(r"\d+", version)))


def _why(said: str) -> str:
    """Return pip's last error, and its last warning of a broken connection: an error does not tell an index without answer."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["pip said nothing"]
    broken = [line for line in lines if "connection broken" in line]
    errors = [line for line in lines if line.startswith("ERROR")]
    return "; ".join(found[-1] for found in (errors, broken) if found) or lines[-1]


def fetch(version: str | None, folder: Path) -> None:
    """Put a version of the package, the newest where none is named, into an empty folder.

    Only a wheel is taken: nothing of it runs before it is asked for prices.

    Raises
    ------
    NotCompared
        If it could not be had.
    """
    wanted = f"{PACKAGE}=={version}" if version else PACKAGE
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--no-cache-dir", "--no-compile", "--no-deps", "--only-binary=:all:", "--target", str(folder), wanted),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotCompared(f"{wanted} did not arrive within {PATIENCE_SECONDS} s\n{MEND}") from None
    if done.returncode:
        raise NotCompared(f"{wanted} could not be had: {_why(done.stderr)}\n{MEND}")
