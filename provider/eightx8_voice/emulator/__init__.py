"""An emulator of the 8x8 voice webhooks API, for tests, demos and rehearsals on one machine.

What it does not imitate:

- Nothing was compared with the vendor's servers; the responses follow its public documents of July 2026.
- No rate limits and no quotas; every well-formed subaccount exists, until it is configured away.
- No speech and no telephone network: a call is as fast as the endpoints respond, each file can be played, each number
  can be called, and all are Singaporean. A VRU names a file that does not exist, and no VNU is delivered.
- Deliveries come from this machine, and one that failed is made again only where that was chosen.
- The page and /_calls ask for no key; they serve programs on this machine and no web site.

What is only assumed, since the vendor does not document it:

- Whatever an option chooses; the statusCode of most errors; the order of the refusals; that enabled counts where
  active is sent, too; 422 for a malformed subaccount id, and for control characters in a URL or an auth header.
- That the auth header is delivered as it is, as Authorization: documented for messaging only.
- That all actions of a call flow are executed before a later response counts, and ACTION_COMPLETED comes after each of
  them but not before a hangup; how keys beyond maxDigits are taken; which call statuses come when; the legs of a
  session that failed, that a call without a VCA webhook ends as FAILED, and an outbound one as its call did.
- How long an endpoint may take (5 s by default) and how much it may send (64 KB).
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
"""What the emulator does not imitate, then what is only assumed; for a command's help."""
