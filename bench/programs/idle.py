"""As many resources that talk to nobody."""

from declared import declared
from idle_webhooks import IdleWebhook

for webhook in declared():
    IdleWebhook(webhook.name, webhook._asdict())
