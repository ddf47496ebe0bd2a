"""The processes of a running command of the CLI."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


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


def unread(pid: int) -> int:
    """Bytes that have arrived on a process's connections and that it has not read; Linux only."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            sockets.add(str(descriptor.readlink()))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in sockets)
