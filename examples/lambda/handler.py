"""The endpoint: an AWS Lambda function behind a function URL.

POST /vca  a call is waiting: 200 with the call flow
POST /vss  a session has ended: its outcome becomes a line in CloudWatch Logs, then 200

401 wrong auth header · 404 any other path or method · 422 malformed delivery
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from eightx8_voice import events
from eightx8_voice.deliveries import REHEARSAL_HEADER
from eightx8_voice.menu import Announcement, Ivr, Menu, Transfer
from eightx8_voice.outcomes import outcome

IVR = Ivr(
    Menu(
        "Welcome to Example Telecom. For our opening hours, press 1. For an operator, press 0.",
        {
            "1": Announcement("We are open from nine to six, Monday to Friday. Goodbye."),
            "0": Transfer("+6591234500", source="+6568888888"),
        },
    ),
    voice_profile="en-US-BenjaminRUS",
)


def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Respond to one request, in the payload format 2.0 of function URLs."""
    headers = event["headers"]
    expected = os.environ["HTTP_AUTH_HEADER"].encode()
    if not hmac.compare_digest(headers.get("authorization", "").encode(), expected):
        return _response(401, {"error": "the auth header is missing or wrong"})
    path = event["rawPath"]
    if event["requestContext"]["http"]["method"] != "POST" or path not in ("/vca", "/vss"):
        return _response(404, {"error": "use POST /vca or POST /vss"})
    body = event.get("body") or ""
    try:
        delivery = events.parse(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except events.EventError as error:
        return _response(422, {"error": str(error)})
    if path == "/vca" and isinstance(delivery, events.CallAction):
        return _response(200, IVR.answer(delivery).as_dict())
    if path == "/vss" and isinstance(delivery, events.SessionSummary):
        if headers.get(REHEARSAL_HEADER.lower()) != "1":
            judged = outcome(delivery)
            print(json.dumps({"session": delivery.session_id, "outcome": judged.name, "reason": judged.reason}))
        return _response(200, {"status": "ok"})
    return _response(422, {"error": f"{path} does not accept this type of delivery"})


def _response(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
