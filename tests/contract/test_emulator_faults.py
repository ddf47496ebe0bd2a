"""Which requests a fault meets, and what a client sees of it; the client's own tests meet every kind."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
import requests

from pulumi_8x8.emulator import Account, Emulator, Fault, Faults, Modes
from tests.contract.caller import KEY

BEARER = {"Authorization": f"Bearer {KEY}"}
LIST = "/api/v1/subaccounts/acme/webhooks"
VCA = {"type": "VCA", "url": "https://example.com/vca"}


def connected(api: Emulator, sent: str = "") -> socket.socket:
    """Open a connection, and send a request in one piece."""
    parts = urlsplit(api.url)
    client = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
    body = json.dumps(VCA)
    head = f"POST {LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall((sent or head + body).encode())
    return client


def get(api: Emulator, timeout: float = 10) -> requests.Response:
    return requests.get(api.url + LIST, headers=BEARER, timeout=timeout)


def post(api: Emulator, timeout: float = 10) -> requests.Response:
    return requests.post(api.url + LIST, json=VCA, headers=BEARER, timeout=timeout)


def applied(api: Emulator) -> bool:
    return "VCA" in api.account.webhooks("acme")


@pytest.mark.parametrize(
    ("faults", "requests", "expected"),
    [
        ([{"name": "hang"}], "GET a, GET a", ["hang", None]),
        (
            [{"name": "hang", "method": "POST", "subaccount": "b", "skip": 1, "times": 2}],
            "POST b, GET b, POST a, POST b, POST b, POST b",
            [None, None, None, "hang", "hang", None],
        ),
        ([{"name": "hang"}, {"name": "status"}], "GET a, GET a, GET a", ["hang", "status", None]),
        ([{"name": "hang"}, {"name": "status", "skip": 1}], "GET a, GET a", ["hang", "status"]),
        ([{"name": "status", "times": None}], "GET a, POST b, GET a", ["status"] * 3),
        ([{"name": "stale"}], "DELETE a, POST a, GET a", [None, None, "stale"]),
        ([{"name": "altered"}], "DELETE a, GET a, POST a", [None, None, "altered"]),
    ],
    ids=["one by default", "chosen", "in sequence", "skips count all", "until cleared", "of GET", "of POST"],
)
def test_a_fault_meets_the_requests_it_is_about(
    faults: list[dict[str, Any]], requests: str, expected: list[str | None]
) -> None:
    """Method, subaccount and count choose; of several the one added first takes effect."""
    waiting = Faults(Account())
    for fault in faults:
        waiting.add(Fault(**fault))

    met = [waiting.take(*request.split()) for request in requests.split(", ")]

    assert [one and one.fault.name for one in met] == expected
    assert len(waiting.pending()) == sum(fault.get("times", 1) is None for fault in faults)


@pytest.mark.parametrize(("name", "takes_effect"), [("reset_before_reading", False), ("reset_after_applying", True)])
def test_a_reset_closes_the_connection(api: Emulator, name: str, takes_effect: bool) -> None:
    """The client sees a reset, and only the account shows whether the request took effect."""
    api.faults.add(Fault(name))

    with connected(api) as client, pytest.raises(ConnectionResetError):
        client.recv(1)

    assert applied(api) is takes_effect


def test_a_hang_lasts_until_the_client_leaves_or_the_emulator_stops() -> None:
    """Nothing arrives; whether the request took effect is the fault's choice."""
    with ThreadPoolExecutor() as pool:
        with Emulator(KEY) as api:
            api.faults.add(Fault("hang"))
            fault = api.faults.add(Fault("hang", apply=True))
            with pytest.raises(requests.ReadTimeout):
                post(api, timeout=0.1)
            without_effect = not applied(api)
            hanging = pool.submit(post, api, 60)
            assert fault.reached.wait(10)

        assert isinstance(hanging.exception(), requests.ConnectionError)
        assert (without_effect, applied(api), api.journal[-1].status) == (True, True, None)


@pytest.mark.parametrize(("name", "first"), [("drip", b"HTTP/1.1 200 \r\n"), ("drip_header", b"H")])
def test_a_drip_sends_a_byte_at_a_time(api: Emulator, name: str, first: bytes) -> None:
    """The header goes out at once or drips as well; the response is whole in the end."""
    api.faults.add(Fault(name, interval=0))
    api.faults.add(Fault(name, interval=60))

    assert post(api).json()["count"] == 1
    with connected(api) as client:
        assert client.recv(1 << 16).startswith(first)


@pytest.mark.parametrize("stored", [None, {"enabled": False}])
def test_an_altered_fault_changes_only_what_a_post_sent(api: Emulator, stored: dict[str, object] | None) -> None:
    """A GET and a DELETE that it meets are served as ever."""
    api.account.put("acme", "VCA", VCA["url"])
    for method in ("GET", "DELETE"):
        api.faults.add(Fault("altered", method=method, stored=stored))

    listed, removed = get(api), requests.delete(f"{api.url}{LIST}/VCA", headers=BEARER, timeout=10)

    assert (listed.json()["count"], removed.json()["url"], applied(api)) == (1, VCA["url"], False)


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_request_can_be_held(api: Emulator, at: Literal["before", "after"]) -> None:
    """Others are served meanwhile, and the account shows whether it has taken effect."""
    hold = threading.Event()
    fault = api.faults.add(Fault("pass", method="POST", hold=hold, hold_at=at))
    with ThreadPoolExecutor() as pool:
        held = pool.submit(post, api)

        assert fault.reached.wait(10)
        assert applied(api) is (at == "after") is (get(api).json()["count"] == 1)

        hold.set()

        assert held.result().json()["count"] == 1


def test_a_client_that_left_does_not_stop_the_server(api: Emulator) -> None:
    """The next request is served after one whose client closed half-way."""
    connected(api, f"POST {LIST} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{").close()

    assert get(api).status_code == 200


def test_faults_and_modes_can_be_set_over_http_where_control_is_on(api: Emulator) -> None:
    """Added, listed, met and cleared; several modes at once, and the others stay."""
    assert requests.get(f"{api.url}/_control/faults", headers=BEARER, timeout=10).status_code == 404

    with Emulator(KEY, control=True, post_over="ignore") as controlled:
        control = f"{controlled.url}/_control/"
        requests.post(f"{control}faults", json={"name": "status", "status": 429, "times": 2}, timeout=10)
        listed, met = requests.get(f"{control}faults", timeout=10).json(), get(controlled).status_code
        requests.delete(f"{control}faults", timeout=10)
        change = {"stale_reads": 1, "normalise": ["add-slash"]}
        changed = requests.post(f"{control}modes", json=change, timeout=10).json()

        assert [(fault["name"], fault["times"]) for fault in listed] == [("status", 2)]
        assert (met, get(controlled).status_code) == (429, 200)
        assert changed == requests.get(f"{control}modes", timeout=10).json()
        assert (controlled.post_over, controlled.stale_reads, controlled.normalise) == ("ignore", 1, ("add-slash",))


ODD: list[str | bytes] = [
    "", "{", "[]", "null", "NaN", "[" * 100_000, b"\xff\xfe", "9" * 5000,
    "{}", '{"name": "hnag"}', '{"name": ["hang"]}', '{"name": "hang", "skip": "1"}', '{"name": "hang", "hold": 1}',
    '{"name": "hang", "times": 0}', '{"name": "hang", "skip": -1}', '{"name": "status", "status": 42}',
    '{"name": "status", "status": 600}', '{"name": "drip", "interval": -1}', '{"name": "drip", "interval": 1e999}',
    '{"name": "large", "size": 1000000000000}', '{"name": "status", "retry_after": "1\\r\\n"}', '{"self": 1}',
    '{"name": "redirect", "location": "/\\n"}', '{"name": "altered", "stored": {"colour": 1}}',
    '{"name": "altered", "stored": {"url": 7}}', '{"latency": 1, "post_over": "merge"}', '{"normalise": [[]]}',
    '{"stale_reads": -1}', '{"stale_reads": true}', '{"normalise": "add-slash"}', '{"normalise": ["upper"]}',
    '{"normalise": ["add-slash", "remove-slash"]}', '{"error_body": null}', '{"active": true}', '{"latency": NaN}',
]  # fmt: skip


@pytest.mark.parametrize("path", ["faults", "modes"])
def test_an_odd_body_to_the_control_endpoint_is_refused(path: str) -> None:
    """The response names what is wrong, never a failure of the emulator, and nothing is changed."""
    with Emulator(control=True) as api, requests.Session() as session:
        session.headers["Content-Type"] = "application/json"
        bodies = [body for body in ODD if (path, body) != ("modes", "{}")]
        responses = [session.post(f"{api.url}/_control/{path}", data=body, timeout=10) for body in bodies]

        assert [body for body, one in zip(bodies, responses, strict=True) if one.status_code != 422] == []
        assert all("error" in one.json() for one in responses)
        assert (api.faults.pending(), api.modes()) == ([], Modes().modes())
