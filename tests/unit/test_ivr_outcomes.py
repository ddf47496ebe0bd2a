"""What a session summary means: done, to be retried and why, or neither."""

from __future__ import annotations

import pytest

from pulumi_8x8.ivr.events import SessionError, SessionSummary
from pulumi_8x8.ivr.outcomes import Outcome, outcome


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", Outcome("done", None)),
        ("BUSY", Outcome("retry", "the called party was busy")),
        ("NO_ANSWER", Outcome("retry", "the called party did not pick up")),
        ("FAILED", Outcome("retry", "the call could not be connected")),
        ("ERROR", Outcome("retry", "the session ended in an error")),
        ("CANCELED", Outcome("canceled", "the call was canceled")),
        ("CANCELLED", Outcome("canceled", "the call was canceled")),
        ("NO ANSWER", Outcome("retry", "the called party did not pick up")),
        ("completed", Outcome("done", None)),
        ("EXPIRED", Outcome("unknown", "status EXPIRED is not known")),
    ],
)
def test_each_status_has_one_outcome(status: str, expected: Outcome) -> None:
    """The four failures are to be retried, and a status of tomorrow is not mistaken for success."""
    assert outcome(SessionSummary("s", "a", status)) == expected


@pytest.mark.parametrize("status", ["COMPLETED_UNSUBSCRIBED", "COMPLETED_UNSUB_ERROR", "UNSUBSCRIBED_CONTACT"])
def test_a_person_who_opted_out_is_never_called_again(status: str) -> None:
    """Not even where opting out itself went wrong."""
    assert outcome(SessionSummary("s", "a", status, error=SessionError(-2001, "internal"))).name == "opted_out"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SessionError(-2003, "invalid call flow"), "the session ended in an error: invalid call flow (-2003)"),
        (SessionError(-2003, None), "the session ended in an error: (-2003)"),
        (SessionError(None, "who knows"), "the session ended in an error: who knows"),
        (SessionError(None, None), "the session ended in an error"),
    ],
)
def test_an_errors_reason_tells_what_the_vendor_told(error: SessionError, reason: str) -> None:
    """Text and code of the error are part of the reason, as far as they came."""
    assert outcome(SessionSummary("s", "a", "ERROR", error=error)).reason == reason
