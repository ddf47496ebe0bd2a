"""A request ends by its deadline, from the wait for a connection to the last byte, and is not sent after it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.client import Client
from pulumi_8x8.api.connection import Bounds
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import UnavailableError
from pulumi_8x8.settings import Settings
from tests.support.caller import KEY, VCA, Caller
from tests.support.wires import Endless, Listener, tunnel

BODY, HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "


@pytest.mark.parametrize(
    ("head", "proxy"),
    [(BODY, ""), (BODY, "passes on"), (HEADERS, "drips"), (b"\x16\x03\x03\x3f\xff", "")],
    ids=["TLS", "proxy", "reply to CONNECT", "TLS handshake"],
)
def test_a_drip_over_tls_or_from_a_proxy_is_left_at_the_deadline(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch, head: bytes, proxy: str
) -> None:
    """A byte now and then is no silence; one before the request leaves nothing uncertain: it is never sent."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    drip, sent = Endless(head), head == BODY
    with Listener(drip, certified() if sent else None) as wire, Listener(drip if proxy == "drips" else tunnel) as front:
        if proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{front.address}")

        error = Caller(f"https://{wire.address}").failure("POST", Deadline(0.5))

        assert bool(front.received) == bool(proxy)
    assert f"no {'whole response' if sent else 'connection'} within the deadline of 0.5 s" in str(error)
    assert (error.uncertain, 0 < drip.sent < 500) == (sent, True)


@pytest.mark.parametrize("operation", ["connect", "do_handshake", "send", "sendall", "recv", "recv_into"])
def test_no_operation_of_a_socket_begins_after_the_deadline(operation: str) -> None:
    """So nothing is sent after it either."""
    with Bounds().socket() as sock, pytest.raises(TimeoutError, match="the deadline has passed"):
        getattr(sock, operation)()


def test_a_registration_that_waits_for_a_connection_beyond_its_deadline_is_never_sent(api: Emulator) -> None:
    """Not even when a connection becomes free, so nothing is uncertain."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", hold=gate))
    client = Client(Settings(api_key=KEY, base_url=api.url), connections=1)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.list, "acme_voice", client.deadline())
        assert held.reached.wait(10)
        threading.Timer(3, gate.set).start()
        with pytest.raises(UnavailableError, match=r"no connection was free within the deadline of 0\.05 s") as caught:
            client.register(VCA, Deadline(0.05))
        gate.set()
        first.result()

    assert not caught.value.uncertain
    assert [entry.method for entry in api.journal] == ["GET"]


def test_a_silent_server_is_left_at_the_deadline(api: Emulator) -> None:
    """Although the read time-out would allow more."""
    api.faults.add(Fault("hang"))
    deadline = Deadline(0.2)

    error = Caller(api.url, read_timeout=6).failure("GET", deadline)

    assert "no whole response within the deadline of 0.2 s" in str(error)
    assert time.monotonic() < deadline.end + 4


def test_nothing_is_sent_after_the_deadline(api: Emulator) -> None:
    """Not over a connection that is open either; the next request uses it, whose deadline is its own."""
    caller = Caller(api.url, deadline=10.0)

    errors = [caller.failure("POST", Deadline(0))]
    caller.call("GET")
    errors.append(caller.failure("POST", Deadline(0)))
    caller.call("GET")

    assert all("no connection within the deadline of 0 s" in str(error) for error in errors)
    assert not any(error.uncertain for error in errors)
    assert [entry.method for entry in api.journal] == ["GET", "GET"]
    assert [caller.client.deadline(seconds).seconds for seconds in (None, 3, 20)] == [10, 3, 10], "never longer"
