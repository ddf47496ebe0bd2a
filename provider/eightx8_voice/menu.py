"""A menu declared as data, and its call flow for each VCA delivery.

Nothing is remembered between deliveries: where the caller is in the menu, and at which try, travels in
clientActionId and comes back with the next delivery. So a duplicate gets the same response, and any number of
endpoints can share the calls.

    CALL_RECEIVED                   the first menu
    any other, a declared key       what the key stands for
               another key          the menu again, after `wrong_key`
               no key               the menu again, after `no_key`
               no place known       the first menu (the response before was not given by this menu)
               after the end        hang up
    `tries` times no declared key   `goodbye`, and hang up
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eightx8_voice.callflow import CallFlow, Hangup, MakeCall, Say, SayAndCapture, call_flow
from eightx8_voice.events import CallAction

END = "end"
"""The clientActionId after which there is nothing left but to hang up."""

_PLACE = re.compile(r"menu:([0-9*#]*):([1-9][0-9]?)")


@dataclass(frozen=True)
class Announcement:
    """Speak a text and hang up."""

    text: str


@dataclass(frozen=True)
class Transfer:
    """Bridge the caller to `destination`; `source` is a virtual number of the subaccount, both in E.164.

    That the next delivery comes when the bridged call is over, and not when it begins, is assumed.
    """

    destination: str
    source: str


@dataclass(frozen=True)
class Back:
    """Return to the menu above."""


@dataclass(frozen=True)
class Menu:
    """Speak a prompt and wait for one of the keys `0` to `9`, `*`, `#`; each stands for what comes next."""

    prompt: str
    keys: Mapping[str, Announcement | Transfer | Back | Menu]


@dataclass(frozen=True)
class Ivr:
    """A whole menu and how it speaks.

    `tries` (1 to 99) is how often a caller may press no key or a wrong one, one after the other;
    `key_timeout` is how long one try waits, in milliseconds.

    Raises:
        CallFlowError: one of its responses would break the vendor's rules.
        ValueError: a key is not one of a telephone, or `tries` is out of range.

    """

    menu: Menu
    voice_profile: str
    wrong_key: str = "Sorry, that key is not in use."
    no_key: str = "Sorry, we did not notice a key."
    goodbye: str = "Goodbye."
    tries: int = 3
    key_timeout: int = 10_000

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= 99:
            raise ValueError(f"A menu takes from 1 to 99 tries, not {self.tries}. Correct it and start again.")
        self._close(self.goodbye)
        for keys, menu in _menus("", self.menu):
            for preface in ("", self.wrong_key, self.no_key):
                self._ask(keys, menu, 1, preface)
            for key, entry in menu.keys.items():
                if not re.fullmatch("[0-9*#]", key):
                    raise ValueError(f"{key!r} is no key of a telephone. Use one of 0 to 9, * and #.")
                self._enter(keys, key, entry)

    def answer(self, event: CallAction) -> CallFlow:
        """Return what to do next in the call; the same delivery always gets the same response."""
        if event.client_action_id == END:
            return call_flow(Hangup(), client_action_id=END)
        place = _PLACE.fullmatch(event.client_action_id or "")
        keys, attempt = (place[1], int(place[2])) if place else ("", 1)
        menu = self._at(keys)
        if event.is_new_call or not place or not menu:
            return self._ask("", self.menu, 1)
        if event.dtmf and event.dtmf in menu.keys:
            return self._enter(keys, event.dtmf, menu.keys[event.dtmf])
        if attempt >= self.tries:
            return self._close(self.goodbye)
        return self._ask(keys, menu, attempt + 1, self.wrong_key if event.dtmf else self.no_key)

    def _at(self, keys: str) -> Menu | None:
        menu = self.menu
        for key in keys:
            entry = menu.keys.get(key)
            if not isinstance(entry, Menu):
                return None
            menu = entry
        return menu

    def _enter(self, keys: str, key: str, entry: Announcement | Transfer | Back | Menu) -> CallFlow:
        if isinstance(entry, Menu):
            return self._ask(keys + key, entry, 1)
        if isinstance(entry, Back):
            return self._ask(keys[:-1], self._at(keys[:-1]) or self.menu, 1)
        if isinstance(entry, Announcement):
            return self._close(entry.text)
        return call_flow(MakeCall(entry.source, entry.destination), client_action_id=END)

    def _ask(self, keys: str, menu: Menu, attempt: int, preface: str = "") -> CallFlow:
        prompt = SayAndCapture(
            f"{preface} {menu.prompt}".strip(),
            self.voice_profile,
            complete_on_hash=False,
            min_digits=1,
            max_digits=1,
            overall_timeout=self.key_timeout,
            no_of_tries=1,
        )
        return call_flow(prompt, client_action_id=f"menu:{keys}:{attempt}")

    def _close(self, text: str) -> CallFlow:
        return call_flow(Say(text, self.voice_profile), Hangup(), client_action_id=END)


def _menus(keys: str, menu: Menu) -> Iterator[tuple[str, Menu]]:
    yield keys, menu
    for key, entry in menu.keys.items():
        if isinstance(entry, Menu):
            yield from _menus(keys + key, entry)
