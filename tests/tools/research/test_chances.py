"""Every chance has a fit, a back-test and a page; `make fit` and `make backtest` run them all."""

from __future__ import annotations

from pathlib import Path

from tools.research.chances import CHANCES
from tools.research.scoring import DOCS, END, START

ROOT = Path(__file__).parents[3]


def test_every_chance_has_a_page_and_a_file() -> None:
    """The page stands in docs/evidence/ with its two marks and figures between them; the file in the larder says who wrote it."""
    for name, chance in CHANCES.items():
        page = (DOCS / f"{name}.md").read_text()
        assert page.count(START) == page.count(END) == 1
        assert len(page.split(START)[1].split(END)[0]) > 500, name
        assert "make fit" in chance.PATH.read_text().split("\n\n")[0], name


def test_every_page_is_of_a_chance_and_listed() -> None:
    """No page is left of a chance that is gone, and the first page names all."""
    pages = {path.stem for path in DOCS.glob("*.md")} - {"README"}
    assert pages == set(CHANCES)
    index = (DOCS / "README.md").read_text()
    assert all(f"({name}.md)" in index for name in pages)


def test_the_commands_run_every_chance() -> None:
    """`make fit` and `make backtest` hand over to the one driver."""
    lines = (ROOT / "Makefile").read_text()
    assert "tools.research.chances fit" in lines and "tools.research.chances backtest" in lines
