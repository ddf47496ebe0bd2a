"""One delivery to an endpoint, and what its response means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal

import aiohttp

from eightx8_voice import callflow, deliveries
from eightx8_voice.callflow import CallFlow, CallFlowError
from eightx8_voice.emulator.account import Account, StoredWebhook
from eightx8_voice.emulator.session import CONNECTIVITY, INVALID_CALL_FLOW

Kind = Literal["VCA", "VSS", "VCS", "VRU", "VNU"]

MAX_RESPONSE = 65_536
"""Bytes of a response that are read; a longer one is no valid response. The vendor's limit is not known."""

MASK = "[auth header]"

MIN_SECRET = 6
"""Characters of an auth header, or of its credentials, from which on an echo of them is masked."""


@dataclass(frozen=True)
class Delivery:
    """A request to an endpoint and its response, as a timeline shows it.

    `status` is None when no response came, `duration_ms` is the time until the whole response arrived.
    The auth header is in none of the fields, even where an endpoint echoes it.
    """

    type: Kind
    url: str
    request: Mapping[str, Any]
    status: int | None
    answer: str
    duration_ms: float
    verdict: str
    ok: bool
    sent_at: str
    duplicate: bool = False


@dataclass(frozen=True)
class Response:
    """A status and a body, or the reason why there is none."""

    status: int | None = None
    body: bytes = b""
    problem: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What a response means for the call: a call flow to execute, an error that ends it, or just a receipt.

    `warnings` list what is executed although the vendor's prose forbids it.
    """

    verdict: str
    error_code: int | None = None
    flow: CallFlow | None = None
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the response is a valid one."""
        return self.error_code is None


def judge(kind: Kind, response: Response) -> Judgement:
    """Judge a response: every endpoint owes a 200, and that of a VCA a valid call flow."""
    if response.problem is not None:
        return Judgement(response.problem, CONNECTIVITY)
    if response.status != 200:
        hint = "; redirects are not followed" if 300 <= (response.status or 0) < 400 else ""
        return Judgement(f"responded {response.status} instead of 200{hint}", CONNECTIVITY)
    if kind != "VCA":
        return Judgement("received")
    if len(response.body) > MAX_RESPONSE:
        return Judgement(f"invalid call flow: longer than {MAX_RESPONSE} bytes", INVALID_CALL_FLOW)
    try:
        document = callflow.decode(response.body)
        flow = callflow.parse(document)
    except CallFlowError as error:
        broken = "; ".join(map(str, error.violations))
        return Judgement(f"invalid call flow: {broken}", INVALID_CALL_FLOW)
    warnings = tuple(map(str, callflow.review(document)))
    return Judgement(" → ".join(action.action for action in flow.actions), flow=flow, warnings=warnings)


async def deliver(
    client: aiohttp.ClientSession, webhook: StoredWebhook, document: Mapping[str, Any], timeout: float
) -> tuple[Delivery, Judgement]:
    """Post a document to a webhook's URL, with its auth header, and judge the response."""
    kind: Kind = webhook.type  # type: ignore[assignment]  # an account holds no other types
    sent_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    started = time.perf_counter()
    response = await _post(client, webhook, document, timeout)
    judgement = judge(kind, response)
    delivery = Delivery(
        type=kind,
        url=webhook.url,
        request=document,
        status=response.status,
        answer=_masked(response.body[:MAX_RESPONSE].decode("utf-8", "replace"), webhook),
        duration_ms=round((time.perf_counter() - started) * 1000, 1),
        verdict=_masked(judgement.verdict, webhook),
        ok=judgement.ok,
        sent_at=sent_at,
    )
    return delivery, judgement


async def deliver_sample(account: Account, subaccount: str, type: str, timeout: float = 5.0) -> Delivery:
    """Make a synthetic delivery to the webhook of a type, without a call.

    Raises:
        ValueError: No such webhook is registered, or it is disabled.

    """
    webhook = account.webhooks(subaccount).get(type)
    if webhook is None or not webhook.enabled:
        raise ValueError(f"no {type} webhook is registered and enabled for {subaccount}")
    async with new_client() as client:
        delivery, _ = await deliver(client, webhook, deliveries.synthetic(type, subaccount), timeout)
        return delivery


def new_client() -> aiohttp.ClientSession:
    """Return a client that keeps nothing between requests and ignores proxies of the environment."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False)


async def _post(
    client: aiohttp.ClientSession, webhook: StoredWebhook, document: Mapping[str, Any], timeout: float
) -> Response:
    headers = {"Accept-Encoding": "identity"}
    if webhook.http_auth_header is not None:
        headers["Authorization"] = webhook.http_auth_header
    try:
        async with client.post(
            webhook.url,
            json=document,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as received:
            body = await _read(received.content)
            return Response(received.status, body)
    except asyncio.TimeoutError:
        return Response(problem=f"no response within {timeout:g} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Response(problem=f"cannot be reached: {_reason(error)}")


async def _read(stream: aiohttp.StreamReader) -> bytes:
    body = b""
    while len(body) <= MAX_RESPONSE and (piece := await stream.read(MAX_RESPONSE)):
        body += piece
    return body


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None)
    return str(getattr(cause, "strerror", None) or error or type(error).__name__)


def _masked(text: str, webhook: StoredWebhook) -> str:
    header = webhook.http_auth_header or ""
    # "Basic abc…" may come back whole or as "abc…" alone; a few letters alone are in every other word.
    for secret in (header, *header.split()[1:]):
        if len(secret) >= MIN_SECRET:
            text = text.replace(secret, MASK)
    return text
