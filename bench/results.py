"""The runs of one measurement, and the figures that are drawn from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .grid import Cell, Way
from .measure import Run

KEPT = {"grid": Path(__file__).with_name("results.json"), "scale": Path(__file__).with_name("scale.json")}
"""The file of the last measurement of each grid."""


class Figure(NamedTuple):
    """A median and its spread."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """From at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True)
class Results:
    """One measurement.

    Attributes:
        day: When, as YYYY-MM-DD.
        machine: What it was taken on, by name.
        capacity: Requests per second that the mock sustains.
        imports: Milliseconds that importing the package adds to a program, each time it was taken.
        runs: Every run.
    """

    day: str
    machine: dict[str, str]
    capacity: float
    imports: list[float]
    runs: list[Run]

    @classmethod
    def load(cls, path: Path) -> Results:
        """As `save` wrote them."""
        told = json.loads(path.read_text())
        return cls(**{**told, "runs": [Run(**run) for run in told["runs"]]})

    def save(self, path: Path) -> None:
        """Keep them, one run a line."""
        told = {**asdict(self), "runs": "RUNS"}
        runs = ",\n  ".join(json.dumps(asdict(run)) for run in self.runs)
        path.write_text(json.dumps(told, indent=1).replace('"RUNS"', f"[\n  {runs}\n ]") + "\n")

    def of(self, cell: Cell, way: Way, operation: str) -> list[Run]:
        """The runs, in order."""
        return [r for r in self.runs if (r.cell, r.way, r.operation) == (cell.name, way.value, operation)]

    def seconds(self, cell: Cell, way: Way, operation: str) -> Figure | None:
        """How long it took; None where it was not measured."""
        runs = self.of(cell, way, operation)
        return Figure.of([run.seconds for run in runs]) if runs else None

    def ratio(self, cell: Cell, one: tuple[Way, str], other: tuple[Way, str]) -> Figure | None:
        """One (way, operation) to another, run by run."""
        others = {run.number: run.seconds for run in self.of(cell, *other)}
        if len(others) == 1:  # carried out once: all of ours to that one
            others = dict.fromkeys((run.number for run in self.of(cell, *one)), *others.values())
        ratios = [run.seconds / others[run.number] for run in self.of(cell, *one) if run.number in others]
        return Figure.of(ratios) if ratios else None

    def memory(self, cell: Cell, way: Way, kind: str) -> float | None:
        """Peak MiB of the `program` or the `provider` process over all operations."""
        runs = [r for r in self.runs if (r.cell, r.way) == (cell.name, way.value)]
        return max((run.memory[kind] for run in runs if kind in run.memory), default=None)

    def cpu(self, cell: Cell, way: Way, operation: str) -> dict[str, float]:
        """Seconds of processor time by kind of process."""
        found = [
            r.cpu for r in self.runs if (r.cell, r.way, r.operation) == (cell.name, way.value, operation) and r.cpu
        ]
        return found[0] if found else {}

    def state(self, cell: Cell, way: Way) -> float | None:
        """Bytes of state per webhook."""
        return next((r.state for r in self.runs if (r.cell, r.way) == (cell.name, way.value) and r.state), None)
