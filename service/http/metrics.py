"""Metrics in the Prometheus text format: rate, errors and duration by route, and what goes on behind them.

Processes that share a port share their figures through the folder PROMETHEUS_MULTIPROC_DIR, which `service.__main__` makes;
one process needs no folder.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import prometheus_client as prometheus
from prometheus_client import multiprocess
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.http.bodies import Bodies
from service.http.keys import Keys
from service.http.workers import Workers
from service.larder.prices import SNAPSHOT_DATE
from service.log import Log
from service.store import Store

PREFIX = "prompt_or_tune"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = prometheus.CONTENT_TYPE_LATEST
prometheus.disable_created_metrics()
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one application; each has its meaning beside it."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry = prometheus.CollectorRegistry()

        def counter(name: str, meaning: str, *labels: str) -> prometheus.Counter:
            return prometheus.Counter(f"{PREFIX}_{name}", meaning, labels, registry=self.registry)

        def gauge(name: str, meaning: str, *labels: str, over: Any = "livesum") -> prometheus.Gauge:
            return prometheus.Gauge(f"{PREFIX}_{name}", meaning, labels, registry=self.registry, multiprocess_mode=over)

        def histogram(name: str, meaning: str, *labels: str) -> prometheus.Histogram:
            return prometheus.Histogram(f"{PREFIX}_{name}", meaning, labels, registry=self.registry, buckets=SECONDS)

        self.requests = counter("requests", "Requests answered", "route", "method", "status")
        self.request_seconds = histogram("request_seconds", "From the first byte to the last of the answer", "route")
        self.in_progress = gauge("requests_in_progress", "Requests that are being answered")
        self.refusals = counter("refusals", "Requests refused, by reason", "reason")
        self.assessment_seconds = histogram("assessment_seconds", "Computing one assessment, waiting left out")
        self.draws = counter("draws", "Draws computed")
        self.verdicts = counter("verdicts", "Assessments computed, by the action they advise", "action")
        self.answers = counter("answers", "Assessments answered, by whether they were kept", "cache")
        self.cache_bytes = gauge("cache_bytes", "Bytes of the answers kept in memory")
        self.work = gauge("work_at_hand", "Computations that wait or occupy a core", "kind")
        self.body_bytes = gauge("body_bytes", "Bytes of the bodies held at once")
        self.store_faults = counter("store_faults", "Times that Redis was found not to be usable")
        self.store_degraded = gauge("store_degraded", "1 while Redis cannot be used", over="livemax")
        self.keys_degraded = gauge("keys_degraded", "1 while the file of keys cannot be read", over="livemax")
        self.lines_dropped = counter("log_lines_dropped", "Lines of the log that nobody took in time")
        self.prices_checked = gauge("prices_checked_timestamp_seconds", "When prices were last checked", over="livemax")
        self.evidence_checked = gauge(
            "evidence_checked_timestamp_seconds",
            "When the oldest of the fitted chances was last fitted",
            over="livemax",
        )
        self.build = gauge(
            "build_info", "1: which version runs on which facts", "version", "assumptions", over="livemax"
        )
        self.shared = os.environ.get(FOLDER)
        if not self.shared:
            prometheus.ProcessCollector(registry=self.registry)
            prometheus.GCCollector(registry=self.registry)
            prometheus.PlatformCollector(registry=self.registry)
        self.counted: dict[prometheus.Counter, int] = {}
        # A label's child is held, for finding it costs more than counting with it.
        self.request = lru_cache(maxsize=1000)(self.requests.labels)
        self.seconds = lru_cache(maxsize=100)(self.request_seconds.labels)

    def facts(self, version: str, digest: str, fitted: datetime.date) -> None:
        """Tell which version runs on which facts, and how old they are."""
        self.build.labels(version, digest[:16]).set(1)
        for told, day in ((self.prices_checked, SNAPSHOT_DATE), (self.evidence_checked, fitted)):
            told.set(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())

    def state(self, store: Store, keys: Keys, bodies: Bodies, log: Log, work: Mapping[str, Workers]) -> None:
        """Take down how things stand at this moment."""
        self.cache_bytes.set(store.kept_bytes)
        self.store_degraded.set(bool(store.degraded))
        self.keys_degraded.set(bool(keys.fault))
        self.body_bytes.set(bodies.held)
        for kind, workers in work.items():
            self.work.labels(kind).set(workers.at_hand)
        for counter, total in ((self.store_faults, store.faults), (self.lines_dropped, log.dropped)):
            counter.inc(total - self.counted.get(counter, 0))
            self.counted[counter] = total

    def scrape(self) -> bytes:
        """Return all figures as text, those of the other processes behind this port included."""
        return prometheus.generate_latest(everywhere(self.shared) if self.shared else self.registry)


class _Everywhere(Collector):
    """Collects the figures of all processes that write to a folder; the state of those that ended is left out."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files = multiprocess.MultiProcessCollector(None, path=folder)

    def collect(self) -> Iterable[Metric]:
        for file in Path(self.folder).glob("gauge_live*_*.db"):
            number = file.stem.rpartition("_")[2]
            # Another worker that is asked at the same time may have been quicker.
            with contextlib.suppress(FileNotFoundError):
                if Path(f"/proc/{number}").exists():
                    continue
                multiprocess.mark_process_dead(int(number), self.folder)
        return self.files.collect()


def serve(folder: str, address: str, port: int) -> None:
    """Serve the figures of all processes on a port of their own, from a thread that ends with this process.

    Raises
    ------
    OSError
        If the port cannot be listened on.
    """
    prometheus.start_http_server(port, address, everywhere(folder))


def everywhere(folder: str) -> prometheus.CollectorRegistry:
    """Return the figures of all processes behind this port."""
    registry = prometheus.CollectorRegistry()
    registry.register(_Everywhere(folder))
    return registry
