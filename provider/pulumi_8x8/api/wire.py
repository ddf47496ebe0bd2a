"""JSON <-> dataclasses: the field names and response shapes of the API's webhook endpoints.

Source: the vendor's public reference and OpenAPI description (July 2026) and the original IVR set-up guide.
They disagree on one name: the guide sends `active`, the reference `enabled`; both are sent, `enabled` is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from eightx8_voice import json_text
from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.errors import InvalidRequestError, ProtocolError
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId


@dataclass(frozen=True)
class Refusal:
    """What the vendor reports about a failed request, limited to what is safe to repeat.

    The webhooks reference documents `statusCode`; the platform's page on the errors of every API documents `code`.
    """

    status_code: str | None
    error_id: str | None

    def __str__(self) -> str:
        parts = [f"vendor code {self.status_code}"] if self.status_code else []
        parts += [f"errorId {self.error_id}"] if self.error_id else []
        return f" ({', '.join(parts)})" if parts else ""


def registration(declared: Declaration) -> dict[str, Any]:
    """Return the body of the POST that registers a webhook."""
    body: dict[str, Any] = {
        "type": declared.type,
        "url": declared.url,
        "active": declared.enabled,
        "enabled": declared.enabled,
    }
    if declared.http_auth_header is not None:
        body["httpAuthHeader"] = declared.http_auth_header
    return body


def parse_listing(subaccount_id: str, body: bytes) -> Listing:
    """Parse the response to a listing or a registration.

    Unknown fields and webhooks of unknown types are tolerated; everything else must be as documented,
    so that a broken response is never mistaken for a missing webhook.

    Raises:
        InvalidRequestError: Its `statusCode` is an error.
        ProtocolError: It does not have the documented shape, or is about another subaccount.
    """
    document = _document(subaccount_id, body)
    webhooks = document.get("webhooks")
    if not isinstance(webhooks, list):
        _broken(subaccount_id, "`webhooks` is not a list")
    count = document.get("count")
    if count is not None and count != len(webhooks):
        _broken(subaccount_id, f"`count` is not {len(webhooks)}, the number of webhooks listed")
    parsed = [_webhook(subaccount_id, index, entry) for index, entry in enumerate(webhooks)]
    return Listing(subaccount_id, tuple(webhook for webhook in parsed if webhook))


def parse_removal(webhook_id: WebhookId, body: bytes) -> LiveWebhook | None:
    """Return the webhook that was removed, or None if the response to the removal does not show it.

    Raises:
        InvalidRequestError: Its `statusCode` is an error.
        ProtocolError: It does not have the documented shape, or is about another webhook.
    """
    document = _document(webhook_id.subaccount_id, body)
    if document.get("type", webhook_id.type) != webhook_id.type:
        _broken(webhook_id.subaccount_id, f"it is not about {webhook_id.type}")
    if "url" not in document:
        return None
    return _webhook(webhook_id.subaccount_id, 0, {**document, "type": webhook_id.type})


def parse_refusal(body: bytes) -> Refusal:
    """Return the vendor's code and errorId for a failed request; both are None if the body is not the vendor's."""
    try:
        document = json_text.read(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return Refusal(None, None)
    return Refusal(_short(_code(document), r"-?\d{1,9}"), _short(document.get("errorId"), r"[\w-]{1,64}"))


def _code(document: dict[str, Any], missing: object = None) -> object:
    return document.get("statusCode", document.get("code", missing))


def _short(value: object, pattern: str) -> str | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if re.fullmatch(pattern, text, re.ASCII) else None


def _document(subaccount_id: str, body: bytes) -> dict[str, Any]:
    try:
        document = json_text.read(body)
    except ValueError:
        _broken(subaccount_id, "it is not JSON")
    if not isinstance(document, dict):
        _broken(subaccount_id, "it is not a JSON object")
    # The vendor writes a number in successes and a string in errors.
    if (code := _code(document, 0)) not in (0, "0") or isinstance(code, bool):
        refusal = parse_refusal(body)
        raise InvalidRequestError(
            f"The API did not carry out the request for {subaccount_id}{refusal} although it responded 200. "
            "Quote the code to 8x8 support.",
            status=200,
            status_code=refusal.status_code,
            error_id=refusal.error_id,
        )
    if document.get("subAccountId", subaccount_id) != subaccount_id:
        _broken(subaccount_id, "it is about another subaccount")
    return document


def _webhook(subaccount_id: str, index: int, entry: object) -> LiveWebhook | None:
    where = f"`webhooks[{index}]`"
    if not isinstance(entry, dict) or not isinstance(kind := entry.get("type"), str):
        _broken(subaccount_id, f"{where} has no `type`")
    if kind not in WebhookType.__members__:
        return None
    if not isinstance(url := entry.get("url"), str):
        _broken(subaccount_id, f"{where} has no `url`")
    # Nullable in the reference, with these defaults.
    enabled = True if entry.get("enabled") is None else entry["enabled"]
    header = False if entry.get("httpAuthHeaderAvailable") is None else entry["httpAuthHeaderAvailable"]
    if not isinstance(enabled, bool) or not isinstance(header, bool):
        _broken(subaccount_id, f"{where} has a flag that is neither true nor false")
    return LiveWebhook(kind, url, enabled, header)


def _broken(subaccount_id: str, reason: str) -> NoReturn:
    raise ProtocolError(
        f"The API's response for {subaccount_id} is not what 8x8 documents: {reason}. "
        "Check that 8x8:baseUrl is the voice API and that no proxy responds in its place.",
        uncertain=True,
    ) from None
