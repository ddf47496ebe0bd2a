"""Deliveries become typed values; a malformed one is refused by the path of its field."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.ivr import events
from pulumi_8x8.ivr.events import CallAction, EventError, RecordingUploaded, SessionSummary, VirtualNumbersUpdated
from tests.contract import vendor

WHEN = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
KINDS = {"vca": "CallAction", "vcs": "CallStatus", "vss": "SessionSummary"}
KINDS |= {"vru": "RecordingUploaded", "vnu": "VirtualNumbersUpdated"}


def sample(name: str, **payload: object) -> dict[str, Any]:
    body: dict[str, Any] = vendor.sample(name)["body"]
    return body | {"payload": body["payload"] | payload}


def vca(**payload: object) -> dict[str, Any]:
    return sample("vca_action_completed", **payload)


def vss(**payload: object) -> dict[str, Any]:
    return sample("vss_busy", **payload)


@pytest.mark.parametrize("published", vendor.samples("deliveries"), ids=lambda published: published["name"])
def test_every_delivery_that_the_vendor_publishes_is_read(published: dict[str, Any]) -> None:
    """Its kind, its status, its keys, each text of its payload, and its legs, in order and under one name each."""
    event, payload = events.parse(published["body"]), published["body"]["payload"]

    names = ("call_status", "session_status", "status", "update_event_type")
    assert next(getattr(event, name) for name in names if hasattr(event, name)) == published["status"]
    assert [leg.name for leg in getattr(event, "legs", ())] == published.get("legs", [])
    assert getattr(event, "dtmf", None) == published.get("dtmf")
    assert type(event).__name__ == KINDS[published["name"][:3]]
    assert {text for text in payload.values() if isinstance(text, str) and "Z" not in text} <= {*vars(event).values()}


def test_a_leg_an_error_a_recording_and_numbers_are_typed() -> None:
    """Also where the vendor's page has CallA and SourceRefId; a session that was not created has no legs."""
    failed = events.parse(vss(details=None, errorDetails={"errorCode": "-2003", "errorMsg": "no action"}))
    summary, recording, update = map(events.parse, map(sample, ("vss_message", "vru_uploaded", "vnu_updates")))

    assert isinstance(summary, SessionSummary)
    assert isinstance(recording, RecordingUploaded)
    assert isinstance(update, VirtualNumbersUpdated)
    assert (failed.legs, failed.error) == ((), events.SessionError(-2003, "no action"))  # type: ignore[union-attr]
    assert (summary.legs[0].call_duration, summary.legs[0].source_ref_id) == (13, "null")
    assert (recording.duration_seconds, recording.file_path) == (25, sample("vru_uploaded")["payload"]["filePath"])
    assert [(n.msisdn, n.operational_status, n.billing_unit, n.number_health_check_enabled)
            for n in update.virtual_numbers] == [
        ("+65123456789", "Active", 1, False),
        ("+65987654321", "Active", 60, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "dtmf"),
    [
        ({"eventData": {"dtmf": "12#"}}, "12#"),
        ({"eventData": {"dtmf": ""}}, None),
        ({"eventData": {}}, None),
        ({"eventData": None}, None),
        ({"eventData": {"dtmf": 0}}, "0"),
        ({"eventData": {"DTMF": "5"}}, "5"),
        ({"eventData": "12"}, "12"),
        ({"eventData": 3.0}, "3"),
        ({"eventData": ""}, None),
        ({"eventData": None, "dtmf": 7}, "7"),
        ({"eventData": {"asrCaptured": None}, "dtmf": "7"}, "7"),
        ({"eventData": {"dtmf": "1"}, "dtmf": "7"}, "1"),
    ],
)
def test_keys_are_found_in_each_shape_that_was_seen(payload: dict[str, object], dtmf: str | None) -> None:
    """The keys are in eventData.dtmf, in eventData itself, or beside it; nothing captured is None."""
    event = events.parse(vca(**payload))

    assert isinstance(event, CallAction)
    assert event.dtmf == dtmf


def test_unknown_fields_are_ignored() -> None:
    """A field that the vendor adds breaks nothing, wherever it stands."""
    body = vca(asrCaptured={"deep": [1]}) | {"version": 9, "trace": {}}
    summary = vss(details=sample("vss_busy")["payload"]["details"] | {"note": "x", "callerName": "Ann"})

    assert events.parse(body) == events.parse(vca())
    assert events.parse(summary) == events.parse(vss())


REQUIRED = ["eventId", "callId", "sessionId", "subAccountId", "callStatus", "callDirection", "destination", "timestamp"]
MALFORMED: list[tuple[object, str]] = [
    *[(body, "$") for body in (b"", b"\xff", "[" * 100_000, b'{"payload": NaN}', b"[]", None)],
    *[(vca(**{name: value}), f"$.payload.{name}") for name in REQUIRED for value in (None, 7, ["x"])],
    *[(vss(**{name: None}), f"$.payload.{name}") for name in ("sessionId", "subAccountId", "sessionStatus")],
    *[(vca(sessionId=value), "$.payload.sessionId") for value in ("", "x" * 129, "a\0b")],
    *[(vca(sipCode=value), "$.payload.sipCode") for value in ("ok", True, 2**31)],
    *[(vca(timestamp=value), "$.payload.timestamp") for value in ("yesterday", "2026-13-01T00:00:00Z")],
    (vca(eventData=[]), "$.payload.eventData"),
    (vca(eventData=True), "$.payload.eventData"),
    ({"payload": {}}, "$.eventType"),
    (vca() | {"eventType": "CALL"}, "$.eventType"),
    (vca() | {"eventType": {}}, "$.eventType"),
    (vca() | {"namespace": "SMS"}, "$.namespace"),
    (vca() | {"payload": None}, "$.payload"),
    (vca() | {"payload": "x"}, "$.payload"),
    (vca(source="\ud800"), "$.payload.source"),
    (vca(callDuration=1.5), "$.payload.callDuration"),
    (vca(timestamp="0001-01-01T00:00:00+14:00"), "$.payload.timestamp"),
    (vca(eventData={"dtmf": [1]}), "$.payload.eventData.dtmf"),
    (vca(eventData=None, dtmf=1.5), "$.payload.dtmf"),
    (vca(clientActionId=1), "$.payload.clientActionId"),
    (vss(startTime=5), "$.payload.startTime"),
    (vss(errorDetails={"errorCode": "x"}), "$.payload.errorDetails.errorCode"),
    (vss(details=[]), "$.payload.details"),
    (vss(details={"callA": {"callId": 1}}), "$.payload.details.callA.callId"),
    (vss(details={"callB": {"callQuality": {"mos": "good"}}}), "$.payload.details.callB.callQuality.mos"),
    (sample("vnu_updates", virtualNumbers=1), "$.payload.virtualNumbers"),
    (sample("vnu_updates", virtualNumbers=[None, {"msisdn": 1}]), "$.payload.virtualNumbers[1].msisdn"),
]


@pytest.mark.parametrize(("body", "path"), MALFORMED)
def test_a_malformed_delivery_is_refused_by_the_path_of_its_field(body: object, path: str) -> None:
    """The error never holds the value: deliveries hold phone numbers."""
    with pytest.raises(EventError) as refused:
        events.parse(body)

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-13T08:26:58", WHEN),
        ("2026-01-13T16:26:58+0800", WHEN),
        ("2026-01-13T16:26:58.5+08:00", WHEN + timedelta(milliseconds=500)),
        ("2026-01-13T08:26:58.123456789Z", WHEN + timedelta(microseconds=123456)),
    ],
)
def test_times_are_read_in_utc(text: str, expected: datetime) -> None:
    """Any offset and any number of decimals is one moment."""
    summary = events.parse(vss(endTime=text))

    assert isinstance(summary, SessionSummary)
    assert summary.end_time == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(vca()["payload"])), json_values)
def test_any_value_of_any_field_is_read_or_refused(name: str, value: object) -> None:
    """No delivery makes the parser fail in another way than by naming a field."""
    try:
        outcome: object = events.parse(vca(**{name: value}))
    except EventError as error:
        outcome = error.path

    assert isinstance(outcome, CallAction) or str(outcome).startswith("$.payload.")
