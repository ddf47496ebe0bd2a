"""How to install what a command needs beyond the package's own dependencies."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import requires
from importlib.util import find_spec

from pulumi_8x8.cli.parameters import Failed


def missing(error: ModuleNotFoundError, extra: str) -> Failed:
    """Return the error for a command whose extra is not installed, with the command that installs it.

    That command lists each requirement, since `pulumi-8x8[extra]` works only where the package is published, and
    names this Python, since another `pip` may be first on PATH.
    """
    marked = [line.partition(";") for line in requires("pulumi-8x8") or ()]
    needed = [name.strip() for name, _, marker in marked if re.search(rf"extra == ['\"]{extra}['\"]", marker)]
    pip = [sys.executable, "-m", "pip", "install"]
    uv = ["uv", "pip", "install", "--python", sys.executable]
    command = shlex.join([*(pip if find_spec("pip") else uv), *needed])
    return Failed(f"{error.name} is not installed; the extra `{extra}` includes it. Run: {command}")
