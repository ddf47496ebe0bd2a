"""The repository as a template: its typed config, a new project from a copy, and what `pulumi install` makes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls
from tests.support.scratch import ROOT, Project

pytestmark = pytest.mark.engine

SETTINGS = ["-c", "subaccountId=Sub_1", "-c", "vcaUrl=https://ivr.example.com/vca", "-c", "vssUrl="]
PAIR = dict.fromkeys(["Sub_1/VCA", "Sub_1/VSS"], "https://ivr.example.com/vca")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of the repository."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def test_a_new_project_from_a_fresh_clone_deploys(api: Emulator, project: Project, clone: Path) -> None:
    """`pulumi new` copies the program and asks for its config; an empty vssUrl means the vcaUrl."""
    project.run("new", str(clone), "--yes", "--force", "--generate-only", "--name", "fleet").ok()

    written = {path.name for path in project.program.iterdir()}
    assert {"Pulumi.yaml", "__main__.py", "requirements.txt", "provider", "README.md"} <= written
    assert ".git" not in written
    (project.program / ".venv").symlink_to(ROOT / ".venv")
    project.run("stack", "init", "new").ok()
    project.up("--skip-preview", *SETTINGS).ok()
    assert urls(api) == PAIR


def test_the_root_stack_s_config_is_typed(api: Emulator, project: Project) -> None:
    """What is missing or of another type is refused by the engine, by name; further subaccounts are a list."""
    for name in ("Pulumi.yaml", "__main__.py"):
        (project.program / name).write_text((ROOT / name).read_text())
    (project.program / ".venv").symlink_to(ROOT / ".venv")
    project.run("stack", "init", "typed").ok()

    missing = project.preview().failed()
    further = ["--config", "subaccounts[0].id=Sub_2", "--config", "subaccounts[0].vcaUrl=https://b.example/vca"]
    project.up("--skip-preview", *SETTINGS, "--config-path", *further).ok()
    project.run("config", "set", "subaccounts", "Sub_2").ok()
    of_another_type = project.preview().failed()

    assert "missing configuration values 'subaccountId' and 'vcaUrl'" in missing.out
    assert urls(api) == {**PAIR, **dict.fromkeys(["Sub_2/VCA", "Sub_2/VSS"], "https://b.example/vca")}
    assert "'subaccounts' must be of type 'array<object>'" in of_another_type.out


@pytest.mark.proof
@pytest.mark.parametrize("toolchain", ["pip", "uv"])
def test_pulumi_install_makes_an_environment_that_deploys(
    api: Emulator, project: Project, clone: Path, toolchain: str
) -> None:
    """With either toolchain; a language host of 2023 knows neither, uses pip and makes it of the project's folder."""
    project.environment["PYTHONPATH"] = ""
    project.run("new", str(clone), "--yes", "--force", "--generate-only", "--name", "fleet").ok()
    manifest, _, settings = (ROOT / "Pulumi.yaml").read_text().partition("    virtualenv: .venv\n")
    options = f"    toolchain: {toolchain}\n    virtualenv: .venv\n"
    (project.program / "Pulumi.yaml").write_text(manifest + options + settings)
    project.run("stack", "init", "new").ok()

    project.run("install").ok()
    if (project.program / "pyvenv.cfg").exists():
        (project.program / ".venv").symlink_to(project.program)
    project.environment["PATH"] = os.pathsep.join([str(project.program / ".venv" / "bin"), project.env()["PATH"]])
    project.up("--skip-preview", *SETTINGS).ok()

    assert urls(api) == PAIR
    assert (project.program / "uv.lock").exists() == (toolchain == "uv" and not (project.program / "bin").exists())
