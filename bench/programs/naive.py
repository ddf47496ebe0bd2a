"""The naive dynamic provider."""

from declared import declared
from naive_webhooks import NaiveWebhook

for webhook in declared():
    NaiveWebhook(webhook.name, webhook._asdict())
