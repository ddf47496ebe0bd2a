"""The vendor's responses, and the variants that a mode selects instead.

Source: the vendor's OpenAPI description of the voice API (docs_oas/connect/voice_v1_api.json) and its page on API
error codes (docs/connect/docs/api-error-codes.md), July 2026. For the webhooks, they document the list, the removed
webhook and the body of a 422. The bodies of 401, 403, 404 and 405 are assumed, and so is every code except 1001.
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
    """A response of the API; `body` is JSON as bytes, `start` the id and the call flow of the session it creates."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    start: tuple[str, CallFlow] | None = None


def listing(subaccount: str, webhooks: Webhooks, modes: Modes) -> ApiResponse:
    """Return the response to GET and POST."""
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
    """Return the response to DELETE: the removed webhook, or none; `left` are the remaining ones."""
    if status == 204 or modes.delete_response == "empty":
        return ApiResponse(204, b"")
    if modes.delete_response == "list":
        return listing(subaccount, left, modes)
    shown = _shown(webhook) if webhook else {}
    return _json(status, {"subAccountId": subaccount, **shown, "statusCode": 0, "statusMessage": "deleted"})


def created(flow: CallFlow) -> ApiResponse:
    """Return the response to POST callflows, with new ids for the session and the request."""
    session_id, until = str(uuid.uuid4()), {} if flow.valid_until is None else {"validUntil": flow.valid_until}
    ids = {"sessionId": session_id, "sessionStatus": "CREATED", "callFlowRequestId": str(uuid.uuid4())}
    response = _json(200, {**ids, **until, "statusCode": 1, "statusMessage": "Created"})
    return replace(response, start=(session_id, flow))


def speech_profiles(codes: Sequence[str] | None) -> ApiResponse:
    """Return the list of voice profiles; all fields except the code are invented. Default: the vendor's example."""
    profiles = [
        {"speechProfileCode": code, "localeCode": code[:5], "localeDescription": "made up", "gender": "F"}
        for code in (SPEECH_PROFILES if codes is None else codes)
    ]
    return _json(200, {"speechProfiles": profiles, "statusCode": 0, "statusMessage": "ok"})


def numbers(msisdns: Sequence[str] | None) -> ApiResponse:
    """Return the list of virtual numbers; all fields except the number are invented. Default: a vendor sample."""
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
    """Return an error; in the webhooks shape, statusCode is a string (in a success, a number)."""
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
