"""What the processes that an operation of Pulumi starts take: processor time and peak memory, by kind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

MARKS = {"pulumi-language-python-exec": "program", "pulumi.dynamic": "provider"}
EVERY = 0.2


@dataclass
class Usage:
    """By kind of process: `engine`, `program`, `provider`.

    Attributes:
        memory: Peak MiB of the largest one.
        cpu: Seconds of processor time of all together.
    """

    memory: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)


@contextmanager
def watched(pid: int) -> Iterator[Usage]:
    """Look at a process and its descendants while the block runs; the usage is filled in at its end."""
    usage, over = Usage(), threading.Event()
    looking = threading.Thread(target=_look, args=(pid, over, usage), daemon=True)
    looking.start()
    try:
        yield usage
    finally:
        over.set()
        looking.join()


def _look(pid: int, over: threading.Event, usage: Usage) -> None:
    spent: dict[int, tuple[str, float]] = {}
    while not over.wait(EVERY):
        with suppress(psutil.NoSuchProcess):
            engine = psutil.Process(pid)
            for process in [engine, *engine.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    kind = "engine" if process.pid == pid else _kind(process)
                    if kind:
                        usage.memory[kind] = max(usage.memory.get(kind, 0.0), process.memory_info().rss / 2**20)
                        times = process.cpu_times()
                        spent[process.pid] = kind, times.user + times.system
    for kind, seconds in spent.values():
        usage.cpu[kind] = usage.cpu.get(kind, 0.0) + seconds


def _kind(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    return next((kind for mark, kind in MARKS.items() if mark in line), "")
