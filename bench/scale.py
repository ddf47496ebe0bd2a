"""Thousands of webhooks: with the engine's checkpoints and without, and what a kill in the middle then costs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.api import Mock
from bench.report import table
from bench.run import Runner

LATENCY = 50
OPERATIONS = ("up from nothing", "preview", "destroy")
SKIP = "PULUMI_SKIP_CHECKPOINTS"
WAYS = ("dynamic", "native", "naive", "empty stack")
PLAN = (
    *((webhooks, way, False) for webhooks in (100, 1000, 2000) for way in WAYS),
    *((webhooks, way, True) for webhooks in (100, 1000) for way in ("dynamic", "native", "empty stack")),
    *((2000, way, True) for way in ("dynamic", "empty stack")),
)
"""Webhooks, way, and whether the engine writes its checkpoints."""

KILLED = ((1000, "dynamic", False), (1000, "dynamic", True))


def measure() -> Iterator[dict[str, Any]]:
    """The kills, then each of the plan, the longest last."""
    for webhooks, way, checkpoints in KILLED:
        with _runner(way, webhooks, checkpoints) as runner:
            killed = _killed(runner, webhooks // 2)
            yield _shown({"webhooks": webhooks, "way": way, "checkpoints": checkpoints, **killed})
    for webhooks, way, checkpoints in PLAN:
        with _runner(way, webhooks, checkpoints) as runner:
            for operation in OPERATIONS:
                seconds, cpu, used = runner.carry_out(operation, watched=True)
                run = {"webhooks": webhooks, "way": way, "checkpoints": checkpoints, "operation": operation}
                yield _shown({**run, "seconds": seconds, "cpu": cpu, "used": used})


def _killed(runner: Runner, after: int) -> dict[str, Any]:
    """Kill the engine and its children when so many webhooks are registered, and run `up` again."""
    process = runner.start("up from nothing")
    posts = 0
    while posts < after:
        time.sleep(0.05)
        posts += runner.api.counts().requests.get("POST", 0)
    for each in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
        each.kill()
    process.wait()
    time.sleep(2)  # what was on its way arrives
    posts += runner.api.counts().requests.get("POST", 0)
    runner.project.run("cancel", "--yes").ok()
    state = runner.project.export()["deployment"].get("resources", [])
    known = sum(resource["type"].endswith(":Webhook") for resource in state)
    seconds, _, _ = runner.carry_out("up from nothing")
    return {
        "operation": "killed, then up",
        "seconds": seconds,
        "live": posts,
        "known": known,
        "requests": runner.api.counts().requests,
    }


@contextmanager
def _runner(way: str, webhooks: int, checkpoints: bool) -> Iterator[Runner]:
    with tempfile.TemporaryDirectory() as folder, Mock() as api:
        api.control(f"latency/{LATENCY}")
        yield Runner(way, Path(folder), api, webhooks // 2, **({} if checkpoints else {SKIP: "true"}))


def _shown(run: dict[str, Any]) -> dict[str, Any]:
    print(" ", *run.values(), flush=True)
    return run


def report(measured: dict[str, Any]) -> str:
    """What the page says of it."""
    if not measured:
        return ""
    runs = measured["runs"]
    empty = {
        (run["webhooks"], run["checkpoints"], run["operation"]): run["used"]["provider"][1]
        for run in runs
        if run["way"] == "empty stack"
    }
    rows, kills = [], []
    for run in runs:
        checkpoints, way, operation = "yes" if run["checkpoints"] else "no", run["way"], run["operation"]
        if "live" in run:
            sent = ", ".join(f"{count} {method}" for method, count in run["requests"].items())
            kills.append((way, checkpoints, run["live"], str(run["known"]), f"{run['seconds']:.1f}", sent))
        else:
            (memory, provider), (_, program) = (run["used"].get(kind, (0.0, 0.0)) for kind in ("provider", "program"))
            parts = [f"{seconds:.1f}" for seconds in (run["cpu"] - program - provider, program, provider)]
            base = None if way == "empty stack" else empty.get((run["webhooks"], run["checkpoints"], operation))
            share = None if base is None else f"{1000 * (provider - base) / run['webhooks']:.1f}"
            row = (run["webhooks"], checkpoints, operation, way, f"{run['seconds']:.1f}", *parts, share)
            rows.append((*row, f"{memory:.0f}"))
    rows.sort(key=lambda row: (row[1], row[0], OPERATIONS.index(row[2])))
    on = "; ".join(f"{name}: {value}" for name, value in measured["machine"].items())
    head = [
        "webhooks",
        "checkpoints",
        "",
        "way",
        "seconds",
        "processor seconds: engine",
        "program",
        "provider",
        "more than the empty stack's provider, ms per webhook",
        "provider, MiB",
    ]
    killed = ["way", "checkpoints", "live after the kill", "of them in the state", "next `up`, seconds", "its requests"]
    return (
        f"{on}; {LATENCY} ms.\n\n{table(head, rows)}\n\n`up` of 1,000 killed in the middle:\n\n{table(killed, kills)}"
    )
