"""The adapter between the dynamic host and an operation, without the host."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.errors import KeyRefusedError
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT

KEY, HEADER = "key-canary-2b9a", "header-canary-4e07"
ID, INPUTS = "acme_voice/VCA", {"subaccount_id": "acme_voice", "type": "VCA", "url": "https://a.example/"}
STATE = {**INPUTS, "enabled": True, "http_auth_header_available": False}


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def provider(api: Emulator) -> WebhookProvider:
    made = WebhookProvider()
    made.configure(ConfigureRequest(Config({"8x8:apiKey": KEY, "8x8:baseUrl": api.url}, "project")))
    return made


def test_resources_differ_by_label_if_the_host_passes_no_urn(provider: WebhookProvider) -> None:
    """The second declaration is refused, and a rename keeps the webhook."""
    first, second = ({**INPUTS, INPUT: json.dumps({"label": label})} for label in ("hook", "vca in ivr"))

    checked = provider.check({}, {**first, "__provider": "reference"}).inputs
    provider.create(checked)
    [failure] = provider.check({}, second).failures
    provider.delete(ID, STATE)

    assert checked == {**INPUTS, "enabled": True, "__provider": "reference"}
    assert failure.property == "type"
    assert "by 'hook' and 'vca in ivr'" in failure.reason
    assert provider.read(ID, STATE).outs == STATE


def test_a_failure_has_its_own_text_and_no_cause(provider: WebhookProvider, api: Emulator) -> None:
    """If the host prints a traceback anyway, its last line is what happened and what to do next."""
    api.faults.add(Fault("status", status=401, times=None, body={"statusMessage": "foreign-canary"}))

    with pytest.raises(KeyRefusedError) as caught:
        provider.create({**INPUTS, "http_auth_header": HEADER})

    shown = "".join(traceback.format_exception(caught.value))
    assert shown.splitlines()[-1] == f"pulumi_8x8.errors.KeyRefusedError: {caught.value}"
    assert shown.count("Traceback") == 1
    assert not any(text in shown for text in ("operation.py", KEY, HEADER, "foreign-canary"))
