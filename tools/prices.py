"""Appends dated terms to the larder and shows which example verdicts move. Run by `make prices`; see docs/prices.md.

The change is a TOML file: `[[offer]]` with `[[offer.values]]` for a fine-tuning offer (new, or new terms of a known
one), `[[gpu]]` and `[[self_hosted]]` likewise for self-hosting, `[[NAME.values]]` for an assumption, `[[capability]]` and
`[[lifetime]]` for a row of these files. Without --write nothing is written. With --age
nothing is appended: it lists which files hold facts that nobody has checked for long.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from service import __version__
from service.assessment import assess, versions_of
from service.http.decoding import decode
from service.larder import tokens
from service.larder.capability import FIGURES
from service.larder.effects import DRIFT, IMPROVEMENT, MODEL_CHANGE
from service.larder.facts import AssumedValue, OfferValue
from service.larder.hazard import HAZARD, HazardValue
from service.larder.lifetimes import LIVES
from service.larder.load import Catalogue, CatalogueError, parse, read
from service.larder.prices import PriceList
from service.larder.self_hosted import GPUS, SELF_HOSTED, Figure, GpuPrice, HostingValue
from service.nouns.request.assessment import AssessmentRequest
from tools import larder as files

ROOT = Path(__file__).parent.parent
LARDER, EXAMPLES = ROOT / "service" / "larder" / "data", ROOT / "openapi" / "examples"

REFUSED = 1
"""What the command exits with when the change cannot be true, or could not be written."""

UNREADABLE = 2
"""What the command exits with when the change cannot be read."""

NEXT = "now run `make examples`, `make openapi ARGS=--answers` and `make test`; a moved verdict is a changelog entry"


class Verdict(NamedTuple):
    """What an example is advised: the action, the option it stands for, and the expected NPV of that option."""

    action: str
    option: str
    npv: float

    def shown(self) -> str:
        """Return it as a cell of the table."""
        return f"{self.action:<18}{self.option:<40}{self.npv:>14,.0f}"


def verdicts(larder: Catalogue, day: datetime.date) -> dict[str, Verdict]:
    """Return what every example is advised, assessed on a day no earlier than `day`."""
    prices = PriceList(larder.identifiers)

    def count(texts: Any, model: str | None) -> tuple[list[int], bool]:
        name, own = tokens.encoding_of(model or "", larder.identifiers)
        return tokens.count(texts, name), own

    found = {}
    for path in sorted(EXAMPLES.glob("*.json")):
        request = decode(path.read_bytes(), AssessmentRequest)
        as_of = max(day, request.as_of or day)
        versions = versions_of(request, larder, prices, as_of, __version__)
        answer = json.loads(assess(request, larder, prices, count, as_of, versions))
        verdict = answer["verdict"]
        npv = {option["id"]: option["npv"]["mean"] for option in answer["options"]}
        found[path.stem] = Verdict(verdict["action"], verdict["option"], npv[verdict["option"]])
    return found


def _figures(value: GpuPrice | HostingValue) -> list[Figure]:
    return [found for name in value.__struct_fields__ if isinstance(found := getattr(value, name), Figure)]


def _checks(larder: Catalogue, today: datetime.date) -> dict[str, list[datetime.date]]:
    """Return when each fact in force was checked, by file: of a price its day, not that of the dates beside it."""
    checks: dict[str, list[datetime.date]] = {}
    in_force: list[tuple[str, AssumedValue | OfferValue | HazardValue | None]] = [
        *((larder.files[name], found.at(today)) for name, found in larder.assumptions.items()),
        *((larder.files[name], offer.at(today)) for name, offer in larder.offers.items()),
        *((HAZARD, found.at(today)) for found in larder.hazards.values()),
    ]
    for path, value in in_force:
        if value is not None:
            checks.setdefault(path, []).append(value.checked)
    hosting: list[tuple[str, GpuPrice | HostingValue | None]] = [
        *((GPUS, gpu.at(today)) for gpu in larder.gpus.values()),
        *((SELF_HOSTED, offer.at(today)) for offer in larder.self_hosted.values()),
    ]
    for path, figures in hosting:
        checks.setdefault(path, []).extend(figure.checked for figure in (_figures(figures) if figures else ()))
    checks[FIGURES] = [values[-1].checked for values in larder.capabilities.figures.values()]
    effects = larder.effects
    checks[IMPROVEMENT] = [effects.improvement(today).checked]
    checks[MODEL_CHANGE] = [effects.model_change(today).checked]
    checks[DRIFT] = [effects.drift(today).checked]
    checks[LIVES] = [values[-1].checked for values in larder.lifetimes.lives.values()]
    return checks


def ages(larder: Catalogue, today: datetime.date) -> list[tuple[str, datetime.date, int, int]]:
    """Return each file with its oldest check, how many of its facts are old and how many there are, the oldest first.

    Of each entry the value in force on the day counts: what was replaced need not be checked again.
    """
    limit = larder.assumptions["checked_long_ago"].at(today).value or 0.0
    found = [
        (path, min(days), sum((today - day).days > limit for day in days), len(days))
        for path, days in _checks(larder, today).items()
        if days
    ]
    return sorted(found, key=lambda row: (row[1], row[0]))


def show_ages(larder: Catalogue, today: datetime.date) -> None:
    """Print the files of dated facts, those checked longest ago first."""
    limit = larder.assumptions["checked_long_ago"].at(today).value
    print(f"{'file':<42}{'oldest check':<16}{f'older than {limit:g} days on {today}':>36}")
    for path, oldest, old, count in ages(larder, today):
        print(f"{path:<42}{oldest!s:<16}{f'{old} of {count}':>36}")


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
    print(f"{'example':<22}{'':<8}{'action':<18}{'option':<40}{'expected NPV':>14}   from {day}")
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
