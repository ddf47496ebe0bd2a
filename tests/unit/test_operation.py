"""What one operation does for callers that the engine names by URN, at a real server."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.errors import (
    ConflictError,
    KeyRefusedError,
    NotFoundError,
    SettingsError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import MASKED, WebhookId
from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.reconcile.operation import Operation

ID = WebhookId("acme_voice", "VCA")
A, B = "https://a.example/", "https://b.example/"
HOOK, OTHER = Caller("urn::hook"), Caller("urn::other")
INPUTS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**INPUTS, "http_auth_header_available": False}
HEADER = "header-canary-4e07"
HEADED = {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


class Rows:
    """What was shown on whose row."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str, str]] = []

    def log(self, severity: str, message: str, urn: str) -> bool:
        self.shown.append((severity, urn, message))
        return True


@pytest.fixture
def rows() -> Rows:
    return Rows()


def operation(api: Emulator, rows: Rows | None = None, state: Mapping[str, Any] | None = None) -> Operation:
    config = {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}
    return Operation(config.get, log=(rows or Rows()).log, state=lambda *_: state)


def checked(
    running: Operation, caller: Caller, inputs: Mapping[str, Any], olds: Mapping[str, Any] | None = None
) -> Any:
    news, failures = running.check(caller, olds or {}, inputs)
    assert failures == []
    return news


def writes(api: Emulator) -> list[str]:
    return [entry.method for entry in api.journal if entry.method != "GET"]


def asked(api: Emulator) -> list[str]:
    return [entry.method for entry in api.journal]


def test_an_unregistered_webhook_costs_one_get_and_one_post(api: Emulator) -> None:
    """The outputs are what the API confirmed; the header is carried, since the API never returns it."""
    running = operation(api)
    news = checked(running, HOOK, {**INPUTS, "enabled": None, "http_auth_header": HEADER})

    webhook_id, outs = running.create(HOOK, news)

    assert news == {**INPUTS, "http_auth_header": HEADER}
    assert (webhook_id, outs) == (ID, HEADED)
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A, True, HEADER)
    assert asked(api) == ["GET", "POST"]


def test_somebody_elses_webhook_that_appears_after_the_check_is_refused_too(api: Emulator) -> None:
    """Without a preview, create is the first to list."""
    api.account.put(*ID, B)

    with pytest.raises(ConflictError, match="already holds a webhook"):
        operation(api).create(HOOK, INPUTS)

    assert writes(api) == []


def test_overwriting_says_what_was_replaced(api: Emulator, rows: Rows) -> None:
    """The program asked for it."""
    api.account.put(*ID, B, http_auth_header="x")
    running = operation(api, rows)

    running.create(HOOK, checked(running, HOOK, {**INPUTS, "overwrite_on_create": True}))

    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A)
    [(_, _, text)] = rows.shown
    assert text == f"{A} (enabled, no auth header) replaced {B} (enabled, with an auth header)"


def test_an_unchanged_webhook_costs_one_get_and_nothing_else(api: Emulator, rows: Rows) -> None:
    """No row, no change, however often the engine asks; a rotated API key is no change either."""
    api.account.put(*ID, A)
    api.api_key = "the-next-key"
    running = operation(api, rows)

    found = [running.diff(HOOK, STATE, checked(running, HOOK, INPUTS, STATE)) for _ in range(3)]

    assert found == [((), (), False)] * 3
    assert asked(api) == ["GET"]
    assert rows.shown == []


@pytest.mark.parametrize(
    ("live", "text"),
    [
        (None, "not registered any more"),
        ({"url": A}, "auth header is missing live, set declared"),
        ({"url": B, "http_auth_header": "x"}, f"url is {B} live, {A} declared"),
    ],
)
def test_drift_is_shown_and_the_update_restores_the_webhook_with_its_header(
    api: Emulator, rows: Rows, live: dict[str, Any] | None, text: str
) -> None:
    """One POST; the header's value is in no text."""
    if live:
        api.account.put(*ID, **live)
    running = operation(api, rows)
    news = checked(running, HOOK, {**INPUTS, "http_auth_header": HEADER}, HEADED)

    found = running.diff(HOOK, HEADED, news)
    outs = running.update(HOOK, HEADED, news)

    assert found.changes
    assert outs == HEADED
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A, True, HEADER)
    assert [message for _, _, message in rows.shown] == [text]
    assert asked(api) == ["GET", "POST"]


def test_a_rotated_auth_header_is_one_post(api: Emulator) -> None:
    """No listing tells the values apart; the state does."""
    api.account.put(*ID, A, http_auth_header="old")
    running = operation(api)
    state = {**HEADED, "http_auth_header": "old"}
    news = checked(running, HOOK, {**INPUTS, "http_auth_header": HEADER}, state)

    found = running.diff(HOOK, state, news)
    running.update(HOOK, state, news)

    assert found.updates == ("http_auth_header",)
    assert api.account.webhooks("acme_voice")["VCA"].http_auth_header == HEADER
    assert writes(api) == ["POST"]


@pytest.mark.parametrize(
    ("changed", "replaces"),
    [
        ({"subaccount_id": "other_voice"}, ("subaccount_id",)),
        ({"type": "VSS"}, ("type",)),
        ({"subaccount_id": UNKNOWN}, ("subaccount_id",)),
        ({"url": UNKNOWN, "http_auth_header": UNKNOWN}, ()),
    ],
)
def test_only_the_identity_replaces_and_unknown_values_pass(
    api: Emulator, changed: dict[str, str], replaces: tuple[str, ...]
) -> None:
    """In preview, values may be other resources' outputs."""
    api.account.put(*ID, A)
    running = operation(api)

    found = running.diff(HOOK, STATE, checked(running, HOOK, {**INPUTS, **changed}, STATE))

    assert (found.replaces, found.changes) == (replaces, True)
    assert writes(api) == []


@pytest.mark.parametrize("live_header", [HEADER, None])
def test_a_refresh_reads_what_is_live_and_carries_the_header(api: Emulator, live_header: str | None) -> None:
    """A header that is gone is not carried on: the next preview shows that it is to be set again."""
    api.account.put(*ID, B, enabled=False, http_auth_header=live_header)

    outs = operation(api).read(ID, HEADED)

    expected = HEADED if live_header else STATE
    assert outs == {**expected, "url": B, "enabled": False}


@pytest.mark.parametrize("fault", ["html", "empty", "cut_json", "nan", "wrong_shape", 401, 403, 404, 410])
def test_a_broken_or_refused_listing_is_never_read_as_gone(api: Emulator, fault: str | int) -> None:
    """An outage must not look like a deletion; a 404 on the listing is about the subaccount."""
    api.account.put(*ID, A)
    api.faults.add(Fault("status", status=fault, times=None) if isinstance(fault, int) else Fault(fault, times=None))

    with pytest.raises(WebhookError):
        operation(api).read(ID, STATE)


def test_a_delete_removes_and_a_second_one_is_done(api: Emulator, rows: Rows) -> None:
    """One DELETE; where nothing is registered, 404 is done as soon as the listing agrees."""
    api.account.put(*ID, A)

    for _ in range(2):
        operation(api, rows).delete(HOOK, ID, STATE)

    assert api.account.webhooks("acme_voice") == {}
    assert asked(api) == ["DELETE", "DELETE", "GET"]
    assert rows.shown == []


def test_a_delete_of_what_somebody_changed_says_so(api: Emulator, rows: Rows) -> None:
    """It is removed, and the row shows what it was."""
    api.account.put(*ID, B)

    operation(api, rows).delete(HOOK, ID, STATE)

    assert rows.shown == [("info", "urn::hook", f"removed; it had been changed to {B} (enabled, no auth header)")]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"8x8:apiKey": ""}, r"pulumi config set --secret 8x8:apiKey.*EIGHTX8_API_KEY"),
        ({"8x8:deadline": "canary"}, r"^The setting 8x8:deadline is not a number of seconds(?!.*canary)"),
        ({"8x8:apiKey": "another"}, r"401.*Check 8x8:apiKey or EIGHTX8_API_KEY"),
    ],
)
def test_what_would_fail_the_update_fails_the_preview(api: Emulator, config: dict[str, str], reason: str) -> None:
    """Without naming a property; bad inputs are reported first, without a request."""
    running = Operation({"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url, **config}.get)

    _, [failure] = running.check(HOOK, {}, INPUTS)
    _, bad = running.check(HOOK, {}, {**INPUTS, "url": "http://x.example/", "type": "XYZ"})

    assert failure.property == ""
    assert re.search(reason, failure.reason)
    assert [each.property for each in bad] == ["type", "url"]


def test_a_type_that_is_listed_twice_fails_the_preview_naming_both(api: Emulator) -> None:
    """Nobody can say which one counts."""
    api.account.put(*ID, A)
    api.faults.add(Fault("duplicate_type"))

    _, [failure] = operation(api).check(HOOK, {}, INPUTS)

    assert f"{ID} is listed 2 times: {A}" in failure.reason


def test_an_unreachable_api_falls_back_to_the_state_with_one_warning(api: Emulator, rows: Rows) -> None:
    """On the stack's row, with the reason; an update then fails."""
    api.refuse_connections()
    running = operation(api, rows)

    found = running.diff(HOOK, STATE, checked(running, HOOK, INPUTS, STATE))
    with pytest.raises(UnavailableError):
        running.update(HOOK, STATE, {**INPUTS, "url": B})

    assert not found.changes
    [(severity, urn, text)] = rows.shown
    assert (severity, urn) == ("warning", "")
    assert text.startswith("8x8: drift was not checked (API unreachable); compared with the state only. ")


def test_without_live_checks_a_preview_needs_neither_key_nor_network(api: Emulator, rows: Rows) -> None:
    """Pull requests from forks have none; an update fails before anything is sent."""
    running = Operation({"8x8:baseUrl": api.url, "8x8:liveChecks": "false"}.get, log=rows.log)

    same = running.diff(HOOK, STATE, checked(running, HOOK, INPUTS, STATE))
    other = running.diff(HOOK, STATE, checked(running, HOOK, {**INPUTS, "url": B}, STATE))
    with pytest.raises(SettingsError):
        running.create(HOOK, INPUTS)

    assert (same.changes, other.changes) == (False, True)
    assert asked(api) == []
    assert len(rows.shown) == 1


def test_the_next_subaccounts_are_fetched_with_the_first(api: Emulator) -> None:
    """One GET per subaccount and operation, whoever asks first; what is no subaccount id is not asked for."""
    running = operation(api)
    ahead = ["no/../subaccount", "x", "a b c", "team_1", "team_2"]

    checked(running, Caller("urn::0", ahead=ahead), INPUTS)
    for number in (1, 2):
        checked(running, Caller(f"urn::{number}"), {**INPUTS, "subaccount_id": f"team_{number}"})

    assert sorted(str(entry.subaccount) for entry in api.journal) == ["acme_voice", "team_1", "team_2"]


def test_drift_is_a_warning_on_the_resources_own_row(api: Emulator, rows: Rows) -> None:
    """It names each property, once in an operation, and nothing else is printed."""
    api.account.put(*ID, B, enabled=False)
    running = operation(api, rows)
    news = checked(running, HOOK, INPUTS, STATE)

    found = [running.diff(HOOK, STATE, news) for _ in range(2)]

    assert rows.shown == [
        ("warning", "urn::hook", f"url is {B} live, {A} declared; enabled is false live, true declared")
    ]
    assert [(each.updates, each.changes) for each in found] == [(("url", "enabled"), True)] * 2


@pytest.mark.parametrize("ignored", [["url"], ["*"]])
def test_what_the_engine_says_is_ignored_stays_as_it_is_live(api: Emulator, ignored: list[str]) -> None:
    """However it was set; with another change, the ignored property keeps its live value."""
    api.account.put(*ID, B)
    running = operation(api)
    caller = Caller("urn::hook", ignored=ignored)

    unchanged = running.diff(caller, STATE, checked(running, HOOK, INPUTS, STATE))
    running.update(Caller("urn::hook", ignored=["url"]), STATE, {**INPUTS, "enabled": False})

    assert not unchanged.changes
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", B, False)


@pytest.mark.parametrize("ignored", [["http_auth_header"], ["*"]])
def test_an_ignored_auth_header_that_somebody_added_is_left(api: Emulator, ignored: list[str]) -> None:
    """Nothing is sent for it; an update that would remove it is still refused."""
    theirs = api.account.put(*ID, A, http_auth_header="Basic dGhlaXJz")
    running = operation(api)
    caller = Caller("urn::hook", ignored=ignored)

    unchanged = running.diff(caller, STATE, checked(running, HOOK, INPUTS, STATE))
    with pytest.raises(ConflictError, match="would remove the header"):
        running.update(Caller("urn::hook", ignored=["http_auth_header"]), STATE, {**INPUTS, "url": B})

    assert not unchanged.changes
    assert api.account.webhooks("acme_voice") == {"VCA": theirs}


@pytest.mark.parametrize("live", [A, B])
def test_a_targeted_replacement_is_no_conflict(api: Emulator, live: str) -> None:
    """`up --replace` and a taint check without the old state: what the stack holds under the URN is asked for."""
    api.account.put(*ID, live)
    running = operation(api, state={**STATE, "url": "https://before.example/"})

    running.create(HOOK, checked(running, HOOK, {**INPUTS, "url": "https://next.example/"}))
    running.delete(HOOK, ID, STATE)

    assert api.account.webhooks("acme_voice") == {"VCA": StoredWebhook("VCA", "https://next.example/")}
    assert writes(api) == ["POST"]


@pytest.mark.parametrize("state", [None, {**STATE, "subaccount_id": "other_voice"}])
def test_somebody_elses_webhook_is_a_conflict_for_a_new_resource(
    api: Emulator, state: Mapping[str, Any] | None
) -> None:
    """The stack holds nothing under its URN, or another webhook."""
    theirs = api.account.put(*ID, B)

    _, [failure] = operation(api, state=state).check(HOOK, {}, INPUTS)

    assert failure.property == "url"
    assert "already holds a webhook that this resource did not register" in failure.reason
    assert api.account.webhooks("acme_voice") == {"VCA": theirs}


def test_a_rename_whose_new_resource_failed_keeps_the_old_one_in_the_state(api: Emulator) -> None:
    """With `--continue-on-error` the engine goes on to the deletes: the webhook must not be live and in no state."""
    before = api.account.put(*ID, A)
    running = operation(api)
    running.check(OTHER, {}, {**INPUTS, "url": B})

    with pytest.raises(ConflictError, match=r"'other' declares it now, and failed. It is live"):
        running.delete(HOOK, ID, STATE)

    assert api.account.webhooks("acme_voice") == {"VCA": before}


def test_a_rename_keeps_the_webhook_and_says_so_on_the_old_row(api: Emulator, rows: Rows) -> None:
    """The new resource adopts it, and the old one's delete leaves it."""
    api.account.put(*ID, A)
    running = operation(api, rows)

    running.create(OTHER, checked(running, OTHER, INPUTS))
    running.delete(HOOK, ID, STATE)

    assert list(api.account.webhooks("acme_voice")) == ["VCA"]
    assert rows.shown == [
        ("info", "urn::other", "was live as declared and was adopted; nothing was sent"),
        ("info", "urn::hook", "stays registered: 'other' declares it now"),
    ]


def test_a_destroy_that_runs_the_program_removes_what_the_program_declares(api: Emulator) -> None:
    """`destroy --run-program` checks each resource, and then deletes it by the same URN."""
    api.account.put(*ID, A)
    running = operation(api)
    running.diff(HOOK, STATE, checked(running, HOOK, INPUTS, STATE))

    running.delete(HOOK, ID, STATE)

    assert api.account.webhooks("acme_voice") == {}


def test_two_resources_for_one_webhook_are_told_apart_by_urn(api: Emulator) -> None:
    """Also where no program says who they are."""
    running = operation(api)
    checked(running, HOOK, INPUTS)

    _, [failure] = running.check(OTHER, {}, INPUTS)

    assert failure.reason.startswith(f"{ID} is declared twice in this program, by 'hook' and 'other'; ")


def test_a_webhook_that_does_not_exist_cannot_be_read_into_a_stack(api: Emulator) -> None:
    """`Webhook.get` brings no properties; what a stack holds and is gone is reported as gone."""
    running = operation(api)

    with pytest.raises(NotFoundError, match="acme_voice/VCA does not exist"):
        running.read(ID, {})

    assert running.read(ID, STATE) is None


@pytest.mark.parametrize("call", ["read", "delete"])
def test_a_recorded_key_that_was_rotated_away_names_the_way_out(api: Emulator, call: str) -> None:
    """Refresh and destroy use the config of the last `up`."""
    running = operation(api)
    api.api_key = "the-next-key"

    with pytest.raises(KeyRefusedError, match="use the key that the last `pulumi up` recorded; add --run-program"):
        running.read(ID, STATE) if call == "read" else running.delete(HOOK, ID, STATE)


def test_options_without_effect_are_warned_about_in_preview(api: Emulator, rows: Rows) -> None:
    """On the row of the resource that has them."""
    checked(operation(api, rows), Caller("urn::hook", unsupported=["deleted_with"]), INPUTS)

    [(severity, urn, text)] = rows.shown
    assert (severity, urn) == ("warning", "urn::hook")
    assert text.startswith("deleted_with leaves this webhook registered at 8x8")


def test_the_vendors_scope_of_a_type_is_mentioned_once(api: Emulator, rows: Rows) -> None:
    """VCS, VRU and VNU are documented for number masking."""
    running = operation(api, rows)

    for type in ("VCS", "VRU"):
        checked(running, Caller(f"urn::{type}"), {**INPUTS, "type": type})

    assert rows.shown == [("info", "urn::VCS", "8x8 documents VCS for number masking; for IVR, VCA and VSS")]


SECRET = Caller("urn::hook", secret=["url"])


def texts_about_a_secret_url(api: Emulator, rows: Rows) -> Iterator[str]:
    """Everything that is shown of a webhook whose URL is a secret; the last URL is a variant of it."""
    masked = {**STATE, MASKED: True}
    api.account.put(*ID, B, http_auth_header="x")
    yield operation(api).check(SECRET, {}, INPUTS)[1][0].reason
    overwriting = operation(api, rows)
    overwriting.create(HOOK, checked(overwriting, SECRET, {**INPUTS, "overwrite_on_create": True}))
    api.account.put(*ID, B)
    drifted = operation(api, rows)
    drifted.diff(HOOK, masked, checked(drifted, SECRET, INPUTS, masked))
    for method in ("POST", "DELETE"):
        write: dict[str, Callable[[], object]] = {
            "POST": lambda: drifted.update(HOOK, masked, {**INPUTS, MASKED: True}),
            "DELETE": lambda: operation(api).delete(HOOK, ID, masked),
        }
        api.faults.add(Fault("status", method=method, status=500, times=None))
        with pytest.raises(WebhookError) as caught:
            write[method]()
        yield str(caught.value)
        api.faults.clear()
    api.faults.add(Fault("duplicate_type"))
    with pytest.raises(WebhookError) as twice:
        operation(api).read(ID, masked)
    yield str(twice.value)
    api.faults.add(Fault("altered", method="POST", times=None))
    with pytest.raises(WebhookError) as stored:
        operation(api).update(HOOK, masked, {**INPUTS, MASKED: True})
    yield str(stored.value)
    api.faults.clear()
    api.account.put(*ID, B)
    operation(api, rows).delete(HOOK, ID, masked)
    yield from (text for _, _, text in rows.shown)


def test_a_secret_url_is_in_no_text(api: Emulator, rows: Rows) -> None:
    """Refusals, drift, what was replaced or removed, failures of every write, lists: it may hold a token."""
    texts = list(texts_about_a_secret_url(api, rows))

    assert len(texts) == 8
    assert [text for text in texts if "example" in text] == []
    assert all("[secret]" in text for text in texts)


def test_a_url_that_becomes_a_secret_is_an_update_that_sends_nothing(api: Emulator) -> None:
    """Only the state changes: from then on, refresh and destroy know that it is one."""
    api.account.put(*ID, A)
    running = operation(api)
    news = checked(running, SECRET, INPUTS, STATE)

    found = running.diff(HOOK, STATE, news)
    outs = running.update(HOOK, STATE, news)

    assert (found.updates, found.changes) == ((), True)
    assert outs == {**STATE, MASKED: True}
    assert writes(api) == []


def test_registrations_on_their_way_leave_room_to_list_ahead(api: Emulator) -> None:
    """The host has four threads; while each waits for a POST, the listings of the next subaccounts arrive."""
    running, gate = operation(api), threading.Event()
    inputs = [{**INPUTS, "subaccount_id": f"team_{number}"} for number in range(4)]
    held = [api.faults.add(Fault("pass", "POST", str(one["subaccount_id"]), hold=gate)) for one in inputs]
    next_listing = api.faults.add(Fault("pass", "GET", "team_9"))

    with ThreadPoolExecutor(5) as pool:
        for one in inputs:
            pool.submit(running.create, HOOK, one)
        posted = [fault.reached.wait(10) for fault in held]
        pool.submit(running.check, HOOK, {}, {**INPUTS, "subaccount_id": "team_9"})
        listed = next_listing.reached.wait(10)
        gate.set()

    assert posted == [True] * 4
    assert listed
