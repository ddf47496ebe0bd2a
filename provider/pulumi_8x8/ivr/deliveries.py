"""Made-up deliveries in the vendor's shape, for the emulator and the rehearsal.

Pure: ids and times come from the caller. A value of None leaves its field out, except for `dtmf`, which the
vendor sends as null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from string import ascii_uppercase
from typing import Any

REHEARSAL_HEADER = "X-8x8-Rehearsal"
"""With the value 1 it marks a delivery that stands for no call: to be judged and answered, not stored."""

ERRORS = {
    -2001: "internal error",
    -2002: "internal connectivity error",
    -2003: "invalid call flow",
    -2005: "text to speech failed",
    -2006: "file download failed",
    -9999: "unknown error",
}
"""`errorDetails.errorCode` of a session that ended as ERROR: the vendor's codes, in words of our own."""


@dataclass(frozen=True)
class Parties:
    """Who calls whom in one leg: numbers in E.164, countries in ISO 3166-1 alpha-2.

    `direction` is INBOUND or OUTBOUND, `call_type` PSTN or VOIP. The ref ids are those of virtual numbers.
    """

    source: str
    destination: str
    direction: str = "INBOUND"
    call_type: str = "PSTN"
    source_country: str = "SG"
    destination_country: str = "SG"
    source_ref_id: str | None = None
    destination_ref_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the vendor's fields."""
        return {
            "callDirection": self.direction,
            "callType": self.call_type,
            "source": self.source,
            "destination": self.destination,
            "sourceFormat": "MSISDN",
            "destinationFormat": "MSISDN",
            "sourceCountryCode": self.source_country,
            "destinationCountryCode": self.destination_country,
            "sourceRefId": self.source_ref_id,
            "destinationRefId": self.destination_ref_id,
        }


def call_action(
    parties: Parties,
    *,
    event_id: str,
    call_id: str,
    session_id: str,
    subaccount_id: str,
    timestamp: datetime,
    call_status: str = "CALL_RECEIVED",
    call_duration: int = 0,
    dtmf: str | None = None,
    sip_code: int = 200,
    client_action_id: str | None = None,
) -> dict[str, Any]:
    """Return a VCA delivery; `call_status` is CALL_RECEIVED or ACTION_COMPLETED, `call_duration` in seconds."""
    payload = {
        "eventId": event_id,
        "callId": call_id,
        "sessionId": session_id,
        "subAccountId": subaccount_id,
        "callStatus": call_status,
        **parties.as_dict(),
        "callDuration": call_duration,
        "eventData": {"dtmf": dtmf},
        "sipCode": sip_code,
        "timestamp": _moment(timestamp, "milliseconds"),
        "clientActionId": client_action_id,
    }
    return {
        "namespace": "VOICE",
        "eventType": "CALL_ACTION",
        "description": "Action request of a call",
        "payload": _given(payload),
    }


def call_leg(
    parties: Parties,
    *,
    call_id: str,
    initiated: datetime,
    disconnected: datetime,
    connected: datetime | None = None,
    call_status: str = "COMPLETED",
    quality: tuple[float, float, int] | None = None,
) -> dict[str, Any]:
    """Return one leg of a session summary.

    Its duration is what lies between `connected` and `disconnected`, in whole seconds. `quality` is
    (mos from 1.0 to 5.0, packet loss rate as a fraction, jitter in ms).
    """
    names = ("mos", "packetLossRate", "jitter")
    return _given(
        {
            "callId": call_id,
            **parties.as_dict(),
            "initiatedTimestamp": _moment(initiated),
            "connectedTimestamp": _moment(connected) if connected else None,
            "disconnectedTimestamp": _moment(disconnected),
            "callStatus": call_status,
            "callDuration": int((disconnected - connected).total_seconds()) if connected else 0,
            "callQuality": dict(zip(names, quality, strict=True)) if quality else None,
        }
    )


def session_summary(
    *,
    session_id: str,
    subaccount_id: str,
    start_time: datetime,
    end_time: datetime,
    legs: Sequence[dict[str, Any]],
    session_status: str = "COMPLETED",
    last_action: str = "HANGUP",
    client_request_id: str | None = None,
    error_code: int | None = None,
    error_message: str | None = None,
) -> dict[str, Any]:
    """Return a VSS delivery; `legs` (up to 26) become callA, callB, ….

    An `error_code` brings `errorDetails`, with the text of `ERRORS` unless an `error_message` is given.
    """
    error = {"errorMsg": error_message or ERRORS.get(error_code or -9999), "errorCode": error_code}
    payload = {
        "sessionId": session_id,
        "subAccountId": subaccount_id,
        "sessionStatus": session_status,
        "startTime": _moment(start_time),
        "endTime": _moment(end_time),
        "lastAction": last_action,
        "callCount": len(legs),
        "clientRequestId": client_request_id,
        "errorDetails": error if error_code else None,
        "details": {f"call{letter}": leg for letter, leg in zip(ascii_uppercase, legs, strict=False)},
    }
    return {
        "namespace": "VOICE",
        "eventType": "SESSION_SUMMARY",
        "description": "Summary of a completed call session",
        "version": 5,
        "payload": _given(payload),
    }


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _moment(moment: datetime, precision: str = "seconds") -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec=precision).replace("+00:00", "Z")
