"""Inputs that a preview cannot know yet."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import urls, writes
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine


def test_a_url_and_a_subaccount_may_be_other_resources_outputs(api: Emulator, project: Project) -> None:
    """Unknown on create and on change, in the preview; the update then knows, and replaces if it differs."""
    project.environment.update(HOST="one.example", ACCOUNT="Acme")
    project.use("unknowns")

    created = project.preview().ok()
    project.deploy().ok()

    assert created.steps == ["create vca", "create vss"]
    assert urls(api) == {"Acme_voice/VCA": "https://one.example/vca", "Sub_1/VSS": "https://one.example/vca"}

    api.journal.clear()
    project.environment["HOST"] = "two.example"
    changed = project.preview().ok()

    assert [step.split()[1] for step in changed.steps] == ["vca", "vss"]
    assert writes(api) == []

    project.deploy().ok()

    assert urls(api) == {"Acme_voice/VCA": "https://two.example/vca", "Sub_1/VSS": "https://two.example/vca"}

    project.environment["ACCOUNT"] = "Other"
    project.deploy().ok()

    assert urls(api) == {"Other_voice/VCA": "https://two.example/vca", "Sub_1/VSS": "https://two.example/vca"}
