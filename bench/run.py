"""What is measured, and how: ways, operations, cells of sizes and latencies, and runs."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psutil
from tools.sdks.generate import sdk

from bench.api import Mock
from tests.support.scratch import ROOT, Project, engine_bin

PROGRAMS = Path(__file__).parent / "programs"
ENVIRONMENTS = ROOT / ".tools" / "bench"
USER = ENVIRONMENTS / "user"
"""A virtual environment as a user of the package has it."""

URL = "https://ivr.example.com/vca"
UP = ("up", "--yes", "--skip-preview")

MODULES = {
    "dynamic": "pulumi_8x8",
    "native": "pulumi_eightx8",
    "naive": "naive",
    "naive with session": "session",
    "empty stack": "empty",
}
"""The module of each way whose `Webhook` the program declares."""

ANSIBLE = "Ansible"
OPERATIONS: dict[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "up from nothing": (UP, {}),
    "up, nothing to do": (UP, {}),
    "preview": (("preview",), {}),
    "preview, live checks off": (("preview",), {"EIGHTX8_LIVE_CHECKS": "0"}),
    "preview, diffs in parallel": (("preview",), {"PULUMI_PARALLEL_DIFF": "true"}),
    "preview --refresh": (("preview", "--refresh"), {}),
    "up, one URL changed": (UP, {"BENCH_FIRST_URL": f"{URL}/one"}),
    "up, all URLs changed": (UP, {"BENCH_URL": f"{URL}/all"}),
    "destroy": (("destroy", "--yes", "--skip-preview"), {}),
}
"""Arguments and environment; each operation finds what the one before has left."""

UNCHECKED = "preview, live checks off"
DOORS_ALONE = (UNCHECKED, "preview, diffs in parallel")
"""Operations that only the two providers of this package have something to show in."""
DEPLOYED = ("up from nothing", "preview")


@dataclass(frozen=True)
class Cell:
    """One size at one latency; in each of the runs, every way carries out an operation before any goes on."""

    subaccounts: int
    latency: int
    ways: tuple[str, ...] = tuple(MODULES)
    runs: int = 1
    operations: tuple[str, ...] = DEPLOYED

    @property
    def name(self) -> str:
        """As the results call it."""
        return f"{self.subaccounts} × {self.latency} ms"


MAIN = Cell(50, 50, (*MODULES, ANSIBLE), 5, tuple(OPERATIONS))
GRID = (
    MAIN,
    Cell(1, 50),
    Cell(10, 50),
    Cell(50, 0),
    Cell(50, 200),
    Cell(200, 50, operations=(*DEPLOYED, "destroy")),
)
ONCE = {ANSIBLE: ("up from nothing", "up, nothing to do")}
"""What is carried out in the first of the runs alone, and with which operations: a playbook takes minutes."""


@dataclass(frozen=True)
class Run:
    """One operation, carried out once; `memory` is the peak in MiB of `program` and `provider`."""

    cell: str
    way: str
    operation: str
    number: int
    seconds: float
    cpu: float
    requests: dict[str, int]
    connections: int
    memory: dict[str, float] = field(default_factory=dict)
    state: float = 0.0


class Use(NamedTuple):
    """Peak memory of a process in MiB, and its processor time in seconds."""

    memory: float
    cpu: float


class Runner:
    """Carries out operations by one way against one mock, in a project of its own."""

    def __init__(self, way: str, folder: Path, api: Mock, subaccounts: int, **environment: str) -> None:
        self.api = api
        self.way = way
        self._folder = folder
        self._environment = {
            "BENCH_SUBACCOUNTS": str(subaccounts),
            "EIGHTX8_API_KEY": "bench",
            "EIGHTX8_BASE_URL": api.url,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PYTHONPATH": "",
            **environment,
        }
        if way in MODULES:
            path = os.pathsep.join([str(folder / "program/.venv/bin"), engine_bin(), os.environ["PATH"]])
            self.project = Project(folder, {**self._environment, "BENCH_WAY": MODULES[way], "PATH": path})
            shutil.copytree(PROGRAMS, self.project.program, dirs_exist_ok=True)
            # As users have it, also for the paths that the engine writes into the state.
            (self.project.program / ".venv").symlink_to(USER)

    def start(self, operation: str) -> subprocess.Popen[bytes]:
        """Start a command, with its output in a file."""
        arguments, changes = OPERATIONS[operation]
        environment = {**os.environ, **self._environment, "BENCH_URL": URL, **changes}
        command, cwd = [str(ENVIRONMENTS / "ansible/bin/ansible-playbook"), str(PROGRAMS / "playbook.yml")], ROOT
        if self.way in MODULES:
            environment = {**self.project.env(), "BENCH_URL": URL, **changes}
            command = [f"{engine_bin()}/pulumi", *arguments, "--non-interactive"]
            cwd = self.project.program
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def carry_out(self, operation: str, *, watched: bool = False) -> tuple[float, float, dict[str, Use]]:
        """Seconds, seconds of processor time, and what `program` and `provider` used where that is watched."""
        used: dict[str, Use] = {}
        over = threading.Event()
        begin = time.perf_counter()
        process = self.start(operation)
        watch = threading.Thread(target=_watch, args=(process.pid, over, used), daemon=True)
        if watched:
            watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        if process.returncode:
            raise RuntimeError(f"{self.way}: {operation} failed:\n{(self._folder / 'log').read_text()}")
        return seconds, usage.ru_utime + usage.ru_stime, used

    def state_size(self) -> float:
        """Bytes of exported state per webhook, as the engine writes it."""
        resources = [
            r for r in self.project.export()["deployment"].get("resources", []) if r["type"].endswith("ebhook")
        ]
        return sum(len(json.dumps(resource, indent=4)) for resource in resources) / max(len(resources), 1)


def _watch(pid: int, over: threading.Event, used: dict[str, Use]) -> None:
    marks = {"language-python-exec": "program", "pulumi.dynamic": "provider", "resource-eightx8": "provider"}
    found: dict[str, psutil.Process] = {}
    for tick in itertools.count():
        if over.wait(0.02):
            return
        with suppress(psutil.Error):
            for process in psutil.Process(pid).children(recursive=True) if tick % 10 == 0 else ():
                line = " ".join(process.cmdline())
                found |= {kind: process for mark, kind in marks.items() if mark in line}
        for kind, process in found.items():
            with suppress(psutil.Error):
                times, mib = process.cpu_times(), process.memory_info().rss / 2**20
                used[kind] = Use(max(used[kind].memory if kind in used else 0.0, mib), times.user + times.system)


def measure(cells: tuple[Cell, ...]) -> Iterator[Run]:
    """Carry out every run of every cell; the ways take turns at going first."""
    for cell in cells:
        for number in range(1, cell.runs + 1):
            with tempfile.TemporaryDirectory() as scratch, ExitStack() as mocks:
                runners = []
                for way in cell.ways:
                    if way not in ONCE or number == 1:
                        folder = Path(scratch, way.replace(" ", "-"))
                        folder.mkdir()
                        runners.append(Runner(way, folder, mocks.enter_context(Mock()), cell.subaccounts))
                for turn, operation in enumerate(cell.operations):
                    first = (number + turn) % len(runners)
                    for runner in runners[first:] + runners[:first]:
                        if operation in ONCE.get(runner.way, OPERATIONS) and _has(runner.way, operation):
                            yield _run(cell, runner, operation, number)


def _has(way: str, operation: str) -> bool:
    return way in ("dynamic", "native") or operation not in DOORS_ALONE


def _run(cell: Cell, runner: Runner, operation: str, number: int) -> Run:
    runner.api.control(f"latency/{cell.latency}")
    runner.api.counts()
    seconds, cpu, used = runner.carry_out(operation, watched=cell.runs == 1)
    memory = {kind: use.memory for kind, use in used.items()}
    requests, connections = runner.api.counts()
    state = runner.state_size() if operation == "preview" and number == 1 and runner.way in MODULES else 0.0
    return Run(cell.name, runner.way, operation, number, seconds, cpu, requests, connections, memory, state)


def make_environments() -> None:
    """Make the two virtual environments anew where they are missing or older than the package."""
    newest = max(path.stat().st_mtime for path in [ROOT / "pyproject.toml", *(ROOT / "provider").rglob("*.py")])
    for name, packages, since in (
        ("user", [str(ROOT), str(sdk("python"))], newest),
        ("ansible", ["ansible-core"], 0.0),
    ):
        folder, ready = ENVIRONMENTS / name, ENVIRONMENTS / name / "ready"
        if not ready.exists() or ready.stat().st_mtime < since:
            print(f"- making {folder.relative_to(ROOT)}", flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
            subprocess.run([folder / "bin" / "python", *pip], check=True)
            ready.touch()


def import_milliseconds() -> list[float]:
    """What importing the package adds to a program that imports Pulumi; without the first time, which fills caches."""
    code = (
        "import time, pulumi, pulumi.dynamic; begin = time.perf_counter(); from pulumi_8x8 import IvrWebhooks, Webhook;"
        "print(1000 * (time.perf_counter() - begin))"
    )
    taken = [
        subprocess.run([USER / "bin" / "python", "-c", code], capture_output=True, check=True).stdout for _ in range(10)
    ]
    return [float(milliseconds) for milliseconds in taken[1:]]
