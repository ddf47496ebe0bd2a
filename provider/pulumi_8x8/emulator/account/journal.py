"""What was asked of the emulator, in order; no bearer and no auth header is ever kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True)
class Entry:
    """One request to the API.

    `status` is None when a fault sent no status line. `connection` numbers the TCP connections from 1.
    """

    method: str
    path: str
    subaccount: str | None
    type: str | None
    status: int | None
    connection: int


class Journal(Sequence[Entry]):
    """The requests so far; each is entered before its answer is sent. Safe to use from any thread."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def record(self, entry: Entry) -> None:
        """Add the next entry."""
        with self._lock:
            self._entries.append(entry)

    def requests(self, method: str | None = None, subaccount: str | None = None) -> list[Entry]:
        """Pick the entries of one method, of one subaccount, of both, or all."""
        return [entry for entry in self if method in (None, entry.method) and subaccount in (None, entry.subaccount)]

    def clear(self) -> None:
        """Forget everything so far."""
        with self._lock:
            self._entries.clear()

    @property
    def connections(self) -> int:
        """How many TCP connections the entries came over."""
        return len({entry.connection for entry in self})

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        with self._lock:
            return self._entries[index]

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    def __repr__(self) -> str:
        return f"Journal({list(self)!r})"
