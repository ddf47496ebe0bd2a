"""A menu declared as data responds to each delivery without storing anything."""

from __future__ import annotations

from typing import Any

import pytest

from eightx8_voice.callflow import CallFlow, Hangup, MakeCall, PlayFile, Say, SayAndCapture
from eightx8_voice.events import CallAction
from eightx8_voice.menu import Announcement, Back, Input, Ivr, Menu, Sound, Transfer

VOICE, OURS = "en-US-BenjaminRUS", "+6568888888"
ROOMS = Menu("Rooms?", {"9": Back()})
SALES = Menu("Mobile 1, back 9.", {"1": Transfer("+6591234501", source=OURS), "8": ROOMS, "9": Back()})
TOP = Menu("Sales 1.", {"1": SALES, "2": Announcement("Nine to six."), "0": Transfer("+6591234500", source=OURS)})
IVR = Ivr(TOP, VOICE, wrong_key="Not that.", no_key="Nothing?", goodbye="Bye.", tries=3)


def event(status: str = "ACTION_COMPLETED", *, place: str | None = None, **more: Any) -> CallAction:
    values = {"session_id": "s", "call_direction": "INBOUND", **more}
    return CallAction(call_status=status, client_action_id=place, **values)


def press(*keys: str | None, ivr: Ivr = IVR) -> CallFlow:
    flow = ivr.answer(event("CALL_RECEIVED"))
    for key in keys:
        flow = ivr.answer(event(dtmf=key, place=flow.client_action_id))
    return flow


def ask(prompt: str) -> tuple[SayAndCapture]:
    """A capture of one key without a hash, in one try of ten seconds."""
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
    """A wrong or missing key repeats the menu, and the third one in the same menu ends the call."""
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
    """Any status but CALL_RECEIVED completes an action; an unknown place restarts the menu."""
    assert IVR.answer(event(status, dtmf="1", place=place)).actions == ask(prompt)


@pytest.mark.parametrize(
    ("delivered", "prompt"),
    [
        *[({"call_direction": direction, "dtmf": "1"}, "Mobile 1, back 9.") for direction in ("OUTBOUND", None)],
        ({"call_direction": "OUTBOUND", "dtmf": "7"}, "Not that. Sales 1."),
        ({"call_direction": "OUTBOUND", "dtmf": None}, "Sales 1."),
        ({"call_direction": "INBOUND", "dtmf": "1"}, "Sales 1."),
    ],
)
def test_the_first_key_of_an_outbound_session_counts_for_the_first_menu(delivered: dict[str, Any], prompt: str) -> None:
    """Such a session begins with a call flow request, so its first delivery has no clientActionId."""
    assert IVR.answer(event(**delivered)).actions == ask(prompt)


AGAIN = Menu("Busy. Try the other one: 1.", {"1": Transfer("+6591234502", OURS, call_recording=True), "9": Back()})
DESK = Ivr(Menu("Desk 1.", {"1": Transfer("+6591234501", OURS, otherwise=AGAIN)}), VOICE)


@pytest.mark.parametrize(
    ("delivered", "actions"),
    [
        *[({"sip_code": code}, ask("Busy. Try the other one: 1.")) for code in (486, 480, 503)],
        ({"sip_code": 200, "status": "BUSY"}, ask("Busy. Try the other one: 1.")),
        *[({"sip_code": code}, (Hangup(),)) for code in (200, None)],
    ],
)
def test_a_failed_transfer_continues_with_its_otherwise_step(
    delivered: dict[str, Any], actions: tuple[object, ...]
) -> None:
    """The call ends after a connected transfer, and after one of unknown outcome."""
    place = press("1", ivr=DESK).client_action_id

    assert DESK.answer(event(place=place, **delivered)).actions == actions


@pytest.mark.parametrize(("key", "actions"), [("1", (MakeCall(OURS, "+6591234502", True),)), ("9", ask("Desk 1."))])
def test_the_step_after_a_failed_transfer_works_like_any_other(key: str, actions: tuple[object, ...]) -> None:
    """Its menu accepts keys, and goes back to the menu of the transfer."""
    place = DESK.answer(event(place=press("1", ivr=DESK).client_action_id, sip_code=486)).client_action_id

    assert DESK.answer(event(place=place, dtmf=key)).actions == actions


def judged(digits: str) -> str | None:
    return {"1234": "known", "0000": "misspelt", "1": "known", "12345": "known"}.get(digits)


ACCOUNT = Input("Your number?", judged, {"known": SALES}, max_digits=4, min_digits=2)
BANK = Ivr(Menu("Account 1.", {"1": ACCOUNT}), VOICE, wrong_key="Not that.", no_key="Nothing?", goodbye="Bye.")


def test_an_input_captures_digits_until_the_hash_key_or_the_time_out() -> None:
    """The number of digits is as declared, and a fixed number needs no hash key."""
    fixed = Ivr(Input("Code?", judged, {}, max_digits=4, min_digits=4, timeout=5000), VOICE)

    assert press("1", ivr=BANK).actions == (
        SayAndCapture("Your number?", VOICE, min_digits=2, max_digits=4, overall_timeout=30_000, no_of_tries=1),
    )
    assert press(ivr=fixed).actions == (SayAndCapture("Code?", VOICE, None, None, 1.0, False, 4, 4, None, 5000, 1),)


@pytest.mark.parametrize(
    ("keys", "spoken"),
    [
        (["1234"], "Mobile 1, back 9."),
        (["1234#", "9"], "Your number?"),
        *[([digits], "Not that. Your number?") for digits in ("9999", "0000", "1", "12345")],
        ([None], "Nothing? Your number?"),
        ([None, "9999", "1234"], "Mobile 1, back 9."),
    ],
)
def test_the_programs_function_decides_which_step_follows_an_input(keys: list[str | None], spoken: str) -> None:
    """An undeclared result, no result, or too few or too many digits repeat the prompt."""
    (asked,) = press("1", *keys, ivr=BANK).actions

    assert isinstance(asked, SayAndCapture)
    assert asked.prompt_message == spoken


JINGLE, SORRY = "https://example.com/jingle.mp3", "https://example.com/sorry.wav"
RADIO = Ivr(
    Menu(Sound(JINGLE, then="Press 1."), {"1": Announcement(Sound(JINGLE))}), VOICE, wrong_key=Sound(SORRY), no_key="?"
)


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ([], [PlayFile(JINGLE), *ask("Press 1.")]),
        (["7"], [PlayFile(SORRY), PlayFile(JINGLE), *ask("Press 1.")]),
        ([None], [Say("?", VOICE), PlayFile(JINGLE), *ask("Press 1.")]),
    ],
)
def test_any_prompt_may_be_an_audio_file(keys: list[str | None], heard: list[object]) -> None:
    """Each response has one action, and the text after the file captures the keys."""
    flow = press(ivr=RADIO)
    for key in [None, *keys]:  # the first delivery reports that the file was played
        flow = RADIO.answer(event(dtmf=key, place=flow.client_action_id))
    played = [*flow.actions] if keys else [PlayFile(JINGLE), *flow.actions]
    while len(played) < len(heard):
        flow = RADIO.answer(event(place=flow.client_action_id))
        played += flow.actions

    assert played == heard


def test_an_announcement_may_be_an_audio_file() -> None:
    """It is played, and the call ends."""
    place = RADIO.answer(event(place=press(ivr=RADIO).client_action_id)).client_action_id

    assert RADIO.answer(event(place=place, dtmf="1")).actions == (PlayFile(JINGLE), Hangup())


OUTBOUND = {"call_direction": "OUTBOUND", "dtmf": "1"}


@pytest.mark.parametrize("first", [Announcement("Closed."), Transfer("+6591234500", OURS, otherwise=Back())])
def test_a_call_may_begin_with_any_step(first: Announcement | Transfer) -> None:
    """A closed line, for example, needs no menu."""
    began = [Ivr(first, VOICE).answer(event(**how)) for how in ({"status": "CALL_RECEIVED"}, OUTBOUND)]

    assert all(flow.actions[0] in (Say("Closed.", VOICE), MakeCall(OURS, "+6591234500")) for flow in began)


WRONG: list[tuple[Any, str]] = [
    (Menu("Hello.", {"A": Announcement("Hi.")}), "must be one of 0 to 9"),
    (Menu("Hello.", {"1": Menu("Sub.", {"2": Transfer("no number", OURS)})}), "-1017"),
    (Menu("Hello.", {"1": Transfer("+6591234500", OURS, otherwise=Announcement(" "))}), "-1009"),
    (Menu(Sound("jingle"), {}), "fileUrl"),
    (Input("Code?", judged, {}, max_digits=26, min_digits=26), "-1008"),
    (Input("Code?", judged, {"a/b": Back()}, max_digits=4), "letters, digits and _"),
    (Back(), "must not be Back"),
]


@pytest.mark.parametrize(("first", "message"), WRONG, ids=[message for _, message in WRONG])
def test_an_invalid_menu_cannot_be_declared(first: Any, message: str) -> None:
    """The mistake is found when the endpoint starts, not when a key is pressed."""
    with pytest.raises(ValueError, match=message):
        Ivr(first, VOICE)


@pytest.mark.parametrize("tries", [0, 100])
def test_the_number_of_tries_is_from_1_to_99(tries: int) -> None:
    """Without a limit, a call in which no key is pressed would never end."""
    with pytest.raises(ValueError, match="from 1 to 99"):
        Ivr(TOP, VOICE, tries=tries)
