"""The page to decide on, before a service that asks for keys and counts requests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from pages.browsing import serving
from pages.deciding import VOLUME, advised, fill, refused, said
from pages.looking import Browser, see
from selenium.webdriver.common.by import By

KEYS = ("a-key-of-a-caller", "a-key-of-another")


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Yield the address of a service that lets in two keys, each with nineteen of what an assessment costs five."""
    digests = ",".join(hashlib.sha256(key.encode()).hexdigest() for key in KEYS)
    with serving(API_KEYS=digests, REQUESTS_PER_MINUTE="19") as address:
        yield address


def let_in(browser: Browser, origin: str, key: str) -> None:
    """Load an example, which is refused, and give a key."""
    browser.get(f"{origin}/")
    assert not browser.find_element(By.ID, "key").is_displayed()
    see(browser, ".examples a").click()
    see(browser, "#key").send_keys(key)
    see(browser, "#key-box button").click()


def test_a_key_is_asked_for_once_it_is_needed(browser: Browser, origin: str) -> None:
    """Only a 401 brings up the field for a key; with it the case is answered, and it is kept nowhere."""
    let_in(browser, origin, "not-a-key")
    see(browser, "#faults .faults")
    see(browser, "#key").clear()
    see(browser, "#key").send_keys(KEYS[0])
    see(browser, "#key-box button").click()
    assert advised(browser)
    assert not said(browser, "faults")
    assert browser.execute_script("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert KEYS[0] not in browser.current_url
    refused(browser, "/v1/assessments")
    browser.refresh()
    assert not see(browser, "#key").get_property("value")
    refused(browser, "/v1/assessments")


def test_a_service_that_is_busy_for_a_moment_is_asked_again(browser: Browser, origin: str) -> None:
    """A 503 that names a second is waited for and asked again, and nobody hears of it."""
    browser.get(f"{origin}/")
    see(browser, "#tool")
    browser.execute_script(
        "const real = window.fetch; window.busy = 0;"
        "window.fetch = (...asked) => (window.busy++ ? real(...asked)"
        " : Promise.resolve(new Response('{}', {status: 503, headers: {'Retry-After': '1'}})));"
    )
    see(browser, ".examples a").click()
    assert see(browser, "#key")
    assert browser.execute_script("return window.busy") == 2
    refused(browser, "/v1/assessments")


def test_a_busy_service_says_when_to_come_back(browser: Browser, origin: str) -> None:
    """At the limit an answer is told without its memo, and beyond it in how many seconds, and at what time, to try again."""
    let_in(browser, origin, KEYS[1])
    advised(browser)
    assert see(browser, "#memo svg")
    fill(browser, VOLUME, "100")
    assert see(browser, "#memo #plain").text == advised(browser)
    assert said(browser, "told").startswith("The charts could not be made: ")
    fill(browser, VOLUME, "200")
    told = see(browser, "#faults .faults").text
    assert "Try again in" in told and "second" in told
    refused(browser, "/v1/assessments")
