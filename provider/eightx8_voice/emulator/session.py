"""A call as a state machine: the response to one VCA delivery in, the next one or the end out. No I/O.

What is assumed, since the vendor documents it only in part: the actions of a call flow are all executed, in order,
before the response to a later delivery counts; ACTION_COMPLETED comes after each of them (or, with
`completed="last"`, after the last), but not between an action and a hangup that follows it (the vendor's advanced IVR
guide has that), and not after the makeCall that begins an outbound session; after any other makeCall it comes when
the bridged call is over, however that went.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from eightx8_voice.callflow import Action, CallFlow, Hangup, MakeCall, PlayFile, Say, SayAndCapture

CallOutcome = Literal["COMPLETED", "BUSY", "NO_ANSWER", "FAILED", "CANCELED"]
"""How the leg of a makeCall ends; also a session's status, beside ERROR."""

Completed = Literal["each", "last"]
"""After which actions of a call flow ACTION_COMPLETED is delivered."""

SIP_CODES: dict[CallOutcome, int] = {"COMPLETED": 200, "BUSY": 486, "NO_ANSWER": 480, "FAILED": 503, "CANCELED": 487}
"""RFC 3261's code for each outcome; which one the vendor gives is assumed."""

CONNECTIVITY, INVALID_CALL_FLOW, SOURCE_REFUSED = -2002, -2003, -2008
"""`errorDetails.errorCode` for no 200, for no valid call flow, and for one that calls from a number not allowed."""


@dataclass(frozen=True)
class VcaEvent:
    """What the next VCA delivery is about; `dtmf` holds the keys captured."""

    call_status: Literal["CALL_RECEIVED", "ACTION_COMPLETED"]
    dtmf: str | None = None
    sip_code: int = 200
    client_action_id: str | None = None


@dataclass(frozen=True)
class PlacedCall:
    """A makeCall that was executed: how its call ended, and when it began."""

    action: MakeCall
    outcome: CallOutcome
    began: datetime


@dataclass(frozen=True)
class Session:
    """Where a call stands; `event` waits to be delivered, and None means that the call is over.

    Args:
        keys: What the person on the phone presses, one entry for each time that a call flow listens; "" is nothing.
        outcomes: How each makeCall ends, in order; the last one is that of all that follow.
        completed: After which actions ACTION_COMPLETED is delivered.
        outbound: Whether the session began with a call flow, whose first makeCall is the call itself.
    """

    keys: tuple[str, ...] = ()
    outcomes: tuple[CallOutcome, ...] = ("COMPLETED",)
    completed: Completed = "each"
    outbound: bool = False
    event: VcaEvent | None = VcaEvent("CALL_RECEIVED")
    pending: tuple[Action, ...] = ()
    client_action_id: str | None = None
    legs: tuple[PlacedCall, ...] = ()
    heard: tuple[str, ...] = ()
    last_action: str | None = None
    error_code: int | None = None
    unserved: bool = False

    @property
    def bridged(self) -> tuple[PlacedCall, ...]:
        """The legs beside that of the person on the phone."""
        return self.legs[1:] if self.outbound else self.legs

    @property
    def answered(self) -> bool:
        """Whether the call was connected: by the first action, or by the person who was called."""
        return self.legs[0].outcome == "COMPLETED" if self.outbound else self.last_action is not None

    @property
    def status(self) -> str:
        """The session's status once it is over: ERROR, FAILED, or that of the last leg."""
        if self.error_code is not None:
            return "ERROR"
        if self.unserved:
            return "FAILED"
        return self.legs[-1].outcome if self.legs else "COMPLETED"

    @property
    def caller_status(self) -> str:
        """The status of that person's leg, by the vendor's table of session statuses (number masking)."""
        if self.bridged:
            return "CANCELED" if self.status == "CANCELED" else "COMPLETED"
        return self.status

    def follow(self, flow: CallFlow, now: datetime) -> Session:
        """Execute a call flow that an endpoint returned, or that began the session, up to the next event."""
        if self.pending:
            return self._run(now)
        if not flow.actions:  # that nothing to do ends the session is assumed
            return self.over()
        return replace(self, pending=flow.actions, client_action_id=flow.client_action_id)._run(now)

    def failed(self, error_code: int) -> Session:
        """End after a delivery whose response is not a valid call flow."""
        return replace(self, event=None, error_code=error_code)

    def without_webhook(self) -> Session:
        """End because there is no webhook to deliver to; that an inbound session is then FAILED is assumed."""
        return replace(self, event=None, unserved=not self.outbound)

    def over(self) -> Session:
        """End as a call does."""
        return replace(self, event=None)

    def _run(self, now: datetime) -> Session:
        session, dtmf, sip_code = self, None, 200
        while session.pending:
            action, *rest = session.pending
            session = replace(session, pending=tuple(rest), last_action=_vendors_name(action))
            if isinstance(action, Hangup):
                return session.over()
            if isinstance(action, SayAndCapture):
                dtmf, keys = capture(action, session.keys)
                session = replace(session, keys=keys)
            begins = session.outbound and not session.legs
            if isinstance(action, MakeCall):
                outcome = session.outcomes[min(len(session.legs), len(session.outcomes) - 1)]
                sip_code = SIP_CODES[outcome]
                session = replace(session, legs=(*session.legs, PlacedCall(action, outcome, now)))
                if begins and outcome != "COMPLETED":
                    return session.over()
            if begins:
                continue
            session = replace(session, heard=(*session.heard, *_heard(action, dtmf)))
            if session.completed == "each" and rest and not isinstance(rest[0], Hangup):
                break
        return replace(session, event=VcaEvent("ACTION_COMPLETED", dtmf, sip_code, session.client_action_id))


def capture(action: SayAndCapture, keys: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Return what a sayAndCapture captures, None when no try was valid, and the keys not yet pressed.

    A try is valid with minDigits (1 when not given) to maxDigits digits. With completeOnHash the digits
    end at `#`; keys beyond maxDigits are lost when nothing ends them, and make too many when `#` does.
    """
    least = action.min_digits or 1
    for _ in range(action.no_of_tries):
        if not keys:
            break
        pressed, *rest = keys
        keys = tuple(rest)
        digits, ended, _ = pressed.partition("#") if action.complete_on_hash else (pressed, "", "")
        digits = digits if ended else digits[: action.max_digits]
        if least <= len(digits) <= action.max_digits:
            return digits, keys
    return None, keys


def _heard(action: Action, dtmf: str | None) -> list[str]:
    """What an action lets the person on the phone hear: texts, a file, or who is called."""
    if isinstance(action, SayAndCapture):
        after = action.failure_message if dtmf is None else action.success_message
        return [action.prompt_message, *([after] if after else [])]
    return [words] if (words := spoken(action)) else []


def spoken(action: Action) -> str:
    """Return the one param that says what an action does; "" for a hangup."""
    if isinstance(action, SayAndCapture):
        return action.prompt_message
    if isinstance(action, Say):
        return action.text
    if isinstance(action, PlayFile):
        return action.file_url
    return action.destination if isinstance(action, MakeCall) else ""


def _vendors_name(action: Action) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", action.action).upper()
