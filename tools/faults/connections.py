"""Ways to Redis: a password that is wrong or changes, TLS with and without a certificate to believe, sentinels."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tools.faults.asking import assessments
from tools.faults.client import Asked, Load
from tools.faults.processes import hold, until
from tools.faults.redis_server import Certificates, RedisServer
from tools.faults.running import Service, together
from tools.faults.scenario import scenario
from tools.faults.sentinels import Sentinels

RIGHT, WRONG, NEXT = "right-of-the-bench", "wrong-of-the-bench", "next-of-the-bench"
"""Passwords; none may stand in a log or an answer."""
USED_WITHIN = 15.0


def writes(service: Service, redis: RedisServer, requests: list[Asked]) -> bool:
    """Tell whether a service keeps what it computes next in a Redis."""
    before = len(redis.kept())
    answer = service.ask(requests.pop())
    hold(answer.status == 200, f"{answer.status} {answer.body[:200]!r}")
    return len(redis.kept()) > before


def _is_told(service: Service) -> str:
    """Return what the service says of its readiness, which is 200 for all that."""
    ready = service.get("/readyz")
    hold(ready.status == 200, f"readyz says {ready.status}: {ready.body!r}")
    hold(ready.json()["status"] != "ok", f"readyz does not say what is amiss: {ready.body!r}")
    return ready.body.decode()


def _is_silent(service: Service, *texts: str) -> None:
    said = service.log + _is_told(service)
    for secret in (RIGHT, WRONG, NEXT):
        hold(secret not in said and all(secret not in text for text in texts), f"the password {secret} was given away")
    hold("Traceback" not in said, f"a traceback in the log: {said[-2000:]}")


@scenario("the password of Redis is wrong", is_short=True)
def wrong_password() -> str:
    """With a password that Redis does not take, all is answered, readiness says so, and the password is in no log."""
    with RedisServer(password=RIGHT) as redis:
        url = redis.url.replace(RIGHT, WRONG)
        with Service(redis_url=url) as service:
            requests = assessments(2_000_000, 60)
            before = len(redis.kept())
            answers = [service.ask(requests.pop()) for _ in range(3)]
            hold([one.status for one in answers] == [200] * 3, f"{[one.status for one in answers]}")
            hold(len(redis.kept()) == before, "something was written")
            _is_silent(service)
            with redis.client() as client:
                client.config_set("requirepass", WRONG)
            redis.password = WRONG
            seconds = until(lambda: writes(service, redis, requests), USED_WITHIN, "Redis is not used", every=0.2)
            hold(service.get("/readyz").json()["status"] == "ok", "readyz still says that something is amiss")
            return f"3 of 3 answered; {seconds:.1f} s after the password was right, Redis is used"


@scenario("the password of Redis changes")
def changed_password() -> str:
    """A password that is changed under a running service fails no request."""
    with RedisServer(password=RIGHT) as redis, Service(redis_url=redis.url) as service:
        requests = assessments(2_100_000, 60)
        until(lambda: writes(service, redis, requests), USED_WITHIN, "Redis is not used", every=0.2)
        with redis.client() as client:
            client.config_set("requirepass", NEXT)
            client.client_kill_filter(_type="normal", skipme=True)
        answers = [service.ask(requests.pop()) for _ in range(5)]
        hold([one.status for one in answers] == [200] * 5, f"{[one.status for one in answers]}")
        _is_silent(service)
        redis.password = NEXT
        return f"5 of 5 answered with {len(redis.kept())} values kept from before"


@scenario("Redis by TLS")
def tls() -> str:
    """By TLS Redis is used where its certificate is believed; where it is not, it is not spoken to, and all is answered."""
    folder = Path(tempfile.mkdtemp(prefix="certificates-"))
    (folder / "other").mkdir()
    try:
        believed, other = Certificates.made(folder), Certificates.made(folder / "other")
        with RedisServer(certificates=believed) as redis:
            unbelieved = redis.url.replace(str(believed.authority), str(other.authority))
            with together({"redis_url": redis.url}, {"redis_url": unbelieved}) as (believing, doubting):
                requests = assessments(2_200_000, 90)
                seconds = until(lambda: writes(believing, redis, requests), USED_WITHIN, "Redis is not used", every=0.2)
                hold(not writes(doubting, redis, requests), "a server was believed whose authority is not")
                _is_silent(doubting)
                return (
                    f"shared after {seconds:.1f} s; a certificate of another authority is refused, and all is answered"
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@scenario("sentinels put another server in its place")
def failover() -> str:
    """While the sentinels replace a dead primary every request is answered; the new primary is used without a restart."""
    with Sentinels() as sentinels, Service(redis_url=sentinels.url) as service:
        requests = assessments(2_300_000, 400)
        until(lambda: writes(service, sentinels.primary, requests), USED_WITHIN, "the primary is not used", every=0.2)
        load = Load(service.port, iter(requests[:300]), per_second=3)
        took = sentinels.fail_over()
        spare = requests[300:]
        seconds = until(
            lambda: writes(service, sentinels.replica, spare), USED_WITHIN, "the new primary is not used", every=0.5
        )
        found = load.stop()
        hold(not found.but(200), found.failures)
        hold(service.get("/readyz").json()["status"] == "ok", "readyz still says that something is amiss")
        return f"{len(found)} of {len(found)} answered; replaced after {took:.1f} s, used {seconds:.1f} s later"
