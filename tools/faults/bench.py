"""The bench: two services that share a Redis, reached by a line that can fail, and one without, which says what is right."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from tools.faults.asking import assessment
from tools.faults.client import Answer, Answers, Asked, at_once
from tools.faults.processes import hold, until
from tools.faults.proxy import Proxy
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service, together

SHARES_WITHIN = 15.0
"""Seconds within which the services must share answers once Redis is well again."""
CACHE_STATUS = "cache-status"


def is_hit(answer: Answer) -> bool:
    """Tell whether an answer says that it was kept (RFC 9211)."""
    return "hit" in [part.strip() for part in answer.headers.get(CACHE_STATUS, "").split(";")[1:]]


class Right:
    """What is right: the answers of a service that is alone, each asked for once."""

    def __init__(self, service: Service) -> None:
        """Know nothing yet."""
        self.service = service
        self._digests: dict[Asked, str] = {}

    def learn(self, requests: Iterable[Asked]) -> None:
        """Ask for every answer that is not known."""
        plain = {asked._replace(kind="") for asked in requests} - set(self._digests)
        for answer in at_once(self.service.port, sorted(plain), 2):
            hold(
                answer.status < 500 and answer.status,
                f"the service that is alone fails: {answer.status} {answer.body!r}",
            )
            self._digests[answer.asked] = answer.digest

    def digest(self, asked: Asked) -> str:
        """Return the digest of the right answer."""
        self.learn([asked])
        return self._digests[asked._replace(kind="")]

    def check(self, answers: Answers) -> None:
        """Hold every answer against what is right.

        Raises
        ------
        Miss
            If one is not there, or is another.
        """
        hold(answers, "nothing was asked")
        hold(not answers.but(200), f"{len(answers.but(200))} of {len(answers)} failed: {answers.failures}")
        self.learn(answer.asked for answer in answers)
        wrong = [one for one in answers if one.digest != self._digests[one.asked._replace(kind="")]]
        hold(not wrong, f"{len(wrong)} of {len(answers)} answers are wrong, the first to {wrong and wrong[0].asked}")


class Bench:
    """Services `a` and `b` on one Redis, `alone` without; Redis is reached by `line`."""

    def __init__(self, **settings: Any) -> None:
        """Start all of it."""
        with ExitStack() as stack:
            self.redis = stack.enter_context(RedisServer())
            self.line = stack.enter_context(Proxy(self.redis.port))
            shared = {"redis_url": self.redis.url_at(self.line.port), **settings}
            self.a, self.b, self.alone = stack.enter_context(together(shared, shared, {}))
            self._stack = stack.pop_all()
        self.right = Right(self.alone)
        self._fresh = itertools.count(1_000_000)

    def __enter__(self) -> Bench:
        """Return it, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all of it."""
        self._stack.close()

    def fresh(self, count: int = 1, kind: str = "computed") -> list[Asked]:
        """Return assessments that nobody has asked for."""
        return [assessment(next(self._fresh), kind) for _ in range(count)]

    def shares(self) -> bool:
        """Tell whether an answer that one service has computed is kept for the other."""
        (asked,) = self.fresh()
        first, second = self.a.ask(asked), self.b.ask(asked)
        hold((first.status, second.status) == (200, 200), f"{first.status} and {second.status} instead of 200")
        hold(first.digest == second.digest, "the services disagree")
        return is_hit(second)

    def await_shared(self) -> float:
        """Return the seconds until the services share answers."""
        return until(self.shares, SHARES_WITHIN, "the services do not share answers by Redis", every=0.2)
