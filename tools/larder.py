"""Reads the larder's files, puts a change into them at its place, and writes them back; tools/prices.py is the command.

A change is read as data, so every form of TOML will do, and what is appended is written in one form. What comes out is
read again and must hold the larder and the change, nothing else; comments of the change are not kept.
"""

from __future__ import annotations

import copy
import datetime
import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from service.larder.load import OTHER_FILES

Table = dict[str, Any]
Texts = dict[str, bytes]

OF_A_NEW_OFFER = ("weights", "name", "serving", "base_model")
"""What a new offer states besides its id and its terms."""

NEAR = 0.6
"""Names at least this alike are named to one who misspelt."""


class ChangeError(ValueError):
    """The change cannot be appended as it is written; says why and what to write instead."""


class WriteError(OSError):
    """The larder could not be written; what had been written of the change was taken back."""


def read(folder: Path) -> Texts:
    """Return the larder's files by stem."""
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def write(folder: Path, before: Texts, after: Texts) -> list[str]:
    """Write the files that differ and return their stems; take all back unless the larder then holds what it should."""
    begun: list[str] = []
    try:
        for stem, text in after.items():
            if text != before.get(stem):
                begun.append(stem)
                (folder / f"{stem}.toml").write_bytes(text)
        found = read(folder)
        wrong = sorted(stem for stem in after.keys() | found.keys() if found.get(stem) != after.get(stem))
        if wrong:
            raise WriteError(f"{', '.join(wrong)} did not hold what was to be written")
    except OSError as error:
        for stem in begun:
            if (path := folder / f"{stem}.toml").is_file():
                path.write_bytes(before[stem])
        raise WriteError(f"{error}; restored: {', '.join(begun)}") from error
    return begun


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a phrase that names the known names most like one, or an empty one where none is like it."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=NEAR)
    return f"the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""


def toml(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        raise ChangeError(f"{value} is no number of a price or an assumption")
    return repr(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def _lines(header: str, table: Table) -> str:
    return "".join([f"[[{header}]]\n", *(f"{_key(name)} = {toml(value)}\n" for name, value in table.items())])


def _values(where: str, entry: Any) -> list[Table]:
    """Return the dated values of an entry of the change."""
    values = entry.get("values") if isinstance(entry, dict) else None
    fine = isinstance(values, list) and all(isinstance(value, dict) for value in values)
    if not fine or not values or not all(type(value.get("from")) is datetime.date for value in values):
        raise ChangeError(f"{where}: each of its [[...values]] states from, a date such as 2026-12-01")
    return list(values)


def _same(where: str, known: Table, entry: Table) -> None:
    """Refuse an entry that states anything but new values otherwise than the larder does."""
    for name, value in entry.items():
        if name != "values" and (name not in known or known[name] != value):
            raise ChangeError(f"{where}: {name} cannot be changed by appending; leave it out, only values are appended")


def _ending(text: str, start: int, following: str) -> int:
    """Return where a block that begins at `start` ends: behind its last line that is not blank or a comment."""
    after = re.compile(following).search(text, start + 1)
    lines = text[start : after.start() if after else len(text)].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return start + sum(map(len, lines))


def _put(text: str, place: int, block: str) -> str:
    before = text[:place]
    return before + ("" if before.endswith("\n") else "\n") + block + text[place:]


def _with_offer(text: str, known: list[Table], entry: Any) -> str:
    """Return offers.toml with new terms behind those of a known offer, or a new offer behind all others."""
    name = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise ChangeError('every [[offer]] states its id: id = "provider/model"')
    where = f"offer {name}"
    values = _values(where, entry)
    header = r"(?m)^\[\[offer\]\]"
    starts = [found.start() for found in re.finditer(header, text)]
    if len(starts) != len(known):
        raise ChangeError("offers.toml is not written in one [[offer]] line per offer; append the change by hand")
    terms = "".join(_lines("offer.values", value) for value in values)
    for place, offer in enumerate(known):
        if name == offer["id"]:
            _same(where, offer, entry)
            offer["values"] += values
            return _put(text, _ending(text, starts[place], header), terms)
        if name in offer.get("aliases", ()):
            raise ChangeError(f"{name} is another name of {offer['id']}: state that id")
    if missing := [field for field in OF_A_NEW_OFFER if field not in entry]:
        near = nearest(name, [offer["id"] for offer in known])
        near = f"; {near}" if near else ""
        raise ChangeError(f"no offer is called {name!r}{near}; a new offer states {', '.join(missing)} too")
    known.append(entry)
    plain = {field: value for field, value in entry.items() if field != "values"}
    return _put(text, _ending(text, starts[-1], header), "\n" + _lines("offer", plain) + terms)


def _with_values(text: str, name: str, known: Table, entry: Any) -> str:
    """Return a file of assumptions with new values behind those of a known assumption."""
    values = _values(name, entry)
    _same(name, known, entry)
    known["values"] += values
    start = re.search(rf"(?m)^\[{re.escape(name)}\]", text)
    if start is None:
        raise ChangeError(f"{name}: the larder has no line [{name}]")
    place = _ending(text, start.start(), rf"(?m)^\[(?!\[{re.escape(name)}\.)")
    return _put(text, place, "".join(_lines(f"{name}.values", value) for value in values))


def _checked_by(today: datetime.date, where: str, values: list[Table]) -> None:
    for value in values:
        checked = value.get("checked")
        if type(checked) is datetime.date and checked > today:
            raise ChangeError(f"{where}: checked {checked} is after today, {today}; state the day you looked")


def changed(texts: Texts, source: str, today: datetime.date) -> tuple[Texts, datetime.date]:
    """Return the larder with a change appended, and the first day on which all of it holds.

    Raises
    ------
    ChangeError
        Where the change is out of form, names what is not known, states something other than new values, or was
        checked after `today`.
    """
    change = tomllib.loads(source)
    expected = {stem: tomllib.loads(text.decode()) for stem, text in texts.items()}
    after = {stem: text.decode() for stem, text in texts.items()}
    homes = {name: stem for stem, table in expected.items() if stem not in OTHER_FILES for name in table}
    days: list[datetime.date] = []
    offers = change.pop("offer", [])
    if not isinstance(offers, list):
        raise ChangeError("a fine-tuning offer is written [[offer]], in two brackets")
    for entry in copy.deepcopy(offers):
        after["offers"] = _with_offer(after["offers"], expected["offers"]["offer"], entry)
        _checked_by(today, f"offer {entry['id']}", entry["values"])
        days += [value["from"] for value in entry["values"]]
    for name, entry in change.items():
        if name not in homes:
            near = nearest(name, [*homes, "offer"]).replace(" offer", " [[offer]]")
            raise ChangeError(f"no assumption is called {name!r}; {near or 'GET /v1/assumptions lists them'}")
        stem = homes[name]
        after[stem] = _with_values(after[stem], name, expected[stem][name], entry)
        _checked_by(today, name, entry["values"])
        days += [value["from"] for value in entry["values"]]
    if not days:
        raise ChangeError("the change states nothing to append: [[offer]] with [[offer.values]], or [[NAME.values]]")
    for stem, text in after.items():
        if tomllib.loads(text) != expected[stem]:
            raise ChangeError(f"{stem}.toml would not hold exactly the change; append it there by hand")
    return {stem: text.encode() for stem, text in after.items()}, max(days)
