"""One API request, from arrival to response: fault, latency, decision, journal and response, in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from eightx8_voice.emulator import api, fault_responses, responses, state_file
from eightx8_voice.emulator.account import Account
from eightx8_voice.emulator.api import Query
from eightx8_voice.emulator.call import Plan
from eightx8_voice.emulator.calls import Calls
from eightx8_voice.emulator.fault_responses import Exchange
from eightx8_voice.emulator.faults import Fault, Faults, Waiting
from eightx8_voice.emulator.modes import Modes
from eightx8_voice.emulator.responses import ApiResponse

MAX_ENTRIES = 10_000
"""Most requests that the journal keeps; the oldest are dropped."""


@dataclass(frozen=True)
class Entry:
    """One request to the API.

    `status` is None if a fault sent no status line. `connection` is the client's port.
    """

    method: str
    path: str
    subaccount: str | None
    type: str | None
    status: int | None
    connection: int


class Journal(list[Entry]):
    """The latest requests, in order; each one is recorded before its response is sent.

    API keys and auth headers are not recorded. Reading is safe from any thread.
    """

    def requests(self, method: str | None = None, subaccount: str | None = None) -> list[Entry]:
        """Return the entries with this method and this subaccount; None matches any."""
        return [one for one in list(self) if method in (None, one.method) and subaccount in (None, one.subaccount)]

    @property
    def connections(self) -> int:
        """How many TCP connections the recorded requests used."""
        return len({entry.connection for entry in list(self)})

    def append(self, entry: Entry) -> None:
        """Record a request."""
        super().append(entry)
        del self[:-MAX_ENTRIES]


class Api:
    """Responds to API requests for an account; all attributes may be changed at any time."""

    def __init__(self, api_key: str, account: Account, modes: Modes) -> None:
        self.api_key, self.account, self.modes = api_key, account, modes
        self.journal, self.faults, self.calls = Journal(), Faults(account), Calls(account)
        self.callee: Mapping[str, Any] = {}

    async def respond(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        """Respond to one request, as its fault requires if there is one."""
        query = Query(request.method, request.path, request.headers.get("Authorization"))
        transport = request.transport  # None once the client has disconnected
        connection = ((transport and transport.get_extra_info("peername")) or ("", 0))[1]
        waiting = self.faults.take(query.method, query.subaccount) or Waiting(Fault("pass"), self.account, 0, None)
        fault = waiting.fault
        if fault.effect.reads:
            query = replace(query, body=await request.read())
            await asyncio.sleep(self.modes.latency)
        await _held(fault, "before", stopping)
        response = self._true(query, waiting)
        if fault.name != "pass":
            # In a thread: building a response of 50 MB takes a while and must not block other requests.
            response = await asyncio.to_thread(fault_responses.faulty, response, fault, request.path)
        status = None if fault.name in fault_responses.NO_STATUS_LINE else response.status
        entry = Entry(query.method, query.path, query.subaccount, api.subject(query), status, connection)
        self.journal.append(entry)
        await _held(fault, "after", stopping)
        return await fault_responses.send(Exchange(request, response, fault, stopping))

    def _true(self, query: Query, waiting: Waiting) -> ApiResponse:
        """Return the response that the fault starts from; the fault decides whether the request takes effect."""
        fault = waiting.fault
        response = self._decide(query, self.account if fault.applies else self.account.copy())
        if response.status != 200 or query.subaccount is None or query.resource != "webhooks":
            return response
        if fault.name == "stale":
            return responses.listing(query.subaccount, waiting.before.webhooks(query.subaccount), self.modes)
        if fault.name == "altered" and fault.applies and query.method == "POST":
            return self._altered(query, query.subaccount, fault)
        return response

    def _altered(self, query: Query, subaccount: str, fault: Fault) -> ApiResponse:
        webhook = self.account.webhooks(subaccount)[api.subject(query) or ""]
        kept = replace(webhook, **(fault.stored or {"url": f"{webhook.url}/"}))
        self.account.put(subaccount, kept.type, kept.url, enabled=kept.enabled, http_auth_header=kept.http_auth_header)
        return responses.listing(subaccount, self.account.visible(subaccount), self.modes)

    def _decide(self, query: Query, account: Account) -> ApiResponse:
        try:
            response = api.respond(account, self.api_key, self.modes, query)
            if response.start and account is self.account:
                session_id, flow = response.start
                self.calls.start(query.subaccount or "", Plan.outbound(flow, **self.callee), session_id)
            return response
        except state_file.StateFileError as error:
            return responses.error(500, str(error))


async def _held(fault: Fault, at: str, stopping: asyncio.Event) -> None:
    if fault.hold_at != at:
        return
    fault.reached.set()
    while fault.hold is not None and not fault.hold.is_set() and not stopping.is_set():
        await asyncio.sleep(fault_responses.POLL_SECONDS)
