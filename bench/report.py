"""Runs -> the tables, the targets and the plot of docs/performance.md."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.run import ANSIBLE, GRID, MAIN, MODULES, OPERATIONS, UNCHECKED, Cell, Run
from tests.support.scratch import ROOT

PAGE = ROOT / "docs" / "performance.md"
KEPT = Path(__file__).with_name("results.json")
STEPS = {"dynamic": 4, "native": 4 * (os.cpu_count() or 1)}
"""Steps at once: the dynamic host has four threads, the engine runs four for each processor."""

COLOURS = dict(zip(MODULES, ("#1f6feb", "#0a3069", "#d4762c", "#e8b04b", "#9aa4ae"), strict=True))


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

    def cpu(self, way: str, operation: str) -> Figure | None:
        """Seconds of processor time that the command and its processes took."""
        runs = self.of(way, operation).values()
        return Figure.of([run.cpu for run in runs]) if runs else None

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

    def limit(self, way: str, operation: str, cell: Cell = MAIN) -> Figure | None:
        """Seconds: requests × latency ÷ steps at once, and the empty stack."""
        run, empty = self.of(way, operation, cell), self.seconds("empty stack", operation, cell)
        if not run or not empty:
            return None
        seconds = sum(next(iter(run.values())).requests.values()) * cell.latency / 1000 / STEPS[way]
        return Figure.of([seconds + empty.median])

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

    def by_operation(columns: Mapping[str, Callable[[str], object]]) -> str:
        return table(["", *columns], [(name, *(column(name) for column in columns.values())) for name in OPERATIONS])

    def peak(way: str, kind: str) -> str:
        return f"{max((run.memory.get(kind, 0.0) for run in results.runs if run.way == way), default=0.0):.0f}"

    ways = [way for way in MAIN.ways if results.of(way, "up from nothing")]
    doors, others = [way for way in STEPS if way in ways], ("naive", "naive with session")
    seconds = {way: partial(results.seconds, way) for way in ways}
    limits = {f"limit, {way}": partial(results.limit, way) for way in doors}
    ratios = {f"{way} ÷ {other}": partial(results.paired, way, other=other) for way in doors for other in others}
    cells = [
        (cell.name, name, *(results.seconds(way, name, cell) for way in MODULES))
        for cell in GRID
        for name in cell.operations
        if cell is not MAIN and results.of("dynamic", name, cell)
    ]
    memory = [(way, peak(way, "program"), peak(way, "provider"), f"{results.state(way):.0f}") for way in MODULES]
    parts = {
        "; ".join(f"{name}: {value}" for name, value in results.machine.items()) + ".": "",
        f"### Targets: {MAIN.subaccounts} subaccounts, {2 * MAIN.subaccounts} webhooks, {MAIN.latency} ms": table(
            ["target", "median of paired ratios (spread)", ""],
            [(text, figure, "met" if met else "**missed**") for text, figure, met in verdicts(results)],
        ),
        "### Seconds": by_operation({**seconds, **limits}),
        "### Seconds that each way adds to the empty stack": by_operation(
            {way: partial(results.added, way) for way in (*doors, *others)}
        ),
        "### Ratios within each pair": by_operation(ratios),
        "### Seconds of processor time": by_operation({way: partial(results.cpu, way) for way in ways}),
        "### Requests; connections opened": by_operation({way: partial(_requests, results, way) for way in ways}),
        "### Other sizes and latencies, seconds": table(["subaccounts × latency", "", *MODULES], cells),
        "### Peak memory, and state": table(["", "program, MiB", "provider, MiB", "state, bytes per webhook"], memory),
    }
    return "\n\n".join(f"{title}\n\n{text}".strip() for title, text in parts.items())


def _requests(results: Results, way: str, operation: str) -> str:
    runs = results.of(way, operation).values()
    sent = {", ".join(f"{count} {method}" for method, count in sorted(run.requests.items())) for run in runs}
    return f"{' or '.join(sorted(sent))}; {max(run.connections for run in runs)}" if any(sent) else ""


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
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y + 20}" font-family="sans-serif" font-size="11">'
    )
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
