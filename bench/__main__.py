"""`make bench`: measure, and print the contents of docs/performance.md; `python -m bench quick` is a trial run."""

from __future__ import annotations

import sys

from bench.measure import QUICK, SIZES, machine, measure
from bench.report import plot, spread, table


def main() -> None:
    """Print a line for each measurement, then the machine, the table and the plot."""
    runs = []
    for run in measure(QUICK if sys.argv[1:] == ["quick"] else SIZES):
        print(f"{run.size.webhooks:5} {run.operation:18} {run.way:19} {run.seconds:7.2f} s", flush=True)
        runs.append(run)
    print(f"\n{machine()}; {spread(runs)}.\n\n{table(runs)}\n\n```text\n{plot(runs)}\n```")


if __name__ == "__main__":
    main()
