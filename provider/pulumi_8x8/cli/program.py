"""Live webhooks -> a Pulumi program that declares exactly them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pulumi_8x8.model import LiveWebhook, WebhookId

HEADER_KEY = "httpAuthHeader"
"""The stack config's key for the auth header of every webhook that does not have its own key."""

HEADERS = f'''\
config = pulumi.Config()


def auth_header(webhook: str) -> pulumi.Output[str]:
    """Return the auth header in `<webhook>-{HEADER_KEY}` if set, else the shared one: 8x8 returns neither."""
    own = config.get_secret(f"{{webhook}}-{HEADER_KEY}")
    return config.require_secret("{HEADER_KEY}") if own is None else own


'''


def resource_name(webhook_id: WebhookId) -> str:
    """Return the name of an exported webhook."""
    return f"{webhook_id.subaccount_id}-{webhook_id.type}"


def program(live: Mapping[WebhookId, LiveWebhook]) -> str:
    """Return the source of a program that declares these webhooks."""
    with_header = any(webhook.http_auth_header_available for webhook in live.values())
    text = '"""Webhooks of 8x8 Connect Voice subaccounts, as they were live when this was written."""\n\n'
    text += "import pulumi\n\n" if with_header else ""
    text += "from pulumi_8x8 import Webhook\n\n" + (HEADERS if with_header else "")
    return text + "".join(_declared(webhook_id, webhook) for webhook_id, webhook in live.items())


def _declared(webhook_id: WebhookId, webhook: LiveWebhook) -> str:
    name = _literal(resource_name(webhook_id))
    lines = [
        "Webhook(",
        f"    {name},",
        f"    subaccount_id={_literal(webhook_id.subaccount_id)},",
        f"    type={_literal(webhook_id.type)},",
        f"    url={_literal(webhook.url)},",
        *([] if webhook.enabled else ["    enabled=False,"]),
        *([f"    http_auth_header=auth_header({name}),"] if webhook.http_auth_header_available else []),
        ")",
    ]
    return "\n".join(lines) + "\n"


def _literal(text: str) -> str:
    return json.dumps(text) if text.isascii() else repr(text)
