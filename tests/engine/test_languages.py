"""Programs in other languages, compiled if the language has a compiler, and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import urls, writes
from tests.support.scratch import PROGRAMS, ROOT, Project, python_sdk
from tools.engine.provide import FLAGS, go
from tools.sdks.generate import hosts, sdk

pytestmark = [pytest.mark.engine, pytest.mark.proof]

PULUMI_SDK = "v3.274.1"
GO_SETTINGS = {"GOFLAGS": " ".join(f"'{flag}'" for flag in FLAGS), "CGO_ENABLED": "0"}
"""The flags with which the CLI is built, so that most packages are in Go's build cache."""
GO_SDK = "github.com/8x8/pulumi-8x8/sdk/go/eightx8"
GO_MOD = f"""module {GO_SDK}
go 1.25
require github.com/pulumi/pulumi/sdk/v3 {PULUMI_SDK}
"""
GO_PROGRAM = f"""module scratch
go 1.25
require github.com/pulumi/pulumi/sdk/v3 {PULUMI_SDK}
require {GO_SDK} v0.0.0
"""


def needs(*tools: str) -> None:
    """Skip if a tool is missing; CI has them all."""
    if missing := [tool for tool in tools if not shutil.which(tool)]:
        assert os.environ.get("CI") != "true", f"{missing} must be installed here"
        pytest.skip(f"{', '.join(missing)} missing: install it to run this")


def run(*command: str, cwd: Path) -> str:
    environment = {**os.environ, **GO_SETTINGS}
    done = subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typescript(program: Path) -> None:
    """Build the SDK with tsc, once, and link it and Pulumi's into the program's folder."""
    needs("node", "npm")
    folder = sdk("nodejs")
    if not (folder / "bin" / "package.json").exists():
        run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
        run("node_modules/.bin/tsc", cwd=folder)
        shutil.copy(folder / "package.json", folder / "bin")
    modules = program / "node_modules" / "@pulumi"
    modules.mkdir(parents=True)
    (modules / "pulumi").symlink_to(folder / "node_modules" / "@pulumi" / "pulumi")
    (modules / "eightx8").symlink_to(folder / "bin")
    (program / "node_modules" / "@types").symlink_to(folder / "node_modules" / "@types")
    run(str(folder / "node_modules" / ".bin" / "tsc"), "--noEmit", "-p", ".", cwd=program)


def golang(program: Path) -> None:
    """Create modules for the SDK and the program."""
    folder = sdk("go") / "eightx8"
    (folder / "go.mod").write_text(GO_MOD)
    (program / "go.mod").write_text(GO_PROGRAM + f"replace {GO_SDK} => {folder}\n")
    run(str(go()), "mod", "tidy", cwd=program)
    run(str(go()), "vet", ".", cwd=program)


@pytest.mark.parametrize(
    ("language", "runtime", "prepare"), [("typescript", "nodejs", typescript), ("go", "go", golang)]
)
@pytest.mark.parametrize("project", ["native"], indirect=True)
def test_a_program_in_another_language_declares_repairs_and_destroys(
    api: Emulator, project: Project, language: str, runtime: str, prepare: object
) -> None:
    """It uses an explicit provider, an enum, a secret and a function idiomatically."""
    shutil.copytree(PROGRAMS / language, project.program, dirs_exist_ok=True)
    (project.program / "Pulumi.yaml").write_text(f"name: scratch\nruntime: {runtime}\n")
    assert callable(prepare)
    prepare(project.program)
    path = os.pathsep.join([str(hosts()), str(go().parent), project.env()["PATH"]])
    project.environment.update(GO_SETTINGS, URL="https://ivr.example/vca", PATH=path)

    project.up().ok()

    assert api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", "https://ivr.example/vca", True, "Basic b25l")}
    outputs = project.outputs()
    assert outputs["id"] == "Sub_1/VCA"
    assert outputs["header"] is True
    assert "b25l" not in str(project.export())

    api.account.put("Sub_1", "VCA", "https://elsewhere.example/", http_auth_header="Basic b25l")
    preview = project.run("preview").ok()
    project.deploy().ok()

    assert preview.lines("vca update [diff: ~url]")
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}

    project.destroy().ok()

    assert urls(api) == {}
    assert writes(api) == ["POST Sub_1/VCA", "POST Sub_1/VCA", "DELETE Sub_1/VCA"]


@pytest.mark.parametrize(
    ("language", "runtime", "name", "prepare"),
    [
        ("typescript", "nodejs", "index.ts", typescript),
        ("go", "go", "main.go", golang),
        ("python", "python", "__main__.py", lambda _: None),
    ],
    ids=["typescript", "go", "python"],
)
@pytest.mark.parametrize("project", ["native"], indirect=True)
def test_each_program_on_the_registry_page_deploys(
    api: Emulator, project: Project, language: str, runtime: str, name: str, prepare: Callable[[Path], object]
) -> None:
    """It is run unchanged; the YAML program is the one in the docs."""
    page = (ROOT / "docs" / "_index.md").read_text(encoding="utf-8")
    [program] = re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    if (PROGRAMS / language).exists():
        shutil.copytree(PROGRAMS / language, project.program, dirs_exist_ok=True)
    (project.program / "Pulumi.yaml").write_text(f"name: scratch\nruntime: {runtime}\n")
    (project.program / name).write_text(program)
    prepare(project.program)
    path = os.pathsep.join([str(hosts()), str(go().parent), project.env()["PATH"]])
    project.environment.update(GO_SETTINGS, PATH=path)

    project.up().ok()

    assert urls(api) == {"InternalDemoCPaaS_8dD15_voice/VCA": "https://ivr.example.com/vca"}
    assert project.outputs() == {"webhook": "InternalDemoCPaaS_8dD15_voice/VCA"}


@pytest.mark.parametrize("project", ["native"], indirect=True)
def test_the_yaml_program_of_the_docs_declares_repairs_and_destroys(api: Emulator, project: Project) -> None:
    """YAML has neither a compiler nor an SDK: its language host reads the provider's schema."""
    pages = "".join(page.read_text() for page in sorted((ROOT / "docs").glob("*.md")))
    blocks = re.findall(r"^```yaml\n(.*?)^```$", pages, re.DOTALL | re.MULTILINE)
    [program] = {block for block in blocks if "\n    type: eightx8:Webhook\n" in block}
    (project.program / "Pulumi.yaml").write_text(program.replace("name: telephony", "name: scratch"))
    project.environment.update(PATH=f"{hosts()}{os.pathsep}{project.env()['PATH']}")

    project.up().ok()

    subaccount = "InternalDemoCPaaS_8dD15_voice"
    assert urls(api) == {f"{subaccount}/VCA": "https://ivr.example.com/vca"}
    assert project.outputs() == {"webhook": f"{subaccount}/VCA"}

    api.account.put(subaccount, "VCA", "https://elsewhere.example/")
    preview = project.run("preview").ok()
    project.deploy().ok()

    assert preview.lines("vca update [diff: ~url]")
    assert urls(api) == {f"{subaccount}/VCA": "https://ivr.example.com/vca"}

    project.destroy().ok()

    assert urls(api) == {}


def test_the_python_sdk_passes_mypy() -> None:
    """A program's types are those of the schema, for example an enum instead of text."""
    program = PROGRAMS / "typed_native"

    options = ["--config-file=", "--strict", "--follow-imports=silent"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(program / "__main__.py")],
        env={**os.environ, "MYPYPATH": str(python_sdk())}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "Success" in checked.stdout, checked.stdout
