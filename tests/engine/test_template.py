"""Projects that `pulumi new` creates from the template."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls
from tests.support.scratch import ROOT, Project

pytestmark = pytest.mark.engine

TEMPLATE = ROOT / "templates" / "8x8-voice-python"
SETTINGS = ["-c", "subaccountId=Sub_1", "-c", "vcaUrl=https://ivr.example.com/vca"]
PAIR = dict.fromkeys(["Sub_1/VCA", "Sub_1/VSS"], "https://ivr.example.com/vca")


@pytest.fixture
def new(project: Project) -> Project:
    """An empty folder for a new project."""
    for path in project.program.iterdir():
        path.unlink()
    return project


def test_a_new_project_has_only_the_templates_files_and_deploys(api: Emulator, new: Project) -> None:
    """An empty vssUrl means the vcaUrl."""
    new.run("new", str(TEMPLATE), "--yes", "--generate-only", "--name", "ivr", "--description", "Our IVR").ok()
    written = {path.name for path in new.program.iterdir()}
    (new.program / "venv").symlink_to(ROOT / ".venv")
    new.run("stack", "init", "new").ok()

    new.up("--skip-preview", *SETTINGS).ok()

    assert written == {path.name for path in TEMPLATE.iterdir()} - {"__pycache__"}
    assert "\ntemplate:" not in (new.program / "Pulumi.yaml").read_text()
    assert urls(api) == PAIR
    new.preview("--expect-no-changes").ok()


@pytest.mark.proof
def test_the_configuration_of_a_new_project_is_in_version_control(new: Project) -> None:
    """Its virtual environment is not."""
    new.run("new", str(TEMPLATE), "--yes", "--generate-only", "--name", "ivr").ok()
    git = ["git", "-C", str(new.program)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for name in ("Pulumi.dev.yaml", "venv/pyvenv.cfg"):
        (new.program / name).parent.mkdir(exist_ok=True)
        (new.program / name).touch()

    untracked = subprocess.run([*git, "status", "--porcelain", "-uall"], check=True, capture_output=True, text=True)

    listed = [line.removeprefix("?? ") for line in untracked.stdout.splitlines()]
    assert "Pulumi.dev.yaml" in listed
    assert "venv/pyvenv.cfg" not in listed


@pytest.mark.proof
@pytest.mark.parametrize("source", [TEMPLATE, ROOT], ids=["template", "root"])
def test_a_secret_url_in_the_config_stays_secret(api: Emulator, project: Project, source: Path) -> None:
    """It is hidden in the state, in the outputs and on every row."""
    for name in ("Pulumi.yaml", "__main__.py"):
        text = (source / name).read_text().replace("${PROJECT}", "scratch").replace("${DESCRIPTION}", "Scratch")
        (project.program / name).write_text(text)
    for name in (".venv", "venv"):
        (project.program / name).symlink_to(ROOT / ".venv")
    project.run("stack", "init", "secret").ok()
    project.run("config", "set", "subaccountId", "Sub_1").ok()
    for key in ("vcaUrl", "vssUrl"):
        project.run("config", "set", "--secret", key, f"https://ivr.example.com/canary/{key}").ok()

    up = project.up().ok()

    assert urls(api) == {
        "Sub_1/VCA": "https://ivr.example.com/canary/vcaUrl",
        "Sub_1/VSS": "https://ivr.example.com/canary/vssUrl",
    }
    assert "canary" not in f"{up.out}{project.export()}{project.outputs()}"


@pytest.mark.proof
def test_a_secret_among_additional_subaccounts_makes_all_of_them_secret(api: Emulator, project: Project) -> None:
    """Their list is one config value."""
    for name in ("Pulumi.yaml", "__main__.py"):
        (project.program / name).write_text((ROOT / name).read_text())
    (project.program / ".venv").symlink_to(ROOT / ".venv")
    project.run("stack", "init", "secret").ok()
    project.run("config", "set", "--path", "subaccounts[0].id", "Sub_2").ok()
    project.run("config", "set", "--path", "--secret", "subaccounts[0].vcaUrl", "https://b.example/canary").ok()

    up = project.up(*SETTINGS, "-c", "vssUrl=").ok()

    assert urls(api) == {**PAIR, **dict.fromkeys(["Sub_2/VCA", "Sub_2/VSS"], "https://b.example/canary")}
    assert "canary" not in f"{up.out}{project.export()}{project.outputs()}"


@pytest.mark.proof
def test_the_root_stacks_config_is_typed(api: Emulator, project: Project) -> None:
    """The engine names missing and wrongly typed values; additional subaccounts are a list."""
    for name in ("Pulumi.yaml", "__main__.py"):
        (project.program / name).write_text((ROOT / name).read_text())
    (project.program / ".venv").symlink_to(ROOT / ".venv")
    project.run("stack", "init", "typed").ok()

    missing = project.preview().failed()
    further = ["--config", "subaccounts[0].id=Sub_2", "--config", "subaccounts[0].vcaUrl=https://b.example/vca"]
    project.up("--skip-preview", *SETTINGS, "-c", "vssUrl=", "--config-path", *further).ok()
    project.run("config", "set", "subaccounts", "Sub_2").ok()
    of_another_type = project.preview().failed()

    assert "missing configuration values 'subaccountId' and 'vcaUrl'" in missing.out
    assert urls(api) == {**PAIR, **dict.fromkeys(["Sub_2/VCA", "Sub_2/VSS"], "https://b.example/vca")}
    assert "'subaccounts' must be of type 'array<object>'" in of_another_type.out


@pytest.mark.proof
@pytest.mark.parametrize("toolchain", ["pip", "uv"])
def test_pulumi_new_installs_and_deploys_before_the_first_release(
    api: Emulator, new: Project, tmp_path: Path, toolchain: str
) -> None:
    """Both toolchains use the archives that `make dist` builds."""
    dist = tmp_path / "dist"
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", str(dist), str(ROOT)], check=True)
    new.environment |= {"PYTHONPATH": "", "PIP_FIND_LINKS": str(dist), "UV_FIND_LINKS": str(dist)}
    template = tmp_path / "template"
    template.mkdir()
    for path in TEMPLATE.iterdir():
        if path.is_file():
            (template / path.name).write_text(path.read_text().replace("toolchain: pip", f"toolchain: {toolchain}"))

    new.run("new", str(template), "--yes", "--name", "ivr", "--stack", "new", *SETTINGS).ok()
    if (new.program / "pyvenv.cfg").exists():  # a language host of 2023 turns the project's folder into the environment
        (new.program / "venv").symlink_to(new.program)
        new.environment["PATH"] = os.pathsep.join([str(new.program / "bin"), new.env()["PATH"]])
    new.up("--skip-preview").ok()

    assert urls(api) == PAIR
