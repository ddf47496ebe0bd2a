"""One request to the API from arrival to answer: fault, latency, decision, journal, answer, in this order."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import get_args
from weakref import WeakKeyDictionary

from aiohttp import web

from pulumi_8x8.emulator.account import answers, responses, routes, storage
from pulumi_8x8.emulator.account.answers import Answer
from pulumi_8x8.emulator.account.faults import Armed, Fault, Faults
from pulumi_8x8.emulator.account.journal import Entry, Journal
from pulumi_8x8.emulator.account.routes import PostOver, Query, Rules
from pulumi_8x8.emulator.account.state import Account
from pulumi_8x8.emulator.calls.registry import Switchboard
from pulumi_8x8.model import WebhookType


class Api:
    """What answers requests; everything here may be changed while it does."""

    def __init__(self, api_key: str, post_over: PostOver, latency: float, state_file: str | Path | None) -> None:
        self.api_key = api_key
        self.post_over = post_over
        self.latency = latency
        self.account = _account(state_file)
        self.journal = Journal()
        self.faults = Faults(self.account)
        self.switchboard = Switchboard(self.account)
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, int] = WeakKeyDictionary()
        self._numbers = itertools.count(1)

    @property
    def post_over(self) -> PostOver:
        """What POST does over an existing type."""
        return self._post_over

    @post_over.setter
    def post_over(self, value: PostOver) -> None:
        if value not in get_args(PostOver):
            raise ValueError(f"post_over is one of {', '.join(get_args(PostOver))}, not {value!r}")
        self._post_over: PostOver = value

    async def exchange(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        """Answer one request, or do what its fault does instead."""
        connection = self._connection(request)
        arrived = Query(request.method, request.path, request.headers.get("Authorization"))
        armed = self.faults.take(arrived.method, arrived.subaccount)
        if armed is None:
            query = Query(arrived.method, arrived.path, arrived.authorization, await request.read())
            await asyncio.sleep(self.latency)
            answer = self._decide(query, self.account)
            self._record(query, answer.status, connection)
            return responses.response(answer)
        return await self._faulty(request, armed, arrived, connection, stopping)

    async def _faulty(
        self, request: web.Request, armed: Armed, query: Query, connection: int, stopping: asyncio.Event
    ) -> web.StreamResponse:
        fault = armed.fault
        if fault.effect.reads:
            query = Query(query.method, query.path, query.authorization, await request.read())
            await asyncio.sleep(self.latency)
        await _held(fault, "before", stopping)
        # In a thread: 50 MB of answer take a while to make, and others are to be answered meanwhile.
        answer = await asyncio.to_thread(responses.faulty, self._true(query, armed), fault, request.path)
        self._record(query, None if fault.name in responses.NO_STATUS_LINE else answer.status, connection)
        await _held(fault, "after", stopping)
        return await responses.show(responses.Exchange(request, answer, fault, stopping))

    def _true(self, query: Query, armed: Armed) -> Answer:
        """Give the answer that the fault starts from, and let the request take effect or not."""
        fault = armed.fault
        answer = self._decide(query, self.account if fault.applies else self.account.copy())
        if answer.status != 200 or query.subaccount is None:
            return answer
        if fault.name == "stale":
            return answers.listing(query.subaccount, armed.before.webhooks(query.subaccount))
        if fault.name == "altered" and fault.applies:
            return self._altered(query, query.subaccount, fault)
        return answer

    def _altered(self, query: Query, subaccount: str, fault: Fault) -> Answer:
        name = WebhookType(routes.subject(query))
        webhook = self.account.webhooks(subaccount)[name]
        kept = {
            "url": webhook.url,
            "enabled": webhook.enabled,
            "http_auth_header": webhook.http_auth_header,
            **(fault.stored or {"url": f"{webhook.url}/"}),
        }
        self.account.put(subaccount, name, **kept)
        return answers.listing(subaccount, self.account.webhooks(subaccount))

    def _decide(self, query: Query, account: Account) -> Answer:
        try:
            return routes.answer(account, Rules(self.api_key, self.post_over), query)
        except storage.StateFileError as error:
            return answers.error(500, str(error))

    def _record(self, query: Query, status: int | None, connection: int) -> None:
        named = routes.subject(query)
        self.journal.record(Entry(query.method, query.path, query.subaccount, named, status, connection))

    def _connection(self, request: web.Request) -> int:
        transport = request.transport
        if transport is None:
            return next(self._numbers)
        if transport not in self._connections:
            self._connections[transport] = next(self._numbers)
        return self._connections[transport]


async def _held(fault: Fault, at: str, stopping: asyncio.Event) -> None:
    if fault.hold_at != at:
        return
    fault.reached.set()
    while fault.hold is not None and not fault.hold.is_set() and not stopping.is_set():
        await asyncio.sleep(responses.GLANCE)


def _account(state_file: str | Path | None) -> Account:
    if state_file is None:
        return Account()
    path = Path(state_file)
    return Account(storage.load(path), lambda held: storage.save(path, held))
