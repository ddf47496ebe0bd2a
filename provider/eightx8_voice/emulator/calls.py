"""The calls of a running emulator, and the HTTP paths through which the command line places and lists them.

POST /_calls places a call and responds when it has ended. The body is an object with `subaccount` and the fields of
`Plan`; `start`, the body of a callflows request, replaces `source` and `destination`. GET lists the calls.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from aiohttp import web

from eightx8_voice import json_text
from eightx8_voice.emulator.account import Account
from eightx8_voice.emulator.call import Call, CallRunner, Plan, check_webhooks
from eightx8_voice.emulator.callflows import accepted

PATH = "/_calls"

MAX_CALLS = 100
"""Most calls that are kept; the oldest are dropped."""


class Calls:
    """The calls of an account. Reading is safe from any thread; place calls only in the server's event loop."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[Call]] = set()

    @property
    def calls(self) -> list[Call]:
        """All calls in their current state, newest first."""
        with self._lock:
            return list(reversed(self._calls.values()))

    async def place(self, subaccount: str, plan: Plan) -> Call:
        """Run a call until it ends.

        Raises:
            ValueError: The subaccount has no webhook.
        """
        check_webhooks(self._account, subaccount)
        return await CallRunner(self._account, subaccount, plan, self._remember).run()

    def start(self, subaccount: str, plan: Plan, session_id: str | None = None) -> None:
        """Run a call in the background."""
        runner = CallRunner(self._account, subaccount, plan, self._remember, session_id)
        task = asyncio.create_task(runner.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for programs, without access checks."""
        return [web.post(PATH, self._place), web.get(PATH, self._placed)]

    async def _place(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # a page of another site cannot send JSON
            raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.\n")
        try:
            subaccount, plan = self._read_plan(json_text.read(await request.read()))
            return web.json_response((await self.place(subaccount, plan)).as_dict())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=422)

    async def _placed(self, _request: web.Request) -> web.Response:
        return web.json_response([call.as_dict() for call in self.calls])

    def _remember(self, call: Call) -> None:
        with self._lock:
            self._calls[call.session_id] = call
            while len(self._calls) > MAX_CALLS:
                del self._calls[next(iter(self._calls))]

    def _read_plan(self, given: object) -> tuple[str, Plan]:
        if not isinstance(given, dict):
            raise ValueError("the body must be a JSON object")
        lists: dict[str, Any] = {name: tuple(given.pop(name)) for name in ("keys", "outcomes") if name in given}
        try:
            subaccount, start = str(given.pop("subaccount")), given.pop("start", None)
            if start is None:
                return subaccount, Plan(**given, **lists)
            return subaccount, Plan.outbound(accepted(self._account, start), **given, **lists)
        except (TypeError, KeyError) as error:
            raise ValueError(f"a call must have a subaccount and valid fields of a plan: {error}") from None
