"""A request ends by its deadline, whatever the server does, and is never sent after it."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.deadline import Deadline
from tests.support.client import ClientHarness
from tests.support.wires import Endless, Listener, tunnel

BODY, HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "


@pytest.mark.parametrize(
    ("head", "proxy"),
    [(BODY, ""), (BODY, "passes on"), (HEADERS, ""), (HEADERS, "drips"), (b"\x16\x03\x03\x3f\xff", "")],
    ids=["body", "body through a proxy", "headers", "reply to CONNECT", "TLS handshake"],
)
def test_a_dripping_response_is_abandoned_at_the_deadline(
    certified: Callable[..., ssl.SSLContext], bundle: str, monkeypatch: pytest.MonkeyPatch, head: bytes, proxy: str
) -> None:
    """A socket's time-out limits only one silence; the registration may have taken effect."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    drip, encrypted = Endless(head), head in (BODY, HEADERS) and proxy != "drips"
    with (
        Listener(drip, certified() if encrypted else None) as wire,
        Listener(drip if proxy == "drips" else tunnel) as front,
    ):
        if proxy:
            # The listener is on loopback, which is never proxied by default.
            monkeypatch.setenv("HTTPS_PROXY", f"http://{front.address}")
            monkeypatch.setattr("pulumi_8x8.api.client.is_loopback", lambda _: False)

        error = ClientHarness(f"https://{wire.address}").failure("POST", Deadline(0.5))

        assert bool(front.received) == bool(proxy)
    assert "no full response within the deadline of 0.5 s" in str(error)
    assert (error.uncertain, 0 < drip.sent < 500) == (True, True)


def test_a_silent_server_is_abandoned_at_the_deadline(api: Emulator) -> None:
    """The deadline applies even if the read time-out is longer."""
    api.faults.add(Fault("hang"))

    error = ClientHarness(api.url, read_timeout=600).failure("GET", Deadline(0.2))

    assert "cannot be reached for acme_voice: no " in str(error)


def test_nothing_is_sent_after_the_deadline(api: Emulator) -> None:
    """The outcome is therefore certain, and the next request has its own deadline."""
    caller = ClientHarness(api.url, deadline=10.0)

    error = caller.failure("POST", Deadline(0))
    caller.call("GET")

    assert "Nothing was sent: the deadline of 0 s has passed." in str(error)
    assert not error.uncertain
    assert [entry.method for entry in api.journal] == ["GET"]
    assert [caller.client.deadline(seconds).seconds for seconds in (0, 3)] == [10, 3]
