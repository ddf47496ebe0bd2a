"""Which requests a fault affects: by method, subaccount and count; `fault_responses` sends the response."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from eightx8_voice.emulator.account import Account

Method = Literal["GET", "POST", "DELETE"]


@dataclass(frozen=True)
class Effect:
    """What a kind of fault does to a request, apart from the response.

    `applies`: whether the request takes effect; `method`: the method it affects if the fault names none;
    `reads`: whether the request's body is read first.
    """

    applies: bool
    method: Method | None = None
    reads: bool = True


EFFECTS: dict[str, Effect] = {
    # The true response; use it to hold a request.
    "pass": Effect(applies=True),
    # `status` with `body` (default: the vendor's error shape) and `retry_after`.
    "status": Effect(applies=False),
    # `status` (default 307) to `location` (default: the same URL).
    "redirect": Effect(applies=False),
    # A connection reset: before the request's body is read, instead of the response, or after half of its body.
    "reset_before_reading": Effect(applies=False, reads=False),
    "reset_after_applying": Effect(applies=True),
    "reset_in_body": Effect(applies=True),
    # Half of the response's body, then an orderly close.
    "truncated": Effect(applies=True),
    # No response until the client disconnects or the emulator stops.
    "hang": Effect(applies=False),
    # The response, with its body or all of it sent at one byte per `interval`.
    "drip": Effect(applies=True),
    "drip_header": Effect(applies=True),
    # The listing as it was when the fault was added.
    "stale": Effect(applies=True, method="GET"),
    # The account stores `stored` instead of the values sent, and the response shows that; for POST only.
    "altered": Effect(applies=True, method="POST"),
    # The response with the body and the headers that `make` returns for the true body.
    "body": Effect(applies=True),
}
"""Every kind of fault; each comment says what the client receives."""


@dataclass(frozen=True, eq=False)
class Fault:
    """What goes wrong, and for which requests.

    Args:
        name: A key of `EFFECTS`.
        method: Affect only requests with this method. Default: as in `EFFECTS`, or any.
        subaccount: Affect only requests for this subaccount. Default: any.
        skip: How many matching requests pass first, counted from when the fault is added. Default 0.
        times: How many requests it then affects; None for all until it is cleared. Default 1.
        apply: Whether the request takes effect. Default: as in `EFFECTS`. If it does not, the response that the
            fault starts from is still the one that the request would have received.
        status: The status to respond with. Default: the true one (503 for "status", 307 for "redirect").
        body: The body of "status": str and bytes as they are, anything else as JSON. Default: the vendor's error shape.
        retry_after: The Retry-After header of "status"; any text. Default: none.
        location: Where "redirect" sends the client. Default: the same URL.
        interval: Seconds between two bytes of a drip. Default 0.05.
        make: Returns the body and extra headers of "body", given the true body.
        stored: The fields that "altered" changes: `url`, `enabled`, `http_auth_header`. Default: `url` plus a slash.
        hold: The request waits until this event is set. Default: it does not wait.
        hold_at: Where it waits: "before" it is applied, or "after", before the response. Default "before".

    Raises:
        ValueError: A value is invalid; the message names it.
    """

    name: str
    method: Method | None = None
    subaccount: str | None = None
    skip: int = 0
    times: int | None = 1
    apply: bool | None = None
    status: int | None = None
    body: Any = None
    retry_after: str | None = None
    location: str | None = None
    interval: float = 0.05
    make: Callable[[bytes], tuple[bytes, Mapping[str, str]]] | None = None
    stored: Mapping[str, Any] | None = None
    hold: threading.Event | None = None
    hold_at: Literal["before", "after"] = "before"
    reached: threading.Event = field(default_factory=threading.Event, init=False)
    """Set once a matching request has reached `hold_at`, where it waits if `hold` is given."""

    def __post_init__(self) -> None:
        if self.name not in EFFECTS:
            raise ValueError(f"name must be one of {', '.join(EFFECTS)}, not {self.name!r}")
        if self.skip < 0 or (self.times is not None and self.times < 1):
            raise ValueError("skip must be 0 or more, and times 1 or more")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status must be from 200 to 599, not {self.status}")
        if any(text is not None and not text.isprintable() for text in (self.retry_after, self.location)):
            raise ValueError("retry_after and location must not contain control characters")
        if not 0 <= self.interval < math.inf:
            raise ValueError("interval must be a number of seconds")
        if (self.make is None) == (self.name == "body"):
            raise ValueError("make is required for the fault body, and not allowed for any other")
        if wrong := [name for name, value in (self.stored or {}).items() if not _can_store(name, value)]:
            raise ValueError(f"stored may contain url, enabled and http_auth_header (invalid: {', '.join(wrong)})")

    @property
    def effect(self) -> Effect:
        """The effect of this kind of fault."""
        return EFFECTS[self.name]

    @property
    def applies(self) -> bool:
        """Whether the request takes effect."""
        return self.effect.applies if self.apply is None else self.apply

    def matches(self, method: str, subaccount: str | None) -> bool:
        """Return whether this fault applies to a request with this method and subaccount."""
        return (self.method or self.effect.method) in (None, method) and self.subaccount in (None, subaccount)


@dataclass
class Waiting:
    """An active fault; `before` is a copy of the account from when the fault was added."""

    fault: Fault
    before: Account
    skip: int
    left: int | None


class Faults:
    """The active faults. Safe to use from any thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._waiting: list[Waiting] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Add a fault and return it; if several match a request, the one added first takes effect."""
        with self._lock:
            self._waiting.append(Waiting(fault, self._account.copy(), fault.skip, fault.times))
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, subaccount: str | None) -> Waiting | None:
        """Count a request and return the fault that affects it, or None."""
        with self._lock:
            taken: Waiting | None = None
            for waiting in [one for one in self._waiting if one.fault.matches(method, subaccount)]:
                if waiting.skip > 0:
                    waiting.skip -= 1
                elif taken is None:
                    taken = waiting
            if taken is not None and taken.left is not None:
                taken.left -= 1
                if taken.left <= 0:
                    self._waiting.remove(taken)
            return taken


def _can_store(name: str, value: object) -> bool:
    kinds: dict[str, tuple[type, ...]] = {"url": (str,), "enabled": (bool,), "http_auth_header": (str, type(None))}
    return isinstance(value, kinds.get(name, ()))
