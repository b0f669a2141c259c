"""Other base models for the prompt that nobody asked about: worth a look, none is measured. Part of the first stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.assessment.case import Candidate, Option
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk
from service.assessment.resolve.labels import TOKENS_PER_PRICED_UNIT
from service.assessment.resolve.model_change import known_capability
from service.assessment.resolve.options import ALTERNATIVES, Prompted, alternative
from service.assessment.resolve.prompting import mean_tokens
from service.larder.prices import InferencePrice
from service.nouns.request.alternatives import Alternative

MOST_OF_OFFERS = 3
"""How many base models of offers are looked at."""


def _cost_per_request(desk: Desk, price: InferencePrice) -> float:
    """Return what a request of mean length costs, uncached, in the tier of its length."""
    tokens = mean_tokens(desk)
    sent = tokens[Lines.prompted_instruction_tokens] + tokens[Lines.prompted_payload_tokens]
    tier = sum(start < sent for start in price.tier_starts)
    return (
        sent * price.input[tier] + tokens[Lines.prompted_output_tokens] * price.output[tier]
    ) / TOKENS_PER_PRICED_UNIT


def _for_sale(desk: Desk, at: Prompted, models: Iterable[str]) -> dict[str, InferencePrice]:
    """Return the models, other than the prompt's, that are sold by the token, whose capability is known and no end is announced."""
    found: dict[str, InferencePrice] = {}
    own = known_capability(desk, at.model)
    for model in models:
        name = at.prices.canonical(model)
        figure, price = known_capability(desk, name), at.prices.find(name, desk.as_of)
        life = desk.catalogue.lifetimes.find(name, desk.as_of)
        is_ending = life is not None and life.shutdown is not None
        is_own = name == at.model or (own is not None and figure is not None and figure.name == own.name)
        if figure is not None and price is not None and not (is_own or is_ending or price.is_deprecated):
            found[name] = price
    return found


def _of_the_provider(desk: Desk, at: Prompted) -> Iterator[str]:
    """Yield one cheaper base model of the prompt's provider, the ablest, and one abler, the cheapest."""
    own, listed = known_capability(desk, at.model), at.price.listed
    if at.model is None or own is None or listed is None:
        return
    provider = at.model.partition("/")[0]
    names = sorted(name for name in desk.catalogue.capabilities.names if name.partition("/")[0] == provider)
    costs = {name: _cost_per_request(desk, price) for name, price in _for_sale(desk, at, names).items()}
    today = _cost_per_request(desk, listed)
    able = {name: figure.value for name in costs if (figure := known_capability(desk, name)) is not None}
    cheaper = [name for name in costs if costs[name] < today]
    abler = [name for name in costs if able[name] > own.value and costs[name] > today]
    if cheaper:
        yield max(cheaper, key=lambda name: (able[name], -costs[name], name))
    if abler:
        yield min(abler, key=lambda name: (costs[name], -able[name], name))


def _of_offers(desk: Desk, at: Prompted, candidates: tuple[Candidate, ...]) -> list[str]:
    """Return the base models of the offers that would cost least a request."""
    tokens = mean_tokens(desk)

    def cost(candidate: Candidate) -> tuple[float, str]:
        terms = candidate.terms
        sent = tokens[Lines.prompted_instruction_tokens] + tokens[Lines.prompted_payload_tokens]
        return (
            sent * terms[Lines.input_price] + tokens[Lines.prompted_output_tokens] * terms[Lines.output_price],
            candidate.id,
        )

    open_to_all = [
        one for one in candidates if not one.obstacle and not one.is_dedicated and one.base_prices is not None
    ]
    ranked = dict.fromkeys(one.base_model for one in sorted(open_to_all, key=cost))
    return list(_for_sale(desk, at, ranked))[:MOST_OF_OFFERS]


def suggested(desk: Desk, at: Prompted, candidates: tuple[Candidate, ...]) -> tuple[Option, ...]:
    """Return base models that the service itself looks at where the caller states no alternative, each as an option."""
    if desk.request.prompting.alternatives:
        return ()
    models = dict.fromkeys((*_of_the_provider(desk, at), *_of_offers(desk, at, candidates)))
    return tuple(alternative(desk, at, Alternative(name=model, base_model=model), ALTERNATIVES) for model in models)
