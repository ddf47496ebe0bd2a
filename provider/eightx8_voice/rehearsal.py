"""Rehearse an endpoint: send marked, synthetic deliveries to find out whether it is ready for live calls.

The header `X-8x8-Rehearsal: 1` marks a rehearsal. The API key is never sent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any, NamedTuple

from eightx8_voice.callflow import CallFlowError, decode, review
from eightx8_voice.deliveries import REHEARSAL_HEADER, synthetic
from eightx8_voice.endpoint import Endpoint, EndpointError, EndpointResponse
from eightx8_voice.text import near_miss, printable
from eightx8_voice.urls import url_problem
from eightx8_voice.walk import UNKNOWN_MENU, Flow, used, walk
from eightx8_voice.webhooks import type_problem

RESPONSE_SECONDS = 3.0
"""Longest time for one response. The vendor asks for a quick one but gives no figure: the caller hears silence."""

SUBACCOUNT = "rehearsal"
"""The subaccount id in a rehearsal's deliveries; no such subaccount exists."""

LONGEST_TIMEOUT = 600.0
DEEPEST = 5


class Verdict(str, Enum):
    """The result of one check; an endpoint with warnings is still ready."""

    HOLDS = "holds"
    WARNING = "warning"
    FAILS = "fails"
    SKIPPED = "does not apply"


class Finding(NamedTuple):
    """One check and its result."""

    name: str
    verdict: Verdict
    detail: str


class AccountFacts(NamedTuple):
    """What a subaccount may use in call flows; None if it could not be read, and `reason` says why.

    `voice_profiles` are codes such as en-US-Standard-A, `numbers` the virtual numbers in E.164.
    """

    voice_profiles: Collection[str] | None
    numbers: Collection[str] | None
    reason: str | None = None


@dataclass(frozen=True)
class Report:
    """The findings of a rehearsal."""

    url: str
    type: str
    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing failed."""
        return all(finding.verdict is not Verdict.FAILS for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON-serializable dict."""
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
    outbound: bool = False,
    depth: int = 1,
    account: AccountFacts | None = None,
) -> Report:
    """Send synthetic deliveries to an endpoint and judge its responses.

    Args:
        url: The endpoint, as it would be registered.
        type: The webhook type that would deliver there.
        http_auth_header: The header that deliveries would carry; the endpoint must then refuse a wrong one.
        allow_private: Whether to allow addresses that are not public, such as loopback and private ones. Default: no.
        timeout: Longest time for each request, above 0 and up to 600 seconds. Default: 10.
        outbound: Whether calls begin with an API request, so there is no CALL_RECEIVED; VCA only. Default: no.
        depth: How many keys to press in a row, from 0 to 5; 1 presses each key of the first menu. Default: 1.
        account: What the subaccount may use. Default: unknown and not checked.

    Raises:
        ValueError: An argument is invalid or out of range; no delivery was sent.
    """
    if problem := type_problem(type):
        raise ValueError(f"type {problem} (got {printable(type)!r}).")
    if problem := url_problem(url):
        raise ValueError(f"url {problem}. Nothing was sent.")
    if http_auth_header is not None and not _is_header(http_auth_header):
        raise ValueError("http_auth_header must be printable ASCII without spaces at its ends. Nothing was sent.")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise ValueError(f"timeout must be above 0 and at most {LONGEST_TIMEOUT:g} seconds. Nothing was sent.")
    if not 0 <= depth <= DEEPEST:
        raise ValueError(f"depth must be from 0 to {DEEPEST}. Nothing was sent.")
    if outbound and type != "VCA":
        raise ValueError("outbound is valid only with type VCA. Nothing was sent.")
    plan = _Rehearsal(type, http_auth_header, outbound, depth, account)
    return Report(url, type, tuple(_findings(url, allow_private, timeout, plan)))


class _Rehearsal(NamedTuple):
    type: str
    header: str | None
    outbound: bool
    depth: int
    account: AccountFacts | None

    def headers(self, wrong: str | None = None) -> dict[str, str]:
        own = {REHEARSAL_HEADER: "1", "User-Agent": "pulumi-8x8 rehearsal"}
        return own if self.header is None else own | {"Authorization": wrong or self.header}


def _findings(url: str, allow_private: bool, timeout: float, plan: _Rehearsal) -> Iterator[Finding]:
    try:
        endpoint = Endpoint(url, allow_private, timeout)
        yield Finding("reachable", Verdict.HOLDS, f"connected to {endpoint.address}")
        yield _certificate(endpoint)
        delivery = synthetic(plan.type, SUBACCOUNT, outbound=plan.outbound)
        body = json.dumps(delivery).encode()
        first = endpoint.deliver(body, plan.headers())
        yield _finding("status", first.status == 200, f"responded {first.status}", "; 8x8 accepts only 200")
        late = f"; the caller is waiting: respond within {RESPONSE_SECONDS:g} s and do other work afterwards"
        yield _finding("response time", first.seconds <= RESPONSE_SECONDS, f"{first.seconds * 1000:.0f} ms", late)
        if first.status != 200:
            why = "the first delivery was not accepted"
            yield from (Finding(name, Verdict.SKIPPED, why) for name in ("call flow", "duplicate", "wrong auth header"))
            return
        flow = None
        finding = Finding("call flow", Verdict.SKIPPED, f"a {plan.type} needs none")
        if plan.type == "VCA":
            flow, finding = _judged("call flow", first)
        yield finding
        yield _idempotent(plan.type, first, endpoint.deliver(body, plan.headers()))
        yield _refuses_wrong(endpoint, body, plan)
        if flow is not None:
            yield from _walk(endpoint, flow, delivery["payload"], plan)
    except EndpointError as end:
        yield Finding(end.name, Verdict.FAILS, str(end))


def _finding(name: str, holds: bool, detail: str, advice: str) -> Finding:
    return Finding(name, Verdict.HOLDS if holds else Verdict.FAILS, detail if holds else detail + advice)


def _certificate(endpoint: Endpoint) -> Finding:
    if not endpoint.is_encrypted:
        return Finding("TLS", Verdict.SKIPPED, "http, on loopback")
    ends = endpoint.certificate_end()
    days = int((ends - time.time()) // 86_400)
    until = datetime.fromtimestamp(ends, timezone.utc)
    return Finding("TLS", Verdict.HOLDS, f"valid until {until:%Y-%m-%d}, days left: {days}")


def _judged(name: str, response: EndpointResponse) -> tuple[Flow | None, Finding]:
    """Return the call flow of a response (None if it is invalid) and the finding about it."""
    if response.status != 200:
        return None, Finding(name, Verdict.FAILS, f"responded {response.status}")
    try:
        flow: Any = decode(response.body)
        problems = review(flow)
    except CallFlowError as error:
        flow, problems = None, list(error.violations)
    if violations := [problem for problem in problems if problem.severity == "violation"]:
        return None, Finding(name, Verdict.FAILS, "; ".join(map(printable, violations)))
    if problems:
        return flow, Finding(name, Verdict.WARNING, "valid; " + "; ".join(map(printable, problems)))
    return flow, Finding(name, Verdict.HOLDS, "valid")


def _idempotent(type: str, first: EndpointResponse, second: EndpointResponse) -> Finding:
    name, advice = "duplicate", "; 8x8 may deliver twice: return the same response for the same eventId or sessionId"
    if second.status != 200:
        return Finding(name, Verdict.FAILS, f"responded {second.status} to a repeated delivery{advice}")
    if type != "VCA":
        return Finding(name, Verdict.HOLDS, "responded 200 again")
    alike = _same_json(first.body, second.body)
    return _finding(name, alike, "the same response" if alike else "a different response", advice)


def _same_json(first: bytes, second: bytes) -> bool:
    try:
        return bool(decode(first) == decode(second))
    except ValueError:
        return first == second


def _refuses_wrong(endpoint: Endpoint, body: bytes, plan: _Rehearsal) -> Finding:
    name = "wrong auth header"
    if plan.header is None:
        return Finding(name, Verdict.SKIPPED, "no auth header was given")
    status = endpoint.deliver(body, plan.headers("rehearsal-wrong-auth-header")).status
    if status in {401, 403}:
        return Finding(name, Verdict.HOLDS, f"responded {status}")
    if 200 <= status < 300:
        return Finding(name, Verdict.FAILS, f"responded {status}; any sender is accepted: return 401 instead")
    return Finding(name, Verdict.WARNING, f"responded {status}; not accepted, but 401 would state the reason")


def _walk(endpoint: Endpoint, first: Flow, payload: Flow, plan: _Rehearsal) -> Iterator[Finding]:
    """Press the keys of the menu and judge each call flow, then check all account values that they use."""

    def deliver(delivery: Flow) -> tuple[Flow | None, Finding]:
        response = endpoint.deliver(json.dumps(delivery).encode(), plan.headers())
        if response.seconds > RESPONSE_SECONDS:
            return None, Finding("keys", Verdict.FAILS, f"responded after {response.seconds:.1f} s")
        return _judged("keys", response)

    found: dict[Finding, list[str]] = {}
    flows = [first]
    try:
        for keys, flow, finding in walk(UNKNOWN_MENU if plan.outbound else first, plan.depth, payload, deliver):
            found.setdefault(finding, []).append(" ".join(keys) or "no key")
            flows += [flow] if flow and flow not in flows else []
    except EndpointError as end:
        yield Finding("keys", Verdict.FAILS, f"stopped: {end}")
    for finding, trails in found.items():
        holds = finding.verdict is Verdict.HOLDS
        count = f"{len(trails)} further call flow" + ("s" if len(trails) > 1 else "")
        where = count if holds else f"after {', '.join(trails)}"
        yield finding._replace(detail=f"{where}: {finding.detail}")
    if plan.account:
        profiles, numbers, why = plan.account
        fails, warns = "live calls fail with error -1002", "live calls may fail with error -1014, unless whitelisted"
        yield _known("voice profiles", used(flows, "voiceProfile"), profiles, why, Verdict.FAILS, fails)
        yield _known("caller ids", used(flows, "source"), numbers, why, Verdict.WARNING, warns)


def _known(
    name: str, values: list[str], known: Collection[str] | None, why: str | None, verdict: Verdict, consequence: str
) -> Finding:
    """Check that the account has each value, ignoring the plus sign of a number."""
    if known is None:
        return Finding(name, Verdict.WARNING, f"not checked: {why or 'they could not be listed'}")
    plain = {each.lstrip("+") for each in known}
    unknown = [value for value in values if value.lstrip("+") not in plain]
    if not unknown:
        return Finding(name, Verdict.HOLDS, f"all known ({len(values)} used)")
    meant = {value: near_miss(value, known) for value in unknown}
    named = [f"{value} (did you mean {meant[value]}?)" if meant[value] else value for value in unknown]
    return Finding(name, verdict, f"not in the account: {', '.join(map(printable, named))}; {consequence}")


def _is_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and value == value.strip()
