"""The pages for people: what the service is at /, its documentation to try out at /docs. They need no other host.

An asset's address holds the digest of its bytes, so it may be kept for a year; a page names its assets plainly and is
given the digests here. All links are relative, so the pages work under any host, port and path.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from functools import cache
from html import escape
from importlib import resources
from string import Template
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from swagger_ui_bundle import swagger_ui_path

from service.contract.document import SERVER
from service.contract.operations import OPERATIONS
from service.http.handlers import tagged

AnyRequest = Request[Any, Any, State]

OURS = resources.files("service.http").joinpath("web")
ASSET = re.compile(r"docs/assets/([\w.-]+)")
HTML = "text/html"
TYPES = MappingProxyType({
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
})  # fmt: skip

SAFE = MappingProxyType({
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
})  # fmt: skip
KEPT = MappingProxyType({**SAFE, "Cache-Control": "public, max-age=31536000, immutable"})

FILES = MappingProxyType({
    "swagger-ui-bundle.js": swagger_ui_path,
    "swagger-ui.css": swagger_ui_path,
    "docs.css": OURS,
    "start.js": OURS,
    "home.css": OURS,
    "home.js": OURS,
    "icon.svg": OURS,
})  # fmt: skip
"""Every asset and the folder that it lies in; nothing else is served."""


def _named() -> dict[str, tuple[str, bytes]]:
    """Return the digest and the bytes of every asset by name."""
    bodies = {name: folder.joinpath(name).read_bytes() for name, folder in FILES.items()}
    return {name: (hashlib.sha256(body).hexdigest()[:16], body) for name, body in bodies.items()}


ASSETS = MappingProxyType(_named())


def _page(name: str, words: dict[str, str]) -> bytes:
    """Return a page with its words filled in and its assets named by digest."""
    page = Template(OURS.joinpath(name).read_text(encoding="utf-8")).substitute(words)
    return ASSET.sub(lambda found: f"docs/assets/{ASSETS[found[1]][0]}/{found[1]}", page).encode()


def _operations() -> str:
    """Return the operations as items of a list, each leading to its place in the documentation."""
    return "\n".join(
        f'      <li><a href="docs#/{operation.tag}/{operation.id}"><strong>{escape(operation.summary)}</strong> '
        f"<code>{operation.method.upper()} {operation.path}</code></a></li>"
        for operation in OPERATIONS
    )


@cache
def _home() -> bytes:
    """Return the first page, with the document's smallest example as a command and the verdict it was answered with."""
    document = msgspec.json.decode(resources.files("openapi").joinpath("openapi.json").read_bytes())
    path = "/v1/assessments"
    said = document["paths"][path]["post"]
    request = said["requestBody"]["content"]["application/json"]["examples"]["minimal"]["value"]
    answer = said["responses"]["200"]["content"]["application/json"]["examples"]["minimal"]["value"]
    fields = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in request.items())
    body = shlex.quote(f"{{\n{fields}\n}}")
    words = {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "summary": document["info"]["summary"],
        "command": f"curl -s {SERVER}{path} -H 'Content-Type: application/json' -d {body}",
        "as_of": answer["provenance"]["as_of"],
        "verdict": answer["verdict"]["summary"],
    }
    return _page("home.html", {name: escape(text) for name, text in words.items()} | {"operations": _operations()})


DOCS = _page("docs.html", {})


@get("/")
async def home(request: AnyRequest) -> Response[bytes]:
    """Say what the service is and how to ask it."""
    return tagged(request, _home(), HTML, SAFE)


@get("/docs")
async def docs(request: AnyRequest) -> Response[bytes]:
    """Show the document, every operation ready to be tried out; /docs/ leads here, for links are relative."""
    path = request.scope["raw_path"]
    if slashes := len(path) - len(path.rstrip(b"/")):
        return Response(b"", status_code=308, media_type=HTML, headers={"Location": "../" * slashes + "docs"})
    return tagged(request, DOCS, HTML, SAFE)


@get("/docs/assets/{digest:str}/{name:str}")
async def asset(request: AnyRequest) -> Response[bytes]:
    """Return a file that a page names."""
    name = request.path_params["name"]
    digest, body = ASSETS.get(name, ("", b""))
    if not digest or digest != request.path_params["digest"]:
        raise NotFoundException
    return tagged(request, body, TYPES[name.rpartition(".")[2]], KEPT)


HANDLERS = [home, docs, asset]
