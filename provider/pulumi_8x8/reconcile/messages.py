"""The messages that an operation shows on the rows of the engine's display."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.caller import Caller

Log = Callable[[str, str, str], bool]
"""Shows a message of a severity (`warning`, `info`, `status`) on the row of a URN; returns whether it was shown."""


class Messages:
    """The messages of one operation; each topic is shown once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = Lock()
        self._topics: set[str] = set()

    def show(
        self, severity: str, topic: str, text: str, caller: Caller | None = None, webhook_id: WebhookId | None = None
    ) -> None:
        """Show a message on the row of the caller, else of the stack; print it if there is no engine."""
        with self._lock:
            if topic in self._topics:
                return
            self._topics.add(topic)
        urn = caller.urn if caller else ""
        if (urn and self._log(severity, text, urn)) or severity == "status":
            return
        subject = webhook_id or (caller.name if caller else None)
        line = f"8x8: {subject}: {text}" if subject else f"8x8: {text}"
        if not self._log(severity, line, ""):
            print(line, flush=True)
