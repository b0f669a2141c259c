"""The contract under generated requests: schemathesis makes them from the served document and judges the answers.

All of its checks are on, for data that fits the document and data that does not; schemathesis.toml says what else holds.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis
import schemathesis

from service.http.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parents[2]
CONFIG = schemathesis.Config.from_path(ROOT / "schemathesis.toml")
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings()), config=CONFIG)
EXAMPLES = 40
"""Generated requests of each operation, beside those of the document and those at the edges of its limits."""

CHAINS = 15
"""Chains of requests along the document's links."""

EVER_THE_SAME = hypothesis.settings(deadline=None, derandomize=True, database=None)


@SCHEMA.parametrize()
@hypothesis.settings(EVER_THE_SAME, max_examples=EXAMPLES)
def test_every_answer_is_as_the_document_says(case: schemathesis.Case) -> None:
    """Whatever is sent, the answer has a documented status, media type, headers and schema, and faults are refused."""
    case.call_and_validate()


def test_links_lead_to_what_is_there() -> None:
    """What a listing's link names is found, and answers as the document says."""
    machine = SCHEMA.as_state_machine()
    every = list(hypothesis.HealthCheck)
    machine.run(
        settings=hypothesis.settings(
            EVER_THE_SAME, max_examples=CHAINS, stateful_step_count=4, suppress_health_check=every
        )
    )


def test_every_operation_of_the_document_is_tested() -> None:
    """Nothing that the document declares is left out of the generated requests."""
    tested = {result.ok().definition.raw["operationId"] for result in SCHEMA.get_all_operations()}
    declared = {operation["operationId"] for path in SCHEMA.raw_schema["paths"].values() for operation in path.values()}
    assert tested == declared and len(declared) >= 11
