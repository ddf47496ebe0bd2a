"""The API's JSON: what is read from a response, and which responses are refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_8x8.api.wire import Refusal, parse_listing, parse_refusal, parse_removal, registration
from pulumi_8x8.errors import InvalidRequestError, ProtocolError, WebhookError
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId

ACME = "acme_voice"
VCA = {"type": "VCA", "url": "https://a.example/", "enabled": True, "httpAuthHeaderAvailable": False}
VSS = {"type": "VSS", "url": "https://b.example/", "enabled": False, "httpAuthHeaderAvailable": True}
LIST = {"subAccountId": ACME, "count": 2, "webhooks": [VCA, VSS], "statusCode": 0, "statusMessage": "ok"}
REMOVED = {"subAccountId": ACME, **VSS, "statusCode": 0, "statusMessage": "deleted"}
CANARY = "canary-a1b2"
VSS_ID = WebhookId(ACME, "VSS")


def listing(**changed: Any) -> Listing:
    return parse_listing(ACME, json.dumps({**LIST, **changed}).encode())


def test_a_listing_becomes_its_webhooks() -> None:
    """Missing and null fields have defaults, and `active` is a name in requests only."""
    assert list(listing()) == [
        LiveWebhook("VCA", "https://a.example/", True, False),
        LiveWebhook("VSS", "https://b.example/", False, True),
    ]
    assert listing(count=0, webhooks=[]) == Listing(ACME, ())
    for flags in ({}, {"enabled": None, "httpAuthHeaderAvailable": None}, {"active": False}):
        [plain] = listing(count=1, webhooks=[{"type": "VCA", "url": "https://a.example/", **flags}])
        assert (plain.enabled, plain.http_auth_header_available) == (True, False)


@pytest.mark.parametrize(
    "document",
    [
        {"webhooks": [VCA, VSS]},
        {**LIST, "statusCode": "0"},
        {**LIST, "page": {"next": None}, "count": 3, "webhooks": [{**VCA, "retries": 3}, {"type": "VXX"}, VSS]},
    ],
    ids=["webhooks alone", "zero as a string", "newer fields and types"],
)
def test_unneeded_fields_may_be_missing_and_new_ones_are_ignored(document: dict[str, Any]) -> None:
    """Additions by the vendor must not break existing stacks."""
    assert [webhook.type for webhook in parse_listing(ACME, json.dumps(document).encode())] == ["VCA", "VSS"]


NO_DOCUMENT = [
    b"", f"<html>{CANARY}</html>".encode(), json.dumps(LIST).encode()[:-20], b"{}{}", b"null", b"[{}]",
    b'{"webhooks": [], "x": NaN}', b'{"webhooks": [], "x": "\xff"}', b"[" * 100_000, b'{"count": ' + b"1" * 5000 + b"}",
]  # fmt: skip
NO_LISTING: list[dict[str, Any]] = [
    {"webhooks": None}, {"webhooks": {"VCA": VCA}}, {"webhooks": [VCA, CANARY]}, {"count": 1}, {"count": 3},
    {"count": "2"}, {"subAccountId": CANARY}, {"subAccountId": None},
    *({"webhooks": [VCA, entry]} for entry in (
        {"url": CANARY}, {**VSS, "type": 7}, {"type": "VSS", "enabled": True}, {**VSS, "url": [CANARY]},
        {**VSS, "enabled": "true"}, {**VSS, "enabled": 1}, {**VSS, "httpAuthHeaderAvailable": CANARY},
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [*NO_DOCUMENT, b"{}", *(json.dumps({**LIST, **changed}).encode() for changed in NO_LISTING)],
    ids=lambda body: ascii(body[-90:]),
)
def test_a_malformed_response_never_counts_as_a_listing(body: bytes) -> None:
    """An outage must not look like a deletion; the error names the subaccount and quotes no body."""
    with pytest.raises(ProtocolError) as caught:
        parse_listing(ACME, body)

    text = str(caught.value)
    assert text.startswith(f"The API's response for {ACME} is not what 8x8 documents: ")
    assert ("Check that 8x8:baseUrl" in text, CANARY in text) == (True, False)
    assert caught.value.uncertain
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("status_code", "code"),
    [(1001, "1001"), ("-7", "-7"), (None, None), (True, None), (False, None), ([], None), (CANARY, None)],
)
def test_a_200_with_an_error_code_is_a_refusal(status_code: object, code: str | None) -> None:
    """Only the documented 0 is a success, and a malformed code is not repeated."""
    with pytest.raises(InvalidRequestError) as caught:
        listing(statusCode=status_code, errorId="e-1")

    assert (caught.value.status, caught.value.status_code, caught.value.error_id) == (200, code, "e-1")
    assert f"({f'vendor code {code}, ' if code else ''}errorId e-1) although it responded 200" in str(caught.value)


@pytest.mark.parametrize("changed", [{"type": v} for v in ("VCA", None)] + [{"url": 7}, {"subAccountId": "x"}])
def test_a_removal_must_report_its_own_webhook_or_a_bare_success(changed: dict[str, Any]) -> None:
    """Malformed responses, errors and other webhooks are refused."""
    removed = parse_removal(VSS_ID, json.dumps(REMOVED).encode())

    assert removed == LiveWebhook("VSS", "https://b.example/", False, True)
    assert parse_removal(VSS_ID, b'{"statusCode": 0}') is None
    with pytest.raises(ProtocolError):
        parse_removal(VSS_ID, json.dumps({**REMOVED, **changed}).encode())
    with pytest.raises(InvalidRequestError):
        parse_removal(VSS_ID, b'{"code": 1300, "message": "m"}')


@pytest.mark.parametrize(
    ("body", "code", "error_id", "shown"),
    [
        (b'{"statusCode": "1001", "errorId": "1aa1-32"}', "1001", "1aa1-32", " (vendor code 1001, errorId 1aa1-32)"),
        (b'{"code": 1300, "message": "m"}', "1300", None, " (vendor code 1300)"),
        (b'{"errorId": "e-1"}', None, "e-1", " (errorId e-1)"),
        *((body, None, None, "") for body in (
            *NO_DOCUMENT, b"{}", b'{"statusCode": "go to http://evil.example", "errorId": "a b"}',
            b'{"statusCode": {"a": 1}, "errorId": "\\u001b[2J"}', b'{"statusCode": "1001\\n", "errorId": "e-1\\n"}',
            b'{"statusCode": true, "errorId": "' + b"x" * 65 + b'"}',
        )),
    ],
    ids=lambda value: ascii(value[-90:]) if isinstance(value, bytes) else "",
)  # fmt: skip
def test_a_refusal_repeats_the_vendors_code_and_id_and_nothing_else(
    body: bytes, code: str | None, error_id: str | None, shown: str
) -> None:
    """This holds for documented, undocumented and hostile error bodies."""
    refusal = parse_refusal(body)

    assert (refusal, str(refusal)) == (Refusal(code, error_id), shown)


def test_a_registration_sends_both_flag_names_and_a_header_only_if_set() -> None:
    """The guide calls the flag `active`, the reference `enabled`."""
    with_header = registration(Declaration(ACME, "VCA", "https://a.example/", False, "Bearer x"))
    without = registration(Declaration(ACME, "VCA", "https://a.example/"))

    assert without == {"type": "VCA", "url": "https://a.example/", "active": True, "enabled": True}
    assert with_header == {**without, "active": False, "enabled": False, "httpAuthHeader": "Bearer x"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LIST, *VCA]), inner, max_size=6),
    max_leaves=12,
)


@given(
    st.binary(max_size=64) | (JSON | st.fixed_dictionaries({"webhooks": st.lists(JSON, max_size=3)})).map(json.dumps)
)
@settings(max_examples=200)
def test_any_response_is_a_listing_or_one_of_the_errors(body: bytes | str) -> None:
    """No response has any other result."""
    body = body if isinstance(body, bytes) else body.encode()
    with suppress(WebhookError):
        assert isinstance(parse_listing(ACME, body), Listing)
    with suppress(WebhookError):
        assert isinstance(parse_removal(WebhookId(ACME, "VCA"), body), LiveWebhook | None)
    assert str(parse_refusal(body)).isprintable()
