"""What a session summary means: done, to be retried and why, or neither."""

from __future__ import annotations

import pytest

from pulumi_8x8.ivr.events import SessionError, SessionSummary
from pulumi_8x8.ivr.outcomes import Outcome, outcome


@pytest.mark.parametrize(
    ("status", "name", "reason"),
    [
        ("completed", "done", None),
        ("BUSY", "retry", "the called party was busy"),
        ("NO ANSWER", "retry", "the called party did not pick up"),
        ("FAILED", "retry", "the call could not be connected"),
        ("ERROR", "retry", "the session ended in an error"),
        ("CANCELED", "canceled", "the call was canceled"),
        ("CANCELLED", "canceled", "the call was canceled"),
        ("EXPIRED", "unknown", "status EXPIRED is not known"),
        ("UNSUBSCRIBED_CONTACT", "opted_out", "the person had opted out before and was not called"),
    ],
)
def test_each_status_has_one_outcome(status: str, name: str, reason: str | None) -> None:
    """The four failures are to be retried; a status that the vendor adds later is not mistaken for success."""
    assert outcome(SessionSummary("s", "a", status)) == Outcome(name, reason)


@pytest.mark.parametrize("status", ["COMPLETED_UNSUBSCRIBED", "COMPLETED_UNSUB_ERROR", "UNSUBSCRIBED_CONTACT"])
def test_a_person_who_opted_out_is_never_called_again(status: str) -> None:
    """Not even where opting out itself went wrong."""
    assert outcome(SessionSummary("s", "a", status, error=SessionError(-2001, "internal"))).name == "opted_out"


@pytest.mark.parametrize(
    ("error", "end"),
    [((-2003, "invalid call flow"), ": invalid call flow (-2003)"), ((-2003, None), ": (-2003)"), ((None, None), "")],
)
def test_the_reason_ends_in_the_vendors_text_and_code(error: tuple[int | None, str | None], end: str) -> None:
    """As far as they were delivered."""
    summary = SessionSummary("s", "a", "ERROR", error=SessionError(*error))

    assert outcome(summary).reason == f"the session ended in an error{end}"
