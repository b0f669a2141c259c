"""What a request's headers ask for and bring: media types by quality, entity tags."""

from __future__ import annotations

import re

from service.contract.operations import JSON
from service.nouns.problem import MEDIA_TYPE as PROBLEM

QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def _quality(parameters: list[str]) -> float:
    said = [
        parameter.partition("=")[2].strip() for parameter in parameters if parameter.partition("=")[0].strip() == "q"
    ]
    if not said:
        return 1.0
    return float(said[0]) if QUALITY.fullmatch(said[0]) else 0.0


def accepts(accept: str, media_type: str) -> bool:
    """Return whether an Accept header admits a media type (RFC 9110, 12.5.1); an empty one admits everything.

    The most specific range that covers the type decides. Problems alone admit everything too: clients that openapi-generator
    makes (Python, Ruby, PHP) ask for the first documented type with JSON in it, which of a file's operation is the problem's.

    Examples
    --------
    >>> accepts("text/html, */*;q=0.1", "application/json")
    True
    >>> accepts("application/json;q=0, */*", "application/json")
    False
    >>> accepts("application/problem+json", "text/csv"), accepts("application/problem+json, text/html", "text/csv")
    (True, False)
    """
    best: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        if media:
            best[media] = max(best.get(media, 0.0), _quality(parameters))
    for media in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if media in best:
            return best[media] > 0
    return best in ({}, {PROBLEM: 1.0})


def knows(if_none_match: str, tag: str) -> bool:
    """Return whether an If-None-Match header names an entity tag, compared weakly (RFC 9110, 13.1.2).

    Examples
    --------
    >>> knows('W/"a", "b"', '"a"'), knows("*", '"a"'), knows('"c"', '"a"')
    (True, True, False)
    """
    return if_none_match.strip() == "*" or tag in ENTITY_TAG.findall(if_none_match)


def is_json(content_type: str) -> bool:
    """Return whether a body of this type is read: JSON, plain text or unnamed, in UTF-8.

    Examples
    --------
    >>> is_json("application/vnd.case+json; charset=utf-8"), is_json(""), is_json("application/xml")
    (True, True, False)
    >>> is_json("application/json; charset=utf-16")
    False
    """
    media, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    character_sets = [p.partition("=")[2].strip('" ') for p in parameters if p.partition("=")[0].strip() == "charset"]
    if any(name not in ("utf-8", "utf8", "us-ascii") for name in character_sets):
        return False
    return media in ("", JSON, "text/plain") or (media.startswith("application/") and media.endswith("+json"))


def is_plain(content_encoding: str) -> bool:
    """Return whether a body is not compressed.

    Examples
    --------
    >>> is_plain(""), is_plain("identity"), is_plain("gzip"), is_plain("identity, gzip")
    (True, True, False, False)
    """
    return all(coding.strip().lower() in ("", "identity") for coding in content_encoding.split(","))
