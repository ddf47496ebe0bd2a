"""Deadlines: a moment after which an operation gives up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Deadline:
    """A moment after which an operation gives up; it begins when it is made."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left; never below zero."""
        return max(0.0, self.end - time.monotonic())


timeout: ContextVar[Deadline | None] = ContextVar("timeout", default=None)
"""The end of the whole operation that the current thread carries out, where the program sets one."""


@contextmanager
def ending_after(seconds: float) -> Iterator[None]:
    """End everything inside the block so many seconds from now; 0 is no limit of its own."""
    token = timeout.set(Deadline(seconds) if seconds > 0 else None)
    try:
        yield
    finally:
        timeout.reset(token)
