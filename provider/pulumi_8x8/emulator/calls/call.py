"""Calls placed on an account: the webhooks registered there are told, and what they answer is executed."""

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

from pulumi_8x8.emulator.account.state import Account, StoredWebhook
from pulumi_8x8.emulator.calls.delivery import Delivery, Judgement, Kind, deliver, new_client
from pulumi_8x8.emulator.calls.session import Completed, Event, Outcome, Session
from pulumi_8x8.ivr.deliveries import Parties, call_action, call_leg, session_summary

MOST_DELIVERIES = 50
"""VCA deliveries in one call, duplicates apart; then the caller loses patience and hangs up."""

LONGEST_WAIT = 60.0
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
        timeout: Seconds that an endpoint has to answer. Default 5; the vendor's is not known.
        duplicate: Whether each delivery is made twice. Default no.
        delay: Seconds before each delivery. Default 0.
        completed: After which actions ACTION_COMPLETED is delivered: "each" (default), or a flow's "last".

    Raises:
        ValueError: A value is not one of these; the text names it.

    """

    source: str
    destination: str
    keys: tuple[str, ...] = ()
    outcome: Outcome = "COMPLETED"
    timeout: float = 5.0
    duplicate: bool = False
    delay: float = 0.0
    completed: Completed = "each"

    def __post_init__(self) -> None:
        for name in ("source", "destination"):
            if not re.fullmatch(r"\+?[1-9][0-9]{1,14}", getattr(self, name)):
                raise ValueError(f"{name} is a phone number in E.164, e.g. +6561234567")
        if not all(re.fullmatch(r"[0-9*#]*", pressed) for pressed in self.keys):
            raise ValueError("keys are made of 0 to 9, * and #, one entry for each time that is listened")
        for name, allowed in (("outcome", get_args(Outcome)), ("completed", get_args(Completed))):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}")
        if not 0 < self.timeout <= LONGEST_WAIT or not 0 <= self.delay <= LONGEST_WAIT:
            raise ValueError(f"timeout and delay are seconds, up to {LONGEST_WAIT:g}")


@dataclass(frozen=True)
class Call:
    """A call so far, or as it was: `status` is RUNNING until the session summary was delivered.

    `notes` say what was not delivered and why, and what a call flow was warned of. `error_code` is the summary's,
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
        """Give it as JSON has it."""
        return dataclasses.asdict(self)


Watch = Callable[[Call], None]
"""Told of a call when it begins and after each change."""


def place_call(
    account: Account,
    subaccount: str,
    *,
    source: str,
    destination: str,
    keys: Sequence[str] = (),
    outcome: Outcome = "COMPLETED",
    timeout: float = 5.0,
    duplicate: bool = False,
    delay: float = 0.0,
    completed: Completed = "each",
) -> Call:
    """Place a call and wait for its end; the arguments are `Plan`'s.

    Raises:
        ValueError: An argument is not one that `Plan` takes.

    """
    plan = Plan(source, destination, tuple(keys), outcome, timeout, duplicate, delay, completed)
    return asyncio.run(conduct(account, subaccount, plan))


async def conduct(account: Account, subaccount: str, plan: Plan, watch: Watch | None = None) -> Call:
    """Lead a call from its first delivery to its summary."""
    async with new_client() as client:
        return await _Conductor(account, subaccount, plan, watch or (lambda _: None), client).lead()


class _Conductor:
    def __init__(
        self, account: Account, subaccount: str, plan: Plan, watch: Watch, client: aiohttp.ClientSession
    ) -> None:
        self._account, self._plan, self._watch, self._client = account, plan, watch, client
        self._started = datetime.now(timezone.utc)
        self._call_id = str(uuid.uuid4())
        self._parties = Parties(plan.source, plan.destination)
        self.call = Call(
            session_id=str(uuid.uuid4()),
            subaccount=subaccount,
            source=plan.source,
            destination=plan.destination,
            keys=plan.keys,
            started_at=self._started.isoformat(timespec="milliseconds"),
        )

    async def lead(self) -> Call:
        self._watch(self.call)
        session = Session(self._plan.keys, self._plan.outcome, self._plan.completed)
        delivered = 0
        while (event := session.event) is not None:
            if delivered == MOST_DELIVERIES:
                self._note(f"The caller hung up after {MOST_DELIVERIES} VCA deliveries without an end.")
                session = session.caller_left()
                break
            judgement = await self._tell("VCA", self._event(event), _hint(session))
            delivered += 1
            session = _next(session, judgement)
        await self._tell("VSS", self._summary(session))
        self._change(replace(self.call, status=session.status, error_code=session.error_code))
        return self.call

    async def _tell(self, kind: Kind, document: dict[str, Any], hint: str = "") -> Judgement | None:
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
        if webhook is None:
            self._note(f"No {kind} webhook is registered for {self.call.subaccount}: nothing was delivered.")
        elif not webhook.enabled:
            self._note(f"The {kind} webhook of {self.call.subaccount} is disabled: nothing was delivered.")
            return None
        return webhook

    def _event(self, event: Event) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        return call_action(
            self._parties,
            event_id=str(uuid.uuid4()),
            call_id=self._call_id,
            session_id=self.call.session_id,
            subaccount_id=self.call.subaccount,
            timestamp=now,
            call_status=event.call_status,
            call_duration=int((now - self._started).total_seconds()),
            dtmf=event.dtmf,
            sip_code=event.sip_code,
            client_action_id=event.client_action_id,
        )

    def _summary(self, session: Session) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        caller = call_leg(
            self._parties,
            call_id=self._call_id,
            initiated=self._started,
            connected=None if session.unserved else self._started,
            disconnected=now,
            call_status="FAILED" if session.unserved else "COMPLETED",
        )
        bridged = [
            call_leg(
                Parties(action.source, action.destination, "OUTBOUND"),
                call_id=str(uuid.uuid4()),
                initiated=at,
                connected=at if session.outcome == "COMPLETED" else None,
                disconnected=now,
                call_status=session.outcome,
            )
            for action, at in session.bridged
        ]
        document = session_summary(
            session_id=self.call.session_id,
            subaccount_id=self.call.subaccount,
            start_time=self._started,
            end_time=now,
            legs=[caller, *bridged],
            session_status=session.status,
            last_action=session.last_action or "",
            error_code=session.error_code,
        )
        if session.last_action is None:
            del document["payload"]["lastAction"]
        return document

    def _note(self, text: str) -> None:
        if text not in self.call.notes:
            self._change(replace(self.call, notes=(*self.call.notes, text)))

    def _change(self, call: Call) -> None:
        self.call = call
        self._watch(call)


def _hint(session: Session) -> str:
    return f" (not used: {session.left[0].action} is still to come)" if session.left else ""


def _next(session: Session, judgement: Judgement | None) -> Session:
    if judgement is None:
        return session.nobody_there()
    if judgement.flow is not None:
        return session.answered(judgement.flow, datetime.now(timezone.utc))
    return session.broken(judgement.error_code or -9999)


def _compared(first: Delivery, second: Delivery) -> Delivery:
    same = (first.status, first.answer) == (second.status, second.answer)
    verdict = "the same answer" if same else "another answer than the first time"
    return replace(second, duplicate=True, ok=second.ok and same, verdict=f"duplicate: {verdict}")
