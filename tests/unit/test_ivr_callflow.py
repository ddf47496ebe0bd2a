"""The vendor's rules for call flows: what they refuse, what they leave open, and what the builders make."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_8x8.ivr import callflow
from pulumi_8x8.ivr.callflow import CallFlow, CallFlowError, call_flow, hangup, make_call, say, say_and_capture
from pulumi_8x8.ivr.rules import CODES

BASE: dict[str, dict[str, Any]] = {
    "say": {"text": "Hello", "voiceProfile": "en-US-BenjaminRUS"},
    "sayAndCapture": {"promptMessage": "Press a key", "voiceProfile": "en-US-BenjaminRUS"},
    "playFile": {"fileUrl": "https://example.com/hello.mp3"},
    "makeCall": {"source": "+6568888888", "destination": "+6591234567"},
    "hangup": {},
}
END = {"action": "hangup"}


def entry(action: str, **params: object) -> dict[str, Any]:
    return {"action": action, "params": BASE[action] | params}


def flow(*entries: object, **more: object) -> dict[str, Any]:
    return {"callflow": list(entries), **more}


def found(response: object, severity: str = "violation") -> dict[str, int]:
    problems = [problem for problem in callflow.review(response) if problem.severity == severity]
    return {problem.path.replace("$.callflow[0].params.", ""): problem.code for problem in problems}


def capture(**params: object) -> dict[str, Any]:
    return flow(entry("sayAndCapture", **params))


NO_OBJECT: list[object] = [None, [], "{}"]
NO_ACTIONS: list[object] = [{}, {"callflow": None}, {"callflow": {}}, flow()]
VIOLATIONS: list[tuple[object, dict[str, int]]] = [
    *[(response, {"$": -1001}) for response in NO_OBJECT],
    *[(response, {"$.callflow": -1009}) for response in NO_ACTIONS],
    (flow(1), {"$.callflow[0]": -1009}),
    *[(flow(entry), {"$.callflow[0].action": -1007}) for entry in ({}, {"action": "Say"}, {"action": ["say"]})],
    (flow({"action": "say", "params": [1]}), {"$.callflow[0].params": -1009}),
    (flow(END, clientActionId=7), {"$.clientActionId": -1009}),
    (flow(END, clientActionId="\ud800"), {"$.clientActionId": -1016}),
    (flow(END, {"action": "dance"}), {"$.callflow[0].action": -1012, "$.callflow[1].action": -1007}),
    (flow(*[entry("makeCall")] * 3), {"$.callflow[2].action": -1010}),
    (flow(entry("say", text=None, voiceProfile=None)), {"text": -1009, "voiceProfile": -1002}),
    *[(flow(entry("say", text=text)), {"text": -1009}) for text in (" ", 1, "x" * 3001)],
    (flow(entry("say", text="\ud800")), {"text": -1016}),
    *[(flow(entry("say", voiceProfile=profile)), {"voiceProfile": -1002}) for profile in ("", 1)],
    *[(flow(entry("say", repetition=number)), {"repetition": -1009}) for number in (0, 4, True, 1.5, "1")],
    *[(flow(entry("say", speed=speed)), {"speed": -1009}) for speed in (0.49, 2.01, math.nan, math.inf, False)],
    *[(flow(entry("playFile", fileUrl=url)), {"fileUrl": -1009}) for url in (None, "hello.mp3", 7)],
    (flow(entry("playFile", repetition=4)), {"repetition": -1009}),
    (flow(entry("makeCall", source=None, destination=None)), {"source": -1009, "destination": -1009}),
    *[(flow(entry("makeCall", destination=to)), {"destination": -1017}) for to in ("91 234", "+6591234567\n", 65912)],
    (flow(entry("makeCall", source="{{Source Phone Number}}")), {"source": -1014}),
    (flow(entry("makeCall", callRecording="yes")), {"callRecording": -1009}),
    (capture(successMessage=1, noOfTries=0), {"successMessage": -1009, "noOfTries": -1009}),
    (capture(completeOnHash="no"), {"completeOnHash": -1009}),
    (capture(minDigits=1), {"minDigits": -1003}),
    (capture(minDigits=3, maxDigits=2), {"minDigits": -1003}),
    (capture(minDigits=1, maxDigits="2"), {"maxDigits": -1009, "minDigits": -1003}),
    (capture(completeOnHash=False), {"completeOnHash": -1008}),
    (capture(completeOnHash=False, maxDigits=0), {"maxDigits": -1009, "completeOnHash": -1008}),
    (capture(completeOnHash=False, maxDigits=26), {"completeOnHash": -1008}),
    (capture(digitTimeout=1001, overallTimeout=1000), {"digitTimeout": -1006}),
    *[(capture(overallTimeout=number), {"overallTimeout": -1009}) for number in (0, 10**5000)],
]


@pytest.mark.parametrize(("response", "expected"), VIOLATIONS, ids=[str(case[1]) for case in VIOLATIONS])
def test_each_violation_has_its_path_and_the_vendors_code(response: object, expected: dict[str, int]) -> None:
    """At every level of a response, for every rule of the tables, and all at once; it cannot be parsed."""
    with pytest.raises(CallFlowError):
        callflow.parse(response)

    assert found(response) == expected
    assert set(expected.values()) <= CODES.keys()


@pytest.mark.parametrize(
    ("response", "warnings"),
    [
        (flow(entry("say", text="bell\a")), {"text": -1016}),
        (capture(digitTimeout=60_000), {"digitTimeout": -1005}),
        (capture(digitTimeout=1000, overallTimeout=None), {"digitTimeout": -1005}),
        (capture(digitTimeout=1000, overallTimeout=1000), {"digitTimeout": -1006}),
        (flow(entry("playFile", fileUrl="https://example.com/hello.ogg")), {"fileUrl": -1009}),
        (flow(entry("playFile", fileUrl="https://example.com/hello?format=mp3")), {"fileUrl": -1009}),
        (flow(entry("playFile", fileUrl="http://example.com/a/HELLO.WAV?token=1#t")), {}),
        (flow(entry("say", repetition=3, speed=0.5)), {}),
        (flow(entry("say", repetition=None, speed=2, pitch="high")), {}),
        (capture(minDigits=None, maxDigits=40), {}),
        (capture(completeOnHash=False, maxDigits=25), {}),
        (capture(digitTimeout=999, overallTimeout=1000), {}),
        (flow(*[entry("makeCall", source="6568888888", callRecording=True)] * 2), {}),
        (flow({"action": "hangup", "params": {"reason": "done"}}, clientActionId="", more=1), {}),
    ],
)
def test_what_the_vendor_leaves_open_is_valid_and_what_its_prose_alone_forbids_is_a_warning(
    response: dict[str, Any], warnings: dict[str, int]
) -> None:
    """Unknown params, null for optional ones and the edges of each range pass; a parsed call flow has the same."""
    assert (callflow.validate(response), found(response, "warning")) == ([], warnings)
    assert found(callflow.parse(response).as_dict(), "warning") == warnings


CAPTURE = {"voice_profile": "en", "min_digits": 1, "digit_timeout": 5, "overall_timeout": 4}


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: say_and_capture("?", **CAPTURE), [-1003, -1006]),  # type: ignore[arg-type]
        (lambda: call_flow(hangup(), say("Still there?", voice_profile="en")), [-1012]),
        (lambda: callflow.Say("Hello", "en", repetition=4), [-1009]),
        (lambda: CallFlow(()), [-1009]),
    ],
)
def test_nothing_that_violates_the_rules_can_be_made(make: Callable[[], object], codes: list[int]) -> None:
    """Neither with a builder nor with a class; the error carries the violations."""
    with pytest.raises(CallFlowError) as refused:
        make()

    assert [violation.code for violation in refused.value.violations] == codes


def test_a_call_flow_is_written_in_the_vendors_shape() -> None:
    """Names are the vendor's, defaults are written out, and the way through JSON loses nothing."""
    made = call_flow(
        say("Hello", voice_profile="en"),
        say_and_capture("Press", voice_profile="en", complete_on_hash=False, max_digits=1, digit_timeout=900),
        make_call("+6568888888", "+6591234567"),
        hangup(),
        client_action_id="first",
    )
    parsed = callflow.parse(flow(entry("sayAndCapture"))).as_dict()["callflow"][0]["params"]

    capture = {"promptMessage": "Press", "voiceProfile": "en", "speed": 1.0, "completeOnHash": False, "maxDigits": 1}
    capture |= {"digitTimeout": 900, "overallTimeout": 30000, "noOfTries": 3}
    assert json.loads(made.to_json()) == {
        "clientActionId": "first",
        "callflow": [
            {"action": "say", "params": {"text": "Hello", "voiceProfile": "en", "repetition": 1, "speed": 1.0}},
            {"action": "sayAndCapture", "params": capture},
            {"action": "makeCall", "params": {"source": "+6568888888", "destination": "+6591234567"}},
            {"action": "hangup"},
        ],
    }
    assert callflow.parse(callflow.decode(made.to_json())) == made
    defaults = {"speed": 1.0, "completeOnHash": True, "maxDigits": 25, "overallTimeout": 30000, "noOfTries": 3}
    assert parsed == BASE["sayAndCapture"] | defaults


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\xfa", b'{"a": NaN}', b"-Infinity", "[" * 100_000])
def test_a_body_that_is_not_json_is_1001(body: bytes | str) -> None:
    """What cannot be decoded has the vendor's code for it, like any other violation."""
    with pytest.raises(CallFlowError) as refused:
        callflow.decode(body)

    assert [(violation.path, violation.code) for violation in refused.value.violations] == [("$", -1001)]
