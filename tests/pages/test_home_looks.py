"""The page to decide on, looked at: by those who need contrast, by phone, on paper, without scripts."""

from __future__ import annotations

import pytest
from pages.deciding import VOLUME, advised, fill, load, refused, said
from pages.looking import Browser, is_within, look, see, violations
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_in_the_way_of_anybody(width: int, scheme: str, browser: Browser, origin: str) -> None:
    """At any width, light or dark, axe finds no fault with the page: before there is advice, with it, and with faults."""
    look(browser, width=width, scheme=scheme)
    browser.get(f"{origin}/")
    see(browser, "#tool")
    assert violations(browser) == []
    load(browser, origin, "Ticket triage")
    browser.execute_script(UNFOLD)
    assert violations(browser) == []
    fill(browser, VOLUME, "few")
    see(browser, "#faults .faults")
    assert violations(browser) == []
    refused(browser, "/v1/assessments")


@pytest.mark.parametrize("name", ["Minimal", "Ticket triage", "Contract extraction", "Policy answers"])
def test_a_phone_needs_no_scrolling_to_the_side(name: str, browser: Browser, origin: str) -> None:
    """With an answer, and everything unfolded, the page is as wide as a phone."""
    look(browser, width=390)
    load(browser, origin, name)
    browser.execute_script(UNFOLD)
    assert is_within(browser)


@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_a_main_figure_is_not_broken_within(width: int, browser: Browser, origin: str) -> None:
    """The three figures may be broken between words, never within a number, and stay inside their boxes."""
    look(browser, width=width)
    load(browser, origin, "Ticket triage")
    figures = browser.find_elements(By.CSS_SELECTOR, "#memo .three strong")
    assert len(figures) == 3
    for figure in figures:
        lines = browser.execute_script(
            "const [text] = arguments[0].childNodes; const found = [];"
            "for (const word of text.data.matchAll(/[^ ]+/g)) { const range = new Range();"
            "  range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);"
            "  found.push(range.getClientRects().length); } return found;",
            figure,
        )
        assert set(lines) == {1}, figure.text
        assert browser.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", figure)


def test_the_advice_stays_in_sight_while_a_slider_is_moved(browser: Browser, origin: str) -> None:
    """On a phone the headline stands above each slider that is scrolled to, not over it."""
    look(browser, width=390)
    load(browser, origin, "Ticket triage")
    see(browser, "#slider-requests_per_month").send_keys(Keys.PAGE_DOWN)
    headline = advised(browser)
    assert len(said(browser, "changed")) > 100
    for slider in browser.find_elements(By.CSS_SELECTOR, "#knobs input"):
        browser.execute_script("arguments[0].focus(); arguments[0].scrollIntoView()", slider)
        bar, own = browser.execute_script(
            "return [document.querySelector('.verdict-bar'), arguments[0]].map((one) => one.getBoundingClientRect().toJSON())",
            slider,
        )
        assert bar["top"] >= 0 and bar["bottom"] <= own["top"] and own["bottom"] <= 844
    assert said(browser, "headline") == headline


def test_on_paper_there_is_the_memo_alone(browser: Browser, origin: str) -> None:
    """Printed, the page is the memo: neither form nor buttons."""
    load(browser, origin, "Minimal")
    try:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert browser.find_element(By.ID, "memo").is_displayed()
        for identifier in ("form", "copy-link", "terminal", "headline"):
            assert not browser.find_element(By.ID, identifier).is_displayed(), identifier
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_it_says_what_the_service_is(browser: Browser, origin: str) -> None:
    """Without scripts there is no form that does nothing, but what the service is, its command and its links."""
    look(browser, width=1280, scripts=False)
    browser.get(f"{origin}/")
    assert not browser.find_element(By.ID, "tool").is_displayed()
    assert "curl -s http://" in see(browser, "#command").text
    assert "fine-tuning?" in see(browser, "h1").text
    assert see(browser, "noscript a").text == "OpenAPI document"
    assert see(browser, "header a[href=docs]").text == "Documentation"
    assert len(browser.find_elements(By.CSS_SELECTOR, ".operations a")) > 10
