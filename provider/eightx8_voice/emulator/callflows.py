"""What POST …/callflows accepts: a call flow that begins an outbound session.

Source: the vendor's page of status codes and its OpenAPI description (July 2026). They show one code with a 400 and
one with a 422; the status for the other codes is assumed.
"""

from __future__ import annotations

from datetime import datetime, timezone

from eightx8_voice import callflow
from eightx8_voice.callflow import CallFlow, CallFlowError, MakeCall
from eightx8_voice.emulator.account import Account
from eightx8_voice.rules import Problem

BAD_REQUEST = frozenset({-1001, -1007, -1009})
"""The codes of a malformed request, which get a 400; all others get a 422."""


def accepted(account: Account, document: object) -> CallFlow:
    """Return the call flow of a request.

    Raises:
        CallFlowError: The platform would refuse to create a session.
    """
    flow = callflow.parse(document)
    if problem := _refusal(account, flow):
        raise CallFlowError([problem])
    return flow


def _refusal(account: Account, flow: CallFlow) -> Problem | None:
    if not flow.actions or not isinstance(flow.actions[0], MakeCall):
        return Problem("$.callflow[0].action", -1013, "the first action must be makeCall")
    try:
        until = datetime.fromisoformat((flow.valid_until or "9999-12-31T00:00:00Z").replace("Z", "+00:00"))
    except ValueError:
        return Problem("$.validUntil", -1009, "must be a time such as 2026-11-29T10:00:00.000Z")
    if (until if until.tzinfo else until.replace(tzinfo=timezone.utc)) <= datetime.now(timezone.utc):
        return Problem("$.validUntil", -1015, "the validity period of the call flow has expired")
    return account.not_allowed(flow)
