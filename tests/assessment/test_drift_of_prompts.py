"""A prompt whose base model is not pinned drifts in the draws, where the caller says so; else it is a risk in words alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from assessment.desks import CATALOGUE, TODAY
from conftest import example
from scipy.special import logit

from models.prompting import drifted
from service.assessment.case import Case
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import simulate
from service.assessment.simulate.draws import drawn_inputs, points_of, shared_draws

Json = dict[str, Any]
PER_QUARTER = CATALOGUE.effects.drift(TODAY).per_quarter


def asked(is_pinned: bool | None) -> Json:
    """Return a request that values errors, with what it says of its base model."""
    request = example("ticket-triage") | {"as_of": "2026-11-23"}
    if is_pinned is not None:
        request["prompting"]["is_pinned"] = is_pinned
    return request


def test_pinned_and_unsaid_are_the_same_money(assess: Callable[[Json], Json]) -> None:
    """Where nothing is said the drift stands in the risks, and no figure of an option moves."""
    pinned, unsaid = assess(asked(True)), assess(asked(None))
    assert pinned["options"] == unsaid["options"]
    assert pinned["verdict"]["risks"] != unsaid["verdict"]["risks"]


def test_log_odds_move_by_as_much_as_quarters_add_up_to(resolved: Callable[[Json], Case]) -> None:
    """In month m their standard deviation is that of a quarter times the root of the quarters passed; keep and improve share it."""
    case = resolved(asked(False))
    deviates = []
    for option in case.prompts[:2]:
        points = points_of(case, option.block)
        found = drawn_inputs(option, points, shared_draws(case, points.case))
        assert found[Lines.drift_per_quarter].ravel().tolist() == [PER_QUARTER]
        deviates.append(found[Lines.drift_deviate])
    np.testing.assert_array_equal(*deviates)
    start, months = np.full((case.draws, 1), 0.8), np.arange(1.0, 25.0)[None, :]
    moved = logit(drifted(start, months, np.array(PER_QUARTER), deviates[0])) - logit(0.8)
    np.testing.assert_allclose(moved.std(axis=0), PER_QUARTER * np.sqrt((months[0] - 0.5) / 3.0), rtol=0.02)


def test_what_is_tuned_does_not_drift(resolved: Callable[[Json], Case]) -> None:
    """A fine-tune's weights are its own; only what stands in for it moves."""
    with_drift, without = (simulate(resolved(asked(is_pinned))) for is_pinned in (False, True))
    tune = "tune:azure/gpt-4.1-mini"
    for line in (Lines.accuracy_fresh, Lines.accuracy_at_start):
        np.testing.assert_array_equal(with_drift.of(tune).draws[line], without.of(tune).draws[line])
    for name in ("keep", "improve"):
        moved = with_drift.of(name).draws[Lines.average_accuracy] - without.of(name).draws[Lines.average_accuracy]
        assert np.abs(moved).max() > 0.05


def test_the_base_case_stands_where_it_stood(resolved: Callable[[Json], Case]) -> None:
    """The deviate is 0 there: the prompt is as right in every month as on the first day."""
    with_drift, without = (simulate(resolved(asked(is_pinned))) for is_pinned in (False, True))
    for line in (Lines.average_accuracy, Lines.npv):
        assert with_drift.of("improve").base[line] == pytest.approx(without.of("improve").base[line])


def test_a_drift_costs_where_errors_cost(assess: Callable[[Json], Json]) -> None:
    """A prompt better than even loses more when it moves down than it gains when it moves up, and its range widens."""
    drifting, pinned = (assess(asked(is_pinned))["options"][0] for is_pinned in (False, True))
    assert drifting["id"] == pinned["id"] == "keep"
    assert drifting["tco"]["mean"] > pinned["tco"]["mean"]
    assert drifting["tco"]["p90"] - drifting["tco"]["p10"] > 1.1 * (pinned["tco"]["p90"] - pinned["tco"]["p10"])
