"""How long ago the facts of the larder were checked, by file."""

from __future__ import annotations

import datetime

from service.larder.capability import FIGURES
from service.larder.effects import DRIFT, IMPROVEMENT, MODEL_CHANGE
from service.larder.facts import AssumedValue, OfferValue
from service.larder.hazard import HAZARD, HazardValue
from service.larder.lifetimes import LIVES
from service.larder.load import Catalogue
from service.larder.self_hosted import GPUS, SELF_HOSTED, Figure, GpuPrice, HostingValue


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
