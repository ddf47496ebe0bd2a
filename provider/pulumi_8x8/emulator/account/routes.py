"""The three endpoints: a request and an account in, an answer out, the account changed if it was granted.

| request | granted when | answers |
|---|---|---|
| GET …/webhooks | the subaccount exists | the list |
| POST …/webhooks | and the body is valid, and `post_over` allows it | the list |
| DELETE …/webhooks/TYPE | and a webhook of that type is registered | the removed webhook |

The order of the refusals (401, 404 or 405 for the path, 422 for the subaccount id, 403 or 404 for the
subaccount, 422 for the body) is assumed; so is 422 for a malformed subaccount id.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pulumi_8x8.emulator.account import answers
from pulumi_8x8.emulator.account.answers import Answer
from pulumi_8x8.emulator.account.state import Account, StoredWebhook
from pulumi_8x8.model import WebhookType

PostOver = Literal["replace", "refuse", "ignore"]
"""What POST does over an existing type: replace it, refuse with 422, or answer 200 and change nothing."""

_PATH = re.compile(r"/api/v1/subaccounts/(?P<subaccount>[^/]+)/webhooks(?:/(?P<type>[^/]+))?")
_SUBACCOUNT = re.compile(r"[A-Za-z0-9\-._&]{3,50}")


@dataclass(frozen=True)
class Rules:
    """What may be changed while the emulator runs; the key is no part of a repr."""

    api_key: str = field(repr=False)
    post_over: PostOver = "replace"


@dataclass(frozen=True)
class Query:
    """A request about webhooks, with the path decoded; `subaccount` and `type` are None for other paths."""

    method: str
    path: str
    authorization: str | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def subaccount(self) -> str | None:
        """The subaccount id in the path, well-formed or not."""
        match = _PATH.fullmatch(self.path)
        return match["subaccount"] if match else None

    @property
    def type(self) -> str | None:
        """The last part of DELETE's path, a known type or not."""
        match = _PATH.fullmatch(self.path)
        return match["type"] if match else None


def subject(query: Query) -> str | None:
    """Name the webhook type that a request is about: DELETE's in the path, POST's in the body."""
    if query.method != "POST":
        return query.type
    try:
        document = json.loads(query.body)
    except (ValueError, RecursionError):
        return None
    named = document.get("type") if isinstance(document, dict) else None
    return named if isinstance(named, str) else None


def answer(account: Account, rules: Rules, query: Query) -> Answer:
    """Decide a request, and change the account when it is granted."""
    try:
        _check_key(rules, query)
        subaccount, act = _route(query)
        with account.lock:
            _check_subaccount(account, subaccount)
            return act(_Granted(account, subaccount, rules.post_over, query))
    except _RefusedError as refused:
        return refused.answer


class _RefusedError(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass(frozen=True)
class _Granted:
    account: Account
    subaccount: str
    post_over: PostOver
    query: Query


def _check_key(rules: Rules, query: Query) -> None:
    expected = f"Bearer {rules.api_key}".encode("utf-8", "surrogateescape")
    given = (query.authorization or "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, expected):
        raise _RefusedError(answers.error(401, "API key not found or invalid"))


def _route(query: Query) -> tuple[str, _Act]:
    if query.subaccount is None:
        raise _RefusedError(answers.error(404, "Resource not found"))
    methods = _ENDPOINTS["list" if query.type is None else "webhook"]
    if query.method not in methods:
        allow = {"Allow": ", ".join(methods)}
        raise _RefusedError(answers.error(405, "Method not allowed", headers=allow))
    return query.subaccount, methods[query.method]


def _check_subaccount(account: Account, subaccount: str) -> None:
    if not _SUBACCOUNT.fullmatch(subaccount):
        raise _invalid("1002", "Invalid subAccountId")
    status = account.refusal(subaccount)
    if status is not None:
        raise _RefusedError(answers.error(status, _STATUS_MESSAGES[status]))


def _list(granted: _Granted) -> Answer:
    return answers.listing(granted.subaccount, granted.account.webhooks(granted.subaccount))


def _register(granted: _Granted) -> Answer:
    webhook = _webhook(granted.query.body)
    exists = webhook.type in granted.account.webhooks(granted.subaccount)
    if exists and granted.post_over == "refuse":
        raise _invalid("1003", f"Webhook of type {webhook.type} already exists")
    if not exists or granted.post_over == "replace":
        granted.account.put(
            granted.subaccount,
            webhook.type,
            webhook.url,
            enabled=webhook.enabled,
            http_auth_header=webhook.http_auth_header,
        )
    return _list(granted)


def _remove(granted: _Granted) -> Answer:
    known = granted.query.type in WebhookType.__members__
    webhook = granted.account.remove(granted.subaccount, WebhookType(granted.query.type)) if known else None
    if webhook is None:
        raise _RefusedError(answers.error(404, "Resource not found"))
    return answers.removed(granted.subaccount, webhook)


def _webhook(body: bytes) -> StoredWebhook:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _invalid("1001", "Invalid JSON request body")
    named, url, header = (document.get(name) for name in ("type", "url", "httpAuthHeader"))
    # The set-up guide sends `active`, the description has `enabled`; where both are given, `enabled` counts.
    enabled = document.get("enabled", document.get("active"))
    if not isinstance(named, str) or named not in WebhookType.__members__:
        raise _invalid("1004", f"type should be one of: {', '.join(WebhookType.__members__)}")
    if not isinstance(url, str) or not _is_url(url):
        raise _invalid("1005", "url should be an absolute http or https URL")
    if enabled is not None and not isinstance(enabled, bool):
        raise _invalid("1006", "enabled should be a boolean")
    if header is not None and not isinstance(header, str):
        raise _invalid("1007", "httpAuthHeader should be a string")
    return StoredWebhook(named, url, enabled is not False, header)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _invalid(code: str, message: str) -> _RefusedError:
    return _RefusedError(answers.error(422, message, code=code))


_Act = Callable[[_Granted], Answer]
_ENDPOINTS: dict[str, dict[str, _Act]] = {
    "list": {"GET": _list, "POST": _register},
    "webhook": {"DELETE": _remove},
}
"""By what the path names, then by method."""

_STATUS_MESSAGES = {403: "Resource not accessible", 404: "Resource not found"}
