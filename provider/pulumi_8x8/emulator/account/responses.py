"""What a client sees of each kind of fault: a table from its name to the way its response is sent."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from pulumi_8x8.emulator.account import answers
from pulumi_8x8.emulator.account.answers import Answer
from pulumi_8x8.emulator.account.faults import Fault
from pulumi_8x8.emulator.account.malformed import MALFORMED

POLL_SECONDS = 0.005
"""Seconds between two checks whether a client has left or a held request may go on."""


@dataclass(frozen=True)
class Exchange:
    """A request and the response to it, about to be sent."""

    request: web.Request
    answer: Answer
    fault: Fault
    stopping: asyncio.Event

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for the response any more."""
        transport = self.request.transport
        return self.stopping.is_set() or transport is None or transport.is_closing()


def faulty(answer: Answer, fault: Fault, path: str) -> Answer:
    """Turn the true response into what the fault makes of it, as far as it can be said in HTTP."""
    if fault.name == "status":
        return _status(fault)
    if fault.name == "redirect":
        return Answer(fault.status or 307, b"", {"Location": fault.location or path})
    if fault.name in MALFORMED:
        body, headers = MALFORMED[fault.name](answer.body, fault.size)
        return Answer(fault.status or answer.status, body, {**answer.headers, **headers})
    return answer


async def send(exchange: Exchange) -> web.StreamResponse:
    """Send the response in the fault's way."""
    return await _SENDERS.get(exchange.fault.name, _whole)(exchange)


def response(answer: Answer) -> web.Response:
    """Send a response as it is."""
    return web.Response(status=answer.status, body=answer.body, headers=_headers(answer))


def reset(request: web.Request) -> web.Response:
    """Close the connection with a TCP reset."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        # Lingering for zero seconds makes the kernel send RST where it would send FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _whole(exchange: Exchange) -> web.StreamResponse:
    return response(exchange.answer)


async def _reset(exchange: Exchange) -> web.StreamResponse:
    return reset(exchange.request)


async def _reset_in_body(exchange: Exchange) -> web.StreamResponse:
    _write(exchange, _half(exchange))
    return reset(exchange.request)


async def _truncated(exchange: Exchange) -> web.StreamResponse:
    _write(exchange, _half(exchange))
    return _closed(exchange)


async def _hang(exchange: Exchange) -> web.StreamResponse:
    while not exchange.abandoned:
        await asyncio.sleep(POLL_SECONDS)
    return _closed(exchange)


async def _drip(exchange: Exchange) -> web.StreamResponse:
    whole = _head(exchange.answer) + exchange.answer.body
    at_once = len(_head(exchange.answer)) if exchange.fault.name == "drip" else 0
    _write(exchange, whole[:at_once])
    for byte in whole[at_once:]:
        if exchange.abandoned:
            break
        _write(exchange, bytes([byte]))
        await asyncio.sleep(exchange.fault.interval)
    return _closed(exchange)


_SENDERS: dict[str, Callable[[Exchange], Awaitable[web.StreamResponse]]] = {
    "reset_before_reading": _reset,
    "reset_after_applying": _reset,
    "reset_in_body": _reset_in_body,
    "truncated": _truncated,
    "hang": _hang,
    "drip": _drip,
    "drip_header": _drip,
}

NO_STATUS_LINE = frozenset({"reset_before_reading", "reset_after_applying", "hang"})
"""The faults that send nothing at all."""


def _status(fault: Fault) -> Answer:
    status = fault.status or 503
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.body is None:
        return answers.error(status, "A fault of the emulator", code=f"1{status}", headers=headers)
    if isinstance(fault.body, str | bytes):
        text = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return Answer(status, text, {"Content-Type": "text/plain", **headers})
    return Answer(status, json.dumps(fault.body).encode(), headers)


def _headers(answer: Answer) -> dict[str, str]:
    return {"Content-Type": "application/json", **answer.headers}


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} "]
    lines += [f"{name}: {value}" for name, value in _headers(answer).items()]
    lines += [f"Content-Length: {len(answer.body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


def _half(exchange: Exchange) -> bytes:
    body = exchange.answer.body
    return _head(exchange.answer) + body[: len(body) // 2]


def _write(exchange: Exchange, data: bytes) -> None:
    if exchange.request.transport is not None:
        exchange.request.transport.write(data)


def _closed(exchange: Exchange) -> web.StreamResponse:
    if exchange.request.transport is not None:
        exchange.request.transport.close()
    return web.Response()
