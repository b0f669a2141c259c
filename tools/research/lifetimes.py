"""Fits the hazard that a base model is retired, and the notice that is given, and writes both to the larder.

Writes service/larder/data/lifetimes/hazard.toml, and the figures and the picture of docs/evidence/lifetimes.md. What is at risk risk_sets.py says, how a hazard is
fitted survival.py.
"""

from __future__ import annotations

import datetime
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from models.arrays import DAYS_PER_MONTH
from service.larder.hazard import CLASSES, HAZARD
from service.larder.load import Catalogue, load
from tools.research.risk_sets import MAKERS, Member, hosted_models, lives_of, makers_models, unlisted
from tools.research.rows import FOLDER, Array, digest_of, toml_number
from tools.research.scoring import head, line
from tools.research.survival import (
    INTERVAL,
    Hazard,
    LeftOut,
    Lives,
    alive_at,
    fit_hazard,
    kaplan_meier,
    leave_one_out,
    summed,
)

PATH = FOLDER / HAZARD
PAGE = "lifetimes"
STEPS = {"proprietary": (0.0, 6.0, 12.0, 18.0, 24.0, 30.0), "open_weights_hosted": (0.0, 6.0, 12.0, 18.0, 24.0)}
"""Half-years, as far as three years were watched in the last one."""
PRIORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Events of one constant hazard that each step begins with; the one that predicts makers left out best is kept."""
AGES = (6.0, 12.0, 18.0, 24.0, 30.0, 36.0)
COMPARED = (12.0, 18.0, 24.0)
"""Ages at which the fitted share alive is held against Kaplan-Meier's."""
FROM = datetime.date(2024, 1, 1)
"""Day from which the fit holds, as every other one: no answer hangs on the day of a fit."""
SHORT_NOTICE_DAYS = 30
ONE_ANNOUNCEMENT = 1.0 / 3.0
"""Where one announcement holds more than this part of the rows, their median is its own: announcements count, not rows."""
OPEN_AT_BEDROCK = ("meta.", "google.gemma", "mistral.", "qwen.", "deepseek.", "minimax.", "moonshot", "nvidia.", "zai.")
COLOURS = {"proprietary": "#2563a8", "open_weights_hosted": "#b45309"}


class Notice(NamedTuple):
    """Days from announcement to end: of how many rows and announcements, their medians and shares of at most 30 days."""

    rows: int
    announcements: int
    median_of_rows: float
    median_of_announcements: float
    short_of_rows: float
    short_of_announcements: float
    largest: float
    """Part of the rows in the largest announcement."""

    @property
    def by_announcement(self) -> bool:
        """Return whether announcements count, not rows."""
        return self.largest > ONE_ANNOUNCEMENT

    @property
    def months(self) -> float:
        """The usual notice, to a tenth of a month."""
        days = self.median_of_announcements if self.by_announcement else self.median_of_rows
        return round(days / DAYS_PER_MONTH, 1)


class Fitted(NamedTuple):
    """All of a lifetime class: who is at risk, the chosen prior and what it gives, scores of makers left out, and notice."""

    members: list[Member]
    lives: Lives
    prior_events: float
    hazard: Hazard
    left_out: list[LeftOut]
    notice: Notice


def notice_of(catalogue: Catalogue, name: str) -> Notice:
    """Return the notice given by the makers themselves, or by hosts of open weights, over the rows that state both days."""
    given = Counter[tuple[str, datetime.date, int]]()
    own = {provider for providers in MAKERS.values() for provider in providers} - {"bedrock"} | {"cohere"}
    for life in (values[-1] for values in catalogue.lifetimes.lives.values()):
        is_open = life.provider == "groq" or (life.provider == "bedrock" and life.model.startswith(OPEN_AT_BEDROCK))
        counts = life.provider in own if name == "proprietary" else is_open
        if counts and life.announced and life.shutdown:
            given[life.provider, life.announced, (life.shutdown - life.announced).days] += 1
    rows, once = list(given.elements()), list(given)
    days, by_once = np.array([row[2] for row in rows]), np.array([row[2] for row in once])
    return Notice(
        len(rows), len(once), float(np.median(days)), float(np.median(by_once)),
        float((days <= SHORT_NOTICE_DAYS).mean()), float((by_once <= SHORT_NOTICE_DAYS).mean()), max(given.values()) / len(rows),
    )  # fmt: skip


def score(left_out: Sequence[LeftOut]) -> tuple[float, float]:
    """Return the log scores of all makers left out: by age, and of a constant hazard."""
    return sum(one.by_age for one in left_out), sum(one.constant for one in left_out)


def best_prior(lives: Lives, steps: Sequence[float]) -> float:
    """Return the strength of the prior that predicts makers left out best."""
    return max(PRIORS, key=lambda prior: score(leave_one_out(lives, steps, prior))[0])


def fit(name: str, catalogue: Catalogue) -> Fitted:
    """Return the fit of a lifetime class."""
    members = (
        [member for member in makers_models(catalogue) if not member.is_preview]
        if name == "proprietary"
        else hosted_models(catalogue)
    )
    lives, steps = lives_of(members), STEPS[name]
    prior = best_prior(lives, steps)
    hazard = fit_hazard(lives, steps, prior)
    return Fitted(members, lives, prior, hazard, leave_one_out(lives, steps, prior), notice_of(catalogue, name))


def digest(members: Sequence[Member]) -> str:
    """Return the digest of those at risk."""
    return digest_of([{field: str(value) for field, value in member._asdict().items()} for member in members])


def _note(fitted: Fitted) -> str:
    notice, by_age, constant = fitted.notice, *score(fitted.left_out)
    short = notice.short_of_announcements if notice.by_announcement else notice.short_of_rows
    over = (
        f"{notice.announcements} announcements of {notice.rows} rows"
        if notice.by_announcement
        else f"{notice.rows} rows"
    )
    return (
        f"Events over years at risk by age, drawn towards one constant by {fitted.prior_events:g} events; 80 % intervals count "
        f"what ends on one day as one event of {fitted.hazard.dispersion:.1f}. Makers or hosts left out: log score {by_age:.1f}, "
        f"of a constant hazard {constant:.1f}. Ends announced for later than the last look count as lives that go on. The notice "
        f"is the median of the {over} that state both days; {100 * short:.0f} per cent of them had "
        f"{SHORT_NOTICE_DAYS} days or less. See docs/evidence/lifetimes.md."
    )


def _value(fitted: Fitted, day: datetime.date) -> dict[str, Any]:
    hazard, makers = fitted.hazard, len(fitted.left_out)
    ended = int(fitted.lives.ended.sum())
    steps = [
        {"from_months": start, "per_year": round(mean, 3), "low_per_year": round(low, 3), "high_per_year": round(high, 3),
         "events": int(events), "years_at_risk": round(years, 2)}
        for start, mean, low, high, events, years in zip(
            *(part.tolist() for part in (hazard.starts, hazard.per_year, hazard.low, hazard.high, hazard.events, hazard.years)),
            strict=True,
        )
    ]  # fmt: skip
    title = "Ends by the providers' own pages, of the models that the capability table lists"
    locator = (
        f"{ended} events of {len(fitted.members)} lives of {makers} providers; digest {digest(fitted.members)[:12]}"
    )
    return {"from": FROM, "kind": "measured", "source": {"title": title, "locator": locator}, "checked": day,
            "notice_months": fitted.notice.months, "steps": steps, "note": _note(fitted)}  # fmt: skip


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, str):
        return f'"{value}"'
    return (
        toml_number(value)
        if isinstance(value, float) and value % 1.0
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _block(name: str, value: dict[str, Any]) -> str:
    lines = [f"[[{name}.values]]"]
    for key, part in value.items():
        lines += (
            ["steps = [", *(f"  {_toml(step)}," for step in part), "]"]
            if key == "steps"
            else [f"{key} = {_toml(part)}"]
        )
    return "\n".join(lines)


def render(fitted: datetime.date) -> str:
    """Return the file of hazards: those that were fitted, and that of one's own GPUs, which is so by definition."""
    catalogue, before = load(), tomllib.loads(PATH.read_text())
    parts = [
        "# Yearly hazard of retirement by age of a base model, for each lifetime class of an offer, as of a date. A model of an age between\n"
        "# two steps has the hazard of the younger step; the last step holds for all that are older. Written by\n"
        "# tools/research/lifetimes.py (`make fit`) but for self_hosted, which is so by definition."
    ]
    for name in CLASSES:
        values = before[name]["values"]
        if name in STEPS:
            values = [_value(fit(name, catalogue), fitted)]
        parts.append(f"[{name}]\ndescription = {_toml(before[name]['description'])}")
        parts[-1] += "\n" + "\n\n".join(_block(name, value) for value in values)
    return "\n\n".join(parts) + "\n"


def _hazards(fitted: Fitted) -> Iterator[str]:
    yield from head("age [months]", "events", "years at risk", "events/years", "hazard a year", "80 % interval")
    hazard = fitted.hazard
    for place, start in enumerate(hazard.starts):
        until = f"{start:g}-{hazard.starts[place + 1]:g}" if place + 1 < len(hazard.starts) else f"{start:g} and more"
        events, years = hazard.events[place], hazard.years[place]
        interval = f"{hazard.low[place]:.2f}-{hazard.high[place]:.2f}"
        yield line(
            until, f"{events:.0f}", f"{years:.1f}", f"{events / years:.2f}", f"{hazard.per_year[place]:.2f}", interval
        )


def _alive(fitted: Fitted) -> Iterator[str]:
    yield from head("age [months]", "Kaplan-Meier", "standard error", "fitted", "difference [points]")
    observed, hazard = kaplan_meier(fitted.lives), fitted.hazard
    for age in AGES:
        share, error = observed.at(age)
        given = alive_at(age, hazard.starts, hazard.per_year)
        yield line(
            f"{age:g}",
            f"{100 * share:.1f} %",
            f"{100 * error:.1f}",
            f"{100 * given:.1f} %",
            f"{100 * (given - share):+.1f}",
        )


def _left_out(fitted: Fitted) -> Iterator[str]:
    yield from head("left out", "lives", "events", "by age", "constant", "difference")
    for one in fitted.left_out:
        yield line(
            one.maker,
            one.lives,
            one.events,
            f"{one.by_age:.1f}",
            f"{one.constant:.1f}",
            f"{one.by_age - one.constant:+.1f}",
        )
    by_age, constant = score(fitted.left_out)
    events = int(fitted.lives.ended.sum())
    yield line("**all**", len(fitted.members), events, f"{by_age:.1f}", f"{constant:.1f}", f"{by_age - constant:+.1f}")


def variants(catalogue: Catalogue) -> list[tuple[str, str, Lives]]:
    """Return other risk sets that were tried, by lifetime class."""
    makers, hosted = makers_models(catalogue), hosted_models(catalogue)
    stay = [member for member in makers if not member.is_preview]
    return [
        ("proprietary", "shipped: last look, no previews", lives_of(stay)),
        ("proprietary", "with previews", lives_of(makers)),
        ("proprietary", "previews alone", lives_of([member for member in makers if member.is_preview])),
        ("proprietary", "ends up to 3 months after the last look", lives_of(stay, ahead_months=3.0)),
        ("proprietary", "ends up to 6 months after the last look", lives_of(stay, ahead_months=6.0)),
        ("open_weights_hosted", "shipped: no unended listing a year older than the record", lives_of(hosted)),
        ("open_weights_hosted", "no unended listing older than the record", lives_of(hosted_models(catalogue, 0.0))),
        ("open_weights_hosted", "all unended listings live", lives_of(hosted_models(catalogue, np.inf))),
        ("open_weights_hosted", "with ended models that no list names", lives_of(hosted + unlisted(catalogue, hosted))),
    ]


def _tried(catalogue: Catalogue) -> Iterator[str]:
    yield from head("risk set", "lives", "events", "alive at 12", "18", "24 months", "by age", "constant")
    for name, words, lives in variants(catalogue):
        observed, steps = kaplan_meier(lives), STEPS[name]
        by_age, constant = score(leave_one_out(lives, steps, best_prior(lives, steps)))
        alive = (f"{100 * observed.at(age)[0]:.0f} %" for age in COMPARED)
        yield line(
            f"{name}: {words}", len(lives.exit), int(lives.ended.sum()), *alive, f"{by_age:.1f}", f"{constant:.1f}"
        )


def _priors(fits: dict[str, Fitted]) -> Iterator[str]:
    yield from head("events of the prior", *(f"{prior:g}" for prior in PRIORS))
    for name, fitted in fits.items():
        scores = (score(leave_one_out(fitted.lives, STEPS[name], prior))[0] for prior in PRIORS)
        yield line(name, *(f"{one:.1f}" for one in scores))


def _notices(fits: dict[str, Fitted]) -> Iterator[str]:
    yield from head(
        "notice",
        "rows",
        "median [days]",
        "30 days or less",
        "announcements",
        "median [days]",
        "30 days or less",
        "used [months]",
    )
    for name, fitted in fits.items():
        of = fitted.notice
        yield line(name, of.rows, f"{of.median_of_rows:.0f}", f"{100 * of.short_of_rows:.0f} %", of.announcements,
                   f"{of.median_of_announcements:.0f}", f"{100 * of.short_of_announcements:.0f} %", f"{of.months:g}")  # fmt: skip


def report() -> str:
    """Return the figures of docs/evidence/lifetimes.md."""
    catalogue = load()
    fits = {name: fit(name, catalogue) for name in STEPS}
    parts: list[str] = []
    for name, fitted in fits.items():
        ended = int(fitted.lives.ended.sum())
        known = sum(member.shutdown is not None for member in fitted.members)
        parts += [
            f"### {name}", "",
            f"{len(fitted.members)} lives of {len(fitted.left_out)} {'makers' if name == 'proprietary' else 'hosts'}; "
            f"{ended} ended by the last look, {known - ended} more are announced. Digest of the risk set `{digest(fitted.members)[:16]}`. "
            f"Constant hazard {fitted.hazard.constant:.2f} a year; an event stands with {fitted.hazard.dispersion:.1f} on its day; "
            f"prior of {fitted.prior_events:g} events.",
            *_hazards(fitted), *_alive(fitted), *_left_out(fitted), "",
        ]  # fmt: skip
    parts += ["### Tried", *_priors(fits), *_tried(catalogue), "", "### Notice", *_notices(fits)]
    return "\n".join(parts)


def _panel(fitted: Fitted, name: str, left: float, width: float, height: float, top: float) -> list[str]:
    """Return the picture of one class: Kaplan-Meier steps with their 80 % band, and the fitted share alive."""
    oldest = 42.0

    def points(months: Array, shares: Array) -> str:
        return " ".join(
            f"{left + width * min(x, oldest) / oldest:.1f},{top + height * (1.0 - min(max(y, 0.0), 1.0)):.1f}"
            for x, y in zip(months, shares, strict=True)
        )

    observed, hazard, reach = kaplan_meier(fitted.lives), fitted.hazard, float(ndtri(0.5 + INTERVAL / 2.0))
    ages = np.repeat(np.concatenate([[0.0], observed.months, [oldest]]), 2)[1:-1]
    share, error = (
        np.repeat(np.concatenate([[first], part]), 2)
        for first, part in ((1.0, observed.alive), (0.0, observed.standard_error))
    )
    grid = np.linspace(0.0, oldest, 85)
    curve = np.exp(-summed(grid, hazard.starts, hazard.per_year))
    band = np.concatenate([share - reach * error, (share + reach * error)[::-1]])
    ticks = [
        f'<text x="{left + width * age / oldest:.1f}" y="{top + height + 16:.0f}" text-anchor="middle">{age:g}</text>'
        for age in (0.0, *AGES)
    ] + [
        f'<text x="{left - 6:.0f}" y="{top + height * (1.0 - part) + 4:.1f}" text-anchor="end">{100 * part:.0f} %</text>'
        for part in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    return [
        f'<polygon points="{points(np.concatenate([ages, ages[::-1]]), band)}" fill="{COLOURS[name]}" fill-opacity="0.15"/>',
        f'<polyline points="{points(ages, share)}" fill="none" stroke="{COLOURS[name]}" stroke-width="1.5"/>',
        f'<polyline points="{points(grid, curve)}" fill="none" stroke="#222" stroke-width="1.5" stroke-dasharray="5 4"/>',
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="none" stroke="#888"/>',
        f'<text x="{left + width / 2:.0f}" y="{top - 10:.0f}" text-anchor="middle">{name}</text>',
        *ticks,
    ]


def plots() -> dict[str, str]:
    """Return the picture: Kaplan-Meier in steps with its 80 % band, the fitted share alive dashed, for both classes."""
    catalogue, parts = load(), []
    for place, name in enumerate(STEPS):
        parts += _panel(fit(name, catalogue), name, 50.0 + 360.0 * place, 290.0, 240.0, 40.0)
    return {PAGE: "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 730 330" font-family="sans-serif" font-size="11">',
        "<title>Share of base models alive by age: Kaplan-Meier with its 80 % band, and fitted (dashed)</title>",
        '<rect width="730" height="330" fill="white"/>',
        *parts,
        '<text x="365" y="318" text-anchor="middle">age since release [months]</text>',
        "</svg>",
        "",
    ])}  # fmt: skip
