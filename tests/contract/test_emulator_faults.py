"""Each fault as a client on the other end of the connection sees it."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import requests
import trustme

from pulumi_8x8.emulator import Emulator, Fault, Modes

BEARER = {"Authorization": "Bearer emulator"}
LIST = "/api/v1/subaccounts/acme/webhooks"
VCA = {"type": "VCA", "url": "https://example.com/vca"}


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def talk(client: socket.socket, path: str = LIST) -> bytes:
    """Send a POST in one piece, and receive once."""
    body = json.dumps(VCA)
    client.settimeout(10)
    client.sendall(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer emulator\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    return client.recv(1 << 16)


def connected(api: Emulator) -> socket.socket:
    parts = urlsplit(api.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def get(api: Emulator, timeout: float = 10) -> requests.Response:
    return requests.get(api.url + LIST, headers=BEARER, timeout=timeout, allow_redirects=False)


def post(api: Emulator, timeout: float = 10) -> requests.Response:
    return requests.post(api.url + LIST, json=VCA, headers=BEARER, timeout=timeout)


def test_any_status_with_any_body_and_retry_after(api: Emulator) -> None:
    """The request has no effect; without a body of its own the error looks like the documented one."""
    api.faults.add(Fault("status", status=429, body="slow down", retry_after="soon"))
    api.faults.add(Fault("status", status=500))

    refused, failed, granted = post(api), post(api), get(api)

    assert failed.json().keys() == {"errorId", "statusCode", "statusMessage", "timestamp"}
    assert (refused.status_code, refused.text, refused.headers["Retry-After"]) == (429, "slow down", "soon")
    assert (granted.status_code, granted.json()["count"]) == (200, 0)


@pytest.mark.parametrize(("name", "applied"), [("reset_before_reading", False), ("reset_after_applying", True)])
def test_a_reset_closes_the_connection(api: Emulator, name: str, applied: bool) -> None:
    """The client sees a reset, and only the account tells whether the request took effect."""
    api.faults.add(Fault(name))

    with connected(api) as client, pytest.raises(ConnectionResetError):
        talk(client)

    assert ("VCA" in api.account.webhooks("acme")) is applied
    assert api.journal[0].status is None


@pytest.mark.parametrize("name", ["reset_in_body", "truncated"])
def test_half_an_answer_is_a_broken_connection(api: Emulator, name: str) -> None:
    """The status and half of the body arrive, then the connection ends."""
    api.faults.add(Fault(name))

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        post(api)

    assert "VCA" in api.account.webhooks("acme")


@pytest.mark.parametrize("applied", [False, True])
def test_a_hang_lasts_until_the_client_leaves(api: Emulator, applied: bool) -> None:
    """Nothing arrives; whether the request took effect is the fault's to say."""
    fault = api.faults.add(Fault("hang", apply=applied))

    with pytest.raises(requests.ReadTimeout):
        post(api, timeout=0.1)

    assert fault.reached.is_set()
    assert ("VCA" in api.account.webhooks("acme")) is applied


def test_a_hang_ends_when_the_emulator_stops() -> None:
    """A client without a timeout is let go."""
    with ThreadPoolExecutor() as pool:
        with Emulator() as api:
            fault = api.faults.add(Fault("hang"))
            hanging = pool.submit(get, api, 60)
            assert fault.reached.wait(10)

        assert isinstance(hanging.exception(), requests.ConnectionError)


@pytest.mark.parametrize("name", ["drip", "drip_header"])
def test_a_drip_arrives_in_the_end(api: Emulator, name: str) -> None:
    """At one byte per interval the response is slow and whole."""
    api.faults.add(Fault(name, interval=0))

    assert post(api).json()["count"] == 1


@pytest.mark.parametrize(("name", "first"), [("drip", b"HTTP/1.1 200 \r\n"), ("drip_header", b"H")])
def test_a_slow_drip_sends_a_byte_at_a_time(api: Emulator, name: str, first: bytes) -> None:
    """The header goes out at once or drips as well, and the rest waits for its interval."""
    api.faults.add(Fault(name, interval=60))

    with connected(api) as client:
        assert talk(client).startswith(first)


BROKEN: dict[str, Callable[[requests.Response], bool]] = {
    "empty": lambda answer: answer.content == b"",
    "not_json": lambda answer: answer.text == "OK",
    "html": lambda answer: answer.headers["Content-Type"] == "text/html" and "<html>" in answer.text,
    "cut_json": lambda answer: answer.text.startswith("{") and not answer.text.endswith("}"),
    "wrong_types": lambda answer: answer.json()["count"] == "1" and answer.json()["webhooks"][0]["type"] == 7,
    "wrong_shape": lambda answer: isinstance(answer.json(), list),
    "nan": lambda answer: '"count": NaN' in answer.text,
    "duplicate_type": lambda answer: [entry["type"] for entry in answer.json()["webhooks"]] == ["VCA", "VCA"],
    "many": lambda answer: len(answer.json()["webhooks"]) == 10_000,
    "large": lambda answer: len(answer.content) > 50_000_000,
    "bomb": lambda answer: int(answer.headers["Content-Length"]) < 100_000 and len(answer.content) > 50_000_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bent_body_comes_with_200(api: Emulator, name: str) -> None:
    """The request took effect; its response is not what the vendor documents."""
    api.faults.add(Fault(name))

    answer = post(api)

    assert answer.status_code == 200
    assert BROKEN[name](answer)
    assert "VCA" in api.account.webhooks("acme")


def test_a_request_without_effect_can_be_confirmed(api: Emulator) -> None:
    """A lost write: the response says that it was done, the account says that it was not."""
    api.faults.add(Fault("pass", apply=False))

    answer = post(api)

    assert answer.json()["count"] == 1
    assert api.account.webhooks("acme") == {}


def test_a_redirect_goes_to_the_same_url_or_to_another_host(api: Emulator) -> None:
    """A client that follows with its bearer is seen in the other emulator's journal."""
    with Emulator() as other:
        api.faults.add(Fault("redirect"))
        api.faults.add(Fault("redirect", status=308, location=other.url + LIST))

        stayed = get(api)
        requests.get(api.url + LIST, headers=BEARER, timeout=10)

        assert (stayed.status_code, stayed.headers["Location"]) == (307, LIST)
        assert len(other.journal.requests("GET")) == 1


def test_listings_stay_stale_for_the_next_reads(api: Emulator) -> None:
    """The next N listings are as they were when the fault was added."""
    api.account.put("acme", "VSS", "https://example.com/vss")
    api.faults.add(Fault("stale", times=2))

    post(api)

    assert [get(api).json()["count"] for _ in range(3)] == [1, 1, 2]


def test_other_values_than_those_sent_may_be_kept(api: Emulator) -> None:
    """The account keeps something else, and says so."""
    api.faults.add(Fault("altered", stored={"enabled": False}))

    answer = post(api)

    assert answer.json()["webhooks"][0]["enabled"] is False
    assert api.account.webhooks("acme")["VCA"].enabled is False
    assert api.account.webhooks("acme")["VCA"].url == "https://example.com/vca"


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_request_can_be_held(api: Emulator, at: Literal["before", "after"]) -> None:
    """A test waits until the request is there, looks at the account while others are served, and lets it go on."""
    hold = threading.Event()
    fault = api.faults.add(Fault("pass", method="POST", hold=hold, hold_at=at))
    with ThreadPoolExecutor() as pool:
        held = pool.submit(post, api)

        assert fault.reached.wait(10)
        assert ("VCA" in api.account.webhooks("acme")) is (at == "after") is (get(api).json()["count"] == 1)

        hold.set()

        assert held.result().json()["count"] == 1


def test_connections_can_be_refused_for_a_while(api: Emulator) -> None:
    """Open ones are dropped, new ones refused, and later the same URL responds again."""
    with requests.Session() as session:
        session.get(api.url + LIST, headers=BEARER, timeout=10)
        api.refuse_connections()

        with pytest.raises(requests.ConnectionError, match="refused"):
            session.get(api.url + LIST, headers=BEARER, timeout=10)

        api.accept_connections()

        assert session.get(api.url + LIST, headers=BEARER, timeout=10).status_code == 200


def test_it_serves_https_and_its_faults_too(tmp_path: Path) -> None:
    """With the certificate it was given; a reset ends the connection inside TLS."""
    authority, bundle = trustme.CA(), tmp_path / "authority.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(bundle))
    with Emulator(tls=context) as api:
        assert requests.get(api.url + LIST, headers=BEARER, timeout=10, verify=str(bundle)).ok
        api.faults.add(Fault("reset_after_applying"))

        with pytest.raises(requests.ConnectionError):
            requests.post(api.url + LIST, json=VCA, headers=BEARER, timeout=10, verify=str(bundle))

        assert api.url.startswith("https://")
        assert "VCA" in api.account.webhooks("acme")


def test_control_is_off_unless_asked_for(api: Emulator) -> None:
    """Without `control` the path is one that the API does not have."""
    assert requests.get(f"{api.url}/_control/faults", headers=BEARER, timeout=10).status_code == 404


def test_faults_can_be_set_over_http() -> None:
    """Added, listed, met and cleared."""
    with Emulator(control=True) as api:
        control = f"{api.url}/_control/faults"
        requests.post(control, json={"name": "status", "status": 429, "times": 2}, timeout=10)

        listed = requests.get(control, timeout=10).json()
        met = get(api).status_code
        requests.delete(control, timeout=10)

        assert [(fault["name"], fault["times"]) for fault in listed] == [("status", 2)]
        assert (met, get(api).status_code) == (429, 200)


ODD: list[str | bytes] = [
    "", "{", "[]", "null", "NaN", "[" * 100_000, b"\xff\xfe", "9" * 5000,
    "{}", '{"name": "hnag"}', '{"name": ["hang"]}', '{"name": "hang", "skip": "1"}', '{"name": "hang", "hold": 1}',
    '{"name": "hang", "times": 0}', '{"name": "status", "status": 42}', '{"name": "drip", "interval": NaN}',
    '{"name": "drip", "interval": 1e999}', '{"name": "status", "retry_after": "1\\r\\n"}', '{"self": 1}',
    '{"name": "altered", "stored": {"colour": 1}}', '{"post_over": "merge"}', '{"normalise": [[]]}',
]  # fmt: skip


@pytest.mark.parametrize("path", ["faults", "modes"])
@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_an_odd_body_to_the_control_endpoint_is_refused(body: str | bytes, path: str) -> None:
    """The response says what is wrong, never that the emulator failed, and nothing is changed."""
    with Emulator(control=True) as api:
        headers = {"Content-Type": "application/json"}
        empty = path == "modes" and body == "{}"
        answer = requests.post(f"{api.url}/_control/{path}", data=body, headers=headers, timeout=10)

        assert (answer.status_code, "error" in answer.json()) == ((200, False) if empty else (422, True))
        assert (api.faults.pending(), api.modes()) == ([], Modes().modes())


def test_modes_can_be_set_over_http() -> None:
    """Several at once; the others stay."""
    with Emulator(control=True, post_over="ignore") as api:
        control = f"{api.url}/_control/modes"

        changed = requests.post(control, json={"stale_reads": 1, "normalise": ["add-slash"]}, timeout=10).json()

        assert changed == requests.get(control, timeout=10).json()
        assert (api.post_over, api.stale_reads, api.normalise) == ("ignore", 1, ("add-slash",))


@pytest.mark.parametrize("stored", [None, {"enabled": False}])
def test_an_altered_fault_changes_only_what_a_post_sent(api: Emulator, stored: dict[str, object] | None) -> None:
    """A GET and a DELETE that it meets are served as ever."""
    api.account.put("acme", "VCA", "https://example.com/vca")
    for method in ("GET", "DELETE"):
        api.faults.add(Fault("altered", method=method, stored=stored))

    listed, removed = get(api), requests.delete(f"{api.url}{LIST}/VCA", headers=BEARER, timeout=10)

    assert (listed.status_code, listed.json()["count"]) == (200, 1)
    assert (removed.status_code, removed.json()["url"]) == (200, "https://example.com/vca")
    assert api.account.webhooks("acme") == {}


def test_a_client_that_left_does_not_stop_the_server(api: Emulator) -> None:
    """The next request is served after one whose client closed half-way."""
    with connected(api) as client:
        client.sendall(f"POST {LIST} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())

    assert get(api).status_code == 200
