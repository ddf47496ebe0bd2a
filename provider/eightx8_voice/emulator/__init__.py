"""An emulator of the 8x8 voice webhooks API, for tests, demos and rehearsals on one machine.

What it does not imitate:

- Undocumented behaviour: nothing was compared with the vendor's servers. Responses follow its documents of July 2026.
- Rate limits and quotas. Every well-formed subaccount exists unless a test excludes it.
- Speech and the telephone network: a call is as fast as the endpoints respond, every file can be played, every number
  can be called, and all numbers are Singaporean. A VRU names a file that does not exist, and no VNU is delivered.
- The vendor's source addresses and retries: deliveries come from this machine, and a failed one is repeated only if
  the call asks for retries.
- API keys on the page and /_calls: they need none, but accept only programs on this machine and no other web sites.

What is only assumed, because the vendor does not document it:

- Every behaviour that an option selects; the statusCode of most errors; the order of the checks; that enabled takes
  precedence over active; 422 for a malformed subaccount id and for control characters in a URL or an auth header.
- That the auth header is sent unchanged as Authorization, which is documented for messaging only.
- That all actions of a call flow are executed before a later response is used, and that ACTION_COMPLETED follows each
  of them except before a hangup; how keys beyond maxDigits are handled; which call statuses are delivered when; the
  legs of a failed session; that without a VCA webhook an inbound session ends as FAILED, an outbound one as its call.
- How long an endpoint may take to respond (5 s by default) and how much it may send (64 KB).
"""

from __future__ import annotations

from eightx8_voice.emulator.account import Account, StoredWebhook
from eightx8_voice.emulator.call import Call, Plan, place_call
from eightx8_voice.emulator.delivery import Delivery
from eightx8_voice.emulator.exchange import Entry, Journal
from eightx8_voice.emulator.faults import Fault, Faults
from eightx8_voice.emulator.modes import MODES, Mode, Modes
from eightx8_voice.emulator.server import Emulator, EmulatorError

__all__ = [
    "LIMITS",
    "MODES",
    "Account",
    "Call",
    "Delivery",
    "Emulator",
    "EmulatorError",
    "Entry",
    "Fault",
    "Faults",
    "Journal",
    "Mode",
    "Modes",
    "Plan",
    "StoredWebhook",
    "place_call",
]

LIMITS = (__doc__ or "").split("\n\n", 1)[-1].strip()
"""What the emulator does not imitate and what is only assumed, as text for a command's help."""
