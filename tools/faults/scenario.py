"""Scenarios: functions that provoke something and hold the service to what it must do; each returns its figures."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import NamedTuple

from tools.faults.bench import Bench

CHAPTERS = ("outages", "values", "connections", "callers", "limits", "ending", "clock", "steady", "workers", "memory")


class Scenario(NamedTuple):
    """What is provoked, the function that does it, and whether it is short or wants a bench that others use too."""

    name: str
    play: Callable[..., str]
    is_short: bool
    wants_bench: bool

    def run(self, bench: Callable[[], Bench]) -> str:
        """Return the figures.

        Raises
        ------
        Miss
            If something did not hold.
        """
        return self.play(bench()) if self.wants_bench else self.play()


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, *, is_short: bool = False) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Return the decorator that makes a function a scenario; one that takes an argument gets the bench."""

    def mark(play: Callable[..., str]) -> Callable[..., str]:
        SCENARIOS[name] = Scenario(name, play, is_short, bool(play.__code__.co_argcount))
        return play

    return mark


def scenarios() -> list[Scenario]:
    """Return every scenario, in the order of the chapters."""
    for chapter in CHAPTERS:
        importlib.import_module(f"tools.faults.{chapter}")
    return list(SCENARIOS.values())
