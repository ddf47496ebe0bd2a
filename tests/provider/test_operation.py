"""Single operations, for callers that the engine names by URN, against a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8 import errors
from pulumi_8x8.model import SECRET_URL, WebhookId
from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.reconcile.operation import Operation
from tests.support.endpoints import endpoint

ID = WebhookId("acme_voice", "VCA")
A, B, HEADER = "https://a.example/", "https://b.example/", "header-canary-4e07"
HOOK, OTHER, SECRET = Caller("urn::hook"), Caller("urn::other"), Caller("urn::hook", secret=["url"])
INPUTS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**INPUTS, "http_auth_header_available": False}
HEADED = {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}
Shown = list[tuple[str, str, str]]
"""Severity, URN of the row, and text of each message."""


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def shown() -> Shown:
    return []


def operation(api: Emulator, shown: Shown | None = None, **config: str) -> Operation:
    settings = {"apiKey": api.api_key, "baseUrl": api.url, **config}

    def log(severity: str, text: str, urn: str) -> bool:
        (shown if shown is not None else []).append((severity, urn, text))
        return True

    return Operation(lambda key: settings.get(key.removeprefix("8x8:")), log=log)


def check(running: Operation, caller: Caller, inputs: Mapping[str, Any], olds: Any = None) -> Any:
    """Check as the dynamic provider does."""
    news, failures = running.check(caller, olds or {}, inputs)
    return news, failures or running.check_live(caller, news)


def checked(running: Operation, caller: Caller, inputs: Mapping[str, Any], olds: Any = None) -> Any:
    news, failures = check(running, caller, inputs, olds)
    assert failures == []
    return news


def held(api: Emulator) -> StoredWebhook | None:
    return api.account.webhooks("acme_voice").get("VCA")


def methods(api: Emulator) -> list[str]:
    return [entry.method for entry in api.journal]


def test_a_webhook_goes_through_every_operation(api: Emulator, shown: Shown) -> None:
    """It is created, found unchanged with another key, repaired after drift, refreshed and found missing."""
    first = operation(api)
    news = checked(first, HOOK, {**INPUTS, "enabled": None, "http_auth_header": HEADER})
    created = first.create(HOOK, news)
    api.api_key = "the-next-key"
    second = operation(api, shown)
    unchanged = [second.diff(HOOK, HEADED, checked(second, HOOK, news, HEADED)) for _ in range(3)]
    api.account.put(*ID, B, enabled=False)
    third = operation(api, shown)
    drifted = [third.diff(HOOK, HEADED, checked(third, HOOK, news, HEADED)) for _ in range(2)]
    read = operation(api).read(HOOK, ID, HEADED)
    updated = third.update(HOOK, HEADED, news)
    repaired = held(api)
    api.account.remove(*ID)
    gone, fourth = operation(api).read(HOOK, ID, HEADED), operation(api)
    with pytest.raises(errors.NotFoundError, match="acme_voice/VCA does not exist"):
        fourth.read(HOOK, ID, {})  # as `Webhook.get` does

    assert (news, created) == ({**INPUTS, "http_auth_header": HEADER}, (ID, HEADED))
    assert unchanged == [((), (), False)] * 3
    assert drifted == [((), ("url", "enabled", "http_auth_header"), True)] * 2
    assert read == {**STATE, "url": B, "enabled": False}, "a header that is gone is not carried on"
    assert (updated, repaired) == (HEADED, StoredWebhook("VCA", A, True, HEADER))
    assert (gone, fourth.diff(HOOK, HEADED, news).updates) == (None, ("webhook",))
    assert shown == [("warning", "urn::hook", f"drift: url is {B} (declared: {A}); enabled is false (declared: true); "
                                              "auth header is missing (declared: set)")]  # fmt: skip
    assert methods(api) == ["GET", "POST", "GET", "GET", "GET", "POST", "GET", "GET"]


def test_an_unmanaged_webhook_is_refused_with_all_options(api: Emulator) -> None:
    """Check and unpreviewed create refuse it; `--replace` and a taint check without the old state."""
    theirs = api.account.put(*ID, B)
    running = operation(api)

    _, [failure] = check(running, HOOK, INPUTS)
    with pytest.raises(errors.ConflictError) as caught:
        running.create(HOOK, INPUTS)

    assert (failure.property, failure.reason) == ("url", str(caught.value))
    for way in ("overwrite_on_create=True", f"declare url='{B}'", "alias", "--replace", "`pulumi state untaint`"):
        assert way in failure.reason
    assert held(api) == theirs


@pytest.mark.parametrize("live", [f"{A}vca?t=live-canary", f"{A}vca?t=other-canary&u=canary#canary"])
def test_no_text_shows_the_values_of_a_query(api: Emulator, shown: Shown, live: str) -> None:
    """Queries often contain tokens; if only the query differs, the message says so."""
    declared = {**INPUTS, "url": f"{A}vca?t=declared-canary"}
    api.account.put(*ID, live)
    running = operation(api, shown)

    _, [refusal] = check(operation(api), HOOK, declared)
    running.diff(HOOK, {**STATE, **declared}, checked(running, HOOK, declared, {**STATE, **declared}))
    operation(api, shown).delete(HOOK, ID, {**STATE, **declared})
    texts = [refusal.reason, *(text for _, _, text in shown)]

    assert refusal.property == "", "the engine would print the value of the property"
    assert len(texts) == 3
    assert [text for text in texts if "canary" in text or "?t=…" not in text] == []
    assert ("differs only in its query" in texts[1]) == ("u=" not in live)


def test_overwritten_and_removed_webhooks_are_shown(api: Emulator, shown: Shown) -> None:
    """They are shown on the resource's row, except a webhook that was removed as it was last deployed."""
    api.account.put(*ID, B, http_auth_header="x")
    running = operation(api, shown)

    running.create(HOOK, checked(running, HOOK, {**INPUTS, "overwrite_on_create": True}))
    operation(api, shown).delete(HOOK, ID, STATE)
    api.account.put(*ID, B)
    operation(api, shown).delete(HOOK, ID, STATE)

    assert held(api) is None
    assert shown == [
        ("info", "urn::hook", f"{A} (enabled, no auth header) replaced {B} (enabled, with an auth header)"),
        ("info", "urn::hook", f"removed; it had been changed to {B} (enabled, no auth header)"),
    ]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"apiKey": ""}, r"pulumi config set --secret 8x8:apiKey.*EIGHTX8_API_KEY"),
        ({"deadline": "canary"}, r"^The setting 8x8:deadline must be a number of seconds(?!.*canary)"),
        ({"apiKey": "another"}, r"401.*Check 8x8:apiKey or EIGHTX8_API_KEY"),
    ],
)
def test_an_error_that_would_fail_the_update_fails_the_preview(
    api: Emulator, config: dict[str, Any], reason: str
) -> None:
    """No property is named, and invalid inputs are reported first, without a request."""
    running = operation(api, **config)

    _, bad = check(running, HOOK, {**INPUTS, "url": "http://x.example/", "type": "XYZ"})
    sent = methods(api)
    _, [failure] = check(running, HOOK, INPUTS)

    assert ([each.property for each in bad], sent, failure.property) == (["type", "url"], [], "")
    assert re.search(reason, failure.reason)
    assert bool(check(running, HOOK, {**INPUTS, "type": UNKNOWN})[1]) == ("401" not in reason)


def test_an_endpoint_that_is_not_ready_fails_the_preview(api: Emulator) -> None:
    """A new URL is rehearsed once, although the engine checks a replacement twice."""
    running, wanted = operation(api, rehearsePrivate="true"), {**INPUTS, "rehearse": True}
    broken = {**wanted, "url": api.url}

    with endpoint() as ready:
        checked(running, HOOK, {**wanted, "url": ready.url})
        deliveries = len(ready.delivered)
        checked(running, HOOK, {**wanted, "url": ready.url})
    failed = [running.check(caller, {}, broken)[1][0] for caller in (HOOK, SECRET)]
    checked(running, HOOK, broken, {**STATE, "url": api.url})

    assert len(ready.delivered) == deliveries > 0
    assert [failure.property for failure in failed] == ["url", ""]
    assert all(failure.reason.startswith("The endpoint is not ready: ") for failure in failed)


def test_the_next_subaccounts_are_fetched_with_the_first(api: Emulator) -> None:
    """A malformed subaccount id is not requested."""
    running, listing = operation(api), api.faults.add(Fault("pass", "GET", "team_1"))

    checked(running, Caller("urn::0", ahead=["no/../subaccount", "x", "a b c", "team_1"]), INPUTS)

    assert listing.reached.wait(10)
    checked(running, Caller("urn::1"), {**INPUTS, "subaccount_id": "team_1"})
    assert sorted(str(entry.subaccount) for entry in api.journal) == ["acme_voice", "team_1"]


def test_a_rename_keeps_the_webhook_and_shows_it_on_the_old_row(api: Emulator, shown: Shown) -> None:
    """If the new resource failed, as with `--continue-on-error`, the old one stays in the state."""
    api.account.put(*ID, A)
    running = operation(api, shown)
    news = checked(running, OTHER, INPUTS)

    with pytest.raises(errors.ConflictError, match=r"declares it now, but 'other' was not registered\."):
        running.delete(HOOK, ID, STATE)
    running.create(OTHER, news)
    running.delete(HOOK, ID, STATE)

    assert methods(api) == ["GET"]
    assert shown == [
        ("status", "urn::other", "live as declared: will be adopted, nothing is sent"),
        ("info", "urn::other", "adopted unchanged (already registered as declared)"),
        ("info", "urn::hook", "not deleted: now managed by 'other'"),
    ]


def test_options_without_effect_and_types_of_other_products_are_mentioned_once(api: Emulator, shown: Shown) -> None:
    """The note is on the resource's row; VCS, VRU and VNU are documented for number masking."""
    running = operation(api, shown)

    for type in ("VCS", "VRU"):
        checked(running, Caller("urn::x", unsupported=["deleted_with"]), {**INPUTS, "type": type})

    product, option = shown
    assert product == ("info", "urn::x", "8x8 documents VCS for number masking; for IVR, it documents VCA and VSS")
    assert option[:2] == ("warning", "urn::x")


def test_no_message_contains_a_secret_url(api: Emulator, shown: Shown) -> None:
    """Refusals, drift, replacements, removals and failed writes are covered."""
    masked, news = {**STATE, SECRET_URL: True}, {**INPUTS, SECRET_URL: True}
    api.account.put(*ID, B, http_auth_header="x")
    _, [refusal] = check(operation(api), SECRET, INPUTS)
    texts = [refusal.reason]
    operation(api, shown).create(HOOK, {**news, "overwrite_on_create": True})
    running = operation(api, shown, deadline="0.2")
    failing: list[tuple[Fault, Callable[[], object]]] = [
        (Fault("status", method="POST", status=500, times=None), lambda: running.update(HOOK, masked, news)),
        (Fault("status", method="DELETE", status=500, times=None), lambda: running.delete(HOOK, ID, masked)),
        (Fault("altered", method="POST", times=None), lambda: running.update(HOOK, masked, news)),
    ]
    for fault, call in failing:
        api.account.put(*ID, B)
        api.faults.add(fault)
        with pytest.raises(errors.WebhookError) as caught:
            call()
        texts.append(str(caught.value))
        api.faults.clear()
    api.account.put(*ID, B)
    running = operation(api, shown)
    running.diff(HOOK, masked, checked(running, SECRET, INPUTS, masked))
    operation(api, shown).delete(HOOK, ID, masked)
    texts += [text for _, _, text in shown]

    assert refusal.property == "", "the engine would print the value of the property"
    assert len(texts) == 7
    assert [text for text in texts if "example" in text or "[secret]" not in text] == []


def test_marking_a_url_as_secret_is_an_update_without_a_request(api: Emulator) -> None:
    """Only the state changes, so that refresh and destroy treat it as a secret."""
    api.account.put(*ID, A)
    running = operation(api)
    news = checked(running, SECRET, INPUTS, STATE)

    assert running.diff(HOOK, STATE, news) == ((), (), True)
    assert running.update(HOOK, STATE, news) == {**STATE, SECRET_URL: True}
    assert methods(api) == ["GET"]


@pytest.mark.parametrize("live", [A, B], ids=["as declared", "drifted"])
def test_finishing_an_interrupted_replacement_keeps_the_webhook(api: Emulator, live: str) -> None:
    """The next run deletes the old state entry, under the same URN, even if the new comparison failed."""
    api.account.put(*ID, live)
    running = operation(api)
    running.diff(HOOK, STATE, checked(running, HOOK, INPUTS, STATE))

    running.delete(HOOK, ID, STATE)

    assert api.account.webhooks("acme_voice")["VCA"].url == live


def test_a_url_that_is_secret_only_in_the_state_is_not_a_change(api: Emulator) -> None:
    """`additional_secret_outputs` causes this, and would otherwise show an update on every run."""
    api.account.put(*ID, A)
    running = operation(api)
    olds = {**STATE, SECRET_URL: True}

    assert running.diff(HOOK, olds, checked(running, HOOK, INPUTS, olds)) == ((), (), False)


def test_without_the_hidden_input_an_update_is_validated_in_full(api: Emulator) -> None:
    """A transformation that keeps only known properties drops it."""
    _, [failure] = check(
        operation(api), Caller.from_text(None, "urn::hook"), {**INPUTS, "url": "ftp://nonsense"}, STATE
    )

    assert failure.reason.startswith("url must be an absolute https URL")
