"""The pages for people: one to decide on at /, the documentation to try out at /docs. They need no other host.

An asset's address holds the digest of its bytes, so it may be kept for a year; a page names its assets plainly, a module
the modules that it imports, and both are given the digests here. All links are relative, so the pages work under any host,
port and path.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from html import escape
from importlib import resources
from string import Template
from types import MappingProxyType

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from msgspec import Struct
from swagger_ui_bundle import swagger_ui_path

from service.contract.document import SERVER
from service.contract.operations import OPERATIONS
from service.http.reading import AnyRequest
from service.http.responses import Representation, tagged

OURS = resources.files("service.http").joinpath("web")
MEMO = resources.files("service.renderings").joinpath("memo")
ASSET = re.compile(r"docs/assets/([\w.-]+)")
IMPORT = re.compile(r'(?<= from ")\./([\w.-]+)(?=";\n)')
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

MODULES = (
    "dom.js", "request.js", "words.js", "link.js", "ask.js", "fields.js", "form.js", "faults.js", "memo.js", "changes.js",
    "tracks.js", "sliders.js", "home.js",
)  # fmt: skip
"""The modules of the first page; one imports only such as stand before it, so each has its digest when it is named."""

FILES = MappingProxyType({
    "swagger-ui-bundle.js": swagger_ui_path,
    "swagger-ui.css": swagger_ui_path,
    "docs.css": OURS,
    "start.js": OURS,
    "home.css": OURS,
    "tool.css": OURS,
    "memo.css": MEMO,
    "icon.svg": OURS,
    **dict.fromkeys(MODULES, OURS),
})  # fmt: skip
"""Every asset and the folder that it lies in; nothing else is served."""


class Pages(Struct, frozen=True, kw_only=True):
    """The pages, and their assets by the end of their address: digest and name."""

    home: Representation
    docs: Representation
    assets: Mapping[str, Representation]

    @classmethod
    def load(cls) -> Pages:
        """Return the pages with their words filled in and their assets named by digest."""
        bodies: dict[str, bytes] = {}
        addresses: dict[str, str] = {}
        for name, folder in FILES.items():
            body = folder.joinpath(name).read_bytes()
            if name in MODULES:
                body = IMPORT.sub(lambda found: f"../{addresses[found[1]]}", body.decode()).encode()
            bodies[name] = body
            addresses[name] = f"{hashlib.sha256(body).hexdigest()[:16]}/{name}"
        return cls(
            home=_page("home.html", _words(), addresses),
            docs=_page("docs.html", {}, addresses),
            assets={
                addresses[name]: Representation.of(body, TYPES[name.rpartition(".")[2]], KEPT)
                for name, body in bodies.items()
            },
        )


def _page(name: str, words: Mapping[str, str], addresses: Mapping[str, str]) -> Representation:
    """Return a page with its words filled in and its assets named by digest."""
    page = Template(OURS.joinpath(name).read_text(encoding="utf-8")).substitute(words)
    whole = ASSET.sub(lambda found: f"docs/assets/{addresses[found[1]]}", page)
    return Representation.of(whole.encode(), HTML, SAFE)


def _operations() -> str:
    """Return the operations as items of a list, each leading to its place in the documentation."""
    return "\n".join(
        f'      <li><a href="docs#/{operation.tag}/{operation.id}"><strong>{escape(operation.summary)}</strong> '
        f"<code>{operation.method.upper()} {operation.path}</code></a></li>"
        for operation in OPERATIONS
    )


def _examples(said: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Yield the document's example requests as items of a list, each a link that holds the request (web/link.js)."""
    for example in said.values():
        request = base64.urlsafe_b64encode(msgspec.json.encode(example["value"])).decode().rstrip("=")
        yield f'          <li><a href="#r={request}">{escape(str(example["summary"]))}</a></li>'


def _modules() -> str:
    """Return the links by which the browser fetches all modules at once, not one after the other as it meets them."""
    return "\n".join(f'<link rel="modulepreload" href="docs/assets/{name}">' for name in MODULES)


def _words() -> dict[str, str]:
    """Return the words of the first page: the document's smallest example as a command, and the verdict it was answered with."""
    document = msgspec.json.decode(resources.files("openapi").joinpath("openapi.json").read_bytes())
    path = "/v1/assessments"
    said = document["paths"][path]["post"]
    requests = said["requestBody"]["content"]["application/json"]["examples"]
    request = requests["minimal"]["value"]
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
    made = {"operations": _operations(), "examples": "\n".join(_examples(requests)), "modules": _modules()}
    return {name: escape(text) for name, text in words.items()} | made


@get("/")
async def home(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """Show the page to decide on; it says what the service is and how to ask it, too."""
    return tagged(request, pages.home)


@get("/docs")
async def docs(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """Show the document, every operation ready to be tried out; /docs/ leads here, for links are relative."""
    path = request.scope["raw_path"]
    if slashes := len(path) - len(path.rstrip(b"/")):
        return Response(b"", status_code=308, media_type=HTML, headers={"Location": "../" * slashes + "docs"})
    return tagged(request, pages.docs)


@get("/docs/assets/{digest:str}/{name:str}")
async def asset(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """Return a file that a page names."""
    found = pages.assets.get("{digest}/{name}".format_map(request.path_params))
    if found is None:
        raise NotFoundException
    return tagged(request, found)


HANDLERS = (home, docs, asset)
