"""What the mock can stand, so that it is not the mock that is measured."""

from __future__ import annotations

import asyncio
import time

CONNECTIONS = 200
SECONDS = 3.0


async def _ask(port: int, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = 0
    while time.monotonic() < end:
        writer.write(b"GET /api/v1/subaccounts/load/webhooks HTTP/1.1\r\nHost: bench\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0]))
        asked += 1
    writer.close()
    return asked


async def _ask_all(port: int) -> float:
    begin = time.monotonic()
    asked = await asyncio.gather(*(_ask(port, begin + SECONDS) for _ in range(CONNECTIONS)))
    return sum(asked) / (time.monotonic() - begin)


def requests_per_second(port: int) -> float:
    """Requests that the mock answers in a second, with 200 connections that ask without a pause."""
    return asyncio.run(_ask_all(port))
