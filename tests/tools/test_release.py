"""Making a release: what it refuses, and what it writes, in a copy of the repository."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.release import Refused, dated, numbers

ROOT = Path(__file__).parents[2]
PARTS = ("service", "models", "tools", "openapi", "k8s")
UNSAID = "# Changelog\n\n## Unreleased\n\n### Added\n\n## 0.9.0 - 2026-01-02\n\n- Old.\n"
SAID = "# Changelog\n\n## Unreleased\n\n### Added\n\n- New.\n\n## 0.9.0 - 2026-01-02\n\n- Old.\n"


def git(repository: Path, *arguments: str) -> str:
    """Return what a git command says."""
    who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def release(repository: Path, version: str) -> subprocess.CompletedProcess[str]:
    """Return what comes of a release."""
    who = {
        f"GIT_{role}_{what}": f"tester{at}"
        for role in ("AUTHOR", "COMMITTER")
        for what, at in (("NAME", ""), ("EMAIL", "@x"))
    }
    environment = {**os.environ, **who, "PYTHONPATH": str(repository)}
    command = [sys.executable, "tools/release.py", version]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a copy of this repository as it stands, committed, with something to release."""
    copy = tmp_path / "copy"
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / ".gitignore", copy)
    (copy / "CHANGELOG.md").write_text(SAID)
    (copy / "openapi" / "released").mkdir(exist_ok=True)
    shutil.copy(copy / "openapi" / "openapi.json", copy / "openapi" / "released" / "v1.json")
    git(copy, "init", "--quiet", "--initial-branch=main")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "Start")
    return copy


def assert_refused(repository: Path, version: str, why: str) -> None:
    """Assert that a release is refused for a reason, and that nothing was written."""

    def state() -> tuple[str, ...]:
        return tuple(git(repository, *command.split()) for command in ("status --porcelain", "rev-parse HEAD", "tag"))

    before = state()
    done = release(repository, version)
    assert done.returncode == 1
    assert why in done.stderr
    assert state() == before


def commit_with(repository: Path, path: str) -> None:
    """Put a path into the released contract and commit that: an operation that is there no more."""
    released = repository / "openapi" / "released" / "v1.json"
    document = json.loads(released.read_text())
    document["paths"][path] = document["paths"]["/v1/ledger"]
    released.write_text(json.dumps(document))
    git(repository, "commit", "--quiet", "--all", "--message", "There was an operation")


def test_a_release_sets_the_version_everywhere(repository: Path) -> None:
    """A release names its version in code, document and examples, moves the contract, dates the changelog, and tags."""
    done = release(repository, "7.1.0")
    assert done.returncode == 0, done.stderr
    images = [path.read_text() for path in (repository / "k8s").rglob("kustomization.yaml")]
    tags = [line.strip() for text in images for line in text.splitlines() if "newTag" in line]
    assert len(tags) > 1 and set(tags) == {"newTag: 7.1.0"}
    assert '__version__ = "7.1.0"' in (repository / "service" / "__init__.py").read_text()
    document = json.loads((repository / "openapi" / "openapi.json").read_text())
    assert document["info"]["version"] == "7.1.0"
    assert json.loads((repository / "openapi" / "released" / "v1.json").read_text()) == document
    answer = json.loads((repository / "openapi" / "examples" / "answers" / "createAssessment.minimal.json").read_text())
    assert answer["provenance"]["service_version"] == "7.1.0"
    today = datetime.datetime.now(datetime.UTC).date()
    assert f"## Unreleased\n\n## 7.1.0 - {today}\n\n### Added\n\n- New." in (repository / "CHANGELOG.md").read_text()
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "-1", "--format=%s") == "Release 7.1.0"
    assert git(repository, "rev-parse", "v7.1.0^{commit}") == git(repository, "rev-parse", "HEAD")
    assert_refused(repository, "7.1.1", "nothing under Unreleased")


def test_uncommitted_work_is_not_released(repository: Path) -> None:
    """A change that is not committed, even a new file, is a reason to refuse."""
    (repository / "service" / "note.txt").write_text("unfinished")
    assert_refused(repository, "7.1.0", "not committed")


def test_a_broken_contract_needs_a_new_major_version(repository: Path) -> None:
    """A break of the released contract is refused for a minor and a patch version, and passes for a major one."""
    git(repository, "tag", "v1.4.2")
    commit_with(repository, "/v1/formulas")
    assert_refused(repository, "1.5.0", "GET /v1/formulas: is gone")
    assert_refused(repository, "1.4.3", "GET /v1/formulas: is gone")
    command = [sys.executable, "-c", "from tools.release import check; check('2.0.0')"]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    assert subprocess.run(command, cwd=repository, env=environment, check=False).returncode == 0


def test_a_stale_document_is_not_released(repository: Path) -> None:
    """A committed document that is not what the code gives is a reason to refuse."""
    module = repository / "service" / "contract" / "operations.py"
    module.write_text(module.read_text().replace('summary="Get every formula"', 'summary="Get all formulas"'))
    git(repository, "commit", "--quiet", "--all", "--message", "Other words")
    assert_refused(repository, "7.1.0", "run `make openapi`")


def test_a_release_that_fails_on_the_way_is_taken_back(repository: Path) -> None:
    """When git refuses the commit, everything that was written is taken back."""
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no commits today >&2\nexit 1\n")
    hook.chmod(0o755)
    assert_refused(repository, "7.1.0", "no commits today")


def test_versions_only_rise(repository: Path) -> None:
    """A version that is not above the last, or is none, is refused."""
    git(repository, "tag", "v1.10.0")
    for version, why in (
        ("1.10.0", "does not follow"),
        ("1.9.9", "does not follow"),
        ("1.11", "is not a version"),
        ("", ""),
    ):
        assert_refused(repository, version, why)


def test_an_empty_changelog_is_refused() -> None:
    """Headings alone, or no Unreleased at all, are nothing to release."""
    for changelog in (UNSAID, "# Changelog\n", "# Changelog\n\n## Unreleased\n"):
        with pytest.raises(Refused, match="nothing under Unreleased"):
            dated(changelog, "1.0.0", datetime.date(2026, 11, 23))


def test_the_changelog_keeps_what_was_before() -> None:
    """What was unreleased stands under the version and its date; older versions stay as they are."""
    made = dated(SAID, "1.0.0", datetime.date(2026, 11, 23))
    assert made == SAID.replace("## Unreleased\n", "## Unreleased\n\n## 1.0.0 - 2026-11-23\n")
    with pytest.raises(Refused):
        dated(made, "1.0.1", datetime.date(2026, 11, 24))


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "", "1.2.3.4"])
def test_only_plain_versions_are_versions(version: str) -> None:
    """A version is three numbers with dots between."""
    with pytest.raises(Refused, match="not a version"):
        numbers(version)
