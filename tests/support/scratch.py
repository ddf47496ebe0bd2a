"""Complete small projects, run by the real Pulumi CLI with a temporary backend and a clean environment."""

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
from typing import Any, TypeVar

from pulumi_8x8.model import SNAKE
from pulumi_8x8.native.schema import in_schema_words

HERE = Path(__file__).parents[1] / "engine"
ROOT = HERE.parents[1]
PROGRAMS = HERE / "programs"
QUICK = Path(__file__).parent / "quick"
PULUMI_YAML = "name: scratch\nruntime: python\n"
PASSPHRASE = "scratch"
SECONDS = 120
TOKEN = "pulumi-python:dynamic/8x8:Webhook"
NATIVE = "eightx8:index:Webhook"

Ended = TypeVar("Ended", bound="CommandResult")


@cache
def engine_bin() -> str:
    """The folder of the CLI that `make setup` provides."""
    provide = ROOT / "tools" / "engine" / "provide.py"
    found = subprocess.run([sys.executable, str(provide), "--print-path"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"no Pulumi CLI: run `make setup`. {found.stderr}"
    return found.stdout.strip()


@cache
def python_sdk() -> Path:
    """The folder of the native provider's Python SDK, laid out as if it were installed."""
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
class CommandResult:
    """The output and exit code of one CLI command."""

    code: int
    out: str

    def ok(self: Ended) -> Ended:
        assert self.code == 0, self.out
        return self

    def failed(self: Ended) -> Ended:
        assert self.code != 0, self.out
        return self

    def refused(self: Ended) -> Ended:
        """Return itself, after checking that the command failed by check failures and not by an exception."""
        assert "Traceback" not in self.out, self.out
        return self.failed()

    def lines(self, text: str) -> list[str]:
        """The lines that contain this text."""
        return [line.strip() for line in self.out.splitlines() if text in line]


@dataclass(frozen=True)
class Preview(CommandResult):
    """A preview; of what it printed, the messages: `vca: warning: url is …`.

    Attributes:
        steps: What it would do to which webhook, sorted; of an update also the properties that differ. For example
            `["create vss", "update vca ~enabled ~url"]`.
    """

    steps: list[str]

    def changes(self) -> list[str]:
        """The steps without properties, which a plain preview of the dynamic provider does not show."""
        return [" ".join(step.split()[:2]) for step in self.steps]

    @classmethod
    def of(cls, result: CommandResult) -> Preview:
        """Parse the output of a command with `--json`; any text before and after the JSON is a message too."""
        before, brace, after = result.out.partition("{\n")
        digest, end = json.JSONDecoder().raw_decode(brace + after) if brace else ({}, 0)
        messages = [
            f"{_name(message.get('urn', ''))}: {message['message'].strip()}".removeprefix(": ")
            for message in digest.get("diagnostics", [])
            if "from $PATH" not in message["message"]
        ]
        steps = [
            " ".join([step["op"], _name(step["urn"]), *_differences(step)])
            for step in digest.get("steps", [])
            if step["urn"].rpartition("::")[0].endswith((TOKEN, NATIVE)) and step["op"] != "same"
        ]
        return cls(
            result.code, "\n".join(filter(None, [before, *messages, (brace + after)[end:].strip()])), sorted(steps)
        )


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _differences(step: Mapping[str, Any]) -> list[str]:
    if step["op"] != "update":
        return []
    if detailed := step["detailedDiff"]:
        signs = {"add": "+", "delete": "-", "update": "~"}
        kinds = {SNAKE.get(name, name): difference["kind"] for name, difference in detailed.items()}
        return [signs[kind.partition("-")[0]] + name for name, kind in sorted(kinds.items())]
    old, new = (step[state]["inputs"] for state in ("oldState", "newState"))
    return [
        ("+" if name not in old else "-" if name not in new else "~") + name
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with one stack, `dev`; `source` is a project to start from."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    inside: str = "program"
    provider: str = "dynamic"
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
        """The folder that contains Pulumi.yaml and the program."""
        return self.folder / self.inside

    def env(self) -> dict[str, str]:
        """The environment of a command: the machine's, without Pulumi, 8x8, proxy or Python settings."""
        scrubbed = ("PULUMI", "EIGHTX8", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NETRC", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(scrubbed)}
        return {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine_bin(), kept["PATH"]]),
            "PYTHONPATH": os.pathsep.join(map(str, [QUICK] if self.provider == "dynamic" else [QUICK, python_sdk()])),
            "PULUMI_BACKEND_URL": (self.folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "TMPDIR": str(self.folder / "home"),
            **self.environment,
        }

    def use(self, case: str) -> Project:
        """Make `programs/<case>` the project's program."""
        copy(PROGRAMS / case, self.program)
        return self

    def declare(self, **webhooks: Mapping[str, Any]) -> Project:
        """Make the program declare exactly these webhooks, by name."""
        self.use("declared" if self.provider == "dynamic" else "declared_native")
        (self.program / "declared.json").write_text(json.dumps(webhooks))
        return self

    def words(self, text: str) -> str:
        """A message of the dynamic provider, with the names of this project's."""
        return text if self.provider == "dynamic" else in_schema_words(text)

    def urn(self, name: str) -> str:
        """A webhook's URN, by its resource's name."""
        return f"urn:pulumi:dev::scratch::{TOKEN if self.provider == 'dynamic' else NATIVE}::{name}"

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

    def run(self, *arguments: str) -> CommandResult:
        """Run a command of the CLI to its end."""
        with self.start(*arguments) as process:
            out, _ = process.communicate(timeout=SECONDS)
        return CommandResult(process.returncode, out)

    def preview(self, *arguments: str) -> Preview:
        """`pulumi preview`."""
        return Preview.of(self.run("preview", "--json", *arguments))

    def up(self, *arguments: str) -> CommandResult:
        """`pulumi up`, which begins with a preview."""
        return self.run("up", "--yes", *arguments)

    def deploy(self, *arguments: str) -> CommandResult:
        """`pulumi up` without a preview."""
        return self.up("--skip-preview", *arguments)

    def refresh(self, *arguments: str) -> CommandResult:
        """`pulumi refresh` without a preview."""
        return self.run("refresh", "--yes", "--skip-preview", *arguments)

    def destroy(self, *arguments: str) -> CommandResult:
        """`pulumi destroy` without a preview."""
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
