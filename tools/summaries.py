"""Writes the golden headlines and summaries of tests/summaries.toml anew. Run by `make examples`; read them aloud before you commit them."""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from service.http.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "tests" / "summaries.toml"
AS_OF = "2026-11-23"
EXAMPLES = ("minimal", "ticket-triage", "policy-answers", "contract-extraction")
STORIES = (
    "proven-at-490-of-500", "missed-target-counts", "too-few-trials", "nothing-is-plausible",
    "unmeasured-alternative-is-measured-first", "audit-bars-while-a-prompt-may-do", "only-a-tune-meets-it-at-a-premium",
    "labels-not-stated", "article-85-against-90", "no-volume",
)  # fmt: skip


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the request of every golden case."""
    for name in EXAMPLES:
        yield f"examples/{name}", json.loads((ROOT / "openapi" / "examples" / f"{name}.json").read_text())
    for path in sorted((ROOT / "tests" / "field").glob("*.json")):
        yield f"field/{path.stem}", json.loads(path.read_text())
    for name in STORIES:
        yield f"stories/{name}", tomllib.loads((ROOT / "tests" / "stories" / f"{name}.toml").read_text())["request"]


def main() -> None:
    """Ask for every case and write what is said."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    parts = ["# Headline and summary of the golden cases, written by `make examples`.\n"]
    with TestClient(create_app(Settings())) as client:
        for name, request in cases():
            verdict = client.post("/v1/assessments", json={"as_of": AS_OF, **request}).json()["verdict"]
            said = "\n".join(
                f"{field} = {json.dumps(verdict[field], ensure_ascii=False)}" for field in ("headline", "summary")
            )
            parts.append(f'["{name}"]\n{said}\n')
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
