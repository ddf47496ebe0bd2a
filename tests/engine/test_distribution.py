"""How the engine finds the plugin: on PATH, or installed from the archive."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.native.schema import package, semantic_version
from tests.support.account import urls
from tests.support.scratch import ROOT, Project, python_sdk

pytestmark = [pytest.mark.engine, pytest.mark.parametrize("project", ["native"], indirect=True)]


def test_the_cli_prints_the_schema_of_the_installed_script(project: Project) -> None:
    """`pulumi package get-schema` runs the script that pip installs beside Python."""
    script = Path(project.env()["PATH"].partition(":")[0]) / "pulumi-resource-eightx8"

    printed = project.run("package", "get-schema", str(script)).ok()

    assert json.loads(printed.out)["resources"] == package()["resources"]


def test_versions_agree(project: Project) -> None:
    """Package, schema and SDK have the same version."""
    sdk = json.loads((python_sdk() / "pulumi_eightx8" / "pulumi-plugin.json").read_text())
    ours = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert ours
    assert sdk["version"] == package()["version"] == semantic_version(ours[1])


@pytest.mark.proof
def test_an_installed_archive_works_without_anything_on_path(api: Emulator, project: Project, tmp_path: Path) -> None:
    """It has its own environment, and the CLI reports which plugin it started."""
    from tools.plugin.pack import pack

    archive = pack(tmp_path / "dist")
    project.environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"
    project.environment["PYTHONPATH"] = str(python_sdk())

    install = ("plugin", "install", "resource", "eightx8", semantic_version(), "--file", str(archive))
    installed = project.run(*install)
    if "os: process already finished" in installed.out:  # the CLI kills a language host that has just exited
        installed = project.run(*install, "--reinstall")
    installed.ok()
    up = project.declare(vca={"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/"}).up().ok()

    assert not up.lines("from $PATH")
    assert re.search(r"eightx8 +resource", project.run("plugin", "ls").ok().out)
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/"}
