"""Results -> docs/performance.svg: each operation at the size of the targets, and how time grows with webhooks."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

from .grid import GRID, MAIN, SCALE, Cell, Way
from .report import limit
from .results import Results

COLOURS = {Way.OURS: "#1f6feb", Way.NAIVE: "#d4762c", Way.IDLE: "#9aa4ae"}
GROWTH = {"up from nothing": "o", "preview": "s", "destroy": "^"}


def draw(results: Results, scale: Results | None, page: Path) -> None:
    """Write the plot."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pulumi-8x8", "font.family": "sans-serif"})
    plot = Plot(figsize=(11, 4.6), layout="constrained")
    left, right = plot.subplots(1, 2, width_ratios=(3, 2))
    _operations(left, results)
    _growth(right, [(results, GRID), *([(scale, SCALE)] if scale else [])])
    plot.savefig(page, metadata={"Date": None})


def _operations(axes: Axes, results: Results) -> None:
    width = 0.27
    for place, (way, colour) in enumerate(COLOURS.items()):
        for number, operation in enumerate(MAIN.operations):
            taken = results.seconds(MAIN, way, operation)
            if taken:
                error = [[taken.median - taken.low], [taken.high - taken.median]]
                axes.barh(number + (place - 1) * width, taken.median, width, color=colour, xerr=error, ecolor="#444",
                          error_kw={"linewidth": 0.8}, label=way.value if number == 0 else None)  # fmt: skip
    limits = [limit(results, MAIN, operation) for operation in MAIN.operations]
    known = [(number, least) for number, least in enumerate(limits) if least]
    axes.scatter([least for _, least in known], [number for number, _ in known], marker="|", s=420, color="black",
                 label="limit: requests × latency ÷ 4 + empty stack", zorder=3)  # fmt: skip
    axes.set_yticks(range(len(MAIN.operations)), MAIN.operations)
    axes.invert_yaxis()
    axes.set_xlabel("seconds, median and spread")
    axes.set_title(f"{MAIN.subaccounts} subaccounts, {2 * MAIN.subaccounts} webhooks, {MAIN.latency} ms per request")
    axes.figure.legend(*axes.get_legend_handles_labels(), fontsize="small", loc="outside lower left", ncols=4)


def _growth(axes: Axes, measured: list[tuple[Results, tuple[Cell, ...]]]) -> None:
    pairs = [(cell, results) for results, cells in measured for cell in cells if cell.latency == MAIN.latency]
    pairs.sort(key=lambda pair: pair[0].subaccounts)
    for operation, marker in GROWTH.items():
        for way, colour in COLOURS.items():
            taken = [(2 * cell.subaccounts, results.seconds(cell, way, operation)) for cell, results in pairs]
            known = [(size, figure.median) for size, figure in taken if figure]
            axes.plot([size for size, _ in known], [seconds for _, seconds in known], marker=marker, markersize=4,
                      linewidth=1, color=colour, label=operation if way is Way.OURS else None)  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("webhooks")
    axes.set_ylabel("seconds")
    axes.set_title(f"Growth at {MAIN.latency} ms")
    axes.legend(fontsize="small")
