"""What the engine's calls do, at a real server: ownership, drift, refresh, removal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.errors import ConflictError, WebhookError
from tests.unit.asking import HEADER, ID, KEY, STATE, A, B, checked, inputs, methods, operation, refused


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own account."""
    for name in ("EIGHTX8_API_KEY", "EIGHTX8_BASE_URL", "EIGHTX8_LIVE_CHECKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


def test_check_fills_defaults_and_takes_the_hidden_input_out(api: Emulator) -> None:
    """What the program tells beside the inputs reaches neither state nor diff; the rest passes."""
    result = operation(api).check({}, {**inputs(enabled=None), "__provider": "reference"})

    assert result.failures == []
    assert result.inputs == {
        "subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True, "__provider": "reference",
    }  # fmt: skip


def test_an_empty_webhook_costs_one_get_and_one_post(api: Emulator) -> None:
    """And the outputs are what the API confirmed; the header is carried, since the API never tells it."""
    provider = operation(api)

    created = provider.create(checked(provider, inputs(http_auth_header=HEADER)))

    assert created.id == ID
    assert created.outs == {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A, True, HEADER)
    assert methods(api) == ["GET", "POST"]


def test_a_webhook_that_is_live_as_declared_is_taken_over(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """A crash between POST and checkpoint heals by running again: nothing is sent."""
    api.account.put("acme_voice", "VCA", A)
    provider = operation(api)

    created = provider.create(checked(provider, inputs()))

    assert created.outs == STATE
    assert methods(api) == ["GET"]
    assert capsys.readouterr().out == f"8x8: {ID}: was live as declared and was adopted; nothing was sent\n"


def test_somebody_elses_webhook_is_refused_before_anything_is_sent(api: Emulator) -> None:
    """In check, by property, naming what is there and the ways out."""
    api.account.put("acme_voice", "VCA", B)

    name, reason = refused(operation(api), inputs())

    assert name == "url"
    assert f"{ID} already holds a webhook that this resource did not register: {B} (enabled, no auth header)" in reason
    assert "overwrite_on_create=True" in reason
    assert methods(api) == ["GET"]


def test_somebody_elses_webhook_that_appears_after_the_check_is_refused_too(api: Emulator) -> None:
    """Without a preview, create is the first to look."""
    api.account.put("acme_voice", "VCA", B)

    with pytest.raises(ConflictError, match="already holds a webhook"):
        operation(api).create(inputs())

    assert methods(api) == ["GET"]


def test_overwriting_says_what_was_replaced(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The program asked for it; the log remembers."""
    api.account.put("acme_voice", "VCA", B, http_auth_header="x")
    provider = operation(api)

    provider.create(checked(provider, inputs(overwrite_on_create=True)))

    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A)
    assert capsys.readouterr().out == (
        f"8x8: {ID}: {A} (enabled, no auth header) replaced {B} (enabled, with an auth header)\n"
    )


def test_an_unknown_header_is_not_taken_away(api: Emulator) -> None:
    """Every registration re-posts everything, so an update of the URL would remove it."""
    api.account.put("acme_voice", "VCA", A, http_auth_header="x")

    provider = operation(api)
    news = checked(provider, inputs(B), STATE)

    for call in (lambda: provider.diff(ID, STATE, news), lambda: provider.update(ID, STATE, news)):
        with pytest.raises(ConflictError, match="is live with an auth header that this stack does not know"):
            call()

    assert methods(api) == ["GET"]


@pytest.mark.parametrize(("label", "named"), [("hook-1", "'hook-1'"), ("hook-vca in ivr", "'hook-vca in ivr'")])
def test_two_resources_for_one_webhook_fail_naming_both(api: Emulator, label: str, named: str) -> None:
    """Also where one sits inside a component."""
    provider = operation(api)
    checked(provider, inputs())

    name, reason = refused(provider, inputs(index=1, told={"label": label}))

    assert name == "type"
    assert reason.startswith(f"{ID} is declared twice in this program, by 'hook-0' and {named}; ")


def test_the_same_resource_may_be_checked_twice(api: Emulator) -> None:
    """The engine checks the create half of a replacement again."""
    provider = operation(api)

    checked(provider, inputs(), STATE)
    checked(provider, inputs())

    assert methods(api) == ["GET"]


def test_a_rename_without_an_alias_keeps_the_webhook(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The new resource takes it over, and the old one's delete leaves it."""
    api.account.put("acme_voice", "VCA", A)
    provider = operation(api)

    provider.create(checked(provider, inputs(told={"label": "new-name"})))
    provider.delete(ID, STATE)

    assert list(api.account.webhooks("acme_voice")) == ["VCA"]
    assert methods(api) == ["GET"]
    assert f"8x8: {ID}: stays registered: 'new-name' declares it now\n" in capsys.readouterr().out


def test_a_resource_that_is_replaced_in_place_is_registered_over_its_own_webhook(api: Emulator) -> None:
    """The state knows the webhook, so it is nobody else's; whatever is live there now."""
    api.account.put("acme_voice", "VCA", B)
    provider = operation(api)
    checked(provider, inputs(), STATE)

    provider.create(checked(provider, inputs()))

    assert api.account.webhooks("acme_voice")["VCA"].url == A


def test_an_unchanged_webhook_costs_one_get_and_nothing_else(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """No line, no change."""
    api.account.put("acme_voice", "VCA", A)
    provider = operation(api)

    result = provider.diff(ID, STATE, checked(provider, inputs(), STATE))

    assert (result.changes, result.replaces, result.delete_before_replace) == (False, [], False)
    assert methods(api) == ["GET"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("live", "told"),
    [
        ({"url": B}, f"url is {B} live, {A} declared"),
        ({"url": A, "enabled": False}, "enabled is false live, true declared"),
        ({"url": B, "enabled": False}, f"url is {B} live, {A} declared; enabled is false live, true declared"),
    ],
)
def test_drift_is_an_update_with_one_line(
    api: Emulator, capsys: pytest.CaptureFixture[str], live: dict[str, Any], told: str
) -> None:
    """However often the engine asks; and the update puts it right with one POST."""
    api.account.put("acme_voice", "VCA", **live)
    provider = operation(api)
    news = checked(provider, inputs(), STATE)

    answers = [provider.diff(ID, STATE, news).changes for _ in range(3)]
    updated = provider.update(ID, STATE, news)

    assert answers == [True, True, True]
    assert capsys.readouterr().out == f"8x8: {ID}: {told}\n"
    assert updated.outs == STATE
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A)
    assert methods(api) == ["GET", "POST"]


def test_a_webhook_that_is_gone_is_drift_and_is_registered_again(
    api: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its header, which the state still has."""
    state = {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}
    provider = operation(api)
    news = checked(provider, inputs(http_auth_header=HEADER), state)

    changes = provider.diff(ID, state, news).changes
    provider.update(ID, state, news)

    assert changes
    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A, True, HEADER)
    assert capsys.readouterr().out == f"8x8: {ID}: not registered any more\n"


def test_a_header_that_was_stripped_is_drift_that_names_no_value(
    api: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only that it is missing."""
    state = {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}
    api.account.put("acme_voice", "VCA", A)
    provider = operation(api)

    changes = provider.diff(ID, state, checked(provider, inputs(http_auth_header=HEADER), state)).changes

    assert changes
    assert "auth header is missing live, set declared" in capsys.readouterr().out


def test_a_rotated_header_is_one_post(api: Emulator) -> None:
    """Nothing live tells the values apart; the state does."""
    api.account.put("acme_voice", "VCA", A, http_auth_header="old")
    state = {**STATE, "http_auth_header": "old", "http_auth_header_available": True}
    provider = operation(api)
    news = checked(provider, inputs(http_auth_header=HEADER), state)

    changes = provider.diff(ID, state, news).changes
    updated = provider.update(ID, state, news)

    assert changes
    assert updated.outs is not None
    assert updated.outs["http_auth_header"] == HEADER
    assert api.account.webhooks("acme_voice")["VCA"].http_auth_header == HEADER
    assert methods(api) == ["GET", "POST"]


@pytest.mark.parametrize(("name", "value"), [("subaccount_id", "other_voice"), ("type", "VSS")])
def test_another_identity_replaces_the_new_one_first(api: Emulator, name: str, value: str) -> None:
    """So that there is no moment without a webhook."""
    api.account.put("acme_voice", "VCA", A)
    provider = operation(api)

    result = provider.diff(ID, STATE, checked(provider, {**inputs(), name: value}, STATE))

    assert (result.changes, result.replaces, result.delete_before_replace) == (True, [name], False)


def test_unknown_values_pass_a_preview(api: Emulator) -> None:
    """URL and header of other resources; an unknown subaccount is looked up when it is known."""
    provider = operation(api)

    by_url = checked(provider, inputs(UNKNOWN, http_auth_header=UNKNOWN), STATE)
    by_subaccount = checked(provider, inputs(subaccount_id=UNKNOWN))

    assert provider.diff(ID, STATE, by_url).changes
    assert provider.diff(ID, STATE, by_subaccount).replaces == ["subaccount_id"]
    assert set(methods(api)) == {"GET"}


def test_what_changed_at_the_api_alone_shows_in_a_refresh(api: Emulator) -> None:
    """Read answers what is live, as outputs and as inputs, and carries the header that the API never tells."""
    api.account.put("acme_voice", "VCA", B, enabled=False, http_auth_header=HEADER)

    read = operation(api).read(ID, {**STATE, "http_auth_header": HEADER})

    assert read.id == ID
    assert read.outs == {
        **STATE, "url": B, "enabled": False, "http_auth_header": HEADER, "http_auth_header_available": True,
    }  # fmt: skip
    assert read.inputs == {name: value for name, value in read.outs.items() if name != "http_auth_header_available"}


def test_a_header_that_is_gone_is_not_carried_on(api: Emulator) -> None:
    """The next preview then shows that it is to be set again."""
    api.account.put("acme_voice", "VCA", A)

    read = operation(api).read(ID, {**STATE, "http_auth_header": HEADER})

    assert read.outs == STATE


def test_a_webhook_that_is_not_listed_is_gone(api: Emulator) -> None:
    """The empty id; and outputs that the host can serialize."""
    read = operation(api).read(ID, STATE)

    assert (read.id, read.outs) == ("", {})


@pytest.mark.parametrize("name", ["html", "empty", "cut_json", "nan", "wrong_shape"])
def test_a_broken_answer_is_never_read_as_gone(api: Emulator, name: str) -> None:
    """An outage must not look like a deletion."""
    api.account.put("acme_voice", "VCA", A)
    api.faults.add(Fault(name, times=None))

    with pytest.raises(WebhookError):
        operation(api).read(ID, STATE)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refused_listing_is_never_read_as_gone(api: Emulator, status: int) -> None:
    """A 404 on the listing is about the subaccount."""
    api.faults.add(Fault("status", status=status, times=None))

    with pytest.raises(WebhookError) as caught:
        operation(api).read(ID, STATE)

    assert caught.value.status == status


def test_a_delete_removes_and_a_second_one_is_done(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """One DELETE; where nothing was there, 404 is done as soon as the listing agrees."""
    api.account.put("acme_voice", "VCA", A)

    operation(api).delete(ID, STATE)
    operation(api).delete(ID, STATE)

    assert api.account.webhooks("acme_voice") == {}
    assert methods(api) == ["DELETE", "DELETE", "GET"]
    assert capsys.readouterr().out == ""


def test_a_delete_of_what_somebody_changed_says_so(api: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """It is removed, and the log remembers what it was."""
    api.account.put("acme_voice", "VCA", B)

    operation(api).delete(ID, STATE)

    assert capsys.readouterr().out == (f"8x8: {ID}: removed; it had been changed to {B} (enabled, no auth header)\n")
