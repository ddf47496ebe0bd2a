"""Synthetic deliveries in the vendor's shape, for the emulator and the rehearsal.

The caller passes ids and times, except to `synthetic`. A field whose value is None is omitted, except `dtmf`, which
the vendor sends as null.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from string import ascii_uppercase
from typing import Any, Literal

REHEARSAL_HEADER = "X-8x8-Rehearsal"
"""The value 1 marks a delivery without a real call: respond as usual, but do not store it."""

DtmfPlace = Literal["eventData.dtmf", "eventData", "dtmf"]
"""Where a VCA delivery has the pressed keys: as documented now, as seen in 2025, and as documented earlier."""

ERRORS = {
    -2001: "internal error",
    -2002: "internal connectivity error",
    -2003: "The call flow provided is invalid",
    -2004: "no coverage for the area",
    -2005: "text to speech failed",
    -2006: "file download failed",
    -2007: "call flow request expired",
    -2008: "source not whitelisted",
    -2009: "invalid scenario parameters",
    -2010: "trunk capacity exceeded",
    -9999: "unknown error",
}
"""`errorDetails.errorCode` of a session that ended as ERROR: the vendor's codes, with texts that are mostly our own."""


@dataclass(frozen=True)
class Parties:
    """The two parties of a leg: numbers in E.164, and INBOUND or OUTBOUND. Both are Singaporean phone numbers."""

    source: str
    destination: str
    direction: str = "INBOUND"

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's fields."""
        return {
            "callDirection": self.direction,
            "callType": "PSTN",
            "source": self.source,
            "destination": self.destination,
            "sourceFormat": "MSISDN",
            "destinationFormat": "MSISDN",
            "sourceCountryCode": "SG",
            "destinationCountryCode": "SG",
        }


def call_status(
    parties: Parties,
    event_id: str,
    call_id: str,
    session_id: str,
    subaccount_id: str,
    timestamp: datetime,
    call_status: str = "CALL_RECEIVED",
    call_duration: int = 0,
    sip_code: int = 200,
) -> dict[str, Any]:
    """Return a VCS delivery; `call_status` is e.g. CALL_RECEIVED or CALL_CONNECTED, `call_duration` in seconds."""
    payload = {
        "eventId": event_id,
        "callId": call_id,
        "sessionId": session_id,
        "subAccountId": subaccount_id,
        "callStatus": call_status,
        **parties.as_dict(),
        "callDuration": call_duration,
        "sipCode": sip_code,
        "timestamp": _moment(timestamp, "milliseconds"),
    }
    return _delivery("CALL_STATUS", "Status update of a call", payload)


def call_action(
    *call: Any,
    dtmf: str | None = None,
    dtmf_place: DtmfPlace = "eventData.dtmf",
    client_action_id: str | None = None,
    **status: Any,
) -> dict[str, Any]:
    """Return a VCA delivery; `call_status` is CALL_RECEIVED or ACTION_COMPLETED, the rest as in `call_status`."""
    keys: dict[str, Any] = {"eventData": dtmf} if dtmf_place == "eventData" else {"dtmf": dtmf}
    payload = {
        **call_status(*call, **status)["payload"],
        **({"eventData": keys} if dtmf_place == "eventData.dtmf" else keys),
        **_given({"clientActionId": client_action_id}),
    }
    return _delivery("CALL_ACTION", "Action request of a call", payload)


def call_leg(
    parties: Parties,
    call_id: str,
    initiated: datetime,
    disconnected: datetime,
    connected: datetime | None = None,
    call_status: str = "COMPLETED",
) -> dict[str, Any]:
    """Return one leg of a session summary; its duration is from `connected` to `disconnected`, in whole seconds."""
    leg = {
        "callId": call_id,
        **parties.as_dict(),
        "initiatedTimestamp": _moment(initiated),
        "connectedTimestamp": _moment(connected) if connected else None,
        "disconnectedTimestamp": _moment(disconnected),
        "callStatus": call_status,
        "callDuration": int((disconnected - connected).total_seconds()) if connected else 0,
    }
    return _given(leg)


def session_summary(
    *,
    session_id: str,
    subaccount_id: str,
    start_time: datetime,
    end_time: datetime,
    legs: Sequence[dict[str, Any]],
    session_status: str = "COMPLETED",
    last_action: str | None = "HANGUP",
    error_code: int | None = None,
) -> dict[str, Any]:
    """Return a VSS delivery; `legs` (up to 26) become callA, callB, …; `error_code` adds `errorDetails`."""
    error = {"errorMsg": ERRORS.get(error_code or -9999), "errorCode": error_code}
    payload = {
        "sessionId": session_id,
        "subAccountId": subaccount_id,
        "sessionStatus": session_status,
        "startTime": _moment(start_time),
        "endTime": _moment(end_time),
        "lastAction": last_action,
        "callCount": len(legs),
        "errorDetails": error if error_code else None,
        "details": {f"call{letter}": leg for letter, leg in zip(ascii_uppercase, legs, strict=False)},
    }
    return _delivery("SESSION_SUMMARY", "Summary of a completed call session", _given(payload)) | {"version": 5}


def recording_uploaded(*, session_id: str, recording_id: str, file_path: str) -> dict[str, Any]:
    """Return a VRU delivery; `file_path` is a place on the account's own file server."""
    payload = {
        "sessionId": session_id,
        "recordingId": recording_id,
        "durationSeconds": 0,
        "filePath": file_path,
        "status": "UPLOAD_COMPLETED",
    }
    return _delivery("CALL_RECORDING_STATUS", "Call recording status updated", payload)


def virtual_number_updated(*, subaccount_id: str, number: str, timestamp: datetime) -> dict[str, Any]:
    """Return a VNU delivery about an active number in E.164; prices and health check are invented."""
    changed = {
        "msisdn": number,
        "updatedTimestamp": _moment(timestamp, "milliseconds"),
        "countryCode": "SG",
        "operationalStatus": "Active",
        "referenceId": "number-1",
        "rentalPrice": 5.0,
        "incomingRate": 0.05,
        "billingUnit": 60,
        "billingCurrency": "USD",
        "numberHealthCheckEnabled": False,
        "updateStatus": "UPDATED",
    }
    payload = {
        "subAccountId": subaccount_id,
        "totalNumbers": 1,
        "updateEventType": "UPDATES",
        "virtualNumbers": [changed],
    }
    return _delivery("VIRTUAL_NUMBER_UPDATE", "Status of account virtual number(s) updated", payload)


def synthetic(type: str, subaccount_id: str, *, outbound: bool = False) -> dict[str, Any]:
    """Return a delivery of a webhook type about a call, a recording or a number that does not exist.

    With `outbound`, a VCA is the first one of a session that began with an API request: a key was pressed in reply to
    the call flow of that request, and there is no clientActionId, because no response came before.
    """
    now, (event_id, call_id, session_id) = datetime.now(timezone.utc), (str(uuid.uuid4()) for _ in range(3))
    parties = Parties("+6500000000", "+6500000001", "OUTBOUND" if outbound else "INBOUND")
    call = (parties, event_id, call_id, session_id, subaccount_id, now)
    if type == "VCA":
        return call_action(*call, "ACTION_COMPLETED", dtmf="1") if outbound else call_action(*call)
    if type == "VCS":
        return call_status(*call)
    if type == "VRU":
        path = f"recordings/{session_id}.mp3"
        return recording_uploaded(session_id=session_id, recording_id=str(uuid.uuid4()), file_path=path)
    if type == "VNU":
        return virtual_number_updated(subaccount_id=subaccount_id, number=parties.destination, timestamp=now)
    leg = call_leg(parties, call_id, initiated=now, connected=now, disconnected=now)
    return session_summary(session_id=session_id, subaccount_id=subaccount_id, start_time=now, end_time=now, legs=[leg])


def _delivery(event_type: str, description: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": "VOICE", "eventType": event_type, "description": description, "payload": payload}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _moment(moment: datetime, precision: str = "seconds") -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec=precision).replace("+00:00", "Z")
