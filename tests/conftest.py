"""What every test shares."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A machine that is busy with other tests is no reason to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def event_loop_of_its_own() -> Iterator[None]:
    """Pulumi's SDK takes the thread's event loop, and `asyncio.run` of an earlier test leaves none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)
