"""The decision memo: one self-contained page without scripts, that loads nothing and prints to A4.

`render` gathers what each part says (`verdict`, `tables`, `sources`) and draws (`charts`), in the words of `words` and `names`,
and puts it into the templates. The page may use its one style sheet, by its digest, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from minijinja import Environment, load_from_path, safe

from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest
from service.renderings.memo import plan, sources, tables, verdict
from service.renderings.memo.charts.against_error_cost import acceptability
from service.renderings.memo.charts.cumulative import cumulative, npv
from service.renderings.memo.charts.efficiency import efficiency
from service.renderings.memo.charts.frontier import frontier
from service.renderings.memo.charts.intervals import accuracy, tornado
from service.renderings.memo.options import marks_of
from service.renderings.memo.words import counted, day

HERE = Path(__file__).parent
STYLE = (HERE / "memo.css").read_text(encoding="utf-8")
"""The style sheet; the page of the service links the same file."""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
OWN_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; base-uri 'none'; form-action 'none'"
"""What the document itself may do, wherever it is kept."""
POLICY = f"{OWN_POLICY}; frame-ancestors 'none'"
"""The same, and that nobody may frame it, which only a header can say."""

CONTENTS = (
    ("verdict", "Verdict"), ("figures", "Three figures"), ("plan", "Plan"), ("options", "Options"), ("cumulative", "Savings"),
    ("cost-and-accuracy", "Cost and accuracy"), ("acceptability", "Best by cost of an error"), ("frontier", "Break-even"),
    ("accuracy", "Accuracy"), ("tornado", "Sensitivity"), ("comparison", "Ten dimensions"), ("assumptions", "Assumptions"),
    ("next", "What to send next"), ("reproduce", "Reproduce"),
)  # fmt: skip
"""The sections by id, in their order, and what the contents call them."""


def _told(value: Any) -> Any:
    """Return what a template is about to write, and refuse what would read as none."""
    if value is None:
        raise ValueError("nothing to write")
    return value


def _breakable(pointer: str) -> str:
    """Return a JSON pointer as markup that may be broken between its words."""
    return safe(escape(pointer).replace("/", "/<wbr>").replace("_", "_<wbr>"))


@cache
def _templates() -> Environment:
    # Without debug, for with it an error would tell all that the template was given, the caller's words among it.
    return Environment(
        loader=load_from_path(HERE / "templates"), filters={"breakable": _breakable}, debug=False, undefined_behavior="strict", finalizer=_told, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip


def _context(asked: AssessmentRequest, answer: Assessment) -> dict[str, Any]:
    """Return all that the templates read."""
    marks = marks_of(answer)
    valued = next((item.current for item in answer.break_even.items if item.input == "error_cost"), None)
    found = sources.assumptions(answer)
    command = sources.command(asked, answer)
    return {
        "policy": OWN_POLICY, "style": safe(STYLE), "contents": CONTENTS, "as_of": day(answer.provenance.as_of), "currency": answer.currency,
        "verdict": answer.verdict, "said": verdict.described(asked), "facts": verdict.facts(answer, marks),
        "policies": verdict.policies(answer), "meanwhile": verdict.meanwhile(answer, marks), "three": verdict.figures(answer, marks),
        "question_first": plan.question_first(answer), "steps": plan.steps(answer), "brings": plan.brings(answer), "others": plan.others(answer), "chance_of_a_plan": plan.MEETS, "likely": plan.likely_here(answer),
        "today": next(iter(marks.values())).full, "sides": tables.side_by_side(answer, marks), "dimensions": tables.dimensions(answer),
        "compared": tables.compared(answer, marks), "rules": tables.rules(answer), "errors_valued": bool(valued),
        "cumulative": cumulative(answer, marks), "npv": npv(answer, marks), "efficiency": efficiency(answer, marks),
        "acceptability": acceptability(answer, marks, valued), "accuracy": accuracy(answer, marks), "tornado": tornado(answer, marks),
        "frontier": frontier(answer, marks),
        "assumed_first": found.first, "assumed_rest": found.rest, "unsaid": found.unsaid, "question": sources.next_question(answer, marks),
        "hinges": sources.hinges(answer), "worth": sources.worth_of_knowing(answer), "studies": sources.studies(answer, marks),
        "suggestions": sources.suggestions(answer), "command": command, "is_long": len(command) > sources.LONG,
        "provenance": sources.provenance(answer), "months": counted(answer.horizon_months, "month"),
    }  # fmt: skip


def render(asked: AssessmentRequest, answer: Assessment) -> bytes:
    """Return the memo on a case: a whole HTML document."""
    return _templates().render_template("memo.html", **_context(asked, answer)).encode()
