"""What one operation has seen so far, behind one lock."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from pulumi_8x8.model import Declaration, WebhookId
from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.reconcile.claims import Claim, Claims


class Memory:
    """The memory of one preview, update, refresh or destroy; safe to share between threads.

    Args:
        claims: What this process shares with the other provider processes of the run.
    """

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._lock = Lock()
        self._declared: dict[WebhookId, Caller] = {}
        self._settled: set[WebhookId] = set()
        self._in_state: dict[WebhookId, Declaration] = {}
        self._results: dict[object, Any] = {}
        self._replaces: bool | None = None

    def declare(self, webhook_id: WebhookId, caller: Caller) -> str:
        """Record that a resource declares a webhook; return the name of another one that does, or an empty text."""
        with self._lock:
            first = self._declared.setdefault(webhook_id, caller)
            if first.key != caller.key:
                return first.name
            self._declared[webhook_id] = caller  # the engine checks a replacement twice
        self._claims.add(webhook_id, caller.key, caller.name)
        others = self._claims.of_others(webhook_id)
        return next((claim.name for claim in others if not claim.ended and claim.key != caller.key), "")

    def settle(self, webhook_id: WebhookId, caller: Caller) -> None:
        """Record that a resource has the webhook that it declares."""
        with self._lock:
            self._settled.add(webhook_id)
        self._claims.add(webhook_id, caller.key, caller.name, settled=True)

    def claims(self, webhook_id: WebhookId) -> list[Claim]:
        """Return every claim of this run to a webhook."""
        with self._lock:
            own, settled = self._declared.get(webhook_id), webhook_id in self._settled
        mine = [Claim("", str(webhook_id), own.key, own.name, settled)] if own else []
        return mine + self._claims.of_others(webhook_id)

    @property
    def sharing_problem(self) -> str:
        """Why claims cannot be shared with other provider processes; empty if they can."""
        return self._claims.problem

    def hold(self, webhook_id: WebhookId, state: Declaration) -> None:
        """Record the webhook as this stack's state has it."""
        with self._lock:
            self._in_state[webhook_id] = state

    def held(self, webhook_id: WebhookId) -> Declaration | None:
        """Return the webhook as this stack's state has it, or None if `hold` did not record it."""
        with self._lock:
            return self._in_state.get(webhook_id)

    def forget(self, webhook_id: WebhookId) -> None:
        """Record that the state no longer has a webhook."""
        with self._lock:
            self._in_state.pop(webhook_id, None)

    def learn(self, *, replaces: bool) -> None:
        """Record whether a POST over an existing webhook replaces it at this API."""
        with self._lock:
            self._replaces = replaces

    @property
    def replaces(self) -> bool | None:
        """Whether a POST over an existing webhook replaces it; None if that is not known yet."""
        with self._lock:
            return self._replaces

    def once(self, key: object, result: Callable[[], Any]) -> Any:
        """Return the result for a key, which the first call for that key computes."""
        with self._lock:
            if key in self._results:
                return self._results[key]
        found = result()
        with self._lock:
            return self._results.setdefault(key, found)
