"""The corridor: from a request to its answer, one direction, no I/O, no clock. Start reading at `assess`."""

from __future__ import annotations

import datetime

from service.assessment.decide import decide
from service.assessment.encode import canonical, digest, encode
from service.assessment.explain import Versions, explain
from service.assessment.resolve import resolve
from service.assessment.resolve.prompting import Counter
from service.assessment.simulate import simulate
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.request.assessment import AssessmentRequest


def versions_of(
    request: AssessmentRequest, catalogue: Catalogue, prices: PriceList, as_of: datetime.date, service_version: str
) -> Versions:
    """Return all that an answer depends on; requests of one `result_digest` have the same answer."""
    asked = canonical(request)
    facts = (catalogue.digest, prices.version, service_version, as_of.isoformat())
    return Versions(
        service=service_version,
        assumptions=catalogue.digest,
        prices=prices.version,
        request_digest=digest(asked),
        result_digest=digest(asked, *(fact.encode() for fact in facts)),
    )


def assess(
    request: AssessmentRequest,
    catalogue: Catalogue,
    prices: PriceList,
    count: Counter,
    as_of: datetime.date,
    versions: Versions,
) -> bytes:
    """Return the JSON answer to one case; the same request, catalogue and date give the same bytes."""
    case = resolve(request, catalogue, prices, count, as_of)
    simulation = simulate(case)
    decision = decide(case, simulation)
    return encode(explain(case, simulation, decision, versions))
