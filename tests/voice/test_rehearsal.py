"""A rehearsal of endpoints that are ready, and of one for each way not to be."""

from __future__ import annotations

import itertools
import re
import ssl
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from eightx8_voice.endpoint import is_public
from eightx8_voice.rehearsal import Report, Verdict, rehearse
from pulumi_8x8.cli.rehearse import rehearse as command
from tests.support.endpoints import HANGUP, Delivered, Respond, Response, endpoint
from tests.support.vendor import samples
from tests.support.wires import Endless, Listener

HEADER = "Basic dXNlcjpjYW5hcnk="


def details(report: Report, verdict: Verdict = Verdict.FAILS) -> dict[str, str]:
    return {finding.name: finding.detail for finding in report.findings if finding.verdict is verdict}


def guarded(delivered: Delivered) -> Response:
    return Response() if delivered.headers.get("Authorization") == HEADER else Response(401)


@pytest.mark.parametrize("type", ["VCA", "VSS"])
def test_an_endpoint_that_responds_well_is_ready(monkeypatch: pytest.MonkeyPatch, type: str) -> None:
    """Its deliveries are marked and synthetic, and carry no API key."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "canary-key")

    with endpoint(guarded) as running:
        report = rehearse(running.url, type, http_auth_header=HEADER, allow_private=True)

    assert report.ready, report.as_dict()
    assert {one.headers.get("X-8x8-Rehearsal") for one in running.delivered} == {"1"}
    assert {one.body["payload"]["subAccountId"] for one in running.delivered} == {"rehearsal"}
    assert "canary-key" not in str(running.delivered)


count = itertools.count()
BREAKS_RULES = {"promptMessage": "x", "voiceProfile": "en-US-Jenny", "minDigits": 1, "noOfTries": 0}
BROKEN = {"callflow": [{"action": "sayAndCapture", "params": BREAKS_RULES}]}

UNREADY: dict[str, tuple[Respond, str, str]] = {
    "server error": (lambda _: Response(500), "status", "responded 500"),
    "redirect": (lambda _: Response(302, b"", {"Location": "http://127.0.0.1:1/"}), "status", "responded 302"),
    "no JSON": (lambda _: Response(200, b"<html>"), "call flow", "-1001"),
    "two rules broken": (lambda _: Response(body=BROKEN), "call flow", "(?=.*-1003)(?=.*noOfTries)"),
    "not idempotent": (lambda _: Response(body={**HANGUP, "clientActionId": str(next(count))}), "duplicate", "another"),
    "accepts any header": (lambda _: Response(), "wrong auth header", "responded 200"),
    "accepts no header": (lambda _: Response(401), "status", "responded 401"),
    "breaks off": (
        lambda _: Response(200, b"x", {"Content-Length": "9", "Connection": "close"}), "status", "connection broke",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADY)
def test_an_endpoint_that_is_not_ready_fails_with_the_reason(name: str) -> None:
    """Each violation is reported, so one rehearsal is enough to correct a response; the header is not repeated."""
    respond, finding, detail = UNREADY[name]

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", http_auth_header=HEADER, allow_private=True, timeout=2)

    assert not report.ready
    assert re.match(f".*{detail}", details(report)[finding])
    assert HEADER not in str(report)


def test_what_the_vendors_own_prose_forbids_and_its_samples_do_is_a_warning() -> None:
    """An endpoint that responds so is ready."""
    sample = next(sample for sample in samples("callflows") if sample["warnings"] == [-1006])
    with endpoint(lambda _: Response(200, sample["flow"])) as running:
        result = CliRunner().invoke(command, [running.url, "--type", "VCA", "--allow-private"])

    assert result.exit_code == 0, result.output
    assert re.search(r"^warn call flow: valid; .*\(-1006\)$", result.output, re.MULTILINE)
    assert result.output.endswith("The endpoint is ready.\n")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "[fec0::1]"])
def test_private_addresses_are_not_reached_unless_allowed(host: str) -> None:
    """Whoever may write a URL into a program must not get to scan the network of the machine that previews it."""
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
def test_an_address_is_public_only_where_8x8_could_reach_it(addresses: str, public: bool) -> None:
    """On each Python alike: private, special and translated addresses are not, however they are written."""
    assert {address: is_public(address) for address in addresses.split()} == dict.fromkeys(addresses.split(), public)


def test_a_response_that_drips_ends_with_the_deadline() -> None:
    """A byte now and then keeps every single wait short, and still the whole takes no longer than it may."""
    drip = Endless(b"HTTP/1.1 200 OK\r\nX: ")
    with Listener(drip) as wire:
        report = rehearse(f"http://{wire.address}/", "VCA", allow_private=True, timeout=0.3)

    assert "no whole response within 0.3 s" in details(report)["status"]
    assert 0 < drip.sent < 500


@pytest.mark.parametrize(
    ("name", "verdict", "detail"),
    [("127.0.0.1", Verdict.HOLDS, "valid until"), ("elsewhere.example", Verdict.FAILS, "not valid")],
)
def test_a_certificate_is_reported_with_its_end_or_ends_the_rehearsal(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch,
    name: str, verdict: Verdict, detail: str,
) -> None:  # fmt: skip
    """Another name's certificate is not accepted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)

    with endpoint(tls=certified(name)) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert detail in details(report, verdict)["TLS"]
    assert report.ready == bool(running.delivered) == (verdict is Verdict.HOLDS), report.as_dict()
