"""Servers below HTTP, for behaviour that an HTTP server cannot have; they record what they receive, on loopback."""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

EMPTY = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"webhooks":[]}'

Respond = Callable[[socket.socket, bytes], object]


def _whole(request: bytes) -> bool:
    if request.startswith(b"\x16"):  # the client's half of a TLS handshake
        return True
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


class Listener(socketserver.ThreadingTCPServer):
    """Passes each connection to `respond` in its own thread; `received` has the first data of each."""

    def __init__(self, respond: Respond, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.received: list[bytes] = []
        self.port: int = self.server_address[1]
        self.address = f"127.0.0.1:{self.port}"
        self._respond, self._tls = respond, tls
        self._open: list[socket.socket] = []

    def __enter__(self) -> Listener:
        threading.Thread(target=self.serve_forever, args=[0.01]).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        for connection in self._open:
            _shut(connection)
        self.server_close()

    def finish_request(self, request: Any, _client: object) -> None:
        self._open.append(request)
        with suppress(OSError):
            if self._tls:
                request = self._tls.wrap_socket(request, server_side=True)
                self._open.append(request)
            first = b""
            while not _whole(first) and (more := request.recv(1 << 16)):
                first += more
            self.received.append(first)
            self._respond(request, first)
        _shut(request)


def _shut(connection: socket.socket) -> None:
    """Close a connection, also for another thread that waits on it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def sending(response: bytes) -> Respond:
    """Sends these bytes after the first request, then closes."""
    return lambda connection, _: connection.sendall(response)


class Endless:
    """Sends a chunk every `pause` seconds, at most 1,000 times, until the client disconnects; `sent` counts them."""

    def __init__(self, head: bytes, chunk: bytes = b"x", pause: float = 0.02) -> None:
        self.sent = 0
        self._head, self._chunk, self._pause = head, chunk, pause

    def __call__(self, connection: socket.socket, _first: bytes) -> None:
        connection.sendall(self._head)
        while self.sent < 1000:
            connection.sendall(self._chunk)
            self.sent += 1
            threading.Event().wait(self._pause)


def tunnel(connection: socket.socket, first: bytes) -> None:
    """Behave like an HTTP proxy on CONNECT."""
    host, _, port = first.split(b" ")[1].decode().rpartition(":")
    with socket.create_connection((host, int(port))) as target:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
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
