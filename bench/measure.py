"""Measurements: sizes, variants and operations, as complete CLI commands that a user waits for."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from tests.support.environments import environment
from tests.support.scratch import Project, engine_bin
from tools.sdks.generate import sdk

PROGRAMS = Path(__file__).parent / "programs"
API_KEY = "bench"

WAYS = {
    "dynamic": "pulumi_8x8",
    "native": "pulumi_eightx8",
    "naive": "naive",
    "empty stack": "empty",
}
"""The module of each variant whose `Webhook` the program declares."""

OPERATIONS = {
    "up": ("up", "--yes", "--skip-preview"),
    "preview": ("preview",),
    "preview --refresh": ("preview", "--refresh"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
"""Arguments of the CLI; each operation starts from the previous one's result."""


class Size(NamedTuple):
    """The extent of one series of measurements, with two webhooks in each subaccount."""

    subaccounts: int
    repeats: int = 1
    checkpoints: bool = True  # whether the engine writes its state around each step
    ways: Sequence[str] = tuple(WAYS)
    operations: Sequence[str] = tuple(OPERATIONS)
    latency: float = 0.05  # the API's response time in seconds

    @property
    def webhooks(self) -> int:
        """The number of webhooks in all subaccounts."""
        return 2 * self.subaccounts


SIZES = (
    Size(50, repeats=2),
    Size(500, checkpoints=False, ways=("dynamic", "native", "naive")),
    Size(500, ways=("dynamic",), operations=("up",)),
)
"""The page's measurements: less than ten minutes on two cores."""

QUICK = (Size(2, latency=0),)


class Run(NamedTuple):
    """One run of an operation."""

    size: Size
    way: str
    operation: str
    seconds: float


def measure(sizes: Sequence[Size]) -> Iterator[Run]:
    """Run every operation; every variant runs it before the next begins, and they take turns at going first.

    Raises:
        RuntimeError: A command failed; the text is its output.
    """
    installed = environment(PROGRAMS / "requirements.txt", str(sdk("python")))
    with tempfile.TemporaryDirectory() as scratch:
        for size, repeat in [(each, number) for each in sizes for number in range(each.repeats)]:
            with ExitStack() as servers:
                projects = {}
                for way in size.ways:
                    api = servers.enter_context(_api(size.latency))
                    folder = Path(tempfile.mkdtemp(prefix=f"{way}-", dir=scratch))
                    projects[way] = _project(folder, installed, size, way, api)
                for turn, operation in enumerate(size.operations):
                    first = (repeat + turn) % len(size.ways)
                    for way in (*size.ways[first:], *size.ways[:first]):
                        yield Run(size, way, operation, _seconds(projects[way], operation))


def machine() -> str:
    """The machine and the versions that were measured."""
    engine = subprocess.check_output([f"{engine_bin()}/pulumi", "version"], text=True).strip()
    python, library = platform.python_version(), metadata.version("pulumi")
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} after it"
    return f"{date.today()}: {cores}; Pulumi CLI {engine}, Python SDK {library}, Python {python}"


@contextmanager
def _api(latency: float) -> Iterator[str]:
    """An emulated API in its own process."""
    program = str(Path(sys.executable).parent / "pulumi-8x8")
    command = [program, "emulate", "--api-key", API_KEY, "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            [url] = re.findall(r"http://[\d.:]+", server.stdout.readline())
            yield url
        finally:
            server.terminate()


def _project(folder: Path, installed: Path, size: Size, way: str, api: str) -> Project:
    environment = {
        "BENCH_MODULE": WAYS[way],
        "BENCH_SUBACCOUNTS": str(size.subaccounts),
        "EIGHTX8_API_KEY": API_KEY,
        "EIGHTX8_BASE_URL": api,
        "PATH": os.pathsep.join([str(installed / "bin"), engine_bin(), os.environ["PATH"]]),
        "PULUMI_SKIP_CHECKPOINTS": "" if size.checkpoints else "true",
        "PYTHONPATH": "",
    }
    project = Project(folder, environment)
    shutil.copytree(PROGRAMS, project.program, dirs_exist_ok=True)
    return project


def _seconds(project: Project, operation: str) -> float:
    begin = time.perf_counter()
    with project.start(*OPERATIONS[operation]) as process:
        printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(printed)
    return time.perf_counter() - begin
