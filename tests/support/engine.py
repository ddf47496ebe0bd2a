"""An emulated account and a Pulumi project that uses it; each test has its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator, Modes
from tests.support.scratch import Project


@pytest.fixture
def api() -> Iterator[Emulator]:
    """An account whose API lets a registration replace what is there."""
    with Emulator() as api:
        yield api


@pytest.fixture(params=["replace", pytest.param("refuse", marks=pytest.mark.proof)])
def either_api(api: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """An account in both readings of what the vendor does not document: a registration replaces, or is refused.

    Where a test sees that nothing is sent, one reading is enough.
    """
    api.modes = Modes(post_over=request.param)
    return api


@pytest.fixture
def project(api: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """A project whose provider talks to the account: the dynamic one, or the one that the test's parameter names."""
    provider = getattr(request, "param", "dynamic")
    return Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}, provider=provider)


both_providers = pytest.mark.parametrize("project", ["dynamic", "native"], indirect=True)
"""For what holds of the dynamic provider and of the native one alike."""

native_in_proof = pytest.mark.parametrize(
    "project", ["dynamic", pytest.param("native", marks=pytest.mark.proof)], indirect=True
)
"""The same, of which `make test` runs the dynamic half."""
