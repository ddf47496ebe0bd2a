"""The adapter between the dynamic host and an operation."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown

from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import ConflictError, KeyRefusedError
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT

KEY = "key-canary-2b9a"
HEADER = "header-canary-4e07"
ID, A = "acme_voice/VCA", "https://a.example/"
INPUTS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**INPUTS, "http_auth_header_available": False}


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def provider(api: Emulator) -> WebhookProvider:
    made = WebhookProvider()
    made.configure(ConfigureRequest(Config({"8x8:apiKey": KEY, "8x8:baseUrl": api.url}, "project")))
    return made


def test_check_takes_the_hidden_input_out(provider: WebhookProvider) -> None:
    """What the program passes beside the inputs reaches neither state nor diff; the rest passes."""
    news = {**INPUTS, "enabled": None, INPUT: json.dumps({"label": "hook"}), "__provider": "reference"}

    result = provider.check({}, news)

    assert (result.failures, result.inputs) == ([], {**INPUTS, "__provider": "reference"})


def test_two_resources_are_told_apart_by_label_where_the_host_reveals_no_urn(provider: WebhookProvider) -> None:
    """The plain way, outside the dynamic host: the second is refused, and a rename keeps the webhook."""
    first, second = ({**INPUTS, INPUT: json.dumps({"label": label})} for label in ("hook", "vca in ivr"))

    provider.create(provider.check({}, first).inputs)
    [failure] = provider.check({}, second).failures
    provider.delete(ID, STATE)

    assert failure.property == "type"
    assert "by 'hook' and 'vca in ivr'" in failure.reason
    assert provider.read(ID, STATE).outs == STATE


def test_an_unknown_value_is_one_marker(provider: WebhookProvider, api: Emulator) -> None:
    """The host makes an object of each."""
    api.account.put("acme_voice", "VCA", A)
    news = {**INPUTS, "url": Unknown(), INPUT: "{}"}  # type: ignore[no-untyped-call]

    result = provider.diff(ID, STATE, provider.check(STATE, news).inputs)

    assert (result.changes, result.replaces, result.delete_before_replace) == (True, [], False)


def test_what_is_gone_is_an_empty_id_that_the_host_can_serialize(provider: WebhookProvider, api: Emulator) -> None:
    """And what is live comes with inputs, or the next diff would compare with what the stack once declared."""
    gone = provider.read(ID, STATE)
    api.account.put("acme_voice", "VCA", A)

    read = WebhookProvider()
    read.configure(ConfigureRequest(Config({"8x8:apiKey": KEY, "8x8:baseUrl": api.url}, "project")))
    live = read.read(ID, STATE)

    assert (gone.id, gone.outs) == ("", {})
    assert (live.id, live.outs, live.inputs) == (ID, STATE, INPUTS)


def test_a_planned_import_is_never_refused(provider: WebhookProvider, api: Emulator) -> None:
    """The engine would call a refusal a bug of the provider, and would import anyway; it gives no hidden input."""
    imported = {**INPUTS, "url": "http://plain.example/"}

    result = provider.check(imported, imported)

    assert (result.failures, list(api.journal)) == ([], [])


def failures_of_every_call(provider: WebhookProvider) -> Iterator[KeyRefusedError]:
    calls: list[Callable[[], object]] = [
        lambda: provider.diff(ID, STATE, INPUTS),
        lambda: provider.create({**INPUTS, "http_auth_header": HEADER}),
        lambda: provider.read(ID, STATE),
        lambda: provider.update(ID, STATE, {**INPUTS, "http_auth_header": HEADER}),
        lambda: provider.delete(ID, STATE),
    ]
    for call in calls:
        with pytest.raises(KeyRefusedError) as caught:
            call()
        yield caught.value


def test_a_failure_is_its_own_text_and_nothing_that_led_to_it(provider: WebhookProvider, api: Emulator) -> None:
    """Where the host prints a traceback all the same, its last line is what happened and what to do next."""
    api.faults.add(Fault("status", status=401, times=None, body={"statusMessage": "foreign-canary"}))

    for error in failures_of_every_call(provider):
        shown = "".join(traceback.format_exception(error))
        assert shown.splitlines()[-1] == f"pulumi_8x8.errors.KeyRefusedError: {error}"
        assert shown.count("Traceback") == 1
        assert "operation.py" not in shown
        assert not any(canary in shown for canary in (KEY, HEADER, "foreign-canary"))


@pytest.mark.parametrize("id", ["", "acme_voice", "acme_voice/XYZ"])
def test_an_id_that_is_none_is_refused(provider: WebhookProvider, id: str) -> None:
    """`Webhook.get` takes ids that people type."""
    with pytest.raises(ConflictError, match="is not the id of a webhook"):
        provider.read(id, {})
