"""The vendor's rules for call flows: what they refuse, what they leave open, and what the builders make."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.ivr import callflow
from pulumi_8x8.ivr.callflow import (
    CallFlow,
    CallFlowError,
    call_flow,
    hangup,
    make_call,
    play_file,
    say,
    say_and_capture,
)
from pulumi_8x8.ivr.rules import CODES, PARAMS
from tests.contract.vendor import samples

SAY = {"text": "Hello", "voiceProfile": "en-US-BenjaminRUS"}
CAPTURE = {"promptMessage": "Press a key", "voiceProfile": "en-US-BenjaminRUS"}
FILE = {"fileUrl": "https://example.com/hello.mp3"}
CALL = {"source": "+6568888888", "destination": "+6591234567"}


def found(answer: object) -> list[tuple[str, int]]:
    return [(violation.path, violation.code) for violation in callflow.validate(answer)]


def warned(answer: object) -> list[tuple[str, int]]:
    return [(p.path, p.code) for p in callflow.review(answer) if p.severity == "warning"]


def one(action: str, params: object) -> dict[str, Any]:
    return {"callflow": [{"action": action, "params": params}]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, [("$", -1001)]),
        ([], [("$", -1001)]),
        ("{}", [("$", -1001)]),
        ({}, [("$.callflow", -1009)]),
        ({"callflow": None}, [("$.callflow", -1009)]),
        ({"callflow": {}}, [("$.callflow", -1009)]),
        ({"callflow": []}, [("$.callflow", -1009)]),
        ({"callflow": [1]}, [("$.callflow[0]", -1009)]),
        ({"callflow": [{}]}, [("$.callflow[0].action", -1007)]),
        ({"callflow": [{"action": "Say", "params": SAY}]}, [("$.callflow[0].action", -1007)]),
        ({"callflow": [{"action": ["say"], "params": SAY}]}, [("$.callflow[0].action", -1007)]),
        ({"clientActionId": 7, "callflow": [{"action": "hangup"}]}, [("$.clientActionId", -1009)]),
        (one("say", [1]), [("$.callflow[0].params", -1009)]),
        (
            {"callflow": [{"action": "hangup"}, {"action": "say", "params": SAY}]},
            [("$.callflow[0].action", -1012)],
        ),
        ({"callflow": [{"action": "hangup"}, {"action": "hangup"}]}, [("$.callflow[0].action", -1012)]),
        ({"callflow": [{"action": "makeCall", "params": CALL}] * 3}, [("$.callflow[2].action", -1010)]),
        ({"clientActionId": "\ud800", "callflow": [{"action": "hangup"}]}, [("$.clientActionId", -1016)]),
    ],
)
def test_an_answer_of_a_wrong_shape_is_reported_where_it_is_wrong(
    answer: object, expected: list[tuple[str, int]]
) -> None:
    """Each level of an answer has its own path and code."""
    assert found(answer) == expected


@pytest.mark.parametrize(
    ("action", "params", "expected"),
    [
        ("say", {}, [("text", -1009), ("voiceProfile", -1002)]),
        ("say", SAY | {"text": " "}, [("text", -1009)]),
        ("say", SAY | {"text": None}, [("text", -1009)]),
        ("say", SAY | {"text": "x" * 3001}, [("text", -1009)]),
        ("say", SAY | {"text": "\ud800"}, [("text", -1016)]),
        ("say", SAY | {"voiceProfile": ""}, [("voiceProfile", -1002)]),
        ("say", SAY | {"voiceProfile": 1}, [("voiceProfile", -1002)]),
        ("say", SAY | {"repetition": 0}, [("repetition", -1009)]),
        ("say", SAY | {"repetition": 4}, [("repetition", -1009)]),
        ("say", SAY | {"repetition": True}, [("repetition", -1009)]),
        ("say", SAY | {"repetition": 1.5}, [("repetition", -1009)]),
        ("say", SAY | {"repetition": "1"}, [("repetition", -1009)]),
        ("say", SAY | {"speed": 0.49}, [("speed", -1009)]),
        ("say", SAY | {"speed": 2.01}, [("speed", -1009)]),
        ("say", SAY | {"speed": math.nan}, [("speed", -1009)]),
        ("say", SAY | {"speed": math.inf}, [("speed", -1009)]),
        ("say", SAY | {"speed": False}, [("speed", -1009)]),
        ("sayAndCapture", {}, [("promptMessage", -1009), ("voiceProfile", -1002)]),
        ("sayAndCapture", CAPTURE | {"successMessage": 1}, [("successMessage", -1009)]),
        ("sayAndCapture", CAPTURE | {"completeOnHash": "no"}, [("completeOnHash", -1009)]),
        ("sayAndCapture", CAPTURE | {"minDigits": 1}, [("minDigits", -1003)]),
        ("sayAndCapture", CAPTURE | {"minDigits": 3, "maxDigits": 2}, [("minDigits", -1003)]),
        (
            "sayAndCapture",
            CAPTURE | {"minDigits": 1, "maxDigits": "2"},
            [("maxDigits", -1009), ("minDigits", -1003)],
        ),
        ("sayAndCapture", CAPTURE | {"completeOnHash": False}, [("completeOnHash", -1008)]),
        (
            "sayAndCapture",
            CAPTURE | {"completeOnHash": False, "maxDigits": 0},
            [("maxDigits", -1009), ("completeOnHash", -1008)],
        ),
        ("sayAndCapture", CAPTURE | {"completeOnHash": False, "maxDigits": 26}, [("completeOnHash", -1008)]),
        ("sayAndCapture", CAPTURE | {"digitTimeout": 1001, "overallTimeout": 1000}, [("digitTimeout", -1006)]),
        ("sayAndCapture", CAPTURE | {"overallTimeout": 0}, [("overallTimeout", -1009)]),
        ("sayAndCapture", CAPTURE | {"overallTimeout": 10**5000}, [("overallTimeout", -1009)]),
        ("sayAndCapture", CAPTURE | {"noOfTries": 0}, [("noOfTries", -1009)]),
        ("playFile", {}, [("fileUrl", -1009)]),
        ("playFile", {"fileUrl": "hello.mp3"}, [("fileUrl", -1009)]),
        ("playFile", {"fileUrl": 7}, [("fileUrl", -1009)]),
        ("playFile", FILE | {"repetition": 4}, [("repetition", -1009)]),
        ("makeCall", {}, [("source", -1009), ("destination", -1009)]),
        ("makeCall", CALL | {"destination": "91 234 567"}, [("destination", -1017)]),
        ("makeCall", CALL | {"destination": "+6591234567\n"}, [("destination", -1017)]),
        ("makeCall", CALL | {"source": "{{Source Phone Number}}"}, [("source", -1014)]),
        ("makeCall", CALL | {"callRecording": "yes"}, [("callRecording", -1009)]),
    ],
)
def test_a_wrong_param_is_reported_with_its_code(
    action: str, params: dict[str, object], expected: list[tuple[str, int]]
) -> None:
    """Every rule of the table has a code and the path of its param."""
    assert found(one(action, params)) == [(f"$.callflow[0].params.{name}", code) for name, code in expected]


@pytest.mark.parametrize(
    ("action", "params", "expected"),
    [
        ("say", SAY | {"text": "bell\a"}, ("text", -1016)),
        ("sayAndCapture", CAPTURE | {"digitTimeout": 60_000}, ("digitTimeout", -1005)),
        ("sayAndCapture", CAPTURE | {"digitTimeout": 1000, "overallTimeout": None}, ("digitTimeout", -1005)),
        ("sayAndCapture", CAPTURE | {"digitTimeout": 1000, "overallTimeout": 1000}, ("digitTimeout", -1006)),
        ("playFile", {"fileUrl": "https://example.com/hello.ogg"}, ("fileUrl", -1009)),
        ("playFile", {"fileUrl": "https://example.com/hello?format=mp3"}, ("fileUrl", -1009)),
        ("playFile", {"fileUrl": "ftp://example.com/a b.mp3"}, ("fileUrl", -1009)),
    ],
)
def test_what_only_the_vendors_prose_forbids_is_a_warning(
    action: str, params: dict[str, object], expected: tuple[str, int]
) -> None:
    """The call flow is valid, can be parsed, and says the same again."""
    answer = one(action, params)

    assert warned(answer) == [(f"$.callflow[0].params.{expected[0]}", expected[1])]
    assert found(answer) == []
    assert warned(callflow.parse(answer).as_dict()) == warned(answer)


@pytest.mark.parametrize("sample", samples("callflows"), ids=lambda sample: sample["page"].rpartition("/")[2])
def test_every_call_flow_that_the_vendor_publishes_is_valid(sample: dict[str, Any]) -> None:
    """Its warnings are the two contradictions of the vendor's own."""
    assert found(sample["flow"]) == []
    assert [code for _, code in warned(sample["flow"])] == sample["warnings"]
    assert len(callflow.parse(sample["flow"]).actions) == len(sample["flow"]["callflow"])


def test_two_calls_may_be_made() -> None:
    """The second is bridged to the first."""
    assert found({"callflow": [{"action": "makeCall", "params": CALL}] * 2}) == []


@pytest.mark.parametrize(
    "answer",
    [
        one("say", SAY),
        one("say", SAY | {"repetition": 3, "speed": 0.5}),
        one("say", SAY | {"repetition": None, "speed": 2}),
        one("say", SAY | {"pitch": "high"}),
        one("sayAndCapture", CAPTURE | {"minDigits": None, "maxDigits": 40}),
        one("sayAndCapture", CAPTURE | {"completeOnHash": False, "maxDigits": 25}),
        one("sayAndCapture", CAPTURE | {"digitTimeout": 999, "overallTimeout": 1000}),
        one("playFile", {"fileUrl": "http://example.com/a/HELLO.WAV?token=1#t"}),
        one("makeCall", {"source": "6568888888", "destination": "+6591234567", "callRecording": True}),
        one("hangup", None),
        one("hangup", {"reason": "done"}),
        {"callflow": [{"action": "hangup"}], "clientActionId": None, "more": 1},
        {"callflow": [{"action": "hangup"}], "clientActionId": ""},
    ],
)
def test_what_the_vendor_leaves_open_is_tolerated(answer: dict[str, Any]) -> None:
    """Unknown params, null for optional ones and the edges of each range pass, and can be parsed."""
    assert found(answer) == []
    assert len(callflow.parse(answer).actions) == 1


def test_every_violation_is_reported_at_once() -> None:
    """A report does not stop at the first action that is wrong."""
    answer = {
        "callflow": [
            {"action": "hangup"},
            {"action": "say", "params": SAY | {"repetition": 9}},
            {"action": "dance"},
        ]
    }

    assert found(answer) == [
        ("$.callflow[1].params.repetition", -1009),
        ("$.callflow[2].action", -1007),
        ("$.callflow[0].action", -1012),
    ]


def test_what_is_assumed_is_marked() -> None:
    """A code that the vendor ties to a rule is not marked; one that is only likely is."""
    documented = callflow.validate(one("sayAndCapture", CAPTURE | {"minDigits": 1}))
    assumed = callflow.validate(one("say", SAY | {"speed": 3}))

    assert [violation.assumed for violation in documented + assumed] == [False, True]


def test_a_builder_refuses_what_the_validator_would_report() -> None:
    """The error carries the violations, so that a caller need not read its text."""
    with pytest.raises(CallFlowError) as refused:
        say_and_capture("Press a key", voice_profile="en", min_digits=1, digit_timeout=500, overall_timeout=400)

    assert [(v.path, v.code) for v in refused.value.violations] == [
        ("$.params.minDigits", -1003),
        ("$.params.digitTimeout", -1006),
    ]


def test_nothing_can_follow_a_hangup() -> None:
    """A call flow that goes on after its end cannot be built."""
    with pytest.raises(CallFlowError) as refused:
        call_flow(hangup(), say("Still there?", voice_profile="en"))

    assert [v.code for v in refused.value.violations] == [-1012]


def test_the_classes_refuse_like_the_builders() -> None:
    """There is no way around the rules: the values themselves hold them."""
    with pytest.raises(CallFlowError):
        callflow.Say("Hello", "en", repetition=4)
    with pytest.raises(CallFlowError):
        CallFlow(())


def test_an_answer_is_written_in_the_vendors_shape() -> None:
    """Names are the vendor's, and defaults are written out."""
    flow = call_flow(
        say("Hello", voice_profile="en"),
        say_and_capture("Press a key", voice_profile="en", complete_on_hash=False, max_digits=1),
        play_file("https://example.com/hello.wav"),
        make_call("+6568888888", "+6591234567"),
        hangup(),
        client_action_id="first",
    )

    assert json.loads(flow.to_json()) == {
        "clientActionId": "first",
        "callflow": [
            {
                "action": "say",
                "params": {"text": "Hello", "voiceProfile": "en", "repetition": 1, "speed": 1.0},
            },
            {
                "action": "sayAndCapture",
                "params": {
                    "promptMessage": "Press a key",
                    "voiceProfile": "en",
                    "speed": 1.0,
                    "completeOnHash": False,
                    "maxDigits": 1,
                    "overallTimeout": 30000,
                    "noOfTries": 3,
                },
            },
            {"action": "playFile", "params": {"fileUrl": "https://example.com/hello.wav", "repetition": 1}},
            {"action": "makeCall", "params": {"source": "+6568888888", "destination": "+6591234567"}},
            {"action": "hangup"},
        ],
    }


def test_defaults_are_filled_in_when_an_answer_is_parsed() -> None:
    """Who executes a call flow reads every value, given or not."""
    flow = callflow.parse(one("sayAndCapture", CAPTURE))

    (action,) = flow.actions
    assert isinstance(action, callflow.SayAndCapture)
    assert (action.max_digits, action.overall_timeout, action.no_of_tries) == (25, 30_000, 3)
    assert (action.speed, action.complete_on_hash, action.min_digits) == (1.0, True, None)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\xfa", b'{"a": NaN}', b"-Infinity", "[" * 100_000])
def test_a_body_that_is_not_json_is_1001(body: bytes | str) -> None:
    """What cannot be decoded has the vendor's code for it, like any other violation."""
    with pytest.raises(CallFlowError) as refused:
        callflow.decode(body)

    assert [(v.path, v.code) for v in refused.value.violations] == [("$", -1001)]


texts = st.text(min_size=1, max_size=50).filter(str.strip)
numbers = st.from_regex(r"\+?[1-9][0-9]{1,14}", fullmatch=True)
timeouts = st.integers(2, 100_000)


@st.composite
def captures(draw: st.DrawFn) -> callflow.SayAndCapture:
    """Draw any sayAndCapture that a program may ask for."""
    most = draw(st.none() | st.integers(1, 25))
    overall = draw(st.none() | timeouts)
    return say_and_capture(
        draw(texts),
        voice_profile=draw(texts),
        success_message=draw(st.none() | st.text()),
        failure_message=draw(st.none() | st.text()),
        speed=draw(st.none() | st.floats(0.5, 2.0)),
        complete_on_hash=draw(st.none() | st.just(True) | (st.booleans() if most else st.none())),
        min_digits=draw(st.none() | st.integers(1, most)) if most else None,
        max_digits=most,
        digit_timeout=draw(st.none() | st.integers(1, overall or 30_000)),
        overall_timeout=overall,
        no_of_tries=draw(st.none() | st.integers(1, 10)),
    )


actions = st.one_of(
    st.builds(say, texts, voice_profile=texts, repetition=st.integers(1, 3), speed=st.floats(0.5, 2.0)),
    captures(),
    st.builds(play_file, st.just("https://example.com/a.wav"), repetition=st.integers(1, 3)),
)
calls = st.builds(make_call, numbers, numbers, call_recording=st.none() | st.booleans())
flows = st.builds(
    lambda before, calls, last, label: call_flow(*before, *calls, *last, client_action_id=label),
    st.lists(actions, min_size=1, max_size=4),
    st.lists(calls, max_size=2),
    st.sampled_from([(), (hangup(),)]),
    st.none() | st.text(),
)

scalars = st.none() | st.booleans() | st.integers(-5, 40) | st.floats() | st.text(max_size=5) | texts
values = scalars | st.lists(scalars, max_size=2) | st.sampled_from(["https://a.b/c.mp3", "+6561234567", 1000])
params = st.dictionaries(
    st.sampled_from(sorted({param.name for row in PARAMS.values() for param in row} | {"unknown"})), values
)
entries = st.builds(
    lambda action, base, more: {"action": action, "params": {**base, **more}},
    st.sampled_from([*PARAMS, "dance"]),
    st.just({**SAY, **CAPTURE, **FILE, **CALL}),
    params,
)
answers = st.builds(
    lambda label, entries: {"clientActionId": label, "callflow": entries},
    scalars,
    st.lists(entries | scalars, max_size=3),
)


@given(flows)
def test_any_flow_that_can_be_built_passes_the_validator(flow: CallFlow) -> None:
    """Builders and validator read the same rules; the way through JSON loses nothing."""
    answer = callflow.decode(flow.to_json())

    assert callflow.validate(answer) == []
    assert callflow.parse(answer) == flow


@given(answers | scalars)
def test_any_answer_is_either_reported_or_parsed(answer: object) -> None:
    """The validator decides: what it passes can be parsed, what it reports cannot."""
    violations = callflow.validate(answer)

    if violations:
        assert {violation.code for violation in violations} <= set(CODES)
        with pytest.raises(CallFlowError):
            callflow.parse(answer)
    else:
        assert callflow.validate(callflow.parse(answer).as_dict()) == []
