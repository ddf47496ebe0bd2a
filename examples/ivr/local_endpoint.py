"""A resource that runs this folder's endpoint as a process on this machine.

create   start `python -m endpoint` and wait until that process listens and /healthz returns 200
diff     changed port: replace, so that the old process serves until the webhooks have moved
         changed auth header, database or source, or process not running: update
update   stop the process and start a new one on the same port
read     process not running: gone
delete   stop the process

A process is identified by its id and its start time, so a later process that reuses the id is never stopped. The
engine keeps "local_endpoint.LocalEndpointProvider" in its state and imports it from the project's folder.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

HERE = Path(__file__).resolve().parent
LOG = HERE / "endpoint.log"
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10
UPDATES = ("http_auth_header", "database_url", "source")


class LocalEndpointProvider(ResourceProvider):
    """Starts and stops the process; the module's docstring lists what each operation does."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        outs = _start(props, int(props["port"]))
        return CreateResult(outs["url"], outs)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        ended = _process(olds) is None
        if ended:
            print(f"the endpoint on {olds.get('url')} is not running; this update starts it")
        moved = olds.get("port") != news.get("port")
        changed = any(olds.get(name) != news.get(name) for name in UPDATES)
        return DiffResult(changes=ended or moved or changed, replaces=["port"] if moved else [])

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        _stop(olds)
        return UpdateResult(_start(news, urlsplit(olds["url"]).port or 0))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props) if _process(props) else ReadResult("", {})

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        _stop(props)


class LocalEndpoint(Resource, module="ivr", name="LocalEndpoint"):
    """The endpoint, running on this machine.

    Args:
        port: Port on 127.0.0.1; 0 picks a free one and keeps it.
        http_auth_header: The Authorization header that deliveries carry; a secret.
        database_url: Where sessions are stored; a secret. Default: sessions.db in this folder.
    """

    url: pulumi.Output[str]
    pid: pulumi.Output[float]

    def __init__(
        self,
        name: str,
        *,
        port: int,
        http_auth_header: pulumi.Input[str],
        database_url: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        database = database_url or f"sqlite:///{HERE / 'sessions.db'}"
        inputs = {
            "port": port,
            "http_auth_header": pulumi.Output.secret(http_auth_header),
            "database_url": pulumi.Output.secret(database),
            "source": source_hash(HERE / "endpoint"),
            # Known before the process runs, so that a preview can show where the webhooks will point.
            "url": f"http://{HOST}:{port}" if port else None,
            "pid": None,
        }
        super().__init__(LocalEndpointProvider(), name, inputs, opts)


def source_hash(folder: Path) -> str:
    """Return a hash of the endpoint's source."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _start(props: dict[str, Any], port: int) -> dict[str, Any]:
    # The endpoint needs neither the API key nor the engine's passphrase.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "EIGHTX8_"))}
    environment = {
        **inherited,
        "EIGHTX8_HTTP_AUTH_HEADER": props["http_auth_header"],
        "DATABASE_URL": props["database_url"],
        "HOST": HOST,
        "PORT": str(port),
    }
    with LOG.open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "endpoint"],
            cwd=HERE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = psutil.Process(started.pid)
    born = process.create_time()
    deadline = time.monotonic() + START_SECONDS
    while not (url := _ready(process)):
        if started.poll() is not None or time.monotonic() > deadline:
            started.kill()
            started.wait()
            raise RuntimeError(
                f"The endpoint did not start on port {port}, and its process was stopped. "
                f"The last line of {LOG}: {_last_log_line()}. Fix the cause and run `pulumi up` again."
            )
        time.sleep(0.05)
    return {**props, "url": url, "pid": process.pid, "born": born}


def _ready(process: psutil.Process) -> str | None:
    try:
        listening = [c.laddr.port for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    except psutil.Error:
        return None
    return f"http://{HOST}:{listening[0]}" if listening and _healthy(listening[0]) else None


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_log_line() -> str:
    lines = LOG.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "none"


def _stop(props: dict[str, Any]) -> None:
    process = _process(props)
    if process is None:
        return
    process.terminate()
    _, alive = psutil.wait_procs([process], timeout=STOP_SECONDS)
    for left in alive:
        left.kill()
    psutil.wait_procs(alive, timeout=STOP_SECONDS)


def _process(props: dict[str, Any]) -> psutil.Process | None:
    try:
        process = psutil.Process(int(props["pid"]))
        # A clock adjustment since then shifts the start time slightly.
        same = abs(process.create_time() - props["born"]) < 2
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.NoSuchProcess, KeyError, TypeError):
        return None
