"""The memo: every part of it, safe as a file, and with no figure that the answer does not have."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import time
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from minijinja import TemplateError
from renderings.memos import CASES, EDGES, HOSTILE, Element, answered, case, read, request_of, varied

from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.nouns.answer import break_even
from service.renderings import memo, names
from service.renderings.memo import CONTENTS

ROOT = Path(__file__).parents[2]
HERE = ROOT / "service" / "renderings" / "memo"
CHARTS = ("cumulative-chart", "npv-chart", "efficiency-chart", "acceptability-chart", "accuracy-chart", "tornado-chart")
UNWORDED = re.compile(r"\b(None|nan|NaN|null|inf|undefined|UNSET|False)\b")
MOST_CPU_SECONDS = 0.03


def shown(page: Element) -> str:
    """Return the text of the sections but the caller's words and the command."""
    aside = {id(one) for one in [*page.all("pre"), *page.all("p", class_="said")]}

    def text(one: Element | str) -> str:
        if isinstance(one, str):
            return one
        return "" if id(one) in aside else " ".join(text(inside) for inside in one.inside)

    return text(page.one("main"))


@pytest.mark.parametrize("name", CASES)
def test_every_section_is_there_in_order(name: str) -> None:
    """A memo has one main part with every section, in their order, each under a heading of its own, and one h1."""
    page = read(name)
    sections = page.one("main").all("section")
    assert [section.attributes["id"] for section in sections] == [id_ for id_, _ in CONTENTS]
    for section in sections:
        heading = page.one(id=section.attributes["aria-labelledby"])
        assert heading.name == ("h1" if section.attributes["id"] == "verdict" else "h2") and heading.text.strip()
        assert len(section.text.split()) > 10, section.attributes["id"]
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("h1").text == case(name).answer.verdict.headline
    assert [link.attributes["href"] for link in page.one("nav").all("a")] == [f"#{id_}" for id_, _ in CONTENTS]
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", CASES)
def test_a_memo_loads_and_runs_nothing(name: str) -> None:
    """There is no script, no style but the one style sheet, nothing that is loaded, and links lead to this page or to https."""
    page = read(name)
    assert not [one.name for one in page.all() if one.name in ("script", "iframe", "img", "object", "form", "base")]
    for one in page.all():
        assert not [
            key for key in one.attributes if key in ("style", "src", "srcset", "data", "action") or key.startswith("on")
        ]
    (icon,) = page.all("link")
    assert icon.attributes["href"] == "data:,"
    assert all(link.attributes["href"].startswith(("#", "https://")) for link in page.all("a"))
    assert page.one("style").text == memo.STYLE
    assert "url(" not in memo.STYLE and "@import" not in memo.STYLE


@pytest.mark.parametrize("name", CASES)
def test_nothing_reads_as_a_value_that_is_none(name: str) -> None:
    """What does not apply is left out or said: no word of a programming language stands for it."""
    text = shown(read(name))
    assert not UNWORDED.search(text), UNWORDED.search(text)
    assert "  %" not in text and "USD n/a" not in text


@pytest.mark.parametrize("name", CASES)
def test_inputs_are_shown_in_words(name: str) -> None:
    """No line of the ledger and no input goes by its name outside of what may be typed."""
    answer = case(name).answer
    text = shown(read(name))
    inputs = {one.input for one in [*(answer.sensitivity or ()), *answer.break_even.items, *answer.verdict.hinges_on]}
    assert not [
        one for one in inputs if "_" in one and re.search(rf"(?<![/\w.]){one}\b", text) and one not in _told(answer)
    ]


def _told(answer: Any) -> str:
    """Return what the answer itself says in sentences, which the memo shows as it is."""
    return " ".join(
        [
            *answer.verdict.risks,
            *(one.statement for one in answer.verdict.reasons),
            *(one.note for one in answer.assumptions),
        ]
    )


def test_every_input_step_rule_and_dimension_has_a_name(client: TestClient[Any]) -> None:
    """All that is drawn, varied, done, ruled or compared today is in the tables of words."""
    drawn = {name for name, line in vars(Lines).items() if isinstance(line, Line) and line.column is not None}
    varied = set(
        re.findall(r"[a-z]+(?:_[a-z]+)+", str(break_even.VariedInput).partition("one of")[2].partition("examples")[0])
    )
    assert len(varied) == 12
    assert not (drawn | varied) - set(names.INPUTS)
    assert max(map(len, names.INPUTS.values())) <= 44, "longer ones do not fit on a phone"
    framework = client.get("/v1/framework").json()
    assert {rule["id"] for rule in framework["rules"]} <= set(names.RULES)
    assert {one["id"] for one in framework["dimensions"]} == set(names.DIMENSIONS)


@pytest.mark.parametrize("name", ["hostile", "emoji"])
def test_the_description_stays_text(name: str) -> None:
    """Whatever the caller wrote is on the page character by character, as text, apart from the direction of the rest."""
    page, plain = read(name), read("minimal")
    said = page.all("p", class_="said")
    assert said[-1].text == request_of(name)["task"]["description"]
    assert said[-1].inside[0].name == "bdi"
    assert {one.name for one in page.all()} == {one.name for one in plain.all()}
    if len(said) > 1:
        assert said[1].text.startswith(said[0].text.removesuffix("…")) and len(said[0].text) < 1000


@pytest.mark.parametrize("name", ["minimal", "ticket-triage", "hostile", "emoji", "many-options"])
def test_the_command_gets_the_same_memo(name: str, tmp_path: Path) -> None:
    """A shell that is given the command sends one request, runs nothing else, and the answer to it is the same memo."""
    command = read(name).one("pre").text
    shell = f'curl() {{ printf "%s\\n" "$@" > arguments; cat; }}\nSERVICE=https://example.org\n{command}\n'
    done = subprocess.run(["bash", "-s"], input=shell.encode(), cwd=tmp_path, capture_output=True, check=True)
    assert not done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["arguments"]
    assert "https://example.org/v1/assessments/memo" in (tmp_path / "arguments").read_text().splitlines()
    assert json.loads(done.stdout)["task"] == request_of(name)["task"]
    assert answered(done.stdout).page == case(name).page


def test_what_turns_a_line_around_is_written_out_in_the_command() -> None:
    """The command holds no character that cannot be seen or changes the direction of what follows."""
    command = read("hostile").one("pre").text
    assert not re.search("[\u200b-\u200f\u2028-\u202e\u2066-\u2069]", command)
    assert "\\u202e" in command and "\u202e" in HOSTILE


def test_the_same_answer_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another process, with other hashes, writes the same memo."""
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request_of("ticket-triage")))
    command = [sys.executable, "-m", "service", "assess", str(file), "--format", "html"]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout == case("ticket-triage").page
    asked, answer, page = case("ticket-triage")
    assert memo.render(asked, answer) == page


def test_the_policy_admits_the_one_style_sheet_and_nothing_else(client: TestClient[Any]) -> None:
    """Header and document name the digest of the style sheet that is in it; only the header can say who may frame it."""
    response = client.post("/v1/assessments/memo", json=request_of("minimal"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    said = response.headers["content-security-policy"]
    page = response.text
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(part.strip().split(" ", 1) for part in said.split(";"))
    assert policy.pop("style-src") == f"'sha256-{digest}'"
    assert policy.pop("img-src") == "data:"
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"} and set(policy.values()) == {
        "'none'"
    }
    own = read("minimal").one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert f"{own}; frame-ancestors 'none'" == said
    assert page.index("http-equiv") < page.index("<style>")


def test_the_style_sheet_keeps_to_the_memo() -> None:
    """Every rule of the style sheet is about the memo and what is in it, so that another page may use it."""
    sheet = re.sub(r"/\*.*?\*/", "", memo.STYLE, flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)\{", sheet)
    selectors = [
        one.strip() for rule in rules if not rule.strip().startswith("@") for one in re.split(r",(?![^(]*\))", rule)
    ]
    assert len(selectors) > 50
    assert [one for one in selectors if not one.startswith((".memo", "body.memo"))] == []


def test_every_file_of_the_memo_is_installed() -> None:
    """Whatever the memo reads is package data."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["service"]
    files = [path for path in HERE.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) >= 6
    for path in files:
        assert any(fnmatch(str(path.relative_to(ROOT / "service")), pattern) for pattern in patterns), path


def test_a_template_writes_nothing_for_none_and_tells_nobody() -> None:
    """A value that is none is a fault, as is a name that is not there; the fault does not repeat what the page was given."""
    templates = memo._templates()
    for source in ("{{ secret }}{{ nothing }}", "{{ secret }}{{ absent }}"):
        with pytest.raises((TemplateError, ValueError)) as fault:
            templates.render_str(source, "fault.html", secret="what the caller said", nothing=None)
        assert "what the caller said" not in str(fault.value)


@pytest.mark.parametrize("name", ["minimal", "support-big-model"])
def test_a_memo_takes_little_time(name: str) -> None:
    """Once templates are read, a memo takes at most 30 ms of a processor."""
    asked, answer, _ = case(name)
    taken = []
    for _ in range(20):
        start = time.process_time()
        memo.render(asked, answer)
        taken.append(time.process_time() - start)
    assert min(taken) < MOST_CPU_SECONDS


@pytest.mark.parametrize("name", CASES)
def test_every_chart_has_a_title_a_description_and_a_table(name: str) -> None:
    """A chart is an image with a title and a description in words; its figures stand beside it in a table that unfolds."""
    page = read(name)
    for chart in page.all("svg", class_="chart"):
        assert chart.attributes["role"] == "img"
        for id_ in chart.attributes["aria-labelledby"].split():
            assert len(page.one(id=id_).text.split()) >= 3, id_
        assert chart.all("line") or chart.all("rect") or chart.all("polyline")
    for figure in page.all("figure"):
        (table,) = figure.one("details").all("table")
        assert table.one("caption").text
        assert len(table.one("tbody").all("tr")) >= 1
    if page.all("ul", class_="strips"):
        assert page.one(id="frontier").one("details").all("tr")


def test_what_cannot_be_drawn_is_said() -> None:
    """Without volume or a fine-tune that can serve, a sentence stands where a chart would be empty, and the obstacle is told."""
    page, answer = read("no-fine-tune"), case("no-fine-tune").answer
    (lost,) = [option for option in answer.options if not option.is_feasible]
    assert lost.obstacle and lost.obstacle in page.one(id="options").text
    assert "no-fine-tune" in EDGES and "none can serve here" in page.one(id="comparison").text
    for name in ("no-volume", "one-month", "very-little"):
        drawn = {chart.attributes["aria-labelledby"].split()[0] for chart in read(name).all("svg", class_="chart")}
        told = read(name).one("main").text
        assert "tornado-chart-title" in drawn or "nothing to rank" in told
        assert "acceptability-chart-title" in drawn or "no curve to draw" in told


OWN_PRICES = {"prices": {"input_usd_per_mtok": 1e-323, "output_usd_per_mtok": 1e-323}, "training_usd_per_mtok": 1e-323}


@pytest.mark.parametrize(
    "tiny",
    [
        {"volume__requests_per_month": 5e-324},
        {"finance__error_cost": 1e-323},
        {"fine_tuning__offer": OWN_PRICES},
    ],
    ids=["volume", "error-cost", "offer"],
)
def test_the_smallest_numbers_there_are_have_a_memo(tiny: dict[str, Any]) -> None:
    """A number that is all but zero is told as a power of ten, however small."""
    said = {"as_of": "2026-11-23", "simulation": {"draws": 256}, **varied(**tiny)}
    page = answered(json.dumps(said).encode()).page.decode()
    assert "10^−32" in page


@pytest.mark.parametrize("name", CASES)
def test_the_chance_of_a_plan_has_one_name(name: str) -> None:
    """The chance of a plan goes by one name, apart from an option's own, and what is likely is said once, where it is told."""
    page, answer = read(name), case(name).answer
    told, likely = page.one("main").text, f"ikely: in at least {100 * answer.accuracy.required_labels.confidence:.10g}"
    assert "reach the bar" not in told and "reaches the bar" not in told
    is_told = answer.verdict.bar.origin != "none" and "option likely to meet the bar" in told
    assert told.count(likely) == is_told


@pytest.mark.parametrize("name", CASES)
def test_what_wrong_answers_have_to_do_with_it_is_said(name: str) -> None:
    """The first figure tells that wrong answers are counted where they cost something, and only there."""
    is_valued = any((option.monthly.errors or 0) > 0 for option in case(name).answer.options)
    first = read(name).one("dl", class_="three").all("dd")[0].text
    assert ("wrong answers counted at their cost" in first) is is_valued


@pytest.mark.parametrize("name", CASES)
def test_the_accuracy_of_the_prompt_is_varied_alone(name: str) -> None:
    """Where the best option is told along the accuracy of the prompt, it is said that no other accuracy follows."""
    told = [one for one in read(name).one(id="frontier").all("li") if one.all("h3")]
    for one in told:
        is_prompt = one.one("h3").text == names.INPUTS["prompt_accuracy"]
        assert ("the other options' accuracies held where they are" in one.text) is is_prompt
