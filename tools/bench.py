"""Times one request at the default number of draws and shows where the time goes, and the largest request. Run by `make bench`."""

from __future__ import annotations

import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from service import __version__
from service.assessment import assess, versions_of
from service.assessment.case import Case
from service.assessment.decide import decide
from service.assessment.decide.information import inform
from service.assessment.decide.questions import questions
from service.assessment.encode import encode
from service.assessment.explain import explain
from service.assessment.ledger.line import TUNES
from service.assessment.ledger.lines import DRAWN
from service.assessment.resolve import resolve
from service.assessment.simulate import Simulation, frontier_of, simulate
from service.assessment.simulate.drawing import Drawing, Way
from service.assessment.simulate.frontier import Along, Drawn
from service.assessment.simulate.screening import screen
from service.assessment.simulate.varied import VARIED
from service.contract.decoding import decode
from service.http.house import House
from service.nouns.request.assessment import AssessmentRequest
from service.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "openapi" / "examples"
ROUNDS = 15
LARGEST = {"horizon_months": 120, "draws": 16_384}
LARGEST_ROUNDS, AT_ONCE = 5, 6


def milliseconds(work: Callable[[], Any]) -> float:
    """Return the median time that some work takes of one core over a few rounds, whatever else runs [ms]."""
    times = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return 1e3 * statistics.median(times)


def drawing_of(case: Case, simulation: Simulation) -> Drawing:
    """Return the draws of a case, opened anew, with every option served as it was found to serve best."""
    drawing = Drawing(case, {one.id: one.option for one in simulation.options})
    drawing.ways.update({one.id: Way(one.id, one.policy, one.stand_in) for one in simulation.options})
    return drawing


def draws_of(case: Case, simulation: Simulation) -> None:
    """Draw every option once and read the figures that are drawn."""
    drawing = drawing_of(case, simulation)
    drawing.read([drawing.ways[one.id] for one in simulation.options], DRAWN)


def volumes_of(case: Case, simulation: Simulation) -> None:
    """Look in the first draws for the volume from which the best fine-tune beats every prompt."""
    prompts = [one.id for one in simulation.served if one.option.kind not in TUNES]
    at = simulation.frontier[0].range
    drawing_of(case, simulation).volume_break_evens(simulation.tunes[0].id, prompts, at.low, at.high)


def frontier(case: Case, simulation: Simulation) -> list[Along]:
    """Look along every input, the means over the draws left out."""
    ways = {one.id: Way(one.id, one.policy, one.stand_in) for one in simulation.served}
    prompts = [one.folded for one in simulation.served if one.option.kind not in TUNES]
    found = frontier_of(case, simulation.served, ways, prompts)
    nothing = np.zeros(len(found.served))
    drawn = Drawn(nothing, nothing, found.served[0].way)
    return [found.along(varied, drawn) for varied in VARIED]


def time_example(path: Path, house: House) -> dict[str, float]:
    """Return the milliseconds of every part for one example at 1,024 draws."""
    raw = json.loads(path.read_text())
    raw["simulation"] = {**raw.get("simulation", {}), "draws": 1024}
    raw.setdefault("as_of", "2026-11-23")
    body = json.dumps(raw).encode()
    request = decode(body, AssessmentRequest)
    as_of = request.as_of
    assert as_of is not None
    case = resolve(request, house.catalogue, house.prices, house.count, as_of)
    simulation = simulate(case)
    decision = decide(case, simulation)
    versions = versions_of(request, house.catalogue, house.prices, as_of, __version__)
    answer = explain(case, simulation, decision, versions)
    baseline, tune = simulation.baseline.folded, decision.asked.tune
    prompts = tuple(one.folded for one in simulation.served if one.option.kind not in TUNES)
    work: dict[str, Callable[[], Any]] = {
        "whole": lambda: assess(request, house.catalogue, house.prices, house.count, as_of, versions),
        "decode": lambda: decode(body, AssessmentRequest),
        "resolve": lambda: resolve(request, house.catalogue, house.prices, house.count, as_of),
        "simulate": lambda: simulate(case),
        "screen offers": lambda: screen(case, case.candidates, prompts, baseline),
        "draws": lambda: draws_of(case, simulation),
        "break-even per draw": lambda: volumes_of(case, simulation),
        "frontier": lambda: frontier(case, simulation),
        "decide": lambda: decide(case, simulation),
        "questions": lambda: questions(
            case, simulation, decision.matrix, decision.asked.advice, None if tune is None else tune.one
        ),
        "inform": lambda: inform(case, simulation, decision.matrix, decision.asked.tune, decision.asked.advice),
        "explain": lambda: explain(case, simulation, decision, versions),
        "encode": lambda: encode(answer),
    }
    return {part: milliseconds(work[part]) for part in PARTS}


def largest(house: House) -> None:
    """Print what the largest request takes: alone, and several at once in as many threads as the service uses."""
    raw = json.loads((EXAMPLES / "minimal.json").read_text()) | {"as_of": "2026-11-23"}
    raw["volume"]["horizon_months"] = LARGEST["horizon_months"]
    raw["simulation"] = {"draws": LARGEST["draws"]}
    request = decode(json.dumps(raw).encode(), AssessmentRequest)
    as_of = request.as_of
    assert as_of is not None
    versions = versions_of(request, house.catalogue, house.prices, as_of, __version__)

    def answer(start: float) -> tuple[float, float]:
        busy = time.thread_time()
        assess(request, house.catalogue, house.prices, house.count, as_of, versions)
        return time.perf_counter() - start, time.thread_time() - busy

    def peak() -> str:
        return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"

    alone = [answer(time.perf_counter()) for _ in range(LARGEST_ROUNDS)]
    elapsed, busy = (statistics.median(column) for column in zip(*alone, strict=True))
    print(
        f"\nlargest request ({LARGEST}), load {os.getloadavg()[0]:.1f}: alone {elapsed:.2f} s ({busy:.2f} s of one core), {peak()}"
    )
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        start = time.perf_counter()
        waits = sorted(elapsed for elapsed, _ in pool.map(answer, [start] * AT_ONCE))
    print(
        f"{AT_ONCE} at once on {cores} cores: the first after {waits[0]:.2f} s, the last after {waits[-1]:.2f} s, {peak()}"
    )


def main() -> int:
    """Print a table of milliseconds by stage for every example at 1,024 draws, then the largest request."""
    house = House.load(Settings())
    print(f"| example | {' | '.join(PARTS)} |\n|---|{'---|' * len(PARTS)}")
    for path in sorted(EXAMPLES.glob("*.json")):
        print(f"| {path.stem} | " + " | ".join(f"{time:.2f}" for time in time_example(path, house).values()) + " |")
    largest(house)
    return 0


PARTS = (
    "whole",
    "decode",
    "resolve",
    "simulate",
    "screen offers",
    "draws",
    "break-even per draw",
    "frontier",
    "decide",
    "questions",
    "inform",
    "explain",
    "encode",
)

if __name__ == "__main__":
    raise SystemExit(main())
