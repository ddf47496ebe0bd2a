"""A mock of the voice API with a latency, in a process of its own. It checks nothing; the emulator does.

`/counts`, `/latency/<ms>` and `/clear` are for the measurement: they are neither counted nor held back.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

from aiohttp import web


class Counts(NamedTuple):
    """Requests by method and connections opened, since the last time."""

    requests: dict[str, int]
    connections: int


class Mock:
    """Serves while the `with` block runs."""

    def __enter__(self) -> Mock:
        command = [sys.executable, "-m", "bench.api"]
        root = Path(__file__).parents[1]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def counts(self) -> Counts:
        """What was requested since the last time."""
        return Counts(**self.control("counts"))

    def control(self, command: str) -> Any:
        """Send `latency/<ms>`, `clear` or `counts`."""
        with urlopen(f"{self.url}/{command}") as response:
            return json.load(response)


class _Account:
    def __init__(self) -> None:
        self.latency = 0.0
        self.webhooks: dict[str, dict[str, dict[str, Any]]] = {}
        self.requests: Counter[str] = Counter()
        self.connections: set[object] = set()

    async def respond(self, request: web.Request) -> web.Response:
        self.requests[request.method] += 1
        self.connections.add(request.transport)
        subaccount_id = request.match_info["subaccount"]
        held = self.webhooks.setdefault(subaccount_id, {})
        body = {"subAccountId": subaccount_id, "statusCode": 0, "statusMessage": "ok"}
        if request.method == "DELETE":
            body |= held.pop(request.match_info["type"])
        else:
            if request.method == "POST":
                sent = json.loads(await request.read())
                kept = {"enabled": sent.get("enabled", True), "httpAuthHeaderAvailable": "httpAuthHeader" in sent}
                held[sent["type"]] = {"type": sent["type"], "url": sent["url"], **kept}
            body |= {"count": len(held), "webhooks": list(held.values())}
        await asyncio.sleep(self.latency)
        return web.json_response(body)

    async def control(self, request: web.Request) -> web.Response:
        counts = {"requests": dict(self.requests), "connections": len(self.connections)}
        if request.path == "/counts":
            self.requests.clear()
            self.connections.clear()
        elif request.path == "/clear":
            self.webhooks.clear()
        else:
            self.latency = float(request.match_info["ms"]) / 1000
        return web.json_response(counts)


async def _serve() -> None:
    account, application = _Account(), web.Application()
    path = "/api/v1/subaccounts/{subaccount}/webhooks"
    for method, route in (("GET", path), ("POST", path), ("DELETE", f"{path}/{{type}}")):
        application.router.add_route(method, route, account.respond)
    for route in ("/counts", "/clear", "/latency/{ms}"):
        application.router.add_get(route, account.control)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
