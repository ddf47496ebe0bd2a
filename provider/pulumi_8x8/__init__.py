"""Webhooks of 8x8 Connect Voice subaccounts as Pulumi resources.

Each name is imported when it is first used: an endpoint that imports `pulumi_8x8.ivr` does not wait for Pulumi,
and a program does not wait for what reaches the API.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_8x8.model import LiveWebhook, WebhookType
    from pulumi_8x8.resources.data_source import get_webhooks, get_webhooks_output
    from pulumi_8x8.resources.ivr_webhooks import IvrWebhooks
    from pulumi_8x8.resources.webhook import Webhook

    from .errors import (
        AccessDeniedError,
        ConflictError,
        InvalidRequestError,
        KeyRefusedError,
        NotFoundError,
        ProtocolError,
        RefusedError,
        SettingsError,
        UnavailableError,
        WebhookError,
    )

__all__ = [
    "AccessDeniedError", "ConflictError", "InvalidRequestError", "IvrWebhooks", "KeyRefusedError", "LiveWebhook",
    "NotFoundError", "ProtocolError", "RefusedError", "SettingsError", "UnavailableError", "Webhook", "WebhookError",
    "WebhookType", "get_webhooks", "get_webhooks_output",
]  # fmt: skip

_HOMES = {
    "IvrWebhooks": "resources.ivr_webhooks",
    "LiveWebhook": "model",
    "Webhook": "resources.webhook",
    "WebhookType": "model",
    "get_webhooks": "resources.data_source",
    "get_webhooks_output": "resources.data_source",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOMES.get(name, 'errors')}", __name__), name)
    return value
