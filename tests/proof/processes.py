"""The processes of a running command of the CLI."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PATIENCE = 60.0
"""Seconds to wait for what must come."""


def descendants(pid: int) -> dict[int, str]:
    """The command lines of all processes below one, by id."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [(int(row[0]), int(row[1]), row[2]) for row in (line.split(None, 2) for line in listed.splitlines())]
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        children = {child: arguments for child, parent, arguments in rows if parent in parents}
        found.update(children)
        parents = set(children)
    return found


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Those that run still; another process that has got the same id since is not one of them."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [(int(row[0]), row[1], row[2]) for row in (line.split(None, 2) for line in listed.splitlines())]
    return {pid: arguments for pid, stat, arguments in rows if not stat.startswith("Z") and pids.get(pid) == arguments}


def end(pids: dict[int, str]) -> None:
    """End each one by its id."""
    for pid in alive(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(condition: Callable[[], object]) -> bool:
    """Wait for something that another process does."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if condition():
            return True
        tick.wait(0.02)
    return False


def unread(pid: int) -> int:
    """Bytes that have arrived on a process's connections and that it has not read; Linux only."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            sockets.add(str(descriptor.readlink()))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in sockets)
