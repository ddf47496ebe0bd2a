"""What a session summary means: done, to be retried and why, or neither."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.ivr.events import SessionError, SessionSummary
from pulumi_8x8.ivr.outcomes import Outcome, outcome

ENDED = "the session ended in an error"


@pytest.mark.parametrize(
    ("status", "error", "name", "reason"),
    [
        ("completed", (), "done", None),
        ("BUSY", (), "retry", "the called party was busy"),
        ("NO ANSWER", (), "retry", "the called party did not pick up"),
        ("FAILED", (), "retry", "the call could not be connected"),
        ("ERROR", (), "retry", ENDED),
        ("ERROR", (-2003, "invalid call flow"), "retry", f"{ENDED}: invalid call flow (-2003)"),
        ("ERROR", (-2003, None), "retry", f"{ENDED}: (-2003)"),
        ("CANCELED", (), "canceled", "the call was canceled"),
        ("CANCELLED", (), "canceled", "the call was canceled"),
        ("EXPIRED", (), "unknown", "status EXPIRED is not known"),
        ("UNSUBSCRIBED_CONTACT", (), "opted_out", "the person had opted out before and was not called"),
        ("COMPLETED_UNSUBSCRIBED", (), "opted_out", "the person opted out of further calls"),
    ],
)
def test_each_status_has_one_outcome(status: str, error: tuple[Any, ...], name: str, reason: str | None) -> None:
    """Only failures are to be retried; a status that the vendor adds later is not mistaken for success."""
    assert outcome(SessionSummary("s", "a", status, error=SessionError(*error))) == Outcome(name, reason)


def test_a_person_who_opted_out_is_never_called_again() -> None:
    """Not even where opting out itself went wrong."""
    summary = SessionSummary("s", "a", "COMPLETED_UNSUB_ERROR", error=SessionError(-2001, "internal"))

    assert outcome(summary).name == "opted_out"
