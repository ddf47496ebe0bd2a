"""An account: its webhooks, what its listings show, and the subaccounts it refuses. No HTTP here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from eightx8_voice.callflow import CallFlow, MakeCall, Say, SayAndCapture
from eightx8_voice.rules import Problem
from eightx8_voice.webhooks import WebhookType

Webhooks = Mapping[str, "StoredWebhook"]
"""One subaccount's webhooks by type."""


@dataclass(frozen=True)
class StoredWebhook:
    """A registered webhook; `http_auth_header` is sent with deliveries and never part of a repr."""

    type: str
    url: str
    enabled: bool = True
    http_auth_header: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Stale:
    """The webhooks before a change, shown by the next `reads` listings and by all until the clock reaches `until`."""

    before: Webhooks
    reads: int
    until: float


class Account:
    """The subaccounts of one API key and their webhooks; safe to use from any thread.

    Every well-formed subaccount exists, unless `missing` or `forbidden` exclude it.

    Args:
        held: Initial webhooks by subaccount.
        on_change: Called with all webhooks before each change takes effect, under the lock; an error cancels it.
        clock: Returns the time in seconds, for late listings. Default: `time.monotonic`.
    """

    def __init__(
        self,
        held: Mapping[str, Webhooks] | None = None,
        on_change: Callable[[Mapping[str, Webhooks]], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock: AbstractContextManager[bool] = threading.RLock()
        """Hold it to read and change the account atomically."""
        self._held: dict[str, Webhooks] = dict(held or {})
        self._stale: dict[str, list[_Stale]] = {}
        self._clock = clock
        self.on_change = on_change
        self.missing: set[str] = set()
        """Subaccounts that get a 404."""
        self.forbidden: set[str] = set()
        """Subaccounts that get a 403."""
        self.speech_profiles: Sequence[str] | None = None
        """The voice profiles; if set, call flows with others are refused. Default: allow all, list two."""
        self.numbers: Sequence[str] | None = None
        """The virtual numbers; if set, a makeCall from any other is refused. Default: allow all, list one."""

    def refusal(self, subaccount: str) -> int | None:
        """Return the status that refuses any request about this subaccount, or None."""
        if subaccount in self.forbidden:
            return 403
        return 404 if subaccount in self.missing else None

    def not_allowed(self, flow: CallFlow) -> Problem | None:
        """Return the first voice profile or number in a call flow that the account does not have, or None."""
        for position, action in enumerate(flow.actions):
            path = f"$.callflow[{position}].params"
            voice = action.voice_profile if isinstance(action, (Say, SayAndCapture)) else None
            if voice and self.speech_profiles is not None and voice not in self.speech_profiles:
                return Problem(f"{path}.voiceProfile", -1002, f"{voice} is not a speech profile of the account")
            source = action.source if isinstance(action, MakeCall) else None
            known = [number.lstrip("+") for number in self.numbers or ()]
            if source and self.numbers is not None and source.lstrip("+") not in known:
                return Problem(f"{path}.source", -1014, f"{source} is not a number of the account")
        return None

    def subaccounts(self) -> list[str]:
        """Return the subaccounts that have a webhook, sorted."""
        with self.lock:
            return sorted(self._held)

    def webhooks(self, subaccount: str) -> dict[str, StoredWebhook]:
        """Return what is registered now, by type, in the order of registration."""
        with self.lock:
            return dict(self._held.get(subaccount, {}))

    def put(
        self,
        subaccount: str,
        type: str | WebhookType,
        url: str,
        *,
        enabled: bool = True,
        http_auth_header: str | None = None,
    ) -> StoredWebhook:
        """Register a webhook, replacing the one of the same type if there is one.

        A test can call it to simulate a change made in the vendor's portal.
        """
        webhook = StoredWebhook(WebhookType(type).value, url, enabled, http_auth_header)
        with self.lock:
            self._set(subaccount, {**self._held.get(subaccount, {}), webhook.type: webhook})
        return webhook

    def remove(self, subaccount: str, type: str | WebhookType) -> StoredWebhook | None:
        """Remove a webhook and return it, or None if there was none."""
        with self.lock:
            webhooks = self.webhooks(subaccount)
            webhook = webhooks.pop(WebhookType(type).value, None)
            if webhook is not None:
                self._set(subaccount, webhooks)
            return webhook

    def show_before(self, subaccount: str, before: Webhooks, reads: int, seconds: float) -> None:
        """Serve stale data (`before`) for the next `reads` listings, and for all listings within `seconds`."""
        with self.lock:
            if reads or seconds:
                late = _Stale(before, reads, self._clock() + seconds)
                self._stale[subaccount] = [*self._still_stale(subaccount), late]

    def visible(self, subaccount: str) -> Webhooks:
        """Return what a listing would show now, possibly stale, without counting as a listing."""
        with self.lock:
            stale = self._still_stale(subaccount)
            return stale[0].before if stale else self.webhooks(subaccount)

    def listed(self, subaccount: str) -> Webhooks:
        """Return what a listing shows, and count it as a read of all stale data."""
        with self.lock:
            shown, stale = self.visible(subaccount), self._still_stale(subaccount)
            self._stale[subaccount] = [replace(one, reads=one.reads - 1) for one in stale]
            return shown

    def copy(self) -> Account:
        """Return an independent in-memory copy with the same webhooks, refusals and stale data."""
        with self.lock:
            other = Account(self._held, clock=self._clock)
            other.missing, other.forbidden = set(self.missing), set(self.forbidden)
            other.speech_profiles, other.numbers = self.speech_profiles, self.numbers
            other._stale = {subaccount: [*stale] for subaccount, stale in self._stale.items()}
            return other

    def _still_stale(self, subaccount: str) -> list[_Stale]:
        now = self._clock()
        return [one for one in self._stale.get(subaccount, []) if one.reads > 0 or now < one.until]

    def _set(self, subaccount: str, webhooks: Webhooks) -> None:
        held = {**self._held, subaccount: webhooks}
        if not webhooks:
            del held[subaccount]
        # Save first, then apply: if the state file cannot be written, the account stays as it was.
        if self.on_change is not None:
            self.on_change(held)
        self._held = held
