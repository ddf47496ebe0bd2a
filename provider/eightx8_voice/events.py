"""What 8x8 Connect Voice delivers: VCA, VSS, VCS, VRU and VNU, each parsed once into a typed value.

The namespace, the eventType, the payload, the session (except in a VNU) and a VSS's status are required. Everything
else may be absent or null: a caller may withhold the number. A value that cannot be read is None, and `unread` keeps
the original. Unknown fields are ignored, and names match regardless of case. Statuses, directions and types stay
strings, so that a value which the vendor adds later does not break an endpoint.

Source: the vendor's guides to each webhook (July 2026), and its older pages and samples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_type_hints

from eightx8_voice import fields, json_text
from eightx8_voice.fields import EventError as EventError
from eightx8_voice.fields import Fields
from eightx8_voice.fields import Unread as Unread


@dataclass(frozen=True, kw_only=True)
class _DeliveryFields:
    subaccount_id: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _PartyFields:
    call_id: str | None = None
    call_status: str | None = None
    call_direction: str | None = None
    call_type: str | None = None
    source: str | None = None
    destination: str | None = None
    source_format: str | None = None
    destination_format: str | None = None
    source_country_code: str | None = None
    destination_country_code: str | None = None
    source_ref_id: str | None = None
    destination_ref_id: str | None = None
    call_duration: float | None = None


@dataclass(frozen=True, kw_only=True)
class CallEvent(_PartyFields, _DeliveryFields):
    """An event in a call; durations are in seconds, times in UTC.

    `dtmf` contains the captured keys or is None; `client_action_id` is the one from the previous response.
    """

    session_id: str
    event_id: str | None = None
    timestamp: datetime | None = None
    dtmf: str | None = None
    sip_code: int | None = None
    client_action_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CallAction(CallEvent):
    """VCA: the call is waiting for a call flow. `call_status` is CALL_RECEIVED, or ACTION_COMPLETED after an action."""

    @property
    def is_new_call(self) -> bool:
        """Whether the call has just arrived; any other status (formerly DTMF_RECEIVED) reports a completed action."""
        return (self.call_status or "").upper() == "CALL_RECEIVED"


@dataclass(frozen=True, kw_only=True)
class CallStatus(CallEvent):
    """VCS: for information. `call_status` is e.g. CALL_INITIATED, CALL_CONNECTED or DTMF_RECEIVED."""


@dataclass(frozen=True)
class CallQuality:
    """The audio quality of a leg: `mos` from 1.0 to 5.0, `packet_loss_rate` as a fraction, `jitter` in ms."""

    mos: float | None = None
    packet_loss_rate: float | None = None
    jitter: float | None = None


@dataclass(frozen=True, kw_only=True)
class Leg(_PartyFields):
    """One leg of a session; `name` is callA, callB, … in this case; `call_duration` is in connected seconds."""

    name: str
    initiated: datetime | None = None
    connected: datetime | None = None
    disconnected: datetime | None = None
    call_quality: CallQuality | None = None


@dataclass(frozen=True)
class SessionError:
    """Why a session ended as ERROR; `code` is e.g. -2003 for an invalid call flow, `action` the one that failed."""

    code: int | None = None
    message: str | None = None
    action: str | None = None
    call_flow_request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionSummary(_DeliveryFields):
    """VSS: a session has ended.

    `session_status` is COMPLETED, BUSY, NO_ANSWER, FAILED, CANCELED or ERROR, or, in voice messaging,
    COMPLETED_UNSUBSCRIBED, COMPLETED_UNSUB_ERROR or UNSUBSCRIBED_CONTACT; `outcomes` also accepts other spellings.
    A session that could not be created may have no legs.
    """

    session_id: str
    session_status: str
    start_time: datetime | None = None
    end_time: datetime | None = None
    last_action: str | None = None
    call_count: int | None = None
    client_request_id: str | None = None
    error: SessionError | None = None
    legs: tuple[Leg, ...] = ()
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordingUploaded(_DeliveryFields):
    """VRU: a recording is available at `file_path` on the account's own server; `status` is UPLOAD_COMPLETED."""

    session_id: str
    recording_id: str | None = None
    status: str | None = None
    duration_seconds: float | None = None
    file_path: str | None = None


@dataclass(frozen=True, kw_only=True)
class VirtualNumber:
    """One number of a subaccount.

    `operational_status` is Active, Unhealthy, Expiring or Inactive; only an active number can be used for new sessions.
    `update_status` is UPDATED or NO_CHANGE. Prices are in `billing_currency`, per month and per minute.
    """

    msisdn: str | None = None
    operational_status: str | None = None
    update_status: str | None = None
    updated: datetime | None = None
    country_code: str | None = None
    reference_id: str | None = None
    rental_price: float | None = None
    incoming_rate: float | None = None
    billing_unit: int | None = None
    billing_currency: str | None = None
    number_health_check_enabled: bool | None = None


@dataclass(frozen=True, kw_only=True)
class VirtualNumbersUpdated(_DeliveryFields):
    """VNU: numbers of a subaccount have changed; `update_event_type` is SNAPSHOT or UPDATES."""

    update_event_type: str | None = None
    total_numbers: int | None = None
    virtual_numbers: tuple[VirtualNumber, ...] = ()


Event = CallAction | SessionSummary | CallStatus | RecordingUploaded | VirtualNumbersUpdated
T = TypeVar("T")


def parse(body: object) -> Event:
    """Turn a delivery into a typed value; `body` is its bytes or text, or the decoded JSON.

    Raises:
        EventError: It is not JSON, a required field is missing or invalid, or its type is not one of the five.
    """
    if isinstance(body, (bytes, str)):
        try:
            body = json_text.read(body, bom_allowed=True)
        except ValueError as error:
            raise EventError("$", f"is not JSON: {error}") from None
    if not isinstance(body, Mapping):
        raise EventError("$", "must be a JSON object")
    root = Fields(body)
    if root.required("namespace") != "VOICE":
        raise root.error("namespace", "must be VOICE")
    reader = _READERS.get(root.required("eventType"))
    if reader is None:
        raise root.error("eventType", f"must be one of {', '.join(_READERS)}")
    if (payload := root.nested("payload")) is None:
        raise root.error("payload", "must be an object")
    return replace(reader(payload, root), unread=tuple(root.unread))


def _dtmf(payload: Fields) -> str | None:
    """Find the keys in `payload.eventData.dtmf`, in `payload.eventData` itself, or in `payload.dtmf`."""
    if isinstance(payload.get("eventData"), (str, int, float)):
        found = payload.optional("eventData", fields.text)
    else:
        data = payload.nested("eventData")
        found = data.optional("dtmf", fields.text) if data else None
    return found or payload.optional("dtmf", fields.text) or None


def _summary(payload: Fields, root: Fields) -> SessionSummary:
    details, error = payload.nested("details"), payload.nested("errorDetails")
    names = [name for name in details.values if re.fullmatch("call[a-z]", name, re.IGNORECASE)] if details else []
    legs = {f"call{name[-1].upper()}": details.nested(name) for name in names} if details else {}
    return _read(
        SessionSummary,
        payload,
        error=_read(SessionError, error) if error else None,
        legs=tuple(_leg(name, leg) for name, leg in sorted(legs.items()) if leg),
        version=root.optional("version", fields.whole),
    )


def _leg(name: str, leg: Fields) -> Leg:
    quality = leg.nested("callQuality")
    return _read(Leg, leg, name=name, call_quality=_read(CallQuality, quality) if quality else None)


def _numbers(payload: Fields, _root: Fields) -> VirtualNumbersUpdated:
    numbers = tuple(_read(VirtualNumber, number) for number in payload.nested_list("virtualNumbers"))
    return _read(VirtualNumbersUpdated, payload, virtual_numbers=numbers)


_READERS: dict[str, Callable[[Fields, Fields], Event]] = {
    "CALL_ACTION": lambda payload, _: _read(CallAction, payload, dtmf=_dtmf(payload)),
    "SESSION_SUMMARY": _summary,
    "CALL_STATUS": lambda payload, _: _read(CallStatus, payload, dtmf=_dtmf(payload)),
    "CALL_RECORDING_STATUS": lambda payload, _: _read(RecordingUploaded, payload),
    "VIRTUAL_NUMBER_UPDATE": _numbers,
}


def _read(kind: Callable[..., T], source: Fields, **given: object) -> T:
    """Create an instance: each attribute's name determines its field, and its type the reader."""
    found = {
        name: source.optional(field, read) if read else source.required(field)
        for name, field, read in _attributes(kind)
        if name not in given
    }
    return kind(**found, **given)


@cache
def _attributes(kind: Any) -> list[tuple[str, str, Reader | None]]:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if hint in _TYPES}
    return [(name, _NAMES.get(name) or _camel(name), _TYPES[hint]) for name, hint in hints.items()]


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


_NAMES = {
    "subaccount_id": "subAccountId",
    "initiated": "initiatedTimestamp",
    "connected": "connectedTimestamp",
    "disconnected": "disconnectedTimestamp",
    "updated": "updatedTimestamp",
    "code": "errorCode",
    "message": "errorMsg",
}
"""The vendor's field names that cannot be derived from the attribute's name."""

Reader = Callable[[object], object]
_TYPES: dict[object, Reader | None] = {
    str: None,
    str | None: fields.text,
    int | None: fields.whole,
    float | None: fields.number,
    bool | None: fields.flag,
    datetime | None: fields.moment,
}
"""The reader for each attribute type, None for a required field; the caller passes attributes of other types."""
