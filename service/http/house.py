"""What every handler shares, built once for an application."""

from __future__ import annotations

import asyncio
import datetime
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from msgspec import Struct

from service import __version__
from service.assessment import assess
from service.assessment.explain import Versions
from service.assessment.resolve.prompting import Counter
from service.http.access import AccessControl
from service.http.bodies import Bodies
from service.http.cache import Answers
from service.http.keys import Keys
from service.http.metrics import Metrics
from service.http.tracing import Tracing, tracing
from service.http.workers import Workers
from service.larder import tokens
from service.larder.load import Catalogue, load
from service.larder.prices import PriceList
from service.log import Log
from service.nouns.request.assessment import AssessmentRequest
from service.settings import Settings, cores_at_hand
from service.store import Embedded, Shared, Store

MEGABYTE = 1_000_000
LOOK_SECONDS = 1.0
"""Between two looks at what changes by itself: the file of keys, Redis, answers whose time is over."""

MOST_THREADS = 2
"""Computations that one worker does at once: they share an interpreter, so a second keeps short ones from waiting behind a
long one, and a third would add nothing but the memory that it takes."""


class _Verdict(Struct):
    action: str


class _Provenance(Struct):
    draws: int


class _Brief(Struct):
    """What of an answer is counted."""

    verdict: _Verdict
    provenance: _Provenance


class Computed(Struct, frozen=True):
    """An answer that was computed just now, and what is told of it in log, metrics and trace."""

    body: bytes
    verdict: str
    draws: int
    between: tuple[int, int]
    """Begin and end [ns since 1970]."""


class House(Struct, frozen=True, kw_only=True):
    """The facts that answers rest on, who is let in, what computes, what is kept, and what tells of it."""

    catalogue: Catalogue
    prices: PriceList
    version: str
    settings: Settings
    store: Store
    keys: Keys
    access: AccessControl
    answers: Answers
    workers: Workers
    """For assessments: some hundred milliseconds each."""
    light: Workers
    """For large bodies and token counts: some milliseconds each, so they never wait behind assessments."""
    bodies: Bodies
    metrics: Metrics
    tracing: Tracing | None
    log: Log

    @classmethod
    def load(cls, settings: Settings) -> House:
        """Return a house whose catalogue, prices, keys and vocabularies are read and ready.

        Raises
        ------
        service.larder.load.CatalogueError
            If the catalogue cannot be true.
        ValueError
            If the keys or the URL of Redis cannot be read.
        """
        catalogue = load()
        prices = PriceList(catalogue.identifiers)
        for name in ("o200k_base", "cl100k_base"):
            tokens.encoding(name)
        prices.ids()
        embedded = Embedded(settings.cache_megabytes * MEGABYTE)
        log = Log(settings.log_level)
        store = _shared(settings, embedded, log) if settings.redis_url else embedded
        keys = Keys(settings.api_keys, settings.api_keys_file, lambda fault: _tell_of_keys(log, keys, fault))
        cores = min(MOST_THREADS, math.ceil(cores_at_hand() / settings.processes))
        bounds = (cores, settings.most_waiting, settings.answer_seconds, settings.wait_seconds)
        metrics = Metrics()
        effects = catalogue.effects
        fitted = min(values[-1].checked for values in (effects.improvements, effects.model_changes, effects.drifts))
        metrics.facts(__version__, catalogue.digest, fitted)
        return cls(
            catalogue=catalogue,
            prices=prices,
            version=__version__,
            settings=settings,
            store=store,
            keys=keys,
            access=AccessControl(keys, settings.requests_per_minute, store, settings.trusted_proxies),
            answers=Answers(store, settings.cache_seconds),
            workers=Workers("numeric", *bounds),
            light=Workers("light", *bounds),
            bodies=Bodies(settings.body_megabytes * MEGABYTE),
            metrics=metrics,
            tracing=tracing(),
            log=log,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Hold the store open, and let go of everything at the end."""
        await self.store.open()
        looking = asyncio.create_task(self._keep_looking())
        self.log.tell("info", "ready", version=self.version, assumptions=self.catalogue.digest, degraded=self.degraded)
        try:
            yield
        finally:
            looking.cancel()
            await self.store.close()
            if self.tracing is not None:
                await self.tracing.close()
            self.log.tell("info", "stopped")
            self.log.close()

    @property
    def degraded(self) -> list[str]:
        """What is not used at the moment, and what follows from it; answers are the same."""
        keys = (
            "The file of keys cannot be read (the log says why); the keys of before still hold"
            if self.keys.fault
            else ""
        )
        return [words for words in (self.store.degraded, keys) if words]

    @property
    def count(self) -> Counter:
        """What counts the tokens of texts for a model."""
        return tokens.counter(self.catalogue.identifiers)

    def compute(self, asked: AssessmentRequest, as_of: datetime.date, versions: Versions) -> Computed:
        """Assess one case and count it."""
        begun = time.time_ns()
        body = assess(asked, self.catalogue, self.prices, self.count, as_of, versions)
        ended = time.time_ns()
        brief = msgspec.json.decode(body, type=_Brief)
        self.metrics.assessment_seconds.observe((ended - begun) / 1e9)
        self.metrics.draws.inc(brief.provenance.draws)
        self.metrics.verdicts.labels(brief.verdict.action).inc()
        return Computed(body, brief.verdict.action, brief.provenance.draws, (begun, ended))

    async def _keep_looking(self) -> None:
        """See every second what has changed by itself, whether requests come or not."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.store.look()
            await asyncio.to_thread(self.keys.look)
            self.look()

    def look(self) -> None:
        """Take down the state of this moment for the metrics."""
        self.metrics.state(
            self.store, self.keys, self.bodies, self.log, {"assessment": self.workers, "light": self.light}
        )


def _shared(settings: Settings, embedded: Embedded, log: Log) -> Shared:
    """Return the store that Redis shares, with a line in the log whenever it is left and taken up again."""

    def tell(fault: str) -> None:
        log.tell("warning" if fault else "info", "redis", is_used=not fault, fault=fault or None)

    return Shared(settings.redis_url, settings.redis_seconds, embedded, tell)


def _tell_of_keys(log: Log, keys: Keys, fault: str) -> None:
    """Log that the file of keys was read anew: the names that are known now, or why they are those of before."""
    known = [key.name for key in keys.known]
    log.tell("warning" if fault else "info", "keys", known=known, fault=fault or None)
