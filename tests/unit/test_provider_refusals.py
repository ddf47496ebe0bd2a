"""What fails a preview or an update, in which words, and what no word ever holds."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

import pytest

from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import ConflictError, KeyRefusedError, SettingsError, UnavailableError, WebhookError
from pulumi_8x8.reconcile.caller import INPUT
from tests.unit.asking import HEADER, ID, KEY, STATE, A, B, checked, inputs, operation, refused


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own account."""
    for name in ("EIGHTX8_API_KEY", "EIGHTX8_BASE_URL", "EIGHTX8_LIVE_CHECKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


def test_without_live_checks_a_preview_needs_neither_key_nor_network(
    api: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pull requests from forks have none; it says once that it looked at state only."""
    provider = operation(api, apiKey="", liveChecks="false")

    same = provider.diff(ID, STATE, checked(provider, inputs(), STATE)).changes
    other = provider.diff(ID, STATE, checked(provider, inputs(B), STATE)).changes

    assert (same, other) == (False, True)
    assert list(api.journal) == []
    assert (
        capsys.readouterr().out
        == "8x8: drift was not checked (8x8:liveChecks is false); compared with the state only\n"
    )


def test_without_a_key_an_update_fails_before_anything_is_sent(api: Emulator) -> None:
    """With the two ways to set it."""
    provider = operation(api, apiKey="", liveChecks="false")

    with pytest.raises(SettingsError, match=r"8x8:apiKey.*EIGHTX8_API_KEY"):
        provider.create(checked(provider, inputs()))

    assert list(api.journal) == []


def test_a_missing_key_fails_the_preview(api: Emulator) -> None:
    """As a check failure that names no property."""
    name, reason = refused(operation(api, apiKey=""), inputs())

    assert name == ""
    assert "pulumi config set --secret 8x8:apiKey" in reason
    assert "EIGHTX8_API_KEY" in reason


def test_a_malformed_setting_fails_the_preview(api: Emulator) -> None:
    """Named, and not repeated."""
    name, reason = refused(operation(api, deadline="canary"), inputs())

    assert name == ""
    assert reason.startswith("The setting 8x8:deadline is not a number of seconds")
    assert "canary" not in reason


def test_bad_inputs_are_told_before_anything_is_asked(api: Emulator) -> None:
    """Also without a key."""
    result = operation(api, apiKey="").check({}, inputs("http://x.example/", type="XYZ"))

    assert [failure.property for failure in result.failures] == ["type", "url"]
    assert list(api.journal) == []


@pytest.mark.parametrize(
    ("status", "next_step"), [(401, "8x8:apiKey or EIGHTX8_API_KEY"), (403, "subaccount id"), (404, "subaccount id")]
)
def test_a_refusal_of_the_api_fails_the_preview_with_the_next_step(api: Emulator, status: int, next_step: str) -> None:
    """It would fail the update, too."""
    api.faults.add(Fault("status", status=status, times=None))

    name, reason = refused(operation(api), inputs())

    assert name == ""
    assert f"The API answered {status}" in reason
    assert next_step in reason


def test_a_type_that_is_listed_twice_fails_the_preview_naming_both(api: Emulator) -> None:
    """There is no telling which one counts."""
    api.account.put("acme_voice", "VCA", A)
    api.faults.add(Fault("duplicate_type"))

    _, reason = refused(operation(api), inputs())

    assert f"{ID} is listed 2 times: {A}" in reason


def test_an_api_that_is_not_there_degrades_to_the_state_with_one_line(
    api: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said once in a preview, with the reason; an update then fails, and says so."""
    api.refuse_connections()
    provider = operation(api, deadline="0.1")
    news = checked(provider, inputs(), STATE)

    changes = provider.diff(ID, STATE, news).changes
    with pytest.raises(UnavailableError):
        provider.update(ID, STATE, news)

    assert changes is False
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("8x8: drift was not checked (API unreachable); compared with the state only. ")
    assert "no connection could be made" in line


def test_an_import_is_never_refused(api: Emulator) -> None:
    """The engine would call a refusal a bug of the provider, and would import anyway; it gives no hidden input."""
    api.account.put("acme_voice", "VCA", A, http_auth_header=HEADER)
    imported = {name: value for name, value in inputs("http://plain.example/").items() if name != INPUT}

    result = operation(api, apiKey="").check(imported, imported)

    assert (result.failures, list(api.journal)) == ([], [])


def test_the_next_subaccounts_are_fetched_with_the_first(api: Emulator) -> None:
    """One GET per subaccount and operation, whoever asks first; what is no subaccount id is not asked for."""
    provider = operation(api)
    ahead = ["no/../subaccount", "x", "a b c", "team_1", "team_2"]

    checked(provider, inputs(told={"ahead": ahead}))
    checked(provider, inputs(index=1, subaccount_id="team_1", told={"ahead": ["team_2"]}))
    checked(provider, inputs(index=2, subaccount_id="team_2"))

    assert sorted(str(entry.subaccount) for entry in api.journal) == ["acme_voice", "team_1", "team_2"]


def test_a_rotated_key_simply_works(api: Emulator) -> None:
    """It is no part of any input, output or diff."""
    provider = operation(api)
    created = provider.create(checked(provider, inputs()))
    api.api_key = "key-2"
    rotated = operation(api, apiKey="key-2")

    result = rotated.diff(ID, created.outs or {}, checked(rotated, inputs(), created.outs))

    assert result.changes is False
    assert KEY not in str(created.outs)


def test_a_failure_of_a_secret_url_names_no_property(api: Emulator) -> None:
    """The engine would print its value."""
    api.account.put("acme_voice", "VCA", B)

    name, _ = refused(operation(api), inputs(told={"secret": ["url"]}))

    assert name == ""


def failures_of_every_call(api: Emulator) -> Iterator[WebhookError]:
    provider = operation(api)
    api.faults.add(Fault("status", status=401, times=None, body={"statusMessage": "foreign-canary"}))
    calls: list[Callable[[], object]] = [
        lambda: provider.diff(ID, STATE, inputs()),
        lambda: provider.create(inputs(http_auth_header=HEADER)),
        lambda: provider.read(ID, STATE),
        lambda: provider.update(ID, STATE, inputs(http_auth_header=HEADER)),
        lambda: provider.delete(ID, STATE),
    ]
    for call in calls:
        with pytest.raises(KeyRefusedError) as caught:
            call()
        yield caught.value


def test_a_failure_is_its_own_text_and_nothing_that_led_to_it(api: Emulator) -> None:
    """The host prints the whole traceback to the user; its last line is what happened and what to do next."""
    for error in failures_of_every_call(api):
        shown = "".join(traceback.format_exception(error))

        assert shown.splitlines()[-1] == f"pulumi_8x8.errors.KeyRefusedError: {error}"
        assert shown.count("Traceback") == 1
        assert "requests" not in shown
        assert "operation.py" not in shown
        assert not any(canary in shown for canary in (KEY, HEADER, "foreign-canary"))


@pytest.mark.parametrize("id", ["", "acme_voice", "acme_voice/XYZ"])
def test_an_id_that_is_none_is_refused(api: Emulator, id: str) -> None:
    """`Webhook.get` takes ids that people type."""
    with pytest.raises(ConflictError, match="is not the id of a webhook"):
        operation(api).read(id, {})

    assert list(api.journal) == []
