"""Webhooks of 8x8 Connect Voice subaccounts as Pulumi resources."""

from eightx8_voice.webhooks import WebhookType

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
from .model import LiveWebhook
from .resources.data_source import get_webhooks, get_webhooks_output
from .resources.ivr_webhooks import IvrWebhooks
from .resources.webhook import Webhook

__all__ = [
    "AccessDeniedError", "ConflictError", "InvalidRequestError", "IvrWebhooks", "KeyRefusedError", "LiveWebhook",
    "NotFoundError", "ProtocolError", "RefusedError", "SettingsError", "UnavailableError", "Webhook", "WebhookError",
    "WebhookType", "get_webhooks", "get_webhooks_output",
]  # fmt: skip
