"""Where the key may go: the address that was set, over TLS that was verified, through the environment's proxy."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import ProtocolError, UnavailableError
from tests.support.caller import HEADER, KEY, Caller
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

    assert Caller(api.url).call("GET").webhooks == ()


def test_what_is_sent_is_the_documented_request() -> None:
    """The key as a bearer, JSON, no compressed response, and who asks; an address with a path keeps it."""
    with Listener(sending(EMPTY)) as wire:
        Caller(f"http://{wire.address}/gateway").call("POST")

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
        error = Caller(f"http://{wire.address}").failure("POST")

    assert (len(wire.received), error.uncertain) == (1, True)
    assert type(error) in {UnavailableError, ProtocolError}


@pytest.mark.parametrize("status", [b"200 OK", b"307 Temporary Redirect", b"422 Unprocessable"])
def test_a_response_without_end_is_left_whatever_its_status(status: bytes) -> None:
    """It fills no memory."""
    head = b"HTTP/1.1 " + status + b"\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n"
    flood = Endless(head, b"10000\r\n" + b"x" * 0x10000 + b"\r\n", pause=0)
    with Listener(flood) as wire:
        error = Caller(f"http://{wire.address}").failure("GET", Deadline(30))

    assert type(error) is ProtocolError
    assert flood.sent < 500


def test_a_proxy_and_an_authority_of_the_environment_are_used_and_the_proxy_sees_no_key(
    secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked to connect, and passes on what it cannot read."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Listener(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")

        assert Caller(secure.url).call("GET").webhooks == ()

    [received] = proxy.received
    assert (received.startswith(b"CONNECT 127.0.0.1:"), KEY.encode() in received) == (True, False)
    assert [entry.method for entry in secure.journal] == ["GET"]


@pytest.mark.parametrize(
    ("url", "environment", "problem"),
    [
        ("https://a..example", {}, "no connection could be made"),
        ("https without TLS", {}, "the TLS connection could not be made or broke"),
        ("http", {"ALL_PROXY": NOWHERE}, "the proxy of the environment did not pass the request on"),
        ("https", {"REQUESTS_CA_BUNDLE": "", "PYTHONHTTPSVERIFY": "0"}, "TLS certificate was not accepted"),
        ("https", {"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}, "CA bundle that the environment names cannot be read"),
    ],
)
def test_what_cannot_be_reached_or_trusted_gets_nothing(
    api: Emulator,
    secure: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    environment: dict[str, str],
    problem: str,
) -> None:
    """Neither the key in the clear nor anything else, so nothing is uncertain; verification cannot be turned off."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    urls = {"http": api.url, "https": secure.url, "https without TLS": api.url.replace("http:", "https:")}

    error = Caller(urls.get(url, url)).failure("POST")

    assert (type(error), error.uncertain, problem in str(error)) == (UnavailableError, False, True), error
    assert [*api.journal, *secure.journal] == []


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may be reachable by one of them only."""
    with Listener(sending(EMPTY)) as wire:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (9, wire.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert Caller("http://localhost").call("GET").webhooks == ()
