"""A mock of the voice API whose latency is set and which is itself no limit: one process, one event loop, no framework.

    python -m bench.api        serve on a free port of loopback, and print that port

Every answer is held back by the latency. It does what the guide describes and checks nothing: it is here to be fast,
the package's emulator is here to be true. `GET /counts` tells what was asked since the last time it was asked, and
`GET /latency/<ms>` sets the latency and `GET /clear` forgets the webhooks; none is counted or held back.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

PREFIX = "/api/v1/subaccounts/"


class Account:
    """What is registered, and what was asked."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.webhooks: dict[str, dict[str, dict[str, Any]]] = {}
        self.requests: Counter[str] = Counter()
        self.open = 0
        self.begin()

    def begin(self) -> None:
        """Begin to count anew."""
        self.requests.clear()
        self.connections = 0
        self.open_at_once = self.open

    def answer(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        """Carry out one request of the API."""
        self.requests[method] += 1
        subaccount_id, _, kind = path.removeprefix(PREFIX).replace("/webhooks", "", 1).partition("/")
        held = self.webhooks.setdefault(subaccount_id, {})
        if method == "DELETE":
            return {"subAccountId": subaccount_id, **held.pop(kind), "statusCode": 0, "statusMessage": "deleted"}
        if method == "POST":
            asked = json.loads(body)
            held[asked["type"]] = {
                "type": asked["type"],
                "url": asked["url"],
                "enabled": asked.get("enabled", True),
                "httpAuthHeaderAvailable": "httpAuthHeader" in asked,
            }
        return {
            "subAccountId": subaccount_id,
            "count": len(held),
            "webhooks": list(held.values()),
            "statusCode": 0,
            "statusMessage": "ok",
        }

    def control(self, path: str) -> dict[str, Any]:
        """Answer the measurement itself."""
        if path == "/counts":
            told = {"requests": self.requests.copy(), "connections": self.connections, "at_once": self.open_at_once}
            self.begin()
            return told
        if path == "/clear":
            self.webhooks.clear()
        else:
            self.latency = float(path.removeprefix("/latency/")) / 1000
        return {}


class Connection(asyncio.Protocol):
    """Reads HTTP/1.1 requests with or without a Content-Length, and keeps the connection."""

    transport: asyncio.Transport

    def __init__(self, account: Account) -> None:
        self._account = account
        self._received = b""
        self._counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, _exc: Exception | None) -> None:
        """Count it out."""
        if self._counted:
            self._account.open -= 1

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there as a whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].decode("latin-1")
            _, found, length = head.lower().partition("\ncontent-length:")
            whole = end + 4 + (int(length.partition("\r")[0]) if found else 0)
            if len(self._received) < whole:
                return
            body, self._received = self._received[end + 4 : whole], self._received[whole:]
            method, path, _ = head.split(" ", 2)
            self._request(method, path, body)

    def _request(self, method: str, path: str, body: bytes) -> None:
        account = self._account
        if not path.startswith(PREFIX):
            self._answer(account.control(path))
            return
        if not self._counted:
            self._counted = True
            account.open += 1
            account.connections += 1
            account.open_at_once = max(account.open_at_once, account.open)
        asyncio.get_running_loop().call_later(account.latency, self._answer, account.answer(method, path, body))

    def _answer(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve() -> None:
    """Serve until the process is ended."""
    account = Account()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(account), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
