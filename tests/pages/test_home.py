"""The page to decide on: a case in the form, its advice beside it, and ways to take both along."""

from __future__ import annotations

import json
import re
import shlex
import time
import typing
from pathlib import Path

import pytest
from pages.deciding import (
    CORRECT,
    DESCRIPTION,
    TOTAL,
    VOLUME,
    advised,
    asked,
    box,
    case,
    copied,
    fill,
    fragment,
    load,
    refused,
    request_of,
    said,
)
from pages.looking import Browser, look, see
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from service.nouns.request.assessment import Heavy

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "openapi" / "openapi.json").read_text())
ASSESSMENT = DOCUMENT["paths"]["/v1/assessments"]["post"]["requestBody"]["content"]["application/json"]
EXAMPLES = {example["summary"]: example["value"] for example in ASSESSMENT["examples"].values()}
SMALLEST = EXAMPLES["Minimal"]
SECTIONS = [
    "verdict", "figures", "plan", "options", "cumulative", "cost-and-accuracy", "acceptability", "frontier", "accuracy",
    "tornado", "comparison", "assumptions", "next", "reproduce",
]  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_loaded_and_answered(name: str, browser: Browser, origin: str) -> None:
    """An example of the document fills the form; the advice is the service's, and every section of its memo is shown."""
    assert load(browser, origin, name) == asked(origin, EXAMPLES[name])["verdict"]["headline"]
    assert request_of(browser) == EXAMPLES[name]
    assert box(browser, DESCRIPTION).get_property("value") == EXAMPLES[name]["task"]["description"]
    shown = [section.get_attribute("id") for section in browser.find_elements(By.CSS_SELECTOR, "#memo > section")]
    assert shown == [section for section in SECTIONS if section in shown]
    assert {"verdict", "figures", "options", "cumulative", "tornado", "assumptions"} <= set(shown)
    assert len(browser.find_elements(By.CSS_SELECTOR, "#memo svg")) >= 4
    assert not browser.find_elements(By.CSS_SELECTOR, "#memo :is(script, style, [style], [onclick])")


def test_nothing_is_asked_before_a_case_is_said(browser: Browser, origin: str) -> None:
    """The first visit transfers less than 100 kB and sends no case; three fields later the advice is there."""
    browser.get(f"{origin}/")
    see(browser, "#tool")
    for pointer, text in ((DESCRIPTION, "Sort letters."), (CORRECT, "148"), (TOTAL, "200")):
        fill(browser, pointer, text)
    time.sleep(1)
    loaded = browser.execute_script(
        "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map((one) => [one.name, one.transferSize])"
    )
    assert not [name for name, _ in loaded if "/v1/" in name]
    assert sum(size for _, size in loaded) < 100_000
    assert said(browser, "headline") == "Still to say: Requests per month."
    fill(browser, VOLUME, "400000")
    assert advised(browser) == asked(origin, case())["verdict"]["headline"]


def test_halving_the_volume_in_its_field_changes_the_advice(browser: Browser, origin: str) -> None:
    """A figure that is changed is answered anew, and a line says what changed in the request and in the advice."""
    browser.get(f"{origin}/{fragment(case(3_000_000))}")
    before = advised(browser)
    fill(browser, VOLUME, "1,500,000")
    after = advised(browser)
    assert (before, after) == tuple(asked(origin, case(n))["verdict"]["headline"] for n in (3_000_000, 1_500_000))
    assert before != after
    line = said(browser, "changed")
    assert "Requests per month: 3,000,000 → 1,500,000" in line
    assert f"Before: “{before}”" in line
    assert request_of(browser) == case(1_500_000)


def test_halving_the_volume_by_its_slider_changes_the_advice(browser: Browser, origin: str) -> None:
    """The volume's slider, which says where the best option changes, halves the volume by the keyboard, and back again."""
    browser.get(f"{origin}/{fragment(case(3_000_000))}")
    before = advised(browser)
    slider = see(browser, "#slider-requests_per_month")
    output = browser.find_element(By.CSS_SELECTOR, "output[for=slider-requests_per_month]")
    assert output.text == "3,000,000 (today)"
    items = asked(origin, case(3_000_000))["break_even"]["items"]
    switch = next(one["nearest_switch"] for one in items if one["input"] == "requests_per_month")
    assert f"{float(f'{switch:.3g}'):,.0f}" in said(browser, "slider-requests_per_month-words")
    while float(output.text.split(" ")[0].replace(",", "")) > 1_500_000:
        slider.send_keys(Keys.ARROW_LEFT)
    after, volume = advised(browser), request_of(browser)["volume"]["requests_per_month"]
    assert 1_300_000 < volume <= 1_500_000
    assert (before, after) == tuple(asked(origin, case(n))["verdict"]["headline"] for n in (3_000_000, volume))
    assert before != after
    assert f"Requests per month: 3,000,000 → {volume:,}. Before: “{before}”" in said(browser, "changed")
    assert browser.switch_to.active_element == slider
    assert box(browser, VOLUME).get_property("value") == f"{volume:,}"
    see(browser, "#reset").click()
    assert advised(browser) == before
    assert request_of(browser) == case(3_000_000)
    assert output.text == "3,000,000 (today)"


def test_a_slider_keeps_the_width_of_a_range_and_leaves_unsaid_what_was(browser: Browser, origin: str) -> None:
    """A range is moved as a whole; a slider that stands where nothing was said says nothing when it is put back there."""
    load(browser, origin, "Ticket triage")
    see(browser, "#slider-requests_per_month").send_keys(Keys.ARROW_LEFT * 3)
    advised(browser)
    moved = request_of(browser)["volume"]["requests_per_month"]
    assert moved["high"] < 480_000
    assert moved["high"] / moved["low"] == pytest.approx(480 / 350, rel=0.01)
    load(browser, origin, "Minimal")
    slider = see(browser, "#slider-error_cost")
    slider.send_keys(Keys.ARROW_RIGHT * 5)
    advised(browser)
    assert request_of(browser)["finance"]["error_cost"] > 0
    slider.send_keys(Keys.HOME)
    advised(browser)
    assert request_of(browser) == SMALLEST


def test_sliders_that_other_options_follow_say_nothing_of_them(browser: Browser, origin: str) -> None:
    """The slider of the answers that are right has no strip of best options, for that holds what the slider moves."""
    browser.get(f"{origin}/{fragment({**case(), 'finance': {'error_cost': 0.01}})}")
    advised(browser)
    see(browser, "#slider-error_cost-words")
    slider = see(browser, "#slider-prompt_accuracy")
    assert slider.get_attribute("aria-describedby") is None
    beside = browser.find_elements(By.CSS_SELECTOR, ".slider:has(#slider-prompt_accuracy) :is(.strip, .hint)")
    assert beside == []
    slider.send_keys(Keys.ARROW_RIGHT)
    advised(browser)
    assert request_of(browser)["prompting"]["measured_accuracy"]["correct"] == 149


def test_the_page_asks_for_all_that_renderings_are_made_of() -> None:
    """The heavy parts are asked for in the service's order: in another one every answer would be computed twice."""
    script = (ROOT / "service" / "http" / "web" / "request.js").read_text()
    (listed,) = re.findall(r"^const HEAVY = (\[.*\]);$", script, re.MULTILINE)
    assert json.loads(listed) == list(typing.get_args(Heavy))


@pytest.mark.parametrize("text", ["0,345", "0 345", "0,500.5"])
def test_a_decimal_comma_is_not_read_as_thousands(text: str, browser: Browser, origin: str) -> None:
    """A number that begins with 0 has no thousands: it stays as it was typed, and the service's fault stands beside it."""
    load(browser, origin, "Minimal")
    fill(browser, VOLUME, text)
    see(browser, "#faults .faults")
    assert request_of(browser)["volume"]["requests_per_month"] == text
    assert said(browser, "field-volume-requests_per_month-fault")
    refused(browser, "/v1/assessments")
    fill(browser, VOLUME, "92,125")
    advised(browser)
    assert request_of(browser)["volume"]["requests_per_month"] == 92_125


def test_a_field_is_a_figure_a_range_or_unknown(browser: Browser, origin: str) -> None:
    """A figure, a range, a share in per cent and a choice stand in the request; what is emptied again is not there at all."""
    load(browser, origin, "Minimal")
    see(browser, "#more > summary").click()
    fill(browser, "/finance/error_cost", "0.4")
    fill(browser, "/finance/error_cost", "1.6", upper=True)
    fill(browser, "/task/required_accuracy", "90")
    fill(browser, "/latency_target/seconds", "2")
    Select(box(browser, "/task/audit_required")).select_by_visible_text("No")
    advised(browser)
    more = {
        "task": {**SMALLEST["task"], "required_accuracy": 0.9, "audit_required": False},
        "finance": {"error_cost": {"low": 0.4, "high": 1.6}},
        "latency_target": {"seconds": 2, "percentile": 0.95},
    }
    assert request_of(browser) == {**SMALLEST, **more}
    for pointer in ("/finance/error_cost", "/task/required_accuracy", "/latency_target/seconds"):
        fill(browser, pointer, "")
    fill(browser, "/finance/error_cost", "", upper=True)
    Select(box(browser, "/task/audit_required")).select_by_visible_text("Unknown")
    advised(browser)
    assert request_of(browser) == SMALLEST


def test_json_and_form_say_the_same_both_ways(browser: Browser, origin: str) -> None:
    """JSON that is written fills the form; what the form does not know stays when a field is changed."""
    load(browser, origin, "Minimal")
    see(browser, "#expert > summary").click()
    unknown = {**case(), "simulation": {"draws": 512, "seed": 3}, "as_of": "2026-11-23"}
    area = browser.find_element(By.ID, "json")
    area.send_keys(Keys.CONTROL, "a", Keys.NULL, "{")
    assert said(browser, "json-fault").startswith("Not a request yet")
    assert request_of_form(browser) == "400,000"
    browser.execute_script("arguments[0].value = arguments[1]", area, json.dumps({**unknown, "volume": {}}))
    area.send_keys(" ")
    assert said(browser, "headline") == "Still to say: Requests per month."
    fill(browser, VOLUME, "20 000")
    assert (
        advised(browser)
        == asked(origin, {**unknown, **{"volume": {"requests_per_month": 20_000}}})["verdict"]["headline"]
    )
    assert request_of(browser) == {**unknown, "volume": {"requests_per_month": 20_000}}


def test_json_that_is_nested_too_deep_is_no_request(browser: Browser, origin: str) -> None:
    """JSON of more than 20 levels is told of below its box, and changes nothing."""
    load(browser, origin, "Minimal")
    see(browser, "#expert > summary").click()
    area = browser.find_element(By.ID, "json")
    deep = json.dumps({**case(5), "deep": "@"}).replace('"@"', "[" * 20 + "]" * 20)
    browser.execute_script("arguments[0].value = arguments[1]", area, deep)
    area.send_keys(" ")
    assert "at most 20 levels" in said(browser, "json-fault")
    assert request_of_form(browser) == "400,000"


def request_of_form(browser: Browser) -> object:
    """Return what the box of the volume says."""
    return box(browser, VOLUME).get_property("value")


def test_base_models_are_completed_from_the_price_list(browser: Browser, origin: str) -> None:
    """The price list is fetched when a base model is to be named, and not before."""
    load(browser, origin, "Minimal")
    assert not browser.find_elements(By.CSS_SELECTOR, "#models option")
    see(browser, "#more > summary").click()
    fill(browser, "/prompting/base_model", "openai/gpt-4.1-nano")
    see_options = "return [...document.querySelectorAll('#models option')].map((one) => one.value)"
    for _ in range(100):
        if listed := browser.execute_script(see_options):
            break
        time.sleep(0.05)
    assert "openai/gpt-4.1-nano" in listed
    expected = {**SMALLEST, "prompting": {**SMALLEST["prompting"], "base_model": "openai/gpt-4.1-nano"}}
    assert advised(browser) == asked(origin, expected)["verdict"]["headline"]


def test_command_and_json_that_are_copied_are_the_request(browser: Browser, origin: str) -> None:
    """The copied command is curl with this service's address and the request, quotes and all; the JSON is the request."""
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    request = case(description="Don't \"$HOME\" `id` \\ sort ' 😀 \n second line")
    browser.get(f"{origin}/{fragment(request)}")
    advised(browser)
    see(browser, "#copy-curl").click()
    command = shlex.split(copied(browser))
    assert command[:3] == ["curl", "-s", f"{origin}/v1/assessments"]
    assert command[3:5] == ["-H", "Content-Type: application/json"]
    assert json.loads(command[command.index("-d") + 1]) == request
    see(browser, "#copy-json").click()
    assert json.loads(copied(browser)) == request


@pytest.mark.parametrize(
    ("address", "suffix", "start"),
    [
        ("v1/assessments/workbook", "xlsx", b"pk\x03\x04"),
        ("v1/assessments/cash-flow", "csv", b'"option",'),
        ("v1/assessments/cash-flow?shape=long", "csv", b'"option",'),
        ("v1/assessments/memo", "html", b"<!doctype html>"),
    ],
)
def test_renderings_are_downloaded(
    address: str, suffix: str, start: bytes, browser: Browser, origin: str, tmp_path: Path
) -> None:
    """A rendering arrives among the downloads, under the name that the service gives it, and is what it says."""
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    load(browser, origin, "Minimal")
    see(browser, f"[data-download='{address}']").click()
    for _ in range(200):
        if found := list(tmp_path.glob(f"prompt-or-tune-*.{suffix}")):
            break
        time.sleep(0.05)
    body = found[0].read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert body.lower().startswith(start)
    assert found[0].name in said(browser, "told")


def test_a_file_that_cannot_be_made_says_why(browser: Browser, origin: str) -> None:
    """Where a rendering is refused the page tells what the service says of it, and no file arrives."""
    load(browser, origin, "Minimal")
    fill(browser, VOLUME, "few")
    see(browser, "#faults .faults")
    see(browser, "[data-download='v1/assessments/cash-flow']").click()
    for _ in range(100):
        if said(browser, "told").startswith("CSV could not be made: "):
            break
        time.sleep(0.05)
    assert "1 fault" in said(browser, "told")
    refused(browser, "/v1/assessments")


def test_faults_stand_beside_their_fields(browser: Browser, origin: str) -> None:
    """Every fault is told together, each with a link to its field, and beside the field; a sound request clears them."""
    load(browser, origin, "Minimal")
    fill(browser, CORRECT, "many")
    fill(browser, VOLUME, "5")
    fill(browser, VOLUME, "-3", upper=True)
    alert = see(browser, "#faults [href='#field-volume-requests_per_month']")
    wrong = [box(browser, pointer) for pointer in (CORRECT, VOLUME)]
    assert [one.get_attribute("aria-invalid") for one in wrong] == ["true", "true"]
    assert "No advice" in said(browser, "headline")
    beside = said(browser, "field-volume-requests_per_month-fault")
    assert beside and beside in said(browser, "faults")
    assert said(browser, "field-prompting-measured_accuracy-correct-fault")
    assert not said(browser, "field-task-description-fault")
    alert.click()
    assert browser.switch_to.active_element == wrong[1]
    refused(browser, "/v1/assessments")
    fill(browser, CORRECT, "148")
    fill(browser, VOLUME, "400000")
    fill(browser, VOLUME, "", upper=True)
    advised(browser)
    browser.get_log("browser")
    assert not said(browser, "faults")
    assert not browser.find_elements(By.CSS_SELECTOR, "[aria-invalid]")


def test_a_fault_of_what_the_form_does_not_show_leads_to_the_json(browser: Browser, origin: str) -> None:
    """A fault without a field in the form is told with a link that opens the JSON."""
    browser.get(f"{origin}/{fragment({**case(), 'simulation': {'seed': -1}})}")
    see(browser, "#faults a").click()
    assert "simulation, seed" in said(browser, "faults")
    assert browser.switch_to.active_element == see(browser, "#json")
    refused(browser, "/v1/assessments")


def test_the_page_is_used_without_a_mouse(browser: Browser, origin: str) -> None:
    """By Tab, Enter, typing and arrows alone an example is loaded, a field is changed and a slider is moved."""
    look(browser, width=1280)
    browser.get(f"{origin}/")
    see(browser, "#tool")

    def tab_to(selector: str) -> None:
        wanted = browser.find_element(By.CSS_SELECTOR, selector)
        for _ in range(60):
            if browser.switch_to.active_element == wanted:
                return
            browser.switch_to.active_element.send_keys(Keys.TAB)
        raise AssertionError(f"{selector} is not reached")

    tab_to(".examples li:nth-child(2) a")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    advised(browser)
    tab_to("#field-volume-requests_per_month")
    browser.switch_to.active_element.send_keys("175000")
    advised(browser)
    assert "Requests per month: 350,000 to 480,000 → 175,000 to 480,000" in said(browser, "changed")
    tab_to("#slider-error_cost")
    browser.switch_to.active_element.send_keys(Keys.PAGE_DOWN)
    advised(browser)
    assert "Cost of a wrong answer: 0.4 to 1.6 →" in said(browser, "changed")
    tab_to("#more > summary")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    tab_to("#field-task-required_accuracy")
    tab_to("[data-download]")
