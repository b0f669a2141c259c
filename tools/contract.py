"""Writes the contract to openapi/: the document, and the answers that stand in it as examples.

Without arguments it writes the document from the code and the committed answers; with `--answers` it asks the service
for the answers anew first. An answer is written only where it differs by more than the last digits of a figure, so that
every CPU leaves the same files. With `--forms` it writes YAML and OpenAPI 3.0 to build/openapi/, and nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from service.contract.document import document, encode
from service.contract.forms import COMMITTED, MADE, form
from service.contract.operations import OPERATIONS, Rendering
from service.http.app import create_app
from service.settings import Settings
from tools.differences import differences
from tools.errors import problems

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "openapi" / COMMITTED
FORMS = ROOT / "build" / "openapi"
REQUESTS = ROOT / "openapi" / "examples"
ANSWERS = REQUESTS / "answers"
AS_OF = "2026-11-23"
SHOWN = 2
"""Items of a long list that stand in the example of a listing."""

ASSESSED = ("minimal", "ticket-triage")
RENDERED = ("minimal", "ticket_triage")
"""Requests that stand in the document as examples of renderings."""

LISTED = {
    "listModels": f"/v1/models?provider=mistral&as_of={AS_OF}",
    "getModel": f"/v1/models/openai/gpt-4.1-mini?as_of={AS_OF}",
    "listFineTuningOffers": f"/v1/fine-tuning-offers?provider=mistral&as_of={AS_OF}",
    "listSelfHostedOffers": f"/v1/self-hosted-offers?gpu=h100&as_of={AS_OF}",
    "listAssumptions": f"/v1/assumptions?as_of={AS_OF}",
    "getAssumption": f"/v1/assumptions/hourly_rate?as_of={AS_OF}",
    "getLedger": "/v1/ledger",
    "getFramework": f"/v1/framework?as_of={AS_OF}",
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
    rendered = {name: requests[name] for name in RENDERED}
    found |= {
        f"{operation.id}.request": rendered for operation in OPERATIONS if isinstance(operation.answer, Rendering)
    }
    for path in sorted(ANSWERS.glob("*.json")):
        operation, _, name = path.stem.partition(".")
        found.setdefault(operation, {})[name.replace("-", "_")] = json.loads(path.read_text())
    return found


def made() -> bytes:
    """Return the document, made of the code and the committed examples."""
    return encode(document(examples()))


def write_answers(anew: Mapping[str, Any], folder: Path = ANSWERS) -> None:
    """Write the answers that differ from those in the folder by more than last digits, and remove those that went."""
    for path in folder.glob("*.json"):
        if path.stem not in anew:
            path.unlink()
    for name, answer in anew.items():
        path = folder / f"{name}.json"
        if not path.exists() or differences(json.loads(path.read_bytes()), answer):
            path.write_bytes(encode(answer))


def write_forms() -> None:
    """Write what is made of the committed document, for programs that read files."""
    FORMS.mkdir(parents=True, exist_ok=True)
    for name in MADE:
        (FORMS / name).write_bytes(form(name))


def main(arguments: list[str]) -> int:
    """Write the contract."""
    if "--forms" in arguments:
        write_forms()
        return 0
    if "--answers" in arguments:
        write_answers(asked_anew())
    DOCUMENT.write_bytes(made())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
