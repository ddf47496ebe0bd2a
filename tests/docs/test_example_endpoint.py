"""The example endpoint: its responses to deliveries, and what it stores, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from examples.ivr.endpoint.app import create_app
from examples.ivr.endpoint.menu import IVR
from examples.ivr.endpoint.settings import Settings
from examples.ivr.endpoint.store import Store

from eightx8_voice import callflow
from eightx8_voice.deliveries import REHEARSAL_HEADER, synthetic
from tests.support.vendor import samples

ROOT = Path(__file__).parents[2]
HEADER = "Bearer of-good-news"
JSON = {"Authorization": HEADER, "Content-Type": "application/json"}


@dataclass
class Endpoint:
    url: str
    process: subprocess.Popen[str]
    log: Path

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        return requests.post(self.url + path, data=json.dumps(body), headers=JSON | headers, timeout=30)

    def sessions(self, path: str = "/sessions?limit=1000") -> list[dict[str, Any]]:
        return list(requests.get(self.url + path, headers=JSON, timeout=30).json()["sessions"])


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start `python -m endpoint` with nothing but these variables; its log is in the folder."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "provider"), "PORT": "0", **environment}
    command, out = [sys.executable, "-m", "endpoint"], subprocess.PIPE
    with (folder / "endpoint.log").open("w") as log:
        return subprocess.Popen(command, cwd=ROOT / "examples" / "ivr", env=env, stdout=out, stderr=log, text=True)


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Endpoint]:
    """Run the endpoint on a free port, and end it by its own id."""
    with start(folder, EIGHTX8_HTTP_AUTH_HEADER=HEADER, DATABASE_URL=database_url) as process:
        try:
            assert process.stdout
            line, log = process.stdout.readline(), folder / "endpoint.log"
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


def vca(**payload: object) -> dict[str, Any]:
    body = synthetic("VCA", "a")
    return body | {"payload": body["payload"] | payload}


def vss(session_id: str, status: str = "COMPLETED", **payload: object) -> dict[str, Any]:
    body = synthetic("VSS", "a")
    return body | {"payload": body["payload"] | {"sessionId": session_id, "sessionStatus": status, **payload}}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a database is; the tests run once on each kind."""
    # PostgreSQL runs as another user, who may not look into pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="ivr-") as folder:
        yield from in_postgresql(Path(folder)) if request.param == "postgresql" else [f"sqlite:///{folder}/sessions.db"]


@pytest.fixture(scope="module")
def endpoint(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One running endpoint for all tests that do not end it."""
    with running(database_url, tmp_path_factory.mktemp("endpoint")) as started:
        yield started


@pytest.mark.parametrize("address", ["/vca", "/vnu"])
def test_every_delivery_that_the_vendor_publishes_is_taken(endpoint: Endpoint, address: str) -> None:
    """Whatever URL the webhooks share: a call gets its call flow, all else is acknowledged."""
    for published in samples("deliveries"):
        response = endpoint.post(address, published["body"], **{REHEARSAL_HEADER: "1"})

        assert response.status_code == 200, published["name"]
        assert response.json() == {"status": "ok"} or callflow.validate(response.json()) == []


@pytest.mark.parametrize("header", [None, "", "Bearer", HEADER + "x", HEADER[:-1], HEADER.lower(), "Bearer ключ"])
def test_a_wrong_auth_header_is_401(endpoint: Endpoint, header: str | None) -> None:
    """Only the very value is accepted, and only /healthz works without it."""
    headers = {"Content-Type": "application/json"}
    if header is not None:
        headers["Authorization"] = header.encode().decode("latin-1")

    for method, path in (("POST", "/vca"), ("POST", "/vss"), ("GET", "/sessions"), ("GET", "/retries")):
        body = json.dumps(vss("intruder"))
        response = requests.request(method, endpoint.url + path, data=body, headers=headers, timeout=30)
        assert (response.status_code, "intruder" in str(endpoint.sessions())) == (401, False)
    assert requests.get(endpoint.url + "/healthz", timeout=30).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("request_line", "body", "content_type", "status", "error"),
    [
        ("POST /vca", json.dumps(vca()), "text/plain", 415, "application/json"),
        *[("POST /vss", body, "application/json", 400, "not JSON") for body in ("", "NaN", "[" * 60_000, "\udcff")],
        ("POST /vss", "[]", "application/json", 422, "$ "),
        ("POST /vss", json.dumps(vca() | {"payload": {}}), "application/json", 422, "$.payload."),
        *[(line, "", "application/json", 405, "") for line in ("GET /vca", "OPTIONS /vca", "POST /retries")],
        ("GET /static/app.py", "", "application/json", 404, ""),
        *[(f"GET /sessions?limit={limit}", "", "application/json", 400, "limit") for limit in (0, 1001)],
    ],
)
def test_a_wrong_request_has_the_right_status(
    endpoint: Endpoint, request_line: str, body: str, content_type: str, status: int, error: str
) -> None:
    """The response is JSON with what is wrong, and the field where there is one."""
    method, path = request_line.split()
    data, headers = body.encode("utf-8", "surrogateescape"), JSON | {"Content-Type": content_type}
    response = requests.request(method, endpoint.url + path, data=data, headers=headers, timeout=30)

    assert (response.status_code, error in response.json()["error"]) == (status, True)


@pytest.mark.parametrize(("size", "status"), [(65536, 200), (65537, 413)])
def test_a_body_over_64_kb_is_413(endpoint: Endpoint, size: int, status: int) -> None:
    """The limit is exact, whether the length is announced or the body comes in chunks."""
    body = json.dumps(vca()).encode().ljust(size)
    for data in (body, iter([body[:1000], body[1000:]])):
        assert requests.post(endpoint.url + "/vca", data=data, headers=JSON, timeout=30).status_code == status


def test_a_database_that_cannot_be_used_is_503(tmp_path: Path) -> None:
    """The summary is not acknowledged, and /healthz shows it; a call never waits for the database."""
    database, header = tmp_path / "sessions.db", {"Authorization": HEADER}
    store = Store(f"sqlite:///{database}")
    client = create_app(Settings(HEADER), store, IVR).test_client()
    store.close()
    database.unlink()
    database.mkdir()

    posts = (("/vss", vss("s")), ("/vca", vca()))
    statuses = [client.post(path, json=body, headers=header).status_code for path, body in posts]

    assert (statuses, client.get("/healthz").status_code) == ([503, 200], 503)
    store.close()


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        ({"EIGHTX8_HTTP_AUTH_HEADER": ""}, "EIGHTX8_HTTP_AUTH_HEADER is not set"),
        ({"PORT": "http"}, "PORT must be a number"),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "neither sqlite nor"),
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"}, "The database cannot be used"),
    ],
)
def test_an_endpoint_that_cannot_start_prints_why(tmp_path: Path, environment: dict[str, str], error: str) -> None:
    """One line, exit code 1, no traceback and no secret."""
    with start(tmp_path, **{"EIGHTX8_HTTP_AUTH_HEADER": HEADER, **environment}) as process:
        try:
            assert process.wait(timeout=60) == 1
        finally:
            process.kill()

    printed = (tmp_path / "endpoint.log").read_text()
    assert (error in printed, len(printed.splitlines()), "secret" in printed) == (True, 1, False)


def test_a_completed_session_is_stored_once_and_logged_as_done(endpoint: Endpoint) -> None:
    """In UTC; each duplicate gets the same response, and the first summary stays; a rehearsal leaves no row."""
    started = {"startTime": "2026-01-13T16:26:58+08:00"}
    responses = [endpoint.post("/vss", vss("done-1", name, **started)) for name in ("COMPLETED", "COMPLETED", "BUSY")]
    rehearsed = [endpoint.post("/vss", vss(name), **{REHEARSAL_HEADER: "1"}).status_code for name in ("played", "")]

    (row,) = [row for row in endpoint.sessions() if row["session_id"] == "done-1"]
    stored = {"subaccount_id": "a", "session_status": "COMPLETED", "outcome": "done", "reason": None, "call_count": 1}
    stored |= {"source": "+6500000000", "destination": "+6500000001", "last_action": "HANGUP"}
    assert row | stored | {"start_time": "2026-01-13T08:26:58+00:00"} == row
    assert {(response.status_code, response.text.strip()) for response in responses} == {(200, '{"status":"ok"}')}
    assert "session 'done-1' done" in endpoint.log.read_text()
    assert (rehearsed, "played" in str(endpoint.sessions())) == ([200, 422], False)


def test_each_outcome_is_listed_and_only_failures_are_to_be_retried(endpoint: Endpoint) -> None:
    """Whom to call again and why is in one place."""
    outcomes = {"CANCELLED": "canceled", "EXPIRED": "unknown", "COMPLETED_UNSUB_ERROR": "opted_out"}
    for status in ("BUSY", "NO_ANSWER", "FAILED", *outcomes):
        endpoint.post("/vss", vss(f"of-{status}", status))
    endpoint.post("/vss", vss("of-ERROR", "ERROR", errorDetails={"errorCode": -2003}))

    retries = {row["session_id"]: row["reason"] for row in endpoint.sessions("/retries?limit=1000")}
    assert retries.keys() == {"of-BUSY", "of-NO_ANSWER", "of-FAILED", "of-ERROR"}
    assert retries["of-ERROR"] == "the session ended in an error: (-2003)"
    for status, outcome in outcomes.items():
        assert [row["session_id"] for row in endpoint.sessions(f"/sessions?outcome={outcome}")] == [f"of-{status}"]


def test_two_hundred_calls_at_once_lose_no_session(endpoint: Endpoint) -> None:
    """Each call rings, presses a key and hangs up; each summary comes twice and is stored once."""
    calls = [f"crowd-{number}" for number in range(200)]

    def call(session_id: str) -> set[int]:
        with requests.Session() as session:
            session.headers.update(JSON)
            pressed = vca(callStatus="ACTION_COMPLETED", dtmf="2", clientActionId="menu::1")
            bodies = [("/vca", vca()), ("/vca", pressed), *[("/vss", vss(session_id))] * 2]
            return {session.post(endpoint.url + path, json=body, timeout=60).status_code for path, body in bodies}

    with ThreadPoolExecutor(200) as crowd:
        statuses = set().union(*crowd.map(call, calls))

    assert statuses == {200}
    assert sorted(row["session_id"] for row in endpoint.sessions() if "crowd-" in row["session_id"]) == sorted(calls)


def test_a_session_that_was_acknowledged_survives_a_kill(database_url: str, tmp_path: Path) -> None:
    """It was in the database before the 200 went out; both spellings of a PostgreSQL URL are taken."""
    with running(database_url.replace("postgres://", "postgresql://"), tmp_path) as endpoint:
        status = endpoint.post("/vss", vss("survivor")).status_code
        endpoint.process.kill()

    with closing(Store(database_url)) as store:
        assert (status, "survivor" in str(store.sessions(limit=1000))) == (200, True)
