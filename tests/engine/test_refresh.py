"""`pulumi refresh`, and the preview after it."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from tests.engine.account import urls, writes
from tests.engine.conftest import native_in_proof
from tests.engine.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof]

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
VCS = {"subaccount_id": "Sub_1", "type": "VCS", "url": "https://ivr.example/vcs", "http_auth_header": "Basic b25l"}
VRU = {"subaccount_id": "Sub_1", "type": "VRU", "url": "https://ivr.example/vru"}


def test_refresh_takes_in_what_was_changed_outside_and_up_repairs_it(either_api: Emulator, project: Project) -> None:
    """The preview after a refresh shows exactly what was changed, disabled, stripped and deleted."""
    project.declare(vca=VCA, vss=VSS, vcs=VCS, vru=VRU).deploy().ok()
    either_api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    either_api.account.put("Sub_1", "VSS", "https://ivr.example/vss", enabled=False)
    either_api.account.put("Sub_1", "VCS", "https://ivr.example/vcs")
    either_api.account.remove("Sub_1", "VRU")
    either_api.journal.clear()

    project.refresh().ok()
    preview = project.preview().ok()

    assert preview.steps == ["create vru", "update vca ~url", "update vcs +http_auth_header", "update vss ~enabled"]
    assert preview.lines("warning") == [], "the state has it already"
    assert writes(either_api) == []

    project.deploy().ok()

    assert either_api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca"),
        "VSS": StoredWebhook("VSS", "https://ivr.example/vss"),
        "VCS": StoredWebhook("VCS", "https://ivr.example/vcs", True, "Basic b25l"),
        "VRU": StoredWebhook("VRU", "https://ivr.example/vru"),
    }
    assert project.preview("--expect-no-changes").ok().steps == []


def test_an_outage_is_not_taken_for_a_deletion(api: Emulator, project: Project) -> None:
    """A refresh fails while the API is unavailable or denies the subaccount; the state stays as it was."""
    project.environment["EIGHTX8_DEADLINE"] = "1"
    project.declare(vca=VCA).deploy().ok()

    api.faults.add(Fault("status", method="GET", status=503, times=None))
    unavailable = project.refresh().failed()
    api.faults.clear()
    api.account.missing.add("Sub_1")
    denied = project.refresh().failed()

    assert "503" in unavailable.out
    assert "404" in denied.out
    assert project.words("Check the subaccount id and 8x8:baseUrl.") in denied.out
    assert list(project.resources()) == ["vca"]
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
