"""Drift in an ordinary preview, and the requests that it makes to detect it."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator, Fault, StoredWebhook
from tests.support.account import listings, writes
from tests.support.engine import native_in_proof
from tests.support.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof]

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
VCS = {"subaccount_id": "Sub_1", "type": "VCS", "url": "https://ivr.example/vcs", "http_auth_header": "Basic b25l"}
VRU = {"subaccount_id": "Sub_1", "type": "VRU", "url": "https://ivr.example/vru"}


def change_each(api: Emulator) -> None:
    """Change, disable, strip of its header and remove the four webhooks, outside the stack."""
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.account.put("Sub_1", "VSS", "https://ivr.example/vss", enabled=False)
    api.account.put("Sub_1", "VCS", "https://ivr.example/vcs")
    api.account.remove("Sub_1", "VRU")
    api.journal.clear()


def test_an_ordinary_preview_shows_drift_and_up_repairs_it(either_api: Emulator, project: Project) -> None:
    """There is one warning per webhook that was changed, disabled, stripped of its header or removed."""
    project.declare(vca=VCA, vss=VSS, vcs=VCS, vru=VRU).deploy().ok()
    before = either_api.account.webhooks("Sub_1")
    change_each(either_api)

    preview = project.preview("--expect-no-changes").refused()

    assert sorted(preview.lines("warning")) == [
        "vca: warning: drift: url is https://elsewhere.example/ (declared: https://ivr.example/vca)",
        "vcs: warning: drift: auth header is missing (declared: set)",
        "vru: warning: no longer registered",
        "vss: warning: drift: enabled is false (declared: true)",
    ]
    assert preview.changes() == ["update vca", "update vcs", "update vru", "update vss"]
    assert writes(either_api) == []
    assert listings(either_api) == ["Sub_1"]

    up = project.deploy().ok()

    [row] = up.lines("Webhook vcs updated ")
    assert row.endswith("warning: drift: auth header is missing (declared: set)")
    assert either_api.account.webhooks("Sub_1") == before
    assert project.preview("--expect-no-changes").ok().out == ""


def test_refresh_records_outside_changes_and_up_repairs_them(either_api: Emulator, project: Project) -> None:
    """The preview after a refresh shows exactly what was changed, disabled, stripped and deleted."""
    project.declare(vca=VCA, vss=VSS, vcs=VCS, vru=VRU).deploy().ok()
    before = either_api.account.webhooks("Sub_1")
    change_each(either_api)

    project.refresh().ok()
    preview = project.preview().ok()

    assert preview.steps == ["create vru", "update vca ~url", "update vcs +http_auth_header", "update vss ~enabled"]
    assert preview.lines("warning") == [], "the state has it already"
    assert writes(either_api) == []

    project.deploy().ok()

    assert either_api.account.webhooks("Sub_1") == before
    assert project.preview("--expect-no-changes").ok().steps == []


@pytest.mark.proof
def test_drift_that_the_program_follows_is_adopted(api: Emulator, project: Project) -> None:
    """If the program is changed to match what is live, nothing is sent."""
    project.declare(vca=VCA).deploy().ok()
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/", enabled=False)
    api.journal.clear()

    project.declare(vca={**VCA, "url": "https://elsewhere.example/", "enabled": False}).deploy().ok()

    assert writes(api) == []
    assert project.preview("--expect-no-changes").ok().out == ""


@pytest.mark.proof
def test_a_header_that_was_added_outside_is_not_removed(either_api: Emulator, project: Project) -> None:
    """The preview refuses and lists the options; overwriting it is one of them."""
    project.declare(vca=VCA).deploy().ok()
    theirs = either_api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")

    preview = project.preview().refused()
    up = project.deploy().refused()

    for refused in (preview, up):
        assert "Sub_1/VCA has an auth header that this stack does not know" in refused.out
        assert project.words("http_auth_header with its value, or set overwrite_on_create=True") in refused.out
    assert either_api.account.webhooks("Sub_1") == {"VCA": theirs}

    project.declare(vca={**VCA, "overwrite_on_create": True}).deploy().ok()

    assert either_api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", "https://ivr.example/vca")}


def test_a_preview_falls_back_to_the_state_while_the_api_is_unreachable(api: Emulator, project: Project) -> None:
    """It prints one warning and the program's changes, and sends nothing that changes a webhook."""
    project.environment["EIGHTX8_DEADLINE"] = "3"
    elsewhere = {"subaccount_id": "Sub_2", "type": "VSS", "url": "https://ivr.example/vss"}
    project.declare(vca=VCA, vss=elsewhere).deploy().ok()
    api.journal.clear()

    project.declare(vca={**VCA, "url": "https://ivr.example/new"}, vss=elsewhere)
    api.faults.add(Fault("status", method="GET", status=503, times=None))
    unavailable = project.preview().ok()
    api.refuse_connections()
    unreachable = project.preview().ok()

    for preview, why in (unavailable, "503"), (unreachable, "no connection could be established"):
        [line] = preview.out.splitlines()
        assert "warning: 8x8: drift was not checked (API unreachable); compared with the state only. " in line
        assert why in line
        assert preview.steps == ["update vca ~url"]
    assert writes(api) == []


@pytest.mark.proof
def test_a_refused_or_missing_key_fails_the_preview_and_the_next_key_works(api: Emulator, project: Project) -> None:
    """The error names what to check or set, and a new key is not a change."""
    project.declare(vca=VCA).deploy().ok()

    api.account.forbidden.add("Sub_1")
    forbidden = project.preview().refused()
    api.account.forbidden.clear()
    api.api_key = "the-next-key"
    refused = project.preview().refused()
    project.environment["EIGHTX8_API_KEY"] = "the-next-key"
    rotated = project.preview("--expect-no-changes").ok()
    del project.environment["EIGHTX8_API_KEY"]
    missing = project.preview().refused()

    assert "The API responded 403" in forbidden.out
    assert "Check the subaccount id, or use a key of the account that owns it." in forbidden.out
    assert "The API responded 401" in refused.out
    assert project.words("Check 8x8:apiKey or EIGHTX8_API_KEY") in refused.out
    assert rotated.out == ""
    assert project.words("Set it with `pulumi config set --secret 8x8:apiKey`") in missing.out


@pytest.mark.proof
def test_without_live_checks_preview_needs_no_key_or_network_and_up_still_lists(
    api: Emulator, project: Project
) -> None:
    """The preview reports once that it compares with the state only."""
    project.environment["EIGHTX8_LIVE_CHECKS"] = "0"
    theirs = api.account.put("Sub_1", "VSS", "https://elsewhere.example/")
    project.declare(vca=VCA).deploy().ok()

    refused = project.declare(vca=VCA, vss=VSS).deploy().refused()

    assert "Sub_1/VSS is already registered with another URL" in refused.out
    assert api.account.webhooks("Sub_1")["VSS"] == theirs

    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.journal.clear()
    api.refuse_connections()
    del project.environment["EIGHTX8_API_KEY"]
    preview = project.declare(vca={**VCA, "enabled": False}).preview().ok()

    unchecked = "8x8: drift was not checked (8x8:liveChecks is false); compared with the state only"
    assert preview.out == project.words(unchecked)
    assert preview.steps == ["update vca ~enabled"]
    assert len(api.journal) == 0
