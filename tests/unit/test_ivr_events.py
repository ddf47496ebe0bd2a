"""Deliveries become typed values once; a malformed one is refused by the path of its field."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.ivr import deliveries, events
from pulumi_8x8.ivr.events import CallAction, EventError, RecordingUploaded, SessionSummary, VirtualNumbersUpdated
from tests.contract import vendor

WHEN = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
KINDS = {
    "vca": "CallAction",
    "vcs": "CallStatus",
    "vss": "SessionSummary",
    "vru": "RecordingUploaded",
    "vnu": "VirtualNumbersUpdated",
}


def sample(name: str, **payload: object) -> dict[str, Any]:
    body: dict[str, Any] = vendor.sample(name)["body"]
    return body | {"payload": body["payload"] | payload}


def vca(**payload: object) -> dict[str, Any]:
    return sample("vca_action_completed", **payload)


def vss(**payload: object) -> dict[str, Any]:
    return sample("vss_busy", **payload)


def test_the_vendors_vca_sample_is_read() -> None:
    """Every field that the vendor shows has its place and type."""
    assert events.parse(sample("vca_action_completed")) == CallAction(
        event_id="77e6a667-133a-11ef-9dd4-e911cc6fc82f",
        call_id="627e25f1-133a-11ef-b08c-e33c09483244",
        session_id="a4fad4b3-b388-12ee-b217-2fb8260fcf59",
        subaccount_id="account_x",
        call_status="ACTION_COMPLETED",
        call_direction="OUTBOUND",
        destination="+6598888888",
        timestamp=datetime(2024, 5, 16, 4, 12, 11, 217000, tzinfo=timezone.utc),
        call_type="PSTN",
        source="+6568888888",
        source_format="MSISDN",
        destination_format="MSISDN",
        source_country_code="SG",
        destination_country_code="SG",
        source_ref_id="SOME-VN-REF-ID",
        destination_ref_id="ANOTHER-VN-REF-ID",
        call_duration=0,
        dtmf="1",
        sip_code=200,
        client_action_id="ivr1_level1",
    )


@pytest.mark.parametrize("published", vendor.samples("deliveries"), ids=lambda published: published["name"])
def test_every_delivery_that_the_vendor_publishes_is_read(published: dict[str, Any]) -> None:
    """Its kind, its status, its keys and its legs, in order and under one name each."""
    event = events.parse(published["body"])

    names = ("call_status", "session_status", "status", "update_event_type")
    assert next(getattr(event, name) for name in names if hasattr(event, name)) == published["status"]
    assert [leg.name for leg in getattr(event, "legs", ())] == published.get("legs", [])
    assert getattr(event, "dtmf", None) == published.get("dtmf")
    assert type(event).__name__ == KINDS[published["name"][:3]]


def test_keys_of_a_leg_are_matched_without_regard_to_case() -> None:
    """The vendor's voice messaging page has CallA and SourceRefId."""
    summary = events.parse(sample("vss_message"))

    assert isinstance(summary, SessionSummary)
    assert (summary.legs[0].name, summary.legs[0].call_duration, summary.legs[0].source_ref_id) == ("callA", 13, "null")


def test_a_recording_and_the_numbers_are_typed() -> None:
    """A VRU says where the recording is, a VNU what each number is fit for."""
    recording, update = events.parse(sample("vru_uploaded")), events.parse(sample("vnu_updates"))

    assert isinstance(recording, RecordingUploaded)
    assert isinstance(update, VirtualNumbersUpdated)
    assert (recording.duration_seconds, recording.file_path) == (25, sample("vru_uploaded")["payload"]["filePath"])
    assert (update.subaccount_id, update.total_numbers) == ("MySubAccount", 2)
    assert [(n.msisdn, n.operational_status, n.billing_unit, n.number_health_check_enabled)
            for n in update.virtual_numbers] == [
        ("+65123456789", "Active", 1, False),
        ("+65987654321", "Active", 60, True),
    ]  # fmt: skip


@pytest.mark.parametrize("body", [json.dumps(vca()), json.dumps(vca()).encode(), vca()])
def test_text_bytes_and_decoded_json_are_all_read(body: object) -> None:
    """Who has the raw body need not decode it first."""
    assert isinstance(events.parse(body), CallAction)


@pytest.mark.parametrize(
    ("payload", "dtmf"),
    [
        ({"eventData": {"dtmf": "12#"}}, "12#"),
        ({"eventData": {"dtmf": None}}, None),
        ({"eventData": {"dtmf": ""}}, None),
        ({"eventData": {}}, None),
        ({"eventData": None}, None),
        ({"eventData": {"dtmf": 1}}, "1"),
        ({"eventData": {"dtmf": 0}}, "0"),
        ({"eventData": {"DTMF": "5"}}, "5"),
        ({"eventData": "12"}, "12"),
        ({"eventData": 3.0}, "3"),
        ({"eventData": None, "dtmf": 7}, "7"),
        ({"eventData": ""}, None),
        ({"eventData": None, "dtmf": "7"}, "7"),
        ({"eventData": {"asrCaptured": None}, "dtmf": "7"}, "7"),
        ({"eventData": {"dtmf": "1"}, "dtmf": "7"}, "1"),
        ({"eventData": None, "dtmf": None}, None),
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


@pytest.mark.parametrize(
    "name",
    ["eventId", "callId", "sessionId", "subAccountId", "callStatus", "callDirection", "destination", "timestamp"],
)
@pytest.mark.parametrize("value", ["absent", None, 7, ["x"]])
def test_a_vca_without_what_it_needs_names_the_field(name: str, value: object) -> None:
    """Absent, null and of a wrong type are all refused by path."""
    body = vca(**{name: value})
    if value == "absent":
        del body["payload"][name]

    with pytest.raises(EventError, match=rf"\$\.payload\.{name} ") as refused:
        events.parse(body)

    assert refused.value.path == f"$.payload.{name}"


@pytest.mark.parametrize("name", ["sessionId", "subAccountId", "sessionStatus"])
def test_a_vss_without_what_it_needs_names_the_field(name: str) -> None:
    """A summary needs its session, its subaccount and its status."""
    with pytest.raises(EventError) as refused:
        events.parse(vss(**{name: None}))

    assert refused.value.path == f"$.payload.{name}"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"\xff", "$"),
        ("[" * 100_000, "$"),
        (b'{"payload": NaN}', "$"),
        (b"[]", "$"),
        (None, "$"),
        ({"payload": {}}, "$.eventType"),
        (vca() | {"eventType": "CALL"}, "$.eventType"),
        (vca() | {"eventType": {}}, "$.eventType"),
        (vca() | {"namespace": "SMS"}, "$.namespace"),
        (vca() | {"payload": None}, "$.payload"),
        (vca() | {"payload": "x"}, "$.payload"),
        (vca(sessionId=""), "$.payload.sessionId"),
        (vca(sessionId="x" * 129), "$.payload.sessionId"),
        (vca(sessionId="a\0b"), "$.payload.sessionId"),
        (vca(source="\ud800"), "$.payload.source"),
        (vca(sipCode="ok"), "$.payload.sipCode"),
        (vca(sipCode=True), "$.payload.sipCode"),
        (vca(sipCode=2**31), "$.payload.sipCode"),
        (vca(callDuration=1.5), "$.payload.callDuration"),
        (vca(timestamp="yesterday"), "$.payload.timestamp"),
        (vca(timestamp="2026-13-01T00:00:00Z"), "$.payload.timestamp"),
        (vca(timestamp="0001-01-01T00:00:00+14:00"), "$.payload.timestamp"),
        (vca(eventData=[]), "$.payload.eventData"),
        (vca(eventData={"dtmf": [1]}), "$.payload.eventData.dtmf"),
        (vca(eventData=True), "$.payload.eventData"),
        (vca(eventData=None, dtmf=1.5), "$.payload.dtmf"),
        (vca(clientActionId=1), "$.payload.clientActionId"),
        (vss(startTime=5), "$.payload.startTime"),
        (vss(errorDetails="no"), "$.payload.errorDetails"),
        (vss(errorDetails={"errorCode": "x"}), "$.payload.errorDetails.errorCode"),
        (vss(details=[]), "$.payload.details"),
        (vss(details={"callA": 1}), "$.payload.details.callA"),
        (vss(details={"callA": {"callId": 1}}), "$.payload.details.callA.callId"),
        (sample("vnu_updates", virtualNumbers=1), "$.payload.virtualNumbers"),
        (sample("vnu_updates", virtualNumbers=[None, {"msisdn": 1}]), "$.payload.virtualNumbers[1].msisdn"),
        (
            vss(details={"callB": {"callId": "b", "callStatus": "BUSY", "callQuality": {"mos": "good"}}}),
            "$.payload.details.callB.callQuality.mos",
        ),
    ],
)
def test_a_broken_delivery_is_refused_by_the_path_of_its_field(body: object, path: str) -> None:
    """The error says where, never what stood there: deliveries hold phone numbers."""
    with pytest.raises(EventError) as refused:
        events.parse(body)

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-13T08:26:58Z", WHEN),
        ("2026-01-13T08:26:58", WHEN),
        ("2026-01-13T16:26:58+08:00", WHEN),
        ("2026-01-13T16:26:58+0800", WHEN),
        ("2026-01-13T08:26:58.5Z", WHEN + timedelta(milliseconds=500)),
        ("2026-01-13T08:26:58.123456789Z", WHEN + timedelta(microseconds=123456)),
    ],
)
def test_times_are_read_in_utc(text: str, expected: datetime) -> None:
    """Any offset and any number of decimals is one moment."""
    summary = events.parse(vss(endTime=text))

    assert isinstance(summary, SessionSummary)
    assert summary.end_time == expected


@pytest.mark.parametrize(("message", "text"), [(None, "invalid call flow"), ("no action", "no action")])
def test_a_session_without_legs_has_its_error(message: str | None, text: str) -> None:
    """A session that was never created; a made-up error has the usual text for its code, or the caller's own."""
    delivery = deliveries.session_summary(
        session_id="s",
        subaccount_id="a",
        start_time=WHEN,
        end_time=WHEN,
        legs=[],
        session_status="ERROR",
        error_code=-2003,
        error_message=message,
    )

    summary = events.parse(delivery)

    assert isinstance(summary, SessionSummary)
    assert (summary.legs, summary.error) == ((), events.SessionError(-2003, text))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(vca()["payload"])), json_values)
def test_any_value_of_any_field_is_read_or_refused(name: str, value: object) -> None:
    """No delivery makes the parser fail in another way than by naming a field."""
    outcome: object
    try:
        outcome = events.parse(vca(**{name: value}))
    except EventError as error:
        outcome = error.path

    assert isinstance(outcome, CallAction) or str(outcome).startswith("$.payload.")
