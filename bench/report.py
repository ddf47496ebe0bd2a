"""Results -> the tables of docs/performance.md, between its markers; what stands outside of them is written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.engine.scratch import ROOT

from .grid import GRID, MAIN, SCALE, WORKERS, Cell, Way
from .results import Figure, Results
from .targets import TARGETS, told

PAGE = ROOT / "docs" / "performance.md"
NONE = "–"
OURS, NAIVE, IDLE = Way.OURS, Way.NAIVE, Way.IDLE


def insert(page: Path, name: str, text: str) -> None:
    """Put generated text between `<!-- name -->` and `<!-- end of name -->`."""
    head, begin, rest = page.read_text().partition(f"<!-- {name} -->\n")
    _, end, tail = rest.partition(f"<!-- end of {name} -->")
    page.write_text(f"{head}{begin}\n{text}\n\n{end}{tail}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main_report(results: Results) -> str:
    """The machine, the targets, and every cell of the grid."""
    machine = "; ".join(f"{name}: {value}" for name, value in results.machine.items())
    parts = [
        f"Taken on {results.day}. {machine}. The mock answers {results.capacity:,.0f} requests per second here.",
        "### Targets",
        f"{MAIN.subaccounts} subaccounts, {2 * MAIN.subaccounts} webhooks, {MAIN.latency} ms per request; "
        f"the median of {MAIN.runs} paired runs, and their spread.",
        _targets(results),
        f"### {MAIN.subaccounts} subaccounts at {MAIN.latency} ms",
        _main_cell(results),
        "### Other sizes and latencies",
        _other_cells(results),
        "### Memory and state",
        _memory(results),
    ]
    return "\n\n".join(parts)


def scale_report(results: Results) -> str:
    """Sizes up to 2,000 webhooks, and what each way adds to an empty stack."""
    taken = f"Taken on {results.day}, at {SCALE[0].latency} ms."
    return f"{taken}\n\n{_scale(results)}\n\n{_processors(results)}"


def limit(results: Results, cell: Cell, operation: str) -> float | None:
    """The requests needed × latency ÷ workers, plus an empty stack of the same size."""
    ours, idle = results.of(cell, OURS, operation), results.seconds(cell, IDLE, operation)
    if not ours or not idle:
        return None
    return sum(ours[0].requests.values()) * cell.latency / 1000 / WORKERS + idle.median


def _targets(results: Results) -> str:
    rows = []
    for target in TARGETS:
        verdict = target.judge(results)
        rows.append([target.text, verdict.figure, "met" if verdict.met else "**missed**"])
    return table(["target", "figure", ""], rows)


def _seconds(figure: Figure | None, *, spread: bool = False) -> str:
    if figure is None:
        return NONE
    return f"{figure.median:.2f} ({figure.low:.2f} to {figure.high:.2f})" if spread else f"{figure.median:.2f}"


def _main_cell(results: Results) -> str:
    ways = MAIN.ways
    rows = []
    for operation in MAIN.operations:
        ratio = results.ratio(MAIN, (OURS, operation), (NAIVE, operation))
        least = limit(results, MAIN, operation)
        run = results.of(MAIN, OURS, operation)[0]
        asked = ", ".join(f"{count} {method}" for method, count in run.requests.items()) or "none"
        rows.append(
            [
                operation,
                *(_seconds(results.seconds(MAIN, way, operation), spread=way in (OURS, NAIVE)) for way in ways),
                f"{least:.2f}" if least else NONE,
                told(ratio) if ratio else NONE,
                asked,
                str(run.connections),
            ]
        )
    head = ["seconds", *(way.value for way in ways), "limit", "ours ÷ naive", "our requests", "our connections"]
    return table(head, rows)


def _other_cells(results: Results) -> str:
    ways = (OURS, Way.HOSTS, NAIVE, IDLE)
    rows = []
    for cell in GRID:
        if cell is MAIN:
            continue
        for operation in cell.operations:
            ratio = results.ratio(cell, (OURS, operation), (NAIVE, operation))
            rows.append(
                [
                    cell.name,
                    operation,
                    *(_seconds(results.seconds(cell, way, operation)) for way in ways),
                    f"{ratio.median:.2f}" if ratio else NONE,
                ]
            )
    head = ["subaccounts × latency", "seconds", *(way.value for way in ways), "ours ÷ naive"]
    return table(head, rows)


def _memory(results: Results) -> str:
    rows = []
    for cell in GRID:
        for way in (OURS, NAIVE, IDLE):
            state = results.state(cell, way)
            peak = [results.memory(cell, way, kind) for kind in ("program", "provider")]
            if all(peak):
                rows.append(
                    [cell.name, way.value, *(f"{mib:.0f}" for mib in peak if mib), f"{state:.0f}" if state else NONE]
                )
    head = ["subaccounts × latency", "", "program, MiB", "provider, MiB", "state, bytes per webhook"]
    return table(head, rows)


def _scale(results: Results) -> str:
    ways = (OURS, Way.PAIRS, NAIVE)
    rows = []
    for cell in SCALE:
        for operation in cell.operations:
            idle = results.seconds(cell, IDLE, operation)
            if idle is None:
                continue
            taken = [results.seconds(cell, way, operation) for way in ways]
            added = [f"{figure.median - idle.median:+.1f}" if figure else NONE for figure in taken]
            rows.append([f"{2 * cell.subaccounts:,}", operation, f"{idle.median:.1f}", *added])
    return table(["webhooks", "seconds", "empty stack", *(f"{way.value} adds" for way in ways)], rows)


def _processors(results: Results) -> str:
    kinds = ("engine", "program", "provider")
    rows = []
    for cell in SCALE:
        for operation in cell.operations:
            for way in (OURS, NAIVE, IDLE):
                spent = results.cpu(cell, way, operation)
                shares = [
                    f"{1000 * spent[kind] / cell.subaccounts / 2:.1f}" if kind in spent else NONE for kind in kinds
                ]
                if spent:
                    rows.append([f"{2 * cell.subaccounts:,}", operation, way.value, *shares])
    return table(["webhooks", "processor, ms per webhook", "", *kinds], rows)
