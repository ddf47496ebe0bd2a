"""`pulumi-8x8 rehearse`: exit codes, options, and its requests to the account."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import KEY
from tests.support.command_line import SUB, run
from tests.support.endpoints import Delivered, Reply, endpoint
from tests.support.wires import Listener

ASK = {"promptMessage": "?", "voiceProfile": "en-US-Jenny", "maxDigits": 1}
MENU = {"clientActionId": "top", "callflow": [{"action": "sayAndCapture", "params": ASK}]}
CALL = {"action": "makeCall", "params": {"source": "+6568888888", "destination": "+6591234501"}}


def command(url: str, *options: str, type: str = "VCA") -> Any:
    return run("rehearse", url, "--type", type, "--allow-private", *options)


@pytest.mark.parametrize(("header", "code"), [("Basic canary", 0), ("Basic canary2", 1), ("canary\n", 2)])
def test_a_rehearsal_ends_with_the_exit_code_of_its_verdict(
    monkeypatch: pytest.MonkeyPatch, header: str, code: int
) -> None:
    """The auth header comes from the environment; one that cannot be sent is misuse."""
    monkeypatch.setenv("EIGHTX8_HTTP_AUTH_HEADER", header)

    def guarded(delivered: Delivered) -> Reply:
        return Reply(200 if delivered.headers.get("Authorization") == "Basic canary" else 401)

    with endpoint(guarded) as running:
        result = command(running.url, "--json")

    assert (result.exit_code, "canary" in result.output) == (code, False)
    assert code == 2 or json.loads(result.output)["ready"] == (code == 0)
    assert bool(running.delivered) == (code != 2)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("nonsense", []),
        *[("http://127.0.0.1/", ["--timeout", seconds]) for seconds in ("inf", "nan", "0", "x")],
        *[("http://127.0.0.1/", options) for options in (["--depth", "6"], ["--subaccount", "no spaces"])],
    ],
)
def test_misuse_gives_exit_code_2_and_the_reason(url: str, options: list[str]) -> None:
    """The reason is one line, and nothing is sent."""
    result = command(url, *options)

    (line,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert (result.exit_code, "Traceback" in result.output, len(line) > 20) == (2, False, True)


def test_findings_are_lines_and_a_warning_leaves_an_endpoint_ready() -> None:
    """Each finding has a mark, and the verdict comes last."""
    with endpoint(lambda _: Reply(200, {"callflow": []})) as running:
        result = command(running.url)

    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "The endpoint is ready.")
    assert "warn call flow: valid; $.callflow: is empty: the call has nothing to do (-1009)" in result.output


@pytest.mark.parametrize(("depth", "delivered"), [("0", 2), ("1", 13), ("2", 13)])
def test_the_depth_of_the_walk_is_an_option(depth: str, delivered: int) -> None:
    """A menu that repeats itself is visited once."""
    with endpoint(lambda _: Reply(200, MENU)) as running:
        result = command(running.url, "--depth", depth)

    assert (result.exit_code, len(running.delivered)) == (0, delivered), result.output


def test_an_endpoint_for_outbound_sessions_gets_no_call_received() -> None:
    """It never gets one in live calls either."""

    def respond(delivered: Delivered) -> Reply:
        return Reply(200 if delivered.body["payload"]["callStatus"] == "ACTION_COMPLETED" else 500)

    with endpoint(respond) as running:
        results = [command(running.url, *options) for options in ([], ["--outbound"])]

    assert [result.exit_code for result in results] == [1, 0]


@pytest.mark.parametrize("type", ["VCS", "VRU", "VNU"])
def test_endpoints_of_the_other_types_can_be_rehearsed(type: str) -> None:
    """They must respond with 200, and need no call flow."""
    with endpoint(lambda _: Reply(200, b"")) as running:
        result = command(running.url, type=type)

    assert result.exit_code == 0, result.output


class ApiWithLists:
    """An API with these lists: status and body by the last part of the path."""

    def __init__(self, **lists: tuple[int, object]) -> None:
        self.lists = {name.replace("_", "-"): response for name, response in lists.items()}

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        status, body = self.lists[request.split()[1].decode().rpartition("/")[2]]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} Status\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + content)


PROFILES = {"speechProfiles": [{"speechProfileCode": code} for code in ("en-US-Jennie", "en-GB-Emma")] + [{}]}
NUMBERS = {"totalNumbers": 1, "numbers": [{"msisdn": "+6568888889"}]}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an endpoint whose menu leads to a call."""
    monkeypatch.setenv("EIGHTX8_API_KEY", KEY)

    def respond(delivered: Delivered) -> Reply:
        pressed = delivered.body["payload"]["eventData"]["dtmf"]
        return Reply(200, {"callflow": [CALL]} if pressed == "2" else MENU)

    with endpoint(respond) as running:
        yield running.url


def test_voices_and_numbers_missing_in_the_account_are_named_with_a_suggestion(
    served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong voice fails live calls; a caller id may still be whitelisted."""
    with Listener(ApiWithLists(speech_profiles=(200, PROFILES), numbers=(200, NUMBERS))) as api:
        monkeypatch.setenv("EIGHTX8_BASE_URL", f"http://{api.address}")
        result = command(served, "--subaccount", SUB)

    paths = [request.split()[1].decode() for request in api.received]
    assert paths == [f"/api/v1/subaccounts/{SUB}/{name}" for name in ("speech-profiles", "numbers")]
    assert result.exit_code == 1
    assert "FAIL voice profiles: not in the account: en-US-Jenny (did you mean en-US-Jennie?)" in result.output
    assert "warn caller ids: not in the account: +6568888888 (did you mean +6568888889?)" in result.output


@pytest.mark.parametrize("refusal", [(403, b""), (404, b"<html>"), (200, b"<html>"), (200, {"speechProfiles": 1})])
def test_unreadable_account_lists_are_a_warning(
    served: str, monkeypatch: pytest.MonkeyPatch, refusal: tuple[int, object]
) -> None:
    """The endpoint may still be ready; the reason is printed without the response's text."""
    with Listener(ApiWithLists(speech_profiles=refusal, numbers=refusal)) as api:
        monkeypatch.setenv("EIGHTX8_BASE_URL", f"http://{api.address}")
        result = command(served, "--subaccount", SUB)

    assert (result.exit_code, "html" in result.output) == (0, False), result.output
    assert result.output.count("not checked: The API") == 2


def test_a_refused_key_is_an_error(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list can be read with it, and nothing is sent to the endpoint."""
    with Listener(ApiWithLists(speech_profiles=(401, b""), numbers=(401, b""))) as api:
        monkeypatch.setenv("EIGHTX8_BASE_URL", f"http://{api.address}")
        result = command(served, "--subaccount", SUB)

    assert (result.exit_code, "EIGHTX8_API_KEY" in result.output, len(api.received)) == (2, True, 1)
