"""Rehearse an endpoint: marked, synthetic deliveries show whether it is ready for live calls.

An endpoint knows a rehearsal by the header `X-8x8-Rehearsal: 1`. The API key is never sent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any, NamedTuple

from eightx8_voice.callflow import decode, review
from eightx8_voice.deliveries import REHEARSAL_HEADER, synthetic
from eightx8_voice.endpoint import Endpoint, EndpointError, Response
from eightx8_voice.text import printable
from eightx8_voice.urls import url_problem

RESPONSE_SECONDS = 3.0
"""Longest time for one response. The vendor asks for a quick one without a figure: a caller hears silence meanwhile."""

SUBACCOUNT = "rehearsal"
"""The subaccount id in a rehearsal's deliveries; it stands for none."""

TYPES = ("VCA", "VSS")
"""The webhook types whose endpoints can be rehearsed."""


class Verdict(str, Enum):
    """The result of one check; a warning leaves an endpoint ready."""

    HOLDS = "holds"
    WARNING = "warning"
    FAILS = "fails"
    SKIPPED = "does not apply"


class Finding(NamedTuple):
    """One check and its result."""

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
        """Whether nothing failed."""
        return all(finding.verdict is not Verdict.FAILS for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return {
            "url": self.url,
            "type": self.type,
            "ready": self.ready,
            "findings": [{"name": f.name, "verdict": f.verdict.value, "detail": f.detail} for f in self.findings],
        }


def rehearse(
    url: str,
    type: str,
    *,
    http_auth_header: str | None = None,
    allow_private: bool = False,
    timeout: float = 10.0,
) -> Report:
    """Send synthetic deliveries to an endpoint and judge its responses.

    Args:
        url: The endpoint, as it would be registered.
        type: VCA or VSS.
        http_auth_header: What deliveries would carry; then a wrong one must be refused.
        allow_private: Whether loopback, private and link-local addresses may be reached. Default: no.
        timeout: Longest time in seconds for each request.

    Raises:
        ValueError: The URL, the type or the header could not be registered either.

    """
    if type not in TYPES:
        raise ValueError(f"type is {printable(type)!r}: endpoints of {' and '.join(TYPES)} can be rehearsed.")
    if problem := url_problem(url):
        raise ValueError(f"url {problem}. Nothing was sent.")
    if http_auth_header is not None and not _is_header(http_auth_header):
        raise ValueError("http_auth_header must be printable ASCII without a space at its ends. Nothing was sent.")
    return Report(url, type, tuple(_findings(url, type, http_auth_header, allow_private, timeout)))


def _findings(url: str, type: str, header: str | None, allow_private: bool, timeout: float) -> Iterator[Finding]:
    try:
        endpoint = Endpoint(url, allow_private, timeout)
        yield Finding("reachable", Verdict.HOLDS, f"connected to {endpoint.address}")
        yield _certificate(endpoint)
        body = json.dumps(synthetic(type, SUBACCOUNT)).encode()
        first = endpoint.deliver(body, _headers(header))
        yield _finding("status", first.status == 200, f"responded {first.status}", "; 8x8 takes 200 only")
        yield _finding(
            "response time", first.seconds <= RESPONSE_SECONDS, f"{first.seconds * 1000:.0f} ms",
            f"; a caller waits meanwhile: respond within {RESPONSE_SECONDS:g} s and work afterwards",
        )  # fmt: skip
        yield _call_flow(first) if type == "VCA" else Finding("call flow", Verdict.SKIPPED, "a VSS needs none")
        yield _idempotent(type, first, endpoint.deliver(body, _headers(header)))
        yield _refuses_wrong(endpoint, body, header)
    except EndpointError as end:
        yield Finding(end.name, Verdict.FAILS, str(end))


def _headers(header: str | None) -> dict[str, str]:
    own = {REHEARSAL_HEADER: "1", "User-Agent": "pulumi-8x8 rehearsal"}
    return own if header is None else own | {"Authorization": header}


def _finding(name: str, holds: bool, detail: str, advice: str) -> Finding:
    return Finding(name, Verdict.HOLDS if holds else Verdict.FAILS, detail if holds else detail + advice)


def _certificate(endpoint: Endpoint) -> Finding:
    if not endpoint.is_encrypted:
        return Finding("TLS", Verdict.SKIPPED, "http, on loopback")
    ends = endpoint.certificate_end()
    days = int((ends - time.time()) // 86_400)
    until = datetime.fromtimestamp(ends, timezone.utc)
    return Finding("TLS", Verdict.HOLDS, f"valid until {until:%Y-%m-%d}, {days} days")


def _call_flow(response: Response) -> Finding:
    name = "call flow"
    if response.status != 200:
        return Finding(name, Verdict.FAILS, "there is none without a 200")
    try:
        problems = review(decode(response.body))
    except ValueError as error:
        return Finding(name, Verdict.FAILS, f"-1001 {printable(error)}")
    if violations := [problem for problem in problems if problem.severity == "violation"]:
        return Finding(name, Verdict.FAILS, "; ".join(map(printable, violations)))
    if problems:
        return Finding(name, Verdict.WARNING, "valid; " + "; ".join(map(printable, problems)))
    return Finding(name, Verdict.HOLDS, "valid")


def _idempotent(type: str, first: Response, second: Response) -> Finding:
    name, advice = "duplicate", "; 8x8 may deliver twice: respond to the same eventId or sessionId alike"
    if second.status != 200:
        return Finding(name, Verdict.FAILS, f"responded {second.status} to the same delivery again{advice}")
    alike = type != "VCA" or _same_json(first.body, second.body)
    return _finding(name, alike, "the same call flow" if alike else "another call flow", advice)


def _same_json(first: bytes, second: bytes) -> bool:
    try:
        return bool(decode(first) == decode(second))
    except ValueError:
        return first == second


def _refuses_wrong(endpoint: Endpoint, body: bytes, header: str | None) -> Finding:
    name = "wrong auth header"
    if header is None:
        return Finding(name, Verdict.SKIPPED, "no auth header was given")
    status = endpoint.deliver(body, _headers("rehearsal-wrong-auth-header")).status
    return _finding(name, status in {401, 403}, f"responded {status}", "; any sender is accepted: respond 401")


def _is_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and value == value.strip()
