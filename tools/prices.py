"""Appends dated terms to the larder and shows which example verdicts move. Run by `make prices`; see docs/prices.md.

The change is a TOML file: `[[offer]]` with `[[offer.values]]` for a fine-tuning offer (new, or new terms of a known
one), `[[gpu]]` and `[[self_hosted]]` likewise for self-hosting, `[[NAME.values]]` for an assumption, `[[capability]]` and
`[[lifetime]]` for a row of these files. Without --write nothing is written. With --age
nothing is appended: it lists which files hold facts that nobody has checked for long.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from service.larder.load import Catalogue, CatalogueError, parse, read
from service.larder.prices import PriceList
from tools import larder as files
from tools.advice import EXAMPLES, NEXT, ROOT, Verdict, answered, verdict_of
from tools.ages import show_ages

LARDER = ROOT / "service" / "larder" / "data"

REFUSED = 1
"""What the command exits with when the change cannot be true, or could not be written."""

UNREADABLE = 2
"""What the command exits with when the change cannot be read."""


def verdicts(larder: Catalogue, day: datetime.date) -> dict[str, Verdict]:
    """Return what every example is advised, assessed on a day no earlier than `day`."""
    prices = PriceList(larder.identifiers)
    return {path.stem: verdict_of(answered(path, larder, prices, day)) for path in sorted(EXAMPLES.glob("*.json"))}


def main(arguments: list[str] | None = None, today: datetime.date | None = None) -> int:
    """Show, and with --write append, a change of the larder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("change", type=Path, nargs="?", help="TOML file with the dated values to append")
    parser.add_argument("--age", action="store_true", help="list the files whose facts were checked longest ago")
    parser.add_argument("--write", action="store_true", help="append them to service/larder/data")
    said = parser.parse_args(arguments)
    today = today or datetime.date.today()
    before = read(LARDER)
    if said.age:
        show_ages(parse(before), today)
        return 0
    if said.change is None:
        parser.error("name a change, or say --age")
    try:
        source = said.change.read_text(encoding="utf-8")
        after, day = files.changed(before, source, today)
    except (OSError, ValueError) as error:
        print(f"{said.change}: {error}", file=sys.stderr)
        return UNREADABLE
    try:
        new = parse(after)
    except CatalogueError as error:
        print(f"refused: {error}", file=sys.stderr)
        return REFUSED
    was, now = verdicts(parse(before), day), verdicts(new, day)
    print(f"{'example':<22}{'':<8}{'action':<20}{'option':<40}{'expected NPV':>14}   from {day}")
    for name, old in was.items():
        moved = "  <- moved" if now[name][:2] != old[:2] else ""
        print(f"{name:<22}{'before':<8}{old.shown()}")
        print(f"{'':<22}{'after':<8}{now[name].shown()}{moved}")
    if said.write:
        try:
            written = files.write(LARDER, before, after)
        except files.WriteError as error:
            print(f"not written: {error}", file=sys.stderr)
            return REFUSED
        for path in written:
            print(f"written: service/larder/data/{path}")
        print(NEXT)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
