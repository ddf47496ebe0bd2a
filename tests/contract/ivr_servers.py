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
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from pulumi_8x8.ivr import deliveries

ROOT = Path(__file__).parents[2]
HEADER = "Bearer of-good-news"
WHEN = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
PARTIES = deliveries.Parties("+6591178965", "+6568888888")
JSON = {"Authorization": HEADER, "Content-Type": "application/json"}


@dataclass
class Endpoint:
    """A running endpoint."""

    url: str
    database_url: str
    process: subprocess.Popen[str]
    log: Path

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(self.url + path, data=data, headers=JSON | headers, timeout=30)

    def get(self, path: str) -> Any:
        return requests.get(self.url + path, headers={"Authorization": HEADER}, timeout=30).json()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Endpoint]:
    """Run the endpoint on a free port, and end it by its own id."""
    log = folder / "endpoint.log"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "provider"), os.environ.get("PYTHONPATH", "")]),
        "EIGHTX8_HTTP_AUTH_HEADER": HEADER,
        "DATABASE_URL": database_url,
        "PORT": "0",
    }
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "endpoint"],
            cwd=ROOT / "examples" / "ivr",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on "), log.read_text()
        yield Endpoint(line.split()[-1], database_url, process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def in_postgresql(folder: Path) -> Iterator[str]:
    """Run a cluster of its own, reached by a socket in its own folder only."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), *_folder_of(shutil.which("initdb"))]
    if not found:
        pytest.skip("PostgreSQL is not installed: no initdb (apt-get install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        try:
            shutil.chown(folder, pwd.getpwnam(user).pw_uid)
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")

    def run(tool: str, *arguments: str) -> None:
        command = [str(found[-1] / tool), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses='' -F")
    try:
        yield f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")


def _folder_of(tool: str | None) -> list[Path]:
    return [Path(tool).parent] if tool else []


def vca(session_id: str = "s", **more: Any) -> dict[str, Any]:
    return deliveries.call_action(
        PARTIES, event_id="e", call_id="c", session_id=session_id, subaccount_id="a", timestamp=WHEN, **more
    )


def vss(session_id: str, status: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    leg = deliveries.call_leg(PARTIES, call_id="c", initiated=WHEN, connected=WHEN, disconnected=WHEN)
    return deliveries.session_summary(
        session_id=session_id,
        subaccount_id="a",
        start_time=WHEN,
        end_time=WHEN,
        legs=[leg],
        session_status=status,
        **more,
    )
