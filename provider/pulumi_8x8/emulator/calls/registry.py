"""Where calls are ordered while the emulator runs, and remembered."""

from __future__ import annotations

import asyncio
import threading

from pulumi_8x8.emulator.account.state import Account
from pulumi_8x8.emulator.calls.call import Call, Plan, conduct

REMEMBERED = 100
"""Calls that are remembered; the oldest are forgotten."""


class Switchboard:
    """The calls of an account. Reading is safe from any thread; placing belongs in the server's loop."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[Call]] = set()

    @property
    def calls(self) -> list[Call]:
        """The calls as they stand, the newest first."""
        with self._lock:
            return list(reversed(self._calls.values()))

    async def place(self, subaccount: str, plan: Plan) -> Call:
        """Lead a call to its end."""
        return await conduct(self._account, subaccount, plan, self._remember)

    def start(self, subaccount: str, plan: Plan) -> None:
        """Lead a call in the background."""
        task = asyncio.create_task(self.place(subaccount, plan))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop the calls that are still led."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remember(self, call: Call) -> None:
        with self._lock:
            self._calls[call.session_id] = call
            while len(self._calls) > REMEMBERED:
                del self._calls[next(iter(self._calls))]
