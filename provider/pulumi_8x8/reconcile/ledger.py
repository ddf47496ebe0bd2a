"""What one operation has seen so far: who declares which slot, what the state says of it, what was already said."""

from __future__ import annotations

import threading

from pulumi_8x8.api.wire import Declaration
from pulumi_8x8.resources.context import DeclaredBy
from pulumi_8x8.slots import Slot


class Ledger:
    """The memory of one preview, update, refresh or destroy; safe to share between the host's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[Slot, DeclaredBy] = {}
        self._managed: dict[Slot, Declaration] = {}
        self._said: set[str] = set()

    def declare(self, slot: Slot, by: DeclaredBy) -> DeclaredBy:
        """Note who declares a slot; answers who did so first."""
        with self._lock:
            return self._declared.setdefault(slot, by)

    def declares(self, slot: Slot) -> DeclaredBy | None:
        """Who declares a slot in this program, if anybody."""
        return self._declared.get(slot)

    def manage(self, state: Declaration) -> None:
        """Note that this stack's state holds a slot."""
        self._managed[state.slot] = state

    def managed(self, slot: Slot) -> Declaration | None:
        """What this stack's state says of a slot, if anything."""
        return self._managed.get(slot)

    def released(self, slot: Slot) -> None:
        """Note that the slot was emptied."""
        self._managed.pop(slot, None)

    def say_once(self, topic: str, line: str) -> None:
        """Print a line, which the engine shows under Diagnostics; a topic is spoken of once in an operation."""
        with self._lock:
            if topic in self._said:
                return
            self._said.add(topic)
        print(line, flush=True)
