"""What callers hear and can press. Change this file; its texts and numbers are examples."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from eightx8_voice.callflow import CallFlow
from eightx8_voice.events import CallAction
from eightx8_voice.menu import Announcement, Back, Ivr, Menu, Transfer

OUR_NUMBER = "+6568888888"
VOICE = "en-US-BenjaminRUS"

SALES = Menu(
    "For a mobile line, press 1. For a fixed line, press 2. To go back, press 9.",
    {
        "1": Transfer("+6591234501", source=OUR_NUMBER),
        "2": Transfer("+6591234502", source=OUR_NUMBER),
        "9": Back(),
    },
)

OPEN = Ivr(
    Menu(
        "Welcome to Example Telecom. For sales, press 1. For our opening hours, press 2. For an operator, press 0.",
        {
            "1": SALES,
            "2": Announcement("We are open from nine to six, Monday to Friday. Goodbye."),
            "0": Transfer(
                "+6591234500",
                source=OUR_NUMBER,
                otherwise=Announcement("All our operators are busy. Please call again later."),
            ),
        },
    ),
    VOICE,
    tries=3,
)

CLOSED = Ivr(Announcement("We are closed. Please call again from nine to six, Monday to Friday. Goodbye."), VOICE)

HOURS = range(24)  # around the clock; for example range(9, 18)
OUR_TIME = timezone(timedelta(hours=8), "Singapore")


def answer(event: CallAction) -> CallFlow:
    """Return the next call flow; a new call gets the menu for its hour, and a running call continues in `OPEN`."""
    hour = (event.timestamp or datetime.now(timezone.utc)).astimezone(OUR_TIME).hour
    ivr = OPEN if hour in HOURS or not event.is_new_call else CLOSED
    return ivr.answer(event)
