"""The API's shapes: what is read from a response, and what is never taken for one."""

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
LIST: dict[str, Any] = {
    "subAccountId": ACME, "count": 2, "webhooks": [VCA, VSS], "statusCode": 0, "statusMessage": "ok",
}  # fmt: skip
REMOVED: dict[str, Any] = {"subAccountId": ACME, **VSS, "statusCode": 0, "statusMessage": "deleted"}
CANARY = "canary-a1b2"


def listing(**changed: Any) -> Listing:
    return parse_listing(ACME, json.dumps({**LIST, **changed}).encode())


def without(name: str, document: dict[str, Any] = LIST) -> bytes:
    return json.dumps({key: value for key, value in document.items() if key != name}).encode()


def only(entry: Any) -> LiveWebhook | None:
    found = listing(count=1, webhooks=[entry]).webhooks
    return found[0] if found else None


def test_a_listing_is_its_webhooks() -> None:
    """Each with everything that the API tells of it."""
    read = listing()

    assert read.subaccount_id == ACME
    assert list(read) == [
        LiveWebhook("VCA", "https://a.example/", True, False),
        LiveWebhook("VSS", "https://b.example/", False, True),
    ]
    assert read.get("VSS") == LiveWebhook("VSS", "https://b.example/", False, True)
    assert read.get("VRU") is None


def test_an_empty_listing_is_an_answer() -> None:
    """A subaccount without webhooks is nothing wrong."""
    assert listing(count=0, webhooks=[]) == Listing(ACME, ())


@pytest.mark.parametrize("status_code", [0, "0", 0.0])
def test_zero_is_success_as_a_number_and_as_a_string(status_code: object) -> None:
    """The vendor writes a number in successes and a string in errors."""
    assert len(listing(statusCode=status_code).webhooks) == 2


@pytest.mark.parametrize("missing", ["subAccountId", "count", "statusCode", "statusMessage"])
def test_what_is_not_needed_may_be_missing(missing: str) -> None:
    """Only `webhooks` is."""
    assert len(parse_listing(ACME, without(missing)).webhooks) == 2


def test_what_is_new_is_tolerated() -> None:
    """Fields and webhook types that the vendor adds later break no old stack."""
    newer = {"type": "VXX", "target": {"queue": "q"}}

    read = listing(count=3, webhooks=[{**VCA, "retries": 3}, newer, VSS], page={"next": None})

    assert [webhook.type for webhook in read] == ["VCA", "VSS"]


@pytest.mark.parametrize(
    ("field", "value", "live"),
    [
        ("enabled", None, LiveWebhook("VCA", "https://a.example/", True, False)),
        ("httpAuthHeaderAvailable", None, LiveWebhook("VCA", "https://a.example/", True, False)),
        ("enabled", False, LiveWebhook("VCA", "https://a.example/", False, False)),
        ("httpAuthHeaderAvailable", True, LiveWebhook("VCA", "https://a.example/", True, True)),
    ],
)
def test_a_flag_that_is_null_is_its_default(field: str, value: object, live: LiveWebhook) -> None:
    """Nullable in the reference: enabled, and without a header."""
    missing = {key: item for key, item in VCA.items() if key != field}

    assert only({**VCA, field: value}) == live
    if value is None:
        assert only(missing) == live


def test_enabled_is_read_and_active_is_not() -> None:
    """Answers always call it `enabled`."""
    assert only({**VCA, "enabled": True, "active": False}) == LiveWebhook("VCA", "https://a.example/", True, False)


BROKEN = {
    "nothing": b"",
    "no JSON": b"OK",
    "HTML": b"<html>" + CANARY.encode() + b"</html>",
    "cut off": json.dumps(LIST).encode()[:-20],
    "two documents": b"{}{}",
    "NaN": json.dumps({**LIST, "count": float("nan")}).encode(),
    "Infinity": b'{"webhooks": [], "x": -Infinity}',
    "not UTF-8": b'{"webhooks": [], "x": "\xff"}',
    "nested too deeply": b"[" * 100_000,
    "a number with too many digits": b'{"count": ' + b"1" * 5000 + b"}",
    "null": b"null",
    "a list": json.dumps([LIST]).encode(),
    "a text": b'"ok"',
    "a number": b"7",
    "no webhooks": without("webhooks"),
    "webhooks null": json.dumps({**LIST, "webhooks": None}).encode(),
    "webhooks an object": json.dumps({**LIST, "webhooks": {"VCA": VCA}}).encode(),
    "webhooks a text": json.dumps({**LIST, "webhooks": CANARY}).encode(),
    "an entry null": json.dumps({**LIST, "webhooks": [VCA, None]}).encode(),
    "an entry a text": json.dumps({**LIST, "webhooks": [VCA, CANARY]}).encode(),
    "an entry a list": json.dumps({**LIST, "webhooks": [VCA, [VSS]]}).encode(),
    "count too small": json.dumps({**LIST, "count": 1}).encode(),
    "count too large": json.dumps({**LIST, "count": 3}).encode(),
    "count a text": json.dumps({**LIST, "count": "2"}).encode(),
    "count a list": json.dumps({**LIST, "count": [2]}).encode(),
    "another subaccount": json.dumps({**LIST, "subAccountId": CANARY}).encode(),
    "subaccount null": json.dumps({**LIST, "subAccountId": None}).encode(),
    "subaccount a number": json.dumps({**LIST, "subAccountId": 7}).encode(),
    "no type": json.dumps({**LIST, "webhooks": [VCA, {"url": CANARY}]}).encode(),
    "type a number": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "type": 7}]}).encode(),
    "no url": json.dumps({**LIST, "webhooks": [VCA, {"type": "VSS", "enabled": True}]}).encode(),
    "url null": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "url": None}]}).encode(),
    "url a list": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "url": [CANARY]}]}).encode(),
    "enabled a text": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "enabled": "true"}]}).encode(),
    "enabled a number": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "enabled": 1}]}).encode(),
    "header a text": json.dumps({**LIST, "webhooks": [VCA, {**VSS, "httpAuthHeaderAvailable": CANARY}]}).encode(),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_never_taken_for_a_listing(body: bytes) -> None:
    """Or an outage would look like a deletion. The text says which subaccount and repeats nothing of the body."""
    with pytest.raises(ProtocolError) as caught:
        parse_listing(ACME, body)

    text = str(caught.value)
    assert text.startswith(f"The API's response for {ACME} is not what 8x8 documents: ")
    assert "Check that 8x8:baseUrl" in text
    assert CANARY not in text
    assert caught.value.uncertain
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(("status_code", "told"), [(1001, "1001"), ("1001", "1001"), (-7, "-7"), (1, "1")])
def test_a_200_that_carries_an_error_is_a_refusal(status_code: object, told: str) -> None:
    """With the vendor's code to quote."""
    with pytest.raises(InvalidRequestError) as caught:
        listing(statusCode=status_code, errorId="e-1")

    assert (caught.value.status, caught.value.status_code, caught.value.error_id) == (200, told, "e-1")
    assert f"(vendor code {told}, errorId e-1) although it responded 200" in str(caught.value)


def test_a_200_with_the_platforms_error_is_a_refusal_too() -> None:
    """Its `code` is read where there is no `statusCode`; a removal with it did not take place."""
    with pytest.raises(InvalidRequestError, match="vendor code 1300"):
        parse_removal(WebhookId(ACME, "VCA"), b'{"code": 1300, "message": "m"}')


@pytest.mark.parametrize("status_code", [None, True, False, [], {}, "", "ok", 0.5, CANARY])
def test_a_status_code_that_is_no_code_is_no_success(status_code: object) -> None:
    """Whatever it is, it is not the documented 0; and its text is not repeated."""
    with pytest.raises(WebhookError) as caught:
        listing(statusCode=status_code)

    assert CANARY not in str(caught.value)


def test_a_type_that_is_listed_twice_is_an_error_naming_both() -> None:
    """There is no telling which one counts; the other types are not concerned."""
    read = listing(count=3, webhooks=[VCA, {**VCA, "url": "https://c.example/"}, VSS])

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed 2 times: https://a\.example/ .* https://c\.exa"):
        read.get("VCA")

    assert read.get("VSS") is not None
    assert read.get("VRU") is None


@pytest.mark.parametrize(
    "url", ["https://a/\x1b[2J", "https://a/\r\n", "https://a/\u202e", "https://a/\u0085", "\ud800"]
)
def test_a_url_with_control_characters_is_an_error_for_its_own_webhook_alone(url: str) -> None:
    """It is shown escaped; neither a state nor a terminal sees it as it is."""
    read = listing(webhooks=[{**VCA, "url": url}, VSS])

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed as .* control characters .* DELETE") as caught:
        read.get("VCA")
    with pytest.raises(ProtocolError, match=r"is listed as \[secret\]"):
        read.get("VCA", masked=True)

    assert str(caught.value).isprintable()
    assert read.get("VSS") is not None


def test_an_exchange_in_a_listing_touches_its_own_type_alone() -> None:
    """Added, exchanged, taken out."""
    read = listing()
    other = LiveWebhook("VCA", "https://c.example/", True, True)
    new = LiveWebhook("VRU", "https://d.example/", True, False)

    assert read.replaced("VCA", other).get("VCA") == other
    assert read.replaced("VCA", None).get("VCA") is None
    assert read.replaced("VRU", new).get("VRU") == new
    assert read.replaced("VCA", other).get("VSS") == read.get("VSS")


def test_a_removal_answers_what_was_there() -> None:
    """The documented shape; and a bare success says nothing about it."""
    gone = parse_removal(WebhookId(ACME, "VSS"), json.dumps(REMOVED).encode())
    bare = parse_removal(WebhookId(ACME, "VSS"), b'{"statusCode": 0}')

    assert gone == LiveWebhook("VSS", "https://b.example/", False, True)
    assert bare is None


@pytest.mark.parametrize(
    "body",
    [b"", b"OK", b"[]", json.dumps({**REMOVED, "type": "VCA"}).encode(), json.dumps({**REMOVED, "type": None}).encode(),
     json.dumps({**REMOVED, "subAccountId": "other"}).encode(), json.dumps({**REMOVED, "url": 7}).encode(),
     json.dumps({**REMOVED, "enabled": "no"}).encode()],
)  # fmt: skip
def test_a_broken_answer_is_never_taken_for_a_removal(body: bytes) -> None:
    """Nor is one about another webhook."""
    with pytest.raises(ProtocolError) as caught:
        parse_removal(WebhookId(ACME, "VSS"), body)

    assert caught.value.uncertain


def test_a_removal_that_carries_an_error_is_a_refusal() -> None:
    """As for a listing."""
    with pytest.raises(InvalidRequestError):
        parse_removal(WebhookId(ACME, "VSS"), json.dumps({**REMOVED, "statusCode": "1404"}).encode())


@pytest.mark.parametrize(
    ("body", "refusal", "shown"),
    [
        (
            b'{"errorId": "1aa1fc32-8e07", "statusCode": "1001", "statusMessage": "Invalid", "timestamp": "t"}',
            Refusal("1001", "1aa1fc32-8e07"),
            " (vendor code 1001, errorId 1aa1fc32-8e07)",
        ),
        (b'{"statusCode": 1001}', Refusal("1001", None), " (vendor code 1001)"),
        (b'{"code": 1300, "message": "m"}', Refusal("1300", None), " (vendor code 1300)"),
        (b'{"statusCode": 401, "code": 7}', Refusal("401", None), " (vendor code 401)"),
        (b'{"errorId": "e-1"}', Refusal(None, "e-1"), " (errorId e-1)"),
        (b"{}", Refusal(None, None), ""),
        (b"", Refusal(None, None), ""),
        (b"<html>502 Bad Gateway</html>", Refusal(None, None), ""),
        (b"[1]", Refusal(None, None), ""),
        (b"null", Refusal(None, None), ""),
        (b"\xff\xfe\x00", Refusal(None, None), ""),
        (b"[" * 100_000, Refusal(None, None), ""),
        (b'{"statusCode": "go to http://evil.example", "errorId": "a b"}', Refusal(None, None), ""),
        (b'{"statusCode": 1e400, "errorId": "\\u001b[2J"}', Refusal(None, None), ""),
        (b'{"statusCode": {"a": 1}, "errorId": ["x"]}', Refusal(None, None), ""),
        (b'{"statusCode": "1001\\n", "errorId": "e-1\\n"}', Refusal(None, None), ""),
        (('{"errorId": "' + "x" * 65 + '"}').encode(), Refusal(None, None), ""),
    ],
)
def test_a_refusal_repeats_the_vendors_code_and_id_and_nothing_else(body: bytes, refusal: Refusal, shown: str) -> None:
    """The documented error body, undocumented ones, and hostile ones."""
    assert parse_refusal(body) == refusal
    assert str(parse_refusal(body)) == shown


def test_a_registration_sends_both_names_of_the_switch() -> None:
    """The guide calls it `active`, the reference `enabled`."""
    assert registration(Declaration(ACME, "VCA", "https://a.example/", False, "Bearer x")) == {
        "type": "VCA",
        "url": "https://a.example/",
        "active": False,
        "enabled": False,
        "httpAuthHeader": "Bearer x",
    }


def test_a_registration_without_a_header_does_not_mention_one() -> None:
    """Null is documented as allowed; leaving it out is what the guide does."""
    assert registration(Declaration(ACME, "VCA", "https://a.example/")) == {
        "type": "VCA", "url": "https://a.example/", "active": True, "enabled": True,
    }  # fmt: skip


def test_a_declaration_shows_everything_but_its_header() -> None:
    """It may land in a log."""
    shown = repr(Declaration(ACME, "VCA", "https://a.example/", True, CANARY))

    assert "https://a.example/" in shown
    assert CANARY not in shown


@pytest.mark.parametrize(
    ("live", "text"),
    [
        (LiveWebhook("VCA", "https://a.example/", True, True), "https://a.example/ (enabled, with an auth header)"),
        (LiveWebhook("VCA", "https://a.example/", False, False), "https://a.example/ (disabled, no auth header)"),
        (LiveWebhook("VCA", "https://a/\x1b[2J\n", True, False), r"https://a/\x1b[2J\n (enabled, no auth header)"),
    ],
)
def test_a_live_webhook_is_told_in_one_harmless_line(live: LiveWebhook, text: str) -> None:
    """Its URL is somebody else's text."""
    assert str(live) == text


@pytest.mark.parametrize(
    ("declared", "same"),
    [
        (Declaration(ACME, "VCA", "https://a.example/", True, "h"), True),
        (Declaration(ACME, "VCA", "https://a.example", True, "h"), False),
        (Declaration(ACME, "VCA", "https://a.example/", False, "h"), False),
        (Declaration(ACME, "VCA", "https://a.example/", True, None), False),
    ],
)
def test_a_live_webhook_matches_in_everything_that_is_told(declared: Declaration, same: bool) -> None:
    """URL to the letter, the switch, and whether there is a header."""
    assert LiveWebhook("VCA", "https://a.example/", True, True).matches(declared) is same


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LIST, *VCA]), inner, max_size=6),
    max_leaves=12,
)


@given(JSON | st.fixed_dictionaries({"webhooks": st.lists(JSON, max_size=3)}))
@settings(deadline=None, max_examples=200)
def test_any_json_is_a_listing_or_one_of_the_errors(document: object) -> None:
    """No response makes anything else happen."""
    body = json.dumps(document).encode()

    with suppress(WebhookError):
        assert isinstance(parse_listing(ACME, body), Listing)
    with suppress(WebhookError):
        assert isinstance(parse_removal(WebhookId(ACME, "VCA"), body), LiveWebhook | None)
    assert str(parse_refusal(body)).isprintable()


@given(st.binary(max_size=64))
@settings(deadline=None)
def test_any_bytes_are_a_listing_or_one_of_the_errors(body: bytes) -> None:
    """Bytes that are no JSON at all."""
    with pytest.raises(WebhookError):
        parse_listing(ACME, body)
