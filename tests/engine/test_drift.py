"""What an ordinary preview says of the account, and what it asks the API for it."""

from __future__ import annotations

import threading

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from tests.engine.account import listings, writes
from tests.engine.conftest import native_in_proof
from tests.engine.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof]

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
VCS = {"subaccount_id": "Sub_1", "type": "VCS", "url": "https://ivr.example/vcs", "http_auth_header": "Basic b25l"}
VRU = {"subaccount_id": "Sub_1", "type": "VRU", "url": "https://ivr.example/vru"}


def test_an_ordinary_preview_shows_drift_and_up_repairs_it(either_api: Emulator, project: Project) -> None:
    """One warning each for what was changed, disabled, stripped of its header or removed; then repair."""
    project.declare(vca=VCA, vss=VSS, vcs=VCS, vru=VRU).deploy().ok()
    either_api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    either_api.account.put("Sub_1", "VSS", "https://ivr.example/vss", enabled=False)
    either_api.account.put("Sub_1", "VCS", "https://ivr.example/vcs")
    either_api.account.remove("Sub_1", "VRU")
    either_api.journal.clear()

    preview = project.preview("--expect-no-changes").refused()

    assert sorted(preview.lines("warning")) == [
        "vca: warning: url is https://elsewhere.example/ live, https://ivr.example/vca declared",
        "vcs: warning: auth header is missing live, set declared",
        "vru: warning: not registered any more",
        "vss: warning: enabled is false live, true declared",
    ]
    assert preview.changes() == ["update vca", "update vcs", "update vru", "update vss"]
    assert writes(either_api) == []
    assert listings(either_api) == ["Sub_1"]

    up = project.deploy().ok()

    [row] = up.lines("Webhook vcs updated ")
    assert row.endswith("warning: auth header is missing live, set declared")
    assert either_api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca"),
        "VSS": StoredWebhook("VSS", "https://ivr.example/vss"),
        "VCS": StoredWebhook("VCS", "https://ivr.example/vcs", True, "Basic b25l"),
        "VRU": StoredWebhook("VRU", "https://ivr.example/vru"),
    }
    assert project.preview("--expect-no-changes").ok().out == ""


def test_drift_that_the_program_follows_is_adopted(api: Emulator, project: Project) -> None:
    """Who changes the program to what is live has nothing to send."""
    project.declare(vca=VCA).deploy().ok()
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/", enabled=False)
    api.journal.clear()

    project.declare(vca={**VCA, "url": "https://elsewhere.example/", "enabled": False}).deploy().ok()

    assert writes(api) == []
    assert project.preview("--expect-no-changes").ok().out == ""


def test_a_header_that_somebody_added_is_not_taken_away(either_api: Emulator, project: Project) -> None:
    """The preview refuses and names the ways out; overwriting it is one of them."""
    project.declare(vca=VCA).deploy().ok()
    theirs = either_api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")

    preview = project.preview().refused()
    up = project.deploy().refused()

    for refused in (preview, up):
        assert "Sub_1/VCA is live with an auth header that this stack does not know" in refused.out
        assert project.words("http_auth_header with its value, or set overwrite_on_create=True") in refused.out
    assert either_api.account.webhooks("Sub_1") == {"VCA": theirs}

    project.declare(vca={**VCA, "overwrite_on_create": True}).deploy().ok()

    assert either_api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", "https://ivr.example/vca")}


def test_a_preview_falls_back_to_the_state_while_the_api_is_unreachable(api: Emulator, project: Project) -> None:
    """One warning, what the program changed, and nothing sent that changes anything."""
    project.environment["EIGHTX8_DEADLINE"] = "1"
    elsewhere = {"subaccount_id": "Sub_2", "type": "VSS", "url": "https://ivr.example/vss"}
    project.declare(vca=VCA, vss=elsewhere).deploy().ok()
    api.journal.clear()

    project.declare(vca={**VCA, "url": "https://ivr.example/new"}, vss=elsewhere)
    api.faults.add(Fault("status", method="GET", status=503, times=None))
    unavailable = project.preview().ok()
    api.refuse_connections()
    unreachable = project.preview().ok()

    for preview, why in (unavailable, "503"), (unreachable, "no connection could be made"):
        [line] = preview.out.splitlines()
        assert "warning: 8x8: drift was not checked (API unreachable); compared with the state only. " in line
        assert why in line
        assert preview.steps == ["update vca ~url"]
    assert writes(api) == []


def test_a_refused_key_or_subaccount_fails_the_preview_and_the_next_key_works(api: Emulator, project: Project) -> None:
    """The text says what to check, nothing is compared with the state alone, and another key is no change."""
    project.declare(vca=VCA).deploy().ok()

    api.account.forbidden.add("Sub_1")
    forbidden = project.preview().refused()
    api.account.forbidden.clear()
    api.api_key = "the-next-key"
    refused = project.preview().refused()
    project.environment["EIGHTX8_API_KEY"] = "the-next-key"
    rotated = project.preview("--expect-no-changes").ok()

    assert "The API responded 403" in forbidden.out
    assert "Check the subaccount id, or use a key of the account that owns it." in forbidden.out
    assert "The API responded 401" in refused.out
    assert project.words("Check 8x8:apiKey or EIGHTX8_API_KEY") in refused.out
    assert rotated.out == ""


def test_with_live_checks_off_a_preview_needs_neither_key_nor_network_and_up_reads_first(
    api: Emulator, project: Project
) -> None:
    """A preview compares with the state only, and says so once; whoever writes reads what is live before."""
    project.environment["EIGHTX8_LIVE_CHECKS"] = "0"
    theirs = api.account.put("Sub_1", "VSS", "https://elsewhere.example/")
    project.declare(vca=VCA).deploy().ok()

    refused = project.declare(vca=VCA, vss=VSS).deploy().refused()

    assert "Sub_1/VSS already holds a webhook that this resource did not register" in refused.out
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


def test_a_missing_key_fails_the_preview_with_the_two_ways_to_set_it(api: Emulator, project: Project) -> None:
    """Nothing is sent without one."""
    del project.environment["EIGHTX8_API_KEY"]

    preview = project.declare(vca=VCA).preview().refused()

    assert project.words("pulumi config set --secret 8x8:apiKey") in preview.out
    assert "EIGHTX8_API_KEY" in preview.out
    assert len(api.journal) == 0


def test_the_listings_of_the_next_subaccounts_are_fetched_ahead(api: Emulator, project: Project) -> None:
    """While the first subaccount's response is awaited the others are asked already; each one once."""
    project.declare(
        **{
            f"{type.lower()}-{number}": {"subaccount_id": f"Sub_{number}", "type": type, "url": "https://ivr.example/"}
            for number in (1, 2, 3, 4, 5)
            for type in ("VCA", "VSS")
        }
    )
    answer = threading.Event()
    first = api.faults.add(Fault("pass", method="GET", subaccount="Sub_1", hold=answer))
    others = [api.faults.add(Fault("pass", method="GET", subaccount=f"Sub_{number}")) for number in (2, 3, 4, 5)]

    with project.start("preview") as preview:
        asked = first.reached.wait(timeout=60)
        asked_ahead = [other.reached.wait(timeout=5) for other in others]
        answer.set()
        preview.communicate()

    assert asked
    assert asked_ahead == [True, True, True, True]
    assert preview.returncode == 0
    assert listings(api) == ["Sub_1", "Sub_2", "Sub_3", "Sub_4", "Sub_5"]
    assert writes(api) == []
