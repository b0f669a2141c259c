"""Assumed numbers: what is refused of their form, which of them an assessment reads, and what projects come to."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, TODAY, example

from service.assessment.decide.framework import DIMENSIONS, SIZE_OF_GAP, VERDICT
from service.assessment.decide.rules import RULES
from service.assessment.resolve import resolve
from service.contract.decoding import decode
from service.http.house import House
from service.larder.assumptions import FORMS, topic_of
from service.larder.facts import Assumption, Unit
from service.larder.load import CatalogueError, load, parse, read
from service.nouns.request.assessment import AssessmentRequest, TaskKind

ROOT = Path(__file__).parents[2]
FILES = read()
KNOWN = load().assumptions
PROJECTS, LABOUR, ARTICLE = (f"assumptions/{name}.toml" for name in ("projects", "labour", "article"))


def spoiled(path: str, name: str, old: str, new: str) -> dict[str, bytes]:
    """Return the larder's files with one text of one entry changed."""
    before, mark, entry = FILES[path].decode().partition(f"[{name}]\n")
    assert mark and old in entry, f"{name} does not hold {old}"
    return FILES | {path: (before + mark + entry.replace(old, new, 1)).encode()}


@pytest.mark.parametrize(
    ("path", "name", "old", "new", "said"),
    [
        (PROJECTS, "tuned_project_hours", "high = 320", "high = 32000",
         "tuned_project_hours from 2024-01-01: high 32000.0 hours is not between 0 and 20000; look at the unit"),
        (PROJECTS, "upkeep_hours_per_month", "high = 17", "high = 1700",
         "upkeep_hours_per_month from 2024-01-01: high 1700.0 hours/month is not between 0 and 730.5; look at the unit"),
        (PROJECTS, "retraining_runs", "low = 1", "low = 0.1",
         "retraining_runs from 2024-01-01: low 0.1 runs is not between 1 and 1000; look at the unit"),
        (PROJECTS, "retraining_label_share", "high = 0.33", "high = 33",
         "retraining_label_share from 2024-01-01: high 33.0 share is not between -1 and 1; look at the unit"),
        (PROJECTS, "teacher_cost_per_example", "high = 0.01", "high = 10001",
         "teacher_cost_per_example from 2024-01-01: high 10001.0 USD/example is not between 0 and 10000; look at the unit"),
        (PROJECTS, "tuned_lead_time", "high = 8", "high = 800",
         "tuned_lead_time from 2024-01-01: high 800.0 weeks is not between 0 and 520; look at the unit"),
        (PROJECTS, "labels_per_week", 'family = "positive"', 'family = "share"',
         "labels_per_week: the family share does not fit the unit examples/week; take positive"),
        (PROJECTS, "teacher_accuracy_gap", 'family = "rate"', 'family = "positive"',
         "teacher_accuracy_gap: the family positive does not fit the unit share; take share or rate"),
        (LABOUR, "hourly_rate", 'unit = "USD/hour"', 'unit = "per year"',
         "hourly_rate: the family positive does not fit the unit per year; take rate"),
        (LABOUR, "hourly_rate", "value = 95", "value = 950000",
         "hourly_rate from 2024-01-01: value 950000.0 USD/hour is not between 0 and 100000; look at the unit"),
        (PROJECTS, "pilot_hours", 'description = "Hours of engineering in one pilot fine-tune: data format, run and grading"',
         'description = ""', "pilot_hours: a description is missing"),
        (LABOUR, "hourly_rate", 'href = "bls.gov', 'href = "https://bls.gov',
         "hourly_rate from 2024-01-01: the source's address https://bls.gov/ooh/computer-and-information-technology/"
         "software-developers.htm is not of the form host/path, without a scheme"),
        ("assumptions/lives.toml", "unknown_release_age", "value = 9", "value = 9000",
         "unknown_release_age from 2024-01-01: value 9000.0 months is not between 0 and 1200; look at the unit"),
        ("assumptions/decision.toml", "draws", "value = 1024", "value = 100",
         "draws from 2024-01-01: value 100.0 draws is not between 256 and 16384; look at the unit"),
    ],
)  # fmt: skip
def test_what_no_unit_or_name_allows_is_refused(path: str, name: str, old: str, new: str, said: str) -> None:
    """One fault in an entry stops the start with a sentence that names file, entry and mend."""
    with pytest.raises(CatalogueError, match=re.escape(f"{path}: {said}")):
        parse(spoiled(path, name, old, new))


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (PROJECTS, "pilot_hours", "article_pilot_hours",
         "what the article states stands in assumptions/article.toml; move it there or call it otherwise"),
        (ARTICLE, "article_large_gap", "large_gap",
         "only what the article states stands here; move it to another topic or call it article_large_gap"),
        (LABOUR, "hourly_rate", "Hourly-Rate",
         "a name is lower-case words joined by underscores, such as hourly_rate"),
    ],
)  # fmt: skip
def test_a_name_that_misleads_is_refused(path: str, old: str, new: str, said: str) -> None:
    """The article's figures are called its own and stand together, nothing else does, and names are plain words."""
    with pytest.raises(CatalogueError, match=re.escape(f"{path}: {new}: {said}")):
        parse(FILES | {path: FILES[path].replace(old.encode(), new.encode())})


def test_every_unit_says_what_it_allows() -> None:
    """The closed list of units and what each allows are the same list."""
    assert set(FORMS) == set(get_args(Unit))


def test_every_file_of_the_larder_says_how_it_is_refreshed() -> None:
    """docs/prices.md has a row for each file: from which kind of source, how, and how often."""
    rows = re.findall(
        r"^\| (\w+, `.*`|`.*`) \|[^|]+\|[^|]+\|$", (ROOT / "docs" / "prices.md").read_text(), re.MULTILINE
    )
    named = {
        f"{row.partition(',')[0]}/{name}" if "," in row else name
        for row in rows
        for name in re.findall(r"`([^`]+)`", row)
    }
    for path in FILES:
        assert path in named or path.startswith("offers/"), f"docs/prices.md does not say how {path} is refreshed"


class Noting(Mapping[str, Assumption]):
    """Assumptions that note which of them are looked up."""

    def __init__(self) -> None:
        """Begin with none."""
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Assumption:
        """Return an assumption and note it."""
        self.read.add(name)
        return KNOWN[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(KNOWN)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(KNOWN)


def requests() -> Iterator[dict[str, Any]]:
    """Yield requests that say little and much, of every kind of task."""
    yield from map(example, EXAMPLES)
    for kind in get_args(TaskKind):
        yield {**example("minimal"), "task": {"description": "A task.", "kind": kind}}
    bare = example("minimal")
    texts = {"instruction": "Sort it.", "payload_samples": ["one"], "output_samples": ["a"]}
    yield bare | {"prompting": bare["prompting"] | {"texts": texts, "base_model": "anthropic/claude-sonnet-4-5"}}
    yield example("minimal") | {"fine_tuning": {"build_plan": {}, "retraining": {"plan": {}}}}
    yield from map(request_at_random, range(60))


def test_what_no_assessment_reads_says_so(house: House) -> None:
    """An assumption that nothing reads states is_read = false, and one that is read does not: none is an orphan in silence."""
    noting = Noting()
    catalogue = msgspec.structs.replace(house.catalogue, assumptions=noting)
    for request in requests():
        noun = decode(msgspec.json.encode(request), AssessmentRequest)
        resolve(noun, catalogue, house.prices, house.count, noun.as_of or TODAY)
    told = " ".join([VERDICT, SIZE_OF_GAP, *(rule.holds_when for rule in RULES), *(d.meaning for d in DIMENSIONS)])
    noting.read |= set(re.findall(r"\{(\w+):", told))
    waiting = {name for name, found in KNOWN.items() if not found.is_read}
    for name in sorted(KNOWN.keys() - noting.read - waiting):
        pytest.fail(
            f"{house.catalogue.files[name]}: nothing reads {name}; read it, or state is_read = false, or take it out"
        )
    for name in sorted(noting.read & waiting):
        pytest.fail(f"{house.catalogue.files[name]}: {name} is read now; take is_read = false away")


def test_the_articles_figures_are_told_apart(client: Any) -> None:
    """GET /v1/assumptions gives each its topic, article for the article's, and says which ones an answer may rely on."""
    items = {item["id"]: item for item in client.get("/v1/assumptions").json()["items"]}
    assert {name for name, item in items.items() if item["topic"] == "article"} == {
        name for name in items if name.startswith("article_")
    }
    assert (items["article_fine_tuning_lead_time"]["topic"], items["tuned_lead_time"]["topic"]) == (
        "article",
        "projects",
    )
    assert items["hourly_rate"]["is_read"] and not items["units_per_usd"]["is_read"]
    assert {item["topic"] for item in items.values()} == {topic_of(path) for path in FILES if "assumptions/" in path}
    one = client.get("/v1/assumptions/tuned_lead_time").json()
    assert one == items["tuned_lead_time"]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("tuned_project_hours", 80, 320), ("retraining_hours", 10, 40), ("prompt_improvement_hours", 16, 80),
        ("tuned_upkeep_factor", 1.0, 1.5), ("tuned_training_runs", 5, 20), ("retraining_runs", 1, 3),
        ("retraining_label_share", 0.1, 0.33), ("tuned_lead_time", 3, 8), ("teacher_cost_per_example", 0.001, 0.01),
        ("teacher_checked_share", 0.1, 0.2), ("teacher_accuracy_gap", 0.0, 0.06), ("cache_hit_ceiling", 0.6, 0.95),
        ("article_fine_tuning_lead_time", 6, 16), ("article_fine_tuning_build_cost", 30_000, 150_000),
    ],
)  # fmt: skip
def test_what_a_project_takes(name: str, low: float, high: float) -> None:
    """Hours, runs, labels and weeks of projects are ranges, and the article's stand beside them unchanged."""
    value = KNOWN[name].at(datetime.date(2026, 11, 26))
    assert (value.low, value.high) == (low, high)


def test_a_project_from_the_bottom_up_hardly_reaches_the_articles_least() -> None:
    """By hand: hours, 1,000 labels and runs of 45 USD come to 7,875 to 31,450 USD, and the article's range begins at 30,000."""
    rate = KNOWN["hourly_rate"].at(TODAY).value
    names = ("tuned_project_hours", "cost_per_example_classification", "tuned_training_runs")
    hours, label, runs = (KNOWN[name].at(TODAY) for name in names)
    assert rate and hours.low and hours.high and label.low and label.high and runs.low and runs.high
    assert hours.low * rate + 1000 * label.low + runs.low * 45 == pytest.approx(7_875)
    assert hours.high * rate + 1000 * label.high + runs.high * 45 == pytest.approx(31_450)
    assert KNOWN["article_fine_tuning_build_cost"].at(TODAY).low == 30_000


def test_labels_by_people_and_by_a_teacher() -> None:
    """By hand: 2,000 labels of a classification by a teacher, a fifth of them checked, cost at most 80 USD; by people, 300."""
    value = {name: found.at(TODAY) for name, found in KNOWN.items()}
    by_people, by_teacher = value["cost_per_example_classification"].high, value["teacher_cost_per_example"].high
    checked = value["teacher_checked_share"].high
    assert by_people and by_teacher and checked
    assert 2000 * (by_teacher + checked * by_people) == pytest.approx(80)
    assert 2000 * by_people == pytest.approx(300)
