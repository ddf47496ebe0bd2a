"""A menu declared as data responds to each delivery, and remembers nothing."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.ivr import callflow
from pulumi_8x8.ivr.callflow import CallFlow, CallFlowError, Hangup, MakeCall, Say, SayAndCapture
from pulumi_8x8.ivr.events import CallAction
from pulumi_8x8.ivr.menu import Announcement, Back, Ivr, Menu, Transfer

VOICE, OURS = "en-US-BenjaminRUS", "+6568888888"
ROOMS = Menu("Rooms?", {"9": Back()})
SALES = Menu("Mobile 1, back 9.", {"1": Transfer("+6591234501", source=OURS), "8": ROOMS, "9": Back()})
KEYS: dict[str, Announcement | Transfer | Back | Menu] = {
    "1": SALES,
    "2": Announcement("Nine to six."),
    "0": Transfer("+6591234500", source=OURS),
}
IVR = Ivr(Menu("Sales 1.", KEYS), VOICE, wrong_key="Not that.", no_key="Nothing?", goodbye="Bye.", tries=3)


def event(status: str = "ACTION_COMPLETED", *, dtmf: str | None = None, place: str | None = None) -> CallAction:
    when = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
    return CallAction("e", "c", "s", "a", status, "INBOUND", OURS, when, dtmf=dtmf, client_action_id=place)


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
        (["1"], ask("Mobile 1, back 9.")),
        (["1", "9", "1"], ask("Mobile 1, back 9.")),
        (["1", "8", "9"], ask("Mobile 1, back 9.")),
        (["7"], ask("Not that. Sales 1.")),
        (["11"], ask("Not that. Sales 1.")),
        ([None, None], ask("Nothing? Sales 1.")),
        ([None, "1"], ask("Mobile 1, back 9.")),
        (["1", None, "7"], ask("Not that. Mobile 1, back 9.")),
        (["0"], (MakeCall(OURS, "+6591234500"),)),
        (["1", "1"], (MakeCall(OURS, "+6591234501"),)),
        (["2"], HOURS),
        ([None, None, None], BYE),
        (["7", None, "8"], BYE),
        ([None, "1", None, None, None], BYE),
        *[([*keys, None], (Hangup(),)) for keys in (["2"], ["0"], [None, None, None])],
    ],
)
def test_keys_lead_through_the_menu(keys: list[str | None], actions: tuple[object, ...]) -> None:
    """A declared key goes on, another one or none repeats the menu; the third time in one menu ends the call."""
    assert press(*keys).actions == actions


@pytest.mark.parametrize("status", ["DTMF_RECEIVED", "SOMETHING_NEW"])
def test_every_status_but_call_received_is_a_completed_action(status: str) -> None:
    """The vendor's older pages have DTMF_RECEIVED."""
    assert IVR.answer(event(status, dtmf="1", place="menu::1")).actions == ask("Mobile 1, back 9.")


@pytest.mark.parametrize("place", [None, "", "somewhere", "menu:5:1", "menu:2:1", "menu::0", "menu:11:1"])
def test_a_place_that_is_not_in_the_menu_leads_to_its_beginning(place: str | None) -> None:
    """A call that began under another menu is not dropped."""
    assert IVR.answer(event(dtmf="1", place=place)).actions == ask("Sales 1.")


def test_a_menu_that_breaks_the_vendors_rules_cannot_be_declared() -> None:
    """The mistake shows when the endpoint starts, not when the key is pressed."""
    with pytest.raises(CallFlowError):
        Ivr(Menu("Hello.", {"1": Menu("Sub.", {"2": Transfer("no number", OURS)})}), VOICE)
    with pytest.raises(ValueError, match="no key of a telephone"):
        Ivr(Menu("Hello.", {"A": Announcement("Hi.")}), VOICE)
    with pytest.raises(ValueError, match="from 1 to 99"):
        Ivr(Menu("Hello.", {}), VOICE, tries=0)


@given(
    st.sampled_from(["CALL_RECEIVED", "ACTION_COMPLETED", "SOMETHING_NEW"]),
    st.none() | st.text(max_size=3) | st.sampled_from("0129*#"),
    st.none() | st.text(max_size=8) | st.from_regex(r"menu:[0-9*#]{0,3}:[0-9]{1,3}", fullmatch=True),
)
def test_any_delivery_has_one_valid_response(status: str, dtmf: str | None, place: str | None) -> None:
    """Whatever is delivered, the response holds to the vendor's rules and is the same the second time."""
    delivery = event(status, dtmf=dtmf, place=place)

    response = IVR.answer(delivery)

    assert callflow.validate(response.as_dict()) == []
    assert IVR.answer(delivery) == response
