"""Deadlines: a moment after which an operation gives up."""

from __future__ import annotations

import time


class Deadline:
    """A moment after which an operation gives up; it begins when it is made."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left; never below zero."""
        return max(0.0, self.end - time.monotonic())
