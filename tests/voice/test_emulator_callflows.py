"""Outbound sessions, which begin with a call flow request, and the account's voices and numbers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from eightx8_voice import events
from eightx8_voice.callflow import CallFlow, Hangup, MakeCall, Say, SayAndCapture, call_flow
from eightx8_voice.emulator import Emulator, Fault
from eightx8_voice.menu import Announcement, Ivr, Menu
from tests.support.endpoints import Delivered, Reply, ScriptedEndpoint, endpoint

BEARER = {"Authorization": "Bearer key"}
PATH = "/api/v1/subaccounts/acme/callflows"
CALL = MakeCall("+6512345678", "+6590000000")
SAY, ASK = Say("Your parcel is here.", "en-US-ZiraRUS"), SayAndCapture("Press 1.", "en-US-ZiraRUS", max_digits=1)
IVR = Ivr(Menu("Press 1.", {"1": Announcement("Thank you.")}), voice_profile="en-US-ZiraRUS")


class Line:
    """An emulator whose webhooks all point to one endpoint, which serves a menu and signals the end of a session."""

    def __init__(self, api: Emulator) -> None:
        self.api, self.ended = api, threading.Event()
        self.served = ScriptedEndpoint("")

    def respond(self, delivered: Delivered) -> Reply:
        event = events.parse(delivered.body)
        if isinstance(event, events.SessionSummary):
            self.ended.set()
        return Reply(200, IVR.answer(event).as_dict() if isinstance(event, events.CallAction) else b"")

    def register(self, *types: str) -> None:
        for type in types:
            self.api.account.put("acme", type, self.served.url)

    def post(self, body: object) -> requests.Response:
        return requests.post(self.api.url + PATH, json=body, headers=BEARER, timeout=10)

    def session(self, flow: CallFlow) -> dict[str, Any]:
        """Begin a session, and return its summary."""
        created = self.post(flow.as_dict()).json()
        assert self.ended.wait(10)
        (summary,) = self.served.of("SESSION_SUMMARY")
        assert summary["sessionId"] == created["sessionId"]
        return summary


@pytest.fixture
def line() -> Iterator[Line]:
    with Emulator("key") as api:
        one = Line(api)
        with endpoint(one.respond) as one.served:
            yield one


def test_a_session_begins_with_the_call_flow_and_continues_with_the_key(line: Line) -> None:
    """The first VCA is ACTION_COMPLETED with a key and no clientActionId, and enters the menu."""
    line.register("VCA", "VSS", "VCS")
    line.api.callee = {"keys": ("1",)}

    summary = line.session(call_flow(CALL, ASK))

    first, *_ = line.served.of("CALL_ACTION")
    assert (first["callStatus"], first["callDirection"], first["eventData"]) == (
        "ACTION_COMPLETED", "OUTBOUND", {"dtmf": "1"},
    )  # fmt: skip
    assert "clientActionId" not in first
    assert (first["source"], first["destination"]) == (CALL.source, CALL.destination)
    statuses = [one["callStatus"] for one in line.served.of("CALL_STATUS")]
    assert statuses == ["CALL_INITIATED", "CALL_CONNECTED", "CALL_DISCONNECTED"]
    assert (summary["sessionStatus"], summary["callCount"], summary["lastAction"]) == ("COMPLETED", 1, "HANGUP")
    assert line.api.calls.calls[0].heard == ("Press 1.", "Thank you.")


def test_the_request_gets_the_documented_response(line: Line) -> None:
    """It contains the session and request ids, and the time until which it is valid."""
    until = "2999-11-29T10:00:00.000Z"

    created = line.post({"validUntil": until, **call_flow(CALL, SAY).as_dict()})

    document = created.json()
    assert (created.status_code, document.pop("validUntil")) == (200, until)
    assert len({document.pop("sessionId"), document.pop("callFlowRequestId")}) == 2
    assert document == {"sessionStatus": "CREATED", "statusCode": 1, "statusMessage": "Created"}


@pytest.mark.parametrize(
    ("flow", "outcomes", "types", "status", "legs"),
    [
        (call_flow(CALL, SAY), ("BUSY",), ("VCA", "VSS"), "BUSY", ["BUSY"]),
        (call_flow(CALL, SAY, Hangup()), ("COMPLETED",), ("VSS",), "COMPLETED", ["COMPLETED"]),
        (call_flow(CALL, SAY), ("COMPLETED",), ("VSS",), "COMPLETED", ["COMPLETED"]),
        (call_flow(CALL, CALL, Hangup()), ("COMPLETED", "BUSY"), ("VCA", "VSS"), "BUSY", ["COMPLETED", "BUSY"]),
    ],
    ids=["not answered", "voice message", "no webhook to ask", "bridged to a second call"],
)  # fmt: skip
def test_a_session_ends_like_its_calls(
    line: Line, flow: CallFlow, outcomes: Any, types: Any, status: str, legs: list[str]
) -> None:
    """Without a VCA, because nobody answered or nothing was asked."""
    line.register(*types)
    line.api.callee = {"outcomes": outcomes}

    summary = line.session(flow)

    details = summary["details"].values()
    assert (summary["sessionStatus"], [leg["callStatus"] for leg in details]) == (status, legs)
    assert {leg["callDirection"] for leg in details} == {"OUTBOUND"}
    assert line.served.of("CALL_ACTION") == []


REFUSED: list[tuple[Any, int, int]] = [
    (["makeCall"], 400, -1001),
    ({"callflow": [{"action": "dance"}]}, 400, -1007),
    ({"callflow": [{"action": "say"}]}, 400, -1009),
    ({"callflow": [{"action": "say", "params": {"text": "Hi", "voiceProfile": "x"}}]}, 422, -1013),
    ({"callflow": []}, 422, -1013),
    (call_flow(CALL, SAY).as_dict() | {"validUntil": "2024-07-03T05:59:32.226Z"}, 422, -1015),
    (call_flow(CALL, SAY).as_dict() | {"validUntil": "tomorrow"}, 400, -1009),
    (call_flow(CALL, Say("Hi", "xx-XX-Nobody")).as_dict(), 422, -1002),
    (call_flow(MakeCall("+6500000000", "+6590000000"), SAY).as_dict(), 422, -1014),
    ({"callflow": [{"action": "makeCall", "params": {"source": "+6512345678", "destination": "12a"}}]}, 422, -1017),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
def test_a_request_that_is_refused_creates_no_session(line: Line, body: object, status: int, code: int) -> None:
    """The error has the vendor's code and the shape of this endpoint."""
    line.register("VCA", "VSS")
    line.api.account.speech_profiles, line.api.account.numbers = ["en-US-ZiraRUS"], ["6512345678"]

    refused = line.post(body)

    document = refused.json()
    assert (refused.status_code, document["sessionStatus"], document["statusCode"]) == (status, "NOT_CREATED", code)
    assert document.keys() == {"sessionStatus", "callFlowRequestId", "statusCode", "statusMessage"}
    assert line.api.calls.calls == []


def test_other_errors_have_the_shape_of_this_endpoint(line: Line) -> None:
    """Key and subaccount are checked as on every path, and malformed JSON is a 400."""
    line.api.account.missing = {"acme"}
    url = line.api.url + PATH

    responses = [requests.post(url, data=b"{", headers=headers, timeout=10) for headers in ({}, BEARER)]
    line.api.account.missing.clear()
    responses.append(requests.post(url, data=b"{", headers=BEARER, timeout=10))

    assert [one.status_code for one in responses] == [401, 404, 400]
    assert [one.json()["statusCode"] for one in responses] == [401, 404, -1001]


def test_a_fault_without_effect_begins_no_session(line: Line) -> None:
    """The request did not reach the API."""
    line.register("VSS")
    line.api.faults.add(Fault("status", status=503))

    statuses = [line.post(call_flow(CALL, SAY).as_dict()).status_code for _ in range(2)]

    assert line.ended.wait(10)
    assert (statuses, len(line.api.calls.calls)) == ([503, 200], 1)


def test_the_accounts_voices_and_numbers_are_listed(line: Line) -> None:
    """They are those that a test has set, or defaults."""
    base, account = f"{line.api.url}/api/v1/subaccounts/acme", line.api.account

    def listed() -> tuple[list[str], list[str]]:
        profiles = requests.get(f"{base}/speech-profiles", headers=BEARER, timeout=10).json()
        numbers = requests.get(f"{base}/numbers", headers=BEARER, timeout=10).json()
        assert numbers["totalNumbers"] == len(numbers["numbers"])
        return (
            [profile["speechProfileCode"] for profile in profiles["speechProfiles"]],
            [number["msisdn"] for number in numbers["numbers"]],
        )

    before = listed()
    account.speech_profiles, account.numbers = ["en-US-Jenny"], ["+6512345678", "+6512345679"]

    assert before == (["en-US-Standard-A", "da-DK-Naja"], ["+6568332048"])
    assert listed() == (["en-US-Jenny"], ["+6512345678", "+6512345679"])


@pytest.mark.parametrize(
    ("facts", "code"), [({"speech_profiles": ["en-US-Jenny"]}, -2003), ({"numbers": ["+6511111111"]}, -2008)]
)
def test_a_response_with_an_unknown_voice_or_number_ends_the_session(facts: Any, code: int) -> None:
    """This applies only if a test has set the account's lists."""
    with endpoint(lambda _: Reply(200, call_flow(SAY, CALL).as_dict())) as served, Emulator() as api:
        api.account.put("acme", "VCA", served.url)
        for name, values in facts.items():
            setattr(api.account, name, values)
        order = {"subaccount": "acme", "source": "+6591234567", "destination": "+6568332048"}
        ended = requests.post(f"{api.url}/_calls", json=order, timeout=10).json()

    assert (ended["status"], ended["error_code"]) == ("ERROR", code)
