"""The Dockerfile is well made, and what looks at an image finds what is amiss; `make image-check` builds and runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.image import BASE, DOCUMENTS, misses_of_configuration, misses_of_files, misses_of_packages

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PACKAGES = Path("opt/venv/lib/python3.13/site-packages")


def linted(text: str) -> str:
    """Return what hadolint finds in a Dockerfile."""
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "-"], input=text, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return the files of a small image that is good."""
    for name, version in (("prompt-or-tune", "1.0.0"), ("numpy", "2.4.0")):
        about = tmp_path / PACKAGES / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    compiled = tmp_path / PACKAGES / "service" / "__pycache__"
    compiled.mkdir(parents=True)
    (compiled / "settings.cpython-313.pyc").touch()
    (tmp_path / DOCUMENTS).mkdir(parents=True)
    for name in ("LICENSE", "THIRD_PARTY_NOTICES.md"):
        (tmp_path / DOCUMENTS / name).touch()
    parts = [{"name": "prompt-or-tune", "version": "1.0.0"}, {"name": "numpy", "version": "2.4.0"}]
    bill = {"bomFormat": "CycloneDX", "components": parts}
    (tmp_path / DOCUMENTS / "sbom.cdx.json").write_text(json.dumps(bill))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    return tmp_path


def test_the_linter_of_dockerfiles_is_content() -> None:
    """Hadolint finds nothing in the Dockerfile, and finds a command that takes a shell."""
    assert linted(DOCKERFILE) == ""
    assert "DL3025" in linted(DOCKERFILE + "CMD python -m service\n")


def test_the_base_image_is_pinned() -> None:
    """Every stage stands on one base image, whose version is said to the last number, or on another stage."""
    assert BASE.search(DOCKERFILE)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}", "tools", "build"}


@pytest.mark.parametrize("lock", sorted((ROOT / "tools" / "locks").iterdir()), ids=lambda path: path.name)
def test_what_builds_and_checks_is_pinned(lock: Path) -> None:
    """Every package of a lock has its version and its hashes, and no lock says where packages come from."""
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert entries
    assert all(re.match(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==\S+.*\\\n +--hash=sha256:", entry) for entry in entries)
    assert "://" not in lock.read_text()


def test_a_good_image_has_no_misses(files: Path) -> None:
    """Nothing is found amiss in files that are as they should be."""
    assert [*misses_of_files(files), *misses_of_packages(files)] == []


def test_a_file_that_lends_rights_is_found(files: Path) -> None:
    """A program with another user's rights, and a folder that everybody may write to, are named."""
    (files / "su").touch()
    (files / "su").chmod(0o4755)
    (files / "open").mkdir()
    (files / "open").chmod(0o777)
    assert sorted(misses_of_files(files)) == ["/open may be written to by everybody", "/su lends rights"]


FAULTS: dict[str, Callable[[Path], object]] = {
    "scipy 1.0 is in the image or in the bill": lambda f: (
        f / PACKAGES / "numpy-2.4.0.dist-info" / "METADATA"
    ).write_text("Metadata-Version: 2.1\nName: scipy\nVersion: 1.0\n"),
    "LICENSE is absent": lambda f: (f / DOCUMENTS / "LICENSE").unlink(),
    "the service's bytecode is absent": lambda f: next(f.rglob("*.pyc")).unlink(),
    "site-packages/pip has no use": lambda f: (f / PACKAGES / "pip").mkdir(),
    "not one of this service in CycloneDX": lambda f: (f / DOCUMENTS / "sbom.cdx.json").write_text(
        '{"bomFormat": "Another", "components": []}'
    ),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_is_amiss_in_an_image_is_named(files: Path, words: str) -> None:
    """A package that is not billed, a lost licence, lost bytecode and an installer left behind are named."""
    FAULTS[words](files)
    assert any(words in miss for miss in misses_of_packages(files))


def test_an_image_says_how_it_runs() -> None:
    """An image that runs as root, by a shell or without a title is found."""
    good: dict[str, Any] = {
        "User": "10001:10001",
        "Cmd": ["python", "-m", "service"],
        "Healthcheck": {"Test": ["CMD", "python"]},
        "Labels": {"org.opencontainers.image.title": "x"},
    }
    spoiled = {"User": "0", "Cmd": ["sh"], "Healthcheck": {"Test": ["CMD-SHELL", "x"]}, "Labels": {}}
    assert list(misses_of_configuration(good)) == []
    for key, value in spoiled.items():
        assert len(list(misses_of_configuration({**good, key: value}))) == 1
