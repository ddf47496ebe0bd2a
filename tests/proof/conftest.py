"""What the proofs share: the fixtures of the engine tests, and how much is tried."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.engine.conftest import api, project  # noqa: F401 - fixtures

UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))
PROFILES = {
    "quick": settings(UNHURRIED, max_examples=5, stateful_step_count=8, database=None),
    # The same sequences in every run: a change is not blamed for what it has not done.
    "ci": settings(UNHURRIED, max_examples=150, stateful_step_count=12, derandomize=True, database=None),
    "soak": settings(UNHURRIED, max_examples=2000, stateful_step_count=25),
}
"""How many sequences are tried for each way of the API; HYPOTHESIS_PROFILE names one."""

PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, before `-m` chooses."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.proof)
