"""A stack that has everything in its config, and nothing in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import listings, urls
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

WEBHOOK = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/"}


def test_a_stack_works_without_environment_variables(api: Emulator, tmp_path: Path) -> None:
    """Key, address and switches of the stack's config reach each operation, and win over the environment."""
    project = Project(tmp_path, {"EIGHTX8_API_KEY": "another", "EIGHTX8_BASE_URL": "http://127.0.0.1:1"})
    project.run("config", "set", "--secret", "8x8:apiKey", api.api_key).ok()
    project.run("config", "set", "8x8:baseUrl", api.url).ok()

    project.declare(vca=WEBHOOK).up().ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/"}

    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.journal.clear()
    drift = project.preview().ok()
    unchecked = project.preview("-c", "8x8:liveChecks=false").ok()

    assert drift.steps == ["update vca"]
    assert unchecked.steps == []
    assert listings(api) == ["Sub_1"]

    project.destroy().ok()

    assert urls(api) == {}
