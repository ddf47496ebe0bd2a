"""A stack that has everything in its config, and nothing in the environment."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import listings, urls
from tests.engine.conftest import native_in_proof
from tests.engine.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof]

WEBHOOK = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/"}


def test_a_stack_works_without_environment_variables(api: Emulator, project: Project) -> None:
    """Key, address and switches of its config reach each operation and win over the environment; a bad one is named."""
    project.environment.update(EIGHTX8_API_KEY="another", EIGHTX8_BASE_URL="http://127.0.0.1:1")
    base_url, live_checks = project.words("8x8:baseUrl"), project.words("8x8:liveChecks")
    project.run("config", "set", "--secret", project.words("8x8:apiKey"), api.api_key).ok()
    project.run("config", "set", base_url, api.url).ok()

    project.declare(vca=WEBHOOK).up().ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/"}

    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.journal.clear()
    drift = project.preview().ok()
    unchecked = project.preview("-c", f"{live_checks}=false").ok()
    refused = project.preview("-c", f"{base_url}=http://canary.example").refused()

    assert drift.changes() == ["update vca"]
    assert unchecked.steps == []
    assert f"The setting {base_url} is neither https nor on loopback" in refused.out
    assert "canary.example" not in refused.out
    assert listings(api) == ["Sub_1"]

    project.destroy().ok()

    assert urls(api) == {}
