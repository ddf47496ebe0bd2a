"""Rehearse an endpoint: marked, synthetic deliveries show whether it is ready for live calls.

An endpoint knows a rehearsal by the header `X-8x8-Rehearsal: 1`. Redirects are never followed, the API key is never
sent, and no proxy is used: 8x8 would not use it either. Every request goes to the address that was looked up and
judged first, so that a name cannot point elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError

from pulumi_8x8.api.deadline import Deadline, Pool, TLSPool, cutoff
from pulumi_8x8.errors import SettingsError
from pulumi_8x8.reconcile.validate import header_problem, url_problem
from pulumi_8x8.text import printable

from .callflow import decode, validate
from .deliveries import REHEARSAL_HEADER, Parties, call_action, call_leg, session_summary

ANSWER_SECONDS = 3.0
"""Longest time for one answer. The vendor asks for a quick one and gives no figure; a caller hears this silence."""

LARGEST_ANSWER = 1 << 20
"""Bytes of an answer at most."""

SUBACCOUNT = "rehearsal"
"""The subaccount id in a rehearsal's deliveries; it stands for none."""

TYPES = ("VCA", "VSS")
"""The webhook types whose endpoints can be rehearsed."""


class Verdict(str, Enum):
    """How one thing that was looked at came out."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "does not apply"


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    detail: str


@dataclass(frozen=True)
class Report:
    """What a rehearsal found."""

    url: str
    type: str
    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether everything that applies holds."""
        return all(finding.verdict is not Verdict.FAILS for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "url": self.url,
            "type": self.type,
            "ready": self.ready,
            "findings": [{"name": f.name, "verdict": f.verdict.value, "detail": f.detail} for f in self.findings],
        }


class _Answer(NamedTuple):
    status: int
    body: bytes
    seconds: float


class _UnreadyError(Exception):
    """Nothing further can be looked at; carries the finding that says why."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.finding = Finding(name, Verdict.FAILS, detail)


def rehearse(
    url: str,
    type: str,
    *,
    http_auth_header: str | None = None,
    allow_private: bool = False,
    timeout: float = 10.0,
) -> Report:
    """Send synthetic deliveries to an endpoint and judge its answers.

    Args:
        url: The endpoint, as it would be registered.
        type: VCA or VSS.
        http_auth_header: What deliveries would carry; then a wrong one must be refused.
        allow_private: Whether loopback, private and link-local addresses may be reached. Default: no.
        timeout: Longest time in seconds for each request.

    Raises:
        SettingsError: The URL, the type or the header could not be registered either.
    """
    if type not in TYPES:
        raise SettingsError(f"type is {printable(type)!r}: endpoints of {' and '.join(TYPES)} can be rehearsed.")
    if problem := url_problem(url):
        raise SettingsError(f"url is {printable(url)!r}: {problem}. Nothing was sent.")
    if problem := header_problem(http_auth_header):
        raise SettingsError(problem)
    return Report(url, type, tuple(_findings(url, type, http_auth_header, allow_private, timeout)))


def _findings(url: str, type: str, header: str | None, allow_private: bool, timeout: float) -> Iterator[Finding]:
    try:
        endpoint = _Endpoint(url, allow_private, timeout)
        yield Finding("reachable", Verdict.HOLDS, f"connected to {endpoint.address}")
        yield endpoint.certificate()
        body = json.dumps(DELIVERIES[type]()).encode()
        first = endpoint.deliver(body, header)
        yield _finding("status", first.status == 200, f"answered {first.status}", "; 8x8 takes 200 only")
        yield _finding(
            "answer time", first.seconds <= ANSWER_SECONDS, f"{first.seconds * 1000:.0f} ms",
            f"; a caller waits meanwhile: answer within {ANSWER_SECONDS:g} s and work afterwards",
        )  # fmt: skip
        yield _call_flow(first) if type == "VCA" else Finding("call flow", Verdict.SKIPPED, "a VSS asks for none")
        second = endpoint.deliver(body, header)
        yield _idempotent(type, first, second)
        yield _refuses_wrong(endpoint, body, header)
    except _UnreadyError as end:
        yield end.finding


def _finding(name: str, holds: bool, detail: str, advice: str) -> Finding:
    return Finding(name, Verdict.HOLDS if holds else Verdict.FAILS, detail if holds else detail + advice)


def _call_flow(answer: _Answer) -> Finding:
    if answer.status != 200:
        return Finding("call flow", Verdict.FAILS, "there is none without a 200")
    try:
        violations = validate(decode(answer.body))
    except ValueError as error:
        return Finding("call flow", Verdict.FAILS, f"-1001 {printable(error)}")
    told = "; ".join(printable(violation) for violation in violations)
    return Finding("call flow", Verdict.FAILS if violations else Verdict.HOLDS, told or "valid")


def _idempotent(type: str, first: _Answer, second: _Answer) -> Finding:
    name, advice = "duplicate", "; 8x8 may deliver twice: answer the same eventId or sessionId alike"
    if second.status != 200:
        return Finding(name, Verdict.FAILS, f"answered {second.status} to the same delivery again{advice}")
    alike = type != "VCA" or _same_json(first.body, second.body)
    return _finding(name, alike, "answered alike" if alike else "answered another call flow", advice)


def _same_json(first: bytes, second: bytes) -> bool:
    try:
        return bool(decode(first) == decode(second))
    except ValueError:
        return first == second


def _refuses_wrong(endpoint: _Endpoint, body: bytes, header: str | None) -> Finding:
    name = "wrong auth header"
    if header is None:
        return Finding(name, Verdict.SKIPPED, "no auth header was given")
    status = endpoint.deliver(body, "rehearsal-wrong-auth-header").status
    return _finding(name, status in {401, 403}, f"answered {status}", "; anybody could deliver: answer 401")


class _Endpoint:
    """The endpoint at one looked-up address."""

    def __init__(self, url: str, allow_private: bool, timeout: float) -> None:
        self._parts: SplitResult = urlsplit(url)
        self._host = self._parts.hostname or ""
        self._port = self._parts.port or (443 if self._parts.scheme == "https" else 80)
        self._timeout = timeout
        self.address = self._reachable(self._addresses(allow_private))
        self._pool = self._made_pool()

    def _addresses(self, allow_private: bool) -> list[str]:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _UnreadyError("reachable", f"the name {printable(self._host)} is not known") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        private = [address for address in addresses if not _public(address)]
        if private and not allow_private:
            raise _UnreadyError(
                "reachable",
                f"{printable(self._host)} is at {private[0]}, which is not public: 8x8 could not reach it, and nothing "
                "was sent. For a rehearsal on your own network use --allow-private, or set 8x8:rehearsePrivate",
            )
        return addresses

    def _reachable(self, addresses: list[str]) -> str:
        reason = ""
        for address in addresses:
            try:
                socket.create_connection((address, self._port), self._timeout).close()
            except OSError as error:
                reason = error.strerror or "no connection in time"
            else:
                return address
        raise _UnreadyError("reachable", f"no connection to {addresses[0]} port {self._port}: {reason.lower()}")

    def _made_pool(self) -> urllib3.HTTPConnectionPool:
        if self._parts.scheme == "http":
            return Pool(self.address, self._port, maxsize=1)
        return TLSPool(
            self.address, self._port, maxsize=1,
            cert_reqs="CERT_REQUIRED", ca_certs=_ca_bundle(), server_hostname=self._host, assert_hostname=self._host,
        )  # fmt: skip

    def certificate(self) -> Finding:
        """Whether the certificate is valid for the name, and for how long."""
        if self._parts.scheme == "http":
            return Finding("TLS", Verdict.SKIPPED, "http, on loopback")
        context = ssl.create_default_context(cafile=_ca_bundle())
        try:
            with (
                socket.create_connection((self.address, self._port), self._timeout) as plain,
                context.wrap_socket(plain, server_hostname=self._host) as secure,
            ):
                ends = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
        except ssl.SSLCertVerificationError as error:
            raise _UnreadyError("TLS", f"the certificate is not valid: {printable(error.verify_message)}") from None
        except (OSError, ValueError):
            raise _UnreadyError("TLS", "the server does not speak TLS") from None
        days = int((ends - time.time()) // 86_400)
        until = datetime.fromtimestamp(ends, timezone.utc)
        return Finding("TLS", Verdict.HOLDS, f"valid until {until:%Y-%m-%d}, {days} days")

    def deliver(self, body: bytes, header: str | None) -> _Answer:
        """POST a delivery."""
        target = self._parts.path or "/"
        if self._parts.query:
            target += f"?{self._parts.query}"
        headers = {
            "Host": self._parts.netloc,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            REHEARSAL_HEADER: "1",
            "User-Agent": "pulumi-8x8 rehearsal",
        }
        if header is not None:
            headers["Authorization"] = header
        deadline, start = Deadline(self._timeout), time.monotonic()
        try:
            with cutoff.at(deadline):
                response = self._pool.urlopen(
                    "POST", target, body, headers,
                    retries=False, redirect=False, preload_content=False, timeout=self._timeout,
                )  # fmt: skip
                content = bytearray()
                for chunk in response.stream(1 << 16, decode_content=False):
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        break
        except (HTTPError, OSError, ValueError):
            late = not deadline.remaining
            why = f"no whole answer within {self._timeout:g} s" if late else "the connection broke before an answer"
            raise _UnreadyError("status", why) from None
        if len(content) > LARGEST_ANSWER:
            raise _UnreadyError("status", f"the answer is longer than {LARGEST_ANSWER:,} bytes")
        if not deadline.remaining:
            raise _UnreadyError("status", f"no whole answer within {self._timeout:g} s")
        return _Answer(response.status, bytes(content), time.monotonic() - start)


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_global) and not ip.is_multicast


def _ca_bundle() -> str:
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


def _call_received() -> dict[str, Any]:
    return call_action(
        Parties("+6500000000", "+6500000001"),
        event_id=str(uuid.uuid4()),
        call_id=str(uuid.uuid4()),
        session_id=str(uuid.uuid4()),
        subaccount_id=SUBACCOUNT,
        timestamp=datetime.now(timezone.utc),
    )


def _session_completed() -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    leg = call_leg(
        Parties("+6500000000", "+6500000001"), call_id=str(uuid.uuid4()), initiated=now, connected=now, disconnected=now
    )
    return session_summary(
        session_id=str(uuid.uuid4()), subaccount_id=SUBACCOUNT, start_time=now, end_time=now, legs=[leg]
    )


DELIVERIES: dict[str, Callable[[], dict[str, Any]]] = {"VCA": _call_received, "VSS": _session_completed}
"""Type -> the delivery that rehearses it."""
