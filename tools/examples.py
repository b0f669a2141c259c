"""Writes the figures of docs/examples.md and docs/advice.md, and its picture, anew from live answers of the service in this process.

Run by `make examples`; with `--check` it writes nothing and fails where one of them is stale. Either way it fails where the
advice is no longer what the text between the figures speaks of.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from service.http.app import create_app
from service.settings import Settings
from tools import inline, pictures, tables
from tools.defended import Answer, Wrong, figures
from tools.variations import CHANGES, request_of

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("examples.md", "advice.md")
PICTURE, PICTURED = "advice-frontier.svg", "minimal"
PARTS = ("trace", "cash_flows", "sensitivity")

BLOCK = re.compile(r"(<!-- figures: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
SPOKEN = re.compile(r"<!-- text: (\S+) speaks of (.*?) -->")
"""What the hand-written text speaks of: the action under either policy, and the best option of today."""


def spoken_of(answer: Answer) -> str:
    """Return what a text about an answer has to speak of."""
    said = answer["verdict"]
    return f"{tables.action(said)} ({said['option']}); by expected value {said['expected_value_action']}"


def _blocks(name: str, answer: Answer, ask: Callable[[dict[str, Any]], Answer]) -> dict[str, str]:
    """Return the generated blocks of one request."""
    request = request_of(name)
    plain = {key: value for key, value in request.items() if key != "include"}
    return {
        f"{name}.verdict": tables.verdict(answer),
        f"{name}.plan": tables.plan(answer),
        f"{name}.question": tables.question(answer),
        f"{name}.options": tables.options(answer),
        f"{name}.figures": figures(request, answer),
        f"{name}.break-evens": tables.break_evens(answer),
        f"{name}.deciding": tables.deciding(answer),
        f"{name}.studies": tables.studies(answer),
        f"{name}.used": tables.used(answer),
        f"{name}.changes": tables.changes(name, plain, answer, ask),
    }


def answered() -> tuple[dict[str, Answer], dict[str, str]]:
    """Return the answer of every request, and every block there is, by its name."""
    answers: dict[str, Answer] = {}
    found: dict[str, str] = {}
    with TestClient(create_app(Settings())) as client:

        def ask(request: dict[str, Any]) -> Answer:
            response = client.post("/v1/assessments", json=request)
            if response.status_code != 200:
                raise Wrong(response.text)
            answer: Answer = response.json()
            return answer

        for name in CHANGES:
            answers[name] = ask(request_of(name) | {"include": list(PARTS)})
            found |= _blocks(name, answers[name], ask)
    return answers, found


def faults(page: str, text: str, answers: dict[str, Answer], made: dict[str, str]) -> list[str]:
    """Return what is wrong with a page that no new figures would mend."""
    found = [f"docs/{page}: nothing known of {name}" for _, name, _ in BLOCK.findall(text) if name not in made]
    for name, told in SPOKEN.findall(text):
        now = spoken_of(answers[name])
        if told != now:
            found.append(
                f"docs/{page}: the text on {name} speaks of {told}; the answer says {now}: read the text again"
            )
    return found


def fresh(text: str, answers: dict[str, Answer], made: dict[str, str]) -> str:
    """Return a page with its figures written anew."""
    text = BLOCK.sub(lambda block: f"{block[1]}\n{made.get(block[2], '')}\n{block[3]}", text)
    return inline.renewed(text, answers)


def main() -> int:
    """Write figures and picture, or with --check say whether they are up to date."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    answers, made = answered()
    texts = {page: (DOCS / page).read_text(encoding="utf-8") for page in PAGES}
    wrong = [fault for page, text in texts.items() for fault in faults(page, text, answers, made)]
    wanted = {page: fresh(text, answers, made) for page, text in texts.items()}
    wanted[PICTURE] = pictures.frontier(answers[PICTURED])
    for name, text in wanted.items():
        path = DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv[1:]:
            wrong.append(f"docs/{name} is stale: run `make examples`")
        else:
            path.write_text(text, encoding="utf-8")
    print("\n".join(wrong), file=sys.stderr) if wrong else None
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
