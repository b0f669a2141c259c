"""Says what a document breaks for callers of another: `make lint` compares openapi/ with the released contract.

    python tools/breaking.py [RELEASED NEW]

Before the first release there is nothing to compare with, and the check passes. What counts as a break is in docs/api-policy.md. SpecShift looks first; the walk here adds what it does not see, such as
the names by which generated clients call things, media types, limits and what an answer may now leave out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parent.parent / "openapi"
RELEASED, NEW = FOLDER / "released" / "v1.json", FOLDER / "openapi.json"
CHANGELOG = FOLDER.parent / "CHANGELOG.md"
RELEASE = re.compile(r"^## \d+\.\d+\.\d+ - ", re.MULTILINE)
"""Heading of a release in the changelog."""

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORM = ("format", "pattern", "multipleOf", "uniqueItems")
SCHEME = ("type", "in", "name", "scheme", "openIdConnectUrl", "flows")
LINK = ("operationId", "operationRef", "parameters", "requestBody")


def _types(schema: Json) -> set[str]:
    said = schema.get("type", [])
    return {said} if isinstance(said, str) else set(said)


def _values(schema: Json) -> list[Any] | None:
    """Return the known values of a schema; None where any will do."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _written(parameter: Json) -> tuple[str, bool]:
    """Return how the values of a parameter are written, by default too."""
    style = parameter.get("style") or ("form" if parameter["in"] in ("query", "cookie") else "simple")
    return style, parameter.get("explode", style == "form")


class Walk:
    """Walks two documents side by side; a part that the callers send breaks otherwise than one they get."""

    def __init__(self, released: Json, new: Json) -> None:
        self.released, self.new = released, new
        self.seen: set[tuple[str, bool]] = set()

    def breaks(self) -> Iterator[str]:
        """Yield every break, with its place."""
        servers, servers_now = ([s["url"] for s in d.get("servers", [])] for d in (self.released, self.new))
        yield from (f"server {url} is gone: there are {servers_now} now" for url in servers if url not in servers_now)
        schemes, schemes_now = (d["components"].get("securitySchemes", {}) for d in (self.released, self.new))
        for name in schemes:
            yield from self._parts(f"security scheme {name}", schemes[name], schemes_now.get(name), SCHEME)
        for path, methods in self.released["paths"].items():
            for method, old in methods.items():
                where = f"{method.upper()} {path}"
                new = self.new["paths"].get(path, {}).get(method)
                yield from [f"{where}: is gone"] if new is None else self._operation(where, old, new)

    def _operation(self, where: str, old: Json, new: Json) -> Iterator[str]:
        yield from self._parts(where, old, new, ("operationId", "tags", "servers"))
        yield from self._keys(where, self._security(self.released, old), self._security(self.new, new))
        yield from self._parameters(
            where, *({(p["in"], p["name"]): p for p in o.get("parameters", [])} for o in (old, new))
        )
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: status {status} is gone"
                continue
            there = new["responses"][status]
            yield from self._answer(f"{where}: {status}", answer, there)
        yield from (
            f"{where}: status {s} is new" for s in new["responses"] if s[0] in "23" and s not in old["responses"]
        )

    def _answer(self, where: str, old: Json, new: Json) -> Iterator[str]:
        headers, headers_now = old.get("headers", {}), new.get("headers", {})
        for name, header in headers.items():
            at, now = f"{where} header {name}", headers_now.get(name)
            if now is None:
                yield f"{at} is gone"
                continue
            if header.get("required") and not now.get("required"):
                yield f"{at} may be absent now"
            yield from self._schema(at, header["schema"], now["schema"], is_sent=False)
        for name, link in old.get("links", {}).items():
            yield from self._parts(f"{where} link {name}", link, new.get("links", {}).get(name), LINK)
        yield from self._content(where, old.get("content", {}), new.get("content", {}), is_sent=False)

    @staticmethod
    def _parts(where: str, old: Json, new: Json | None, names: tuple[str, ...]) -> Iterator[str]:
        """Yield what differs in these parts of two things."""
        if new is None:
            yield f"{where}: is gone"
            return
        for name in names:
            if old.get(name) != new.get(name):
                yield f"{where}: {name} {old.get(name)} became {new.get(name)}"

    @staticmethod
    def _keys(where: str, old: list[Json], new: list[Json]) -> Iterator[str]:
        """Yield the ways of being let in that no longer suffice; each of `new` names all that it asks for."""
        if {} in old and {} not in new:
            yield f"{where}: needs a key now"
        with_key = [way for way in new if way]
        for way in filter(None, old):
            if with_key and not any(now.keys() <= way.keys() for now in with_key):
                yield f"{where}: {' and '.join(way)} no longer lets in"

    @staticmethod
    def _security(document: Json, operation: Json) -> list[Json]:
        found: list[Json] = operation["security"] if "security" in operation else document.get("security", [])
        return found or [{}]

    def _parameters(
        self, where: str, old: dict[tuple[str, str], Json], new: dict[tuple[str, str], Json]
    ) -> Iterator[str]:
        for key in old.keys() | new.keys():
            at, before, after = f"{where} {key[0]} parameter {key[1]}", old.get(key), new.get(key)
            if after is None:
                yield f"{at}: is gone"
            elif after.get("required") and not (before or {}).get("required"):
                yield f"{at}: is required now"
            if before and after:
                if _written(before) != _written(after):
                    yield f"{at}: (style, explode) {_written(before)} became {_written(after)}"
                yield from self._schema(at, before["schema"], after["schema"], is_sent=True)

    def _body(self, where: str, old: Json | None, new: Json | None) -> Iterator[str]:
        if old is None or new is None:
            yield from [f"{where}: has {'a' if new else 'no'} body now"] if old or new else []
            return
        if new.get("required") and not old.get("required"):
            yield f"{where}: the body is required now"
        yield from self._content(f"{where} body", old["content"], new["content"], is_sent=True)

    def _content(self, where: str, old: Json, new: Json, *, is_sent: bool) -> Iterator[str]:
        yield from (f"{where}: media type {media} is gone" for media in old if media not in new)
        yield from (f"{where}: media type {media} is new" for media in new if media not in old and not is_sent)
        for media in old.keys() & new.keys():
            yield from self._schema(where, old[media]["schema"], new[media]["schema"], is_sent=is_sent)

    def _resolved(self, document: Json, schema: Json) -> tuple[str, Json]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return name, document["components"]["schemas"][name] if name else schema

    def _schema(self, where: str, old: Json, new: Json, *, is_sent: bool) -> Iterator[str]:
        (name, old), (name_now, new) = self._resolved(self.released, old), self._resolved(self.new, new)
        if name != name_now:
            yield f"{where}: type {name or 'inline'} became {name_now or 'inline'}"
        elif name:
            if (name, is_sent) in self.seen:
                return
            self.seen.add((name, is_sent))
            where = name
        if _types(old) != _types(new):
            yield f"{where}: type {old.get('type')} became {new.get('type')}"
        yield from self._known(where, _values(old), _values(new), is_sent=is_sent)
        yield from (
            f"{where}: {form} {old.get(form)} became {new.get(form)}" for form in FORM if old.get(form) != new.get(form)
        )
        yield from self._limits(where, old, new) if is_sent else ()
        yield from self._properties(where, old, new, is_sent=is_sent)
        if "items" in old and "items" in new:
            yield from self._schema(f"{where}[]", old["items"], new["items"], is_sent=is_sent)
        yield from self._options(where, old.get("oneOf", []), new.get("oneOf", []), is_sent=is_sent)

    @staticmethod
    def _known(where: str, old: list[Any] | None, new: list[Any] | None, *, is_sent: bool) -> Iterator[str]:
        """Yield where known values are fewer, or closed, in a request; where they are more, open or closed, in an answer."""
        wide, narrow = (old, new) if is_sent else (new, old)
        is_broken = narrow is not None and (wide is None or any(value not in narrow for value in wide))
        if is_broken or (not is_sent and old is None and new is not None):
            yield f"{where}: known values {old or 'any'} became {new or 'any'}"

    @staticmethod
    def _limits(where: str, old: Json, new: Json) -> Iterable[str]:
        for name in (*LOWER, *UPPER):
            then, now = old.get(name), new.get(name)
            if now is not None and (then is None or (now > then if name in LOWER else now < then)):
                yield f"{where}: {name} {then} became {now}"

    def _properties(self, where: str, old: Json, new: Json, *, is_sent: bool) -> Iterator[str]:
        fields, fields_now = old.get("properties", {}), new.get("properties", {})
        needed, needed_now = set(old.get("required", [])), set(new.get("required", []))
        yield from (f"{where}.{field}: is gone" for field in fields if field not in fields_now)
        if is_sent:
            yield from (f"{where}.{field}: is required now" for field in sorted(needed_now - needed))
        else:
            yield from (
                f"{where}.{field}: may be absent now" for field in sorted((needed - needed_now) & fields_now.keys())
            )
        others, others_now = (schema.get("additionalProperties", True) for schema in (old, new))
        if others_now is False and others is not False:
            yield f"{where}: unknown fields are {'refused' if is_sent else 'ruled out'} now"
        elif isinstance(others, dict) and isinstance(others_now, dict):
            yield from self._schema(f"{where}.*", others, others_now, is_sent=is_sent)
        elif isinstance(others_now, dict) if is_sent else isinstance(others, dict):
            yield f"{where}: unknown fields {others} became {others_now}"
        for field in fields.keys() & fields_now.keys():
            yield from self._schema(f"{where}.{field}", fields[field], fields_now[field], is_sent=is_sent)

    def _options(self, where: str, old: list[Json], new: list[Json], *, is_sent: bool) -> Iterator[str]:
        def by_kind(options: list[Json]) -> dict[str, Json]:
            return {option.get("$ref", "").rpartition("/")[2] or str(option.get("type")): option for option in options}

        options, options_now = by_kind(old), by_kind(new)
        gone, added = options.keys() - options_now.keys(), options_now.keys() - options.keys()
        yield from (f"{where}: can no longer be {kind}" for kind in sorted(gone))
        yield from (f"{where}: may be {kind} now" for kind in sorted(added) if not is_sent or not old)
        for kind in options.keys() & options_now.keys():
            yield from self._schema(f"{where} ({kind})", options[kind], options_now[kind], is_sent=is_sent)


def breaks(released: Json, new: Json) -> list[str]:
    """Return every break that the walk finds, sorted."""
    return sorted(Walk(released, new).breaks())


def specshift(released: Path, new: Path) -> tuple[bool, str]:
    """Return whether SpecShift finds a break, and what it says."""
    command = [
        str(Path(sys.executable).with_name("specshift")),
        "diff",
        str(released),
        str(new),
        "--fail-on",
        "breaking",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode != 0, done.stdout + done.stderr


def main(arguments: list[str]) -> int:
    """Print every break; 1 where there is one."""
    released, new = (Path(arguments[0]), Path(arguments[1])) if arguments else (RELEASED, NEW)
    if not released.exists():
        if not arguments and not RELEASE.search(CHANGELOG.read_text(encoding="utf-8")):
            print(f"No release yet: there is no {released}, so there is nothing that could be broken.")
            return 0
        print(f"There is no {released}: without a released contract nothing can be compared.")
        return 1
    found = breaks(json.loads(released.read_bytes()), json.loads(new.read_bytes()))
    is_broken, said = specshift(released, new)
    if not (found or is_broken):
        return 0
    print(f"{new} breaks callers of {released}; see docs/api-policy.md.")
    print("\n".join(found))
    print(said if is_broken else "")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
