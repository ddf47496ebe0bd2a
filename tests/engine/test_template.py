"""The repository as a template, as far as the engine shows it without a package index."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import urls
from tests.engine.scratch import ROOT, Project

pytestmark = pytest.mark.engine


def test_a_new_project_from_a_fresh_clone_deploys(api: Emulator, project: Project, tmp_path: Path) -> None:
    """`pulumi new` copies the program and asks for its config; an empty vssUrl means the vcaUrl."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)

    project.run("new", str(clone), "--yes", "--force", "--generate-only", "--name", "fleet").ok()

    written = {path.name for path in (project.folder / "program").iterdir()}
    assert {"Pulumi.yaml", "__main__.py", "requirements.txt", "provider", "README.md"} <= written
    assert ".git" not in written
    (project.folder / "program" / ".venv").symlink_to(ROOT / ".venv")
    project.run("stack", "init", "new").ok()
    settings = ["-c", "subaccountId=Sub_1", "-c", "vcaUrl=https://ivr.example.com/vca", "-c", "vssUrl="]
    project.up("--skip-preview", *settings).ok()
    assert urls(api) == dict.fromkeys(["Sub_1/VCA", "Sub_1/VSS"], "https://ivr.example.com/vca")


def test_a_fleet_is_declared_by_one_list(api: Emulator, project: Project) -> None:
    """Each subaccount has its pair; one that lacks its URL is refused by name."""
    project.write((ROOT / "__main__.py").read_text())
    fleet = '[{"id": "Sub_1", "vcaUrl": "https://a.example/vca"}, {"id": "Sub_2", "vcaUrl": "https://b.example/vca"}]'

    project.run("config", "set", "subaccounts", fleet).ok()
    project.up("--skip-preview").ok()
    project.run("config", "set", "subaccounts", '[{"id": "Sub_1"}]').ok()
    refused = project.preview().failed()

    assert urls(api) == {
        "Sub_1/VCA": "https://a.example/vca",
        "Sub_1/VSS": "https://a.example/vca",
        "Sub_2/VCA": "https://b.example/vca",
        "Sub_2/VSS": "https://b.example/vca",
    }
    assert "url is missing" in refused.out
