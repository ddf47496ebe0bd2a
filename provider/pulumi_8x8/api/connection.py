"""Connections that end with the deadline of the request that uses them, whatever the other side does.

A time-out of a socket bounds one silence, not an exchange: a server that sends a byte a second never meets it. So each
operation of these sockets (connect, TLS handshake, send, receive) first sets the time-out to what is left of the
request's deadline, and fails where nothing is left. The look-up of a name is the one thing that the system bounds.
"""

from __future__ import annotations

import socket
import ssl
from functools import cached_property
from typing import Any

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import create_urllib3_context

from .deadline import Deadline


class Bounds:
    """What the connections of a pool obey; the pool serves one request at a time.

    Attributes:
        deadline: The current request's.
        sent: Whether any of the current request may have reached the server.
    """

    deadline = Deadline(0)
    sent = False

    def bind(self, pool: HTTPConnectionPool) -> HTTPConnectionPool:
        """Let a pool of urllib3's make connections that obey."""
        if not issubclass(pool.ConnectionCls, _Connection):
            pool.ConnectionCls = type("BoundConnection", (_Connection, pool.ConnectionCls), {"bounds": self})
        return pool

    @cached_property
    def socket(self) -> type[socket.socket]:
        """The class of its sockets."""
        return type("BoundSocket", (_Socket,), {"bounds": self})

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The context of its TLS; urllib3 sets what is verified."""
        context = create_urllib3_context()
        context.sslsocket_class = type("BoundTLSSocket", (_Socket, ssl.SSLSocket), {"bounds": self})
        return context


def _bound(name: str) -> Any:
    """The operation of a socket with this name, which begins before the deadline or not at all."""

    def operation(self: _Socket, *args: Any) -> Any:
        left = self.bounds.deadline.remaining
        if not left:
            raise TimeoutError("the deadline has passed")
        super(_Socket, self).settimeout(left if self._silence is None else min(left, self._silence))
        return getattr(super(_Socket, self), name)(*args)

    return operation


class _Socket(socket.socket):
    bounds: Bounds
    _silence: float | None = None

    def settimeout(self, value: float | None) -> None:
        self._silence = value
        super().settimeout(value)

    connect, do_handshake, send, sendall, recv, recv_into = map(
        _bound, ("connect", "do_handshake", "send", "sendall", "recv", "recv_into")
    )


class _Connection(HTTPConnection):
    bounds: Bounds

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self, HTTPSConnection):
            self.ssl_context = self.bounds.tls
            if self.proxy_config:
                if self.ca_certs or self.ca_cert_dir:  # which urllib3 loads for the server alone
                    self.bounds.tls.load_verify_locations(self.ca_certs, self.ca_cert_dir)
                self.proxy_config = self.proxy_config._replace(ssl_context=self.bounds.tls)

    def _new_conn(self) -> socket.socket:
        inherited = super()._new_conn
        if inherited.__func__ is not HTTPConnection._new_conn:  # type: ignore[attr-defined]
            return inherited()  # PySocks connects by sockets of its own; the TLS above them obeys
        try:
            addresses = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except UnicodeError:  # a label that is empty or too long
            raise OSError("not a host name") from None
        failure = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            connecting = self.bounds.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    connecting.setsockopt(*option)
                connecting.settimeout(self.timeout)
                connecting.connect(address)
            except OSError as error:
                connecting.close()
                failure = error
            else:
                return connecting
        raise failure

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.is_closed:
            self.connect()
        self.bounds.sent = self.bounds.deadline.remaining > 0
        super().request(*args, **kwargs)
