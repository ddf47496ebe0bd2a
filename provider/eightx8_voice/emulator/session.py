"""A call as a state machine: from the response to a VCA delivery to the next delivery or the end. No I/O.

Assumed, because the vendor's documentation is incomplete: all actions of a call flow are executed, in order, before
the response to a later delivery is used. ACTION_COMPLETED follows each of them (or, with `completed="last"`, the last
one), but not between an action and a hangup that follows it (as in the vendor's advanced IVR guide), and not after the
makeCall that begins an outbound session. After any other makeCall, it follows when the bridged call has ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from eightx8_voice.callflow import Action, CallFlow, Hangup, MakeCall, PlayFile, Say, SayAndCapture

CallOutcome = Literal["COMPLETED", "BUSY", "NO_ANSWER", "FAILED", "CANCELED"]
"""How the leg of a makeCall ends; a session's status is one of these or ERROR."""

Completed = Literal["each", "last"]
"""After which actions of a call flow ACTION_COMPLETED is delivered."""

SIP_CODES: dict[CallOutcome, int] = {"COMPLETED": 200, "BUSY": 486, "NO_ANSWER": 480, "FAILED": 503, "CANCELED": 487}
"""The SIP code (RFC 3261) for each outcome; that the vendor uses these is assumed."""

CONNECTIVITY, INVALID_CALL_FLOW, SOURCE_REFUSED = -2002, -2003, -2008
"""`errorDetails.errorCode` if there is no 200, no valid call flow, or the source number is not allowed."""


@dataclass(frozen=True)
class VcaEvent:
    """The content of the next VCA delivery; `dtmf` contains the captured keys."""

    call_status: Literal["CALL_RECEIVED", "ACTION_COMPLETED"]
    dtmf: str | None = None
    sip_code: int = 200
    client_action_id: str | None = None


@dataclass(frozen=True)
class PlacedCall:
    """An executed makeCall: how its call ended, and when it began."""

    action: MakeCall
    outcome: CallOutcome
    began: datetime


@dataclass(frozen=True)
class Session:
    """The state of a call; `event` is delivered next, and None means that the call has ended.

    Args:
        keys: The keys that the person on the phone presses, one entry each time a call flow listens; "" presses none.
        outcomes: How each makeCall ends, in order; the last one also applies to any that follow.
        completed: After which actions ACTION_COMPLETED is delivered.
        outbound: Whether the session began with a call flow; its first makeCall is then the call itself.
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
        """The legs other than that of the person on the phone."""
        return self.legs[1:] if self.outbound else self.legs

    @property
    def answered(self) -> bool:
        """Whether the call was connected: by its first action or, if outbound, because the called person answered."""
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
        """The status of the leg of the person on the phone, per the vendor's session statuses (number masking)."""
        if self.bridged:
            return "CANCELED" if self.status == "CANCELED" else "COMPLETED"
        return self.status

    def follow(self, flow: CallFlow, now: datetime) -> Session:
        """Execute a call flow, from an endpoint or the start of the session, up to the next event."""
        if self.pending:
            return self._run(now)
        if not flow.actions:  # assumed: an empty call flow ends the session
            return self.over()
        return replace(self, pending=flow.actions, client_action_id=flow.client_action_id)._run(now)

    def failed(self, error_code: int) -> Session:
        """End as ERROR, after a delivery without a valid response."""
        return replace(self, event=None, error_code=error_code)

    def without_webhook(self) -> Session:
        """End because there is no webhook to deliver to; that an inbound session then ends as FAILED is assumed."""
        return replace(self, event=None, unserved=not self.outbound)

    def over(self) -> Session:
        """End the session without an error."""
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
    """Return what a sayAndCapture captures (None if no try was valid) and the remaining keys.

    A try is valid with minDigits (1 if not given) to maxDigits digits. With completeOnHash, `#` ends the digits, and
    more than maxDigits before it are invalid; without a `#`, keys beyond maxDigits are dropped.
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
    """Return what the person on the phone hears from an action: texts, a file, or the number called."""
    if isinstance(action, SayAndCapture):
        after = action.failure_message if dtmf is None else action.success_message
        return [action.prompt_message, *([after] if after else [])]
    return [words] if (words := spoken(action)) else []


def spoken(action: Action) -> str:
    """Return the param that best describes an action; "" for a hangup."""
    if isinstance(action, SayAndCapture):
        return action.prompt_message
    if isinstance(action, Say):
        return action.text
    if isinstance(action, PlayFile):
        return action.file_url
    return action.destination if isinstance(action, MakeCall) else ""


def _vendors_name(action: Action) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", action.action).upper()
