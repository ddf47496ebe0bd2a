"""Calls that the emulator leads through real endpoints."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from pulumi_8x8.emulator import Account, Call, Emulator, Plan, place_call
from pulumi_8x8.ivr import events
from pulumi_8x8.ivr.callflow import Action, call_flow, hangup, make_call, say, say_and_capture
from tests.contract import vendor
from tests.contract.endpoints import HANGUP, Answer, Delivered, Endpoint, Respond, endpoint

VOICE = "en-US-BenjaminRUS"
SAY = say("Hello", voice_profile=VOICE)
LISTEN = say_and_capture("Press a key", voice_profile=VOICE, min_digits=1, max_digits=1)
BRIDGE = make_call("+6568332048", "+6531589338")
OPTIONAL = {"callQuality", "sourceRefId", "destinationRefId", "clientRequestId", "connectedTimestamp"}


def flows(*answers: tuple[Action, ...]) -> Respond:
    """Respond with the given call flows in turn, labelled step1, step2, …; then hang up."""
    steps = iter(enumerate(answers, start=1))

    def respond(delivered: Delivered) -> Answer:
        if delivered.body["eventType"] != "CALL_ACTION":
            return Answer(200, b"")
        number, actions = next(steps, (0, (hangup(),)))
        return Answer(200, call_flow(*actions, client_action_id=f"step{number}").as_dict())

    return respond


def place(respond: Respond, *types: str, header: str | None = None, **more: Any) -> tuple[Endpoint, Call]:
    """Place a call on an account whose webhooks (VCA and VSS, or those named) all point to one endpoint."""
    held = Account()
    with endpoint(respond) as served:
        for name in types or ("VCA", "VSS"):
            held.put("acme", name, served.url, http_auth_header=header)
        return served, place_call(held, "acme", source="+6591178965", destination="+6568332048", **more)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items() if name not in OPTIONAL}
    return type(value).__name__


def test_a_call_goes_through_the_menu_to_its_summary() -> None:
    """CALL_RECEIVED, the key under its label, then one summary; every delivery is in the timeline."""
    served, ended = place(flows((LISTEN,), (SAY, hangup())), keys=("4",))

    (received, completed), (summary,) = served.of("CALL_ACTION"), served.of("SESSION_SUMMARY")
    assert (received["callStatus"], received["eventData"]) == ("CALL_RECEIVED", {"dtmf": None})
    assert (completed["callStatus"], completed["eventData"]) == ("ACTION_COMPLETED", {"dtmf": "4"})
    assert (completed["clientActionId"], "clientActionId" in received) == ("step1", False)
    assert (summary["sessionStatus"], summary["lastAction"], summary["callCount"]) == ("COMPLETED", "HANGUP", 1)
    assert {one.body["payload"]["sessionId"] for one in served.delivered} == {ended.session_id}
    assert all("Authorization" not in one.headers for one in served.delivered)
    assert [(delivery.type, delivery.status, delivery.verdict) for delivery in ended.deliveries] == [
        ("VCA", 200, "sayAndCapture"),
        ("VCA", 200, "say → hangup"),
        ("VSS", 200, "received"),
    ]
    assert (ended.status, ended.notes) == ("COMPLETED", ())


@pytest.mark.parametrize("sample", vendor.samples("callflows"), ids=lambda sample: sample["page"].rpartition("/")[2])
def test_every_call_flow_that_the_vendor_publishes_is_executed(sample: dict[str, Any]) -> None:
    """No session ends in an error, and what the vendor's own prose forbids is noted once."""
    answers = iter([sample["flow"]])

    _, ended = place(lambda _: Answer(200, next(answers, HANGUP)), keys=("1",))

    assert (ended.status, ended.error_code) == ("COMPLETED", None)
    assert all(str(code) in note for code, note in zip(sample["warnings"], ended.notes, strict=True))


@pytest.mark.parametrize(
    ("name", "flow", "event_type", "number"),
    [
        ("vca_call_received", LISTEN, "CALL_ACTION", 0),
        ("vca_action_completed", LISTEN, "CALL_ACTION", 1),
        ("vss_hangup", LISTEN, "SESSION_SUMMARY", 0),
        ("vss_busy", BRIDGE, "SESSION_SUMMARY", 0),
        ("vcs_call_received", LISTEN, "CALL_STATUS", 0),
    ],
)
def test_deliveries_look_as_documented(name: str, flow: Action, event_type: str, number: int) -> None:
    """Every field that the vendor's sample has, optional ones apart, of the same type."""
    served, _ = place(flows((flow,)), "VCA", "VSS", "VCS", keys=("1",), outcome="BUSY")

    delivered = [one.body for one in served.delivered if one.body["eventType"] == event_type][number]
    expected = vendor.sample(name)["body"]
    if "eventData" not in expected["payload"]:
        delivered["payload"].pop("eventData", None)
    assert shape(delivered) == shape(expected)


@pytest.mark.parametrize(
    ("dtmf_place", "found"),
    [("eventData.dtmf", {"eventData": {"dtmf": "4"}}), ("eventData", {"eventData": "4"}), ("dtmf", {"dtmf": "4"})],
)
def test_the_pressed_key_comes_in_the_place_that_was_chosen(dtmf_place: str, found: dict[str, object]) -> None:
    """As documented today, as seen in 2025, and as documented before."""
    served, _ = place(flows((LISTEN,)), keys=("4",), dtmf_place=dtmf_place)

    payload = served.of("CALL_ACTION")[1]
    assert {name: payload[name] for name in ("dtmf", "eventData") if name in payload} == found


def test_call_statuses_and_the_recording_are_delivered_where_they_are_wanted() -> None:
    """The statuses of both legs in order, with the ids of the summary's legs, and at last the recording."""
    bridge = make_call("+6568332048", "+6531589338", call_recording=True)

    served, ended = place(flows((bridge,)), "VCA", "VSS", "VCS", "VRU")

    (summary,), (recording,) = served.of("SESSION_SUMMARY"), served.of("CALL_RECORDING_STATUS")
    first, second = (summary["details"][leg]["callId"] for leg in ("callA", "callB"))
    assert [(status["callStatus"], status["callId"]) for status in served.of("CALL_STATUS")] == [
        ("CALL_RECEIVED", first),
        ("CALL_CONNECTED", first),
        ("CALL_INITIATED", second),
        ("CALL_CONNECTED", second),
        ("CALL_DISCONNECTED", second),
        ("CALL_DISCONNECTED", first),
    ]
    assert (recording["sessionId"], recording["status"]) == (ended.session_id, "UPLOAD_COMPLETED")
    assert [delivery.type for delivery in ended.deliveries][-3:] == ["VCS", "VSS", "VRU"]


def test_an_endpoint_that_fails_on_a_status_does_not_end_the_call() -> None:
    """Only the response to a VCA decides."""
    respond = flows((SAY,))

    _, ended = place(
        lambda one: Answer(500) if one.body["eventType"] == "CALL_STATUS" else respond(one), "VCA", "VSS", "VCS"
    )

    assert (ended.status, ended.notes) == ("COMPLETED", ())
    assert {delivery.ok for delivery in ended.deliveries if delivery.type == "VCS"} == {False}


@pytest.mark.parametrize("name", ["VCA", "VSS", "VCS", "VRU", "VNU"])
def test_any_type_can_be_delivered_without_a_call(name: str) -> None:
    """From a program and over HTTP: something made up, to the registered webhook."""
    with endpoint(flows((SAY,), (SAY,))) as served, Emulator() as api:
        api.account.put("acme", name, served.url, http_auth_header="Basic eHl6")

        delivery = api.deliver("acme", name)
        answer = requests.post(f"{api.url}/_deliveries", json={"subaccount": "acme", "type": name}, timeout=10)

    assert (delivery.type, delivery.status, delivery.ok) == (name, 200, True)
    assert (answer.status_code, answer.json()["type"]) == (200, name)
    assert {one.headers["Authorization"] for one in served.delivered} == {"Basic eHl6"}
    assert len([events.parse(one.body) for one in served.delivered]) == 2


@pytest.mark.parametrize("given", [{"subaccount": "acme", "type": "VNU"}, {"subaccount": "acme", "type": "XYZ"}, {}])
def test_what_is_not_registered_gets_no_delivery(given: dict[str, str]) -> None:
    """422, and the text names the type."""
    with Emulator() as api:
        api.account.put("acme", "VNU", "https://example.com/", enabled=False)
        answer = requests.post(f"{api.url}/_deliveries", json=given, timeout=10)

    assert (answer.status_code, str(given.get("type")) in answer.json()["error"]) == (422, True)


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
    """As in the vendor's table; the second goes out from the virtual number, and only an answered one was connected."""
    respond = flows((BRIDGE,))

    served, ended = place(lambda delivered: respond(delivered)._replace(status=status), outcome=outcome)

    (summary,) = served.of("SESSION_SUMMARY")
    details = summary["details"]
    assert [leg["callStatus"] for leg in details.values()] == legs
    assert ended.status == summary["sessionStatus"] == ("ERROR" if status == 500 else outcome)
    assert ("connectedTimestamp" in details["callA"]) is (status == 200)
    assert [leg["destination"] for leg in details.values()][1:] == ["+6531589338"][: len(legs) - 1]


def test_the_auth_header_is_sent_and_kept_out_of_the_timeline() -> None:
    """Deliveries carry it as Authorization; an endpoint that echoes it does not get it shown."""
    served, ended = place(lambda _: Answer(200, b"sent Basic Y2FuYXJ5, or Y2FuYXJ5"), header="Basic Y2FuYXJ5")

    assert {one.headers["Authorization"] for one in served.delivered} == {"Basic Y2FuYXJ5"}
    assert "Y2FuYXJ5" not in json.dumps(ended.as_dict())
    assert ended.deliveries[0].answer == "sent [auth header], or [auth header]"


def test_an_endpoint_that_hangs_ends_the_call_as_error() -> None:
    """-2002 in the summary, and the verdict says how long was waited."""
    released = threading.Event()

    def hang(delivered: Delivered) -> Answer:
        if delivered.body["eventType"] == "SESSION_SUMMARY":
            released.set()
        return Answer(200, b"") if released.wait(10) else Answer(500)

    served, ended = place(hang, timeout=0.2)

    (summary,) = served.of("SESSION_SUMMARY")
    assert ended.deliveries[0].verdict == "no response within 0.2 s"
    assert (summary["sessionStatus"], summary["errorDetails"]["errorCode"]) == ("ERROR", -2002)
    assert "lastAction" not in summary


@pytest.mark.parametrize(
    ("status", "body", "code", "verdict"),
    [
        (500, b"", -2002, "responded 500 instead of 200"),
        (204, b"", -2002, "responded 204 instead of 200"),
        (302, b"", -2002, "responded 302 instead of 200; redirects are not followed"),
        (200, b"thanks", -2003, "invalid call flow: $: is not JSON"),
        (200, b'{"callflow": [{"action": "say"}]}', -2003, "$.callflow[0].params.text"),
        (200, b"{" * 100_000, -2003, "invalid call flow: longer than 65536 bytes"),
    ],
)
def test_a_useless_answer_ends_the_call_as_error(status: int, body: bytes, code: int, verdict: str) -> None:
    """The summary has the documented code; the endpoint is asked once and redirects are not followed."""
    served, ended = place(lambda _: Answer(status, body, {"Location": "/elsewhere"}))

    assert len(served.of("CALL_ACTION")) == 1
    assert (ended.status, ended.error_code) == ("ERROR", code)
    assert verdict in ended.deliveries[0].verdict
    assert served.of("SESSION_SUMMARY")[0]["errorDetails"]["errorCode"] == code


def test_an_endpoint_that_is_down_ends_the_call_as_error() -> None:
    """A refused connection is a connectivity error, and the call ends all the same."""
    held = Account()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        held.put("acme", "VCA", f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        ended = place_call(held, "acme", source="+6591178965", destination="+6568332048")

    assert (ended.status, ended.error_code) == ("ERROR", -2002)
    assert ended.deliveries[0].verdict.startswith("cannot be reached")


def test_a_missing_or_disabled_webhook_gets_nothing_and_the_call_says_so() -> None:
    """Without a VCA the call fails, and the summary is delivered where it is wanted."""
    held = Account()
    held.put("acme", "VSS", "https://example.com/", enabled=False)

    served, missing = place(flows(), "VSS")
    disabled = place_call(held, "acme", source="+6591178965", destination="+6568332048")

    assert missing.notes == ("No VCA webhook is registered for acme: nothing was delivered.",)
    assert (missing.status, [delivery.type for delivery in missing.deliveries]) == ("FAILED", ["VSS"])
    assert disabled.notes[1:] == ("The VSS webhook of acme is disabled: nothing was delivered.",)
    assert (disabled.deliveries, len(served.delivered)) == ((), 1)


def test_a_duplicate_is_the_same_delivery_again() -> None:
    """Every body arrives twice, unchanged, and the call goes on with the first response."""
    served, ended = place(flows((SAY,), (SAY,)), duplicate=True)

    assert [one.body for one in served.delivered[0::2]] == [one.body for one in served.delivered[1::2]]
    assert [delivery.duplicate for delivery in ended.deliveries] == [False, True] * 3
    assert ended.deliveries[1].verdict == "duplicate: another response than the first time"
    assert ended.deliveries[-1].verdict == "duplicate: the same response"


def test_a_changed_url_gets_the_next_delivery() -> None:
    """Webhooks are looked up for each delivery."""
    held = Account()

    def move(_delivered: Delivered) -> Answer:
        held.put("acme", "VCA", new.url)
        return Answer(200, call_flow(SAY).as_dict())

    with endpoint(flows()) as new, endpoint(move) as old:
        held.put("acme", "VCA", old.url)
        place_call(held, "acme", source="+6591178965", destination="+6568332048")

    assert [one["callStatus"] for one in old.of("CALL_ACTION")] == ["CALL_RECEIVED"]
    assert [one["callStatus"] for one in new.of("CALL_ACTION")] == ["ACTION_COMPLETED"]


def test_an_endless_call_flow_is_left_by_the_caller() -> None:
    """Fifty deliveries are enough, and looping is no error of the session."""
    served, ended = place(lambda _: Answer(200, call_flow(SAY).as_dict()))

    assert (len(served.of("CALL_ACTION")), ended.status) == (50, "COMPLETED")
    assert ended.notes == ("The caller hung up after 50 VCA deliveries without an end.",)


def test_an_answer_that_is_not_used_is_said_so() -> None:
    """The actions of a call flow are executed before a later response counts."""
    served, ended = place(flows((SAY, LISTEN), (SAY,)), keys=("1",))

    assert [delivery.verdict for delivery in ended.deliveries] == [
        "say → sayAndCapture",
        "say (not used: sayAndCapture is still to come)",
        "hangup",
        "received",
    ]
    assert served.of("CALL_ACTION")[2]["clientActionId"] == "step1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", "me"),
        ("destination", "+0"),
        ("keys", ("one",)),
        ("outcome", "ERROR"),
        ("timeout", 0),
        ("delay", -1),
        ("completed", "never"),
        ("dtmf_place", "sip"),
    ],
)
def test_a_plan_that_is_none_is_refused(name: str, value: Any) -> None:
    """The error names what is wrong, before anything is delivered."""
    with pytest.raises(ValueError, match=name):
        Plan(**{"source": "+6591178965", "destination": "+6568332048", name: value})


def test_many_calls_at_once_are_kept_apart() -> None:
    """Each session has its own deliveries and its own summary."""

    def respond(delivered: Delivered) -> Answer:
        first = delivered.body["payload"].get("callStatus") == "CALL_RECEIVED"
        return Answer(200, call_flow(*((LISTEN,) if first else (hangup(),))).as_dict())

    with endpoint(respond) as served, Emulator() as api, ThreadPoolExecutor(8) as pool:
        for name in ("VCA", "VSS"):
            api.account.put("acme", name, served.url)
        plans = [Plan(f"+65911789{number:02}", "+6568332048", (str(number % 10),)) for number in range(40)]

        ended = list(pool.map(lambda plan: api.place_call("acme", plan), plans))

    pressed = [one for one in served.of("CALL_ACTION") if one["callStatus"] == "ACTION_COMPLETED"]
    assert {one["source"]: one["eventData"]["dtmf"] for one in pressed} == {plan.source: plan.keys[0] for plan in plans}
    assert len({one.session_id for one in ended}) == len(served.of("SESSION_SUMMARY")) == 40


ORDER = {"subaccount": "acme", "source": "+6591178965", "destination": "+6568332048", "keys": ["7"]}


def test_a_call_can_be_ordered_over_http() -> None:
    """The command line's way: the call comes back ended, and is listed."""
    with endpoint(flows((LISTEN,))) as served, Emulator() as api:
        api.account.put("acme", "VCA", served.url)

        placed = requests.post(f"{api.url}/_calls", json=ORDER, timeout=10).json()
        listed = requests.get(f"{api.url}/_calls", timeout=10).json()

    assert (placed["status"], placed["deliveries"][0]["verdict"]) == ("COMPLETED", "sayAndCapture")
    assert placed["deliveries"][1]["request"]["payload"]["eventData"] == {"dtmf": "7"}
    assert (listed, api.journal.requests()) == ([placed], [])


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{", "Expecting"),
        (b"[]", "JSON object"),
        (b"{}", "subaccount"),
        (json.dumps(ORDER | {"color": 1}).encode(), "color"),
        (json.dumps(ORDER | {"source": 1}).encode(), "source"),
        (json.dumps(ORDER | {"source": "x"}).encode(), "source"),
        (json.dumps(ORDER | {"keys": [1]}).encode(), "keys"),
    ],
)
def test_an_order_that_is_none_is_refused(body: bytes, named: str) -> None:
    """422 with a text that names what is wrong."""
    with Emulator() as api:
        answer = requests.post(f"{api.url}/_calls", data=body, headers={"Content-Type": "application/json"}, timeout=10)

    assert (answer.status_code, named in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize("path", ["/_calls", "/_deliveries", "/_control/faults", "/_control/modes"])
def test_a_foreign_page_cannot_reach_what_asks_for_no_key(path: str) -> None:
    """Neither with a form, nor under a foreign name, nor from a foreign origin."""
    with Emulator(control=True) as api:
        form = requests.post(api.url + path, data={"subaccount": "acme"}, timeout=10)
        rebound = requests.post(api.url + path, json={}, headers={"Host": "evil.example"}, timeout=10)
        foreign = requests.post(api.url + path, json={}, headers={"Origin": "https://evil.example"}, timeout=10)

    assert [answer.status_code for answer in (form, rebound, foreign)] == [415, 421, 403]
