"""Tokens are counted offline, with the published vocabularies."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tiktoken.registry

from service.http.house import House
from service.larder import tokens


def test_published_examples_count_as_published() -> None:
    """OpenAI's own worked examples come out: 'hello world' is two tokens, with the published ids."""
    assert tokens.encoding("o200k_base").encode_ordinary("hello world") == [24912, 2375]
    assert tokens.count(["hello world", "", "2 + 2 = 4"], "o200k_base") == [2, 0, 7]
    assert tokens.encoding("cl100k_base").encode_ordinary("hello world") == [15339, 1917]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forbid every socket and load vocabularies anew."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    tokens.encoding.cache_clear()
    yield
    tokens.encoding.cache_clear()


@pytest.mark.usefixtures("no_network")
def test_no_network_is_needed() -> None:
    """A vocabulary loads with every socket forbidden."""
    assert tokens.count(["hello world"], "cl100k_base") == [2]


CACHE_FILE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""Where tiktoken keeps cl100k_base in its cache."""


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("holds", ["no name", "nothing", "no directory", "another file"])
def test_an_unfit_cache_directory_does_not_lead_to_the_network(
    holds: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """TIKTOKEN_CACHE_DIR empty, missing, without the vocabulary or with a broken one: the shipped vocabulary is read."""
    directory = tmp_path / "missing" if holds == "no directory" else tmp_path
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "" if holds == "no name" else str(directory))
    if holds == "another file":
        (tmp_path / CACHE_FILE).write_bytes(b"aGVsbG8= 0\n")
    assert tokens.count(["hello world"], "cl100k_base") == [2]
    assert [file.name for file in tmp_path.iterdir()] == ([CACHE_FILE] if holds == "another file" else [])


def test_a_changed_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vocabulary that is not byte for byte the published one does not load."""
    monkeypatch.setitem(tokens.VOCABULARY_SHA256, "cl100k_base", "0" * 64)
    tokens.encoding.cache_clear()
    with pytest.raises(ValueError, match="not the published one"):
        tokens.encoding("cl100k_base")
    tokens.encoding.cache_clear()


@pytest.mark.usefixtures("no_network")
def test_tiktoken_cache_dir_is_honoured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With tiktoken's own cache file in TIKTOKEN_CACHE_DIR, that file is read and not the shipped one."""
    (tmp_path / CACHE_FILE).write_bytes(tokens._shipped("cl100k_base"))

    def refuse(_name: str) -> bytes:
        raise AssertionError("the shipped vocabulary was read")

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tokens, "_shipped", refuse)
    assert tokens.count(["hello world"], "cl100k_base") == [2]


@pytest.mark.parametrize(
    ("model", "encoding", "is_own"),
    [
        ("openai/gpt-4.1-mini", "o200k_base", True),
        ("openai/gpt-4-32k", "cl100k_base", True),
        ("azure/gpt-4o", "o200k_base", True),
        ("anthropic/claude-sonnet-4-5", "o200k_base", False),
    ],
)
def test_each_model_has_its_encoding(model: str, encoding: str, is_own: bool, house: House) -> None:
    """A model whose tokenizer is not public is counted with o200k_base."""
    assert tokens.encoding_of(model, house.catalogue.identifiers) == (encoding, is_own)


def line_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a line of the trace of the prompt as it is."""
    found: dict[str, Any] = next(line for line in answer["trace"][0]["lines"] if line["name"] == name)
    return found


def test_foreign_tokenizers_are_counted_with_a_range_and_say_so(
    assess: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    """Texts for a model without a public tokenizer become a range, and the ratio stands in the assumptions."""
    request: dict[str, Any] = {
        "task": {"description": "Answer."},
        "prompting": {
            "measured_accuracy": {"correct": 150, "total": 200},
            "base_model": "anthropic/claude-sonnet-4-5",
            "texts": {
                "instruction": "Say hello to the world. " * 50,
                "payload_samples": ["hello", "hello world, how are you"],
                "output_samples": ["hello"],
            },
            "invalid_output_rate": 0,
            "cache_hit_rate": 0,
        },
        "volume": {"requests_per_month": 1000},
        "include": ["trace"],
    }
    answer = assess(request)
    ratios = [used for used in answer["assumptions"] if used["id"] == "unverified_tokenizer_ratio"]
    assert {used["pointer"] for used in ratios} == {
        f"/prompting/texts/{part}" for part in ("instruction", "payload", "output")
    }
    cost = line_of(answer, "token_cost_per_request")
    assert 1.1 * cost["p10"] < cost["base_case"][0] < cost["p90"] / 1.1
    request["prompting"]["base_model"] = "openai/gpt-4.1"
    answer = assess(request)
    assert not [used for used in answer["assumptions"] if used["id"] == "unverified_tokenizer_ratio"]
    cost = line_of(answer, "token_cost_per_request")
    assert cost["p90"] < 1.05 * cost["p10"]
    assert line_of(answer, "prompted_instruction_tokens")["base_case"] == [pytest.approx(301, abs=60)]
