"""What importing the package adds to a program that imports Pulumi."""

from __future__ import annotations

import subprocess
from pathlib import Path

PROGRAM = """\
import time
import pulumi
begin = time.perf_counter()
from pulumi_8x8 import IvrWebhooks, Webhook
print(1000 * (time.perf_counter() - begin))
"""
TIMES = 7


def import_milliseconds(python: Path) -> list[float]:
    """Milliseconds, several times over; the first, which fills caches, is left out."""
    taken = [
        float(subprocess.run([python, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout)
        for _ in range(TIMES + 1)
    ]
    return taken[1:]
