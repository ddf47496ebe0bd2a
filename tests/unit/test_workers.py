"""The host's pool: widened only where it is the pool that is known."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pulumi_8x8.workers import widened


@pytest.fixture
def host() -> Iterator[ThreadPoolExecutor]:
    """A pool as the dynamic-provider host makes it."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield pool


def test_the_pool_that_serves_the_caller_grows(host: ThreadPoolExecutor) -> None:
    """Sixteen calls run at once: the barrier opens only when all are there."""
    together = Barrier(16, timeout=30)

    granted = host.submit(widened, 16).result()
    waiting = [host.submit(together.wait) for _ in range(16)]

    assert granted == 16
    assert sorted(call.result() for call in waiting) == list(range(16))


def test_four_workers_are_left_alone(host: ThreadPoolExecutor) -> None:
    """Without the setting, no private attribute is touched."""
    assert host.submit(widened, 4).result() == 4
    assert host._max_workers == 4


def test_another_pool_than_the_hosts_is_left_alone() -> None:
    """A host that has another number of threads has changed, and is not known any more."""
    with ThreadPoolExecutor(max_workers=8) as changed:
        assert changed.submit(widened, 16).result() == 4
        assert changed._max_workers == 8


def test_outside_of_a_pool_nothing_is_widened() -> None:
    """A host without a pool falls back to the plain way."""
    assert widened(16) == 4
