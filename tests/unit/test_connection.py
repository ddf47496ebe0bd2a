"""The sockets of the client: no operation begins after the deadline, whichever one it is."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from pulumi_8x8.api.connection import Bounds
from pulumi_8x8.api.deadline import Deadline

OPERATIONS: dict[str, Callable[[socket.socket], object]] = {
    "connect": lambda sock: sock.connect(("127.0.0.1", 9)),
    "send": lambda sock: sock.send(b"x"),
    "sendall": lambda sock: sock.sendall(b"x"),
    "recv": lambda sock: sock.recv(1),
    "recv_into": lambda sock: sock.recv_into(bytearray(1)),
}


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def bounds() -> Bounds:
    bounds = Bounds()
    bounds.deadline = Deadline(60)
    return bounds


@pytest.fixture
def sock(bounds: Bounds, peer: socket.socket) -> Iterator[socket.socket]:
    with bounds.socket() as sock:
        sock.settimeout(30)
        sock.connect(peer.getsockname())
        yield sock


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_no_operation_begins_after_the_deadline(
    bounds: Bounds, sock: socket.socket, operation: Callable[[socket.socket], object]
) -> None:
    """So nothing is sent after it either."""
    bounds.deadline = Deadline(0)

    with pytest.raises(TimeoutError, match="the deadline has passed"):
        operation(sock)


def test_no_handshake_begins_after_the_deadline(bounds: Bounds, sock: socket.socket) -> None:
    """A proxy's reply may have taken all the time there was."""
    with bounds.tls.wrap_socket(sock, server_hostname="voice.8x8.com", do_handshake_on_connect=False) as secure:
        bounds.deadline = Deadline(0)

        with pytest.raises(TimeoutError, match="the deadline has passed"):
            secure.do_handshake()


@pytest.mark.parametrize(("silence", "left", "longest"), [(15.0, 60.0, 15.0), (15.0, 2.0, 2.0), (None, 2.0, 2.0)])
def test_an_operation_waits_for_the_silence_that_is_set_or_for_what_is_left(
    bounds: Bounds, sock: socket.socket, silence: float | None, left: float, longest: float
) -> None:
    """Whichever is shorter; and the silence that is set is not forgotten."""
    bounds.deadline = Deadline(left)
    sock.settimeout(silence)
    sock.sendall(b"x")

    waits = sock.gettimeout()

    assert waits is not None
    assert waits <= longest
