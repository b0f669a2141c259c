"""What the tests of the memo share: requests, their whole answers, and a reader of pages."""

from __future__ import annotations

import copy
import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from conftest import EXAMPLES, TODAY, example, field_case

from service import __version__
from service.assessment import assess, versions_of
from service.contract.decoding import decode
from service.larder import tokens
from service.larder.load import load
from service.larder.prices import PriceList
from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest
from service.renderings import memo, whole

Json = dict[str, Any]
FIELD = tuple(path.stem for path in sorted((Path(__file__).parents[1] / "field").glob("*.json")))
VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "wbr"})
"""Elements of HTML that have no end."""

SMALL: Json = {
    "task": {"description": "Route inbound customer support e-mails to one of 42 queues."},
    "prompting": {"measured_accuracy": {"correct": 148, "total": 200}},
    "volume": {"requests_per_month": 400000},
}
BASE_MODELS = ("openai/gpt-4.1-nano", "openai/gpt-4o-mini", "openai/gpt-4.1", "openai/gpt-4o")


def varied(**values: Any) -> Json:
    """Return the small request with values put in, their places written with double underscores."""
    request = copy.deepcopy(SMALL)
    for name, value in values.items():
        *parents, last = name.split("__")
        place = request
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return request


ALTERNATIVES = [
    {"name": f"an-alternative-with-a-long-name-{at}", "base_model": BASE_MODELS[at % 4], **({"measured_accuracy": {"correct": 150 + 3 * at, "total": 200}} if at % 2 else {})}
    for at in range(8)
]  # fmt: skip

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></p></section></style></title>\"'{{ 7 * 7 }}{% raw %}<!--\n"
    "=HYPERLINK(1) &amp; \u202egnorw\u2066 \u200b\u2028 REQUEST\nREQUEST\n$(touch x)`touch x` %s \\u0041"
)
"""A description with whatever a page, a template, a spreadsheet or a shell might take for its own."""

EDGES: dict[str, Json] = {
    "no-volume": varied(volume__requests_per_month=0),
    "very-much": varied(volume__requests_per_month=1e11, finance__error_cost=1e5),
    "very-little": varied(volume__requests_per_month=1, finance__error_cost=1e-7),
    "one-month": varied(volume__horizon_months=1),
    "ten-years": varied(volume__horizon_months=120, finance__error_cost={"low": 0.1, "high": 3}),
    "audit": varied(task__audit_required=True, task__required_accuracy=0.9, finance__error_cost=1),
    "out-of-reach": varied(task__required_accuracy=0.999),
    "few-trials": varied(prompting__measured_accuracy={"correct": 15, "total": 20}),
    "expected-value": varied(policy="expected_value", finance__error_cost=0.5),
    "no-fine-tune": varied(
        fine_tuning__offer={
            "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}, "training_usd_per_mtok": 3, "shutdown_date": "2026-12-20",
        }
    ),
    "many-options": varied(
        prompting__alternatives=ALTERNATIVES, task__required_accuracy=0.85, finance__error_cost={"low": 0.05, "high": 1},
        latency_target={"seconds": 2.0, "percentile": 0.95}, fine_tuning__labelled_examples=5000,
    ),
    "hostile": varied(task__description=HOSTILE, prompting__alternatives=[{"name": "a-b.c_d", "one_off_cost": 5}]),
    "emoji": varied(task__description="\U0001f600" * 20_000),
}  # fmt: skip
"""Requests whose answers leave something out, or are as large or as small as they may be."""

CASES = (*EXAMPLES, *FIELD, *EDGES)


def request_of(name: str) -> Json:
    """Return a request by its name, as of one day and, where it does not say otherwise, over few draws."""
    said = EDGES[name] if name in EDGES else example(name) if name in EXAMPLES else field_case(name)
    return {"as_of": str(TODAY), "simulation": {"draws": 256}, **said}


class Case(NamedTuple):
    """A request, the whole answer to it, and the memo on both."""

    asked: AssessmentRequest
    answer: Assessment
    page: bytes


def answered(body: bytes) -> Case:
    """Return the memo on a request, and what it is made of."""
    asked = whole(decode(body, AssessmentRequest))
    catalogue = load()
    prices, as_of = PriceList(catalogue.identifiers), asked.as_of or TODAY
    versions = versions_of(asked, catalogue, prices, as_of, __version__)
    said = assess(asked, catalogue, prices, tokens.counter(catalogue.identifiers), as_of, versions)
    answer = msgspec.json.decode(said, type=Assessment)
    return Case(asked, answer, memo.render(asked, answer))


@cache
def case(name: str) -> Case:
    """Return the memo on one of the cases."""
    return answered(json.dumps(request_of(name)).encode())


class Element:
    """An element of a page: its attributes, what is in it, and its text."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.inside: list[Element | str] = []

    def all(self, name: str = "", **attributes: str) -> list[Element]:
        """Return the elements in it, of a name and with attributes; a class is one of several."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        found = []
        for one in self.inside:
            if isinstance(one, Element):
                said = {**one.attributes, **({"class": wanted["class"]} if wanted.get("class") in one.classes else {})}
                if name in ("", one.name) and wanted.items() <= said.items():
                    found.append(one)
                found += one.all(name, **attributes)
        return found

    def one(self, name: str = "", **attributes: str) -> Element:
        """Return the only such element in it."""
        (found,) = self.all(name, **attributes)
        return found

    @property
    def classes(self) -> set[str]:
        """Return its classes."""
        return set(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """Return its text, with that of all in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)


class Reader(HTMLParser):
    """Reads a page into elements, and finds fault with one that is not closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        assert self._open == [self.root], [one.name for one in self._open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice: {names}"
        one = Element(tag, {name: value or "" for name, value in attributes})
        self._open[-1].inside.append(one)
        if tag not in VOID:
            self._open.append(one)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note an element without an inside."""
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element, the one that was opened last."""
        assert self._open[-1].name == tag, f"{tag} is closed inside {self._open[-1].name}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self._open[-1].inside.append(data)


@cache
def read(name: str) -> Element:
    """Return the memo on one of the cases, read."""
    return Reader(case(name).page.decode()).root
