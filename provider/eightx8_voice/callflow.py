"""Call flows: what an endpoint responds with to a VCA delivery.

    response = call_flow(Say("We are closed.", "en-US-BenjaminRUS"), Hangup())
    body = response.to_json()

The classes are frozen, and creating a value that violates the vendor's rules (`rules.py`) raises an error. `validate`
reports the violations of any JSON response, `review` its warnings as well, and `parse` turns a response without
violations into a `CallFlow`.

The defaults are those of the vendor's call action guide. Its callflows reference has different ones for some params of
sayAndCapture (maxDigits 1, overallTimeout 5000, noOfTries 1), so `as_dict` includes the defaults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from eightx8_voice import json_text
from eightx8_voice.rules import PARAMS, review_action
from eightx8_voice.rules import CallFlowError as CallFlowError
from eightx8_voice.rules import Problem as Problem
from eightx8_voice.rules import review as review
from eightx8_voice.rules import validate as validate

DEFAULT_TIMEOUT = 30_000
"""Milliseconds that a sayAndCapture without an overallTimeout waits for all keys."""


class _ActionBase:
    action: ClassVar[str]

    def __post_init__(self) -> None:
        if violations := [problem for problem in review_action(self.as_dict(), "$") if problem.severity == "violation"]:
            raise CallFlowError(violations)

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's shape: `{"action": …, "params": {…}}`; hangup has no params."""
        values = {param.name: getattr(self, param.attribute) for param in PARAMS[self.action]}
        params = {name: value for name, value in values.items() if value is not None}
        return {"action": self.action, "params": params} if params else {"action": self.action}


@dataclass(frozen=True)
class Say(_ActionBase):
    """Speak text; `speed` is a factor from 0.5 to 2.0."""

    action: ClassVar[str] = "say"
    text: str
    voice_profile: str
    repetition: int = 1
    speed: float = 1.0


@dataclass(frozen=True)
class SayAndCapture(_ActionBase):
    """Speak a prompt and capture keys; timeouts are in milliseconds. `repetition` is undocumented for this action."""

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
    overall_timeout: int | None = DEFAULT_TIMEOUT
    no_of_tries: int = 3
    repetition: int | None = None


@dataclass(frozen=True)
class PlayFile(_ActionBase):
    """Play a .wav or .mp3 file of less than 5 MB (the file itself is not checked here)."""

    action: ClassVar[str] = "playFile"
    file_url: str
    repetition: int = 1


@dataclass(frozen=True)
class MakeCall(_ActionBase):
    """Call a number and bridge it to the caller; `source` is a virtual number of the subaccount."""

    action: ClassVar[str] = "makeCall"
    source: str
    destination: str
    call_recording: bool | None = None


@dataclass(frozen=True)
class Hangup(_ActionBase):
    """End the session, which triggers the VSS delivery."""

    action: ClassVar[str] = "hangup"


Action = Say | SayAndCapture | PlayFile | MakeCall | Hangup


@dataclass(frozen=True)
class CallFlow:
    """The actions to execute, in order; the next VCA delivery returns `client_action_id`.

    `valid_until` is for a call flow that begins a session: an ISO 8601 time after which the session must not begin.

    Raises:
        CallFlowError: An action follows a hangup, there is a third makeCall, or `client_action_id` is not a string.
    """

    actions: tuple[Action, ...]
    client_action_id: str | None = None
    valid_until: str | None = None

    def __post_init__(self) -> None:
        if violations := validate(self.as_dict()):
            raise CallFlowError(violations)

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's shape: `{"clientActionId"?: …, "validUntil"?: …, "callflow": […]}`."""
        labels = {"clientActionId": self.client_action_id, "validUntil": self.valid_until}
        given = {name: value for name, value in labels.items() if value is not None}
        return {**given, "callflow": [action.as_dict() for action in self.actions]}

    def to_json(self) -> str:
        """Return the body of the response, in ASCII."""
        return json.dumps(self.as_dict(), allow_nan=False)


def call_flow(*actions: Action, client_action_id: str | None = None) -> CallFlow:
    """Return a `CallFlow` of the actions given as arguments."""
    return CallFlow(actions, client_action_id)


def decode(body: bytes | str) -> object:
    """Decode the body of a response, for `validate` and `parse`.

    Raises:
        CallFlowError: It is not JSON (-1001).
    """
    try:
        return json_text.read(body)
    except ValueError as error:
        raise CallFlowError([Problem("$", -1001, f"is not JSON: {error}")]) from None


def parse(response: object) -> CallFlow:
    """Turn decoded JSON into a call flow; unknown names are dropped and defaults filled in.

    Raises:
        CallFlowError: `validate` reports violations; the error lists them all.
    """
    if violations := validate(response):
        raise CallFlowError(violations)
    checked = cast(Mapping[str, Any], response)
    actions = tuple(_action(entry) for entry in checked["callflow"])
    return CallFlow(actions, checked.get("clientActionId"), checked.get("validUntil"))


def _action(entry: Mapping[str, Any]) -> Action:
    params = entry.get("params") or {}
    values = {param.attribute: params.get(param.name) for param in PARAMS[entry["action"]]}
    given = {name: value for name, value in values.items() if value is not None}
    if "digit_timeout" in given:  # without overallTimeout, it may exceed that default
        given.setdefault("overall_timeout", None)
    return _CLASSES[entry["action"]](**given)


_CLASSES: dict[str, Callable[..., Action]] = {
    kind.action: kind for kind in (Say, SayAndCapture, PlayFile, MakeCall, Hangup)
}
