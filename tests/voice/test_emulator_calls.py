"""Calls that the emulator places to real endpoints."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace
from typing import Any

import pytest
import requests

from eightx8_voice.callflow import Action, Hangup, MakeCall, Say, SayAndCapture, call_flow
from eightx8_voice.emulator import Account, Call, Emulator, place_call
from eightx8_voice.emulator.session import capture
from tests.support import vendor
from tests.support.endpoints import HANGUP, Delivered, Reply, Respond, ScriptedEndpoint, endpoint

FROM, TO = "+6591178965", "+6568332048"
SAY = Say("Hello", "en-US-BenjaminRUS")
LISTEN = SayAndCapture("Press a key", "en-US-BenjaminRUS", min_digits=1, max_digits=1)
BRIDGE = MakeCall(TO, "+6531589338", call_recording=True)
OPTIONAL = {"callQuality", "eventData", "sourceRefId", "destinationRefId", "clientRequestId", "connectedTimestamp"}


def flows(*responses: tuple[Action, ...]) -> Respond:
    """Respond with the given call flows in turn, labelled step1, step2, …; then hang up."""
    steps = (call_flow(*actions, client_action_id=f"step{number}") for number, actions in enumerate(responses, start=1))

    def respond(delivered: Delivered) -> Reply:
        waits = delivered.body["eventType"] == "CALL_ACTION"
        return Reply(200, next(steps, call_flow(Hangup())).as_dict() if waits else b"")

    return respond


def place(respond: Respond, *types: str, vca: str = "", header: str = "", **more: Any) -> tuple[ScriptedEndpoint, Call]:
    """Place a call on an account whose webhooks (VCA and VSS, or those named) all point to one endpoint."""
    held = Account()
    with endpoint(respond) as served:
        for name in types or ("VCA", "VSS"):
            url = vca if vca and name == "VCA" else served.url
            held.put("acme", name, url, http_auth_header=header or None)
        return served, place_call(held, "acme", source=FROM, destination=TO, **more)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items() if name not in OPTIONAL}
    return type(value).__name__


def test_a_call_goes_through_the_menu_to_its_summary() -> None:
    """The endpoint gets CALL_RECEIVED, each action, the key under its label, and one summary."""
    served, ended = place(flows((SAY, LISTEN), (SAY,), (SAY, Hangup())), keys=("4",))

    received, said, pressed = served.of("CALL_ACTION")
    (summary,) = served.of("SESSION_SUMMARY")
    assert (received["callStatus"], received["eventData"]) == ("CALL_RECEIVED", {"dtmf": None})
    assert (said["clientActionId"], "clientActionId" in received) == ("step1", False)
    assert (pressed["callStatus"], pressed["eventData"]) == ("ACTION_COMPLETED", {"dtmf": "4"})
    assert (summary["sessionStatus"], summary["lastAction"], summary["callCount"]) == ("COMPLETED", "HANGUP", 1)
    assert {one.body["payload"]["sessionId"] for one in served.delivered} == {ended.session_id}
    assert [delivery.actions or delivery.verdict for delivery in ended.deliveries] == [
        ('say "Hello"', 'sayAndCapture "Press a key"'),
        "not used: sayAndCapture is still pending",
        ('say "Hello"', "hangup"),
        "received",
    ]
    assert (ended.status, ended.notes, ended.failures) == ("COMPLETED", (), 0)
    assert ended.heard == ("Hello", "Press a key", "Hello")


@pytest.mark.parametrize("sample", vendor.samples("callflows"), ids=lambda sample: sample["page"].rpartition("/")[2])
def test_every_published_call_flow_is_executed(sample: dict[str, Any]) -> None:
    """No session ends in an error, and each violation of the vendor's prose is noted once."""
    responses = iter([sample["flow"]])
    _, ended = place(lambda _: Reply(200, next(responses, HANGUP)), keys=("1",))

    assert (ended.status, ended.error_code) == ("COMPLETED", None)
    assert all(str(code) in note for code, note in zip(sample["warnings"], ended.notes, strict=True))


def test_deliveries_have_the_documented_fields() -> None:
    """Every non-optional field of the vendor's samples is present, with the same type."""
    bridged, _ = place(flows((LISTEN,), (BRIDGE,)), "VCA", "VSS", "VCS", keys=("1",), outcomes=("BUSY",))
    simple, _ = place(flows((LISTEN,)))

    received = {one.body["payload"].get("callStatus", "VSS"): one.body for one in bridged.delivered[::-1]}
    received["VSS one leg"] = simple.delivered[-1].body
    samples = {"CALL_CONNECTED": "vcs_call_received", "ACTION_COMPLETED": "vca_action_completed"}
    samples |= {"VSS": "vss_busy", "VSS one leg": "vss_hangup"}
    for status, name in samples.items():
        assert shape(received[status]) == shape(vendor.sample(name)["body"]), name


def test_call_statuses_and_the_recording_are_delivered_where_they_are_registered() -> None:
    """Both legs have their statuses, the recording comes last, and status responses have no effect."""
    respond = flows((BRIDGE,))

    def failing(delivered: Delivered) -> Reply:
        return Reply(500) if delivered.body["eventType"] == "CALL_STATUS" else respond(delivered)

    served, ended = place(failing, "VCA", "VSS", "VCS", "VRU")

    (summary,), (recording,) = served.of("SESSION_SUMMARY"), served.of("CALL_RECORDING_STATUS")
    first, second = (summary["details"][leg]["callId"] for leg in ("callA", "callB"))
    statuses = [(status["callStatus"].removeprefix("CALL_"), status["callId"]) for status in served.of("CALL_STATUS")]
    assert statuses[:2] == [("RECEIVED", first), ("CONNECTED", first)]
    assert statuses[2:5] == [(status, second) for status in ("INITIATED", "CONNECTED", "DISCONNECTED")]
    assert statuses[5:] == [("DISCONNECTED", first)]
    assert (recording["sessionId"], recording["status"]) == (ended.session_id, "UPLOAD_COMPLETED")
    assert ended.status == "COMPLETED"


@pytest.mark.parametrize(
    ("outcome", "status", "legs"),
    [
        ("COMPLETED", 200, ["COMPLETED", "COMPLETED"]),
        ("NO_ANSWER", 200, ["COMPLETED", "NO_ANSWER"]),
        ("CANCELED", 200, ["CANCELED", "CANCELED"]),
        ("COMPLETED", 500, ["ERROR"]),
    ],
)
def test_the_legs_have_the_documented_statuses(outcome: str, status: int, legs: list[str]) -> None:
    """They follow the vendor's table; only an answered leg was connected."""
    respond = flows((BRIDGE,))
    served, ended = place(lambda delivered: respond(delivered)._replace(status=status), outcomes=(outcome,))

    (summary,) = served.of("SESSION_SUMMARY")
    details = summary["details"].values()
    assert [leg["callStatus"] for leg in details] == legs
    assert ended.status == summary["sessionStatus"] == ("ERROR" if status == 500 else outcome)
    assert ["connectedTimestamp" in leg for leg in details] == [status == 200, outcome == "COMPLETED"][: len(legs)]


def test_the_auth_header_is_sent_and_responses_are_not_masked() -> None:
    """A header that equals a word of the response does not alter the record of it."""
    served, ended = place(flows((SAY, Hangup())), header="callflow")
    _, refused = place(lambda _: Reply(401), header="Bearer canary")

    assert {one.headers["Authorization"] for one in served.delivered} == {"callflow"}
    assert json.loads(ended.deliveries[0].response)["callflow"][1] == {"action": "hangup"}
    assert "canary" not in json.dumps(refused.as_dict())


@pytest.mark.parametrize(
    ("listens", "verdict"), [(True, "no response within 0.2 s"), (False, "cannot be reached: Connection refused")]
)
def test_an_unresponsive_endpoint_ends_the_call_as_error(listens: bool, verdict: str) -> None:
    """The summary has the code -2002 and no last action."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        served, ended = place(flows(), vca=f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2)

    (summary,) = served.of("SESSION_SUMMARY")
    assert ended.deliveries[0].verdict.startswith(verdict)
    assert (summary["sessionStatus"], summary["errorDetails"]["errorCode"]) == ("ERROR", -2002)
    assert "lastAction" not in summary


@pytest.mark.parametrize(
    ("status", "body", "code", "verdict"),
    [
        (500, b"", -2002, "responded 500 instead of 200"),
        (302, b"", -2002, "responded 302 instead of 200; redirects are not followed"),
        (200, b"thanks", -2003, "invalid call flow: $: is not JSON"),
        (200, b'{"callflow": [{"action": "say"}]}', -2003, "$.callflow[0].params.text"),
        (200, b'\xef\xbb\xbf{"callflow": [{"action": "hangup"}]}', -2003, "$: is not JSON"),
        (200, '{"callflow": [{"action": "hangup"}]}'.encode("utf-16"), -2003, "$: is not JSON"),
        (200, b"{" * 100_000, -2003, "invalid call flow: longer than 65536 bytes"),
    ],
)
def test_an_invalid_response_ends_the_call_as_error(status: int, body: bytes, code: int, verdict: str) -> None:
    """The summary has the documented code; one request is sent, and redirects are not followed."""
    served, ended = place(lambda _: Reply(status, body, {"Location": "/elsewhere"}))

    assert len(served.of("CALL_ACTION")) == 1
    assert (ended.status, ended.error_code) == ("ERROR", code)
    assert verdict in ended.deliveries[0].verdict
    assert served.of("SESSION_SUMMARY")[0]["errorDetails"]["errorCode"] == code


def test_a_missing_or_disabled_webhook_gets_nothing_and_is_noted() -> None:
    """Without a VCA the call fails, and the summary is delivered if a VSS is registered."""
    held = Account()
    held.put("acme", "VSS", "https://example.com/", enabled=False)
    served, missing = place(flows(), "VSS")
    disabled = place_call(held, "acme", source=FROM, destination=TO)

    assert missing.notes == ("No VCA webhook is registered for acme: nothing was delivered.",)
    assert (missing.status, [delivery.type for delivery in missing.deliveries]) == ("FAILED", ["VSS"])
    assert disabled.notes[1:] == ("The VSS webhook of acme is disabled: nothing was delivered.",)
    assert (disabled.deliveries, len(served.delivered)) == ((), 1)


@pytest.mark.parametrize(
    ("pressed", "params", "captured"),
    [
        (["#"], {"min_digits": 1, "max_digits": 1, "complete_on_hash": False}, "#"),
        (["1234"], {"min_digits": 1, "max_digits": 2, "complete_on_hash": False}, "12"),
        (["12#99"], {}, "12"),
        (["123#"], {"min_digits": 1, "max_digits": 2, "no_of_tries": 1}, None),
        (["1", "12"], {"min_digits": 2, "max_digits": 4, "no_of_tries": 2}, "12"),
        (["", "", "7"], {}, "7"),
        (["", "", "7"], {"no_of_tries": 2}, None),
    ],
)
def test_digits_are_captured_by_the_rules(pressed: list[str], params: dict[str, Any], captured: str | None) -> None:
    """The hash key, minimum, maximum and tries determine what a sayAndCapture captures."""
    action = SayAndCapture("Press", "en-US-BenjaminRUS", **params)

    assert capture(action, tuple(pressed))[0] == captured


@pytest.mark.parametrize("key_in", ["eventData", "dtmf"])
def test_a_flow_is_reported_once_with_its_key_in_the_configured_field(key_in: str) -> None:
    """The field is that of 2025 or of older documents; the SIP code is that of the bridged leg."""
    more: dict[str, Any] = {"completed": "last", "outcomes": ("NO_ANSWER",), "dtmf_place": key_in}
    served, _ = place(flows((SAY, LISTEN, BRIDGE)), keys=("5",), **more)

    received, payload = served.of("CALL_ACTION")
    assert {name: payload[name] for name in ("dtmf", "eventData") if name in payload} == {key_in: "5"}
    assert (received["sipCode"], payload["sipCode"]) == (200, 480)


def test_a_duplicate_is_identical_to_the_first_delivery() -> None:
    """Every body arrives twice, and the call continues with the first response."""
    served, ended = place(flows((SAY,), (SAY,)), duplicate=True)

    assert [one.body for one in served.delivered[0::2]] == [one.body for one in served.delivered[1::2]]
    verdicts = [delivery.verdict.removeprefix("duplicate: ") for delivery in ended.deliveries if delivery.duplicate]
    assert verdicts == ["a different response from the first time", "the same response", "the same response"]


@pytest.mark.parametrize(("retries", "ended_as", "failures"), [(1, "ERROR", 2), (2, "COMPLETED", 0)])
def test_a_failed_delivery_is_retried_as_often_as_configured(retries: int, ended_as: str, failures: int) -> None:
    """A 500 and a missing response are retried; an invalid call flow is a response."""
    respond, statuses = flows((SAY, Hangup())), iter([500, 503] if retries == 2 else [500, 503, 200, 500, 500])

    def failing(delivered: Delivered) -> Reply:
        status = next(statuses, 200)
        return respond(delivered) if status == 200 else Reply(status)

    served, ended = place(failing, retries=retries)
    _, invalid = place(lambda _: Reply(200, b"{"), "VCA", retries=retries)

    assert (ended.status, ended.failures) == (ended_as, failures - (ended_as == "ERROR"))
    assert len({one["eventId"] for one in served.of("CALL_ACTION")}) == 1
    assert [one.retried for one in ended.deliveries][:retries] == [True] * retries
    assert len(invalid.deliveries) == 1


def test_a_caller_can_hang_up_while_an_endpoint_responds() -> None:
    """The response is not heard, and the summary is delivered."""
    served, ended = place(flows((SAY, LISTEN), (SAY,)), hang_up_at=2, keys=("1",))

    assert (len(served.of("CALL_ACTION")), len(served.of("SESSION_SUMMARY"))) == (2, 1)
    assert (ended.status, ended.heard) == ("COMPLETED", ("Hello",))
    assert ended.notes == ("The caller hung up during VCA delivery 2.",)


def test_the_caller_hangs_up_on_an_endless_call_flow() -> None:
    """The limit is fifty deliveries, and the session does not end as an error."""
    served, ended = place(lambda _: Reply(200, call_flow(SAY).as_dict()))

    assert (len(served.of("CALL_ACTION")), ended.status) == (50, "COMPLETED")
    assert ended.notes == ("The caller hung up during VCA delivery 50.",)


def test_each_bridged_call_ends_as_configured() -> None:
    """The outcomes apply in order, and the last one determines the session's status."""
    served, ended = place(flows((BRIDGE,), (BRIDGE,), (BRIDGE,)), outcomes=("BUSY", "COMPLETED"))

    assert [one["sipCode"] for one in served.of("CALL_ACTION")] == [200, 486, 200, 200]
    legs = served.of("SESSION_SUMMARY")[0]["details"].values()
    assert [leg["callStatus"] for leg in legs] == ["COMPLETED", "BUSY", "COMPLETED", "COMPLETED"]
    assert ended.status == "COMPLETED"


def test_the_message_after_a_capture_is_heard() -> None:
    """It is the success message, or the failure message after the last try."""
    ask = replace(LISTEN, success_message="Thank you", failure_message="Goodbye", no_of_tries=1)
    _, ended = place(flows((ask,), (ask,)), keys=("1", ""))

    assert ended.heard == ("Press a key", "Thank you", "Press a key", "Goodbye")


def test_the_response_time_limit_is_not_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTTP library would round totals of 5 s and more up to whole seconds of its clock."""
    delays: list[float] = []
    call_at = asyncio.BaseEventLoop.call_at

    def recorded(loop: asyncio.BaseEventLoop, when: float, *more: Any, **named: Any) -> asyncio.TimerHandle:
        delays.append(when - loop.time())
        return call_at(loop, when, *more, **named)

    monkeypatch.setattr(asyncio.BaseEventLoop, "call_at", recorded)
    place(flows(), timeout=7.25)

    assert [delay for delay in delays if 7 < delay <= 7.25]
    assert [delay for delay in delays if 7.25 < delay <= 8.25] == []


WRONG: list[tuple[str, Any]] = [
    ("source", "x"), ("source", 1), ("destination", "+651234"), ("keys", ["one"]), ("keys", [1]),
    ("outcomes", ["ERROR"]), ("outcomes", []), ("outcomes", "BUSY"), ("retries", 99), ("hang_up_at", 0),
    ("timeout", 0), ("delay", -1), ("completed", "never"), ("dtmf_place", "sip"), ("x", 1),
]  # fmt: skip


def test_an_invalid_plan_is_refused() -> None:
    """The response is a 422 that names what is wrong, and nothing is delivered."""
    order = {"subaccount": "acme", "source": FROM, "destination": TO, "keys": ["7"]}
    bodies: list[tuple[str, Any]] = [(name, order | {name: value}) for name, value in WRONG]
    with Emulator() as api:
        api.account.put("acme", "VCA", "https://ivr.example.com/")
        bodies.append(("no webhook is registered for other", order | {"subaccount": "other"}))
        for named, body in [*bodies, ("JSON object", []), ("subaccount", {})]:
            response = requests.post(f"{api.url}/_calls", json=body, timeout=10)
            assert response.status_code == 422, body
            assert named in (error := response.json()["error"]) or "valid fields of a plan" in error

        assert requests.get(f"{api.url}/_calls", timeout=10).json() == []
