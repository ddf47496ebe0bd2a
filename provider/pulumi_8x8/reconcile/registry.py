"""What one operation has seen so far: who declares which webhook, what the state has of it, what was written."""

from __future__ import annotations

import threading

from pulumi_8x8.model import Declaration, WebhookId

from .caller import Caller


class Registry:
    """The memory of one preview, update, refresh or destroy; safe to share between the host's threads.

    Attributes:
        declared: The resource of this program that declares a webhook.
        managed: The webhook as this stack's state has it.
        settled: How the resource that declares a webhook came to have it: `created`, `updated` or `same`.
    """

    def __init__(self) -> None:
        self.declared: dict[WebhookId, Caller] = {}
        self.managed: dict[WebhookId, Declaration] = {}
        self.settled: dict[WebhookId, str] = {}
        self._lock = threading.Lock()
        self._topics: set[str] = set()

    def declare(self, webhook_id: WebhookId, caller: Caller) -> Caller:
        """Record that a resource declares a webhook; returns the first that did."""
        with self._lock:
            first = self.declared.setdefault(webhook_id, caller)
            if first.key == caller.key:  # the engine checks a replacement twice
                self.declared[webhook_id] = caller
            return first

    def first(self, topic: str) -> bool:
        """Whether this is the first mention of a topic in this operation."""
        with self._lock:
            if topic in self._topics:
                return False
            self._topics.add(topic)
            return True
