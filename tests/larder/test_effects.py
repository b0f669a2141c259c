"""Effects on accuracy: what stands in the larder of techniques, base models and the prior of a fine-tune, and what is refused."""

from __future__ import annotations

import datetime
import re
import statistics

import pytest
from larder.spoiled import FILES, Spoiled

from service.larder.effects import IMPROVEMENT, MODEL_CHANGE, TECHNIQUES
from service.larder.load import PRIOR, load, parse

CATALOGUE = load()
EFFECTS = CATALOGUE.effects
TODAY = datetime.date(2026, 11, 26)
AT = "from 2024-01-01"

SPOILED = (
    Spoiled(IMPROVEMENT, r"(few_shot\]\nnot_reasoning = )\{mean = 0.20", r"\1{mean = 20.0",
            "Expected `float` <= 5.0", "at `$.values[0].techniques[...].not_reasoning.mean`"),
    Spoiled(IMPROVEMENT, "few_shot]", "few_shots]", "Invalid enum value 'few_shots'", "at `key` in `$.values[0].techniques`"),
    Spoiled(IMPROVEMENT, r"(?s)\n\[values.techniques.few_shot\].*?\n\n", "\n\n", f"{AT}: few_shot is missing", "where nothing is known"),
    Spoiled(IMPROVEMENT, "residual = {mean = 0.12", "residual = {mean = -0.12", f"{AT}: a residual of -0.12", "where it harms"),
    Spoiled(IMPROVEMENT, "openai/o3-mini", "openai/o3-maxi", f"{AT}: openai/o3-maxi is not in capability", "or take it out"),
    Spoiled(IMPROVEMENT, "degrees = 4", "degrees = 2", "Expected `float` > 2.0", "at `$.values[0].degrees`"),
    Spoiled(IMPROVEMENT, "checked =", "chekced =", "Object contains unknown field `chekced`", "at `$.values[0]`"),
    Spoiled(IMPROVEMENT, r'note = "[^"]+"', "", f"{AT}: judged values need a note", "why that much"),
    Spoiled(MODEL_CHANGE, r'title = "[^"]+"', 'title = ""', f"{AT}: a source is missing", "name it"),
    Spoiled(MODEL_CHANGE, r"(?s)\n\[values.kinds.knowledge\].*?\n\n", "\n\n", f"{AT}: knowledge is missing", "on such tasks"),
    Spoiled(MODEL_CHANGE, "pivot = 127", "pivot = 12.7", f"{AT}: a pivot of 12.7 is outside the scale", "map it there"),
    Spoiled(MODEL_CHANGE, "below = 0.62", "below = -0.62", f"{AT}: neither: an abler base model", "weights of 0 or more"),
    Spoiled(MODEL_CHANGE, "standard_deviation = 0.62", "standard_deviation = 0", f"{AT}: neither: no spread", "state one above 0"),
    Spoiled(MODEL_CHANGE, "checked = 2026", "checked = 2022", f"{AT}: checked 2022-11-26 is more than a year before", "mend one of the dates"),
    Spoiled(MODEL_CHANGE, r"(?s)\[\[values\]\].*", "values = []", "no values", "put them back"),
    Spoiled(PRIOR, r"no_change_weight = \S+", "no_change_weight = 30.0", "Expected `float` <= 1.0", "at `$.no_change_weight`"),
    Spoiled(PRIOR, r"slope_mean = ", "slope_mean = -", "Expected `float` >= 0.0", "at `$.slope_mean`"),
    Spoiled(PRIOR, "structured_output = ", "structured_outputs = ", "Invalid enum value 'structured_outputs'", "at `key` in `$.left_out_error_points_by_kind`"),
)  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED, ids=lambda fault: f"{fault.path} {fault.entry}")
def test_what_cannot_be_true_stops_the_start(fault: Spoiled) -> None:
    """One fault in a file of effects is refused by a sentence that names file, entry and mend."""
    fault.refused()


def test_every_technique_has_gains_that_differ_between_tasks() -> None:
    """No gain is certain, and none is as large as its spread: whether a technique helps is only known once it is measured."""
    gains = EFFECTS.improvement(TODAY).techniques
    assert set(gains) == set(TECHNIQUES)
    for found in gains.values():
        for gain in (found.not_reasoning, found.reasoning):
            assert abs(gain.mean) < gain.standard_deviation


def test_what_reasons_of_itself_is_listed_or_measured_with_reasoning_off() -> None:
    """No model stands in the list that its figures tell of already, and none without reasoning."""
    listed = EFFECTS.improvement(TODAY).reasoning_native
    assert len(set(listed)) == len(listed)
    measured = {name.partition("#")[0] for name in CATALOGUE.capabilities.figures if "#" in name}
    assert not measured & set(listed)


def test_a_gap_that_is_not_known_is_that_of_two_models_at_random() -> None:
    """By count: the standard deviation of the figures of models since 2024, times the root of two, in tens."""
    newest = [values[-1] for values in CATALOGUE.capabilities.figures.values()]
    recent = [v.value for v in newest if not v.is_guess and v.released and v.released > datetime.date(2024, 1, 1)]
    change = EFFECTS.model_change(TODAY)
    assert statistics.stdev(recent) * 2**0.5 / 10 == pytest.approx(change.unknown_gap, abs=0.05)
    assert f"the {len(recent)} figures" in change.note


def test_a_fit_that_is_appended_holds_from_its_date_on() -> None:
    """A later value answers later dates and leaves earlier ones as they were."""
    text = FILES[MODEL_CHANGE].decode()
    later = text[text.index("[[values]]") :].replace("from = 2024-01-01", "from = 2027-01-01")
    later = re.sub(r"\bslope = \S+", "slope = 1.5", later, count=1)
    effects = parse(FILES | {MODEL_CHANGE: (text + "\n" + later).encode()}).effects
    days = (datetime.date(2020, 1, 1), TODAY, datetime.date(2027, 1, 1))
    first, today, last = (effects.model_change(day).slope for day in days)
    assert first == today == EFFECTS.model_change(TODAY).slope != last
