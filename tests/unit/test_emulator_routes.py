"""The emulator's decisions, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_8x8.emulator import Modes
from pulumi_8x8.emulator.account import routes
from pulumi_8x8.emulator.account.modes import ErrorBody, Normalisation, PostOver
from pulumi_8x8.emulator.account.routes import Query
from pulumi_8x8.emulator.account.state import Account, StoredWebhook

LIST = "/api/v1/subaccounts/acme/webhooks"
DEFAULT = Modes()


def ask(
    account: Account,
    method: str,
    path: str = LIST,
    body: object = None,
    modes: Modes = DEFAULT,
    authorization: str | None = "Bearer key",
) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = routes.respond(account, "key", modes, Query(method, path, authorization, raw))
    return answer.status, json.loads(answer.body)


def register(account: Account, modes: Modes = DEFAULT, url: str = "https://example.com/new", **more: object) -> Any:
    status, document = ask(account, "POST", body={"type": "VCA", "url": url, **more}, modes=modes)
    return document if status == 200 else status


def urls(document: Any) -> list[str]:
    return [webhook["url"] for webhook in document["webhooks"]]


@pytest.mark.parametrize("authorization", [None, "", "key", "Bearer", "Bearer other", "bearer key", "Bearer kéy"])
def test_another_key_is_refused(authorization: str | None) -> None:
    """Without the right bearer nothing is shown, the existence of a subaccount included."""
    status, document = ask(Account(), "GET", "/nowhere", authorization=authorization)

    assert (status, document["statusMessage"]) == (401, "API key not found or invalid")


@pytest.mark.parametrize(
    ("switch", "enabled"),
    [
        ({"active": False}, False),
        ({"enabled": False}, False),
        ({"enabled": False, "active": True}, False),
        ({}, True),
        ({"enabled": None}, True),
        ({"active": None}, True),
    ],
)
def test_both_names_of_the_switch_are_understood(switch: dict[str, Any], enabled: bool) -> None:
    """The guide's `active` and the reference's `enabled` disable alike; neither or null means enabled."""
    account = Account()

    register(account, **switch, unknown="tolerated")

    assert account.webhooks("acme")["VCA"].enabled is enabled


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
        ({"type": "VCA", "url": "https://example.com/\nx"}, "1005"),
        ({"type": "VCA", "url": "https://example.com/\ud800"}, "1005"),
        ({"type": "VCA", "url": "https://example.com/", "httpAuthHeader": 5}, "1007"),
        ({"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "Basic eA==\r\nX: y"}, "1007"),
        (b'{"type": "VCA", "url": "https://example.com/", "more": NaN}', "1001"),
        (b'{"type": "VCA", "url": "https://example.com/", "more": Infinity}', "1001"),
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


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[("GET", f"/api/v1/subaccounts/{id}/webhooks", 200) for id in ("abc", "a" * 50, "A.b_c-9&x")],
        *[("GET", f"/api/v1/subaccounts/{id}/webhooks", 422) for id in ("ab", "a" * 51, "a b c", "sláinte", "a;b;c")],
        ("GET", "/", 404),
        ("GET", f"{LIST}/", 404),
        ("GET", "/api/v1/subaccounts/a/b/webhooks", 404),
        ("GET", "/api/v2/subaccounts/acme/webhooks", 404),
        ("GET", f"{LIST}/VCA", 405),
        ("PUT", f"{LIST}/VCA", 405),
        ("PATCH", LIST, 405),
        ("DELETE", LIST, 405),
        ("DELETE", f"{LIST}/VCA", 404),
        ("DELETE", f"{LIST}/XYZ", 404),
    ],
)
def test_a_path_and_its_method_have_their_status(method: str, path: str, status: int) -> None:
    """Every well-formed subaccount exists; other paths, methods and webhooks that are not registered do not."""
    assert ask(Account(), method, path)[0] == status


def test_a_forbidden_subaccount_is_refused_before_its_body_is_read() -> None:
    """403 and 404 say nothing about the rest of the request."""
    account = Account()
    account.forbidden, account.missing = {"acme"}, {"lost"}

    assert ask(account, "POST", body=b"{")[0] == 403
    assert ask(account, "POST", "/api/v1/subaccounts/lost/webhooks", body=b"{")[0] == 404


@pytest.mark.parametrize(
    ("post_over", "status", "name", "header"),
    [("replace", 200, "new", None), ("refuse", 422, "old", "secret"), ("ignore", 200, "old", "secret")],
)
def test_post_over_a_type_does_as_chosen(post_over: PostOver, status: int, name: str, header: str | None) -> None:
    """Replaced wholly, refused, or ignored; a type that is free can always be registered."""
    account, modes = Account(), Modes(post_over=post_over)
    account.put("acme", "VCA", "https://example.com/old", http_auth_header="secret")

    over = ask(account, "POST", body={"type": "VCA", "url": "https://example.com/new"}, modes=modes)[0]
    free = ask(account, "POST", body={"type": "VSS", "url": "https://example.com/vss"}, modes=modes)[0]

    assert (over, free) == (status, 200)
    assert account.webhooks("acme")["VCA"] == StoredWebhook("VCA", f"https://example.com/{name}", True, header)


def test_no_answer_holds_an_auth_header() -> None:
    """The header is write-only: responses say whether there is one."""
    account = Account()
    body = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "canary"}

    documents = [
        ask(account, "POST", body=body),
        ask(account, "GET"),
        ask(account, "DELETE", f"{LIST}/VCA"),
    ]

    assert "canary" not in str(documents)
    assert documents[1][1]["webhooks"][0]["httpAuthHeaderAvailable"] is True


@pytest.mark.parametrize(
    ("reads", "shown"), [(None, ["new"] * 4), (0, ["old", "new", "new", "new"]), (2, ["old", "old", "old", "new"])]
)
def test_an_eventually_consistent_api_shows_what_was_before(reads: int | None, shown: list[str]) -> None:
    """In the POST's response and in the next listings; the account itself has changed at once."""
    account, modes = Account(), Modes(stale_reads=reads)
    account.put("acme", "VCA", "https://example.com/old")

    documents = [register(account, modes), *(ask(account, "GET", modes=modes)[1] for _ in range(3))]

    assert account.webhooks("acme")["VCA"].url == "https://example.com/new"
    assert [urls(document) for document in documents] == [[f"https://example.com/{name}"] for name in shown]


def test_a_removed_webhook_is_listed_for_as_long() -> None:
    """DELETE says at once that it is gone, and a second one that there is none; the listing comes later."""
    account, modes = Account(), Modes(stale_reads=1)
    account.put("acme", "VCA", "https://example.com/old")

    statuses = [ask(account, "DELETE", f"{LIST}/VCA", modes=modes)[0] for _ in range(2)]
    counts = [ask(account, "GET", modes=modes)[1]["count"] for _ in range(2)]

    assert (statuses, counts) == ([200, 404], [1, 0])


def test_each_change_becomes_visible_after_its_own_reads() -> None:
    """An earlier change is seen before a later one, and another subaccount is not behind."""
    account, modes = Account(), Modes(stale_reads=1)
    register(account, modes, "https://example.com/1")
    ask(account, "GET", modes=modes)
    register(account, modes, "https://example.com/2")
    other = ask(account, "GET", "/api/v1/subaccounts/other/webhooks", modes=modes)[1]

    listings = [urls(ask(account, "GET", modes=modes)[1]) for _ in range(2)]

    assert listings == [["https://example.com/1"], ["https://example.com/2"]]
    assert other["count"] == 0


@pytest.mark.parametrize(("post_over", "shown"), [("refuse", 422), ("ignore", ["https://example.com/old"])])
def test_what_changes_nothing_is_never_stale(post_over: PostOver, shown: object) -> None:
    """A POST that was refused or ignored leaves the listing as it is."""
    account, modes = Account(), Modes(post_over=post_over, stale_reads=3)
    account.put("acme", "VCA", "https://example.com/old")

    answer = register(account, modes)
    account.put("acme", "VCA", "https://example.com/portal")

    assert (answer if isinstance(answer, int) else urls(answer)) == shown
    assert urls(ask(account, "GET", modes=modes)[1]) == ["https://example.com/portal"]


@pytest.mark.parametrize(
    ("how", "sent", "stored"),
    [
        ([], "https://Example.COM/Vca", "https://Example.COM/Vca"),
        (["add-slash"], "https://example.com/vca?a=B", "https://example.com/vca/?a=B"),
        (["add-slash"], "https://example.com", "https://example.com/"),
        (["add-slash"], "https://example.com/vca/", "https://example.com/vca/"),
        (["remove-slash"], "https://example.com/vca/", "https://example.com/vca"),
        (["remove-slash"], "https://example.com/", "https://example.com"),
        (["lower-host"], "https://Example.COM:8443/Vca/", "https://example.com:8443/Vca/"),
        (["lower-host", "remove-slash"], "https://Example.COM/Vca/", "https://example.com/Vca"),
    ],
)
def test_an_api_that_normalises_stores_the_url_that_way(how: list[Normalisation], sent: str, stored: str) -> None:
    """The response and the account have what was made of it."""
    account = Account()

    answer = register(account, Modes(normalise=tuple(how)), sent)

    assert urls(answer) == [stored] == [account.webhooks("acme")["VCA"].url]


@pytest.mark.parametrize(
    ("shape", "status", "body"),
    [
        ("webhooks", 401, {"statusCode": "1401", "statusMessage": "API key not found or invalid"}),
        ("platform", 401, {"code": 1200, "message": "API key not found or invalid"}),
        ("callflows", 401, {"statusCode": 401, "statusMessage": "API key not found or invalid"}),
        ("webhooks", 404, {"statusCode": "1404", "statusMessage": "Resource not found"}),
        ("platform", 404, {"code": 1300, "message": "Resource not found"}),
        ("callflows", 404, {"statusCode": 404, "statusMessage": "Resource not found"}),
    ],
)
def test_an_error_has_the_documented_shape_that_was_chosen(
    shape: ErrorBody, status: int, body: dict[str, object]
) -> None:
    """Three pages of the vendor's have three; a 422 has the one that is documented for it."""
    account, modes = Account(), Modes(error_body=shape)
    account.missing = {"acme"}

    answered, document = ask(account, "GET", modes=modes, authorization="Bearer key" if status == 404 else None)
    invalid = ask(account, "POST", "/api/v1/subaccounts/other/webhooks", b"{", modes)[1]

    assert answered == status
    assert body.items() <= document.items()
    assert invalid["statusCode"] == "1001"


@pytest.mark.parametrize(("active", "enabled"), [("honour", False), ("ignore", True)])
def test_active_alone_is_honoured_or_ignored(active: Any, enabled: bool) -> None:
    """The set-up guide sends it, and the reference does not have it."""
    account = Account()

    register(account, Modes(active=active), active=False)
    register(account, Modes(active=active), active=True, enabled=False, type="VSS")

    assert [account.webhooks("acme")[name].enabled for name in ("VCA", "VSS")] == [enabled, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"post_over": "merge"},
        {"stale_reads": -1},
        {"stale_reads": True},
        {"normalise": "add-slash"},
        {"normalise": ["upper"]},
        {"normalise": ["add-slash", "remove-slash"]},
        {"error_body": None},
        {"active": True},
        {"latency": float("nan")},
        {"self": 1},
    ],
)
def test_a_mode_that_is_none_is_refused_and_changes_nothing(wrong: dict[str, Any]) -> None:
    """The error names it, and what was given beside it does not take effect either."""
    modes = Modes()

    with pytest.raises(ValueError, match=next(iter(wrong))):
        modes.change({"post_over": "ignore", **wrong})

    assert modes == Modes()
