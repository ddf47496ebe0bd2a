"""Where the key may go: only to the configured address, over verified TLS, through the environment's proxy."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import ProtocolError, SettingsError, UnavailableError
from tests.support.client import HEADER, KEY, ClientHarness
from tests.support.wires import EMPTY, Endless, Listener, sending, tunnel

NOWHERE = "http://127.0.0.1:9"


def test_netrc_and_excluded_proxies_are_not_used(
    api: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither netrc credentials for the same host nor a proxy that NO_PROXY excludes are used."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password else\n")
    netrc.chmod(0o600)
    for name, value in {"NETRC": str(netrc), "HTTP_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)

    assert ClientHarness(api.url).call("GET").webhooks == ()


def test_a_request_is_sent_as_documented() -> None:
    """It has a bearer key, JSON, no compression and a user agent; a path in the address is kept."""
    with Listener(sending(EMPTY)) as wire:
        ClientHarness(f"http://{wire.address}/gateway").call("POST")

    head, _, body = wire.received[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /gateway/api/v1/subaccounts/acme_voice/webhooks HTTP/1.1"
    assert {f"Authorization: Bearer {KEY}", "Accept: application/json"} <= set(lines)
    assert {"Accept-Encoding: identity", "Content-Type: application/json"} <= set(lines)
    assert any(line.startswith("User-Agent: pulumi-8x8/") for line in lines)
    assert json.loads(body) == {
        "type": "VCA", "url": "https://a.example/vca", "active": True, "enabled": True, "httpAuthHeader": HEADER,
    }  # fmt: skip


@pytest.mark.parametrize(
    "response",
    [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200],
    ids=["nothing", "SSH", "bad status", "no length", "bad chunk", "headers"],
)  # fmt: skip
def test_a_non_http_response_leaves_a_registration_uncertain(response: bytes) -> None:
    """The request was sent once and may have taken effect."""
    with Listener(sending(response)) as wire:
        error = ClientHarness(f"http://{wire.address}").failure("POST")

    assert (len(wire.received), error.uncertain) == (1, True)
    assert type(error) in {UnavailableError, ProtocolError}


@pytest.mark.parametrize("status", [b"200 OK", b"307 Temporary Redirect", b"422 Unprocessable"])
def test_an_endless_response_is_abandoned_whatever_its_status(status: bytes) -> None:
    """It does not exhaust the memory."""
    head = b"HTTP/1.1 " + status + b"\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n"
    flood = Endless(head, b"10000\r\n" + b"x" * 0x10000 + b"\r\n", pause=0)
    with Listener(flood) as wire:
        error = ClientHarness(f"http://{wire.address}").failure("GET", Deadline(30))

    assert type(error) is ProtocolError
    assert flood.sent < 500


def test_the_environments_proxy_and_ca_bundle_are_used_without_exposing_the_key(
    secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy opens a tunnel and forwards bytes that it cannot read."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Listener(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        monkeypatch.setattr("pulumi_8x8.api.client.is_loopback", lambda _: False)  # the servers are on loopback

        assert ClientHarness(secure.url).call("GET").webhooks == ()

    [received] = proxy.received
    assert (received.startswith(b"CONNECT 127.0.0.1:"), KEY.encode() in received) == (True, False)
    assert [entry.method for entry in secure.journal] == ["GET"]


@pytest.mark.parametrize(
    "variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
)
def test_a_loopback_address_is_never_proxied(
    api: Emulator, secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Otherwise the key would reach the company's proxy in plain text."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Listener(sending(EMPTY)) as proxy:
        monkeypatch.setenv(variable, f"http://{proxy.address}")

        for url in (api.url, secure.url, api.url.replace("127.0.0.1", "localhost")):
            ClientHarness(url).call("GET")

        assert proxy.received == []


@pytest.mark.parametrize(
    ("url", "environment", "problem"),
    [
        ("https://a..example", {}, "its host name does not resolve"),
        ("https://nowhere.invalid", {}, "its host name does not resolve"),
        ("https", {"REQUESTS_CA_BUNDLE": "", "PYTHONHTTPSVERIFY": "0"}, "TLS certificate was not accepted"),
        ("https://api.example", {"ALL_PROXY": NOWHERE}, "the configured proxy "),
    ],
)
def test_nothing_is_sent_to_an_unreachable_or_untrusted_server(
    secure: Emulator, monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], problem: str
) -> None:
    """The outcome is therefore certain, and verification cannot be turned off."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)

    error = ClientHarness(secure.url if url == "https" else url).failure("POST")

    assert (type(error), error.uncertain, problem in str(error)) == (UnavailableError, False, True), error
    assert [*secure.journal] == []


def test_a_server_without_tls_gets_no_key(api: Emulator) -> None:
    """The connection fails with a hint to check the address, and nothing is sent."""
    error = ClientHarness(api.url.replace("http:", "https:")).failure("POST")

    assert "the TLS connection failed (check the address)" in str(error)
    assert [*api.journal] == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks://user:canary-pw@proxy.example:1080"),
        ("HTTPS_PROXY", "socks5://user:canary-pw@proxy.example:1080"),
        ("HTTPS_PROXY", "ftp://user:canary-pw@proxy.example"),
        ("HTTPS_PROXY", "http://user:canary-pw@[::1"),
        ("HTTPS_PROXY", "http://"),
        ("REQUESTS_CA_BUNDLE", "/nowhere/canary.pem"),
    ],
)
def test_an_unusable_proxy_or_ca_bundle_is_reported_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A proxy's address may contain a password."""
    monkeypatch.setenv(variable, value)

    error = ClientHarness("https://api.example").failure("POST")

    assert type(error) in {SettingsError, UnavailableError}
    assert re.search("in the environment cannot be|the configured proxy cannot be reached", str(error)), error
    assert not error.uncertain


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may be reachable at only one of its addresses."""
    with Listener(sending(EMPTY)) as wire:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (9, wire.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert ClientHarness("http://localhost").call("GET").webhooks == ()
