"""The emulator's page, over HTTP and in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import Select, WebDriverWait

from pulumi_8x8.emulator import Emulator, Plan
from pulumi_8x8.ivr import events
from pulumi_8x8.ivr.menu import Announcement, Ivr, Menu, Transfer
from tests.contract.endpoints import Answer, Delivered, Respond, endpoint

IVR = Ivr(
    Menu("One for hours, two for us.", {"1": Announcement("Nine to five."), "2": Transfer("+65315", "+65683")}),
    voice_profile="en-US-BenjaminRUS",
)
FORM = {
    "subaccount": "acme",
    "source": "+6591178965",
    "destination": "+6568332048",
    "keys": "1",
    "outcome": "COMPLETED",
    "delay": "0",
}


def menu(held: threading.Event | None = None) -> Respond:
    """Respond with the menu; where an event is given, a summary is acknowledged once it is set."""

    def respond(delivered: Delivered) -> Answer:
        event = events.parse(delivered.body)
        if isinstance(event, events.CallAction):
            return Answer(200, IVR.answer(event).as_dict())
        if held is not None:
            held.wait(10)
        return Answer(200, b"")

    return respond


def register(api: Emulator, url: str, header: str | None = None) -> None:
    for name in ("VCA", "VSS"):
        api.account.put("acme", name, url, http_auth_header=header)


def test_everything_shown_is_escaped() -> None:
    """Values of the account, the form and an endpoint are text and never markup."""
    hostile = "<script>alert(1)</script>"
    with Emulator() as api:
        api.account.put(f"a{hostile}", "VCA", f"https://example.com/{hostile}")

        page = requests.post(api.url, data={**FORM, "subaccount": hostile, "source": hostile}, timeout=10)

    assert page.status_code == 422
    assert "<script" not in page.text
    assert page.text.count("&lt;script&gt;") >= 3


def test_the_page_shows_no_auth_header_and_may_load_nothing_foreign() -> None:
    """It says that there is a header, and no more; its content security policy allows its own style and form."""
    with endpoint(menu()) as served, Emulator() as api:
        register(api, served.url, "Bearer canary")
        api.place_call("acme", Plan("+6591178965", "+6568332048"))

        page, style = requests.get(api.url, timeout=10), requests.get(f"{api.url}/_page.css", timeout=10)

    assert "auth header set" in page.text
    assert "canary" not in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert style.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:80"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": "a b"}, 421),
    ],
)
def test_a_foreign_site_cannot_place_a_call(headers: dict[str, str], status: int) -> None:
    """Neither across sites nor by rebinding a name, which cannot read the page either."""
    with Emulator() as api:
        answer = requests.post(api.url, data=FORM, headers=headers, timeout=10)
        read = requests.get(api.url, headers=headers, timeout=10)

        assert (answer.status_code, read.status_code if status == 421 else status) == (status, status)
        assert api.calls.calls == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("subaccount", "", "subaccount is missing"),
        ("source", "me", "source must be a phone number"),
        ("keys", "one", "keys must be made of"),
        ("outcome", "GREAT", "outcome must be one of"),
        ("delay", "soon", "delay must be a number of seconds"),
        ("delay", "nan", "timeout and delay must be seconds"),
    ],
)
def test_a_form_that_is_wrong_is_kept_and_told(field: str, value: str, told: str) -> None:
    """What was entered stays in the form, with the reason above it."""
    with Emulator() as api:
        page = requests.post(api.url, data={**FORM, field: value}, timeout=10)

    assert page.status_code == 422
    assert told in page.text
    assert 'value="+6568332048"' in page.text


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=odd"])
def test_an_odd_form_or_account_is_no_failure_of_the_page(kind: str) -> None:
    """Whatever is sent is a wrong form, and whatever is held can be shown."""
    with Emulator() as api:
        api.account.put("acme", "VCA", "https://example.com/\ud800\x1b")

        placed = requests.post(api.url, data=b"--x\r\nbad\xff", headers={"Content-Type": kind}, timeout=10)

        assert (placed.status_code, requests.get(api.url, timeout=10).status_code) == (422, 200)


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    binary = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser found: install chromium and chromium-driver (chromedriver) to run this test")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield opened
    finally:
        opened.quit()


def texts(browser: WebDriver, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector)]


@pytest.mark.browser
def test_a_person_places_a_call_and_reads_its_timeline(browser: WebDriver) -> None:
    """With scripts switched off: the form is sent, the page follows the call, and shows how it went."""
    held = threading.Event()
    with endpoint(menu(held)) as served, Emulator() as api:
        register(api, served.url, "Bearer canary")
        browser.get(api.url)

        browser.find_element(By.NAME, "keys").send_keys("2")
        Select(browser.find_element(By.NAME, "outcome")).select_by_visible_text("BUSY")
        browser.find_element(By.CSS_SELECTOR, "form button").click()

        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["RUNNING"])
        held.set()
        WebDriverWait(browser, 30).until(lambda page: texts(page, ".call .state") == ["BUSY"])

        assert texts(browser, ".timeline .title") == [
            "VCA The phone rings",
            "VCA The caller pressed 2",
            "VCA The action is completed",
            "VSS The session ended: BUSY",
        ]
        assert texts(browser, ".timeline .action") == [
            "Asks “One for hours, two for us.”",
            "Calls +65315",
            "Hangs up",
        ]
        assert texts(browser, ".timeline .words") == ["sayAndCapture", "makeCall", "hangup", "received"]

        browser.find_element(By.CSS_SELECTOR, ".timeline summary").click()

        assert '"callStatus": "CALL_RECEIVED"' in browser.find_element(By.CSS_SELECTOR, ".request").text
        assert '"action": "sayAndCapture"' in browser.find_element(By.CSS_SELECTOR, ".response").text
        assert not browser.find_elements(By.CSS_SELECTOR, "meta[http-equiv=refresh]")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_fits_a_phone(browser: WebDriver, width: int) -> None:
    """Nothing has to be scrolled sideways, however long a URL or a subaccount is."""
    with Emulator() as api:
        api.account.put("x" * 50, "VCA", "https://example.com/" + "y" * 300)
        api.place_call("x" * 50, Plan("+6591178965", "+6568332048", timeout=1))
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(api.url)

        root = browser.find_element(By.TAG_NAME, "html")

        assert int(root.get_property("scrollWidth")) <= width  # type: ignore[arg-type]
