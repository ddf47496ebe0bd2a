"""The native provider's SDKs, written by Pulumi's own code generators, and the language hosts for them; for tests.

Users run `pulumi package add` instead, which generates an SDK for them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi_8x8.native.schema import package
from tools.engine.provide import go_build

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent / "engine"
BUILT = HERE.parents[1] / ".tools" / "sdks"


def sdk(language: str) -> Path:
    """The folder of the SDK for `python`, `nodejs` or `go`; regenerated only if the schema or the generator changes."""
    schema = json.dumps(package())
    generator = "".join((ENGINE / "cli" / name).read_text() for name in ("go.mod", "sdks/main.go"))
    folder = BUILT / hashlib.sha256((schema + generator).encode()).hexdigest()[:16]
    with _alone():
        if not (folder / language).exists():
            go_build(ENGINE / "cli", "./sdks", BUILT / "bin")
            subprocess.run([BUILT / "bin" / "sdks", folder, language], input=schema, text=True, check=True)
    return folder / language


def hosts() -> Path:
    """The folder of the language hosts for TypeScript, Go and YAML."""
    with _alone():
        for module in ("hosts", "yaml"):
            go_build(HERE / module, "tool", BUILT / "hosts")
    return BUILT / "hosts"


@contextmanager
def _alone() -> Iterator[None]:
    """Allow one process at a time, because tests run in several."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
