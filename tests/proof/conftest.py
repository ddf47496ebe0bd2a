"""Shared by the proofs: the fixtures of the engine tests, and their mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.engine import api, project  # noqa: F401 - fixtures


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in this folder before `-m` selects."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.proof)
