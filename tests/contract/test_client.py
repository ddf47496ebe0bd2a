"""The client against the emulator: every response is a value or one error."""

from __future__ import annotations

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import (
    AccessDeniedError,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    ProtocolError,
    SettingsError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.settings import Settings
from tests.contract.caller import FOREIGN, HEADER, VCA, Caller


def test_list_register_and_remove_do_what_they_say(api: Emulator) -> None:
    """One request each, over one connection; the account holds what was sent."""
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


def test_a_disabled_webhook_without_a_header_is_registered_so(api: Emulator) -> None:
    """Both names of the switch say the same."""
    client = Caller(api.url).client

    client.register(Declaration("acme_voice", "VSS", "https://a.example/vss", False), client.deadline())

    held = api.account.webhooks("acme_voice")["VSS"]
    assert (held.enabled, held.http_auth_header) == (False, None)


def test_every_character_of_a_subaccount_id_reaches_the_api(api: Emulator) -> None:
    """The path is not rewritten on its way."""
    client = Caller(api.url).client
    for subaccount_id in ("a-b.c_d&9", "...", "x" * 50):
        api.account.put(subaccount_id, "VCA", "https://a.example/")

        assert client.list(subaccount_id, client.deadline()).get("VCA") is not None


def test_there_is_no_client_without_a_key() -> None:
    """And the error says how to set one."""
    with pytest.raises(SettingsError, match=r"8x8:apiKey.*EIGHTX8_API_KEY"):
        Client(Settings())


ANY = ("GET", "POST", "DELETE")


@pytest.mark.parametrize(
    ("methods", "status", "kind", "next_step"),
    [
        (ANY, 400, InvalidRequestError, "errorId"),
        (ANY, 401, KeyRefusedError, "8x8:apiKey or EIGHTX8_API_KEY"),
        (ANY, 403, AccessDeniedError, "subaccount id"),
        (("GET", "POST"), 404, NotFoundError, "subaccount id"),
        (ANY, 410, NotFoundError, "subaccount id"),
        (ANY, 426, InvalidRequestError, "TLS 1.3"),
        (ANY, 422, InvalidRequestError, "Correct the declaration"),
        (ANY, 429, UnavailableError, "later"),
        (ANY, 500, UnavailableError, "later"),
        (ANY, 503, UnavailableError, "later"),
    ],
)
def test_every_documented_status_is_one_error(
    api: Emulator, methods: tuple[str, ...], status: int, kind: type[WebhookError], next_step: str
) -> None:
    """With the status, the vendor's code and errorId, and the next step; of the message nothing is repeated."""
    body = {"errorId": "e-1", "statusCode": "1001", "statusMessage": FOREIGN, "timestamp": FOREIGN}
    api.faults.add(Fault("status", status=status, body=body, times=None))

    for method in methods:
        error = Caller(api.url).failure(method)

        assert type(error) is kind
        assert (error.status, error.status_code, error.error_id) == (status, "1001", "e-1")
        assert f"The API responded {status} (vendor code 1001, errorId e-1) to {method} for acme_voice. " in str(error)
        assert next_step in str(error)


@pytest.mark.parametrize("body", [f"<html>{FOREIGN}</html>", "", f'["{FOREIGN}"]', f"\x1b[2J{FOREIGN}", b"\xff\xfe"])
def test_an_error_in_any_other_shape_is_the_same_error(api: Emulator, body: str | bytes) -> None:
    """Gateways respond with HTML, or nothing."""
    api.faults.add(Fault("status", status=403, body=body))

    error = Caller(api.url).failure("GET")

    assert type(error) is AccessDeniedError
    assert (error.status, error.status_code, error.error_id) == (403, None, None)
    assert str(error).startswith("The API responded 403 to GET for acme_voice. ")


def test_the_emulators_own_refusals_are_the_same_errors(api: Emulator) -> None:
    """A wrong key, a foreign subaccount, a missing one."""
    api.account.forbidden.add("foreign_voice")
    api.account.missing.add("missing_voice")
    client = Caller(api.url).client

    with pytest.raises(AccessDeniedError):
        client.list("foreign_voice", client.deadline())
    with pytest.raises(NotFoundError):
        client.list("missing_voice", client.deadline())
    api.api_key = "rotated"
    with pytest.raises(KeyRefusedError):
        client.list("acme_voice", client.deadline())


@pytest.mark.parametrize("status", [202, 204, 206])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_success_that_is_not_documented_is_none(api: Emulator, status: int, method: str) -> None:
    """Accepted is not done."""
    api.faults.add(Fault("status", status=status, body={}))

    assert type(Caller(api.url).failure(method)) is ProtocolError


def test_created_with_the_documented_body_is_a_success(api: Emulator) -> None:
    """A 201 says the same as the documented 200."""
    body = {"webhooks": [{"type": "VCA", "url": "https://a.example/vca"}]}
    api.faults.add(Fault("status", status=201, body=body))

    assert Caller(api.url).call("POST").get("VCA") == LiveWebhook("VCA", "https://a.example/vca", True, False)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_200_that_carries_an_error_is_a_refusal(api: Emulator, method: str) -> None:
    """The vendor's statusCode counts, not the transport's."""
    body = {"statusCode": "1001", "errorId": "e-1", "statusMessage": FOREIGN, "webhooks": []}
    api.faults.add(Fault("status", status=200, body=body))

    error = Caller(api.url).failure(method)

    assert type(error) is InvalidRequestError
    assert (error.status, error.status_code, error.error_id) == (200, "1001", "e-1")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "name", ["empty", "not_json", "html", "cut_json", "wrong_types", "wrong_shape", "nan", "large", "bomb"]
)
def test_an_answer_that_is_not_the_documented_json_is_a_protocol_error(api: Emulator, name: str, method: str) -> None:
    """Too long and compressed ones included; after a write it is uncertain whether it took effect."""
    api.account.put("acme_voice", "VCA", f"https://a.example/{FOREIGN}")
    api.faults.add(Fault(name, size=2_000_000))

    error = Caller(api.url).failure(method)

    assert type(error) is ProtocolError
    assert error.uncertain


def test_an_answer_of_a_megabyte_is_read_and_one_byte_more_is_not(api: Emulator) -> None:
    """A subaccount's five webhooks take some 1.5 kB."""
    document = '{"webhooks": [], "padding": "%s"}'
    fits = document % ("x" * ((1 << 20) - len(document % "")))
    api.faults.add(Fault("status", status=200, body=fits))
    api.faults.add(Fault("status", status=200, body=fits + " "))
    caller = Caller(api.url)

    assert len(fits) == 1 << 20
    assert caller.call("GET").webhooks == ()
    assert "longer than 1,048,576 bytes" in str(caller.failure("GET"))


def test_a_removal_is_about_its_own_webhook(api: Emulator) -> None:
    """One that is not registered is done; the other stays."""
    api.account.put("acme_voice", "VSS", "https://a.example/vss")

    assert Caller(api.url).call("DELETE") is None
    assert list(api.account.webhooks("acme_voice")) == ["VSS"]


def test_a_compressed_answer_is_not_unpacked(api: Emulator) -> None:
    """A small one can unpack to gigabytes, so none is taken, however small it is."""
    api.faults.add(Fault("bomb", size=1))

    assert "compressed although that was not asked for" in str(Caller(api.url).failure("GET"))
