"""Writes the contract to openapi/: the documents, and the answers that stand in them as examples.

Without arguments it writes the documents from the code and the committed answers; with `--answers` it asks the service
for the answers anew first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from litestar.testing import TestClient

from service.contract.document import document, down_convert, encode
from service.http.app import create_app
from service.settings import Settings
from tools.errors import problems

FOLDER = Path(__file__).parent.parent / "openapi"
REQUESTS = FOLDER / "examples"
ANSWERS = REQUESTS / "answers"
AS_OF = "2026-11-23"
SHOWN = 2
"""Items of a long list that stand in the example of a listing."""

ASSESSED = ("minimal", "ticket-triage")
LISTED = {
    "listModels": f"/v1/models?provider=mistral&as_of={AS_OF}",
    "getModel": f"/v1/models/openai/gpt-4.1-mini?as_of={AS_OF}",
    "listFineTuningOffers": f"/v1/fine-tuning-offers?provider=mistral&as_of={AS_OF}",
    "listAssumptions": f"/v1/assumptions?as_of={AS_OF}",
    "getAssumption": f"/v1/assumptions/hourly_rate?as_of={AS_OF}",
    "getLedger": "/v1/ledger",
    "getFramework": "/v1/framework",
    "getLiveness": "/livez",
    "getReadiness": "/readyz",
}
TEXTS = {"texts": ["Route this e-mail to a queue.", "Hello"], "base_model": "openai/gpt-4.1-mini"}


def shortened(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a listing with the first few of its items."""
    return {name: part[:SHOWN] if isinstance(part, list) else part for name, part in answer.items()}


def asked_anew() -> dict[str, Any]:
    """Return the answers of the service by the name of their file."""
    found: dict[str, Any] = {}
    with TestClient(create_app(Settings())) as client:
        for name in ASSESSED:
            request = json.loads((REQUESTS / f"{name}.json").read_text()) | {"as_of": AS_OF}
            found[f"createAssessment.{name}"] = client.post("/v1/assessments", json=request).json()
        found["countTokens.two-texts"] = client.post("/v1/token-counts", json=TEXTS).json()
        for operation, path in LISTED.items():
            answer = client.get(path).json()
            found[f"{operation}.example"] = shortened(answer) if operation.startswith(("list", "getL")) else answer
    return found | problems()


def examples() -> dict[str, Any]:
    """Return the committed requests and answers as `service.contract.document.document` takes them."""
    shortest_first = sorted(REQUESTS.glob("*.json"), key=lambda path: path.stat().st_size)
    requests = {path.stem.replace("-", "_"): json.loads(path.read_text()) for path in shortest_first}
    found: dict[str, Any] = {"createAssessment.request": requests, "countTokens.request": {"two_texts": TEXTS}}
    for path in sorted(ANSWERS.glob("*.json")):
        operation, _, name = path.stem.partition(".")
        found.setdefault(operation, {})[name.replace("-", "_")] = json.loads(path.read_text())
    return found


def documents() -> dict[str, bytes]:
    """Return the documents by the name of their file."""
    newer = document(examples())
    return {
        "openapi.json": encode(newer),
        "openapi.yaml": yaml.safe_dump(newer, sort_keys=False, allow_unicode=True, width=120).encode(),
        "openapi-3.0.json": encode(down_convert(newer)),
    }


def main(arguments: list[str]) -> int:
    """Write the contract."""
    if "--answers" in arguments:
        ANSWERS.mkdir(exist_ok=True)
        for name, answer in asked_anew().items():
            (ANSWERS / f"{name}.json").write_bytes(encode(answer))
    for name, body in documents().items():
        (FOLDER / name).write_bytes(body)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
