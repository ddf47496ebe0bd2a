"""The live list as a data source, at a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pulumi
import pytest

from pulumi_8x8 import LiveWebhook, SettingsError, get_webhooks, get_webhooks_output
from pulumi_8x8.emulator import Emulator

KEY = "key-canary-90aa"
LIVE = [LiveWebhook("VCA", "https://a.example/", True, False), LiveWebhook("VSS", "https://b.example/", False, True)]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        monkeypatch.setenv("EIGHTX8_API_KEY", KEY)
        monkeypatch.setenv("EIGHTX8_BASE_URL", running.url)
        running.account.put("acme_voice", "VSS", "https://b.example/", enabled=False, http_auth_header="x")
        running.account.put("acme_voice", "VCA", "https://a.example/")
        yield running


def test_what_is_live_is_listed_by_type_with_one_get(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the key of the stack's config before that of the environment, as for the provider."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "other")
    pulumi.runtime.config.set_config("8x8:apiKey", KEY)
    try:
        assert (get_webhooks("acme_voice"), get_webhooks("empty_voice")) == (LIVE, [])
    finally:
        pulumi.runtime.config.set_all_config({})
    assert [entry.method for entry in api.journal] == ["GET", "GET"]


@pytest.mark.parametrize("subaccount_id", ["", "x", "a b c", "../acme", "acme/webhooks"])
def test_a_malformed_id_is_refused_before_anything_is_sent(api: Emulator, subaccount_id: str) -> None:
    """It would become a part of the path."""
    with pytest.raises(SettingsError, match=r"write 3 to 50 of the characters .*Nothing was sent\."):
        get_webhooks(subaccount_id)

    assert list(api.journal) == []


def test_an_id_that_is_another_resources_output_is_waited_for(api: Emulator) -> None:
    """The list is an output, too."""
    listed = get_webhooks_output(pulumi.Output.from_input("acme_voice"))

    assert asyncio.get_event_loop().run_until_complete(listed.future()) == LIVE
