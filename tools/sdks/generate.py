"""Generate the native provider's SDKs from its schema, with Pulumi's own code generators.

generate.py FOLDER [LANGUAGE…]   write python, nodejs, go and dotnet, or those named; run it with .venv/bin/python

People type `pulumi package add`, which generates one for themselves. This is for tests, and for reading what they get.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi_8x8.native.schema import package

HERE = Path(__file__).resolve().parent
BUILT = HERE.parents[1] / ".tools" / "sdks"
LANGUAGES = ("python", "nodejs", "go", "dotnet")


def sdk(language: str) -> Path:
    """The folder of a generated SDK; the same one until the schema or the generator changes."""
    schema = json.dumps(package())
    made_from = hashlib.sha256(schema.encode() + b"".join(path.read_bytes() for path in sorted(HERE.glob("**/*.go"))))
    folder = BUILT / made_from.hexdigest()[:16]
    with _alone():
        if not (folder / language).exists():
            _write(schema, folder, [language])
    return folder / language


def hosts() -> Path:
    """The folder of `pulumi-language-nodejs` and `pulumi-language-go`, built where they are missing."""
    with _alone():
        _build(HERE / "hosts", "tool", BUILT / "hosts")
    return BUILT / "hosts"


def _write(schema: str, folder: Path, languages: list[str]) -> None:
    """Generate; the generator for .NET is of an older version, and so a module of its own."""
    for module, chosen in ((HERE, [name for name in languages if name != "dotnet"]), (HERE / "dotnet", ["dotnet"])):
        if set(chosen) & set(languages):
            _build(module, ".", BUILT / "bin")
            subprocess.run([BUILT / "bin" / module.name, folder, *chosen], input=schema, text=True, check=True)


def _build(module: Path, packages: str, into: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise FileNotFoundError("go is missing: install Go 1.26 or newer to generate SDKs.")
    into.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    # A minute or two the first time; the go command's cache makes it a second from then on.
    subprocess.run(
        [go, "build", "-trimpath", "-buildvcs=false", "-o", f"{into}/", packages],
        cwd=module,
        env=environment,
        check=True,
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: tests run in several."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    _write(json.dumps(package()), Path(sys.argv[1]).resolve(), sys.argv[2:] or list(LANGUAGES))
