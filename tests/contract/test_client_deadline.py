"""A request ends by its deadline, from the wait for a connection to the last byte, and is not sent after it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_8x8.api.client import TRIES, Client
from pulumi_8x8.api.connection import Bounds
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import UnavailableError
from pulumi_8x8.settings import Settings
from tests.contract.caller import KEY, VCA, Caller
from tests.contract.wires import EMPTY, Endless, Listener, sending, socks, tunnel

BODY, HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("head", [BODY, HEADERS], ids=["body", "headers"])
def test_a_drip_is_left_at_the_deadline_and_not_at_its_end(head: bytes, method: str) -> None:
    """A byte now and then is no silence, so the read time-out never comes."""
    drip = Endless(head)
    with Listener(drip) as wire:
        error = Caller(f"http://{wire.address}").failure(method, Deadline(0.3))

    assert "no whole response within the deadline of 0.3 s" in str(error)
    assert (error.uncertain, drip.sent < 500) == (method != "GET", True)


@pytest.mark.parametrize(
    ("scheme", "proxy_drips", "head"),
    [(None, False, BODY), ("http", False, BODY), ("https", False, BODY), ("socks4", False, BODY),
     ("http", True, HEADERS), (None, False, b"\x16\x03\x03\x3f\xff")],
    ids=["TLS", "proxy", "proxy with TLS", "SOCKS proxy", "reply to CONNECT", "TLS handshake"],
)  # fmt: skip
def test_a_drip_over_tls_or_from_a_proxy_is_left_at_the_deadline_too(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch,
    scheme: str | None, proxy_drips: bool, head: bytes,
) -> None:  # fmt: skip
    """One before the request leaves nothing uncertain: it is never sent, not later either."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    drip, sent = Endless(head), head == BODY
    pass_on = drip if proxy_drips else socks if scheme == "socks4" else tunnel
    server = Listener(drip, certified() if sent else None, whole=None if sent else bool)
    with server as wire, Listener(pass_on, certified() if scheme == "https" else None, bool) as proxy:
        if scheme:
            monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://{proxy.address}")

        error = Caller(f"https://{wire.address}").failure("POST", Deadline(0.5))

        assert bool(proxy.received) == bool(scheme)
    assert f"no {'whole response' if sent else 'connection'} within the deadline of 0.5 s" in str(error)
    assert (error.uncertain, drip.sent < 500) == (sent, True)


@pytest.mark.parametrize(("silence", "left", "tries"), [(0.1, 60, TRIES), (600, 0.2, 1)])
def test_a_silent_server_is_left_at_the_read_time_out_or_at_the_deadline(
    api: Emulator, silence: float, left: float, tries: int
) -> None:
    """Whichever comes first; it is asked again while the deadline lasts."""
    api.faults.add(Fault("hang", times=None))

    error = Caller(api.url, read_timeout=silence).failure("GET", Deadline(left))

    assert f"within {'0.1' if silence < left else 'the deadline of 0.2'} s" in str(error)
    assert len(api.journal) == tries


@pytest.mark.parametrize("operation", ["connect", "do_handshake", "send", "sendall", "recv", "recv_into"])
def test_no_operation_of_a_socket_begins_after_the_deadline(operation: str) -> None:
    """So nothing is sent after it either."""
    with Bounds().socket() as sock, pytest.raises(TimeoutError, match="the deadline has passed"):
        getattr(sock, operation)()


def test_all_addresses_of_a_name_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it passes at the first one, the second is not tried."""
    deadline = Deadline(60)
    with Listener(sending(EMPTY)) as wire:

        def addresses(*_: object, **__: object) -> Iterator[tuple[object, ...]]:
            yield socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 9)
            deadline.end = 0
            yield socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", wire.port)

        monkeypatch.setattr(socket, "getaddrinfo", addresses)

        assert not Caller("https://voice.8x8.example").failure("POST", deadline).uncertain
        assert wire.received == []


def test_a_registration_that_waits_for_a_connection_beyond_its_deadline_is_never_sent(api: Emulator) -> None:
    """Not even when a connection becomes free, so nothing is uncertain."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", hold=gate))
    client = Client(Settings(api_key=KEY, base_url=api.url), connections=1)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.list, "acme_voice", client.deadline())
        assert held.reached.wait(10)
        with pytest.raises(UnavailableError, match=r"no connection was free within the deadline of 0\.05 s") as caught:
            client.register(VCA, Deadline(0.05))
        gate.set()
        first.result()

    assert not caught.value.uncertain
    assert [entry.method for entry in api.journal] == ["GET"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nothing_is_sent_after_the_deadline(api: Emulator, method: str) -> None:
    """Not over a connection that is open either, so nothing is uncertain."""
    caller = Caller(api.url)

    errors = [caller.failure(method, Deadline(0))]
    caller.call("GET")
    errors.append(caller.failure(method, Deadline(0)))

    assert all("no connection within the deadline of 0 s" in str(error) for error in errors)
    assert not any(error.uncertain for error in errors)
    assert [entry.method for entry in api.journal] == ["GET"]


def test_a_connection_obeys_the_request_that_uses_it_and_no_other(api: Emulator) -> None:
    """The deadline of a request that is finished passes without harm, and the connection is used again."""
    client = Caller(api.url).client
    finished = client.deadline()

    client.list("acme_voice", finished)
    finished.end = 0

    assert client.list("acme_voice", client.deadline()).webhooks == ()
    assert api.journal.connections == 1


def test_a_request_that_is_cut_off_does_not_cut_off_the_others(api: Emulator) -> None:
    """Each connection has its own deadline."""
    api.faults.add(Fault("drip", subaccount="acme_voice", interval=0.02))
    caller = Caller(api.url)

    with ThreadPoolExecutor(1) as pool:
        cut_off = pool.submit(caller.failure, "GET", Deadline(0.3))
        while not cut_off.done():
            assert caller.client.list("quick_voice", caller.client.deadline()).webhooks == ()

    assert "within the deadline" in str(cut_off.result())


def test_a_deadline_of_a_request_is_never_longer_than_the_setting(api: Emulator) -> None:
    """A call may ask for less."""
    client = Caller(api.url, deadline=10.0).client

    assert [client.deadline(seconds).seconds for seconds in (None, 3, 20)] == [10, 3, 10]
