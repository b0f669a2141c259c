"""What the Python callers share: requests in, decoded answers out, and a search for what has no type."""

from __future__ import annotations

import datetime
import json
import math
import sys
import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ADDRESS, REQUESTS, ANSWERS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
AS_OF = datetime.date(2026, 11, 23)
BREAK_EVENS = 12
TUNED = "fine_tune"
"""Kind of the option whose figures are asserted: the first fine-tune of the answer."""

PLAIN = (str, int, float, bool, type(None), datetime.date, datetime.datetime)
NOT_STATED = ("Unset", "UnsetType")
"""Names of the types by which clients say that a field was left out."""
MISSING = object()


def request(name: str) -> dict[str, Any]:
    """Return a request by the name of its file."""
    body: dict[str, Any] = json.loads((REQUESTS / f"{name}.json").read_text())
    return body


def expect(said: list[str], option_id: str, npv: float | None, build_cost: float, leaders: list[list[str]]) -> None:
    """Raise where the verdict, the plan, the fine-tune or the frontier of a decoded answer are not what they must be.

    `said` is headline, action and first step; `leaders` are the options along each input of the frontier.
    """
    raw = json.loads((REQUESTS / "raw" / "example.json").read_text())
    tuned = next(option for option in raw["options"] if option["kind"] == TUNED)
    verdict, plan = raw["verdict"], raw["plan"]
    assert all(said) and said == [verdict["headline"], verdict["action"], plan["steps"][0]["step"]], said
    assert option_id == tuned["id"], option_id
    assert npv is not None and math.isfinite(npv) and npv == tuned["npv"]["mean"], npv
    assert build_cost > 0 and build_cost == tuned["training"]["build_cost"], build_cost
    assert len(leaders) == BREAK_EVENS and all(along and all(along) for along in leaders), leaders
    assert leaders == [[part["option"] for part in item["segments"]] for item in raw["break_even"]["items"]], leaders


def keep(workbook: bytes, cash_flow: bytes, memo: bytes) -> None:
    """Write the files as the client gives them."""
    for name, file in (("workbook.xlsx", workbook), ("cash_flow.csv", cash_flow), ("memo.html", memo)):
        (ANSWERS / name).write_bytes(file)


def _fields(noun: Any) -> tuple[str, ...]:
    """Return the names of the fields of a pydantic, attrs or msgspec type."""
    if hasattr(noun, "model_fields"):
        return tuple(noun.model_fields)
    if hasattr(noun, "__attrs_attrs__"):
        return tuple(field.name for field in noun.__attrs_attrs__ if field.name != "additional_properties")
    return tuple(getattr(noun, "__struct_fields__", ()))


def _is_plain(hint: Any) -> bool:
    return isinstance(hint, type) and (issubclass(hint, (Enum, *PLAIN)) or hint.__name__ in NOT_STATED)


def untyped(hint: Any, place: str, names: dict[str, Any], seen: set[Any]) -> Iterator[str]:
    """Yield the places below a type hint whose type says nothing: Any, object, a dict, a class without fields."""
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    origin = typing.get_origin(hint)
    if origin in (list, typing.Union, types.UnionType):
        for part in typing.get_args(hint):
            yield from untyped(part, place, names, seen)
    elif origin is typing.Literal or _is_plain(hint):
        return
    elif not isinstance(hint, type) or not _fields(hint):
        yield f"{place}: {hint}"
    elif hint not in seen:
        seen.add(hint)
        hints = typing.get_type_hints(hint, localns=names, include_extras=True)
        for name in _fields(hint):
            yield from untyped(hints[name], f"{place}/{name}", names, seen)


def unlike(value: Any, raw: Any, place: str) -> Iterator[str]:
    """Yield the places where a decoded answer is not the raw one: dropped, altered, or left a plain dict."""
    if isinstance(raw, dict):
        if isinstance(value, dict):
            yield f"{place}: a plain dict"
            return
        if getattr(value, "additional_properties", None):
            yield f"{place}: additional properties"
        for name, part in raw.items():
            found = getattr(value, name, getattr(value, f"{name}_", MISSING))
            if found is MISSING:
                yield f"{place}/{name}: dropped"
            else:
                yield from unlike(found, part, f"{place}/{name}")
    elif isinstance(raw, list):
        if not isinstance(value, list) or len(value) != len(raw):
            yield f"{place}: not the same list"
            return
        for index, (item, part) in enumerate(zip(value, raw, strict=True)):
            yield from unlike(item, part, f"{place}/{index}")
    else:
        said = value.isoformat() if isinstance(value, datetime.date) else value
        if said != raw or isinstance(said, bool) != isinstance(raw, bool):
            yield f"{place}: {said!r} instead of {raw!r}"


def report(decoded: dict[str, tuple[Any, Any]], names: dict[str, Any]) -> None:
    """Write the answers, each a decoded value and its JSON as the client encodes it again; and what has no type."""
    faults: list[str] = []
    for name, (value, encoded) in decoded.items():
        (ANSWERS / f"{name}.json").write_text(json.dumps(encoded))
        raw = json.loads((REQUESTS / "raw" / f"{name}.json").read_text())
        if name == "problem":
            raw["request_id"] = value.request_id
        faults += untyped(type(value), name, names, set())
        faults += unlike(value, raw, name)
    (ANSWERS / "untyped.json").write_text(json.dumps(faults))
