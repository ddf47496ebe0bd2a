"""What a session summary means for whoever placed the call: done, retry (and why), or neither."""

from __future__ import annotations

from dataclasses import dataclass

from eightx8_voice.events import SessionSummary

DONE, RETRY, CANCELED, OPTED_OUT, UNKNOWN = "done", "retry", "canceled", "opted_out", "unknown"

OUTCOMES = {
    "COMPLETED": (DONE, None),
    "BUSY": (RETRY, "the called party was busy"),
    "NO_ANSWER": (RETRY, "the called party did not pick up"),
    "FAILED": (RETRY, "the call could not be connected"),
    "ERROR": (RETRY, "the session ended in an error"),
    "CANCELED": (CANCELED, "the call was canceled"),
    "CANCELLED": (CANCELED, "the call was canceled"),
    "COMPLETED_UNSUBSCRIBED": (OPTED_OUT, "the person opted out of further calls"),
    "COMPLETED_UNSUB_ERROR": (OPTED_OUT, "the person opted out, but 8x8 could not add the number to its blacklist"),
    "UNSUBSCRIBED_CONTACT": (OPTED_OUT, "the person had opted out before and was not called"),
}
"""Each session status, what to do about it, and why. A status that the vendor adds later is `unknown`.

Letter case is ignored, and a space is read as an underscore: the vendor's pages also write "NO ANSWER".
"""


@dataclass(frozen=True)
class Outcome:
    """The outcome (done, retry, canceled, opted_out or unknown) and, unless it is done, the reason."""

    name: str
    reason: str | None


def outcome(summary: SessionSummary) -> Outcome:
    """Classify a session; the reason ends in the vendor's error text and code, if there is one.

    A person who opted out must not be called again, so that is never a retry, whatever else went wrong.
    """
    status = summary.session_status
    name, reason = OUTCOMES.get(status.strip().upper().replace(" ", "_"), (UNKNOWN, f"status {status} is unknown"))
    error = summary.error
    details = [error.message, None if error.code is None else f"({error.code})"] if error else []
    given = " ".join(detail for detail in details if detail)
    return Outcome(name, f"{reason}: {given}" if reason and given else reason)
