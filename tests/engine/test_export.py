"""What `pulumi-8x8 export` writes, run by the engine."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from eightx8_voice.emulator import Emulator
from pulumi_8x8.cli.app import pulumi_8x8
from tests.support.account import writes
from tests.support.scratch import TOKEN, Project

pytestmark = pytest.mark.engine

SUB = "Internal.Demo-CPaaS_8dD15&voice"


def export(api: Emulator, project: Project, *options: str) -> None:
    """Export the account over the project."""
    settings = {"EIGHTX8_BASE_URL": api.url, "EIGHTX8_API_KEY": api.api_key, "EIGHTX8_HTTP_AUTH_HEADER": "Bearer known"}
    exported = project.folder / "exported"
    result = CliRunner().invoke(pulumi_8x8, ["export", SUB, "--output", str(exported), *options], env=settings)
    assert result.exit_code == 0, result.output
    for name in {"__main__.py", "import.json"} & {path.name for path in exported.iterdir()}:
        shutil.copy(exported / name, project.program)
    api.journal.clear()


def test_running_an_exported_program_adopts_and_changes_nothing(api: Emulator, project: Project) -> None:
    """Nothing is sent for a webhook without an auth header; one that has one is registered with the config's value."""
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


@pytest.mark.parametrize("options", [(), ("--protect=false",)], ids=["protected", "unprotected"])
def test_an_import_sends_nothing_and_the_next_preview_is_clean(
    api: Emulator, project: Project, options: tuple[str, ...]
) -> None:
    """The header is a secret in the state, nothing blames the provider, and `up` leaves no protection behind."""
    api.account.put(SUB, "VCA", "https://ivr.example.com/vca", http_auth_header="Bearer known")
    api.account.put(SUB, "VSS", "https://ivr.example.com/vss", enabled=False)
    before = api.account.webhooks(SUB)
    export(api, project, "--import-file")
    key = project.environment.pop("EIGHTX8_API_KEY")

    imported = project.run("import", "--file", "import.json", "--generate-code=false", "--yes", *options).ok()

    assert ("warning" in imported.out, len(api.journal)) == (False, 0)
    assert {bool(state.get("protect")) for state in project.resources().values()} == {not options}
    assert "Bearer known" not in json.dumps(project.export())

    project.environment["EIGHTX8_API_KEY"] = key
    project.run("config", "set", "--secret", "httpAuthHeader", "Bearer known").ok()
    project.preview("--expect-no-changes").ok()
    project.up("--expect-no-changes").ok()

    assert writes(api) == []
    assert api.account.webhooks(SUB) == before
    assert [state for state in project.resources().values() if state.get("protect")] == []


def test_import_in_the_options_ends_in_one_line_and_on_the_command_line_fails(api: Emulator, project: Project) -> None:
    """The command ends in the host's KeyError, before this package is loaded: docs/adopt.md explains it."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca")
    webhook = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}

    refused = project.declare(vca={**webhook, "opts": {"import_": "Sub_1/VCA"}}).up().refused()

    by_id = project.run("import", TOKEN, "vca", "Sub_1/VCA", "--yes").failed()

    assert "KeyError: '__provider'" in by_id.out
    assert "error: Webhook 'vca': import_ cannot work in a dynamic resource. Nothing was changed." in refused.out
    assert project.declare(vca=webhook).deploy().ok()
    assert writes(api) == []
