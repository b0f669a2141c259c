"""The page: writes the generators and what became of each into docs/clients.md."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.clients.machine import PACKAGES, ROOT, requirement, version
from tools.clients.table import Generator

PAGE = ROOT / "docs" / "clients.md"
BLOCK = re.compile(r"(<!-- (results|commands) -->\n).*?(<!-- end -->)", re.DOTALL)
STEPS = ("generates", "compiles", "calls", "typed answer", "files")


def results(found: Sequence[tuple[Generator, int]]) -> str:
    """Return the table of the generators; each with the number of steps that it passed."""
    lines = [
        f"| generator | version | language | {' | '.join(STEPS)} | remarks |",
        "|---|---|---|" + "---|" * (len(STEPS) + 1),
    ]
    for generator, passed in found:
        said = ["yes" if step < passed else "**no**" if step == passed else "-" for step in range(len(STEPS))]
        if not generator.has_files and passed == len(STEPS):
            said[-1] = "no"
        pinned = version(generator.pins, generator.package)
        cells = [generator.name, pinned, generator.language, *said, generator.remarks]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def commands(generators: Sequence[Generator]) -> str:
    """Return how a user makes a client with each: the command that is run here, behind its installation."""
    said = []
    for generator in generators:
        is_npm = generator.pins == PACKAGES
        pinned = requirement(generator.pins, generator.package)
        command = generator.command.format(document="openapi.json", client=generator.client)
        lines = [f"npm install {pinned}", f"npx {command}"] if is_npm else [f'pip install "{pinned}"', command]
        said.append("\n".join([f"{generator.name}:", "", "```", *lines, "```", ""]))
    return "\n".join(said)


def write(found: Sequence[tuple[Generator, int]]) -> None:
    """Write both blocks of the page anew."""
    made = {"results": results(found), "commands": commands([generator for generator, _ in found])}
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda block: f"{block[1]}\n{made[block[2]]}\n{block[3]}", page), encoding="utf-8")
