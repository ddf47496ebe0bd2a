"""`pulumi-8x8 call` through a running emulator."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from eightx8_voice import events
from eightx8_voice.emulator import Emulator
from eightx8_voice.menu import Announcement, Ivr, Menu, Transfer
from tests.support.command_line import SUB, on_terminal, run
from tests.support.endpoints import Delivered, Reply, Respond, ScriptedEndpoint, endpoint
from tests.support.wires import Listener

pytestmark = pytest.mark.usefixtures("account_in_the_environment")

SALES = "+6588888888"
PROMPT = "For sales, press 1. For support, press 2."
IVR = Ivr(
    Menu(PROMPT, {"1": Transfer(SALES, "+6568332048"), "2": Announcement("Support is closed.")}),
    voice_profile="en-US-Jenny",
)
CALL = ("call", SUB, "--from", "+6591234567", "--to", "+6568332048")
FLOW = {
    "callflow": [
        {"action": "makeCall", "params": {"source": "+6568332048", "destination": "+6591234567"}},
        {"action": "sayAndCapture", "params": {"promptMessage": PROMPT, "voiceProfile": "x", "maxDigits": 1}},
    ]
}


def menu(delivered: Delivered) -> Reply:
    event = events.parse(delivered.body)
    return Reply(200, IVR.answer(event).as_dict() if isinstance(event, events.CallAction) else b"")


def answering(status: int, *types: str) -> Respond:
    """An endpoint that serves the menu, and responds to some event types with another status."""
    return lambda delivered: menu(delivered)._replace(status=status if delivered.body["eventType"] in types else 200)


def served(api: Emulator, running: ScriptedEndpoint) -> None:
    for type in ("VCA", "VSS"):
        api.account.put(SUB, type, running.url)


@pytest.fixture
def line(api: Emulator) -> Any:
    """The endpoint with the menu, registered at the emulator."""
    with endpoint(menu) as running:
        served(api, running)
        yield running


def test_a_call_goes_through_the_registered_webhooks(line: ScriptedEndpoint) -> None:
    """The endpoint receives the call and the key, and its response is printed."""
    result = run(*CALL, "--keys", "1")

    assert result.exit_code == 0, result.output
    assert re.search("For sales, press 1.*key 1.*makeCall", result.output, re.DOTALL)
    assert [one.body["eventType"] for one in line.delivered] == ["CALL_ACTION"] * 3 + ["SESSION_SUMMARY"]


@pytest.mark.parametrize(
    ("expected", "instead"),
    [
        (["for  SALES", "press 2", SALES], None),
        ([SALES], None),
        (["press 1", "press 1"], 'Not heard after "press 1": "press 1". Heard instead: '),
        ([SALES, "For sales"], f'Not heard after "{SALES}": "For sales". Heard instead: "{SALES}".'),
        (["Support is closed"], f'Not heard: "Support is closed". Heard instead: "{PROMPT}", "{SALES}".'),
    ],
)
def test_expected_texts_must_be_heard_in_order(
    line: ScriptedEndpoint, expected: list[str], instead: str | None
) -> None:
    """Parts of texts match in any letter case; a mismatch gives exit code 1 and names the first difference."""
    expectations = [argument for text in expected for argument in ("--expect", text)]

    result = run(*CALL, "--keys", "1", *expectations)
    document = json.loads(run(*CALL, "--keys", "1", "--json", *expectations).output)

    assert (result.exit_code, instead is None or instead in result.output) == (1 if instead else 0, True)
    assert document["heard"] == [PROMPT, SALES]
    assert (document["unmet"] or "").startswith(instead or "")


@pytest.mark.parametrize(
    ("respond", "options", "shown"),
    [
        (answering(500, "CALL_ACTION"), [], "VCA CALL_RECEIVED -> 500 in "),
        (answering(401, "SESSION_SUMMARY"), [], "VSS COMPLETED -> 401 in "),
        (lambda _: Reply(200, b"{"), [], "The session ended: ERROR -2003."),
    ],
)  # fmt: skip
def test_a_failed_delivery_gives_exit_code_1(api: Emulator, respond: Respond, options: list[str], shown: str) -> None:
    """This does not depend on the session's status."""
    with endpoint(respond) as running:
        served(api, running)

        result = run(*CALL, "--keys", "1", *options)

    assert (result.exit_code, shown in result.output) == (1, True), result.output


def test_a_missing_response_is_reported_as_such(api: Emulator) -> None:
    """A time-out counts as a failure."""
    over = threading.Event()
    with Listener(lambda *_: over.wait(30)) as silent:
        api.account.put(SUB, "VCA", f"http://{silent.address}/")

        result = run(*CALL, "--timeout", "0.2")
        over.set()

    assert (result.exit_code, "None" in result.output) == (1, False)
    assert re.search(r"VCA CALL_RECEIVED -> no response in \d+ ms: no response within 0\.2 s\n", result.output)


def test_a_duplicate_that_gets_another_response_is_a_failure(api: Emulator) -> None:
    """The same response to a duplicate is not a failure."""
    seen: set[str] = set()

    def forgetful(delivered: Delivered) -> Reply:
        repeated = (event_id := delivered.body["payload"].get("eventId", "")) in seen
        seen.add(event_id)
        return Reply(200, {"callflow": []}) if event_id and repeated else menu(delivered)

    codes = []
    for respond in (menu, forgetful):
        with endpoint(respond) as running:
            served(api, running)
            codes.append(run(*CALL, "--keys", "1", "--duplicate").exit_code)

    assert codes == [0, 1]


def test_a_delivery_can_be_retried_and_a_call_hung_up(api: Emulator) -> None:
    """A successful retry is not a failure, and a response after the caller hung up is not heard."""
    statuses = iter([500])
    with endpoint(lambda delivered: menu(delivered)._replace(status=next(statuses, 200))) as running:
        served(api, running)

        retried = run(*CALL, "--keys", "1", "--retries", "1", "--expect", SALES)
        left = run(*CALL, "--keys", "1", "--hang-up-at", "2", "--expect", SALES)

    assert (retried.exit_code, "CALL_RECEIVED (to be retried) -> 500" in retried.output) == (0, True), retried.output
    assert (left.exit_code, "hung up during VCA delivery 2" in left.output) == (1, True)


def test_a_session_can_begin_with_a_call_flow_from_a_file(line: ScriptedEndpoint, tmp_path: Path) -> None:
    """As after the API request, the first VCA already contains the key."""
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(FLOW))

    result = run("call", SUB, "--start", str(file), "--keys", "1", "--expect", PROMPT, "--expect", SALES)
    busy = run("call", SUB, "--start", str(file), "--outcome", "BUSY")

    assert (result.exit_code, busy.exit_code) == (0, 0), result.output
    assert "VCA ACTION_COMPLETED, key 1 -> 200" in result.output
    assert "The session ended: BUSY." in busy.output


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"{", "is not JSON"),
        (json.dumps(FLOW).encode("utf-16"), "is not JSON"),
        (json.dumps({"callflow": FLOW["callflow"][1:]}).encode(), "(-1013). No call was placed."),
    ],
)
def test_a_file_with_an_invalid_call_flow_is_refused(
    line: ScriptedEndpoint, tmp_path: Path, content: bytes, shown: str
) -> None:
    """The error contains the platform's code, and no call is placed."""
    file = tmp_path / "flow.json"
    file.write_bytes(content)

    result = run("call", SUB, "--start", str(file))

    assert (result.exit_code, shown in result.output, line.delivered) == (2, True, [])


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("call", "other", *CALL[2:]), "no webhook is registered for other"),
        ((*CALL[:-1], "+65683"), "destination must be a phone number in E.164"),
        ((*CALL, "--outcome", "GREAT"), "outcomes must be one of COMPLETED"),
        ((*CALL, "--keys", "one"), "keys must be from"),
        (("call", SUB), "Use --from and --to, or --start"),
        ((*CALL, "--start", __file__), "Use --from and --to, or --start"),
        ((*CALL, "--timeout", "nan"), "must be a number of seconds"),
        ((*CALL, "--delay", "inf"), "must be a number of seconds"),
        ((*CALL, "--retries", "-1"), "-1 is not in the range"),
        (("call", SUB, "--start", "/nowhere/flow.json"), "flow.json"),
    ],
)
def test_misuse_has_its_own_exit_code(line: ScriptedEndpoint, arguments: tuple[str, ...], shown: str) -> None:
    """The exit code is 2, and nothing is delivered."""
    result = run(*arguments)

    assert (result.exit_code, shown in result.output, line.delivered) == (2, True, []), result.output


def test_a_call_without_a_vca_webhook_is_a_failure(api: Emulator) -> None:
    """Without a VCA webhook the line is dead."""
    with endpoint() as running:
        api.account.put(SUB, "VSS", running.url)

        result = run(*CALL)

    assert (result.exit_code, f"No VCA webhook is registered for {SUB}" in result.output) == (1, True)


def test_on_a_terminal_failures_are_red_and_long_lines_folded(api: Emulator) -> None:
    """In a pipe there is neither colour nor folding."""
    with endpoint(answering(500, "SESSION_SUMMARY")) as running:
        served(api, running)

        shown, _ = on_terminal(*CALL, "--keys", "1", columns=40)
        piped = run(*CALL, "--keys", "1").output

    lines = shown.replace("\x1b[31m", "").replace("\x1b[0m", "").splitlines()
    assert max(map(len, lines)) <= 40
    assert re.search(r"\x1b\[31m  VSS COMPLETED -> 500", shown)
    assert f'sayAndCapture "{PROMPT}"' in piped
    assert "\x1b" not in piped


def test_a_call_is_never_placed_at_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent unless an emulator's address is configured."""
    monkeypatch.delenv("EIGHTX8_BASE_URL")

    result = run(*CALL)

    assert (result.exit_code, "Calls are placed on an emulator" in result.output) == (2, True)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_call_bypasses_any_proxy(line: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A loopback address is this machine, whatever the environment configures."""
    with Listener(lambda *_: None) as proxy:
        monkeypatch.setenv(variable, f"http://{proxy.address}")

        result = run(*CALL, "--keys", "1")

    assert (result.exit_code, proxy.received) == (0, []), result.output
