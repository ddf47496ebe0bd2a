"""What the client sends again, when, and for how long: never a registration blindly."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_8x8.api.client import LONGEST_PAUSE, TRIES, Client, retry_after
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import KeyRefusedError, UnavailableError
from pulumi_8x8.settings import Settings
from tests.contract.caller import KEY, VCA, Caller


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_may_be_repeated_is_repeated_until_it_is_answered(api: Emulator, status: int, method: str) -> None:
    """After two failures the third try succeeds."""
    api.account.put("acme_voice", "VCA", "https://a.example/vca")
    api.faults.add(Fault("status", status=status, times=2))
    caller = Caller(api.url)

    caller.call(method)

    assert [entry.status for entry in api.journal] == [status, status, 200]
    assert len(caller.pauses) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 422, 501, 505])
def test_a_refusal_is_not_repeated(api: Emulator, status: int) -> None:
    """It would be the same again."""
    api.faults.add(Fault("status", status=status, times=None))
    caller = Caller(api.url)

    caller.failure("GET")

    assert len(api.journal) == 1
    assert caller.pauses == []


@pytest.mark.parametrize("name", ["reset_before_reading", "reset_after_applying", "reset_in_body", "truncated"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_broken_connection_is_tried_again(api: Emulator, name: str, method: str) -> None:
    """A removal that had taken effect responds 404 the second time, which is done."""
    api.account.put("acme_voice", "VCA", "https://a.example/vca")
    api.faults.add(Fault(name))

    Caller(api.url).call(method)

    assert len(api.journal.requests(method)) == 2
    assert ("VCA" in api.account.webhooks("acme_voice")) == (method == "GET")


@pytest.mark.parametrize(
    "fault",
    [Fault("status", status=status) for status in (500, 502, 503, 504)]
    + [Fault(name) for name in ("reset_before_reading", "reset_after_applying", "reset_in_body", "truncated")]
    + [Fault(name) for name in ("html", "empty", "cut_json", "redirect")],
    ids=lambda fault: f"{fault.name} {fault.status or ''}",
)
def test_a_registration_is_never_repeated_blindly(api: Emulator, fault: Fault) -> None:
    """One POST, and an error that says that it may have taken effect."""
    api.faults.add(fault)
    caller = Caller(api.url)

    error = caller.failure("POST")

    assert error.uncertain
    assert [entry.method for entry in api.journal] == ["POST"]
    assert caller.pauses == []


def test_a_registration_that_the_api_held_off_is_sent_again(api: Emulator) -> None:
    """429 says that it did not take effect."""
    api.faults.add(Fault("status", status=429, retry_after="2", times=2))
    caller = Caller(api.url)

    caller.call("POST")

    assert [entry.status for entry in api.journal] == [429, 429, 200]
    assert caller.pauses == [2.0, 2.0]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_api_that_is_not_there_is_tried_five_times(api: Emulator, method: str) -> None:
    """Nothing was sent, so nothing is uncertain, and each try waits longer than the one before."""
    api.refuse_connections()
    caller = Caller(api.url)

    error = caller.failure(method)

    assert type(error) is UnavailableError
    assert not error.uncertain
    assert "no connection could be made" in str(error)
    assert api.url in str(error)
    assert "8x8 documents https://voice.wavecell.com and https://voice.8x8.com" in str(error)
    assert len(caller.pauses) == TRIES - 1
    assert all(0.5 <= pause / longest <= 1 for pause, longest in zip(caller.pauses, (0.25, 0.5, 1, 2), strict=True))
    assert list(api.journal) == []


def test_an_api_that_comes_back_is_written_to_once(api: Emulator) -> None:
    """The registration that was never sent is sent when there is a connection."""
    api.refuse_connections()
    client = Client(Settings(api_key=KEY, base_url=api.url), lambda _: api.accept_connections())

    client.register(VCA, client.deadline())

    assert [entry.method for entry in api.journal] == ["POST"]


def test_a_removal_that_may_be_done_stays_uncertain_whatever_comes_after(api: Emulator) -> None:
    """A refusal of the second try says nothing about the first."""
    api.account.put("acme_voice", "VCA", "https://a.example/vca")
    api.faults.add(Fault("reset_after_applying"))
    api.faults.add(Fault("status", status=401))

    error = Caller(api.url).failure("DELETE")

    assert type(error) is KeyRefusedError
    assert error.uncertain
    assert api.account.webhooks("acme_voice") == {}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("status", [400, 401, 403, 410, 422, 429])
def test_a_refused_write_did_not_take_effect(api: Emulator, status: int, method: str) -> None:
    """The API understood it and said no."""
    api.faults.add(Fault("status", status=status, times=None))

    assert not Caller(api.url).failure(method).uncertain


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("3", 3, 3),
        (" 7 ", 7, 7),
        ("0", 0, 0.25),
        ("in 20 seconds", 10, 20),
        ("a minute ago", 0, 0.25),
        ("soon", 0, 0.25),
        ("-5", 0, 0.25),
        ("1.5", 0, 0.25),
        ("", 0, 0.25),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999999", 0, 0.25),
    ],
)
def test_a_pause_is_as_long_as_the_api_asks(api: Emulator, header: str, least: float, most: float) -> None:
    """Seconds or a date; what is garbage or past leaves the client's own short pause."""
    asked = {"in 20 seconds": in_seconds(20), "a minute ago": in_seconds(-60)}.get(header, header)
    api.faults.add(Fault("status", status=503, retry_after=asked))
    caller = Caller(api.url)

    caller.call("GET")

    assert len(caller.pauses) == 1
    assert least <= caller.pauses[0] <= most


@pytest.mark.parametrize("header", ["31", "3600", "9" * 400, "in an hour"])
def test_an_api_that_asks_for_too_long_is_reported_instead(api: Emulator, header: str) -> None:
    """Nobody waits half an hour in a preview; the error knows what was asked."""
    asked = in_seconds(3600) if header == "in an hour" else header
    api.faults.add(Fault("status", status=429, retry_after=asked, times=None))
    caller = Caller(api.url)

    error = caller.failure("GET")

    assert caller.pauses == []
    assert len(api.journal) == 1
    assert error.retry_after is not None
    assert error.retry_after > LONGEST_PAUSE


def test_no_pause_is_longer_than_what_is_left_of_the_deadline(api: Emulator) -> None:
    """The operation ends sooner instead."""
    api.faults.add(Fault("status", status=503, retry_after="9", times=None))
    caller = Caller(api.url)

    caller.failure("GET", Deadline(5))

    assert caller.pauses == []
    assert len(api.journal) == 1


@given(
    st.text(max_size=40) | st.from_regex(r"\A[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} -?\d{1,12} [\d:]{0,12} [+-]?\d*\Z")
)
@settings(deadline=None, max_examples=100)
def test_any_retry_after_is_a_number_of_seconds_or_nothing(value: str) -> None:
    """Whatever a server sends there."""
    seconds = retry_after(value)

    assert seconds is None or seconds >= 0


def test_a_silent_server_is_left_at_the_read_time_out(api: Emulator) -> None:
    """And asked again while the deadline lasts."""
    api.faults.add(Fault("hang", times=None))
    caller = Caller(api.url, read_timeout=0.1)

    error = caller.failure("GET")

    assert "no response within 0.1 s" in str(error)
    assert len(api.journal) == TRIES
