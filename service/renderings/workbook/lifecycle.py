"""The longer formulas: retraining by clocks, the age of knowledge, payback, and waiting for a replica."""

from __future__ import annotations

from typing import NamedTuple

from service.renderings.workbook.formulas import ENDLESS, NEVER, Ref

INSTANT = "0.000000001"


class _Clocks(NamedTuple):
    """Trainings every so many months: by a clock from the start, and by one from a move to a successor inside the service."""

    start: str
    end: str
    interval: str
    last_training: str
    date: str
    restarts: str
    serves_on: str
    age: str

    @property
    def moves(self) -> str:
        """Whether a successor is trained inside the service."""
        inside = f"{self.date}>={self.start}-{INSTANT},{self.date}<{self.end}-{INSTANT}"
        return f"AND({inside},{self.restarts}>0,{self.serves_on}<=0)"

    @property
    def passed(self) -> str:
        """Trainings before the service."""
        return f"INT({self.age}/{self.interval}+{INSTANT})"

    @property
    def last(self) -> str:
        """Trainings of the first clock until something ends it."""
        stop = f"MIN({self.last_training},IF({self.moves},{self.date},{NEVER:.0E}),{self.end})"
        return f"(-INT(-(({stop}-{self.start}+{self.age})/{self.interval}-{INSTANT}))-1)"

    @property
    def last_after(self) -> str:
        """Trainings of the clock of the successor until the service ends."""
        return f"(-INT(-(({self.end}-{self.date})/{self.interval}-{INSTANT}))-1)"

    def first_clock(self, time: str) -> str:
        """Return what the first clock has bought at a time."""
        reached = f"INT(({time}-{self.start}+{self.age})/{self.interval}+{INSTANT})"
        return f"MAX(MIN({reached},{self.last})-{self.passed},0)"

    def second_clock(self, time: str) -> str:
        """Return what the clock of the successor has bought at a time."""
        return f"MAX(MIN(INT(({time}-{self.date})/{self.interval}+{INSTANT}),{self.last_after}),0)"

    def bought(self, time: str) -> str:
        """Return what is bought up to a time."""
        after = f"MAX({self.last}-{self.passed},0)+{self.second_clock(time)}"
        return f"IF(AND({self.moves},{time}>={self.date}),{after},{self.first_clock(time)})"


def retrainings(
    month: str, start: str, end: str, interval: str, last: str, dates: str, restarts: str, serves_on: str, age: str
) -> str:
    """Return the trainings bought in a month: up to its end less up to its begin."""
    clocks = _Clocks(start, end, interval, last, dates, restarts, serves_on, age)
    return f"IF({interval}>={ENDLESS},0,{clocks.bought(month)}-{clocks.bought(f'({month}-1)')})"


def knowledge_age(
    month: str, start: str, end: str, interval: str, last: str, dates: str, restarts: str, serves_on: str, age: str,
    half_life: str,
) -> str:  # fmt: skip
    """Return the months since the last training at the middle of the live part of a month; nothing where none goes out of date."""
    clocks = _Clocks(start, end, interval, last, dates, restarts, serves_on, age)
    middle = f"(MAX({month}-1,{start})+MIN({month},{end}))/2"
    first, second = clocks.first_clock(middle), clocks.second_clock(middle)
    never = f"{interval}>={ENDLESS}"
    # The trainings before the service count in the age of the first one that is bought in it.
    by_first = f"{start}-{age}+IF({never},0,IF({first}>0,{interval}*({first}+{clocks.passed}),0))"
    by_second = f"{dates}+IF({never},0,{interval}*{second})"
    trained = f"IF(AND({clocks.moves},{middle}>={dates}),{by_second},{by_first})"
    live = f"MIN({month},{end})>MAX({month}-1,{start})"
    return f"IF({half_life}>={ENDLESS},0,IF({live},MAX({middle}-({trained}),0),0))"


def payback_months(start: Ref, monthly: Ref, running: Ref) -> str:
    """Return when the running total reaches zero for good, between two months by a straight line."""
    slack = f"{INSTANT}*MAX(ABS({start.cell})+SUMPRODUCT(ABS({monthly.all})),1)"
    below = f"({running.all}<-{slack})"
    if not running.is_row:
        rises = f"IF({start.cell}<-{slack},{start.cell}/({start.cell}-{running.cell}),0)"
        return f"IF({running.cell}<-{slack},{NEVER:.0E},{rises})"
    columns = f"(COLUMN({running.all})-COLUMN({running.at(0)})+1)"
    last = f"SUMPRODUCT(MAX({below}*{columns}))"
    before = f"IF({last}=0,{start.cell},INDEX({running.all},MAX({last},1)))"
    after = f"INDEX({running.all},MIN({last}+1,{running.length}))"
    crossing = f"{last}+{before}/({before}-{after})"
    from_start = f"AND({start.cell}>=-{slack},{last}=0)"
    return f"IF({last}={running.length},{NEVER:.0E},IF({from_start},0,{crossing}))"


class _Queue(NamedTuple):
    """A lognormal time of service behind a queue before so many replicas (M/M/c, Erlang 1917)."""

    median: str
    sigma: str
    arrivals: str
    served: str
    servers: str

    @property
    def waits(self) -> str:
        """Chance that a request waits."""
        load = f"{self.arrivals}/{self.served}"
        blocked = f"(POISSON({self.servers},{load},FALSE)/POISSON({self.servers},{load},TRUE))"
        waiting = f"{blocked}/(1-{load}/{self.servers}*(1-{blocked}))"
        return f"IF({self.arrivals}<=0,0,IF({load}/{self.servers}>=1,1,{waiting}))"

    @property
    def spare(self) -> str:
        """Capacity that is left [1/s]; 1 where there is none."""
        left = f"({self.servers}*{self.served}-{self.arrivals})"
        return f"IF({left}>0,{left},1)"

    @property
    def mean(self) -> str:
        """Mean time, waiting included."""
        return f"({self.median}*EXP({self.sigma}^2/2)+{self.waits}/{self.spare})"

    @property
    def spread(self) -> str:
        """Sigma of the lognormal time with this mean, and the variance of both."""
        of_service = f"({self.median}*EXP({self.sigma}^2/2))^2*(EXP({self.sigma}^2)-1)"
        of_waiting = f"{self.waits}*(2-{self.waits})/({self.spare})^2"
        return f"SQRT(LN(1+({of_service}+{of_waiting})/{self.mean}^2))"


def median_with_waiting(median: str, sigma: str, arrivals: str, served: str, servers: str) -> str:
    """Return the median time behind a queue; never where the load is not served."""
    queue = _Queue(median, sigma, arrivals, served, servers)
    with_queue = f"IF({servers}*{served}-{arrivals}>0,{queue.mean}/EXP({queue.spread}^2/2),{NEVER:.0E})"
    return f"IF({served}>={ENDLESS},{median},{with_queue})"


def sigma_with_waiting(median: str, sigma: str, arrivals: str, served: str, servers: str) -> str:
    """Return the spread of the time behind a queue."""
    return f"IF({served}>={ENDLESS},{sigma},{_Queue(median, sigma, arrivals, served, servers).spread})"
