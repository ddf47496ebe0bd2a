"""The client against the emulator: every response becomes a value or one error; pauses between tries are bounded."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.client import LONGEST_PAUSE, TRIES, retry_after
from pulumi_8x8.api.deadline import Deadline
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
from tests.support.client import FOREIGN, HEADER, VCA, ClientHarness


def test_list_register_and_remove_are_one_request_each_over_one_connection(api: Emulator) -> None:
    """The account contains what was sent; a 201 means the same as the documented 200."""
    client = ClientHarness(api.url).client
    deadline = client.deadline()

    registered = client.register(VCA, deadline)
    held = api.account.webhooks("acme_voice")["VCA"]
    listed = client.list("acme_voice", deadline)
    removed = client.remove(VCA.id, deadline)
    nothing = client.remove(VCA.id, deadline)
    api.faults.add(Fault("status", status=201, body={"webhooks": []}))
    created = client.register(VCA, deadline)

    assert (held.url, held.enabled, held.http_auth_header) == ("https://a.example/vca", True, HEADER)
    assert registered == listed
    assert removed == listed.get("VCA") == LiveWebhook("VCA", "https://a.example/vca", True, True)
    assert (nothing, created.webhooks) == (None, ())
    assert [entry.method for entry in api.journal] == ["POST", "GET", "DELETE", "DELETE", "POST"]
    assert api.journal.connections == 1


@pytest.mark.parametrize(
    ("statuses", "kind", "next_step"),
    [
        ((202, 206), ProtocolError, "Check 8x8:baseUrl"),
        ((400, 409), InvalidRequestError, "errorId"),
        ((401,), KeyRefusedError, "8x8:apiKey or EIGHTX8_API_KEY"),
        ((403,), AccessDeniedError, "subaccount id"),
        ((404, 410), NotFoundError, "subaccount id"),
        ((422,), InvalidRequestError, "Correct the declaration"),
        ((426,), InvalidRequestError, "TLS 1.3"),
        ((429, 500, 501, 502, 503, 504), UnavailableError, "later"),
    ],
)
def test_every_error_status_raises_one_error(
    api: Emulator, statuses: tuple[int, ...], kind: type[WebhookError], next_step: str
) -> None:
    """The error has code, errorId and next step; a registration is sent once, and only its caller may repeat it."""
    body = {"errorId": "e-1", "statusCode": "1001", "statusMessage": FOREIGN, "timestamp": FOREIGN}
    for status in statuses:
        api.journal.clear()
        api.faults.add(Fault("status", status=status, body=body))

        error = ClientHarness(api.url).failure("POST")

        assert (type(error), error.status, error.status_code, error.error_id) == (kind, status, "1001", "e-1")
        assert f"The API responded {status} (vendor code 1001, errorId e-1) to POST for acme_voice. " in str(error)
        assert next_step in str(error)
        assert error.uncertain == (status < 300 or status >= 500)
        assert len(api.journal) == 1


def test_an_unreachable_api_is_tried_five_times(api: Emulator) -> None:
    """Nothing was sent, so the outcome is certain, and each pause is longer than the one before."""
    caller = ClientHarness(api.url)
    api.refuse_connections()

    error = caller.failure("DELETE")

    assert (type(error), error.uncertain) == (UnavailableError, False)
    assert f"{api.url} cannot be reached for acme_voice: no connection could be established. " in str(error)
    assert "8x8 documents https://voice.wavecell.com and https://voice.8x8.com" in str(error)
    assert len(caller.pauses) == TRIES - 1
    assert all(0.5 <= pause / longest <= 1 for pause, longest in zip(caller.pauses, (0.25, 0.5, 1, 2), strict=True))


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    """A date in the past means no pause, and malformed values are ignored."""
    past, later = (format_datetime(datetime.now(timezone.utc) + timedelta(hours=h), usegmt=True) for h in (-1, 1))
    garbage = ("soon", "-5", "1.5", "", "Wed, 21 Oct 99999 07:28:00 GMT", "Wed, 21 Oct 0 -", "Wed, 21 Oct 2015")

    assert [retry_after(text) for text in ("3", " 7 ", "0", past)] == [3, 7, 0, 0]
    assert 3000 < (retry_after(later) or 0) <= 3600
    assert [text for text in garbage if retry_after(text) is not None] == []


@pytest.mark.parametrize(("header", "left"), [("31", 60), ("9", 5)])
def test_retry_after_is_honoured_unless_it_is_too_long(api: Emulator, header: str, left: float) -> None:
    """The limit is 30 seconds and the remaining deadline; the error reports the requested pause."""
    caller = ClientHarness(api.url)
    api.faults.add(Fault("status", status=503, retry_after="3"))
    api.faults.add(Fault("status", status=429, retry_after=header))

    error = caller.failure("GET", Deadline(left))

    assert (caller.pauses, len(api.journal)) == ([3], 2)
    assert (error.retry_after or 0) > min(LONGEST_PAUSE, left)
