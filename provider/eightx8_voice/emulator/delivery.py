"""One delivery to an endpoint, and the judgement of its response."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import aiohttp

from eightx8_voice import callflow
from eightx8_voice.callflow import Action, CallFlow, CallFlowError
from eightx8_voice.emulator.account import Account, StoredWebhook
from eightx8_voice.emulator.session import CONNECTIVITY, INVALID_CALL_FLOW, SOURCE_REFUSED, spoken

MAX_RESPONSE = 65_536
"""Most bytes of a response that are read; a longer call flow is invalid. The vendor's limit is undocumented."""


@dataclass(frozen=True)
class Delivery:
    """A request to an endpoint and its response, as a timeline shows it.

    `status` is None if no response arrived; `duration_ms` is the time until the whole response had arrived. `actions`
    describes a valid call flow. `duplicate` marks a deliberate second delivery, `retried` a failed one that was then
    repeated. No field contains headers.
    """

    type: str
    url: str
    request: Mapping[str, Any]
    status: int | None
    response: str
    duration_ms: float
    verdict: str
    ok: bool
    sent_at: str
    actions: tuple[str, ...] = ()
    duplicate: bool = False
    retried: bool = False


@dataclass(frozen=True)
class Attempt:
    """An endpoint's response: its status and body, or the reason why there is none."""

    status: int | None = None
    body: bytes = b""
    problem: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What a response means for the call: a call flow to execute, an error, or just an acknowledgement.

    `warnings` lists what is executed although the vendor's prose forbids it.
    """

    verdict: str
    error_code: int | None = None
    flow: CallFlow | None = None
    warnings: tuple[str, ...] = ()


def judge(type: str, response: Attempt, account: Account) -> Judgement:
    """Judge a response: it must be a 200 and, for a VCA, contain a call flow that the account may use."""
    if response.problem is not None:
        return Judgement(response.problem, CONNECTIVITY)
    if response.status != 200:
        hint = "; redirects are not followed" if 300 <= (response.status or 0) < 400 else ""
        return Judgement(f"responded {response.status} instead of 200{hint}", CONNECTIVITY)
    if type != "VCA":
        return Judgement("received")
    if len(response.body) > MAX_RESPONSE:
        return Judgement(f"invalid call flow: longer than {MAX_RESPONSE} bytes", INVALID_CALL_FLOW)
    try:
        document = callflow.decode(response.body)
        flow = callflow.parse(document)
    except CallFlowError as error:
        return Judgement(f"invalid call flow: {'; '.join(map(str, error.violations))}", INVALID_CALL_FLOW)
    if problem := account.not_allowed(flow):
        code = SOURCE_REFUSED if problem.code == -1014 else INVALID_CALL_FLOW
        return Judgement(f"invalid call flow: {problem}", code)
    return Judgement("executed", flow=flow, warnings=tuple(map(str, callflow.review(document))))


async def deliver(
    client: aiohttp.ClientSession, account: Account, webhook: StoredWebhook, document: Mapping[str, Any], timeout: float
) -> tuple[Delivery, Judgement]:
    """POST a document to a webhook's URL, with its auth header, and judge the response."""
    sent_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    started = time.perf_counter()
    response = await _post(client, webhook, document, timeout)
    judgement = judge(webhook.type, response, account)
    delivery = Delivery(
        type=webhook.type,
        url=webhook.url,
        request=document,
        status=response.status,
        response=response.body[:MAX_RESPONSE].decode("utf-8", "replace"),
        duration_ms=round((time.perf_counter() - started) * 1000, 1),
        verdict=judgement.verdict,
        ok=judgement.error_code is None,
        sent_at=sent_at,
        actions=tuple(map(in_words, judgement.flow.actions if judgement.flow else ())),
    )
    return delivery, judgement


def in_words(action: Action) -> str:
    """Describe an action in a few words."""
    words = spoken(action)
    return f'{action.action} "{words}"' if words else action.action


def new_client() -> aiohttp.ClientSession:
    """Return a client that keeps no cookies and ignores the environment's proxies."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False)


async def _post(
    client: aiohttp.ClientSession, webhook: StoredWebhook, document: Mapping[str, Any], timeout: float
) -> Attempt:
    header = webhook.http_auth_header
    headers = {"Accept-Encoding": "identity"} | ({} if header is None else {"Authorization": header})
    # By default, the library rounds deadlines of long time-outs up to whole seconds of its clock.
    limits = aiohttp.ClientTimeout(total=timeout, ceil_threshold=math.inf)
    try:
        async with client.post(
            webhook.url, json=document, headers=headers, allow_redirects=False, timeout=limits
        ) as received:
            return Attempt(received.status, await _read(received.content))
    except asyncio.TimeoutError:
        return Attempt(problem=f"no response within {timeout:g} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason = _reason(error)
        # The library's message may quote the request.
        return Attempt(problem=f"cannot be reached: {reason.replace(header, '[auth header]') if header else reason}")


async def _read(stream: aiohttp.StreamReader) -> bytes:
    body = b""
    while len(body) <= MAX_RESPONSE and (piece := await stream.read(MAX_RESPONSE)):
        body += piece
    return body


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    if isinstance(cause, ConnectionError) and cause.errno:
        return os.strerror(cause.errno)  # asyncio's own text is "Connect call failed" and the address
    return str(getattr(cause, "strerror", None) or error or type(error).__name__)
