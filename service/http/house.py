"""What every handler shares, built once for an application and read only."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from service import __version__
from service.http.access import AccessControl
from service.http.workers import Workers
from service.larder import tokens
from service.larder.load import Catalogue, load
from service.larder.prices import PriceList
from service.settings import Settings


class House(Struct, frozen=True, kw_only=True):
    """The facts that answers rest on, who is let in, and the workers that compute."""

    catalogue: Catalogue
    prices: PriceList
    version: str
    settings: Settings
    access: AccessControl
    workers: Workers

    @classmethod
    def load(cls, settings: Settings) -> House:
        """Return a house whose catalogue, prices and vocabularies are read and ready.

        Raises
        ------
        service.larder.load.CatalogueError
            If the catalogue cannot be true.
        """
        catalogue = load()
        prices = PriceList(catalogue.identifiers)
        for name in ("o200k_base", "cl100k_base"):
            tokens.encoding(name)
        prices.ids()
        return cls(
            catalogue=catalogue,
            prices=prices,
            version=__version__,
            settings=settings,
            access=AccessControl(settings.api_keys, settings.requests_per_minute),
            workers=Workers(settings.most_waiting, settings.answer_seconds),
        )

    def count(self, texts: Sequence[str], model: str | None) -> tuple[list[int], bool]:
        """Return the token counts of texts for a model, and whether its own tokenizer counted them."""
        name, is_own = tokens.encoding_of(model or "", self.catalogue.identifiers)
        return tokens.count(texts, name), is_own
