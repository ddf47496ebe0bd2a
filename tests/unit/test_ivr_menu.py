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

SALES = Menu(
    "Mobile 1, fixed 2, back 9.",
    {
        "1": Transfer("+6591234501", source="+6568888888"),
        "2": Transfer("+6591234502", source="+6568888888"),
        "9": Back(),
    },
)
IVR = Ivr(
    Menu(
        "Sales 1, hours 2, operator 0.",
        {"1": SALES, "2": Announcement("Nine to six."), "0": Transfer("+6591234500", source="+6568888888")},
    ),
    voice_profile="en-US-BenjaminRUS",
    wrong_key="Not that.",
    no_key="Nothing?",
    goodbye="Bye.",
    tries=3,
)


def event(status: str = "ACTION_COMPLETED", *, dtmf: str | None = None, place: str | None = None) -> CallAction:
    when = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
    return CallAction("e", "c", "s", "a", status, "INBOUND", "+6568888888", when, dtmf=dtmf, client_action_id=place)


def spoken(flow: CallFlow) -> list[str]:
    texts = [getattr(action, "prompt_message", getattr(action, "text", "")) for action in flow.actions]
    return [text for text in texts if text]


def press(*keys: str | None) -> CallFlow:
    flow = IVR.answer(event("CALL_RECEIVED"))
    for key in keys:
        flow = IVR.answer(event(dtmf=key, place=flow.client_action_id))
    return flow


def test_a_call_begins_with_the_first_menu() -> None:
    """The prompt waits for one key and no hash, for one try of ten seconds."""
    (prompt,) = press().actions

    assert prompt == SayAndCapture(
        "Sales 1, hours 2, operator 0.",
        "en-US-BenjaminRUS",
        complete_on_hash=False,
        min_digits=1,
        max_digits=1,
        overall_timeout=10_000,
        no_of_tries=1,
    )


@pytest.mark.parametrize(
    ("keys", "prompt"),
    [
        (["1"], "Mobile 1, fixed 2, back 9."),
        (["1", "9"], "Sales 1, hours 2, operator 0."),
        (["1", "9", "1"], "Mobile 1, fixed 2, back 9."),
        (["7"], "Not that. Sales 1, hours 2, operator 0."),
        (["11"], "Not that. Sales 1, hours 2, operator 0."),
        (["1", "0"], "Not that. Mobile 1, fixed 2, back 9."),
        ([None], "Nothing? Sales 1, hours 2, operator 0."),
        ([None, None], "Nothing? Sales 1, hours 2, operator 0."),
        ([None, "1"], "Mobile 1, fixed 2, back 9."),
        (["1", None, "7"], "Not that. Mobile 1, fixed 2, back 9."),
    ],
)
def test_keys_lead_through_the_menu(keys: list[str | None], prompt: str) -> None:
    """A declared key goes on, another one or none repeats the menu that the caller is in."""
    assert spoken(press(*keys)) == [prompt]


BYE, HOURS = (Say("Bye.", "en-US-BenjaminRUS"), Hangup()), (Say("Nine to six.", "en-US-BenjaminRUS"), Hangup())


@pytest.mark.parametrize(
    ("keys", "actions"),
    [
        (["0"], (MakeCall("+6568888888", "+6591234500"),)),
        (["1", "1"], (MakeCall("+6568888888", "+6591234501"),)),
        (["1", "2"], (MakeCall("+6568888888", "+6591234502"),)),
        (["2"], HOURS),
        ([None, None, None], BYE),
        (["1", None, None, None], BYE),
        (["7", None, "8"], BYE),
        *[([*keys, None], (Hangup(),)) for keys in (["2"], ["0"], [None, None, None])],
    ],
)
def test_a_call_ends_in_a_transfer_an_announcement_or_after_three_tries(
    keys: list[str | None], actions: tuple[object, ...]
) -> None:
    """Each menu counts its own tries, and a delivery that still comes after the end ends the session."""
    assert press(*keys).actions == actions


@pytest.mark.parametrize("status", ["DTMF_RECEIVED", "SOMETHING_NEW"])
def test_every_status_but_call_received_is_a_completed_action(status: str) -> None:
    """The vendor's older pages have DTMF_RECEIVED."""
    assert spoken(IVR.answer(event(status, dtmf="1", place="menu::1"))) == ["Mobile 1, fixed 2, back 9."]


@pytest.mark.parametrize("place", [None, "", "somewhere", "menu:5:1", "menu:2:1", "menu::0", "menu:11:1"])
def test_a_place_that_is_not_in_the_menu_leads_to_its_beginning(place: str | None) -> None:
    """A call that began under another menu is not dropped."""
    assert spoken(IVR.answer(event(dtmf="1", place=place))) == ["Sales 1, hours 2, operator 0."]


def test_back_leads_to_the_menu_above() -> None:
    """Not to the first one, however deep the caller is."""
    deep = Ivr(Menu("Top.", {"1": Menu("Middle.", {"2": Menu("Bottom.", {"9": Back()})})}), voice_profile="en")

    assert spoken(deep.answer(event(dtmf="9", place="menu:12:1"))) == ["Middle."]


def test_a_menu_that_breaks_the_vendors_rules_cannot_be_declared() -> None:
    """The mistake shows when the endpoint starts, not when the key is pressed."""
    with pytest.raises(CallFlowError):
        Ivr(Menu("Hello.", {"1": Menu("Sub.", {"2": Transfer("nobody", "+6568888888")})}), voice_profile="en")
    with pytest.raises(ValueError, match="no key of a telephone"):
        Ivr(Menu("Hello.", {"A": Announcement("Hi.")}), voice_profile="en")
    with pytest.raises(ValueError, match="from 1 to 99"):
        Ivr(Menu("Hello.", {}), voice_profile="en", tries=0)


@given(
    st.sampled_from(["CALL_RECEIVED", "ACTION_COMPLETED", "SOMETHING_NEW"]),
    st.none() | st.text(max_size=3) | st.sampled_from("0129*#"),
    st.none() | st.text(max_size=8) | st.from_regex(r"menu:[0-9*#]{0,3}:[0-9]{1,3}", fullmatch=True),
)
def test_any_delivery_has_one_valid_answer(status: str, dtmf: str | None, place: str | None) -> None:
    """Whatever comes, the response holds to the vendor's rules and is the same the second time."""
    delivery = event(status, dtmf=dtmf, place=place)

    answer = IVR.answer(delivery)

    assert callflow.validate(answer.as_dict()) == []
    assert IVR.answer(delivery) == answer
