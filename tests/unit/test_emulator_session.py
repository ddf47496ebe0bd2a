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
from pulumi_8x8.ivr.callflow import (
    Action,
    call_flow,
    hangup,
    make_call,
    play_file,
    say,
    say_and_capture,
    validate,
)

NOW = datetime(2026, 1, 13, 8, 27, tzinfo=timezone.utc)
SAY = say("Hello", voice_profile="en-US-BenjaminRUS")
PLAY = play_file("https://example.com/tune.mp3")
LISTEN = say_and_capture("Press a key", voice_profile="en-US-BenjaminRUS", min_digits=1, max_digits=1)
BRIDGE = make_call("+6568332048", "+6531589338")


def answered(session: Session, *actions: Action, label: str | None = None) -> Session:
    return session.follow(call_flow(*actions, client_action_id=label), NOW)


def test_keys_are_captured_in_order_and_come_back_under_their_label() -> None:
    """Each sayAndCapture takes the next entry, none is left for the third, and the response's label is the event's."""
    first = answered(Session(keys=("1", "2")), LISTEN, label="menu")
    second = answered(first, LISTEN)
    third = answered(second, LISTEN)

    assert Session().event == Event("CALL_RECEIVED")
    assert first.event == Event("ACTION_COMPLETED", "1", client_action_id="menu")
    assert [session.event and session.event.dtmf for session in (second, third)] == ["2", None]
    assert third.last_action == "SAY_AND_CAPTURE"


def test_every_action_of_a_flow_is_completed() -> None:
    """The actions of one response are all executed, and each is reported; or, if so chosen, the last alone."""
    session = answered(Session(keys=("5",)), SAY, PLAY, LISTEN, label="three")
    events = [session.event]
    while session.left:
        session = answered(session, hangup())
        events.append(session.event)
    once = answered(Session(keys=("5",), completed="last"), SAY, LISTEN, PLAY)

    assert events == [Event("ACTION_COMPLETED", dtmf, client_action_id="three") for dtmf in (None, None, "5")]
    assert (once.event, once.left) == (Event("ACTION_COMPLETED", dtmf="5"), ())


def test_hangup_ends_the_call_without_another_event() -> None:
    """An action before a hangup is not reported, as in the vendor's guide."""
    session = answered(Session(), SAY, hangup())

    assert session.event is None
    assert (session.status, session.last_action) == ("COMPLETED", "HANGUP")


@pytest.mark.parametrize(
    ("outcome", "sip_code"),
    [("COMPLETED", 200), ("BUSY", 486), ("NO_ANSWER", 480), ("FAILED", 503), ("CANCELED", 487)],
)
def test_a_bridged_call_decides_the_status(outcome: Outcome, sip_code: int) -> None:
    """The session ends as its bridged leg did."""
    session = answered(Session(outcome=outcome), BRIDGE)

    assert session.event == Event("ACTION_COMPLETED", sip_code=sip_code)

    session = answered(session, hangup())

    assert (session.status, session.bridged) == (outcome, ((BRIDGE, NOW),))


def test_a_long_flow_is_executed() -> None:
    """A flow of thousands of actions is no deeper than one of two."""
    session = answered(Session(completed="last"), *[SAY] * 5_000)

    assert session.event == Event("ACTION_COMPLETED")


@pytest.mark.parametrize(
    ("pressed", "params", "heard"),
    [
        (["1"], {"min_digits": 1, "max_digits": 1, "complete_on_hash": False}, "1"),
        (["#"], {"min_digits": 1, "max_digits": 1, "complete_on_hash": False}, "#"),
        (["1234"], {"min_digits": 1, "max_digits": 2, "complete_on_hash": False}, "12"),
        (["12#99"], {}, "12"),
        (["12"], {}, "12"),
        (["123#"], {"min_digits": 1, "max_digits": 2, "no_of_tries": 1}, None),
        (["1"], {"min_digits": 2, "max_digits": 4, "no_of_tries": 1}, None),
        (["1", "12"], {"min_digits": 2, "max_digits": 4, "no_of_tries": 2}, "12"),
        (["", "", "7"], {}, "7"),
        (["", "", "7"], {"no_of_tries": 2}, None),
        ([], {}, None),
    ],
)
def test_digits_are_heard_by_the_rules(pressed: list[str], params: dict[str, int | bool], heard: str | None) -> None:
    """Hash, least, most and tries decide what a sayAndCapture hears."""
    action = say_and_capture("Press", voice_profile="en-US-BenjaminRUS", **params)  # type: ignore[arg-type]

    assert capture(action, tuple(pressed))[0] == heard


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 40_000),
    st.floats(0, 3),
    st.sampled_from(["Hello", "en-US-BenjaminRUS", "+6568332048", "https://example.com/a.mp3", ""]),
)
PARAMS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(["speed", "repetition", "minDigits", "maxDigits", "completeOnHash", "noOfTries"], VALUES),
)
MANDATORY: dict[str, dict[str, Any]] = {
    "say": {"text": "Hello", "voiceProfile": "en-US-BenjaminRUS"},
    "sayAndCapture": {"promptMessage": "Press", "voiceProfile": "en-US-BenjaminRUS"},
    "playFile": {"fileUrl": "https://example.com/a.mp3"},
    "makeCall": {"source": "+6568332048", "destination": "+6531589338"},
    "hangup": {},
}
ACTIONS = st.builds(
    lambda action, params: {"action": action, "params": {**MANDATORY[action], **params}},
    st.sampled_from(sorted(MANDATORY)),
    PARAMS,
)
KEYS = st.lists(st.text("0123456789*#", max_size=4), max_size=3)


@given(flow=st.lists(ACTIONS, max_size=4), keys=KEYS, outcome=st.sampled_from(sorted(SIP_CODES)))
def test_whatever_the_validator_passes_is_executed(flow: list[dict[str, Any]], keys: list[str], outcome: Any) -> None:
    """A response ends the call as an error exactly if the validator reports a violation."""
    answer = {"callflow": flow}

    judgement = judge("VCA", Response(200, json.dumps(answer).encode()))

    assert judgement.ok is (validate(answer) == [])
    if judgement.flow is not None:
        session = Session(keys=tuple(keys), outcome=outcome).follow(judgement.flow, NOW)
        while session.left:
            session = session.follow(judgement.flow, NOW)
        assert (session.event is None) is (flow[-1]["action"] == "hangup")
        assert session.status in {"COMPLETED", outcome}
        assert session.error_code is None
