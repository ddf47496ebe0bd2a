"""How each kind of fault responds: a table from the fault's name to the function that sends the response."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from eightx8_voice.emulator import responses
from eightx8_voice.emulator.faults import Fault
from eightx8_voice.emulator.responses import ApiResponse

POLL_SECONDS = 0.005
"""Seconds between checks for a disconnected client or a released request."""


@dataclass(frozen=True)
class Exchange:
    """A request and the response to it, about to be sent."""

    request: web.Request
    response: ApiResponse
    fault: Fault
    stopping: asyncio.Event

    @property
    def abandoned(self) -> bool:
        """Whether the client has disconnected or the emulator is stopping."""
        transport = self.request.transport
        return self.stopping.is_set() or transport is None or transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self.request.transport is not None:
            self.request.transport.write(data)

    def close(self) -> web.StreamResponse:
        """Close the connection; the returned response is never sent."""
        if self.request.transport is not None:
            self.request.transport.close()
        return web.Response()


def faulty(response: ApiResponse, fault: Fault, path: str) -> ApiResponse:
    """Apply a fault that replaces the response; other faults only change how it is sent."""
    if fault.name == "status":
        return _status(fault)
    if fault.name == "redirect":
        return ApiResponse(fault.status or 307, b"", {"Location": fault.location or path})
    if fault.make is not None:
        body, headers = fault.make(response.body)
        return ApiResponse(fault.status or response.status, body, {**response.headers, **headers})
    return response


async def send(exchange: Exchange) -> web.StreamResponse:
    """Send the response as the fault requires."""
    return await _SENDERS.get(exchange.fault.name, _whole)(exchange)


async def _whole(exchange: Exchange) -> web.StreamResponse:
    response = exchange.response
    return web.Response(status=response.status, body=response.body, headers=_headers(response))


async def _reset(exchange: Exchange) -> web.StreamResponse:
    transport = exchange.request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        # Lingering for zero seconds makes the kernel send RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _reset_in_body(exchange: Exchange) -> web.StreamResponse:
    exchange.write(_half(exchange))
    return await _reset(exchange)


async def _truncated(exchange: Exchange) -> web.StreamResponse:
    exchange.write(_half(exchange))
    return exchange.close()


async def _hang(exchange: Exchange) -> web.StreamResponse:
    while not exchange.abandoned:
        await asyncio.sleep(POLL_SECONDS)
    return exchange.close()


async def _drip(exchange: Exchange) -> web.StreamResponse:
    whole = _head(exchange.response) + exchange.response.body
    at_once = len(_head(exchange.response)) if exchange.fault.name == "drip" else 0
    exchange.write(whole[:at_once])
    for byte in whole[at_once:]:
        if exchange.abandoned:
            break
        exchange.write(bytes([byte]))
        await asyncio.sleep(exchange.fault.interval)
    return exchange.close()


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
"""The faults that send no byte of a response."""


def _status(fault: Fault) -> ApiResponse:
    status = fault.status or 503
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.body is None:
        return responses.error(status, "Fault injected by the emulator", code=f"1{status}", headers=headers)
    if isinstance(fault.body, str | bytes):
        text = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return ApiResponse(status, text, {"Content-Type": "text/plain", **headers})
    return ApiResponse(status, json.dumps(fault.body).encode(), headers)


def _headers(response: ApiResponse) -> dict[str, str]:
    return {"Content-Type": "application/json", **response.headers}


def _head(response: ApiResponse) -> bytes:
    lines = [f"HTTP/1.1 {response.status} "]
    lines += [f"{name}: {value}" for name, value in _headers(response).items()]
    lines += [f"Content-Length: {len(response.body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


def _half(exchange: Exchange) -> bytes:
    body = exchange.response.body
    return _head(exchange.response) + body[: len(body) // 2]
