"""An emulator of the 8x8 voice webhooks API, for tests, demos and rehearsals on one machine.

What it does not imitate:

- Nothing was compared with the vendor's servers; the responses follow the vendor's public documentation.
- No rate limits, no quotas, no delays of its own, and one API key instead of the portal's many.
- No account set-up: every well-formed subaccount exists, until it is configured away.
- No speech, no audio, no telephone network: a call follows rules and is as fast as the endpoint responds, each
  file can be played, each number can be called, and every number is one of Singapore.
- No recordings and no virtual numbers: a VRU follows each answered makeCall with callRecording and names a file that
  does not exist, and a VNU is delivered only on request.
- Deliveries come from this machine, not from the vendor's addresses, and a failed one is not made again.
- The page, /_calls and /_deliveries ask for no key; they serve programs on this machine and no web site.

What is only assumed, since the vendor does not document it:

- Whatever a mode chooses: what POST does over an existing type and to an auth header that is not sent again, which of
  `enabled` and `active` counts, how a URL is stored, when a change is listed, what DELETE returns, the shape and the
  statuses of errors.
- The statusCode of every error but 1001; the order of the refusals; that enabled counts where active is sent, too.
- 422 for a malformed subaccount id, and for control characters in a URL or an auth header; the order of the list.
- That the auth header is delivered as it is, as Authorization: documented for messaging only.
- Where a VCA has the pressed keys, of the three places that were seen (dtmf_place chooses).
- That all actions of a call flow are executed before a later response counts; that ACTION_COMPLETED comes after
  each of them but not before a hangup (completed chooses); how keys beyond maxDigits are taken.
- How long an endpoint may take (5 s by default) and how much it may send (64 KB).
- That a call without a VCA webhook ends as FAILED; the legs of a session that failed; which call statuses (VCS) come
  when.
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
