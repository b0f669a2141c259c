"""How the tests use the page to decide on: load an example, fill fields, wait for the advice, read what is on the page."""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from typing import Any

from pages.looking import Browser, see
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

VOLUME = "/volume/requests_per_month"
CORRECT = "/prompting/measured_accuracy/correct"
TOTAL = "/prompting/measured_accuracy/total"
DESCRIPTION = "/task/description"

IS_ADVISED = """
const of = (id) => document.getElementById(id);
return !of("state").textContent && !of("answer").hidden && !of("answer").classList.contains("is-old") && of("headline").textContent;
"""


def box(browser: Browser, pointer: str, upper: bool = False) -> WebElement:
    """Return the box of a field of the form."""
    return browser.find_element(By.ID, f"field{pointer.replace('/', '-')}{'-to' if upper else ''}")


def fill(browser: Browser, pointer: str, text: str, upper: bool = False) -> None:
    """Write over what a box says, by the keyboard."""
    box(browser, pointer, upper).send_keys(Keys.CONTROL, "a", Keys.NULL, text or Keys.DELETE)


def advised(browser: Browser) -> str:
    """Return the headline of the advice for what the form says, once it is there."""
    wait: WebDriverWait[Browser] = WebDriverWait(browser, 60, 0.05)
    headline: str = wait.until(lambda at: at.execute_script(IS_ADVISED))
    return headline


def load(browser: Browser, origin: str, name: str) -> str:
    """Open the page, load an example and return the headline of its advice."""
    browser.get(f"{origin}/")
    see(browser, "#tool")
    browser.find_element(By.LINK_TEXT, name).click()
    return advised(browser)


def said(browser: Browser, identifier: str) -> str:
    """Return the text of an element."""
    return str(browser.find_element(By.ID, identifier).get_property("textContent"))


def request_of(browser: Browser) -> dict[str, Any]:
    """Return the request that the page holds, as its JSON says."""
    request: dict[str, Any] = json.loads(str(browser.find_element(By.ID, "json").get_property("value")))
    return request


def fragment(request: object) -> str:
    """Return the end of a link that holds a request, as anybody may write it."""
    return "#r=" + base64.urlsafe_b64encode(json.dumps(request).encode()).decode().rstrip("=")


def asked(origin: str, request: object) -> dict[str, Any]:
    """Return what the service itself answers to a request."""
    told = urllib.request.Request(
        f"{origin}/v1/assessments", json.dumps(request).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(told, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def refused(browser: Browser, path: str) -> None:
    """Take the console's word that a request was refused, which a test has asked for, and for nothing else."""
    entries = browser.get_log("browser")
    assert entries
    assert all(path in entry["message"] and entry["source"] == "network" for entry in entries), entries


def case(volume: object = 400_000, description: str = "Sort letters.") -> dict[str, Any]:
    """Return a request of three fields."""
    return {
        "task": {"description": description},
        "prompting": {"measured_accuracy": {"correct": 148, "total": 200}},
        "volume": {"requests_per_month": volume},
    }


def copied(browser: Browser) -> str:
    """Return what lies in the clipboard, once the page has told that it put something there."""
    for _ in range(100):
        if said(browser, "told") == "Copied.":
            break
        time.sleep(0.02)
    browser.execute_script("document.getElementById('told').textContent = ''")
    text: str = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    return text
