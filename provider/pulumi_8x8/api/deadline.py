"""Deadlines: the moment after which an operation gives up."""

from __future__ import annotations

import time


class Deadline:
    """The moment after which an operation gives up; the clock starts when it is created.

    Args:
        seconds: Time from now.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left; never below zero."""
        return max(0.0, self._end - time.monotonic())
