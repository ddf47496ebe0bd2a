"""What the proofs share: a way to have provider processes, and how much is tried."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pulumi_8x8.emulator import Emulator
from tests.engine.scratch import Project
from tests.proof.host import HostFactory

LEISURELY = settings(deadline=None, suppress_health_check=list(HealthCheck))
PROFILES = {
    "quick": settings(LEISURELY, max_examples=5, stateful_step_count=8, database=None),
    # The same sequences in every run: a change is not blamed for what it has not done.
    "ci": settings(LEISURELY, max_examples=150, stateful_step_count=12, derandomize=True, database=None),
    "soak": settings(LEISURELY, max_examples=2000, stateful_step_count=25),
}
"""How many sequences are tried for each way of the API; HYPOTHESIS_PROFILE names one."""

PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, before `-m` chooses."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.proof)


@pytest.fixture(scope="session")
def host_factory() -> Iterator[HostFactory]:
    """Where provider processes come from; one for each worker of the test run."""
    with HostFactory() as host_factory:
        yield host_factory


@pytest.fixture
def api() -> Iterator[Emulator]:
    """An account whose API lets a registration replace what is there."""
    with Emulator() as api:
        yield api


@pytest.fixture
def project(api: Emulator, tmp_path: Path) -> Project:
    """A project for the real engine whose provider talks to the account."""
    return Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
