"""The processes of a running command of the CLI."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress


def _listed() -> list[tuple[int, int, str, str]]:
    """Every process: its id, its parent's, its state and its command line."""
    command = ["ps", "-A", "-o", "pid=,ppid=,stat=,args="]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = (line.split(None, 3) for line in lines)
    return [(int(row[0]), int(row[1]), row[2], row[3]) for row in rows]


def descendants(pid: int) -> dict[int, str]:
    """The command lines of all processes below one, by id."""
    rows = _listed()
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        children = {child: arguments for child, parent, _, arguments in rows if parent in parents}
        found.update(children)
        parents = set(children)
    return found


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Those that run still; another process that has got the same id since is not one of them."""
    return {
        pid: arguments
        for pid, _, state, arguments in _listed()
        if not state.startswith("Z") and pids.get(pid) == arguments
    }


def end(pids: dict[int, str]) -> None:
    """End each one by its id."""
    for pid in alive(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
