"""The emulator's page, over HTTP and in a real browser, and who may use it."""

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
from pulumi_8x8.ivr.menu import Ivr, Menu, Transfer
from tests.contract.endpoints import Delivered, Response, endpoint

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
        *[({"Host": host}, 421) for host in ("evil.example", "evil.example:80", "[::1", "a b")],
    ],
)
def test_a_foreign_site_cannot_place_a_call(headers: dict[str, str], status: int) -> None:
    """Neither across sites nor by rebinding a name, which cannot read the page either; nor use what asks for no key."""
    with Emulator(control=True) as api:
        placed = requests.post(api.url, data=FORM, headers=headers, timeout=10).status_code
        read = requests.get(api.url, headers=headers, timeout=10).status_code
        for path in ("/_calls", "/_deliveries", "/_control/faults", "/_control/modes"):
            assert requests.post(api.url + path, json={}, headers=headers, timeout=10).status_code == status
            assert requests.post(api.url + path, data=FORM, timeout=10).status_code == 415

        assert (placed, read if status == 421 else status, api.calls.calls) == (status, status, [])


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("subaccount", "", "subaccount is missing"),
        ("source", "me", "source must be a phone number"),
        ("keys", "one", "keys must be made of"),
        ("outcome", "GREAT", "outcome must be one of"),
        ("delay", "soon", "delay must be a number of seconds"),
        ("delay", "nan", "timeout and delay must be seconds"),
    ],
)
def test_a_wrong_form_is_shown_again_with_the_reason(field: str, value: str, error: str) -> None:
    """What was entered stays in the form; whatever else is sent is a wrong form, too."""
    with Emulator() as api:
        page = requests.post(api.url, data={**FORM, field: value}, timeout=10)
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=odd"):
            odd = requests.post(api.url, data=b"--x\r\nbad\xff", headers={"Content-Type": kind}, timeout=10)
            assert odd.status_code == 422

    assert (page.status_code, error in page.text, f'value="{TO}"' in page.text) == (422, True, True)


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

        assert texts(browser, ".timeline .title") == [
            "VCA The phone rings",
            "VCA The caller pressed 2",
            "VCA The action is completed",
            "VSS The session ended: BUSY",
        ]
        assert texts(browser, ".timeline .action") == ["Asks “Two for us.”", "Calls +65315", "Hangs up"]
        assert texts(browser, ".timeline .words") == ["sayAndCapture", "makeCall", "hangup", "received"]

        browser.find_element(By.CSS_SELECTOR, ".timeline summary").click()

        assert '"callStatus": "CALL_RECEIVED"' in browser.find_element(By.CSS_SELECTOR, ".request").text
        assert '"action": "sayAndCapture"' in browser.find_element(By.CSS_SELECTOR, ".response").text
        assert "canary" not in browser.page_source
        assert not browser.find_elements(By.CSS_SELECTOR, "meta[http-equiv=refresh]")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_fits_a_phone(browser: WebDriver, width: int) -> None:
    """Nothing has to be scrolled sideways, however long a URL or a subaccount is."""
    with Emulator() as api:
        api.account.put("x" * 50, "VCA", "http://127.0.0.1:1/" + "y" * 300)
        api.place_call("x" * 50, Plan(FROM, TO))
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(api.url)

        root = browser.find_element(By.TAG_NAME, "html")

        assert int(root.get_property("scrollWidth")) <= width  # type: ignore[arg-type]
