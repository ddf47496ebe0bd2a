"""The shapes of the vendor's answers.

Source: the vendor's OpenAPI description of the voice API (docs_oas/connect/voice_v1_api.json, July 2026).
Documented are the list, the removed webhook and the body of a 422. That a 401, 403, 404 or 405 has the same
body as a 422, and every error's statusCode but 1001, is assumed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from pulumi_8x8.emulator.account.state import StoredWebhook, Webhooks

STATUS_CODES = {401: "1401", 403: "1403", 404: "1404", 405: "1405", 500: "1500"}
"""Assumed: the vendor documents no codes for these."""


@dataclass(frozen=True)
class Answer:
    """What goes back to the client; `body` is the JSON text as bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def listing(subaccount: str, webhooks: Webhooks) -> Answer:
    """Answer GET and POST."""
    return _json(200, listing_document(subaccount, webhooks))


def listing_document(subaccount: str, webhooks: Webhooks) -> dict[str, object]:
    """Give the list shape before it is text, for those who answer a bent one."""
    return {
        "subAccountId": subaccount,
        "count": len(webhooks),
        "webhooks": [_shown(webhook) for webhook in webhooks.values()],
        "statusCode": 0,
        "statusMessage": "ok",
    }


def removed(subaccount: str, webhook: StoredWebhook) -> Answer:
    """Answer DELETE, about the webhook that it removed."""
    return _json(
        200,
        {"subAccountId": subaccount, **_shown(webhook), "statusCode": 0, "statusMessage": "deleted"},
    )


def error(status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer an error; its statusCode is a string, where a success has a number."""
    document = {
        "errorId": str(uuid.uuid4()),
        "statusCode": code or STATUS_CODES[status],
        "statusMessage": message,
        "timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return _json(status, document, headers)


def _shown(webhook: StoredWebhook) -> dict[str, object]:
    return {
        "type": webhook.type,
        "url": webhook.url,
        "enabled": webhook.enabled,
        "httpAuthHeaderAvailable": webhook.http_auth_header is not None,
    }


def _json(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(document).encode(), dict(headers or {}))
