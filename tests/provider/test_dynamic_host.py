"""The provider in the installed SDK's real `python -m pulumi.dynamic`, called over gRPC as the engine calls it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.reconcile.caller import INPUT
from tests.support.host import Host
from tests.support.steps import StepError

ID, A, B = "acme_voice/VCA", "https://a.example/", "https://b.example/"
NEWS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**NEWS, "http_auth_header_available": False}
BUG = '{"secret": 7}'  # a hidden input that no version of the program writes


def started(api: Emulator, *arguments: str) -> Host:
    """The host, started with these arguments; an engine passes its own address."""
    return Host({}, {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}, *arguments)


def test_expected_failures_have_no_traceback_and_bugs_have_one(api: Emulator) -> None:
    """From SDK 3.260 the host shows a bug's traceback, and before that a prefix."""
    texts: list[str] = []
    with started(api) as host:
        calls: list[Callable[[], object]] = [
            lambda: host.check({}, {**NEWS, INPUT: BUG}),
            lambda: host.diff(ID, STATE, NEWS),
            lambda: host.create({**NEWS, "http_auth_header": "header-canary"}),
            lambda: host.read(ID, STATE),
            lambda: host.update(ID, STATE, NEWS),
            lambda: host.delete(ID, STATE),
            lambda: host.check({}, {**NEWS, INPUT: BUG}),
        ]
        api.api_key = "rotated"
        for call in calls:
            with pytest.raises(StepError) as caught:
                call()
            texts.append(str(caught.value))

    bug, *expected, same_bug = texts
    assert [text for text in expected if not text.startswith(("The API responded 401", f"{ID} was not removed"))] == []
    assert [text for text in expected if "\n" in text or "Check 8x8:apiKey or EIGHTX8_API_KEY" not in text] == []
    assert bug == same_bug
    assert bug.startswith(("Traceback (most recent call last):\n", "Exception calling application: "))
    assert host.printed == ""


@pytest.mark.parametrize("arguments", [["127.0.0.1:1"], ["nonsense"]])
def test_a_message_is_printed_if_the_engine_cannot_be_reached(api: Emulator, arguments: list[str]) -> None:
    """The call continues."""
    api.account.put("acme_voice", "VCA", B)
    with started(api, *arguments) as host:
        found = host.diff(ID, STATE, NEWS)

    assert found == (False, True)
    assert host.printed == f"8x8: {ID}: drift: url is {B} (declared: {A})\n"
