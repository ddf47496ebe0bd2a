"""What a session summary means for the one who called: done, to be retried and why, or neither."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_8x8.ivr.events import SessionSummary

DONE, RETRY, CANCELED, UNKNOWN = "done", "retry", "canceled", "unknown"

OUTCOMES = {
    "COMPLETED": (DONE, None),
    "BUSY": (RETRY, "the called party was busy"),
    "NO_ANSWER": (RETRY, "the called party did not answer"),
    "FAILED": (RETRY, "the call could not be connected"),
    "ERROR": (RETRY, "the session ended in an error"),
    "CANCELED": (CANCELED, "the call was canceled"),
}
"""Each session status, what to do about it, and why. A status that the vendor adds later is `unknown`."""


@dataclass(frozen=True)
class Outcome:
    """What to do (done, retry, canceled, unknown) and, unless it is done, why."""

    name: str
    reason: str | None


def outcome(summary: SessionSummary) -> Outcome:
    """Judge a session; an ERROR's reason ends in the vendor's text and code."""
    status = summary.session_status
    name, reason = OUTCOMES.get(status, (UNKNOWN, f"status {status} is not known"))
    error = summary.error
    details = [error.message, None if error.code is None else f"({error.code})"] if error else []
    told = " ".join(detail for detail in details if detail)
    return Outcome(name, f"{reason}: {told}" if reason and told else reason)
