"""Appends dated terms to the larder and shows which example verdicts move. Run by `make prices`; see docs/prices.md.

The change is a TOML file: `[[offer]]` with `[[offer.values]]` for a fine-tuning offer (new, or new terms of a known
one), `[[NAME.values]]` for an assumption. Without --write nothing is written.
"""

from __future__ import annotations

import argparse
import datetime
import difflib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from service import __version__, catalogue, tokens
from service.assessment import assess
from service.door import decode
from service.prices import PriceList
from service.request import AssessmentRequest

ROOT = Path(__file__).parent.parent
LARDER, EXAMPLES = ROOT / "service" / "assumptions", ROOT / "openapi" / "examples"
Texts = dict[str, bytes]

NO_ASSUMPTIONS = frozenset({"offers", "accuracy_prior", "identifiers", "evidence_tasks"})
"""Files of the larder that hold no assumptions."""

UNREADABLE = 2
"""What the command exits with when the change cannot be read; a change that is refused is 1."""


class ChangeError(ValueError):
    """The change cannot be appended as it is written; says why and what to write instead."""


def read_larder() -> Texts:
    """Return the larder's files by stem."""
    return {path.stem: path.read_bytes() for path in sorted(LARDER.glob("*.toml"))}


def with_offer(text: str, offer: dict[str, Any], source: str) -> str:
    """Return offers.toml with a new offer at the end, or new terms at the end of a known offer."""
    blocks = re.split(r"(?m)^(?=\[\[offer\]\])", source)
    block = next((b for b in blocks if f'"{offer.get("id")}"' in b), None)
    if block is None:
        raise ChangeError('every [[offer]] states its id in double quotes: id = "provider/model"')
    known = re.search(rf'(?m)^id = "{re.escape(offer["id"])}"', text)
    if known is None:
        return text.rstrip() + "\n\n" + block.strip() + "\n"
    after = re.compile(r"(?m)^(?=\[\[offer\]\])").search(text, known.end())
    place = after.start() if after else len(text)
    terms = "".join(re.split(r"(?m)^(?=\[\[offer\.values\]\])", block)[1:])
    return text[:place].rstrip() + "\n" + terms.strip() + "\n\n" + text[place:]


def _dates(name: str, entry: Any) -> list[datetime.date]:
    """Return the days from which the values of an entry hold."""
    values = entry.get("values") if isinstance(entry, dict) else None
    if not values or not all(isinstance(value.get("from"), datetime.date) for value in values):
        raise ChangeError(f"{name}: each of its [[...values]] states from, a date such as 2026-12-01")
    return [value["from"] for value in values]


def changed(texts: Texts, source: str) -> tuple[Texts, datetime.date]:
    """Return the larder with a change appended, and the first day on which it holds."""
    change = tomllib.loads(source)
    after, days = dict(texts), []
    homes = {
        name: stem
        for stem, text in texts.items()
        if stem not in NO_ASSUMPTIONS
        for name in tomllib.loads(text.decode())
    }
    for offer in change.pop("offer", []):
        after["offers"] = with_offer(after["offers"].decode(), offer, source).encode()
        days += _dates(f"offer {offer['id']}", offer)
    for name, entry in change.items():
        if name not in homes:
            near = difflib.get_close_matches(name, homes, n=3, cutoff=0.4)
            known = f"the nearest are {', '.join(near)}" if near else "GET /v1/assumptions lists them"
            raise ChangeError(f"no assumption is called {name!r}; {known}")
        stem = homes[name]
        text = after[stem].decode()
        block = "".join(b for b in re.split(r"(?m)^(?=\[)", source) if b.startswith(f"[[{name}.values]]"))
        start = text.index(f"[{name}]")
        following = re.compile(r"(?m)^(?=\[[a-z])").search(text, start + 1)
        place = following.start() if following else len(text)
        after[stem] = (text[:place].rstrip() + "\n" + block.strip() + "\n\n" + text[place:]).encode()
        days += _dates(name, entry)
    if not days:
        raise ChangeError("the change states nothing to append: [[offer]] with [[offer.values]], or [[NAME.values]]")
    return after, max(days)


def verdicts(larder: catalogue.Catalogue, day: datetime.date) -> dict[str, tuple[str, float]]:
    """Return the action and expected NPV of every example, assessed on a day no earlier than `day`."""
    prices = PriceList(larder.identifiers)

    def count(texts: Any, model: str | None) -> tuple[list[int], bool]:
        name, own = tokens.encoding_of(model or "", larder.identifiers)
        return tokens.count(texts, name), own

    found = {}
    for path in sorted(EXAMPLES.glob("*.json")):
        request = decode(path.read_bytes(), AssessmentRequest)
        as_of = max(day, request.as_of or day)
        answer = json.loads(assess(request, larder, prices, count, as_of, __version__))
        found[path.stem] = (answer["verdict"]["action"], answer["costs"]["npv"]["mean"])
    return found


def main() -> int:
    """Show, and with --write append, a change of the larder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("change", type=Path, help="TOML file with the dated values to append")
    parser.add_argument("--write", action="store_true", help="append them to service/assumptions")
    arguments = parser.parse_args()
    before = read_larder()
    try:
        after, day = changed(before, arguments.change.read_text())
    except (OSError, ValueError) as error:
        print(f"{arguments.change}: {error}", file=sys.stderr)
        return UNREADABLE
    try:
        new = catalogue.parse(after)
    except catalogue.CatalogueError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    was, now = verdicts(catalogue.parse(before), day), verdicts(new, day)
    print(f"{'example':<22}{'before':<20}{'after':<20}{'expected NPV before':>22}{'after':>16}   from {day}")
    for name, (action, npv) in was.items():
        moved = "  <- moved" if now[name][0] != action else ""
        print(f"{name:<22}{action:<20}{now[name][0]:<20}{npv:>22,.0f}{now[name][1]:>16,.0f}{moved}")
    if arguments.write:
        for stem, text in after.items():
            if text != before[stem]:
                (LARDER / f"{stem}.toml").write_bytes(text)
                print(f"written: service/assumptions/{stem}.toml; a moved verdict is a changelog entry")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
