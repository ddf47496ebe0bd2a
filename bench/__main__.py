"""python -m bench [grid | scale | page]: measure, keep results.json beside this file, and write docs/performance.md.

grid   what `make bench` measures, in less than fifteen minutes
scale  1,000 and 2,000 webhooks with and without checkpoints, and what a kill then costs; half an hour
page   write the page again from the results that are kept
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench import scale
from bench.report import PAGE, Results, write_page
from bench.run import GRID, import_milliseconds, make_environments, measure
from tests.support.scratch import engine_bin


def machine() -> dict[str, str]:
    """What the numbers were taken on, and how busy it was."""
    engine = subprocess.run([f"{engine_bin()}/pulumi", "version"], capture_output=True, text=True, check=True)
    names = [line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "Day": date.today().isoformat(),
        "processor": f"{(names or [platform.machine()])[0]}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "Pulumi engine": engine.stdout.strip(),
        **{package: version(package) for package in ("pulumi", "requests")},
    }


def main(arguments: list[str]) -> None:
    """Do what the command line asks."""
    name, begin, results = (arguments or ["grid"])[0], time.monotonic(), Results.load()
    if name not in ("grid", "scale", "page"):
        sys.exit(__doc__)
    if name != "page":
        make_environments()
    if name == "grid":
        results.machine, results.imports, results.runs = machine(), import_milliseconds(), []
        for run in measure(GRID):
            print(f"  {run.cell:12} {run.operation:24} {run.way:20} {run.seconds:7.2f} s", flush=True)
            results.runs.append(run)
            results.save()
        results.machine["load after"] = f"{os.getloadavg()[0]:.1f}"
    elif name == "scale":
        results.scale = {"machine": machine(), "runs": []}
        for found in scale.measure():
            results.scale["runs"].append(found)
            results.save()
    results.save()
    write_page(results, scale.report(results.scale))
    print(f"- done in {(time.monotonic() - begin) / 60:.1f} minutes; see {PAGE.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
