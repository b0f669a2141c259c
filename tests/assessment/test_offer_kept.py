"""Which offers are kept as options, and what an answer says of the others (docs/decisions/0012)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import EXAMPLES, example

Assess = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_kept_offers_are_options_and_stand_first(name: str, assess: Assess) -> None:
    """The offers kept are those of the fine-tunes among the options, in their order, before all others."""
    answer = assess(example(name))
    tunes = [option for option in answer["options"] if option["kind"] == "fine_tune"]
    kept = [offer for offer in answer["offers"] if offer["option"]]
    assert 1 <= len(kept) <= 3
    assert kept == answer["offers"][: len(kept)]
    assert [(offer["id"], offer["option"]) for offer in kept] == [(tune["offer"], tune["id"]) for tune in tunes]
    for offer, tune in zip(kept, tunes, strict=True):
        assert offer["chance_meets_bar"] == tune["chance_meets_bar"]
        assert offer["npv"] == pytest.approx(tune["npv"]["base_case"], rel=0.05)


def test_the_best_by_mean_npv_is_kept(assess: Assess) -> None:
    """Asked for by name, no offer that lost is worth more over the draws than the best kept one."""
    request = example("minimal")
    answer = assess(request)
    best = max(option["npv"]["mean"] for option in answer["options"] if option["kind"] == "fine_tune")
    lost = [offer["id"] for offer in answer["offers"] if offer["is_feasible"] and not offer["option"]]
    for id in [id for id in lost if not id.startswith("self-hosted/")][::6]:
        named = assess(request | {"fine_tuning": {"base_model": id}})
        alone = next(option for option in named["options"] if option["offer"] == id)
        assert alone["npv"]["mean"] <= best + 3 * alone["npv"]["standard_error"], id


def test_offers_that_lost_are_in_order(assess: Assess) -> None:
    """Behind the kept ones the offers that can go live stand by their base-case NPV, those that cannot last."""
    offers = assess(example("policy-answers"))["offers"]
    others = [offer for offer in offers if not offer["option"]]
    worth = [offer["npv"] for offer in others if offer["is_feasible"]]
    assert worth == sorted(worth, reverse=True)
    assert [offer["is_feasible"] for offer in others] == sorted(
        [offer["is_feasible"] for offer in others], reverse=True
    )
