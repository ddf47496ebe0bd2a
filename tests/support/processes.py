"""The processes of a running command of the CLI."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """All descendants of a process; none if it has ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def end(processes: Iterable[psutil.Process]) -> None:
    """Stop each process by its id."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
