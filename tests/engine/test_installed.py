"""The package as a user has it: installed with pip into an environment of its own, used from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import distributions
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import urls
from tests.engine.scratch import ROOT, Project

pytestmark = pytest.mark.engine


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet"], check=True)


def test_a_program_written_by_hand_works_with_the_installed_package(
    api: Emulator, project: Project, tmp_path: Path
) -> None:
    """Nothing of the repository is on its path; what the package depends on is lent, so that nothing is downloaded."""
    fresh, wheels = tmp_path / "venv", tmp_path / "wheels"
    venv.create(fresh)
    [site] = fresh.glob("lib/python*/site-packages")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    pip("--python", str(fresh / "bin" / "python"), "install", "--no-deps", "--no-index", *map(str, wheels.iterdir()))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    runtime = {"name": "python", "options": {"virtualenv": os.path.relpath(fresh, project.program)}}
    (project.program / "Pulumi.yaml").write_text(json.dumps({"name": "scratch", "runtime": runtime}))
    project.environment["PYTHONPATH"] = ""

    project.use("by_hand").up().ok()

    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    assert project.outputs() == {"id": "Sub_1/VCA"}
    assert (site / "pulumi_8x8" / "py.typed").exists()
    assert (site / "pulumi_8x8" / "pulumi-plugin.json").exists(), "else the engine looks for a plugin of this name"
    [installed] = distributions(path=[str(site)], name="pulumi-8x8")
    assert installed.metadata["Name"] == "pulumi_8x8", "else the floor engine asks pip about it before each command"
