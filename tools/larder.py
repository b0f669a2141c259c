"""Reads the larder's files, puts a change into them at its place, and writes them back; tools/prices.py is the command.

A change is read as data, so every form of TOML will do, and what is appended is written in one form. What comes out is
read again and must hold the larder and the change, nothing else; comments of the change are not kept.
"""

from __future__ import annotations

import datetime
import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT

from service.larder.hazard import HAZARD
from service.larder.load import ASSUMPTIONS, OFFERS, read
from service.larder.self_hosted import GPUS, SELF_HOSTED
from service.larder.truth import ID, home_of
from tools.larder_rows import ROWS, append_rows

Table = dict[str, Any]
Files = Mapping[str, bytes]
"""Files of the larder, by their path in it."""

OF_A_NEW_OFFER = ("weights", "name", "serving", "hosting_kind", "lifetime_class", "base_model")
"""What a new offer states besides its id and its terms."""

OF_SELF_HOSTING = {
    "gpu": (GPUS, ("name", "memory_gb")),
    "self_hosted": (
        SELF_HOSTED,
        (
            "weights", "name", "base_model", "source", "checked", "precision", "gpu", "gpus_per_replica",
            "minimum_replicas", "lifetime_class", "hosting_kind", "can_scale_to_zero",
        ),
    ),
}  # fmt: skip
"""By heading: the file of its entries, and what a new one states besides its id and its values."""

NEW_FILE = "#:schema ../schema/offers.json\n"
"""How the file of a new provider begins."""

WRITTEN = {"offer": "a fine-tuning offer", "gpu": "a GPU", "self_hosted": "a self-hosted offer"}
"""What stands under each heading."""

NEAR = 0.6
"""Names at least this alike are named to one who misspelt."""


class ChangeError(ValueError):
    """The change cannot be appended as it is written; says why and what to write instead."""


class WriteError(OSError):
    """The larder could not be written; what had been written of the change was taken back."""


def write(folder: Path, before: Files, after: Files) -> list[str]:
    """Write the files that differ and return their paths; take all back unless the larder then holds what it should."""
    begun: list[str] = []
    try:
        for path, text in after.items():
            if text != before.get(path):
                begun.append(path)
                (folder / path).write_bytes(text)
        found = read(folder)
        wrong = sorted(path for path in after.keys() | found.keys() if found.get(path) != after.get(path))
        if wrong:
            raise WriteError(f"{', '.join(wrong)} did not hold what was to be written")
    except OSError as error:
        for path in begun:
            if path not in before:
                (folder / path).unlink(missing_ok=True)
            elif (folder / path).is_file():
                (folder / path).write_bytes(before[path])
        raise WriteError(f"{error}; restored: {', '.join(begun)}") from error
    return begun


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a phrase that names the known names most like one, or an empty one where none is like it."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=NEAR)
    return f"the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""


def _values(where: str, entry: Any, today: datetime.date) -> list[Table]:
    """Return the dated values of an entry of the change."""
    values = entry.get("values") if isinstance(entry, dict) else None
    fine = isinstance(values, list) and all(isinstance(value, dict) for value in values)
    if not fine or not values or not all(type(value.get("from")) is datetime.date for value in values):
        raise ChangeError(f"{where}: each of its [[...values]] states from, a date such as 2026-12-01")
    for value in values:
        for said in (entry, value, *(figure for figure in value.values() if isinstance(figure, dict))):
            _check(where, said, today)
    return list(values)


def _check(where: str, said: Table, today: datetime.date) -> None:
    """Refuse a day of looking that has not come yet, and what is no number."""
    checked = said.get("checked")
    if type(checked) is datetime.date and checked > today:
        raise ChangeError(f"{where}: checked {checked} is after today, {today}; state the day you looked")
    for number in said.values():
        if isinstance(number, float) and not math.isfinite(number):
            raise ChangeError(f"{number} is no number of a price or an assumption")


def _append(where: str, known: Table, entry: Table) -> None:
    """Append values to a known entry; refuse one that states anything else otherwise than the larder does."""
    for name, value in entry.items():
        if name != "values" and (name not in known or known[name] != value):
            raise ChangeError(f"{where}: {name} cannot be changed by appending; leave it out, only values are appended")
    known["values"] = [*known["values"], *entry["values"]]


def _append_offer(tables: dict[str, Table], entry: Table) -> None:
    """Append new terms to those of a known offer, or a new offer to its provider's."""
    name = entry["id"]
    known = [offer for path, table in tables.items() if path.startswith(f"{OFFERS}/") for offer in table["offer"]]
    for offer in known:
        if name == offer["id"]:
            _append(f"offer {name}", offer, entry)
            return
        if name in offer.get("aliases", ()):
            raise ChangeError(f"{name} is another name of {offer['id']}: state that id")
    if missing := [field for field in OF_A_NEW_OFFER if field not in entry]:
        near = nearest(name, [offer["id"] for offer in known])
        near = f"; {near}" if near else ""
        raise ChangeError(f"no offer is called {name!r}{near}; a new offer states {', '.join(missing)} too")
    if not ID.fullmatch(name):
        raise ChangeError(f"{name!r} is not of the form provider/model")
    tables.setdefault(home_of(name), {"offer": []})["offer"].append(entry)


def _append_hosting(entries: list[Table], heading: str, entry: Table) -> None:
    """Append values to a known GPU or self-hosted offer, or a new one to the others."""
    name, (_, needed) = entry["id"], OF_SELF_HOSTING[heading]
    for known in entries:
        if name == known["id"]:
            _append(f"{heading} {name}", known, entry)
            return
    if missing := [field for field in needed if field not in entry]:
        near = nearest(name, [known["id"] for known in entries])
        near = f"; {near}" if near else ""
        raise ChangeError(f"no {heading} is called {name!r}{near}; a new one states {', '.join(missing)} too")
    entries.append(entry)


def _end(array: AoT) -> list[Any]:
    """Return the lines of an array's last table, an offer's terms included: blank lines and comments behind it too."""
    lines: list[Any] = array[-1].get("values", array)[-1].value.body
    return lines


def _put(array: AoT, entry: Table) -> None:
    """Append a table to an array, before the blank lines and comments that follow the array."""
    following = []
    while array and _end(array) and _end(array)[-1][0] is None:
        following.append(_end(array).pop())
    block = tomlkit.table()
    array.append(block)
    block.trivia.indent = "\n" if "values" in entry else ""
    _grow(block, entry)
    _end(array).extend(reversed(following))


def _grow(written: Any, wanted: Table) -> None:
    """Append to a file, or a table in it, what it lacks of what it has to hold."""
    for name, entry in wanted.items():
        if isinstance(entry, list) and entry and isinstance(entry[0], dict):
            if name not in written:
                written.append(name, tomlkit.aot())
            array = written[name]
            for old, new in zip(array, entry, strict=False):
                _grow(old, new)
            for new in entry[len(array) :] if isinstance(array, AoT) else ():
                _put(array, new)
        elif name not in written:
            written.append(name, tomlkit.inline_table() if isinstance(entry, dict) else entry)
        if isinstance(entry, dict):
            _grow(written[name], entry)


def _grown(path: str, text: str, wanted: Table) -> str:
    """Return a file with what it lacks of what it has to hold; every line that stood in it stays."""
    text += "" if text.endswith("\n") else "\n"
    whole = tomlkit.parse(text)
    _grow(whole, wanted)
    grown = tomlkit.dumps(whole)
    lines = iter(grown.splitlines(keepends=True))
    if tomllib.loads(grown) != wanted or not all(line in lines for line in text.splitlines(keepends=True)):
        raise ChangeError(f"{path} would not hold exactly the change; append it there by hand")
    return grown


def _listed(entries: Any, heading: str) -> list[Table]:
    """Return the entries of the change that stand under a heading, each with its id."""
    if not isinstance(entries, list):
        raise ChangeError(f"{WRITTEN[heading]} is written [[{heading}]], in two brackets")
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            form = "h100" if heading == "gpu" else "provider/model"
            raise ChangeError(f'every [[{heading}]] states its id: id = "{form}"')
    return entries


def changed(files: Files, source: str, today: datetime.date) -> tuple[dict[str, bytes], datetime.date]:
    """Return the larder with a change appended, and the first day on which all of it holds.

    Raises
    ------
    ChangeError
        Where the change is out of form, names what is not known, states something other than new values, or was
        checked after `today`.
    RowError
        Where a row of a CSV file is.
    """
    change = tomllib.loads(source)
    before = {path: text.decode() for path, text in files.items() if path.endswith(".toml")}
    tables = {path: tomllib.loads(text) for path, text in before.items()}
    of_values = (path for path in tables if path.startswith(f"{ASSUMPTIONS}/") or path == HAZARD)
    homes = {name: path for path in of_values for name in tables[path]}
    days: list[datetime.date] = []
    after = dict(files)
    for name, rows in ROWS.items():
        if entries := change.pop(name, []):
            after[rows.path], since = append_rows(name, entries, files[rows.path], today)
            days += since
    for heading in ("offer", *OF_SELF_HOSTING):
        for entry in _listed(change.pop(heading, []), heading):
            days += [value["from"] for value in _values(f"{heading} {entry['id']}", entry, today)]
            if heading == "offer":
                _append_offer(tables, entry)
            else:
                _append_hosting(tables[OF_SELF_HOSTING[heading][0]][heading], heading, entry)
    for name, entry in change.items():
        if name not in homes:
            near = nearest(name, [*homes, "offer"]).replace(" offer", " [[offer]]")
            raise ChangeError(f"no assumption is called {name!r}; {near or 'GET /v1/assumptions lists them'}")
        days += [value["from"] for value in _values(name, entry, today)]
        _append(name, tables[homes[name]][name], entry)
    if not days:
        headings = ", ".join(f"[[{name}]]" for name in ROWS)
        raise ChangeError(
            "the change states nothing to append: [[offer]] with [[offer.values]], [[gpu]] or [[self_hosted]] likewise, "
            f"[[NAME.values]], {headings}"
        )
    for path, wanted in tables.items():
        text = before.get(path, NEW_FILE)
        if tomllib.loads(text) != wanted:
            after[path] = _grown(path, text, wanted).encode()
    return after, max(days)
