"""The pages for people: complete, at peace with their own security policy, and in need of no other host."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import tomllib
from fnmatch import fnmatch
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from litestar.testing import TestClient
from pages.looking import Browser, brightness, is_within, look, see
from selenium.webdriver.support.ui import Select

ROOT = Path(__file__).parents[2]
WEB = ROOT / "service" / "http" / "web"
PAGES = ("/", "/docs")
ELSEWHERE = re.compile(rb"https?://|[\"'(]//", re.IGNORECASE)
ANSWER = ".live-responses-table tr.response"
Client = TestClient[Any]


class Reader(HTMLParser):
    """Collects what a page refers to, and the text of its elements that have an id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []
        self.text: dict[str, str] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what an element refers to."""
        said = dict(attributes)
        self.links += [value or "" for name, value in attributes if name in ("href", "src", "action", "srcset", "data")]
        self.inline += [name for name in said if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in said) else []
        self._inside = said.get("id") or ""

    def handle_data(self, data: str) -> None:
        """Note the text of an element with an id."""
        if self._inside:
            self.text[self._inside] = self.text.get(self._inside, "") + data

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._inside = ""


def read(client: Client, path: str) -> Reader:
    """Return a page, read."""
    return Reader(client.get(path).text)


def assets(client: Client) -> set[str]:
    """Return the path of every asset that the pages name."""
    return {f"/{link}" for page in PAGES for link in read(client, page).links if link.startswith("docs/assets/")}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_html_that_may_load_from_its_own_host_only(path: str, client: Client) -> None:
    """A page is HTML in UTF-8 whose policy admits nothing but its own origin, no inline script and no inline style."""
    response = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy.pop("img-src") == "'self' data:"
    assert {policy.pop(name) for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert set(policy.values()) == {"'none'"}
    assert not read(client, path).inline


def test_pages_and_assets_are_tagged_and_answer_head(client: Client) -> None:
    """A page or an asset that the browser has already is not sent again; HEAD has the headers of GET and no body."""
    for path in (*PAGES, *assets(client)):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        for name in ("etag", "content-type", "content-length", "cache-control"):
            assert head.headers[name] == first.headers[name], (path, name)


def test_every_link_of_a_page_leads_somewhere(client: Client) -> None:
    """Every asset and page that a page refers to is answered; assets, whose address is their digest, are kept long."""
    for path in PAGES:
        for link in read(client, path).links:
            response = client.get(urljoin(path, link))
            assert response.status_code == 200, (path, link)
            is_asset = link.startswith("docs/assets/")
            assert ("immutable" in response.headers["cache-control"]) is is_asset, link
    kinds = {client.get(path).headers["content-type"].partition(";")[0] for path in assets(client)}
    assert kinds == {"text/css", "text/javascript", "image/svg+xml"}


@pytest.mark.parametrize("path", PAGES)
def test_links_stay_under_the_path_that_a_proxy_put_before_the_service(path: str, client: Client) -> None:
    """Every link is relative: it keeps to the host, and to the folder where a proxy may have hung the service."""
    for link in read(client, path).links:
        assert urljoin(f"https://example.org/under{path}", link).startswith("https://example.org/under/"), link


@pytest.mark.parametrize("path", ["/docs/", "/docs//"])
def test_docs_with_a_slash_leads_to_docs(path: str, client: Client) -> None:
    """/docs/ would be another folder for relative links, so it leads to /docs."""
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 308
    assert urljoin(f"https://example.org{path}", response.headers["location"]) == "https://example.org/docs"


def test_nothing_that_the_pages_load_names_another_host(client: Client) -> None:
    """Neither our files nor the style sheet of the documentation refer to another host."""
    for file in WEB.iterdir():
        found = file.read_bytes().replace(b'xmlns="http://www.w3.org/2000/svg"', b"")
        assert not ELSEWHERE.search(found), file.name
    for path in assets(client):
        if path.endswith(".css"):
            urls = re.findall(r"url\(\s*[\"']?([^\"')]*)|@import\s+(\S+)", client.get(path).text)
            assert all(url.startswith("data:") and not imported for url, imported in urls), path


@pytest.mark.parametrize(
    "path",
    [
        "/docs/assets", "/docs/assets/", "/docs/assets/start.js", "/docs/assets/0000000000000000/start.js",
        "/docs/assets//start.js", "/docs/assets/../../pyproject.toml", "/docs/assets/%2e%2e/%2e%2e%2fsettings.py",
        "/docs/assets/..%2f..%2f/settings.py", "/docs/assets/x/..%5c..%5csettings.py", "/docs/none",
    ],
)  # fmt: skip
def test_an_unknown_asset_is_a_problem(path: str, client: Client) -> None:
    """What no page names is 404 as any other error, be it a stale digest or a way out of the folder."""
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"


def test_every_digest_is_that_of_its_asset_alone(client: Client) -> None:
    """An asset is not answered under the digest of another."""
    one, other = sorted(path for path in assets(client) if path.endswith(".js"))[:2]
    mixed = f"{one.rpartition('/')[0]}/{other.rpartition('/')[2]}"
    assert client.get(mixed).status_code == 404


def test_an_address_holds_the_digest_of_its_bytes_and_modules_name_each_other_by_it(client: Client) -> None:
    """Every asset is addressed by its own digest, and every import of a module leads to an asset that is served."""
    paths, imported = assets(client), set()
    for path in paths:
        body = client.get(path).content
        assert path.split("/")[-2] == hashlib.sha256(body).hexdigest()[:16]
        if path.endswith(".js") and not path.endswith("swagger-ui-bundle.js"):
            imported |= {
                urljoin(path, name) for name in re.findall(r'^import .* from "(.*)";$', body.decode(), re.MULTILINE)
            }
    assert len(imported) >= 10
    assert imported <= paths


def test_every_file_of_the_pages_is_installed_and_used(client: Client) -> None:
    """Every file in service/http/web is package data, and is served: none is forgotten, none is left over."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["service"]
    served = {path.rpartition("/")[2] for path in assets(client)} | {"home.html", "docs.html"}
    for file in WEB.iterdir():
        assert any(fnmatch(f"http/web/{file.name}", pattern) for pattern in patterns), file.name
        assert file.name in served


def test_the_first_page_says_what_the_document_says(client: Client) -> None:
    """The command is the document's smallest example, the verdict its answer's, and every operation has its link."""
    document = client.get("/openapi.json").json()
    said = document["paths"]["/v1/assessments"]["post"]
    page = read(client, "/")
    command = shlex.split(page.text["command"])
    assert command[:3] == ["curl", "-s", document["servers"][0]["url"] + "/v1/assessments"]
    example = said["requestBody"]["content"]["application/json"]["examples"]["minimal"]["value"]
    assert json.loads(command[command.index("-d") + 1]) == example
    answer = said["responses"]["200"]["content"]["application/json"]["examples"]["minimal"]["value"]
    assert escape(answer["verdict"]["summary"]) in client.get("/").text
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert {f"docs#/{op['tags'][0]}/{op['operationId']}" for op in operations} <= set(page.links)


def test_pages_are_not_part_of_the_contract(client: Client) -> None:
    """The document describes the API; the pages are not in it."""
    assert not [path for path in client.get("/openapi.json").json()["paths"] if path == "/" or path.startswith("/docs")]


def test_an_assessment_is_tried_out_in_the_browser(browser: Browser, origin: str) -> None:
    """Opened, filled with an example and executed, the documentation shows the verdict of the service it came from."""
    browser.get(f"{origin}/docs")
    see(browser, ".opblock")
    document = json.loads(browser.execute_async_script("fetch('openapi.json').then(r => r.text()).then(arguments[0])"))
    assert len(browser.find_elements("css selector", ".opblock")) == sum(map(len, document["paths"].values()))
    operation = "#operations-assessments-createAssessment"
    see(browser, f"{operation} .opblock-summary-control").click()
    examples = Select(see(browser, f"{operation} .opblock-section-request-body .examples-select-element"))
    examples.select_by_visible_text("Ticket triage")
    body = see(browser, f"{operation} textarea.body-param__text")
    wanted = document["paths"]["/v1/assessments"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert json.loads(body.get_attribute("value") or "") == wanted["ticket_triage"]["value"]
    see(browser, f"{operation} .execute").click()
    assert see(browser, f"{ANSWER} .response-col_status").text.startswith("200")
    shown = see(browser, f"{ANSWER} .highlight-code").text
    assert '"verdict"' in shown and '"action": "improve_prompt"' in shown
    assert see(browser, ".request-url").text.endswith(f"{origin}/v1/assessments")


def test_a_link_opens_an_operation_with_its_example_filled_in(browser: Browser, origin: str) -> None:
    """The address of an operation opens it; its path is filled with the document's example and is answered."""
    browser.get(f"{origin}/docs#/catalogue/getModel")
    see(browser, "#operations-catalogue-getModel .execute").click()
    assert see(browser, f"{ANSWER} .response-col_status").text.startswith("200")
    assert '"id": "openai/gpt-4.1-mini"' in see(browser, f"{ANSWER} .highlight-code").text


def test_a_key_is_given_and_sent(browser: Browser, origin: str) -> None:
    """A key that is typed under Authorize goes out in X-Api-Key, and is forgotten with the page."""
    browser.get(f"{origin}/docs#/catalogue/getFramework")
    see(browser, ".btn.authorize").click()
    see(browser, ".auth-container input").send_keys("a-key")
    see(browser, ".auth-container .btn.authorize").click()
    see(browser, ".modal-ux .btn-done").click()
    see(browser, "#operations-catalogue-getFramework .execute").click()
    see(browser, f"{ANSWER} .response-col_status")
    see(browser, ".request-snippets button").click()
    assert "X-Api-Key: a-key" in see(browser, ".request-snippets").text
    assert browser.execute_script("return localStorage.length") == 0


def test_the_first_page_fits_a_phone(browser: Browser, origin: str) -> None:
    """On a phone neither page scrolls to the side, and the command names the address that the page came from."""
    look(browser, width=390)
    browser.get(f"{origin}/")
    assert is_within(browser)
    assert f"{origin}/v1/assessments" in see(browser, "#command").text
    see(browser, "#copy").click()
    assert see(browser, "#copy").text in ("Copied", "Selected")
    see(browser, "a[href='docs#/assessments/createAssessment']").click()
    see(browser, "#operations-assessments-createAssessment .execute").click()
    see(browser, ANSWER)
    assert is_within(browser)


@pytest.mark.parametrize("path", PAGES)
def test_pages_follow_the_colour_scheme(path: str, browser: Browser, origin: str) -> None:
    """Who prefers a dark scheme gets one."""
    for scheme, is_dark in (("light", False), ("dark", True)):
        look(browser, width=1280, scheme=scheme)
        browser.get(f"{origin}{path}")
        assert (brightness(browser) < 3 * 64) is is_dark, scheme


def test_the_first_page_is_read_without_scripts(browser: Browser, origin: str) -> None:
    """Without JavaScript the first page shows its command and no dead button, and /docs leads to the document."""
    look(browser, width=1280, scripts=False)
    browser.get(f"{origin}/")
    assert "curl -s http://" in see(browser, "#command").text
    assert not browser.find_element("id", "copy").is_displayed()
    browser.get(f"{origin}/docs")
    assert see(browser, "noscript a").text == "OpenAPI document"
