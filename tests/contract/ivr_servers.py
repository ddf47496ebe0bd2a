"""The example endpoint as users run it: its own process, waitress, and a real SQLite or PostgreSQL."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

ROOT = Path(__file__).parents[2]
HEADER = "Bearer of-good-news"
JSON = {"Authorization": HEADER, "Content-Type": "application/json"}


@dataclass
class Endpoint:
    """A running endpoint."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        return requests.post(self.url + path, data=json.dumps(body), headers=JSON | headers, timeout=30)

    def sessions(self, path: str = "/sessions?limit=1000") -> list[dict[str, Any]]:
        listed = requests.get(self.url + path, headers=JSON, timeout=30).json()
        return list(listed["sessions"])


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start `python -m endpoint` with nothing but these variables; its log is in the folder."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "provider"), "PORT": "0"}
    with (folder / "endpoint.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "endpoint"],
            cwd=ROOT / "examples" / "ivr",
            env={**path, **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Endpoint]:
    """Run the endpoint on a free port, and end it by its own id."""
    with start(folder, EIGHTX8_HTTP_AUTH_HEADER=HEADER, DATABASE_URL=database_url) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            log = folder / "endpoint.log"
            assert line.startswith("listening on "), log.read_text()
            yield Endpoint(line.split()[-1], process, log)
        finally:
            process.terminate()


def in_postgresql(folder: Path) -> Iterator[str]:
    """Run a cluster of its own, reached by a socket in its own folder only."""
    initdb = shutil.which("initdb")
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), *([Path(initdb).parent] if initdb else [])]
    if not found:
        pytest.skip("PostgreSQL is not installed: no initdb (apt-get install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        try:
            shutil.chown(folder, pwd.getpwnam(user).pw_uid)
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and the user postgres does not exist")

    def run(tool: str, *arguments: str) -> None:
        command = [str(found[-1] / tool), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses='' -F")
    try:
        yield f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")
