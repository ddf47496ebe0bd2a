"""Deadlines: a moment after which an operation gives up, kept also against a server that never stops talking."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """A moment after which an operation gives up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left; never below zero."""
        return max(0.0, self.end - time.monotonic())


class _Watch:
    """Shuts sockets down when their moment has come; one thread for all, since a thread for each request is dear."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: dict[socket.socket, float] = {}
        self._looks = math.inf
        self._thread: threading.Thread | None = None

    def add(self, sock: socket.socket, end: float) -> None:
        with self._changed:
            self._ends[sock] = end
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif end < self._looks:
                self._changed.notify()

    def remove(self, sock: socket.socket) -> None:
        with self._changed:
            self._ends.pop(sock, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for sock in [sock for sock, end in self._ends.items() if end <= now]:
                    del self._ends[sock]
                    with suppress(OSError):  # it was closed in the meantime
                        sock.shutdown(socket.SHUT_RDWR)
                self._looks = min(self._ends.values(), default=math.inf)
                self._changed.wait(None if self._looks == math.inf else self._looks - now)


_watch = _Watch()


class Cutoff(threading.local):
    """Ends the current thread's request at its deadline.

    A read time-out bounds each silence, not the whole answer: a server that drips one byte a second would hold
    the worker for ever. So the socket is shut down from outside.
    """

    deadline: Deadline | None = None
    sock: socket.socket | None = None

    @contextmanager
    def at(self, deadline: Deadline) -> Iterator[None]:
        """End what this thread requests inside the block at the deadline."""
        self.deadline = deadline
        try:
            yield
        finally:
            self.deadline = None
            if self.sock:
                _watch.remove(self.sock)
                self.sock = None

    def watch(self, connection: HTTPConnection) -> None:
        """Called by each connection when it begins to wait for an answer."""
        if self.deadline and connection.sock:
            # TLS inside a proxy's TLS is no socket, but has one.
            self.sock = getattr(connection.sock, "socket", connection.sock)
            _watch.add(self.sock, self.deadline.end)


cutoff = Cutoff()
"""The one of this process; each thread has its own request and its own deadline."""


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        cutoff.watch(self)
        return super().getresponse()


class _TLSConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        cutoff.watch(self)
        return super().getresponse()


class Pool(HTTPConnectionPool):
    """Connections that end with the deadline."""

    ConnectionCls = _Connection


class TLSPool(HTTPSConnectionPool):
    """TLS connections that end with the deadline."""

    ConnectionCls = _TLSConnection
