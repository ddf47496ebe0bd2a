"""The probe against an emulator in every mode: it reports how that behaves, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eightx8_voice.emulator import MODES, Emulator, Fault, Modes, StoredWebhook
from pulumi_8x8.errors import ConflictError, WebhookError
from pulumi_8x8.probe import run as probe_run
from pulumi_8x8.probe.questions import QUESTIONS, answers
from pulumi_8x8.probe.reading import changes, error_shape
from pulumi_8x8.probe.report import modes_like, report
from pulumi_8x8.probe.run import Probe
from pulumi_8x8.settings import Settings
from tests.support.client import KEY

SUB = "Demo_1_voice"
MOST_REQUESTS = 25
OTHERS = {"VCA": StoredWebhook("VCA", "https://theirs.example/", False, "Basic dGhlaXJz")}
VARIED = {
    mode.name: st.sampled_from(mode.choices)
    for mode in MODES
    if mode.choices and not mode.repeated
} | {
    "normalise": st.tuples(
        st.sampled_from([(), ("lower-host",)]),
        st.sampled_from([(), ("root-slash",)]),
        st.sampled_from([(), ("add-slash",), ("remove-slash",)]),
        st.sampled_from([(), ("drop-query",)]),
    ).map(lambda parts: sum(parts, ())),
    "refusal_status": st.sampled_from([400, 409, 422]),
    "stale_response": st.booleans(),
    "delete_missing_status": st.sampled_from([200, 404, 410, 422]),
    "invalid_type_status": st.sampled_from([400, 422, 500]),
    "invalid_url_status": st.sampled_from([200, 400, 422]),
}  # fmt: skip
"""Every mode that the probe can detect without waiting."""


def probed(api: Emulator, **more: Any) -> Probe:
    """Ask every question without waiting, and check that nothing is left."""
    for type, webhook in OTHERS.items():
        api.account.put(SUB, type, webhook.url, enabled=webhook.enabled, http_auth_header=webhook.http_auth_header)
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda _: None)
    asked.look(**more)
    asked.ask()
    assert (asked.clean(), asked.changed()) == ([], [])
    assert api.account.webhooks(SUB) == OTHERS
    return asked


def reported(asked: Probe) -> dict[str, Any]:
    return report(asked.facts, type=asked.type, requests=asked.requests, left=[], complete=True)


def observable(modes: Modes) -> dict[str, Any]:
    """The modes that a probe can detect; a POST that does not replace, or a dropped query, hides some."""
    seen = {name: getattr(modes, name) for name in VARIED}
    if modes.post_over != "refuse":
        del seen["refusal_status"]
    if modes.post_over != "replace":
        del seen["omitted_header"]
    if modes.invalid_type_status == 500 and modes.invalid_url_status == 200 and modes.delete_missing_status < 300:
        del seen["error_body"]
    if modes.delete_response == "empty" and modes.delete_missing_status < 300:
        seen["delete_missing_status"] = 204
    hidden = {"root-slash"} if "drop-query" in modes.normalise else set()
    return {**seen, "normalise": set(modes.normalise) - hidden}


def test_every_assumption_holds_for_the_default_emulator(api: Emulator) -> None:
    """Fewer than twenty requests cover every question except the one about the vendor's other address."""
    asked = probed(api)

    found = {answer.question.key: answer.holds for answer in answers(asked.facts)}
    assert found == {question.key: True for question in QUESTIONS} | {"refusal_status": None, "addresses": None}
    assert len(api.journal) < 20


@given(st.fixed_dictionaries(VARIED))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_an_emulator_configured_from_a_report_behaves_like_the_probed_one(
    api: Emulator, chosen: dict[str, Any]
) -> None:
    """This holds in any combination of modes, with bounded requests and nothing left behind."""
    modes = api.modes = Modes(**chosen)
    api.journal.clear()

    asked = probed(api)

    found = modes_like(json.loads(json.dumps(reported(asked))))
    if found.get("invalid_type_status") == 500:
        found.setdefault("error_body", modes.error_body)
    like = Modes(**found)
    assert observable(like) == observable(modes)
    assert len(api.journal) <= MOST_REQUESTS


@pytest.mark.parametrize(
    ("modes", "key", "seen"),
    [
        (Modes(post_over="refuse"), "post_over", "refuse"),
        (Modes(post_over="refuse", refusal_status=403), "refusal_status", 403),
        (Modes(post_over="ignore"), "post_over", "ignore"),
        (Modes(omitted_header="keep"), "omitted_header", "keep"),
        (Modes(enabled="ignore", active="ignore"), "disabled", False),
        (Modes(normalise=("add-slash",)), "stored", ["add-slash"]),
        (Modes(delete_missing_status=410), "delete_missing_status", 410),
        (Modes(count="wrong"), "count", "wrong"),
    ],
)
def test_a_failed_assumption_is_explained(api: Emulator, modes: Modes, key: str, seen: object) -> None:
    """The report has one sentence about it, and the other assumptions hold."""
    api.modes = modes

    rows = reported(probed(api))["answers"]

    broken = {name: row["seen"] for name, row in rows.items() if row["holds"] is False}
    assert broken.pop(key) == seen
    assert set(broken) <= {"post_over"}
    assert rows[key]["meaning"].endswith(".")


def test_a_late_listing_is_not_mistaken_for_an_ignored_post(api: Emulator) -> None:
    """Nor is a stale response to a POST; the delay is measured."""
    api.modes = Modes(stale_reads=2, stale_response=True)

    facts = probed(api).facts

    assert (facts["response"], facts["post_over"], facts["listed_ms"] > 0) == ("stale", "replace", True)
    assert modes_like(reported_of(facts))["late_reads"] > 0


def reported_of(facts: dict[str, Any]) -> dict[str, Any]:
    return report(facts, type="VSS", requests=0, left=[], complete=True)


def test_a_webhook_that_is_never_listed_ends_the_probe_and_is_removed(api: Emulator) -> None:
    """The probe stops after thirty seconds of listings."""
    api.modes = Modes(stale_reads=12)
    pauses: list[float] = []
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda seconds: pauses.append(seconds))
    asked.look()

    with pytest.raises(WebhookError, match="did not list it within 30 s"):
        asked.ask()
    asked.clean()

    assert sum(pauses[:8]) >= 30
    assert api.account.webhooks(SUB) == {}


def test_an_unregistered_type_is_used_and_vnu_comes_last(api: Emulator) -> None:
    """Types that only report events come first, then VCA, which calls depend on."""
    asked, chosen = Probe(Settings(api_key=KEY, base_url=api.url), SUB), []
    for _ in range(5):
        asked.look()
        chosen.append(asked.type)
        api.account.put(SUB, asked.type, "https://theirs.example/")

    assert chosen == ["VSS", "VCS", "VRU", "VCA", "VNU"]


@pytest.mark.parametrize(
    ("registered", "type", "refusal"),
    [(["VSS"], "VSS", "VSS is registered"), (["VCA", "VSS", "VCS", "VRU", "VNU"], None, "Every type is registered")],
)
def test_registered_types_are_never_probed(
    api: Emulator, registered: list[str], type: str | None, refusal: str
) -> None:
    """This applies to a requested type too; only a listing is sent."""
    for each in registered:
        api.account.put(SUB, each, "https://theirs.example/")

    with pytest.raises(ConflictError, match=f"{refusal}.*Nothing was changed"):
        Probe(Settings(api_key=KEY, base_url=api.url), SUB).look(type)

    assert [entry.method for entry in api.journal] == ["GET"]


def test_an_unconfirmed_and_unlisted_registration_is_removed(api: Emulator) -> None:
    """Its response was lost and the listing is late, so it would appear after the probe has ended."""
    api.modes = Modes(stale_reads=2)
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda _: None)
    asked.look()
    api.faults.add(Fault("reset_after_applying", method="POST"))
    with pytest.raises(WebhookError):
        asked.ask()

    left = asked.clean()

    assert (left, api.account.webhooks(SUB)) == ([], {})


def test_a_webhook_registered_during_the_prompt_is_not_overwritten(api: Emulator) -> None:
    """The type was free when it was chosen."""
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda _: None)
    asked.look()
    theirs = api.account.put(SUB, "VSS", "https://theirs.example/")

    with pytest.raises(ConflictError, match="VSS of Demo_1_voice was registered by someone else after the check"):
        asked.ask()

    assert (asked.clean(), api.account.webhooks(SUB)) == ([], {"VSS": theirs})


def test_a_webhook_registered_by_someone_else_is_kept_and_reported(api: Emulator) -> None:
    """This holds even if it has the type that the probe has chosen."""
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda _: None)
    asked.look()
    asked.register()
    theirs = api.account.put(SUB, "VSS", "https://theirs.example/")

    left = asked.clean()

    assert (left, asked.changed()) == ([], ["VSS"])
    assert api.account.webhooks(SUB) == {"VSS": theirs}


def test_a_type_that_cannot_be_removed_is_reported(api: Emulator) -> None:
    """An emulator configured from the report refuses to delete VNU as well."""
    api.modes = Modes(delete_vnu_status=405)
    asked = Probe(Settings(api_key=KEY, base_url=api.url), SUB, sleep=lambda _: None)
    asked.look("VNU")
    asked.ask()

    left = asked.clean()

    assert [entry.type for entry in left] == ["VNU"]
    assert {answer.question.key: answer.holds for answer in answers(asked.facts)}["delete_status"] is False
    assert modes_like(reported(asked))["delete_vnu_status"] == 405


def test_the_vendors_other_address_is_tried_only_if_one_of_them_is_configured(
    api: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emulator's key is never sent to the vendor."""
    with Emulator(KEY) as other:
        monkeypatch.setattr(probe_run, "BASE_URLS", (api.url, other.url, "http://127.0.0.1:9"))
        facts = probed(api).facts
        assert [entry.method for entry in other.journal] == ["GET"]

    assert facts["addresses"] == {api.url: "responds", other.url: "responds", "http://127.0.0.1:9": "cannot be reached"}


@pytest.mark.parametrize(
    ("sent", "stored", "found"),
    [
        ("https://a.example/x", "https://a.example/x", []),
        ("https://A.example/x", "https://a.example/x", ["lower-host"]),
        ("https://a.example?q", "https://a.example/?q", ["root-slash"]),
        ("https://a.example/x", "https://a.example/x/", ["add-slash"]),
        ("https://a.example/x/?q", "https://a.example/x?q", ["remove-slash"]),
        ("https://a.example/x?q", "https://a.example/x", ["drop-query"]),
        ("https://A.example/x/?q", "https://a.example/x", ["lower-host", "remove-slash", "drop-query"]),
        ("https://a.example/x?q=a%20b", "https://a.example/x?q=a+b", ["other"]),
        ("https://A.example/x", "http://a.example/x", ["lower-host", "other"]),
        ("https://a.example/x", "https://a.example/y", ["other"]),
    ],
)
def test_each_kind_of_url_normalisation_is_recognised(sent: str, stored: str, found: list[str]) -> None:
    """Changes are recognised alone and in combination."""
    assert changes(sent, stored) == found


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (b'{"errorId": "e", "statusCode": "1001", "statusMessage": "m"}', "webhooks"),
        (b'{"code": 1300, "message": "m", "errorId": "e"}', "platform"),
        (b'{"sessionStatus": "NOT_CREATED", "statusCode": 404}', "callflows"),
        (b"<html>", "other"),
        (b'["x"]', "other"),
        (b"", "other"),
    ],
)
def test_an_error_body_has_one_of_three_documented_shapes_or_none(body: bytes, shape: str) -> None:
    """None of its text is kept."""
    assert error_shape(body) == shape


@pytest.mark.parametrize("document", [None, [], {}, {"answers": []}, {"answers": {"enabled": {}}}, "text"])
def test_a_malformed_report_is_refused(document: object) -> None:
    """Otherwise an emulator would start with arbitrary behaviour."""
    with pytest.raises(ValueError, match="not a report"):
        modes_like(document)
