"""The endpoint of examples/ivr in its own process, and the databases that it uses."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import psutil
import pytest
import requests

from eightx8_voice.deliveries import synthetic

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ivr"
HEADER = "Bearer of-good-news"
JSON = {"Authorization": HEADER, "Content-Type": "application/json"}


@dataclass
class ExampleEndpoint:
    url: str
    process: subprocess.Popen[str]
    log: Path

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        return requests.post(self.url + path, data=json.dumps(body), headers=JSON | headers, timeout=30)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=JSON, timeout=30)

    def lines(self, *words: str) -> list[str]:
        """The lines of its log that contain all of these words."""
        return [line for line in self.log.read_text().splitlines() if all(word in line for word in words)]

    def sessions(self, path: str = "/sessions?limit=1000") -> list[dict[str, Any]]:
        return list(self.get(path).json()["sessions"])


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start `python -m endpoint` with only these variables; its log is in the folder."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "provider"), "PORT": "0", **environment}
    command, out = [sys.executable, "-m", "endpoint"], subprocess.PIPE
    with (folder / "endpoint.log").open("w") as log:
        return subprocess.Popen(command, cwd=EXAMPLE, env=env, stdout=out, stderr=log, text=True)


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[ExampleEndpoint]:
    """Run the endpoint on a free port, and stop it by its id."""
    with start(folder, EIGHTX8_HTTP_AUTH_HEADER=HEADER, DATABASE_URL=database_url) as process:
        try:
            assert process.stdout
            line, log = process.stdout.readline(), folder / "endpoint.log"
            assert line.startswith("listening on "), log.read_text()
            yield ExampleEndpoint(line.split()[-1], process, log)
        finally:
            process.terminate()


def in_postgresql(folder: Path) -> Iterator[str]:
    """Run a separate cluster, which can be reached only through a socket in its folder."""
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
    run(
        "pg_ctl",
        "start",
        "-w",
        "-l",
        str(folder / "log"),
        "-o",
        f"-k {folder} -c listen_addresses='' -c timezone=Asia/Singapore -F",
    )
    try:
        yield f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")


def vca(**payload: object) -> dict[str, Any]:
    body = synthetic("VCA", "a")
    return body | {"payload": body["payload"] | payload}


def vss(session_id: str, status: str = "COMPLETED", **payload: object) -> dict[str, Any]:
    body = synthetic("VSS", "a")
    return body | {"payload": body["payload"] | {"sessionId": session_id, "sessionStatus": status, **payload}}


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of a fresh database, `sqlite` or `postgresql`."""
    # PostgreSQL runs as another user, who may not read pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="ivr-") as folder:
        yield from in_postgresql(Path(folder)) if kind == "postgresql" else [f"sqlite:///{folder}/sessions.db"]


@contextmanager
def hanging(url: str) -> Iterator[None]:
    """A database that does not respond: SQLite is locked, or every PostgreSQL process is stopped."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
        return
    folder = Path(unquote(url.partition("host=")[2]))
    server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
