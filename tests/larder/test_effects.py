"""Effects on accuracy: what stands in the larder of techniques, base models and the prior of a fine-tune, and what is refused."""

from __future__ import annotations

import datetime
import re
import statistics

import pytest
from larder.spoiled import FILES, Spoiled

from service.larder.effects import DRIFT, IMPROVEMENT, MODEL_CHANGE, TECHNIQUES
from service.larder.load import PRIOR, load, parse

CATALOGUE = load()
EFFECTS = CATALOGUE.effects
TODAY = datetime.date(2026, 11, 26)
AT = "from 2024-01-01"

SPOILED = (
    Spoiled(IMPROVEMENT, r"few_shot = \{not_reasoning = [0-9.]+", "few_shot = {not_reasoning = 20.0",
            "Expected `float` <= 5.0", "at `$.values[0].techniques[...].not_reasoning`"),
    Spoiled(IMPROVEMENT, "few_shot =", "few_shots =", "Invalid enum value 'few_shots'", "at `key` in `$.values[0].techniques`"),
    Spoiled(IMPROVEMENT, r"few_shot = .*?\n", "", f"{AT}: few_shot is missing", "where nothing is known"),
    Spoiled(IMPROVEMENT, r"few_shot = \{not_reasoning = ", "few_shot = {not_reasoning = -", f"{AT}: few_shot harms", "nobody adopts what harms"),
    Spoiled(IMPROVEMENT, "strongest_prompt = 0.8", "strongest_prompt = 0.1", f"{AT}: 0.2 is not below 0.1", "order them"),
    Spoiled(IMPROVEMENT, "degrees = 4", "degrees = 2", "Expected `float` > 2.0", "at `$.values[0].degrees`"),
    Spoiled(IMPROVEMENT, "checked =", "chekced =", "Object contains unknown field `chekced`", "at `$.values[0]`"),
    Spoiled(MODEL_CHANGE, r'title = "[^"]+"', 'title = ""', f"{AT}: a source is missing", "name it"),
    Spoiled(MODEL_CHANGE, r"(?s)\n\[values.kinds.knowledge\].*?\n\n", "\n\n", f"{AT}: knowledge is missing", "on such tasks"),
    Spoiled(MODEL_CHANGE, "pivot = 124", "pivot = 12.4", f"{AT}: a pivot of 12.4 is outside the scale", "map it there"),
    Spoiled(MODEL_CHANGE, r"\nbelow = ", "\nbelow = -", f"{AT}: neither: an abler base model", "weights of 0 or more"),
    Spoiled(MODEL_CHANGE, r"standard_deviation = \S+", "standard_deviation = 0", f"{AT}: neither: no spread", "state one above 0"),
    Spoiled(MODEL_CHANGE, "checked = 2026", "checked = 2022", f"{AT}: checked 2022-11-26 is more than a year before", "mend one of the dates"),
    Spoiled(MODEL_CHANGE, "rows = [0-9]+", "rows = 0", "Expected `int` >= 1", "at `$.values[0].rows`"),
    Spoiled(DRIFT, r"\nper_quarter = 0\.", "\nper_quarter = 2.", f"{AT}: 2.", "about the estimate"),
    Spoiled(DRIFT, r"\nper_quarter = 0\.", "\nper_quarter = -0.", "Expected `float` > 0.0", "at `$.values[0].per_quarter`"),
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
    """No gain is as large as what it strays above: whether a technique helps much is only known once it is measured."""
    found = EFFECTS.improvement(TODAY)
    assert set(found.techniques) == set(TECHNIQUES)
    for name, gain in found.techniques.items():
        wider = found.spread_of_chain_of_thought if name == "chain_of_thought" else 1.0
        assert gain.not_reasoning < found.spread.not_reasoning.above
        assert gain.reasoning < wider * found.spread.reasoning.above


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
    later = re.sub(r"\bpivot = \S+", "pivot = 130", later, count=1)
    effects = parse(FILES | {MODEL_CHANGE: (text + "\n" + later).encode()}).effects
    days = (datetime.date(2020, 1, 1), TODAY, datetime.date(2027, 1, 1))
    first, today, last = (effects.model_change(day).pivot for day in days)
    assert first == today == EFFECTS.model_change(TODAY).pivot != last
