"""Limits on the use of the store, so that a hanging store does not affect calls.

A few requests use the store at a time, for a few seconds at most. Others wait while it makes progress; once it has
completed nothing for a second, they are refused immediately. Each use runs in its own thread, which is abandoned at
the deadline, because a database driver that waits for a hanging server cannot be interrupted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import TypeVar

AT_WORK = 8
"""Concurrent uses of the store."""

WAITING = 200
"""Requests that may wait; fewer than the server's threads, so that calls always find one."""

PATIENCE = 8.0
"""Longest use of the store in seconds, including the wait for it."""

STALLED_AFTER = 1.0
"""Seconds without progress after which waiting requests are refused."""

T = TypeVar("T")


class BusyError(Exception):
    """The store did not respond in time; the data may still be stored later."""


class Gate:
    """Applies the limits; safe to share between threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work = self._waiting = 0
        self._progress = 0.0

    def run(self, work: Callable[[], T]) -> T:
        """Use the store and return the result of `work`, or raise its exception.

        Raises:
            BusyError: The work could not begin, or did not end, in time.
        """
        deadline = time.monotonic() + PATIENCE
        self._enter(deadline)
        outcome: Future[T] = Future()
        threading.Thread(target=self._do, args=[work, outcome], daemon=True).start()
        try:
            return outcome.result(max(0.0, deadline - time.monotonic()))
        except Late:
            raise BusyError("the store has not responded in time") from None

    def _enter(self, deadline: float) -> None:
        with self._changed:
            if not self._at_work:
                self._progress = time.monotonic()
            while self._at_work >= AT_WORK:
                patience = min(deadline, self._progress + STALLED_AFTER) - time.monotonic()
                if patience <= 0 or self._waiting >= WAITING:
                    raise BusyError("the store is busy")
                self._waiting += 1
                self._changed.wait(patience)
                self._waiting -= 1
            self._at_work += 1

    def _do(self, work: Callable[[], T], outcome: Future[T]) -> None:
        try:
            outcome.set_result(work())
            done = True
        except BaseException as error:
            outcome.set_exception(error)
            done = False
        with self._changed:
            self._at_work -= 1
            if done:
                self._progress = time.monotonic()
            self._changed.notify()
