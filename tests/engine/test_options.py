"""Pulumi's own resource options and flags: each ends as declared, or is refused with the account as it was."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator import Emulator, StoredWebhook
from tests.engine.account import urls, writes
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
URN = "urn:pulumi:dev::scratch::pulumi-python:dynamic/8x8:Webhook::"


def test_replace_leaves_no_moment_without_the_webhook(api: Emulator, project: Project) -> None:
    """The webhook cannot hold two, so it is kept; the resource is new, the webhook is not."""
    project.declare(vca=VCA).deploy().ok()
    api.journal.clear()

    project.deploy("--replace", f"{URN}vca").ok()

    assert writes(api) == []
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}


def test_delete_before_replace_deletes_before(api: Emulator, project: Project) -> None:
    """The program asks for the gap, and gets it where the webhook changes; where it does not, nothing is deleted."""
    options = {"opts": {"delete_before_replace": True}}
    project.declare(vca={**VCA, **options}).deploy().ok()
    api.journal.clear()

    project.declare(vca={**VCA, "type": "VSS", **options}).deploy().ok()

    assert writes(api) == ["DELETE Sub_1/VCA", "POST Sub_1/VSS"]
    assert urls(api) == {"Sub_1/VSS": "https://ivr.example/vca"}

    api.journal.clear()
    project.deploy("--replace", f"{URN}vca").ok()

    assert writes(api) == []
    assert urls(api) == {"Sub_1/VSS": "https://ivr.example/vca"}


def test_a_protected_webhook_is_neither_replaced_nor_deleted(api: Emulator, project: Project) -> None:
    """The engine refuses each in the preview; an update is no loss and goes on."""
    protected = {**VCA, "opts": {"protect": True}}
    project.declare(vca=protected).deploy().ok()

    project.declare(vca={**protected, "type": "VSS"}).up().refused()
    project.declare().up().refused()
    project.destroy().refused()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}

    project.declare(vca={**protected, "url": "https://ivr.example/new"}).deploy().ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/new"}


def test_ignore_changes_ignores_the_program_and_whoever_changes_the_webhook(
    either_api: Emulator, project: Project
) -> None:
    """The ignored property stays as it is live, also when another one is registered."""
    ignoring = {"opts": {"ignore_changes": ["url"]}}
    project.declare(vca={**VCA, **ignoring}).deploy().ok()
    either_api.journal.clear()

    project.declare(vca={**VCA, "url": "https://ivr.example/new", **ignoring}).deploy("--expect-no-changes").ok()

    assert urls(either_api) == {"Sub_1/VCA": "https://ivr.example/vca"}

    either_api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    outside = project.deploy("--expect-no-changes").ok()

    assert outside.lines("8x8 drift") == []
    assert urls(either_api) == {"Sub_1/VCA": "https://elsewhere.example/"}
    assert writes(either_api) == []

    project.declare(vca={**VCA, "enabled": False, **ignoring}).deploy().ok()

    assert either_api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", "https://elsewhere.example/", False)}
    assert project.preview("--expect-no-changes").ok().steps == []


def test_an_ignored_header_is_not_taken_away_by_another_change(api: Emulator, project: Project) -> None:
    """What somebody added stays; a change that would have to register the webhook without it is refused."""
    ignoring = {"opts": {"ignore_changes": ["http_auth_header"]}}
    project.declare(vca={**VCA, **ignoring}).deploy().ok()
    theirs = api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")

    project.deploy("--expect-no-changes").ok()
    refused = project.declare(vca={**VCA, "enabled": False, **ignoring}).deploy().refused()

    assert "Sub_1/VCA is live with an auth header that this stack does not know" in refused.out
    assert api.account.webhooks("Sub_1") == {"VCA": theirs}


def test_a_webhook_whose_header_is_ignored_is_taken_over_with_it(api: Emulator, project: Project) -> None:
    """Nothing is sent: every registration would take the header away."""
    theirs = api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")

    project.declare(vca={**VCA, "opts": {"ignore_changes": ["http_auth_header"]}}).deploy().ok()

    assert api.account.webhooks("Sub_1") == {"VCA": theirs}
    assert project.preview("--expect-no-changes").ok().steps == []


def test_target_touches_nothing_else(api: Emulator, project: Project) -> None:
    """Neither the other resource's change nor its drift is acted on, until a run without a target."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()
    api.account.put("Sub_1", "VSS", "https://elsewhere.example/")

    project.declare(vca={**VCA, "url": "https://ivr.example/new"}, vss={**VSS, "enabled": False})
    project.deploy("--target", f"{URN}vca").ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/new", "Sub_1/VSS": "https://elsewhere.example/"}

    project.deploy().ok()

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/new"),
        "VSS": StoredWebhook("VSS", "https://ivr.example/vss", False),
    }


def test_a_destroy_of_one_target_leaves_the_others(api: Emulator, project: Project) -> None:
    """Only the named webhook is deleted."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()

    project.destroy("--target", f"{URN}vss").ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}


def test_retain_on_delete_is_refused_where_the_engine_would_delete(api: Emulator, project: Project) -> None:
    """The oldest engine does not know the option; silence would cost the webhook."""
    if not project.run("version").out.startswith("v2."):
        pytest.skip("this engine knows retain_on_delete, and keeps to it")
    refused = project.declare(vca={**VCA, "opts": {"retain_on_delete": True}}).preview().refused()

    assert "This engine does not know retain_on_delete and would delete the webhook." in refused.out
    assert len(api.journal) == 0


def test_config_that_the_engine_does_not_pass_on_is_refused(api: Emulator, project: Project) -> None:
    """The oldest engine passes none; a key that is set and not seen would be a riddle."""
    del project.environment["EIGHTX8_API_KEY"]
    project.run("config", "set", "--secret", "8x8:apiKey", "canary-of-the-config").ok()

    refused = project.declare(vca=VCA).preview().refused()

    assert "set in the environment: 8x8:apiKey as EIGHTX8_API_KEY" in refused.out
    assert "canary-of-the-config" not in refused.out
    assert len(api.journal) == 0
