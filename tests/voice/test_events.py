"""Deliveries become typed values, malformed ones are refused by field, and session summaries have an outcome."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial
from typing import Any, cast

import pytest

from eightx8_voice import events
from eightx8_voice.deliveries import synthetic
from eightx8_voice.events import EventError, SessionError, SessionSummary
from eightx8_voice.outcomes import Outcome, outcome
from eightx8_voice.webhooks import WebhookType
from tests.support import vendor

KINDS = {"vca": "CallAction", "vcs": "CallStatus", "vss": "SessionSummary"}
MOMENT = datetime(2026, 1, 13, 8, 26, 58, tzinfo=timezone.utc)
KINDS |= {"vru": "RecordingUploaded", "vnu": "VirtualNumbersUpdated"}


def sample(name: str, **payload: object) -> dict[str, Any]:
    body: dict[str, Any] = vendor.sample(name)["body"]
    return body | {"payload": body["payload"] | payload}


def vca(**payload: object) -> dict[str, Any]:
    return sample("vca_action_completed", **payload)


def vss(**payload: object) -> dict[str, Any]:
    return sample("vss_busy", **payload)


@pytest.mark.parametrize("published", vendor.samples("deliveries"), ids=lambda published: published["name"])
def test_every_published_delivery_is_parsed(published: dict[str, Any]) -> None:
    """Each field has one name, and additions by the vendor are ignored."""
    body, payload = published["body"], published["body"]["payload"]
    event = events.parse(body)

    names = ("call_status", "session_status", "status", "update_event_type")
    assert next(getattr(event, name) for name in names if hasattr(event, name)) == published["status"]
    assert [leg.name for leg in getattr(event, "legs", ())] == published.get("legs", [])
    assert getattr(event, "dtmf", None) == published.get("dtmf")
    assert type(event).__name__ == KINDS[published["name"][:3]]
    assert {text for text in payload.values() if isinstance(text, str) and "Z" not in text} <= {*vars(event).values()}
    assert events.parse({**body, "trace": {}, "payload": {**payload, "asrCaptured": {"deep": [1]}}}) == event


def test_legs_errors_recordings_and_numbers_are_typed() -> None:
    """The vendor's CallA and SourceRefId spellings are accepted; a failed session has no legs."""
    failed = vss(details=None, errorDetails={"errorCode": "-2003", "errorMsg": "no action"})
    bodies = (failed, *map(sample, ("vss_message", "vru_uploaded", "vnu_updates")))
    uncreated, summary, recording, update = (cast("Any", events.parse(body)) for body in bodies)

    assert (uncreated.legs, uncreated.error) == ((), SessionError(-2003, "no action"))
    assert (summary.legs[0].call_duration, summary.legs[0].source_ref_id) == (13, "null")
    assert recording.duration_seconds == 25
    assert [(number.msisdn, number.billing_unit) for number in update.virtual_numbers] == [
        ("+65123456789", 1),
        ("+65987654321", 60),
    ]


@pytest.mark.parametrize(
    ("payload", "dtmf"),
    [
        ({"eventData": {"dtmf": "12#"}}, "12#"),
        *[({"eventData": nothing}, None) for nothing in ({"dtmf": ""}, {}, None, "")],
        ({"eventData": {"dtmf": 0}}, "0"),
        ({"eventData": {"DTMF": "5"}}, "5"),
        ({"eventData": "12"}, "12"),
        ({"eventData": 3.0}, "3"),
        ({"eventData": None, "dtmf": 7}, "7"),
        ({"eventData": {"dtmf": "1"}, "dtmf": "7"}, "1"),
    ],
)
def test_keys_are_found_in_every_known_field(payload: dict[str, object], dtmf: str | None) -> None:
    """They are in eventData.dtmf, in eventData or beside it; nothing captured is None."""
    event: Any = events.parse(vca(**payload))

    assert event.dtmf == dtmf


MALFORMED: list[tuple[object, str]] = [
    *[(body, "") for body in (b"", b"\xff", "[" * 100_000, b'{"payload": NaN}', b"[]", None)],
    *[(vca() | {"namespace": value}, "namespace") for value in (None, "SMS", ["VOICE"])],
    *[(vca() | {"eventType": value}, "eventType") for value in (None, "CALL", ["CALL_ACTION"])],
    *[(vca() | {"payload": value}, "payload") for value in (None, "x", ["x"])],
    *[(vca(sessionId=value), "payload.sessionId") for value in (None, "", "x" * 129, "a\0b", ["x"], True)],
    *[(make(sessionId=None), "payload.sessionId") for make in (vss, partial(sample, "vru_uploaded"))],
    (vss(sessionStatus=None), "payload.sessionStatus"),
]


@pytest.mark.parametrize(("body", "path"), MALFORMED)
def test_a_malformed_delivery_is_refused_with_the_path_of_the_field(body: object, path: str) -> None:
    """The error never contains the value, since deliveries contain phone numbers."""
    with pytest.raises(EventError) as refused:
        events.parse(body)

    assert refused.value.path == f"$.{path}".removesuffix(".")


@pytest.mark.parametrize("published", vendor.samples("deliveries"), ids=lambda published: published["name"])
def test_only_the_session_and_a_summarys_status_are_required(published: dict[str, Any]) -> None:
    """Any other field may be absent, null or of a wrong type without ending the call."""
    body, payload = published["body"], published["body"]["payload"]
    optional = [name for name in payload if name not in {"sessionId", "sessionStatus"}]

    for name in optional:
        absent = {key: value for key, value in payload.items() if key != name}
        odd: list[object] = [None, True, ["x"], {"x": 1}, "\ud800"]
        for changed in (absent, *({**payload, name: value} for value in odd)):
            assert events.parse(body | {"payload": changed}), (name, changed)


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        (vca(callDuration="12.5"), "call_duration", 12.5),
        (vca(callDuration=12.5), "call_duration", 12.5),
        (vca(timestamp=1768292818000), "timestamp", MOMENT),
        (vca(timestamp="1768292818"), "timestamp", MOMENT),
        (vca(timestamp="2026-01-13 08:26:58"), "timestamp", MOMENT),
        (vca(source=6591178965), "source", "6591178965"),
        (vca(sipCode="486"), "sip_code", 486),
        (vca(eventData=[], dtmf="4"), "dtmf", "4"),
        (vss(details={"callA": {"connectedTimestamp": ""}}), "legs.0.connected", None),
        (vss(details={"callA": {"callQuality": {"mos": "4.5"}}}), "legs.0.call_quality.mos", 4.5),
        (vss(errorDetails=""), "error", None),
        (vss(errorDetails={"errorCode": "-2003", "action": "SAY"}), "error.action", "SAY"),
    ],
)
def test_unusual_forms_of_optional_fields_are_read(body: dict[str, Any], path: str, value: object) -> None:
    """Numbers may be text, times may be numbers, and every form of an empty value is None."""
    found: Any = events.parse(body)

    for step in path.split("."):
        found = found[int(step)] if step.isdecimal() else getattr(found, step)
    assert found == value


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        (vca(timestamp="yesterday", callDuration="soon"), {"callDuration": "soon", "timestamp": "yesterday"}),
        (vca(timestamp="0001-01-01T00:00:00+14:00"), {"timestamp": "0001-01-01T00:00:00+14:00"}),
        (vca(timestamp="20260113"), {"timestamp": "20260113"}),
        (vca(sipCode=2**31, source="a\0b"), {"source": "a\0b", "sipCode": 2**31}),
        (vca(eventData={"dtmf": [1]}), {"eventData.dtmf": [1]}),
        (vca(eventData=True), {"eventData": True}),
        (vss(details="none", errorDetails={"errorCode": "x"}), {"details": "none", "errorDetails.errorCode": "x"}),
        (vss(details={"callB": {"callQuality": {"mos": "good"}}}), {"details.callB.callQuality.mos": "good"}),
        (sample("vnu_updates", virtualNumbers=[None, 7, {"msisdn": [1]}]),
         {"virtualNumbers[1]": 7, "virtualNumbers[2].msisdn": [1]}),
    ],
)  # fmt: skip
def test_unreadable_values_are_kept_unchanged(body: dict[str, Any], unread: dict[str, object]) -> None:
    """They come with their path, for a line in a log."""
    event = events.parse(body)

    assert {found.path: found.value for found in event.unread} == {f"$.payload.{path}": unread[path] for path in unread}


def test_times_are_read_in_utc() -> None:
    """Any offset and any number of decimals is accepted."""
    texts = ("08:26:58", "16:26:58+0800", "16:26:58.5+08:00", "08:26:58.123456789Z")
    summaries: list[Any] = [events.parse(vss(endTime=f"2026-01-13T{text}")) for text in texts]

    micros = (0, 0, 500_000, 123_456)
    assert [one.end_time for one in summaries] == [datetime(2026, 1, 13, 8, 26, 58, n, timezone.utc) for n in micros]


@pytest.mark.parametrize("type", WebhookType.__members__)
def test_synthetic_deliveries_have_the_vendors_shape(type: str) -> None:
    """Each field occurs in the vendor's own sample, and the values can be parsed."""
    samples = [one["body"]["payload"] for one in vendor.samples("deliveries") if one["name"].startswith(type.lower())]

    made = synthetic(type, "Sub_1")

    assert made["payload"].keys() <= set().union(*samples)
    assert (type.lower() in KINDS, events.parse(made).unread) == (True, ())


def test_the_first_delivery_of_an_outbound_session_has_a_key_and_no_client_action_id() -> None:
    """No response preceded it."""
    event: Any = events.parse(synthetic("VCA", "Sub_1", outbound=True))

    assert (event.call_status, event.call_direction) == ("ACTION_COMPLETED", "OUTBOUND")
    assert (event.dtmf, event.client_action_id) == ("1", None)


ENDED = "the session ended in an error"
NOT_LISTED = "the person opted out, but 8x8 could not add the number to its blacklist"


@pytest.mark.parametrize(
    ("status", "error", "name", "reason"),
    [
        ("completed", (), "done", None),
        ("BUSY", (), "retry", "the called party was busy"),
        ("NO ANSWER", (), "retry", "the called party did not pick up"),
        ("FAILED", (), "retry", "the call could not be connected"),
        ("ERROR", (), "retry", ENDED),
        ("ERROR", (-2003, "invalid call flow"), "retry", f"{ENDED}: invalid call flow (-2003)"),
        ("ERROR", (-2003, None), "retry", f"{ENDED}: (-2003)"),
        ("CANCELED", (), "canceled", "the call was canceled"),
        ("CANCELLED", (), "canceled", "the call was canceled"),
        ("EXPIRED", (), "unknown", "status EXPIRED is unknown"),
        ("UNSUBSCRIBED_CONTACT", (), "opted_out", "the person had opted out before and was not called"),
        ("COMPLETED_UNSUBSCRIBED", (), "opted_out", "the person opted out of further calls"),
        ("COMPLETED_UNSUB_ERROR", (-2001, "internal"), "opted_out", f"{NOT_LISTED}: internal (-2001)"),
    ],
)
def test_each_status_has_one_outcome(status: str, error: tuple[Any, ...], name: str, reason: str | None) -> None:
    """Only failures are retried, never an opt-out; an unknown status is not a success."""
    assert outcome(SessionSummary(session_id="s", session_status=status, error=SessionError(*error))) == Outcome(
        name, reason
    )
