"""Reads GPUs and self-hosted offers, and refuses what cannot be true of them: one sentence a fault, with its mend."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from service.larder.self_hosted import GPUS, SELF_HOSTED, Figure, Gpu, GpuPrice, HostingValue, SelfHostedOffer
from service.larder.truth import CHECKED_AHEAD, ID, SLIP_OF_THE_UNIT

PREFIX = "self-hosted/"
T = TypeVar("T", Gpu, SelfHostedOffer)

Dated = Sequence[tuple[str, Sequence[GpuPrice | HostingValue]]]
"""File and entry, each with its dated values."""


def read_self_hosted(
    gpu_table: Mapping[str, Any], offer_table: Mapping[str, Any]
) -> tuple[dict[str, Gpu], dict[str, SelfHostedOffer], list[str]]:
    """Return GPUs and self-hosted offers by id, and everything in them that cannot be true, one sentence each.

    Checks that every entry has the form of its noun and stands once, GPUs are known and have a price, weights fit into
    memory, dates ascend, sources are named, ranges are ordered, judged figures carry a note, and no figure is a thousand
    times its predecessor or its fellows' median.
    """
    found: list[str] = []
    gpus = _entries(GPUS, gpu_table, "gpu", Gpu, found)
    offers = _entries(SELF_HOSTED, offer_table, "self_hosted", SelfHostedOffer, found)
    if not found:
        found += _faults(gpus, offers)
    return gpus, offers, found


def _entries(path: str, table: Mapping[str, Any], heading: str, form: type[T], found: list[str]) -> dict[str, T]:
    listed = table.get(heading)
    if set(table) != {heading} or not isinstance(listed, list):
        found.append(f"{path}: holds {', '.join(table) or 'nothing'}; write every entry under [[{heading}]]")
        return {}
    entries: dict[str, T] = {}
    for said in listed:
        name = said.get("id", "an entry") if isinstance(said, dict) else "an entry"
        try:
            entry = msgspec.convert(said, form)
        except msgspec.ValidationError as error:
            found.append(f"{path}: {name}: {error}; write it as docs/prices.md shows")
            continue
        if entry.id in entries:
            found.append(f"{path}: {entry.id} is used twice; append values to the first one")
        entries[entry.id] = entry
    return entries


def _faults(gpus: Mapping[str, Gpu], offers: Mapping[str, SelfHostedOffer]) -> Iterator[str]:
    of_gpus: Dated = [(f"{GPUS}: {gpu.id}", gpu.values) for gpu in gpus.values()]
    of_offers: Dated = [(f"{SELF_HOSTED}: {offer.id}", offer.values) for offer in offers.values()]
    for gpu in gpus.values():
        if not gpu.values:
            yield f"{GPUS}: {gpu.id}: has no price; append one under [[gpu.values]]"
    for offer in offers.values():
        yield from _faults_of_offer(offer, gpus)
    for where, values in [*of_gpus, *of_offers]:
        yield from _faults_of_dates(where, [value.from_date for value in values])
        for value in values:
            for name, figure in _figures(value).items():
                yield from _faults_of_figure(f"{where} from {value.from_date}: {name}", figure, value.from_date)
        yield from _faults_of_steps(where, values)
    for entries in (of_gpus, of_offers):
        yield from _faults_among_fellows(entries)


def _faults_of_offer(offer: SelfHostedOffer, gpus: Mapping[str, Gpu]) -> Iterator[str]:
    where = f"{SELF_HOSTED}: {offer.id}"
    if not ID.fullmatch(offer.id) or not (offer.id.startswith(PREFIX) and offer.id.endswith(f".{offer.gpu}")):
        yield f"{where}: is not of the form {PREFIX}<model>.{offer.gpu}; name it after its weights and its GPU"
    if not offer.values:
        yield f"{where}: has no throughput; append it under [[self_hosted.values]]"
    if not offer.source.title:
        yield f"{where}: a source of its size is missing; name who publishes it"
    gpu = gpus.get(offer.gpu)
    if gpu is None:
        yield f"{where}: the GPU {offer.gpu} is unknown; add it to {GPUS} with its price, or name one of {', '.join(gpus)}"
        return
    if not gpu.values:
        yield f"{where}: its GPU {gpu.id} has no price; append one to {GPUS}"
    memory, weights = offer.gpus_per_replica * gpu.memory_gb, offer.weights_gb
    if weights is not None and weights >= memory:
        yield (
            f"{where}: weights of {weights:g} GB in {offer.precision} do not fit into {memory:g} GB, "
            f"{offer.gpus_per_replica} x {gpu.id}; state more GPUs or fewer bits"
        )


def _faults_of_dates(where: str, days: Sequence[datetime.date]) -> Iterator[str]:
    for earlier, later in itertools.pairwise(days):
        if earlier >= later:
            yield f"{where}: {later} does not come after {earlier}; append later values behind earlier ones"


def _faults_of_figure(where: str, figure: Figure, day: datetime.date) -> Iterator[str]:
    has_range = figure.low is not None or figure.high is not None
    if (figure.value is not None) == has_range or (figure.low is None) != (figure.high is None):
        yield f"{where}: give either value, or low and high"
    if figure.low is not None and figure.high is not None and figure.low > figure.high:
        yield f"{where}: low {figure.low:g} is above high {figure.high:g}; exchange the two"
    if not figure.source.title:
        yield f"{where}: a source is missing; name what the figure was read from"
    if figure.kind == "judged" and not figure.note:
        yield f"{where}: a judged figure needs a note that says why that much"
    if figure.checked < day - CHECKED_AHEAD:
        yield f"{where}: checked {figure.checked} is more than a year before it holds; look at the source again"


def _faults_of_steps(where: str, values: Sequence[GpuPrice | HostingValue]) -> Iterator[str]:
    for old, new in itertools.pairwise(values):
        was = _ends(old)
        for name, number in _ends(new).items():
            if name in was and not _in_proportion(number, was[name]):
                at = f"{where} from {new.from_date}: {name}"
                yield f"{at} {number:g} is a thousand times off its predecessor {was[name]:g}; mend its unit"


def _faults_among_fellows(entries: Dated) -> Iterator[str]:
    """Yield every end of a figure a thousand times the median of its name, or a thousandth of it."""
    fellows: dict[str, list[tuple[str, float]]] = {}
    for where, value in [(where, value) for where, values in entries for value in values]:
        for name, number in _ends(value).items():
            fellows.setdefault(name, []).append((f"{where} from {value.from_date}", number))
    for name, numbers in fellows.items():
        ordered = sorted(number for _, number in numbers)
        middle = ordered[len(ordered) // 2]
        for where, number in numbers:
            if not _in_proportion(number, middle):
                yield f"{where}: {name} {number:g} is a thousand times off the median {middle:g}; mend its unit"


def _figures(value: GpuPrice | HostingValue) -> dict[str, Figure]:
    """Return the figures of a dated value by name."""
    named = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: figure for name, figure in named.items() if isinstance(figure, Figure)}


def _ends(value: GpuPrice | HostingValue) -> dict[str, float]:
    """Return every number of the figures of a dated value, by the figure's name and its own."""
    return {
        f"{name}, {end}": number
        for name, figure in _figures(value).items()
        for end, number in (("low", figure.low or figure.value), ("high", figure.high or figure.value))
        if number is not None
    }


def _in_proportion(number: float, against: float) -> bool:
    return against / SLIP_OF_THE_UNIT < number < against * SLIP_OF_THE_UNIT
