"""The package as a user has it: installed with pip into its own environment, used from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls
from tests.support.scratch import ROOT, Project, engine_bin

pytestmark = [pytest.mark.engine, pytest.mark.proof]


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet"], check=True)


def environment(folder: Path, *, editable: bool) -> Path:
    """An environment with the package; its dependencies are linked, so that nothing is downloaded."""
    venv.create(folder)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    target = ROOT
    if not editable:
        pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
        [target] = folder.glob("pulumi_8x8-0.1.0-*.whl")
    how = ["--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed"]
    pip("--python", str(folder / "bin" / "python"), "install", *how, *["--editable"] * editable, str(target))
    return folder


@pytest.mark.parametrize("editable", [False, True], ids=["wheel", "editable"])
def test_a_program_written_by_hand_works_with_the_installed_package(
    api: Emulator, project: Project, tmp_path: Path, editable: bool
) -> None:
    """The repository is not on its path, and the engine looks for no plugin with the package's name."""
    fresh = environment(tmp_path / "venv", editable=editable)
    runtime = {"name": "python", "options": {"virtualenv": os.path.relpath(fresh, project.program)}}
    (project.program / "Pulumi.yaml").write_text(json.dumps({"name": "scratch", "runtime": runtime}))
    path = [str(fresh / "bin"), engine_bin(), os.environ["PATH"]]
    project.environment |= {"PYTHONPATH": "", "PATH": os.pathsep.join(path)}

    up = project.use("by_hand").up("-v=5", "--logtostderr").ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    assert project.outputs() == {"id": "Sub_1/VCA"}
    assert "downloading" not in up.out, "pulumi-plugin.json is not where the language host reads it"
    [installed] = fresh.glob("lib/python*/site-packages/pulumi_8x8")
    assert (installed / "py.typed").exists() != editable


def test_an_engine_older_than_required_refuses_the_root_stack(project: Project) -> None:
    """`requiredPulumiVersion` in the root's Pulumi.yaml is enforced."""
    root = (ROOT / "Pulumi.yaml").read_text()
    [key] = [line.partition(":")[0] for line in root.splitlines() if line.endswith("<4.0.0'")]
    (project.program / "Pulumi.yaml").write_text(f"name: scratch\nruntime: python\n{key}: '>=4.0.0'\n")

    refused = project.use("by_hand").preview().failed()

    assert 'does not satisfy the version range ">=4.0.0"' in refused.out
