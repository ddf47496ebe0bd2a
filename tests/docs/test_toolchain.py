"""The tool chain: consistent pins, a self-explanatory Makefile, and a CLI or advice on what to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = f"{Path(shutil.which('sh') or '/bin/sh').parent}:/usr/bin:/bin"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the tool chain's files, with nothing set up."""
    shutil.copytree(ROOT / "tools/engine", tmp_path / "tools/engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name in ("Makefile", "Pulumi.yaml", "requirements.txt", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(clone: Path, *command: str | Path, path: str = SYSTEM) -> subprocess.CompletedProcess[str]:
    env = {"PATH": path, "HOME": str(clone), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return subprocess.run(command, cwd=clone, env=env, input="", capture_output=True, text=True, timeout=60)


def provide(clone: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return run(clone, sys.executable, "tools/engine/provide.py", *arguments, path=path)


def script(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def set_up(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv/.ready").write_text(str(clone))
    script(clone / ".tools/bin/pulumi", "echo v3.274.1")
    (clone / ".tools/.ready").touch()


def test_the_oldest_sdk_and_the_oldest_engine_have_one_version() -> None:
    """pyproject.toml, Pulumi.yaml and `make oldest` have one lower bound, and the pinned version is not older."""
    [oldest] = re.findall(r'"pulumi>=([\d.]+),<4"', (ROOT / "pyproject.toml").read_text())
    [pinned] = re.findall(r"^pulumi==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert f"requiredPulumiVersion: '>={oldest} <4.0.0'\n" in (ROOT / "Pulumi.yaml").read_text()
    assert run(ROOT, "make", "--silent", "oldest-version").stdout == f"{oldest}\n"
    assert f"\npulumi=={pinned} " in (ROOT / "requirements.lock").read_text()
    assert [int(number) for number in oldest.split(".")] <= [int(number) for number in pinned.split(".")]


def test_make_alone_explains_every_target(clone: Path) -> None:
    """Each phony target has one line in what `make` prints."""
    targets = re.search(r"^\.PHONY: (help .+)$", (clone / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None

    shown = run(clone, "make")

    assert shown.returncode == 0
    assert [line.split()[1] for line in shown.stdout.splitlines()] == targets[1].split()


@pytest.mark.parametrize("changed", [None, "requirements.lock", "pyproject.toml", "tools/engine/cli/go.sum"])
def test_setup_runs_again_only_after_a_pin_changed(clone: Path, changed: str | None) -> None:
    """If .venv and the CLI are newer than their sources, no command is run."""
    set_up(clone)
    if changed:
        os.utime(clone / changed, (4e9, 4e9))

    assert run(clone, "make", "--question", "setup").returncode == (1 if changed else 0)


@pytest.mark.parametrize("failing", [None, "demo", "proof"])
def test_ci_runs_its_targets_in_order_and_stops_at_a_failure(clone: Path, failing: str | None) -> None:
    """`.ci/run` works from any folder and passes on the exit code of a failure."""
    script(clone / "bin/make", f'echo "$PWD make $*"; test "$1" != {failing}')
    targets = ["demo", "test", "proof", "oldest", "audit"]

    ran = run(clone / "tools", "bash", clone / ".ci/run", path=f"{clone}/bin:{SYSTEM}")

    expected = targets[: targets.index(failing) + 1] if failing else targets
    assert ran.stdout.splitlines() == [f"{clone} make {target}" for target in expected]
    assert (ran.returncode == 0) == (failing is None)


@pytest.mark.parametrize(
    ("pulumi", "host", "fault"),
    [
        ("echo v3.999.0", True, None),
        ("exit 1", True, "`pulumi version` fails or prints nothing"),
        ("echo v3.234.1", True, "it is v3.234.1, and the oldest supported version is v3.235.0"),
        ("echo v3.235.0-alpha.1", False, "pulumi-language-python is neither beside it nor on PATH"),
    ],
)
def test_a_suitable_cli_on_path_is_used(clone: Path, pulumi: str, host: bool, fault: str | None) -> None:
    """Instead of an unsuitable one, the built one is used, and one sentence states why."""
    set_up(clone)
    script(clone / "bin/pulumi", pulumi)
    if host:
        script(clone / "bin/pulumi-language-python", "")

    used = clone / (".tools/bin" if fault else "bin")
    line = f"- {clone}/bin/pulumi is not suitable: {fault}" if fault else f"- Pulumi CLI v3.999.0 in {used}"
    assert provide(clone, "--print-path", path=f"{clone}/bin").stdout == f"{used}\n"
    assert provide(clone, path=f"{clone}/bin").stdout.splitlines()[0] == line


def test_without_a_cli_and_without_go_one_sentence_names_what_to_install(clone: Path) -> None:
    """There is no CLI, an old Go and no package index; `--print-path` builds nothing."""
    script(clone / "bin/go", "echo go version go1.24.11 linux/amd64")
    asked = provide(clone, "--print-path", path=f"{clone}/bin")

    refused = provide(clone, path=f"{clone}/bin")

    assert asked.stderr == "There is no Pulumi CLI here yet: run `make setup`, which finds or builds one.\n"
    assert (asked.returncode, refused.returncode) == (1, 1)
    assert refused.stderr.splitlines()[-1] == (
        "No suitable Pulumi CLI is on PATH, and none could be built (installing Go from PyPI failed): install the"
        " Pulumi CLI (https://www.pulumi.com/docs/install/) or Go 1.26.6 or newer (https://go.dev/dl/), then run"
        " `make setup` again."
    )
