"""The vendor's rules for call flows: what they refuse, what they leave open, and what the builders make."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
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

BASE: dict[str, dict[str, Any]] = {
    "say": {"text": "Hello", "voiceProfile": "en-US-BenjaminRUS"},
    "sayAndCapture": {"promptMessage": "Press a key", "voiceProfile": "en-US-BenjaminRUS"},
    "playFile": {"fileUrl": "https://example.com/hello.mp3"},
    "makeCall": {"source": "+6568888888", "destination": "+6591234567"},
    "hangup": {},
}


def entry(action: str, **params: object) -> dict[str, Any]:
    return {"action": action, "params": BASE[action] | params}


def flow(*entries: object, **more: object) -> dict[str, Any]:
    return {"callflow": list(entries), **more}


def found(answer: object, severity: str = "violation") -> list[tuple[str, int]]:
    return [(p.path.replace("$.callflow[0].params.", ""), p.code) for p in callflow.review(answer)
            if p.severity == severity]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "path", "code"),
    [
        (None, "$", -1001),
        ([], "$", -1001),
        ("{}", "$", -1001),
        ({}, "$.callflow", -1009),
        ({"callflow": None}, "$.callflow", -1009),
        ({"callflow": {}}, "$.callflow", -1009),
        (flow(), "$.callflow", -1009),
        (flow(1), "$.callflow[0]", -1009),
        (flow({}), "$.callflow[0].action", -1007),
        (flow({"action": "Say"}), "$.callflow[0].action", -1007),
        (flow({"action": ["say"]}), "$.callflow[0].action", -1007),
        (flow({"action": "say", "params": [1]}), "$.callflow[0].params", -1009),
        (flow(entry("hangup"), clientActionId=7), "$.clientActionId", -1009),
        (flow(entry("hangup"), clientActionId="\ud800"), "$.clientActionId", -1016),
        (flow(entry("hangup"), entry("say")), "$.callflow[0].action", -1012),
        (flow(entry("hangup"), entry("hangup")), "$.callflow[0].action", -1012),
        (flow(*[entry("makeCall")] * 3), "$.callflow[2].action", -1010),
    ],
)
def test_an_answer_of_a_wrong_shape_is_reported_where_it_is_wrong(answer: object, path: str, code: int) -> None:
    """Each level of a response has its own path and code."""
    assert found(answer) == [(path, code)]


WRONG: list[tuple[str, Any, dict[str, int]]] = [
    ("say", {"text": None, "voiceProfile": None}, {"text": -1009, "voiceProfile": -1002}),
    *[("say", {"text": text}, {"text": -1009}) for text in (" ", 1, "x" * 3001)],
    ("say", {"text": "\ud800"}, {"text": -1016}),
    *[("say", {"voiceProfile": profile}, {"voiceProfile": -1002}) for profile in ("", 1)],
    *[("say", {"repetition": number}, {"repetition": -1009}) for number in (0, 4, True, 1.5, "1")],
    *[("say", {"speed": speed}, {"speed": -1009}) for speed in (0.49, 2.01, math.nan, math.inf, False)],
    ("sayAndCapture", {"successMessage": 1, "noOfTries": 0}, {"successMessage": -1009, "noOfTries": -1009}),
    ("sayAndCapture", {"completeOnHash": "no"}, {"completeOnHash": -1009}),
    ("sayAndCapture", {"minDigits": 1}, {"minDigits": -1003}),
    ("sayAndCapture", {"minDigits": 3, "maxDigits": 2}, {"minDigits": -1003}),
    ("sayAndCapture", {"minDigits": 1, "maxDigits": "2"}, {"maxDigits": -1009, "minDigits": -1003}),
    ("sayAndCapture", {"completeOnHash": False}, {"completeOnHash": -1008}),
    ("sayAndCapture", {"completeOnHash": False, "maxDigits": 0}, {"maxDigits": -1009, "completeOnHash": -1008}),
    ("sayAndCapture", {"completeOnHash": False, "maxDigits": 26}, {"completeOnHash": -1008}),
    ("sayAndCapture", {"digitTimeout": 1001, "overallTimeout": 1000}, {"digitTimeout": -1006}),
    *[("sayAndCapture", {"overallTimeout": number}, {"overallTimeout": -1009}) for number in (0, 10**5000)],
    *[("playFile", {"fileUrl": url}, {"fileUrl": -1009}) for url in (None, "hello.mp3", 7)],
    ("playFile", {"repetition": 4}, {"repetition": -1009}),
    ("makeCall", {"source": None, "destination": None}, {"source": -1009, "destination": -1009}),
    *[("makeCall", {"destination": to}, {"destination": -1017}) for to in ("91 234 567", "+6591234567\n", 6591234567)],
    ("makeCall", {"source": "{{Source Phone Number}}"}, {"source": -1014}),
    ("makeCall", {"callRecording": "yes"}, {"callRecording": -1009}),
]


@pytest.mark.parametrize(("action", "params", "expected"), WRONG, ids=[str(wrong[2]) for wrong in WRONG])
def test_a_wrong_param_is_reported_with_its_code(
    action: str, params: dict[str, object], expected: dict[str, int]
) -> None:
    """Every rule of the table has a code and the path of its param."""
    assert dict(found(flow(entry(action, **params)))) == expected


@pytest.mark.parametrize(
    ("action", "params", "expected"),
    [
        ("say", {"text": "bell\a"}, ("text", -1016)),
        ("sayAndCapture", {"digitTimeout": 60_000}, ("digitTimeout", -1005)),
        ("sayAndCapture", {"digitTimeout": 1000, "overallTimeout": None}, ("digitTimeout", -1005)),
        ("sayAndCapture", {"digitTimeout": 1000, "overallTimeout": 1000}, ("digitTimeout", -1006)),
        ("playFile", {"fileUrl": "https://example.com/hello.ogg"}, ("fileUrl", -1009)),
        ("playFile", {"fileUrl": "https://example.com/hello?format=mp3"}, ("fileUrl", -1009)),
        ("playFile", {"fileUrl": "ftp://example.com/a b.mp3"}, ("fileUrl", -1009)),
    ],
)
def test_what_only_the_vendors_prose_forbids_is_a_warning(
    action: str, params: dict[str, object], expected: tuple[str, int]
) -> None:
    """The call flow is valid, can be parsed, and says the same again."""
    answer = flow(entry(action, **params))

    assert (callflow.validate(answer), found(answer, "warning")) == ([], [expected])
    assert found(callflow.parse(answer).as_dict(), "warning") == [expected]


@pytest.mark.parametrize("sample", samples("callflows"), ids=lambda sample: sample["page"].rpartition("/")[2])
def test_every_call_flow_that_the_vendor_publishes_is_valid(sample: dict[str, Any]) -> None:
    """Its warnings are the two contradictions of the vendor's own."""
    assert callflow.validate(sample["flow"]) == []
    assert [code for _, code in found(sample["flow"], "warning")] == sample["warnings"]
    assert len(callflow.parse(sample["flow"]).actions) == len(sample["flow"]["callflow"])


@pytest.mark.parametrize(
    "answer",
    [
        flow(entry("say", repetition=3, speed=0.5)),
        flow(entry("say", repetition=None, speed=2, pitch="high")),
        flow(entry("sayAndCapture", minDigits=None, maxDigits=40)),
        flow(entry("sayAndCapture", completeOnHash=False, maxDigits=25)),
        flow(entry("sayAndCapture", digitTimeout=999, overallTimeout=1000)),
        flow(entry("playFile", fileUrl="http://example.com/a/HELLO.WAV?token=1#t")),
        flow(*[entry("makeCall", source="6568888888", callRecording=True)] * 2),
        flow({"action": "hangup", "params": None}, clientActionId=None, more=1),
        flow({"action": "hangup", "params": {"reason": "done"}}, clientActionId=""),
    ],
)
def test_what_the_vendor_leaves_open_is_tolerated(answer: dict[str, Any]) -> None:
    """Unknown params, null for optional ones and the edges of each range pass, and can be parsed."""
    assert callflow.review(answer) == []
    assert len(callflow.parse(answer).actions) == len(answer["callflow"])


def test_every_violation_is_reported_at_once_and_marked_where_its_code_is_assumed() -> None:
    """A report does not stop at the first action that is wrong."""
    answer = flow(entry("hangup"), entry("sayAndCapture", minDigits=1, speed=3), {"action": "dance"})

    assert [(problem.path, problem.code, problem.assumed) for problem in callflow.validate(answer)] == [
        ("$.callflow[1].params.speed", -1009, True),
        ("$.callflow[1].params.minDigits", -1003, False),
        ("$.callflow[2].action", -1007, False),
        ("$.callflow[0].action", -1012, True),
    ]


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: say_and_capture("?", voice_profile="en", min_digits=1, digit_timeout=5, overall_timeout=4),
         [-1003, -1006]),
        (lambda: call_flow(hangup(), say("Still there?", voice_profile="en")), [-1012]),
        (lambda: callflow.Say("Hello", "en", repetition=4), [-1009]),
        (lambda: CallFlow(()), [-1009]),
    ],
)  # fmt: skip
def test_nothing_that_violates_the_rules_can_be_made(make: Callable[[], object], codes: list[int]) -> None:
    """Neither with a builder nor with a class; the error carries the violations."""
    with pytest.raises(CallFlowError) as refused:
        make()

    assert [violation.code for violation in refused.value.violations] == codes


def test_an_answer_is_written_in_the_vendors_shape() -> None:
    """Names are the vendor's, and defaults are written out."""
    made = call_flow(
        say("Hello", voice_profile="en"),
        say_and_capture("Press", voice_profile="en", complete_on_hash=False, max_digits=1, digit_timeout=900),
        play_file("https://example.com/hello.wav"),
        make_call("+6568888888", "+6591234567"),
        hangup(),
        client_action_id="first",
    )

    capture = {"promptMessage": "Press", "voiceProfile": "en", "speed": 1.0, "completeOnHash": False, "maxDigits": 1}
    capture |= {"digitTimeout": 900, "overallTimeout": 30000, "noOfTries": 3}
    assert json.loads(made.to_json()) == {
        "clientActionId": "first",
        "callflow": [
            {"action": "say", "params": {"text": "Hello", "voiceProfile": "en", "repetition": 1, "speed": 1.0}},
            {"action": "sayAndCapture", "params": capture},
            {"action": "playFile", "params": {"fileUrl": "https://example.com/hello.wav", "repetition": 1}},
            {"action": "makeCall", "params": {"source": "+6568888888", "destination": "+6591234567"}},
            {"action": "hangup"},
        ],
    }


def test_defaults_are_filled_in_when_an_answer_is_parsed() -> None:
    """Who executes a call flow reads every value, given or not."""
    (action,) = callflow.parse(flow(entry("sayAndCapture"))).actions

    assert action == callflow.SayAndCapture("Press a key", "en-US-BenjaminRUS", None, None, 1.0, True, None, 25)
    assert isinstance(action, callflow.SayAndCapture)
    assert (action.overall_timeout, action.no_of_tries) == (30_000, 3)


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
    lambda action, base, more: {"action": action, "params": base | more},
    st.sampled_from([*PARAMS, "dance"]),
    st.just({name: value for params in BASE.values() for name, value in params.items()}),
    params,
)
answers = st.builds(
    lambda label, entries: {"clientActionId": label, "callflow": entries},
    scalars,
    st.lists(entries | scalars, max_size=3),
)


@given(flows)
def test_any_flow_that_can_be_built_passes_the_validator(made: CallFlow) -> None:
    """Builders and validator read the same rules; the way through JSON loses nothing."""
    answer = callflow.decode(made.to_json())

    assert callflow.validate(answer) == []
    assert callflow.parse(answer) == made


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
