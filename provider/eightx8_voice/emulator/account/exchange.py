"""One request to the API from arrival to response: fault, latency, decision, journal, response, in this order."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web

from eightx8_voice.emulator.account import fault_responses, responses, routes, storage
from eightx8_voice.emulator.account.faults import Fault, Faults, Waiting
from eightx8_voice.emulator.account.journal import Entry, Journal
from eightx8_voice.emulator.account.modes import Modes
from eightx8_voice.emulator.account.responses import Response
from eightx8_voice.emulator.account.routes import Query
from eightx8_voice.emulator.account.state import Account
from eightx8_voice.emulator.calls.registry import CallRegistry
from eightx8_voice.webhooks import WebhookType


class Api(Modes):
    """Responds to requests; everything here may be changed while it does."""

    def __init__(self, api_key: str, state_file: str | Path | None, **modes: Any) -> None:
        super().__init__(**modes)
        self.api_key = api_key
        self.account = _account(state_file)
        self.journal = Journal()
        self.faults = Faults(self.account)
        self.calls = CallRegistry(self.account)
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, int] = WeakKeyDictionary()
        self._numbers = itertools.count(1)

    async def respond(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        """Respond to one request, or do what its fault does instead."""
        connection = self._connection(request)
        arrived = Query(request.method, request.path, request.headers.get("Authorization"))
        waiting = self.faults.take(arrived.method, arrived.subaccount)
        if waiting is not None:
            return await self._respond_faultily(request, waiting, arrived, connection, stopping)
        query = Query(arrived.method, arrived.path, arrived.authorization, await request.read())
        await asyncio.sleep(self.latency)
        response = self._decide(query, self.account)
        self._record(query, response.status, connection)
        return fault_responses.plain(response)

    async def _respond_faultily(
        self, request: web.Request, waiting: Waiting, query: Query, connection: int, stopping: asyncio.Event
    ) -> web.StreamResponse:
        fault = waiting.fault
        if fault.effect.reads:
            query = Query(query.method, query.path, query.authorization, await request.read())
            await asyncio.sleep(self.latency)
        await _held(fault, "before", stopping)
        # In a thread: 50 MB of response take a while to make, and others are to be served meanwhile.
        response = await asyncio.to_thread(fault_responses.faulty, self._true(query, waiting), fault, request.path)
        self._record(query, None if fault.name in fault_responses.NO_STATUS_LINE else response.status, connection)
        await _held(fault, "after", stopping)
        return await fault_responses.send(fault_responses.Exchange(request, response, fault, stopping))

    def _true(self, query: Query, waiting: Waiting) -> Response:
        """Return the response that the fault starts from; whether the request takes effect is up to the fault."""
        fault = waiting.fault
        response = self._decide(query, self.account if fault.applies else self.account.copy())
        if response.status != 200 or query.subaccount is None:
            return response
        if fault.name == "stale":
            return responses.listing(query.subaccount, waiting.before.webhooks(query.subaccount))
        if fault.name == "altered" and fault.applies and query.method == "POST":
            return self._altered(query, query.subaccount, fault)
        return response

    def _altered(self, query: Query, subaccount: str, fault: Fault) -> Response:
        name = WebhookType(routes.subject(query))
        webhook = self.account.webhooks(subaccount)[name]
        kept = {
            "url": webhook.url,
            "enabled": webhook.enabled,
            "http_auth_header": webhook.http_auth_header,
            **(fault.stored or {"url": f"{webhook.url}/"}),
        }
        self.account.put(subaccount, name, **kept)
        return responses.listing(subaccount, self.account.visible(subaccount, listed=False))

    def _decide(self, query: Query, account: Account) -> Response:
        try:
            return routes.respond(account, self.api_key, self, query)
        except storage.StateFileError as error:
            return responses.error(500, str(error))

    def _record(self, query: Query, status: int | None, connection: int) -> None:
        named = routes.subject(query)
        self.journal.append(Entry(query.method, query.path, query.subaccount, named, status, connection))

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
        await asyncio.sleep(fault_responses.POLL_SECONDS)


def _account(state_file: str | Path | None) -> Account:
    if state_file is None:
        return Account()
    path = Path(state_file)
    return Account(storage.load(path), lambda held: storage.save(path, held))
