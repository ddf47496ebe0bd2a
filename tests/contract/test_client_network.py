"""Where the key may go: the address that was set, over TLS that was verified, through the environment's proxy."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pulumi_8x8.api.client import CONNECTIONS, Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import ProtocolError, UnavailableError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings
from tests.contract.caller import FOREIGN, HEADER, KEY, Caller
from tests.contract.wires import EMPTY, Flood, Listener, breaking_tls, saying, tunnel

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(api: Emulator, status: int, method: str) -> None:
    """The other server gets neither the key nor any request, and the text does not repeat its address."""
    with Emulator(KEY) as other:
        api.faults.add(Fault("redirect", status=status, location=f"{other.url}/{FOREIGN}"))

        error = Caller(api.url).failure(method)

        assert list(other.journal) == []
    assert type(error) is ProtocolError
    assert error.status == status
    assert "Redirects are never followed with the key" in str(error)
    assert error.uncertain == (method != "GET")


def test_a_netrc_entry_does_not_replace_the_key(api: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other tools' credentials for the same host stay with those tools."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    assert Caller(api.url).call("GET").webhooks == ()


def test_what_is_sent_is_the_documented_request() -> None:
    """The key as a bearer, JSON, no compressed response asked for, and who is asking."""
    with Listener(saying(EMPTY)) as wire:
        Caller(f"http://{wire.address}").call("POST")

        head, _, body = wire.received[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /api/v1/subaccounts/acme_voice/webhooks HTTP/1.1"
    assert f"Authorization: Bearer {KEY}" in lines
    assert "Accept: application/json" in lines
    assert "Accept-Encoding: identity" in lines
    assert "Content-Type: application/json" in lines
    assert any(line.startswith("User-Agent: pulumi-8x8/") for line in lines)
    assert json.loads(body) == {
        "type": "VCA", "url": "https://a.example/vca", "active": True, "enabled": True, "httpAuthHeader": HEADER,
    }  # fmt: skip


def test_an_address_with_a_path_keeps_it() -> None:
    """A gateway may serve the API below a path."""
    with Listener(saying(EMPTY)) as wire:
        Caller(f"http://{wire.address}/8x8").call("GET")

        assert wire.received[0].startswith(b"GET /8x8/api/v1/subaccounts/acme_voice/webhooks HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=["nothing", "SSH", "short", "no length", "bad chunk", "bad status", "headers", "long header", "TLS"],
)
def test_what_is_no_http_is_an_error_like_any_other(answer: bytes) -> None:
    """After a registration it is uncertain whether it took effect."""
    with Listener(saying(answer)) as wire:
        error = Caller(f"http://{wire.address}").failure("POST")

        assert len(wire.received) == 1
    assert type(error) in {UnavailableError, ProtocolError}
    assert error.uncertain


def test_a_certificate_that_nobody_signed_is_refused(secure: Emulator) -> None:
    """Nothing was sent, so nothing is uncertain."""
    error = Caller(secure.url).failure("POST")

    assert type(error) is UnavailableError
    assert "TLS certificate was not accepted" in str(error)
    assert not error.uncertain
    assert list(secure.journal) == []


def test_a_certificate_is_good_for_its_own_name_alone(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by an authority that is trusted, for another host."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Emulator(KEY, tls=certified("voice.8x8.example")) as other:
        error = Caller(other.url).failure("GET")

        assert list(other.journal) == []
    assert "TLS certificate was not accepted" in str(error)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environments_authorities_are_trusted(
    secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Companies that inspect TLS have their own."""
    monkeypatch.setenv(variable, bundle)

    assert Caller(secure.url).call("GET").webhooks == ()


def test_verification_cannot_be_turned_off(secure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by an empty bundle nor by a switch."""
    for variable, value in {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "", "PYTHONHTTPSVERIFY": "0"}.items():
        monkeypatch.setenv(variable, value)

    assert not Caller(secure.url).failure("GET").uncertain
    assert list(secure.journal) == []


def test_a_bundle_that_cannot_be_read_is_told(secure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is this machine that is set up wrong, not the API."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")

    error = Caller(secure.url).failure("POST")

    assert "the CA bundle that the environment names cannot be read" in str(error)
    assert not error.uncertain


def test_tls_that_breaks_after_the_request_leaves_it_uncertain(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every TLS failure is about the certificate: this one came after the registration was sent."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Listener(breaking_tls, certified()) as wire:
        error = Caller(f"https://{wire.address}").failure("POST")

        assert len(wire.received) == 1
    assert error.uncertain
    assert "certificate" not in str(error)


def test_a_server_that_speaks_no_tls_is_told(api: Emulator) -> None:
    """And the key was not sent in the clear."""
    error = Caller(api.url.replace("http:", "https:")).failure("GET")

    assert "TLS" in str(error)
    assert list(api.journal) == []


def test_a_proxy_of_the_environment_is_used_and_sees_no_key(
    secure: Emulator, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked to connect, and passes on what it cannot read."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Listener(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")

        assert Caller(secure.url).call("GET").webhooks == ()
        assert len(proxy.received) == 1
        assert proxy.received[0].startswith(b"CONNECT 127.0.0.1:")
        assert KEY.encode() not in proxy.received[0]
    assert [entry.method for entry in secure.journal] == ["GET"]


@pytest.mark.parametrize("status", [b"200 OK", b"307 Temporary Redirect", b"422 Unprocessable", b"401 Unauthorized"])
def test_an_answer_without_end_is_left_whatever_its_status(status: bytes) -> None:
    """Nobody's memory is filled, not by a redirect either."""
    flood = Flood(status)
    with Listener(flood) as wire:
        error = Caller(f"http://{wire.address}").failure("GET", Deadline(30))

    assert type(error) is ProtocolError
    assert flood.sent < 32_000_000


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may be reachable by one of them only."""
    with Listener(saying(EMPTY)) as wire:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (9, wire.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert Caller("http://localhost").call("GET").webhooks == ()


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "a..example"])
def test_a_name_that_is_none_is_an_error_like_any_other(host: str) -> None:
    """The system's look-up refuses it otherwise than an unknown one."""
    error = Caller(f"https://{host}").failure("POST")

    assert "no connection could be made" in str(error)
    assert not error.uncertain


def test_no_proxy_is_used_where_the_environment_says_so(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY counts."""
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert Caller(api.url).call("GET").webhooks == ()


def test_a_proxy_that_refuses_is_told(secure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing reached the API, so nothing is uncertain; what the proxy says is not repeated."""
    refusal = f"HTTP/1.1 407 {FOREIGN}\r\nContent-Length: 0\r\n\r\n".encode()
    with Listener(saying(refusal)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")

        error = Caller(secure.url).failure("POST")

    assert "the proxy of the environment did not pass the request on" in str(error)
    assert not error.uncertain
    assert list(secure.journal) == []


@pytest.mark.parametrize("proxy", [NOWHERE, "socks5://127.0.0.1:9"])
def test_a_proxy_that_is_not_there_is_an_error_like_any_other(
    api: Emulator, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """A SOCKS proxy has connections of another kind."""
    monkeypatch.setenv("ALL_PROXY", proxy)

    error = Caller(api.url).failure("POST")

    assert type(error) is UnavailableError
    assert not error.uncertain
    assert list(api.journal) == []


@pytest.mark.parametrize("connections", [CONNECTIONS, 3])
def test_sixteen_threads_share_one_client_and_its_connections(api: Emulator, connections: int) -> None:
    """Each gets its own response, and the API sees no more connections than were asked for."""
    api.latency = 0.005
    client = Client(Settings(api_key=KEY, base_url=api.url), connections=connections)

    def register_and_list(number: int) -> list[str]:
        subaccount_id = f"team_{number}"
        declared = Declaration(subaccount_id, "VCA", f"https://a.example/{number}")
        client.register(declared, client.deadline())
        return [webhook.url for webhook in client.list(subaccount_id, client.deadline())]

    with ThreadPoolExecutor(16) as pool:
        urls = list(pool.map(register_and_list, range(40)))

    assert urls == [[f"https://a.example/{number}"] for number in range(40)]
    assert len(api.journal) == 80
    assert api.journal.connections <= connections
