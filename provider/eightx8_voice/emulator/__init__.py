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
- The page, /_calls, /_deliveries and /_control ask for no key; they serve programs on this machine and no web site.

What is only assumed, since the vendor does not document it:

- What POST does over an existing type (post_over chooses), and that it clears an auth header not sent again.
- That a listing shows a change at once (stale_reads chooses), and that a URL is stored as it was sent (normalise).
- The bodies of 401, 403, 404 and 405 (error_body chooses among the three documented shapes); the statusCode of every
  error but 1001; the order of the refusals.
- That active counts where enabled is missing (active chooses), and that enabled counts where both are sent.
- 422 for a malformed subaccount id, for a URL that is not absolute, and for control characters in a URL or an auth
  header; the order of the list; that VNU can be deleted like the other types.
- That the auth header is delivered as it is, as Authorization: documented for messaging only.
- Where a VCA has the pressed keys, of the three places that were seen (dtmf_place chooses).
- That all actions of a call flow are executed before a later response counts; that ACTION_COMPLETED comes after
  each of them but not before a hangup (completed chooses); how keys beyond maxDigits are taken.
- How long an endpoint may take (5 s by default) and how much it may send (64 KB).
- That a call without a VCA webhook ends as FAILED; the legs of a session that failed; which call statuses (VCS) come
  when.
"""

from __future__ import annotations

from eightx8_voice.emulator.account.faults import Fault, Faults
from eightx8_voice.emulator.account.journal import Entry, Journal
from eightx8_voice.emulator.account.modes import Modes
from eightx8_voice.emulator.account.state import Account, StoredWebhook
from eightx8_voice.emulator.calls.call import Call, Plan, place_call
from eightx8_voice.emulator.calls.delivery import Delivery
from eightx8_voice.emulator.run import run
from eightx8_voice.emulator.server import Emulator, EmulatorError

__all__ = [
    "LIMITS",
    "Account",
    "Call",
    "Delivery",
    "Emulator",
    "EmulatorError",
    "Entry",
    "Fault",
    "Faults",
    "Journal",
    "Modes",
    "Plan",
    "StoredWebhook",
    "place_call",
    "run",
]

LIMITS = (__doc__ or "").split("\n\n", 1)[-1].strip()
"""What the emulator does not imitate, then what is only assumed; for a command's help."""
