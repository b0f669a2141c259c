"""Decoding: from bytes to a request noun, or every fault of the bytes at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import islice
from operator import getitem
from typing import Any, TypeVar

import jsonschema_rs
import msgspec

from service.contract.schemas import schema_of
from service.nouns import estimate
from service.nouns.faults import Fault, Unreadable
from service.nouns.request import assessment, fine_tuning, prompting

T = TypeVar("T", bound=msgspec.Struct)

EXACT_INTEGERS = 2.0**53
LONGEST_WORD = 20
LONGEST_VALUE = 60
"""Characters of a text that may be one of our values, a date or an id; what is longer is a text of the caller's."""

MOST_ITEMS = 1001
MOST_UNKNOWN_FIELDS = 50
MOST_FAULTS = 100
"""A body of nothing but faults is answered with this many of them."""

PRIVATE = ("/task/description", "/prompting/texts", "/texts")
"""Where the caller's texts are; a text that stands there, below or above is never shown back."""
WORD = re.compile(rf"\S{{1,{LONGEST_WORD}}}")

REQUIRED = "a value"
NOT_KNOWN = "This is not one of the known values."
OF_TEXTS = frozenset({"format", "maxLength", "minLength", "pattern"})
"""Violations that only a text can have."""

NOUNS: dict[str, Any] = {
    name: noun
    for module in (estimate, prompting, fine_tuning, assessment)
    for name, noun in vars(module).items()
    if isinstance(noun, type) and issubclass(noun, msgspec.Struct)
}
"""Every request noun by name."""

FIELDS = frozenset(field for noun in NOUNS.values() for field in noun.__struct_encode_fields__)


def _refuse(pointer: str, message: str, received: str, expected: str) -> Unreadable:
    return Unreadable([Fault(pointer, message, received, expected)])


def _whole(value: Any) -> Any:
    """Return a value with its integral floats as integers: 21.0 is an integer in JSON Schema."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT_INTEGERS else value
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def _is_private(pointer: str) -> bool:
    """Return whether a caller's text may stand at a pointer: there, below or above one of the private places."""
    here = f"{pointer}/"
    return any(here.startswith(f"{place}/") or place.startswith(here) for place in PRIVATE)


def _count(things: Sequence[Any] | Mapping[str, Any], name: str) -> str:
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


def _shown(value: Any, pointer: str, *, is_value: bool = False) -> str:
    """Return what was received in words: never a text of the caller's, only its kind and size.

    A text is shown where it can only be one of our values, a date or an id (`is_value`), or is but a word.
    """
    if isinstance(value, dict):
        return f"an object with {_count(value, 'field')}"
    if isinstance(value, list):
        return f"a list of {_count(value, 'item')}"
    if isinstance(value, str):
        is_plain = len(value) <= LONGEST_VALUE if is_value else WORD.fullmatch(value)
        return value if is_plain and not _is_private(pointer) else f"a text of {_count(value, 'character')}"
    return msgspec.json.encode(value).decode()


def _trimmed(value: Any) -> Any:
    """Return a value cut to what is enough to name its faults: long lists and masses of unknown fields are cut."""
    if isinstance(value, dict):
        unknown = islice((name for name in value if name not in FIELDS), MOST_UNKNOWN_FIELDS)
        kept = FIELDS.union(unknown)
        return {name: _trimmed(item) for name, item in value.items() if name in kept}
    if isinstance(value, list):
        return [_trimmed(item) for item in value[:MOST_ITEMS]]
    return value


def _pointer(path: list[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


@lru_cache
def _validator(noun: type[msgspec.Struct]) -> Any:
    return jsonschema_rs.validator_for(schema_of(noun), validate_formats=True)


def _types(types: list[str]) -> str:
    """Return the types that are expected, in words; an object beside a number is a range."""
    words = {
        "object": "a range {low, high}" if "number" in types else "an object", "integer": "an integer", "array": "an array",
        "number": "a number", "string": "a string", "boolean": "a boolean (true or false)",
    }  # fmt: skip
    return " or ".join(words[t] for t in dict.fromkeys(types) if t != "null")


def _or_nothing(faults: Iterable[Fault]) -> Iterable[Fault]:
    """Yield faults; where null stands for something that is not known, that it is to be left out."""
    for fault in faults:
        is_null = fault.received == "null" and fault.pointer
        yield fault._replace(expected=f"{fault.expected}; leave out what is not known") if is_null else fault


def _expected(kind: Any) -> tuple[str, str]:
    """Return (message, what is expected) of a schema violation that has no parts."""
    limit = getattr(kind, "limit", None)
    limit = _whole(limit)
    name = kind.name
    if name == "type":
        return "This is of the wrong type.", _types(kind.types)
    if name == "enum":
        return NOT_KNOWN, "one of " + ", ".join(str(option) for option in kind.options)
    plain = {
        "minimum": ("This is too small.", f"at least {limit}"),
        "exclusiveMinimum": ("This is too small.", f"more than {limit}"),
        "maximum": ("This is too large.", f"at most {limit}"),
        "exclusiveMaximum": ("This is too large.", f"less than {limit}"),
        "minLength": ("This is too short.", f"at least {limit} characters"),
        "maxLength": ("This text is too long.", f"at most {limit} characters"),
        "minItems": ("There are too few.", f"at least {limit}"),
        "maxItems": ("There are too many.", f"at most {limit}"),
        "pattern": ("This is not of the right form.", f"text that matches {getattr(kind, 'pattern', '')}"),
        "format": ("This is not a valid date.", "a date, YYYY-MM-DD"),
    }
    return plain.get(name, ("This does not fit the schema.", "see the OpenAPI document"))


def _faults(error: Any, body: Any) -> list[Fault]:
    """Return the faults of a schema violation, those of the branch that was meant where it has several."""
    path, kind = list(error.instance_path), error.kind
    pointer, received = _pointer(path), reduce(getitem, path, body)
    if kind.name in ("anyOf", "oneOf"):
        meant = [
            branch
            for branch in kind.context
            if not any(e.kind.name == "type" and list(e.instance_path) == path for e in branch)
        ]
        if len(meant) == 1:
            return [fault for inner in meant[0] for fault in _faults(inner, body)]
        types = [t for branch in kind.context for e in branch if e.kind.name == "type" for t in e.kind.types]
        return [Fault(pointer, "This is of the wrong type.", _shown(received, pointer), _types(types))]
    if kind.name == "required":
        return [Fault(_pointer([*path, kind.property]), "This field is required.", "nothing", REQUIRED)]
    if kind.name == "additionalProperties":
        known = ", ".join(sorted(_known_fields(error)))
        expected = f"one of {known}" if known else "no such field"
        return [Fault(_pointer([*path, name]), "This field is unknown.", name, expected) for name in kind.unexpected]
    message, expected = _expected(kind)
    is_value = kind.name in OF_TEXTS or any(isinstance(option, str) for option in getattr(kind, "options", ()))
    return [Fault(pointer, message, _shown(received, pointer, is_value=is_value), expected)]


def _known_fields(error: Any) -> set[str]:
    """Return the fields of the noun in which an unknown field was found."""
    owner = next((part for part in reversed(error.schema_path) if part in NOUNS), None)
    return set(NOUNS[owner].__struct_encode_fields__) if owner else set()


def _plain_fault(message: str) -> Fault:
    """Return the fault that msgspec names, where the schema alone sees none (a date in the year 0)."""
    said, _, place = message.partition(" - at `$")
    pointer = "".join(f"/{part}" for part in re.findall(r"\w+", place))
    if "date" in said:
        return Fault(pointer, "This is not a valid date.", "this value", "a date, YYYY-MM-DD")
    return Fault(pointer, f"This cannot be read: {said}.", "this value", "see the OpenAPI document")


class _NotFinite(str):
    """The text of a number that is not finite: NaN, Infinity, 1e999."""

    __slots__ = ()


def _finite(text: str) -> float | _NotFinite:
    number = float(text)
    return number if math.isfinite(number) else _NotFinite(text)


def _marked(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, _NotFinite):
        yield path, str(value)
    elif isinstance(value, dict | list):
        for part, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, dict | list | _NotFinite):
                yield from _marked(item, (*path, part))


def _not_finite(body: bytes) -> list[Fault]:
    """Return a fault for every number of a refused body that is not finite; none where that is not what is wrong."""
    try:
        raw = json.loads(body, parse_constant=_NotFinite, parse_float=_finite, parse_int=_finite)
        found = [(_pointer(list(path)), text) for path, text in islice(_marked(raw), MOST_FAULTS)]
        "".join(pointer for pointer, _ in found).encode()  # a name with half a surrogate pair is no text
    except (ValueError, RecursionError):
        return []
    return [Fault(pointer, "This is not a finite number.", text, "a finite JSON number") for pointer, text in found]


def _all_of(faults: list[Fault]) -> Unreadable:
    """Return the error that names one fault of each place: the first, but the known values before the type."""
    one: dict[str, Fault] = {}
    for fault in faults:
        if fault.pointer not in one or fault.message == NOT_KNOWN:
            one[fault.pointer] = fault
    return Unreadable(list(_or_nothing(one.values()))[:MOST_FAULTS])


def decode_sound(body: bytes, noun: type[T]) -> T | None:
    """Return the noun that a JSON body states; None, without looking for the faults, where it has any."""
    try:
        raw = _whole(msgspec.json.decode(body))
        return msgspec.convert(raw, noun) if _validator(noun).is_valid(raw) else None
    except (ValueError, RecursionError):
        return None


def decode(body: bytes, noun: type[T], others: Sequence[Fault] = ()) -> T:
    """Return the noun that a JSON body states.

    Raises
    ------
    Unreadable
        With every fault found, behind those of the same request found elsewhere (`others`): bytes that are no UTF-8,
        text that is no JSON, values that do not fit the schema.
    """
    try:
        found = _decoded(body, noun)
    except Unreadable as error:
        raise Unreadable([*others, *error.faults][:MOST_FAULTS]) from None
    if others:
        raise Unreadable(list(others))
    return found


def _decoded(body: bytes, noun: type[T]) -> T:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise _refuse(
            "", "The body is not UTF-8.", f"byte 0x{body[error.start]:02x} at offset {error.start}", "UTF-8"
        ) from None
    if not body.strip():
        raise _refuse("", "The body is empty.", "nothing", "a JSON object")
    try:
        raw = _whole(msgspec.json.decode(body))
    except RecursionError:
        raise _refuse("", "The body is nested too deeply.", "deep nesting", "at most a few levels") from None
    except msgspec.DecodeError as error:
        if faults := _not_finite(body):
            raise Unreadable(faults) from None
        raise _refuse(
            "", f"The body is not JSON: {error}.", "malformed JSON", "a JSON object; numbers are finite"
        ) from None
    try:
        if _validator(noun).is_valid(raw):
            return msgspec.convert(raw, noun)
        violations = _validator(noun).iter_errors(_trimmed(raw))
        faults = [fault for violation in violations for fault in _faults(violation, raw)]
    except msgspec.ValidationError as error:
        faults = [_plain_fault(str(error))]
    except (ValueError, RecursionError):
        faults = [Fault("", "The body is nested too deeply.", "deep nesting", "at most a few levels")]
    raise _all_of(faults) from None


def decode_query(said: Sequence[tuple[str, str]], noun: type[T]) -> T:
    """Return the noun that query parameters state.

    Raises
    ------
    Unreadable
        Naming every parameter that is unknown, stands there twice, or does not say what it must.
    """
    properties = schema_of(noun)["components"]["schemas"][noun.__name__]["properties"]
    known = ", ".join(properties) or "none"
    values: dict[str, str] = {}
    faults = []
    for name, value in said:
        pointer = _pointer([name])
        if name not in properties:
            faults.append(Fault(pointer, "This query parameter is unknown.", name, known))
        elif name in values:
            faults.append(Fault(pointer, f"{name} is given more than once.", "several", "one value"))
        else:
            values[name] = value
    for violation in _validator(noun).iter_errors(values):
        faults.extend(_faults(violation, values))
    if faults:
        raise _all_of(faults)
    try:
        return msgspec.convert(values, noun, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable([_plain_fault(str(error))]) from None
