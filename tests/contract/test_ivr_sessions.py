"""What the example endpoint stores, once on SQLite and once on a real PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from examples.ivr.endpoint.store import Store

from pulumi_8x8.ivr import deliveries
from tests.contract.ivr_servers import JSON, Endpoint, in_postgresql, running, vca, vss


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a database is; the tests run once on each kind."""
    # PostgreSQL runs as another user, who may not look into pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="ivr-") as folder:
        if request.param == "sqlite":
            yield f"sqlite:///{folder}/sessions.db"
        else:
            yield from in_postgresql(Path(folder))


@pytest.fixture(scope="module")
def endpoint(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One running endpoint for the tests that do not end it."""
    with running(database_url, tmp_path_factory.mktemp("endpoint")) as started:
        yield started


def stored(endpoint: Endpoint, session_id: str) -> list[dict[str, Any]]:
    with closing(Store(endpoint.database_url)) as store:
        return [row for row in store.sessions(limit=1000) if row["session_id"] == session_id]


def test_a_completed_session_is_stored_and_logged_as_done(endpoint: Endpoint) -> None:
    """The row holds what was delivered, in UTC."""
    answer = endpoint.post("/vss", vss("done-1"))

    (row,) = stored(endpoint, "done-1")
    del row["stored_time"]
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert row == {
        "session_id": "done-1",
        "subaccount_id": "a",
        "session_status": "COMPLETED",
        "outcome": "done",
        "reason": None,
        "source": "+6591178965",
        "destination": "+6568888888",
        "start_time": "2026-01-13T08:26:58+00:00",
        "end_time": "2026-01-13T08:26:58+00:00",
        "last_action": "HANGUP",
        "call_count": 1,
    }
    assert "session 'done-1' done" in endpoint.log.read_text()


@pytest.mark.parametrize(
    ("status", "more", "reason"),
    [
        ("BUSY", {}, "the called party was busy"),
        ("NO_ANSWER", {}, "the called party did not pick up"),
        ("FAILED", {}, "the call could not be connected"),
        ("ERROR", {"error_code": -2003}, "the session ended in an error: invalid call flow (-2003)"),
    ],
)
def test_a_failed_session_is_listed_for_retry(
    endpoint: Endpoint, status: str, more: dict[str, Any], reason: str
) -> None:
    """Whom to call again and why stands in one place."""
    endpoint.post("/vss", vss(f"failed-{status}", status, **more))

    listed = {row["session_id"]: row["reason"] for row in endpoint.get("/retries?limit=1000")["sessions"]}

    assert listed[f"failed-{status}"] == reason


@pytest.mark.parametrize(
    ("status", "outcome"), [("CANCELLED", "canceled"), ("EXPIRED", "unknown"), ("COMPLETED_UNSUB_ERROR", "opted_out")]
)
def test_what_neither_failed_nor_completed_is_not_to_be_retried(endpoint: Endpoint, status: str, outcome: str) -> None:
    """It is stored all the same, and listed under its own outcome."""
    endpoint.post("/vss", vss(f"other-{status}", status))

    retries = endpoint.get("/retries?limit=1000")["sessions"]
    others = endpoint.get(f"/sessions?outcome={outcome}")["sessions"]
    assert f"other-{status}" not in [row["session_id"] for row in retries]
    assert f"other-{status}" in [row["session_id"] for row in others]


def test_a_session_is_stored_once_however_often_it_comes(endpoint: Endpoint) -> None:
    """The first summary stays, and each duplicate gets the same response."""
    answers = [endpoint.post("/vss", vss("again", status)) for status in ("COMPLETED", "COMPLETED", "BUSY")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert [row["session_status"] for row in stored(endpoint, "again")] == ["COMPLETED"]


def test_a_rehearsal_is_judged_and_not_stored(endpoint: Endpoint) -> None:
    """A made-up session gets a real one's responses and leaves no row."""
    good = endpoint.post("/vss", vss("rehearsed"), **{deliveries.REHEARSAL_HEADER: "1"})
    broken = endpoint.post("/vss", vss(""), **{deliveries.REHEARSAL_HEADER: "1"})

    assert (good.status_code, broken.status_code) == (200, 422)
    assert stored(endpoint, "rehearsed") == []


def test_two_hundred_calls_at_once_lose_no_session(endpoint: Endpoint) -> None:
    """Each call rings, presses a key and hangs up; each summary comes twice and is stored once."""
    calls = [f"crowd-{uuid4()}" for _ in range(200)]

    def call(session_id: str) -> set[int]:
        with requests.Session() as session:
            session.headers.update(JSON)
            pressed = vca(session_id, call_status="ACTION_COMPLETED", dtmf="2", client_action_id="menu::1")
            bodies = [("/vca", vca(session_id)), ("/vca", pressed), *[("/vss", vss(session_id))] * 2]
            return {session.post(endpoint.url + path, json=body, timeout=60).status_code for path, body in bodies}

    with ThreadPoolExecutor(200) as crowd:
        statuses = set().union(*crowd.map(call, calls))

    with closing(Store(endpoint.database_url)) as store:
        kept = [row["session_id"] for row in store.sessions(limit=1000)]
    assert statuses == {200}
    assert sorted(name for name in kept if name.startswith("crowd-")) == sorted(calls)


def test_a_session_that_was_answered_survives_a_kill(database_url: str, tmp_path: Path) -> None:
    """It was in the database before the 200 went out."""
    with running(database_url, tmp_path) as endpoint:
        answer = endpoint.post("/vss", vss("survivor"))
        endpoint.process.kill()
        endpoint.process.wait(timeout=30)

        assert answer.status_code == 200
        assert [row["session_id"] for row in stored(endpoint, "survivor")] == ["survivor"]


def test_both_spellings_of_a_postgresql_url_are_taken(database_url: str) -> None:
    """What hosting services hand out works as it is."""
    for url in (database_url, database_url.replace("postgres://", "postgresql://")):
        with closing(Store(url)) as store:
            store.ping()
