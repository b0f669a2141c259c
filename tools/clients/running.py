"""The running service: started on a free port of this machine, asked without a client, and ended."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from tools.clients.kits import REQUESTS
from tools.clients.machine import BUILD, ROOT, Miss

EXAMPLE = ROOT / "openapi" / "examples" / "ticket-triage.json"
HEAVY = ["cash_flows", "trace", "sensitivity", "curves"]
UNKNOWN = "openai/gtp-4.1"
AS_OF = "2026-11-23"
BEGINNINGS = {"workbook.xlsx": b"PK", "cash_flow.csv": b'"option","month",', "memo.html": b"<!doctype html"}
"""How the files begin that every client asks for."""
LIMITS = ("API_KEYS", "REQUESTS_PER_MINUTE")
"""Settings of whoever runs this that are not passed on."""
STARTS_WITHIN, ENDS_WITHIN = 60, 10


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(url: str, body: Any = None) -> tuple[int, bytes]:
    """Return the status and the body of an answer."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json"} if sent else {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@contextmanager
def service() -> Iterator[str]:
    """Yield the address of the service while it runs."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if name not in LIMITS}
    environment = {**kept, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(ROOT)}
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, address)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            if ask(f"{address}/readyz")[0] == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
    raise Miss(f"the service did not start; see {BUILD / 'service.log'}")


def ask_everything(address: str) -> None:
    """Write the requests that every client sends, and the answers to them as they come without a client."""
    shutil.rmtree(REQUESTS, ignore_errors=True)
    raw = REQUESTS / "raw"
    raw.mkdir(parents=True)
    example = json.loads(EXAMPLE.read_text()) | {"as_of": AS_OF}
    sent = {
        "example": example,
        "everything": example | {"include": HEAVY},
        "misspelt": example | {"prompting": example["prompting"] | {"base_model": UNKNOWN}},
    }
    for name, body in sent.items():
        (REQUESTS / f"{name}.json").write_text(json.dumps(body))
    assessments = f"{address}/v1/assessments"
    asked = {
        "example.json": (assessments, example, HTTPStatus.OK),
        "everything.json": (assessments, sent["everything"], HTTPStatus.OK),
        "problem.json": (assessments, sent["misspelt"], HTTPStatus.UNPROCESSABLE_ENTITY),
        "model.json": (f"{address}/v1/models/openai/gpt-4.1-mini?as_of={AS_OF}", None, HTTPStatus.OK),
        "assumptions.json": (f"{address}/v1/assumptions?as_of={AS_OF}", None, HTTPStatus.OK),
        "workbook.xlsx": (f"{assessments}/workbook", example, HTTPStatus.OK),
        "cash_flow.csv": (f"{assessments}/cash-flow?shape=long", example, HTTPStatus.OK),
        "memo.html": (f"{assessments}/memo", example, HTTPStatus.OK),
    }
    for name, (url, body, expected) in asked.items():
        status, answer = ask(url, body)
        if status != expected or not answer.startswith(BEGINNINGS.get(name, b"{")):
            raise Miss(f"{url} answered with {status}: {answer[:1000]!r}")
        (raw / name).write_bytes(answer)
