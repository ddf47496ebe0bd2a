"""The API's endpoints: return the response to a request, and change the account if the request is granted.

| request | granted if | response |
|---|---|---|
| GET …/webhooks | the subaccount exists | the list |
| POST …/webhooks | the body is also valid, and `post_over` allows it | the list |
| DELETE …/webhooks/TYPE | a webhook of that type is also registered | the removed webhook |
| POST …/callflows | the call flow can begin a session | the session, which is then started |
| GET …/speech-profiles, …/numbers | the subaccount exists | the account's profiles or numbers |

The order of the checks (401, 404 or 405 for the path, 422 for the subaccount id, 403 or 404 for the
subaccount, 422 for the body) is assumed; so is 422 for a malformed subaccount id.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from eightx8_voice import json_text
from eightx8_voice.callflow import CallFlowError
from eightx8_voice.emulator import callflows, responses
from eightx8_voice.emulator.account import Account, StoredWebhook, Webhooks
from eightx8_voice.emulator.modes import Modes, normalised
from eightx8_voice.emulator.responses import ApiResponse
from eightx8_voice.webhooks import SUBACCOUNT, WebhookType

_PATH = re.compile(
    r"/api/v1/subaccounts/(?P<subaccount>[^/]+)/(?P<resource>webhooks(?=/|$)|callflows$|speech-profiles$|numbers$)"
    r"(?:/(?P<type>[^/]+))?"
)
_UNSENDABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and lone surrogates, which JSON can express but UTF-8 cannot encode."""


@dataclass(frozen=True)
class Query:
    """A request with its path decoded; `subaccount`, `resource` and `type` are None where the path has none."""

    method: str
    path: str
    authorization: str | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def subaccount(self) -> str | None:
        """The subaccount id in the path, well-formed or not."""
        return self._part("subaccount")

    @property
    def resource(self) -> str | None:
        """The resource in the path, e.g. webhooks."""
        return self._part("resource")

    @property
    def type(self) -> str | None:
        """The last part of a DELETE path, whether a known type or not."""
        return self._part("type")

    def _part(self, name: str) -> str | None:
        match = _PATH.fullmatch(self.path)
        return match[name] if match else None


def subject(query: Query) -> str | None:
    """Return the webhook type that a request names: a POST in its body, other methods in the path."""
    if query.method != "POST":
        return query.type
    document = _json(query.body)
    named = document.get("type") if isinstance(document, dict) else None
    return named if isinstance(named, str) else None


def respond(account: Account, api_key: str, modes: Modes, query: Query) -> ApiResponse:
    """Return the response to a request, and change the account if the request is granted."""
    try:
        _check_key(api_key, query)
        subaccount, act = _route(query)
        with account.lock:
            _check_subaccount(account, subaccount)
            return act(account, subaccount, modes, query)
    except _RequestRefusedError as refused:
        shape = "callflows" if query.resource == "callflows" else modes.error_body
        return responses.error(refused.status, str(refused), code=refused.code, shape=shape, headers=refused.headers)


class _RequestRefusedError(Exception):
    def __init__(self, status: int, message: str, code: str | int | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers


def _check_key(api_key: str, query: Query) -> None:
    expected = f"Bearer {api_key}".encode("utf-8", "surrogateescape")
    given = (query.authorization or "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, expected):
        raise _RequestRefusedError(401, "API key not found or invalid")


def _route(query: Query) -> tuple[str, _Act]:
    if query.subaccount is None:
        raise _RequestRefusedError(404, "Resource not found")
    methods = _ENDPOINTS["webhook" if query.type else query.resource or ""]
    if query.method not in methods:
        raise _RequestRefusedError(405, "Method not allowed", Allow=", ".join(methods))
    return query.subaccount, methods[query.method]


def _check_subaccount(account: Account, subaccount: str) -> None:
    if not SUBACCOUNT.fullmatch(subaccount):
        raise _RequestRefusedError(422, "Invalid subAccountId", "1002")
    status = account.refusal(subaccount)
    if status is not None:
        raise _RequestRefusedError(status, "Resource not accessible" if status == 403 else "Resource not found")


def _list(account: Account, subaccount: str, modes: Modes, _query: Query) -> ApiResponse:
    return responses.listing(subaccount, account.listed(subaccount), modes)


def _register(account: Account, subaccount: str, modes: Modes, query: Query) -> ApiResponse:
    before, visible = account.webhooks(subaccount), account.visible(subaccount)
    webhook = _webhook(query.body, modes, before)
    exists = webhook.type in before
    if exists and modes.post_over == "refuse":
        raise _RequestRefusedError(modes.refusal_status, f"Webhook of type {webhook.type} already exists", "1003")
    if not exists or modes.post_over == "replace":
        header = webhook.http_auth_header
        account.put(subaccount, webhook.type, webhook.url, enabled=webhook.enabled, http_auth_header=header)
        account.show_before(subaccount, before, modes.stale_reads, modes.late_reads)
    return responses.listing(subaccount, visible if modes.stale_response else account.webhooks(subaccount), modes)


def _remove(account: Account, subaccount: str, modes: Modes, query: Query) -> ApiResponse:
    before = account.webhooks(subaccount)
    webhook = before.get(query.type or "")
    if webhook is None and modes.delete_missing_status >= 300:
        raise _RequestRefusedError(modes.delete_missing_status, "Resource not found")
    if webhook is None:
        return responses.removed(subaccount, None, before, modes, modes.delete_missing_status)
    if webhook.type == "VNU" and modes.delete_vnu_status != 200:
        raise _RequestRefusedError(modes.delete_vnu_status, "type should be one of: VCA, VSS, VCS, VRU", "1004")
    account.remove(subaccount, webhook.type)
    account.show_before(subaccount, before, modes.stale_reads, modes.late_reads)
    return responses.removed(subaccount, webhook, account.webhooks(subaccount), modes)


def _start(account: Account, _subaccount: str, _modes: Modes, query: Query) -> ApiResponse:
    try:
        flow = callflows.accepted(account, json_text.read(query.body))
    except CallFlowError as error:
        problem = error.violations[0]
        status = 400 if problem.code in callflows.BAD_REQUEST else 422
        raise _RequestRefusedError(status, str(problem), problem.code) from None
    except ValueError:
        raise _RequestRefusedError(400, "Invalid JSON request body", -1001) from None
    return responses.created(flow)


def _webhook(body: bytes, modes: Modes, before: Webhooks) -> StoredWebhook:
    document = _json(body)
    if not isinstance(document, dict):
        raise _RequestRefusedError(422, "Invalid JSON request body", "1001")
    named, url, header = (document.get(name) for name in ("type", "url", "httpAuthHeader"))
    enabled = _switch(document, modes)
    if not isinstance(named, str) or named not in WebhookType.__members__:
        message = f"type should be one of: {', '.join(WebhookType.__members__)}"
        raise _RequestRefusedError(modes.invalid_type_status, message, "1004")
    if not isinstance(url, str) or not (_is_url(url) or modes.invalid_url_status == 200):
        status = 422 if modes.invalid_url_status == 200 else modes.invalid_url_status
        raise _RequestRefusedError(status, "url should be an absolute http or https URL", "1005")
    if enabled is not None and not isinstance(enabled, bool):
        raise _RequestRefusedError(422, "enabled should be a boolean", "1006")
    if header is not None and (not isinstance(header, str) or _UNSENDABLE.search(header)):
        raise _RequestRefusedError(422, "httpAuthHeader should be a string without control characters", "1007")
    if header is None and modes.omitted_header == "keep" and named in before:
        header = before[named].http_auth_header
    stored = normalised(url, modes.normalise) if _is_url(url) else url
    return StoredWebhook(named, stored, enabled is not False, header)


def _switch(document: dict[str, object], modes: Modes) -> object:
    """Return the enabled state that a POST requests, or None; `enabled` takes precedence over `active`."""
    if "enabled" in document and modes.enabled == "honour":
        return document["enabled"]
    return document.get("active") if modes.active == "honour" else None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not _UNSENDABLE.search(text)


def _json(body: bytes) -> object:
    """Return the decoded body, or None if it is not strictly valid JSON."""
    try:
        return json_text.read(body)
    except ValueError:
        return None


_Act = Callable[[Account, str, Modes, Query], ApiResponse]
_ENDPOINTS: dict[str, dict[str, _Act]] = {
    "webhooks": {"GET": _list, "POST": _register},
    "webhook": {"DELETE": _remove},
    "callflows": {"POST": _start},
    "speech-profiles": {"GET": lambda account, *_: responses.speech_profiles(account.speech_profiles)},
    "numbers": {"GET": lambda account, *_: responses.numbers(account.numbers)},
}
"""The handlers by resource, then by method."""
