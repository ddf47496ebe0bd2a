"""Whole small projects, run by the real Pulumi CLI over a scratch backend and a scrubbed environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = HERE / "programs"
QUICK = HERE / "quick"
PULUMI_YAML = "name: scratch\nruntime: python\n"
PASSPHRASE = "scratch"
SECONDS = 120
TOKEN = "pulumi-python:dynamic/8x8:Webhook"
NATIVE = "eightx8:index:Webhook"
OPERATION = re.compile(r"(\S+): \(([\w-]+)\)$")
NAME = re.compile(r"\[urn=.*::(\S+)\]$")
DIFFERENCE = re.compile(r" *([-+~]) (\w+) *:")


@cache
def engine_bin() -> str:
    """The folder of the CLI that `make setup` provides."""
    provide = ROOT / "tools" / "engine" / "provide.py"
    found = subprocess.run([sys.executable, str(provide), "--print-path"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"no Pulumi CLI: run `make setup`. {found.stderr}"
    return found.stdout.strip()


@cache
def python_sdk() -> Path:
    """The folder of the native provider's SDK for Python, as if it were installed."""
    from tools.sdks.generate import sdk

    folder = sdk("python")
    release = re.search(r'^  version = "(.+)"', (folder / "pyproject.toml").read_text(), re.MULTILINE)[1]  # type: ignore[index]
    metadata = folder / f"pulumi_eightx8-{release}.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pulumi_eightx8\nVersion: {release}\n")
    return folder


def copy(source: Path, target: Path) -> None:
    """Copy a project's files into a folder."""
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


@dataclass(frozen=True)
class Result:
    """What one command of the CLI printed and how it ended."""

    code: int
    out: str

    def ok(self) -> Result:
        """The same, after a check that it succeeded."""
        assert self.code == 0, self.out
        return self

    def failed(self) -> Result:
        """The same, after a check that it failed."""
        assert self.code != 0, self.out
        return self

    def refused(self) -> Result:
        """The same, after a check that it failed in plain words: by check failures, not by an exception."""
        assert "Traceback" not in self.out, self.out
        return self.failed()

    @property
    def steps(self) -> list[str]:
        """What a preview would do to which webhook, sorted; of an update also the properties that differ.

        For example `["create vss", "update vca ~enabled ~url"]`.
        """
        steps: list[str] = []
        resource = operation = ""
        for line in self.out.partition("--outputs:--")[0].splitlines():
            if match := OPERATION.search(line):
                resource, operation = match.groups()
            elif not resource.endswith((TOKEN, NATIVE)):
                continue
            elif match := NAME.search(line):
                steps.append(f"{operation} {match[1]}")
            elif operation == "update" and (match := DIFFERENCE.match(line)):
                steps[-1] += f" {match[1]}{match[2]}"
        return sorted(steps)

    def lines(self, text: str) -> list[str]:
        """The lines that hold this text."""
        return [line.strip() for line in self.out.splitlines() if text in line]


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with one stack, `dev`; `source` is a project to start from."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    inside: str = "program"
    door: str = "dynamic"
    source: Path | None = None

    def __post_init__(self) -> None:
        (self.folder / "home").mkdir(parents=True, exist_ok=True)
        (self.folder / "backend").mkdir(exist_ok=True)
        self.program.mkdir(exist_ok=True)
        if self.source is None:
            (self.program / "Pulumi.yaml").write_text(PULUMI_YAML)
        else:
            copy(self.source, self.program)
        self.run("stack", "init", "dev").ok()

    @property
    def program(self) -> Path:
        """The folder that holds Pulumi.yaml and the program."""
        return self.folder / self.inside

    def env(self) -> dict[str, str]:
        """The environment of a command: the machine's without anybody's Pulumi, 8x8, proxy or Python settings."""
        scrubbed = ("PULUMI", "EIGHTX8", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NETRC", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(scrubbed)}
        return {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine_bin(), kept["PATH"]]),
            "PYTHONPATH": os.pathsep.join(map(str, [QUICK] if self.door == "dynamic" else [QUICK, python_sdk()])),
            "PULUMI_BACKEND_URL": (self.folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            **self.environment,
        }

    def use(self, case: str) -> Project:
        """Make `programs/<case>` the project's program."""
        copy(PROGRAMS / case, self.program)
        return self

    def declare(self, **webhooks: Mapping[str, Any]) -> Project:
        """Make the program declare these webhooks, by name, and no others."""
        self.use("declared" if self.door == "dynamic" else "declared_native")
        (self.program / "declared.json").write_text(json.dumps(webhooks))
        return self

    def write(self, program: str) -> Project:
        """Make this the project's program."""
        (self.program / "__main__.py").write_text(program)
        return self

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Start a command of the CLI and leave it running."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            executable=str(Path(engine_bin()) / "pulumi"),
            cwd=self.program,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **more,
        )

    def run(self, *arguments: str) -> Result:
        """Run a command of the CLI to its end."""
        with self.start(*arguments) as process:
            out, _ = process.communicate(timeout=SECONDS)
        return Result(process.returncode, out)

    def preview(self, *arguments: str) -> Result:
        """`pulumi preview`."""
        return self.run("preview", "--diff", *arguments)

    def up(self, *arguments: str) -> Result:
        """`pulumi up`, which begins with a preview."""
        return self.run("up", "--yes", *arguments)

    def deploy(self, *arguments: str) -> Result:
        """`pulumi up` without its preview."""
        return self.up("--skip-preview", *arguments)

    def refresh(self, *arguments: str) -> Result:
        """`pulumi refresh` without its preview."""
        return self.run("refresh", "--yes", "--skip-preview", *arguments)

    def destroy(self, *arguments: str) -> Result:
        """`pulumi destroy` without its preview."""
        return self.run("destroy", "--yes", "--skip-preview", *arguments)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets as `[secret]`."""
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json").ok().out)
        return outputs

    def export(self) -> dict[str, Any]:
        """The stack's state."""
        state: dict[str, Any] = json.loads(self.run("stack", "export").ok().out)
        return state

    def resources(self) -> dict[str, Mapping[str, Any]]:
        """The state's webhooks by name."""
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in self.export()["deployment"].get("resources", [])
            if resource["type"] in (TOKEN, NATIVE)
        }
