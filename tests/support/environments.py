"""Virtual environments for packages outside the project's own; created once by uv, kept under .tools."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".tools" / "environments"

SETTINGS = dict(os.environ)
"""The environment before tests remove this machine's CA bundle and proxies."""


def environment(requirements: Path, *more: str) -> Path:
    """The folder of an environment with these requirements, this package and this environment's SDK."""
    wanted = [*more, f"pulumi=={metadata.version('pulumi')}"]
    key = repr((requirements.read_text(), wanted, sys.version, str(ROOT)))
    folder = KEPT / f"{requirements.parent.name}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            uv: list[str | Path] = [sys.executable, "-m", "uv"]
            subprocess.run([*uv, "venv", "--relocatable", "--python", sys.executable, making], check=True, env=SETTINGS)
            into = [*uv, "pip", "install", "--python", making / "bin" / "python"]
            subprocess.run([*into, "-r", requirements, "-e", ROOT, *wanted], check=True, env=SETTINGS)
            making.rename(folder)
    return folder
