"""Webhooks of 8x8 Connect Voice subaccounts as Pulumi resources."""

from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.errors import (
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
from pulumi_8x8.model import LiveWebhook
from pulumi_8x8.resources.data_source import get_webhooks, get_webhooks_output
from pulumi_8x8.resources.ivr_webhooks import IvrWebhooks
from pulumi_8x8.resources.webhook import Webhook

__all__ = [
    "AccessDeniedError", "ConflictError", "InvalidRequestError", "IvrWebhooks", "KeyRefusedError", "LiveWebhook",
    "NotFoundError", "ProtocolError", "RefusedError", "SettingsError", "UnavailableError", "Webhook", "WebhookError",
    "WebhookType", "get_webhooks", "get_webhooks_output",
]  # fmt: skip
