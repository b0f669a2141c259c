"""Sends the service what nobody should: generated requests by the document, and a mass of spoiled ones.

It starts the service on a free port of this machine and ends it. Whatever is sent, the answer must be one that the
document has: never a status from 500 up, always a problem or an answer that fits its schema, with the headers it must
have, and a body that fits the document is never refused as unreadable. What breaks this is written to build/fuzz/ in the
form of tests/bad_input, and the exit code is not 0.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import http.client
import io
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema_rs

from tools.mutations import Mutations, Sent

ROOT = Path(__file__).parent.parent
FOUND = ROOT / "build" / "fuzz"
DOCUMENT = ROOT / "openapi" / "openapi.json"
AT_ONCE = 4
"""Connections; few enough that nothing is ever shed."""

SECONDS = 60
ASKED_AGAIN = 10
"""One answered body in as many is sent again and must be answered with the same bytes."""

ROUNDING = 1e-9

MOST_WRITTEN = 200
"""Findings that are written; the others are counted."""

OK, NO_CONTENT, NOT_MODIFIED, BAD_REQUEST, NOT_FOUND, NOT_ALLOWED, FAULT = 200, 204, 304, 400, 404, 405, 500
JSON, PROBLEM = "application/json", "application/problem+json"
GENERATED = re.compile(r"(\d+) generated")


BESIDES = re.compile(r"/|/docs|/docs/assets/\w+/[\w.-]+|/openapi(-3\.0)?\.json|/openapi\.yaml")
"""Paths that are answered without standing in the document: the document itself and pages for people."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def plain(path: str) -> str:
    """Return a path without its query, percent-encoding and needless slashes."""
    return re.sub("/+", "/", "/" + unquote(path.partition("?")[0]).strip("/"))


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """Yield the port of a service of our own; fail if it does not leave in peace.

    An overflow that nobody reckoned with, elsewhere a warning in the log, is an error here.
    """
    port = free_port()
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # Nothing is shed here, so that no status from 500 up is any but a fault.
        "WAIT_SECONDS": "30",
        "LOG_LEVEL": "error",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PYTHONWARNINGS": "error::RuntimeWarning",
    }
    server = subprocess.Popen([sys.executable, "-m", "service"], env=environment, cwd=ROOT)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(60)
    if code:
        raise SystemExit(f"the service left with {code}")


def generate(port: int, examples: int, seed: int) -> tuple[int, bool]:
    """Let schemathesis try every operation; return how many requests it made, and whether all went well."""
    run = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", f"http://127.0.0.1:{port}/openapi.json",
            "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(examples), "--seed", str(seed),
            "--no-color", "--checks", "all",
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (FOUND / "generated.txt").write_text(run.stdout + run.stderr)
    print(
        run.stdout[run.stdout.find("= SUMMARY =") :] if not run.returncode else run.stdout[-8000:] + run.stderr[-2000:]
    )
    found = GENERATED.search(run.stdout)
    return int(found[1]) if found else 0, run.returncode == 0


def out_of_order(part: Any, where: str = "") -> str | None:
    """Return where the percentiles or the ends of a range of an answer stand in the wrong order."""
    if isinstance(part, dict):
        for names in (("p10", "p50", "p90"), ("low", "high")):
            said = [part[name] for name in names if isinstance(part.get(name), (int, float))]
            if any(lower > upper + ROUNDING * abs(upper) for lower, upper in itertools.pairwise(said)):
                return f"{', '.join(names)} at {where} are out of order: {said}"
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return next((fault for name, item in items if (fault := out_of_order(item, f"{where}/{name}"))), None)


def fault_of_file(media_type: str, body: bytes) -> str | None:
    """Return what is wrong with a file: rows of unequal length, a script, a part that cannot be read."""
    try:
        if media_type == "text/csv":
            lengths = {len(row) for row in csv.reader(io.StringIO(body.decode(), newline=""), strict=True)}
            return None if len(lengths) == 1 else f"rows have {lengths} fields"
        if media_type == "text/html":
            text = body.decode().lower()
            return (
                None if text.startswith("<!doctype html") and "<script" not in text else "no page, or one with a script"
            )
        with zipfile.ZipFile(io.BytesIO(body)) as workbook:
            for name in workbook.namelist():
                ElementTree.fromstring(workbook.read(name))
    except (ValueError, csv.Error, zipfile.BadZipFile, ElementTree.ParseError) as error:
        return f"the file cannot be read: {error}"
    return None


class Judge:
    """Knows the document, and says what is wrong with an answer."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Read the document."""
        self.document = document
        self.paths = {
            re.compile("/" + re.sub(r"\{\w+\}", "[^/]+", path).strip("/")): operations
            for path, operations in document["paths"].items()
        }
        self.validators: dict[str, Any] = {}

    def fits(self, path: str, tree: Any) -> bool:
        """Return whether a body fits the document at a path."""
        schema = self.document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        return bool(self._validator(schema).is_valid(tree))

    def _validator(self, schema: dict[str, Any]) -> Any:
        name = schema["$ref"]
        if name not in self.validators:
            whole = {**schema, "components": self.document["components"]}
            self.validators[name] = jsonschema_rs.validator_for(whole, validate_formats=True)
        return self.validators[name]

    def _responses(self, sent: Sent) -> dict[str, Any] | None:
        """Return the documented responses for a request; None where there is no such path."""
        path = {"/healthz": "/livez"}.get(plain(sent.path), plain(sent.path))
        method = {"HEAD": "get"}.get(sent.method, sent.method.lower())
        for pattern, operations in self.paths.items():
            if pattern.fullmatch(path):
                operation = operations.get(method) or next(iter(operations.values()))
                found: dict[str, Any] = operation["responses"]
                return found
        return None

    def fault(self, sent: Sent, answer: Answer) -> str | None:
        """Return what is wrong with an answer."""
        said = answer.headers.get("content-type", "")
        if answer.status >= FAULT:
            return f"{answer.status} is a fault of ours"
        if "x-request-id" not in answer.headers:
            return "the answer has no X-Request-Id"
        if sent.method == "OPTIONS" and answer.status == NO_CONTENT:
            return None if "OPTIONS" in answer.headers.get("allow", "") and not answer.body else "OPTIONS without Allow"
        responses = self._responses(sent)
        if responses is None and answer.status < BAD_REQUEST:
            return None if BESIDES.fullmatch(plain(sent.path)) else "an unknown path is answered"
        if responses is not None and str(answer.status) not in responses and answer.status != NOT_FOUND:
            return f"{answer.status} is not documented"
        if sent.fits is True and answer.status == BAD_REQUEST:
            return "a body that fits the document is refused as unreadable"
        if sent.fits is False and answer.status != BAD_REQUEST:
            return "a body that does not fit the document is not refused as unreadable"
        response = (responses or {}).get(str(answer.status), {})
        missing = [
            n for n, h in response.get("headers", {}).items() if h.get("required") and n.lower() not in answer.headers
        ]
        if missing:
            return f"{', '.join(missing)} must be there"
        if sent.method == "HEAD" or answer.status == NOT_MODIFIED:
            return "a body where there is none" if answer.body else None
        expected = next(iter(response.get("content", {})), JSON) if answer.status == OK else PROBLEM
        if said != expected + ("; charset=utf-8" if expected.startswith("text/") else ""):
            return f"the media type is {said!r}, not {expected}"
        return (
            self._fault_of_body(answer, response) if said in (JSON, PROBLEM) else fault_of_file(expected, answer.body)
        )

    def _fault_of_body(self, answer: Answer, response: Mapping[str, Any]) -> str | None:
        try:
            body = json.loads(answer.body, parse_constant=lambda name: {"not a number": name})
        except ValueError as error:
            return f"the answer is no JSON: {error}"
        media = answer.headers["content-type"]
        schema = response.get("content", {}).get(media, {}).get("schema", {"$ref": "#/components/schemas/Problem"})
        if faults := list(self._validator(schema).iter_errors(body)):
            return f"the answer does not fit {schema['$ref']}: {faults[0].message[:300]} at {faults[0].instance_path}"
        if answer.status != OK and body["status"] != answer.status:
            return "the problem names another status"
        return out_of_order(body)


class Run:
    """Sends requests over a few connections and keeps what was wrong."""

    def __init__(self, port: int, judge: Judge, seed: int) -> None:
        """Start with nothing sent."""
        self.port, self.judge, self.seed = port, judge, seed
        self.statuses: Counter[str] = Counter()
        self.findings = 0
        self.lock = threading.Lock()

    def send(self, made: Callable[[int, int], Sent], count: int) -> None:
        """Send requests number 0 to count - 1."""
        numbers = iter(range(count))
        threads = [threading.Thread(target=self._connection, args=(made, numbers), daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _connection(self, made: Callable[[int, int], Sent], numbers: Iterator[int]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        while (number := self._next(numbers)) is not None:
            sent = made(self.seed, number)
            answer = exchange(connection, sent)
            fault = "there is no answer" if answer is None else self.judge.fault(sent, answer)
            if answer and answer.status == OK and sent.method == "POST" and number % ASKED_AGAIN == 0:
                again = exchange(connection, sent)
                fault = fault or (None if again and again.body == answer.body else "asked again, it answers otherwise")
            with self.lock:
                self.statuses[
                    f"{sent.method if sent.fits is None and sent.method != 'POST' else 'POST'} {answer.status if answer else 'none'}"
                ] += 1
                if fault:
                    self._keep(sent, answer, fault, number)
        connection.close()

    def _next(self, numbers: Iterator[int]) -> int | None:
        with self.lock:
            return next(numbers, None)

    def _keep(self, sent: Sent, answer: Answer | None, fault: str, number: int) -> None:
        self.findings += 1
        if self.findings > MOST_WRITTEN:
            return
        said = answer.body[:2000].decode(errors="replace") if answer else ""
        print(f"{sent.method} {sent.path[:80]} number {number}: {fault}", file=sys.stderr)
        case = {
            "why": fault, "number": number, "method": sent.method, "path": sent.path, "headers": dict(sent.headers),
            "body_base64": base64.b64encode(sent.body).decode(), "status": answer.status if answer else None, "answer": said,
        }  # fmt: skip
        (FOUND / f"{sent.method.lower()}-{number}.json").write_text(json.dumps(case, indent=1))


def exchange(connection: http.client.HTTPConnection, sent: Sent) -> Answer | None:
    """Return the answer to a request; None where the connection breaks twice."""
    for _ in range(2):
        try:
            connection.putrequest(sent.method, sent.path, skip_accept_encoding=True)
            for name, value in sent.headers:
                connection.putheader(name, value.encode("latin-1"))
            if sent.body:
                connection.putheader("Content-Length", str(len(sent.body)))
            connection.endheaders(sent.body or None)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
    return None


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="another seed, other requests")
    parser.add_argument("--examples", type=int, default=150, help="generated requests of each operation; 0: none")
    parser.add_argument("--bodies", type=int, default=100_000, help="spoiled bodies")
    parser.add_argument("--others", type=int, default=20_000, help="requests spoiled in method, path, query or headers")
    return parser.parse_args()


def main() -> int:
    """Run it all."""
    said = arguments()
    shutil.rmtree(FOUND, ignore_errors=True)
    FOUND.mkdir(parents=True)
    judge = Judge(json.loads(DOCUMENT.read_bytes()))
    mutations = Mutations(judge.document, judge.fits)
    cases, is_well = 0, True
    start = time.monotonic()
    with serving() as port:
        if said.examples:
            cases, is_well = generate(port, said.examples, said.seed)
            print(f"generated requests: {time.monotonic() - start:.0f} s", flush=True)
        run = Run(port, judge, said.seed)
        for what, made, count in (("bodies", mutations.posted, said.bodies), ("others", mutations.asked, said.others)):
            start = time.monotonic()
            run.send(made, count)
            print(f"{what}: {count:,} in {time.monotonic() - start:.0f} s", flush=True)
    for what, count in sorted(run.statuses.items()):
        print(f"  {what:<12} {count:>8,}")
    failures = run.findings + (not is_well)
    print(
        f"fuzz: {cases:,} generated cases, {said.bodies:,} mutated bodies, {said.others:,} mutated requests, {failures} failures"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
