"""One side of the comparison: what one version of genai-prices says, and what requests are advised by it.

Two versions of a package cannot live in one process, so each side is a process of its own, with its own search path;
it prints a `Side` as JSON.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import genai_prices
import msgspec
from msgspec import Struct

from service.larder.load import Catalogue, load
from service.larder.prices import InferencePrice, PriceList
from service.nouns.faults import Faulty
from tools.advice import ROOT, answered, means
from tools.price_check.package import NotCompared


class Advice(Struct, frozen=True, kw_only=True):
    """What a request is advised by one price list; where it is refused, why, and nothing else."""

    action: str = "refused"
    option: str = "-"
    currency: str = ""
    npv: dict[str, float] = {}
    tco: dict[str, float] = {}
    base_models: list[str] = []
    refusal: str | None = None


class Side(Struct, frozen=True, kw_only=True):
    """What one version of the package says: prices in force on a day by base model, and advice by request."""

    version: str
    place: str
    prices: dict[str, InferencePrice]
    advice: dict[str, Advice]


def advised(path: Path, larder: Catalogue, prices: PriceList, day: datetime.date) -> Advice:
    """Return what the request in a file is advised, or why it is refused."""
    try:
        answer = answered(path, larder, prices, day)
    except Faulty as refusal:
        return Advice(refusal="; ".join(f"{at.pointer}: {at.received}: {at.message}" for at in refusal.faults))
    return Advice(
        action=answer["verdict"]["action"],
        option=answer["verdict"]["option"],
        currency=answer["currency"],
        npv=means(answer, "npv"),
        tco=means(answer, "tco"),
        base_models=sorted({option["base_model"] for option in answer["options"] if option["base_model"]}),
    )


def seen_here(day: datetime.date, requests: list[Path]) -> Side:
    """Return the side of the package that this process has imported."""
    larder = load()
    prices = PriceList(larder.identifiers)
    in_force = {name: price for name in prices.ids() if (price := prices.find(name, day))}
    return Side(
        version=prices.version,
        place=genai_prices.__file__,
        prices=in_force,
        advice={path.stem: advised(path, larder, prices, day) for path in requests},
    )


def seen_from(folder: Path | None, day: datetime.date, requests: list[Path]) -> Side:
    """Return the side of the package in a folder; without a folder that of the one we ship.

    Raises
    ------
    NotCompared
        If the service cannot work with that package, or another one than that in the folder was read.
    """
    search = os.pathsep.join(str(place) for place in (folder, ROOT) if place)
    command = [sys.executable, "-m", "tools.price_check.side", str(day), *(str(path.resolve()) for path in requests)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": search}, capture_output=True, check=False)
    if done.returncode:
        last = (done.stderr.decode().strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        which = "the other version of genai-prices" if folder else "the genai-prices that we ship"
        raise NotCompared(
            f"the service cannot work with {which}: {last}\n"
            "mend service/larder/prices.py or service/larder/data/identifiers.toml before the pin is raised"
        )
    side = msgspec.json.decode(done.stdout, type=Side)
    if folder and not Path(side.place).is_relative_to(folder):
        raise NotCompared(f"{side.place} was read instead of the package in {folder}")
    return side


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(seen_here(datetime.date.fromisoformat(sys.argv[1]), list(map(Path, sys.argv[2:]))))
    )
