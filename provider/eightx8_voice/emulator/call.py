"""Calls placed on an account: its webhooks get the deliveries, and the call flows in return are executed."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, get_args

import aiohttp

from eightx8_voice.deliveries import (
    DtmfPlace,
    Parties,
    call_action,
    call_leg,
    call_status,
    recording_uploaded,
    session_summary,
)
from eightx8_voice.emulator.account import Account, StoredWebhook
from eightx8_voice.emulator.delivery import Delivery, Judgement, Kind, deliver, new_client
from eightx8_voice.emulator.session import SIP_CODES, Completed, Event, Outcome, Session

MAX_DELIVERIES = 50
"""VCA deliveries in one call, duplicates apart; then the caller hangs up."""

MAX_WAIT = 60.0
"""Seconds that a timeout or a delay may be."""

RUNNING = "RUNNING"


@dataclass(frozen=True)
class Plan:
    """What the caller does, and how the deliveries are made.

    Args:
        source: Who calls, in E.164.
        destination: The virtual number that is called, in E.164.
        keys: What is pressed, one entry for each time that the call flow listens; "" is nothing.
        outcome: How the leg of each makeCall ends.
        timeout: Seconds that an endpoint has to respond. Default 5; the vendor's is not known.
        duplicate: Whether each delivery is made twice. Default no.
        delay: Seconds before each delivery. Default 0.
        completed: After which actions ACTION_COMPLETED is delivered: "each" (default), or a flow's "last".
        dtmf_place: Where a VCA delivery has the pressed keys. Default `eventData.dtmf`, as documented today.

    Raises:
        ValueError: A value is not one of these; the message names it.

    """

    source: str
    destination: str
    keys: tuple[str, ...] = ()
    outcome: Outcome = "COMPLETED"
    timeout: float = 5.0
    duplicate: bool = False
    delay: float = 0.0
    completed: Completed = "each"
    dtmf_place: DtmfPlace = "eventData.dtmf"

    def __post_init__(self) -> None:
        for name in ("source", "destination"):
            if not re.fullmatch(r"\+?[1-9][0-9]{1,14}", getattr(self, name)):
                raise ValueError(f"{name} must be a phone number in E.164, for example +6561234567")
        if not all(re.fullmatch(r"[0-9*#]*", pressed) for pressed in self.keys):
            raise ValueError("keys must be made of 0 to 9, * and #, one entry for each time the call flow listens")
        for name, choices in (("outcome", Outcome), ("completed", Completed), ("dtmf_place", DtmfPlace)):
            if getattr(self, name) not in get_args(choices):
                raise ValueError(f"{name} must be one of {', '.join(get_args(choices))}")
        if not 0 < self.timeout <= MAX_WAIT or not 0 <= self.delay <= MAX_WAIT:
            raise ValueError(f"timeout and delay must be seconds, up to {MAX_WAIT:g}")


@dataclass(frozen=True)
class Call:
    """A call so far, or as it was: `status` is RUNNING until the session summary was delivered.

    `notes` list what was not delivered and why, and the warnings of each call flow. `error_code` is the summary's,
    with status ERROR.
    """

    session_id: str
    subaccount: str
    source: str
    destination: str
    keys: tuple[str, ...]
    started_at: str
    status: str = RUNNING
    error_code: int | None = None
    deliveries: tuple[Delivery, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the call as JSON has it."""
        return dataclasses.asdict(self)


OnChange = Callable[[Call], None]
"""Called with a call when it begins and after each change."""


def place_call(
    account: Account, subaccount: str, *, source: str, destination: str, keys: Sequence[str] = (), **more: Any
) -> Call:
    """Place a call and wait for its end; the arguments are `Plan`'s.

    Raises:
        ValueError: An argument is not one that `Plan` takes.

    """
    return asyncio.run(run_call(account, subaccount, Plan(source, destination, tuple(keys), **more)))


async def run_call(account: Account, subaccount: str, plan: Plan, on_change: OnChange | None = None) -> Call:
    """Run a call from its first delivery to its summary."""
    async with new_client() as client:
        return await CallRunner(account, subaccount, plan, on_change or (lambda _: None), client).run()


class CallRunner:
    """Runs one call: VCA deliveries until it is over, then its VSS; VCS and VRU on the way where they are wanted."""

    def __init__(
        self, account: Account, subaccount: str, plan: Plan, on_change: OnChange, client: aiohttp.ClientSession
    ) -> None:
        self._account, self._plan, self._on_change, self._client = account, plan, on_change, client
        self._started = datetime.now(timezone.utc)
        self._call_id = str(uuid.uuid4())
        self._bridged_ids: list[str] = []
        self._parties = Parties(plan.source, plan.destination)
        self.call = Call(
            session_id=str(uuid.uuid4()),
            subaccount=subaccount,
            source=plan.source,
            destination=plan.destination,
            keys=plan.keys,
            started_at=self._started.isoformat(timespec="milliseconds"),
        )

    async def run(self) -> Call:
        """Run the call to its end."""
        self._on_change(self.call)
        session = Session(self._plan.keys, self._plan.outcome, self._plan.completed)
        await self._status("CALL_RECEIVED")
        delivered = 0
        while (event := session.event) is not None:
            if delivered == MAX_DELIVERIES:
                self._note(f"The caller hung up after {MAX_DELIVERIES} VCA deliveries without an end.")
                session = session.caller_left()
                break
            judgement = await self._deliver("VCA", self._event(event), _hint(session))
            delivered += 1
            if delivered == 1 and judgement is not None and judgement.flow is not None:
                await self._status("CALL_CONNECTED")
            session = _next(session, judgement)
            await self._bridge(session)
        await self._status("CALL_DISCONNECTED")
        await self._deliver("VSS", self._summary(session))
        await self._record(session)
        self._change(replace(self.call, status=session.status, error_code=session.error_code))
        return self.call

    async def _deliver(self, kind: Kind, document: dict[str, Any], hint: str = "") -> Judgement | None:
        webhook = self._webhook(kind)
        if webhook is None:
            return None
        await asyncio.sleep(self._plan.delay)
        first, judgement = await deliver(self._client, webhook, document, self._plan.timeout)
        first = replace(first, verdict=first.verdict + hint) if first.ok else first
        self._change(replace(self.call, deliveries=(*self.call.deliveries, first)))
        for warning in judgement.warnings:
            self._note(f"The call flow was executed, with a warning: {warning}.")
        if self._plan.duplicate:
            second, _ = await deliver(self._client, webhook, document, self._plan.timeout)
            self._change(replace(self.call, deliveries=(*self.call.deliveries, _compared(first, second))))
        return judgement

    def _webhook(self, kind: Kind) -> StoredWebhook | None:
        """Look up the webhook anew each time, so that one changed during a call gets the next delivery."""
        webhook = self._account.webhooks(self.call.subaccount).get(kind)
        if webhook is None and kind in ("VCA", "VSS"):
            self._note(f"No {kind} webhook is registered for {self.call.subaccount}: nothing was delivered.")
        if webhook is not None and not webhook.enabled:
            self._note(f"The {kind} webhook of {self.call.subaccount} is disabled: nothing was delivered.")
            return None
        return webhook

    async def _status(self, status: str, leg: Parties | None = None, call_id: str = "", sip_code: int = 200) -> None:
        call = self._now(leg or self._parties, call_id or self._call_id)
        await self._deliver("VCS", call_status(*call, status, self._seconds(), sip_code))

    async def _bridge(self, session: Session) -> None:
        for action, _ in session.bridged[len(self._bridged_ids) :]:
            self._bridged_ids.append(str(uuid.uuid4()))
            connected = ["CALL_CONNECTED"] if session.outcome == "COMPLETED" else []
            for status in ("CALL_INITIATED", *connected, "CALL_DISCONNECTED"):
                leg = Parties(action.source, action.destination, "OUTBOUND")
                await self._status(status, leg, self._bridged_ids[-1], SIP_CODES[session.outcome])

    async def _record(self, session: Session) -> None:
        for action, at in session.bridged:
            if action.call_recording and session.outcome == "COMPLETED":
                recording_id, session_id = str(uuid.uuid4()), self.call.session_id
                path = f"recordings/{at:%Y-%m-%d}/{session_id}/{recording_id}.mp3"
                document = recording_uploaded(session_id=session_id, recording_id=recording_id, file_path=path)
                await self._deliver("VRU", document)

    def _event(self, event: Event) -> dict[str, Any]:
        return call_action(
            *self._now(self._parties, self._call_id),
            event.call_status,
            self._seconds(),
            event.sip_code,
            dtmf=event.dtmf,
            dtmf_place=self._plan.dtmf_place,
            client_action_id=event.client_action_id,
        )

    def _now(self, parties: Parties, call_id: str) -> tuple[Parties, str, str, str, str, datetime]:
        now = datetime.now(timezone.utc)
        return parties, str(uuid.uuid4()), call_id, self.call.session_id, self.call.subaccount, now

    def _seconds(self) -> int:
        return int((datetime.now(timezone.utc) - self._started).total_seconds())

    def _summary(self, session: Session) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        connected = None if session.last_action is None else self._started
        legs = [call_leg(self._parties, self._call_id, self._started, now, connected, session.caller_status)]
        for (action, at), call_id in zip(session.bridged, self._bridged_ids, strict=True):
            parties = Parties(action.source, action.destination, "OUTBOUND")
            picked_up = at if session.outcome == "COMPLETED" else None
            legs.append(call_leg(parties, call_id, at, now, picked_up, session.outcome))
        return session_summary(
            session_id=self.call.session_id,
            subaccount_id=self.call.subaccount,
            start_time=self._started,
            end_time=now,
            legs=legs,
            session_status=session.status,
            last_action=session.last_action,
            error_code=session.error_code,
        )

    def _note(self, text: str) -> None:
        if text not in self.call.notes:
            self._change(replace(self.call, notes=(*self.call.notes, text)))

    def _change(self, call: Call) -> None:
        self.call = call
        self._on_change(call)


def _hint(session: Session) -> str:
    return f" (not used: {session.left[0].action} is still to come)" if session.left else ""


def _next(session: Session, judgement: Judgement | None) -> Session:
    if judgement is None:
        return session.without_webhook()
    if judgement.flow is not None:
        return session.follow(judgement.flow, datetime.now(timezone.utc))
    return session.failed(judgement.error_code or -9999)


def _compared(first: Delivery, second: Delivery) -> Delivery:
    same = (first.status, first.answer) == (second.status, second.answer)
    verdict = "the same response" if same else "another response than the first time"
    return replace(second, duplicate=True, ok=second.ok and same, verdict=f"duplicate: {verdict}")
