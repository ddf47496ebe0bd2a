"""Carry out a grid and note every run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .grid import ONCE, Cell
from .mock import Mock
from .ways import Runner


@dataclass(frozen=True)
class Run:
    """One operation, carried out once.

    Attributes:
        cell: Name of the cell.
        way: Name of the way.
        operation: Name in OPERATIONS.
        number: Which of the paired runs, from 1.
        seconds: From the start of the command to its end.
        requests: By method.
        connections: Opened.
        at_once: Connections open at the same time, at most.
        memory: Peak MiB of the engine's, the program's and the provider's process, where they were watched.
        cpu: Seconds of processor time of the same.
        state: Bytes of state per webhook, where it was looked at.
    """

    cell: str
    way: str
    operation: str
    number: int
    seconds: float
    requests: dict[str, int]
    connections: int
    at_once: int
    memory: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    state: float | None = None


def measure(grid: Iterable[Cell], mock: Mock) -> Iterator[Run]:
    """Every run of the grid, as it ends."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        for cell in grid:
            mock.hold(cell.latency)
            runners = [
                Runner(way, Path(scratch, f"{cell.subaccounts}-{cell.latency}-{way.name}"), mock.url, cell.subaccounts)
                for way in cell.ways
            ]
            for number in range(1, cell.runs + 1):
                mock.clear()
                yield from _paired(cell, number, runners, mock)


def _paired(cell: Cell, number: int, runners: list[Runner], mock: Mock) -> Iterator[Run]:
    for operation in cell.operations:
        # Whoever goes first finds the machine in another state than the second: take turns.
        for runner in runners if number % 2 else reversed(runners):
            if not runner.can(operation) or (number > 1 and runner.way in ONCE):
                continue
            mock.counts()
            timing = runner.carry_out(operation, watch=number == 1)
            counts = mock.counts()
            state = runner.state_size() if number == 1 and operation == "up from nothing" else None
            usage = timing.usage
            yield Run(
                cell.name, runner.way.value, operation, number, timing.seconds, *counts, usage.memory, usage.cpu, state
            )
