"""The subaccounts that a stack declared in its last run, so that the next run can fetch their listings at once.

The engine checks and compares one resource at a time and does not announce the next one to a native provider, so a
preview would wait for each listing in turn. An outdated entry costs at most one unneeded listing; a missing one only
makes the preview slower.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from pulumi_8x8.reconcile.claims import make_private, user_folder


class Remembered:
    """The subaccounts that one stack declares.

    Args:
        urn: The URN of any of the stack's resources.
        folder: Where they are stored. Default: this user's folder in the temporary directory.
    """

    def __init__(self, urn: str, folder: Path | None = None) -> None:
        self._folder = (folder or user_folder()) / "subaccounts"
        name = hashlib.sha256("::".join(urn.split("::")[:2]).encode()).hexdigest()
        self._last, self._now = self._folder / name, self._folder / f"{name}.now"
        self._seen: set[str] = set()

    def recall(self) -> list[str]:
        """Return the subaccounts of the last run, in its order, and start to record this run."""
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
