"""The emulator's decisions, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_8x8.emulator.account import routes
from pulumi_8x8.emulator.account.routes import PostOver, Query, Rules
from pulumi_8x8.emulator.account.state import Account, StoredWebhook

LIST = "/api/v1/subaccounts/acme/webhooks"
RULES = Rules("key")


def ask(
    account: Account,
    method: str,
    path: str = LIST,
    body: object = None,
    rules: Rules = RULES,
    authorization: str | None = "Bearer key",
) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = routes.answer(account, rules, Query(method, path, authorization, raw))
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("authorization", [None, "", "key", "Bearer", "Bearer other", "bearer key", "Bearer kéy"])
def test_another_key_is_refused(authorization: str | None) -> None:
    """Without the right bearer nothing is shown, the existence of a subaccount included."""
    status, document = ask(Account(), "GET", "/nowhere", authorization=authorization)

    assert (status, document["statusMessage"]) == (401, "API key not found or invalid")


@pytest.mark.parametrize("switch", [{"active": False}, {"enabled": False}, {"enabled": False, "active": True}])
def test_both_names_of_the_switch_are_understood(switch: dict[str, bool]) -> None:
    """The guide's `active` and the reference's `enabled` disable alike; `enabled` counts first."""
    account = Account()

    ask(account, "POST", body={"type": "VCA", "url": "https://example.com/", **switch})

    assert account.webhooks("acme")["VCA"].enabled is False


@pytest.mark.parametrize("switch", [{}, {"enabled": None}, {"active": None}])
def test_a_webhook_is_enabled_by_default(switch: dict[str, None]) -> None:
    """A switch left out or null means enabled."""
    account = Account()

    ask(account, "POST", body={"type": "VCA", "url": "https://example.com/", **switch})

    assert account.webhooks("acme")["VCA"].enabled is True


def test_unknown_fields_are_tolerated() -> None:
    """A newer client's fields are no error."""
    status, _ = ask(Account(), "POST", body={"type": "VNU", "url": "http://example.com/", "colour": "red"})

    assert status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "1001"),
        (b"{", "1001"),
        (b"\xff\xfe", "1001"),
        (b"[" * 100_000, "1001"),
        (["VCA"], "1001"),
        ({"url": "https://example.com/"}, "1004"),
        ({"type": "XYZ", "url": "https://example.com/"}, "1004"),
        ({"type": ["VCA"], "url": "https://example.com/"}, "1004"),
        ({"type": "VCA"}, "1005"),
        ({"type": "VCA", "url": "example.com"}, "1005"),
        ({"type": "VCA", "url": "https://[::1"}, "1005"),
        ({"type": "VCA", "url": "ftp://example.com/"}, "1005"),
        ({"type": "VCA", "url": "https://example.com/", "enabled": "yes"}, "1006"),
        ({"type": "VCA", "url": "https://example.com/", "httpAuthHeader": 5}, "1007"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(body: object, code: str) -> None:
    """A 422 carries an error id, a statusCode that is a string, a message and a time."""
    account = Account()

    status, document = ask(account, "POST", body=body)

    assert status == 422
    assert document["statusCode"] == code
    assert document.keys() == {"errorId", "statusCode", "statusMessage", "timestamp"}
    assert account.subaccounts() == []


@pytest.mark.parametrize("subaccount", ["ab", "a" * 51, "with space", "sláinte", "semi;colon"])
def test_a_malformed_subaccount_is_invalid(subaccount: str) -> None:
    """An id outside the documented pattern is invalid input."""
    status, document = ask(Account(), "GET", f"/api/v1/subaccounts/{subaccount}/webhooks")

    assert (status, document["statusMessage"]) == (422, "Invalid subAccountId")


@pytest.mark.parametrize("subaccount", ["abc", "a" * 50, "A.b_c-9&x"])
def test_a_well_formed_subaccount_exists(subaccount: str) -> None:
    """Nothing has to be set up before a subaccount can be used."""
    status, document = ask(Account(), "GET", f"/api/v1/subaccounts/{subaccount}/webhooks")

    assert (status, document["subAccountId"], document["count"]) == (200, subaccount, 0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/v1/subaccounts/acme/webhooks/", 404),
        ("GET", "/api/v1/subaccounts/a/b/webhooks", 404),
        ("GET", "/api/v2/subaccounts/acme/webhooks", 404),
        ("GET", "/api/v1/subaccounts/acme/webhooks/VCA", 405),
        ("PUT", "/api/v1/subaccounts/acme/webhooks/VCA", 405),
        ("PATCH", "/api/v1/subaccounts/acme/webhooks", 405),
        ("DELETE", "/api/v1/subaccounts/acme/webhooks", 405),
        ("DELETE", "/api/v1/subaccounts/acme/webhooks/VCA", 404),
        ("DELETE", "/api/v1/subaccounts/acme/webhooks/XYZ", 404),
    ],
)
def test_what_is_not_there_is_not_found(method: str, path: str, status: int) -> None:
    """Other paths, methods and unregistered webhooks have their status."""
    assert ask(Account(), method, path)[0] == status


def test_a_forbidden_subaccount_is_refused_before_its_body_is_read() -> None:
    """403 and 404 say nothing about the rest of the request."""
    account = Account()
    account.forbidden, account.missing = {"acme"}, {"lost"}

    assert ask(account, "POST", body=b"{")[0] == 403
    assert ask(account, "POST", "/api/v1/subaccounts/lost/webhooks", body=b"{")[0] == 404


@pytest.mark.parametrize(
    ("post_over", "status", "url", "header"),
    [
        ("replace", 200, "https://example.com/new", None),
        ("refuse", 422, "https://example.com/old", "secret"),
        ("ignore", 200, "https://example.com/old", "secret"),
    ],
)
def test_post_over_a_type_does_as_chosen(post_over: PostOver, status: int, url: str, header: str | None) -> None:
    """Replaced wholly, refused, or ignored: what the account then holds follows the switch."""
    account = Account()
    account.put("acme", "VCA", "https://example.com/old", http_auth_header="secret")

    answered, _ = ask(
        account,
        "POST",
        body={"type": "VCA", "url": "https://example.com/new"},
        rules=Rules("key", post_over),
    )

    assert answered == status
    assert account.webhooks("acme")["VCA"] == StoredWebhook("VCA", url, True, header)


@pytest.mark.parametrize("post_over", ["refuse", "ignore"])
def test_a_free_type_can_always_be_registered(post_over: PostOver) -> None:
    """The switch is only about types that are taken."""
    account = Account()
    account.put("acme", "VCA", "https://example.com/")

    status, document = ask(
        account,
        "POST",
        body={"type": "VSS", "url": "https://example.com/vss"},
        rules=Rules("key", post_over),
    )

    assert (status, document["count"]) == (200, 2)


def test_no_answer_holds_an_auth_header() -> None:
    """The header is write-only: answers say whether there is one."""
    account = Account()
    body = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "canary"}

    documents = [
        ask(account, "POST", body=body),
        ask(account, "GET"),
        ask(account, "DELETE", f"{LIST}/VCA"),
    ]

    assert "canary" not in str(documents)
    assert documents[1][1]["webhooks"][0]["httpAuthHeaderAvailable"] is True
