"""The shapes of the vendor's responses, and of those that a mode has in their place.

Source: the vendor's OpenAPI description of the voice API (docs_oas/connect/voice_v1_api.json) and its page on API
error codes (docs/connect/docs/api-error-codes.md), July 2026. For the webhooks are documented: the list, the removed
webhook, and the body of a 422. Which body their 401, 403, 404 and 405 have is assumed, as is every code but 1001.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from eightx8_voice.callflow import CallFlow
from eightx8_voice.emulator.account import StoredWebhook, Webhooks
from eightx8_voice.emulator.modes import ErrorBody, Modes

PLATFORM_CODES = {401: 1200, 403: 1201, 404: 1300, 500: 2000}
"""The platform's own codes for unauthorized access, access forbidden, not found and an internal error."""

SPEECH_PROFILES, NUMBERS = ("en-US-Standard-A", "da-DK-Naja"), ("+6568332048",)
CREATED = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class ApiResponse:
    """A response of the API; `body` is the JSON text as bytes, `start` the session that it promises, and its id."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    start: tuple[str, CallFlow] | None = None


def listing(subaccount: str, webhooks: Webhooks, modes: Modes) -> ApiResponse:
    """Make the response to GET and POST."""
    counts = {"right": {"count": len(webhooks)}, "wrong": {"count": len(webhooks) + 1}, "missing": {}}
    document = {
        "subAccountId": subaccount,
        **counts[modes.count],
        "webhooks": [_shown(webhook) for webhook in webhooks.values()],
        "statusCode": 0,
        "statusMessage": "ok",
    }
    return _json(200, document)


def removed(
    subaccount: str, webhook: StoredWebhook | None, left: Webhooks, modes: Modes, status: int = 200
) -> ApiResponse:
    """Make the response to DELETE, about the webhook that it removed, or about none; `left` are the others."""
    if status == 204 or modes.delete_response == "empty":
        return ApiResponse(204, b"")
    if modes.delete_response == "list":
        return listing(subaccount, left, modes)
    shown = _shown(webhook) if webhook else {}
    return _json(status, {"subAccountId": subaccount, **shown, "statusCode": 0, "statusMessage": "deleted"})


def created(flow: CallFlow) -> ApiResponse:
    """Make the response to POST callflows, with the ids of the session and of the request."""
    session_id, until = str(uuid.uuid4()), {} if flow.valid_until is None else {"validUntil": flow.valid_until}
    ids = {"sessionId": session_id, "sessionStatus": "CREATED", "callFlowRequestId": str(uuid.uuid4())}
    response = _json(200, {**ids, **until, "statusCode": 1, "statusMessage": "Created"})
    return replace(response, start=(session_id, flow))


def speech_profiles(codes: Sequence[str] | None) -> ApiResponse:
    """Make the list of voice profiles; all but their codes is made up. Default: those of the vendor's example."""
    profiles = [
        {"speechProfileCode": code, "localeCode": code[:5], "localeDescription": "made up", "gender": "F"}
        for code in (SPEECH_PROFILES if codes is None else codes)
    ]
    return _json(200, {"speechProfiles": profiles, "statusCode": 0, "statusMessage": "ok"})


def numbers(msisdns: Sequence[str] | None) -> ApiResponse:
    """Make the list of virtual numbers; all but the numbers is made up. Default: one of the vendor's samples."""
    made_up = {"countryCode": "SG", "operationalStatus": "Active", "dateCreated": CREATED, "dateUpdated": CREATED}
    shown = [
        {"msisdn": msisdn, **made_up, "referenceId": f"number-{position}", "numberType": "LongCode"}
        for position, msisdn in enumerate(NUMBERS if msisdns is None else msisdns, start=1)
    ]
    document = {"totalNumbers": len(shown), "lastUpdatedAt": CREATED, "numbers": shown}
    return _json(200, {**document, "statusCode": 0, "statusMessage": "ok"})


def error(
    status: int,
    message: str,
    *,
    code: str | int | None = None,
    shape: ErrorBody = "webhooks",
    headers: Mapping[str, str] | None = None,
) -> ApiResponse:
    """Make an error; with the webhooks its statusCode is a string, where a success has a number."""
    error_id, now = str(uuid.uuid4()), datetime.now(timezone.utc)
    stamp = {"errorId": error_id, "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    refused = {"sessionStatus": "NOT_CREATED", "callFlowRequestId": error_id}
    documents: dict[ErrorBody, dict[str, object]] = {
        "webhooks": {**stamp, "statusCode": code or f"1{status}", "statusMessage": message},
        "platform": {**stamp, "code": PLATFORM_CODES.get(status, 1000), "message": message},
        "callflows": {**refused, "statusCode": code if isinstance(code, int) else status, "statusMessage": message},
    }
    return _json(status, documents[shape], headers)


def _shown(webhook: StoredWebhook) -> dict[str, object]:
    return {
        "type": webhook.type,
        "url": webhook.url,
        "enabled": webhook.enabled,
        "httpAuthHeaderAvailable": webhook.http_auth_header is not None,
    }


def _json(status: int, document: object, headers: Mapping[str, str] | None = None) -> ApiResponse:
    return ApiResponse(status, json.dumps(document).encode(), dict(headers or {}))
