"""Live webhooks and their owners: adopted, refused, declared twice, swapped and renamed."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator, Fault, StoredWebhook
from tests.support.account import urls, writes
from tests.support.engine import native_in_proof
from tests.support.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof]

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}


def test_a_webhook_that_is_live_as_declared_is_adopted(api: Emulator, project: Project) -> None:
    """Only a header, which the API does not return, needs a request; destroy then removes the webhook."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca")
    api.account.put("Sub_1", "VSS", "https://ivr.example/vss", http_auth_header="Basic b2xk")

    deploy = project.declare(vca=VCA, vss={**VSS, "http_auth_header": "Basic bmV3"}).deploy().ok()

    assert writes(api) == ["POST Sub_1/VSS"]
    assert api.account.webhooks("Sub_1")["VSS"].http_auth_header == "Basic bmV3"
    assert deploy.lines("adopted unchanged (already registered as declared)")
    assert project.resources().keys() == {"vca", "vss"}

    project.destroy().ok()

    assert urls(api) == {}


def test_a_webhook_with_other_values_is_refused_unless_overwritten(either_api: Emulator, project: Project) -> None:
    """The preview names what is live and the options; an overwrite's row shows what was replaced."""
    theirs = either_api.account.put("Sub_1", "VCA", "https://theirs.example/", enabled=False)

    refused = project.declare(vca=VCA).preview().refused()

    assert "Sub_1/VCA is already registered with another URL" in refused.out
    assert "https://theirs.example/ (disabled, no auth header)" in refused.out
    assert project.words("set overwrite_on_create=True") in refused.out
    assert "declare url='https://theirs.example/'" in refused.out
    assert either_api.account.webhooks("Sub_1") == {"VCA": theirs}

    project.declare(vca=VCA).deploy().refused()

    assert writes(either_api) == []
    assert project.resources() == {}

    overwritten = project.declare(vca={**VCA, "overwrite_on_create": True}).deploy().ok()

    assert urls(either_api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    assert overwritten.lines("replaced https://theirs.example/ (disabled, no auth header)")


@pytest.mark.proof
def test_two_resources_for_one_webhook_fail_the_preview(api: Emulator, project: Project) -> None:
    """The error names both, and nothing is sent."""
    refused = project.declare(one=VCA, two=VCA).preview().refused()

    [line] = refused.lines("Sub_1/VCA is declared twice in this program")
    assert "'one'" in line
    assert "'two'" in line
    assert writes(api) == []


def test_a_rename_without_an_alias_keeps_the_webhook(either_api: Emulator, project: Project) -> None:
    """The new resource adopts it and the old one's deletion keeps it; a header is registered again."""
    vss = {**VSS, "http_auth_header": "Basic b25l"}
    project.declare(old=VCA, past=vss).deploy().ok()
    either_api.journal.clear()

    deploy = project.declare(new=VCA, next=vss).deploy().ok()

    assert not [sent for sent in writes(either_api) if "VCA" in sent]
    assert deploy.lines("not deleted: now managed by 'new'")
    assert either_api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", VCA["url"]),
        "VSS": StoredWebhook("VSS", VSS["url"], True, "Basic b25l"),
    }
    assert project.resources().keys() == {"new", "next"}


@pytest.mark.proof
def test_a_rename_with_a_change_needs_an_alias(api: Emulator, project: Project) -> None:
    """Otherwise it is refused like an unmanaged webhook, and the error mentions the alias."""
    project.declare(old=VCA).deploy().ok()
    changed = {**VCA, "url": "https://ivr.example/new"}

    refused = project.declare(new=changed).preview().refused()
    project.declare(new={**changed, "opts": {"aliases": ["old"]}}).deploy().ok()

    assert "for a renamed resource, add an alias" in refused.out
    assert "POST Sub_1/VCA" in writes(api)
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/new"}
    assert list(project.resources()) == ["new"]


def test_finishing_an_interrupted_replacement_keeps_the_webhook(api: Emulator, project: Project) -> None:
    """The next run deletes the old state entry, which is the same webhook as the new one."""
    project.declare(vca=VCA).deploy().ok()
    api.faults.add(Fault("status", method="POST", status=400))
    project.declare(vca=VCA, vss={**VSS, "opts": {"depends_on": ["vca"]}})
    project.deploy("--replace", project.urn("vca")).failed()

    project.deploy().ok()

    assert writes(api) == ["POST Sub_1/VCA", "POST Sub_1/VSS 400", "POST Sub_1/VSS"]
    assert urls(api) == {"Sub_1/VCA": VCA["url"], "Sub_1/VSS": VSS["url"]}


@pytest.mark.proof
def test_a_webhook_is_not_adopted_in_the_run_in_which_another_resource_leaves_it(
    api: Emulator, project: Project
) -> None:
    """It is refused in either order of the engine's steps; two runs work."""
    project.declare(leaves=VSS, comes=VCA).deploy().ok()
    api.journal.clear()
    leaves, comes = {**VSS, "type": "VCS"}, {**VCA, "type": "VSS"}

    if project.provider == "native":
        project.declare(leaves=leaves, comes={**comes, "opts": {"depends_on": ["leaves"]}})
    else:
        project.declare(comes=comes, leaves={**leaves, "opts": {"depends_on": ["comes"]}})
    project.preview().refused()

    assert writes(api) == []

    project.declare(leaves=leaves, comes=VCA).deploy().ok()
    project.declare(leaves=leaves, comes=comes).deploy().ok()

    assert urls(api) == {"Sub_1/VCS": "https://ivr.example/vss", "Sub_1/VSS": "https://ivr.example/vca"}
