"""Where the key may go: the address that was set, over TLS that was verified, through the environment's proxy."""

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


def test_what_the_environment_has_for_other_hosts_is_not_used(
    api: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the credentials of other tools for the same host nor a proxy that NO_PROXY excludes."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password else\n")
    netrc.chmod(0o600)
    for name, value in {"NETRC": str(netrc), "HTTP_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)

    assert ClientHarness(api.url).call("GET").webhooks == ()


def test_what_is_sent_is_the_documented_request() -> None:
    """The key as a bearer, JSON, no compressed response, and who asks; an address with a path keeps it."""
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
def test_what_is_no_http_leaves_a_registration_uncertain(response: bytes) -> None:
    """It was sent once and may have taken effect."""
    with Listener(sending(response)) as wire:
        error = ClientHarness(f"http://{wire.address}").failure("POST")

    assert (len(wire.received), error.uncertain) == (1, True)
    assert type(error) in {UnavailableError, ProtocolError}


@pytest.mark.parametrize("status", [b"200 OK", b"307 Temporary Redirect", b"422 Unprocessable"])
def test_a_response_without_end_is_left_whatever_its_status(status: bytes) -> None:
    """It fills no memory."""
    head = b"HTTP/1.1 " + status + b"\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n"
    flood = Endless(head, b"10000\r\n" + b"x" * 0x10000 + b"\r\n", pause=0)
    with Listener(flood) as wire:
        error = ClientHarness(f"http://{wire.address}").failure("GET", Deadline(30))

    assert type(error) is ProtocolError
    assert flood.sent < 500


def test_a_proxy_and_an_authority_of_the_environment_are_used_and_the_proxy_sees_no_key(
    secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked to connect, and passes on what it cannot read."""
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
    """The key would reach the company's proxy in clear text."""
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
def test_what_is_unreachable_or_not_trusted_gets_nothing(
    secure: Emulator, monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], problem: str
) -> None:
    """Neither the key in clear text nor anything else, so nothing is uncertain; verification cannot be turned off."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)

    error = ClientHarness(secure.url if url == "https" else url).failure("POST")

    assert (type(error), error.uncertain, problem in str(error)) == (UnavailableError, False, True), error
    assert [*secure.journal] == []


def test_a_server_without_tls_gets_no_key(api: Emulator) -> None:
    """Whether a broken TLS connection had carried the request cannot be seen."""
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
def test_a_proxy_or_ca_bundle_that_cannot_be_used_is_one_line_without_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A proxy's address may hold a password."""
    monkeypatch.setenv(variable, value)

    error = ClientHarness("https://api.example").failure("POST")

    assert type(error) in {SettingsError, UnavailableError}
    assert re.search("in the environment cannot be|the configured proxy cannot be reached", str(error)), error
    assert not error.uncertain


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may be reachable by one of them only."""
    with Listener(sending(EMPTY)) as wire:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (9, wire.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert ClientHarness("http://localhost").call("GET").webhooks == ()
