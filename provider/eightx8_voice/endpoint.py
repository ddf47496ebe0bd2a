"""The HTTP client of a rehearsal: it resolves the endpoint's host once and checks the addresses before it connects.

Each delivery uses its own connection and ends by its deadline, whatever the server does. Redirects are not followed
and no proxy is used, because 8x8 would not use your proxy either.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from eightx8_voice.text import printable

MAX_RESPONSE = 1 << 20
"""Longest response body, in bytes."""

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""The only IPv6 range with public addresses; it excludes NAT64, site-local and IPv4-compatible addresses."""

NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Special-purpose networks (IANA registries, 2026) that `is_global` reports as public on some Python versions."""


class EndpointResponse(NamedTuple):
    """An endpoint's response, and the seconds it took."""

    status: int
    body: bytes
    seconds: float


class EndpointError(Exception):
    """The rehearsal cannot continue; `name` is the check that failed."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


class Endpoint:
    """An endpoint at one IP address.

    Args:
        url: An absolute http or https URL.
        allow_private: Whether to allow addresses that are not public.
        timeout: Longest time in seconds for each connection and each delivery.

    Raises:
        EndpointError: The host does not resolve, an address is not public, the connection fails, or the CA bundle
            named by the environment cannot be read.
    """

    def __init__(self, url: str, allow_private: bool, timeout: float) -> None:
        self._parts = urlsplit(url)
        self.host = self._parts.hostname or ""
        self.port = self._parts.port or (443 if self.is_encrypted else 80)
        self._timeout = timeout
        self._tls = _trust() if self.is_encrypted else None
        self.address = self._reachable(self._addresses(allow_private))

    @property
    def is_encrypted(self) -> bool:
        """Whether the URL is https."""
        return self._parts.scheme == "https"

    def certificate_end(self) -> float:
        """Return when the certificate expires, in seconds since 1970.

        Raises:
            EndpointError: The certificate is not valid, or the server does not speak TLS.
        """
        try:
            with self._connected() as secure:
                certificate = secure.getpeercert() if isinstance(secure, ssl.SSLSocket) else None
            return ssl.cert_time_to_seconds(str((certificate or {})["notAfter"]))
        except ssl.SSLCertVerificationError as error:
            why = printable(error.verify_message).replace(self.host, "its name")  # a URL may be a secret
            raise EndpointError("TLS", f"the certificate is not valid: {why}") from None
        except (OSError, ValueError, KeyError):
            raise EndpointError("TLS", "the server does not speak TLS") from None

    def deliver(self, body: bytes, headers: dict[str, str]) -> EndpointResponse:
        """POST a delivery.

        Raises:
            EndpointError: No full response arrived in time, or it was too long.
        """
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        started, late = time.monotonic(), f"no full response within {self._timeout:g} s"
        try:
            with self._connected() as sock:
                connection = http.client.HTTPConnection(self.host)
                connection.sock = sock
                own = {"Host": self._parts.netloc, "Content-Type": "application/json", "Connection": "close"}
                connection.request("POST", target, body, own | headers)
                response = connection.getresponse()
                content = _read(response)
        except (http.client.HTTPException, OSError, ValueError):
            closed = "the connection was closed before the full response arrived"
            raise EndpointError("status", late if time.monotonic() - started >= self._timeout else closed) from None
        if len(content) > MAX_RESPONSE:
            raise EndpointError("status", f"the response is longer than {MAX_RESPONSE:,} bytes")
        if (seconds := time.monotonic() - started) >= self._timeout:
            raise EndpointError("status", late)
        return EndpointResponse(response.status, content, seconds)

    def _addresses(self, allow_private: bool) -> list[str]:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise EndpointError("reachable", "its host name does not resolve") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        private = [address for address in addresses if not is_public(address)]
        if private and not allow_private:
            raise EndpointError(
                "reachable",
                f"its host resolves to {private[0]}, which is not public: 8x8 could not reach it. No request was sent. "
                "To rehearse on your own network, use --allow-private or set 8x8:rehearsePrivate",
            )
        return addresses

    def _reachable(self, addresses: list[str]) -> str:
        reason = ""
        for address in addresses:
            try:
                socket.create_connection((address, self.port), self._timeout).close()
            except OSError as error:
                reason = error.strerror or "timed out"
            else:
                return address
        raise EndpointError("reachable", f"no connection to {addresses[0]} port {self.port}: {reason.lower()}")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        ends = time.monotonic() + self._timeout
        sock = socket.create_connection((self.address, self.port), self._timeout)
        if self._tls:
            sock = self._tls.wrap_socket(sock, server_hostname=self.host, do_handshake_on_connect=False)

        def cut() -> None:
            with suppress(OSError):  # already closed
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        # A socket time-out limits each wait, not the total: one byte a second would keep the connection open for ever.
        timer = threading.Timer(max(0.0, ends - time.monotonic()), cut)
        timer.start()
        try:
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            yield sock
        finally:
            timer.cancel()
            sock.close()


def is_public(address: str) -> bool:
    """Return whether 8x8 could reach an IP address from the internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOT_PUBLIC)


def _read(response: http.client.HTTPResponse) -> bytes:
    content = b""
    while len(content) <= MAX_RESPONSE and (piece := response.read(1 << 16)):
        content += piece
    if len(content) <= MAX_RESPONSE and response.length:
        raise http.client.IncompleteRead(content, response.length)
    return content


def _trust() -> ssl.SSLContext:
    """Return a TLS context with the CA bundle named by the environment, as in requests, or else the system's."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    try:
        if named:
            folder = Path(named).is_dir()
            return ssl.create_default_context(cafile=None if folder else named, capath=named if folder else None)
        context = ssl.create_default_context()  # honours SSL_CERT_FILE and SSL_CERT_DIR
    except OSError:
        raise EndpointError("TLS", "the CA bundle named by the environment cannot be read") from None
    if not context.get_ca_certs():
        # Some Python builds ship no CA certificates. certifi comes with requests, but is not required here.
        with suppress(ImportError):
            import certifi

            context.load_verify_locations(certifi.where())
    return context
