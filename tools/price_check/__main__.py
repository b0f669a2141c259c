"""Tells what a newer genai-prices package changes, and which verdicts would move. Run by `make prices-check`; see docs/prices.md.

The package is taken from the package index into a temporary folder; nothing of the environment is changed. It exits with
0 and a report; with --fail-on verdict with 4 where a verdict moves, with --fail-on price also with 3 where only prices
changed; with 2 where the package could not be had or read.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from service.larder.load import parse, read
from tools.advice import EXAMPLES, FIELD
from tools.ages import ages
from tools.price_check.compare import Report, Stale, compared
from tools.price_check.package import NotCompared, fetch, is_version
from tools.price_check.report import lines, next_steps
from tools.price_check.side import seen_from

NOT_COMPARED, PRICES_CHANGED, VERDICTS_MOVED = 2, 3, 4
"""What the command exits with beside 0."""

FAILS = {"never": {}, "verdict": {"verdicts_moved": VERDICTS_MOVED}}
FAILS["price"] = {**FAILS["verdict"], "prices_changed": PRICES_CHANGED}
"""The exit code by what is to fail and by what was found."""


def _version(text: str) -> str:
    if not is_version(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version: name it as 0.2.4")
    return text


def found(version: str | None, requests: list[Path], today: datetime.date) -> Report:
    """Return what a version of the package changes, the newest where none is named."""
    texts = read()
    larder = parse(texts)
    rows = [Stale(file=path, oldest_check=oldest, old=old, facts=n) for path, oldest, old, n in ages(larder, today)]
    offers: dict[str, list[str]] = {}
    for offer in larder.offers.values():
        if offer.at(today) is not None:
            offers.setdefault(offer.base_model, []).append(offer.id)
    with tempfile.TemporaryDirectory(prefix="genai-prices-") as place, ThreadPoolExecutor(2) as both:
        folder = Path(place).resolve()
        fetch(version, folder)
        old, new = both.map(lambda side: seen_from(side, today, requests), (None, folder))
    limit = larder.assumptions["checked_long_ago"].at(today).value or 0.0
    report = compared(today, old, new, set(offers), texts, [row for row in rows if row.old], limit)
    return msgspec.structs.replace(report, next=next_steps(report, offers))


def main(arguments: list[str] | None = None) -> int:
    """Compare the price list that we ship with another version of it."""
    parser = argparse.ArgumentParser(prog="make prices-check", description=__doc__)
    parser.add_argument(
        "requests", type=Path, nargs="*", help="requests to assess instead of the examples and field cases"
    )
    parser.add_argument("--to", type=_version, metavar="VERSION", help="the version to compare with; else the newest")
    parser.add_argument(
        "--as-of", type=datetime.date.fromisoformat, metavar="DATE", help="the day of the prices; else today"
    )
    parser.add_argument("--fail-on", choices=FAILS, default="never", help="what to exit with other than 0 for")
    parser.add_argument("--json", action="store_true", help="print the report for machines")
    said = parser.parse_args(arguments)
    requests = said.requests or [path for folder in (EXAMPLES, FIELD) for path in sorted(folder.glob("*.json"))]
    for path in requests:
        if not path.is_file():
            parser.error(f"there is no request {path}")
    if len({path.stem for path in requests}) < len(requests):
        parser.error("two requests have one name: rename a file")
    try:
        report = found(said.to, requests, said.as_of or datetime.date.today())
    except NotCompared as why:
        print(f"not compared: {why}", file=sys.stderr)
        return NOT_COMPARED
    print(msgspec.json.format(msgspec.json.encode(report)).decode() if said.json else "\n".join(lines(report)))
    return FAILS[said.fail_on].get(report.status, 0)


if __name__ == "__main__":
    raise SystemExit(main())
