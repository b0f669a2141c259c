"""The larder's folders say what a file is; what stands elsewhere is refused, and every byte counts."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

import pytest

from service.http.house import House
from service.larder.capability import FIGURES
from service.larder.evidence import PAIRS
from service.larder.lifetimes import LIVES
from service.larder.load import CatalogueError, load, parse, read
from service.larder.published import IMPROVEMENTS, MODEL_CHANGES

ROOT = Path(__file__).parents[2]
FILES = read()
LABOUR = "assumptions/labour.toml"
TODAY = datetime.date(2026, 11, 23)


def test_a_change_of_any_file_changes_the_digest() -> None:
    """The digest of the assumptions covers every file: what it is called, and each of its bytes."""
    before = load().digest
    figures = {
        PAIRS: (b"0.024", b"0.025"), FIGURES: (b"135.01", b"135.02"), LIVES: (b"2027-04-14", b"2027-04-15"),
        IMPROVEMENTS: (b"0.5", b"0.6"), MODEL_CHANGES: (b"0.94", b"0.93"),
    }  # fmt: skip
    for path, text in FILES.items():
        changed = text.replace(*figures[path], 1) if path in figures else text + b"\n# note\n"
        assert parse(FILES | {path: changed}).digest != before, path
    renamed = {("assumptions/people.toml" if path == LABOUR else path): text for path, text in FILES.items()}
    assert parse(renamed).digest != before


@pytest.mark.parametrize(
    "path",
    ["labour.toml", "assumptions/labour.tml", "assumptions/old/labour.toml", "offers/azure.csv", "evidence/x.csv"],
)
def test_a_file_in_no_place_of_the_larder_is_refused(path: str) -> None:
    """A file that nobody would read stops the start, and the places are named."""
    with pytest.raises(
        CatalogueError, match=rf"{path}: no place of the larder; move it to one of assumptions/<topic>.toml"
    ):
        parse(FILES | {path: b""})


@pytest.mark.parametrize(
    "path",
    [
        PAIRS,
        "evidence/curves.csv",
        "evidence/model_changes.csv",
        "evidence/improvements.csv",
        "evidence/drift.csv",
        "evidence/tasks.toml",
        "identifiers.toml",
        "fitted/accuracy_prior.toml",
        "fitted/drift.toml",
        "self_hosted/gpus.toml",
        "self_hosted/offers.toml",
    ],
)
def test_a_missing_file_is_named(path: str) -> None:
    """A larder without one of its files is refused."""
    with pytest.raises(CatalogueError, match=f"{path}: is missing; put it back"):
        parse({name: text for name, text in FILES.items() if name != path})


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        (LABOUR, b"[hourly_rate\n", "assumptions/labour.toml: Expected"),
        (LABOUR, b"# \xff\n", "assumptions/labour.toml: 'utf-8' codec"),
        (LABOUR, b"hourly_rate = 3\n", "assumptions/labour.toml: Expected `object`, got `int`"),
        (PAIRS, b"\xff", "evidence/pairs.csv: 'utf-8' codec"),
        ("offers/azure.toml", b"[[ofer]]\n", "offers/azure.toml: Object contains unknown field `ofer`"),
        ("offers/azure.toml", b"[[offer]]\n", "offers/azure.toml: an offer: Object missing required field `id`"),
        ("identifiers.toml", b"[provider]\n", "identifiers.toml: Object contains unknown field `provider`"),
        ("fitted/accuracy_prior.toml", b"rows = 'many'\n", "fitted/accuracy_prior.toml: Expected `int`, got `str`"),
        ("evidence/tasks.toml", b"chess = 3\n", "evidence/tasks.toml: Expected `str`, got `int`"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(path: str, text: bytes, complaint: str) -> None:
    """A file out of form stops the start with a message that names it."""
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        parse(FILES | {path: text})


def test_offers_stand_by_provider_and_then_as_in_the_file() -> None:
    """The order of the offers is that of their files' names, and in a file that of their lines."""
    offers = [path for path in FILES if path.startswith("offers/")]
    listed = [offer["id"] for path in sorted(offers) for offer in tomllib.loads(FILES[path].decode())["offer"]]
    assert list(load().offers) == listed


def test_every_file_of_the_larder_is_installed() -> None:
    """What the service reads is package data."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["service"]
    installed = {file for pattern in patterns for file in (ROOT / "service").glob(pattern)}
    for path in FILES:
        assert ROOT / "service" / "larder" / "data" / path in installed, path


def test_seven_providers_have_offers_retired_ones_included() -> None:
    """OpenAI, Azure, Bedrock, Vertex, Together, Fireworks and Mistral are there, with dates of the retired."""
    offers = load().offers
    providers = {name.partition("/")[0] for name in offers}
    assert {"openai", "azure", "bedrock", "vertex", "together", "fireworks", "mistral"} <= providers
    assert offers["openai/gpt-3.5-turbo"].values[-1].shutdown_date == datetime.date(2026, 10, 23)
    assert offers["vertex/gemini-2.5-flash"].values[-1].shutdown_date == datetime.date(2026, 10, 20)


def test_ids_of_the_examples_resolve(house: House) -> None:
    """Every model named in the examples has a price or an offer."""
    for name in ("openai/gpt-4.1", "openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5"):
        assert house.prices.find(name, TODAY)
    for name in ("azure/gpt-4.1-mini", "bedrock/nova-micro"):
        assert house.catalogue.offer(name)


def test_every_offers_base_model_has_a_price_or_is_its_own_reference(house: House) -> None:
    """An offer still trained names a base model whose inference price is known, or itself where nobody sells the base."""
    unknown = [
        offer.id
        for offer in house.catalogue.offers.values()
        if (terms := offer.at(TODAY)) is not None
        and (terms.last_training_date is None or terms.last_training_date >= TODAY)
        and offer.base_model != offer.id
        and house.prices.find(offer.base_model, TODAY) is None
    ]
    assert not unknown
