"""What one operation has seen so far: who declares which webhook, what the state says of it, what was already said."""

from __future__ import annotations

import threading

from pulumi_8x8.model import Declaration, WebhookId
from pulumi_8x8.resources.context import Context


class Registry:
    """The memory of one preview, update, refresh or destroy; safe to share between the host's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[WebhookId, Context] = {}
        self._managed: dict[WebhookId, Declaration] = {}
        self._said: set[str] = set()

    def declare(self, webhook_id: WebhookId, by: Context) -> Context:
        """Note who declares a webhook; answers who did so first."""
        with self._lock:
            return self._declared.setdefault(webhook_id, by)

    def declares(self, webhook_id: WebhookId) -> Context | None:
        """Who declares a webhook in this program, if anybody."""
        return self._declared.get(webhook_id)

    def manage(self, state: Declaration) -> None:
        """Note that this stack's state holds a webhook."""
        self._managed[state.id] = state

    def managed(self, webhook_id: WebhookId) -> Declaration | None:
        """What this stack's state says of a webhook, if anything."""
        return self._managed.get(webhook_id)

    def released(self, webhook_id: WebhookId) -> None:
        """Note that the webhook was emptied."""
        self._managed.pop(webhook_id, None)

    def warn_once(self, topic: str, line: str) -> None:
        """Print a line, which the engine shows under Diagnostics; a topic is spoken of once in an operation."""
        with self._lock:
            if topic in self._said:
                return
            self._said.add(topic)
        print(line, flush=True)
