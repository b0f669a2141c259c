"""The tool that makes clients: its page and its comparison. The clients themselves are made by `make clients`."""

from __future__ import annotations

import re

import pytest

from tools.clients import kits, page
from tools.clients.machine import PINS
from tools.clients.table import GENERATORS


def test_the_page_names_every_generator_and_its_command() -> None:
    """docs/clients.md shows the generators of the table, each with the command that is run."""
    blocks = {
        name: text
        for text, name in re.findall(
            r"(<!-- (results|commands) -->\n.*?)<!-- end -->", page.PAGE.read_text(encoding="utf-8"), re.DOTALL
        )
    }
    assert page.commands(GENERATORS) in blocks["commands"]
    assert page.results([(one, len(page.STEPS)) for one in GENERATORS]) in blocks["results"]


def test_every_pin_is_exact() -> None:
    """What is installed for a generator today is what is installed for it tomorrow."""
    for path in PINS.glob("*.txt"):
        assert all(re.fullmatch(r"[\w.\-\[\]]+==[\w.]+", line) for line in path.read_text().splitlines()), path
    assert not re.search(r'": "[\^~<>*]', (PINS / "package.json").read_text())


@pytest.mark.parametrize(
    ("raw", "said", "places"),
    [
        ({"npv": 1}, {"npv": 1.0}, []),
        ({"npv": 1}, {}, ["answer/npv"]),
        ({}, {"trace": []}, ["answer/trace"]),
        ({"is_feasible": True}, {"is_feasible": 1}, ["answer/is_feasible"]),
        ({"roi": None}, {}, ["answer/roi"]),
        ({"items": [{"state": "reached"}, {}]}, {"items": [{"state": "never"}, {}]}, ["answer/items/0/state"]),
        ({"items": [1]}, {"items": []}, ["answer/items"]),
    ],
)
def test_a_difference_between_two_answers_is_named(raw: object, said: object, places: list[str]) -> None:
    """What a client drops, adds or alters is found, with its place; 1 and 1.0 are the same number."""
    assert [fault.partition(":")[0] for fault in kits.unlike(raw, said, "answer")] == places


def test_a_missed_step_stands_in_the_table() -> None:
    """A generator whose client does not compile has a yes, a bold no, and nothing behind it."""
    row = page.results([(GENERATORS[0], 1)]).splitlines()[-1]
    assert "| yes | **no** | - | - |" in row


def test_a_client_without_files_says_so() -> None:
    """A generator whose client has no type for a file has a no, which is no miss."""
    without = next(one for one in GENERATORS if not one.has_files)
    assert "| yes | no |" in page.results([(without, len(page.STEPS))])
