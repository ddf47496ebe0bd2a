"""The adapter between the dynamic host and an operation."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown

from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import KeyRefusedError
from pulumi_8x8.model import CAMEL
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT

KEY, HEADER = "key-canary-2b9a", "header-canary-4e07"
ID, A = "acme_voice/VCA", "https://a.example/"
INPUTS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**INPUTS, "http_auth_header_available": False}
HEADED = {**INPUTS, "http_auth_header": HEADER}
UNKNOWN = Unknown()  # type: ignore[no-untyped-call]


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def provider(api: Emulator) -> WebhookProvider:
    made = WebhookProvider()
    made.configure(ConfigureRequest(Config({"8x8:apiKey": KEY, "8x8:baseUrl": api.url}, "project")))
    return made


def test_resources_differ_by_label_where_the_host_reveals_no_urn(provider: WebhookProvider) -> None:
    """Outside the dynamic host: the second is refused, and a rename keeps the webhook."""
    first, second = ({**INPUTS, INPUT: json.dumps({"label": label})} for label in ("hook", "vca in ivr"))

    checked = provider.check({}, {**first, "__provider": "reference"}).inputs
    provider.create(checked)
    [failure] = provider.check({}, second).failures
    provider.delete(ID, STATE)

    assert checked == {**INPUTS, "__provider": "reference"}
    assert failure.property == "type"
    assert "by 'hook' and 'vca in ivr'" in failure.reason
    assert provider.read(ID, STATE).outs == STATE


@pytest.mark.parametrize(
    ("changed", "replaces"), [({"url": UNKNOWN}, []), ({"type": "VSS"}, ["type"]), ({"type": UNKNOWN}, ["type"])]
)
def test_only_the_identity_replaces(
    provider: WebhookProvider, api: Emulator, changed: dict[str, Any], replaces: list[str]
) -> None:
    """The new webhook first; the host makes an object of each value that is unknown in preview."""
    api.account.put("acme_voice", "VCA", A)

    checked = provider.check(STATE, {**INPUTS, **changed, INPUT: "{}"})
    result = provider.diff(ID, STATE, checked.inputs)

    assert checked.failures == []
    assert (result.changes, result.replaces, result.delete_before_replace) == (True, replaces, False)


def test_a_state_of_the_native_provider_is_written_anew(provider: WebhookProvider, api: Emulator) -> None:
    """A stack that has moved here: its names change, and nothing is sent."""
    api.account.put("acme_voice", "VCA", A)
    moved = {CAMEL[name]: value for name, value in STATE.items()}

    assert [provider.diff(ID, olds, INPUTS).changes for olds in (moved, STATE)] == [True, False]
    assert provider.update(ID, moved, INPUTS).outs == STATE
    assert [entry.method for entry in api.journal] == ["GET"]


def test_a_webhook_that_is_gone_is_an_empty_id_and_a_live_one_has_inputs(
    provider: WebhookProvider, api: Emulator
) -> None:
    """The host cannot serialize None; without inputs, the next diff would compare with what was once declared."""
    gone = provider.read(ID, STATE)
    provider.create(INPUTS)
    live = provider.read(ID, STATE)

    assert (gone.id, gone.outs) == ("", {})
    assert (live.id, live.outs, live.inputs) == (ID, STATE, INPUTS)


def test_a_planned_import_is_never_refused(provider: WebhookProvider, api: Emulator) -> None:
    """The engine would call a refusal a bug of the provider, and would import anyway; it passes no hidden input."""
    imported = {**INPUTS, "url": "http://plain.example/"}

    assert provider.check(imported, imported).failures == []
    assert list(api.journal) == []


CALLS: dict[str, Callable[[WebhookProvider], object]] = {
    "diff": lambda provider: provider.diff(ID, STATE, INPUTS),
    "create": lambda provider: provider.create(HEADED),
    "read": lambda provider: provider.read(ID, STATE),
    "update": lambda provider: provider.update(ID, STATE, HEADED),
    "delete": lambda provider: provider.delete(ID, STATE),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_failure_is_its_own_text_and_nothing_that_led_to_it(
    provider: WebhookProvider, api: Emulator, call: Callable[[WebhookProvider], object]
) -> None:
    """Where the host prints a traceback all the same, its last line is what happened and what to do next."""
    api.faults.add(Fault("status", status=401, times=None, body={"statusMessage": "foreign-canary"}))

    with pytest.raises(KeyRefusedError) as caught:
        call(provider)

    shown = "".join(traceback.format_exception(caught.value))
    assert shown.splitlines()[-1] == f"pulumi_8x8.errors.KeyRefusedError: {caught.value}"
    assert shown.count("Traceback") == 1
    assert not any(text in shown for text in ("operation.py", KEY, HEADER, "foreign-canary"))
