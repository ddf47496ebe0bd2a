"""The example endpoint: its responses to deliveries, and what it stores, with SQLite and a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from eightx8_voice import callflow
from eightx8_voice.deliveries import REHEARSAL_HEADER
from tests.support.ivr_example import HEADER, JSON, ExampleEndpoint, database, running, start, vca, vss
from tests.support.vendor import sample, samples


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


@pytest.mark.parametrize("address", ["/vca", "/vnu"])
def test_every_published_delivery_is_accepted(endpoint: ExampleEndpoint, address: str) -> None:
    """Webhooks may share a URL: a call gets its call flow, and everything else is acknowledged."""
    for published in samples("deliveries"):
        response = endpoint.post(address, published["body"], **{REHEARSAL_HEADER: "1"})

        assert response.status_code == 200, published["name"]
        assert response.json() == {"status": "ok"} or callflow.validate(response.json()) == []


READ = ("/sessions", "/retries", "/recordings", "/metrics")


@pytest.mark.parametrize("header", [None, "", "Bearer", HEADER + "x", HEADER[:-1], HEADER.lower(), "Bearer ключ"])
def test_a_wrong_auth_header_is_401(endpoint: ExampleEndpoint, header: str | None) -> None:
    """Only the exact value is accepted, and only /healthz works without it."""
    headers = {"Content-Type": "application/json"}
    if header is not None:
        headers["Authorization"] = header.encode().decode("latin-1")

    for method, path in (("POST", "/vca"), ("POST", "/vss"), *[("GET", path) for path in READ]):
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
        *[(f"GET /sessions?limit={limit}", "", "application/json", 400, "limit") for limit in (0, 1001, "%D9%A3")],
        *[(f"GET /sessions?outcome={name}", "", "application/json", 400, "outcome") for name in ("%00", "x", "")],
    ],
)
def test_an_invalid_request_gets_the_documented_status(
    endpoint: ExampleEndpoint, request_line: str, body: str, content_type: str, status: int, error: str
) -> None:
    """The response is JSON that describes the problem, with the field if there is one."""
    method, path = request_line.split()
    data, headers = body.encode("utf-8", "surrogateescape"), JSON | {"Content-Type": content_type}
    response = requests.request(method, endpoint.url + path, data=data, headers=headers, timeout=30)

    assert (response.status_code, error in response.json()["error"]) == (status, True)


@pytest.mark.parametrize(("size", "status"), [(65536, 200), (65537, 413)])
def test_a_body_over_64_kb_is_413(endpoint: ExampleEndpoint, size: int, status: int) -> None:
    """The limit is exact, with a declared length or a chunked body."""
    body = json.dumps(vca()).encode().ljust(size)
    for data in (body, iter([body[:1000], body[1000:]])):
        assert requests.post(endpoint.url + "/vca", data=data, headers=JSON, timeout=30).status_code == status


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        ({"EIGHTX8_HTTP_AUTH_HEADER": ""}, "EIGHTX8_HTTP_AUTH_HEADER is not set"),
        ({"PORT": "http"}, "PORT must be a number"),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL must be"),
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"}, "The database cannot be used"),
    ],
)
def test_an_endpoint_that_cannot_start_prints_why(tmp_path: Path, environment: dict[str, str], error: str) -> None:
    """It prints one line without traceback or secret, and exits with 1."""
    with start(tmp_path, **{"EIGHTX8_HTTP_AUTH_HEADER": HEADER, **environment}) as process:
        try:
            assert process.wait(timeout=60) == 1
        finally:
            process.kill()

    printed = (tmp_path / "endpoint.log").read_text()
    assert (error in printed, len(printed.splitlines()), "secret" in printed) == (True, 1, False)


def test_a_completed_session_is_stored_once_and_logged_as_done(endpoint: ExampleEndpoint) -> None:
    """Times are in UTC, duplicates do not change the first summary, and a rehearsal stores nothing."""
    started = {"startTime": "2026-01-13T16:26:58+08:00"}
    responses = [endpoint.post("/vss", vss("done-1", name, **started)) for name in ("COMPLETED", "COMPLETED", "BUSY")]
    rehearsed = [endpoint.post("/vss", vss(name), **{REHEARSAL_HEADER: "1"}).status_code for name in ("played", "")]

    (row,) = [row for row in endpoint.sessions() if row["session_id"] == "done-1"]
    stored = {"subaccount_id": "a", "session_status": "COMPLETED", "outcome": "done", "reason": None, "call_count": 1}
    stored |= {"source": "+6500000000", "destination": "+6500000001", "last_action": "HANGUP"}
    assert row | stored | {"start_time": "2026-01-13T08:26:58+00:00"} == row
    assert {(response.status_code, response.text.strip()) for response in responses} == {(200, '{"status":"ok"}')}
    assert (rehearsed, "played" in str(endpoint.sessions())) == ([200, 422], False)


def test_each_outcome_is_listed_and_only_failures_need_a_retry(endpoint: ExampleEndpoint) -> None:
    """One list shows whom to call again and why."""
    outcomes = {"CANCELLED": "canceled", "EXPIRED": "unknown", "COMPLETED_UNSUB_ERROR": "opted_out"}
    for status in ("BUSY", "NO_ANSWER", "FAILED", *outcomes):
        endpoint.post("/vss", vss(f"of-{status}", status))
    endpoint.post("/vss", vss("of-ERROR", "ERROR", errorDetails={"errorCode": -2003}))

    retries = {row["session_id"]: row["reason"] for row in endpoint.sessions("/retries?limit=1000")}
    assert retries.keys() == {"of-BUSY", "of-NO_ANSWER", "of-FAILED", "of-ERROR"}
    assert retries["of-ERROR"] == "the session ended in an error: (-2003)"
    for status, outcome in outcomes.items():
        assert [row["session_id"] for row in endpoint.sessions(f"/sessions?outcome={outcome}")] == [f"of-{status}"]


def test_two_hundred_concurrent_calls_lose_no_session(endpoint: ExampleEndpoint) -> None:
    """Each call rings, presses a key and hangs up; each summary arrives twice and is stored once."""
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


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/vca", vca(sessionId="L1"), ["VCA session=L1 status=CALL_RECEIVED response=200", "actions=sayAndCapture"]),
        ("/vca", vca(sessionId="L2", eventData={"dtmf": "2"}, callStatus="ACTION_COMPLETED", clientActionId="menu::1"),
         ["VCA session=L2 status=ACTION_COMPLETED key=2 ", "actions=say,hangup place=end ms="]),
        ("/vca", vca(sessionId="L3", eventData={"dtmf": "1234"}), ['key="4 digits" ']),
        ("/vca", vca(sessionId="L4", timestamp="soon", mos=1), ["unread=$.payload.timestamp "]),
        ("/vss", vss("L5", "BUSY"), ["VSS session=L5 status=BUSY response=200 outcome=stored ms="]),
        ("/vss", vss("L5", "BUSY"), ["outcome=duplicate "]),
        ("/vcs", sample("vcs_call_received")["body"], ["VCS session=e1ff6a15", "outcome=received "]),
        ("/vnu", sample("vnu_updates")["body"], ["VNU status=UPDATES response=200 "]),
        ("/vss", vss("L6\n\x1b[31m red"), ['VSS session="L6\\n\\x1b[31m red" ']),
    ],
    ids=lambda value: value[0][:24] if isinstance(value, list) else "",
)  # fmt: skip
def test_every_delivery_is_logged_in_one_line(
    endpoint: ExampleEndpoint, path: str, body: dict[str, Any], words: list[str]
) -> None:
    """The line has type, session, status, key, response and time; several digits are hidden."""
    before = len(endpoint.lines())

    assert endpoint.post(path, body).status_code == 200

    (line,) = endpoint.lines()[before:]
    assert all(word in line for word in words), line
    assert "+65000" not in line


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"Authorization": "Bearer canary"}, "{}", "POST /vss response=401"),
        ({"Content-Type": "text/plain"}, "{}", "POST /vss response=415"),
        ({}, "canary", "POST /vss response=400"),
        ({}, '{"namespace": "canary"}', 'POST /vss response=422 reason="The delivery is malformed: $.namespace'),
        ({}, "x" * 65_537, "POST /vss response=413"),
        ({}, "x" * 2**21, "unreadable request response=413"),
    ],
    ids=lambda value: value[-10:] if isinstance(value, str) else "",
)
def test_every_refusal_is_logged_in_one_line(
    endpoint: ExampleEndpoint, headers: dict[str, str], body: str, words: str
) -> None:
    """The line has the reason, and no header or body."""
    before = len(endpoint.lines())

    requests.post(endpoint.url + "/vss", data=body, headers=JSON | headers, timeout=30)

    (line,) = endpoint.lines()[before:]
    assert (words in line, "canary" in line) == (True, False), line


def test_metrics_count_deliveries_and_refusals(endpoint: ExampleEndpoint) -> None:
    """The Prometheus text has deliveries, refusals, response times and sessions."""
    posts: list[tuple[str, Any, dict[str, str]]] = [
        ("/vca", vca(), {}),
        ("/vss", vss("metered", "BUSY"), {}),
        ("/vss", vss("metered", "BUSY"), {}),
    ]
    posts += [("/vss", vss("x"), {REHEARSAL_HEADER: "1"}), ("/vss", {}, {})]
    before = metrics(endpoint)

    for path, body, headers in posts:
        endpoint.post(path, body, **headers)

    after = metrics(endpoint)
    grown = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    assert {name: value for name, value in grown.items() if name[0].endswith("total")} == {
        ("ivr_deliveries_total", "answered", "VCA"): 1,
        ("ivr_deliveries_total", "stored", "VSS"): 1,
        ("ivr_deliveries_total", "duplicate", "VSS"): 1,
        ("ivr_deliveries_total", "rehearsal", "VSS"): 1,
        ("ivr_refusals_total", "malformed"): 1,
        ("ivr_sessions_total", "retry"): 1,
    }
    assert grown["ivr_response_seconds_count", "VSS"] == 3


def metrics(endpoint: ExampleEndpoint) -> dict[tuple[str, ...], float]:
    """Each metric sample by its name and its labels' values."""
    text = endpoint.get("/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(one.name, *(value for _, value in sorted(one.labels.items()))): one.value for one in samples}
