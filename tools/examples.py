"""Writes the figures of docs/examples.md anew from live answers of the service in this process.

Run by `make examples`; with `--check` it writes nothing and fails where the page is stale.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from litestar.testing import TestClient

from service.http.app import create_app
from service.settings import Settings
from tools.defended import Answer, Case, Wrong, break_evens, chance, figures, number, table
from tools.walked import steps, ways_to_serve

ROOT = Path(__file__).parent.parent
PAGE, REQUESTS = ROOT / "docs" / "examples.md", ROOT / "openapi" / "examples"
AS_OF = "2026-11-23"
BLOCK = re.compile(r"(<!-- figures: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

ALL_TRIED = [
    "few_shot", "better_examples", "chain_of_thought", "structured_output", "output_parsing", "input_preprocessing",
    "prompt_optimiser",
]  # fmt: skip
CONTRACT_PILOTS = [(400, 118, 150), (820, 127, 150), (2000, 144, 150)]


class Change(NamedTuple):
    """One thing changed in a request, to see whether the answer moves."""

    words: str
    pointer: str
    value: Any


def pilots(*results: tuple[int, int, int]) -> list[dict[str, int]]:
    """Return pilots as a request states them: examples, correct, total."""
    return [{"training_examples": n, "correct": k, "total": t} for n, k, t in results]


CHANGES: dict[str, tuple[Change, ...]] = {
    "ticket-triage": (
        Change("decided by expected value alone", "/policy", "expected_value"),
        Change("a pilot on 2,000 examples gets 184 of 200 right", "/fine_tuning/pilots", pilots((2000, 184, 200))),
        Change("a pilot on all 6,200 gets 176 of 200 right", "/fine_tuning/pilots", pilots((6200, 176, 200))),
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("no accuracy is required", "/task/required_accuracy", None),
        Change("the instructions must be open to audit", "/task/audit_required", True),
        Change("a successor is trained at the shutdown", "/fine_tuning/on_shutdown", "migrate"),
        Change("a wrong answer costs 0.05", "/finance/error_cost", 0.05),
    ),
    "contract-extraction": (
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("1,200 labelled examples", "/fine_tuning/labelled_examples", 1200),
        Change("no audit of the instructions", "/task/audit_required", False),
        Change("a third pilot, 2,000 examples, 144 of 150 right", "/fine_tuning/pilots", pilots(*CONTRACT_PILOTS)),
        Change("0.90 is enough", "/task/required_accuracy", 0.90),
        Change("45,000 contracts a month", "/volume/requests_per_month", 45_000),
    ),
    "policy-answers": (
        Change("knowledge never goes stale", "/task/knowledge_half_life_months", None),
        Change("every prompt technique already tried", "/prompting/techniques_tried", ALL_TRIED),
        Change("115 of 120 right today", "/prompting/measured_accuracy", {"correct": 115, "total": 120}),
        Change("a wrong answer costs 0.30", "/finance/error_cost", 0.30),
        Change("50,000 questions a month", "/volume/requests_per_month", 50_000),
    ),
    "minimal": (
        Change("a wrong answer costs 0.02", "/finance/error_cost", 0.02),
        Change("a wrong answer costs 0.34", "/finance/error_cost", 0.34),
        Change("a wrong answer costs 1.00", "/finance/error_cost", 1.0),
        Change("0.85 is required", "/task/required_accuracy", 0.85),
        Change("0.90 is required", "/task/required_accuracy", 0.90),
        Change("the fine-tune costs nothing to build", "/fine_tuning/build_cost", 0),
        Change("25 million requests a month", "/volume/requests_per_month", 25_000_000),
    ),
}


def changed(request: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return a request with one value put in, or taken out where it is None."""
    result = copy.deepcopy(request)
    *parents, last = pointer.strip("/").split("/")
    place = result
    for name in parents:
        place = place.setdefault(name, {})
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    return result


def _outcome(words: str, answer: Answer) -> tuple[str, ...]:
    found = {option["kind"]: option for option in reversed(answer["options"])}
    improved, tuned = found["improve"], found.get("fine_tune")
    chances = [chance(option["chance_meets_bar"]) for option in (found["keep"], improved)]
    worth = ("none", "none", "none") if tuned is None else (
        number(tuned["npv"]["mean"]), chance(tuned["npv"]["probability_positive"]), tuned["offer"])  # fmt: skip
    if tuned is not None:
        chances.append(chance(tuned["chance_meets_bar"]))
    return (
        words,
        answer["verdict"]["action"],
        *worth[:2],
        number(improved["npv"]["mean"]),
        ", ".join(chances),
        worth[2],
    )


def changes(name: str, case: Case, ask: Callable[[dict[str, Any]], Answer]) -> str:
    """Return the table of what would change the answer: the same request with one value put in."""
    rows = [_outcome("nothing changed", case.answer)]
    rows += [_outcome(words, ask(changed(case.request, pointer, value))) for words, pointer, value in CHANGES[name]]
    head = ("changed", "action", f"E[NPV] of the fine-tune, {case.money}", "chance it pays", f"E[NPV] of improving, {case.money}",
            "chances to do: prompt, improved, fine-tune", "fine-tuning offer")  # fmt: skip
    return table(head, rows)


def blocks() -> dict[str, str]:
    """Return every generated block of the page by its name."""
    found: dict[str, str] = {}
    with TestClient(create_app(Settings())) as client:

        def ask(request: dict[str, Any]) -> Answer:
            response = client.post("/v1/assessments", json=request)
            if response.status_code != 200:
                raise Wrong(response.text)
            answer: Answer = response.json()
            return answer

        for name in CHANGES:
            request = {"as_of": AS_OF, **json.loads((REQUESTS / f"{name}.json").read_text())}
            plain = {key: value for key, value in request.items() if key != "include"}
            case = Case(plain, ask(plain | {"include": ["trace", "cash_flows"]}))
            found[f"{name}.options"] = ways_to_serve(case)
            found[f"{name}.steps"] = steps(case)
            found[f"{name}.figures"] = figures(case)
            found[f"{name}.break-evens"] = break_evens(case)
            found[f"{name}.changes"] = changes(name, case, ask)
    return found


def main() -> int:
    """Write the blocks into the page, or with --check say whether they are up to date."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    page, made = PAGE.read_text(encoding="utf-8"), blocks()
    missing = set(made) - {name for _, name, _ in BLOCK.findall(page)}
    unknown = {name for _, name, _ in BLOCK.findall(page)} - set(made)
    if missing or unknown:
        print(f"docs/examples.md: no place for {sorted(missing)}, nothing known of {sorted(unknown)}", file=sys.stderr)
        return 1
    fresh = BLOCK.sub(lambda block: f"{block[1]}\n{made[block[2]]}\n{block[3]}", page)
    if "--check" in sys.argv[1:]:
        if fresh != page:
            print("docs/examples.md is stale: run `make examples`", file=sys.stderr)
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
