"""The command line: the same bytes as over HTTP, without a server, and every fault named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import REQUESTS, ROOT, TODAY
from litestar.testing import TestClient

FORMS = {
    "json": "/v1/assessments",
    "csv": "/v1/assessments/cash-flow",
    "xlsx": "/v1/assessments/workbook",
    "html": "/v1/assessments/memo",
}
Client = TestClient[Any]


def run(*arguments: str, said: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Return what a command of the service came to."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables}
    command = [sys.executable, "-m", "service", *arguments]
    return subprocess.run(command, input=said, capture_output=True, timeout=120, check=False, env=environment, cwd=ROOT)


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_has_the_bytes_that_the_server_sends(form: str, client: Client, tmp_path: Path) -> None:
    """A file assessed on the command line gives, in every form, what the service answers to it."""
    request = {"as_of": str(TODAY), **json.loads((REQUESTS / "ticket-triage.json").read_text())}
    (tmp_path / "case.json").write_text(json.dumps(request))
    done = run("assess", str(tmp_path / "case.json"), "--format", form, "--output", str(tmp_path / "answer"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "answer").read_bytes() == client.post(FORMS[form], json=request).content


def test_a_table_has_the_shape_that_is_asked_for(client: Client) -> None:
    """Shape and columns of a CSV are said on the command line as in a query, and the request may come from standard input."""
    body = (REQUESTS / "minimal.json").read_bytes()
    said = json.dumps({**json.loads(body), "as_of": str(TODAY)}).encode()
    done = run("assess", "-", "--format", "csv", "--shape", "long", "--columns", "focus", said=said)
    assert done.returncode == 0
    assert done.stdout == client.post("/v1/assessments/cash-flow?shape=long&columns=focus", content=said).content


def test_every_fault_is_named() -> None:
    """What cannot be read or assessed is told fault by fault, with where and what to send instead, and no answer is written."""
    unreadable = run("assess", "-", said=b'{"task": {"description": 1}, "volume": {}}')
    assert (unreadable.returncode, unreadable.stdout) == (2, b"")
    told = unreadable.stderr.decode()
    assert all(place in told for place in ("/task/description", "/prompting", "/volume/requests_per_month"))
    request = json.loads((REQUESTS / "minimal.json").read_text())
    request["prompting"]["base_model"] = "openai/gpt-4.1-minni"
    unknown = run("assess", "-", said=json.dumps(request).encode())
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert "/prompting/base_model" in unknown.stderr.decode() and "openai/gpt-4.1-mini" in unknown.stderr.decode()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A file that cannot be read is named, without a traceback."""
    done = run("assess", str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert "none.json" in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_an_unknown_command_is_refused() -> None:
    """What is no command starts no server."""
    done = run("serve-me")
    assert done.returncode == 2 and b"assess" in done.stderr


def test_a_memo_is_printed(tmp_path: Path) -> None:
    """With a Chromium at hand the memo comes as a PDF on A4; without one that is said, and what to do instead."""
    case = str(REQUESTS / "ticket-triage.json")
    done = run("assess", case, "--format", "pdf", "--output", str(tmp_path / "memo.pdf"))
    assert (done.returncode, done.stderr) == (0, b"")
    pdf = (tmp_path / "memo.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    sides = [[float(side) for side in box.split()] for box in re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)]
    assert len(sides) > 3 and all(side == pytest.approx([0, 0, 595, 842], abs=1) for side in sides)
    without = run("assess", case, "--format", "pdf", CHROMIUM="no-such-browser")
    assert without.returncode == 2 and b"--format html" in without.stderr and b"Traceback" not in without.stderr


def test_what_is_too_large_is_told(tmp_path: Path) -> None:
    """Texts that are too large together are refused in words, and options of another form than the one asked for as well."""
    request = json.loads((REQUESTS / "minimal.json").read_text())
    request["prompting"]["texts"] = {"few_shot": ["a" * 190_000] * 7}
    done = run("assess", "-", said=json.dumps(request).encode())
    assert done.returncode == 2 and b"over the limit" in done.stderr and b"Traceback" not in done.stderr
    shaped = run("assess", str(REQUESTS / "minimal.json"), "--shape", "long")
    assert shaped.returncode == 2 and b"--format csv" in shaped.stderr
