"""Who is at risk of being retired, by lifetime class: lists that were made without a look at who has ended.

`lifetimes.csv` holds models that have an end, so a set read off it has no survivors. The set of `proprietary` models is
`capability.csv`: what somebody found worth measuring. The set of `open_weights_hosted` ones is what a host lists of
the open weights in it. Where and when each ended is looked up afterwards.
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

import numpy as np

from models.arrays import DAYS_PER_MONTH
from service.larder.lifetimes import Lifetime
from service.larder.load import Catalogue
from tools.research.survival import Lives

MAKERS = {
    "openai": ("openai",),
    "anthropic": ("anthropic",),
    "google": ("google",),
    "mistral": ("mistral",),
    "xai": ("xai",),
    "amazon": ("bedrock",),
}
"""Makers whose own service tells when its models end: provider names in the order in which they are asked."""

SAME_LIFE = {
    "openai/gpt-5-chat": "openai/gpt-5-chat-latest",
    "openai/gpt-4o-2024-11-20": "openai/gpt-4o-2024-11-20",
    "anthropic/claude-3.5-sonnet-20240620": "anthropic/claude-3-5-sonnet-20240620",
    "google/gemini-1.5-pro-001": "vertex/gemini-1.5-pro-001",
    "google/gemini-1.5-flash-001": "vertex/gemini-1.5-flash-001",
    "mistral/mistral-medium-3": "mistral/mistral-medium-2505",
}
"""Lives under another name than the figure's, where no alias says so; read by eye."""

UNKNOWN = {"xai/grok-2-1212": "the price list calls it deprecated, and no day is on record"}
"""Models that are known to have ended, on a day that is not: out."""

HOSTS = ("bedrock", "fireworks", "groq", "mistral", "together")
"""Hosts by the token whose page of ends is on record. Azure's dates are years ahead and are moved when they come near."""

UNHEARD_MONTHS = 12.0
"""A listing without an end that came out longer than this before its host's first recorded end may have ended unrecorded: out."""

PREVIEW, MOVING = re.compile(r"preview|-exp\b"), re.compile(r"-latest$")
"""A preview or an experiment, or a name that moves on: it says of itself that it will not stay."""


class Member(NamedTuple):
    """A model at a provider: when it came out, came under observation, and ended as far as is known."""

    maker: str
    model: str
    released: datetime.date
    entered: datetime.date
    shutdown: datetime.date | None
    seen: datetime.date
    """Day on which its provider's ends were last checked."""
    is_preview: bool


def last_checked(catalogue: Catalogue) -> dict[str, datetime.date]:
    """Return the day on which the ends of each provider were last checked."""
    found: dict[str, datetime.date] = {}
    for life in _lives(catalogue):
        found[life.provider] = max(life.checked, found.get(life.provider, life.checked))
    return found


def _lives(catalogue: Catalogue) -> list[Lifetime]:
    return [values[-1] for values in catalogue.lifetimes.lives.values()]


def _ids(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return our ids by the figure for which they stand."""
    found: dict[str, list[str]] = {}
    for name, figure in catalogue.capabilities.names.items():
        found.setdefault(figure.partition("#")[0], []).append(name)
    return found


def _life(catalogue: Catalogue, model: str, names: list[str], providers: tuple[str, ...]) -> Lifetime | None:
    """Return the life of a model at the first of some providers that tells one: by alias, else under the same name."""
    lives, aliases = catalogue.lifetimes.lives, catalogue.lifetimes.names
    if model in SAME_LIFE:
        return lives[SAME_LIFE[model]][-1]
    bare = model.partition("/")[2]
    for provider in providers:
        for name in (*names, f"{provider}/{bare}", f"{provider}/{bare.replace('.', '-')}"):
            found = lives.get(aliases.get(name, name))
            if found is not None and found[-1].provider == provider:
                return found[-1]
    return None


def _will_not_stay(model: str, names: list[str], life: Lifetime | None) -> bool:
    """Return whether a model was a preview: by the name under which it ends, else by any under which it goes on."""
    if life is not None and life.shutdown is not None:
        return bool(MOVING.search(life.model)) or any(PREVIEW.search(name) for name in (model, life.model))
    return bool(MOVING.search(model)) or any(PREVIEW.search(name) for name in (model, *names))


def makers_models(catalogue: Catalogue) -> list[Member]:
    """Return the proprietary models of the capability table at their own makers, each once."""
    ids, checked, found = _ids(catalogue), last_checked(catalogue), []
    for figures in catalogue.capabilities.figures.values():
        figure = figures[-1]
        maker = figure.model.partition("/")[0]
        if (
            figure.mode
            or figure.open_weights
            or figure.released is None
            or maker not in MAKERS
            or figure.model in UNKNOWN
        ):
            continue
        names = [name for name in ids.get(figure.model, []) if name.partition("/")[0] in MAKERS[maker]]
        life = _life(catalogue, figure.model, names, MAKERS[maker])
        found.append(
            Member(maker, figure.model, figure.released, figure.released, life.shutdown if life else None,
                   checked[MAKERS[maker][0]], _will_not_stay(figure.model, names, life))
        )  # fmt: skip
    return found


def windows(catalogue: Catalogue) -> dict[str, datetime.date]:
    """Return the day of each host's first recorded end: from it on ends are on record."""
    found: dict[str, datetime.date] = {}
    for life in _lives(catalogue):
        if life.shutdown is not None:
            found[life.provider] = min(life.shutdown, found.get(life.provider, life.shutdown))
    return found


def hosted_models(catalogue: Catalogue, unheard_months: float = UNHEARD_MONTHS) -> list[Member]:
    """Return the open weights of the capability table at each host that lists them, each once, the listing that lasts longest."""
    checked, opened, latest = last_checked(catalogue), windows(catalogue), datetime.date.max
    found: dict[tuple[str, str], Member] = {}
    for name, of in catalogue.capabilities.names.items():
        host, figure = name.partition("/")[0], catalogue.capabilities.figures[of][-1]
        if host not in HOSTS or not figure.open_weights or figure.released is None:
            continue
        lives = catalogue.lifetimes.lives.get(catalogue.lifetimes.names.get(name, name))
        shutdown = lives[-1].shutdown if lives else None
        entered = max(figure.released, opened[host])
        unheard = (opened[host] - figure.released).days / DAYS_PER_MONTH > unheard_months
        if (shutdown is None and unheard) or entered >= checked[host] or (shutdown or latest) <= entered:
            continue
        member = Member(
            host, figure.model, figure.released, entered, shutdown, checked[host], bool(PREVIEW.search(name))
        )
        before = found.get((host, figure.model))
        if before is None or (shutdown or latest) > (before.shutdown or latest):
            found[host, figure.model] = member
    return list(found.values())


def unlisted(catalogue: Catalogue, listed: list[Member]) -> list[Member]:
    """Return hosted models with an end and a release on record that no list of their host names: they have no survivors."""
    checked, opened = last_checked(catalogue), windows(catalogue)
    known = {(member.maker, member.shutdown) for member in listed}
    return [
        Member(life.provider, life.model, life.released, max(life.released, opened[life.provider]), life.shutdown,
               checked[life.provider], bool(PREVIEW.search(life.model)))
        for life in _lives(catalogue)
        if life.provider in ("fireworks", "groq", "together") and life.released and life.shutdown
        and (life.provider, life.shutdown) not in known and life.shutdown > max(life.released, opened[life.provider])
    ]  # fmt: skip


def lives_of(members: list[Member], *, ahead_months: float = 0.0) -> Lives:
    """Return members as ages; an end that is announced for later than the last look is a life that still goes on.

    Ends up to `ahead_months` after the last look may count too: then whoever is not announced lives that long as well,
    which is so where every notice is at least as long. Without that limit those whose end is announced would be the only
    ones that are watched after the last look, and all would end.
    """
    entry, exit_, ended, batches = [], [], [], []
    for member in members:
        seen = member.seen + datetime.timedelta(days=round(ahead_months * DAYS_PER_MONTH))
        last = seen if member.shutdown is None else min(member.shutdown, seen)
        entry.append((member.entered - member.released).days / DAYS_PER_MONTH)
        exit_.append((last - member.released).days / DAYS_PER_MONTH)
        ended.append(member.shutdown is not None and member.shutdown <= seen)
        batches.append(f"{member.maker} {last}")
    return Lives(
        np.array(entry), np.array(exit_), np.array(ended), np.array([m.maker for m in members]), np.array(batches)
    )
