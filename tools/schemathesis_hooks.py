"""What schemathesis is told beside the document: to ask for few draws, for a draw more finds no more faults."""

from __future__ import annotations

import zlib
from typing import Any

import schemathesis

FEWEST_DRAWS = 256
LEFT_ALONE = 16
"""One body in as many keeps the draws it has."""


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], **_arguments: Any) -> None:
    """Set the draws of an assessment to the fewest, where the case does not test `simulation` itself."""
    body = case.body
    if not isinstance(body, dict) or "volume" not in body or zlib.crc32(repr(body).encode()) % LEFT_ALONE == 0:
        return
    simulation = body.get("simulation", {})
    if isinstance(simulation, dict) and simulation.get("draws", FEWEST_DRAWS) in (
        None,
        256,
        512,
        1024,
        2048,
        4096,
        8192,
        16384,
    ):
        case.body = {**body, "simulation": {**simulation, "draws": FEWEST_DRAWS}}
