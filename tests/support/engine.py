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


@pytest.fixture
def project(api: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """A project whose provider uses the account: the dynamic one, or the one named by the test's parameter."""
    provider = getattr(request, "param", "dynamic")
    return Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}, provider=provider)


@pytest.fixture
def either_api(api: Emulator, project: Project) -> Emulator:
    """The account in one undocumented behaviour for each provider: POST over a webhook replaces it or is refused.

    The fault matrix combines each behaviour with each provider.
    """
    api.modes = Modes(post_over="replace" if project.provider == "dynamic" else "refuse")
    return api


both_providers = pytest.mark.parametrize("project", ["dynamic", "native"], indirect=True)
"""For tests that apply to both the dynamic and the native provider."""

native_in_proof = pytest.mark.parametrize(
    "project", ["dynamic", pytest.param("native", marks=pytest.mark.proof)], indirect=True
)
"""The same, but `make test` runs only the dynamic half."""
