"""The provider of one operation, in this process, asked as the engine asks it."""

from __future__ import annotations

import json
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_8x8.emulator import Emulator
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT

KEY = "key-canary-2b9a"
HEADER = "header-canary-4e07"
ID = "acme_voice/VCA"
A, B = "https://a.example/", "https://b.example/"

STATE = {
    "subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True,
    "http_auth_header_available": False,
}  # fmt: skip


def operation(api: Emulator, **config: str) -> WebhookProvider:
    """The provider of a new process, with a stack's config."""
    provider = WebhookProvider()
    settings = {"apiKey": KEY, "baseUrl": api.url, **config}
    given = {f"8x8:{key}": value for key, value in settings.items() if value}
    provider.configure(ConfigureRequest(Config(given, "project")))
    return provider


def inputs(url: str = A, *, index: int = 0, told: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """What the engine gives to check; `told` is what the program adds in its hidden input."""
    by = json.dumps({"label": f"hook-{index}", **(told or {})})
    return {"subaccount_id": "acme_voice", "type": "VCA", "url": url, "enabled": True, INPUT: by, **others}


def checked(provider: WebhookProvider, news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
    result = provider.check(olds or {}, news)
    assert result.failures == []
    return result.inputs


def refused(provider: WebhookProvider, news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[str, str]:
    """The one failure: its property and its reason."""
    [failure] = provider.check(olds or {}, news).failures
    assert KEY not in failure.reason
    assert HEADER not in failure.reason
    assert failure.reason.isprintable()
    return failure.property, failure.reason


def methods(api: Emulator) -> list[str]:
    return [entry.method for entry in api.journal]
