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
from tools.defended import Answer, Wrong, chance, figures, number, percent, table

ROOT = Path(__file__).parent.parent
PAGE, REQUESTS = ROOT / "docs" / "examples.md", ROOT / "openapi" / "examples"
AS_OF = "2026-11-23"
DECIDING = 4
"""Inputs that are shown of those that decide."""

WORDS = {
    "accuracy_deviate": "accuracy of the fine-tune, given the prompt's",
    "technique_deviate": "gain of the techniques not yet tried",
    "residual_deviate": "gain of an improved prompt besides",
    "prompted_accuracy": "accuracy of the prompt",
    "first_retirement_month": "end of the fine-tune's base model",
}

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
        Change("no successor is trained at the shutdown", "/fine_tuning/on_shutdown", "revert"),
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


def best_fine_tune(answer: Answer) -> Answer:
    """Return the fine-tune with the largest expected NPV."""
    found: Answer = max((o for o in answer["options"] if o["kind"] == "fine_tune"), key=lambda o: o["npv"]["mean"])
    return found


def verdict(answer: Answer) -> str:
    """Return the verdict in the service's own words, and what each policy says."""
    said = answer["verdict"]
    rows = [
        ("action", f"**{said['action']}**, step {said['step'] or 'none'}, for `{said['option']}`"),
        ("by expected value alone", said["expected_value_action"]),
        ("share of draws in which the best option is on the chosen side", chance(said["confidence"])),
    ]
    return f"> {said['summary']}\n\n" + table(("", "verdict"), rows)


def options(answer: Answer) -> str:
    """Return the table of options."""
    money, asked = answer["currency"], answer["accuracy"]["required_accuracy"] is not None
    head = ("option", f"one-off, {money}", "first full month", "TCO", "NPV, base case", "NPV, expected (10 to 90 %)",
            "against the best other", "chance it pays", "meets the bar" if asked else "no worse than today", "accuracy", "retires on")  # fmt: skip
    rows = []
    for o in answer["options"]:
        npv, life, right = o["npv"], o["lifetime"], o["accuracy"]
        drawn = f"drawn, base case month {number(o['timeline']['end_month'])}" if life["origin"] == "drawn" else "never"
        rows.append((f"`{o['id']}`", number(o["one_off"]), number(o["monthly"]["total"]), number(o["tco"]["base_case"]),
                     number(npv["base_case"]), f"{number(npv['mean'])} ({number(npv['p10'])} to {number(npv['p90'])})",
                     number(o["npv_over_best_other"]["mean"]),
                     "-" if o["id"] == answer["options"][0]["id"] else chance(npv["probability_positive"]),
                     chance(o["chance_meets_bar"]), percent(right["at_start_base_case"]),
                     life["retires_on"] or drawn))  # fmt: skip
    return table(head, rows)


def break_evens(answer: Answer) -> str:
    """Return where the NPV of the best fine-tune is zero, and what the draws say about volume."""
    rows: list[tuple[str, ...]] = []
    empty: dict[str, list[str]] = {}
    for item in answer["break_even"]["items"]:
        words = item["input"].replace("_", " ")
        if item["break_even"]:
            at = ", ".join(number(value) for value in item["break_even"])
            at += " (a jump over zero)" if item["state"] == "crossed" else ""
            rows.append((words, item["unit"], number(item["current"]), at, item["fine_tuning_pays"] or "-"))
        else:
            empty.setdefault(item["state"], []).append(f"{words} ({number(item['current'])})")
    rows += [(", ".join(names), "", "in brackets", "at no value", state) for state, names in empty.items()]
    volume = answer["break_even"]["requests_per_month"]
    draws = "; ".join(number(volume[name]) for name in ("p10", "p50", "p90"))
    rows.append(("requests per month, over the draws", "requests/month", "-", f"{draws} (10th, 50th, 90th percentile)",
                 f"never in {chance(volume['share_never'])} of draws"))  # fmt: skip
    return table(("input", "unit", "today", "NPV of the best fine-tune is zero at", "it pays"), rows)


def deciding(answer: Answer) -> str:
    """Return the inputs that decide most between the best fine-tune and the best prompt, and what knowing each is worth."""
    known = {item["input"]: item["value"] for item in answer["value_of_information"]["evppi"]}
    assumed = {
        a["share_of_variance"]: f"`{a['id']}` ({a['kind']})" for a in answer["assumptions"] if a["share_of_variance"]
    }
    most = sorted(answer["sensitivity"], key=lambda item: -item["share_of_variance"])[:DECIDING]
    rows = [(WORDS.get(item["input"], item["input"].replace("_", " ")),
             assumed.get(item["share_of_variance"], "request or evidence"), percent(item["share_of_variance"]),
             number(item["mean_npv_in_lowest_tenth"]), number(item["mean_npv_in_highest_tenth"]),
             number(known.get(item["input"])))
            for item in most]  # fmt: skip
    head = ("input", "rests on", "share of the variance", "mean in its lowest tenth", "in its highest tenth",
            "worth of knowing it")  # fmt: skip
    return table(head, rows)


def _outcome(words: str, answer: Answer) -> tuple[str, ...]:
    tuned, by_id = best_fine_tune(answer), {o["id"]: o for o in answer["options"]}
    three = by_id["keep"], by_id["improve"], tuned
    return (words, answer["verdict"]["action"], number(by_id["improve"]["npv"]["mean"]), number(tuned["npv"]["mean"]),
            chance(tuned["npv"]["probability_positive"]), ", ".join(chance(o["chance_meets_bar"]) for o in three),
            f"`{tuned['offer']}`")  # fmt: skip


def changes(name: str, request: dict[str, Any], answer: Answer, ask: Callable[[dict[str, Any]], Answer]) -> str:
    """Return the table of what would change the answer: the same request with one value put in."""
    rows = [_outcome("nothing changed", answer)]
    rows += [_outcome(words, ask(changed(request, pointer, value))) for words, pointer, value in CHANGES[name]]
    head = ("changed", "action", "E[NPV] of improving", "E[NPV] of the best fine-tune", "chance it pays",
            "meet the bar: prompt, improved, fine-tune", "offer")  # fmt: skip
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
            answer = ask(plain | {"include": ["trace", "cash_flows", "sensitivity"]})
            found[f"{name}.verdict"] = verdict(answer)
            found[f"{name}.options"] = options(answer)
            found[f"{name}.figures"] = figures(request, answer)
            found[f"{name}.break-evens"] = break_evens(answer)
            found[f"{name}.deciding"] = deciding(answer)
            found[f"{name}.changes"] = changes(name, plain, answer, ask)
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
