"""Inputs that are unknown in preview."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls, writes
from tests.support.engine import native_in_proof
from tests.support.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof, pytest.mark.proof]


def test_a_url_and_a_subaccount_may_be_other_resources_outputs(api: Emulator, project: Project) -> None:
    """They are unknown in previews of create and change; the update knows them and replaces if needed."""
    package = "pulumi_8x8" if project.provider == "dynamic" else "pulumi_eightx8"
    project.environment.update(HOST="one.example", ACCOUNT="Acme", PACKAGE=package)
    project.use("unknowns")

    created = project.run("preview").ok()
    project.deploy().ok()

    assert all(created.lines(f"Webhook {name} create") for name in ("vca", "vss"))
    assert created.lines("vss: ") == ['vss: "Sub_1/VSS"' if project.provider == "native" else "vss: [unknown]"]
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
