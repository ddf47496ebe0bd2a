"""python -m bench [grid | scale | page]: measure, keep the results beside this file, and write docs/performance.md.

grid   what `make bench` measures; less than fifteen minutes
scale  up to 2,000 webhooks, which takes an hour and a half
page   only write the page anew, from the results that are kept
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

from tests.engine.scratch import ROOT, engine_bin

from .grid import GRID, SCALE
from .imports import import_milliseconds
from .load import requests_per_second
from .machine import machine
from .measure import measure
from .mock import Mock
from .report import PAGE, insert, main_report, scale_report
from .results import KEPT, Results
from .ways import USER, make_environments

LEAST_CAPACITY = 2000


def take(name: str) -> Results:
    """Measure a grid."""
    make_environments()
    with Mock() as mock:
        capacity = requests_per_second(mock.port)
        print(f"- the mock answers {capacity:,.0f} requests per second")
        if capacity < LEAST_CAPACITY:
            sys.exit(f"That is less than {LEAST_CAPACITY:,}: the mock itself would be measured. Let the machine rest.")
        runs = []
        for run in measure({"grid": GRID, "scale": SCALE}[name], mock):
            print(f"  {run.cell:14} {run.operation:26} {run.way:24} {run.seconds:8.2f} s", flush=True)
            runs.append(run)
    imports = import_milliseconds(USER / "bin" / "python")
    return Results(date.today().isoformat(), machine(Path(engine_bin(), "pulumi")), capacity, imports, runs)


def write_page() -> None:
    """Write the results that are kept into the page."""
    from .plot import draw  # only who draws needs the library

    kept = {name: Results.load(path) for name, path in KEPT.items() if path.exists()}
    if "grid" in kept:
        insert(PAGE, "results", main_report(kept["grid"]))
        draw(kept["grid"], kept.get("scale"), PAGE.with_suffix(".svg"))
    if "scale" in kept:
        insert(PAGE, "scale", scale_report(kept["scale"]))


def main(arguments: list[str]) -> None:
    """Do what the command line asks."""
    name = arguments[0] if arguments else "grid"
    if name not in {*KEPT, "page"} or len(arguments) > 1:
        sys.exit(__doc__)
    begin = time.monotonic()
    if name in KEPT:
        results = take(name)
        results.save(KEPT[name])
        print({"grid": main_report, "scale": scale_report}[name](results))
    write_page()
    print(f"- done in {(time.monotonic() - begin) / 60:.1f} minutes; see {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
