"""The output of `pulumi-8x8 export`, run by the engine."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from eightx8_voice.emulator import Emulator
from pulumi_8x8.cli.app import pulumi_8x8
from tests.support.account import writes
from tests.support.scratch import TOKEN, Project

pytestmark = pytest.mark.engine

SUB = "Internal.Demo-CPaaS_8dD15&voice"


def export(api: Emulator, project: Project) -> None:
    """Make the exported program the project's."""
    settings = {"EIGHTX8_BASE_URL": api.url, "EIGHTX8_API_KEY": api.api_key}
    exported = project.folder / "exported"
    result = CliRunner().invoke(pulumi_8x8, ["export", SUB, "--output", str(exported)], env=settings)
    assert result.exit_code == 0, result.output
    shutil.copy(exported / "__main__.py", project.program)
    api.journal.clear()


def test_running_an_exported_program_adopts_and_changes_nothing(api: Emulator, project: Project) -> None:
    """Only a webhook with an auth header is registered, with the value from the config."""
    api.account.put(SUB, "VCA", "https://ivr.example.com/vca?a=%20b", http_auth_header="Bearer known")
    api.account.put(SUB, "VRU", "https://ivr.example.com/vru", http_auth_header="Bearer own")
    api.account.put(SUB, "VSS", "https://ivr.example.com/vss", enabled=False)
    before = api.account.webhooks(SUB)
    export(api, project)

    unset = project.preview().failed()
    project.run("config", "set", "--secret", "httpAuthHeader", "Bearer known").ok()
    project.run("config", "set", "--secret", f"{SUB}-VRU-httpAuthHeader", "Bearer own").ok()
    project.deploy().ok()

    assert "pulumi config set --secret scratch:httpAuthHeader" in unset.out
    assert api.account.webhooks(SUB) == before
    assert sorted(writes(api)) == [f"POST {SUB}/VCA", f"POST {SUB}/VRU"]
    project.preview("--expect-no-changes").ok()


@pytest.mark.proof
def test_the_import_option_and_pulumi_import_are_refused(api: Emulator, project: Project) -> None:
    """The option fails in one line, the command in the host's KeyError, as docs/adopt.md explains."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca")
    webhook = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}

    refused = project.declare(vca={**webhook, "opts": {"import_": "Sub_1/VCA"}}).up().refused()

    by_id = project.run("import", TOKEN, "vca", "Sub_1/VCA", "--yes").failed()

    assert "KeyError: '__provider'" in by_id.out
    assert "error: Webhook 'vca': import_ cannot work in a dynamic resource. Nothing was changed." in refused.out
    assert project.declare(vca=webhook).deploy().ok()
    assert writes(api) == []
