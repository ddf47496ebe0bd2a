"""A menu declared as data responds to each delivery, and remembers nothing."""

from __future__ import annotations

import pytest

from eightx8_voice.callflow import CallFlow, CallFlowError, Hangup, MakeCall, Say, SayAndCapture
from eightx8_voice.events import CallAction
from eightx8_voice.menu import Announcement, Back, Ivr, Menu, Transfer

VOICE, OURS = "en-US-BenjaminRUS", "+6568888888"
ROOMS = Menu("Rooms?", {"9": Back()})
SALES = Menu("Mobile 1, back 9.", {"1": Transfer("+6591234501", source=OURS), "8": ROOMS, "9": Back()})
TOP = Menu("Sales 1.", {"1": SALES, "2": Announcement("Nine to six."), "0": Transfer("+6591234500", source=OURS)})
IVR = Ivr(TOP, VOICE, wrong_key="Not that.", no_key="Nothing?", goodbye="Bye.", tries=3)


def event(status: str = "ACTION_COMPLETED", *, dtmf: str | None = None, place: str | None = None) -> CallAction:
    return CallAction(session_id="s", call_status=status, call_direction="INBOUND", dtmf=dtmf, client_action_id=place)


def press(*keys: str | None) -> CallFlow:
    flow = IVR.answer(event("CALL_RECEIVED"))
    for key in keys:
        flow = IVR.answer(event(dtmf=key, place=flow.client_action_id))
    return flow


def ask(prompt: str) -> tuple[SayAndCapture]:
    """One key and no hash, in one try of ten seconds."""
    return (SayAndCapture(prompt, VOICE, None, None, 1.0, False, 1, 1, None, 10_000, 1),)


BYE, HOURS = (Say("Bye.", VOICE), Hangup()), (Say("Nine to six.", VOICE), Hangup())


@pytest.mark.parametrize(
    ("keys", "actions"),
    [
        ([], ask("Sales 1.")),
        *[(keys, ask("Mobile 1, back 9.")) for keys in (["1"], ["1", "9", "1"], ["1", "8", "9"], [None, "1"])],
        (["7"], ask("Not that. Sales 1.")),
        ([None, None], ask("Nothing? Sales 1.")),
        (["1", None, "7"], ask("Not that. Mobile 1, back 9.")),
        (["0"], (MakeCall(OURS, "+6591234500"),)),
        (["1", "1"], (MakeCall(OURS, "+6591234501"),)),
        (["2"], HOURS),
        *[(keys, BYE) for keys in ([None, None, None], ["7", None, "8"], [None, "1", None, None, None])],
        *[([*keys, None], (Hangup(),)) for keys in (["2"], ["0"], [None, None, None])],
    ],
)
def test_keys_lead_through_the_menu(keys: list[str | None], actions: tuple[object, ...]) -> None:
    """A declared key goes on, another one or none repeats the menu; the third time in one menu ends the call."""
    assert press(*keys).actions == actions


@pytest.mark.parametrize(
    ("status", "place", "prompt"),
    [
        *[(status, "menu::1", "Mobile 1, back 9.") for status in ("DTMF_RECEIVED", "SOMETHING_NEW")],
        *[("ACTION_COMPLETED", place, "Sales 1.") for place in (None, "x", "menu:5:1", "menu::0", "menu:11:1")],
        ("CALL_RECEIVED", "menu:1:1", "Sales 1."),
    ],
)
def test_status_and_place_decide_where_a_key_is_pressed(status: str, place: str | None, prompt: str) -> None:
    """Any status but CALL_RECEIVED completes an action; a place that the menu does not have is its beginning."""
    assert IVR.answer(event(status, dtmf="1", place=place)).actions == ask(prompt)


def test_a_menu_that_breaks_the_vendors_rules_cannot_be_declared() -> None:
    """The mistake shows when the endpoint starts, not when the key is pressed."""
    with pytest.raises(CallFlowError):
        Ivr(Menu("Hello.", {"1": Menu("Sub.", {"2": Transfer("no number", OURS)})}), VOICE)
    with pytest.raises(ValueError, match="no key of a telephone"):
        Ivr(Menu("Hello.", {"A": Announcement("Hi.")}), VOICE)
    with pytest.raises(ValueError, match="from 1 to 99"):
        Ivr(Menu("Hello.", {}), VOICE, tries=0)
