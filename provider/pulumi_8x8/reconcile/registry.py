"""What one operation has seen so far: who declares which webhook, what the state says of it, what was written."""

from __future__ import annotations

import threading

from pulumi_8x8.model import Declaration, WebhookId

from .caller import Caller


class Registry:
    """The memory of one preview, update, refresh or destroy; safe to share between the host's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[WebhookId, Caller] = {}
        self._managed: dict[WebhookId, Declaration] = {}
        self._settled: dict[WebhookId, str] = {}
        self._topics: set[str] = set()

    def declare(self, webhook_id: WebhookId, caller: Caller) -> Caller:
        """Record who declares a webhook; returns who did so first."""
        with self._lock:
            first = self._declared.setdefault(webhook_id, caller)
            if first.key == caller.key:  # the engine checks a replacement twice
                self._declared[webhook_id] = caller
            return first

    def declares(self, webhook_id: WebhookId) -> Caller | None:
        """Who declares a webhook in this program, if anybody."""
        return self._declared.get(webhook_id)

    def manage(self, state: Declaration) -> None:
        """Record that this stack's state holds a webhook."""
        self._managed[state.id] = state

    def managed(self, webhook_id: WebhookId) -> Declaration | None:
        """What this stack's state says of a webhook, if anything."""
        return self._managed.get(webhook_id)

    def settle(self, webhook_id: WebhookId, how: str) -> None:
        """Record that the resource that declares a webhook has it: `created`, `updated` or `same`."""
        self._settled[webhook_id] = how

    def settled(self, webhook_id: WebhookId) -> str:
        """How the resource that declares a webhook came to have it; empty while it has not."""
        return self._settled.get(webhook_id, "")

    def removed(self, webhook_id: WebhookId) -> None:
        """Record that a webhook was removed."""
        self._managed.pop(webhook_id, None)

    def first(self, topic: str) -> bool:
        """Whether this is the first mention of a topic in this operation."""
        with self._lock:
            if topic in self._topics:
                return False
            self._topics.add(topic)
            return True
