"""Call flows: what an endpoint answers to a VCA delivery.

    answer = call_flow(say("We are closed.", voice_profile="en-US-BenjaminRUS"), hangup())
    body = answer.to_json()

The values are frozen, and none can be made against the vendor's rules (`rules.py`): neither a builder nor
a class below returns one. `validate` reports on any JSON answer, `parse` turns one into a `CallFlow`.

Defaults are those of the vendor's call action guide. Its callflows reference has others for some params of
sayAndCapture (maxDigits 1, overallTimeout 5000, noOfTries 1), so `as_dict` writes every default out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from pulumi_8x8.ivr import json_text
from pulumi_8x8.ivr.rules import PARAMS, CallFlowError, Violation, check_action, validate

__all__ = [
    "Action",
    "CallFlow",
    "CallFlowError",
    "Hangup",
    "MakeCall",
    "PlayFile",
    "Say",
    "SayAndCapture",
    "Violation",
    "call_flow",
    "decode",
    "hangup",
    "make_call",
    "parse",
    "play_file",
    "say",
    "say_and_capture",
    "validate",
]


class _Action:
    action: ClassVar[str]

    def __post_init__(self) -> None:
        if violations := check_action(self.as_dict(), "$"):
            raise CallFlowError(violations)

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's shape: `{"action": …, "params": {…}}`; hangup has no params."""
        values = {param.name: getattr(self, param.attribute) for param in PARAMS[self.action]}
        params = {name: value for name, value in values.items() if value is not None}
        return {"action": self.action, "params": params} if params else {"action": self.action}


@dataclass(frozen=True)
class Say(_Action):
    """Speak a text; `speed` is a factor from 0.5 to 2.0."""

    action: ClassVar[str] = "say"
    text: str
    voice_profile: str
    repetition: int = 1
    speed: float = 1.0


@dataclass(frozen=True)
class SayAndCapture(_Action):
    """Speak a prompt and capture keys; timeouts are in milliseconds."""

    action: ClassVar[str] = "sayAndCapture"
    prompt_message: str
    voice_profile: str
    success_message: str | None = None
    failure_message: str | None = None
    speed: float = 1.0
    complete_on_hash: bool = True
    min_digits: int | None = None
    max_digits: int = 25
    digit_timeout: int | None = None
    overall_timeout: int = 30_000
    no_of_tries: int = 3


@dataclass(frozen=True)
class PlayFile(_Action):
    """Play a .wav or .mp3 file of less than 5 MB (its size is not checked here)."""

    action: ClassVar[str] = "playFile"
    file_url: str
    repetition: int = 1


@dataclass(frozen=True)
class MakeCall(_Action):
    """Call a number and bridge it to the caller; `source` is a virtual number of the subaccount."""

    action: ClassVar[str] = "makeCall"
    source: str
    destination: str
    call_recording: bool | None = None


@dataclass(frozen=True)
class Hangup(_Action):
    """End the session, which triggers the VSS delivery."""

    action: ClassVar[str] = "hangup"


Action = Say | SayAndCapture | PlayFile | MakeCall | Hangup
A = TypeVar("A", bound=Action)


@dataclass(frozen=True)
class CallFlow:
    """The actions to execute, in order; the next VCA delivery brings `client_action_id` back."""

    actions: tuple[Action, ...]
    client_action_id: str | None = None

    def __post_init__(self) -> None:
        if violations := validate(self.as_dict()):
            raise CallFlowError(violations)

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's shape: `{"clientActionId"?: …, "callflow": […]}`."""
        entries = {"callflow": [action.as_dict() for action in self.actions]}
        return entries if self.client_action_id is None else {"clientActionId": self.client_action_id, **entries}

    def to_json(self) -> str:
        """Return the body of the answer, in ASCII."""
        return json.dumps(self.as_dict(), allow_nan=False)


def say(text: str, *, voice_profile: str, repetition: int = 1, speed: float = 1.0) -> Say:
    """Speak `text` 1 to 3 times, at 0.5 to 2.0 times the usual speed.

    Raises:
        CallFlowError: a value is out of the vendor's range.

    """
    return Say(text, voice_profile, repetition, speed)


def say_and_capture(
    prompt_message: str,
    *,
    voice_profile: str,
    success_message: str | None = None,
    failure_message: str | None = None,
    speed: float | None = None,
    complete_on_hash: bool | None = None,
    min_digits: int | None = None,
    max_digits: int | None = None,
    digit_timeout: int | None = None,
    overall_timeout: int | None = None,
    no_of_tries: int | None = None,
) -> SayAndCapture:
    """Speak a prompt, then capture keys until `#` (`complete_on_hash`), `max_digits` or a timeout (ms).

    None leaves a value to its default: speed 1.0, complete_on_hash True, max_digits 25,
    overall_timeout 30000, no_of_tries 3. What asks for another value does not take its default for one.

    Raises:
        CallFlowError: a value is out of range; `min_digits` without `max_digits`; `complete_on_hash` False
            without `max_digits` from 1 to 25; `digit_timeout` without a greater `overall_timeout`.

    """
    given = dict(locals())
    params = {param.name: given[param.attribute] for param in PARAMS["sayAndCapture"]}
    return _build({"action": "sayAndCapture", "params": params}, SayAndCapture)


def play_file(file_url: str, *, repetition: int = 1) -> PlayFile:
    """Play a .wav or .mp3 file 1 to 3 times.

    Raises:
        CallFlowError: the address does not end in .wav or .mp3, or `repetition` is out of range.

    """
    return PlayFile(file_url, repetition)


def make_call(source: str, destination: str, *, call_recording: bool | None = None) -> MakeCall:
    """Call `destination` and bridge it to the caller; both numbers in E.164.

    Raises:
        CallFlowError: a number is not E.164.

    """
    return MakeCall(source, destination, call_recording)


def hangup() -> Hangup:
    """End the session; only as the last action of a call flow."""
    return Hangup()


def call_flow(*actions: Action, client_action_id: str | None = None) -> CallFlow:
    """Put actions in order.

    Raises:
        CallFlowError: there is no action, or one follows a hangup.

    """
    return CallFlow(actions, client_action_id)


def decode(body: bytes | str) -> object:
    """Decode the body of an answer; `validate` and `parse` take what comes out.

    Raises:
        CallFlowError: it is not JSON (-1001).

    """
    try:
        return json_text.read(body)
    except ValueError as error:
        raise CallFlowError([Violation("$", -1001, f"is not JSON: {error}")]) from None


def parse(answer: object) -> CallFlow:
    """Turn decoded JSON into a call flow; what the vendor does not name is left out, defaults are filled in.

    Raises:
        CallFlowError: with all that `validate` reports.

    """
    if violations := validate(answer):
        raise CallFlowError(violations)
    checked = cast(Mapping[str, Any], answer)
    actions = tuple(_build(entry, _CLASSES[entry["action"]]) for entry in checked["callflow"])
    return CallFlow(actions, checked.get("clientActionId"))


def _build(entry: Mapping[str, Any], kind: Callable[..., A]) -> A:
    if violations := check_action(entry, "$"):
        raise CallFlowError(violations)
    params = entry.get("params") or {}
    given = {param.attribute: params.get(param.name) for param in PARAMS[entry["action"]]}
    return kind(**{name: value for name, value in given.items() if value is not None})


_CLASSES: dict[str, Callable[..., Action]] = {
    kind.action: kind for kind in (Say, SayAndCapture, PlayFile, MakeCall, Hangup)
}
