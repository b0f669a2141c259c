"""How fine-tunes serve: what stands in, what is done at a retirement, which of them are kept, and what is expected of lives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from assessment.by_hand import merged
from audit.cases_at_random import request_at_random

from service.assessment.case import Case
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation, drawing, simulate
from service.assessment.simulate.drawing import Drawing, Way
from service.assessment.simulate.draws import Lived, expected_lives
from service.assessment.simulate.screening import screen, shortlist
from service.assessment.simulate.tunes import option_of

Json = dict[str, Any]
Resolve = Callable[[Json], Case]
OPEN_POLICY: Json = {
    "task": {"description": "x", "required_accuracy": 0.85},
    "prompting": {"measured_accuracy": {"correct": 160, "total": 200}, "base_model": "openai/gpt-4.1"},
    "fine_tuning": {"labelled_examples": 3000},
    "volume": {"requests_per_month": 500_000, "horizon_months": 36},
    "finance": {"error_cost": 0.3},
    "simulation": {"draws": 256},
    "as_of": "2026-11-23",
}
MANY_LIVES = 20_000


def all_ways(case: Case, simulation: Simulation) -> dict[str, dict[Way, np.ndarray[Any, Any]]]:
    """Return the NPV of every draw of each fine-tune kept, in every way that it could serve."""
    one = Drawing(case, {each.id: each.option for each in simulation.options})
    one.ways |= {each.id: Way(each.id, each.policy, each.stand_in) for each in simulation.options}
    stand_ins = [o.id for o in case.prompts if o.is_measured] if case.in_service is None else ["in_service"]
    return {
        tune.id: figure_in(
            one, [Way(tune.id, policy, id) for policy in tune.option.policies for id in stand_ins], Lines.npv
        )
        for tune in simulation.tunes
    }


def figure_in(drawn: Drawing, ways: Iterable[Way], line: Line) -> dict[Way, np.ndarray[Any, Any]]:
    """Return one figure of every draw in several ways of serving."""
    return {way: found[line] for way, found in drawn.read(ways, frozenset({line})).items()}


def chosen_of(worth: dict[Way, Any], right: dict[Way, Any], required: float) -> Way:
    """Return the way that is worth most, but one likelier by more than three points where there is one."""
    best: dict[str, Way] = {}
    for way, npv in worth.items():
        if way.policy not in best or npv.mean() > worth[best[way.policy]].mean():
            best[way.policy] = way
    chosen = max(best.values(), key=lambda way: worth[way].mean())
    chance = {way: (right[way] >= required).mean() for way in best.values()}
    likeliest = max(best.values(), key=lambda way: chance[way])
    return likeliest if chance[likeliest] > chance[chosen] + 0.03 else chosen


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_what_stands_in_is_the_best_by_mean_npv(seed: int, resolved: Resolve) -> None:
    """No other prompt in its place, under the same policy, would make a fine-tune worth more over the draws."""
    case = resolved(request_at_random(seed))
    simulation = simulate(case)
    for id, worth in all_ways(case, simulation).items():
        tune = simulation.of(id)
        same = {way.stand_in: npv.mean() for way, npv in worth.items() if way.policy == tune.policy}
        assert same[tune.stand_in] == max(same.values())
        assert tune.mean_npv == pytest.approx(same[tune.stand_in], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("required", [None, 0.8, 0.85])
def test_the_policy_is_the_better_one_or_the_clearly_likelier(required: float | None, resolved: Resolve) -> None:
    """It is the one worth more; with a requirement, one likelier to meet it by more than three points goes before."""
    case = resolved(merged(OPEN_POLICY, {"task": {"required_accuracy": required}}))
    simulation = simulate(case)
    drawn = Drawing(case, {each.id: each.option for each in simulation.options})
    drawn.ways |= {each.id: Way(each.id, each.policy, each.stand_in) for each in simulation.options}
    for id, worth in all_ways(case, simulation).items():
        best: dict[str, Way] = {}
        for way, npv in worth.items():
            if way.policy not in best or npv.mean() > worth[best[way.policy]].mean():
                best[way.policy] = way
        chosen = max(best.values(), key=lambda way: worth[way].mean())
        if required is not None:
            right = figure_in(drawn, best.values(), Lines.average_accuracy)
            chance = {way: (right[way] >= required).mean() for way in best.values()}
            likeliest = max(best.values(), key=lambda way: chance[way])
            chosen = likeliest if chance[likeliest] > chance[chosen] + 0.03 else chosen
        assert (simulation.of(id).policy, simulation.of(id).stand_in) == (chosen.policy, chosen.stand_in)
        assert simulation.of(id).mean_npv_by_policy == pytest.approx({p: worth[way].mean() for p, way in best.items()})


@pytest.mark.parametrize("stated", ["revert", "migrate"])
def test_a_stated_policy_is_kept(stated: str, resolved: Resolve) -> None:
    """Where the caller says what is done, every fine-tune that can do it does it."""
    tunes = simulate(resolved(merged(OPEN_POLICY, {"fine_tuning": {"on_shutdown": stated}}))).tunes
    assert {tune.policy for tune in tunes if stated in tune.option.policies} <= {stated}
    assert tunes


@pytest.mark.parametrize("required", [0.8, 0.9, 0.95])
def test_the_two_best_and_the_likeliest_are_kept(required: float, resolved: Resolve) -> None:
    """Of all that are drawn the two best by mean NPV are options, and the likeliest to meet the requirement."""
    case = resolved(merged(OPEN_POLICY, {"task": {"required_accuracy": required}}))
    simulation = simulate(case)
    drawn = Drawing(case, {each.id: each for each in case.prompts})
    offers = [simulation.screened[at].candidate for at in shortlist(list(simulation.screened))]
    drawn.options |= {f"tune:{offer.id}": option_of(case, offer) for offer in offers}
    worth: dict[str, float] = {}
    chance: dict[str, float] = {}
    ids = [f"tune:{offer.id}" for offer in offers]
    for id in ids:
        ways = [Way(id, p, o.id) for p in drawn.options[id].policies for o in case.prompts if o.is_measured]
        npv, right = (figure_in(drawn, ways, line) for line in (Lines.npv, Lines.average_accuracy))
        way = chosen_of(npv, right, required)
        worth[id], chance[id] = npv[way].mean(), float((right[way] >= required).mean())
    best = sorted(ids, key=lambda id: -worth[id])[:2]
    kept = [tune.id for tune in simulation.tunes]
    assert len(ids) > 3
    assert kept[:2] == best
    assert max(chance[id] for id in kept) == max(chance.values())
    assert len(kept) == 2 or chance[kept[2]] > max(chance[id] for id in best)


@pytest.mark.parametrize("seed", [1000, 1003, 1008])
def test_draws_in_parts_are_the_draws(seed: int, resolved: Resolve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folded some draws at a time, every figure of every option is what it is folded all at once."""
    case = resolved(request_at_random(seed))
    whole = simulate(case)
    monkeypatch.setattr(drawing, "CELLS_AT_ONCE", 100 * case.horizon_months)
    monkeypatch.setattr(drawing, "CELLS_OF_A_PART", 100 * case.horizon_months)
    parts = simulate(case)
    assert [one.id for one in parts.options] == [one.id for one in whole.options]
    for one, other in zip(whole.options, parts.options, strict=True):
        for line, figure in one.draws.items():
            np.testing.assert_allclose(other.draws[line], figure, rtol=1e-12, atol=1e-9, err_msg=f"{one.id} {line}")


def life_by_dice(dice: random.Random, starts: list[float], per_year: list[float], age: float, notice: float) -> float:
    """Return a life in months: walked through the steps of the hazard until it runs out."""
    at, left = age + notice, dice.expovariate(1.0)
    while True:
        step = max(k for k, begun in enumerate(starts) if begun <= at)
        until = starts[step + 1] if step + 1 < len(starts) else float("inf")
        hazard = per_year[step] / 12.0
        if hazard > 0.0 and left <= hazard * (until - at):
            return at + left / hazard - age
        left -= hazard * (until - at) if hazard > 0.0 else 0.0
        at = until


@pytest.mark.parametrize("start", [0.0, 2.5, 14.0])
def test_expected_moves_agree_with_plain_dice(start: float, resolved: Resolve) -> None:
    """The moves expected of a life that is drawn are those of many lives lived one after the other."""
    case = resolved(OPEN_POLICY)
    life = next(one.life for one in case.candidates if one.life.origin == "drawn")
    found = expected_lives(life, "migrate", start, 36)[Lines.migrations]
    np.testing.assert_allclose(Lived(life, "migrate", 36).at_starts(np.array([start]))[Lines.migrations], found)
    dice, counts = random.Random(7), np.zeros(36)
    starts, hazards = life.starts.tolist(), life.per_year.tolist()
    for _ in range(MANY_LIVES):
        date = max(life_by_dice(dice, starts, hazards, life.age_months, life.notice_months), start)
        for _ in range(7):
            if date >= 36:
                break
            counts[max(int(np.ceil(date)), 1) - 1] += 1
            date += life_by_dice(dice, starts, hazards, 0.0, 0.0)
    expected = counts / MANY_LIVES
    assert found.sum() == pytest.approx(expected.sum(), rel=0.02)
    assert np.abs(found.ravel().cumsum() - expected.cumsum()).max() < 0.02 * expected.sum()


def test_a_stated_retirement_in_the_past_moves_a_prompt_in_month_one(resolved: Resolve) -> None:
    """What is shut down already is moved at once, for certain, its successor seldom with it; its fine-tune cannot be bought."""
    request = merged(
        OPEN_POLICY,
        {
            "prompting": {"shutdown_date": "2026-10-01", "base_model": "anthropic/claude-3-haiku"},
            "fine_tuning": {"base_model": "openai/gpt-3.5-turbo"},
        },
    )
    simulation = simulate(resolved(request))
    moves = simulation.keep.base[Lines.migrations][0, 0]
    assert 1.0 <= moves < 1.01
    costs = simulation.keep.base[Lines.migration_costs]
    assert costs[0, 0] == pytest.approx(moves * simulation.keep.base[Lines.migration_cost][0, 0])
    assert not simulation.tunes[0].is_feasible


def test_the_screened_offer_is_the_option_at_the_base_case(resolved: Resolve) -> None:
    """One of a hundred rows is worth what the same offer is alone, in the way screening found for it."""
    case = resolved(OPEN_POLICY)
    simulation = simulate(case)
    book = {one.id: one.folded for one in simulation.options}
    screened = screen(case, case.candidates, tuple(book[o.id] for o in case.prompts if o.is_measured), book["keep"])
    worth = {option_of(case, one.candidate).id: one for one in screened}
    compared = [t for t in simulation.tunes if (t.policy, t.stand_in) == (worth[t.id].policy, worth[t.id].stand_in)]
    assert compared
    for tune in compared:
        assert worth[tune.id].npv == pytest.approx(float(tune.base[Lines.npv][0, 0]), rel=1e-9)
