"""The data source of live webhooks; tests/engine/test_reading.py runs it in a program, with an id and an output."""

from __future__ import annotations

import pulumi
import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8 import LiveWebhook, SettingsError, get_webhooks


def test_live_webhooks_are_listed_with_the_key_from_the_stacks_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """That key takes precedence over the environment; one GET, sorted by type."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "other")
    with Emulator() as api:
        for type in ("VSS", "VCA"):
            api.account.put("acme_voice", type, "https://a.example/")
        pulumi.runtime.config.set_all_config({"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url})
        try:
            listed = get_webhooks("acme_voice")
        finally:
            pulumi.runtime.config.set_all_config({})

    assert listed == [LiveWebhook(type, "https://a.example/", True, False) for type in ("VCA", "VSS")]
    assert [entry.method for entry in api.journal] == ["GET"]


@pytest.mark.parametrize("subaccount_id", ["", "x", "a b c", "../acme", "acme/webhooks"])
def test_a_malformed_id_is_refused_before_anything_is_sent(subaccount_id: str) -> None:
    """Otherwise it would become part of the request path."""
    with pytest.raises(SettingsError, match=r"^subaccount_id must be 3 to 50 characters .*Nothing was sent"):
        get_webhooks(subaccount_id)
