"""Cases that can be worked on paper: options to which nothing happens, until a test changes something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from audit.calculation import base_case
from audit.figures import Case, Option, Prices, Result, Serving, Tokens, World

ONE_PER_CENT_A_MONTH = 1.01**12 - 1  # the annual rate that discounts month m by exactly 1.01^m


def near(expected: Any) -> Any:
    """Return a comparison as tight as the service will be held to."""
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


def paying(cost_per_request: float) -> Serving:
    """Return what makes one request cost this much: one token of payload."""
    return Serving(tokens=Tokens(payload=1.0), prices=Prices(input=cost_per_request * 1e6))


# Options to which nothing happens: 1,000 requests a month, everything free or off.
WORLD = World(requests_per_month=1_000.0, horizon_months=12)
KEEP = Option(id="keep", kind="keep", serving=paying(0.0), accuracy_at_start=0.8)
TUNED = Option(
    id="tune:own", kind="fine_tune", stands_in="keep", serving=paying(0.0), accuracy_at_start=0.9, serves_on=False
)
IMPROVED = Option(id="improve", kind="improve", stands_in="keep", serving=paying(0.0), accuracy_at_start=0.84)


def tuned(world: World = WORLD, keep: Option = KEEP, **changes: Any) -> Result:
    """Return the result of a fine-tune with these changes."""
    return base_case(Case(world=world, options=(keep, replace(TUNED, **changes))))["tune:own"]


def kept(world: World = WORLD, **changes: Any) -> Result:
    """Return the result of the prompt with these changes."""
    return base_case(Case(world=world, options=(replace(KEEP, **changes),)))["keep"]
