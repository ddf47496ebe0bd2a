"""The subaccounts that a stack declared in its last run, so that the next one fetches their listings at once.

The engine checks and compares one resource after the other and tells a native provider nothing of the next, so a
preview would wait for one listing after the other. What is remembered costs at most a listing that is not needed; where
nothing is, a preview is only slower.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from pulumi_8x8.reconcile.claims import make_private, user_folder


class Remembered:
    """What one stack declares.

    Args:
        urn: The URN of any of the stack's resources.
        folder: Where it is remembered. Default: a folder of this user's below the temporary one.
    """

    def __init__(self, urn: str, folder: Path | None = None) -> None:
        self._folder = (folder or user_folder()) / "subaccounts"
        name = hashlib.sha256("::".join(urn.split("::")[:2]).encode()).hexdigest()
        self._last, self._now = self._folder / name, self._folder / f"{name}.now"
        self._seen: set[str] = set()

    def recall(self) -> list[str]:
        """Return the subaccounts of the last run, in its order; from here on, this run is remembered."""
        with suppress(OSError):
            make_private(self._folder)
            with suppress(FileNotFoundError):
                self._now.replace(self._last)
            return self._last.read_text(encoding="utf-8").split()
        return []

    def add(self, subaccount_id: str) -> None:
        """Remember a subaccount for the next run."""
        if subaccount_id in self._seen:
            return
        self._seen.add(subaccount_id)
        with suppress(OSError), self._now.open("a", encoding="utf-8") as file:
            file.write(f"{subaccount_id}\n")
