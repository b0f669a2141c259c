"""Privacy: what a caller sends, at whatever place of a body, comes back in no answer and stands in no log."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from requests_to_send import BODIES, SMALL, assert_is_problem

from service.contract.decoding import EXACT_INTEGERS, MOST_FAULTS, MOST_UNKNOWN_FIELDS, _whole, decode, decode_sound
from service.contract.schemas import schema_of
from service.nouns.faults import Unreadable
from service.nouns.request.assessment import AssessmentRequest, TokenCountRequest
from service.nouns.request.query import AtDate

Client = TestClient[Any]
Json = dict[str, Any]

WORDS = "SECRET words of the caller's, more than any value, date, number or id of ours has"
BODY_OF = {"/v1/assessments": SMALL, "/v1/token-counts": BODIES["countTokens"]}
NOUN_OF = {"/v1/assessments": AssessmentRequest, "/v1/token-counts": TokenCountRequest}
UNFIT: dict[str, Any] = {
    "text": WORDS,
    "list": [WORDS],
    "object": {"q": WORDS},
    "range": {"low": WORDS, "high": WORDS},
    "list of lists": [[WORDS]],
    "list of objects": [{"q": WORDS, "a": 1}],
    "many texts": [WORDS] * 1001,
    "text in text": {"description": WORDS, "texts": [WORDS], "instruction": [WORDS]},
}
"""What is put at every place of a body."""

PRIVATE = [
    ("/v1/assessments", place)
    for place in ("", "/task", "/task/description", "/prompting", "/prompting/texts", "/prompting/texts/instruction",
                  "/prompting/texts/few_shot", "/prompting/texts/few_shot/0", "/prompting/texts/output_samples/0",
                  "/prompting/texts/payload_samples/0")
] + [("/v1/token-counts", place) for place in ("", "/texts", "/texts/0")]  # fmt: skip


def places(path: str) -> Iterator[str]:
    """Yield a pointer to every place that a request may fill."""
    schemas = schema_of(NOUN_OF[path])["components"]["schemas"]

    def inside(schema: Json, pointer: str) -> Iterator[str]:
        yield pointer
        if "$ref" in schema:
            yield from list(inside(schemas[schema["$ref"].rpartition("/")[2]], pointer))[1:]
        for option in schema.get("oneOf", ()):
            yield from list(inside(option, pointer))[1:]
        for name, part in schema.get("properties", {}).items():
            yield from inside(part, f"{pointer}/{name}")
        if "items" in schema:
            yield from inside(schema["items"], f"{pointer}/0")

    yield from inside({"$ref": NOUN_OF[path].__name__}, "")


PLACES = [(path, place) for path in BODY_OF for place in places(path)]


def with_value(path: str, pointer: str, value: Any) -> Any:
    """Return a legal body with one value put in at a pointer; what stands in its way makes room."""
    whole = {"": json.loads(json.dumps(BODY_OF[path]))}
    parent: Any = whole
    key: Any = ""
    for name in pointer.split("/")[1:]:
        if not isinstance(parent[key], list if name == "0" else dict):
            parent[key] = [None] if name == "0" else {}
        parent, key = parent[key], 0 if name == "0" else name
        if isinstance(parent, dict):
            parent.setdefault(key, None)
    parent[key] = value
    return whole[""]


def sent(client: Client, path: str, body: Any) -> Any:
    """Return the answer to a body."""
    return client.post(path, content=json.dumps(body).encode())


def test_every_place_is_walked() -> None:
    """The walk reaches every noun of a request, ranges and items of lists included."""
    assert len(PLACES) > 150
    for place in (
        "/prompting/texts/few_shot/0",
        "/fine_tuning/pilots/0/correct",
        "/prompting/tokens/payload/low",
        "/as_of",
    ):
        assert ("/v1/assessments", place) in PLACES


@pytest.mark.parametrize("kind", UNFIT)
def test_a_text_in_the_wrong_place_is_not_shown(
    kind: str, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever holds a caller's text, at every place of every body, it is in neither answer nor log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("litestar"), "propagate", True)
    for path, place in PLACES:
        if kind == "text" and place.endswith("/base_model"):
            continue  # an id that nobody knows is shown, cut: see below
        response = sent(client, path, with_value(path, place, UNFIT[kind]))
        assert "SECRET" not in response.text, (path, place, response.text)
        assert response.status_code in (200, 400, 422), (path, place)
        if response.status_code != 200:
            assert_is_problem(response, response.status_code)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(("path", "place"), PRIVATE)
def test_where_texts_stand_not_even_a_word_is_shown(path: str, place: str, client: Client) -> None:
    """At, below and above the places of texts a text is named by its size, however short."""
    for value in ("SECRET", ["SECRET"], {"q": "SECRET"}, [["SECRET"]]):
        response = sent(client, path, with_value(path, place, value))
        assert "SECRET" not in response.text, response.text


@pytest.mark.parametrize(
    ("place", "value", "received"),
    [
        ("", "a prompt", "a text of 8 characters"),
        ("", ["a prompt"], "a list of 1 item"),
        ("/task", "p", "a text of 1 character"),
        ("/task/description", "", "a text of 0 characters"),
        ("/task/description", ["p"], "a list of 1 item"),
        ("/task/description", {"a": 1, "b": 2, "c": 3}, "an object with 3 fields"),
        ("/task/description", 12.5, "12.5"),
        ("/task/well_defined", "the caller's own words", "a text of 22 characters"),
        ("/task/well_defined", "yes", "yes"),
        ("/task/kind", "text classification", "text classification"),
        ("/task/kind", "k" * 60, "k" * 60),
        ("/task/kind", "k" * 61, "a text of 61 characters"),
        ("/simulation/draws", "as many as you can, please", "a text of 26 characters"),
        ("/as_of", "the day after tomorrow", "the day after tomorrow"),
        ("/prompting/texts/few_shot", ["p"] * 2000, "a list of 2,000 items"),
        ("/prompting/tokens/instruction", "w" * 20, "w" * 20),
        ("/prompting/tokens/instruction", "w" * 21, "a text of 21 characters"),
        ("/volume/requests_per_month", True, "true"),
        ("/finance/currency", "eur", "eur"),
        ("/fine_tuning/base_model", "openai/" + "x" * 193, "openai/" + "x" * 53 + "... (200 characters)"),
    ],
)
def test_what_was_received_is_named(place: str, value: Any, received: str, client: Client) -> None:
    """Numbers, truths, values, dates and ids are shown; objects, lists and texts in the wrong place by kind and size."""
    response = sent(client, "/v1/assessments", with_value("/v1/assessments", place, value))
    problem = assert_is_problem(response, 422 if place.endswith("base_model") else 400)
    assert [error["received"] for error in problem["errors"] if error["pointer"] == place] == [received]


def test_unknown_names_are_cut(client: Client) -> None:
    """An unknown field or parameter with a name of thousands of characters is named by the first 60; each is a fault."""
    long = "n" * 300_000
    body = {**SMALL, long: 1, long + "m": 2, "volume": {"requests_per_month": 1, "~/" * 500: 1}}
    response = sent(client, "/v1/assessments", body)
    pointers = [error["pointer"] for error in assert_is_problem(response, 400)["errors"]]
    assert pointers.count("/" + "n" * 60 + "...") == 2
    assert len(pointers) == 3
    assert "/volume/" + "~0~1" * 30 + "..." in pointers
    received = {error["received"] for error in response.json()["errors"]}
    assert "n" * 60 + "... (300,000 characters)" in received
    assert len(response.content) < 5000
    response = client.get("/v1/ledger", params={"q" * 5000: "1"})
    assert [error["pointer"] for error in assert_is_problem(response, 400)["errors"]] == ["/" + "q" * 60 + "..."]
    assert len(response.content) < 1000


def test_pointers_and_paths_are_cut(client: Client) -> None:
    """A pointer through hundreds of unknown names, and the path of a problem, are cut; paths that name something are not."""
    deep = b'{"nnnnnnnnnnnnnnnnnnnn":' * 300 + b"[" + b",".join([b"NaN"] * 100) + b"]" + b"}" * 300
    response = client.post("/v1/assessments", content=deep)
    assert response.status_code == 400 and len(response.content) < 100_000
    assert all(len(error["pointer"]) < 510 for error in response.json()["errors"])
    response = client.get("/" + "p" * 5000)
    assert response.json()["instance"] == "/" + "p" * 499 + "..."
    path = f"/v1/models/{'p' * 200}/{'m' * 200}"
    assert assert_is_problem(client.get(path), 404)["instance"] == path


def test_faults_of_query_and_body_come_together(client: Client) -> None:
    """An unknown query parameter does not hide the faults of the body, whatever its size, nor they it."""
    for texts in ([1], ["a" * 30_000, 1]):
        response = client.post("/v1/token-counts?x=1", json={"texts": texts})
        found = [error["pointer"] for error in assert_is_problem(response, 400)["errors"]]
        assert found == ["/x", f"/texts/{len(texts) - 1}"]
    response = client.post("/v1/token-counts?x=1", json={"texts": ["a"]})
    assert [error["pointer"] for error in assert_is_problem(response, 400)["errors"]] == ["/x"]
    many = client.post("/v1/token-counts", json={"texts": [1] * 500}, params=[(f"x{i}", "1") for i in range(60)])
    assert len(assert_is_problem(many, 400)["errors"]) == MOST_FAULTS


def test_a_body_of_unknown_fields_is_refused_in_good_time() -> None:
    """100,000 unknown fields cost no more than a moment: the time grows with the size of a body, not with its square."""
    body = json.dumps({f"unknown_{number}": number for number in range(100_000)}).encode()
    start = time.process_time()
    with pytest.raises(Unreadable) as refused:
        decode(body, AssessmentRequest)
    assert time.process_time() - start < 5.0
    unknown = [fault for fault in refused.value.faults if fault.message == "This field is unknown."]
    assert [fault.received for fault in unknown] == [f"unknown_{number}" for number in range(MOST_UNKNOWN_FIELDS)]


def test_faults_are_named_off_the_event_loop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the event loop a small body is read when it is sound; the faults of another are named in a thread."""
    threads: list[str] = []

    def named(*arguments: Any) -> Any:
        threads.append(threading.current_thread().name)
        return decode(*arguments)

    loop: list[str] = []

    def sound(*arguments: Any) -> Any:
        loop.append(threading.current_thread().name)
        return decode_sound(*arguments)

    monkeypatch.setattr("service.http.reading.decode", named)
    monkeypatch.setattr("service.http.reading.decode_sound", sound)
    assert client.post("/v1/token-counts", json={"texts": ["a"]}).status_code == 200
    assert not threads
    assert client.post("/v1/token-counts", json={"texts": [1]}).status_code == 400
    assert len(threads) == 1 and threads[0] not in loop


def test_a_sound_small_body_is_all_that_the_event_loop_reads() -> None:
    """Thousands of faults cost the event loop a few milliseconds, for it stops at the first; naming them takes tens.

    The bound is the one between the two on a busy machine: 2 to 6 ms to stop, 25 to 60 ms to name them.
    """
    bodies = [
        {f"u{number}": 1 for number in range(1700)},
        {"include": ["x"] * 3900},
        {"fine_tuning": {"pilots": [{}] * 4900}},
    ]
    for body in bodies:
        raw = json.dumps(body).encode()
        assert 15_000 < len(raw) <= 20_100
        spent = []
        for _ in range(10):
            start = time.process_time()
            assert decode_sound(raw, AssessmentRequest) is None
            spent.append(time.process_time() - start)
        assert min(spent) < 0.01
    for raw in (b"", b"{", b"\xff", b"[" * 5000, b'{"texts": [NaN]}', b'{"texts": ["\xff"]}', b'{"texts": [1]}'):
        assert decode_sound(raw, TokenCountRequest) is None
    assert decode_sound(b'{"as_of": "0000-01-01"}', AtDate) is None
    assert decode_sound(b'{"texts": ["a"]}', TokenCountRequest) == TokenCountRequest(texts=["a"])


def test_only_integers_that_are_exact_are_made_so() -> None:
    """A float is read as an integer as long as it can only mean that one."""
    assert [type(_whole(value)) for value in (21.0, EXACT_INTEGERS - 1, EXACT_INTEGERS, 1e300, -1e300, 0.5)] == [
        int, int, float, float, float, float,
    ]  # fmt: skip
