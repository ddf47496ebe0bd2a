"""The example endpoint's responses: the menu, and the status of each wrong request."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from examples.ivr.endpoint.app import create_app
from examples.ivr.endpoint.menu import IVR
from examples.ivr.endpoint.settings import Settings
from examples.ivr.endpoint.store import Store

from pulumi_8x8.ivr import callflow
from pulumi_8x8.ivr.deliveries import REHEARSAL_HEADER
from tests.contract.ivr_servers import HEADER, JSON, ROOT, Endpoint, running, vca, vss
from tests.contract.vendor import samples


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """An endpoint for what has nothing to do with its database."""
    folder = tmp_path_factory.mktemp("alone")
    with running(f"sqlite:///{folder}/sessions.db", folder) as started:
        yield started


def test_a_call_goes_through_both_levels_of_the_menu(alone: Endpoint) -> None:
    """Each response is a valid call flow, and its clientActionId leads to the next; a duplicate gets the same bytes."""
    answers = [alone.post("/vca", vca())]
    for key in ("1", "2"):
        place = answers[-1].json()["clientActionId"]
        delivery = vca(call_status="ACTION_COMPLETED", dtmf=key, client_action_id=place)
        answers.append(alone.post("/vca", delivery))

    assert [callflow.validate(answer.json()) for answer in answers] == [[], [], []]
    assert [answer.json()["callflow"][0]["action"] for answer in answers] == ["sayAndCapture"] * 2 + ["makeCall"]
    assert alone.post("/vca", delivery).content == answers[-1].content


@pytest.mark.parametrize("address", ["/vca", "/vss", "/vcs", "/vru", "/vnu"])
@pytest.mark.parametrize("published", samples("deliveries"), ids=lambda published: published["name"])
def test_every_delivery_that_the_vendor_publishes_is_taken(
    alone: Endpoint, address: str, published: dict[str, Any]
) -> None:
    """Whatever URL the webhooks share: a call gets its call flow, all else is acknowledged."""
    answer = alone.post(address, published["body"], **{REHEARSAL_HEADER: "1"})

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"} or callflow.validate(answer.json()) == []


@pytest.mark.parametrize(
    "keys",
    [{"eventData": {"dtmf": "2"}}, {"eventData": {"dtmf": 2}}, {"eventData": "2"}, {"dtmf": "2"}, {"dtmf": 2}],
    ids=json.dumps,
)
@pytest.mark.parametrize("status", ["ACTION_COMPLETED", "DTMF_RECEIVED"])
def test_a_pressed_key_is_found_wherever_it_comes(alone: Endpoint, status: str, keys: dict[str, object]) -> None:
    """In the three places, as text or number, under the old status and the new one."""
    delivery = vca(call_status=status, client_action_id="menu::1")
    del delivery["payload"]["eventData"]

    answer = alone.post("/vca", delivery | {"payload": delivery["payload"] | keys}).json()

    assert [action["action"] for action in answer["callflow"]] == ["say", "hangup"]


def test_healthz_needs_no_auth_header(alone: Endpoint) -> None:
    """Whoever watches the endpoint holds no secret."""
    answer = requests.get(alone.url + "/healthz", timeout=30)

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("header", [None, "", "Bearer", HEADER + "x", HEADER[:-1], HEADER.lower(), "Bearer ключ"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/vca"), ("POST", "/vss"), ("GET", "/sessions"), ("GET", "/retries")]
)
def test_a_wrong_auth_header_is_401(alone: Endpoint, method: str, path: str, header: str | None) -> None:
    """Nothing but the very value is taken, and nothing is told without it."""
    headers = {"Content-Type": "application/json"}
    if header is not None:
        headers["Authorization"] = header.encode().decode("latin-1")

    body = json.dumps(vss("intruder"))
    answer = requests.request(method, alone.url + path, data=body, headers=headers, timeout=30)

    assert answer.status_code == 401
    assert alone.get("/sessions")["total"] == 0


@pytest.mark.parametrize("path", ["/vca", "/vss"])
@pytest.mark.parametrize(
    ("body", "content_type", "status", "told"),
    [
        (json.dumps(vca()), "text/plain", 415, "application/json"),
        (json.dumps(vca()), "application/x-www-form-urlencoded", 415, "application/json"),
        ("", "application/json", 400, "not JSON"),
        ("{", "application/json", 400, "not JSON"),
        ("NaN", "application/json; charset=utf-8", 400, "not JSON"),
        ("[" * 60_000, "application/json", 400, "not JSON"),
        ("\udcff", "application/json", 400, "not JSON"),
        ("[]", "application/json", 422, "$ "),
        (json.dumps(vca() | {"eventType": "CALL"}), "application/json", 422, "$.eventType"),
        (json.dumps(vca() | {"payload": {}}), "application/json", 422, "$.payload."),
    ],
)
def test_a_delivery_that_cannot_be_read_is_refused_with_the_right_status(
    alone: Endpoint, path: str, body: str, content_type: str, status: int, told: str
) -> None:
    """The response is JSON that says what is wrong, and names the field where there is one."""
    answer = requests.post(
        alone.url + path,
        data=body.encode("utf-8", "surrogateescape"),
        headers=JSON | {"Content-Type": content_type},
        timeout=30,
    )

    assert answer.status_code == status
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/vca", 405),
        ("PUT", "/vss", 405),
        ("OPTIONS", "/vca", 405),
        ("POST", "/retries", 405),
        ("POST", "/healthz", 405),
        ("GET", "/", 404),
        ("GET", "/static/app.py", 404),
        ("GET", "/retries?limit=0", 400),
        ("GET", "/sessions?limit=1001", 400),
    ],
)
def test_a_wrong_request_has_the_right_status(alone: Endpoint, method: str, path: str, status: int) -> None:
    """What is not there, and what is there for another method, is told apart."""
    answer = requests.request(method, alone.url + path, headers=JSON, timeout=30)

    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def padded(size: int) -> bytes:
    body = json.dumps(vca() | {"padding": ""}).encode()
    return body.replace(b'"padding": ""', b'"padding": "' + b"x" * (size - len(body)) + b'"')


def in_chunks(body: bytes) -> Iterator[bytes]:
    yield from (body[start : start + 1000] for start in range(0, len(body), 1000))


@pytest.mark.parametrize("sent", [lambda body: body, in_chunks], ids=["with its length", "in chunks"])
@pytest.mark.parametrize(("size", "status"), [(65536, 200), (65537, 413)])
def test_a_body_over_64_kb_is_413(alone: Endpoint, sent: Callable[[bytes], Any], size: int, status: int) -> None:
    """The limit is exact, whether the length is told beforehand or not."""
    answer = requests.post(alone.url + "/vca", data=sent(padded(size)), headers=JSON, timeout=30)

    assert answer.status_code == status


def test_a_huge_body_is_refused_before_it_is_sent(alone: Endpoint) -> None:
    """The announced length is enough."""
    with closing(http.client.HTTPConnection("127.0.0.1", alone.port, timeout=30)) as connection:
        connection.putrequest("POST", "/vss")
        for name, value in (JSON | {"Content-Length": "1000000000"}).items():
            connection.putheader(name, value)
        connection.endheaders()

        assert connection.getresponse().status == 413


class Untouchable:
    """A database that must not be used."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the store was asked for {name}")


def test_a_vca_is_answered_without_the_database() -> None:
    """A call never waits for a disk or for another machine."""
    client = create_app(Settings(HEADER), Untouchable(), IVR).test_client()  # type: ignore[arg-type]

    answer = client.post("/vca", json=vca(), headers={"Authorization": HEADER})

    assert answer.status_code == 200


def test_a_database_that_is_gone_is_503(tmp_path: Path) -> None:
    """The summary is not acknowledged, calls still get their menu, and /healthz tells."""
    database = tmp_path / "sessions.db"
    with closing(Store(f"sqlite:///{database}")) as store:
        client = create_app(Settings(HEADER), store, IVR).test_client()
        store.close()
        database.unlink()
        database.mkdir()

        answers = [
            client.post("/vss", json=vss("lost"), headers={"Authorization": HEADER}),
            client.post("/vca", json=vca(), headers={"Authorization": HEADER}),
            client.get("/healthz"),
        ]

    assert [answer.status_code for answer in answers] == [503, 200, 503]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "EIGHTX8_HTTP_AUTH_HEADER is not set"),
        ({"EIGHTX8_HTTP_AUTH_HEADER": HEADER, "PORT": "http"}, "PORT must be a number"),
        ({"EIGHTX8_HTTP_AUTH_HEADER": HEADER, "DATABASE_URL": "mysql://u:secret@h/d"}, "neither sqlite nor"),
        (
            {"EIGHTX8_HTTP_AUTH_HEADER": HEADER, "DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"},
            "The database cannot be used",
        ),
        ({"EIGHTX8_HTTP_AUTH_HEADER": HEADER, "DATABASE_URL": "secret"}, "The database cannot be used"),
    ],
)
def test_an_endpoint_that_cannot_start_says_why(environment: dict[str, str], told: str) -> None:
    """One line, exit code 1, no traceback and no secret."""
    ended = subprocess.run(
        [sys.executable, "-m", "endpoint"],
        cwd=ROOT / "examples" / "ivr",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "provider"), "PORT": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr
