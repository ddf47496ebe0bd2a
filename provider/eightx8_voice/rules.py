"""The vendor's rules for a call flow, as tables, and the functions that check them.

An endpoint's response to a VCA delivery is `{"clientActionId"?: str, "callflow": [{"action": …, "params": {…}}]}`.
`PARAMS` lists the params of each action and their format, `REQUIREMENTS` the params that depend on another one.
`callflow.py` checks the call flows that it builds against the same tables.

Breaking a rule is a violation (the platform is expected to refuse the call flow) or a warning (the vendor's prose
forbids it but its own samples do it, no refusal is documented, or a name looks misspelt). A call flow that has only
warnings is executed; an empty one, which some public servers return, leaves the call with nothing to do.

Source: the vendor's call action guide, callflows reference, voice messaging guide and status code page (July 2026).
Whatever they leave open is accepted: params and fields that they do not name, null for an optional param, a phone
number with or without its `+`, any number of actions other than makeCall, any non-empty voice profile, counts and
times up to 2^31-1.

The codes are documented for the callflows API. Assumed: the same codes apply to the response to a VCA delivery.
The code is also assumed where the vendor documents only the rule: most wrong values are -1009 here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from eightx8_voice.fields import MAX_WHOLE
from eightx8_voice.text import near_miss

Severity = Literal["violation", "warning"]

MAX_MESSAGE = 3000
"""Longest spoken text in characters, from the callflows reference."""

MAX_CALLS = 2
"""makeCall actions allowed in one call flow: there are no conferences."""


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    `path` is a JSON path into the response, e.g. `$.callflow[0].params.minDigits`: the wrong value, the place where
    a value is missing, or the param that requires another one. `code` is the vendor's error code.
    """

    path: str
    code: int
    message: str
    severity: Severity = "violation"

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.code})"


class CallFlowError(ValueError):
    """A call flow breaks the vendor's rules; `violations` lists every broken one."""

    def __init__(self, violations: Sequence[Problem]) -> None:
        self.violations = tuple(violations)
        listed = "; ".join(map(str, self.violations))
        super().__init__(f"The call flow breaks the vendor's rules and was not created: {listed}")


Check = Callable[[object], "str | None"]
"""A function that returns what is wrong with a value, or None."""


def _speech(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "must be a non-empty text"
    return f"must not be longer than {MAX_MESSAGE} characters" if len(value) > MAX_MESSAGE else None


def _text(value: object) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _number(low: float, high: float, *kinds: type) -> Check:
    what = "whole number" if kinds == (int,) else "number"
    span = f"of {low} or more" if high == MAX_WHOLE else f"from {low} to {high}"

    def check(value: object) -> str | None:
        fits = isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high  # type: ignore[operator]
        return None if fits else f"must be a {what} {span}"

    return check


def _matching(pattern: str, message: str) -> Check:
    form = re.compile(pattern, re.ASCII | re.IGNORECASE | re.DOTALL)
    return lambda value: None if isinstance(value, str) and form.fullmatch(value) else message


_profile = _matching(r".*\S.*", "must name a voice profile")
_phone = _matching(r"\+?[1-9][0-9]{1,14}", "must be a phone number in E.164, e.g. +6561234567")
_url = _matching(r"[a-z][a-z0-9+.-]*:.+", "must be the URL of an audio file")
_audio = _matching(
    r"https?://[^\s/?#]+/[^\s?#]*\.(wav|mp3)([?#]\S*)?",
    "is not an http(s) URL that ends in .wav or .mp3; it is played only if it returns such a file under 5 MB",
)


@dataclass(frozen=True)
class Param:
    """One param of an action: the vendor's name, its check, and the codes for a missing value, a wrong one and a list.

    A problem that `advice` finds is a warning.
    """

    name: str
    check: Check
    required: bool = False
    missing: int = -1009
    wrong: int = -1009
    several: int | None = None
    advice: Check = lambda _: None

    @property
    def attribute(self) -> str:
        """The name in Python: `voiceProfile` is `voice_profile`."""
        return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), self.name)


_VOICE = Param("voiceProfile", _profile, required=True, missing=-1002, wrong=-1002)
_SPEED = Param("speed", _number(0.5, 2.0, int, float))
_REPETITION = Param("repetition", _number(1, 3, int))
_UNNAMED_REPETITION = Param("repetition", lambda _: None, advice=_REPETITION.check)
"""Used in the vendor's samples of sayAndCapture, but missing from all its lists of params."""

LABELS: dict[str, Severity] = {"clientActionId": "violation", "validUntil": "warning"}
"""Texts beside the actions, and the severity of a wrong type; only the callflows API uses `validUntil`."""

PARAMS: dict[str, tuple[Param, ...]] = {
    "say": (Param("text", _speech, required=True), _VOICE, _REPETITION, _SPEED),
    "sayAndCapture": (
        Param("promptMessage", _speech, required=True),
        _VOICE,
        Param("successMessage", _text),
        Param("failureMessage", _text),
        _SPEED,
        Param("completeOnHash", _flag),
        Param("minDigits", _number(1, MAX_WHOLE, int)),
        Param("maxDigits", _number(1, MAX_WHOLE, int)),
        Param("digitTimeout", _number(1, MAX_WHOLE, int)),
        Param("overallTimeout", _number(1, MAX_WHOLE, int)),
        Param("noOfTries", _number(1, MAX_WHOLE, int)),
        _UNNAMED_REPETITION,
    ),
    "playFile": (Param("fileUrl", _url, required=True, advice=_audio), _REPETITION),
    "makeCall": (
        Param("source", _phone, required=True, wrong=-1014),
        Param("destination", _phone, required=True, wrong=-1017, several=-1011),
        Param("callRecording", _flag),
    ),
    "hangup": (),
}
"""The params of each action."""


Params = Mapping[str, Any]


class Requirement(NamedTuple):
    """A param that depends on another one; `broken` receives the given params and the valid ones among them."""

    param: str
    code: int
    message: str
    broken: Callable[[Params, Params], bool]
    severity: Severity = "violation"


# fmt: off
REQUIREMENTS = {
    "sayAndCapture": (
        Requirement("completeOnHash", -1008, "is false, which requires a maxDigits from 1 to 25",
                    lambda _, valid: valid.get("completeOnHash") is False and not 0 < valid.get("maxDigits", 0) < 26),
        Requirement("minDigits", -1003, "requires a valid maxDigits",
                    lambda given, valid: "minDigits" in given and "maxDigits" not in valid),
        Requirement("minDigits", -1003, "must not be greater than maxDigits",
                    lambda _, valid: valid.get("minDigits", 0) > valid.get("maxDigits", math.inf)),
        Requirement("digitTimeout", -1006, "must be less than overallTimeout",
                    lambda _, valid: valid.get("digitTimeout", 0) > valid.get("overallTimeout", math.inf)),
        Requirement("digitTimeout", -1006, "equals overallTimeout, as in the vendor's samples; its prose forbids this",
                    lambda _, valid: valid.get("digitTimeout", 0) == valid.get("overallTimeout"), "warning"),
        Requirement("digitTimeout", -1005, "has no overallTimeout, as in a vendor sample; its prose forbids this",
                    lambda given, _: "digitTimeout" in given and "overallTimeout" not in given, "warning"),
    ),
}
# fmt: on
"""Which params depend on another; an invalid value of the other counts as missing."""


def review(response: object) -> list[Problem]:
    """Report every rule that a response to a VCA delivery breaks, warnings included, action by action.

    `response` is any decoded JSON value.
    """
    if not isinstance(response, Mapping):
        return [Problem("$", -1001, "must be a JSON object")]
    found = list(_misspelt(response, ("callflow", *LABELS), "$"))
    for name, severity in LABELS.items():
        if (label := response.get(name)) is not None:
            found += [Problem(f"$.{name}", -1009, message, severity)] if (message := _text(label)) else []
            found += _characters(label, f"$.{name}")
    entries = response.get("callflow")
    if entries is None:
        return [*found, Problem("$.callflow", -1009, "is missing but it is required")]
    if not isinstance(entries, (list, tuple)):
        return [*found, Problem("$.callflow", -1009, "must be a list of actions")]
    if not entries:
        return [*found, Problem("$.callflow", -1009, "is empty: the call has nothing to do", "warning")]
    for position, entry in enumerate(entries):
        found += review_action(entry, f"$.callflow[{position}]")
    return [*found, *_sequence(entries)]


def validate(response: object) -> list[Problem]:
    """Report the violations of a response; an empty list means that the vendor should accept it."""
    return [problem for problem in review(response) if problem.severity == "violation"]


def review_action(entry: object, path: str) -> list[Problem]:
    """Report every rule that one action breaks on its own; `path` is its JSON path."""
    if not isinstance(entry, Mapping):
        return [Problem(path, -1009, "must be an object")]
    action = entry.get("action")
    if not isinstance(action, str) or action not in PARAMS:
        one_of = f"must be one of {', '.join(PARAMS)}"
        return [Problem(f"{path}.action", -1007, one_of)]
    params = entry.get("params")
    if params is not None and not isinstance(params, Mapping):
        return [Problem(f"{path}.params", -1009, "must be an object")]
    return list(_review_params(action, params or {}, f"{path}.params"))


def _sequence(entries: Sequence[object]) -> Iterator[Problem]:
    actions = [entry.get("action") if isinstance(entry, Mapping) else None for entry in entries]
    calls = [position for position, action in enumerate(actions) if action == "makeCall"]
    for position in calls[MAX_CALLS:]:
        message = f"exceeds the limit of {MAX_CALLS} makeCall actions in a call flow"
        yield Problem(f"$.callflow[{position}].action", -1010, message)
    for position, action in enumerate(actions[:-1]):
        if action == "hangup":
            yield Problem(f"$.callflow[{position}].action", -1012, "hangup must be the last action")


def _review_params(action: str, params: Mapping[str, object], path: str) -> Iterator[Problem]:
    given = {name: value for name, value in params.items() if value is not None}
    valid = dict(given)
    for param in PARAMS[action]:
        where, value = f"{path}.{param.name}", given.get(param.name)
        if param.name not in given:
            if param.required:
                yield Problem(where, param.missing, "is missing but it is required")
        elif message := param.check(value):
            code = (param.several if isinstance(value, list) else None) or param.wrong
            yield Problem(where, code, message)
            del valid[param.name]
        else:
            yield from _characters(value, where)
            if message := param.advice(value):
                yield Problem(where, param.wrong, message, "warning")
    yield from _misspelt(params, [param.name for param in PARAMS[action]], path)
    for needed in REQUIREMENTS.get(action, ()):
        if needed.broken(given, valid):
            where = f"{path}.{needed.param}"
            yield Problem(where, needed.code, needed.message, needed.severity)


def _misspelt(given: Mapping[str, object], names: Sequence[str], path: str) -> Iterator[Problem]:
    """Find unknown names that resemble a known one that is not given; other unknown names are accepted."""
    for name in given:
        meant = None if name in names else near_miss(str(name), [known for known in names if known not in given])
        if meant:
            yield Problem(f"{path}.{name}", -1009, f"is ignored: did you mean {meant}?", "warning")


def _characters(value: object, path: str) -> Iterator[Problem]:
    """Find characters that may cause a -1016; the vendor does not list its "special characters"."""
    if isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):  # JSON can express half a surrogate pair, which UTF-8 cannot encode
            yield Problem(path, -1016, "contains half a surrogate pair")
        if re.search("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
            yield Problem(path, -1016, "contains a control character", "warning")
