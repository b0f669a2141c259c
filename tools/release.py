"""Makes a release: `make release VERSION=1.2.3`.

It refuses what cannot be released, sets the version, writes the contract and its examples anew, moves the released
contract, dates the changelog, commits and tags. Everything is refused before anything is written.
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TAGGED = re.compile(r"(^ *newTag: ).*$", re.MULTILINE)
STATED = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)


class Refused(Exception):
    """There is a reason not to release; its words say which."""


def _run(*command: str) -> str:
    """Return what a command says; the reason to refuse is what it complains of."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version.

    Examples
    --------
    >>> numbers("1.10.0") > numbers("1.9.3")
    True
    """
    found = VERSION.fullmatch(version)
    if not found:
        raise Refused(f"{version!r} is not a version: name it as VERSION=1.2.3")
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def released() -> list[tuple[int, int, int]]:
    """Return the versions that were released, by their tags, in ascending order."""
    tags = _run("git", "tag", "--list", "v*").split()
    return sorted(numbers(tag[1:]) for tag in tags if VERSION.fullmatch(tag[1:]))


def dated(changelog: str, version: str, today: datetime.date) -> str:
    """Return the changelog with what was unreleased under a version and a date, and nothing unreleased."""
    found = UNRELEASED.search(changelog)
    lines = [line for line in found[1].splitlines() if line and not line.startswith("#")] if found else []
    if not (found and lines):
        raise Refused("CHANGELOG.md has nothing under Unreleased")
    entry = f"## Unreleased\n\n## {version} - {today}\n{found[1]}"
    return changelog[: found.start()] + entry + changelog[found.end() :]


def check(version: str) -> None:
    """Refuse a version that does not follow the last, work that is not committed, and a broken contract."""
    named, before = numbers(version), released()
    if before and named <= before[-1]:
        raise Refused(f"{version} does not follow {'.'.join(map(str, before[-1]))}")
    if changes := _run("git", "status", "--porcelain"):
        raise Refused(f"there are changes that are not committed:\n{changes}")
    from tools.contract import DOCUMENT, made  # reads the whole service, which the checks above can do without

    if DOCUMENT.read_bytes() != made():
        raise Refused("openapi/openapi.json is not what the code gives: run `make openapi`")
    contract = ROOT / "openapi" / "released" / "v1.json"
    is_major = bool(before) and named[0] > before[-1][0]
    if contract.exists() and not is_major:
        _run(sys.executable, "tools/breaking.py")


def write(version: str, changelog: str) -> None:
    """Set the version and write all that follows from it."""
    module = ROOT / "service" / "__init__.py"
    module.write_text(STATED.sub(f'__version__ = "{version}"', module.read_text()))
    for images in (ROOT / "k8s").rglob("kustomization.yaml"):
        images.write_text(TAGGED.sub(rf"\g<1>{version}", images.read_text()))
    (ROOT / "CHANGELOG.md").write_text(changelog)
    _run(sys.executable, "tools/contract.py", "--answers")
    made = ROOT / "openapi" / "openapi.json"
    if json.loads(made.read_bytes())["info"]["version"] != version:
        raise Refused(f"{made} does not name the version {version}")
    (ROOT / "openapi" / "released").mkdir(exist_ok=True)
    shutil.copyfile(made, ROOT / "openapi" / "released" / "v1.json")


def release(version: str) -> None:
    """Make a release; what was written is taken back when something fails on the way."""
    check(version)
    today = datetime.datetime.now(datetime.UTC).date()
    changelog = dated((ROOT / "CHANGELOG.md").read_text(), version, today)
    try:
        write(version, changelog)
        _run("git", "add", "service/__init__.py", "CHANGELOG.md", "k8s", "openapi")
        _run("git", "commit", "--message", f"Release {version}")
    except Refused:
        _run("git", "restore", "--staged", "--worktree", ".")
        raise
    _run("git", "tag", "--annotate", f"v{version}", "--message", f"Release {version}")


def main(arguments: list[str]) -> int:
    """Make a release; 1 where it is refused, with the reason."""
    version = arguments[0] if arguments else ""
    try:
        release(version)
    except Refused as reason:
        print(f"Not released: {reason}", file=sys.stderr)
        return 1
    print(f"Released {version}: committed and tagged v{version}; push both.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
