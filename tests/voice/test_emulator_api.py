"""The emulated API's decisions in each of its modes, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eightx8_voice.emulator import Account, Modes, StoredWebhook
from eightx8_voice.emulator import api as emulated
from eightx8_voice.emulator.api import Query

API = "/api/v1/subaccounts"
LIST = f"{API}/acme/webhooks"
OLD, NEW = "https://example.com/old", "https://example.com/new"
VCA: dict[str, Any] = {"type": "VCA", "url": NEW}


class ModeAccount:
    """An account in a mode, and requests to it."""

    def __init__(self, **modes: Any) -> None:
        self.now = 0.0
        self.account, self.modes = Account(clock=lambda: self.now), Modes(**modes)

    def ask(self, method: str, path: str = LIST, body: object = None, key: Any = "Bearer key") -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = emulated.respond(self.account, "key", self.modes, Query(method, path, key, raw))
        return response.status, json.loads(response.body or b"null")

    def urls(self, method: str = "GET", **more: Any) -> list[str]:
        return [webhook["url"] for webhook in self.ask(method, **more)[1]["webhooks"]]


@pytest.mark.parametrize("key", [None, "", "key", "Bearer", "Bearer other", "bearer key", "Bearer kéy"])
def test_a_wrong_key_is_refused(key: str | None) -> None:
    """Without the right key nothing is revealed, not even whether a path exists."""
    status, document = ModeAccount().ask("GET", "/nowhere", key=key)

    assert (status, document["statusMessage"]) == (401, "API key not found or invalid")


@pytest.mark.parametrize(
    ("switch", "modes", "enabled"),
    [
        ({"active": False}, {}, False),
        ({"active": False}, {"active": "ignore"}, True),
        ({"enabled": False, "active": True}, {}, False),
        ({"enabled": False, "active": True}, {"active": "ignore"}, False),
        ({"enabled": False, "active": True}, {"enabled": "ignore"}, True),
        ({"enabled": False, "active": False}, {"enabled": "ignore"}, False),
        ({"enabled": False, "active": False}, {"enabled": "ignore", "active": "ignore"}, True),
        *[(neither, {}, True) for neither in ({}, {"enabled": None}, {"active": None})],
    ],
)
def test_active_and_enabled_count_as_configured(switch: dict[str, Any], modes: dict[str, Any], enabled: bool) -> None:
    """Either disables a webhook; neither or null means enabled."""
    client = ModeAccount(**modes)
    client.ask("POST", body=VCA | switch | {"unknown": "tolerated"})

    assert client.account.webhooks("acme")["VCA"].enabled is enabled


NUMBERS = [b'{"type": "VCA", "url": "https://a.b/", "more": %s}' % number for number in (b"NaN", b"-Infinity")]
URLS = [None, "a.b", "https://[::1", "ftp://a.b/", f"{NEW}\nx", f"{NEW}\ud800"]
INVALID: list[tuple[object, str]] = [
    *[(body, "1001") for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'["VCA"]', *NUMBERS)],
    *[(VCA | {"type": type}, "1004") for type in (None, "XYZ", ["VCA"])],
    *[(VCA | {"url": url}, "1005") for url in URLS],
    (VCA | {"enabled": "yes"}, "1006"),
    *[(VCA | {"httpAuthHeader": header}, "1007") for header in (5, "Basic eA==\r\nX: y")],
]


@pytest.mark.parametrize(("body", "code"), INVALID)
def test_invalid_input_is_refused_and_changes_nothing(body: object, code: str) -> None:
    """A 422 contains an error id, a statusCode string, a message and a time."""
    client = ModeAccount()
    status, document = client.ask("POST", body=body)

    assert (status, document["statusCode"]) == (422, code)
    assert document.keys() == {"errorId", "statusCode", "statusMessage", "timestamp"}
    assert client.account.subaccounts() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[("GET", f"{API}/{id}/webhooks", 200) for id in ("abc", "a" * 50, "A.b_c-9&x")],
        *[("GET", f"{API}/{id}/webhooks", 422) for id in ("ab", "a" * 51, "a b c", "sláinte", "a;b;c")],
        *[("GET", path, 404) for path in ("/", f"{LIST}/", f"{API}/a/b/webhooks", "/api/v2/subaccounts/acme/webhooks")],
        *[(method, f"{LIST}/VCA", 405) for method in ("GET", "PUT")],
        *[(method, LIST, 405) for method in ("PATCH", "DELETE")],
        *[("DELETE", f"{LIST}/{type}", 404) for type in ("VCA", "XYZ")],
    ],
)
def test_each_path_and_method_has_its_status(method: str, path: str, status: int) -> None:
    """Every well-formed subaccount exists; other paths, methods and unregistered webhooks do not."""
    assert ModeAccount().ask(method, path)[0] == status


def test_subaccounts_are_refused_as_configured_before_the_body_is_read() -> None:
    """They may be forbidden or missing."""
    client = ModeAccount()
    client.account.forbidden, client.account.missing = {"acme"}, {"lost"}

    statuses = [client.ask("POST", f"{API}/{name}/webhooks", b"{")[0] for name in ("acme", "lost", "known")]

    assert statuses == [403, 404, 422]


@pytest.mark.parametrize(
    ("modes", "status", "url", "header"),
    [
        ({"post_over": "replace"}, 200, NEW, None),
        ({"post_over": "replace", "omitted_header": "keep"}, 200, NEW, "secret"),
        ({"post_over": "refuse"}, 422, OLD, "secret"),
        ({"post_over": "refuse", "refusal_status": 409}, 409, OLD, "secret"),
        ({"post_over": "ignore"}, 200, OLD, "secret"),
    ],
)
def test_a_post_over_a_webhook_behaves_as_configured(
    modes: dict[str, Any], status: int, url: str, header: str | None
) -> None:
    """It replaces with or without the header, is refused or is ignored; a new type is always registered."""
    client = ModeAccount(**modes)
    client.account.put("acme", "VCA", OLD, http_auth_header="secret")

    over = client.ask("POST", body=VCA)[0]
    listed = client.urls()
    free = client.ask("POST", body=VCA | {"type": "VSS"})[0]

    assert (over, listed, free) == (status, [url], 200)
    assert client.account.webhooks("acme")["VCA"] == StoredWebhook("VCA", url, True, header)
    assert client.account.webhooks("acme")["VSS"].http_auth_header is None


@pytest.mark.parametrize(
    ("modes", "shown"),
    [
        ({}, [NEW] * 4),
        ({"stale_response": True}, [OLD, NEW, NEW, NEW]),
        ({"stale_reads": 2}, [NEW, OLD, OLD, NEW]),
        ({"stale_reads": 2, "stale_response": True}, [OLD, OLD, OLD, NEW]),
    ],
)
def test_an_eventually_consistent_api_shows_the_previous_state(modes: dict[str, Any], shown: list[str]) -> None:
    """The POST's response, the next listings or both are stale; the account changes at once."""
    client = ModeAccount(**modes)
    client.account.put("acme", "VCA", OLD)

    assert [client.urls("POST", body=VCA), *[client.urls() for _ in range(3)]] == [[url] for url in shown]
    assert client.account.webhooks("acme")["VCA"].url == NEW


def test_late_listings_show_each_change_after_its_delay() -> None:
    """Removals are delayed too, listing does not affect the delay, and other subaccounts are unaffected."""
    client = ModeAccount(late_reads=1.5)
    seen = []

    for now, method in [(0.0, "POST"), (1.0, "DELETE"), (1.4, ""), (1.5, ""), (2.4, ""), (2.5, "")]:
        client.now = now
        if method:
            client.ask(method, f"{LIST}/VCA" if method == "DELETE" else LIST, VCA)
        seen.append((client.urls(), client.urls()))

    assert seen == [([], []), ([], []), ([], []), ([NEW], [NEW]), ([NEW], [NEW]), ([], [])]
    assert client.urls(path=f"{API}/other/webhooks") == []


@pytest.mark.parametrize(
    ("modes", "first", "second"),
    [
        ({}, (200, "url"), (404, "errorId")),
        ({"delete_response": "list"}, (200, "webhooks"), (404, "errorId")),
        ({"delete_response": "empty"}, (204, None), (404, "errorId")),
        ({"delete_missing_status": 410}, (200, "url"), (410, "errorId")),
        ({"delete_missing_status": 200}, (200, "url"), (200, "statusMessage")),
        ({"delete_missing_status": 204}, (200, "url"), (204, None)),
    ],
)
def test_a_removal_and_a_repeated_removal_respond_as_configured(modes: dict[str, Any], first: Any, second: Any) -> None:
    """The body is the webhook, the list or nothing; a missing webhook is an error or a success."""
    client = ModeAccount(**modes)
    client.account.put("acme", "VSS", OLD)

    for status, named in (first, second):
        actual, document = client.ask("DELETE", f"{LIST}/VSS")
        assert (actual, document is None or named in document, document is None) == (status, True, named is None)

    assert client.urls() == []


@pytest.mark.parametrize(("status", "left"), [(200, []), (422, [OLD]), (405, [OLD])])
def test_removing_a_vnu_webhook_succeeds_or_is_refused(status: int, left: list[str]) -> None:
    """The reference lists VNU for POST but not for DELETE; other types can always be removed."""
    client = ModeAccount(delete_vnu_status=status)
    for type in ("VNU", "VCA"):
        client.account.put("acme", type, OLD)

    statuses = [client.ask("DELETE", f"{LIST}/{type}")[0] for type in ("VNU", "VCA")]

    assert (statuses, client.urls()) == ([status, 200], left)


def test_invalid_types_and_urls_get_the_configured_status() -> None:
    """A relative URL may even be stored, but never one to which nothing can be sent."""
    refusing, storing = (
        ModeAccount(invalid_type_status=400, invalid_url_status=500),
        ModeAccount(invalid_url_status=200),
    )
    relative, unsendable = VCA | {"url": "a.b"}, VCA | {"url": None}

    assert [refusing.ask("POST", body=body)[0] for body in (VCA | {"type": "X"}, relative)] == [400, 500]
    assert [storing.ask("POST", body=body)[0] for body in (relative, unsendable)] == [200, 422]
    assert storing.urls() == ["a.b"]


@pytest.mark.parametrize(("count", "shown"), [("right", 1), ("wrong", 2), ("missing", None)])
def test_the_count_of_a_listing_is_as_configured(count: Any, shown: int | None) -> None:
    """It may be right, wrong or missing."""
    client = ModeAccount(count=count)

    assert client.ask("POST", body=VCA)[1].get("count") == client.ask("GET")[1].get("count") == shown


@pytest.mark.parametrize(
    ("how", "sent", "stored"),
    [
        (["add-slash"], "https://example.com/vca?a=B", "https://example.com/vca/?a=B"),
        (["add-slash"], "https://example.com/vca/", "https://example.com/vca/"),
        (["add-slash"], "https://example.com", "https://example.com"),
        (["root-slash"], "https://example.com?a=b", "https://example.com/?a=b"),
        (["root-slash"], "https://example.com/vca", "https://example.com/vca"),
        (["drop-query"], "https://Example.com/vca?a=b", "https://Example.com/vca"),
        ([], "https://Example.com?", "https://Example.com?"),
        (["remove-slash"], "https://example.com/", "https://example.com"),
        (["lower-host", "remove-slash"], "https://Example.COM:8443/Vca/", "https://example.com:8443/Vca"),
    ],
)
def test_an_api_that_normalises_stores_the_normalised_url(how: Any, sent: str, stored: str) -> None:
    """Listings then show another URL than the one that was sent."""
    client = ModeAccount(normalise=how)
    assert client.urls("POST", body=VCA | {"url": sent}) == [stored] == [client.account.webhooks("acme")["VCA"].url]


@pytest.mark.parametrize(
    ("shape", "unauthorized", "missing", "invalid"),
    [
        ("webhooks", {"statusCode": "1401"}, {"statusCode": "1404"}, {"statusCode": "1001"}),
        ("platform", {"code": 1200}, {"code": 1300}, {"code": 1000}),
        ("callflows", {"statusCode": 401}, {"statusCode": 404}, {"statusCode": 422}),
    ],
)
def test_an_error_has_the_configured_shape(shape: Any, unauthorized: Any, missing: Any, invalid: Any) -> None:
    """Three of the vendor's pages document three shapes."""
    client = ModeAccount(error_body=shape)

    assert unauthorized.items() <= client.ask("GET", key=None)[1].items()
    assert missing.items() <= client.ask("GET", "/")[1].items()
    assert invalid.items() <= client.ask("POST", body=b"{")[1].items()
