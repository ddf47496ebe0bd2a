"""Rehearsals of endpoints that are ready, and of one for each reason not to be."""

from __future__ import annotations

import itertools
import math
import re
import ssl
import sys
from collections.abc import Callable
from typing import Any

import pytest

from eightx8_voice.endpoint import is_public
from eightx8_voice.rehearsal import AccountFacts, Report, Verdict, rehearse
from eightx8_voice.webhooks import WebhookType
from tests.support.endpoints import HANGUP, Delivered, Reply, Respond, endpoint
from tests.support.vendor import samples
from tests.support.wires import Endless, Listener

HEADER = "Basic dXNlcjpjYW5hcnk="


def details(report: Report, verdict: Verdict = Verdict.FAILS) -> dict[str, str]:
    return {finding.name: finding.detail for finding in report.findings if finding.verdict is verdict}


def guarded(delivered: Delivered) -> Reply:
    return Reply() if delivered.headers.get("Authorization") == HEADER else Reply(401)


@pytest.mark.parametrize("type", WebhookType.__members__)
def test_a_correct_endpoint_is_ready(monkeypatch: pytest.MonkeyPatch, type: str) -> None:
    """Its deliveries are marked and synthetic, and contain no API key."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "canary-key")

    with endpoint(guarded) as running:
        report = rehearse(running.url, type, http_auth_header=HEADER, allow_private=True)

    assert report.ready, report.as_dict()
    assert {one.headers.get("X-8x8-Rehearsal") for one in running.delivered} == {"1"}
    assert {one.body["payload"].get("subAccountId", "rehearsal") for one in running.delivered} == {"rehearsal"}
    assert "canary-key" not in str(running.delivered)


count, accepted = itertools.count(), itertools.count()
BREAKS_RULES = {"promptMessage": "x", "voiceProfile": "en-US-Jenny", "minDigits": 1, "noOfTries": 0}
BROKEN = {"callflow": [{"action": "sayAndCapture", "params": BREAKS_RULES}]}

UNREADY: dict[str, tuple[Respond, str, str]] = {
    "server error": (lambda _: Reply(500), "status", "responded 500"),
    "redirect": (lambda _: Reply(302, b"", {"Location": "http://127.0.0.1:1/"}), "status", "responded 302"),
    "no JSON": (lambda _: Reply(200, b"<html>"), "call flow", "-1001"),
    "two rules broken": (lambda _: Reply(body=BROKEN), "call flow", "(?=.*-1003)(?=.*noOfTries)"),
    "not idempotent": (lambda _: Reply(body={**HANGUP, "clientActionId": str(next(count))}), "duplicate", "different"),
    "accepts any header": (lambda _: Reply(), "wrong auth header", "responded 200"),
    "accepts no header": (lambda _: Reply(401), "status", "responded 401"),
    "breaks off": (
        lambda _: Reply(200, b"x", {"Content-Length": "9", "Connection": "close"}), "status", "connection was",
    ),
    "accepts the first alone": (lambda _: Reply(200 if not next(accepted) else 503), "duplicate", "responded 503"),
    "needs the right header": (lambda _: Reply(404), "status", "responded 404"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADY)
def test_an_endpoint_that_is_not_ready_fails_with_the_reason(name: str) -> None:
    """One rehearsal reports every violation, without repeating the header."""
    respond, finding, detail = UNREADY[name]

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", http_auth_header=HEADER, allow_private=True, timeout=2)

    assert not report.ready
    assert re.match(f".*{detail}", details(report)[finding])
    assert HEADER not in str(report)


@pytest.mark.parametrize(
    ("type", "refused", "detail"),
    [
        ("VCA", {"call flow": "valid", "duplicate": "the same response"}, "responded 401"),
        ("VSS", {"call flow": "a VSS needs none", "duplicate": "responded 200 again"}, "responded 403"),
        ("VRU", {"call flow": "a VRU needs none"}, "responded 404; not accepted, but 401 would state the reason"),
        ("VSS", {}, "responded 204; any sender is accepted: return 401 instead"),
    ],
)
def test_every_statement_of_a_report_is_true(type: str, refused: dict[str, str], detail: str) -> None:
    """A 404 for a wrong auth header is not an acceptance, and a summary has no call flow."""
    status = int(detail.split()[1].strip(";"))

    with endpoint(lambda one: Reply() if one.headers["Authorization"] == HEADER else Reply(status)) as running:
        report = rehearse(running.url, type, http_auth_header=HEADER, allow_private=True)

    found = {finding.name: finding.detail for finding in report.findings}
    assert found | refused | {"wrong auth header": detail} == found


def test_a_vendor_code_is_named_once() -> None:
    """Invalid JSON has the vendor's code in its own text."""
    with endpoint(lambda _: Reply(200, b"<html>")) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert details(report)["call flow"].count("-1001") == 1


def test_nothing_is_concluded_from_a_delivery_that_was_not_accepted() -> None:
    """A wrong path refuses right and wrong auth headers alike."""
    with endpoint(lambda _: Reply(404)) as running:
        report = rehearse(running.url, "VCA", http_auth_header=HEADER, allow_private=True)

    assert details(report) == {"status": "responded 404; 8x8 accepts only 200"}
    assert len(running.delivered) == 1


def keyed(served: dict[str | None, object]) -> Respond:
    """Respond to each key with its call flow, and to any other with the first menu."""

    def respond(delivered: Delivered) -> Reply:
        key = delivered.body["payload"]["eventData"]["dtmf"]
        return Reply(200, served.get(key, served[None]))

    return respond


def menu(place: str, **params: object) -> dict[str, object]:
    asked = {"promptMessage": "?", "voiceProfile": "en-US-Jenny", "maxDigits": 1, "completeOnHash": False, **params}
    return {"clientActionId": place, "callflow": [{"action": "sayAndCapture", "params": asked}]}


def test_each_key_of_the_first_menu_is_pressed_and_checked_once() -> None:
    """It has the response's place and call; keys with the same failure share one line."""
    with endpoint(keyed({None: menu("top"), "1": BROKEN, "2": BROKEN, "3": HANGUP})) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    first, _, *pressed = [one.body["payload"] for one in running.delivered]
    assert "".join(payload["eventData"]["dtmf"] for payload in pressed) == "1234567890*#"
    assert {payload["clientActionId"] for payload in pressed} == {"top"}
    assert {payload["sessionId"] for payload in pressed} == {first["sessionId"]}
    assert details(report)["keys"].startswith("after 1, 2: $.callflow[0].params.noOfTries: ")
    assert details(report, Verdict.HOLDS)["keys"] == "10 further call flows: valid"


@pytest.mark.parametrize(("depth", "ready", "delivered"), [(0, True, 2), (1, True, 14), (2, False, 26)])
def test_a_rehearsal_walks_to_the_requested_depth(depth: int, ready: bool, delivered: int) -> None:
    """Each distinct call flow gets one reply, so a menu that repeats itself ends."""

    def respond(one: Delivered) -> Reply:
        payload = one.body["payload"]
        nested = {"sub": BROKEN, "top": menu("sub")}.get(payload.get("clientActionId"))
        return Reply(200, nested if nested and payload["eventData"]["dtmf"] == "1" else menu("top"))

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", allow_private=True, depth=depth)

    assert (report.ready, len(running.delivered)) == (ready, delivered)


def test_a_walk_ends_after_fifty_deliveries() -> None:
    """The menu here is endless, with a new call flow each time."""
    numbers = itertools.count()
    with endpoint(
        lambda one: Reply(200, menu(str(one.body["payload"].get("clientActionId") and next(numbers))))
    ) as running:
        rehearse(running.url, "VCA", allow_private=True, depth=5)

    assert len(running.delivered) == 2 + 50


@pytest.mark.parametrize(
    ("flow", "replies"),
    [
        (menu("x", minDigits=4, maxDigits=4), ["1111", "2222"]),
        ({"callflow": [{"action": "playFile", "params": {"fileUrl": "https://example.com/a.mp3"}}]}, [None]),
        ({"callflow": [{"action": "makeCall", "params": {"source": "+6568888888", "destination": "+6591234501"}}]}, []),
        (HANGUP, []),
    ],
)
def test_a_caller_replies_as_the_call_flow_allows(flow: dict[str, object], replies: list[str | None]) -> None:
    """The caller presses the required number of digits, or none, and nothing after the call ends."""
    with endpoint(keyed({None: flow, "1111": HANGUP, "2222": HANGUP})) as running:
        rehearse(running.url, "VCA", allow_private=True)

    assert [one.body["payload"]["eventData"]["dtmf"] for one in running.delivered[2:]][: len(replies) or 1] == replies


def test_an_outbound_session_is_rehearsed_from_its_first_key() -> None:
    """An endpoint for such sessions never gets CALL_RECEIVED."""

    def respond(delivered: Delivered) -> Reply:
        expected = delivered.body["payload"]["callStatus"] == "ACTION_COMPLETED"
        return Reply(200, HANGUP if expected else b"no such call")

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", allow_private=True, outbound=True)

    payloads = [one.body["payload"] for one in running.delivered]
    assert report.ready, report.as_dict()
    assert {payload["callDirection"] for payload in payloads} == {"OUTBOUND"}
    assert {payload["eventData"]["dtmf"] for payload in payloads} == {*"1234567890*#"}
    assert not any("clientActionId" in payload for payload in payloads)


TRANSFER = {"action": "makeCall", "params": {"source": "6568888888", "destination": "+6591234501"}}


@pytest.mark.parametrize(
    ("profiles", "numbers", "verdicts", "detail"),
    [
        ({"en-US-Jenny"}, {"+6568888888"}, (Verdict.HOLDS, Verdict.HOLDS), "1 used"),
        ({"en-US-Jennie"}, {"+6568888889"}, (Verdict.FAILS, Verdict.WARNING), r"did you mean .*\?\); .*-10(02|14)"),
        (set(), set(), (Verdict.FAILS, Verdict.WARNING), "not in the account: [^()]*; "),
        (None, None, (Verdict.WARNING, Verdict.WARNING), "not checked"),
    ],
)
def test_voice_profiles_and_caller_ids_are_checked_against_the_account(
    profiles: set[str] | None, numbers: set[str] | None, verdicts: tuple[Verdict, Verdict], detail: str
) -> None:
    """Every call flow is checked; numbers match without a plus sign, and may also be whitelisted."""
    with endpoint(keyed({None: menu("top"), "1": {"callflow": [TRANSFER]}})) as running:
        report = rehearse(running.url, "VCA", allow_private=True, account=AccountFacts(profiles, numbers))

    found = {finding.name: finding for finding in report.findings}
    checked = (found["voice profiles"], found["caller ids"])
    assert tuple(finding.verdict for finding in checked) == verdicts
    assert all(re.search(detail, finding.detail) for finding in checked), checked


@pytest.mark.parametrize(
    "limits",
    [{"timeout": value} for value in (0, -1, math.inf, math.nan)] + [{"depth": -1}, {"depth": 6}, {"outbound": True}],
)
def test_a_limit_out_of_range_is_refused(limits: dict[str, Any]) -> None:
    """Nothing is sent."""
    with endpoint() as running, pytest.raises(ValueError, match=r"Nothing was sent\."):
        rehearse(running.url, "VSS", allow_private=True, **limits)

    assert running.delivered == []


def test_a_key_that_gets_no_response_ends_the_walk() -> None:
    """Each further key would wait just as long."""
    with endpoint(
        lambda one: (
            Reply(200, b"x", {"Content-Length": "9", "Connection": "close"})
            if one.body["payload"]["eventData"]["dtmf"]
            else Reply(200, menu("top"))
        )
    ) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert details(report)["keys"].startswith("stopped: the connection was closed")
    assert len(running.delivered) == 3


def test_what_the_vendors_samples_do_against_its_prose_is_a_warning() -> None:
    """An endpoint with such responses is ready."""
    sample = next(sample for sample in samples("callflows") if sample["warnings"] == [-1006])
    with endpoint(lambda _: Reply(200, sample["flow"])) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert report.ready, report.as_dict()
    assert re.fullmatch(r"valid; .*\(-1006\)", details(report, Verdict.WARNING)["call flow"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "[fec0::1]"])
def test_private_addresses_are_not_reached_unless_allowed(host: str) -> None:
    """A URL in a program must not be able to scan the network of the previewing machine."""
    with endpoint() as running:
        report = rehearse(running.url.replace("http://127.0.0.1", f"https://{host}"), "VCA", timeout=0.5)

    assert "not public" in details(report)["reachable"]
    assert running.delivered == []


@pytest.mark.parametrize(
    ("addresses", "public"),
    [
        ("8.8.8.8 203.0.114.1 2606:4700::1 2a00:1450:4009::1 ::ffff:8.8.8.8", True),
        ("10.1.2.3 172.16.0.1 192.168.1.1 127.0.0.1 0.0.0.0 169.254.169.254 100.64.0.1 192.0.0.9 198.18.0.1", False),
        ("192.88.99.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 ::ffff:10.0.0.1 ::ffff:127.0.0.1", False),
        ("::1 :: ::7f00:1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1", False),
        ("2002:7f00:1:: 2002:808:808:: 2001::1 2001:db8::1 3fff::1 5f00::1 100::1 100:0:0:1::1", False),
    ],
)
def test_an_address_is_public_only_if_8x8_could_reach_it(addresses: str, public: bool) -> None:
    """Private, special and translated addresses are not, in any notation and on any Python."""
    assert {address: is_public(address) for address in addresses.split()} == dict.fromkeys(addresses.split(), public)


def test_a_dripping_response_ends_at_the_deadline() -> None:
    """Single bytes keep each wait short, but the total time is limited."""
    drip = Endless(b"HTTP/1.1 200 OK\r\nX: ")
    with Listener(drip) as wire:
        report = rehearse(f"http://{wire.address}/", "VCA", allow_private=True, timeout=0.3)

    assert "no full response within 0.3 s" in details(report)["status"]
    assert 0 < drip.sent < 500


@pytest.mark.parametrize(
    ("name", "verdict", "detail"),
    [("127.0.0.1", Verdict.HOLDS, "valid until"), ("elsewhere.example", Verdict.FAILS, "not valid")],
)
def test_a_certificate_is_reported_with_its_expiry_or_ends_the_rehearsal(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch,
    name: str, verdict: Verdict, detail: str,
) -> None:  # fmt: skip
    """A certificate for another name is not accepted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)

    with endpoint(tls=certified(name)) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert detail in details(report, verdict)["TLS"]
    assert report.ready == bool(running.delivered) == (verdict is Verdict.HOLDS), report.as_dict()


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_an_unreadable_ca_bundle_is_named_as_the_cause(
    certified: Callable[..., ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The server is not blamed for a local setting."""
    monkeypatch.setenv(name, "/nowhere/bundle.pem")

    with endpoint(tls=certified("127.0.0.1")) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert details(report) == {"TLS": "the CA bundle named by the environment cannot be read"}


def test_the_systems_certificates_are_trusted_without_other_packages(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A serverless function has only the standard library."""
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    monkeypatch.setitem(sys.modules, "certifi", None)

    with endpoint(tls=certified("127.0.0.1")) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert report.ready, report.as_dict()
