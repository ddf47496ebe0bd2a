"""The client against the emulator: every response is a value or one error, and a registration is never sent blindly."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from pulumi_8x8.api.client import LONGEST_PAUSE, TRIES
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import (
    AccessDeniedError,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import LiveWebhook
from tests.contract.caller import FOREIGN, HEADER, VCA, Caller

METHODS = ("GET", "POST", "DELETE")
BROKEN_OFF = ("reset_before_reading", "reset_after_applying", "reset_in_body", "truncated")


@pytest.fixture
def caller(api: Emulator) -> Caller:
    api.account.put("acme_voice", "VCA", f"https://a.example/{FOREIGN}")
    return Caller(api.url)


def test_list_register_and_remove_are_one_request_each_over_one_connection(api: Emulator) -> None:
    """The account holds what was sent."""
    client = Caller(api.url).client
    deadline = client.deadline()

    registered = client.register(VCA, deadline)
    held = api.account.webhooks("acme_voice")["VCA"]
    listed = client.list("acme_voice", deadline)
    removed = client.remove(VCA.id, deadline)
    nothing = client.remove(VCA.id, deadline)

    assert (held.url, held.enabled, held.http_auth_header) == ("https://a.example/vca", True, HEADER)
    assert registered == listed
    assert removed == listed.get("VCA") == LiveWebhook("VCA", "https://a.example/vca", True, True)
    assert nothing is None
    assert [entry.method for entry in api.journal] == ["POST", "GET", "DELETE", "DELETE"]
    assert api.journal.connections == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("status", "kind", "next_step", "repeated"),
    [
        (202, ProtocolError, "Check 8x8:baseUrl", ()),
        (206, ProtocolError, "Check 8x8:baseUrl", ()),
        (400, InvalidRequestError, "errorId", ()),
        (401, KeyRefusedError, "8x8:apiKey or EIGHTX8_API_KEY", ()),
        (403, AccessDeniedError, "subaccount id", ()),
        (404, NotFoundError, "subaccount id", ()),
        (409, InvalidRequestError, "errorId", ()),
        (410, NotFoundError, "subaccount id", ()),
        (422, InvalidRequestError, "Correct the declaration", ()),
        (426, InvalidRequestError, "TLS 1.3", ()),
        (429, UnavailableError, "later", METHODS),
        *((status, UnavailableError, "later", ("GET", "DELETE")) for status in (500, 502, 503, 504)),
        (501, UnavailableError, "later", ()),
    ],
)
def test_every_status_is_one_error(
    api: Emulator, method: str, status: int, kind: type[WebhookError], next_step: str, repeated: tuple[str, ...]
) -> None:
    """With its code, errorId and next step; only what cannot be decided otherwise is sent again, or uncertain."""
    if (method, status) == ("DELETE", 404):
        return  # a missing webhook is no error
    caller = Caller(api.url)
    body = {"errorId": "e-1", "statusCode": "1001", "statusMessage": FOREIGN, "timestamp": FOREIGN}
    api.faults.add(Fault("status", status=status, body=body, times=None))

    error = caller.failure(method)

    assert type(error) is kind
    assert (error.status, error.status_code, error.error_id) == (status, "1001", "e-1")
    assert f"The API responded {status} (vendor code 1001, errorId e-1) to {method} for acme_voice. " in str(error)
    assert next_step in str(error)
    assert error.uncertain == (method != "GET" and (status < 300 or status >= 500))
    assert len(api.journal) == (TRIES if method in repeated else 1)


def test_created_with_the_documented_body_is_a_success(api: Emulator, caller: Caller) -> None:
    """A 201 means the same as the documented 200."""
    body = {"webhooks": [{"type": "VCA", "url": "https://a.example/vca"}]}
    api.faults.add(Fault("status", status=201, body=body))

    assert caller.call("POST").get("VCA") == LiveWebhook("VCA", "https://a.example/vca", True, False)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault("html"), "it is not JSON"),
        (Fault("large", size=2_000_000), "is longer than 1,048,576 bytes"),
        (Fault("bomb", size=1), "is compressed although that was not asked for"),
    ],
    ids=["html", "large", "bomb"],
)
def test_a_response_that_is_not_the_documented_json_is_a_protocol_error(
    api: Emulator, caller: Caller, fault: Fault, problem: str, method: str
) -> None:
    """A small compressed one could unpack to gigabytes; after a write it is uncertain whether it took effect."""
    api.faults.add(fault)

    error = caller.failure(method)

    assert (type(error), problem in str(error), error.uncertain) == (ProtocolError, True, True)


REPEATED = [Fault("status", status=503, times=2), *map(Fault, BROKEN_OFF)]


@pytest.mark.parametrize("fault", REPEATED, ids=[fault.name for fault in REPEATED])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_may_be_repeated_is_repeated_until_it_succeeds(
    api: Emulator, caller: Caller, fault: Fault, method: str
) -> None:
    """A removal that had taken effect responds 404 the second time, which is done."""
    api.faults.add(fault)

    caller.call(method)

    assert len(api.journal.requests(method)) == (fault.times or 0) + 1
    assert ("VCA" in api.account.webhooks("acme_voice")) == (method == "GET")


@pytest.mark.parametrize("name", [*BROKEN_OFF, "empty", "cut_json", "redirect"])
def test_a_registration_is_never_repeated_blindly(api: Emulator, caller: Caller, name: str) -> None:
    """One POST, and an error with `uncertain`, since it may have taken effect."""
    api.faults.add(Fault(name))

    assert caller.failure("POST").uncertain
    assert ([entry.method for entry in api.journal], caller.pauses) == (["POST"], [])


@pytest.mark.parametrize("method", METHODS)
def test_an_api_that_cannot_be_reached_is_tried_five_times(api: Emulator, caller: Caller, method: str) -> None:
    """Nothing was sent, so nothing is uncertain, and each try waits longer than the one before."""
    caller.call("GET")
    api.refuse_connections()

    error = caller.failure(method)

    assert (type(error), error.uncertain) == (UnavailableError, False)
    assert f"{api.url} could not be reached for acme_voice: no connection could be made. " in str(error)
    assert "8x8 documents https://voice.wavecell.com and https://voice.8x8.com" in str(error)
    assert len(caller.pauses) == TRIES - 1
    assert all(0.5 <= pause / longest <= 1 for pause, longest in zip(caller.pauses, (0.25, 0.5, 1, 2), strict=True))


def test_a_removal_that_may_be_done_stays_uncertain_whatever_comes_after(api: Emulator, caller: Caller) -> None:
    """A refusal of the second try proves nothing of the first."""
    api.faults.add(Fault("reset_after_applying"))
    api.faults.add(Fault("status", status=401))

    error = caller.failure("DELETE")

    assert (type(error), error.uncertain) == (KeyRefusedError, True)
    assert api.account.webhooks("acme_voice") == {}


def retry_after_header(value: str | int) -> str:
    """A text as it is; a number as the date in so many seconds."""
    if isinstance(value, str):
        return value
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=value), usegmt=True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("3", 3, 3),
        (" 7 ", 7, 7),
        (20, 10, 20),
        *((header, 0, 0.25) for header in ("0", -60, "soon", "-5", "1.5", "")),
        *((f"Wed, 21 Oct {garbage}", 0, 0.25) for garbage in ("99999 07:28:00 GMT", "0 -", "2015")),
    ],
)
def test_a_pause_is_as_long_as_the_api_asks(
    api: Emulator, caller: Caller, header: str | int, least: float, most: float
) -> None:
    """Seconds or a date; what is garbage or past leaves the client's own short pause."""
    api.faults.add(Fault("status", status=503, retry_after=retry_after_header(header)))

    caller.call("GET")

    [pause] = caller.pauses
    assert least <= pause <= most


@pytest.mark.parametrize(("header", "left"), [*((h, 60) for h in ("31", "9" * 400, 3600)), ("9", 5)])
def test_an_api_that_asks_for_too_long_is_reported_instead(
    api: Emulator, caller: Caller, header: str | int, left: float
) -> None:
    """Half a minute at most, and no longer than what is left of the deadline; the error has what was asked."""
    api.faults.add(Fault("status", status=429, retry_after=retry_after_header(header), times=None))

    error = caller.failure("GET", Deadline(left))

    assert (caller.pauses, len(api.journal)) == ([], 1)
    assert (error.retry_after or 0) > min(LONGEST_PAUSE, left)
