"""What callers hear and may press. This is the file to change; the texts and numbers here are made up."""

from __future__ import annotations

from eightx8_voice.menu import Announcement, Back, Ivr, Menu, Transfer

OUR_NUMBER = "+6568888888"

SALES = Menu(
    "For a mobile line, press 1. For a fixed line, press 2. To go back, press 9.",
    {
        "1": Transfer("+6591234501", source=OUR_NUMBER),
        "2": Transfer("+6591234502", source=OUR_NUMBER),
        "9": Back(),
    },
)

IVR = Ivr(
    Menu(
        "Welcome to Example Telecom. For sales, press 1. For our opening hours, press 2. For an operator, press 0.",
        {
            "1": SALES,
            "2": Announcement("We are open from nine to six, Monday to Friday. Goodbye."),
            "0": Transfer("+6591234500", source=OUR_NUMBER),
        },
    ),
    voice_profile="en-US-BenjaminRUS",
    tries=3,
)
