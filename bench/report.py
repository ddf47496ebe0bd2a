"""The contents of docs/performance.md from a measurement: a table and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from bench.measure import WAYS, Run, Size

RATIOS = (("dynamic", "naive"), ("native", "naive"))
WIDTH = 50  # length of the longest bar in characters


def table(runs: Sequence[Run]) -> str:
    """Means in seconds, one row per size and operation, with the ratios of both providers to the naive one."""
    head = ["webhooks", "", *WAYS, *(f"{ours} ÷ {other}" for ours, other in RATIOS)]
    rows = [head, ["---:", "---", *["---:"] * (len(head) - 2)]]
    for size, operation in dict.fromkeys((run.size, run.operation) for run in runs):
        seconds = _means(runs, size, operation)
        ratios = [seconds[ours] / seconds[other] if {ours, other} <= {*seconds} else None for ours, other in RATIOS]
        figures = [f"{figure:.2f}" if figure else "–" for figure in (*map(seconds.get, WAYS), *ratios)]
        rows.append([f"{size.webhooks:,}{'' if size.checkpoints else ' *'}", operation, *figures])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def plot(runs: Sequence[Run]) -> str:
    """Bars of the first size's means."""
    size = runs[0].size
    means = {operation: _means(runs, size, operation) for operation in size.operations}
    longest = max(value for seconds in means.values() for value in seconds.values())
    return "\n".join(
        f"{operation if number == 0 else '':18} {way:18} {'█' * round(WIDTH * value / longest)} {value:.2f}"
        for operation, seconds in means.items()
        for number, (way, value) in enumerate(seconds.items())
    )


def spread(runs: Sequence[Run]) -> str:
    """The number of runs of the first size, and their deviation from the means."""
    size = runs[0].size
    far = max(abs(run.seconds / _means(runs, size, run.operation)[run.way] - 1) for run in runs if run.size == size)
    return f"{size.webhooks} webhooks: means of {size.repeats} runs, all within {far:.0%} of them"


def _means(runs: Sequence[Run], size: Size, operation: str) -> dict[str, float]:
    """Seconds by variant, rounded as on the page, so that the ratios match the figures shown."""
    found = [run for run in runs if (run.size, run.operation) == (size, operation)]
    return {way: round(mean(run.seconds for run in found if run.way == way), 2) for way in size.ways}
