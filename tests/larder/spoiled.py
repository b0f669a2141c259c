"""Data files of the larder with one fault each: every one stops the start, with a sentence that says what to mend."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from service.larder.load import CatalogueError, parse, read

FILES = read()


def spoil(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the larder's files with the first occurrence of some text changed."""
    text = FILES[path].decode()
    assert re.search(old, text), old
    return FILES | {path: re.sub(old, new, text, count=1).encode()}


class Spoiled(NamedTuple):
    """A fault in a file, and the sentence that refuses it, which begins with the file."""

    path: str
    old: str
    """Pattern of what is true."""
    new: str
    entry: str
    """What the sentence says behind the file's name: the entry and what is wrong with it."""
    mend: str
    """How the sentence ends."""

    def refused(self) -> None:
        """Fail unless the start is stopped by one sentence, which names file, entry and mend."""
        with pytest.raises(CatalogueError) as stopped:
            parse(spoil(self.path, self.old, self.new))
        sentence = str(stopped.value)
        assert sentence.startswith(self.path), sentence
        assert sentence.removeprefix(self.path).lstrip(": ").startswith(self.entry), sentence
        assert sentence.endswith(self.mend) and sentence.count("\n") == 0, sentence
