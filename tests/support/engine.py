"""An emulated account and a Pulumi project that uses it, separate for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator, Modes
from tests.support.scratch import Project


@pytest.fixture
def api() -> Iterator[Emulator]:
    """An account whose API replaces a webhook on POST."""
    with Emulator() as api:
        yield api


@pytest.fixture(params=["replace", pytest.param("refuse", marks=pytest.mark.proof)])
def either_api(api: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """An account in both undocumented behaviours: a registration over a webhook replaces it or is refused.

    If a test checks that nothing is sent, one behaviour is enough.
    """
    api.modes = Modes(post_over=request.param)
    return api


@pytest.fixture
def project(api: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """A project whose provider uses the account: the dynamic one, or the one named by the test's parameter."""
    provider = getattr(request, "param", "dynamic")
    return Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}, provider=provider)


both_providers = pytest.mark.parametrize("project", ["dynamic", "native"], indirect=True)
"""For tests that apply to both the dynamic and the native provider."""

native_in_proof = pytest.mark.parametrize(
    "project", ["dynamic", pytest.param("native", marks=pytest.mark.proof)], indirect=True
)
"""The same, but `make test` runs only the dynamic half."""
