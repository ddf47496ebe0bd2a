"""A menu declared as data, and its call flow for each VCA delivery.

The menu is stateless: clientActionId carries the caller's position and the number of tries, and comes back with the
next delivery. A duplicate therefore gets the same response, and any number of endpoints can share the calls.

    CALL_RECEIVED                   the first step
    no clientActionId, outbound     the key applies to the first step (no response came before)
    otherwise: a declared key       the step declared for the key
               digits of an Input   the step that `judge` names
               an undeclared key    the same step again, after `wrong_key`
               no key               the same step again, after `no_key`
               a failed transfer    its `otherwise`
               an unknown position  the first step (the previous response did not come from this menu)
               after the end        hang up
    no valid key after `tries`      `goodbye`, then hang up

A call flow has one action, plus a hangup where the call ends. The vendor does not document whether the platform uses
a response that arrives while actions are still pending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from eightx8_voice.callflow import Action, CallFlow, Hangup, MakeCall, PlayFile, Say, SayAndCapture, call_flow
from eightx8_voice.events import CallAction

END = "end"
"""The clientActionId that marks the end: the next response only hangs up."""

NOT_CONNECTED_FROM = 300
"""The lowest SIP code of a call that was not connected (RFC 3261)."""

NOT_CONNECTED = frozenset({"BUSY", "NO_ANSWER", "FAILED", "CANCELED", "CANCELLED", "ERROR"})
"""Statuses of a leg that was not connected; whether a VCA ever has one is undocumented."""

Path = tuple[str, ...]
"""The names on the way to a step: a key, a result of an Input, or `OTHERWISE`."""

OTHERWISE = "otherwise"

_PLACE = re.compile(r"menu:([^:]*):([1-9][0-9]?)(?:([nw]?)\+([1-9]))?")


@dataclass(frozen=True)
class Sound:
    """An audio file (.wav or .mp3 under 5 MB) in place of a spoken prompt.

    Keys are captured only while text is spoken, so `then` is spoken after the file where a key is expected.
    """

    file_url: str
    then: str = "Please press a key."


Prompt = str | Sound
"""What a caller hears: text to speak, or an audio file."""


@dataclass(frozen=True)
class Announcement:
    """Speak text or play a file, then hang up."""

    text: Prompt


@dataclass(frozen=True)
class Transfer:
    """Bridge the caller to `destination`; `source` is a virtual number of the subaccount, both in E.164.

    `otherwise` comes next if the called party was not connected (busy, no answer); without it, the call ends.
    `call_recording` must first be set up for the account. Default: not recorded. Assumed: the next delivery comes
    when the bridged call has ended, and its sipCode is the called party's.
    """

    destination: str
    source: str
    otherwise: Step | None = None
    call_recording: bool | None = None


@dataclass(frozen=True)
class Back:
    """Return to the parent menu."""


@dataclass(frozen=True)
class Menu:
    """Speak a prompt and wait for a key (`0` to `9`, `*`, `#`); `keys` maps each one to the next step."""

    prompt: Prompt
    keys: Mapping[str, Step]


@dataclass(frozen=True)
class Input:
    """Speak a prompt and capture digits, ended by `#` or, if their number is fixed, by the last digit.

    `judge` receives the digits and returns the name of the next step in `results`; for anything else, the caller is
    asked again. It must be deterministic, because a delivery may arrive twice, and fast, because the caller is waiting.
    `timeout` is how long one try waits for all digits, in milliseconds.
    """

    prompt: Prompt
    judge: Callable[[str], str | None]
    results: Mapping[str, Step]
    max_digits: int
    min_digits: int = 1
    timeout: int = 30_000


Step = Announcement | Transfer | Back | Menu | Input
"""What can come next in a call."""


class _Place(NamedTuple):
    """A caller's position: the step, the try and, while a prompt has several parts, how many were heard."""

    path: Path = ()
    attempt: int = 1
    why: str = ""
    heard: int = 0

    def __str__(self) -> str:
        more = f"{self.why}+{self.heard}" if self.heard else ""
        return f"menu:{'/'.join(self.path)}:{self.attempt}{more}"


@dataclass(frozen=True)
class Ivr:
    """A complete menu, with its voice and its standard prompts.

    `menu` is the first step. `tries` (1 to 99) is how many times in a row a caller may press a wrong key or none;
    `key_timeout` is how long one try of a menu waits, in milliseconds.

    Raises:
        CallFlowError: One of its responses would break the vendor's rules.
        ValueError: A key is not a telephone key, a result has an invalid name, `tries` is out of range, or `menu`
            is Back.
    """

    menu: Step
    voice_profile: str
    wrong_key: Prompt = "Sorry, that key is not in use."
    no_key: Prompt = "Sorry, we did not detect a key press."
    goodbye: Prompt = "Goodbye."
    tries: int = 3
    key_timeout: int = 10_000

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= 99:
            raise ValueError(f"tries must be from 1 to 99 (got {self.tries}).")
        if isinstance(self.menu, Back):
            raise ValueError("menu must not be Back: the first step has no parent menu.")
        self._close(self.goodbye)
        for path, step in _walk((), self.menu):
            if isinstance(step, Menu) and (wrong := [key for key in step.keys if not re.fullmatch("[0-9*#]", key)]):
                raise ValueError(f"A key must be one of 0 to 9, * and # (got {wrong[0]!r}).")
            if isinstance(step, Input) and (wrong := [name for name in step.results if not re.fullmatch(r"\w+", name)]):
                raise ValueError(f"A result's name must consist of letters, digits and _ (got {wrong[0]!r}).")
            self._enter(path, step)
            if isinstance(step, (Menu, Input)):
                for why in "wn":
                    self._to_hear(step, why)

    def answer(self, event: CallAction) -> CallFlow:
        """Return what to do next in the call; the same delivery always gets the same response."""
        if event.client_action_id == END:
            return self._hang_up()
        place, step = self._place(event)
        if isinstance(step, Transfer):
            return self._after_transfer(place.path, step, event)
        if not isinstance(step, (Menu, Input)):
            return self._enter((), self.menu)
        if place.heard:
            return self._ask(step, place)
        chosen, following = _chosen(step, event.dtmf or ""), _following(step)
        if chosen is not None and chosen in following:
            return self._enter((*place.path, chosen), following[chosen])
        if place.attempt >= self.tries:
            return self._close(self.goodbye)
        return self._ask(step, _Place(place.path, place.attempt + 1, "w" if event.dtmf else "n"))

    def _place(self, event: CallAction) -> tuple[_Place, Step | None]:
        """Find the step that a delivery follows, or None if it follows none, in which case the menu starts over."""
        found = _PLACE.fullmatch(event.client_action_id or "")
        if event.is_new_call:
            return _Place(), None
        if not found:  # the first delivery of an outbound session: its call flow was not a response
            outbound = not event.client_action_id and (event.call_direction or "").upper() != "INBOUND"
            listens = isinstance(self.menu, (Menu, Input))
            return _Place(), self.menu if outbound and listens and event.dtmf else None
        path, attempt, why, heard = found.groups()
        place = _Place(tuple(path.split("/")) if path else (), int(attempt), why or "", int(heard or 0))
        return place, self._at(place.path)

    def _at(self, path: Path) -> Step | None:
        step: Step | None = self.menu
        for name in path:
            step = _following(step).get(name) if step else None
        return step

    def _enter(self, path: Path, step: Step) -> CallFlow:
        if isinstance(step, (Menu, Input)):
            return self._ask(step, _Place(path))
        if isinstance(step, Announcement):
            return self._close(step.text)
        if isinstance(step, Transfer):
            call = MakeCall(step.source, step.destination, step.call_recording)
            return call_flow(call, client_action_id=str(_Place(path)) if step.otherwise else END)
        above = path[:-2]
        while above and not isinstance(self._at(above), (Menu, Input)):
            above = above[:-1]
        return self._enter(above, self._at(above) or self.menu)

    def _after_transfer(self, path: Path, step: Transfer, event: CallAction) -> CallFlow:
        connected = (event.sip_code or 0) < NOT_CONNECTED_FROM and event.call_status not in NOT_CONNECTED
        if connected or step.otherwise is None:
            return self._hang_up()
        return self._enter((*path, OTHERWISE), step.otherwise)

    def _ask(self, step: Menu | Input, place: _Place) -> CallFlow:
        *before, last = self._to_hear(step, place.why)
        if place.heard < len(before):
            return call_flow(before[place.heard], client_action_id=str(place._replace(heard=place.heard + 1)))
        return call_flow(last, client_action_id=str(_Place(place.path, place.attempt)))

    def _to_hear(self, step: Menu | Input, why: str) -> list[Action]:
        """Return the prompt as actions, the last of which captures keys; adjacent texts are joined."""
        before, prompt = {"w": self.wrong_key, "n": self.no_key}.get(why), step.prompt
        if isinstance(before, str) and isinstance(prompt, str):
            before, prompt = None, f"{before} {prompt}".strip()
        actions = [self._speak(before)] if before else []
        if isinstance(prompt, Sound):
            return [*actions, self._speak(prompt), self._capture(step, prompt.then)]
        return [*actions, self._capture(step, prompt)]

    def _capture(self, step: Menu | Input, text: str) -> SayAndCapture:
        least, most = (1, 1) if isinstance(step, Menu) else (step.min_digits, step.max_digits)
        return SayAndCapture(
            text,
            self.voice_profile,
            complete_on_hash=least != most,
            min_digits=least,
            max_digits=most,
            overall_timeout=self.key_timeout if isinstance(step, Menu) else step.timeout,
            no_of_tries=1,
        )

    def _speak(self, prompt: Prompt) -> Say | PlayFile:
        return PlayFile(prompt.file_url) if isinstance(prompt, Sound) else Say(prompt, self.voice_profile)

    def _close(self, prompt: Prompt) -> CallFlow:
        return call_flow(self._speak(prompt), Hangup(), client_action_id=END)

    def _hang_up(self) -> CallFlow:
        return call_flow(Hangup(), client_action_id=END)


def _chosen(step: Menu | Input, keys: str) -> str | None:
    """Return the name of the next step; None, or a name that is not declared, if the keys lead nowhere."""
    if isinstance(step, Menu):
        return keys
    digits = keys.rstrip("#")
    return step.judge(digits) if step.min_digits <= len(digits) <= step.max_digits else None


def _following(step: Step) -> Mapping[str, Step]:
    if isinstance(step, Menu):
        return step.keys
    if isinstance(step, Input):
        return step.results
    return {OTHERWISE: step.otherwise} if isinstance(step, Transfer) and step.otherwise else {}


def _walk(path: Path, step: Step) -> Iterator[tuple[Path, Step]]:
    yield path, step
    for name, entry in _following(step).items():
        yield from _walk((*path, name), entry)
