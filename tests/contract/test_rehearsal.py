"""A rehearsal of endpoints that are ready, and of one for each way not to be."""

from __future__ import annotations

import itertools
import re
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner

from pulumi_8x8.cli.rehearse import rehearse as command
from pulumi_8x8.ivr.endpoint import is_public
from pulumi_8x8.ivr.rehearsal import Report, Verdict, rehearse
from tests.contract.endpoints import HANGUP, Answer, Delivered, Respond, endpoint
from tests.contract.vendor import samples

HEADER = "Basic dXNlcjpjYW5hcnk="


def failed(report: Report) -> dict[str, str]:
    return {finding.name: finding.detail for finding in report.findings if finding.verdict is Verdict.FAILS}


def guarded(delivered: Delivered) -> Answer:
    return Answer() if delivered.headers.get("Authorization") == HEADER else Answer(401)


@pytest.mark.parametrize("type", ["VCA", "VSS"])
def test_an_endpoint_that_answers_well_is_ready(type: str) -> None:
    """Everything that applies holds, with an auth header too."""
    with endpoint(guarded) as running:
        report = rehearse(running.url, type, http_auth_header=HEADER, allow_private=True)

    assert report.ready, report.as_dict()
    assert {d.headers.get("X-8x8-Rehearsal") for d in running.delivered} == {"1"}


def test_deliveries_are_synthetic_and_carry_no_api_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key in the environment goes nowhere."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "canary-key")

    with endpoint() as running:
        rehearse(running.url, "VCA", allow_private=True)

    assert "canary-key" not in str(running.delivered)
    assert {d.body["payload"]["subAccountId"] for d in running.delivered} == {"rehearsal"}


counter = itertools.count()

UNREADY: dict[str, tuple[Respond, str, str]] = {
    "server error": (lambda _: Answer(500), "status", "responded 500"),
    "redirect": (lambda _: Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), "status", "responded 302"),
    "not JSON": (lambda _: Answer(200, b"<html>"), "call flow", "-1001"),
    "unknown action": (lambda _: Answer(200, {"callflow": [{"action": "dance"}]}), "call flow", "-1007"),
    "no rules kept": (
        lambda _: Answer(
            200,
            {"callflow": [{"action": "sayAndCapture", "params": {"promptMessage": "x", "voiceProfile": "en-US-Jenny",
                                                                 "minDigits": 1, "repetition": 9, "noOfTries": 0}}]},
        ),
        "call flow", "-1003",
    ),
    "another response": (
        lambda _: Answer(200, {**HANGUP, "clientActionId": str(next(counter))}), "duplicate", "another call flow",
    ),
    "anybody may deliver": (lambda _: Answer(), "wrong auth header", "responded 200"),
    "nobody may deliver": (lambda _: Answer(401), "status", "responded 401"),
    "breaks off": (
        lambda _: Answer(200, b"x", {"Content-Length": "9", "Connection": "close"}), "status", "connection broke",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADY)
def test_an_endpoint_that_is_not_ready_is_told_why(name: str) -> None:
    """The finding that fails names the response."""
    respond, finding, detail = UNREADY[name]

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", http_auth_header=HEADER, allow_private=True, timeout=2)

    assert not report.ready
    assert detail in failed(report)[finding]
    assert HEADER not in str(report)


def test_every_violation_of_a_call_flow_is_told() -> None:
    """One rehearsal is enough to correct a response."""
    respond, _, _ = UNREADY["no rules kept"]

    with endpoint(respond) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert "-1003" in failed(report)["call flow"]
    assert "noOfTries" in failed(report)["call flow"]


def test_nothing_listens() -> None:
    """A port that nobody listens on is not reachable."""
    with endpoint() as running:
        url = running.url

    report = rehearse(url, "VCA", allow_private=True)

    assert "no connection" in failed(report)["reachable"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_not_reached_unless_allowed(host: str) -> None:
    """Whoever may write a URL into a program must not get to scan the network of the machine that previews it."""
    with endpoint() as running:
        port = running.url.split(":")[2].split("/")[0]
        report = rehearse(f"https://{host}:{port}/vca", "VCA")

    assert "not public" in failed(report)["reachable"]
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


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "169.254.169.254", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]"]
)
def test_private_networks_are_refused_without_a_connection(address: str) -> None:
    """The address alone decides."""
    report = rehearse(f"https://{address}/vca", "VCA", timeout=0.5)

    assert "not public" in failed(report)["reachable"]


@pytest.mark.parametrize("sample", samples("callflows"), ids=lambda sample: sample["page"].rpartition("/")[2])
def test_an_endpoint_that_answers_as_the_vendor_does_is_ready(sample: dict[str, Any]) -> None:
    """Every published call flow; what the vendor's own prose forbids is shown as a warning."""
    with endpoint(lambda _: Answer(200, sample["flow"])) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    told = next(finding for finding in report.findings if finding.name == "call flow")
    assert report.ready, report.as_dict()
    assert told.verdict is (Verdict.WARNING if sample["warnings"] else Verdict.HOLDS)
    assert all(str(code) in told.detail for code in sample["warnings"])


def test_the_command_prints_warnings_and_says_that_the_endpoint_is_ready() -> None:
    """Exit code 0: nothing failed."""
    flow = next(sample["flow"] for sample in samples("callflows") if sample["warnings"] == [-1006])
    with endpoint(lambda _: Answer(200, flow)) as running:
        result = CliRunner().invoke(command, [running.url, "--type", "VCA", "--allow-private"])

    assert result.exit_code == 0, result.output
    assert re.search(r"^warn call flow: valid; .*\(-1006\)$", result.output, re.MULTILINE)
    assert result.output.endswith("The endpoint is ready.\n")


def test_an_answer_that_drips_ends_with_the_deadline() -> None:
    """A byte now and then keeps every single wait short, and still the whole takes no longer than it may."""
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        server.accept()[0].close()  # the first connection only finds out whether anybody listens
        with server.accept()[0] as connection, suppress(OSError):
            while not stop.wait(0.02):
                connection.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        pool.submit(drip, server)
        try:
            report = pool.submit(rehearse, url, "VCA", allow_private=True, timeout=0.3).result(timeout=20)
        finally:
            stop.set()

    assert "no whole response within 0.3 s" in failed(report)["status"]


def test_a_valid_certificate_is_told_with_its_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever rehearses sees a certificate that ends soon."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    with endpoint(tls=context) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert report.ready, report.as_dict()
    assert "valid until" in next(f.detail for f in report.findings if f.name == "TLS")


@pytest.mark.parametrize("name", ["elsewhere.example", "localhost"])
def test_a_certificate_that_is_not_valid_ends_the_rehearsal(name: str) -> None:
    """Neither another name's certificate nor an unknown authority's is taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(name).configure_cert(context)

    with endpoint(tls=context) as running:
        report = rehearse(running.url, "VCA", allow_private=True)

    assert "not valid" in failed(report)["TLS"]
    assert running.delivered == []


@pytest.mark.parametrize(
    ("url", "type", "header"),
    [("ftp://x.example/", "VCA", None), ("https://x.example/", "VRU", None), ("https://x.example/", "VCA", "a\nb")],
)
def test_misuse_is_an_error(url: str, type: str, header: str | None) -> None:
    """What could not be registered is not rehearsed either."""
    with pytest.raises(ValueError, match=r"Nothing was sent|can be rehearsed"):
        rehearse(url, type, http_auth_header=header)
