"""Adopting live webhooks with `pulumi import`, which dynamic providers do not support."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import urls, writes
from tests.support.scratch import NATIVE, Project

pytestmark = [pytest.mark.engine, pytest.mark.parametrize("project", ["native"], indirect=True)]

TYPES = ("VCA", "VSS", "VCS", "VRU", "VNU")
IMPORT = ("import", "--yes", "--generate-code=false", "--protect=false")


def test_every_type_is_imported_with_a_clean_preview(api: Emulator, project: Project) -> None:
    """A header, which the API does not return, is kept; only listings are sent."""
    webhooks: dict[str, dict[str, Any]] = {
        type.lower(): {"subaccount_id": "Sub_1", "type": type, "url": f"https://a.example/{type}"}
        for type in TYPES
        for type in TYPES
    }
    webhooks["vnu"]["enabled"] = False
    for type in TYPES:
        header = "Basic dGhlaXJz" if type in ("VSS", "VNU") else None
        api.account.put("Sub_1", type, f"https://a.example/{type}", enabled=type != "VNU", http_auth_header=header)
    before = api.account.webhooks("Sub_1")
    resources = [{"type": NATIVE, "name": type.lower(), "id": f"Sub_1/{type}"} for type in TYPES]
    (project.program / "resources.json").write_text(json.dumps({"resources": resources}))

    project.run(*IMPORT, "--file", "resources.json").ok()

    assert project.declare(**webhooks).preview("--expect-no-changes").ok().steps == []
    project.refresh("--expect-no-changes").ok()
    assert project.resources().keys() == webhooks.keys()
    assert writes(api) == []
    assert api.account.webhooks("Sub_1") == before


@pytest.mark.proof
def test_an_imported_header_stays_until_the_program_declares_one(api: Emulator, project: Project) -> None:
    """A change that would remove it is refused; declaring it is one registration."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")
    project.run(*IMPORT, NATIVE, "vca", "Sub_1/VCA").ok()
    vca = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/new"}

    refused = project.declare(vca=vca).deploy().refused()

    assert "Declare httpAuthHeader with its value, or set overwriteOnCreate=true" in refused.out
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}

    project.declare(vca={**vca, "http_auth_header": "Basic dGhlaXJz"}).deploy().ok()

    assert api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", vca["url"], True, "Basic dGhlaXJz")}
    assert project.preview("--expect-no-changes").ok().steps == []


@pytest.mark.proof
def test_a_header_added_after_an_import_is_drift(api: Emulator, project: Project) -> None:
    """Only a header that was set at the time of the import is kept."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca")
    project.run(*IMPORT, NATIVE, "vca", "Sub_1/VCA").ok()
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic dGhlaXJz")

    preview = project.declare(vca={"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}).preview()

    assert "Sub_1/VCA has an auth header that this stack does not know" in preview.refused().out


@pytest.mark.proof
@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("Sub_1/VSS", "Sub_1/VSS does not exist: 8x8 lists no webhook of this type for the subaccount."),
        ("VSS", "'VSS' is not the id of a webhook"),
    ],
)
def test_importing_an_unregistered_webhook_fails_with_its_id(
    api: Emulator, project: Project, id: str, said: str
) -> None:
    """The error is one line, and nothing enters the state."""
    failed = project.run(*IMPORT, NATIVE, "vss", id).refused()

    assert said in failed.out
    assert project.resources() == {}


@pytest.mark.proof
def test_the_import_option_adopts_and_updates_in_one_run(api: Emulator, project: Project) -> None:
    """If the declaration differs, the engine imports and then updates with one registration."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/old")

    project.declare(
        vca={
            "subaccount_id": "Sub_1",
            "type": "VCA",
            "url": "https://ivr.example/vca",
            "opts": {"import_": "Sub_1/VCA"},
        }
    ).up().ok()

    assert writes(api) == ["POST Sub_1/VCA"]
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
