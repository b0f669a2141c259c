"""The application: importing it builds nothing, each one that is built stands alone, and a false larder stops the start."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from requests_to_send import raw

from service.http.app import create_app
from service.http.edge import Edge
from service.settings import Settings

ROOT = Path(__file__).parents[2]
SECONDS = 60

OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, said: opened.append(str(said[0])) if event == "open" else None)
from service.http.app import create_app
at_import = list(opened)
create_app()
print(*at_import, "", *opened[len(at_import):], sep="\\n")
"""
"""Prints every file that is opened by the import, an empty line, and every file that is opened by building."""

LOADED = "import sys, service.nouns.faults; print(*sys.modules, sep='\\n')"


def said_by(program: str) -> list[str]:
    """Return the lines that a program prints in an interpreter of its own."""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return ended.stdout.splitlines()


def read(files: list[str]) -> set[str]:
    """Return the kinds of our files, code aside, that are among the opened ones."""
    kinds = {
        "larder": "service/larder/data/", "page": "service/http/web/", "asset": "swagger-ui-bundle.js",
        "document": "openapi/openapi", "vocabulary": ".tiktoken.gz",
    }  # fmt: skip
    return {kind for kind, part in kinds.items() for file in files if part in file and not file.endswith(".pyc")}


def test_importing_the_application_builds_nothing() -> None:
    """The import reads no larder, page, asset, document or vocabulary; building an application reads them all."""
    lines = said_by(OPENED)
    gap = lines.index("")
    assert any("service/http" in file for file in lines[:gap])
    assert read(lines[:gap]) == set()
    assert read(lines[gap:]) == {"larder", "page", "asset", "document", "vocabulary"}


def test_the_nouns_need_neither_framework_nor_arithmetic() -> None:
    """Whoever imports the refusals gets no numpy, no scipy and no litestar with them."""
    loaded = {name.partition(".")[0] for name in said_by(LOADED)}
    assert "service" in loaded
    assert not loaded & {"numpy", "scipy", "litestar"}


def test_two_applications_share_no_limit() -> None:
    """A caller that has used up the limit of one application has that of another still, whatever the settings of each."""
    one, other, free = (create_app(Settings(requests_per_minute=limit)) for limit in (1, 1, 0))
    assert [raw(one, "GET", "/v1/framework").status_code for _ in range(2)] == [200, 429]
    assert [raw(other, "GET", "/v1/framework").status_code for _ in range(2)] == [200, 429]
    assert [raw(free, "GET", "/v1/framework").status_code for _ in range(2)] == [200, 200]


def test_without_settings_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that is given no settings has those of the environment."""
    monkeypatch.setenv("REQUESTS_PER_MINUTE", "7")
    assert raw(create_app(), "GET", "/v1/framework").headers["ratelimit-policy"] == '"default";q=7;w=60'


def test_what_is_no_request_passes_the_edge() -> None:
    """What the server says of its own life goes through to the application as it is."""
    seen: list[str] = []

    async def app(scope: dict[str, str], _receive: object, _send: object) -> None:
        seen.append(scope["type"])

    asyncio.run(Edge(app)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


def test_a_larder_that_cannot_be_true_stops_the_start(tmp_path: Path) -> None:
    """The service does not go on with a catalogue that cannot be true: it ends with 1 and names the entry."""
    for part in ("service", "models", "openapi"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    larder = sorted((tmp_path / "service" / "larder" / "data").rglob("*.toml"))
    file = next(file for file in larder if "\nlow = " in file.read_text())
    file.write_text(file.read_text().replace("\nlow = ", "\nlow = 9e9 # ", 1))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "service"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 1
    assert "CatalogueError: " in ended.stderr and "low 9000000000.0 is above high" in ended.stderr
