"""What identifies a webhook: its subaccount and its type."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

SUBACCOUNT = re.compile(r"[A-Za-z0-9\-._&]{3,50}")
"""The vendor's pattern for a subaccount id."""


class WebhookType(str, Enum):
    """A kind of event that 8x8 Connect Voice delivers; a subaccount has at most one webhook of each."""

    VCA = "VCA"
    VSS = "VSS"
    VCS = "VCS"
    VRU = "VRU"
    VNU = "VNU"


DESCRIPTIONS = {
    WebhookType.VCA: "Voice Call Action: during a call, after each action; the response decides the next action.",
    WebhookType.VSS: "Voice Session Summary: once, after the session ended.",
    WebhookType.VCS: "Voice Call Status: on each status change of a call leg.",
    WebhookType.VRU: "Voice Recording Uploaded: when a recording is available.",
    WebhookType.VNU: "Virtual Number Updated: when the account's virtual numbers change. The vendor lists it for POST "
    "and not for DELETE, so a removal may be refused.",
}
"""What each type delivers."""


def subaccount_problem(value: Any) -> str | None:
    """Return the rule that a subaccount id breaks, or None if it is valid."""
    if isinstance(value, str) and SUBACCOUNT.fullmatch(value):
        return None
    return "must be 3 to 50 characters from A-Z a-z 0-9 - . _ &, for example InternalDemoCPaaS_8dD15_voice"


def type_problem(value: Any) -> str | None:
    """Return the rule that a webhook type breaks, or None if it is valid."""
    if isinstance(value, str) and value in WebhookType.__members__:
        return None
    return f"must be one of {', '.join(WebhookType.__members__)}"
