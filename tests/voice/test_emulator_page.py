"""The emulator's page, over HTTP and in a real browser, and who may use it."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import Select, WebDriverWait

from eightx8_voice import events
from eightx8_voice.emulator import Emulator, Plan
from eightx8_voice.menu import Ivr, Menu, Transfer
from tests.support.endpoints import Delivered, Reply, endpoint

ELSEWHERE = "+6531589338"
IVR = Ivr(Menu("Two for us.", {"2": Transfer(ELSEWHERE, "+6568332048")}), voice_profile="en-US-BenjaminRUS", tries=1)
FROM, TO = "+6591178965", "+6568332048"
FORM = {"subaccount": "acme", "source": FROM, "destination": TO, "keys": "1", "outcome": "COMPLETED", "delay": "0"}


def test_everything_shown_is_escaped_and_nothing_foreign_is_loaded() -> None:
    """Values from the account and the form are text; the policy allows only the page's own style and form."""
    hostile = "<script>alert(1)</script>"
    with Emulator() as api:
        api.account.put(f"a{hostile}", "VCA", f"https://example.com/{hostile}\ud800\x1b", http_auth_header="canary")
        page = requests.post(api.url, data={**FORM, "subaccount": hostile, "source": hostile}, timeout=10)
        style = requests.get(f"{api.url}/_page.css", timeout=10)

    assert (page.status_code, page.text.count("<script"), "canary" in page.text) == (422, 1, False)
    assert page.text.count("&lt;script&gt;") >= 3
    assert "auth header set" in page.text
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "script-src 'self'", "frame-ancestors 'none'"} <= {*policy}
    assert style.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        *[({"Origin": origin}, 403) for origin in ("https://evil.example", "null")],
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        *[({"Host": host}, 421) for host in ("evil.example", "evil.example:80", "[::1", "a b")],
    ],
)
def test_a_foreign_site_cannot_place_a_call(headers: dict[str, str], status: int) -> None:
    """Neither cross-site requests nor DNS rebinding can place one, read the page or use keyless paths."""
    with Emulator() as api:
        placed = requests.post(api.url, data=FORM, headers=headers, timeout=10).status_code
        read = requests.get(api.url, headers=headers, timeout=10).status_code
        by_program = requests.post(f"{api.url}/_calls", json={}, headers=headers, timeout=10).status_code
        assert requests.post(f"{api.url}/_calls", data=FORM, timeout=10).status_code == 415

        assert (placed, by_program, read if status == 421 else status) == (status, status, status)
        assert api.calls.calls == []


def test_an_invalid_form_is_shown_again_with_the_reason() -> None:
    """Its values are kept, and a request without a form is treated the same."""
    wrong = {"subaccount": "", "source": "me", "keys": "one", "outcome": "GREAT", "delay": "soon"}
    with Emulator() as api:
        api.account.put("acme", "VCA", "https://ivr.example.com/")
        pages = {name: requests.post(api.url, data=FORM | {name: value}, timeout=10) for name, value in wrong.items()}
        unserved = requests.post(api.url, data=FORM | {"subaccount": "other"}, timeout=10)
        odd = requests.post(api.url, data=b"bad\xff", headers={"Content-Type": "multipart/form-data"}, timeout=10)

    assert {odd.status_code, *(page.status_code for page in pages.values())} == {422}
    assert [name for name, page in pages.items() if not re.search(f"{name}s? (must be|is missing)", page.text)] == []
    assert all(f'value="{TO}"' in page.text for page in pages.values())
    assert "no webhook is registered for other" in html.unescape(unserved.text)


def test_the_form_keeps_the_last_values() -> None:
    """At first the subaccount is that of the last call, wherever it was placed."""
    with endpoint() as served, Emulator() as api:
        for name in ("acme", "other"):
            api.account.put(name, "VCA", served.url)
        api.place_call("other", Plan(FROM, TO))
        first = requests.get(api.url, timeout=10).text
        after = requests.post(api.url, data=FORM | {"keys": "1,2#"}, timeout=10).text

    assert 'name="subaccount" value="other"' in first
    assert 'name="subaccount" value="acme"' in after
    assert 'name="keys" value="1,2#"' in after


def test_the_head_of_a_call_shows_failures_and_its_statuses_are_grouped() -> None:
    """Failures show whatever the status; older ended calls are collapsed, and foreign text is isolated."""

    def respond(delivered: Delivered) -> Reply:
        event = events.parse(delivered.body)
        if isinstance(event, events.CallAction):
            return Reply(200, IVR.answer(event).as_dict())
        return Reply(503 if isinstance(event, events.SessionSummary) else 200, b"")

    with endpoint(respond) as served, Emulator() as api:
        for name in ("VCA", "VSS", "VCS"):
            api.account.put("acme", name, served.url)
        for duplicate in (True, False):
            api.place_call("acme", Plan(FROM, TO, keys=("2",), duplicate=duplicate))
        page = requests.get(api.url, timeout=10).text

    assert (page.count("1 delivery failed"), page.count("2 deliveries failed")) == (1, 1)
    assert page.count(">COMPLETED</span>") == 2
    assert page.count(f"<bdi>Status of the call to {ELSEWHERE}: initiated, connected, disconnected</bdi>") == 2
    assert re.findall(r'<details id="open-[^"]+"( open)?>', page) == [" open", ""]
    assert "<noscript>" not in page


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    """A headless browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    binary, driver = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser found: install chromium and chromium-driver (chromedriver) to run this test")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage")
    for argument in ("headless=new", "no-sandbox", "no-first-run", *(f"disable-{name}" for name in quiet)):
        options.add_argument(f"--{argument}")
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def texts(browser: WebDriver, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector)]


class Held:
    """An endpoint with a menu, whose summaries are held until they are released."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def respond(self, delivered: Delivered) -> Reply:
        event = events.parse(delivered.body)
        if isinstance(event, events.CallAction):
            return Reply(200, IVR.answer(event).as_dict())
        return Reply(200 if self.go_on.wait(30) else 500, b"")


@pytest.mark.browser
def test_a_user_places_a_call_and_reads_its_timeline(browser: WebDriver) -> None:
    """The page follows the submitted call, and shows its result and no auth header."""
    held = Held()
    with endpoint(held.respond) as served, Emulator() as api:
        for name in ("VCA", "VSS"):
            api.account.put("acme", name, served.url, http_auth_header="Bearer canary")
        browser.get(api.url)
        browser.find_element(By.NAME, "keys").send_keys("2")
        Select(browser.find_element(By.NAME, "outcome")).select_by_visible_text("BUSY")
        browser.find_element(By.CSS_SELECTOR, "form button").click()
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["RUNNING"])
        without_script = requests.get(api.url, timeout=10).text
        held.go_on.set()
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["BUSY"])

        titles = "VCA The phone rings|VCA The caller pressed 2|VCA The action has completed|VSS The session ended: BUSY"
        assert texts(browser, ".timeline .title") == titles.split("|")
        actions = ['sayAndCapture "Two for us."', f'makeCall "{ELSEWHERE}"', "hangup"]
        assert texts(browser, ".timeline .action") == actions
        browser.find_element(By.CSS_SELECTOR, ".timeline summary").click()
        assert '"callStatus": "CALL_RECEIVED"' in browser.find_element(By.CSS_SELECTOR, ".request").text
        assert '"action": "sayAndCapture"' in browser.find_element(By.CSS_SELECTOR, ".response").text
        assert "canary" not in browser.page_source
        assert '<noscript><meta http-equiv="refresh"' in without_script


@pytest.mark.browser
def test_a_refresh_changes_only_what_is_new(browser: WebDriver) -> None:
    """Calls placed elsewhere appear; typed text and opened details stay."""
    held = Held()
    with endpoint(held.respond) as served, Emulator() as api, ThreadPoolExecutor(1) as elsewhere:
        for name in ("VCA", "VSS"):
            api.account.put("acme", name, served.url)
        browser.get(api.url)
        field = browser.find_element(By.NAME, "keys")
        field.send_keys("1,2")
        placed = elsewhere.submit(api.place_call, "acme", Plan(FROM, TO))
        WebDriverWait(browser, 30).until(lambda page: len(texts(page, ".timeline .title")) == 3)
        browser.find_element(By.CSS_SELECTOR, ".timeline summary").click()
        api.account.put("acme", "VCS", served.url)
        held.go_on.set()
        placed.result(30)
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["COMPLETED"])
        WebDriverWait(browser, 30).until(lambda page: len(texts(page, ".subaccount dt")) == 3)

        assert field.get_attribute("value") == "1,2"
        assert browser.find_element(By.CSS_SELECTOR, ".timeline details").get_attribute("open") is not None

    WebDriverWait(browser, 30).until(lambda page: texts(page, ".ended") == ["The emulator has stopped."])
