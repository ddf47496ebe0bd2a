"""A call as a state machine."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.emulator.calls.delivery import Response, judge
from pulumi_8x8.emulator.calls.session import SIP_CODES, Event, Outcome, Session, capture
from pulumi_8x8.ivr.callflow import Action, call_flow, hangup, make_call, say, say_and_capture, validate

NOW = datetime(2026, 1, 13, 8, 27, tzinfo=timezone.utc)
SAY = say("Hello", voice_profile="en-US-BenjaminRUS")
LISTEN = say_and_capture("Press a key", voice_profile="en-US-BenjaminRUS", min_digits=1, max_digits=1)
BRIDGE = make_call("+6568332048", "+6531589338")


def after(session: Session, *actions: Action, label: str | None = None) -> Session:
    return session.follow(call_flow(*actions, client_action_id=label), NOW)


def test_keys_are_captured_in_order_and_come_back_under_their_label() -> None:
    """Each sayAndCapture takes the next entry, none is left for the third."""
    first = after(Session(keys=("1", "2")), LISTEN, label="menu")
    second = after(first, LISTEN)
    third = after(second, LISTEN)

    assert first.event == Event("ACTION_COMPLETED", "1", client_action_id="menu")
    assert (second.event, third.event) == (Event("ACTION_COMPLETED", "2"), Event("ACTION_COMPLETED"))


@pytest.mark.parametrize(("completed", "keys"), [("each", [None, None, "5"]), ("last", ["5"])])
def test_every_action_of_a_flow_is_executed_and_reported_as_chosen(completed: Any, keys: list[str | None]) -> None:
    """Each of them, or the last alone; an action before a hangup is not reported, as in the vendor's guide."""
    session = after(Session(keys=("5",), completed=completed), SAY, SAY, LISTEN, label="three")
    events = [session.event]
    while session.left:
        session = after(session, hangup())
        events.append(session.event)
    ended = after(session, SAY, hangup())

    assert events == [Event("ACTION_COMPLETED", dtmf, client_action_id="three") for dtmf in keys]
    assert (ended.event, ended.status, ended.last_action) == (None, "COMPLETED", "HANGUP")


@pytest.mark.parametrize(("outcome", "sip_code"), SIP_CODES.items())
def test_a_bridged_call_decides_the_status(outcome: Outcome, sip_code: int) -> None:
    """The session ends as its bridged leg did; a flow of thousands of actions is executed, too."""
    session = after(Session(outcome=outcome, completed="last"), *[SAY] * 5_000, BRIDGE)

    assert session.event == Event("ACTION_COMPLETED", sip_code=sip_code)
    assert (after(session, hangup()).status, session.bridged) == (outcome, ((BRIDGE, NOW),))


@pytest.mark.parametrize(
    ("pressed", "params", "captured"),
    [
        (["#"], {"min_digits": 1, "max_digits": 1, "complete_on_hash": False}, "#"),
        (["1234"], {"min_digits": 1, "max_digits": 2, "complete_on_hash": False}, "12"),
        (["12#99"], {}, "12"),
        (["123#"], {"min_digits": 1, "max_digits": 2, "no_of_tries": 1}, None),
        (["1"], {"min_digits": 2, "max_digits": 4, "no_of_tries": 1}, None),
        (["1", "12"], {"min_digits": 2, "max_digits": 4, "no_of_tries": 2}, "12"),
        (["", "", "7"], {}, "7"),
        (["", "", "7"], {"no_of_tries": 2}, None),
        ([], {}, None),
    ],
)
def test_digits_are_captured_by_the_rules(pressed: list[str], params: dict[str, Any], captured: str | None) -> None:
    """Hash, least, most and tries decide what a sayAndCapture captures."""
    action = say_and_capture("Press", voice_profile="en-US-BenjaminRUS", **params)

    assert capture(action, tuple(pressed))[0] == captured


VALUES = st.none() | st.booleans() | st.integers(-1, 40_000) | st.floats(0, 3) | st.sampled_from(["Hello", ""])
NAMES = ["speed", "repetition", "minDigits", "maxDigits", "completeOnHash", "noOfTries", "text", "source"]
BASE = {"text": "Hello", "promptMessage": "Press", "voiceProfile": "en", "fileUrl": "https://example.com/a.mp3"}
BASE |= {"source": "+6568332048", "destination": "+6531589338"}
ACTIONS = st.builds(
    lambda action, params: {"action": action, "params": BASE | params},
    st.sampled_from(["say", "sayAndCapture", "playFile", "makeCall", "hangup"]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
KEYS = st.lists(st.text("0123456789*#", max_size=4), max_size=3)


@given(flow=st.lists(ACTIONS, max_size=4), keys=KEYS, outcome=st.sampled_from(sorted(SIP_CODES)))
def test_whatever_the_validator_passes_is_executed(flow: list[dict[str, Any]], keys: list[str], outcome: Any) -> None:
    """A response ends the call as an error exactly if the validator reports a violation."""
    judgement = judge("VCA", Response(200, json.dumps({"callflow": flow}).encode()))

    assert judgement.ok is (validate({"callflow": flow}) == [])
    if judgement.flow is not None:
        session = Session(keys=tuple(keys), outcome=outcome).follow(judgement.flow, NOW)
        while session.left:
            session = session.follow(judgement.flow, NOW)
        assert (session.event is None) is (flow[-1]["action"] == "hangup")
        assert session.status in {"COMPLETED", outcome}
