"""Live webhooks -> a Pulumi program, or an import file, that declares exactly them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_8x8.model import Listing, LiveWebhook, WebhookId
from pulumi_8x8.provider import WebhookProvider

from .stack_state import WEBHOOK_TOKEN

PULUMI_YAML = """\
name: {name}
description: Webhooks of 8x8 Connect Voice subaccounts
runtime: python
"""

REQUIREMENTS = "pulumi-8x8\n"


def header_key(webhook_id: WebhookId) -> str:
    """The stack config's key for an auth header, which the API does not tell."""
    return f"{resource_name(webhook_id)}-httpAuthHeader"


def resource_name(webhook_id: WebhookId) -> str:
    """The name of an exported webhook."""
    return f"{webhook_id.subaccount_id}-{webhook_id.type}"


def program(listings: Sequence[Listing]) -> str:
    """The source of a program that declares every webhook in the listings."""
    ids = list(_webhooks(listings))
    secret = [webhook_id for webhook_id, webhook in ids if webhook.http_auth_header_available]
    lines = ['"""Webhooks of 8x8 Connect Voice subaccounts, as they were live when this was written."""', ""]
    if secret:
        lines += ["import pulumi", ""]
    lines += ["from pulumi_8x8 import Webhook", ""]
    if secret:
        lines += ["# The API does not tell auth headers. Before the first run, set each one that deliveries carry:"]
        lines += [f"#   pulumi config set --secret '{header_key(webhook_id)}'" for webhook_id in secret]
        lines += ["config = pulumi.Config()", ""]
    for webhook_id, webhook in ids:
        lines += [
            "Webhook(",
            f"    {_literal(resource_name(webhook_id))},",
            f"    subaccount_id={_literal(webhook_id.subaccount_id)},",
            f"    type={_literal(webhook_id.type)},",
            f"    url={_literal(webhook.url)},",
        ]
        if not webhook.enabled:
            lines += ["    enabled=False,"]
        if webhook.http_auth_header_available:
            lines += [f"    http_auth_header=config.require_secret({_literal(header_key(webhook_id))}),"]
        lines += [")"]
    return "\n".join(lines) + "\n"


def import_file(listings: Sequence[Listing]) -> dict[str, Any]:
    """An import file with inputs and outputs, for engines of 3.254 and later.

    With outputs given, such an engine takes the state from the file and does not call the provider.
    """
    return {"resources": [_import(webhook_id, webhook) for webhook_id, webhook in _webhooks(listings)]}


def _literal(text: str) -> str:
    return json.dumps(text) if text.isascii() else repr(text)


def _import(webhook_id: WebhookId, webhook: LiveWebhook) -> dict[str, Any]:
    inputs = {
        "__provider": serialize_provider(WebhookProvider()),
        "enabled": webhook.enabled,
        "subaccount_id": webhook_id.subaccount_id,
        "type": webhook_id.type,
        "url": webhook.url,
    }
    return {
        "type": WEBHOOK_TOKEN,
        "name": resource_name(webhook_id),
        "id": str(webhook_id),
        "inputs": inputs,
        "outputs": {**inputs, "http_auth_header_available": webhook.http_auth_header_available},
    }


def _webhooks(listings: Sequence[Listing]) -> Iterable[tuple[WebhookId, LiveWebhook]]:
    for listing in listings:
        for webhook in sorted(listing, key=lambda webhook: webhook.type):
            yield WebhookId(listing.subaccount_id, webhook.type), webhook
