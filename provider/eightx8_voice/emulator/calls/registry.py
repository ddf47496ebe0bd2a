"""The calls that were placed while the emulator runs."""

from __future__ import annotations

import asyncio
import threading

from eightx8_voice.emulator.account.state import Account
from eightx8_voice.emulator.calls.call import Call, Plan, run_call
from eightx8_voice.emulator.calls.delivery import Delivery, deliver_sample

MAX_CALLS = 100
"""Calls that are remembered; the oldest are forgotten."""


class CallRegistry:
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
        """Run a call to its end."""
        return await run_call(self._account, subaccount, plan, self._remember)

    async def deliver(self, subaccount: str, type: str) -> Delivery:
        """Make a synthetic delivery to the webhook of a type.

        Raises:
            ValueError: No such webhook is registered, or it is disabled.

        """
        return await deliver_sample(self._account, subaccount, type)

    def start(self, subaccount: str, plan: Plan) -> None:
        """Run a call in the background."""
        task = asyncio.create_task(self.place(subaccount, plan))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop the calls that still run."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remember(self, call: Call) -> None:
        with self._lock:
            self._calls[call.session_id] = call
            while len(self._calls) > MAX_CALLS:
                del self._calls[next(iter(self._calls))]
