"""The five webhook types, and which of a webhook's properties mean what.

What replaces, what updates and what is compared with the live webhook is these three tuples;
`diffs.py` reads them and decides.
"""

from __future__ import annotations

from enum import Enum


class WebhookType(str, Enum):
    """A kind of event that 8x8 Connect Voice delivers; a subaccount holds one webhook of each."""

    VCA = "VCA"
    """Voice Call Action: during a call, after each action; the answer decides the next action."""
    VSS = "VSS"
    """Voice Session Summary: once, after the session ended."""
    VCS = "VCS"
    """Voice Call Status: on each status change of a call leg."""
    VRU = "VRU"
    """Voice Recording Uploaded: when a recording is available."""
    VNU = "VNU"
    """Virtual Number Updated: when the account's virtual numbers change.

    The vendor's description lists it for POST and not for DELETE, so a removal may be refused.
    """


IDENTITY = ("subaccount_id", "type")
"""Which webhook it is: a change here replaces it."""

DECLARED = ("url", "enabled", "http_auth_header")
"""What the program says of it: a change here updates it."""

INSTRUCTIONS = ("overwrite_on_create", "rehearse")
"""What the program asks of the provider: in state only where it is set, since state grows with each property."""

COMPARED = ("url", "enabled", "http_auth_header_available")
"""What the API tells of it: a difference here is drift."""
