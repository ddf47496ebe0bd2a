"""The emulator's page, over HTTP and in a real browser, and who may use it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import Select, WebDriverWait

from eightx8_voice import events
from eightx8_voice.emulator import Emulator
from eightx8_voice.menu import Ivr, Menu, Transfer
from tests.support.endpoints import Delivered, Response, endpoint

IVR = Ivr(Menu("Two for us.", {"2": Transfer("+65315", "+65683")}), voice_profile="en-US-BenjaminRUS")
FROM, TO = "+6591178965", "+6568332048"
FORM = {"subaccount": "acme", "source": FROM, "destination": TO, "keys": "1", "outcome": "COMPLETED", "delay": "0"}


def test_everything_shown_is_escaped_and_nothing_foreign_is_loaded() -> None:
    """Values of the account and the form are text; the policy allows the page's own style and form."""
    hostile = "<script>alert(1)</script>"
    with Emulator() as api:
        api.account.put(f"a{hostile}", "VCA", f"https://example.com/{hostile}\ud800\x1b", http_auth_header="canary")
        page = requests.post(api.url, data={**FORM, "subaccount": hostile, "source": hostile}, timeout=10)
        style = requests.get(f"{api.url}/_page.css", timeout=10)

    assert (page.status_code, "<script" in page.text, "canary" in page.text) == (422, False, False)
    assert page.text.count("&lt;script&gt;") >= 3
    assert "auth header set" in page.text
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'"} <= {*policy}
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
    """Neither across sites nor by rebinding a name, which cannot read the page either; nor use what asks for no key."""
    with Emulator() as api:
        placed = requests.post(api.url, data=FORM, headers=headers, timeout=10).status_code
        read = requests.get(api.url, headers=headers, timeout=10).status_code
        for path in ("/_calls", "/_deliveries"):
            assert requests.post(api.url + path, json={}, headers=headers, timeout=10).status_code == status
            assert requests.post(api.url + path, data=FORM, timeout=10).status_code == 415

        assert (placed, read if status == 421 else status, api.calls.calls) == (status, status, [])


def test_a_wrong_form_is_shown_again_with_the_reason() -> None:
    """What was entered stays in the form; whatever else is sent is a wrong form, too."""
    wrong = {"subaccount": "", "source": "me", "keys": "one", "outcome": "GREAT", "delay": "soon"}
    with Emulator() as api:
        pages = {name: requests.post(api.url, data=FORM | {name: value}, timeout=10) for name, value in wrong.items()}
        odd = requests.post(api.url, data=b"bad\xff", headers={"Content-Type": "multipart/form-data"}, timeout=10)

    assert {odd.status_code, *(page.status_code for page in pages.values())} == {422}
    assert [name for name, page in pages.items() if not re.search(f"{name} (must be|is missing)", page.text)] == []
    assert all(f'value="{TO}"' in page.text for page in pages.values())


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    """A headless one, with scripts switched off."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    binary, driver = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser found: install chromium and chromium-driver (chromedriver) to run this test")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def texts(browser: WebDriver, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector)]


@pytest.mark.browser
def test_a_person_places_a_call_and_reads_its_timeline(browser: WebDriver) -> None:
    """The form is sent, the page follows the call, shows how it went and no auth header, and ends reloading."""
    held = threading.Event()

    def respond(delivered: Delivered) -> Response:
        event = events.parse(delivered.body)
        if isinstance(event, events.CallAction):
            return Response(200, IVR.answer(event).as_dict())
        return Response(200 if held.wait(10) else 500, b"")

    with endpoint(respond) as served, Emulator() as api:
        for name in ("VCA", "VSS"):
            api.account.put("acme", name, served.url, http_auth_header="Bearer canary")
        browser.get(api.url)
        browser.find_element(By.NAME, "keys").send_keys("2")
        Select(browser.find_element(By.NAME, "outcome")).select_by_visible_text("BUSY")
        browser.find_element(By.CSS_SELECTOR, "form button").click()
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["RUNNING"])
        held.set()
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["BUSY"])

        titles = "VCA The phone rings|VCA The caller pressed 2|VCA The action is completed|VSS The session ended: BUSY"
        assert texts(browser, ".timeline .title") == titles.split("|")
        assert texts(browser, ".timeline .action") == ["Asks “Two for us.”", "Calls +65315", "Hangs up"]
        browser.find_element(By.CSS_SELECTOR, ".timeline summary").click()
        assert '"callStatus": "CALL_RECEIVED"' in browser.find_element(By.CSS_SELECTOR, ".request").text
        assert '"action": "sayAndCapture"' in browser.find_element(By.CSS_SELECTOR, ".response").text
        assert "canary" not in browser.page_source
        assert not browser.find_elements(By.CSS_SELECTOR, "meta[http-equiv=refresh]")
