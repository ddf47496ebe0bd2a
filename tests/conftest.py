"""Shared by all tests."""

import asyncio
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A test must not fail because other tests keep the machine busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# A background job ignores SIGINT, and so would the commands that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def event_loop_of_its_own() -> Iterator[None]:
    """Provide an event loop, which Pulumi's SDK needs and `asyncio.run` of an earlier test removes."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)
