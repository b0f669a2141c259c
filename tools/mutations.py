"""Requests that are nearly right: the examples and the bad input of the tests, spoiled at random.

A request is made from a seed and its number, so that any one of them can be made again by itself.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
ASSESSMENTS, TOKEN_COUNTS = "/v1/assessments", "/v1/token-counts"
FEWEST_DRAWS = 256
LONGEST_BODY = 1_900_000
"""Bytes; a longer one is refused for its length alone, which another test sees."""

COMPUTED = 0.5
"""Share of the bodies that fit the document which are sent as they are; the others are spoiled further."""

RENDERED = 0.1
"""Share of the cases to assess that are sent to an operation which answers with a file."""

RAW = re.compile(r'"@([^"@]*)@"')
"""A text that stands for a piece of JSON, or of what is none."""

WORDS = (
    "", " ", "\x00", "\u202e", "é", "\u0301" * 50, "😀", "\ud800", "\udfff\ud800", "a" * 61, "a" * 300, "a" * 20_001, " " * 5000, "%00", "../..", "NaN",
    "null", "true", "1e3", "0x10", "2026-02-30", "0000-00-00", "9999-12-31", "2026-11-23T00:00:00Z", "openai/gpt-4.1",
    "openai/", "/", "OPENAI/GPT-4.1", "{}", "[]", "'", '"', "\\", "<script>", "€", "𝔘𝔫𝔦", "~0~1", "low", "EUR", "one\ntwo",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, -0.0, 0.5, 1.0, 2, 10, 0.1 + 0.2, 1e-9, 9.99e-10, 5e-324, 2.2e-308, 1e-300, 1e12, 1.0000001e12, 1e11, 1e300,
    1.7976931348623157e308, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**400, 0.9, 0.99, -0.9,
    -0.91, 0.999, 0.5000000001, 120, 121, 256, 16384, 10_000_000, 10_000_001, 1200, 0.25, 520, 3600, 1e5, 1e6, 1e9,
    math.nan, math.inf, -math.inf,
)  # fmt: skip
TOKENS = (
    "@1e999@",
    "@-1e999@",
    "@01@",
    "@+1@",
    "@.5@",
    "@5.@",
    "@0x10@",
    "@1e@",
    "@--1@",
    "@nan@",
    "@undefined@",
    "@//@",
    "@1e-999@",
)
BYTES = (b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"1e999", b"-", b"NaN", b"null", b"\n", b"/*", b"#", b"'")  # fmt: skip
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Accept": ("", "*/*", "application/json", "application/json;q=0", "text/html", "application/*;q=0.001", "a/b;q=1.5", ",", ";q=", "\xff", "*", "*/*;q=0, application/json", "application/json;q=nan"),
    "Content-Type": ("", "application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "text/plain", "text/html", "application/x+json", "application/", ";", "multipart/form-data", "application/x-www-form-urlencoded", "\xff/\xfe", "application/json;charset"),
    "Content-Encoding": ("", "identity", "gzip", "identity, gzip", "br", "\xff", "deflate;q=1"),
    "If-None-Match": ("*", '"a"', 'W/"a"', '"', "W/", '"a", *', "\xff", '"' + "a" * 3000 + '"', ","),
    "X-Request-Id": ("a", "", "a b", "é", "a" * 128, "a" * 129, '"<>', "\xff"),
    "traceparent": ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-00", "ff-", "", "\xff"),
    "Idempotency-Key": ("k", "", "a" * 256, "é", "a b"),
    "Authorization": ("Bearer x", "Bearer", "Basic !!!", "", "\xff"),
    "X-Api-Key": ("x", "", "\xff"),
    "Accept-Encoding": ("gzip", "identity;q=0", "\xff"),
    "Range": ("bytes=0-1", "bytes=x"),
    "Cookie": ("a=b; a=c", ";;=", "\xff"),
    "Forwarded": ("for=_x;proto=zzz",),
    "X-Forwarded-For": ("not an address", "1.2.3.4, ::1"),
}  # fmt: skip
METHODS = ("GET",) * 12 + (
    "HEAD",
    "OPTIONS",
    "POST",
    "POST",
    "POST",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "FOO",
    "get",
)
PATHS = (
    "/v1/models/openai/gpt-4.1-mini", "/v1/models/mistral/mistral-large", "/v1/assumptions/hourly_rate", "/v1/ledger", "/v1/framework",
    "/v1/fine-tuning-offers", "/v1/self-hosted-offers", "/v1/assumptions", "/v1/models", "/livez", "/healthz", "/readyz", "/openapi.json", "/docs", "/", "/v1", ASSESSMENTS, TOKEN_COUNTS,
)  # fmt: skip
PIECES = ("%2F", "%00", "%ff", "%C3%A9", "%20", "%25", "//", "/", "/..", "/.", ";a=b", "%3F", "%23", "a" * 2000, "{id}", "*", "%", "%zz", "~", "+", ":")  # fmt: skip
QUERIES = ("as_of", "provider", "gpu", "shape", "columns", "As_Of", "as_of[]", "limit", "", "é", "include", "a" * 300)
VALUES = ("2026-11-23", "long", "focus", "2026-02-30", "0001-01-01", "9999-12-31", "0000-01-01", "", "x", "mistral", "openai", "-", "%00", "%ff", "%F0%9F%98%80", "a" * 61, "2026-11-23T00:00", "+", "%zz", "&", "=", "20261123", "2026-W01-1")  # fmt: skip

Tree = Any
Place = tuple[Any, Any]
"""A container and a key or index in it."""


class Sent(NamedTuple):
    """A request to be sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fits: bool | None
    """Whether the body fits the document; None where that was not looked at."""


def places(tree: Tree) -> Iterator[Place]:
    """Yield every place of a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, item in list(items):
        yield tree, key
        yield from places(item)


class Mutations:
    """Makes requests from a document and a corpus."""

    def __init__(self, document: dict[str, Any], fits: Callable[[str, Tree], bool]) -> None:
        """Read the corpus; `fits` tells whether a tree fits the document at a path."""
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.fits = fits
        self.renderings: dict[str, list[dict[str, Any]]] = {
            path: [part for part in ways["post"]["parameters"] if part["in"] == "query"]
            for path, ways in document["paths"].items()
            if path.startswith(f"{ASSESSMENTS}/")
        }
        """The operations that answer a case with a file, each with the parameters of its query."""
        self.trees: list[tuple[str, Tree]] = [(TOKEN_COUNTS, {"texts": ["Route this.", "é"], "encoding": "o200k_base"})]
        self.bodies: list[tuple[str, bytes]] = []
        for file in sorted((ROOT / "openapi" / "examples").glob("*.json")):
            # The examples are whole requests: they weigh as much as the many small ones of the tests.
            self.trees += [(ASSESSMENTS, json.loads(file.read_text()))] * 20
        for file in sorted((ROOT / "tests" / "bad_input").glob("*.json")):
            case = json.loads(file.read_text())
            path = case.get("path", ASSESSMENTS)
            if path not in (ASSESSMENTS, TOKEN_COUNTS) or "generator" in case:
                continue
            if isinstance(case.get("request"), dict):
                self.trees.append((path, case["request"]))
            elif "body" in case or "body_base64" in case:
                self.bodies.append(
                    (path, base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode())
                )
        self.names = sorted({name for schema in self.schemas.values() for name in schema.get("properties", {})})
        self.requests = {ASSESSMENTS: "AssessmentRequest", TOKEN_COUNTS: "TokenCountRequest"}

    def made(self, schema: dict[str, Any], random: Random) -> Tree:
        """Return a value that fits a schema, near its edges as often as not."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        if "oneOf" in schema:
            return self.made(random.choice(schema["oneOf"]), random)
        if "enum" in schema:
            return random.choice(schema["enum"])
        kind = schema["type"] if isinstance(schema["type"], str) else random.choice(schema["type"])
        if kind == "object":
            required = schema.get("required", [])
            return {
                name: self.made(part, random)
                for name, part in schema["properties"].items()
                if name in required or random.random() < 0.3
            }
        if kind == "array":
            return [self.made(schema["items"], random) for _ in range(random.choice((0, 1, 1, 2, 5)))]
        if kind in ("integer", "number"):
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            high = schema.get("maximum", schema.get("exclusiveMaximum", 1e6))
            value = random.choice(
                (
                    low,
                    high,
                    low + 1e-9,
                    random.uniform(low, high),
                    math.exp(random.uniform(-9, math.log(abs(high) + 2))),
                )
            )
            return int(value) if kind == "integer" else min(max(value, low), high)
        if kind == "string":
            if schema.get("format") == "date":
                return f"{random.choice((1, 1969, 2024, 2025, 2026, 2026, 2027, 9999)):04}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
            return random.choice(("Route e-mails to queues.", "openai/gpt-4.1-mini", "EUR", "USD", *WORDS[:9]))
        return random.choice((True, False)) if kind == "boolean" else None

    def nasty(self, random: Random) -> Tree:
        """Return a value that is seldom right."""
        kind = random.random()
        if kind < 0.45:
            return random.choice(NUMBERS)
        if kind < 0.65:
            return random.choice(WORDS)
        if kind < 0.72:
            return random.choice(TOKENS)
        if kind < 0.75:
            deep: Tree = random.choice(NUMBERS)
            for _ in range(random.choice((1, 3, 30, 300))):
                deep = [deep] if random.random() < 0.5 else {"low": deep}
            return deep
        if kind < 0.85:
            low, high = random.choice(NUMBERS), random.choice(NUMBERS)
            return {"low": low, "high": high}
        return random.choice((None, True, False, [], {}, [None], [[]], {"": 0}, [1] * 60, ["a"] * 1100))

    def spoil(self, tree: Tree, random: Random) -> Tree:
        """Return a tree with one more thing changed."""
        found = list(places(tree))
        if not found or not isinstance(tree, dict):
            return self.nasty(random)
        owner, key = random.choice(found)
        objects = [tree, *(owner[key] for owner, key in found if isinstance(owner[key], dict))]
        value, kind = owner[key], random.random()
        if kind < 0.12:
            del owner[key]
        elif kind < 0.20:
            if isinstance(owner, list):
                owner.extend([value] * random.choice((1, 2, 60)))
            else:
                owner[random.choice(self.names)] = json.loads(json.dumps(value))
        elif kind < 0.42:
            owner[key] = self.nasty(random)
        elif kind < 0.52 and isinstance(value, (int, float)) and not isinstance(value, bool):
            factor = random.choice((-1, 10, 0.1, 1e6, 1e-6, 1e15, 1 + 1e-12, 1.5))
            owner[key] = value * factor if abs(value) < 1e200 else factor
        elif kind < 0.60:
            other, place = random.choice(found)
            owner[key], other[place] = json.loads(json.dumps(other[place])), json.loads(json.dumps(value))
        elif kind < 0.66:
            ranges = [part for part in objects if "low" in part and "high" in part]
            if ranges:
                part = random.choice(ranges)
                part["low"], part["high"] = part["high"], part["low"]
        elif kind < 0.70:
            owner[key] = random.choice(([value], {"low": value, "high": value}, {"value": value}, str(value), None))
        elif kind < 0.75:
            random.choice(objects)[random.choice(("x", "", "a/b~c", "__proto__", *WORDS[:8], *self.names))] = (
                self.nasty(random)
            )
        else:
            self._grow(tree, random)
        return tree

    def _grow(self, tree: dict[str, Any], random: Random) -> None:
        """Put in a field that the document has, with a value that it admits."""
        schema, place = self.schemas["TokenCountRequest" if "texts" in tree else "AssessmentRequest"], tree
        while True:
            name = random.choice(list(schema["properties"]))
            part = schema["properties"][name]
            inner = self.schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
            if "properties" not in inner or random.random() < 0.2:
                place[name] = self.made(part, random)
                return
            if not isinstance(place.get(name), dict):
                place[name] = {}
            schema, place = inner, place[name]

    def body(self, random: Random) -> tuple[str, bytes, bool | None]:
        """Return a path, a body for it, and whether the body fits the document where that is known."""
        if random.random() < 0.2:
            path, body = random.choice(self.bodies) if random.random() < 0.2 else self._whole(random)
            body = self._of_bytes(body, random)
            fits = self._is_fit(path, body)
            return (path, body, fits) if not fits or random.random() < COMPUTED else (path, body[:-1], None)
        path, tree = random.choice(self.trees)
        tree = json.loads(json.dumps(tree))
        for _ in range(random.choice((1, 1, 2, 3, 6))):
            tree = self.spoil(tree, random)
        _with_few_draws(tree)
        text = _text(tree, random)
        fits = self._is_fit(path, text)
        if fits and random.random() > COMPUTED:
            place = random.choice([tree, *(o[k] for o, k in places(tree) if isinstance(o[k], dict))])
            place[random.choice(("x", "Task", "low ", "é", "high_"))] = self.nasty(random)
            text = _text(tree, random)
            fits = self._is_fit(path, text)
        return path, text, fits

    def _is_fit(self, path: str, text: bytes) -> bool | None:
        """Return whether a body fits the document; None where readers of JSON and of dates (the year 0) differ."""
        if b"Infinity" in text or b"NaN" in text or b"0000-" in text or RAW.search(text.decode("latin-1")):
            return None
        numbers: list[int | float] = []  # all that are written, those of a name written twice included

        def read(kind: type[int] | type[float], said: str) -> int | float:
            numbers.append(kind(said))
            return numbers[-1]

        try:
            tree = json.loads(text.decode(), parse_float=partial(read, float), parse_int=partial(read, int))
            json.dumps(tree, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            return None
        if any(
            not math.isfinite(float(number)) if isinstance(number, float) else abs(number) > 2**53 for number in numbers
        ):
            return None
        return self.fits(path, tree)

    def _whole(self, random: Random) -> tuple[str, bytes]:
        """Return a body of the corpus as it is, but for its draws."""
        path, tree = random.choice(self.trees)
        tree = json.loads(json.dumps(tree))
        _with_few_draws(tree)
        return path, json.dumps(tree).encode()

    def _of_bytes(self, body: bytes, random: Random) -> bytes:
        """Return a body with some of its bytes changed."""
        said = bytearray(body)
        for _ in range(random.choice((1, 1, 2, 4, 16))):
            at = random.randrange(len(said) + 1)
            kind = random.randrange(6)
            if kind == 0 and at < len(said):
                said[at] ^= 1 << random.randrange(8)
            elif kind == 1:
                del said[at:]
            elif kind == 2:
                said[at:at] = random.choice(BYTES)
            elif kind == 3:
                del said[at : at + random.choice((1, 2, 8, 64))]
            elif kind == 4:
                said[at:at] = said[at : at + random.choice((1, 8, 64, 512))]
            else:
                _, other = self._whole(random)
                said[at:] = other[random.randrange(len(other)) :]
        return bytes(said[:LONGEST_BODY])

    def posted(self, seed: int, number: int) -> Sent:
        """Return the posted request of a number."""
        random = Random(f"{seed}:{number}")
        path, body, fits = self.body(random)
        if path == ASSESSMENTS and random.random() < RENDERED:
            path = self._rendering(random)
        return Sent("POST", path, (("Content-Type", "application/json"),), body, fits)

    def _rendering(self, random: Random) -> str:
        """Return the path of an operation that answers with a file, with a query that the document admits."""
        path = random.choice(list(self.renderings))
        stated = [part for part in self.renderings[path] if random.random() < 0.5]
        pairs = [f"{part['name']}={random.choice(part['schema']['enum'])}" for part in stated]
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    def asked(self, seed: int, number: int) -> Sent:
        """Return the request of a number that is spoiled in its method, path, query or headers."""
        random = Random(f"{seed}:asked:{number}")
        method, path = random.choice(METHODS), random.choice((*PATHS, *self.renderings))
        if method == "POST" and random.random() < 0.9:
            path = random.choice((ASSESSMENTS, TOKEN_COUNTS, *self.renderings))
        if random.random() < 0.3:
            at = random.randrange(len(path) + 1)
            path = "/" + (path[:at] + random.choice(PIECES) + path[at:]).lstrip("/")
        if random.random() < 0.4:
            pairs = [
                f"{quote(random.choice(QUERIES))}={random.choice(VALUES)}" for _ in range(random.choice((1, 1, 2, 3)))
            ]
            path += "?" + "&".join(pairs)
        names = random.sample(sorted(HEADERS), random.choice((0, 1, 1, 2, 4)))
        headers = [(name, random.choice(HEADERS[name])) for name in names]
        headers += [(name, random.choice(HEADERS[name])) for name in names if random.random() < 0.2]
        body = random.choice((b"", b"", b"{}", b"\xff", json.dumps(self.trees[0][1]).encode()))
        return Sent(method, path, tuple(headers), body, None)


def _with_few_draws(tree: Tree) -> None:
    """Ask for few draws, unless something else than a number of draws stands there."""
    simulation = tree.setdefault("simulation", {}) if isinstance(tree, dict) and "volume" in tree else None
    if isinstance(simulation, dict) and isinstance(simulation.get("draws", 0), int):
        simulation["draws"] = FEWEST_DRAWS


def _text(tree: Tree, random: Random) -> bytes:
    """Return a tree as JSON, or as what nearly is."""
    text = json.dumps(tree, ensure_ascii=random.random() < 0.7)
    return RAW.sub(r"\1", text).encode("utf-8", "surrogatepass")[:LONGEST_BODY]
