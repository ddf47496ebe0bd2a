"""The vendor's rules for a call flow, as tables, and the one function that reads them.

An answer to a VCA delivery is `{"clientActionId"?: str, "callflow": [{"action": …, "params": {…}}]}`.
`PARAMS` says which params an action has and what each must look like, `DEMANDS` which params ask for
another. `callflow.py` checks what it builds against the same tables.

Source: the vendor's call action guide, callflows reference and status code page (July 2026). What they
leave open is tolerated: params and fields that they do not name, null for an optional param, a phone
number with or without its `+`, any number of actions, any voice profile that is not empty, counts and
times without an upper limit but 2^31-1. An empty call flow is refused: it leaves the call with nothing to
do. Some of the vendor's samples have digitTimeout equal to overallTimeout, which its own -1006 forbids; the
rule is followed, not the samples.

The codes are documented for the callflows API. That an answer to a VCA delivery is judged by the same
codes is assumed. Beyond that, `Violation.assumed` marks each rule whose code the vendor does not tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

CODES = {
    -1001: "invalid JSON",
    -1002: "invalid voice profile",
    -1003: "minDigits needs a valid maxDigits",
    -1005: "digitTimeout needs a valid overallTimeout",
    -1006: "overallTimeout must be greater than digitTimeout",
    -1007: "unknown action",
    -1008: "completeOnHash false needs a valid maxDigits",
    -1009: "invalid call flow entry",
    -1012: "hangup used wrongly",
}
"""The vendor's codes that can be told from a call flow alone, and what they mean."""

LONGEST_MESSAGE = 3000
"""Characters of a spoken text, by the callflows reference."""

WHOLE_MAX = 2**31 - 1


@dataclass(frozen=True)
class Violation:
    """One broken rule.

    `path` is a JSON path into the answer, e.g. `$.callflow[0].params.minDigits`: the value that is wrong,
    the place where one is missing, or the param that asks for another. `code` is the vendor's.
    `assumed` is true where the vendor documents the rule but not which code breaks it.
    """

    path: str
    code: int
    message: str
    assumed: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.code})"


class CallFlowError(ValueError):
    """A call flow breaks the vendor's rules; `violations` holds each of them."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = tuple(violations)
        listed = "; ".join(map(str, self.violations))
        super().__init__(f"The call flow breaks the vendor's rules and was not made: {listed}")


Complaint = str | None


def _speech(value: object) -> Complaint:
    if not isinstance(value, str) or not value.strip():
        return "must be a text to speak"
    if len(value) > LONGEST_MESSAGE:
        return f"must not be longer than {LONGEST_MESSAGE} characters"
    return _text(value)


def _text(value: object) -> Complaint:
    if not isinstance(value, str):
        return "must be a string"
    # JSON can spell half of a surrogate pair, which no encoding can then carry.
    return "holds half a character" if re.search("[\ud800-\udfff]", value) else None


def _profile(value: object) -> Complaint:
    return _text(value) if isinstance(value, str) and value.strip() else "must name a voice profile"


def _flag(value: object) -> Complaint:
    return None if isinstance(value, bool) else "must be true or false"


def _whole(low: int, high: int = WHOLE_MAX) -> Callable[[object], Complaint]:
    span = f"of {low} or more" if high == WHOLE_MAX else f"from {low} to {high}"

    def check(value: object) -> Complaint:
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"must be a whole number {span}"

    return check


def _number(low: float, high: float) -> Callable[[object], Complaint]:
    def check(value: object) -> Complaint:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"must be a number from {low} to {high}"

    return check


def _matching(pattern: str, complaint: str) -> Callable[[object], Complaint]:
    form = re.compile(pattern, re.ASCII | re.IGNORECASE)

    def check(value: object) -> Complaint:
        return _text(value) if isinstance(value, str) and form.fullmatch(value) else complaint

    return check


_phone = _matching(r"\+?[1-9][0-9]{1,14}", "must be a phone number in E.164, e.g. +6561234567")
_audio = _matching(
    r"https?://[^\s/?#]+/[^\s?#]*\.(wav|mp3)([?#]\S*)?", "must be an http(s) address of a .wav or .mp3 file"
)


@dataclass(frozen=True)
class Param:
    """One param of an action: the vendor's name, its check, and the codes for missing and for wrong.

    Each code comes with whether it is assumed.
    """

    name: str
    check: Callable[[object], Complaint]
    required: bool = False
    missing: tuple[int, bool] = (-1009, False)
    wrong: tuple[int, bool] = (-1009, True)

    @property
    def attribute(self) -> str:
        """The name in Python: `voiceProfile` is `voice_profile`."""
        return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), self.name)


_VOICE = Param("voiceProfile", _profile, required=True, missing=(-1002, True), wrong=(-1002, False))
_SPEED = Param("speed", _number(0.5, 2.0))
_REPETITION = Param("repetition", _whole(1, 3))

PARAMS: dict[str, tuple[Param, ...]] = {
    "say": (Param("text", _speech, required=True), _VOICE, _REPETITION, _SPEED),
    "sayAndCapture": (
        Param("promptMessage", _speech, required=True),
        _VOICE,
        Param("successMessage", _text),
        Param("failureMessage", _text),
        _SPEED,
        Param("completeOnHash", _flag),
        Param("minDigits", _whole(1)),
        Param("maxDigits", _whole(1)),
        Param("digitTimeout", _whole(1)),
        Param("overallTimeout", _whole(1)),
        Param("noOfTries", _whole(1)),
    ),
    "playFile": (Param("fileUrl", _audio, required=True), _REPETITION),
    "makeCall": (
        Param("source", _phone, required=True),
        Param("destination", _phone, required=True),
        Param("callRecording", _flag),
    ),
    "hangup": (),
}
"""What each action takes."""


@dataclass(frozen=True)
class Demand:
    """A param that asks for another: `broken` gets the params given and, of these, the valid ones."""

    param: str
    code: int
    message: str
    broken: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
    assumed: bool = False


DEMANDS: dict[str, tuple[Demand, ...]] = {
    "sayAndCapture": (
        Demand(
            "completeOnHash",
            -1008,
            "is false, which needs a maxDigits from 1 to 25",
            lambda _, valid: valid.get("completeOnHash") is False and not 0 < valid.get("maxDigits", 0) < 26,
        ),
        Demand(
            "minDigits",
            -1003,
            "needs a valid maxDigits",
            lambda given, valid: "minDigits" in given and "maxDigits" not in valid,
        ),
        Demand(
            "minDigits",
            -1003,
            "must not be greater than maxDigits",
            lambda _, valid: valid.get("minDigits", 0) > valid.get("maxDigits", math.inf),
            assumed=True,
        ),
        Demand(
            "digitTimeout",
            -1005,
            "needs a valid overallTimeout",
            lambda given, valid: "digitTimeout" in given and "overallTimeout" not in valid,
        ),
        Demand(
            "digitTimeout",
            -1006,
            "must be less than overallTimeout",
            lambda _, valid: valid.get("digitTimeout", 0) >= valid.get("overallTimeout", math.inf),
        ),
    ),
}
"""Which params ask for another; a wrong value of the other one does not satisfy."""


def validate(answer: object) -> list[Violation]:
    """Report every rule that an answer to a VCA delivery breaks, action by action.

    `answer` is decoded JSON of any shape; an empty list means that the vendor should take it.
    """
    if not isinstance(answer, Mapping):
        return [Violation("$", -1001, "must be a JSON object", assumed=True)]
    label = answer.get("clientActionId")
    complaint = None if label is None else _text(label)
    found = [Violation("$.clientActionId", -1009, complaint, assumed=True)] if complaint else []
    entries = answer.get("callflow")
    if entries is None:
        return [*found, Violation("$.callflow", -1009, "is missing but it is required")]
    if not isinstance(entries, (list, tuple)) or not entries:
        return [*found, Violation("$.callflow", -1009, "must be a list of at least one action", assumed=True)]
    for position, entry in enumerate(entries):
        path = f"$.callflow[{position}]"
        found += check_action(entry, path)
        if isinstance(entry, Mapping) and entry.get("action") == "hangup" and position < len(entries) - 1:
            found.append(Violation(f"{path}.action", -1012, "hangup must be the last action", assumed=True))
    return found


def check_action(entry: object, path: str) -> list[Violation]:
    """Report every rule that one action breaks; `path` is where it stands."""
    if not isinstance(entry, Mapping):
        return [Violation(path, -1009, "must be an object", assumed=True)]
    action = entry.get("action")
    if not isinstance(action, str) or action not in PARAMS:
        one_of = f"must be one of {', '.join(PARAMS)}"
        return [Violation(f"{path}.action", -1007, one_of, assumed=not isinstance(action, str))]
    params = entry.get("params")
    if params is not None and not isinstance(params, Mapping):
        return [Violation(f"{path}.params", -1009, "must be an object", assumed=True)]
    return _check_params(action, params or {}, f"{path}.params")


def _check_params(action: str, params: Mapping[str, object], path: str) -> list[Violation]:
    given = {name: value for name, value in params.items() if value is not None}
    valid = dict(given)
    found = []
    for param in PARAMS[action]:
        where = f"{path}.{param.name}"
        if param.name not in given:
            if param.required:
                code, assumed = param.missing
                found.append(Violation(where, code, "is missing but it is required", assumed))
        elif complaint := param.check(given[param.name]):
            code, assumed = param.wrong
            found.append(Violation(where, code, complaint, assumed))
            del valid[param.name]
    for demand in DEMANDS.get(action, ()):
        if demand.broken(given, valid):
            found.append(Violation(f"{path}.{demand.param}", demand.code, demand.message, demand.assumed))
    return found
