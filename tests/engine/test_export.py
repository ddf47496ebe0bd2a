"""What `pulumi-8x8 export` writes, run by the engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.emulator import Emulator
from tests.engine.account import writes
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

SUB = "Internal.Demo-CPaaS_8dD15&voice"


def export(api: Emulator, *arguments: str) -> str:
    settings = {"EIGHTX8_BASE_URL": api.url, "EIGHTX8_API_KEY": api.api_key}
    result = CliRunner().invoke(pulumi_8x8, ["export", SUB, *arguments], env=settings)
    assert result.exit_code == 0, result.output
    return result.output


def test_running_an_exported_program_takes_over_and_changes_nothing(api: Emulator, project: Project) -> None:
    """No request is sent for a webhook without an auth header; one that has one is asserted with the config's value."""
    api.account.put(SUB, "VCA", "https://ivr.example.com/vca?a=%20b", http_auth_header="Bearer known")
    api.account.put(SUB, "VSS", "https://ivr.example.com/vss", enabled=False)
    before = api.account.webhooks(SUB)
    project.write(export(api))

    unset = project.preview().failed()
    project.run("config", "set", "--secret", f"{SUB}-VCA-httpAuthHeader", "Bearer known").ok()
    project.up("--skip-preview").ok()

    assert f"{SUB}-VCA-httpAuthHeader" in unset.out
    assert api.account.webhooks(SUB) == before
    assert writes(api) == [f"POST {SUB}/VCA"]
    project.preview("--expect-no-changes").ok()


def test_an_import_file_holds_the_state_that_a_create_leaves(api: Emulator, project: Project, tmp_path: Path) -> None:
    """Engines from 3.254 take inputs and outputs from such a file; the floor engine cannot, so its form is compared."""
    api.account.put(SUB, "VRU", "https://ivr.example.com/vru")
    document = json.loads(export(api, "--import-file"))
    project.write(export(api)).up("--skip-preview").ok()

    [spec] = document["resources"]
    state = project.resources()[spec["name"]]

    # The fields that an import file's resources are documented to have.
    assert spec.keys() <= {"type", "name", "id", "parent", "provider", "version", "inputs", "outputs", "logicalName"}
    assert {key: spec[key] for key in ("type", "id", "inputs", "outputs")} == {
        key: state[key] for key in ("type", "id", "inputs", "outputs")
    }
