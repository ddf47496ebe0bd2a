"""Servers below HTTP, for what an HTTP server cannot do: they record what reaches them, on loopback."""

from __future__ import annotations

import os
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

EMPTY = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"webhooks":[]}'


class Listener:
    """Accepts connections and hands each to `respond`, in a thread of its own; `received` is what came first on each.

    `whole` says when what came first is all of it: an HTTP request, unless the test speaks something else.
    """

    def __init__(
        self,
        answer: Callable[[socket.socket, bytes], None],
        tls: ssl.SSLContext | None = None,
        whole: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.received: list[bytes] = []
        self._answer, self._tls, self._whole = answer, tls, whole or _whole
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Listener:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (self._socket, *self._open):
            shut(each)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            first = b""
            while not self._whole(first) and (more := connection.recv(1 << 16)):
                first += more
            self.received.append(first)
            self._answer(connection, first)
        shut(connection)


def _whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def shut(connection: socket.socket) -> None:
    """End a connection, or a listening socket, for whoever waits on it too."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def saying(answer: bytes) -> Callable[[socket.socket, bytes], None]:
    """Answers each first request with these bytes, then closes."""
    return lambda connection, _: connection.sendall(answer)


class Drip:
    """Answers one byte after the other, for longer than anybody waits; `sent` is how many before the client left."""

    LENGTH = 300
    SECONDS = 0.02
    HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n"

    def __init__(self, head: bytes = HEAD) -> None:
        self.sent = 0
        self._head = head

    def __call__(self, connection: socket.socket, _first: bytes) -> None:
        connection.sendall(self._head)
        while self.sent < self.LENGTH:
            connection.sendall(b"x")
            self.sent += 1
            threading.Event().wait(self.SECONDS)


class Flood:
    """Answers without end; `sent` is how many bytes before the client left, or before it gives up at 64 MB."""

    CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    def __init__(self, status: bytes) -> None:
        self.sent = 0
        self._head = b"HTTP/1.1 " + status + b"\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n"

    def __call__(self, connection: socket.socket, _first: bytes) -> None:
        connection.sendall(self._head)
        while self.sent < 64_000_000:
            connection.sendall(self.CHUNK)
            self.sent += len(self.CHUNK)


def breaking_tls(connection: socket.socket, _first: bytes) -> None:
    """Sends what is no TLS record, after the request was read."""
    os.write(connection.fileno(), b"HTTP/1.1 500 this is not TLS\r\n\r\n" * 4)


def tunnel(connection: socket.socket, first: bytes) -> None:
    """Does what an HTTP proxy does for CONNECT."""
    host, _, port = first.split(b" ")[1].decode().rpartition(":")
    _pass_on(connection, (host, int(port)), b"HTTP/1.1 200 Connection established\r\n\r\n")


def socks(connection: socket.socket, first: bytes) -> None:
    """Does what a SOCKS 4 proxy does."""
    address = socket.inet_ntoa(first[4:8]), int.from_bytes(first[2:4], "big")
    _pass_on(connection, address, b"\x00\x5a" + bytes(6))


def _pass_on(connection: socket.socket, address: tuple[str, int], reply: bytes) -> None:
    with socket.create_connection(address) as target:
        connection.sendall(reply)
        back = threading.Thread(target=_copy, args=[target, connection])
        back.start()
        _copy(connection, target)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
