"""Runs -> the tables, the targets and the plot of docs/performance.md."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.engine.scratch import ROOT

from .run import ANSIBLE, GRID, MAIN, MODULES, OPERATIONS, UNCHECKED, Cell, Run

PAGE = ROOT / "docs" / "performance.md"
KEPT = Path(__file__).with_name("results.json")
STEPS = {"dynamic": 4, "native": 4 * (os.cpu_count() or 1)}
"""Steps at once: the dynamic host has four threads, the engine runs four for each processor."""

COLOURS = dict(zip(MODULES, ("#1f6feb", "#0a3069", "#d4762c", "#e8b04b", "#9aa4ae"), strict=True))
UNITS = {"memory": "MiB", "state": "bytes"}


class Figure(NamedTuple):
    """A median and its spread."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """From at least one value."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})" if self.low < self.high else f"{self.low:.2f}"


@dataclass
class Results:
    """One measurement: on what, what importing the package takes, every run, and what `scale` found."""

    machine: dict[str, str] = field(default_factory=dict)
    imports: list[float] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    scale: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Results:
        """As `save` wrote them; empty where nothing is kept."""
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"runs": []}
        return cls(**{**kept, "runs": [Run(**run) for run in kept["runs"]]})

    def save(self) -> None:
        """Keep them, one run a line."""
        text = json.dumps({**asdict(self), "runs": ["RUNS"]}, indent=1)
        KEPT.write_text(text.replace('"RUNS"', ",\n  ".join(json.dumps(asdict(run)) for run in self.runs)) + "\n")

    def of(self, way: str, operation: str, cell: Cell = MAIN) -> dict[int, Run]:
        """The runs of an operation by number."""
        return {r.number: r for r in self.runs if (r.cell, r.way, r.operation) == (cell.name, way, operation)}

    def seconds(self, way: str, operation: str, cell: Cell = MAIN) -> Figure | None:
        """How long it took; None where it was not measured."""
        runs = self.of(way, operation, cell).values()
        return Figure.of([run.seconds for run in runs]) if runs else None

    def paired(
        self, way: str, operation: str, other: str, cell: Cell = MAIN, by: Callable[[float, float], float] | None = None
    ) -> Figure | None:
        """One way's time by another's in the same run, else in the only one: the ratio, or what `by` makes of them."""
        others = self.of(other, operation, cell)
        if len(others) == 1:
            others = dict.fromkeys(self.of(way, operation, cell), *others.values())
        made = by or (lambda one, two: one / two)
        pairs = [
            made(run.seconds, others[number].seconds)
            for number, run in self.of(way, operation, cell).items()
            if number in others
        ]
        return Figure.of(pairs) if pairs else None

    def added(self, way: str, operation: str, cell: Cell = MAIN) -> Figure | None:
        """Seconds that a way adds to the empty stack."""
        return self.paired(way, operation, "empty stack", cell, lambda one, two: one - two)

    def limit(self, way: str, operation: str, cell: Cell = MAIN) -> float:
        """Seconds: requests × latency ÷ steps at once, and the empty stack."""
        run, empty = self.of(way, operation, cell), self.seconds("empty stack", operation, cell)
        least = sum(next(iter(run.values())).requests.values()) * cell.latency / 1000 / STEPS[way] if run else 0.0
        return least + empty.median if empty else 0.0

    def state(self, way: str) -> float:
        """Bytes of state per webhook."""
        return max((run.state for run in self.of(way, "preview").values()), default=0.0)


TARGETS: dict[str, tuple[str, str, str, float]] = {
    f"{way}: {operation} ≤ {limit:.2f} × {other}": (way, operation, other, limit)
    for way, operation, other, limit in (
        ("dynamic", "up from nothing", "naive", 1.05),
        ("dynamic", "preview", "naive", 1.10),
        ("dynamic", "preview --refresh", "naive", 0.80),
        ("dynamic", "destroy", "naive", 0.95),
        ("dynamic", "up from nothing", ANSIBLE, 0.05),
        ("dynamic", "up, nothing to do", ANSIBLE, 0.10),
        ("native", "up from nothing", "naive", 0.85),
        ("native", "preview --refresh", "naive", 0.60),
        ("native", "destroy", "naive", 0.90),
        ("native", "up from nothing", ANSIBLE, 0.05),
        ("native", "up, nothing to do", ANSIBLE, 0.10),
    )
}


def verdicts(results: Results) -> list[tuple[str, str, bool]]:
    """Each target, its figure and whether it is met."""
    found = []
    for text, (way, operation, other, limit) in TARGETS.items():
        if ratio := results.paired(way, operation, other):
            found.append((text, str(ratio), ratio.median <= limit))
    ours, theirs = results.added("native", "up from nothing"), results.added("naive", "up from nothing")
    if ours and theirs:
        text = "native: an up adds to the empty stack ≤ half of what naive adds"
        found.append((text, f"{ours} s and {theirs} s", ours.median <= theirs.median / 2))
    for way, limit in (("dynamic", 1.15), ("native", 1.0)):
        if (state := results.state(way)) and (naive := results.state("naive")):
            text = f"{way}: state per webhook ≤ {limit:.2f} × naive"
            found.append((text, f"{state / naive:.2f} ({state:.0f} and {naive:.0f} bytes)", state <= limit * naive))
    if results.imports:
        cost = Figure.of(results.imports)
        found.append(("importing the package ≤ 15 ms", f"{cost} ms", cost.median <= 15))
    return found


def table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; what was not measured is a dash."""
    shown = [["–" if cell in (None, "", 0.0) else str(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in ([*head], ["---"] * len(head), *shown))


def report(results: Results) -> str:
    """What the page says of a measurement."""
    on = "; ".join(f"{name}: {value}" for name, value in results.machine.items())
    targets = [(text, figure, "met" if met else "**missed**") for text, figure, met in verdicts(results)]
    ways = [way for way in MAIN.ways if results.of(way, "up from nothing")]
    ours = [way for way in STEPS if way in ways]
    seconds = [
        (
            operation,
            *(results.seconds(way, operation) for way in ways),
            *(f"{results.limit(way, operation):.2f}" for way in ours),
        )
        for operation in OPERATIONS
    ]
    added = [
        (op, *(results.added(way, op) for way in ways if way not in ("empty stack", ANSIBLE)))
        for op in OPERATIONS
        if op != UNCHECKED
    ]
    ratios = [
        (op, *(results.paired(way, op, other) for way in ours for other in ("naive", "naive with session")))
        for op in OPERATIONS
    ]
    requests = [(op, *(_requests(results, way, op) for way in ways)) for op in OPERATIONS]
    cells = [
        (cell.name, operation, *(results.seconds(way, operation, cell) for way in MODULES))
        for cell in GRID
        for operation in cell.operations
        if cell is not MAIN and results.of("dynamic", operation, cell)
    ]
    kinds = ("program", "provider")
    memory = [
        (way, *(f"{max((r.memory.get(k, 0) for r in results.runs if r.way == way), default=0):.0f}" for k in kinds),
         f"{results.state(way):.0f}")
        for way in MODULES if way in ways
    ]  # fmt: skip
    size = f"{MAIN.subaccounts} subaccounts, {2 * MAIN.subaccounts} webhooks, {MAIN.latency} ms"
    parts = {
        "": on + ".",
        f"### Targets: {size}": table(["target", "median of paired ratios (spread)", ""], targets),
        "### Seconds": table(["", *ways, *(f"limit, {way}" for way in ours)], seconds),
        "### Seconds that each way adds to the empty stack": table(
            ["", *(w for w in ways if w in MODULES)][:-1], added
        ),
        "### Ratios within each pair": table(
            ["", *(f"{way} ÷ {other}" for way in ours for other in ("naive", "naive with session"))], ratios
        ),
        "### Requests, and connections opened": table(["", *ways], requests),
        "### Other sizes and latencies, seconds": table(["subaccounts × latency", "", *MODULES], cells),
        "### Peak memory, and state": table(["", "program, MiB", "provider, MiB", "state, bytes per webhook"], memory),
    }
    return "\n\n".join(f"{title}\n\n{text}".strip() for title, text in parts.items())


def _requests(results: Results, way: str, operation: str) -> str:
    seen = {
        ", ".join(f"{n} {method}" for method, n in sorted(run.requests.items())) + f"; {run.connections}"
        for run in results.of(way, operation).values()
        if run.requests
    }
    return " or ".join(sorted(seen))


def plot(results: Results) -> str:
    """An SVG: the median of each way and operation as a bar, and the spread as a line."""
    shown = [operation for operation in OPERATIONS if operation != UNCHECKED]
    longest = max(run.seconds for run in results.runs if run.cell == MAIN.name and run.way in MODULES)
    y, parts = 30, [f'<text x="10" y="18">Seconds: {MAIN.name.replace("×", "subaccounts ×")}</text>']
    for operation in shown:
        parts.append(f'<text x="150" y="{y + 36}" text-anchor="end">{escape(operation)}</text>')
        for way, colour in COLOURS.items():
            if figure := results.seconds(way, operation):
                middle, low, high = (160 + 560 * seconds / longest for seconds in figure)
                parts.append(f'<rect x="160" y="{y}" width="{middle - 160:.0f}" height="10" fill="{colour}"/>')
                parts.append(f'<path d="M{low:.0f} {y + 5}H{high:.0f}" stroke="black"/>')
                parts.append(f'<text x="{high + 4:.0f}" y="{y + 9}" font-size="9">{figure.median:.2f}</text>')
            y += 12
        y += 14
    for number, (way, colour) in enumerate(COLOURS.items()):
        parts.append(f'<rect x="{20 + 150 * number}" y="{y}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{34 + 150 * number}" y="{y + 9}">{way}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y + 20}" font-family="sans-serif" font-size="11">'
    return "\n".join([head, *parts, "</svg>\n"])


def write_page(results: Results, scale: str = "") -> None:
    """Put the tables between their marks in the page, and the plot beside it."""
    page = PAGE.read_text()
    for name, text in (("results", report(results) if results.runs else ""), ("scale", scale)):
        if text:
            marks = re.compile(rf"(<!-- {name} -->\n).*(<!-- end of {name} -->)", re.DOTALL)
            page = marks.sub(lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page)  # type: ignore[misc]
    PAGE.write_text(page)
    if results.runs:
        PAGE.with_suffix(".svg").write_text(plot(results))
