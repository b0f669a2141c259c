"""The chances that advice rests on: of each its fit, its back-test and its page.

`make fit` writes every file that was fitted, `make backtest` the figures and plots of docs/evidence/; a name after either
(ARGS=drift) does one alone. The service reads the files and fits nothing.
"""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from tools.research import drift, fine_tune, improvement_backtest, lifetimes, model_change
from tools.research.scoring import DOCS, write_page


class Chance(Protocol):
    """A module that fits one chance and checks it."""

    PATH: Path
    """The fitted file."""
    PAGE: str
    """Stem of its page in docs/evidence/, and of its plot."""

    @staticmethod
    def render(fitted: datetime.date) -> str:
        """Return the fitted file."""

    @staticmethod
    def report() -> str:
        """Return the figures of the page."""

    @staticmethod
    def plots() -> dict[str, str]:
        """Return the plots of the page, SVG by the stem of their file."""


CHANCES: Mapping[str, Chance] = MappingProxyType({
    chance.PAGE: chance
    for chance in cast("list[Chance]", [improvement_backtest, model_change, fine_tune, lifetimes, drift])
})  # fmt: skip


def main() -> int:
    """Fit or back-test the chances named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["fit", "backtest"])
    parser.add_argument("pages", nargs="*", choices=[*CHANCES, []], metavar="PAGE", help="stems of docs/evidence/")
    parser.add_argument("--date", type=datetime.date.fromisoformat, default=datetime.date.today())
    asked = parser.parse_args()
    for name in asked.pages or CHANCES:
        chance, start = CHANCES[name], time.monotonic()
        if asked.action == "fit":
            chance.PATH.write_text(chance.render(asked.date))
        else:
            write_page(name, chance.report())
            for stem, text in chance.plots().items():
                (DOCS / f"{stem}.svg").write_text(text)
        print(f"{name}: {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
