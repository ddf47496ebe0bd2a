"""The requests that the emulator got, in order; no bearer and no auth header is ever kept."""

from __future__ import annotations

from dataclasses import dataclass


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


class Journal(list[Entry]):
    """The requests so far; each is entered before its response is sent. Reading it is safe from any thread."""

    def requests(self, method: str | None = None, subaccount: str | None = None) -> list[Entry]:
        """Pick the entries of one method, of one subaccount, of both, or all."""
        return [one for one in list(self) if method in (None, one.method) and subaccount in (None, one.subaccount)]

    @property
    def connections(self) -> int:
        """How many TCP connections the entries came over."""
        return len({entry.connection for entry in list(self)})
