"""The example endpoint's store: what it keeps, and how calls go on while it is locked, stopped, full or gone."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from examples.ivr.endpoint import gate
from examples.ivr.endpoint.app import create_app
from examples.ivr.endpoint.gate import BusyError, Gate
from examples.ivr.endpoint.menu import answer
from examples.ivr.endpoint.settings import Settings, SettingsError
from examples.ivr.endpoint.store import Store

from eightx8_voice import events
from eightx8_voice.outcomes import outcome
from tests.support.ivr_example import HEADER, ExampleEndpoint, database, hanging, running, vca, vss
from tests.support.vendor import sample


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database; the tests run once with each kind."""
    with database(request.param) as url:
        yield url


@pytest.fixture(scope="module")
def endpoint(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleEndpoint]:
    """One running endpoint for all tests that do not stop it."""
    with running(database_url, tmp_path_factory.mktemp("endpoint")) as started:
        yield started


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The same database, used by the test itself."""
    with closing(Store(database_url)) as opened:
        yield opened


def execute(url: str, statement: str) -> None:
    """Change the database without the endpoint."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute(statement)
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement.encode())


def test_calls_are_served_while_the_store_hangs(endpoint: ExampleEndpoint, database_url: str) -> None:
    """Sixty summaries wait or are refused, no call waits for them, and afterwards the endpoint recovers."""
    assert endpoint.get("/healthz").status_code == 200

    with hanging(database_url), ThreadPoolExecutor(60) as crowd:
        waiting = [crowd.submit(endpoint.post, "/vss", vss(f"hung-{number}")) for number in range(60)]
        calls = [endpoint.post("/vca", vca()).status_code for _ in range(20)]
        unhealthy = endpoint.get("/healthz").status_code
        summaries = {response.result().status_code for response in waiting}

    assert (set(calls), summaries, unhealthy) == ({200}, {503}, 503)
    assert len(endpoint.lines("VSS session=hung-", "response=503", "reason=")) == 60
    assert endpoint.post("/vss", vss("after")).status_code == 200
    assert "after" in str(endpoint.sessions())


def test_an_acknowledged_session_survives_a_kill(database_url: str, tmp_path: Path) -> None:
    """It is stored before the 200 is sent; both spellings of a PostgreSQL URL are accepted."""
    with running(database_url.replace("postgres://", "postgresql://"), tmp_path) as endpoint:
        status = endpoint.post("/vss", vss("survivor")).status_code
        endpoint.process.kill()

    with closing(Store(database_url)) as store:
        assert (status, "survivor" in str(store.list("sessions", 1000).rows)) == (200, True)


def test_a_recording_is_stored_once_and_listed(endpoint: ExampleEndpoint) -> None:
    """The list has its path, id and status; a missing id is accepted."""
    uploaded = sample("vru_uploaded")["body"]
    nameless = {**uploaded, "payload": {"sessionId": "nameless"}}

    statuses = [endpoint.post("/vru", body).status_code for body in (uploaded, uploaded, nameless)]

    listed = endpoint.get("/recordings?limit=10").json()
    assert (statuses, listed["total"]) == ([200] * 3, 2)
    assert {row["session_id"] for row in listed["recordings"]} == {"nameless", uploaded["payload"]["sessionId"]}
    (row,) = [row for row in listed["recordings"] if row["recording_id"]]
    payload = uploaded["payload"]
    assert (row["recording_id"], row["file_path"], row["status"], row["duration_seconds"]) == (
        payload["recordingId"],
        payload["filePath"],
        "UPLOAD_COMPLETED",
        25,
    )


def test_dates_at_both_ends_of_the_calendar_are_listed(endpoint: ExampleEndpoint) -> None:
    """A database in a time zone other than UTC could not return them."""
    times = {"startTime": "0001-01-01T00:00:00Z", "endTime": "9999-12-31T23:59:59Z"}

    status = endpoint.post("/vss", vss("calendar", **times)).status_code

    (row,) = [row for row in endpoint.sessions() if row["session_id"] == "calendar"]
    assert (status, row["start_time"], row["end_time"]) == (
        200,
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59+00:00",
    )


def test_an_unreadable_row_is_omitted_and_counted(endpoint: ExampleEndpoint, database_url: str) -> None:
    """Another program wrote it; the other rows are listed as usual."""
    for name in ("sound", "unsound"):
        endpoint.post("/vss", vss(name))
    execute(database_url, "update sessions set start_time = 'infinity' where session_id = 'unsound'")

    listed = endpoint.get("/sessions?limit=1000").json()

    names = [row["session_id"] for row in listed["sessions"]]
    assert ("sound" in names, "unsound" in names, listed["not_shown"]) == (True, False, 1)
    assert listed["total"] == len(names) + 1
    execute(database_url, "delete from sessions where session_id = 'unsound'")


def test_a_summary_without_its_optional_fields_is_stored(store: Store) -> None:
    """The store requires no optional field."""
    bare = {"namespace": "VOICE", "eventType": "SESSION_SUMMARY"}
    summary: Any = events.parse(bare | {"payload": {"sessionId": "bare", "sessionStatus": "BUSY"}})

    added = [store.add_session(summary, outcome(summary), "{}") for _ in range(2)]

    assert added == [True, False]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of a running process")
def test_a_full_disk_makes_the_endpoint_unhealthy_but_calls_continue(tmp_path: Path) -> None:
    """The database's files cannot grow."""
    with running(f"sqlite:///{tmp_path}/sessions.db", tmp_path) as endpoint:
        healthy = endpoint.get("/healthz").status_code
        size = max(file.stat().st_size for file in tmp_path.iterdir())
        psutil.Process(endpoint.process.pid).rlimit(psutil.RLIMIT_FSIZE, (size, size))

        full = endpoint.get("/healthz").status_code
        posted = [endpoint.post(path, body).status_code for path, body in (("/vss", vss("s")), ("/vca", vca()))]

    assert (healthy, full, posted) == (200, 503, [503, 200])


def test_a_read_only_database_is_unhealthy(tmp_path: Path) -> None:
    """Sessions can be listed, but no summary is accepted."""
    path = tmp_path / "sessions.db"
    Store(f"sqlite:///{path}").close()

    with closing(Store(f"sqlite:///file:{path}?mode=ro&uri=true")) as store:
        client = create_app(Settings(HEADER), store, answer).test_client()
        statuses = [
            client.get(path, headers={"Authorization": HEADER}).status_code for path in ("/healthz", "/sessions")
        ]

    assert statuses == [503, 200]


def test_an_unusable_database_gives_503(tmp_path: Path) -> None:
    """Summaries are not acknowledged, /healthz reports it, and calls never wait for the database."""
    database, header = tmp_path / "sessions.db", {"Authorization": HEADER}
    store = Store(f"sqlite:///{database}")
    client = create_app(Settings(HEADER), store, answer).test_client()
    store.close()
    database.unlink()
    database.mkdir()

    posts = (("/vss", vss("s")), ("/vca", vca()))
    statuses = [client.post(path, json=body, headers=header).status_code for path, body in posts]

    assert (statuses, client.get("/healthz").status_code) == ([503, 200], 503)
    store.close()


@pytest.mark.parametrize(
    "url", ["secret", "postgresql://u:p@h:secret/d", "://secret", "secret://h/d", "mysql://secret@h"]
)
def test_a_malformed_database_url_is_refused_without_being_repeated(url: str) -> None:
    """It may contain a password."""
    with pytest.raises(SettingsError) as refused:
        Store(url)

    assert "DATABASE_URL must be" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.fixture
def occupied(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Gate, threading.Event]]:
    """A gate that is full of work which ends only at the event."""
    for limit in ("PATIENCE", "STALLED_AFTER"):
        monkeypatch.setattr(gate, limit, 600.0)
    way, finish, entered = Gate(), threading.Event(), threading.Semaphore(0)

    def work() -> bool:
        entered.release()
        return finish.wait()

    with ThreadPoolExecutor(gate.AT_WORK) as crowd:
        for _ in range(gate.AT_WORK):
            crowd.submit(way.run, work)
        for _ in range(gate.AT_WORK):
            entered.acquire()
        yield way, finish
        finish.set()


@pytest.mark.parametrize(("limit", "value"), [("STALLED_AFTER", 0.01), ("WAITING", 0), ("PATIENCE", 0.01)])
def test_work_is_refused_when_the_store_stalls_or_too_many_wait(
    occupied: tuple[Gate, threading.Event], monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    """Each limit is tested alone: no progress, a full queue, and a long wait."""
    monkeypatch.setattr(gate, limit, value)
    way, finish = occupied
    with ThreadPoolExecutor() as another:
        refused = another.submit(way.run, lambda: "never")
        try:
            assert isinstance(refused.exception(timeout=30), BusyError)
        finally:
            finish.set()


def test_work_waits_while_the_store_makes_progress(occupied: tuple[Gate, threading.Event]) -> None:
    """A burst of summaries is not refused."""
    way, finish = occupied
    with ThreadPoolExecutor() as another:
        waiting = another.submit(way.run, lambda: "in turn")
        finish.set()

        assert waiting.result(timeout=30) == "in turn"


def test_work_that_never_ends_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that waits for a hanging server cannot be interrupted."""
    monkeypatch.setattr(gate, "PATIENCE", 0.01)
    finish = threading.Event()

    with pytest.raises(BusyError):
        Gate().run(finish.wait)
    finish.set()


def test_an_error_in_the_work_is_raised() -> None:
    """Its place in the gate is released."""
    way = Gate()

    for _ in range(gate.AT_WORK + 1):
        with pytest.raises(ZeroDivisionError):
            way.run(lambda: 1 // 0)
