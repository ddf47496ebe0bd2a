"""Simulated calls: they deliver to an account's webhooks and execute the call flows that come back."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, cast, get_args

from eightx8_voice.callflow import CallFlow, MakeCall
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
from eightx8_voice.emulator.delivery import Delivery, Judgement, deliver, new_client
from eightx8_voice.emulator.session import CONNECTIVITY, SIP_CODES, CallOutcome, Completed, Session, VcaEvent

MAX_DELIVERIES = 50
"""Most VCA deliveries in one call, not counting duplicates and retries; then the caller hangs up."""

MAX_WAIT = 60.0
"""Longest timeout or delay, in seconds."""

MAX_RETRIES = 10

RUNNING = "RUNNING"


@dataclass(frozen=True)
class Plan:
    """What the person on the phone does, and how deliveries are sent.

    Args:
        source: Who calls, in E.164.
        destination: The virtual number that is called, in E.164.
        keys: The keys pressed, one entry for each time that a call flow listens; "" presses none.
        outcomes: How each makeCall ends, in order; the last one also applies to any that follow.
        timeout: Seconds that an endpoint has to respond. Default 5; the vendor's limit is undocumented.
        duplicate: Whether to send each delivery twice. Default no.
        retries: How many times to repeat a delivery that did not get a 200. Default 0.
        delay: Seconds to wait before each delivery. Default 0.
        hang_up_at: Number of the VCA delivery during which the caller hangs up, from 1. Default: none.
        completed: Whether ACTION_COMPLETED follows "each" action (default) or only the "last" of a call flow.
        dtmf_place: Where a VCA delivery has the pressed keys. Default `eventData.dtmf`, as documented today.
        start: The call flow of an outbound session, whose first makeCall has this source and destination.

    Raises:
        ValueError: A value is invalid; the message names it.
    """

    source: str
    destination: str
    keys: tuple[str, ...] = ()
    outcomes: tuple[CallOutcome, ...] = ("COMPLETED",)
    timeout: float = 5.0
    duplicate: bool = False
    retries: int = 0
    delay: float = 0.0
    hang_up_at: int | None = None
    completed: Completed = "each"
    dtmf_place: DtmfPlace = "eventData.dtmf"
    start: CallFlow | None = None

    def __post_init__(self) -> None:
        for name in ("source", "destination"):
            if not re.fullmatch(r"\+?[1-9][0-9]{6,14}", getattr(self, name)):
                raise ValueError(f"{name} must be a phone number in E.164, for example +6561234567")
        if not all(re.fullmatch(r"[0-9*#]*", pressed) for pressed in self.keys):
            raise ValueError("keys must be from 0 to 9, * and #, with one entry for each time a call flow listens")
        if not self.outcomes or {*self.outcomes} - {*get_args(CallOutcome)}:
            raise ValueError(f"outcomes must be one of {', '.join(get_args(CallOutcome))} for each makeCall")
        for name, choices in (("completed", Completed), ("dtmf_place", DtmfPlace)):
            if getattr(self, name) not in get_args(choices):
                raise ValueError(f"{name} must be one of {', '.join(get_args(choices))}")
        if not 0 < self.timeout <= MAX_WAIT or not 0 <= self.delay <= MAX_WAIT:
            raise ValueError(f"timeout must be above 0 and delay at least 0, both at most {MAX_WAIT:g} seconds")
        if not 0 <= self.retries <= MAX_RETRIES or self.hang_up_at not in (None, *range(1, MAX_DELIVERIES + 1)):
            raise ValueError(f"retries must be from 0 to {MAX_RETRIES}, and hang_up_at from 1 to {MAX_DELIVERIES}")

    @classmethod
    def outbound(cls, flow: CallFlow, **more: Any) -> Plan:
        """Plan a session that begins with a call flow whose first action is makeCall."""
        first = cast(MakeCall, flow.actions[0])
        return cls(first.source, first.destination, start=flow, **more)


@dataclass(frozen=True)
class Call:
    """A running or ended call; `status` is RUNNING until the last delivery.

    `heard` lists what the person on the phone heard, in order: texts, files, and the numbers they were connected to.
    `notes` lists what was not delivered and why, and the warnings of each call flow. `error_code` is the summary's
    errorCode if the status is ERROR.
    """

    session_id: str
    subaccount: str
    source: str
    destination: str
    outbound: bool
    keys: tuple[str, ...]
    started_at: str
    status: str = RUNNING
    error_code: int | None = None
    heard: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> int:
        """How many deliveries got no valid response, even after retries."""
        return sum(not one.ok and not one.retried for one in self.deliveries)

    def as_dict(self) -> dict[str, Any]:
        """Return the call as a JSON-serializable dict."""
        return dataclasses.asdict(self)


def place_call(
    account: Account, subaccount: str, *, source: str, destination: str, keys: Sequence[str] = (), **more: Any
) -> Call:
    """Place a call and wait until it ends; the arguments are `Plan`'s.

    Raises:
        ValueError: `Plan` rejects an argument, or no webhook is registered.
    """
    plan = Plan(source, destination, tuple(keys), **more)
    check_webhooks(account, subaccount)
    return asyncio.run(CallRunner(account, subaccount, plan).run())


def check_webhooks(account: Account, subaccount: str) -> None:
    """Refuse a subaccount that has nothing to deliver to.

    Raises:
        ValueError: It has no webhook.
    """
    if not account.webhooks(subaccount):
        raise ValueError(f"no webhook is registered for {subaccount}")


class CallRunner:
    """Runs one call: VCA deliveries until it ends, then the VSS; also VCS and VRU if webhooks for them are registered.

    `on_change` receives the call when it begins and after each change.
    """

    def __init__(
        self,
        account: Account,
        subaccount: str,
        plan: Plan,
        on_change: Callable[[Call], None] = lambda _: None,
        session_id: str | None = None,
    ) -> None:
        self._account, self._plan, self._on_change = account, plan, on_change
        self._started = datetime.now(timezone.utc)
        self._parties = Parties(plan.source, plan.destination, "OUTBOUND" if plan.start else "INBOUND")
        self._call_id = str(uuid.uuid4())
        self._bridged_ids: list[str] = []
        self.call = Call(
            session_id=session_id or str(uuid.uuid4()),
            subaccount=subaccount,
            source=plan.source,
            destination=plan.destination,
            outbound=plan.start is not None,
            keys=plan.keys,
            started_at=self._started.isoformat(timespec="milliseconds"),
        )

    async def run(self) -> Call:
        """Run the call from its first delivery to its summary."""
        async with new_client() as self._client:
            return await self._run()

    async def _run(self) -> Call:
        self._on_change(self.call)
        plan = self._plan
        session = Session(plan.keys, plan.outcomes, plan.completed, plan.start is not None)
        await self._status("CALL_INITIATED" if plan.start else "CALL_RECEIVED")
        if plan.start:
            session = session.follow(plan.start, datetime.now(timezone.utc))
            await self._reached(session, connected=session.answered)
        last = plan.hang_up_at or MAX_DELIVERIES
        for number in range(1, last + 1):
            if (event := session.event) is None:
                break
            judgement = await self._deliver("VCA", self._event(event), session)
            if number == last:
                self._note(f"The caller hung up during VCA delivery {last}.")
                session = session.over()
            else:
                session = _next(session, judgement)
            await self._reached(session, connected=number == 1 and not plan.start and session.answered)
        unanswered = SIP_CODES[session.legs[0].outcome] if session.outbound else 200
        await self._status("CALL_DISCONNECTED", sip_code=unanswered)
        await self._deliver("VSS", self._summary(session))
        await self._record(session)
        self._change(status=session.status, error_code=session.error_code)
        return self.call

    async def _reached(self, session: Session, connected: bool) -> None:
        """Record what was heard, and deliver the statuses of what was executed."""
        self._change(heard=session.heard)
        if connected:
            await self._status("CALL_CONNECTED")
        for leg in session.bridged[len(self._bridged_ids) :]:
            self._bridged_ids.append(str(uuid.uuid4()))
            parties = Parties(leg.action.source, leg.action.destination, "OUTBOUND")
            answered = ["CALL_CONNECTED"] if leg.outcome == "COMPLETED" else []
            for status in ("CALL_INITIATED", *answered, "CALL_DISCONNECTED"):
                await self._status(status, parties, self._bridged_ids[-1], SIP_CODES[leg.outcome])

    async def _deliver(self, type: str, document: dict[str, Any], session: Session | None = None) -> Judgement | None:
        webhook = self._webhook(type)
        if webhook is None:
            return None
        for tries_left in range(self._plan.retries, -1, -1):
            delivery, judgement = await self._send(webhook, document)
            again = judgement.error_code == CONNECTIVITY and tries_left > 0
            if session is not None and session.pending and delivery.ok:
                verdict = f"not used: {session.pending[0].action} is still pending"
                delivery = replace(delivery, verdict=verdict, actions=())
            self._change(deliveries=(*self.call.deliveries, replace(delivery, retried=again)))
            if not again:
                break
        for warning in judgement.warnings:
            self._note(f"The call flow was executed, with a warning: {warning}.")
        if self._plan.duplicate:
            second, _ = await self._send(webhook, document)
            self._change(deliveries=(*self.call.deliveries, _compared(delivery, second)))
        return judgement

    async def _send(self, webhook: StoredWebhook, document: dict[str, Any]) -> tuple[Delivery, Judgement]:
        await asyncio.sleep(self._plan.delay)
        return await deliver(self._client, self._account, webhook, document, self._plan.timeout)

    def _webhook(self, type: str) -> StoredWebhook | None:
        """Look up the webhook for each delivery, so that a change during a call takes effect immediately."""
        webhook = self._account.webhooks(self.call.subaccount).get(type)
        if webhook is None and type in ("VCA", "VSS"):
            self._note(f"No {type} webhook is registered for {self.call.subaccount}: nothing was delivered.")
        if webhook is not None and not webhook.enabled:
            self._note(f"The {type} webhook of {self.call.subaccount} is disabled: nothing was delivered.")
            return None
        return webhook

    async def _status(self, status: str, leg: Parties | None = None, call_id: str = "", sip_code: int = 200) -> None:
        call = self._now(leg or self._parties, call_id or self._call_id)
        await self._deliver("VCS", call_status(*call, status, self._seconds(), sip_code))

    async def _record(self, session: Session) -> None:
        for leg in session.legs:
            if leg.action.call_recording and leg.outcome == "COMPLETED":
                recording_id, session_id = str(uuid.uuid4()), self.call.session_id
                path = f"recordings/{leg.began:%Y-%m-%d}/{session_id}/{recording_id}.mp3"
                document = recording_uploaded(session_id=session_id, recording_id=recording_id, file_path=path)
                await self._deliver("VRU", document)

    def _event(self, event: VcaEvent) -> dict[str, Any]:
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
        now, connected = datetime.now(timezone.utc), self._started if session.answered else None
        legs = [call_leg(self._parties, self._call_id, self._started, now, connected, session.caller_status)]
        for leg, call_id in zip(session.bridged, self._bridged_ids, strict=True):
            parties = Parties(leg.action.source, leg.action.destination, "OUTBOUND")
            picked_up = leg.began if leg.outcome == "COMPLETED" else None
            legs.append(call_leg(parties, call_id, leg.began, now, picked_up, leg.outcome))
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
            self._change(notes=(*self.call.notes, text))

    def _change(self, **fields: Any) -> None:
        self.call = replace(self.call, **fields)
        self._on_change(self.call)


def _next(session: Session, judgement: Judgement | None) -> Session:
    if judgement is None:
        return session.without_webhook()
    if judgement.flow is not None:
        return session.follow(judgement.flow, datetime.now(timezone.utc))
    return session.failed(judgement.error_code or -9999)


def _compared(first: Delivery, second: Delivery) -> Delivery:
    same = (first.status, first.response) == (second.status, second.response)
    verdict = "the same response" if same else "a different response from the first time"
    return replace(second, duplicate=True, actions=(), ok=second.ok and same, verdict=f"duplicate: {verdict}")
