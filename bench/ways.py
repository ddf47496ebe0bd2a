"""Each way of registering webhooks, ready to carry out an operation: its command, folder and environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.engine.scratch import ROOT, Project, engine_bin

from .grid import OPERATIONS, PROGRAMS, URL, Way
from .processes import Usage, watched

PROGRAM_FILES = Path(__file__).parent / "programs"
USER = ROOT / ".tools" / "bench" / "user"
"""A virtual environment as a user of the package has it."""
ANSIBLE = ROOT / ".tools" / "bench" / "ansible"
"""A virtual environment with ansible-core alone."""

LONGEST = 3600


@dataclass(frozen=True)
class Timing:
    """One operation's end to end time in seconds, and what its processes took where they were watched."""

    seconds: float
    usage: Usage


class Runner:
    """Carries out operations by one way, for one cell.

    Args:
        way: Which.
        folder: An empty one of its own.
        api: The mock's address.
        subaccounts: How many.
    """

    def __init__(self, way: Way, folder: Path, api: str, subaccounts: int) -> None:
        self.way = way
        self._environment = {
            "BENCH_WAY": way.name[:4].lower(),
            "BENCH_URL": URL,
            "BENCH_SUBACCOUNTS": str(subaccounts),
            "EIGHTX8_API_KEY": "bench",
            "EIGHTX8_BASE_URL": api,
            "PYTHONPATH": str(PROGRAM_FILES),
        }
        if way in PROGRAMS:
            path = os.pathsep.join([str(USER / "bin"), engine_bin(), os.environ["PATH"]])
            self._project = Project(folder, {**self._environment, "PATH": path})
            self._project.write((PROGRAM_FILES / f"{PROGRAMS[way]}.py").read_text())

    def can(self, operation: str) -> bool:
        """Whether this way has such an operation."""
        if self.way is Way.SCRIPT:
            return bool(OPERATIONS[operation].script)
        if self.way is Way.ANSIBLE:
            return OPERATIONS[operation].ansible
        return self.way is Way.OURS or operation != "preview, live checks off"

    def carry_out(self, operation: str, *, watch: bool = False) -> Timing:
        """Carry it out and take the time.

        Args:
            operation: A name in OPERATIONS.
            watch: Look at the processes meanwhile, which takes a little time of its own.
        """
        begin = time.perf_counter()
        process = self._start(operation)
        if watch:
            with watched(process.pid) as usage:
                output, _ = process.communicate(timeout=LONGEST)
        else:
            output, usage = process.communicate(timeout=LONGEST)[0], Usage()
        seconds = time.perf_counter() - begin
        if process.returncode:
            raise RuntimeError(f"{self.way.value}: {operation} failed:\n{output}")
        return Timing(seconds, usage)

    def state_size(self) -> float | None:
        """Bytes of exported state per webhook, as the engine writes it; None where there is none."""
        if self.way not in PROGRAMS:
            return None
        resources = [r for r in self._project.export()["deployment"]["resources"] if ":dynamic/" in r["type"]]
        return sum(len(json.dumps(resource, indent=4)) for resource in resources) / len(resources)

    def _start(self, operation: str) -> subprocess.Popen[str]:
        asked = OPERATIONS[operation]
        if self.way in PROGRAMS:
            plain = {"BENCH_URL": URL, "BENCH_FIRST_URL": URL, "EIGHTX8_LIVE_CHECKS": "1"}
            self._project.environment.update({**plain, **asked.environment})
            return self._project.start(*asked.command)
        if self.way is Way.SCRIPT:
            command = [str(USER / "bin" / "python"), str(PROGRAM_FILES / "script.py"), asked.script]
        else:
            command = [str(ANSIBLE / "bin" / "ansible-playbook"), str(PROGRAM_FILES / "playbook.yml")]
        return subprocess.Popen(
            command,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def make_environments() -> None:
    """Make the two virtual environments anew where they are missing or older than the package."""
    newest = max(path.stat().st_mtime for path in [ROOT / "pyproject.toml", *(ROOT / "provider").rglob("*.py")])
    for folder, packages in ((USER, [str(ROOT)]), (ANSIBLE, ["ansible-core"])):
        ready = folder / "ready"
        if ready.exists() and (folder is ANSIBLE or ready.stat().st_mtime > newest):
            continue
        print(f"- making {folder.relative_to(ROOT)} with {packages[0]}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run([folder / "bin" / "python", *pip], check=True)
        ready.touch()
