"""Programs in other languages, with SDKs that are generated from the schema: checked by their compilers, and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.sdks.generate import hosts, sdk

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import urls, writes
from tests.support.scratch import PROGRAMS, Project, python_sdk

pytestmark = [pytest.mark.engine, pytest.mark.proof]

PULUMI_SDK = "v3.259.0"
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
    """Skip where a tool is missing; CI has them all."""
    if missing := [tool for tool in tools if not shutil.which(tool)]:
        assert os.environ.get("CI") != "true", f"{missing} must be installed here"
        pytest.skip(f"{', '.join(missing)} missing: install it to run this")


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)
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
    """Make modules of the SDK and of the program."""
    needs("go")
    folder = sdk("go") / "eightx8"
    (folder / "go.mod").write_text(GO_MOD)
    (program / "go.mod").write_text(GO_PROGRAM + f"replace {GO_SDK} => {folder}\n")
    run("go", "mod", "tidy", cwd=program)
    run("go", "vet", ".", cwd=program)


@pytest.mark.parametrize(
    ("language", "runtime", "prepare"), [("typescript", "nodejs", typescript), ("go", "go", golang)]
)
@pytest.mark.parametrize("project", ["native"], indirect=True)
def test_a_program_declares_repairs_and_destroys(
    api: Emulator, project: Project, language: str, runtime: str, prepare: object
) -> None:
    """With an explicit provider, an enum, a secret and a function, as people write them in that language."""
    shutil.copytree(PROGRAMS / language, project.program, dirs_exist_ok=True)
    (project.program / "Pulumi.yaml").write_text(f"name: scratch\nruntime: {runtime}\n")
    assert callable(prepare)
    prepare(project.program)
    project.environment.update(URL="https://ivr.example/vca", PATH=f"{hosts()}{os.pathsep}{project.env()['PATH']}")

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


def test_the_python_sdk_passes_mypy() -> None:
    """A program's types are those of the schema: an enum, not any text."""
    program = PROGRAMS / "typed_native"

    options = ["--config-file=", "--strict", "--follow-imports=silent"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(program / "__main__.py")],
        env={**os.environ, "MYPYPATH": str(python_sdk())}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "Success" in checked.stdout, checked.stdout


def test_the_sdk_for_dotnet_has_every_property() -> None:
    """It is generated and read; there is no .NET here to run it."""
    webhook = (sdk("dotnet") / "Webhook.cs").read_text()

    for name in ("SubaccountId", "Type", "Url", "Enabled", "HttpAuthHeader", "OverwriteOnCreate", "Rehearse"):
        assert f"{name} {{ get;" in webhook
    assert "HttpAuthHeaderAvailable" in webhook
    assert '"eightx8:index:Webhook"' in webhook
    assert "WebhookType VCA" in (sdk("dotnet") / "Enums.cs").read_text()
