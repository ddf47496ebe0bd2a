"""The vendor's rules for call flows: violations, undefined cases, and the JSON that is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from eightx8_voice import callflow
from eightx8_voice.callflow import CallFlowError, Hangup, MakeCall, Say, SayAndCapture, call_flow
from tests.support import vendor

BASE: dict[str, dict[str, Any]] = {
    "say": {"text": "Hello", "voiceProfile": "en-US-BenjaminRUS"},
    "sayAndCapture": {"promptMessage": "Press a key", "voiceProfile": "en-US-BenjaminRUS"},
    "playFile": {"fileUrl": "https://example.com/hello.mp3"},
    "makeCall": {"source": "+6568888888", "destination": "+6591234567"},
}
END = {"action": "hangup"}


def flow(*entries: object, **more: object) -> dict[str, Any]:
    return {"callflow": list(entries), **more}


def one(action: str, **params: object) -> dict[str, Any]:
    return flow({"action": action, "params": BASE[action] | params})


def capture(**params: object) -> dict[str, Any]:
    return one("sayAndCapture", **params)


def found(response: object, severity: str = "violation") -> dict[str, int]:
    problems = [problem for problem in callflow.review(response) if problem.severity == severity]
    return {problem.path.replace("$.callflow[0].params.", ""): problem.code for problem in problems}


CALL, PLAYED = one("makeCall")["callflow"][0], "https://example.com/hello"
NO_OBJECT: list[object] = [None, [], "{}"]
NO_ACTIONS: list[object] = [{}, {"callflow": None}, {"callflow": {}}]
VIOLATIONS: list[tuple[object, dict[str, int]]] = [
    *[(response, {"$": -1001}) for response in NO_OBJECT],
    *[(response, {"$.callflow": -1009}) for response in NO_ACTIONS],
    (flow(1), {"$.callflow[0]": -1009}),
    *[(flow(entry), {"$.callflow[0].action": -1007}) for entry in ({}, {"action": "Say"}, {"action": ["say"]})],
    (flow({"action": "say", "params": [1]}), {"$.callflow[0].params": -1009}),
    (flow(END, clientActionId=7), {"$.clientActionId": -1009}),
    (flow(END, {"action": "dance"}), {"$.callflow[0].action": -1012, "$.callflow[1].action": -1007}),
    (flow(*[CALL] * 3), {"$.callflow[2].action": -1010}),
    (one("say", text=None, voiceProfile=None), {"text": -1009, "voiceProfile": -1002}),
    *[(one("say", text=text), {"text": -1009}) for text in (" ", 1, "x" * 3001)],
    (one("say", text="\ud800"), {"text": -1016}),
    *[(one("say", voiceProfile=profile), {"voiceProfile": -1002}) for profile in ("", 1)],
    *[(one("say", repetition=number), {"repetition": -1009}) for number in (0, 4, True, 1.5, "1")],
    *[(one("say", speed=speed), {"speed": -1009}) for speed in (0.49, 2.01, math.nan, math.inf, False)],
    *[(one("playFile", fileUrl=url), {"fileUrl": -1009}) for url in (None, "hello.mp3", 7)],
    *[(one("makeCall", destination=to), {"destination": -1017}) for to in ("91 234", "+6591234567\n", 65912)],
    (one("makeCall", destination=["+6591234567", "+6591234568"]), {"destination": -1011}),
    (one("makeCall", source="{{Source Phone Number}}", callRecording="yes"), {"source": -1014, "callRecording": -1009}),
    (capture(successMessage=1, noOfTries=0), {"successMessage": -1009, "noOfTries": -1009}),
    *[(capture(minDigits=3, **more), {"minDigits": -1003}) for more in ({}, {"maxDigits": 2})],
    (capture(minDigits=1, maxDigits="2"), {"maxDigits": -1009, "minDigits": -1003}),
    *[(capture(completeOnHash=False, maxDigits=number), {"completeOnHash": -1008}) for number in (None, 26)],
    (capture(digitTimeout=1001, overallTimeout=1000), {"digitTimeout": -1006}),
    (capture(overallTimeout=10**5000), {"overallTimeout": -1009}),
]


@pytest.mark.parametrize(("response", "expected"), VIOLATIONS, ids=[str(case[1]) for case in VIOLATIONS])
def test_each_violation_has_its_path_and_the_vendors_code(response: object, expected: dict[str, int]) -> None:
    """Every rule is tested at every level of a response, alone and all at once; parsing fails."""
    with pytest.raises(CallFlowError):
        callflow.parse(response)

    assert found(response) == expected


@pytest.mark.parametrize(
    ("response", "warnings"),
    [
        (one("say", text="bell\a"), {"text": -1016}),
        (capture(digitTimeout=1000, overallTimeout=None), {"digitTimeout": -1005}),
        (capture(digitTimeout=1000, overallTimeout=1000), {"digitTimeout": -1006}),
        *[(one("playFile", fileUrl=f"{PLAYED}{end}"), {"fileUrl": -1009}) for end in (".ogg", "?format=mp3")],
        (one("playFile", fileUrl="http://example.com/a/HELLO.WAV?token=1#t"), {}),
        (flow(), {"$.callflow": -1009}),
        (flow(END, validUntil=7, clientActionID="x"), {"$.validUntil": -1009, "$.clientActionID": -1009}),
        (one("say", repetitions=3, voice_profile="en"), {"repetitions": -1009}),
        (capture(repetition=7, overalTimeout=5), {"repetition": -1009, "overalTimeout": -1009}),
        (one("say", repetition=3, speed=0.5), {}),
        (one("say", repetition=None, speed=2, pitch="high"), {}),
        (capture(minDigits=None, maxDigits=40), {}),
        (capture(completeOnHash=False, maxDigits=25, digitTimeout=999, overallTimeout=1000), {}),
        (one("makeCall", source="6568888888", callRecording=True), {}),
        (flow(CALL, CALL, {"action": "hangup", "params": {"reason": "done"}}, clientActionId="", more=1), {}),
    ],
)
def test_undefined_cases_are_valid_and_rules_stated_only_in_prose_are_warnings(
    response: dict[str, Any], warnings: dict[str, int]
) -> None:
    """Unknown params, null for optional ones and the limits of each range pass."""
    assert (callflow.validate(response), found(response, "warning")) == ([], warnings)
    assert callflow.parse(callflow.parse(response).as_dict()) == callflow.parse(response)


def test_a_misspelt_name_is_reported_with_a_suggestion() -> None:
    """This also works if the misspelt name is required, and therefore missing."""
    problems = callflow.review(flow({"action": "say", "params": {"text": "Hello", "voice_profile": "en"}}))

    assert [(problem.code, problem.severity) for problem in problems] == [(-1002, "violation"), (-1009, "warning")]
    assert problems[1].message == "is ignored: did you mean voiceProfile?"


@pytest.mark.parametrize("published", vendor.samples("callflows"), ids=lambda published: published["page"])
def test_every_published_call_flow_survives_parsing_and_writing(published: dict[str, Any]) -> None:
    """Violations of the vendor's own prose are warnings."""
    sample = published["flow"]

    written = callflow.parse(sample).as_dict()

    assert {name: value for name, value in written.items() if name != "callflow"} == {
        name: value for name, value in sample.items() if name != "callflow"
    }
    for entry, again in zip(sample["callflow"], written["callflow"], strict=True):
        given = {name: value for name, value in (entry.get("params") or {}).items() if value is not None}
        assert again.get("params", {}) | given == again.get("params", {})
    assert [problem.code for problem in callflow.review(sample)] == published["warnings"]


TIMEOUTS: dict[str, Any] = {"digit_timeout": 5, "overall_timeout": 4}
NO_JSON: list[bytes | str] = [b"{", b"\xff\xfe", b'{"a": NaN}', "[" * 100_000]


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: SayAndCapture("?", "en", min_digits=3, max_digits=2, **TIMEOUTS), [-1003, -1006]),
        (lambda: call_flow(Hangup(), Say("Still there?", "en")), [-1012]),
        (lambda: Say("Hello", "en", repetition=4), [-1009]),
        *[(partial(callflow.decode, body), [-1001]) for body in NO_JSON],
    ],
)
def test_an_invalid_call_flow_cannot_be_created(make: Callable[[], object], codes: list[int]) -> None:
    """Invalid values and malformed JSON raise an error with the violations."""
    with pytest.raises(CallFlowError) as refused:
        make()

    assert [violation.code for violation in refused.value.violations] == codes


def test_a_call_flow_is_written_in_the_vendors_shape() -> None:
    """It has the vendor's names and explicit defaults, and parsing it loses nothing."""
    captured = SayAndCapture("Press", "en", complete_on_hash=False, max_digits=1, digit_timeout=900)
    bridged = MakeCall("+6568888888", "+6591234567")
    made = call_flow(Say("Hello", "en"), captured, bridged, Hangup(), client_action_id="first")

    defaults = {"speed": 1.0, "completeOnHash": True, "maxDigits": 25, "overallTimeout": 30000, "noOfTries": 3}
    params = defaults | {"promptMessage": "Press", "voiceProfile": "en", "completeOnHash": False, "maxDigits": 1}
    assert made.as_dict() == flow(
        {"action": "say", "params": {"text": "Hello", "voiceProfile": "en", "repetition": 1, "speed": 1.0}},
        {"action": "sayAndCapture", "params": params | {"digitTimeout": 900}},
        CALL,
        END,
        clientActionId="first",
    )
    assert callflow.parse(callflow.decode(made.to_json())) == made
    assert callflow.parse(capture()).as_dict() == capture(**defaults)
