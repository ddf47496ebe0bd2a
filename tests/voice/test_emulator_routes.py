"""The emulator's decisions, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eightx8_voice.emulator import Account, Modes, StoredWebhook
from eightx8_voice.emulator.account import routes
from eightx8_voice.emulator.account.routes import Query

API = "/api/v1/subaccounts"
LIST = f"{API}/acme/webhooks"
OLD, NEW = "https://example.com/old", "https://example.com/new"
VCA: dict[str, Any] = {"type": "VCA", "url": NEW}


class Client:
    """An account in a mode, and requests to it."""

    def __init__(self, **modes: Any) -> None:
        self.account, self.modes = Account(), Modes(**modes)

    def ask(self, method: str, path: str = LIST, body: object = None, key: Any = "Bearer key") -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = routes.respond(self.account, "key", self.modes, Query(method, path, key, raw))
        return response.status, json.loads(response.body)

    def urls(self, method: str = "GET", **more: Any) -> list[str]:
        return [webhook["url"] for webhook in self.ask(method, **more)[1]["webhooks"]]


@pytest.mark.parametrize("key", [None, "", "key", "Bearer", "Bearer other", "bearer key", "Bearer kéy"])
def test_another_key_is_refused(key: str | None) -> None:
    """Without the right bearer nothing is shown, the existence of a path included."""
    status, document = Client().ask("GET", "/nowhere", key=key)

    assert (status, document["statusMessage"]) == (401, "API key not found or invalid")


@pytest.mark.parametrize(
    ("switch", "active", "enabled"),
    [
        ({"active": False}, "honour", False),
        ({"active": False}, "ignore", True),
        *[({"enabled": False, "active": True}, mode, False) for mode in ("honour", "ignore")],
        *[(neither, "honour", True) for neither in ({}, {"enabled": None}, {"active": None})],
    ],
)
def test_both_names_of_the_switch_are_understood(switch: dict[str, Any], active: Any, enabled: bool) -> None:
    """The guide's `active` and the reference's `enabled` disable alike; neither or null means enabled."""
    client = Client(active=active)
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
def test_bad_input_is_refused_and_changes_nothing(body: object, code: str) -> None:
    """A 422 carries an error id, a statusCode that is a string, a message and a time."""
    client = Client()
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
def test_a_path_and_its_method_have_their_status(method: str, path: str, status: int) -> None:
    """Every well-formed subaccount exists; other paths, methods and webhooks that are not registered do not."""
    assert Client().ask(method, path)[0] == status


def test_subaccounts_are_refused_as_configured_before_the_body_is_read() -> None:
    """Forbidden, missing and unlisted ones."""
    client = Client()
    client.account.forbidden, client.account.missing = {"acme"}, {"lost"}
    client.account.only = {"acme", "lost", "known"}

    statuses = [client.ask("POST", f"{API}/{name}/webhooks", b"{")[0] for name in ("acme", "lost", "other", "known")]

    assert statuses == [403, 404, 404, 422]


@pytest.mark.parametrize(
    ("post_over", "status", "url", "header"),
    [("replace", 200, NEW, None), ("refuse", 422, OLD, "secret"), ("ignore", 200, OLD, "secret")],
)
def test_post_over_a_type_does_as_chosen(post_over: Any, status: int, url: str, header: str | None) -> None:
    """Replaced wholly, refused, or ignored; a free type can always be registered."""
    client = Client(post_over=post_over, stale_reads=None if post_over == "replace" else 3)
    client.account.put("acme", "VCA", OLD, http_auth_header="secret")

    over = client.ask("POST", body=VCA)[0]
    listed = client.urls()
    free = client.ask("POST", body=VCA | {"type": "VSS"})[0]

    assert (over, listed, free) == (status, [url], 200)
    assert client.account.webhooks("acme")["VCA"] == StoredWebhook("VCA", url, True, header)


@pytest.mark.parametrize(("reads", "shown"), [(None, [NEW] * 4), (0, [OLD, NEW, NEW, NEW]), (2, [OLD, OLD, OLD, NEW])])
def test_an_eventually_consistent_api_shows_what_was_before(reads: int | None, shown: list[str]) -> None:
    """In the POST's response and in the next listings; the account itself has changed at once."""
    client = Client(stale_reads=reads)
    client.account.put("acme", "VCA", OLD)

    assert [client.urls("POST", body=VCA), *[client.urls() for _ in range(3)]] == [[url] for url in shown]
    assert client.account.webhooks("acme")["VCA"].url == NEW


@pytest.mark.parametrize(
    ("how", "sent", "stored"),
    [
        (["add-slash"], "https://example.com/vca?a=B", "https://example.com/vca/?a=B"),
        (["add-slash"], "https://example.com/vca/", "https://example.com/vca/"),
        (["remove-slash"], "https://example.com/", "https://example.com"),
        (["lower-host", "remove-slash"], "https://Example.COM:8443/Vca/", "https://example.com:8443/Vca"),
    ],
)
def test_an_api_that_normalises_stores_the_url_that_way(how: Any, sent: str, stored: str) -> None:
    client = Client(normalise=how)
    assert client.urls("POST", body=VCA | {"url": sent}) == [stored] == [client.account.webhooks("acme")["VCA"].url]


@pytest.mark.parametrize(
    ("shape", "unauthorized", "missing"),
    [
        ("webhooks", {"statusCode": "1401"}, {"statusCode": "1404"}),
        ("platform", {"code": 1200}, {"code": 1300}),
        ("callflows", {"statusCode": 401}, {"statusCode": 404}),
    ],
)
def test_an_error_has_the_documented_shape_that_was_chosen(shape: Any, unauthorized: Any, missing: Any) -> None:
    """Three pages of the vendor's have three; a 422 has the one that is documented for it."""
    client = Client(error_body=shape)

    assert unauthorized.items() <= client.ask("GET", key=None)[1].items()
    assert missing.items() <= client.ask("GET", "/")[1].items()
    assert client.ask("POST", body=b"{")[1]["statusCode"] == "1001"
