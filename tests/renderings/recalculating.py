"""A workbook calculated anew: its kept values spoiled first, so that what comes back was calculated and not kept."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import python_calamine
from xlsxwriter.utility import xl_cell_to_rowcol

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""By itself LibreOffice keeps the values that stand in a file."""

FORMULA = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)(?: t="str")?><f>(.*?)</f><v>[^<]*</v></c>', re.DOTALL)
NAMED = re.compile(r"<definedName name=\"([^\"]+)\">'?([^'!]+)'?!([$A-Z0-9]+)</definedName>")
SPOILED = "-987654.25"
SECONDS = 900
NOISE = 1e-9
"""A difference of two figures that are alike is no more than what their last digits leave."""

Place = tuple[str, int, int]
"""Sheet, row and column, counted from 0."""


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the file of each sheet by its name."""
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    return {unescape(name): f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(names, start=1)}


def formulas_of(book: bytes) -> dict[Place, str]:
    """Return the formula of each cell that holds one, of a workbook of ours."""
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        return {
            (name, *xl_cell_to_rowcol(cell)): unescape(formula)
            for name, file in _sheets(opened).items()
            for cell, _, formula in FORMULA.findall(opened.read(file).decode())
        }


def names_of(book: bytes) -> dict[str, tuple[str, str]]:
    """Return the sheet and the cell of each name, of a workbook of ours."""
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        found = NAMED.findall(opened.read("xl/workbook.xml").decode())
    return {name: (tab, cell.replace("$", "")) for name, tab, cell in found}


def spoiled(book: bytes, numbers: dict[str, float] | None = None) -> bytes:
    """Return a workbook of ours in which every formula's kept value is wrong, with other numbers in some named cells."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as target:
        sheets, names = _sheets(source), names_of(book)
        for file in source.namelist():
            raw = source.read(file)
            if file in sheets.values():
                text, count = FORMULA.subn(rf'<c r="\1"\2><f>\3</f><v>{SPOILED}</v></c>', raw.decode())
                assert count == text.count("<f>"), file
                for name, number in (numbers or {}).items():
                    tab, cell = names[name]
                    if sheets[tab] == file:
                        text, count = re.subn(rf'(<c r="{cell}"[^>]*><v>)[^<]*', rf"\g<1>{number!r}", text)
                        assert count == 1, name
                raw = text.encode()
            target.writestr(file, raw)
    return found.getvalue()


def recalculated(books: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Return workbooks as LibreOffice calculates them anew, all in one run of it."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is missing: run `make office`"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE)
    files = [folder / f"{name}.xlsx" for name in books]
    for file, book in zip(files, books.values(), strict=True):
        file.write_bytes(book)
    command = [
        office, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
        "--outdir", str(folder / "out"), *map(str, files),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS, env={**os.environ, "HOME": str(folder)})
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in books}


class Values:
    """The values that a workbook keeps."""

    def __init__(self, book: bytes) -> None:
        """Read a workbook."""
        opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
        self.tabs = opened.sheet_names
        self.sheets: dict[str, list[list[Any]]] = {
            name: opened.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in self.tabs
        }

    def at(self, place: Place) -> Any:
        """Return the value of a cell; an empty text where there is none."""
        tab, row, column = place
        rows = self.sheets[tab]
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def unlike(one: Any, other: Any) -> bool:
    """Return whether two cells differ by a millionth; an empty text is nothing, and what never ends is the same however large."""
    one, other = (None if value == "" else value for value in (one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        if min(one, other) >= 1e299 or max(abs(one), abs(other)) < NOISE:
            return False
        return abs(one - other) > 1e-6 * max(abs(one), abs(other))
    return bool(one != other)
