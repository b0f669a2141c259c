"""The contract, served as it is committed in openapi/."""

from __future__ import annotations

from importlib import resources

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from service.http.negotiation import JSON
from service.http.reading import AnyRequest
from service.http.responses import Representation, tagged

YAML = "application/yaml"


def _committed(name: str, media_type: str) -> Representation:
    return Representation.of(resources.files("openapi").joinpath(name).read_bytes(), media_type)


class Documents(Struct, frozen=True, kw_only=True):
    """The committed documents."""

    newer: Representation
    in_yaml: Representation
    older: Representation

    @classmethod
    def load(cls) -> Documents:
        """Return the documents that ship with the service."""
        return cls(
            newer=_committed("openapi.json", JSON),
            in_yaml=_committed("openapi.yaml", YAML),
            older=_committed("openapi-3.0.json", JSON),
        )


@get("/openapi.json")
async def openapi_json(request: AnyRequest, documents: NamedDependency[Documents]) -> Response[bytes]:
    """Return the contract in OpenAPI 3.1."""
    return tagged(request, documents.newer)


@get("/openapi.yaml")
async def openapi_yaml(request: AnyRequest, documents: NamedDependency[Documents]) -> Response[bytes]:
    """Return the contract in OpenAPI 3.1, as YAML."""
    return tagged(request, documents.in_yaml)


@get("/openapi-3.0.json")
async def openapi_3_0_json(request: AnyRequest, documents: NamedDependency[Documents]) -> Response[bytes]:
    """Return the contract in OpenAPI 3.0."""
    return tagged(request, documents.older)


HANDLERS = (openapi_json, openapi_yaml, openapi_3_0_json)
